"""How many rows the tables of the OVN databases hold. What OVN learns or derives by itself is left out."""

from analyzer.diff.area import Area, spot
from analyzer.diff.areas.ovn import cut, databases, scopes_of
from analyzer.diff.model import Facet, Item
from analyzer.ovn.databases import OvnDatabases
from analyzer.store import Store

# Learned from packets, derived from other rows, or about the connections of the moment.
_LEFT_OUT = frozenset(
    {
        *("MAC_Binding", "Static_MAC_Binding", "FDB", "IGMP_Group", "Multicast_Group", "IP_Multicast", "Logical_Flow"),
        *("Logical_DP_Group", "Connection", "SSL", "RBAC_Role", "RBAC_Permission", "Controller_Event", "DNS"),
        *("NB_Global", "SB_Global", "Chassis_Private", "Encap", "Service_Monitor"),
    }
)


def _read(store: Store) -> Facet:
    zones: OvnDatabases = store.joined(OvnDatabases)
    items = tuple(
        Item(
            key=f"{table} in {scope}",
            values={"rows": count} if not cut(database) else {},
            scopes=(scope,),
            place=spot(database.evidence),
            text=f"{count} rows",
        )
        for scope, database, _ in databases(zones)
        for table, count in sorted(database.counts.items())
        if table not in _LEFT_OUT
    )
    return Facet("ovn-counts", OVN_COUNTS.title, items, scopes=scopes_of(zones))


OVN_COUNTS = Area("ovn-counts", "OVN row counts", (OvnDatabases,), _read)
