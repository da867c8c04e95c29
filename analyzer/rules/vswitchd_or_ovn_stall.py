"""A daemon of Open vSwitch or OVN did not run for seconds."""

from collections.abc import Iterator
from datetime import timedelta

from analyzer.model import Finding, Severity
from analyzer.ovn.databases import pieces
from analyzer.ovs.logs import Event, OvsDaemons, Signs
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.ovs_log import OvsLogCount
from parsers.ovs_log_kinds import OvsLogKind

LONG = 5000  # ms from which on a stall breaks what the daemon does (J; openshift/origin alerts from the same value on)
BRIEF = 2000  # ms below which a stall or two in a whole log are the passing load of a busy host (J)
FEW = 2
OFTEN = 10  # stalls in an hour that are as bad as a long one (J)
STARTING = timedelta(minutes=5)  # after a start, in which a daemon reads its whole database (J)
RECONNECTING = timedelta(
    minutes=2
)  # after a connection came back, in which ovn-controller computes everything again (J)
_STALLS = (OvsLogKind.POLL_INTERVAL, OvsLogKind.BLOCKED)
_LOST = (OvsLogKind.CONNECTION_DROPPED, OvsLogKind.INACTIVITY, OvsLogKind.STALE_DATA)
KEPT = 20  # messages of a kind of which each is known; of more, only the newest


@rule(Severity.WARNING, area="ovs")
def vswitchd_or_ovn_stall(daemons: OvsDaemons) -> Iterator[Finding]:
    """A daemon of Open vSwitch or OVN did not run for seconds.

    ## Why it matters
    While ovs-vswitchd stands still no new connection gets through on its node and BFD sessions run out; while
    ovn-controller, northd or a database does, new pods and services wait for their network.

    ## What to do
    The lines behind the message tell where the time went: many involuntary context switches mean that the CPU was taken
    away (look at CPU pinning and limits, and at what else runs on the node), reads and writes a slow disk, much user
    time a lot to do: many flows, or a large database that changes all the time.
    """
    for one in daemons:
        if found := _stall(one):
            yield found


def _stall(one: Signs) -> Finding | None:
    counts = [count for kind in _STALLS for count in one.of(kind)]
    if not counts:
        return None
    total = sum(count.count for count in counts)
    shown = one.happened(*_STALLS)
    judged = [event for event in shown if not _expected(one, event)]
    complete = len(shown) >= total
    if complete and not judged:
        return None
    hour = _in_an_hour(judged) if complete else max(count.most_in_an_hour for count in counts)
    longest = max((event.fact.value or 0 for event in judged), default=0)
    if not complete:
        longest = max(longest, *(_most(count, shown, judged) for count in counts))
    number = len(judged) if complete else total
    fresh = one.fresh(judged[-1].at) if judged else False
    severity = _severity(longest, hour, number, fresh=fresh)
    why, where = _reason(one, judged)
    times = "once" if number == 1 else f"{number} times, up to {hour} in an hour"
    last = judged[-1].fact.moment if judged else counts[-1].last
    text = f"{one.name} of {one.label} stood still {times}, for up to {longest} ms, last at {last}{why}"
    lines = pieces(
        (event.fact.evidence for event in judged if event.fact.value == longest),
        (count.marks["most"] for count in counts if not complete and "most" in count.marks),
        where,
        (event.fact.evidence for event in reversed(judged)),
    )
    return Finding(one.name, text, lines or (counts[0].evidence,), one.node, severity)


def _severity(longest: int, hour: int, number: int, *, fresh: bool) -> Severity:
    """What is long ago is one step less."""
    if longest >= LONG or hour >= OFTEN:
        return Severity.ERROR if fresh else Severity.WARNING
    if (number <= FEW and longest < BRIEF) or not fresh:
        return Severity.INFO
    return Severity.WARNING


def _most(count: OvsLogCount, shown: list[Event], judged: list[Event]) -> int:
    """The longest of a kind, unless it is known to be one of those that are expected."""
    line = count.marks.get("most")
    known = [event for event in shown if event.fact.evidence == line]
    expected = bool(known) and not any(event in judged for event in known)
    return 0 if expected else count.most or 0


def _expected(one: Signs, event: Event) -> bool:
    """Whether the daemon had just started, or had to begin anew after it lost its connection."""
    starts = [*one.begins, *(start.at for start in one.happened(OvsLogKind.STARTED))]
    if any(timedelta(0) <= event.at - start <= STARTING for start in starts):
        return True
    lost = one.happened(*_LOST) if one.name == "ovn-controller" else []
    return any(timedelta(0) <= event.at - each.at <= RECONNECTING for each in lost)


def _in_an_hour(events: list[Event]) -> int:
    most, first = 0, 0
    for last, event in enumerate(events):
        while event.at - events[first].at >= timedelta(hours=1):
            first += 1
        most = max(most, last - first + 1)
    return most


def _reason(one: Signs, judged: list[Event]) -> tuple[str, list[Evidence]]:
    """Why, as the lines of the same moment tell: `, while the CPU was taken away (…)`."""
    moments = {event.at for event in judged}
    near = [event for event in one.events if any(abs(event.at - at) <= timedelta(seconds=1) for at in moments)]
    switches = max(
        (event for event in near if event.fact.kind is OvsLogKind.CONTEXT_SWITCHES), key=_value, default=None
    )
    disk = max((event for event in near if event.fact.kind is OvsLogKind.DISK), key=_value, default=None)
    found = [event for event in (switches, disk) if event and _value(event)]
    words = [event.fact.text.strip()[:80] for event in found]
    return (f" ({'; '.join(words)})" if words else ""), [event.fact.evidence for event in found]


def _value(event: Event) -> int:
    return event.fact.value or 0
