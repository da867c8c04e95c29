"""The MTU that ovnkube of each node gave its gateway router, from the OVN northbound databases.

It is the MTU that ovnkube was started with (ovn-org/ovn-kubernetes go-controller/pkg/ovn/gateway.go, option
`gateway_mtu` of the port `rtoj-GR_<node>`); nodes with hardware offload have none. Routers of user-defined networks,
`GR_<network>_<node>`, are left out: they say the same.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.instances import Group
from analyzer.ovn.databases import OvnDatabases
from analyzer.rule import NotCollectedError, join
from parsers.base import Evidence
from parsers.ovn_northbound_rows import LogicalRouterPort

_PORT = re.compile(r"rto[ej]-GR_(?P<node>[^_]+)")


@dataclass(frozen=True, slots=True)
class GatewayMtu:
    """The gateway router of one node."""

    node: str
    port: str
    mtu: int
    evidence: tuple[Evidence, ...]


class GatewayMtus(Group):
    """Those of all nodes whose database was collected."""

    items: tuple[GatewayMtu, ...]

    def __iter__(self) -> Iterator[GatewayMtu]:
        return iter(self.items)


@join
def gateway_mtus(databases: OvnDatabases) -> GatewayMtus:
    found: dict[str, GatewayMtu] = {}
    for zone in databases:
        for row in zone.northbound.fact.rows(LogicalRouterPort) if zone.northbound else ():
            written = row.options.get("gateway_mtu", "")
            if (port := _PORT.fullmatch(row.name)) and written.isdigit():
                node = port["node"]
                found[node] = GatewayMtu(node, row.name, int(written), row.where("options"))
    if not found:
        raise NotCollectedError("no OVN northbound database with a gateway router that has an MTU")
    return GatewayMtus(tuple(found[node] for node in sorted(found)))
