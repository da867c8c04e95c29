import pytest
from bgp_kit import dump, expect, neighbor, pod, quiet, timestamp, unjudged
from kit import found
from node_kit import addresses, healthy, neighbors, network, node, routes

RULE = "arp-failed"
BASE = node("worker-0") | network() | addresses() | routes()


def frr(peer="192.0.2.9", **more):
    return pod() | dump(neighbors=(neighbor(peer, **more),)) | timestamp()


DOWN = {"state": "Active", "reset": "Last reset 00:00:40,  Waiting for peer OPEN"}


def test_a_healthy_cluster():
    quiet(RULE, healthy(), examined=3)


@pytest.mark.parametrize("state", ["FAILED", "INCOMPLETE"])
def test_the_default_gateway(state):
    members = BASE | neighbors("worker-0", f"192.0.2.1 dev br-ex {state}")
    words = f"worker-0 gets no answer from the default gateway 192.0.2.1 on br-ex: {state}"
    expect(RULE, members, "error", words, subject="192.0.2.1", shown=(state, "default via 192.0.2.1"))


def test_a_bgp_peer():
    members = BASE | frr(**DOWN) | neighbors("worker-0", "192.0.2.9 dev br-ex FAILED")
    expect(
        RULE,
        members,
        "error",
        "from BGP peer 192.0.2.9 on br-ex: FAILED",
        subject="192.0.2.9",
        shown=("BGP state = Active",),
    )
    quiet(RULE, BASE | frr() | neighbors("worker-0", "192.0.2.9 dev br-ex FAILED"))  # the session is up


def test_another_node():
    failed = neighbors("worker-0", "192.0.2.21 dev br-ex FAILED")
    members = healthy() | failed
    expect(RULE, members, "warning", "from worker-1 (192.0.2.21) on br-ex: FAILED", subject="192.0.2.21")
    expect(RULE, members | node("worker-1", ready=False), "warning", "which is NotReady", subject="192.0.2.21")


@pytest.mark.parametrize("state", ["STALE", "DELAY", "REACHABLE", "PROBE", "PERMANENT"])
def test_states_that_are_healthy(state):
    quiet(RULE, BASE | neighbors("worker-0", f"192.0.2.1 dev br-ex lladdr 52:54:00:00:00:01 {state}"))


def test_entries_that_do_not_matter():
    dead_pods = (
        "10.128.20.77 dev ovn-k8s-mp0 FAILED",
        "2001:db8::77 dev br-ex FAILED",
        "192.0.2.77 dev br-ex INCOMPLETE",
    )
    quiet(RULE, BASE | neighbors("worker-0", *dead_pods))
    quiet(RULE, BASE | neighbors("worker-0", "192.0.2.1 dev ens9 FAILED"))  # asked for on another link
    off_link = BASE | frr("198.51.100.9", **DOWN) | neighbors("worker-0", "198.51.100.9 dev br-ex FAILED")
    quiet(RULE, off_link)


def test_an_entry_of_long_ago():
    """The kernel keeps the entry of a node that was down once for as long as the table is short."""
    line = "{} dev br-ex used {}/5400/5300 probes 6 FAILED"
    others = BASE | node("worker-1")
    quiet(RULE, others | neighbors("worker-0", line.format("192.0.2.21", 3600)))
    expect(
        RULE,
        others | neighbors("worker-0", line.format("192.0.2.21", 3599)),
        "warning",
        "worker-1",
        subject="192.0.2.21",
    )
    expect(RULE, BASE | neighbors("worker-0", line.format("192.0.2.1", 9999)), "error", "gateway", subject="192.0.2.1")


def test_it_answers_on_another_entry():
    lines = ("192.0.2.1 dev br-ex FAILED", "192.0.2.1 dev br-ex.100 lladdr 52:54:00:00:00:01 REACHABLE")
    quiet(RULE, BASE | neighbors("worker-0", *lines))


def test_without_the_addresses_of_the_node():
    members = node("worker-0") | routes() | neighbors("worker-0", "192.0.2.1 dev br-ex FAILED")
    expect(RULE, members, "error", "the default gateway 192.0.2.1", subject="192.0.2.1")
    quiet(RULE, node("worker-0") | routes() | neighbors("worker-0", "192.0.2.1 dev ens9 FAILED"))


def test_more_than_twenty_nodes():
    members = network()
    for at in range(22):
        name = f"worker-{at}"
        members |= node(name) | addresses(name) | routes(name) | neighbors(name, "192.0.2.1 dev br-ex FAILED")
    assert found(RULE, members) == [(None, "192.0.2.1", "error")]


def test_not_collected():
    unjudged(RULE, BASE, "its neighbor table (ip neigh) was not collected")
