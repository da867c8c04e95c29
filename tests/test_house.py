"""The house rules, over everything that is registered; each with a bad sample that shows that it can fail."""

import ast
import re
from dataclasses import replace

import pytest
from conftest import ROOT

from analyzer.registry import load_parsers, load_rules
from analyzer.rule import Rule
from parsers.base import Parser
from parsers.pasted import bare

load_parsers()
load_rules()
LIMIT = 350
MODULES = sorted(path for folder in ("analyzer", "parsers") for path in (ROOT / folder).rglob("*.py"))


def documented(doc):
    """Whether a rule's documentation has its sentence and its two parts."""
    return bool(re.fullmatch(r"[A-Z][^\n]+\.\n\n## Why it matters\n.+\n\n## What to do\n.+", doc, re.DOTALL))


def test_documented_can_fail():
    assert documented("A thing is wrong.\n\n## Why it matters\nx\n\n## What to do\ny")
    assert not documented("A thing is wrong.\n\n## Why it matters\nx")
    assert not documented("a thing.\n\n## Why it matters\nx\n\n## What to do\ny")


@pytest.mark.parametrize("rule", Rule.registry.values(), ids=lambda rule: rule.id)
def test_rules_are_documented_and_tested(rule):
    assert documented(rule.doc)
    module = rule.id.replace("-", "_")
    assert (ROOT / "analyzer/rules" / f"{module}.py").exists()
    text = (ROOT / "tests/rules" / f"test_{module}.py").read_text(encoding="utf-8")
    assert rule.id in text
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)+", rule.id)


@pytest.mark.parametrize("parser", Parser.registry.values(), ids=lambda parser: parser.name)
def test_parsers_say_what_they_read(parser):
    assert parser.title
    assert parser.collect
    assert parser.kinds
    assert parser.patterns or parser.content


def imported(source):
    """The modules that a source imports."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def test_imported_can_find():
    assert imported("from analyzer.model import x\nimport re") == {"analyzer.model", "re"}


@pytest.mark.parametrize("path", [one for one in MODULES if one.parent.name == "parsers"], ids=lambda path: path.stem)
def test_parsers_know_nothing_of_rules(path):
    assert not [name for name in imported(path.read_text(encoding="utf-8")) if name.split(".")[0] == "analyzer"]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_are_small_and_say_what_they_are(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LIMIT
    assert ast.get_docstring(ast.parse(text))


def test_nothing_depends_on_the_clock_or_on_chance():
    for path in MODULES:
        names = imported(path.read_text(encoding="utf-8"))
        assert not names & {"random", "uuid", "secrets"}, path
        assert not re.search(r"datetime\.(now|utcnow|today)\(|time\.time\(", path.read_text(encoding="utf-8")), path


def missed(parser, data):
    """Whether a file that the parser's expression recognises would be passed over for its words."""
    return bool(parser.content.search(data)) and not any(word in data for word in parser.words)


@pytest.mark.parametrize("name", sorted(name for name, one in Parser.registry.items() if one.words))
def test_the_words_pass_over_nothing_that_is_recognised(name):
    parser = Parser.registry[name]
    samples = [bare(raw.read_bytes()) for raw in (ROOT / "fixtures/parsers").glob("*/*.raw")]
    assert not [data[:80] for data in samples if missed(parser, data)]


def test_missed_can_fail():
    parser = Parser.registry["bgp_neighbor"]
    data = b"BGP neighbor is 192.0.2.1, remote AS 64500, local AS 64501"
    assert not missed(parser, data)
    assert missed(replace(parser, words=(b"other",)), data)
