"""Addresses that may have one owner only: of nodes, of pods and their logical ports, of LoadBalancer services.

Each source is a function from facts to holders; `duplicates` compares the holders of a scope. Sources:
kubernetes/api core/v1 (NodeStatus.addresses, PodStatus.podIPs); metallb/metallb controller/service.go and
internal/allocator (services share an address only with the same key `allow-shared-ip`).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from analyzer.instances import Ages, Group
from analyzer.metallb.pools import Pools
from analyzer.metallb.unassigned import annotation
from analyzer.ovn.ports import LogicalPort, LogicalPorts, hosts
from analyzer.ovn.wiring import of_cluster
from analyzer.rule import NotCollectedError, join
from parsers.base import Evidence
from parsers.network_config import NetworkConfig
from parsers.nodes import Node
from parsers.pods import Pod, PodPhase
from parsers.services import Service
from parsers.vocabulary import address, is_address

_MACHINE = "vm.kubevirt.io/name"  # a label of the pods of virtual machines (kubevirt/kubevirt api core/v1 types.go)
# openshift/must-gather-clean pkg/obfuscator/ip.go writes the same mask for the same address; the other form that it
# knows, `xxx.xxx.xxx.xxx`, stands for all of them.
_MASK = re.compile(r"x-ipv[46]-\d{10}-x")


def comparable(text: str) -> bool:
    """Whether a text tells one address from another: an address, or a mask that stands for one only."""
    return is_address(text) or _MASK.fullmatch(text) is not None


class Scope(StrEnum):
    """Within which addresses must differ; the value is what an owner is called."""

    NODE = "node"
    POD = "pod"
    PORT = "logical port"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Holder:
    """An address and its owner. `collection` tells two must-gathers apart: an address may have moved between them.

    identity: what makes two holders the same owner. sharing: owners with the same text may share the address.
    impaired: why the owner may be a stale object, in words.
    """

    scope: Scope
    address: str
    owner: str
    identity: str
    collection: str
    evidence: tuple[Evidence, ...]
    node: str | None = None
    sharing: str | None = None
    impaired: str | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """An address with two owners of which it is not known whether they may both have it."""

    address: str
    owners: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Duplicate:
    """An address with several owners, in the order of their names."""

    scope: Scope
    address: str
    holders: tuple[Holder, ...]


@dataclass(frozen=True, slots=True)
class Addresses(Group):
    """Every duplicate; `judged` is the number of addresses that were compared."""

    items: tuple[Duplicate, ...]
    judged: int = 0
    doubts: tuple[Doubt, ...] = ()

    def __len__(self) -> int:
        return self.judged + len(self.doubts)

    def __iter__(self) -> Iterator[Duplicate]:
        return iter(self.items)


@join
def addresses(  # noqa: PLR0913, PLR0917 - each source is one parameter
    nodes: tuple[Node, ...] | None,
    pods: tuple[Pod, ...] | None,
    ports: LogicalPorts | None,
    services: tuple[Service, ...] | None,
    pools: Pools | None,
    networks: tuple[NetworkConfig, ...] | None,
    ages: Ages,
) -> Addresses:
    doubts: list[Doubt] = []
    holders = [
        *_of_nodes(nodes or ()),
        *_of_pods((one for one in pods or () if of_cluster(one, networks)), ages),
        *_of_ports(ports or ()),
        *_of_services(services or (), pools, doubts),
    ]
    if not holders and not doubts:
        raise NotCollectedError("no node, pod or service with an address in this archive")
    found = tuple(_told_once(list(duplicates(holders))))
    return Addresses(found, len({(one.scope, one.address) for one in holders}), tuple(doubts))


def _told_once(found: list[Duplicate]) -> Iterator[Duplicate]:
    """Leave out what another duplicate tells: the ports of two pods, the MAC addresses that follow from their IPs."""
    pods = {one.address for one in found if one.scope is Scope.POD}
    pairs = {_owners(one) for one in found if one.scope is Scope.PORT and is_address(one.address)}
    for one in found:
        by_mac = not is_address(one.address) and _owners(one) in pairs
        if one.scope is not Scope.PORT or not (one.address in pods or by_mac):
            yield one


def _owners(one: Duplicate) -> tuple[str, ...]:
    return tuple(each.identity for each in one.holders)


def duplicates(holders: Iterable[Holder]) -> Iterator[Duplicate]:
    """The addresses with several owners within one collection, in the order of scopes and addresses."""
    found: dict[tuple[Scope, str], dict[str, dict[str, Holder]]] = {}
    for one in holders:
        by_collection = found.setdefault((one.scope, one.address), {})
        by_collection.setdefault(one.collection, {}).setdefault(one.identity, one)
    for scope, each in sorted(found):
        for _, owners in sorted(found[scope, each].items()):
            several = tuple(sorted(owners.values(), key=lambda one: one.owner))
            if len(several) > 1 and not _shared(several):
                yield Duplicate(scope, each, several)
                break


def _shared(holders: Iterable[Holder]) -> bool:
    """Whether every one of them names the same key."""
    keys = {one.sharing for one in holders}
    return len(keys) == 1 and None not in keys and "" not in keys


def _of_nodes(nodes: Iterable[Node]) -> Iterator[Holder]:
    for one in nodes:
        stale = "it is NotReady" if "ready" in one.marks and one.ready is not True else None
        for ip in one.internal_ips:
            if comparable(ip):
                lines = (*one.where("internal_ips"), *(one.where("ready") if stale else ()))
                who = (Scope.NODE, address(ip), one.name, one.name, one.image_dir)
                yield Holder(*who, lines, node=one.name, impaired=stale)


def _of_pods(pods: Iterable[Pod], ages: Ages) -> Iterator[Holder]:
    """Pods that hold their address for sure: the status of one that ended, or is being deleted, may be stale.

    A must-gather takes minutes: what started after its begin may have the address of what ended after it was read. A
    virtual machine that moves to another node has two pods with one address for a while. Addresses outside the cluster
    network are of other networks, which may overlap.
    """
    for one in pods:
        at = ages.of(one.image_dir)
        late = at is not None and (one.start_time is None or one.start_time > at)
        if one.host_network or one.deleting or late or one.phase in {PodPhase.SUCCEEDED, PodPhase.FAILED}:
            continue
        for ip in one.pod_ips:
            if comparable(ip) and ip != one.host_ip:
                name = f"{one.namespace}/{one.name}"
                machine = one.labels.get(_MACHINE)
                identity = f"{one.namespace}/{machine}" if machine else one.uid or name
                who = (Scope.POD, address(ip), name, identity, one.image_dir)
                yield Holder(*who, one.where("pod_ips", "phase", "node"), node=one.node)


def _of_ports(ports: Iterable[LogicalPort]) -> Iterator[Holder]:
    """The IP and MAC addresses of pods' ports on the default network, within one northbound database.

    A virtual machine that moves to another node has two pods with one address for a while.
    """
    for one in ports:
        if one.pod[1].startswith("virt-launcher-") or one.zone.northbound is None:
            continue
        name = "/".join(one.pod)
        collection = f"{one.zone.northbound.fact.evidence.path} {one.zone.name}"
        node = one.switch.name if one.switch and one.switch.name in one.zone.nodes else one.zone.node
        stale = None if one.attached else "no node has bound it"
        lines = one.row.where("name", "addresses", "dynamic_addresses")
        for mac, ips in hosts(one.row):
            for each in (mac, *map(address, ips)):
                yield Holder(Scope.PORT, each, name, one.row.uuid, collection, lines, node=node, impaired=stale)


def _of_services(services: Iterable[Service], pools: Pools | None, doubts: list[Doubt]) -> Iterator[Holder]:
    """Addresses that MetalLB gave: the load balancer of a cloud may give one to several services."""
    unknown: dict[str, dict[str, Service]] = {}
    for one in services:
        if one.deleting:
            continue
        key = annotation(one, "allow-shared-ip")
        name = f"{one.namespace}/{one.name}"
        for ip in filter(comparable, one.ingress_ips):
            if annotation(one, "ip-allocated-from-pool") or (pools is not None and pools.of(ip)):
                lines = (*one.where("ingress_ips"), *(one.where(key[0]) if key else ()))
                who = (Scope.SERVICE, address(ip), name, name, one.image_dir)
                yield Holder(*who, lines, sharing=key[1] if key else None)
            elif pools is None:
                unknown.setdefault(address(ip), {})[name] = one
    for ip, found in sorted(unknown.items()):
        if len(found) > 1 and not _same_key(found.values()):
            doubts.append(Doubt(ip, tuple(sorted(found)), "whether MetalLB gave the address is not known: no pools"))


def _same_key(services: Iterable[Service]) -> bool:
    keys = {key[1] if (key := annotation(one, "allow-shared-ip")) else "" for one in services}
    return len(keys) == 1 and "" not in keys
