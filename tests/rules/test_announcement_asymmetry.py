import json

import pytest
from bgp_kit import config, expect, quiet, row, statements, summary, timestamp, unjudged
from bgp_kit import node as made_node
from kit import found, outcome_of
from metallb_kit import (
    ADDRESS,
    NAMESPACE,
    PEER,
    PREFIX,
    SERVICE,
    bgp_advertisement,
    cluster,
    endpoints,
    frr,
    l2_advertisement,
    node_selector,
    peer,
    pool,
    service,
    services,
    speaker_pod,
    workers,
)

from analyzer.model import Status

RULE = "announcement-asymmetry"
OTHER = "192.0.2.2"


def without(where="worker-2", pod="speaker-c", **more):
    """A node that does not originate the prefix."""
    return frr(where, pod, networks=(), **more)


def test_a_node_without_the_network():
    words = (
        f"{ADDRESS} is announced by 2 of 3 nodes that are to announce it (worker-0, worker-1)",
        f"worker-2: no `network {PREFIX}` in its running configuration",
    )
    shown = ("router bgp 64500", f"  network {PREFIX}", "Established")
    expect(RULE, cluster() | without(), "warning", *words, subject=SERVICE, whose="worker-2", shown=shown)


def test_a_node_whose_session_is_down():
    words = ("by 2 of 3 nodes", f"worker-2: the session with {PEER} is down: the TCP connection never came up")
    members = cluster() | frr("worker-2", "speaker-c", up=False)
    expect(RULE, members, "warning", *words, subject=SERVICE, whose="worker-2", shown=("BGP state = Active",))


def test_a_node_that_does_not_have_the_peer():
    empty = frr(
        "worker-2",
        "speaker-c",
        running=config(statements("192.0.2.9"), activate=("192.0.2.9",), hostname="worker-2"),
        peers=(),
    )
    words = ("worker-2: 192.0.2.1 (tor1) is not in its running configuration",)
    expect(RULE, cluster() | empty, "warning", *words, subject=SERVICE, whose="worker-2")


def test_a_policy_that_holds_the_prefix_back():
    members = cluster() | frr("worker-2", "speaker-c", permitted=())
    words = ("worker-2: its outbound policy to 192.0.2.1 holds 198.51.100.10/32 back",)
    expect(RULE, members, "warning", *words, subject=SERVICE, whose="worker-2", shown=("deny any",))


def test_nodes_of_several_reasons():
    members = cluster() | without() | frr("worker-1", "speaker-b", up=False)
    words = ("by 1 of 3 nodes", "worker-1: the session", "worker-2: no `network")
    expect(RULE, members, "warning", *words, subject=SERVICE, whose=None)
    members = cluster() | without() | without("worker-1", "speaker-b")
    expect(RULE, members, "warning", "worker-1, worker-2: no `network", subject=SERVICE, whose=None)


def test_one_of_two_peers():
    members = cluster(peers=(PEER, OTHER)) | peer("tor2", OTHER)
    part = config(statements(PEER), statements(OTHER), activate=(PEER, OTHER), hostname="worker-2")
    part = part.replace(f"permit {PREFIX}", "deny any", 1)
    words = ("is announced wholly by 2 of 3 nodes", "worker-2: only in part, its outbound policy to 192.0.2.1 holds")
    members |= frr("worker-2", "speaker-c", running=part, peers=(PEER, OTHER))
    expect(RULE, members, "warning", *words, subject=SERVICE, whose="worker-2")


@pytest.mark.parametrize(
    "members",
    [
        cluster(),
        cluster() | service(policy="Local"),
        cluster() | without() | service(policy="Local"),
        cluster()
        | without()
        | bgp_advertisement(ipAddressPools=["pool"], nodeSelectors=node_selector("worker-0", "worker-1")),
        cluster(up=False),
        cluster() | endpoints(),
        cluster(networks=()),
    ],
    ids=["healthy", "local", "local-without", "selected", "all-down", "no-endpoints", "nowhere"],
)
def test_is_quiet_where_nodes_are_meant_to_differ_or_do_not(members):
    quiet(RULE, members)


def test_an_excluded_node_is_quiet():
    label = {"node.kubernetes.io/exclude-from-external-load-balancers": ""}
    quiet(RULE, cluster() | without() | made_node("worker-2", labels=label))


def test_layer_2_is_quiet():
    made = workers() | pool() | l2_advertisement() | service() | endpoints("worker-0") | timestamp()
    quiet(RULE, made | without())


def test_a_young_pod_is_still_to_come():
    quiet(RULE, cluster() | without() | speaker_pod("speaker-c", "worker-2", "2026-11-21T09:59:00Z"))


def test_a_service_that_was_not_collected_may_be_local():
    members = {path: text for path, text in (cluster() | without()).items() if "/shop/" not in path}
    unjudged(RULE, members, "its policy may be Local")
    quiet(RULE, {path: text for path, text in cluster().items() if "/shop/" not in path})


def test_a_node_of_which_nothing_is_known_is_a_gap():
    members = {path: text for path, text in cluster().items() if "speaker-c/frr" not in path}
    unjudged(RULE, members, "its FRR was not collected")


def test_without_announcements_nothing_is_checked():
    outcome = outcome_of(RULE, peer())
    assert outcome.status is Status.NOT_CHECKED
    assert "no resource of MetalLB" in outcome.reason


def many(count):
    """Services that every node but worker-2 announces."""
    ips = [f"198.51.100.{at}" for at in range(10, 10 + count)]
    made = []
    for at, ip in enumerate(ips):
        (text,) = service(f"web{at:02}", ip=ip).values()
        made.append(json.loads(text.split("\n")[3].removeprefix("- ")))
    prefixes = tuple(f"{ip}/32" for ip in ips)
    members = workers(networks=prefixes) | pool() | bgp_advertisement() | peer() | services(*made)
    for at in range(count):
        slices = endpoints("worker-0", name=f"web{at:02}")
        members |= {path.replace("endpointslices", f"endpointslices/web{at:02}"): text for path, text in slices.items()}
    return members | without()


def test_many_addresses_of_one_reason_are_one_finding():
    members = many(21)
    words = (
        "21 addresses, shop/web00 (198.51.100.10), ",
        "and 18 more, are announced by 2 of 3 nodes",
        "worker-2: no `network",
    )
    expect(RULE, members, "warning", *words, subject="worker-2", whose="worker-2")
    assert len(found(RULE, many(3))) == 3


P = ("198.51.100.10/32", "198.51.100.11/32")
RUNNING = config(networks=P, hostname="worker-0")


def counted(where, pod, sent, up="01:00:00"):
    """The pod's FRR, and a summary of it that was saved beside."""
    made = frr(where, pod, networks=P)
    saved = summary(row(cell="0", up=up, sent=str(sent), messages=(9, 9)), folder=f"saved/{where}")
    return made | saved


def with_counts(*sent, up="01:00:00"):
    members = cluster(networks=P)
    for at, one in enumerate(sent):
        members |= counted(f"worker-{at}", f"speaker-{'abc'[at]}", one, up)
    return members


def test_fewer_prefixes_than_another_node_sends():
    words = ("FRR counts 1 prefixes sent to 192.0.2.1, but 2 on worker-0", "both have the same 2 for it", P[0])
    shown = ("1 N/A", "2 N/A", f"network {P[0]}")
    expect(RULE, with_counts(2, 1), "warning", *words, subject=PEER, whose="worker-1", shown=shown)


@pytest.mark.parametrize("members", [with_counts(2, 2), with_counts(1, 1), with_counts(2, 3)])
def test_counts_that_do_not_differ_or_hold_more_are_quiet(members):
    assert found(RULE, members) == []


def test_a_session_that_only_just_came_up_sends_soon():
    members = with_counts(2, 2) | counted("worker-1", "speaker-b", 1)
    late = {
        path: text.replace("up for 1d02h03m", "up for 00:00:20") if "speaker-b" in path else text
        for path, text in members.items()
    }
    assert found(RULE, members) == [("worker-1", PEER, "warning")]
    assert found(RULE, late) == []


def test_counts_of_an_unread_policy_are_not_compared():
    members = with_counts(2, 1)
    path = f"must-gather.local.1/image/namespaces/{NAMESPACE}/pods/speaker-b/frr/frr/logs/dump_frr"
    open_policy = members[path].replace("match ip address prefix-list pl-192.0.2.1", "match as-path own")
    assert found(RULE, members | {path: open_policy}) == []


def test_a_node_whose_only_peer_takes_no_prefix_of_this_family():
    six = "2001:db8::1"
    text = config(statements(six), networks=(), activate=(six,), hostname="worker-2")
    text = text.replace(f"  neighbor {six} activate\n", "", 1)  # in the address family of IPv4
    members = cluster() | frr("worker-2", "speaker-c", running=text, peers=(six,))
    members |= peer("tor1", nodeSelectors=node_selector("worker-0", "worker-1"))
    members |= peer("tor6", six, nodeSelectors=node_selector("worker-2"))
    words = ("worker-2: none of its peers takes prefixes of this address family",)
    expect(RULE, members, "warning", *words, subject=SERVICE, whose="worker-2")
