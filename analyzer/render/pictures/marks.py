"""Where the entries of one lane are drawn: marks of one kind at one place are one, the others lie below one another."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from analyzer.model import Lane, TimelineEntry
from analyzer.render.pictures.axis import Axis
from analyzer.render.pictures.shapes import RADIUS

ROWS = 5  # rows of marks of one lane
_PLACE = 2 * RADIUS + 2  # pixels in which marks of one kind are one
_BAR = 24  # pixels from which on a burst is a bar
_COUNT = 36  # pixels for the number beside a mark
LETTERS = {
    Lane.COLLECTION: "C",
    Lane.SESSIONS: "B",
    Lane.FRR: "F",
    Lane.METALLB: "M",
    Lane.OVN: "O",
    Lane.NETWORK: "N",
    Lane.KUBELET: "K",
    Lane.PODS: "P",
    Lane.NODES: "H",
    Lane.EVENTS: "E",
    Lane.OPERATORS: "S",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Entries that are drawn as one mark, from x to `end`, in a row of the lane."""

    entries: tuple[TimelineEntry, ...]
    x: int
    end: int
    row: int

    @property
    def bad(self) -> bool:
        """Whether they are faults."""
        return self.entries[0].bad

    @property
    def count(self) -> int:
        """How many entries."""
        return len(self.entries)

    @property
    def times(self) -> int:
        """How many moments: an entry may tell of a burst."""
        return sum(one.count for one in self.entries)


def placed(entries: Iterable[TimelineEntry], axis: Axis, most: int) -> list[Place]:
    """The marks of a lane, not more than `most` and none below the last row; faults come first."""
    kinds: dict[tuple[bool, int, Lane], list[TimelineEntry]] = defaultdict(list)
    for one in entries:
        kinds[not one.bad, axis.x(one.at) // _PLACE, one.lane].append(one)
    ends = [-1] * ROWS
    taken: list[list[tuple[int, int]]] = [[] for _ in ends]
    found: list[Place] = []
    for _, same in sorted(kinds.items(), key=lambda item: (item[0][0], item[0][1], LETTERS[item[0][2]])):
        x = axis.x(same[0].at)
        end = max(axis.x(one.until or one.at) for one in same)
        end = end if end > x + _BAR else x
        room = (x - RADIUS - 1, max(end, x + RADIUS) + (_COUNT if sum(each.count for each in same) > 1 else 1))
        row = next((row for row, held in enumerate(taken) if not any(_meet(room, each) for each in held)), None)
        if row is not None and len(found) < most:
            taken[row].append(room)
            found.append(Place(tuple(same), x, end, row))
    return found


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]
