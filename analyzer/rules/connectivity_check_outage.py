"""The cluster's own connection checks fail, or failed again and again."""

from collections.abc import Callable, Iterator

from analyzer.connectivity import How, Way, Ways
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule

REPEATED = 3  # (J) outages of a minute or more within a day from which on they are no accident
ALL = 3  # checks of one source from which on the source is to blame when all fail
NAMED = 3
PIECES = 8  # of evidence
_MEANS = {
    How.REFUSED: "the host answers, the service does not",
    How.TIMEOUT: "nothing answers: a filter, a lost tunnel or a dead host",
    How.NO_ROUTE: "the source has no way there",
    How.DNS: "the name is not resolved",
    How.OTHER: "the message tells more",
}


@rule(Severity.WARNING, area="operator")
def connectivity_check_outage(ways: Ways) -> Iterator[Finding | Gap]:
    """The cluster's own connection checks fail, or failed again and again.

    ## Why it matters
    A pod tries every minute to reach every node, the API servers and the services. What it cannot reach other pods
    cannot reach either.

    ## What to do
    See who is concerned: all targets of one source, one node as a target, or one service. Refused means that the host
    is alive; a timeout means a filter, a tunnel or a dead host. Outages during the installation, an update or the
    restart of a node are passed over; single ones that ended are told as information.
    """
    yield from (Gap(one.check.name, one.open, one.target_node) for one in ways if one.open is not None and not one.down)
    yield from _together(ways, lambda one: one.down, _down)
    yield from _together(ways, lambda one: not one.down and _often(one), _again)
    yield from _together(ways, lambda one: not one.down and bool(one.ended) and not _often(one), _once)


def _often(one: Way) -> bool:
    """Whether it fails again and again; an API server that is restarted refuses connections meanwhile."""
    return sum("connection refused" not in (each.cause or each.message or "") for each in one.ended) >= REPEATED


_Make = Callable[[str, str | None, str, list[Way]], Finding]


def _together(ways: Ways, wanted: Callable[[Way], bool], make: _Make) -> Iterator[Finding]:
    """One finding for a source of which all ways are so, else for each node or service that is the target."""
    of_source: dict[str, list[Way]] = {}
    for one in ways:
        of_source.setdefault(one.source, []).append(one)
    rest: dict[tuple[str, str | None], list[Way]] = {}
    for source, each in of_source.items():
        bad = [one for one in each if wanted(one)]
        if len(bad) == len(each) >= ALL:
            yield make(source, each[0].source_node, f"all {len(each)} targets of {source}", bad)
            continue
        for one in bad:
            rest.setdefault((one.target_node or one.target, one.target_node), []).append(one)
    for (target, node), each in rest.items():
        names = sorted({one.target for one in each})
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        sources = sorted({f"{one.source} on {one.source_node}" if one.source_node else one.source for one in each})
        yield make(target, node, f"{', '.join(names[:NAMED])}{more} from {', '.join(sources[:NAMED])}", each)


def _down(subject: str, node: str | None, what: str, found: list[Way]) -> Finding:
    first = min(found, key=lambda one: one.since.timestamp() if one.since else 0.0)
    since = f" since {first.since:%Y-%m-%d %H:%M:%S} UTC" if first.since else ""
    said = f": {first.message[:300]}" if first.message else ""
    text = f"the connection check to {what} fails{since}, {first.how} ({_MEANS[first.how]}){said}"
    if what.startswith("all "):
        text = text.replace("the connection check to", "the connection checks to", 1).replace(" fails", " fail", 1)
    return _finding(subject, node, text, found, None, "down")


def _again(subject: str, node: str | None, what: str, found: list[Way]) -> Finding:
    text = f"the connection to {what} was lost again and again, {_ended(found)}"
    return _finding(subject, node, text, found, None, "again")


def _once(subject: str, node: str | None, what: str, found: list[Way]) -> Finding:
    text = f"the connection to {what} was lost and came back, {_ended(found)}"
    return _finding(subject, node, text, found, Severity.INFO, "once")


def _ended(found: list[Way]) -> str:
    last = max((each for one in found for each in one.ended), key=lambda each: each.end.timestamp() if each.end else 0)
    most = max(len(one.ended) for one in found)
    times = f"{most} times in the day before the collection, last" if most > 1 else "once"
    said = f": {(last.cause or last.message or '')[:300]}" if last.cause or last.message else ""
    return f"{times} from {last.start:%Y-%m-%d %H:%M:%S} to {last.end:%H:%M:%S} UTC{said}"


def _finding(  # noqa: PLR0913, PLR0917 - what a finding is made of
    subject: str, node: str | None, text: str, found: list[Way], severity: Severity | None, key: str
) -> Finding:
    each = max(2, PIECES // len(found))
    lines = tuple(dict.fromkeys(line for one in found[:PIECES] for line in one.evidence()[:each]))
    return Finding(subject, text, lines[:PIECES], node, severity, key)
