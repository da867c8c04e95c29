"""`gatherscope show sdn`: nodes of OpenShift SDN, the flows that each has for others and for its pods, MTU, routes."""

from typing import Any

from analyzer.node.mtu import MtuChain, MtuChains
from analyzer.node.network import NodeNetworks
from analyzer.ovs.roles import SDN_BRIDGE
from analyzer.rule import NotCollectedError
from analyzer.sdn.nodes import SdnNode, SdnNodes
from analyzer.show import Table, place, register, text
from analyzer.store import Store


def _chains(store: Store) -> dict[str, MtuChain]:
    try:
        return {one.host.label: one for one in store.joined(MtuChains)}
    except NotCollectedError:
        return {}


def _data(store: Store) -> list[dict[str, Any]]:
    chains = _chains(store)
    return [_row(one, chains.get(one.label)) for one in store.joined(SdnNodes)]


def _row(one: SdnNode, chain: MtuChain | None) -> dict[str, Any]:
    return {
        "node": one.node,
        "label": one.label,
        "host_ip": one.host_ip,
        "subnet": one.subnet,
        "source": one.source,
        "bridge": one.bridge is not None,
        "ports": {name: None if one.ports is None else name in one.ports for name in ("vxlan0", "tun0")},
        "remote_nodes": _counts(one.remotes),
        "pods": _counts(one.pods),
        "mtu": {
            "uplink": chain.uplink_mtu if chain else None,
            "tun0": chain.management.mtu if chain and chain.management else None,
            "overlay": chain.overlay if chain else None,
        },
        "routes": [{"network": cidr, "through_tun0": found} for cidr, found in one.routes],
        "evidence": [place(each) for each in one.evidence],
    }


def _counts(pair: tuple[int, int] | None) -> dict[str, int] | None:
    return {"with_flows": pair[0], "expected": pair[1]} if pair else None


def _table(store: Store) -> Table:
    columns = ("NODE", "HOST IP", "SUBNET", "PORTS", "REMOTE NODES", "PODS", "UPLINK", "TUN0", "OVERLAY", "ROUTES")
    rows = tuple(_cells(row) for row in _data(store))
    sources = {row["source"] for row in _data(store)}
    note = None if "HostSubnet" in sources else "No HostSubnets were collected: addresses are those of the nodes."
    return Table(columns, rows, note)


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    ports = row["ports"]
    lacking = [name for name, found in ports.items() if found is False]
    known = all(found is not None for found in ports.values())
    routes = [one["network"] for one in row["routes"] if not one["through_tun0"]]
    return (
        row["label"],
        text(row["host_ip"]),
        text(row["subnet"]),
        f"no {', '.join(lacking)}" if lacking else f"{SDN_BRIDGE} {' '.join(ports)}" if known else "-",
        _share(row["remote_nodes"]),
        _share(row["pods"]),
        *(text(row["mtu"][key]) for key in ("uplink", "tun0", "overlay")),
        f"none for {', '.join(routes)}" if routes else ("yes" if row["routes"] else "-"),
    )


def _share(counts: dict[str, int] | None) -> str:
    return f"{counts['with_flows']}/{counts['expected']}" if counts else "-"


register(
    "sdn",
    "OpenShift SDN: subnet, flows, MTU and routes of every node",
    (SdnNodes, MtuChains, NodeNetworks),
    _table,
    _data,
    in_report=True,
)
