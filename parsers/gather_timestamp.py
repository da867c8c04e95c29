"""`timestamp`: when a collection began and ended.

`oc adm must-gather` writes a line at its start and one at its end beside the image directories, and every `oc adm
inspect` within the image does the same in its own file (openshift/oc pkg/cli/admin/mustgather/mustgather.go,
pkg/cli/admin/inspect/inspect.go). A line is Go's `time.String()`: local time, zone, monotonic clock.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from parsers.base import Fact, ParseFailure, SourceFile, Text, failure, parser
from parsers.vocabulary import timestamp

# 2021-09-14 16:43:44.051395446 +0200 CEST m=+1.404430641
_LINE = re.compile(
    r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,9})?) ([+-]\d{4})(?: [A-Za-z0-9+-]{1,10})?(?: m=[+-]\d+\.\d+)?"
)


class GatherTimestamp(Fact):
    """When the collection in a directory ran, in UTC. `end` is None when a run in it began and never ended.

    The file of an image directory covers several runs, that of the must-gather around it one.
    """

    start: datetime
    end: datetime | None = None
    runs: int = 1
    image_dir: str = ""


def go_time(line: str) -> datetime | None:
    """A time as Go prints it, in UTC; None for anything else."""
    match = _LINE.fullmatch(line.strip())
    return timestamp(f"{match[1]}T{match[2]}{match[3][:3]}:{match[3][3:]}") if match else None


@parser(
    "timestamp",
    title="time of the collection",
    collect="oc adm must-gather writes it; keep the file when you pack the directory",
    required_content=rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d",
)
def gather_timestamp(source: SourceFile) -> Iterator[GatherTimestamp | ParseFailure]:
    text = source.text()
    times: list[tuple[int, datetime]] = []
    for number, line in text.numbered():
        if (time := go_time(line)) is not None:
            times.append((number, time))
        elif line.strip():
            yield failure(text.quote(number), "gather_timestamp", "not a time")
    if times:
        yield _collection(text, times, source.image_dir)


def _collection(text: Text, times: list[tuple[int, datetime]], image_dir: str) -> GatherTimestamp:
    # Runs at the same time mix their lines, so that only the number of lines tells whether all have ended.
    complete = len(times) % 2 == 0
    first, last = min(times, key=lambda one: one[1]), max(times, key=lambda one: one[1])
    marks = {"start": text.quote(first[0])} | ({"end": text.quote(last[0])} if complete else {})
    return GatherTimestamp(
        evidence=text.quote(times[0][0], times[-1][0]),
        marks=marks,
        start=first[1],
        end=last[1] if complete else None,
        runs=(len(times) + 1) // 2,
        image_dir=image_dir,
    )
