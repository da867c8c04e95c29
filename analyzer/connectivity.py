"""The connections that the cluster tries every minute: which fail now, which failed again and again, and between whom.

Source: openshift/library-go pkg/operator/connectivitycheckcontroller and openshift/cluster-network-operator
pkg/controller/connectivitycheck: a check is named `<source>-to-<target>`, both with the name of their node where they
have one. A check whose source is gone keeps its last status.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from analyzer.instances import Ages, Group, NodesByName, PodsByName
from analyzer.operators import Upheavals
from analyzer.rule import join
from parsers.base import Evidence
from parsers.conditions import ConditionStatus
from parsers.connectivity_checks import ConnectivityCheck, Outage
from parsers.kubernetes import unique

SHORT = timedelta(seconds=90)  # (J) an outage up to which is nothing: a single attempt that failed, until the next one
STALE = timedelta(minutes=15)  # (J) without a new failure after which the source has stopped trying
DAY = timedelta(days=1)


class How(StrEnum):
    """How a connection failed, which tells where to look."""

    REFUSED = "refused"
    TIMEOUT = "timed out"
    NO_ROUTE = "no route"
    DNS = "name not resolved"
    OTHER = "failed"


@dataclass(frozen=True, slots=True)
class Way:
    """One check. `down` says that it fails now, and for longer than a moment; `open` why that is not sure.

    since and how: of the failure that goes on. ended: the outages of the last day that were longer than a moment and
    had no other cause in sight, such as an update or a node that restarted.
    """

    check: ConnectivityCheck
    source: str
    target: str
    source_node: str | None
    target_node: str | None
    down: bool
    open: str | None
    since: datetime | None
    message: str
    how: How
    ended: tuple[Outage, ...]

    def evidence(self) -> tuple[Evidence, ...]:
        """The failure that goes on, or the outages that ended; then what the two ends are."""
        found = self.check
        lines: list[Evidence] = []
        if self.down:
            lines += found.reachable.where("status", "reason", "message", "since") if found.reachable else []
            lines += [line for one in found.outages[:1] for line in one.where("start", "reason", "cause", "message")]
        else:
            lines += [line for one in self.ended for line in one.where("start", "end", "cause", "message")]
        return (*lines, *found.where("source_pod", "target"))


class Ways(Group):
    """Every check, in the order of names."""

    items: tuple[Way, ...]

    def __iter__(self) -> Iterator[Way]:
        return iter(self.items)


@join
def ways(
    checks: tuple[ConnectivityCheck, ...], pods: PodsByName, nodes: NodesByName, upheavals: Upheavals, ages: Ages
) -> Ways:
    reader = _Reader(pods, _names(nodes), upheavals, ages)
    return Ways(tuple(sorted((reader.way(one) for one in unique(checks)), key=lambda one: one.check.name)))


def how_of(text: str) -> How:
    """The class of a failure by its message (Go's net package)."""
    for how, signs in _SIGNS.items():
        if any(sign in text for sign in signs):
            return how
    return How.OTHER


_SIGNS = {
    How.DNS: ("no such host", "lookup ", "DNSError"),
    How.REFUSED: ("connection refused",),
    How.TIMEOUT: ("i/o timeout", "timed out", "deadline exceeded"),
    How.NO_ROUTE: ("no route to host", "network is unreachable"),
}


@dataclass(frozen=True, slots=True)
class _Reader:
    """What is needed to understand a check."""

    pods: PodsByName
    nodes: dict[str, str]
    upheavals: Upheavals
    ages: Ages

    def way(self, one: ConnectivityCheck) -> Way:
        """The check with its ends and its state."""
        source, _, target = one.name.partition("-to-")
        pod = self.pods.get((one.namespace or "", one.source_pod or ""))
        source_node = pod.node if pod else self._node(source)
        target_node = self._node(target)
        at = self.ages.of(one.image_dir)
        since, message = _failing(one)
        down = since is not None or _unreachable(one)
        why = self._open(one, since, at, (source_node, target_node)) if down else None
        ended = tuple(each for each in one.outages if self._counts(each, at, (source_node, target_node)))
        return Way(
            check=one,
            source=one.source_pod or source,
            target=target or one.target or one.name,
            source_node=source_node,
            target_node=target_node,
            down=down and why is None,
            open=why,
            since=since,
            message=message,
            how=how_of(message),
            ended=ended,
        )

    def _node(self, end: str) -> str | None:
        """The node that the name of a source or target ends with, the longest one."""
        parts = end.split("-")
        tails = ("-".join(parts[at:]) for at in range(len(parts)))
        return next((self.nodes[tail] for tail in tails if tail in self.nodes), None)

    def _open(
        self, one: ConnectivityCheck, since: datetime | None, at: datetime | None, ends: tuple[str | None, ...]
    ) -> str | None:
        """Why a failure that the check tells proves nothing of now."""
        newest = next((each.time for each in one.failures if each.time), None)
        if at and newest and at - newest > STALE:
            return "its newest failure is old: the source no longer tries"
        if at and since and at - since < SHORT:
            return "it failed only just before the collection"
        if since and any(self.upheavals.booting(since, node) for node in ends):
            return "one of its nodes was starting"
        return None

    def _counts(self, one: Outage, at: datetime | None, ends: tuple[str | None, ...]) -> bool:
        if at is None or one.start is None or one.end is None or at - one.end > DAY or one.end - one.start < SHORT:
            return False
        moments = (one.start, one.end)
        return not any(self.upheavals.at(moment, node) for moment in moments for node in ends)


def _names(nodes: NodesByName) -> dict[str, str]:
    """The nodes by their names and by the part before the first dot, which checks are named with."""
    short: dict[str, list[str]] = {}
    for name in nodes:
        short.setdefault(name.partition(".")[0], []).append(name)
    return {part: names[0] for part, names in short.items() if len(names) == 1} | {name: name for name in nodes}


def _unreachable(one: ConnectivityCheck) -> bool:
    return one.reachable is not None and one.reachable.status is ConditionStatus.FALSE


def _failing(one: ConnectivityCheck) -> tuple[datetime | None, str]:
    """Since when it fails, and how; the condition is newer than the list of outages."""
    going_on = next((each for each in one.outages if each.start and each.end is None), None)
    if one.reachable is not None and not _unreachable(one):
        return None, ""
    said = [one.failures[0].message] if one.failures else []
    said += [going_on.cause, going_on.message] if going_on else []
    said += [one.reachable.message] if one.reachable else []
    message = next((each for each in said if each), "")
    if going_on:
        return going_on.start, message
    return (one.reachable.since, message) if one.reachable else (None, "")
