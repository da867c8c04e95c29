import json

import pytest
from render_samples import HOSTILE, REPORTS, broken, hostile, quiet

from analyzer.render import report_dict, report_json

TEXT = (str,)
MAYBE = (str, type(None))
CONTRACT = {
    "": {
        "schema": TEXT,
        "tool": (dict,),
        "archive": (dict,),
        "cluster": (dict,),
        "diagnoses": (list,),
        "outcomes": (list,),
        "coverage": (list,),
        "parse_failures": (list,),
    },
    "tool": {"name": TEXT, "version": TEXT},
    "archive": {"inputs": (list,), "members": (int,), "bytes": (int,), "complete": (bool,), "problems": (list,)},
    "cluster": {
        "id": MAYBE,
        "version": MAYBE,
        "platform": MAYBE,
        "network_type": MAYBE,
        "nodes": (list,),
        "collected_at": MAYBE,
    },
    "diagnoses": {
        "id": TEXT,
        "title": TEXT,
        "confidence": TEXT,
        "subject": MAYBE,
        "nodes": (list,),
        "findings": (list,),
        "explanation": TEXT,
        "next_steps": (list,),
    },
    "outcomes": {
        "rule": TEXT,
        "area": TEXT,
        "severity": TEXT,
        "title": TEXT,
        "status": TEXT,
        "reason": MAYBE,
        "examined": (int,),
        "gaps": (list,),
        "findings": (list,),
    },
    "gaps": {"node": MAYBE, "subject": TEXT, "reason": TEXT},
    "findings": {
        "id": TEXT,
        "severity": TEXT,
        "node": MAYBE,
        "subject": TEXT,
        "message": TEXT,
        "evidence": (list,),
    },
    "evidence": {"path": TEXT, "first_line": (int,), "last_line": (int,), "excerpt": (list,), "note": MAYBE},
    "coverage": {
        "input": TEXT,
        "present": (bool,),
        "members": (list,),
        "missing_reason": MAYBE,
        "how_to_collect": MAYBE,
    },
    "parse_failures": {"parser": TEXT, "reason": TEXT, "evidence": (dict,)},
    "problems": {"path": MAYBE, "kind": TEXT, "message": TEXT},
}


def breaches(value, name=""):
    """What of a report is not as the contract says."""
    if isinstance(value, list):
        for one in value:
            yield from breaches(one, name)
    if not isinstance(value, dict):
        return
    for field, kinds in CONTRACT[name].items():
        if type(value.get(field, ...)) not in kinds:
            yield f"{name}.{field}: {value.get(field, 'absent')!r}"
    for field, inner in value.items():
        if field in CONTRACT:
            yield from breaches(inner, field)


@pytest.mark.parametrize("name", REPORTS)
def test_the_contract_holds(name):
    assert list(breaches(json.loads(report_json(REPORTS[name]())))) == []


def test_the_contract_can_be_broken():
    report = report_dict(broken())
    del report["outcomes"][0]["findings"][0]["evidence"][0]["path"]
    report["archive"]["complete"] = "yes"
    assert list(breaches(report)) == ["archive.complete: 'yes'", "evidence.path: 'absent'"]


def test_findings_are_said_in_the_words_of_the_contract():
    report = report_dict(broken())
    first = report["outcomes"][0]
    assert (first["rule"], first["status"], first["severity"]) == ("bgp-session-down", "found", "error")
    assert [finding["severity"] for finding in first["findings"]] == ["critical", "critical", "error"]
    assert first["findings"][0]["evidence"][1] == {
        "path": broken().outcomes[0].findings[0].evidence[1].path,
        "first_line": 471,
        "last_line": 471,
        "excerpt": ["  Last reset 00:00:21,  Waiting for peer OPEN"],
        "note": "why it is down",
    }
    assert report["parse_failures"][0]["evidence"]["first_line"] == 77
    assert report["archive"]["problems"][0]["kind"] == "truncated"


def test_the_same_report_gives_the_same_bytes():
    assert report_json(broken()) == report_json(broken())
    assert report_json(broken()) != report_json(quiet())


def test_hostile_text_is_valid_utf8_that_steers_no_terminal():
    text = report_json(hostile())
    data = text.encode("utf-8")
    assert all(char == "\n" or char.isprintable() for char in set(text))
    message = json.loads(data)["outcomes"][0]["findings"][0]["message"]
    assert message == HOSTILE.replace("\ud800", r"\ud800").replace("\udcff", r"\udcff")
