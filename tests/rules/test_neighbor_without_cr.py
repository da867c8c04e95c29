"""A neighbor that nothing asks for: what explains it, and what must have been collected to say so."""

from bgp_kit import NAMESPACE, OTHER, down, dump, expect, quiet, unjudged
from config_kit import FRR_K8S, extras, frr_configuration, node_state, of_frrk8s, running, wish, without
from kit import outcome_of
from metallb_kit import PEER, cluster, container_log, frr, node_selector, peer

from analyzer.model import Status

RULE = "neighbor-without-cr"
TWO = running(lead=f" neighbor {PEER} remote-as 64512\n neighbor {OTHER} remote-as 64999")
RED = running() + f"\nrouter bgp 64500 vrf red\n neighbor {OTHER} remote-as 64999\nexit\nend"


def two(members=None):
    """Worker-0 runs a second neighbor."""
    return (members or cluster()) | frr(running=TWO)


def test_a_deleted_peer_that_still_runs():
    found = expect(
        RULE,
        two(),
        "warning",
        "worker-0 runs the neighbor 192.0.2.2 (AS 64999), but no BGPPeer asks for it there",
        subject=OTHER,
        shown=(f"neighbor {OTHER} remote-as 64999", "router bgp 64500"),
    )
    assert "FRRConfiguration" not in found.message


def test_a_peer_of_other_nodes():
    members = two() | peer("tor2", OTHER, nodeSelectors=node_selector("worker-9"))
    expect(RULE, members, "warning", "; BGPPeer tor2 is for other nodes", subject=OTHER, shown=("nodeSelectors",))


def test_in_another_vrf():
    text = RED.replace("end\nrouter", "router")
    expect(RULE, cluster() | frr(running=text), "warning", "192.0.2.2 (AS 64999) in VRF red", subject=OTHER)


def test_without_an_as():
    text = running(lead=f" neighbor {PEER} remote-as 64512\n neighbor {OTHER} description old")
    expect(RULE, cluster() | frr(running=text), "warning", "neighbor 192.0.2.2, but no BGPPeer", subject=OTHER)


def test_a_failed_reload_is_named():
    log = container_log(
        "09:59:00 Reloading FRR", "09:59:01 Failed to fully apply configuration file", container="reloader"
    )
    expect(RULE, two() | log, "warning", "; because FRR did not load the configuration", subject=OTHER)


def test_frr_k8s_with_its_configurations():
    own = frr_configuration("metallb-worker-0", wish(), namespace=FRR_K8S)
    words = "but no BGPPeer or FRRConfiguration asks for it there"
    expect(RULE, of_frrk8s(two()) | own, "warning", words, subject=OTHER)
    both = own | frr_configuration("ovnk-generated-x7k2p", wish(OTHER, 64999), namespace=FRR_K8S)
    quiet(RULE, of_frrk8s(two()) | both, 6)


def test_raw_configuration_explains_it():
    raw = extras("router bgp 64500", f" neighbor {OTHER} remote-as 64999")
    found = expect(RULE, two() | raw, "info", "the ConfigMap bgpextras adds it as raw FRR", subject=OTHER)
    assert any("bgpextras" in one.path for one in found.evidence)
    expect(
        RULE,
        two() | extras("router bgp 64500", " neighbor 192.0.2.9 remote-as 1"),
        "warning",
        "no BGPPeer",
        subject=OTHER,
    )
    own = frr_configuration("metallb-worker-0", wish(), namespace=FRR_K8S)
    by_hand = frr_configuration("extra", namespace=FRR_K8S, raw={"rawConfig": "router bgp 64500", "priority": 5})
    words = "FRRConfiguration extra has raw FRR configuration, which may add it"
    expect(RULE, of_frrk8s(two()) | own | by_hand, "info", words, subject=OTHER, shown=('"raw"',))
    for_others = frr_configuration(
        "extra", namespace=FRR_K8S, raw={"rawConfig": "x"}, selector={"matchLabels": {"a": "b"}}
    )
    expect(RULE, of_frrk8s(two()) | own | for_others, "warning", "no BGPPeer", subject=OTHER)


def test_what_was_not_gathered():
    unjudged(RULE, of_frrk8s(two()), "FRRConfiguration resources", examined=3)
    elsewhere = frr_configuration("metallb-worker-0", wish(), namespace=NAMESPACE)
    unjudged(RULE, of_frrk8s(two()) | elsewhere, f"FRRConfiguration resources of {FRR_K8S}", examined=3)
    only = without(two(), "bgppeers") | frr_configuration("metallb-worker-0", wish(), namespace=FRR_K8S)
    unjudged(RULE, only, "BGPPeer resources", examined=3)
    unjudged(RULE, cluster() | dump(down(), None), "running configuration", examined=2)
    assert outcome_of(RULE, without(two(), "bgppeers")).status is Status.NOT_CHECKED


def test_a_saved_configuration():
    saved = {"saved/worker-0/running-config.txt": TWO}
    resources = peer() | peer("tor3", "192.0.2.3")
    expect(RULE, resources | saved, "warning", "asks for it there", subject=OTHER)
    unjudged(RULE, resources | saved | node_state(running(), "worker-9"), "FRRConfiguration", examined=4)


def test_dynamic_and_healthy():
    listen = (
        "neighbor TORS peer-group",
        "neighbor TORS remote-as 64512",
        "bgp listen range 203.0.113.0/24 peer-group TORS",
    )
    quiet(RULE, cluster() | frr(running=running(top=listen)), 3)
    quiet(RULE, cluster(), 3)
    quiet(RULE, of_frrk8s(cluster()), 3)
