"""Pods, DaemonSets, Deployments and nodes for the rules of MetalLB's health; a test changes a part of a healthy one.

Each builder returns members (path and content). `healthy()` is a cluster of frr mode with everything collected,
`handing_over()` one of frr-k8s mode.
"""

import json

import yaml
from bgp_kit import IMAGE, NAMESPACE, timestamp
from metallb_kit import WORKERS

FRRK8S = "openshift-frr-k8s"
CONTAINERS = ("speaker", "frr", "reloader", "frr-metrics")
OF_FRRK8S = ("controller", "frr", "reloader", "frr-metrics", "frr-status")
STARTED = "2026-11-11T10:00:00Z"  # ten days before `timestamp()`
READY = {"ready": True, "restartCount": 0, "state": {"running": {"startedAt": STARTED}}}


def waiting(reason, /, message=None, restarts=0, **last):
    """A container that waits; `last` is what its run before ended with."""
    told = {"reason": reason} | ({"message": message} if message else {})
    found = {"ready": False, "restartCount": restarts, "state": {"waiting": told}}
    return found | ({"lastState": {"terminated": last}} if last else {})


def restarted(restarts, at, reason="Error", code=1, since="2026-11-21T09:00:00Z"):
    """A container that runs again after a run that ended at `at`."""
    last = {"exitCode": code, "finishedAt": at, "reason": reason} if at else {"exitCode": code, "reason": reason}
    return {
        "lastState": {"terminated": last},
        "ready": True,
        "restartCount": restarts,
        "state": {"running": {"startedAt": since}},
    }


def pod(  # noqa: PLR0913 - a pod has many parts, a test changes one or two of them
    name,
    where="worker-0",
    containers=CONTAINERS,
    *,
    namespace=NAMESPACE,
    labels=None,
    started=STARTED,
    phase="Running",
    states=None,
    inits=None,
    condition=None,
    env=None,
    host_network=True,
    status=None,
    **metadata,
):
    """states: the status of containers by name, None for one without; inits: init containers by name."""
    found = dict.fromkeys(containers, READY) | (states or {})
    ready = phase == "Running" and all(one and one["ready"] for one in found.values())
    made = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "labels": labels if labels is not None else {"app": "metallb", "component": "speaker"},
            "name": name,
            "namespace": namespace,
            **metadata,
        },
        "spec": {
            "containers": [
                {"name": one, "env": [{"name": "METALLB_BGP_TYPE", "value": env}]} if env else {"name": one}
                for one in containers
            ],
            **({"initContainers": [{"name": one} for one in inits]} if inits else {}),
            "hostNetwork": host_network,
            **({"nodeName": where} if where else {}),
        },
        "status": {
            "conditions": [{"status": condition or str(ready), "type": "Ready"}],
            "containerStatuses": [{"name": one, **state} for one, state in found.items() if state],
            "initContainerStatuses": [{"name": one, **state} for one, state in (inits or {}).items()],
            "phase": phase,
            **({"startTime": started} if started else {}),
            **(status or {}),
        },
    }
    return {f"{IMAGE}/namespaces/{namespace}/pods/{name}/{name}.yaml": json.dumps(made, indent=1)}


def frrk8s_pod(name, where, **more):
    labels = {"app": "frr-k8s", "component": "frr-k8s"}
    return pod(name, where, OF_FRRK8S, namespace=FRRK8S, labels=labels, **more)


def controller_pod(name="controller-5d8f7c9b6-abcde", where="worker-0", **more):
    labels = {"app": "metallb", "component": "controller"}
    return pod(name, where, ("controller",), labels=labels, host_network=False, **more)


def operator_pod(name="metallb-operator-controller-manager-7c8d9-fghij", where="worker-1", **more):
    return pod(name, where, ("manager",), labels={"control-plane": "controller-manager"}, host_network=False, **more)


def status_of(desired, ready, updated=None):
    """The status of a DaemonSet; without `updated` it does not tell of a rollout."""
    found = {"desiredNumberScheduled": desired, "numberReady": ready, "observedGeneration": 1}
    return found | ({"updatedNumberScheduled": updated} if updated is not None else {})


def daemonset(  # noqa: PLR0913 - the same of a DaemonSet
    name="speaker", desired=3, ready=3, updated=None, *, namespace=NAMESPACE, selector=None, status=True
):
    made = {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {
            "generation": 1,
            "labels": {"app": "frr-k8s" if name == "frr-k8s" else "metallb"},
            "name": name,
            "namespace": namespace,
        },
        "spec": {
            "template": {
                "spec": {"containers": [{"name": "speaker"}], "nodeSelector": selector or {"kubernetes.io/os": "linux"}}
            }
        },
        "status": status_of(desired, ready, updated) if status else {},
    }
    return listed(f"namespaces/{namespace}/apps/daemonsets.yaml", "DaemonSet", made)


def listed(path, kind, *made):
    """A list in the block style of `oc adm inspect`."""
    content = {"apiVersion": made[0]["apiVersion"], "items": list(made), "kind": f"{kind}List", "metadata": {}}
    return {f"{IMAGE}/{path}": yaml.safe_dump(content)}


def deployments(*made, namespace=NAMESPACE):
    return listed(f"namespaces/{namespace}/apps/deployments.yaml", "Deployment", *made)


def deployment(  # noqa: PLR0913 - the same of a Deployment
    name="controller", desired=1, ready=1, *, since="2026-11-20T10:00:00Z", status=True, app="metallb"
):
    """since: when it became available, or ceased to be."""
    found = {"observedGeneration": 1, "replicas": desired, "updatedReplicas": desired}
    found |= {"readyReplicas": ready, "availableReplicas": ready} if ready else {"unavailableReplicas": desired}
    if since:
        available = "True" if ready and ready == desired else "False"
        found["conditions"] = [{"lastTransitionTime": since, "status": available, "type": "Available"}]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"labels": {"app": app}, "name": name, "namespace": NAMESPACE},
        "spec": {"replicas": desired, "template": {"spec": {"containers": [{"name": "controller"}]}}},
        "status": found if status else {},
    }


def node(  # noqa: PLR0913 - the same of a node
    name, *, ready="True", taints=(), labels=None, ip=None, created="2026-01-01T00:00:00Z", image=IMAGE, message=None
):
    """taints: `key:effect`."""
    made = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "creationTimestamp": created,
            "labels": {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", **(labels or {})},
            "name": name,
        },
        "spec": {"taints": [dict(zip(("key", "effect"), one.split(":"), strict=True)) for one in taints]},
        "status": {
            "addresses": [{"address": ip, "type": "InternalIP"}] if ip else [],
            "conditions": [{"status": ready, "type": "Ready", **({"message": message} if message else {})}],
        },
    }
    return {f"{image}/cluster-scoped-resources/core/nodes/{name}.yaml": json.dumps(made, indent=1)}


def metallb(name="metallb", **spec):
    made = {
        "apiVersion": "metallb.io/v1beta1",
        "kind": "MetalLB",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": spec,
    }
    return {f"{IMAGE}/namespaces/{NAMESPACE}/metallb.io/metallbs/{name}.yaml": json.dumps(made, indent=1)}


def event(  # noqa: PLR0913 - what an event is told by
    reason, message, about="speaker-c", kind="Pod", *, namespace=NAMESPACE, count=1, first="09:00:00", last="09:59:00"
):
    made = {
        "apiVersion": "v1",
        "count": count,
        "firstTimestamp": f"2026-11-21T{first}Z",
        "involvedObject": {"kind": kind, "name": about, "namespace": namespace},
        "kind": "Event",
        "lastTimestamp": f"2026-11-21T{last}Z",
        "message": message,
        "metadata": {"name": f"{about}.1", "namespace": namespace},
        "reason": reason,
        "source": {"component": "kubelet"},
        "type": "Warning",
    }
    return listed(f"namespaces/{namespace}/core/events.yaml", "Event", made)


def nodes(names=WORKERS, **more):
    found = {}
    for name in names:
        found |= node(name, **more)
    return found


def healthy(names=WORKERS):
    """Three workers with a speaker each, the controller and the operator, a DaemonSet that is content."""
    members = nodes() | timestamp() | daemonset(desired=3, ready=3, updated=3)
    for at, name in enumerate(names):
        members |= pod(f"speaker-{'abc'[at]}", name)
    members |= deployments(deployment(), deployment("metallb-operator-controller-manager", app="metallb-operator"))
    return members | controller_pod() | operator_pod()


def handing_over(names=WORKERS):
    """Three workers with a speaker that leaves BGP to frr-k8s, and frr-k8s on each of `names`."""
    members = nodes() | timestamp()
    for at, name in enumerate(WORKERS):
        members |= pod(f"speaker-{'abc'[at]}", name, ("speaker",), env="frr-k8s")
        if name in names:
            members |= frrk8s_pod(f"frr-k8s-{'abc'[at]}", name)
    return members


def without(members, *names):
    """The members whose path has none of these names."""
    return {path: content for path, content in members.items() if not any(name in path for name in names)}
