"""`gatherscope show bfd`: the BFD sessions of every node."""

from typing import Any

from analyzer.bfd import detection_time
from analyzer.instances import FrrInstances, Instance
from analyzer.show import Table, place, register, text
from analyzer.store import Store
from parsers.bfd_facts import BfdBriefPeer, BfdPeer
from parsers.vocabulary import words


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
        "evidence": place(peer.evidence),
    }


def _brief_row(one: Instance, brief: BfdBriefPeer) -> dict[str, Any]:
    return {
        "node": one.node,
        "instance": one.label,
        "peer": brief.peer,
        "local_address": brief.local_address,
        "status": brief.status,
        "evidence": place(brief.evidence),
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
                text(row.get("remote_diagnostics")),
                text(row.get("diagnostics")),
            )
        )
    silent = [one.label for one in store.joined(FrrInstances) if one.bfd_peers is None and not one.brief]
    note = f"No answer to show bfd peers from: {', '.join(silent)}" if silent else None
    return Table(columns, tuple(rows), note)


register("bfd", "BFD sessions of every node", (FrrInstances,), _bfd_table, _bfd_data)
