"""Where in a log a message stands, and what belongs together in it: everything of one kind about one subject."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from parsers.metallb_log_kinds import MetallbLogKind
from parsers.metallb_log_messages import Message


@dataclass(slots=True)
class Place:
    """A message in its line. What other lines tell of it, and where, is added when they are read."""

    number: int
    line: str
    time: datetime | None
    message: Message
    pod: str | None = None
    container: str | None = None
    error: str | None = None
    service: str | None = None
    focus: str | None = None  # the record, where others stand in the same line
    told_at: dict[str, tuple[int, str]] = field(default_factory=dict)  # field: number and line

    @property
    def key(self) -> "Key":
        """What tells one group from another."""
        said = self.message
        return (
            *(self.pod, self.container, said.kind, self.service or said.service, said.ips, said.peer),
            *(said.protocol, said.node, said.interface, said.reason),
        )


Key = tuple[str | tuple[str, ...] | MetallbLogKind | None, ...]


@dataclass(slots=True)
class _Hour:
    """The most events within an hour, in flat memory: events by minute, for the last 60 minutes."""

    minutes: deque[list[int]] = field(default_factory=deque)  # minute, events
    inside: int = 0
    most: int = 0

    def add(self, time: datetime) -> None:
        minute = int(time.timestamp()) // 60
        if self.minutes and minute <= self.minutes[-1][0]:
            self.minutes[-1][1] += 1  # programs write in parallel: a line may be a little out of order
        else:
            self.minutes.append([minute, 1])
        self.inside += 1
        while self.minutes[0][0] <= minute - 60:
            self.inside -= self.minutes.popleft()[1]
        self.most = max(self.most, self.inside)


@dataclass(slots=True)
class Group:
    """Everything of one kind about one subject."""

    first: Place
    newest: deque[Place]
    count: int = 0
    first_time: datetime | None = None
    last_time: datetime | None = None
    hour: _Hour = field(default_factory=_Hour)

    def add(self, place: Place) -> None:
        """Count it, and keep it until newer ones come."""
        self.count += 1
        self.newest.append(place)
        if place.time:
            self.first_time = self.first_time or place.time
            self.last_time = place.time
            self.hour.add(place.time)
