"""A scale of time with long empty stretches cut out."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from analyzer.model import TimelineEntry
from parsers.vocabulary import words

CUTS, SHARE = 6, 0.25  # stretches that are cut out at most; the part of all that one must have to be cut
SHORTEST = timedelta(minutes=5)  # a stretch that is worth it
_CUT = 36  # pixels that a cut takes
_LEAST, _MANY = (64, 30), 4  # pixels that a stretch between two cuts takes at least; of more stretches than these, less
_TICK = 130  # pixels between two times that are written
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 604800)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time without a cut, and the pixels that it takes."""

    begin: datetime
    end: datetime
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Axis:
    """Where a time lies. cuts: their places and how long they are, in words."""

    stretches: tuple[Stretch, ...]
    cuts: tuple[tuple[int, str], ...]

    def x(self, at: datetime) -> int:
        """The place of a time; one that lies in a cut is moved to its begin."""
        found = max(bisect_right([one.begin for one in self.stretches], at) - 1, 0)
        one = self.stretches[found]
        length = (one.end - one.begin).total_seconds()
        part = (min(max(at, one.begin), one.end) - one.begin).total_seconds() / length if length else 0.5
        return one.left + round((one.right - one.left) * part)

    def labels(self) -> list[tuple[int, str]]:
        """The times and cuts to be written, those that matter most first within their order."""
        found: list[tuple[int, str]] = []
        day = None
        for one in self.stretches:
            for at in _ticks(one):
                form = "%H:%M:%S" if at.date() == day else "%Y-%m-%d %H:%M:%S"
                day = at.date()
                found.append((self.x(at), at.strftime(form)))
        return sorted([*found, *((at, f"{text} later") for at, text in self.cuts)])


def axis_of(entries: Iterable[TimelineEntry], left: int, right: int) -> Axis:
    """The scale for these entries between two places."""
    spans = sorted((one.at, one.until or one.at) for one in entries)
    gaps: list[tuple[timedelta, datetime, datetime]] = []
    end = spans[0][1]
    for begin, last in spans:
        if begin > end:
            gaps.append((begin - end, end, begin))
        end = max(end, last)
    cut = _cut(gaps, end - spans[0][0])
    edges = [spans[0][0], *(edge for _, *pair in cut for edge in pair), end]
    pairs = list(zip(edges[::2], edges[1::2], strict=True))
    return _scaled(pairs, left, right)


def _cut(
    gaps: list[tuple[timedelta, datetime, datetime]], whole: timedelta
) -> list[tuple[timedelta, datetime, datetime]]:
    """The longest gaps, as long as one takes a good part of what is left."""
    found = []
    for one in sorted(gaps, key=lambda gap: gap[0], reverse=True)[:CUTS]:
        if one[0] < max(SHARE * whole, SHORTEST):
            break
        found.append(one)
        whole -= one[0]
    return sorted(found, key=lambda gap: gap[1])


def _scaled(pairs: list[tuple[datetime, datetime]], left: int, right: int) -> Axis:
    least = _LEAST[len(pairs) > _MANY]
    room = right - left - _CUT * (len(pairs) - 1) - least * len(pairs)
    total = sum((end - begin for begin, end in pairs), timedelta()) or timedelta(seconds=1)
    stretches: list[Stretch] = []
    cuts: list[tuple[int, str]] = []
    x = left
    for begin, end in pairs:
        if stretches:
            gap = begin - stretches[-1].end
            cuts.append((x + _CUT // 2, words(round(gap.total_seconds()))))
            x += _CUT
        wide = least + round(room * ((end - begin) / total))
        stretches.append(Stretch(begin, end, x, min(x + wide, right)))
        x += wide
    return Axis(tuple(stretches), tuple(cuts))


def _ticks(one: Stretch) -> list[datetime]:
    """Round times in a stretch that has the room for them, else its begin alone."""
    length = (one.end - one.begin).total_seconds()
    wanted = (one.right - one.left) // _TICK
    if wanted < 1 or length < 1:
        return [one.begin]
    step = next((each for each in STEPS if length / each <= wanted), STEPS[-1])
    since = one.begin.timestamp()
    first = int(since // step + (since % step > 0)) * step
    times = [datetime.fromtimestamp(at, one.begin.tzinfo) for at in range(first, int(one.end.timestamp()) + 1, step)]
    return times[: wanted + 2] or [one.begin]
