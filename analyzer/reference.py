"""The references, written from the documentation in the code: `python -m analyzer.reference`.

Rules, parsers, and the diagnostic steps of the documents with the rules that take them over.
"""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

from analyzer.registry import load_parsers, load_rules
from analyzer.rule import Rule
from analyzer.steps.markdown import diagnostic_steps_markdown
from parsers.base import Parser

ROOT = Path(__file__).resolve().parent.parent
_GENERATED = "Generated from the documentation in the code by `python -m analyzer.reference`; edit it there."


def rule_docs() -> dict[str, str]:
    """The documentation of every rule by its name."""
    load_rules()
    return {one.id: one.doc for one in Rule.registry.values()}


def listed_rules() -> list[Rule]:
    """Every rule: by area, the worst first, then by name."""
    load_rules()
    return sorted(Rule.registry.values(), key=lambda one: (one.area, one.severity.rank, one.id))


def rules_markdown() -> str:
    """All rules by area: a table, then the documentation of each."""
    rules = listed_rules()
    table = [f"| {one.area} | [{one.id}](#{one.id}) | {one.severity} | {_cell(one.title)} |" for one in rules]
    read = "What they read is in [parsers/README.md](../../parsers/README.md)."
    head = [
        "# Rules",
        "",
        _GENERATED,
        read,
        "",
        "| area | rule | severity | problem |",
        "| --- | --- | --- | --- |",
        *table,
    ]
    return "\n".join([*head, *(line for one in rules for line in _rule(one)), ""])


def _rule(one: Rule) -> Iterator[str]:
    title, _, rest = one.doc.partition("\n")
    yield from ("", f"## {one.id}", "", f"*{one.severity}, {one.area}.* {title}")
    yield re.sub(r"^##(?= )", "###", rest, flags=re.MULTILINE).rstrip()


def parsers_markdown() -> str:
    """All parsers by name: what each reads, what it yields, and how a missing input is collected."""
    load_parsers()
    return "\n".join(["# Parsers", "", _GENERATED, *(line for one in _parsers() for line in _parser(one)), ""])


def _parsers() -> list[Parser]:
    return [Parser.registry[name] for name in sorted(Parser.registry)]


def _parser(one: Parser) -> Iterator[str]:
    yield from ("", f"## {one.name}", "", f"{one.title}.", "", "Reads:", "")
    yield from (f"- `{pattern}`" for pattern in one.patterns)
    if one.content:
        yield "- a file saved by hand, recognised by its content"
    yield from ("", "Yields:", "")
    yield from (f"- `{kind.__name__}`: {_summary(kind)}" for kind in one.kinds)
    yield from ("", f"When it is missing: {_cell(one.collect)}")


def _summary(kind: type[object]) -> str:
    """The first paragraph of a class's documentation as one line."""
    return " ".join(inspect.cleandoc(kind.__doc__ or "").split("\n\n", 1)[0].split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "\\<")


def references() -> dict[Path, str]:
    """Every generated file and what must stand in it."""
    return {
        ROOT / "analyzer" / "rules" / "README.md": rules_markdown(),
        ROOT / "parsers" / "README.md": parsers_markdown(),
        ROOT / "docs" / "diagnostic-steps.md": diagnostic_steps_markdown(),
    }


if __name__ == "__main__":
    for path, text in references().items():
        path.write_text(text, encoding="utf-8")
