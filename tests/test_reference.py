"""The generated references are what the code says now."""

import re

import pytest
from conftest import ROOT

from analyzer.reference import parsers_markdown, references, rules_markdown
from analyzer.rule import Rule
from parsers.base import Parser

REFERENCES = references()


@pytest.mark.parametrize("path", REFERENCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_reference_is_fresh(path):
    assert path.read_text(encoding="utf-8") == REFERENCES[path], "stale: run `python -m analyzer.reference`"


def test_every_rule_has_a_row_and_a_section():
    text = rules_markdown()
    for one in Rule.registry.values():
        assert f"[{one.id}](#{one.id}) | {one.severity} |" in text
        assert f"\n## {one.id}\n" in text
    assert len(re.findall(r"^## ", text, re.MULTILINE)) == len(Rule.registry)


def test_every_parser_says_what_it_reads_and_yields():
    text = parsers_markdown()
    for one in Parser.registry.values():
        section = text.split(f"\n## {one.name}\n")[1].split("\n## ")[0]
        assert all(f"`{pattern}`" in section for pattern in one.patterns)
        assert all(f"`{kind.__name__}`: " in section for kind in one.kinds)


def test_no_line_ends_in_blanks():
    for text in REFERENCES.values():
        assert not re.search(r"[ \t]$", text, re.MULTILINE)
        assert "\n\n\n" not in text
