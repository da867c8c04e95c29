"""Every raw input in fixtures/parsers gives exactly the facts that lie beside it; `--update` rewrites them."""

import json

import pytest
from conftest import ROOT
from pairs import plain, read

from analyzer.registry import load_parsers
from parsers.base import EXCERPT_CHARACTERS, ParseFailure, Parser

PAIRS = ROOT / "fixtures" / "parsers"
CASES = sorted(PAIRS.glob("*/*.raw"))
load_parsers()


@pytest.mark.parametrize("raw", CASES, ids=lambda raw: f"{raw.parent.name}/{raw.stem}")
def test_pair(raw, update):
    facts = read(raw.parent.name, raw.read_bytes(), raw.stem)
    found = [plain(fact) for fact in facts]
    expected = raw.with_suffix(".json")
    if update:
        expected.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    assert found == json.loads(expected.read_text())


@pytest.mark.parametrize("raw", CASES, ids=lambda raw: f"{raw.parent.name}/{raw.stem}")
def test_only_cases_named_for_it_fail(raw):
    """A pair that fails to parse says so in its name: a failure cannot creep in with --update."""
    failures = [fact for fact in read(raw.parent.name, raw.read_bytes(), raw.stem) if isinstance(fact, ParseFailure)]
    assert bool(failures) == raw.stem.startswith("bad-"), failures


@pytest.mark.parametrize("raw", CASES, ids=lambda raw: f"{raw.parent.name}/{raw.stem}")
def test_evidence_quotes_the_member(raw):
    data = raw.read_bytes()
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        lines = data.decode("utf-16").split("\n")
    else:
        lines = data.decode("utf-8-sig", "replace").split("\n")
    for fact in read(raw.parent.name, data, raw.stem):
        for evidence in (fact.evidence, *fact.marks.values()):
            assert 1 <= evidence.first_line <= evidence.last_line <= max(1, len(lines))
            for number, quoted in enumerate(evidence.excerpt, evidence.first_line):
                original = lines[number - 1].rstrip("\r")
                if "<masked>" not in quoted and len(original) <= EXCERPT_CHARACTERS:
                    assert quoted == original


@pytest.mark.parametrize("name", sorted(Parser.registry))
def test_every_parser_has_pairs(name):
    assert list((PAIRS / name).glob("*.raw")), f"{name}: no raw input in fixtures/parsers/{name}"


@pytest.mark.parametrize("raw", CASES, ids=lambda raw: f"{raw.parent.name}/{raw.stem}")
def test_cut_anywhere_never_raises(raw):
    """Archives are cut mid-line: a parser answers with facts and failures, whatever is missing."""
    data = raw.read_bytes()
    for at in range(0, len(data), max(1, len(data) // 17)):
        for fact in read(raw.parent.name, data[:at], raw.stem):
            if isinstance(fact, ParseFailure):
                assert not fact.reason.startswith(("AttributeError", "IndexError", "KeyError", "TypeError")), fact
