"""When something was logged, and whether that is history: compared with the time at which the archive was collected.

Journals and klog tell no year: such a time is taken to lie in the year before the collection. Where nothing says when
the archive was collected, the last line of a log stands for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from analyzer.instances import Ages
from analyzer.rule import join
from parsers.base import Origin
from parsers.host_facts import HostFact
from parsers.network_log import NetworkLogCount, NetworkLogWindow
from parsers.ovs_log import OvsLogCount, OvsLogWindow

RECENT = timedelta(hours=1)  # before the collection: what is older, and has not come again, is history (J)
_AHEAD = timedelta(days=1)  # a collection takes hours at most
_YEAR = 2000  # a leap year, where no year is known at all

Window = NetworkLogWindow | OvsLogWindow


@dataclass(frozen=True, slots=True)
class Moments:
    """The end of each log: when its archive was collected, else its own last line."""

    ages: Ages
    ends: dict[tuple[str, ...], datetime]

    def end(self, fact: HostFact) -> datetime | None:
        """The time with which those of a log are compared; None where nothing is known of it."""
        return self.ages.of(fact.origin.image_dir) or self.ends.get(_log(fact))

    def at(self, fact: HostFact, time: datetime | None, written: str | None) -> datetime | None:
        """A time that may have been written without a year."""
        return time or dated(written, self.end(fact))

    def last(self, count: NetworkLogCount | OvsLogCount) -> datetime | None:
        """When this was said for the last time."""
        return self.at(count, count.last_time, count.last)

    def first(self, count: NetworkLogCount | OvsLogCount) -> datetime | None:
        """When this was said for the first time."""
        return self.at(count, count.first_time, count.first)

    def recent(self, fact: HostFact, at: datetime | None, within: timedelta = RECENT) -> bool:
        """Whether this time is not long before the end; so is one of which nothing is known."""
        end = self.end(fact)
        return at is None or end is None or at >= end - within


@join
def moments(
    network: tuple[NetworkLogWindow, ...] | None, daemons: tuple[OvsLogWindow, ...] | None, ages: Ages
) -> Moments:
    windows: tuple[Window, ...] = (*(network or ()), *(daemons or ()))
    return Moments(ages, _ends(windows))


def _ends(windows: Iterable[Window]) -> dict[tuple[str, ...], datetime]:
    """The last line of each log, of its newest file."""
    found: dict[tuple[str, ...], datetime] = {}
    for one in windows:
        if at := one.last_time or dated(one.last, None):
            found[_log(one)] = max(at, found.get(_log(one), at))
    return found


def _log(fact: HostFact) -> tuple[str, ...]:
    """What the files of one log have in common: their pod, or the file itself."""
    origin: Origin = fact.origin
    own = (origin.pod,) if origin.pod else (fact.evidence.path,)
    return (origin.image_dir, origin.namespace or "", *own)


def dated(written: str | None, end: datetime | None) -> datetime | None:
    """`MM-DD HH:MM:SS` as a time of the year that ended with `end`."""
    if written is None:
        return None
    year = end.year if end else _YEAR
    for one in (year, year - 1):
        try:
            at = datetime.strptime(f"{one}-{written}", "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
        except ValueError:
            continue
        if end is None or at <= end + _AHEAD:
            return at
    return None


def clock(at: datetime | None) -> str:
    """A time as a sentence tells it."""
    return f"{at:%m-%d %H:%M:%S}" if at else "at an unknown time"
