"""Two faults on two nodes: two causes, each with its own node, the larger loss first."""

from itertools import permutations

import pytest
from bgp_kit import BFD_DOWN, PEER, config, down, dump, log, lost, neighbor, pod, statements
from diagnosis_kit import diagnosed, finding, of_members

EXPIRED = "Last reset 00:00:40,  Notification sent (Hold Timer Expired)"
SHUT = "Last reset 00:00:40,  Notification received (Cease/Administrative Shutdown)"
WRONG_AS = "Last reset 00:00:40,  Notification received (OPEN Message Error/Bad Peer AS)"
BFD = (statements(PEER, "64512", "bfd"),)


def of_node(name, block, running=None, more="BFD Peers:", error=None):
    """One node's FRR: its neighbor, its configuration, its BFD peers, and an error of its log."""
    speaker = f"speaker-{name}"
    own = block.replace("local router ID 192.0.2.20", f"local router ID 192.0.2.2{name[-1]}")
    members = dump([own], running or config(), more, pod=speaker) | pod(speaker, name)
    return members | (log(f"10:00:09 {PEER} [Event] Connect failed {error}", pod=speaker) if error else {})


SESSIONS = {
    "refused": (lambda name: of_node(name, down(), error="111(Connection refused)"), "router-rejects-bgp"),
    "silent": (lambda name: of_node(name, down(), error="110(Connection timed out)"), "peer-does-not-answer"),
    "expired": (lambda name: of_node(name, lost(reset=EXPIRED)), "path-to-peer-lost"),
    "shut": (lambda name: of_node(name, lost(state="Active", reset=SHUT)), "bgp-session-shut-down"),
    "wrong-as": (lambda name: of_node(name, lost(state="Idle", reset=WRONG_AS)), "bgp-as-numbers-differ"),
    "no-bfd": (lambda name: of_node(name, neighbor(), config(*BFD), BFD_DOWN), "bfd-not-answered"),
}


@pytest.mark.parametrize(("one", "other"), list(permutations(SESSIONS, 2)))
def test_two_sessions_are_lost_for_two_reasons(one, other):
    (first, first_cause), (second, second_cause) = SESSIONS[one], SESSIONS[other]
    healthy = of_node("worker-2", neighbor())
    found = of_members(first("worker-0") | second("worker-1") | healthy)
    assert {(each.cause, each.nodes) for each in found} == {
        (first_cause, ("worker-0",)),
        (second_cause, ("worker-1",)),
    }


def at(rule, subject, node, severity=None, **more):
    return finding(rule, subject, node, severity, f"{subject} of {node} is broken", **more)


# Faults of a node, the larger loss before the smaller one.
NODES = [
    (("bridge-missing-or-fail-open", "br-int"), "node-network-down"),
    (("gateway-or-node-init-failed", "ovnkube-node"), "node-network-down"),
    (("chassis-missing-or-duplicate", "chassis"), "tunnel-between-nodes-broken"),
    (("pod-without-logical-port", "shop/web-1"), "pod-not-attached"),
    (("announcer-not-ready", "speaker-x"), "announcer-down"),
    (("route-wrong-or-missing", "0.0.0.0/0"), "node-settings-wrong"),
    (("service-not-programmed", "shop/web"), "service-rules-stale"),
]


@pytest.mark.parametrize(("first", "second"), list(permutations(NODES, 2)))
def test_two_nodes_have_two_faults(first, second):
    (one, one_cause), (other, other_cause) = first, second
    found = diagnosed(at(*one, "worker-0"), at(*other, "worker-1"))
    assert {(each.cause, each.nodes) for each in found} == {
        (one_cause, ("worker-0",)),
        (other_cause, ("worker-1",)),
    }


def test_the_larger_loss_comes_first():
    small = [at("interface-errors-or-drops", f"eno{number}", "worker-0", "warning") for number in range(60)]
    found = diagnosed(*small, at("route-wrong-or-missing", "0.0.0.0/0", "worker-1"))
    assert [each.cause for each in found] == ["node-settings-wrong", "node-hardware-or-link"]


def test_many_errors_do_not_outweigh_what_is_critical():
    many = [at("pod-without-logical-port", f"shop/web-{number}", "worker-0") for number in range(150)]
    found = diagnosed(*many, at("bridge-missing-or-fail-open", "br-int", "worker-1", "critical"))
    assert [each.cause for each in found] == ["node-network-down", "pod-not-attached"]


def test_the_same_of_two_nodes_is_one_cause():
    found = diagnosed(
        at("route-wrong-or-missing", "0.0.0.0/0", "worker-0"), at("route-wrong-or-missing", "0.0.0.0/0", "worker-1")
    )
    assert [(each.cause, each.nodes) for each in found] == [("node-settings-wrong", ("worker-0", "worker-1"))]
    assert found[0].title.endswith("(and the same on worker-1)")
