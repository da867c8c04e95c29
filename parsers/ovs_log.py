"""Logs of OVS and OVN daemons: the messages that matter, counted, with the newest of each kind.

Members: journals of the hosts (openshift/must-gather collection-scripts/gather_service_logs: one file holds all
masters, its lines merged in lexicographic order), logs of the containers ovn-controller, northd, nbdb, sbdb, logs in
sosreports.
Lines are deliberately ignored unless a message is known: the log is read as a stream, and only counts and the newest
messages are kept. What OVS leaves out of its log itself (`Dropped 12 log messages`) is not counted.
"""

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from parsers.base import Evidence, ParseFailure, SourceFile, clean, decode, failure, parser
from parsers.host_facts import HostFact, node_hint
from parsers.hours import most_in_an_hour
from parsers.ovs_log_kinds import KEYWORDS, PREFILTER, Message, OvsLogKind, understand
from parsers.ovs_log_lines import Record, record
from parsers.pasted import uncoloured

__all__ = ["OvsLogCount", "OvsLogEvent", "OvsLogKind", "OvsLogWindow", "ovs_log"]

NEWEST = 20  # events that are kept of each kind, host, daemon and subject
GROUPS = 20_000  # such groups that are counted at all
CROWD = 500  # groups up to which so many events are kept, then NEWEST_OF_CROWD
NEWEST_OF_CROWD = 2
FAILURES = 20  # unreadable lines that are reported one by one
MINUTES = 20_000  # minutes of which a group counts its events: two weeks
_CONTAINERS = ("ovn-controller", "northd", "nbdb", "sbdb")
_UNITS = ("openvswitch", "ovs-vswitchd", "ovsdb-server", "ovs-configuration")


class OvsLogWindow(HostFact):
    """A log that was read, and what time it covers, in UTC: None without a year, or for an empty log.

    first and last are `MM-DD HH:MM:SS` of its first and last line, None where these are no records.
    """

    daemon: str
    first: str | None = None
    last: str | None = None
    first_time: datetime | None = None
    last_time: datetime | None = None


class OvsLogCount(HostFact):
    """How often a daemon says the same of the same subject. The evidence is the first such line, mark `last` the last.

    first and last are `MM-DD HH:MM:SS`: a journal tells no year. most: the largest value, mark `most` its line.
    most_in_an_hour: the most within 60 minutes, counted by whole minutes.
    """

    kind: OvsLogKind
    daemon: str
    subject: str | None = None
    count: int
    first: str
    last: str
    first_time: datetime | None = None
    last_time: datetime | None = None
    most: int | None = None
    most_in_an_hour: int = 0


class OvsLogEvent(HostFact):
    """One message; only the newest of each kind, daemon and subject are kept. For `value` see OvsLogKind."""

    kind: OvsLogKind
    daemon: str
    subject: str | None = None
    value: int | None = None
    moment: str
    time: datetime | None = None
    text: str


_Place = tuple[int, str, Record, Message]  # line number, line, what it says


@dataclass(slots=True)
class _Group:
    """Everything of one kind, by one daemon of one host, about one subject."""

    first: _Place
    newest: deque[_Place]
    most: _Place
    count: int = 0
    minutes: Counter[int] = field(default_factory=Counter)

    def add(self, place: _Place) -> None:
        self.count += 1
        self.newest.append(place)
        if (place[3].value or 0) > (self.most[3].value or 0):
            self.most = place
        minute = place[2].minute
        if minute in self.minutes or len(self.minutes) < MINUTES:
            self.minutes[minute] += 1


_Key = tuple[str | None, str, OvsLogKind, str | None]


class _Log:
    """What was found so far."""

    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self.node = None if source.params.get("pod") else node_hint(source)
        self.daemon = _daemon(source.path)
        self.groups: dict[_Key, _Group] = {}
        self.uncounted = self.failures = 0

    def line(self, number: int, line: str) -> Iterator[ParseFailure]:
        found = record(uncoloured(line))
        message = understand(found.text, systemd=found.systemd) if found else None
        if found is None or message is None:
            if found and KEYWORDS.search(found.text):
                self.failures += 1
                if self.failures <= FAILURES:
                    reason = "a known message in a wording that is not known"
                    yield failure(self.source.quote(number, line, focus=found.text), "ovs_log", reason)
            return
        daemon = (None if found.systemd else found.process) or self.daemon
        key = (found.host or self.node, daemon, message.kind, message.subject)
        place = (number, line, found, message)
        group = self.groups.get(key)
        if group is None:
            if len(self.groups) >= GROUPS:
                self.uncounted += 1
                return
            newest = NEWEST if len(self.groups) < CROWD else NEWEST_OF_CROWD
            group = self.groups[key] = _Group(place, deque(maxlen=newest), place)
        group.add(place)

    def evidence(self, place: _Place) -> Evidence:
        return self.source.quote(place[0], place[1], focus=place[2].text)

    def facts(self) -> Iterator[OvsLogCount | OvsLogEvent]:
        for (node, daemon, kind, subject), group in self.groups.items():
            last = group.newest[-1]
            yield OvsLogCount(
                evidence=self.evidence(group.first),
                marks={
                    "last": self.evidence(last),
                    **({} if group.most[3].value is None else {"most": self.evidence(group.most)}),
                },
                origin=self.source.origin,
                node=node,
                kind=kind,
                daemon=daemon,
                subject=subject,
                count=group.count,
                first=group.first[2].moment,
                last=last[2].moment,
                first_time=group.first[2].time,
                last_time=last[2].time,
                most=group.most[3].value,
                most_in_an_hour=most_in_an_hour(group.minutes),
            )
            for place in group.newest:
                yield OvsLogEvent(
                    evidence=self.evidence(place),
                    origin=self.source.origin,
                    node=node,
                    kind=kind,
                    daemon=daemon,
                    subject=subject,
                    value=place[3].value,
                    moment=place[2].moment,
                    time=place[2].time,
                    text=place[2].text[:2000],
                )

    def window(self) -> OvsLogWindow:
        first = clean(decode(self.source.first_raw or b"").rstrip("\n"))
        last = clean(decode(self.source.last_raw or b"").rstrip("\n"))
        earliest, latest = record(uncoloured(first)), record(uncoloured(last))
        return OvsLogWindow(
            evidence=self.source.quote(1, first),
            origin=self.source.origin,
            node=self.node,
            daemon=self.daemon,
            first=earliest.moment if earliest else None,
            last=latest.moment if latest else None,
            first_time=earliest.time if earliest else None,
            last_time=latest.time if latest else None,
        )


def _daemon(path: str) -> str:
    """The daemon that a log is of: its container, or the name of the file."""
    container = re.search(r"/([\w-]+)/\1/logs/", path)
    name = path.rpartition("/")[2].partition(".log")[0]
    unit = re.search(r"_--unit_([\w-]+)$", name)
    return container[1] if container else unit[1] if unit else name.removesuffix("_service")


@parser(
    *(f"host_service_logs/{{group}}/{unit}_service.log" for unit in _UNITS),
    *(f"namespaces/{{namespace}}/pods/{{pod}}/{one}/{one}/logs/*.log" for one in _CONTAINERS),
    *(f"namespaces/{{namespace}}/pods/{{pod}}/{one}/{one}/logs/rotated/*" for one in _CONTAINERS),
    "var/log/openvswitch/*.log*",
    "var/log/ovn/*.log*",
    "sos_commands/openvswitch/journalctl_--no-pager_--unit_*",
    title="logs of Open vSwitch and OVN",
    collect="oc adm must-gather; of workers: oc adm node-logs <node> -u ovs-vswitchd, or a sosreport of the node",
    words=(b"|WARN|", b"|ERR|", b"|EMER|", b"|INFO|"),
    content=rb"(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z?|\bovs)\|\d{4,8}\|[\w()/-]{2,60}\|(?:EMER|ERR|WARN|INFO)\|",
)
def ovs_log(source: SourceFile) -> Iterator[OvsLogWindow | OvsLogCount | OvsLogEvent | ParseFailure]:
    """Journals and logs of ovs-vswitchd, ovsdb-server, ovs-configuration, ovn-controller, northd and the databases."""
    log = _Log(source)
    for number, line in source.search(PREFILTER):
        yield from log.line(number, line)
    yield log.window()
    yield from log.facts()
    if log.uncounted or log.failures > FAILURES:
        reason = f"{log.failures} messages not understood, {log.uncounted} of too many subjects not counted"
        yield failure(source.quote(1, clean(decode(source.first_raw or b"")).rstrip("\n")), "ovs_log", reason)
