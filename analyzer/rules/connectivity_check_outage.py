"""Connections within the cluster fail: by its own checks, or by a test that somebody saved."""

from collections.abc import Callable, Iterator

from analyzer.connectivity import How, Way, Ways
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import NotCollectedError, rule
from analyzer.saved_tests import MEANS, Aim, SavedTest, SavedTests, file_of
from parsers.probe_answers import Answer

REPEATED = 3  # (J) outages of more than one attempt within a day from which on they are no accident
ALL = 3  # checks of one source from which on the source is to blame when all fail
NAMED = 3
PIECES = 8  # of evidence
_BGP = 179  # tests of it are told of with the session
_SERVER_ERROR = 500
_PAGE = "no route has this name, or no pod serves it"
_MEANS = {
    How.REFUSED: "the host answers, the service does not",
    How.TIMEOUT: "nothing answers: a filter, a lost tunnel or a dead host",
    How.NO_ROUTE: "the source has no way there",
    How.DNS: "the name is not resolved",
    How.OTHER: "the message tells more",
}


@rule(Severity.WARNING, area="operator")
def connectivity_check_outage(ways: Ways | None, tests: SavedTests | None) -> Iterator[Finding | Gap]:
    """Connections within the cluster fail: by its own checks, or by a test that somebody saved.

    ## Why it matters
    A pod tries every minute to reach every node, the API servers and the services. What it cannot reach other pods
    cannot reach either. The same goes for what curl, telnet, nc, ping or tracepath could not reach.

    ## What to do
    See who is concerned: all targets of one source, one node as a target, or one service. Refused means that the host
    is alive; a timeout means a filter, a tunnel or a dead host; unreachable means a route or a neighbour, of the source
    or of the router that says so. Many filters drop ping: try the port itself. Outages during the installation, an
    update or the restart of a node are passed over; single ones that ended are told as information.
    """
    if ways is None and tests is None:
        raise NotCollectedError("not collected: pod network connectivity checks, or a saved test of a connection")
    checks = ways or Ways(())
    yield from (
        Gap(one.check.name, one.open, one.target_node) for one in checks if one.open is not None and not one.down
    )
    yield from _together(checks, lambda one: one.down, _down)
    yield from _together(checks, lambda one: not one.down and _often(one), _again)
    yield from _together(checks, lambda one: not one.down and bool(one.ended) and not _often(one), _once)
    yield from _saved(tests or SavedTests(()))


def _saved(tests: SavedTests) -> Iterator[Finding]:
    """What a saved test could not reach; of a target that is none of the cluster's only as information."""
    for one in tests:
        told = f"({one.tool}, {file_of(one)})"
        if one.router_page:
            text = f"a saved request {told} to {one.where} got the router's own page, HTTP 503: {_PAGE}"
            yield Finding(one.host or one.target, text, one.evidence, severity=Severity.WARNING, key="router page")
        elif one.status is not None and one.status >= _SERVER_ERROR:
            text = (
                f"a saved request {told} to {one.where} was answered HTTP {one.status}: the way is good, the server not"
            )
            yield Finding(one.host or one.target, text, one.evidence, one.node, Severity.INFO, f"HTTP {one.port}")
        elif not one.good and one.port != _BGP and not (one.echo and one.aim is Aim.SERVICE):
            source = f" from {one.source}" if one.source else ""
            by = f", as {one.by} says" if one.by else ""
            mtu = f", {one.mtu} bytes are the most" if one.mtu and one.answer is Answer.TOO_BIG else ""
            text = f"a saved test {told} of {one.where}{source} failed{by}: {MEANS[one.answer]}{mtu}"
            subject = one.node or (one.name if one.aim is not Aim.OTHER else one.target)
            key = f"saved {one.tool} {one.port}"
            yield Finding(subject, text, one.evidence[:PIECES], one.node, _severity(one, tests), key)


def _severity(one: SavedTest, tests: SavedTests) -> Severity:
    """Ping alone proves nothing: a filter may drop it. Another kind of test of the same target decides."""
    if one.aim is Aim.OTHER or one.answer is Answer.TOO_BIG:
        return Severity.INFO
    others = [other for other in tests if other.target == one.target and other.tool != one.tool]
    if one.echo and one.answer is Answer.TIMED_OUT:
        return Severity.WARNING if others and not any(other.good for other in others) else Severity.INFO
    return Severity.WARNING


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
