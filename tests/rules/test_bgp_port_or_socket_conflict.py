import pytest
from bgp_kit import IDLE, config, dump, expect, neighbor, pod, quiet, timestamp, unjudged
from frr_kit import a_pod, daemon_log
from kit import found, outcome_of
from metallb_kit import cluster, speaker_pod

from analyzer.model import Status

RULE = "bgp-port-or-socket-conflict"
ONE = dump(neighbor(), config()) | pod() | timestamp()
LOG = daemon_log("09:00:00 ZEBRA x")
BIND = "09:00:00 BGP bind: Address already in use"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (BIND, "bind: Address already in use"),
        (
            "09:00:00 BGP bgp_socket: no usable addresses please check other programs usage of specified port 179",
            "no usable addresses",
        ),
    ],
)
def test_bgpd_cannot_listen(line, said):
    text = "bgpd on worker-0 could not listen at 2026-11-21 09:00:00"
    expect(RULE, ONE | daemon_log(line), "error", text, said, subject="speaker-a", shown=(said,))


@pytest.mark.parametrize(
    "members",
    [
        ONE | daemon_log("09:00:00 BGP bind: Cannot assign requested address"),
        ONE | daemon_log("09:00:00 ZEBRA bind: Address already in use"),
        ONE | pod(started="2026-11-21T09:30:00Z") | daemon_log(BIND),
        ONE | LOG | speaker_pod() | a_pod("frr-k8s-b", "worker-1"),
    ],
    ids=["another error", "another daemon", "an earlier run", "on two nodes"],
)
def test_stays_quiet(members):
    quiet(RULE, members)


TWO = speaker_pod() | a_pod("frr-k8s-a") | LOG | timestamp()


def test_two_on_one_node():
    expect(
        RULE,
        TWO,
        "error",
        "two BGP speakers run in the network of worker-0: metallb-system/speaker-a (frr) and "
        "openshift-frr-k8s/frr-k8s-a (frr)",
        subject="worker-0",
        shown=('"hostNetwork": true', '"name": "frr"'),
    )


def k8s_dump(running):
    return {
        path.replace("metallb-system", "openshift-frr-k8s"): text
        for path, text in dump(neighbor(), running, pod="frr-k8s-a").items()
    }


def test_their_peers():
    members = TWO | dump(neighbor(), config()) | k8s_dump(config())
    outcome = outcome_of(RULE, members | daemon_log("09:00:00 ZEBRA x", pod="frr-k8s-a", namespace="openshift-frr-k8s"))
    (finding,) = outcome.findings
    assert finding.message.endswith("; both have the peers 192.0.2.1")
    assert str(finding.severity) == "error"


def test_one_without_bgp_is_information():
    (finding,) = outcome_of(RULE, TWO | dump(neighbor(), config()) | k8s_dump(IDLE)).findings
    assert finding.message.endswith("; frr-k8s-a has no BGP configured")
    assert str(finding.severity) == "info"


@pytest.mark.parametrize("container", ["bird", "gobgpd", "kube-router"])
def test_another_network_plugin(container):
    members = speaker_pod() | a_pod("other", containers=(container,), namespace="net") | LOG
    expect(RULE, members, "error", f"net/other ({container})", subject="worker-0")


@pytest.mark.parametrize(
    "other",
    [
        a_pod("frr-k8s-a", host_network=False),
        a_pod("frr-k8s-a", deleting=True),
        a_pod("frr-k8s-a", phase="Pending"),
        a_pod("frr-k8s-a", frr={"state": {"waiting": {"reason": "CrashLoopBackOff"}}}),
        a_pod("calico-node", containers=("calico-node",), namespace="calico-system"),
        a_pod("cilium", containers=("cilium-agent",), namespace="kube-system"),
    ],
    ids=["a network of its own", "being deleted", "not running", "its container waits", "Calico", "Cilium"],
)
def test_pods_that_are_no_second_speaker(other):
    quiet(RULE, speaker_pod() | other | LOG)


def test_gaps():
    unjudged(RULE, ONE, "no log of FRR")
    unjudged(RULE, LOG, "whether two BGP speakers share a node is not known", examined=0)
    assert found(RULE, cluster()) == []
    outcome = outcome_of(RULE, timestamp())
    assert outcome.status is Status.NOT_CHECKED
    assert outcome.reason == "neither a log of FRR nor pods in this archive"
    quiet(RULE, speaker_pod())
