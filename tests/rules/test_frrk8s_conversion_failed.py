import json

import pytest
from bgp_kit import IMAGE, expect, node, quiet, timestamp
from frr_kit import a_pod, line, log_of, node_state
from kit import found, outcome_of
from metallb_kit import cluster, speaker_pod

from analyzer.model import Status

RULE = "frrk8s-conversion-failed"
K8S = a_pod("frr-k8s-a") | timestamp()
IN_FRRK8S = {"pod": "frr-k8s-a", "container": "controller", "namespace": "openshift-frr-k8s"}
CONFLICT = "multiple asns specified for 192.0.2.1 at vrf default"
DENIED = (
    'admission webhook "frrconfigurationsvalidationwebhook.metallb.io" denied the request: '
    f"{CONFLICT}\nresource is invalid for node worker-1"
)


def configuration(name, selector=None, neighbors=("192.0.2.1",)):
    made = {
        "apiVersion": "frrk8s.metallb.io/v1beta1",
        "kind": "FRRConfiguration",
        "metadata": {"name": name, "namespace": "openshift-frr-k8s", "creationTimestamp": "2026-11-20T00:00:00Z"},
        "spec": {
            "bgp": {"routers": [{"asn": 64500, "neighbors": [{"address": one, "asn": 64512} for one in neighbors]}]},
            "nodeSelector": {"matchLabels": selector or {}},
        },
    }
    path = f"{IMAGE}/namespaces/openshift-frr-k8s/frrk8s.metallb.io/frrconfigurations/{name}.yaml"
    return {path: json.dumps(made, indent=2)}


def failed(text=CONFLICT):
    return node_state(conversion=f"failed: {text}")


@pytest.mark.parametrize(
    "reason",
    [
        CONFLICT,
        "different asns (1 != 2) specified for same vrf: red",
        "different router ids (a != b) specified for same vrf: red",
        "multiple bfd profiles specified for x",
        "multiple passwords specified for x",
        "multiple ports specified for x",
        "multiple hold times specified for x",
        "conflicting ebgp-multihop specified for x",
        "conflicting advertiseDualStack specified for x",
        "trying to advertise non configured prefix 198.51.100.0/24 to neighbor x, vrf red",
    ],
)
def test_the_state_of_a_node(reason):
    expect(
        RULE,
        K8S | failed(reason),
        "error",
        f"frr-k8s cannot make a configuration of the resources for worker-0: failed: {reason}",
        subject="frr-k8s",
        shown=(reason,),
    )


def test_the_configurations_that_select_the_node():
    members = K8S | node() | failed("different asns (1 != 2)") | configuration("a", neighbors=())
    members |= configuration("b", {"kubernetes.io/hostname": "worker-0"}, ())
    members |= configuration("other", {"kubernetes.io/hostname": "worker-9"}, ())
    finding = expect(
        RULE,
        members,
        "error",
        "(FRRConfigurations that select the node: a, b)",
        subject="frr-k8s",
        shown=('"a"', '"b"'),
    )
    assert "other" not in finding.message
    unknown = K8S | failed("x") | configuration("other", {"kubernetes.io/hostname": "worker-9"}, ())
    expect(RULE, unknown, "error", "that select the node: other)", subject="frr-k8s")


def test_a_configuration_that_the_error_names():
    members = K8S | failed() | configuration("extra") | configuration("plain", neighbors=("192.0.2.7",))
    said = "(FRRConfiguration extra: the error names it)"
    assert "plain" not in expect(RULE, members, "error", said, subject="FRRConfiguration extra").message


def test_a_configuration_of_another_node_is_not_to_blame():
    others = configuration("a", {"kubernetes.io/hostname": "worker-9"})
    here = configuration("b", {"kubernetes.io/hostname": "worker-0"})
    members = K8S | node() | failed() | others | here
    assert "FRRConfiguration a" not in expect(RULE, members, "error", subject="FRRConfiguration b").message


def test_many_configurations_are_counted():
    members = K8S | failed("x")
    for at in range(8):
        members |= configuration(f"config-{at}", neighbors=())
    expect(RULE, members, "error", "config-5 and 2 more)", subject="frr-k8s")


@pytest.mark.parametrize("key", ["failed to convert the config, error", "failed to apply the config, error"])
def test_the_log_of_frrk8s(key):
    said = line("09:00:00", **{"controller": "FRRConfigurationReconciler", key: CONFLICT, "level": "error"})
    members = K8S | log_of(said, **IN_FRRK8S)
    expect(RULE, members, "error", CONFLICT, subject="frr-k8s-a", shown=(CONFLICT,))
    quiet(RULE, members | node_state())
    later = line("09:01:00", level="info", msg="starting frr-k8s", version="v0.0.14")
    quiet(RULE, K8S | log_of(said, later, **IN_FRRK8S))


def reconciler(at, error=DENIED):
    return line(at, controller="frrconfiguration", error=error, level="error", msg="Reconciler error")


def test_a_denied_request_of_metallb():
    speaker = speaker_pod() | timestamp()
    members = speaker | log_of(reconciler("09:50:00"))
    said = f"frr-k8s denies MetalLB's configuration for worker-1: {DENIED}".replace("\n", "; ")
    expect(RULE, members, "error", said, subject="speaker-a", whose="worker-1")
    # The state tells of the configuration that frr-k8s has: it never got the one that was denied.
    state = K8S | a_pod("frr-k8s-b", "worker-1") | node_state("worker-1")
    expect(RULE, members | state, "error", said, subject="speaker-a", whose="worker-1")
    assert found(RULE, speaker | state | log_of(reconciler("09:20:00"))) == []  # it was tried again since


def test_other_requests_are_of_no_concern():
    other = reconciler("09:50:00", 'admission webhook "x" denied the request: no')
    outcome = outcome_of(RULE, speaker_pod() | timestamp() | log_of(other))
    assert outcome.status is Status.NOT_CHECKED


def test_an_api_that_does_not_answer_is_information():
    error = 'Get "https://172.30.0.1:443/api": EOF'
    expect(RULE, K8S | failed(error), "info", error, subject="frr-k8s")


def test_a_metric():
    path = {"metrics/frr-k8s-a.txt": "frrk8s_k8s_client_config_stale_bool 1\n"}
    expect(RULE, K8S | path, "error", "frrk8s_k8s_client_config_stale_bool is 1", subject="frr-k8s-a")


def test_the_state_of_a_node_without_frrk8s_is_old():
    assert outcome_of(RULE, K8S | node_state("worker-9", "failed: x")).status is Status.NOT_CHECKED


@pytest.mark.parametrize(
    "members",
    [
        K8S | node_state(),
        K8S | log_of(line("09:00:00", level="info", msg="starting frr-k8s"), **IN_FRRK8S),
        timestamp() | log_of(line("09:00:00", level="info", msg="starting frr-k8s"), **IN_FRRK8S),
        cluster() | K8S | node_state(),
    ],
    ids=["success", "a log without a failure", "without its pod", "healthy cluster"],
)
def test_stays_quiet(members):
    quiet(RULE, members)


def test_one_finding_for_a_whole_cluster():
    members = timestamp()
    for at in range(21):
        members |= node_state(f"worker-{at:02}", f"failed: {CONFLICT}")
    expect(RULE, members, "error", "for 21 nodes, worker-00 among them: failed", subject="frr-k8s", whose=None)


def test_not_checked_without_any():
    outcome = outcome_of(RULE, cluster())
    assert outcome.status is Status.NOT_CHECKED
    assert outcome.reason == "neither FRRNodeState resources nor a log of frr-k8s in this archive"
