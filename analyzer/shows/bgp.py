"""`gatherscope show bgp`: the BGP sessions of every node."""

from typing import Any

from analyzer.bgp import cause
from analyzer.frr import Session, Sessions
from analyzer.instances import FrrInstances
from analyzer.peers import received
from analyzer.show import Table, place, register, text
from analyzer.store import Store
from parsers.vocabulary import words


def _sessions(store: Store) -> Sessions:
    found = store.joined(Sessions)
    assert isinstance(found, Sessions)
    return found


def _bgp_data(store: Store) -> list[dict[str, Any]]:
    return [_bgp_row(one) for one in _sessions(store)]


def _bgp_row(one: Session) -> dict[str, Any]:
    block = one.block
    last = block.last_reset if block else None
    where = one.where("state")
    return {
        "node": one.node,
        "instance": one.instance.label,
        "peer": one.peer,
        "vrf": one.vrf,
        "hostname": block.hostname if block else None,
        "remote_as": block.remote_as if block else next((row.remote_as for row in one.rows), None),
        "local_as": block.local_as if block else None,
        "state": one.state,
        "uptime": one.uptime,
        "bfd": one.bfd_status,
        "established": block.established if block else None,
        "dropped": block.dropped if block else None,
        "last_reset": last.reason if last else None,
        "last_reset_age": last.age if last else None,
        "prefixes_received": received(one),
        "cause": cause(one) or None if not one.established else None,
        "evidence": place(where[0]) if where else None,
    }


def _bgp_table(store: Store) -> Table:
    columns = ("NODE", "PEER", "AS", "STATE", "UP", "BFD", "UP/DOWN", "PFX", "LAST RESET")
    rows = []
    for one, row in zip(_sessions(store), _bgp_data(store), strict=True):
        last = text(row["last_reset"])
        age = f" ({words(row['last_reset_age'])} ago)" if row["last_reset_age"] is not None else ""
        rows.append(
            (
                one.node or one.instance.label,
                one.peer if one.vrf == "default" else f"{one.peer} ({one.vrf})",
                text(row["remote_as"]),
                text(row["state"], "not collected"),
                words(one.uptime) if one.established and one.uptime is not None else "-",
                text(row["bfd"]),
                f"{text(row['established'])}/{text(row['dropped'])}",
                text(row["prefixes_received"]),
                f"{last}{age}",
            )
        )
    return Table(columns, tuple(rows), _silent(store))


def _silent(store: Store) -> str | None:
    """The FRRs that gave no list of neighbors: their rows are missing, not empty."""
    labels = [one.label for one in store.joined(FrrInstances) if one.neighbors is None and not one.rows]
    return f"No list of neighbors from: {', '.join(labels)}" if labels else None


register("bgp", "BGP sessions of every node", (Sessions, FrrInstances), _bgp_table, _bgp_data)
