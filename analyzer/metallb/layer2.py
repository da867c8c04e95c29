"""Who answers for an address in layer 2 mode: what ServiceL2Status, events and the speakers' logs say.

Sources: metallb/metallb speaker/main.go (event `nodeAssigned`, log `serviceAnnounced` and `serviceWithdrawn`),
speaker/layer2_controller.go. Events are kept for an hour (3 h in OpenShift) and logs rotate: silence says something
only where a log reaches back to the start of its speaker.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from analyzer.instances import Ages
from analyzer.metallb.layer2_logs import SpeakerLog, SpeakerLogs, moment
from analyzer.metallb.speakers import Speakers
from analyzer.rule import join
from parsers.base import Evidence
from parsers.cluster_events import ClusterEvent
from parsers.kubernetes import unique
from parsers.metallb_log import MetallbLogEvent
from parsers.metallb_log_kinds import MetallbLogKind
from parsers.metallb_statuses import ServiceL2Status
from parsers.services import Service

SETTLED = timedelta(seconds=60)  # (J) after which the speakers agree on a new owner, or have told of a new service
SAME_TURN = timedelta(seconds=1)  # a speaker tells of missing interfaces and, in the same turn, that it announces
_ASSIGNED = re.compile(r'announcing from node "([^"]{1,253})"(?: with protocol "(\w+)")?')
_NO_INTERFACE = re.compile(r'by LB IP "[^"]{1,60}" doesn\'t exist in assigned node "([^"]{1,253})"')
_WORDS = (MetallbLogKind.SERVICE_ANNOUNCED, MetallbLogKind.SERVICE_WITHDRAWN)


class Source(StrEnum):
    """Where a claim stands."""

    STATUS = "ServiceL2Status"
    EVENT = "event"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class Claim:
    """A node says that it answers for a service, or for an address, since a time (None: now)."""

    node: str
    subject: str
    since: datetime | None
    evidence: Evidence
    source: Source = Source.LOG
    gather: str = ""


@dataclass(frozen=True, slots=True)
class Layer2Owners:
    """The claims that hold at the end, by service (`namespace/name`) and by address, the newest last.

    `homeless` are the last words of speakers that found none of the interfaces that they are to use, `told` whether a
    speaker's last word is that it announces; both by node and service or address. `latest` is the newest line of a log,
    `nodes` are those that answer for something.
    """

    claims: dict[str, tuple[Claim, ...]] = field(default_factory=dict)
    homeless: dict[tuple[str, str], tuple[datetime | None, Evidence]] = field(default_factory=dict)
    logs: SpeakerLogs = field(default_factory=SpeakerLogs)
    told: dict[tuple[str, str], bool] = field(default_factory=dict)
    ages: Ages = field(default_factory=lambda: Ages(()))
    latest: datetime | None = None
    nodes: frozenset[str] = frozenset()

    def all_of(self, *subjects: str | None) -> tuple[Claim, ...]:
        """Every claim on one of these: a service, else an address."""
        found = (self.claims.get(subject, ()) for subject in subjects if subject)
        return next((one for one in found if one), ())

    def of(self, subject: str, address: str | None = None) -> Claim | None:
        """The newest claim on a service, else on its address."""
        found = self.claims.get(subject) or self.claims.get(address or "")
        return found[-1] if found else None

    def without_interface(self, node: str, *subjects: str | None) -> Evidence | None:
        """The line that says that none of the interfaces exists, unless the node announced it in a later turn."""
        for subject in subjects:
            time, line = self.homeless.get((node, subject or ""), (None, None))
            if line is None:
                continue
            later = [one.since for one in self.all_of(*subjects) if one.node == node and one.since]
            if time is None or not later or max(later) - time <= SAME_TURN:
                return line
        return None

    def silent(self, node: str, service: Service | None, address: str, *changes: datetime | None) -> bool:
        """Whether a node's speaker does not announce a service that was there long enough: its log is whole.

        changes: when what has it announced was made.
        """
        log = self.logs.get(node)
        if log is None or log.started is None or service is None or service.created is None:
            return False
        until = self.ages.of(service.image_dir) or self.latest
        begun = max(one for one in (service.created, log.started.time, *changes) if one)
        if until is None or begun + SETTLED > until:
            return False
        words = [self.told.get((node, key)) for key in (f"{service.namespace}/{service.name}", address)]
        # A line names addresses alone in some releases: with a shared one it may be another service that went.
        shared = any(key.endswith("allow-shared-ip") for key in service.annotations)
        return all(word is None for word in words) if shared else not any(words)


@join
def layer2_owners(  # noqa: PLR0913, PLR0917 - all that tells of an owner
    statuses: tuple[ServiceL2Status, ...] | None,
    events: tuple[ClusterEvent, ...] | None,
    services: tuple[Service, ...] | None,
    speakers: Speakers | None,
    logs: SpeakerLogs,
    ages: Ages,
) -> Layer2Owners:
    words = {key: one for log in logs.values() for key, one in _last_words(log.node, log.events)}
    addresses = {f"{one.namespace}/{one.name}": one.ingress_ips for one in unique(services or ())}
    told = [*_of_events(events or (), words, logs, addresses), *_of_logs(words)]
    told.sort(key=lambda one: one.since.timestamp() if one.since else 0.0)
    # Who runs no speaker any more answers for nothing, whatever an old event says.
    alive = {one.node for one in speakers} if speakers and any(one.pod for one in speakers) else None
    found: dict[str, list[Claim]] = {}
    for claim in (*told, *_of_statuses(statuses or ())):
        if alive is None or claim.node in alive:
            found.setdefault(claim.subject, []).append(claim)
    times = [log.last_time for log in logs.values() if log.last_time]
    return Layer2Owners(
        {subject: tuple(claims) for subject, claims in found.items()},
        {**_homeless_events(events or ()), **_homeless_logs(logs)},
        logs,
        {key: one.kind is MetallbLogKind.SERVICE_ANNOUNCED for key, one in words.items()},
        ages,
        max(times, default=None),
        frozenset(one.node for claims in found.values() for one in claims),
    )


_Words = dict[tuple[str, str], MetallbLogEvent]


def _of_statuses(statuses: Iterable[ServiceL2Status]) -> Iterator[Claim]:
    for one in unique(statuses):
        if one.node and one.service:
            yield Claim(one.node, one.service, None, one.evidence, Source.STATUS, one.image_dir)


def _of_events(
    events: Iterable[ClusterEvent], words: _Words, logs: SpeakerLogs, addresses: dict[str, tuple[str, ...]]
) -> Iterator[Claim]:
    for one in unique(events):
        match = _ASSIGNED.search(one.message or "") if one.reason == "nodeAssigned" else None
        if not match or match[2] not in {None, "layer2"} or not one.object_name:
            continue
        subject = f"{one.object_namespace}/{one.object_name}"
        said = [words[match[1], key] for key in (subject, *addresses.get(subject, ())) if (match[1], key) in words]
        if one.last_time is None or not _revoked(one.last_time, said, logs.get(match[1])):
            yield Claim(match[1], subject, one.last_time, one.evidence, Source.EVENT, one.image_dir)


def _revoked(time: datetime, said: Iterable[MetallbLogEvent], log: SpeakerLog | None) -> bool:
    """Whether the speaker gave the address up since, or started since and never announced it."""
    later = [one for one in said if one.time and one.time >= time]
    if later:
        return any(one.kind is MetallbLogKind.SERVICE_WITHDRAWN for one in later)
    return log is not None and log.started is not None and log.started.time is not None and log.started.time > time


def _last_words(node: str, events: Iterable[MetallbLogEvent]) -> Iterator[tuple[tuple[str, str], MetallbLogEvent]]:
    """What a speaker last said of each service and address, whether it announces it by layer 2 or not."""
    last: dict[tuple[str, str], MetallbLogEvent] = {}
    held: dict[str, tuple[str, ...]] = {}  # up to 0.12 the withdrawal names the service and no address
    for one in events:
        if one.kind in _WORDS and one.protocol in {None, "layer2"}:
            ips = one.ips or held.get(one.service or "", ())
            if one.service:
                held[one.service] = ips
            last |= {(node, subject): one for subject in (one.service, *ips) if subject}
    yield from last.items()


def _of_logs(words: _Words) -> Iterator[Claim]:
    for (node, subject), one in words.items():
        # A line that does not tell the protocol may be of a speaker of BGP.
        if one.kind is MetallbLogKind.SERVICE_ANNOUNCED and one.protocol == "layer2":
            yield Claim(node, subject, one.time, one.evidence, Source.LOG, one.origin.image_dir)


_Homeless = dict[tuple[str, str], tuple[datetime | None, Evidence]]


def _homeless_events(events: Iterable[ClusterEvent]) -> _Homeless:
    found: _Homeless = {}
    for one in unique(events):
        match = _NO_INTERFACE.search(one.message or "") if one.reason == "announceFailed" else None
        if match:
            found[match[1], f"{one.object_namespace}/{one.object_name}"] = (one.last_time, one.evidence)
    return found


def _homeless_logs(logs: SpeakerLogs) -> _Homeless:
    found: _Homeless = {}
    for node, log in logs.items():
        for one in sorted(log.of(MetallbLogKind.INTERFACES_MISSING), key=moment):
            for subject in filter(None, (one.service, *one.ips)):
                found[node, subject] = (one.time, one.evidence)
    return found
