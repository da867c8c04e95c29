"""When sessions came up and were lost, by the ages that FRR's outputs tell."""

from collections.abc import Iterator
from datetime import timedelta

from analyzer.bfd import down
from analyzer.bgp import name, reset
from analyzer.frr import Session, Sessions
from analyzer.timeline.entry import Entry, Lane, source
from parsers.base import Evidence


@source
def sessions(sessions: Sessions) -> Iterator[Entry]:
    """Establishments, last resets and losses of BFD: the time of the collection less the age."""
    for one in sessions:
        if one.instance.collected is not None:
            yield from _bgp(one)
            yield from _bfd(one)


def _entry(one: Session, age: int, text: str, evidence: Evidence, *, bad: bool) -> Entry:
    assert one.instance.collected is not None
    when = one.instance.collected - timedelta(seconds=age)
    return Entry(when, one.node, Lane.SESSIONS, one.peer, text, evidence, bad=bad, about=True)


def _bgp(one: Session) -> Iterator[Entry]:
    last = reset(one)
    if one.established and one.uptime is not None:
        line = next(iter(one.where("state")[1:]), one.where("state")[0])
        yield _entry(one, one.uptime, f"BGP with {name(one)} came up", line, bad=False)
    if last is not None and last.age is not None:
        lost = last.direction is not None or last.reason.startswith(("BFD down", "Interface down", "Peer closed"))
        line = next(iter(one.where("last_reset")[1:]), one.where("last_reset")[0])
        yield _entry(one, last.age, f"last reset of BGP with {name(one)}: {last.reason}", line, bad=lost)


def _bfd(one: Session) -> Iterator[Entry]:
    bfd = one.bfd
    if bfd is None:
        return
    if down(one) and bfd.downtime is not None:
        text = f"BFD with {name(one)} went down: {bfd.diagnostics}"
        yield _entry(one, bfd.downtime, text, bfd.evidence, bad=True)
    elif bfd.uptime is not None:
        yield _entry(one, bfd.uptime, f"BFD with {name(one)} came up", bfd.evidence, bad=False)
