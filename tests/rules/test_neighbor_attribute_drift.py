"""Every attribute that may run otherwise than asked for, and every spelling that means the same."""

import pytest
from bgp_kit import OTHER, dump, expect, neighbor, quiet, unjudged
from config_kit import FRR_K8S, frr_configuration, node_state, of_frrk8s, on_worker_0, running, wish, without
from kit import outcome_of
from metallb_kit import cluster, container_log, frr, node_selector, peer

from analyzer.model import Status

RULE = "neighbor-attribute-drift"
V6 = "2001:db8::1"


def changed(*statements, asked=None, **changes):
    """Worker-0 runs these statements; the others what they did: the BGPPeer is for worker-0 alone."""
    only = {"nodeSelectors": [{"matchLabels": {"kubernetes.io/hostname": "worker-0"}}]}
    return on_worker_0(*statements, **changes) | peer(**only, **(asked or {}))


DIFFERENT = {
    "remote AS": ((), {"peerASN": 64513}, "with remote-as 64512, BGPPeer tor1 asks for 64513", "remote-as 64512"),
    "dynamic AS": ((), {"peerASN": 0, "dynamicASN": "external"}, "asks for external", "dynamicASN"),
    "local AS": (("local-as 64777 no-prepend replace-as",), {"localASN": 64778}, "with local-as 64777", "64778"),
    "no local AS": ((), {"localASN": 64778}, "without local-as, BGPPeer tor1 asks for 64778", "64778"),
    "router AS": ((), {"myASN": 64501}, "with router AS 64500, BGPPeer tor1 asks for 64501", "router bgp 64500"),
    "router ID": ((), {"routerID": "192.0.2.99"}, "without router ID, BGPPeer tor1 asks for 192.0.2.99", "routerID"),
    "port": ((), {"peerPort": 1179}, "without port, BGPPeer tor1 asks for 1179", "peerPort"),
    "other port": (("port 1180",), {"peerPort": 179}, "with port 1180, BGPPeer tor1 asks for 179", "port 1180"),
    "timers": (("timers 30 90",), {"holdTime": "180s"}, "with timers 30 90, BGPPeer tor1 asks for 60 180", "180s"),
    "default timers": ((), {"holdTime": "90s"}, "with timers 60 180, BGPPeer tor1 asks for 30 90", "holdTime"),
    "keepalive": (("timers 30 90",), {"keepaliveTime": "10s"}, "BGPPeer tor1 asks for 10 30", "keepaliveTime"),
    "connect time": (("timers connect 10",), {"connectTime": "5s"}, "with connect time 10", "timers connect 10"),
    "source": (("update-source 192.0.2.20",), {"sourceAddress": "192.0.2.21"}, "update-source 192.0.2.20", "2.21"),
    "no password": ((), {"passwordSecret": {"name": "s"}}, "without a password, BGPPeer tor1 sets one", "Secret"),
    "profile": (("bfd", "bfd profile slow"), {"bfdProfile": "fast"}, "with BFD profile slow", "bfd profile slow"),
    "no profile": ((), {"bfdProfile": "fast"}, "without BFD profile, BGPPeer tor1 asks for fast", "bfdProfile"),
    "multihop": ((), {"ebgpMultiHop": True}, "without ebgp-multihop, BGPPeer tor1 asks for yes", "ebgpMultiHop"),
    "no multihop": (("ebgp-multihop 4",), {"ebgpMultiHop": False}, "with ebgp-multihop 4", "ebgp-multihop 4"),
    "dual stack": ((), {"dualStackAddressFamily": True}, "with address families ipv4", "dualStack"),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_it_runs_otherwise(name):
    statements, asked, words, shown = DIFFERENT[name]
    expect(RULE, changed(*statements, asked=asked), "error", "192.0.2.1 on worker-0 runs", words, shown=(shown,))


SAME = {
    "nothing asked": (("timers 30 90", "password x", "bfd", "bfd profile p", "port 1179", "ebgp-multihop"), {}),
    "external": ((), {"peerASN": 0, "dynamicASN": "external"}, {"remote_as": "external"}),
    "the default port": ((), {"peerPort": 179}),
    "port 0": ((), {"peerPort": 0}),
    "both timers": (("timers 10 30",), {"holdTime": "30s", "keepaliveTime": "10s"}),
    "hold time alone": (("timers 33 100",), {"holdTime": "1m40s"}),
    "keepalive alone": (("timers 20 60",), {"keepaliveTime": "20s"}),
    "keepalive alone, old": (("timers 20 90",), {"keepaliveTime": "20s"}),
    "cut to a third": (("timers 30 90",), {"holdTime": "90s", "keepaliveTime": "60s"}),
    "no hold time": (("timers 0 0",), {"holdTime": "0s", "keepaliveTime": "0s"}),
    "no hold time, old": (("timers 30 90",), {"holdTime": "0s"}),
    "no keepalive": (("timers 0 90",), {"holdTime": "90s", "keepaliveTime": "0s"}),
    "no keepalive, old": (("timers 30 90",), {"holdTime": "90s", "keepaliveTime": "0s"}),
    "default timers": ((), {"holdTime": "180s", "keepaliveTime": "60s"}),
    "timers of the profile": ((), {"holdTime": "9s"}, {"profile": "datacenter"}),
    "timers of the router": ((), {"holdTime": "30s"}, {"top": ("timers bgp 10 30",)}),
    "unknown profile": ((), {"holdTime": "30s", "connectTime": "7s"}, {"profile": "someday"}),
    "connect time": (("timers connect 10",), {"connectTime": "10s"}),
    "default connect time": ((), {"connectTime": "120s"}),
    "connect time of the profile": ((), {"connectTime": "10s"}, {"profile": "datacenter"}),
    "source": (("update-source 192.0.2.20",), {"sourceAddress": "192.0.2.20"}),
    "source, spelled": (("update-source 2001:db8::20",), {"sourceAddress": "2001:DB8:0::20"}),
    "password": (("password <retracted>",), {"passwordSecret": {"name": "s"}}),
    "profile": (("bfd", "bfd profile fast"), {"bfdProfile": "fast"}),
    "multihop": (("ebgp-multihop 255",), {"ebgpMultiHop": True}),
    "plain multihop": (("ebgp-multihop",), {"ebgpMultiHop": True}),
    "multihop of an internal one": ((), {"ebgpMultiHop": True, "peerASN": 64500}, {"remote_as": "64500"}),
    "no multihop": ((), {"ebgpMultiHop": False}),
    "own family": ((), {"disableMP": True}),
    "router ID": ((), {"routerID": "192.0.2.20"}, {"top": ("bgp router-id 192.0.2.20",)}),
    "local AS": (("local-as 64777 no-prepend replace-as",), {"localASN": 64777}),
}


@pytest.mark.parametrize("name", SAME)
def test_it_means_the_same(name):
    statements, asked, *changes = SAME[name]
    quiet(RULE, changed(*statements, asked=asked, **(changes[0] if changes else {})), 3)


def test_a_number_where_frr_takes_any_external_as():
    asked = {"peerASN": 64513}
    expect(RULE, changed(asked=asked, remote_as="internal"), "error", "with remote-as internal")
    own = changed(asked={"peerASN": 64500})
    quiet(RULE, own | dump(neighbor(remote_as=64500), running(remote_as="internal")), 3)
    quiet(RULE, own | dump(None, running(remote_as="internal")), 3)
    block = neighbor(remote_as=64513)
    quiet(RULE, changed(asked=asked) | dump(block, running(remote_as="external")), 3)
    members = changed(asked=asked) | dump(neighbor(), running(remote_as="external"))
    expect(RULE, members, "error", "with remote-as external, BGPPeer tor1 asks for 64513")


def test_a_password_that_was_cut_out_of_the_archive():
    block = neighbor(after=("  Peer Authentication Enabled",))
    quiet(RULE, changed(asked={"password": "x"}) | dump(block, running()), 3)


def test_several_at_once_in_one_finding():
    members = changed("timers 30 90", "password x", asked={"peerASN": 64513, "holdTime": "30s"})
    found = expect(RULE, members, "error", "remote-as 64512", "; with timers 30 90, BGPPeer tor1 asks for 10 30")
    assert "password" not in found.message


def test_both_families_although_one_is_asked_for():
    both = " address-family ipv6 unicast\n  neighbor 192.0.2.1 activate\n exit-address-family\nexit"
    text = running().replace(" exit-address-family\nexit", f" exit-address-family\n{both}", 1)
    only = {"disableMP": True}
    members = changed(asked=only) | frr(running=text)
    expect(RULE, members, "error", "with address families ipv4 ipv6, BGPPeer tor1 asks for ipv4")
    quiet(RULE, changed(asked={"dualStackAddressFamily": True}) | frr(running=text), 3)


def test_an_unnumbered_neighbor():
    text = running(peer="eth1", lead=" neighbor eth1 interface remote-as 64512")
    block = neighbor(header="BGP neighbor on eth1: fe80::1, remote AS 64512, local AS 64500, external link")
    asked = {"interface": "eth1", "ebgpMultiHop": True, "disableMP": True}
    members = changed() | peer(address=None, **asked) | dump(block, text)
    assert not outcome_of(RULE, members).findings


def test_the_spelling_of_ipv6():
    block = neighbor(header=f"BGP neighbor is {V6}, remote AS 64512, local AS 64500, external link")
    members = changed() | peer(address="2001:DB8:0:0::1", holdTime="30s") | dump(block, running(peer=V6))
    expect(RULE, members, "error", "2001:db8::1 on worker-0", "asks for 10 30", subject=V6)


def test_another_vrf():
    members = changed(asked={"vrf": "red"}, router="router bgp 64500 vrf blue")
    words = "192.0.2.1 on worker-0 runs in VRF blue, BGPPeer tor1 asks for VRF red"
    expect(RULE, members, "error", words, shown=("vrf", "router bgp 64500 vrf blue"))
    assert "worker-0" not in {one.node for one in outcome_of("neighbor-without-cr", members).findings}
    assert not outcome_of("bgppeer-not-in-running-config", members).findings
    kept = changed(asked={"vrf": "red", "holdTime": "30s"}, router="router bgp 64500 vrf red")
    expect(RULE, kept, "error", "192.0.2.1 in VRF red on worker-0")


def test_frr_k8s_in_between():
    """The speaker has not passed on what the BGPPeer asks for; frr-k8s runs what it was told."""
    members = of_frrk8s(changed(asked={"peerASN": 64513}))
    told = frr_configuration("metallb-worker-0", wish(), namespace=FRR_K8S)
    words = "with remote-as 64512, BGPPeer tor1 asks for 64513 (FRRConfiguration metallb-worker-0 says 64512)"
    assert words in next(one.message for one in outcome_of(RULE, members | told).findings if one.node == "worker-0")


def test_frr_k8s_does_not_run_what_it_was_told():
    members = of_frrk8s(without(changed(), "bgppeers"))
    told = frr_configuration(
        "metallb-worker-0",
        wish(asn=64513),
        asn=64501,
        namespace=FRR_K8S,
        selector={"matchLabels": {"kubernetes.io/hostname": "worker-0"}},
        router={"id": "192.0.2.99"},
    )
    found = expect(RULE, members | told, "error", "remote-as 64512, FRRConfiguration metallb-worker-0 asks for 64513")
    assert "with router AS 64500, FRRConfiguration metallb-worker-0 asks for 64501" in found.message
    assert "without router ID" in found.message


def test_several_configurations_of_one_neighbor():
    """They are merged: each says what it says, and what one of them asks for runs."""
    members = of_frrk8s(changed("bfd", "bfd profile fast"))
    one = frr_configuration("a", wish(bfdProfile="fast"), namespace=FRR_K8S)
    merged = members | one | frr_configuration("b", wish(), namespace=FRR_K8S)
    assert not [each for each in outcome_of(RULE, merged).findings if each.node == "worker-0"]
    both = frr_configuration("a", wish(bfdProfile="fast"), namespace=FRR_K8S) | frr_configuration(
        "b", wish(bfdProfile="slow"), namespace=FRR_K8S
    )
    assert not [one for one in outcome_of(RULE, members | both).findings if one.node == "worker-0"]
    third = of_frrk8s(changed("bfd", "bfd profile other")) | both
    (found,) = [one for one in outcome_of(RULE, third).findings if one.node == "worker-0"]
    assert "FRRConfiguration a and FRRConfiguration b ask for fast" in found.message


def test_the_status_of_frr_k8s_stands_for_a_dump():
    members = without(of_frrk8s(changed(asked={"holdTime": "30s"})), "dump_frr") | node_state(running())
    found = expect(RULE, members, "error", "with timers 60 180")
    assert any("frrnodestates" in one.path for one in found.evidence)


def test_what_froze_it():
    log = container_log(
        "09:59:00 Reloading FRR", "09:59:01 Failed to fully apply configuration file", container="reloader"
    )
    found = expect(RULE, changed(asked={"holdTime": "30s"}) | log, "error", "asks for 10 30")
    assert "; because FRR did not load the configuration" in found.message


def test_healthy_and_unknown():
    quiet(RULE, cluster(), 3)
    quiet(RULE, of_frrk8s(cluster()), 3)
    unjudged(RULE, cluster() | dump(neighbor(), None), "not collected", examined=2)
    for members in (without(cluster(), "bgppeers"), without(cluster(), "/frr/frr/")):
        assert outcome_of(RULE, members).status is Status.NOT_CHECKED


def test_a_pod_that_has_just_started():
    young = {
        path: text.replace("2026-11-20T00:00:00Z", "2026-11-21T09:59:30Z") if "/speaker-a/" in path else text
        for path, text in changed(asked={"holdTime": "30s"}).items()
    }
    unjudged(RULE, young, "less than a minute", examined=2)
    made = peer(holdTime="30s", nodeSelectors=node_selector("worker-0"))
    made = {path: text.replace("2026-11-01T00:00:00Z", "2026-11-21T09:59:30Z") for path, text in made.items()}
    unjudged(RULE, on_worker_0() | made, "less than a minute", examined=2)


def test_a_configuration_that_is_cut_in_the_middle_of_the_neighbor():
    asked = {"holdTime": "30s", "bfdProfile": "fast"}
    text = running("timers 30 90").split(" address-family")[0]
    expect(RULE, changed(asked=asked) | frr(running=text), "error", "with timers 30 90, BGPPeer tor1 asks for 10 30")
    quiet(RULE, changed(asked=asked) | frr(running=running().split(" address-family")[0]), 3)


def test_what_metallb_never_passes_on_to_frr_k8s():
    asked = {"sourceAddress": "192.0.2.21"}
    members = of_frrk8s(changed(asked=asked))
    words = "without update-source, BGPPeer tor1 asks for 192.0.2.21; MetalLB does not pass it on to frr-k8s"
    expect(RULE, members, "warning", words)
    expect(RULE, changed(asked=asked), "error", "without update-source")
    expect(RULE, of_frrk8s(changed(asked={**asked, "holdTime": "30s"})), "error", "asks for 10 30")


def test_resources_of_other_peers_say_nothing():
    quiet(RULE, cluster() | peer("tor2", OTHER, holdTime="30s", nodeSelectors=[{"matchLabels": {"no": "node"}}]), 3)
