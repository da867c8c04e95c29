"""What MetalLB does not take of BGPPeers: of one alone, and of two that one FRR would have to serve.

Sources: metallb/metallb internal/config/config.go (peerFromCR, parseTimers) and internal/config/validation.go:
DiscardNativeOnly until 0.15 compares all peers of the cluster (0.13.8 and later the local AS within a VRF alone),
checkFRRPeersCompatible from 0.16 on only those that select the same node.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from analyzer.masks import masked, nameless
from parsers.base import Evidence
from parsers.metallb_peers import BgpPeer
from parsers.nodes import Node
from parsers.vocabulary import is_address

SHORTEST_HOLD = 3  # seconds; 0 means that no session ever times out
_MINOR = re.compile(r"v?0\.(\d{1,3})(?:\.|$|-)")
_OPENSHIFT = re.compile(r"4\.(\d{1,3})\.")
PER_NODE = 16  # the minor release of MetalLB from which peers of different nodes are not compared
OPENSHIFT_WHOLE = 20  # the minor release of OpenShift up to which MetalLB is older than that


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a peer, as the end of a sentence, and the lines of it."""

    key: str
    text: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Clash:
    """Two peers that do not go together; `node` is one that both are for, None where there is none."""

    peer: BgpPeer
    other: BgpPeer
    key: str
    text: str
    fields: tuple[str, ...]
    node: str | None


def label(peer: BgpPeer) -> str:
    """`BGPPeer tor1 (192.0.2.1)`."""
    where = peer.address or peer.interface
    return f"BGPPeer {peer.name}" + (f" ({where})" if where else "")


def faults(peer: BgpPeer) -> Iterator[Fault]:
    """What MetalLB takes from nobody."""
    for key, text, fields in (*_numbers(peer), *_timers(peer), *_addresses(peer)):
        yield Fault(key, text, peer.where(*fields))


def _numbers(peer: BgpPeer) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    if peer.peer_asn and peer.dynamic_asn:
        text = f"has both peerASN {peer.peer_asn} and dynamicASN {peer.dynamic_asn}"
        yield "both-asn", text, ("peer_asn", "dynamic_asn")
    elif not peer.peer_asn and not peer.dynamic_asn:
        yield "no-asn", "has neither peerASN nor dynamicASN", ("peer_asn",)
    if not peer.my_asn:
        yield "no-own-asn", "has no myASN", ("my_asn",)
    elif peer.ebgp_multihop and peer.peer_asn == peer.my_asn:
        text = f"sets ebgpMultiHop, although it is internal (both sides are AS {peer.my_asn})"
        yield "multihop", text, ("ebgp_multihop", "my_asn", "peer_asn")


def _timers(peer: BgpPeer) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    hold, keepalive = peer.hold_time, peer.keepalive
    effective = keepalive * 3 if hold is None and keepalive is not None else hold
    if effective is not None and 0 < effective < SHORTEST_HOLD:
        yield "hold", f"has a holdTime of {effective} s, which must be 0 or at least {SHORTEST_HOLD} s", ("hold_time",)
    if hold is not None and keepalive is not None and keepalive > hold:
        text = f"has a keepaliveTime of {keepalive} s, longer than its holdTime of {hold} s"
        yield "keepalive", text, ("keepalive", "hold_time")


def _addresses(peer: BgpPeer) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    if peer.address and peer.interface:
        yield "both-ends", f"has both an address and the interface {peer.interface}", ("address", "interface")
    elif not peer.address and not peer.interface:
        yield "no-end", "has neither an address nor an interface", ("address",)
    written = {"address": peer.address, "source_address": peer.source_address, "router_id": peer.router_id}
    names = {"address": "peerAddress", "source_address": "sourceAddress", "router_id": "routerID"}
    for field, value in written.items():
        if value and not is_address(value) and not masked(value):
            yield field, f"has the {names[field]} {value}, which is no address", (field,)


def clashes(peers: list[BgpPeer], nodes: Mapping[str, Node]) -> Iterator[Clash]:
    """For each peer and each kind of clash one other peer before it: of a node that both are for, where there is."""
    found: dict[tuple[int, str], Clash] = {}
    for where, group in (*_groups(peers, nodes), (None, peers)):
        for clash in _within(group, where):
            found.setdefault((id(clash.peer), clash.key), clash)
    yield from sorted(found.values(), key=lambda one: (one.peer.namespace or "", one.peer.name, one.key))


def _groups(peers: list[BgpPeer], nodes: Mapping[str, Node]) -> Iterator[tuple[str, list[BgpPeer]]]:
    """The peers of one node together; nodes with the same peers once."""
    yield "every node", [one for one in peers if not one.node_selectors]
    seen: set[frozenset[int]] = set()
    for name, node in sorted(nodes.items()):
        group = [
            one
            for one in peers
            if not one.node_selectors or any(each.matches(node.labels) for each in one.node_selectors)
        ]
        key = frozenset(id(one) for one in group)
        if key not in seen:
            seen.add(key)
            yield name, group


def _within(group: list[BgpPeer], where: str | None) -> Iterator[Clash]:
    """The clashes of each peer with the first one of the group that must agree with it."""
    first: dict[tuple[str | None, ...], BgpPeer] = {}
    for peer in group:
        vrf, name = peer.vrf or "", peer.address or peer.interface
        other = first.setdefault(("router-id",), peer)
        if peer.router_id != other.router_id:
            ours, theirs = (f"routerID {one.router_id}" if one.router_id else "no routerID" for one in (peer, other))
            text = f"has {ours}, {label(other)} has {theirs}"
            yield Clash(peer, other, "router-id", text, ("router_id", "address", "interface"), where)
        other = first.setdefault(("my-asn", vrf), peer)
        of_vrf = f" in VRF {vrf}" if vrf else ""
        if peer.my_asn != other.my_asn:
            text = f"has myASN {peer.my_asn}{of_vrf}, {label(other)} has {other.my_asn}"
            yield Clash(peer, other, "my-asn", text, ("my_asn",), where)
        other = first.setdefault(("same-peer", vrf, name), peer)
        if name and not nameless(name) and (other.namespace, other.name) != (peer.namespace, peer.name):
            text = f"repeats {name}{of_vrf}, which BGPPeer {other.name} has too"
            yield Clash(peer, other, "same-peer", text, ("address", "interface"), where)


def whole_cluster(versions: Iterable[str], openshift: Iterable[str]) -> bool | None:
    """Whether this release compares the peers of different nodes too; None where the release is not known."""
    own = [int(match[1]) < PER_NODE for text in versions if (match := _MINOR.match(text))]
    of_cluster = [int(match[1]) <= OPENSHIFT_WHOLE for text in openshift if (match := _OPENSHIFT.match(text))]
    if own:
        return own[-1]
    # A later OpenShift may have either: only the older ones tell.
    return True if any(of_cluster) else None
