"""When the archive was collected, and from when on its logs tell."""

from collections.abc import Iterator

from analyzer.timeline.entry import Entry, Lane, source
from parsers.gather_timestamp import GatherTimestamp


@source
def collections(timestamps: tuple[GatherTimestamp, ...]) -> Iterator[Entry]:
    """Begin and end of every collection."""
    for one in timestamps:
        yield Entry(one.start, None, Lane.COLLECTION, "", "the collection begins", one.evidence)
        if one.end is not None:
            line = next(iter(one.where("end")), one.evidence)
            yield Entry(one.end, None, Lane.COLLECTION, "", "the collection ends", line)
