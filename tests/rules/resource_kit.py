"""What the rules of MetalLB's resources need beside the small cluster: secrets, logs, metrics, the operator.

Each builder returns members (path and content), as those of metallb_kit do.
"""

import json

from bgp_kit import IMAGE, NAMESPACE, resource
from metallb_kit import container_log, written

RULES = (
    "lb-service-without-ip",
    "pool-invalid-or-overlapping",
    "pool-exhausted",
    "pool-not-advertised",
    "advertisement-selects-nothing",
    "bgppeer-selects-no-node",
    "bgppeer-config-conflict",
    "bgppeer-dangling-reference",
    "metallb-cr-problem",
)


def made(name, namespace="shop", ip="198.51.100.10", *, metadata=None, **spec):
    """A service as an object, for `services` and `everywhere`; ip None gives it no address."""
    ips = (ip,) if isinstance(ip, str) else tuple(ip or ())
    about = {"creationTimestamp": "2026-11-01T00:00:00Z", "name": name, "namespace": namespace, **(metadata or {})}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": about,
        "spec": {"type": "LoadBalancer", "clusterIPs": ["172.30.0.9"], "selector": {"app": name}, **spec},
        "status": {"loadBalancer": {"ingress": [{"ip": one} for one in ips]} if ips else {}},
    }


def everywhere(*objects):
    """The services of all namespaces, as `oc get services -A -o yaml` saves them."""
    other = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "kubernetes", "namespace": "default"},
        "spec": {"type": "ClusterIP"},
    }
    text = json.dumps({"apiVersion": "v1", "items": [other, *objects], "kind": "List"}, indent=4)
    return {"services.json": text}


def namespace(name="shop", **labels):
    spec = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"labels": labels, "name": name}, "status": {}}
    return {f"{IMAGE}/namespaces/{name}/{name}.yaml": json.dumps(spec, indent=4)}


def refused(error, at="10:00:00", pod="speaker-a", container="speaker", name="current.log"):
    """A configuration that a component of MetalLB does not take."""
    line = {"at": at, "caller": "config_controller.go:160", "controller": "ConfigReconciler", "error": error}
    return container_log({**line, "level": "error"}, pod=pod, container=container, name=name)


def then_taken(error, pod="speaker-a"):
    """A refusal that the same pod's next configuration makes old."""
    wrong = {"at": "10:00:00", "controller": "ConfigReconciler", "error": error, "level": "error"}
    good = {"at": "10:05:00", "controller": "ConfigReconciler", "event": "config reloaded", "level": "info"}
    return container_log(wrong, good, pod=pod)


def secrets(*held, whose=NAMESPACE):
    """The list of a namespace's Secrets: of each the name, the type and the keys."""
    text = "---\napiVersion: v1\nitems:" + ("\n" if held else " []\n")
    for name, kind, keys in held:
        data = "".join(f"    {key}: MTIgYnl0ZXM=\n" for key in keys)
        text += f"- apiVersion: v1\n{'  data:' + chr(10) + data if keys else ''}  kind: Secret\n  metadata:\n"
        text += f"    name: {name}\n    namespace: {whose}\n  type: {kind}\n"
    end = "kind: SecretList\nmetadata:\n  resourceVersion: '1'\n"
    return {f"{IMAGE}/namespaces/{whose}/core/secrets.yaml": text + end}


def community(name="communities", **aliases):
    lines = [line for alias, value in aliases.items() for line in (f"- name: {alias}", f"  value: '{value}'")]
    return resource("Community", name, ("communities:", *lines))


def network(pods="10.128.0.0/14", services="172.30.0.0/16"):
    spec = {"clusterNetwork": [{"cidr": pods, "hostPrefix": 23}], "networkType": "OVNKubernetes"}
    one = {
        "apiVersion": "config.openshift.io/v1",
        "kind": "Network",
        "metadata": {"name": "cluster"},
        "status": {**spec, "serviceNetwork": [services]},
    }
    path = "cluster-scoped-resources/config.openshift.io/networks.yaml"
    return written(path, "Network", one, version="config.openshift.io/v1")


def scrape(pool="pool", in_use=0, total=256):
    text = "# TYPE metallb_allocator_addresses_in_use_total gauge\n"
    text += f'metallb_allocator_addresses_in_use_total{{pool="{pool}"}} {in_use}\n'
    text += f'metallb_allocator_addresses_total{{pool="{pool}"}} {total}\n'
    return {"saved/controller-metrics.txt": text}


def alert(name, pool="pool", state="firing"):
    one = {
        "activeAt": "2026-11-21T09:00:00Z",
        "annotations": {},
        "labels": {"alertname": name, "pool": pool, "severity": "critical"},
        "state": state,
        "value": "1e+00",
    }
    rules = [{"alerts": [one], "name": name, "query": "up", "type": "alerting"}]
    answer = {"status": "success", "data": {"groups": [{"file": "a", "name": "metallb", "rules": rules}]}}
    return {f"{IMAGE}/monitoring/prometheus/rules.json": json.dumps(answer)}


def a_pod(name, labels, *containers, ready=True, phase="Running", where="worker-0"):
    """Any pod of MetalLB's namespace."""
    made = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"labels": labels, "name": name, "namespace": NAMESPACE},
        "spec": {"containers": list(containers), **({"nodeName": where} if where else {})},
        "status": {"conditions": [{"status": str(ready), "type": "Ready"}], "phase": phase},
    }
    return {f"{IMAGE}/namespaces/{NAMESPACE}/pods/{name}/{name}.yaml": json.dumps(made, indent=4)}


def controller(ready=True):
    labels = {"app": "metallb", "component": "controller"}
    return a_pod("controller-6c58495cbb-x7k2p", labels, {"name": "controller"}, ready=ready)


def native_speaker(name="speaker-a", where="worker-0"):
    env = [{"name": "METALLB_BGP_TYPE", "value": "native"}]
    return a_pod(name, {"app": "metallb", "component": "speaker"}, {"env": env, "name": "speaker"}, where=where)


def operator(phase="Running"):
    labels = {"control-plane": "controller-manager"}
    return a_pod("metallb-operator-controller-manager-7f5d8-abcde", labels, {"name": "manager"}, phase=phase)


def subscription(installed="metallb-operator.v4.16.0-202409051837"):
    status = {"installedCSV": installed, "state": "AtLatestKnown"} if installed else {}
    made = {
        "apiVersion": "operators.coreos.com/v1alpha1",
        "kind": "Subscription",
        "metadata": {"name": "metallb-operator-sub", "namespace": NAMESPACE},
        "spec": {"channel": "stable", "name": "metallb-operator"},
        "status": status,
    }
    path = f"{IMAGE}/namespaces/{NAMESPACE}/operators.coreos.com/subscriptions/metallb-operator-sub.yaml"
    return {path: json.dumps(made, indent=4)}


def instance(name="metallb", conditions=(), **spec):
    """The MetalLB resource; of each condition the type, the status and more of its fields."""
    held = [
        {"lastTransitionTime": "2026-11-21T09:30:00Z", "status": status, "type": kind, **more}
        for kind, status, more in conditions
    ]
    made = {
        "apiVersion": "metallb.io/v1beta1",
        "kind": "MetalLB",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": spec,
        "status": {"conditions": held},
    }
    return {f"{IMAGE}/namespaces/{NAMESPACE}/metallb.io/metallbs/{name}.yaml": json.dumps(made, indent=4)}


def openshift(version="4.16.9"):
    made = {
        "apiVersion": "config.openshift.io/v1",
        "kind": "ClusterVersion",
        "metadata": {"name": "version"},
        "spec": {"clusterID": "6f1b9c2e-0000-4000-8000-000000000000"},
        "status": {"desired": {"version": version}, "history": []},
    }
    path = f"{IMAGE}/cluster-scoped-resources/config.openshift.io/clusterversions/version.yaml"
    return {path: json.dumps(made, indent=4)}


def platform(name="AWS"):
    made = {
        "apiVersion": "config.openshift.io/v1",
        "kind": "Infrastructure",
        "metadata": {"name": "cluster"},
        "status": {"platformStatus": {"type": name}},
    }
    path = f"{IMAGE}/cluster-scoped-resources/config.openshift.io/infrastructures/cluster.yaml"
    return {path: json.dumps(made, indent=4)}


def gather_says(*lines):
    text = "".join(f"[must-gather-x7k2p] POD 2026-11-21T10:00:00.000000000Z {line}\n" for line in lines)
    return {f"{IMAGE}/gather.logs": text}


def without(members, *parts):
    """The members whose paths hold none of these parts."""
    return {path: content for path, content in members.items() if not any(part in path for part in parts)}
