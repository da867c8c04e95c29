import pytest
from bgp_kit import expect, quiet, unjudged
from health_kit import node, pod, without
from kit import found, outcome_of
from metallb_kit import cluster
from operator_kit import MULTUS, config_pool, healthy, operator, operators, version

from analyzer.model import Status

RULE = "network-operator-unhealthy"
OVN = 'DaemonSet "/openshift-ovn-kubernetes/ovnkube-node"'
HUNG = f"{OVN} rollout is not making progress - last change 2026-11-21T08:00:00Z"
ROLLS = f"{OVN} update is rolling out (3 out of 6 updated)"
WAITS = (
    'Deployment "/openshift-network-diagnostics/network-check-source" is waiting for other operators to become ready'
)
EARLY, LATE = "2026-11-21T09:00:00Z", "2026-11-21T09:45:00Z"


def sick(name="network", **told):
    return healthy() | operators(operator(name, **told))


@pytest.mark.parametrize(
    ("told", "severity", "words", "shown"),
    [
        (
            {"Degraded": ("True", EARLY, "RolloutHung", HUNG)},
            "error",
            ("the network operator is degraded since 2026-11-21 09:00:00 UTC (1 h before", "RolloutHung: DaemonSet"),
            ("RolloutHung", "True", "not making", "progress - last change"),
        ),
        (
            {"Degraded": ("True", None, "MTUProbeFailed")},
            "error",
            ("is degraded: MTUProbeFailed",),
            ("MTUProbeFailed",),
        ),
        (
            {"Available": ("False", LATE, "Startup", "The network is starting up")},
            "critical",
            ("is not available since 2026-11-21 09:45:00", "The network is starting up"),
            ("False", "Startup"),
        ),
        (
            {"Progressing": ("True", EARLY, "Deploying", f"{OVN} is not available (awaiting 1 nodes)")},
            "warning",
            ("is still progressing since 2026-11-21 09:00:00", "awaiting 1 nodes"),
            ("Deploying", EARLY),
        ),
        (
            {"Progressing": ("True", EARLY, "Deploying", f"{ROLLS}\n{WAITS}")},
            "warning",
            ("is still progressing", "3 out of 6"),
            (EARLY,),
        ),
    ],
    ids=["degraded", "no-message", "unavailable", "progressing", "rolling-out"],
)
def test_fires(told, severity, words, shown):
    expect(RULE, sick(**told), severity, *words, subject="network", whose=None, shown=shown)


@pytest.mark.parametrize("name", ["dns", "ingress"])
def test_dns_and_ingress_too(name):
    expect(RULE, sick(name, Available="False"), "critical", f"the {name} operator", subject=name, whose=None)


def test_a_rollout_of_an_update_that_goes_on():
    members = sick(Progressing=("True", EARLY, "Deploying", f"{ROLLS}\n{WAITS}"))
    members |= version(("4.18.2", "2026-11-21T08:30:00Z", None), progressing="True")
    expect(RULE, members, "info", "3 out of 6", subject="network", whose=None)
    members |= operators(
        operator(Progressing=("True", EARLY, "Deploying", f"{OVN} is not available (awaiting 1 nodes)"))
    )
    expect(RULE, members, "warning", "awaiting", subject="network", whose=None)


@pytest.mark.parametrize(
    "told",
    [
        {"Progressing": ("True", LATE, "Deploying", ROLLS)},
        {"Progressing": ("True", EARLY, "Deploying", WAITS)},
        {"Upgradeable": ("False", EARLY, "Some", "thing")},
    ],
    ids=["lately", "waits-for-others", "other-condition"],
)
def test_what_is_normal(told):
    quiet(RULE, sick(**told), 3)


def test_other_operators_are_not_judged():
    quiet(RULE, healthy() | operators(operator("etcd", Available="False", Degraded="True")), 3)


def test_several_conditions_of_one_operator():
    members = sick(Available="False", Degraded="True", Progressing=("True", EARLY))
    assert [severity for _, _, severity in found(RULE, members)] == ["critical", "error", "warning"]
    assert len({one.id for one in outcome_of(RULE, members).findings}) == 3


def test_a_long_message_is_cut():
    finding = expect(
        RULE, sick(Degraded=("True", EARLY, "x", "word " * 200)), "error", "…", subject="network", whose=None
    )
    assert len(finding.message) < 750


def test_what_cannot_be_judged():
    progressing = {"Progressing": ("True", EARLY, "Deploying", ROLLS)}
    unjudged(RULE, without(sick(**progressing), "timestamp"), "since when", examined=2)
    bare = operator()
    bare["status"]["conditions"] = []
    unjudged(RULE, healthy() | operators(bare), "no conditions", examined=2)


def test_not_collected():
    assert outcome_of(RULE, cluster()).status is Status.NOT_CHECKED
    only = operators(operator("etcd"))
    only = {
        path: text.replace("name: network", "name: a").replace("name: dns", "name: b") for path, text in only.items()
    }
    only = {path: text.replace("name: ingress", "name: c") for path, text in only.items()}
    outcome = outcome_of(RULE, only)
    assert (outcome.status, outcome.findings) == (Status.NOT_CHECKED, ())
    assert "network, dns and ingress" in outcome.reason


def test_healthy():
    quiet(RULE, healthy(), 3)


MULTUS_HUNG = 'DaemonSet "/openshift-multus/multus" rollout is not making progress - last change 2026-11-21T08:00:00Z'
SOURCE_HUNG = MULTUS_HUNG.replace("DaemonSet", "Deployment").replace("multus/multus", "multus/source")


def fleet(*ready, name="multus"):
    """A pod on each node, ready or not, with names as controllers make them."""
    found = {}
    for number, one in enumerate(ready):
        found |= pod(f"{name}-x2x8{'qrs'[number]}", f"worker-{number}", ("c",), namespace=MULTUS, condition=str(one))
    return found


def hung(*lines):
    return sick(Degraded=("True", EARLY, "RolloutHung", "\n".join(lines or (MULTUS_HUNG,))))


def told(members, severity, *words, shown=("RolloutHung",)):
    return expect(RULE, members, severity, *words, subject="network", whose=None, shown=shown)


def test_a_rollout_that_is_said_to_hang_and_is_over():
    told(hung() | fleet(True, True), "warning", "RolloutHung", "; by now all pods of these are ready")
    both = fleet(True) | fleet(True, name="source-6b7f9d4c8d")
    told(hung(MULTUS_HUNG, SOURCE_HUNG) | both, "warning", "by now all pods of these are ready")


@pytest.mark.parametrize(
    "members",
    [
        hung() | fleet(True, False),
        hung() | fleet(True, name="multus-additional-cni-plugins"),
        hung(MULTUS_HUNG, SOURCE_HUNG) | fleet(True, True),
        hung(MULTUS_HUNG, "something else hangs") | fleet(True, True),
        hung('DaemonSet "/openshift-multus/multus" rollout is not making progress - pod x is in CrashLoopBackOff State')
        | fleet(True),
        hung() | fleet(True, False) | config_pool(),
        hung() | fleet(True, False) | node("worker-1", ready="False"),
        hung() | fleet(True, False) | node("worker-1", ready="False") | config_pool(paused=True),
        hung() | fleet(True, False) | node("worker-1", ready="False") | config_pool(updating="False"),
    ],
    ids=["waits", "others", "one unknown", "more", "crashes", "on a good node", "no pools", "paused", "pool is done"],
)
def test_a_rollout_that_hangs(members):
    told(members, "error", "RolloutHung")


def cordoned(name):
    return {path: text.replace('"taints"', '"unschedulable": true, "taints"') for path, text in node(name).items()}


@pytest.mark.parametrize("away", [node("worker-1", ready="False"), cordoned("worker-1")])
def test_a_rollout_that_waits_for_a_node_that_restarts(away):
    members = hung() | fleet(True, False) | away | config_pool() | config_pool("master", done=2)
    words = "the machine config pools are being updated: master (2 of 3 nodes done), worker (1 of 3 nodes done)"
    told(members, "warning", words, shown=("RolloutHung", "updatedMachineCount: 1", "Updating"))


def test_waiting_for_nodes_that_restart():
    line = f"{OVN} is not available (awaiting 1 nodes)"
    members = sick(Progressing=("True", EARLY, "Deploying", f"{line}\n{line}"))
    told(members | config_pool(), "info", "pool is being updated: worker (1 of 3 nodes done)", shown=("Deploying",))
    told(members | config_pool(updating="False"), "warning", "awaiting 1 nodes", shown=("Deploying",))
    other = sick(Progressing=("True", EARLY, "Deploying", f"{line}\nDeploying"))
    told(other | config_pool(), "warning", "awaiting 1 nodes", shown=("Deploying",))
