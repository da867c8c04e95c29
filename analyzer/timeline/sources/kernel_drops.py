"""When the kernel or the switch last said that it threw packets away."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from analyzer.hosts import HostNames
from analyzer.instances import Ages
from analyzer.timeline.entry import Entry, Lane, dated, source
from parsers.kernel_drops import KernelDrop
from parsers.log_clocks import LogClock

_LEAP = datetime(2000, 1, 1, tzinfo=UTC)  # what a clock without a year counts from


@source
def kernel_drops(drops: tuple[KernelDrop, ...], names: HostNames, ages: Ages) -> Iterator[Entry]:
    """The last message of each kind; one that counts from the start of the kernel has no place on the axis."""
    for one in drops:
        at, guessed = _time(one, ages)
        if at is None:
            continue
        size = f" ({one.size} > {one.limit})" if one.size and one.limit else ""
        often = f", the last of {one.count} messages" if one.count > 1 else ""
        where = f" on {one.interface}" if one.interface else ""
        text = f"packets thrown away{where}: {one.kind}{size}{often}"
        subject = one.interface or str(one.kind)
        yield Entry(at, names.node(one), Lane.NODES, subject, text, one.evidence, bad=True, guessed=guessed)


def _time(one: KernelDrop, ages: Ages) -> tuple[datetime | None, bool]:
    if one.last is None or one.clock in {None, LogClock.BOOT}:
        return None, False
    if one.clock is LogClock.UTC:
        return datetime.fromtimestamp(one.last, UTC), False
    moment = (_LEAP + timedelta(seconds=one.last)).strftime("%m-%d %H:%M:%S")
    return dated(moment, ages.of(one.origin.image_dir)), True
