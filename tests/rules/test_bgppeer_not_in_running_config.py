"""A neighbor that is asked for and not configured: in every mode, and when nobody can tell."""

import pytest
from bgp_kit import IDLE, OTHER, down, dump, expect, neighbor, node, quiet, row, summary, unjudged
from config_kit import (
    FRR_K8S,
    frr_configuration,
    node_state,
    of_frrk8s,
    on_worker_0,
    rendered,
    running,
    wish,
    without,
)
from kit import outcome_of
from metallb_kit import PEER, cluster, container_log, frr, node_selector, peer, speaker_pod

from analyzer.model import Status
from analyzer.rule import Rule
from analyzer.run import analyze

RULE = "bgppeer-not-in-running-config"
SECOND = peer("tor2", OTHER)
ETH = peer("eth", None, interface="eth1", peerASN=64999, nodeSelectors=node_selector("worker-0"))


def lacking(members=None):
    """Another peer on worker-0 alone, which its running configuration lacks."""
    return (members or cluster()) | peer("tor2", OTHER, nodeSelectors=node_selector("worker-0"))


def test_a_peer_that_no_neighbor_statement_names():
    found = expect(
        RULE,
        lacking(),
        "error",
        "worker-0 does not run the neighbor 192.0.2.2 that BGPPeer tor2 asks for",
        "router bgp 64500 in its running configuration has only 192.0.2.1",
        subject=OTHER,
        shown=("peerAddress", "router bgp 64500", "neighbor 192.0.2.1 remote-as"),
    )
    assert "because" not in found.message


def test_a_configuration_without_bgp():
    members = cluster() | dump("% No BGP neighbors found", IDLE)
    expect(RULE, members, "error", "its running configuration has no router bgp", shown=("peerAddress", "8.4.4"))


def test_a_router_without_neighbors():
    text = running().replace(f"neighbor {PEER}", "neighbor 192.0.2.77")
    lines = [line for line in text.split("\n") if " neighbor " not in line]
    members = cluster() | dump("% No BGP neighbors found", "\n".join(lines))
    expect(RULE, members, "error", "router bgp 64500 in its running configuration has no neighbor")


def test_many_neighbors_are_counted():
    others = [f" neighbor 192.0.2.{at} remote-as 64512" for at in range(11, 17)]
    text = running().replace(f" neighbor {PEER} remote-as 64512", "\n".join(others))
    text = "\n".join(line for line in text.split("\n") if PEER + " " not in line)
    found = expect(RULE, cluster() | frr(running=text), "error", "192.0.2.11, 192.0.2.12", "and 2 more")
    assert "192.0.2.15" not in found.message


def test_a_vrf_that_has_no_router():
    expect(
        RULE,
        cluster() | peer("tor2", OTHER, vrf="red", nodeSelectors=node_selector("worker-0")),
        "error",
        "in VRF red that BGPPeer tor2",
        "no router bgp of that VRF",
        subject=OTHER,
    )


def test_frr_conf_has_it():
    members = lacking() | rendered(running(lead=f" neighbor {OTHER} remote-as 64512\n neighbor {PEER} remote-as 64512"))
    expect(RULE, members, "error", "; frr.conf has it", subject=OTHER, shown=(f"neighbor {OTHER} remote-as",))


def test_the_speaker_has_not_passed_it_on():
    own = frr_configuration("metallb-worker-0", wish(), namespace=FRR_K8S)
    expect(
        RULE,
        lacking(of_frrk8s(cluster())) | own,
        "error",
        "FRRConfiguration metallb-worker-0 does not hold it either",
        subject=OTHER,
        shown=("metallb-worker-0",),
    )


def test_frr_k8s_has_not_applied_it():
    own = frr_configuration(
        "metallb-worker-0",
        wish(),
        wish(OTHER),
        namespace=FRR_K8S,
        selector={"matchLabels": {"kubernetes.io/hostname": "worker-0"}},
    )
    members = lacking(of_frrk8s(cluster())) | own
    asked = "BGPPeer tor2 and FRRConfiguration metallb-worker-0 ask for"
    expect(RULE, members, "error", asked, subject=OTHER)


def test_a_configuration_of_an_administrator_alone():
    members = without(of_frrk8s(cluster()), "bgppeers") | frr_configuration(
        "uplink", wish(OTHER), selector={"matchLabels": {"kubernetes.io/hostname": "worker-1"}}, namespace=FRR_K8S
    )
    expect(RULE, members, "error", "FRRConfiguration uplink asks", subject=OTHER, whose="worker-1")


def test_what_froze_it():
    loaded = {"at": "08:00:00", "level": "info", "event": "configLoaded", "msg": "config (re)loaded"}
    stale = {"at": "09:55:00", "level": "error", "error": "peer tor2 has no AS"}
    members = lacking() | container_log(loaded, {**stale, "msg": "config (re)load failed, config marked stale"})
    why = "; because the speaker rejected the resources at 2026-11-21 09:55:00: peer tor2 has no AS (BGPPeer tor2)"
    expect(RULE, members, "error", why, subject=OTHER, shown=("config marked stale", "name: tor2"))


def test_what_froze_the_controller_did_not_freeze_the_node():
    stale = {"at": "09:55:00", "level": "error", "error": "no", "msg": "config (re)load failed, config marked stale"}
    log = container_log(stale, pod="controller-x", container="controller")
    assert "because" not in expect(RULE, lacking() | log, "error", subject=OTHER).message


def test_the_status_of_frr_k8s_stands_for_a_dump():
    resources = peer() | SECOND | node()
    found = expect(RULE, resources | node_state(running()), "error", "in its FRRNodeState has only", subject=OTHER)
    assert found.evidence[0].path.endswith("tor2.yaml")


def test_healthy():
    quiet(RULE, cluster(), 3)
    quiet(RULE, of_frrk8s(cluster()), 3)
    quiet(RULE, cluster() | peer("tor2", OTHER, nodeSelectors=node_selector("worker-9")), 3)
    quiet(RULE, without(of_frrk8s(cluster()), "dump_frr") | node_state(running()), 1)


def test_a_node_without_speaker_in_frr_k8s_mode():
    members = of_frrk8s(lacking())
    quiet(RULE, without(members, "/speaker-a/"), 3)


@pytest.mark.parametrize("kind", ["native", "frr"])
def test_peers_are_not_for_the_frr_k8s_of_others(kind):
    members = {
        path: text.replace('"value": "frr-k8s"', f'"value": "{kind}"') if "/speaker-" in path else text
        for path, text in of_frrk8s(lacking()).items()
    }
    quiet(RULE, members, 3)


def test_a_speaker_that_is_not_told_its_mode():
    told = '"name": "METALLB_BGP_TYPE", "value": "frr-k8s"'
    spaced = '"name": "METALLB_BGP_TYPE",\n                        "value": "frr-k8s"'
    members = {
        path: text.replace(spaced, told).replace(told, '"name": "METALLB_HOST", "value": "h"')
        for path, text in of_frrk8s(lacking()).items()
    }
    assert any("METALLB_HOST" in text for text in members.values())
    quiet(RULE, members, 3)
    env = ', "env": [{"name": "METALLB_HOST", "value": "h"}]'
    own = {
        path: text.replace('"name": "speaker"\n', f'"name": "speaker"{env}\n') if "/speaker-a.yaml" in path else text
        for path, text in lacking().items()
    }
    assert any("METALLB_HOST" in text for text in own.values())
    expect(RULE, own, "error", "BGPPeer tor2", subject=OTHER)


def test_a_configuration_of_a_node_whose_labels_are_unknown():
    chosen = {"matchLabels": {"kubernetes.io/hostname": "worker-0"}}
    own = frr_configuration("metallb-worker-0", wish(OTHER), namespace=FRR_K8S, selector=chosen)
    members = without(of_frrk8s(cluster()), "core/nodes", "bgppeers", "/speaker-b/", "/frr-k8s-b/", "-c/")
    expect(RULE, members | own, "error", "FRRConfiguration metallb-worker-0 asks", subject=OTHER)
    some = frr_configuration("some", wish(OTHER), namespace=FRR_K8S, selector={"matchLabels": {"rack": "a"}})
    unjudged(RULE, members | some, "labels of the node", examined=1)


def test_the_own_frr_of_a_speaker_is_not_fed_by_frr_k8s():
    quiet(RULE, cluster() | frr_configuration("uplink", wish(OTHER), namespace=FRR_K8S), 3)


def test_a_dynamic_neighbor_is_there():
    listen = (f"neighbor TORS peer-group\n neighbor TORS remote-as 64512\n bgp listen range {PEER}/24 peer-group TORS",)
    text = "\n".join(line for line in running(top=listen).split("\n") if f"neighbor {PEER}" not in line).replace(
        f"{PEER}/24", "192.0.2.0/24"
    )
    extra = ("  Member of peer-group TORS for session parameters",)
    block = neighbor(header=f"BGP neighbor is *{PEER}, remote AS 64512, local AS 64500, external link", extra=extra)
    quiet(RULE, cluster() | dump(block, text), 3)


def test_remote_as_external_is_a_neighbor():
    quiet(RULE, on_worker_0(remote_as="external"), 3)


def test_an_unnumbered_neighbor_of_the_same_as():
    text = running(peer="eth1", lead=" neighbor eth1 interface remote-as 64512")
    members = cluster() | dump(neighbor(header="BGP neighbor on eth1: fe80::1, remote AS 64512, local AS 64500"), text)
    unjudged(RULE, members, "eth1 of the same AS", examined=3)
    other = text.replace("64512", "64999")
    block = neighbor(header="BGP neighbor on eth1: fe80::1, remote AS 64999, local AS 64500, external link")
    expect(RULE, cluster() | dump(block, other), "error", "has only eth1")
    expect(RULE, cluster() | dump(block, other) | ETH, "error", "tor1")


def test_nobody_knows():
    unjudged(RULE, cluster() | dump(down(), None), "not collected", examined=2)
    unjudged(RULE, cluster() | dump(down(), running().replace("\nend", "").split(" neighbor")[0]), "cut", examined=2)
    dead = dump(None, IDLE) | rendered()
    unjudged(RULE, cluster() | dead, "bgpd gave no answer", examined=2)
    selected = {"nodeSelectors": node_selector("worker-0")}
    hidden = without(cluster(), "core/nodes") | peer("tor2", OTHER, **selected)
    unjudged(RULE, hidden, "labels of the node", examined=3)


UP = {"up": "01:00:00", "cell": "0", "messages": (10, 11)}


def saved(*rows, count=None, **peers):
    """A saved summary, whose heading counts the neighbors, and resources; no running configuration."""
    heading = f"Peers {count or len(rows)}, using 29 KiB of memory\n\nNeighbor "
    members = {path: text.replace("\nNeighbor ", heading) for path, text in summary(*rows).items()} | node()
    members = {path: text.partition("\nTotal")[0] if count else text for path, text in members.items()}
    for name, address in {"tor1": PEER, **peers}.items():
        members |= peer(name, address)
    return members


def test_a_saved_summary_lists_every_neighbor():
    quiet(RULE, saved(row(**UP)), 1)
    words = "worker-0 does not know the neighbor 192.0.2.2 that BGPPeer tor2 asks for: FRR lists only 192.0.2.1"
    members = saved(row(**UP), tor2=OTHER)
    finding = expect(RULE, members, "error", words, subject=OTHER, shown=("192.0.2.2", "192.0.2.1 "))
    assert "more" not in finding.message
    many = saved(*(row(f"192.0.2.{at}") for at in (1, 3, 4, 5, 6)), tor2=OTHER)
    expect(RULE, many, "error", "192.0.2.5 and 1 more", subject=OTHER)


def test_a_saved_summary_that_is_cut(tmp_path):
    for path, text in saved(row(**UP), tor2=OTHER, count=3).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    (outcome,) = analyze([str(tmp_path)], [Rule.registry[RULE]]).outcomes
    assert (outcome.status, len(outcome.gaps)) == (Status.NOT_CHECKED, 2)


def test_a_saved_summary_that_need_not_list_it():
    unjudged(RULE, saved(row(**UP), tor2="2001:db8::2"), "not collected", examined=1)
    blocks = {"saved/worker-0/neighbors.txt": neighbor() + "\n"}
    expect(RULE, blocks | saved(row(**UP), tor2=OTHER), "error", "FRR lists only 192.0.2.1", subject=OTHER)


def test_too_young_to_tell():
    young = speaker_pod(started="2026-11-21T09:59:30Z")
    unjudged(RULE, lacking() | young, "less than a minute", examined=3)
    made = {path: text.replace("2026-11-01T00:00:00Z", "2026-11-21T09:59:20Z") for path, text in lacking().items()}
    unjudged(RULE, made, "less than a minute", examined=3)


def test_without_resources_or_frr():
    for members in (without(cluster(), "bgppeers"), without(cluster(), "/frr/frr/")):
        assert outcome_of(RULE, members).status is Status.NOT_CHECKED


def test_a_state_that_is_left_over_or_torn():
    members = without(of_frrk8s(lacking()), "dump_frr")
    assert outcome_of(RULE, members | node_state(running(), "worker-9")).status is Status.NOT_CHECKED
    assert outcome_of(RULE, members | node_state("")).status is Status.NOT_CHECKED
    torn = running().replace("remote-as 64512", "remote-as nothing")
    unjudged(RULE, members | node_state(torn), "cut", examined=1)
