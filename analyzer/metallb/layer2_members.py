"""The list of members that the speakers keep among themselves, by which each elects the owners of addresses.

Source: metallb/metallb internal/speakerlist/speakerlist.go: every minute a speaker tries to join the speakers that it
misses (`partial join`), and hashicorp/memberlist takes a member off the list that does not answer (`NodeLeave`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from analyzer.metallb.layer2_logs import SpeakerLog, SpeakerLogs
from analyzer.metallb.speakers import Speaker, Speakers
from parsers.base import Evidence
from parsers.metallb_log_kinds import MetallbLogKind

REPEATED = 3  # (J) partial joins, one a minute, after which it is no speaker that just starts
RECENT = timedelta(minutes=5)  # (J) before the end of its log within which a speaker complains of what still holds
STORM = 5  # (J) departures of one member within an hour
HOUR = timedelta(hours=1)
UPSTREAM_PORT = "7946"
_MISSED = re.compile(r"Failed to join (?:\w+:)?([0-9a-fA-F:.]{2,45}?)(?::\d{1,5})?: ")
_JOINS = (MetallbLogKind.MEMBERLIST_JOINED, MetallbLogKind.MEMBERLIST_PARTIAL_JOIN)


@dataclass(frozen=True, slots=True)
class Missed:
    """A speaker that cannot join others that run."""

    node: str
    others: tuple[str, ...]
    count: int
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Departures:
    """A member that left the list again and again."""

    node: str
    seen_by: tuple[str, ...]
    most: int
    evidence: tuple[Evidence, ...]


class Members:
    """The speakers that should be on every list: those that run on a node that is ready."""

    def __init__(self, speakers: Speakers) -> None:
        self.alive = {one.node: one for one in speakers if _alive(one)}
        self._by_ip = {ip: one.node for one in self.alive.values() for ip in _ips(one)}

    def missed(self, logs: SpeakerLogs) -> Iterator[Missed]:
        """The speakers that miss others at the end of their logs."""
        for node, log in logs.items():
            if node in self.alive and (found := self._missed(log)):
                yield found

    def _missed(self, log: SpeakerLog) -> Missed | None:
        joins = [one for one in log.of(*_JOINS) if not one.node]
        after = next((at for at, one in enumerate(reversed(joins)) if one.kind is _JOINS[0]), len(joins))
        failed = joins[len(joins) - after :]
        if len(failed) < REPEATED or log.last_time is None or failed[-1].time is None:
            return None
        if log.last_time - failed[-1].time > RECENT:
            return None
        ips = _MISSED.findall(failed[-1].error or "")
        others = sorted({self._by_ip[ip] for ip in ips if ip in self._by_ip} - {log.node})
        if not others:
            return None
        return Missed(log.node, tuple(others), len(failed), (failed[-1].evidence, *_words(log)))

    def departures(self, logs: SpeakerLogs) -> Iterator[Departures]:
        """The members that left again and again within the last hour, although their speakers did not restart."""
        found: dict[str, list[tuple[str, int, Evidence]]] = {}
        for log in logs.values():
            for one in log.counts:
                late = one.last_time and log.last_time and log.last_time - one.last_time <= HOUR
                if one.kind is MetallbLogKind.MEMBERLIST_LEFT and one.node and one.most_in_an_hour >= STORM and late:
                    line = one.marks.get("last", one.evidence)
                    found.setdefault(one.node, []).append((log.node, one.most_in_an_hour, line))
        for node, seen in sorted(found.items()):
            if node in self.alive and not _restarts(self.alive[node]):
                most = max(count for _, count, _ in seen)
                yield Departures(node, tuple(by for by, _, _ in seen), most, tuple(line for _, _, line in seen[:4]))


def _alive(one: Speaker) -> bool:
    return one.pod is not None and one.pod.ready and one.up


def _restarts(one: Speaker) -> bool:
    """Whether the speaker restarted: it leaves the list then, as it should."""
    container = one.pod.container("speaker") if one.pod else None
    return container is not None and container.restarts >= STORM


def _ips(one: Speaker) -> tuple[str, ...]:
    own = (*one.pod.pod_ips, *([one.pod.host_ip] if one.pod.host_ip else [])) if one.pod else ()
    return (*own, *(one.host.internal_ips if one.host else ()))


def _words(log: SpeakerLog) -> tuple[Evidence, ...]:
    """What memberlist itself says of the way to the others."""
    found = log.of(MetallbLogKind.MEMBERLIST_UDP_FAILED, MetallbLogKind.MEMBERLIST_PING_FAILED)
    return tuple(one.evidence for one in found)[-2:]


def port(speakers: Speakers, node: str) -> tuple[str, tuple[Evidence, ...]]:
    """The port of the speakers' list on a node, and the line that sets it."""
    pod = next((one.pod for one in speakers if one.node == node), None)
    container = pod.container("speaker") if pod else None
    value = container.env.get("METALLB_ML_BIND_PORT") if container else None
    if container is None or not value:
        return UPSTREAM_PORT, ()
    return value, (container.marks["METALLB_ML_BIND_PORT"],)
