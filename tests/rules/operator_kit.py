"""Operators, pods, checks and settings of the network for the rules about operators; a test changes a part.

Each builder returns members (path and content). `healthy()` is a cluster of three nodes with OVN-Kubernetes, all of it
collected at 2026-11-21 10:00:00.
"""

import yaml
from bgp_kit import IMAGE, timestamp
from health_kit import listed, node, pod

OVN, MULTUS, DNS, INGRESS = "openshift-ovn-kubernetes", "openshift-multus", "openshift-dns", "openshift-ingress"
DIAGNOSTICS = "openshift-network-diagnostics"
NODES = ("worker-0", "worker-1", "worker-2")
OF_OVN = ("ovn-controller", "ovnkube-controller", "kube-rbac-proxy-node")
CLUSTER, SERVICES = ("10.128.0.0/14", 23), "172.30.0.0/16"


def agent(where="worker-1", **more):
    """The pod of ovnkube-node on a node."""
    return pod(f"ovnkube-node-{where}", where, OF_OVN, namespace=OVN, labels={"app": "ovnkube-node"}, **more)


def plain_pod(name, where="worker-1", namespace="shop", *, ips=("10.129.0.5",), **more):
    """A pod of somebody's, with a network of its own."""
    status = {"podIPs": [{"ip": one} for one in ips]} | more.pop("status", {})
    return pod(
        name, where, ("web",), namespace=namespace, labels={"app": "web"}, host_network=False, status=status, **more
    )


def conditions(**told):
    """Conditions by type: a status, or a tuple of status, time, reason and message."""
    made = []
    for kind, value in told.items():
        status, *rest = (value,) if isinstance(value, str) else value
        made.append(
            {"status": status, "type": kind}
            | dict(zip(("lastTransitionTime", "reason", "message"), rest, strict=False))
        )
    return made


def operator(name="network", **told):
    """A cluster operator that is well but for what is told."""
    told = {"Available": "True", "Degraded": "False", "Progressing": "False"} | told
    return {
        "apiVersion": "config.openshift.io/v1",
        "kind": "ClusterOperator",
        "metadata": {"name": name, "uid": f"operator-{name}"},
        "status": {"conditions": conditions(**{key: value for key, value in told.items() if value})},
    }


def operators(*made):
    names = {one["metadata"]["name"] for one in made}
    well = [operator(name) for name in ("network", "dns", "ingress", "etcd") if name not in names]
    path = "cluster-scoped-resources/config.openshift.io/clusteroperators.yaml"
    return listed(path, "ClusterOperator", *made, *well)


def version(*history, progressing="False"):
    """The ClusterVersion; history: version, time of the start and of the end or None, the newest first."""
    made = {
        "apiVersion": "config.openshift.io/v1",
        "kind": "ClusterVersion",
        "metadata": {"name": "version"},
        "status": {
            "conditions": conditions(Progressing=progressing),
            "history": [
                {
                    "completionTime": end,
                    "startedTime": start,
                    "state": "Completed" if end else "Partial",
                    "version": number,
                }
                for number, start, end in history
            ],
        },
    }
    return listed("cluster-scoped-resources/config.openshift.io/clusterversions.yaml", "ClusterVersion", made)


def config_pool(name="worker", *, updating="True", paused=False, done=1):
    """A pool of three nodes, of which some are done."""
    made = {
        "apiVersion": "machineconfiguration.openshift.io/v1",
        "kind": "MachineConfigPool",
        "metadata": {"name": name},
        "spec": {"paused": paused},
        "status": {
            "conditions": conditions(Updated="False", Updating=updating),
            "machineCount": 3,
            "updatedMachineCount": done,
        },
    }
    path = f"{IMAGE}/cluster-scoped-resources/machineconfiguration.openshift.io/machineconfigpools/{name}.yaml"
    return {path: yaml.safe_dump(made)}


def check(target="network-check-target-worker-1", source="network-check-source-worker-0", *, reachable="True", **more):
    """A connection check. reachable: a status, or what `conditions` takes; outages and failures as they are written."""
    return {
        "apiVersion": "controlplane.operator.openshift.io/v1alpha1",
        "kind": "PodNetworkConnectivityCheck",
        "metadata": {"name": f"{source}-to-{target}", "namespace": DIAGNOSTICS},
        "spec": {"sourcePod": "network-check-source-abcde", "targetEndpoint": "10.129.0.4:8080"},
        "status": {"conditions": conditions(Reachable=reachable), **more},
    }


def checks(*made):
    return listed(
        "pod_network_connectivity_check/podnetworkconnectivitychecks.yaml", "PodNetworkConnectivityCheck", *made
    )


def outage(start, end=None, cause="dial tcp 10.129.0.4:8080: i/o timeout", day="2026-11-21"):
    """An outage; times of the day."""
    found = {"start": f"{day}T{start}Z", "message": "Connectivity outage detected"}
    found |= {"end": f"{day}T{end}Z"} if end else {}
    return found | {"startLogs": [{"message": cause, "reason": "TCPConnectError", "success": False}]}


def failed(time="09:59:30", message="dial tcp 10.129.0.4:8080: i/o timeout"):
    """A failure, as `failures` of a check has it."""
    return {"message": message, "reason": "TCPConnectError", "success": False, "time": f"2026-11-21T{time}Z"}


def failing(since="09:30:00", message="dial tcp 10.129.0.4:8080: i/o timeout", last="09:59:30", **more):
    """The state of a check that fails now."""
    told = ("False", f"2026-11-21T{since}Z", "TCPConnectError", message)
    return {"reachable": told, "outages": [outage(since, cause=message)], "failures": [failed(last, message)]} | more


def network(*, status=True, **more):
    """The network.config object; more: fields of its status that differ, None takes one away."""
    spec = _settings(CLUSTER)
    used = _settings(CLUSTER) | {"clusterNetworkMTU": 1400} | more
    made = {
        "apiVersion": "config.openshift.io/v1",
        "kind": "Network",
        "metadata": {"name": "cluster", "uid": "config"},
        "spec": spec,
        **({"status": {key: value for key, value in used.items() if value is not None}} if status else {}),
    }
    return listed("cluster-scoped-resources/config.openshift.io/networks.yaml", "Network", made)


def _settings(network):
    cidr, prefix = network
    clusters = [{"cidr": cidr, "hostPrefix": prefix}]
    return {"clusterNetwork": clusters, "networkType": "OVNKubernetes", "serviceNetwork": [SERVICES]}


def network_operator(*, kind="OVNKubernetes", ovn=None, network=CLUSTER, **more):
    """The network.operator object; ovn: its ovnKubernetesConfig."""
    spec = _settings(network) | {
        "defaultNetwork": {"ovnKubernetesConfig": {"mtu": 1400, **(ovn or {})}, "type": kind},
        **more,
    }
    del spec["networkType"]
    made = {
        "apiVersion": "operator.openshift.io/v1",
        "kind": "Network",
        "metadata": {"name": "cluster", "uid": "operator"},
        "spec": spec,
    }
    path = f"{IMAGE}/cluster-scoped-resources/operator.openshift.io/networks/cluster.yaml"
    return {path: yaml.safe_dump(made)}


def happened(  # noqa: PLR0913 - what an event is told by
    about,
    message,
    *,
    reason="FailedCreatePodSandBox",
    kind="Pod",
    namespace="shop",
    host="worker-1",
    count=1,
    last="09:59:00",
):
    """An event, for `events`."""
    return {
        "apiVersion": "v1",
        "count": count,
        "involvedObject": {"kind": kind, "name": about, **({"namespace": namespace} if kind == "Pod" else {})},
        "kind": "Event",
        "lastTimestamp": f"2026-11-21T{last}Z",
        "message": message,
        "metadata": {"name": f"{about}.{reason}.{last}", "namespace": namespace},
        "reason": reason,
        "source": {"component": "kubelet", "host": host},
        "type": "Warning" if kind == "Pod" else "Normal",
    }


def events(*made, namespace="shop"):
    return listed(f"namespaces/{namespace}/core/events.yaml", "Event", *made) if made else _none(namespace)


def _none(namespace):
    content = {"apiVersion": "v1", "items": [], "kind": "EventList", "metadata": {}}
    return {f"{IMAGE}/namespaces/{namespace}/core/events.yaml": yaml.safe_dump(content)}


def pod_list(namespace="shop"):
    """A list that says that the namespace has no pods."""
    content = {"apiVersion": "v1", "items": [], "kind": "PodList", "metadata": {}}
    return {f"{IMAGE}/namespaces/{namespace}/core/pods.yaml": yaml.safe_dump(content)}


def journal(*lines, where="worker-1"):
    """A journal of the kubelet: times and messages."""
    text = "".join(
        f"Nov 21 {time} {where} kubenswrapper[2000]: E1121 {time}.000001    2000 kubelet.go:99] {said}\n"
        for time, said in lines
    )
    return {f"{IMAGE}/nodes/{where}/{where}_logs_kubelet": text}


def healthy():
    """Three nodes with their agents, multus, DNS and a router, operators that are content, checks that reach all."""
    members = timestamp() | operators() | network() | network_operator() | events()
    members |= checks(*(check(f"network-check-target-{name}") for name in NODES))
    for at, name in enumerate(NODES):
        members |= node(name, ip=f"192.0.2.{20 + at}") | agent(name)
        members |= pod(f"multus-{name}", name, ("kube-multus",), namespace=MULTUS, labels={"app": "multus"})
        members |= pod(f"dns-default-{name}", name, ("dns",), namespace=DNS, labels={}, host_network=False)
    members |= pod("router-default-5d8f7c9b6-abcde", "worker-0", ("router",), namespace=INGRESS, labels={})
    return members | pod("done-1", "worker-0", ("job",), namespace=MULTUS, phase="Succeeded", states={"job": DONE})


DONE = {"ready": False, "restartCount": 0, "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}}
