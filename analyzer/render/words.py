"""Sentences that every view of a report shares, so that page, terminal and index never say different things."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from analyzer.model import Coverage, Outcome, RankedFinding, Report, Severity, Status, TimelineEntry

_NOUN = {Severity.CRITICAL: "critical fault", Severity.ERROR: "error", Severity.WARNING: "warning"}


def plural(count: int, noun: str) -> str:
    """`1 error`, `2 errors`, `1,234 errors`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def when(one: TimelineEntry) -> str:
    """`2026-11-21 10:00:05`, `~` for about, `?` for a guessed year, a burst with its end."""
    mark = "~" if one.about else "?" if one.guessed else ""
    end = f" to {_end(one.at, one.until)}" if one.until and one.until - one.at >= timedelta(seconds=1) else ""
    return f"{mark}{one.at:%Y-%m-%d %H:%M:%S}{end}"


def _end(begin: datetime, end: datetime) -> str:
    return f"{end:%H:%M:%S}" if begin.date() == end.date() else f"{end:%Y-%m-%d %H:%M:%S}"


def listed(parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def first_few(names: Sequence[str], limit: int) -> str:
    """The first names, and how many more there are."""
    more = f" and {len(names) - limit:,} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more


def size(count: int) -> str:
    """A number of bytes for people: `512 bytes`, `41.5 MB`."""
    if count < 1000:
        return plural(count, "byte")
    number, unit = count / 1000, "kB"
    for larger in ("MB", "GB", "TB"):
        if number < 999.95:  # what is more would be written as 1000.0
            break
        number, unit = number / 1000, larger
    return f"{number:.1f} {unit}"


def lines(first: int, last: int) -> str:
    """`120` or `120-124`."""
    return str(first) if last <= first else f"{first}-{last}"


def counts_of(report: Report) -> Counter[Severity]:
    """How many findings there are of each severity."""
    return Counter(finding.severity for _, finding in report.findings())


def faults(counts: Mapping[Severity, int]) -> str:
    """`1 critical fault, 2 errors and 1 warning`; empty when there is nothing worse than info."""
    return listed([plural(counts[one], noun) for one, noun in _NOUN.items() if counts.get(one)])


def verdict(report: Report) -> str:
    """The report in a few words. Silence is not health: what was not checked is part of it."""
    return " ".join(sentences_of(report))


def sentences_of(report: Report) -> list[str]:
    """The sentences of the verdict, the most important first."""
    counts = counts_of(report)
    found = faults(counts)
    sentences = [f"{found}{_where(report)}." if found else _nothing_found(report)]
    unchecked = len(report.of_status(Status.NOT_CHECKED))
    if found and unchecked:
        sentences.append(f"{unchecked:,} of {plural(len(report.outcomes), 'rule')} could not be checked.")
    if remarks := counts[Severity.INFO]:
        sentences.append(f"{plural(remarks, 'remark')} for context.")
    if crashed := len(report.of_status(Status.CRASHED)):
        sentences.append(f"{plural(crashed, 'rule')} crashed and said nothing.")
    if not report.archive.complete:
        sentences.append("The archive is incomplete: what is missing could not be judged.")
    return sentences


def _where(report: Report) -> str:
    nodes = {one.node for _, one in report.findings() if one.node and one.severity is not Severity.INFO}
    if not nodes:
        return ""
    known = set(report.cluster.nodes)
    total = f" of {len(known):,}" if nodes <= known else ""
    return f" on {len(nodes):,}{total} {'node' if max(len(nodes), len(known) if total else 0) == 1 else 'nodes'}"


def _nothing_found(report: Report) -> str:
    checked = [*report.of_status(Status.FOUND), *report.of_status(Status.CLEAR)]
    unchecked = len(report.of_status(Status.NOT_CHECKED))
    if not checked:
        return "Nothing was judged: no rule found what it needs in this archive."
    examined = sum(one.examined for one in checked)
    rules = plural(len(checked), "checked rule")
    text = f"No fault found by {rules} on {plural(examined, 'examined item')}"
    if not examined:
        text = f"Nothing was judged: {rules} had nothing to examine"
    rest = f"; {plural(unchecked, 'rule')} could not be checked" if unchecked else ""
    return f"{text}{rest}."


def by_rule(report: Report) -> list[tuple[Severity, Outcome, list[RankedFinding]]]:
    """The findings grouped by rule within a severity, the worst first; a rule may appear at two severities."""
    groups: dict[tuple[Severity, str], tuple[Severity, Outcome, list[RankedFinding]]] = {}
    for outcome, finding in report.findings():
        group = groups.setdefault((finding.severity, outcome.rule), (finding.severity, outcome, []))
        group[2].append(finding)
    return list(groups.values())


def by_reason(outcomes: Iterable[Outcome]) -> dict[str, list[Outcome]]:
    """Outcomes grouped by their reason, the most frequent first."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.reason or "no reason was given", []).append(outcome)
    return dict(sorted(groups.items(), key=lambda group: (-len(group[1]), group[0])))


def remedies(reason: str, coverage: Iterable[Coverage]) -> list[Coverage]:
    """The missing inputs that a reason names and that can be collected."""
    return [one for one in coverage if not one.present and one.how_to_collect and one.input and one.input in reason]


def short_path(path: str, width: int) -> str:
    """The path within `width` characters: long parts lose their middle, then the parts after the first go."""
    if len(path) <= width:
        return path
    parts = [part if len(part) <= 28 else f"{part[:9]}…{part[-8:]}" for part in path.split("/")]
    for gone in range(len(parts) - 1):
        short = "/".join([*parts[:1], "…", *parts[1 + gone :]] if gone else parts)
        if len(short) <= width:
            return short
    return f"…{path[len(path) - width + 1 :]}"
