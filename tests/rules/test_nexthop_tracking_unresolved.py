import pytest
from bgp_kit import (
    OTHER,
    PEER,
    config,
    down,
    dump,
    expect,
    neighbor,
    node,
    pod,
    quiet,
    row,
    summary,
    timestamp,
    unjudged,
)
from frr_kit import daemon_log
from kit import found, outcome_of
from metallb_kit import cluster

from analyzer.model import Status

RULE = "nexthop-tracking-unresolved"
UNRESOLVED = "09:00:00 ZEBRA default(0):192.0.2.1/32: NH has become unresolved"
UPDATE = "{} BGP VRF default(0): Rcvd NH update {}(0) - metric 0/0 #nhops {}/0 flags 0x6"
UNKNOWN = "09:00:00 BGP Cannot find connected NHT node for peer 192.0.2.1"
WAITS = "09:00:00 BGP 192.0.2.1 [FSM] Waiting for NHT, no path to neighbor present"


def active(**more):
    return dump(down(**more), config()) | pod() | timestamp()


@pytest.mark.parametrize("line", [UNRESOLVED, UNKNOWN, WAITS, UPDATE.format("09:00:00", "192.0.2.1/32", 0)])
def test_the_last_verdict(line):
    expect(
        RULE,
        active() | daemon_log(line),
        "warning",
        f"the last verdict of FRR at 2026-11-21 09:00:00 on the next hop to {PEER} is that it is not resolved",
        "; the session is Active",
        shown=(line.split(" ", 2)[2], "BGP state = Active"),
    )


def test_the_log_alone():
    expect(RULE, pod() | daemon_log(UNRESOLVED), "warning", "; its session was not collected")


def test_whether_the_peer_lies_in_a_network_of_the_node():
    here = active() | daemon_log(UNRESOLVED) | node(networks='["192.0.2.20/24"]')
    expect(RULE, here, "warning", "it lies in a network of this node", shown=("192.0.2.20/24",))
    elsewhere = active() | daemon_log(UNRESOLVED) | node(networks='["203.0.113.20/24"]')
    expect(RULE, elsewhere, "warning", "it lies outside every network of this node")


@pytest.mark.parametrize(
    "later",
    [
        UPDATE.format("09:00:01", "192.0.2.1/32", 1),
        UPDATE.format("09:00:01", "192.0.2.0/24", 1),
        UPDATE.format("09:00:01", "0.0.0.0/0", 1),
        "09:00:01 ZEBRA default(0):192.0.2.1/32: NH resolved over route 192.0.2.0/24",
        "09:00:01 BGP 192.0.2.1 went from OpenConfirm to Established",
    ],
)
def test_superseded(later):
    quiet(RULE, active() | daemon_log(UNRESOLVED, later))


@pytest.mark.parametrize("prefix", ["203.0.113.0/24", "2001:db8::/32"])
def test_a_route_to_another_network_supersedes_nothing(prefix):
    expect(RULE, active() | daemon_log(UNRESOLVED, UPDATE.format("09:00:01", prefix, 1)), "warning")


@pytest.mark.parametrize(
    "members",
    [
        dump(neighbor(), config()) | pod(),
        dump(down(state="Idle", reset="Last reset 00:00:40,  No path to specified Neighbor (n/a)"), config()) | pod(),
        dump(neighbor(OTHER), config()) | pod(),
    ],
    ids=["up", "bgp-no-path-to-neighbor tells", "a next hop that is no peer"],
)
def test_other_rules_tell_more(members):
    quiet(RULE, members | daemon_log(UNRESOLVED))


def test_a_network_without_a_way_is_no_verdict_on_a_peer():
    quiet(RULE, active() | daemon_log(UPDATE.format("09:00:00", "203.0.113.0/24", 0)))


def test_gaps():
    unjudged(RULE, active(), "no log of FRR")
    unjudged(RULE, pod() | daemon_log("09:00:00 BGP x"), "which only debugging writes")
    quiet(RULE, active() | daemon_log("09:00:00 BGP x"))
    assert found(RULE, cluster()) == []
    assert outcome_of(RULE, timestamp()).status is Status.NOT_CHECKED


def test_a_peer_of_a_summary():
    members = summary(row(), folder="worker-0") | {
        "worker-0/frr.log": "".join(daemon_log(UNRESOLVED).values()),
    }
    expect(RULE, members, "warning", "the session is Active", whose=None)
