"""The JSON report: the contract. Fields are added, never renamed; everything else is a view of it."""

import json
import re
from typing import Any

from analyzer.model import (
    SCHEMA,
    ArchiveSummary,
    ClusterSummary,
    Coverage,
    Diagnosis,
    FactTable,
    Outcome,
    PeerState,
    RankedFinding,
    Report,
    ServiceVerdict,
    TimelineEntry,
)
from analyzer.states import NodeMtu, TunnelState
from parsers.base import Evidence, ParseFailure

# Valid in JSON as they are, but a terminal obeys them: written as JSON escapes, which lose nothing.
_STEERING = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")


def report_json(report: Report) -> str:
    """The report as one JSON object with a final newline; the same report gives the same text, valid as UTF-8."""
    return steered(json.dumps(report_dict(report), ensure_ascii=False, indent=1)) + "\n"


def steered(text: str) -> str:
    """JSON in which what a terminal obeys is written as JSON escapes."""
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def report_dict(report: Report) -> dict[str, Any]:
    r"""The report as plain lists and dictionaries, in the order of the contract.

    A lone surrogate (a file name that is no UTF-8) is spelled out as `\udcff`: many JSON readers refuse it otherwise.
    """
    plain: dict[str, Any] = encodable(
        {
            "schema": SCHEMA,
            "tool": {"name": "gatherscope", "version": report.tool_version},
            "archive": _archive(report.archive),
            "cluster": _cluster(report.cluster),
            "diagnoses": [_diagnosis(one) for one in report.diagnoses],
            "outcomes": [_outcome(one) for one in report.outcomes],
            "coverage": [_coverage(one) for one in report.coverage],
            "parse_failures": [_failure(one) for one in report.parse_failures],
            "notes": list(report.notes),
            "services": None if report.services is None else [_service(one) for one in report.services],
            "peers": None if report.peers is None else [_peer(one) for one in report.peers],
            "mtu": None if report.mtu is None else [_mtu(one) for one in report.mtu],
            "tunnels": None if report.tunnels is None else [_tunnels(one) for one in report.tunnels],
            "tables": [_table(one) for one in report.tables],
            "timeline": {"total": report.timeline_total, "entries": [timeline_entry(one) for one in report.timeline]},
        }
    )
    return plain


def encodable(value: Any) -> Any:
    r"""The same value with every lone surrogate spelled out, as `\udcff`."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {encodable(name): encodable(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [encodable(one) for one in value]
    return value


def _archive(archive: ArchiveSummary) -> dict[str, Any]:
    return {
        "inputs": list(archive.inputs),
        "members": archive.members,
        "bytes": archive.bytes,
        "complete": archive.complete,
        "problems": [{"path": one.path, "kind": one.kind, "message": one.message} for one in archive.problems],
    }


def _cluster(cluster: ClusterSummary) -> dict[str, Any]:
    return {
        "id": cluster.id,
        "version": cluster.version,
        "platform": cluster.platform,
        "network_type": cluster.network_type,
        "nodes": list(cluster.nodes),
        "collected_at": cluster.collected_at,
    }


def _diagnosis(diagnosis: Diagnosis) -> dict[str, Any]:
    return {
        "id": diagnosis.id,
        "title": diagnosis.title,
        "confidence": diagnosis.confidence,
        "subject": diagnosis.subject,
        "nodes": list(diagnosis.nodes),
        "findings": list(diagnosis.findings),
        "explanation": diagnosis.explanation,
        "next_steps": list(diagnosis.next_steps),
        "settles": list(diagnosis.settles),
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "rule": outcome.rule,
        "area": outcome.area,
        "severity": outcome.severity.value,
        "title": outcome.title,
        "status": outcome.status.value,
        "reason": outcome.reason,
        "examined": outcome.examined,
        "gaps": [{"node": one.node, "subject": one.subject, "reason": one.reason} for one in outcome.gaps],
        "findings": [_finding(one) for one in outcome.findings],
    }


def _finding(finding: RankedFinding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "severity": finding.severity.value,
        "node": finding.node,
        "subject": finding.subject,
        "message": finding.message,
        "evidence": [_evidence(one) for one in finding.evidence],
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "path": evidence.path,
        "first_line": evidence.first_line,
        "last_line": evidence.last_line,
        "excerpt": list(evidence.excerpt),
        "note": evidence.note,
    }


def timeline_entry(one: TimelineEntry) -> dict[str, Any]:
    """One entry of the timeline; times are RFC 3339."""
    return {
        "at": f"{one.at:%Y-%m-%dT%H:%M:%SZ}",
        "until": f"{one.until:%Y-%m-%dT%H:%M:%SZ}" if one.until else None,
        "node": one.node,
        "lane": one.lane.value,
        "subject": one.subject,
        "text": one.text,
        "count": one.count,
        "bad": one.bad,
        "about": one.about,
        "year_inferred": one.guessed,
        "evidence": _evidence(one.evidence),
    }


def _service(one: ServiceVerdict) -> dict[str, Any]:
    return {
        "service": one.service,
        "address": one.address,
        "protocol": one.protocol,
        "pool": one.pool,
        "traffic_policy": one.traffic_policy,
        "reach": one.reach,
        "step": one.step,
        "verdict": one.verdict,
        "nodes": [
            {"node": each.node, "reach": each.reach, "reason": each.reason, "step": each.step} for each in one.nodes
        ],
        "advertisements": list(one.advertisements),
        "unseen": list(one.unseen),
        "evidence": [_evidence(each) for each in one.evidence],
    }


def _peer(one: PeerState) -> dict[str, Any]:
    return {
        "node": one.node,
        "peer": one.peer,
        "vrf": one.vrf,
        "name": one.name,
        "remote_as": one.remote_as,
        "state": one.state,
        "uptime": one.uptime,
        "bfd": one.bfd,
        "last_reset": one.last_reset,
        "last_reset_age": one.last_reset_age,
        "prefixes_received": one.prefixes_received,
        "prefixes_announced": one.prefixes_announced,
        "asked_by": list(one.asked_by),
        "evidence": [_evidence(each) for each in one.evidence],
    }


def _mtu(one: NodeMtu) -> dict[str, Any]:
    return {
        "node": one.node,
        "network_type": one.network_type,
        "header": one.header,
        "changing": one.changing,
        "steps": [
            {"part": each.part, "name": each.name, "mtu": list(each.mtu), "fault": each.fault, "loses": each.loses}
            for each in one.steps
        ],
        "evidence": [_evidence(each) for each in one.evidence],
    }


def _tunnels(one: TunnelState) -> dict[str, Any]:
    return {
        "node": one.node,
        "required": one.required,
        "missing": list(one.missing),
        "missing_total": one.missing_total,
        "moved": list(one.moved),
        "stale": list(one.stale),
        "reason": one.reason,
        "evidence": [_evidence(each) for each in one.evidence],
    }


def _table(one: FactTable) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title,
        "columns": list(one.columns),
        "rows": [list(row) for row in one.rows],
        "total": one.total,
        "note": one.note,
    }


def _coverage(row: Coverage) -> dict[str, Any]:
    return {
        "input": row.input,
        "present": row.present,
        "members": list(row.members),
        "missing_reason": row.missing_reason,
        "how_to_collect": row.how_to_collect,
    }


def _failure(failure: ParseFailure) -> dict[str, Any]:
    return {"parser": failure.parser, "reason": failure.reason, "evidence": _evidence(failure.evidence)}
