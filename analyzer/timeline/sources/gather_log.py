"""What went wrong while the archive was collected."""

from collections.abc import Iterator

from analyzer.timeline.entry import Entry, Lane, source
from parsers.gather_log import GatherMessage


@source
def gather_log(messages: tuple[GatherMessage, ...]) -> Iterator[Entry]:
    """Messages of the collection with a time: the first of those that say the same."""
    for one in messages:
        if one.time is not None:
            yield Entry(one.time, None, Lane.COLLECTION, str(one.kind), one.text, one.evidence, bad=True)
