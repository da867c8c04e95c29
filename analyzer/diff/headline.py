"""The answer to `what changed?` in one sentence, and in a second one where else to look."""

from collections.abc import Iterable, Iterator

from analyzer.diff.model import Direction, Entry, Section, SectionStatus
from analyzer.model import Severity
from analyzer.render.words import faults, listed, plural

NAMED = 2  # findings that the sentence names


def headline(
    findings: Section, sections: Iterable[Section], *, worse: bool, fail_on: Severity | None
) -> tuple[str, ...]:
    """The sentences, the most important first."""
    sections = tuple(sections)
    told = [_first(findings, sections, worse=worse)]
    if findings.appeared and not worse and fail_on is not None:
        told.append(f"None of what is new is at or above {fail_on}.")
    told += [*_causes(sections), _areas(sections), _uncompared(findings, sections)]
    return tuple(one for one in told if one)


def _first(findings: Section, sections: tuple[Section, ...], *, worse: bool) -> str:
    new, gone = findings.appeared, findings.gone
    risen = [one for one in findings.changed if one.field == "severity" and one.direction is Direction.WORSE]
    fallen = [one for one in findings.changed if one.field == "severity" and one.direction is Direction.BETTER]
    parts = []
    if new:
        parts.append(f"{plural(len(new), 'finding')} appeared{_kinds(new)}")
    if gone:
        parts.append(f"{plural(len(gone), 'finding')} {'is' if len(gone) == 1 else 'are'} gone{_kinds(gone)}")
    parts += [f"{len(risen):,} rose in severity"] if risen else []
    parts += [f"{len(fallen):,} fell in severity"] if fallen else []
    if not parts:
        changed = any(one.differences for one in sections)
        return "No finding appeared and none is gone." if changed else "Nothing that could be compared has changed."
    mended = any(one.severity is not Severity.INFO and not one.collection for one in gone)
    head = "Worse" if worse else "Better" if mended and not new and not risen else "Changed"
    return f"{head}: {listed(parts)}."


def _kinds(entries: Iterable[Entry]) -> str:
    """`(1 error and 2 remarks: bgp-session-down, time-skew)`."""
    found = [one.severity for one in entries if one.severity]
    remarks = found.count(Severity.INFO)
    told = [faults({one: found.count(one) for one in Severity}), plural(remarks, "remark") if remarks else ""]
    rules = list(dict.fromkeys(one.key.partition(" ")[0] for one in entries))
    more = f" and {plural(len(rules) - NAMED, 'more rule')}" if len(rules) > NAMED else ""
    return f" ({', '.join(one for one in told if one)}: {', '.join(rules[:NAMED])}{more})"


def _causes(sections: Iterable[Section]) -> Iterator[str]:
    """The root causes that are new, and those that are gone."""
    for one in sections:
        if one.name == "diagnoses":
            for word, entries in (("New", one.appeared), ("Gone", one.gone)):
                if entries:
                    more = f" and {len(entries) - 1:,} more" if len(entries) > 1 else ""
                    yield f"{word} root cause: {entries[0].key} ({entries[0].text}){more}."


def _areas(sections: tuple[Section, ...]) -> str:
    found = [one for one in sections if one.differences and one.name not in {"findings", "diagnoses"}]
    if not found:
        return ""
    worse = sum(change.direction is Direction.WORSE for one in found for change in one.changed)
    text = f"Differences in {listed([f'{one.title} ({one.differences:,})' for one in found])}"
    return f"{text}; {worse:,} of the changed values got worse." if worse else f"{text}."


def _uncompared(findings: Section, sections: tuple[Section, ...]) -> str:
    told = []
    if findings.skipped:
        told.append(f"{plural(len(findings.skipped), 'finding')} could be checked in one archive only")
    unknown = [one.title for one in sections if one.status is SectionStatus.NOT_COMPARABLE]
    if unknown:
        told.append(f"{listed(unknown)} {'is' if len(unknown) == 1 else 'are'} in one archive only")
    return f"Not comparable: {listed(told)}." if told else ""
