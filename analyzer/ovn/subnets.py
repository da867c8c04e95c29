"""The subnets of the nodes: which are given, how many the cluster network has, and how full each one is.

OVN-Kubernetes cuts every CIDR of the cluster network into subnets of one size (hostPrefix) and writes each node's to
its annotation `k8s.ovn.org/node-subnets`: `{"default":["10.128.0.0/23"]}`, in old releases without the list (ovn-org/
ovn-kubernetes go-controller/pkg/util/subnet_annotations.go, pkg/clustermanager/node/subnet_allocator.go).
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from analyzer.instances import Ages, NodesByName, PodsByName
from analyzer.ovn.databases import is_linux
from analyzer.rule import NotCollectedError, join
from parsers.kubernetes import unique
from parsers.network_config import NetworkConfig
from parsers.nodes import Node
from parsers.pods import Pod, PodPhase
from parsers.vocabulary import Network, network

SUBNETS = "k8s.ovn.org/node-subnets"
OVN = "OVNKubernetes"
SETTLED = timedelta(minutes=10)  # after which a new node has its subnet (J)
_RESERVED = 3  # of each subnet: the router, the management port and the hybrid overlay; two more are no addresses
_LEAVING = ("ToBeDeletedByClusterAutoscaler", "DeletionCandidateOfClusterAutoscaler")


@dataclass(frozen=True, slots=True)
class Family:
    """The subnets of one address family: how many the nodes have of how many there are."""

    version: int
    given: int
    total: int
    prefix: int


@dataclass(frozen=True, slots=True)
class NodeFill:
    """How many pods a node has, of how many addresses for pods in its smallest subnet."""

    node: Node
    subnet: str
    pods: int
    room: int


@dataclass(frozen=True, slots=True)
class HostSubnets:
    """What is known of the subnets; config is None where the cluster network was not collected."""

    nodes: int
    config: NetworkConfig | None = None
    families: tuple[Family, ...] = ()
    without: tuple[Node, ...] = ()
    unreadable: tuple[Node, ...] = ()
    fills: tuple[NodeFill, ...] = field(default=())

    def __len__(self) -> int:
        return self.nodes


@join
def host_subnets(
    nodes: NodesByName, configs: tuple[NetworkConfig, ...] | None, pods: PodsByName, ages: Ages
) -> HostSubnets:
    if not nodes:
        raise NotCollectedError("not collected: nodes")
    config = next(iter(unique(configs or ())), None)
    known = {name: found for name, node in nodes.items() if (found := _subnets(node)) is not None}
    # A cluster of another network plugin, or nodes whose annotations were left out.
    if not any(known.values()) or (config and config.network_type not in {OVN, None}):
        raise NotCollectedError(f"no node has the annotation {SUBNETS}: another network plugin, or not collected")
    linux = {name: node for name, node in nodes.items() if is_linux(node)}
    return HostSubnets(
        len(nodes),
        config,
        tuple(_families(config, [one for found in known.values() for one in found])) if config else (),
        tuple(node for name, node in linux.items() if known.get(name) == () and _settled(node, ages)),
        tuple(node for name, node in linux.items() if name not in known),
        tuple(_fills({name: (node, known.get(name, ())) for name, node in linux.items()}, pods.values())),
    )


def _subnets(node: Node) -> tuple[Network, ...] | None:
    """The subnets of a node on the default network: none where it has no annotation, None where that is no JSON."""
    written = node.annotations.get(SUBNETS)
    if written is None:
        return ()
    try:
        value = json.loads(written)
    except (ValueError, RecursionError):
        return None
    default = value.get("default") if isinstance(value, dict) else None
    texts = [default] if isinstance(default, str) else default if isinstance(default, list) else []
    found = [network(text) for text in texts if isinstance(text, str) and "/" in text]
    return tuple(one for one in found if one is not None) or None


def _settled(node: Node, ages: Ages) -> bool:
    """Whether a node stays, and has been there for long enough to have its subnet."""
    end = ages.of(node.image_dir)
    leaving = any(taint.startswith(_LEAVING) for taint in node.taints)
    return not leaving and end is not None and node.created is not None and node.created <= end - SETTLED


def _families(config: NetworkConfig, subnets: Iterable[Network]) -> Iterator[Family]:
    """Of each family the subnets that the cluster network can give, cut as those are that it gave."""
    given = set(subnets)
    for version in (4, 6):
        cidrs = [found for text in config.cluster_networks if (found := network(text)) and found.version == version]
        total = used = prefix = 0
        for cidr in cidrs:
            inside = [one for one in given if one.version == version and one.network_address in cidr]
            size = _usual(inside) or prefix or _usual([one for one in given if one.version == version])
            prefix = prefix or size
            used += len(inside)
            total += 1 << max(0, size - cidr.prefixlen) if size else 0
        if used and total:
            yield Family(version, used, total, prefix)


def _usual(subnets: Iterable[Network]) -> int:
    found = Counter(one.prefixlen for one in subnets).most_common(1)
    return found[0][0] if found else 0


def _fills(nodes: Mapping[str, tuple[Node, tuple[Network, ...]]], pods: Iterable[Pod]) -> Iterator[NodeFill]:
    """The nodes with IPv4 subnets, each with the pods that hold an address of it."""
    count: Counter[str] = Counter()
    for pod in pods:
        ended = pod.phase in {PodPhase.SUCCEEDED, PodPhase.FAILED}
        if pod.node and not (pod.host_network or ended):
            count[pod.node] += 1
    for name, (node, subnets) in sorted(nodes.items()):
        mine = [one for one in subnets if one.version == 4]
        if mine:
            subnet = min(mine, key=lambda one: one.num_addresses)
            yield NodeFill(node, str(subnet), count[name], max(0, subnet.num_addresses - _RESERVED - 2))
