"""Bridges and ports of Open vSwitch, by node. Ports of pods are known by the pods, not by their made-up names."""

import re
from collections.abc import Iterator, Mapping

from analyzer.diff.area import Area, spot
from analyzer.diff.model import BAD, WELL, Facet, Item, Value
from analyzer.diff.stable import StableNames
from analyzer.ovs.sources import SwitchBridge, SwitchPort
from analyzer.ovs.switches import Switch, Switches
from analyzer.store import Store

_MADE_UP = re.compile(r"veth[0-9a-f]{8}|[0-9a-f]{15}")  # ports of pods: of OpenShift SDN, of OVN-Kubernetes
_JUDGED = frozenset({"error"})


def _read(store: Store) -> Facet:
    switches: Switches = store.joined(Switches)
    names: StableNames = store.joined(StableNames)
    scopes: dict[str, str | None] = {one.label: None if one.whole else one.limits for one in switches}
    items = tuple(item for one in switches for item in _items(one, names.of_ports))
    return Facet("ovs", OVS.title, items, scopes=scopes, unit="no Open vSwitch of {}", judged=_JUDGED)


def _items(one: Switch, owners: Mapping[str, str]) -> Iterator[Item]:
    for bridge in one.bridges:
        yield _bridge(one, bridge)
    for port in one.ports:
        yield _port(one, port, owners)


def _bridge(one: Switch, bridge: SwitchBridge) -> Item:
    values: dict[str, Value] = {"fail mode": bridge.fail_mode} if bridge.mode_known else {}
    if bridge.datapath_type is not None:
        values["datapath type"] = bridge.datapath_type
    return Item(f"{one.label} {bridge.name}", values, (one.label,), spot(bridge.evidence), text="bridge")


def _port(one: Switch, port: SwitchPort, owners: Mapping[str, str]) -> Item:
    where = f"{one.label} {port.bridge or '?'}"
    values: dict[str, Value] = {
        "type": port.type,
        "tag": port.tag,
        "remote address": port.options.get("remote_ip"),
        "peer": port.options.get("peer"),
        "error": port.error,
    }
    owner = port.ids.get("iface-id")
    of_pod = owner is not None and "sandbox" in port.ids
    nameless = not of_pod and _MADE_UP.fullmatch(port.name) is not None
    remote = values["remote address"]
    return Item(
        key=f"{where} {owner}" if of_pod else f"{where} {port.name}",
        values=values,
        scopes=(one.label,),
        place=spot(port.evidence),
        marks={"error": spot(port.marks.get("error"))},
        text=f"port: {port.error}" if port.error else "port of a pod" if of_pod else f"port, type {port.type}",
        health=BAD if port.error else WELL,
        aliases=(f"{where} tunnel to {remote}",) if isinstance(remote, str) and remote != "flow" else (),
        kin=(f"{where} {owners.get(owner or '', owner or '')}",) if of_pod or nameless else (),
        incarnation=(owner or port.name, "") if of_pod or nameless else None,
        label=f"port of a pod on {where}" if nameless else "",
    )


OVS = Area("ovs", "Open vSwitch", (Switches, StableNames), _read)
