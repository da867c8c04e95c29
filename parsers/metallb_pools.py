"""IPAddressPool, AddressPool and Community: what MetalLB may hand out.

Sources: metallb/metallb api/v1beta1/ipaddresspool_types.go and community_types.go (0.13 and later),
addresspool_types.go (OpenShift 4.10 to 4.15): the latter names its protocol and holds its announcements.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from parsers.base import ParseFailure, SourceFile, parser
from parsers.kubernetes import KubernetesFact, LabelSelector, kind_words, loose, metadata, read_objects, selectors
from parsers.metallb_resources import how, places
from parsers.part import Part
from parsers.tree import Tree
from parsers.values import flag, labels, marks, number, required_text, required_word, text, texts


class ServiceAllocation(Part):
    """Which services may use a pool; a lower priority number is preferred, 0 and none come last."""

    priority: int | None = None
    namespaces: tuple[str, ...] = ()
    namespace_selectors: tuple[LabelSelector, ...] = ()
    service_selectors: tuple[LabelSelector, ...] = ()


class IpAddressPool(KubernetesFact):
    """Addresses: prefixes and ranges, as written. The labels matter to advertisements."""

    addresses: tuple[str, ...] = ()
    labels: Mapping[str, str] = {}
    auto_assign: bool = True
    avoid_buggy_ips: bool = False
    service_allocation: ServiceAllocation | None = None


class PoolProtocol(StrEnum):
    """How the addresses of an AddressPool are announced."""

    BGP = "bgp"
    LAYER2 = "layer2"


class AddressPool(KubernetesFact):
    """A pool of OpenShift 4.10 and its announcement in one; communities and lengths are of all its advertisements."""

    protocol: PoolProtocol
    addresses: tuple[str, ...] = ()
    auto_assign: bool = True
    aggregation_lengths: tuple[int, ...] = ()
    aggregation_lengths_v6: tuple[int, ...] = ()
    communities: tuple[str, ...] = ()


class Community(KubernetesFact):
    """Names for BGP communities: `communities` maps an alias to its value."""

    communities: Mapping[str, str] = {}


@parser(
    *places("ipaddresspools"),
    title="IPAddressPool resources",
    collect=how("ipaddresspools"),
    content=loose("IPAddressPool"),
    words=kind_words("IPAddressPool"),
)
def metallb_pools(source: SourceFile) -> Iterator[IpAddressPool | ParseFailure]:
    return read_objects(source, "metallb_pools", {"IPAddressPool": _pool})


def _pool(tree: Tree, source: SourceFile) -> Iterator[IpAddressPool]:
    allocation = tree.sub("spec", "serviceAllocation")
    yield IpAddressPool(
        **metadata(tree, source),
        marks=marks(
            tree,
            labels=("metadata", "labels"),
            addresses=("spec", "addresses"),
            auto_assign=("spec", "autoAssign"),
            avoid_buggy_ips=("spec", "avoidBuggyIPs"),
            service_allocation=("spec", "serviceAllocation"),
        ),
        addresses=texts(tree, "spec", "addresses"),
        labels=labels(tree, "metadata", "labels"),
        auto_assign=flag(tree, "spec", "autoAssign") is not False,
        avoid_buggy_ips=flag(tree, "spec", "avoidBuggyIPs") or False,
        service_allocation=_allocation(allocation) if allocation.value else None,
    )


def _allocation(tree: Tree) -> ServiceAllocation:
    return ServiceAllocation(
        evidence=tree.evidence(),
        priority=number(tree, "priority"),
        namespaces=texts(tree, "namespaces"),
        namespace_selectors=selectors(tree, "namespaceSelectors"),
        service_selectors=selectors(tree, "serviceSelectors"),
    )


@parser(
    *places("addresspools"),
    title="AddressPool resources (4.10 to 4.15)",
    collect=how("addresspools"),
    content=loose("AddressPool"),
    words=kind_words("AddressPool"),
)
def metallb_address_pools(source: SourceFile) -> Iterator[AddressPool | ParseFailure]:
    return read_objects(source, "metallb_address_pools", {"AddressPool": _address_pool})


def _address_pool(tree: Tree, source: SourceFile) -> Iterator[AddressPool]:
    announced = tuple(tree.items("spec", "bgpAdvertisements"))
    lengths = (number(one, "aggregationLength") for one in announced)
    lengths_v6 = (number(one, "aggregationLengthV6") for one in announced)
    yield AddressPool(
        **metadata(tree, source),
        marks=marks(
            tree,
            protocol=("spec", "protocol"),
            addresses=("spec", "addresses"),
            auto_assign=("spec", "autoAssign"),
            communities=("spec", "bgpAdvertisements"),
            aggregation_lengths=("spec", "bgpAdvertisements"),
        ),
        protocol=required_word(tree, PoolProtocol, "spec", "protocol"),
        addresses=texts(tree, "spec", "addresses"),
        auto_assign=flag(tree, "spec", "autoAssign") is not False,
        aggregation_lengths=tuple(32 if length is None else length for length in lengths),
        aggregation_lengths_v6=tuple(128 if length is None else length for length in lengths_v6),
        communities=tuple(name for one in announced for name in texts(one, "communities")),
    )


@parser(
    *places("communities"),
    title="Community resources",
    collect=how("communities"),
    content=loose("Community"),
    words=kind_words("Community"),
)
def metallb_communities(source: SourceFile) -> Iterator[Community | ParseFailure]:
    return read_objects(source, "metallb_communities", {"Community": _community})


def _community(tree: Tree, source: SourceFile) -> Iterator[Community]:
    yield Community(
        **metadata(tree, source),
        marks=marks(tree, communities=("spec", "communities")),
        communities={required_text(one, "name"): text(one, "value") or "" for one in tree.items("spec", "communities")},
    )
