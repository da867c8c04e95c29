"""Saved metrics of BGP and BFD sessions: whose they are, and that FRR's own words count for more."""

import json

import pytest
from bfd_kit import asking, bfd, counters, peers, running, saved
from bgp_kit import FOR_OTHER_NODES, IMAGE, OTHER, PEER, PEER6, bgp_peer, down, expect, neighbor, node, pod, quiet
from bgp_kit import unjudged as gap
from kit import found, outcome_of
from metallb_kit import cluster, dump, service
from metallb_kit import peer as asked_peer

from analyzer.metrics import peer_of
from analyzer.model import Status
from parsers.base import Evidence, Origin
from parsers.metrics import MetricSample

DOWN, FLAPS, NOTHING, BFD = "bgp-session-down", "bfd-flapping", "bgp-nothing-announced", "bfd-session-down"


def metrics(*lines, path="worker-0/metrics.txt"):
    return {path: "".join(f"metallb_{one}\n" for one in lines)}


def session(value, peer=f"{PEER}:179", **labels):
    told = "".join(f',{key}="{one}"' for key, one in labels.items())
    return f'bgp_session_up{{peer="{peer}",vrf="default"{told}}} {value}'


def labelled_node(name="worker-0", ip="192.0.2.20"):
    (path, text), *_ = node(name).items()
    return {path: f"{text}status:\n  addresses:\n  - address: {ip}\n    type: InternalIP\n"}


def sample(peer, name="bgp_session_up"):
    evidence = Evidence(path="m.txt", first_line=1, last_line=1, excerpt=("x",))
    return MetricSample(evidence=evidence, origin=Origin(), name=name, prefix="metallb", labels={"peer": peer}, value=0)


@pytest.mark.parametrize(
    ("written", "known", "expected"),
    [
        ("192.0.2.1:179", (), PEER),
        ("192.0.2.1:0", (), PEER),
        ("192.0.2.1", (), PEER),
        ("[2001:db8::1]:1179", (), PEER6),
        ("2001:db8::1", (), PEER6),
        ("2001:db8::1:179", (), PEER6),
        ("2001:db8::1:179", ("2001:db8::1:179",), "2001:db8::1:179"),
        ("2001:db8::1:1179", (PEER6,), PEER6),
        ("2001:db8::1:1179", (), "2001:db8::1:1179"),
        ("2001:db8:0:1:2:3:4:5:179", (), "2001:db8:0:1:2:3:4:5"),
        ("<nil>:0", (), None),
        ("net0", (), "net0"),
        ("", (), None),
    ],
)
def test_the_peer_of_a_label(written, known, expected):
    assert peer_of(sample(written), known) == expected


def test_bfd_labels_have_no_port():
    assert peer_of(sample("2001:db8::1:179", "bfd_session_down_events"), ()) == "2001:db8::1:179"


@pytest.mark.parametrize(
    "members",
    [
        node() | metrics(session(0)),
        node() | metrics(session(0), path="saved/metrics-worker-0.txt"),
        metrics(session(0, node="worker-0"), path="m.txt"),
        pod() | metrics(session(0, pod="speaker-a"), path="m.txt"),
        pod() | metrics(session(0), path="metrics/speaker-a.prom"),
        pod() | metrics(session(0), path="metrics/scrape-speaker-a.prom"),
        labelled_node() | metrics(session(0, instance="192.0.2.20:9120"), path="m.txt"),
        node() | metrics(session(0, node="worker-0", instance="192.0.2.20:9120"), path="m.txt"),
        node() | metrics(session(0), "# EOF", path="worker-0/open.txt"),
    ],
)
def test_whose_a_sample_is(members):
    members = {key: text.replace("metallb_# EOF", "# EOF") for key, text in members.items()}
    expect(DOWN, members, "critical", f"BGP session to {PEER} is down: metallb_bgp_session_up is 0", shown=("} 0",))


def test_an_answer_of_prometheus():
    labels = {"__name__": "frrk8s_bgp_session_up", "instance": "192.0.2.20:9141", "peer": PEER6, "vrf": "default"}
    answer = {"data": {"result": [{"metric": labels, "value": [1795255200, "0"]}]}}
    members = labelled_node() | {"metrics.json": json.dumps(answer)}
    expect(DOWN, members, "critical", f"session to {PEER6} is down: frrk8s_bgp_session_up is 0", subject=PEER6)


def test_nothing_tells_the_node():
    expect(DOWN, metrics(session(0), path="x/m.txt"), "critical", f"session to {PEER} of x is down", whose=None)
    two = metrics(session(0), path="x/m.txt") | metrics(session(0), path="y/m.txt")
    assert len({one.id for one in outcome_of(DOWN, two).findings}) == 2
    quiet(DOWN, pod() | dump(neighbor()) | metrics(session(0), path="x/m.txt"))


def test_some_sessions_are_up():
    """One of two peers is down on one of two nodes: neither the node nor the peer is lost everywhere."""
    first = metrics(session(0), session(1, OTHER))
    members = node() | node("worker-1") | first | metrics(session(1), path="worker-1/metrics.txt")
    expect(DOWN, members, "error", "is down")


def test_a_session_that_is_up():
    quiet(DOWN, node() | metrics(session(1)))


def test_a_resource_that_asks():
    members = node() | bgp_peer() | metrics(session(0))
    expect(DOWN, members, "critical", f"BGP session to {PEER} (tor1) is down", shown=("} 0", "name: tor1"))
    quiet(DOWN, node() | bgp_peer("tor1", PEER, 64512, *FOR_OTHER_NODES) | metrics(session(0)))


def test_two_scrapes_that_disagree():
    members = node() | metrics(session(0), path="worker-0/1.txt") | metrics(session(1), path="worker-0/2.txt")
    gap(DOWN, members, "both that the session is up and that it is down")


def test_frr_says_that_it_is_up():
    """A metric may be older than the outputs: it speaks only where FRR does not."""
    quiet(DOWN, pod() | dump(neighbor()) | metrics(session(0)))
    members = pod() | dump(neighbor()) | metrics(session(0, OTHER))
    assert found(DOWN, members) == []


def test_frr_says_that_it_is_down():
    finding = expect(DOWN, pod() | dump(down()) | metrics(session(1)), "critical")
    assert "metallb_" not in finding.message


def test_nothing_collected():
    for rule in (DOWN, FLAPS, NOTHING):
        assert outcome_of(rule, {}).status is Status.NOT_CHECKED


def downs(count, peer=PEER, vrf="default"):
    return f'bfd_session_down_events{{peer="{peer}",vrf="{vrf}"}} {count}'


def test_bfd_losses_beside_the_dump():
    members = asking(bfd()) | pod() | metrics(downs(3))
    said = f"BFD to {PEER} (tor1) went down 3 times since FRR started: metallb_bfd_session_down_events is 3"
    expect(FLAPS, members, "warning", said, shown=("down_events", "Status: up"))
    quiet(FLAPS, asking(bfd()) | pod() | metrics(downs(2)))
    by_hand = saved(config=running(), neighbors=neighbor(), bfd=peers(bfd()))
    quiet(FLAPS, by_hand | counters(1) | metrics(downs(9)))
    gap(FLAPS, asking(bfd()) | pod() | metrics(downs(9, OTHER)), "neither BFD counters")


def test_bfd_losses_without_frr():
    expect(FLAPS, node() | metrics(downs(4)), "warning", f"BFD to {PEER} went down 4 times")
    expect(FLAPS, metrics(downs(4), path="x/m.txt"), "warning", f"BFD to {PEER} of x went", whose=None)
    quiet(FLAPS, node() | metrics(downs(2)))


def bfd_up(value, peer=PEER):
    return f'bfd_session_up{{peer="{peer}",vrf="default"}} {value}'


def test_a_bfd_session_without_frr():
    said = f"BFD session to {PEER} is down: metallb_bfd_session_up is 0"
    expect(BFD, node() | metrics(bfd_up(0)), "error", said, shown=("bfd_session_up",))
    expect(BFD, metrics(bfd_up(0), session(0), path="x/m.txt"), "error", f"{PEER} of x is down: ", whose=None)
    said = "is down while BGP is up: metallb_bfd_session_up is 0"
    expect(BFD, node() | metrics(bfd_up(0), session(1)), "warning", said, shown=("bgp_session_up",))
    quiet(BFD, node() | metrics(bfd_up(1)))
    gap(BFD, node() | metrics(bfd_up(1), bfd_up(0)), "both that the BFD session is up and that it is down")


def test_frr_itself_counts_for_more():
    quiet(BFD, asking(bfd()) | pod() | metrics(bfd_up(0)))
    assert outcome_of(BFD, node() | metrics(session(1))).status is Status.NOT_CHECKED


def announced(count, peer=f"{PEER}:179"):
    return f'bgp_announced_prefixes_total{{peer="{peer}",vrf="default"}} {count}'


def test_no_prefix_beside_the_dump():
    said = f"metallb_bgp_announced_prefixes_total is 0 for {PEER} (tor1), although the node has 198.51.100.10/32 for it"
    expect(NOTHING, cluster() | metrics(announced(0)), "error", said, shown=("total", "network 198.51.100.10/32"))
    assert found(NOTHING, cluster() | metrics(announced(1))) == []


def _without_frr(members):
    return {path: text for path, text in members.items() if "/frr/frr/logs/" not in path}


def test_no_prefix_without_frr():
    members = _without_frr(cluster())
    said = f"total is 0 for {PEER} (tor1), although worker-0 is to announce shop/web (198.51.100.10)"
    expect(NOTHING, members | metrics(announced(0), session(1)), "error", said, shown=("total", "up", "198.51.100.10"))
    for silent in (
        metrics(announced(0)),
        metrics(announced(0), session(0)),
        metrics(announced(1), session(1)),
        metrics(announced(0), session(1), path="unknown/m.txt"),
        metrics(announced(0, PEER6), session(1, PEER6)),
        service(ip=None) | metrics(announced(0), session(1)),
    ):
        assert found(NOTHING, members | silent) == []


def test_a_peer_that_the_advertisement_leaves_out():
    members = _without_frr(cluster()) | asked_peer("tor2", OTHER)
    path = next(one for one in members if "bgpadvertisement" in one)
    members |= {path: members[path] + "  peers:\n  - tor1\n"}
    assert found(NOTHING, members | metrics(announced(0, OTHER), session(1, OTHER))) == []
    assert found(NOTHING, members | metrics(announced(0), session(1))) != []
    assert IMAGE in path
