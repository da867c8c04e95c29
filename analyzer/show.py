"""The facts behind the findings, as tables: `gatherscope show WHAT ARCHIVE`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from analyzer.bfd import detection_time
from analyzer.bgp import cause
from analyzer.coverage import coverage_of
from analyzer.frr import Session, Sessions
from analyzer.instances import FrrInstances, Instance
from analyzer.model import Coverage
from analyzer.registry import load_rules
from analyzer.rule import Need, Rule, closure
from analyzer.store import Store
from parsers.base import Evidence, Fact
from parsers.bfd_facts import BfdBriefPeer, BfdPeer
from parsers.vocabulary import words


@dataclass(frozen=True, slots=True)
class Table:
    """Columns, rows of plain texts, and a remark for what the rows do not say."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Show:
    """One table: its name, a line of help, what it needs, and how its rows and its JSON come out of the store.

    Without needs it is about everything that the rules read.
    """

    name: str
    help: str
    needs: tuple[Need, ...]
    rows: Callable[[Store], Table] = field(repr=False)
    data: Callable[[Store], Any] = field(repr=False)

    @property
    def kinds(self) -> set[type[Fact]]:
        """The kinds of facts that have to be read for it."""
        return closure(self.needs) if self.needs else every_kind()


def every_kind() -> set[type[Fact]]:
    """Every kind of fact that some rule needs."""
    load_rules()
    return closure(tuple(need for one in Rule.registry.values() for need in one.needs))


def _place(evidence: Evidence) -> str:
    return f"{evidence.path}:{evidence.first_line}"


def _or(value: object, missing: str = "-") -> str:
    return missing if value is None or value == "" else str(value)


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
        "prefixes_received": _received(one),
        "cause": cause(one) or None if not one.established else None,
        "evidence": _place(where[0]) if where else None,
    }


def _received(one: Session) -> int | None:
    if one.block:
        counts = [family.accepted_prefixes for family in one.block.families if family.accepted_prefixes is not None]
        return sum(counts) if counts else None
    counts = [row.prefixes_received for row in one.rows if row.prefixes_received is not None]
    return sum(counts) if counts else None


def _bgp_table(store: Store) -> Table:
    columns = ("NODE", "PEER", "AS", "STATE", "UP", "BFD", "UP/DOWN", "PFX", "LAST RESET")
    rows = []
    for one, row in zip(_sessions(store), _bgp_data(store), strict=True):
        last = _or(row["last_reset"])
        age = f" ({words(row['last_reset_age'])} ago)" if row["last_reset_age"] is not None else ""
        rows.append(
            (
                one.node or one.instance.label,
                one.peer if one.vrf == "default" else f"{one.peer} ({one.vrf})",
                _or(row["remote_as"]),
                _or(row["state"], "not collected"),
                words(one.uptime) if one.established and one.uptime is not None else "-",
                _or(row["bfd"]),
                f"{_or(row['established'])}/{_or(row['dropped'])}",
                _or(row["prefixes_received"]),
                f"{last}{age}",
            )
        )
    return Table(columns, tuple(rows), _silent(store))


def _silent(store: Store) -> str | None:
    """The FRRs that gave no list of neighbors: their rows are missing, not empty."""
    labels = [one.label for one in store.joined(FrrInstances) if one.neighbors is None and not one.rows]
    return f"No list of neighbors from: {', '.join(labels)}" if labels else None


def _bfd_data(store: Store) -> list[dict[str, Any]]:
    rows = []
    for one in store.joined(FrrInstances):
        rows += [_bfd_row(one, peer) for peer in one.bfd_peers or ()]
        known = {peer.session_id for peer in one.bfd_peers or ()}
        rows += [_brief_row(one, brief) for brief in one.brief if brief.session_id not in known]
    return rows


def _bfd_row(one: Instance, peer: BfdPeer) -> dict[str, Any]:
    return {
        "node": one.node,
        "instance": one.label,
        "peer": peer.peer,
        "local_address": peer.local_address,
        "vrf": peer.vrf,
        "interface": peer.interface,
        "multihop": peer.multihop,
        "status": peer.status,
        "since": peer.uptime if peer.uptime is not None else peer.downtime,
        "diagnostics": peer.diagnostics,
        "remote_diagnostics": peer.remote_diagnostics,
        "remote_id": peer.remote_id,
        "passive": peer.passive,
        "detection_ms": detection_time(peer),
        "evidence": _place(peer.evidence),
    }


def _brief_row(one: Instance, brief: BfdBriefPeer) -> dict[str, Any]:
    return {
        "node": one.node,
        "instance": one.label,
        "peer": brief.peer,
        "local_address": brief.local_address,
        "status": brief.status,
        "evidence": _place(brief.evidence),
    }


def _bfd_table(store: Store) -> Table:
    columns = ("NODE", "PEER", "MODE", "STATUS", "SINCE", "DETECT", "REMOTE", "DIAG")
    rows = []
    for row in _bfd_data(store):
        mode = {True: "multihop", False: "single", None: "-"}[row.get("multihop")]
        detection = row.get("detection_ms")
        rows.append(
            (
                row["node"] or row["instance"],
                row["peer"],
                f"{mode}, passive" if row.get("passive") else mode,
                row["status"],
                words(row["since"]) if row.get("since") is not None else "-",
                f"{detection} ms" if detection is not None else "-",
                _or(row.get("remote_diagnostics")),
                _or(row.get("diagnostics")),
            )
        )
    silent = [one.label for one in store.joined(FrrInstances) if one.bfd_peers is None and not one.brief]
    note = f"No answer to show bfd peers from: {', '.join(silent)}" if silent else None
    return Table(columns, tuple(rows), note)


def _coverage_data(store: Store) -> list[dict[str, Any]]:
    return [
        {
            "input": one.input,
            "present": one.present,
            "members": list(one.members),
            "missing_reason": one.missing_reason,
            "how_to_collect": one.how_to_collect,
        }
        for one in coverage_of(store, every_kind())
    ]


def _coverage_table(store: Store) -> Table:
    rows = coverage_of(store, every_kind())
    return Table(("INPUT", "FOUND", "HOW TO COLLECT"), tuple(_coverage_row(one) for one in rows))


def _coverage_row(one: Coverage) -> tuple[str, str, str]:
    if one.present:
        count = len(one.members)
        return one.input, f"{count} files" if count > 1 else "1 file", ""
    return one.input, "missing" if one.how_to_collect else "not needed", one.how_to_collect or _or(one.missing_reason)


def _needs(*kinds: type[Any]) -> tuple[Need, ...]:
    return tuple(Need(kind.__name__, kind, facts=False, optional=False) for kind in kinds)


SHOWS: Mapping[str, Show] = {
    "bgp": Show("bgp", "BGP sessions of every node", _needs(Sessions, FrrInstances), _bgp_table, _bgp_data),
    "bfd": Show("bfd", "BFD sessions of every node", _needs(FrrInstances), _bfd_table, _bfd_data),
    "coverage": Show("coverage", "which inputs were there and which were not", (), _coverage_table, _coverage_data),
}
