"""BGPAdvertisement and L2Advertisement: which pools are announced, by which nodes, to whom.

Sources: metallb/metallb api/v1beta1/bgpadvertisement_types.go, l2advertisement_types.go (0.13 and later).
"""

from collections.abc import Iterator
from typing import Any

from parsers.base import ParseFailure, SourceFile, parser
from parsers.kubernetes import KubernetesFact, LabelSelector, kind_words, loose, metadata, read_objects, selectors
from parsers.metallb_resources import how, places
from parsers.tree import Tree
from parsers.values import marks, number, texts


class Advertisement(KubernetesFact):
    """What both have in common. No pools and no pool selectors mean every pool, no node selectors every node."""

    pools: tuple[str, ...] = ()
    pool_selectors: tuple[LabelSelector, ...] = ()
    node_selectors: tuple[LabelSelector, ...] = ()
    service_selectors: tuple[LabelSelector, ...] = ()


class BgpAdvertisement(Advertisement):
    """An announcement by BGP; no peers mean every peer. Prefixes have the aggregation lengths."""

    peers: tuple[str, ...] = ()
    aggregation_length: int = 32
    aggregation_length_v6: int = 128
    communities: tuple[str, ...] = ()
    local_pref: int | None = None


class L2Advertisement(Advertisement):
    """An announcement by ARP and NDP; no interfaces mean every interface."""

    interfaces: tuple[str, ...] = ()


def _common(tree: Tree, source: SourceFile) -> dict[str, Any]:
    return {
        **metadata(tree, source),
        "pools": texts(tree, "spec", "ipAddressPools"),
        "pool_selectors": selectors(tree, "spec", "ipAddressPoolSelectors"),
        "node_selectors": selectors(tree, "spec", "nodeSelectors"),
        "service_selectors": selectors(tree, "spec", "serviceSelectors"),
    }


_COMMON_FIELDS = {
    "pools": ("spec", "ipAddressPools"),
    "pool_selectors": ("spec", "ipAddressPoolSelectors"),
    "node_selectors": ("spec", "nodeSelectors"),
    "service_selectors": ("spec", "serviceSelectors"),
}


@parser(
    *places("bgpadvertisements"),
    title="BGPAdvertisement resources",
    collect=how("bgpadvertisements"),
    content=loose("BGPAdvertisement"),
    words=kind_words("BGPAdvertisement"),
)
def metallb_bgp_advertisements(source: SourceFile) -> Iterator[BgpAdvertisement | ParseFailure]:
    return read_objects(source, "metallb_bgp_advertisements", {"BGPAdvertisement": _bgp})


def _bgp(tree: Tree, source: SourceFile) -> Iterator[BgpAdvertisement]:
    length, length_v6 = number(tree, "spec", "aggregationLength"), number(tree, "spec", "aggregationLengthV6")
    yield BgpAdvertisement(
        **_common(tree, source),
        marks=marks(
            tree,
            **_COMMON_FIELDS,
            peers=("spec", "peers"),
            aggregation_length=("spec", "aggregationLength"),
            aggregation_length_v6=("spec", "aggregationLengthV6"),
            communities=("spec", "communities"),
            local_pref=("spec", "localPref"),
        ),
        peers=texts(tree, "spec", "peers"),
        aggregation_length=32 if length is None else length,
        aggregation_length_v6=128 if length_v6 is None else length_v6,
        communities=texts(tree, "spec", "communities"),
        local_pref=number(tree, "spec", "localPref"),
    )


@parser(
    *places("l2advertisements"),
    title="L2Advertisement resources",
    collect=how("l2advertisements"),
    content=loose("L2Advertisement"),
    words=kind_words("L2Advertisement"),
)
def metallb_l2_advertisements(source: SourceFile) -> Iterator[L2Advertisement | ParseFailure]:
    return read_objects(source, "metallb_l2_advertisements", {"L2Advertisement": _l2})


def _l2(tree: Tree, source: SourceFile) -> Iterator[L2Advertisement]:
    yield L2Advertisement(
        **_common(tree, source),
        marks=marks(tree, **_COMMON_FIELDS, interfaces=("spec", "interfaces")),
        interfaces=texts(tree, "spec", "interfaces"),
    )
