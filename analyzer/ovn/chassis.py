"""Chassis and nodes: who takes part in the network of each zone.

A chassis is named by the system-id of its host, which OVN-Kubernetes writes to the node's annotation
`k8s.ovn.org/node-chassis-id`; its hostname is the node's name. With interconnect the southbound database of a zone also
holds the other nodes, with `is-remote=true` (ovn-org/ovn-kubernetes go-controller/pkg/ovn/zone_interconnect
chassis_handler.go), so that tunnels to them are made.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from analyzer.instances import Group
from analyzer.ovn.databases import OvnDatabases, Zone
from analyzer.rule import NotCollectedError, join
from parsers.nodes import Node
from parsers.ovn_southbound_rows import Chassis, Encap

CHASSIS_ID = "k8s.ovn.org/node-chassis-id"
JUST_MADE = 200  # entries of a clustered log up to which its database was made a moment ago (J)


@dataclass(frozen=True, slots=True)
class ZoneChassis:
    """The chassis of one southbound database."""

    zone: Zone
    rows: tuple[Chassis, ...]
    encaps: tuple[Encap, ...]
    by_uuid: Mapping[str, Chassis] = field(default_factory=dict, repr=False)
    by_name: Mapping[str, Chassis] = field(default_factory=dict, repr=False)
    by_host: Mapping[str, tuple[Chassis, ...]] = field(default_factory=dict, repr=False)

    def of(self, node: str, resource: Node | None) -> tuple[Chassis, ...]:
        """The chassis of a node: by its id, by its name, or by its name up to the first dot."""
        own = self.by_name.get(resource.annotations.get(CHASSIS_ID, "")) if resource else None
        found = self.by_host.get(node) or [
            one for one in self.by_host.get(node.partition(".")[0], ()) if "." not in node or "." not in one.hostname
        ]
        return tuple(dict.fromkeys((*((own,) if own else ()), *found)))

    @property
    def just_made(self) -> bool:
        """Whether the database is so new that chassis may still be registering."""
        raft = self.zone.southbound.fact.raft if self.zone.southbound else None
        return raft is not None and raft.index < JUST_MADE


class OvnChassis(Group):
    """The chassis of every zone of which the southbound database was collected."""

    items: tuple[ZoneChassis, ...]

    def __iter__(self) -> Iterator[ZoneChassis]:
        return iter(self.items)

    def of(self, zone: Zone) -> ZoneChassis | None:
        """Those of one zone; None where its southbound database was not collected."""
        return next((one for one in self.items if one.zone is zone), None)


@join
def ovn_chassis(databases: OvnDatabases) -> OvnChassis:
    if not any(zone.southbound for zone in databases):
        raise NotCollectedError("not collected: OVN southbound database")
    return OvnChassis(tuple(_of_zone(zone) for zone in databases if zone.southbound))


def _of_zone(zone: Zone) -> ZoneChassis:
    database = zone.southbound.fact if zone.southbound else None
    rows = database.rows(Chassis) if database else ()
    by_host: dict[str, list[Chassis]] = {}
    for one in rows:
        for name in dict.fromkeys((one.hostname, one.hostname.partition(".")[0])):
            by_host.setdefault(name, []).append(one)
    return ZoneChassis(
        zone,
        rows,
        database.rows(Encap) if database else (),
        {one.uuid: one for one in rows},
        {one.name: one for one in rows},
        {name: tuple(found) for name, found in by_host.items() if name},
    )
