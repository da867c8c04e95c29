"""docs/diagnostic-steps.md: a chapter for each document, with what is judged, what is looked at, what is left out."""

import re
from collections.abc import Iterable, Iterator

from analyzer.steps import DOCUMENTS, Document, Step, steps

_GENERATED = "Generated from `analyzer/steps` by `python -m analyzer.reference`; edit it there."
_ABOUT = """\
Each diagnostic step of the five documents that this program was asked for with: what it reads, the parser that reads
it, the rule that judges it, a small archive on which the rule fires and one on which it stays quiet. Steps that only
look at something have no rule, for the reason given; steps that act on a cluster are out of scope. The fixtures are
read as archives: `gatherscope analyze fixtures/steps/<step>/fires`. Outputs that the documents themselves show stand
in them as they were published, in tables and flattened onto one line."""


def diagnostic_steps_markdown() -> str:
    """The whole document."""
    table = [f"| [{one.title}](#{one.anchor}) | {one.language} | {_counts(one)} |" for one in DOCUMENTS]
    head = ["# Diagnostic steps", "", _GENERATED, "", _ABOUT, ""]
    head += ["| document | language | judged | looked at | out of scope |", "| --- | --- | --- | --- | --- |", *table]
    return "\n".join([*head, *(line for one in DOCUMENTS for line in _chapter(one)), ""])


def _of(document: Document) -> list[Step]:
    """Its steps, in its order: by numbered sections, else as they are written."""
    mine = [step for step in steps() if any(place.document is document for place in step.places)]
    return sorted(mine, key=lambda one: _number(one, document))


def _number(one: Step, document: Document) -> tuple[int, ...]:
    section = next(place.section for place in one.places if place.document is document)
    return tuple(map(int, section.split("."))) if re.fullmatch(r"\d+(?:\.\d+)*", section) else ()


def _counts(document: Document) -> str:
    mine = _of(document)
    groups = ([one.judged for one in mine], [one.looked_at for one in mine], [one.out_of_scope for one in mine])
    return " | ".join(str(sum(group)) for group in groups)


def _chapter(document: Document) -> Iterator[str]:
    mine = _of(document)
    yield from ("", f'<a id="{document.anchor}"></a>', "", f"## {document.title} ({document.language})")
    yield from _table(
        "Judged by a rule",
        ("section", "step", "reads", "parser", "rule", "fires", "quiet"),
        [_judged(one, document) for one in mine if one.judged],
    )
    yield from _table(
        "Looked at, without a rule",
        ("section", "step", "reads", "parser", "shown", "why no rule", "fixture"),
        [_looked_at(one, document) for one in mine if one.looked_at],
    )
    yield from _table(
        "Out of scope",
        ("section", "step", "why"),
        [(_sections(one, document), _cell(one.text), _cell(one.reason or "")) for one in mine if one.out_of_scope],
    )


def _table(title: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    if rows:
        yield from ("", f"### {title}", "", _row(columns), _row("---" for _ in columns), *map(_row, rows))


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _judged(one: Step, document: Document) -> tuple[str, ...]:
    remark = f" ({one.incomplete})" if one.incomplete else ""
    text = _cell(one.text + remark)
    return (_sections(one, document), text, _reads(one), _parsers(one), _rules(one), *_fixtures(one))


def _looked_at(one: Step, document: Document) -> tuple[str, ...]:
    shown = f"`gatherscope show {one.shown}`" if one.shown else "as facts"
    reason = _cell(one.reason or "")
    return (_sections(one, document), _cell(one.text), _reads(one), _parsers(one), shown, reason, *_fixtures(one))


def _sections(one: Step, document: Document) -> str:
    return ", ".join(_cell(place.section) for place in one.places if place.document is document)


def _reads(one: Step) -> str:
    return "<br>".join(f"`{text}`".replace("|", "\\|") for text in one.reads)


def _parsers(one: Step) -> str:
    return ", ".join(f"[{name}](../parsers/README.md#{name})" for name in one.parsers)


def _rules(one: Step) -> str:
    return ", ".join(f"[{name}](../analyzer/rules/README.md#{name})" for name in one.rules)


def _fixtures(one: Step) -> tuple[str, ...]:
    return tuple(f"[{folder}](../fixtures/steps/{folder})" for folder in one.folders)


def _cell(text: str) -> str:
    """A text in a table; between backticks a `<` stands for itself."""
    parts = text.replace("|", "\\|").split("`")
    return "`".join(part if number % 2 else part.replace("<", "\\<") for number, part in enumerate(parts))
