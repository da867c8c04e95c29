"""How often something happened within an hour at most, in flat memory however long a log is."""

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Hour:
    """The most events within 60 minutes of a log in the order of time: events by minute, for the last hour."""

    minutes: deque[list[int]] = field(default_factory=deque)  # minute, events
    inside: int = 0
    most: int = 0

    def add(self, time: datetime) -> None:
        """Count an event."""
        minute = int(time.timestamp()) // 60
        if self.minutes and minute <= self.minutes[-1][0]:
            self.minutes[-1][1] += 1  # programs write in parallel: a line may be a little out of order
        else:
            self.minutes.append([minute, 1])
        self.inside += 1
        while self.minutes[0][0] <= minute - 60:
            self.inside -= self.minutes.popleft()[1]
        self.most = max(self.most, self.inside)


def most_in_an_hour(minutes: Counter[int]) -> int:
    """The most events within 60 minutes, of events by minute in any order."""
    inside, most = 0, 0
    window: deque[int] = deque()
    for minute in sorted(minutes):
        window.append(minute)
        inside += minutes[minute]
        while window[0] <= minute - 60:
            inside -= minutes[window.popleft()]
        most = max(most, inside)
    return most
