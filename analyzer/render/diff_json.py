"""The difference as JSON: everything, however long. Fields are added, never renamed.

- top: schema, tool{name,version}, old, new, same_cluster{verdict,told_by}, forced, summary, notes[], sections[]
- old, new: inputs[], members, bytes, complete, problems[], cluster (as in a report), infrastructure, masked,
  findings{severity: count}, crashed[] (names of rules), notes[]
- same_cluster.verdict: same, different or unknown
- summary: headline[], worse, fail_on, findings{appeared{severity: count},gone{…},risen,fallen,not_comparable},
  sections{name: {status,appeared,gone,changed,replaced,not_comparable}} with counts
- section: name, title, status, reason, old_items, new_items, appeared[], gone[], changed[], replaced[],
  not_comparable[]
- status: changed, same, not_comparable (one archive tells nothing of it) or not_collected (neither does)
- appeared, gone: key, text, severity, why, health (well, weak, bad or unknown), evidence[]
- changed: key, field, old, new, direction (worse, better or neither), evidence{old[],new[]}
- replaced: key, old, new, owner, evidence{old[],new[]}
- not_comparable: key, field, side (the archive that has it), reason, count, severity, evidence[]

Evidence is `path:line`; values are texts, numbers, booleans, null or lists of texts.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from analyzer.diff.model import BAD, SCHEMA, UNKNOWN, WEAK, WELL, Change, Difference, Direction, Entry, Section, Side
from analyzer.model import Severity, Status
from analyzer.render.json_report import encodable

_HEALTH = {UNKNOWN: "unknown", WELL: "well", WEAK: "weak", BAD: "bad"}
_VERDICT = {True: "same", False: "different", None: "unknown"}


def difference_json(found: Difference) -> str:
    """The difference as one JSON object with a final newline, all of it ASCII; the same input gives the same text."""
    return json.dumps(encodable(difference_dict(found)), indent=1) + "\n"


def difference_dict(found: Difference) -> dict[str, Any]:
    """The difference as plain lists and dictionaries."""
    return {
        "schema": SCHEMA,
        "tool": {"name": "gatherscope", "version": found.tool_version},
        "old": _side(found.old),
        "new": _side(found.new),
        "same_cluster": {"verdict": _VERDICT[found.same_cluster], "told_by": found.told_by},
        "forced": found.forced,
        "summary": _summary(found),
        "notes": list(found.notes),
        "sections": [_section(one) for one in found.sections],
    }


def _side(side: Side) -> dict[str, Any]:
    return {
        **asdict(side.archive),
        "cluster": asdict(side.cluster),
        "infrastructure": side.identity.infrastructure,
        "masked": side.masked,
        "findings": {one.value: side.counts.get(one, 0) for one in Severity},
        "crashed": [name for name, one in side.rules.items() if one.status == Status.CRASHED],
        "notes": list(side.notes),
    }


def _summary(found: Difference) -> dict[str, Any]:
    findings = next(one for one in found.sections if one.name == "findings")
    ways = Counter(one.direction for one in findings.changed if one.field == "severity")
    return {
        "headline": list(found.headline),
        "worse": found.worse,
        "fail_on": found.fail_on.value if found.fail_on else "never",
        "findings": {
            "appeared": _by_severity(findings.appeared),
            "gone": _by_severity(findings.gone),
            "risen": ways[Direction.WORSE],
            "fallen": ways[Direction.BETTER],
            "not_comparable": len(findings.skipped),
        },
        "sections": {
            one.name: {
                "status": one.status.value,
                "appeared": len(one.appeared),
                "gone": len(one.gone),
                "changed": len(one.changed),
                "replaced": len(one.replaced),
                "not_comparable": one.uncompared,
            }
            for one in found.sections
        },
    }


def _by_severity(entries: Iterable[Entry]) -> dict[str, int]:
    counts = Counter(one.severity for one in entries)
    return {one.value: counts[one] for one in Severity}


def _section(one: Section) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title,
        "status": one.status.value,
        "reason": one.reason,
        "old_items": one.old_items,
        "new_items": one.new_items,
        "appeared": [_entry(each, one.name) for each in one.appeared],
        "gone": [_entry(each, one.name) for each in one.gone],
        "changed": [_change(each) for each in one.changed],
        "replaced": [
            {
                "key": each.key,
                "old": each.old,
                "new": each.new,
                "owner": each.owner,
                "evidence": {"old": list(each.old_evidence), "new": list(each.new_evidence)},
            }
            for each in one.replaced
        ],
        "not_comparable": [{**asdict(each), "evidence": list(each.evidence)} for each in one.skipped],
    }


def _entry(one: Entry, section: str) -> dict[str, Any]:
    return {
        "key": one.key,
        "text": one.text,
        "severity": one.severity.value if one.severity else None,
        "why": one.why,
        "health": None if section in {"findings", "diagnoses"} else _HEALTH[one.health],
        "evidence": list(one.evidence),
    }


def _change(one: Change) -> dict[str, Any]:
    return {
        "key": one.key,
        "field": one.field,
        "old": one.old,
        "new": one.new,
        "direction": one.direction.value,
        "evidence": {"old": list(one.old_evidence), "new": list(one.new_evidence)},
    }
