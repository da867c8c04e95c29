"""Findings made by hand, and what the diagnoses make of them."""

from kit import store_of

from analyzer.diagnose import diagnose
from analyzer.diagnosis import DiagnosisRule
from analyzer.findings import Findings
from analyzer.model import Finding, Outcome, Severity, Status, ranked
from analyzer.registry import load_diagnoses, load_rules
from analyzer.rule import Rule
from analyzer.run import judge
from analyzer.store import Store
from parsers.base import Evidence

load_rules()
load_diagnoses()


def finding(  # noqa: PLR0913 - a finding has many parts, a test names those that matter
    rule, subject, node=None, severity=None, message=None, *, about=(), key="", line=7
):
    """A finding of a rule, with the rule's own severity unless another one is given."""
    evidence = (Evidence(f"a/{rule}", line, line, ("as it is",)),)
    level = Severity(severity) if severity else None
    return rule, Finding(subject, message or f"{subject} is broken", evidence, node, level, key, about)


def outcomes(*found, clear=()):
    """The outcomes that hold these findings; the rules of `clear` found nothing, all others were not checked."""
    made = []
    for rule in Rule.registry.values():
        mine = [one for name, one in found if name == rule.id]
        status = Status.FOUND if mine else Status.CLEAR if rule.id in clear else Status.NOT_CHECKED
        reason = "not collected: anything" if status is Status.NOT_CHECKED else None
        findings = ranked(rule.id, rule.severity, mine)
        made.append(Outcome(rule.id, rule.area, rule.severity, rule.title, status, reason, 1, findings=findings))
    assert {name for name, _ in found} <= set(Rule.registry), "no such rule"
    return tuple(made)


def causes(name, *found, clear=(), supply=()):
    """What one diagnosis says of these findings."""
    store = Store()
    store.supply(Findings({one.rule: one for one in outcomes(*found, clear=clear)}))
    for value in supply:
        store.supply(value)
    one = DiagnosisRule.registry[name]
    return list(one.function(**store.arguments(one.needs)))


def diagnosed(*found, clear=()):
    """All diagnoses of these findings, settled and in order."""
    notes = []
    result = diagnose(Store(), outcomes(*found, clear=clear), notes)
    assert notes == []
    return result


def of_members(members):
    """All diagnoses of an archive with these members, by path and content, after every rule."""
    store = store_of(members)
    judged = tuple(judge(one, store) for one in Rule.registry.values())
    assert [one.reason for one in judged if one.status is Status.CRASHED] == []
    notes = []
    result = diagnose(store, judged, notes)
    assert notes == []
    return result


def absorbed(cause):
    """The rules and subjects of the findings that a cause takes in."""
    return sorted((one.id.rpartition("-")[0], one.subject) for one in cause.findings)
