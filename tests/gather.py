"""Builds must-gather trees for tests: real FRR outputs in the layout of a release, Kubernetes objects around them."""

import json
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import yaml

IMAGE = (
    "quay-io-openshift-release-dev-ocp-v4-0-art-dev-sha256-"
    "3e90ed2a1ae6ae1e91beb0de8f186b91819b40d27d0431069cc84ab67847aafc"
)
CREATED = "2026-10-31T05:41:47Z"
SPEAKER = ("speaker", "frr", "reloader", "frr-metrics", "kube-rbac-proxy", "kube-rbac-proxy-frr")
FRR_K8S = ("controller", "frr", "reloader", "frr-metrics", "kube-rbac-proxy", "kube-rbac-proxy-frr")


@dataclass
class NodeOutputs:
    """One node: its name, addresses with prefix length, pod name and the files of its FRR container by name."""

    name: str
    addresses: list[str]
    pod: str
    files: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)


@dataclass
class Gather:
    """A must-gather. `layout` is `speaker` (up to 4.16), `frr-k8s` (4.19 and later) or `cr` (4.10)."""

    version: str = "4.14.38"
    layout: str = "speaker"
    nodes: list[NodeOutputs] = field(default_factory=list)
    resources: list[dict] = field(default_factory=list)
    services: list[dict] = field(default_factory=list)
    gather_logs: tuple[str, ...] = ()
    collected: str = "2026-11-21 05:41"
    started: str = "2026-11-20T03:42:20Z"
    image: str = IMAGE
    root: str = "must-gather.local.2074158726114243856"

    @property
    def namespace(self) -> str:
        return "openshift-frr-k8s" if self.layout == "frr-k8s" else "metallb-system"

    def write(self, folder: Path) -> Path:
        """Write the tree below `folder` and return its root."""
        root = folder / self.root
        for path, text in sorted(self.files().items()):
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        return root

    def files(self) -> dict[str, str]:
        """Every file of the tree by its path below the root."""
        times = [f"{self.collected}:{second}.000000219 +0000 UTC m=+0.085341274\n" for second in ("22", "52")]
        files = {"timestamp": "".join(times), "event-filter.html": "<html></html>\n"}
        inner = {
            "version": f"openshift/must-gather\n{self.version}\n",
            "timestamp": "".join(times),
            "gather.logs": "".join(f"2026-11-21T05:41:47.770171410Z {line}\n" for line in self._gather_logs()),
            **self._cluster(),
            **self._pods(),
            **self._resources(),
        }
        files.update({f"{self.image}/{path}": text for path, text in inner.items()})
        return files

    def _gather_logs(self):
        return ("INFO: Gathering HAProxy config files", *self.gather_logs)

    def _cluster(self):
        config = "cluster-scoped-resources/config.openshift.io"
        version = _object(
            "config.openshift.io/v1",
            "ClusterVersion",
            "version",
            spec={"channel": f"stable-{self.version.rsplit('.', 1)[0]}", "clusterID": _uid("cluster")},
            status={
                "desired": {"version": self.version},
                "history": [{"state": "Completed", "version": self.version, "completionTime": CREATED}],
                "conditions": [{"type": "Progressing", "status": "False"}],
            },
        )
        infrastructure = _object(
            "config.openshift.io/v1",
            "Infrastructure",
            "cluster",
            status={"platform": "None", "infrastructureName": "lab-94v7m", "platformStatus": {"type": "None"}},
        )
        network = _object(
            "config.openshift.io/v1",
            "Network",
            "cluster",
            status={
                "networkType": "OVNKubernetes",
                "clusterNetworkMTU": 1400,
                "clusterNetwork": [{"cidr": "10.128.0.0/14", "hostPrefix": 23}],
                "serviceNetwork": ["172.30.0.0/16"],
            },
        )
        files = {
            f"{config}/clusterversions/version.yaml": _yaml(version),
            f"{config}/infrastructures.yaml": _list("InfrastructureList", infrastructure),
            f"{config}/networks.yaml": _list("NetworkList", network),
        }
        for node in self.nodes:
            files[f"cluster-scoped-resources/core/nodes/{node.name}.yaml"] = _yaml(self._node(node))
        return files

    def _node(self, node):
        primary = {"ipv6" if ":" in one else "ipv4": one for one in node.addresses}
        return _object(
            "v1",
            "Node",
            node.name,
            labels={"kubernetes.io/hostname": node.name, "node-role.kubernetes.io/worker": "", **node.labels},
            annotations={
                "k8s.ovn.org/host-cidrs": json.dumps(node.addresses),
                "k8s.ovn.org/node-primary-ifaddr": json.dumps(primary),
            },
            status={
                "addresses": [
                    *({"address": one.split("/")[0], "type": "InternalIP"} for one in node.addresses),
                    {"address": node.name, "type": "Hostname"},
                ],
                "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady"}],
            },
        )

    def _pods(self):
        files, pods = {}, []
        containers = FRR_K8S if self.layout == "frr-k8s" else SPEAKER
        for node in self.nodes:
            pod = self._pod(node, containers)
            pods.append(pod)
            base = f"namespaces/{self.namespace}/pods/{node.pod}"
            files[f"{base}/{node.pod}.yaml"] = _yaml(pod)
            files.update({f"{base}/frr/frr/logs/{name}": text for name, text in node.files.items()})
        files[f"namespaces/{self.namespace}/core/pods.yaml"] = _list("PodList", *pods)
        return files

    def _pod(self, node, containers):
        running = {"running": {"startedAt": self.started}}
        return _object(
            "v1",
            "Pod",
            node.pod,
            self.namespace,
            labels={"component": containers[0] if containers[0] == "speaker" else "frr-k8s"},
            spec={
                "hostNetwork": True,
                "nodeName": node.name,
                "containers": [{"name": one, "image": f"registry.example.com/{one}"} for one in containers],
            },
            status={
                "phase": "Running",
                "startTime": self.started,
                "conditions": [{"type": "Ready", "status": "True"}],
                "containerStatuses": [
                    {"name": one, "ready": True, "restartCount": 0, "state": running, "lastState": {}}
                    for one in containers
                ],
                "podIPs": [{"ip": one.split("/")[0]} for one in node.addresses],
            },
        )

    def _resources(self):
        files = {}
        for one in self.resources:
            group = one["apiVersion"].split("/")[0]
            plural, name = one["kind"].lower() + "s", one["metadata"]["name"]
            if one["kind"] == "FRRNodeState":
                files[f"cluster-scoped-resources/{group}/{plural}/{name}.yaml"] = _yaml(one)
            else:
                namespace = one["metadata"].get("namespace", "metallb-system")
                files[f"namespaces/{namespace}/{group}/{plural}/{name}.yaml"] = _yaml(one)
        for namespace in sorted({one["metadata"]["namespace"] for one in self.services}):
            found = [one for one in self.services if one["metadata"]["namespace"] == namespace]
            files[f"namespaces/{namespace}/core/services.yaml"] = _list("ServiceList", *found)
        return files


def _uid(text: str) -> str:
    digest = sha256(text.encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-a{digest[17:20]}-{digest[20:32]}"


def _object(  # noqa: PLR0913 - an object has that many parts
    version, kind, name, namespace=None, *, labels=None, annotations=None, **more
):
    metadata = {
        "creationTimestamp": CREATED,
        "name": name,
        "resourceVersion": "1",
        "uid": _uid(f"{kind}{namespace}{name}"),
    }
    if namespace:
        metadata["namespace"] = namespace
    if labels:
        metadata["labels"] = labels
    if annotations:
        metadata["annotations"] = annotations
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **more}


def _yaml(value) -> str:
    return "---\n" + yaml.safe_dump(value, width=1000)


def _list(kind, *items) -> str:
    return _yaml({"apiVersion": items[0]["apiVersion"] if items else "v1", "kind": kind, "items": list(items)})


def bgp_peer(name, address, my_asn, peer_asn, **more):
    spec = {"peerAddress": address, "myASN": my_asn, "peerASN": peer_asn, **more}
    return _object("metallb.io/v1beta2", "BGPPeer", name, "metallb-system", spec=spec)


def metallb(kind, name, **spec):
    return _object("metallb.io/v1beta1", kind, name, "metallb-system", spec=spec)


def frr_configuration(name, namespace="openshift-frr-k8s", **spec):
    return _object("frrk8s.metallb.io/v1beta1", "FRRConfiguration", name, namespace, spec=spec)


def node_state(name, **status):
    return _object("frrk8s.metallb.io/v1beta1", "FRRNodeState", name, status=status)


def service(namespace, name, *addresses, **spec):
    return _object(
        "v1",
        "Service",
        name,
        namespace,
        spec={"type": "LoadBalancer", "externalTrafficPolicy": "Cluster", **spec},
        status={"loadBalancer": {"ingress": [{"ip": one} for one in addresses]}},
    )
