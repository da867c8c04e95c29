"""The links of a host, each once, from all the commands and documents that show them."""

from collections.abc import Iterable, Iterator
from typing import Any

from parsers.host_link_facts import HostLink, LinkState
from parsers.ovs_facts import OvsRecord

_KINDS = {"internal": "openvswitch", "system": None}  # the kernel's words for types of OVS
_FILLED = ("state", "mtu", "kind", "master", "lower", "mac", "vlan_id", "members", "counters")


def by_name(links: Iterable[HostLink]) -> dict[str, HostLink]:
    """Each link with what any output tells of it; where two contradict each other the richer one counts."""
    found: dict[str, list[HostLink]] = {}
    for one in links:
        found.setdefault(one.name, []).append(one)
    return {name: _merged(sorted(each, key=_worth, reverse=True)) for name, each in found.items()}


def _worth(one: HostLink) -> tuple[bool, bool, bool, bool]:
    """Kernel outputs before documents; a bridge of OVS is not its internal port of the same name."""
    return bool(one.flags), one.kind != "ovs-bridge", one.mtu is not None, bool(one.counters)


def _merged(links: list[HostLink]) -> HostLink:
    first, *others = links
    if not others:
        return first
    values: dict[str, Any] = {}
    marks = dict(first.marks)
    for name in _FILLED:
        if getattr(first, name):
            continue
        for other in others:
            # The kernel's words for a link's kind and NMState's differ: a bridge's kind says nothing of its port.
            if getattr(other, name) and not (name == "kind" and other.kind == "ovs-bridge"):
                values[name] = getattr(other, name)
                marks[name] = other.marks.get(name, other.evidence)
                break
    return first.model_copy(update={**values, "marks": marks}) if values else first


def of_records(records: Iterable[OvsRecord]) -> Iterator[HostLink]:
    """What `ovs-vsctl list interface` says of the links of the host: OVS watches the MTU of all its interfaces."""
    for one in records:
        mtu, kind, mac = (one.columns.get(column) for column in ("mtu", "type", "mac_in_use"))
        if one.table == "interface" and one.name and isinstance(mtu, str) and mtu.isdigit():
            yield HostLink(
                evidence=one.marks["mtu"],
                marks={"mtu": one.marks["mtu"]},
                origin=one.origin,
                node=one.node,
                name=one.name,
                mtu=int(mtu),
                kind=_KINDS.get(kind, kind) if isinstance(kind, str) else None,
                mac=mac.lower() if isinstance(mac, str) else None,
            )


def is_down(link: HostLink) -> bool:
    """Whether somebody set it up and its carrier is missing, or its lower device is down."""
    if link.state in {LinkState.DOWN, LinkState.LOWER_LAYER_DOWN} and link.administratively_up is not False:
        return True
    return bool(link.administratively_up) and link.carrier is False
