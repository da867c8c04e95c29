"""Which workloads are MetalLB's, how far a rollout is, and raw FRR configuration in a ConfigMap."""

import pytest

from analyzer.registry import load_parsers
from parsers.base import Parser, SourceFile, run
from parsers.conditions import ConditionStatus, condition

load_parsers()


def read(name, content):
    return list(run(Parser.registry[name], SourceFile(f"saved/{name}.yaml", [content.encode()])))


def workload(kind, name, namespace=None, labels=None, rest=""):
    lines = [f"kind: {kind}", "metadata:", f"  name: {name}"]
    lines += [f"  namespace: {namespace}"] if namespace else []
    lines += ["  labels:", *(f"    {key}: {value}" for key, value in labels.items())] if labels else []
    return "\n".join([*lines, rest, "# metallb speaker", ""])


METALLB = {"app": "metallb"}
CHART = {"app.kubernetes.io/name": "metallb"}
OTHER = {"app": "argo"}


@pytest.mark.parametrize(
    ("name", "namespace", "labels", "role"),
    [
        ("controller", "metallb-system", None, "controller"),
        ("controller", "lb", METALLB, "controller"),
        ("edge-metallb-controller", "lb", CHART, "controller"),
        ("controller", "metallb-system", OTHER, None),
        ("controller", "argo", None, None),
        ("controller", "argo", OTHER, None),
        ("nginx", "metallb-system", METALLB, None),
        ("metallb-operator-controller-manager", "operators", None, "operator"),
        ("metallb-operator-webhook-server", "operators", METALLB, "operator webhook"),
        ("frr-k8s-webhook-server", "openshift-frr-k8s", {"app": "frr-k8s"}, "frr-k8s webhook"),
        ("statuscleaner", "metallb-system", {"app": "frr-k8s"}, "status cleaner"),
        ("metallb-frr-k8s-statuscleaner", "lb", {"app.kubernetes.io/name": "frr-k8s"}, "status cleaner"),
        ("tuned-controller-manager", "metallb-system", None, None),
    ],
)
def test_deployments(name, namespace, labels, role):
    assert [one.role for one in read("metallb_deployments", workload("Deployment", name, namespace, labels))] == (
        [role] if role else []
    )


@pytest.mark.parametrize(
    ("name", "namespace", "labels", "taken"),
    [
        ("speaker", None, None, True),
        ("speaker", "metallb-system", METALLB, True),
        ("speaker", "metallb-system", {"component": "speaker"}, True),
        ("speaker", "audio", OTHER, False),
        ("speaker", "audio", {"tier": "x"}, False),
        ("frr-k8s", "openshift-frr-k8s", {"app": "frr-k8s"}, True),
        ("edge-frr-k8s", "lb", {"app.kubernetes.io/name": "frr-k8s"}, True),
        ("loud-speaker", "metallb-system", METALLB, False),
    ],
)
def test_daemonsets(name, namespace, labels, taken):
    assert bool(read("metallb_daemonsets", workload("DaemonSet", name, namespace, labels))) is taken


@pytest.mark.parametrize(
    ("generation", "observed", "desired", "updated", "expected"),
    [(2, 2, 3, 3, False), (2, 1, 3, 3, True), (2, 2, 3, 2, True), (2, 2, 0, 0, False)],
)
def test_rolling_out(generation, observed, desired, updated, expected):
    status = (
        f"  generation: {generation}\nstatus:\n  observedGeneration: {observed}\n  desiredNumberScheduled: {desired}\n"
        f"  updatedNumberScheduled: {updated}"
    )
    (found,) = read("metallb_daemonsets", workload("DaemonSet", "speaker", rest=status))
    assert found.rolling_out is expected


def test_condition_by_type():
    rest = "status:\n  conditions:\n  - {type: Available, status: 'False'}\n  - {type: Progressing, status: Unknown}"
    (found,) = read("metallb_deployments", workload("Deployment", "controller", "metallb-system", rest=rest))
    assert condition(found.conditions, "Available").status is ConditionStatus.FALSE
    assert condition(found.conditions, "Degraded") is None


BGPEXTRAS = """kind: ConfigMap
metadata:
  name: bgpextras
  namespace: metallb-system
data:
  extras: {}
"""


@pytest.mark.parametrize(
    "written",
    [
        "|\n    router bgp 64500\n     neighbor 192.0.2.9 password hunter2\n     neighbor 192.0.2.9 passive",
        '"router bgp 64500\\n neighbor 192.0.2.9 password hunter2\\n neighbor 192.0.2.9 passive\\n"',
    ],
)
def test_extras_are_text_without_secrets(written):
    (found,) = read("metallb_configmaps", BGPEXTRAS.format(written))
    assert list(found.extras) == [
        "router bgp 64500",
        " neighbor 192.0.2.9 password <masked>",
        " neighbor 192.0.2.9 passive",
    ]
    quoted = found.extras.quote(found.extras.last_line)
    assert quoted.path == "saved/metallb_configmaps.yaml"
    assert "passive" in quoted.excerpt[0]
    assert "hunter2" not in repr(found) + str(dict(found.marks))
