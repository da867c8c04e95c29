"""All entries on one axis: in the order of time, each once, bursts told as one."""

import importlib
import pkgutil
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from analyzer.clocks import Clocks
from analyzer.rule import Need, NotCollectedError
from analyzer.store import Store
from analyzer.timeline.entry import Entry, Source
from parsers.base import first_line

BURST = timedelta(minutes=2)  # between two entries that say the same, up to which they are one burst (judgement)
LEAD = 10  # seconds that a clock may seem ahead without being wrong, as for the rule time-skew
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Timeline:
    """The entries in the order of time, and what has to be known to read them."""

    entries: tuple[Entry, ...]
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    def window(self, begin: datetime, end: datetime) -> "Timeline":
        """Only what touches the time from begin to end."""
        inside = (one for one in self.entries if one.at <= end and (one.until or one.at) >= begin)
        return replace(self, entries=tuple(inside))

    def of_node(self, node: str) -> "Timeline":
        """Only what is of this node, or of no certain node."""
        return replace(self, entries=tuple(one for one in self.entries if one.node in {None, node}))


def sources() -> dict[str, Source]:
    """Every source by its name, sorted."""
    import analyzer.timeline.sources as package  # noqa: PLC0415 - the sources import what this module stands on

    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda one: one.name):
        importlib.import_module(f"{package.__name__}.{info.name}")
    return dict(sorted(Source.registry.items()))


def needs_of_all() -> tuple[Need, ...]:
    """What the timeline is made of."""
    found = [need for one in sources().values() for need in one.needs]
    return (*found, Need("clocks", Clocks, facts=False, optional=True))


def timeline(store: Store) -> Timeline:
    """The timeline of an archive; a source that fails is a note, the others stand."""
    entries: list[Entry] = []
    notes, problems = _skews(store), list[str]()
    for one in sources().values():
        try:
            entries += one.function(**store.arguments(one.needs))
        except NotCollectedError:
            continue
        except Exception as error:  # noqa: BLE001 - one source's mistake must not cost the others
            problems.append(
                f"the source {one.name} of the timeline could not be read: {type(error).__name__}: {first_line(error)}"
            )
    ordered = sorted(entries, key=lambda one: (one.at, one.node or "", one.lane, one.subject, one.text))
    if any(one.guessed for one in ordered):
        notes.append("Times marked ? come from lines without a year: it is inferred from the time of the collection.")
    if any(one.about for one in ordered):
        notes.append("Times marked ~ are derived from an age that an output tells; they may be some seconds off.")
    return Timeline(tuple(collapsed(unique(ordered))), tuple(notes), tuple(problems))


def unique(entries: Iterable[Entry]) -> list[Entry]:
    """Each entry once: one log may stand in several members of an archive."""
    found: dict[tuple[object, ...], Entry] = {}
    for one in entries:
        found.setdefault((one.at, one.node, one.lane, one.subject, one.text), one)
    return list(found.values())


def collapsed(entries: Sequence[Entry]) -> list[Entry]:
    """Bursts as one entry: the same said of the same subject again and again, numbers aside."""
    result: list[Entry] = []
    open_bursts: dict[tuple[object, ...], int] = {}
    for one in entries:
        key = (one.node, one.lane, one.subject, _NUMBER.sub("#", one.text))
        place = open_bursts.get(key)
        last = result[place] if place is not None else None
        if last is not None and place is not None and one.at - (last.until or last.at) <= BURST:
            result[place] = replace(last, until=one.until or one.at, count=last.count + one.count)
        else:
            open_bursts[key] = len(result)
            result.append(one)
    return result


def _skews(store: Store) -> list[str]:
    """Nodes whose clock is known to be wrong: their times are shown as they were written."""
    try:
        clocks: Clocks = store.joined(Clocks)
    except NotCollectedError:
        return []
    ahead = ((one.node, one.ahead) for one in clocks)
    return [
        f"The clock of {node} is {stamp.lead:.0f} s ahead; its times are shown as they were written."
        for node, stamp in ahead
        if stamp is not None and stamp.lead > LEAD
    ]
