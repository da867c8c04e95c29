import pytest
from bgp_kit import (
    FOR_OTHER_NODES,
    IDLE,
    bgp_peer,
    config,
    down,
    dump,
    expect,
    frr_conf,
    neighbor,
    quiet,
    resource,
    statements,
    timestamp,
    unjudged,
)
from bgp_kit import node as made_node
from bgp_kit import pod as made_pod
from consistency_kit import A, B, nodes, sessions
from kit import outcome_of
from metallb_kit import cluster, peer, speaker_pod

from analyzer.model import Status

RULE = "state-asymmetry"
BOTH = (A, B)
STATE = "BGP state = Active"


def test_one_node_among_healthy_ones():
    finding = expect(
        RULE,
        nodes(BOTH, BOTH, ()),
        "error",
        f"only worker-2 has no BGP session with {A}, {B}, while {A} is up on worker-0",
        "the fault is at the node",
        "the TCP connection never came up",
        subject="worker-2",
        whose="worker-2",
        shown=(f"BGP neighbor is {A}", f"BGP neighbor is {B}", STATE, "Last reset 00:00:40", "BGP state = Established"),
    )
    assert len(finding.evidence) <= 9


def test_one_peer_on_one_node_lies_between_the_two():
    words = (f"only worker-1 has no BGP session with {B}", "between worker-1 and this peer")
    expect(RULE, nodes(BOTH, (A,), BOTH), "error", *words, subject="worker-1", whose="worker-1", shown=(STATE,))


def test_one_of_two_nodes_is_told_from_its_peer():
    expect(RULE, nodes((A,), (), peers=(A,)), "error", "only worker-1", subject="worker-1", whose="worker-1")


@pytest.mark.parametrize(
    ("rows", "every"),
    [(((A,), (A,)), "both nodes that want it (worker-0, worker-1)"), (((A,), (A,), (A,)), "all 3 nodes")],
)
def test_one_peer_that_nobody_reaches(rows, every):
    words = (f"{B} is down on {every}", "while other peers are up: the fault is at the router")
    expect(RULE, nodes(*rows), "error", *words, subject=B, whose=None, shown=(f"BGP neighbor is {B}", STATE))


def test_the_only_peer_may_be_the_fault_of_what_all_share():
    words = ("it is their only peer", "or in what all nodes share")
    expect(RULE, nodes((), (), peers=(A,)), "error", *words, subject=A, whose=None)


def test_everything_is_down():
    words = ("all 6 BGP sessions of 3 nodes", f"with {A}, {B} are down: the fabric")
    expect(RULE, nodes((), (), ()), "error", *words, subject="all BGP sessions", whose=None, shown=(STATE,))


RACK = "topology.kubernetes.io/rack"


def racks(*rows, key=RACK, peers=BOTH):
    """Nodes as pairs of rack and peers that are up."""
    members = {}
    for at, (rack, up) in enumerate(rows):
        where = f"worker-{at}"
        members |= sessions(up, peers, where, at) | made_node(where, labels={key: rack})
    for at, one in enumerate(peers):
        members |= peer(f"tor{at}", one)
    return members


@pytest.mark.parametrize(("key", "word"), [(RACK, "rack"), ("topology.kubernetes.io/zone", "zone")])
def test_a_rack_or_zone(key, word):
    members = racks(("a", BOTH), ("b", ()), ("b", ()), key=key)
    words = ("2 nodes (worker-1, worker-2)", f"they and no others are in {word} b", "switch or VLAN")
    expect(RULE, members, "error", *words, subject=f"{word} b", whose=None, shown=(STATE,))


def test_a_network():
    members = nodes(BOTH, (), ())
    for at, network in enumerate(("192.0.2.20/26", "192.0.2.70/26", "192.0.2.71/26")):
        members |= made_node(f"worker-{at}", f'["{network}"]')
    expect(RULE, members, "error", "network 192.0.2.64/26", subject="network 192.0.2.64/26", whose=None)


def test_a_rack_that_misses_one_of_its_peers():
    members = racks(("a", BOTH), ("b", (A,)), ("b", (A,)))
    words = (f"2 nodes (worker-1, worker-2) have no BGP session with {B}", "are in rack b")
    expect(RULE, members, "error", *words, subject="rack b", whose=None)


def test_a_group_of_which_nothing_is_known():
    words = ("2 nodes (worker-1, worker-2)", "no rack, zone or network that was collected sets them apart")
    expect(RULE, nodes(BOTH, (), ()), "error", *words, subject="several nodes", whose=None)
    expect(RULE, nodes(BOTH, (A,), (A,)), "error", f"have no BGP session with {B}", subject=B, whose=None)


def test_the_peer_of_one_rack_alone():
    members = racks(("a", (A,)), ("b", ()), ("b", ()), peers=(A,))
    members |= {k: v for at in (1, 2) for k, v in sessions((), (B,), f"worker-{at}", at).items() if "dump_frr" in k}
    members |= peer("tor0", A, nodeSelectors=[{"matchLabels": {RACK: "a"}}])
    members |= peer("tor1", B, nodeSelectors=[{"matchLabels": {RACK: "b"}}])
    words = (f"{B} is down on both nodes that want it (worker-1, worker-2), which alone are in rack b",)
    expect(RULE, members, "error", *words, subject=B, whose=None)


def test_a_rack_with_two_routers_of_its_own_is_one_finding():
    third = "192.0.2.3"
    members = racks(("a", (A,)), ("b", ()), ("b", ()), peers=(A,))
    members |= {
        k: v for at in (1, 2) for k, v in sessions((), (B, third), f"worker-{at}", at).items() if "dump_frr" in k
    }
    for at, (one, rack) in enumerate(((A, "a"), (B, "b"), (third, "b"))):
        members |= peer(f"tor{at}", one, nodeSelectors=[{"matchLabels": {RACK: rack}}])
    expect(RULE, members, "error", "are in rack b", subject="rack b", whose=None)


def test_a_neighbor_that_never_reached_the_configuration_is_no_session_that_failed():
    """bgppeer-not-in-running-config tells of it."""
    members = nodes(BOTH, BOTH) | {
        k: v for k, v in sessions((A,), (A,), "worker-1", 1).items() if k.endswith("dump_frr")
    }
    quiet(RULE, members, examined=3)
    cut = dump((neighbor(A),), config(hostname="worker-1").removesuffix("end"), pod="speaker-b")
    unjudged(RULE, members | cut, "not collected whole", examined=3)


def test_bgpd_does_not_run():
    dead = dump(None, IDLE, pod="speaker-c") | frr_conf(config(statements(A), statements(B)), pod="speaker-c")
    words = ("only worker-2", "bgpd does not run")
    shown = ("###### show bgp neighbor", "BGP state = Established")
    expect(RULE, nodes(BOTH, BOTH, ()) | dead, "error", *words, subject="worker-2", whose="worker-2", shown=shown)


def test_a_neighbor_that_bgpd_cannot_show_for_it_does_not_run():
    dead = dump(None, IDLE, pod="speaker-c") | frr_conf(config(statements(A), activate=(A,)), pod="speaker-c")
    (first,) = outcome_of(RULE, nodes(BOTH, BOTH, ()) | dead).findings
    assert "bgpd does not run" in first.message
    assert f"{A}, {B}" in first.message


def test_several_reasons_are_told_with_whose_they_are():
    other = dump(
        (down(A, state="Connect"), down(B)), config(statements(A), statements(B), activate=BOTH), pod="speaker-b"
    )
    finding = expect(RULE, nodes(BOTH, ()) | other, "error", subject="worker-1", whose="worker-1")
    assert f"{A}: Connect, " in finding.message
    assert f"{B}: Active, " in finding.message


SHUT = {"reset": "Last reset 00:00:16,  Admin. shutdown", "extra": ("  Administratively shut down",), "state": "Idle"}


def shut(asked):
    text = config(statements(A), statements(B, "64512", "shutdown"), activate=BOTH, hostname="worker-1")
    members = nodes(BOTH, BOTH, asked=asked)
    return members | dump((neighbor(A), down(B, **SHUT)), text, pod="speaker-b")


def test_what_is_shut_down_on_purpose_does_not_count():
    quiet(RULE, shut(asked=False), examined=3)
    words = ("it is shut down administratively on this node",)
    expect(RULE, shut(asked=True), "warning", *words, subject="worker-1", whose="worker-1")


def test_what_no_resource_asks_for_does_not_count():
    members = nodes((A,), (A,), BOTH)
    elsewhere = bgp_peer("tor1", B, 64512, *FOR_OTHER_NODES)
    quiet(RULE, members | elsewhere, examined=3)
    without = {path: text for path, text in members.items() if "tor1" not in path}
    quiet(RULE, without, examined=3)


def test_a_young_pod_or_resource_does_not_count():
    members = nodes(BOTH, BOTH, ()) | timestamp()
    quiet(RULE, members | speaker_pod("speaker-c", "worker-2", "2026-11-21T09:59:00Z"), examined=4)
    missing = nodes(BOTH, BOTH) | timestamp()
    missing |= {k: v for k, v in sessions((A,), (A,), "worker-1", 1).items() if k.endswith("dump_frr")}
    fresh = bgp_peer("tor1", B, created="2026-11-21T09:59:00Z")
    quiet(RULE, missing | fresh, examined=3)


def test_a_selector_that_may_not_select_the_node_is_no_wish():
    members = {path: text for path, text in nodes((A,), (A,), peers=(A,)).items() if "/nodes/" not in path}
    quiet(RULE, members | bgp_peer("tor1", B, 64512, *FOR_OTHER_NODES), examined=2)
    quiet(RULE, members | bgp_peer("tor1", B), examined=2)


@pytest.mark.parametrize(
    ("members", "examined"),
    [
        (cluster(), 3),
        (nodes(BOTH, BOTH, asked=False), 4),
        (nodes((), peers=(A,)), 1),
        (nodes((A,)), 2),
        (nodes(()), 2),
    ],
    ids=["healthy", "no-resources", "one-node-one-peer", "one-node", "one-node-all-down"],
)
def test_is_quiet_where_nothing_differs_or_can_be_compared(members, examined):
    quiet(RULE, members, examined=examined)


def test_the_only_node_that_wants_a_peer_has_nothing_to_compare_with():
    members = nodes((A,), (A,), peers=(A,))
    members |= {k: v for k, v in sessions((A,), BOTH, "worker-1", 1).items() if k.endswith("dump_frr")}
    named = [{"matchLabels": {"kubernetes.io/hostname": "worker-1"}}]
    quiet(RULE, members | peer("tor1", B, nodeSelectors=named), examined=3)


def test_nodes_with_a_router_of_their_own_have_nothing_in_common():
    members = {}
    for at, (one, up) in enumerate(((A, (A,)), (B, ()))):
        members |= sessions(up, (one,), f"worker-{at}", at)
    quiet(RULE, members, examined=2)


def unanswered(at):
    return dump(None, config(statements(A), statements(B), activate=BOTH), pod=f"speaker-{'abc'[at]}")


def test_many_unknown_sessions_leave_no_verdict():
    outcome = outcome_of(RULE, nodes(BOTH, (), BOTH) | unanswered(2))
    assert outcome.status is Status.NOT_CHECKED
    assert "no verdict: 2 of 6 wanted sessions are unknown" in outcome.reason
    few = nodes(BOTH, (), BOTH, BOTH, BOTH, BOTH, BOTH) | unanswered(2)
    outcome = outcome_of(RULE, few)
    assert [one.subject for one in outcome.findings] == ["worker-1"]
    assert {one.node for one in outcome.gaps} == {"worker-2"}


def test_an_frr_that_shows_nothing_is_unknown():
    members = nodes(BOTH, asked=False) | made_node("worker-1") | speaker_pod("speaker-b", "worker-1")
    silent = dump(None, None, pod="speaker-b") | frr_conf(IDLE, pod="speaker-b")
    unjudged(RULE, members | silent, "gave no answer", "no verdict")


def test_without_frr_nothing_is_checked():
    outcome = outcome_of(RULE, peer())
    assert outcome.status is Status.NOT_CHECKED
    assert "no FRR output" in outcome.reason


def test_the_id_stays_while_reasons_change():
    first = outcome_of(RULE, nodes(BOTH, BOTH, ())).findings
    other = dump((down(A, state="Idle"), down(B, state="Idle")), config(statements(A), statements(B)), pod="speaker-c")
    assert first[0].id == outcome_of(RULE, nodes(BOTH, BOTH, ()) | other).findings[0].id
    assert first[0].id != outcome_of(RULE, nodes(BOTH, (), BOTH)).findings[0].id


def test_nodes_of_which_no_object_was_collected():
    members = {path: text for path, text in nodes(BOTH, (), ()).items() if "/nodes/" not in path}
    expect(RULE, members, "error", "no rack, zone or network", subject="several nodes", whose=None)


def test_a_rack_tells_more_than_a_network():
    members = nodes(BOTH, (), ())
    for at, (rack, network) in enumerate((("a", "192.0.2.20/26"), ("b", "192.0.2.70/26"), ("b", "192.0.2.71/26"))):
        members |= made_node(f"worker-{at}", f'["{network}"]', labels={RACK: rack})
    expect(RULE, members, "error", "in rack b", subject="rack b", whose=None)


def raw(name, spec, address=B):
    """An FRRConfiguration that asks for a neighbor."""
    neighbors = ["bgp:", "  routers:", "  - asn: 64500", "    neighbors:", f"    - address: {address}"]
    return resource("FRRConfiguration", name, (*neighbors, "      asn: 64512", *spec), group="frrk8s.metallb.io")


def test_what_an_frrconfiguration_asks_for_and_frr_was_never_told_of():
    quiet(RULE, nodes((A,), (A,), peers=(A,)) | raw("extra", ()), examined=2)


def test_of_two_collections_the_later_one_counts():
    """The pod was replaced between them; its node is the same."""
    later = "must-gather.local.2/image"
    members = nodes(BOTH, (), asked=False) | timestamp("2026-11-21 10:00:00")
    text = config(statements(A), statements(B), activate=BOTH, hostname="worker-1")
    replaced = dump((neighbor(A), neighbor(B)), text, pod="speaker-z", image=later)
    replaced |= made_pod("speaker-z", "worker-1", image=later) | timestamp("2026-11-21 11:00:00", later)
    quiet(RULE, members | replaced, examined=4)
    older = timestamp("2026-11-21 09:00:00", later)
    assert outcome_of(RULE, members | replaced | older).findings
