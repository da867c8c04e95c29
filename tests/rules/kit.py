"""Judges one rule on facts: from parsed snippets of text, or built in Python."""

from analyzer.model import Status
from analyzer.registry import load_parsers, load_rules
from analyzer.rule import Rule
from analyzer.run import judge
from analyzer.store import Store
from parsers.base import Parser, SourceFile, run

load_parsers()
load_rules()

BASE = "must-gather.local.1/image/namespaces/metallb-system/pods"


def store_of(members: dict[str, str | bytes]) -> Store:
    """A store over members given by path and content, read by whichever parsers want them."""
    from analyzer.plan import Plan  # noqa: PLC0415

    plan, store = Plan(Parser.registry.values()), Store()
    for path, content in members.items():
        data = content.encode() if isinstance(content, str) else content
        for match in plan.matches(path) or plan.recognise(path, data):
            store.read(match.parser, path)
            for fact in run(match.parser, SourceFile(path, [data], match.params, match.image_dir)):
                store.add(fact)
    assert not store.failures, store.failures
    return store


def outcome_of(rule: str, members: dict[str, str | bytes]):
    """The outcome of a rule over these members."""
    outcome = judge(Rule.registry[rule], store_of(members))
    assert outcome.status is not Status.CRASHED, outcome.reason
    for finding in outcome.findings:
        for evidence in finding.evidence:
            content = members[evidence.path]
            lines = (content if isinstance(content, str) else content.decode()).split("\n")
            quoted = lines[evidence.first_line - 1 : evidence.last_line][: len(evidence.excerpt)]
            assert list(evidence.excerpt) == quoted or "<masked>" in "".join(evidence.excerpt)
    return outcome


def found(rule: str, members: dict[str, str | bytes]) -> list[tuple[str | None, str, str]]:
    """The findings as triples of node, subject and severity."""
    return [(one.node, one.subject, str(one.severity)) for one in outcome_of(rule, members).findings]
