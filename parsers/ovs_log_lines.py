"""Lines of OVS and OVN logs in all their wrappings.

A record is `2025-10-29T16:37:11.653Z|84230|timeval|WARN|text` (openvswitch/ovs lib/vlog.c), in a file of the daemon, or
behind the time of the kubelet or of the container runtime. In a journal it is `ovs|00002|timeval(urcu4)|WARN|text`
behind `Apr 12 11:53:51.395838 <host> ovs-vswitchd[1124]: `: without a year, in the time zone of the host, which is UTC.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from parsers.vocabulary import timestamp

_WRAPPER = re.compile(
    r"\s*\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)\s(?:std(?:out|err)\s[FP](?::\S+)?\s)?"
)
_VLOG = re.compile(
    r"(?:(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z?)|ovs)\|(?P<sequence>\d+)\|(?P<module>[^|\s]{1,60})\|"
    r"(?P<level>[A-Z]{2,5})\|(?P<text>.*)"
)
_JOURNAL = re.compile(
    r"\s*(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}(?P<day>\d{1,2}) "
    r"(?P<clock>\d\d:\d\d:\d\d)(?:\.\d+)? "
    r"(?P<host>[\w.-]{1,253}) (?P<process>[\w./@-]{1,60})(?:\[\d+\])?: (?P<text>.*)"
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LEAP = 2000  # a year in which every day of a journal exists; only differences of times are taken


@dataclass(frozen=True, slots=True)
class Record:
    """One message. `time` is in UTC, None where no year is written; `moment` is `MM-DD HH:MM:SS` in any case."""

    text: str
    moment: str
    minute: int  # a count of minutes, to compare records of one log
    time: datetime | None = None
    host: str | None = None
    process: str | None = None
    module: str | None = None

    @property
    def systemd(self) -> bool:
        """Whether systemd says it."""
        return self.process == "systemd"


def record(line: str) -> Record | None:
    """The record of a line; None for a line of anything else, as of a shell script that starts the daemon."""
    if journal := _JOURNAL.match(line):
        return _of_journal(journal)
    wrapper = _WRAPPER.match(line)
    found = _VLOG.match(line, wrapper.end() if wrapper else 0) or _VLOG.match(line.lstrip())
    time = timestamp(found["time"]) if found and found["time"] else None
    if found is None or time is None:
        return None
    moment = time.strftime("%m-%d %H:%M:%S")
    return Record(found["text"], moment, int(time.timestamp()) // 60, time, None, None, found["module"])


def _of_journal(journal: re.Match[str]) -> Record | None:
    inner = _VLOG.match(journal["text"])
    time = timestamp(inner["time"]) if inner and inner["time"] else None
    moment = f"{_MONTHS.index(journal['month']) + 1:02}-{int(journal['day']):02} {journal['clock']}"
    try:
        about = time or datetime.strptime(f"{_LEAP}-{moment}", "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return Record(
        text=inner["text"] if inner else journal["text"],
        moment=moment,
        minute=int(about.timestamp()) // 60,
        time=time,
        host=journal["host"],
        process=journal["process"].rpartition("/")[2],
        module=inner["module"] if inner else None,
    )
