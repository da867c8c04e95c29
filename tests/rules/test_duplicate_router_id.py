import pytest
from bgp_kit import config, dump, expect, lost, neighbor, quiet, row, statements, summary, unjudged
from kit import found, outcome_of
from metallb_kit import PEER, WORKERS, cluster, node, node_selector, peer, pool, resource, speaker_pod, workers

RULE = "duplicate-router-id"
SAME = "192.0.2.99"
BAD_IDENTIFIER = "Last reset 00:00:09,  Notification received (OPEN Message Error/Bad BGP Identifier)"


def ids(**of):
    """FRR of worker-0 and worker-1 with these local router IDs."""
    members = {}
    for at, name in enumerate(WORKERS):
        members |= node(name) | speaker_pod(f"speaker-{'abc'[at]}", name)
        block = neighbor(ids=("192.0.2.1", of.get(name.replace("-", "_"), f"192.0.2.2{at}")))
        members |= dump(block, config(hostname=name), pod=f"speaker-{'abc'[at]}")
    return members


def test_two_nodes_use_one():
    members = ids(worker_0=SAME, worker_2=SAME)
    text = (f"2 nodes have the BGP router ID {SAME}: worker-0, worker-2",)
    expect(RULE, members, "warning", *text, subject=SAME, whose=None, shown=(f"local router ID {SAME}",))


def test_the_resource_that_sets_it_is_named():
    members = ids(worker_0=SAME, worker_1=SAME, worker_2=SAME) | peer(routerID=SAME)
    text = ("3 nodes", "set by BGPPeer tor1")
    expect(RULE, members, "warning", *text, subject=SAME, whose=None, shown=("local router ID", f'routerID: "{SAME}"'))


def test_it_is_set_in_the_configuration():
    members = ids()
    for at, name in enumerate(WORKERS[:2]):
        text = config((f" bgp router-id {SAME}", *statements()), hostname=name)
        members |= dump(neighbor(ids=("192.0.2.1", SAME)), text, pod=f"speaker-{'ab'[at]}")
    text = ("set in their running configuration",)
    expect(RULE, members, "warning", *text, subject=SAME, whose=None, shown=(f"bgp router-id {SAME}",))
    silent = {}
    for at, name in enumerate(WORKERS[:2]):
        silent |= dump(
            None, config((f" bgp router-id {SAME}", *statements()), hostname=name), pod=f"speaker-{'ab'[at]}"
        )
    expect(RULE, ids() | silent, "warning", "2 nodes", subject=SAME, whose=None, shown=(f"bgp router-id {SAME}",))


def test_sessions_are_refused_for_it():
    members = ids(worker_0=SAME)
    block = lost("Active", BAD_IDENTIFIER, ids=("0.0.0.0", SAME))
    members |= dump(block, config(hostname="worker-1"), pod="speaker-b")
    text = ("worker-0, worker-1", "refused for their router ID (Bad BGP Identifier)")
    expect(RULE, members, "error", *text, subject=SAME, whose=None, shown=("Bad BGP Identifier",))


def test_the_resource_alone_proves_it():
    """Nobody asked FRR, but the speakers run, and the resource gives each of them the same router ID."""
    members = peer(routerID=SAME)
    for at, name in enumerate(WORKERS):
        members |= node(name) | speaker_pod(f"speaker-{'abc'[at]}", name)
    text = (f"the BGP router ID {SAME} is set for 3 nodes: worker-0, worker-1, worker-2", "set by BGPPeer tor1")
    expect(RULE, members, "warning", *text, subject=SAME, whose=None, shown=("routerID",))
    chosen = peer(routerID=SAME, nodeSelectors=node_selector("worker-1"))
    quiet(RULE, members | chosen)
    two = chosen | peer("tor2", "192.0.2.2", routerID=SAME, nodeSelectors=node_selector("worker-2"))
    expect(RULE, members | two, "warning", "worker-1, worker-2", "BGPPeer tor1, BGPPeer tor2", subject=SAME, whose=None)


def test_one_node_shows_it_the_other_was_not_collected():
    members = {path: text for path, text in ids(worker_0=SAME).items() if "speaker-b/frr" not in path}
    members |= peer(routerID=SAME, nodeSelectors=node_selector("worker-0", "worker-1"))
    expect(RULE, members, "warning", "2 nodes have", "worker-0, worker-1", subject=SAME, whose=None)


def test_a_resource_that_the_nodes_do_not_follow():
    """What FRR shows counts: the resource did not reach it."""
    quiet(RULE, ids() | peer(routerID=SAME), 3)


def test_an_frr_configuration_sets_it():
    spec = ["bgp:", "  routers:", "  - asn: 64500", f"    id: {SAME}"]
    everywhere = resource("FRRConfiguration", "ids", spec, group="frrk8s.metallb.io")
    members = {}
    for at, name in enumerate(WORKERS):
        members |= node(name) | speaker_pod(f"speaker-{'abc'[at]}", name)
    expect(RULE, members | everywhere, "warning", "FRRConfiguration ids", subject=SAME, whose=None, shown=("id:",))
    selector = ["nodeSelector:", "  matchLabels:", "    kubernetes.io/hostname: worker-0"]
    quiet(RULE, members | resource("FRRConfiguration", "ids", [*spec, *selector], group="frrk8s.metallb.io"))
    quiet(RULE, members | ids() | resource("FRRConfiguration", "ids", spec[:3], group="frrk8s.metallb.io"), 3)


def test_the_same_in_two_vrfs_of_different_nodes():
    """A VRF is a network of its own."""
    members = ids()
    for at, (name, vrf) in enumerate((("worker-0", "red"), ("worker-1", "blue"))):
        head = f"router bgp 64500 vrf {vrf}"
        text = config((f" bgp router-id {SAME}", *statements()), router=head, hostname=name)
        members |= dump(None, text, pod=f"speaker-{'ab'[at]}")
    quiet(RULE, members, 3)
    text = config((f" bgp router-id {SAME}", *statements()), router="router bgp 64500 vrf red", hostname="worker-1")
    members |= dump(None, text, pod="speaker-b")
    expect(RULE, members, "warning", f"{SAME} in VRF red", subject=SAME, whose=None)


def test_saved_summaries_tell_it():
    members = node("worker-0") | node("worker-1")
    for name in ("worker-0", "worker-1"):
        members |= summary(row(up="01:00:00", cell="0"), folder=f"saved/{name}")
    expect(RULE, members, "warning", "worker-0, worker-1", subject="192.0.2.20", whose=None, shown=("192.0.2.20",))
    members |= summary(row(PEER, up="01:00:00", cell="0"), folder="saved/worker-0", family="IPv6 Unicast")
    assert len(found(RULE, members)) == 1


def test_outputs_of_unknown_nodes():
    """Two outputs without a node may be of one: before and after a change."""
    members = summary(row(), folder="saved/before") | summary(row(), folder="saved/after")
    unjudged(RULE, members, "its node is not known")


def test_masked_and_unset_ids():
    unset, masked, same = "0.0.0.0", "xxx.xxx.xxx.xxx", "x-ipv4-0000000007-x"
    quiet(RULE, ids(worker_0=unset, worker_1=unset))
    quiet(RULE, ids(worker_0=masked, worker_1=masked))
    assert found(RULE, ids(worker_0=same, worker_1=same)) == [(None, same, "warning")]


@pytest.mark.parametrize("image", ["must-gather.local.2/image"])
def test_one_node_in_two_collections(image):
    members = ids()
    first = members | {path.replace("must-gather.local.1/image", image): text for path, text in members.items()}
    quiet(RULE, first, 3)


def test_whom_a_resource_selects_is_not_known():
    unjudged(RULE, peer(routerID=SAME) | node("worker-0") | node("worker-1"), "which nodes it selects is not known")


def test_many_nodes():
    members = peer(routerID=SAME)
    for at in range(12):
        members |= node(f"node-{at:02}") | speaker_pod(f"speaker-{at}", f"node-{at:02}")
    text = ("12 nodes: node-00, node-01, node-02, node-03 and 8 more",)
    assert len(expect(RULE, members, "warning", *text, subject=SAME, whose=None).evidence) <= 8


def test_healthy():
    healthy = {}
    for at, name in enumerate(WORKERS):
        healthy |= dump(
            neighbor(ids=("192.0.2.1", f"192.0.2.2{at}")), config(hostname=name), pod=f"speaker-{'abc'[at]}"
        )
    quiet(RULE, cluster() | healthy, 3)
    quiet(RULE, workers() | healthy | peer(routerID=SAME, nodeSelectors=node_selector("worker-0")), 3)


def test_nothing_was_collected():
    assert outcome_of(RULE, pool() | node()).status == "not_checked"
    # One router ID is like no other.
    (alone,) = [{key: text} for key, text in summary(row()).items()]
    assert outcome_of(RULE, alone).status == "not_checked"
