import pytest
from bgp_kit import expect, one_of, quiet, unjudged
from kit import found, outcome_of
from metallb_kit import cluster, container_log, node_selector, peer, timestamp
from resource_kit import instance, native_speaker, refused, subscription, then_taken, without

RULE = "bgppeer-config-conflict"
OTHER = "192.0.2.2"


def says(members, *words, subject="BGPPeer tor2", shown=()):
    return expect(RULE, members, "error", *words, subject=subject, whose=None, shown=shown)


def second(address=OTHER, **spec):
    return peer("tor2", address, **spec)


@pytest.mark.parametrize(
    ("change", "words", "shown"),
    [
        ({"myASN": 64501}, "has myASN 64501, BGPPeer tor1 (192.0.2.1) has 64500: both are for every node", "64501"),
        ({"routerID": "10.0.0.1"}, "has routerID 10.0.0.1, BGPPeer tor1 (192.0.2.1) has no routerID", "10.0.0.1"),
        ({"address": "192.0.2.1"}, "repeats 192.0.2.1, which BGPPeer tor1 has too", "192.0.2.1"),
    ],
)
def test_two_peers_of_every_node(change, words, shown):
    says(cluster() | second(**change), words, shown=(shown, "64500" if "64501" in shown else "192.0.2.1"))


def test_two_peers_of_one_node():
    mine = {"myASN": 64501, "nodeSelectors": node_selector("worker-1", "worker-2")}
    says(cluster() | second(**mine), "has myASN 64501", "both are for worker-1", shown=("worker-1",))


def test_in_one_vrf():
    red = peer("tor1", vrf="red") | second(vrf="red", myASN=64501)
    says(cluster() | red, "has myASN 64501 in VRF red")
    quiet(RULE, cluster() | peer("tor1", vrf="red") | second(myASN=64501), 2)
    quiet(RULE, cluster() | second("192.0.2.1", vrf="red"), 2)


APART = peer("tor1", nodeSelectors=node_selector("worker-0")) | second(
    myASN=64501, nodeSelectors=node_selector("worker-1")
)


def starting(version):
    line = {"at": "08:00:00", "branch": "main", "level": "info", "version": version}
    return container_log({**line, "msg": f"MetalLB speaker starting version {version} (commit 1a2b3c4, branch main)"})


def test_peers_of_different_nodes():
    """MetalLB up to 0.15 compares all peers of the cluster, later releases those of one node."""
    said = "they are for different nodes, but this release of MetalLB compares all peers of the cluster"
    says(cluster() | APART | starting("0.14.9"), said)
    says(cluster() | APART | subscription(), said)
    quiet(RULE, cluster() | APART | starting("0.16.0"), 2)
    some = without(cluster(), "/core/nodes/worker-1") | APART
    unjudged(RULE, some | starting("0.16.0"), "not every node was collected", examined=1)
    says(some | starting("0.14.9"), said)
    unjudged(RULE, cluster() | APART, "whether this release compares it", examined=1)
    unjudged(RULE, cluster() | APART | subscription("metallb-operator.v4.23.0-1"), "is not known", examined=1)


def test_a_peer_that_is_repeated_on_different_nodes():
    """That FRR runs the address says nothing: it is the same one."""
    twice = APART | second("192.0.2.1", nodeSelectors=node_selector("worker-1"))
    says(cluster() | twice | starting("0.14.9"), "repeats 192.0.2.1, which BGPPeer tor1 has too")


def test_what_runs_was_taken():
    members = cluster(peers=("192.0.2.1", OTHER)) | APART | starting("0.14.9")
    quiet(RULE, members, 2)


def test_the_log_tells_of_the_release():
    text = "peer 192.0.2.2 has myAsn different from 192.0.2.1, in FRR mode all myAsn must be equal for the same VRF"
    says(cluster() | APART | refused(text), "they are for different nodes")


def test_the_log_alone():
    text = 'parsing peer tor3 invalid source IP "nowhere"'
    said = f"MetalLB does not take the peers: {text} (said by speaker-a)"
    says(cluster() | refused(text), said, subject="BGPPeer resources", shown=("invalid source IP",))
    quiet(RULE, cluster() | then_taken(text))


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (
            {"peerASN": 64500, "ebgpMultiHop": True},
            "sets ebgpMultiHop, although it is internal (both",
        ),
        ({"dynamicASN": "external"}, "has both peerASN 64512 and dynamicASN external"),
        ({"peerASN": 0}, "has neither peerASN nor dynamicASN"),
        ({"myASN": 0}, "has no myASN"),
        ({"holdTime": "2s"}, "has a holdTime of 2 s, which must be 0 or at least 3 s"),
        ({"holdTime": "9s", "keepaliveTime": "10s"}, "has a keepaliveTime of 10 s, longer than its holdTime of 9 s"),
        ({"address": "tor1.example.com"}, "has the peerAddress tor1.example.com, which is no address"),
        ({"sourceAddress": "here"}, "has the sourceAddress here, which is no address"),
        ({"routerID": "one"}, "has the routerID one, which is no address"),
        ({"address": ""}, "has neither an address nor an interface"),
        ({"interface": "net1"}, "has both an address and the interface net1"),
    ],
)
def test_one_peer(spec, words):
    members = cluster() | peer(**spec)
    finding = says(members, words, subject="BGPPeer tor1")
    value = str(next(iter(spec.values())))
    assert any(value in line for one in finding.evidence for line in one.excerpt)


def test_many_contradictions():
    members = cluster()
    for at in range(22):
        members |= peer(f"tor-{at:02}", f"192.0.2.{100 + at}", routerID=f"10.0.0.{at + 1}")
    finding = one_of(RULE, members)
    assert "22 BGPPeers contradict others, among them BGPPeer tor-01" in finding.message


@pytest.mark.parametrize(
    "members",
    [
        cluster(),
        cluster() | peer(holdTime="0s"),
        cluster() | peer(holdTime="3s", keepaliveTime="1s"),
        cluster() | peer(keepaliveTime="1s"),
        cluster() | peer(peerASN=0, dynamicASN="external", ebgpMultiHop=True),
        cluster() | peer(address="x-ipv4-0000000001-x"),
    ],
    ids=["healthy", "no hold time", "shortest", "keepalive alone", "dynamic", "masked"],
)
def test_stays_quiet(members):
    quiet(RULE, members)


def test_two_good_peers():
    quiet(RULE, cluster() | second(), 2)


def test_metallbs_own_bgp_takes_different_peers():
    members = without(cluster(), "/pods/") | native_speaker() | second(myASN=64501)
    quiet(RULE, members, 2)
    quiet(RULE, without(cluster(), "/pods/") | instance(bgpBackend="native") | second(myASN=64501), 2)


def test_gaps():
    alone = peer() | second(myASN=64501) | timestamp()
    unjudged(RULE, alone, "whether FRR or MetalLB itself speaks BGP is not known", examined=1)
    unjudged(RULE, without(cluster(), "/core/nodes/") | APART, "not every node was collected", examined=1)
    assert outcome_of(RULE, without(cluster(), "bgppeers")).status == "not_checked"


def test_the_same_peer_in_two_collections():
    again = {path.replace("/image/", "/other/"): text for path, text in peer().items()}
    assert not found(RULE, cluster() | again)
