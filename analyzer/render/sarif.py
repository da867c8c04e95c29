"""The report as SARIF 2.1.0 (OASIS), for code scanning pages and editors: a result a finding."""

import json
import re
from typing import Any
from urllib.parse import quote

from analyzer.model import RankedFinding, Report, Severity, Status
from analyzer.render.json_report import encodable, steered
from parsers.base import Evidence

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVEL = {Severity.CRITICAL: "error", Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_LOCATIONS = 10  # places of a result; more than these no viewer shows


def report_sarif(report: Report, docs: dict[str, str]) -> str:
    """One run with all rules and findings; docs: the documentation of each rule, Markdown."""
    used = sorted({outcome.rule for outcome in report.outcomes})
    index = {rule: at for at, rule in enumerate(used)}
    titles = {outcome.rule: outcome for outcome in report.outcomes}
    run = {
        "tool": {
            "driver": {
                "name": "gatherscope",
                "version": report.tool_version,
                "rules": [_rule(titles[rule].title, rule, titles[rule].severity, docs.get(rule, "")) for rule in used],
            }
        },
        "results": [_result(outcome.rule, index[outcome.rule], one) for outcome, one in report.findings()],
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report)],
        "properties": {"cluster": report.cluster.id, "version": report.cluster.version},
    }
    whole = encodable({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})
    return steered(json.dumps(whole, ensure_ascii=False, indent=1)) + "\n"


def _rule(title: str, rule: str, severity: Severity, doc: str) -> dict[str, Any]:
    return {
        "id": rule,
        "name": "".join(part.capitalize() for part in rule.split("-")),
        "shortDescription": {"text": f"{title}."},
        "help": {"text": re.sub(r"^## ", "", doc, flags=re.MULTILINE) or title, "markdown": doc or title},
        "defaultConfiguration": {"level": _LEVEL[severity]},
    }


def _result(rule: str, index: int, one: RankedFinding) -> dict[str, Any]:
    return {
        "ruleId": rule,
        "ruleIndex": index,
        "level": _LEVEL[one.severity],
        "message": {"text": one.message},
        "locations": [_location(one, place) for place in one.evidence[:_LOCATIONS]],
        "partialFingerprints": {"gatherscope/v1": one.id},
        "properties": {"severity": one.severity.value, "node": one.node, "subject": one.subject},
    }


def _location(one: RankedFinding, place: Evidence) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": max(1, place.first_line), "endLine": max(1, place.last_line)}
    if place.excerpt:
        region["snippet"] = {"text": "\n".join(place.excerpt)}
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(place.path.encode("utf-8", "backslashreplace"), safe="/")},
            "region": region,
        },
        "logicalLocations": [{"name": one.subject, "fullyQualifiedName": f"{one.node or 'cluster'}/{one.subject}"}],
    }


def _invocation(report: Report) -> dict[str, Any]:
    """Whether all was read and judged: crashes and what is missing are notifications, not results."""
    crashed = [f"rule {one.rule} crashed: {one.reason}" for one in report.of_status(Status.CRASHED)]
    missing = [problem.message for problem in report.archive.problems]
    told = [{"level": "error", "message": {"text": text}} for text in (*crashed, *missing)]
    return {"executionSuccessful": not crashed, "toolExecutionNotifications": told}
