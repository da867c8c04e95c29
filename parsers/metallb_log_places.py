"""Where in a log a message stands, and what belongs together in it: everything of one kind about one subject."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from parsers.hours import Hour
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
class Group:
    """Everything of one kind about one subject."""

    first: Place
    newest: deque[Place]
    count: int = 0
    first_time: datetime | None = None
    last_time: datetime | None = None
    hour: Hour = field(default_factory=Hour)

    def add(self, place: Place) -> None:
        """Count it, and keep it until newer ones come."""
        self.count += 1
        self.newest.append(place)
        if place.time:
            self.first_time = self.first_time or place.time
            self.last_time = place.time
            self.hour.add(place.time)
