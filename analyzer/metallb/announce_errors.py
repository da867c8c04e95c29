"""Errors of speakers that no success followed: of services, of sessions, of the whole configuration.

Source: metallb/metallb speaker/main.go and speaker/bgp_controller.go, 0.9 to 0.16. Up to 0.14 most lines name a service
by its addresses alone. A speaker tries again after most errors, and tells `serviceAnnounced` when it succeeded.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analyzer.frr import Session, Sessions
from analyzer.instances import Ages, Group, PodsByName
from analyzer.metallb.config_health import ConfigTroubles, TroubleKind
from analyzer.metallb.health import young
from analyzer.rule import NotCollectedError, join
from parsers.base import Evidence
from parsers.kubernetes import unique
from parsers.metallb_log import MetallbLogEvent, MetallbLogKind, MetallbLogWindow
from parsers.pods import Pod
from parsers.services import Service, ServicesListed
from parsers.vocabulary import is_address

K = MetallbLogKind

_BAD_REASONS = frozenset({"ipNotAllowed", "invalidIP", "conflictingAdvertisements", "internalError"})
# The most telling first: a withdrawal only repeats why.
_OF_SERVICES = (K.IP_NOT_ALLOWED, K.INVALID_IP, K.ANNOUNCE_FAILED, K.CONFLICTING_ADVERTISEMENTS, K.SERVICE_WITHDRAWN)
_PEER_ENDS = frozenset({K.PEER_CONFIGURED, K.PEER_DECONFIGURED, K.SESSION_UP})


@dataclass(frozen=True, slots=True)
class AnnounceError:
    """An error that holds at the end of a speaker's log. `subject` is a service, its addresses, a peer, or the pod.

    told_elsewhere: the speaker rejects its configuration, of which this is only the consequence.
    """

    event: MetallbLogEvent
    subject: str
    node: str | None
    evidence: tuple[Evidence, ...]
    told_elsewhere: bool = False

    @property
    def why(self) -> str:
        """What went wrong, in the speaker's words."""
        told = self.event.error or self.event.reason or ""
        return f"{self.event.text}: {told}" if told and told != self.event.text else self.event.text


@dataclass(frozen=True, slots=True)
class AnnounceErrors(Group):
    """The errors of all speakers, in the order of subjects.

    judged: the number of speakers with a log. waiting: those whose errors may still be of their start.
    """

    items: tuple[AnnounceError, ...]
    judged: int = 0
    waiting: tuple[Pod, ...] = ()

    def __len__(self) -> int:
        return self.judged

    def __iter__(self) -> Iterator[AnnounceError]:
        return iter(self.items)


@join
def announce_errors(  # noqa: PLR0913, PLR0917 - what tells of a success may stand in any of them
    events: tuple[MetallbLogEvent, ...] | None,
    windows: tuple[MetallbLogWindow, ...] | None,
    services: tuple[Service, ...] | None,
    listed: tuple[ServicesListed, ...] | None,
    sessions: Sessions | None,
    troubles: ConfigTroubles | None,
    pods: PodsByName,
    ages: Ages,
) -> AnnounceErrors:
    logs = {_whose(one) for one in windows or () if one.container == "speaker"}
    said = _by_pod(events or ())
    if not logs | said.keys():
        raise NotCollectedError("no log of a speaker in this archive")
    known = Known(services or (), listed or (), sessions, troubles)
    found: list[AnnounceError] = []
    waiting = []
    for whose, each in said.items():
        pod = pods.get((whose[0] or "", whose[1]))
        errors = list(_errors(each, known, pod.node if pod else None))
        if errors and pod and young(pod, ages):
            waiting.append(pod)
        else:
            found += errors
    found.sort(key=lambda one: (one.subject, one.node or "", one.event.kind))
    return AnnounceErrors(tuple(found), len(logs | said.keys()), tuple(waiting))


def _whose(one: MetallbLogEvent | MetallbLogWindow) -> tuple[str | None, str]:
    return (one.origin.namespace, one.origin.pod) if one.origin.pod else (None, one.evidence.path)


def _by_pod(events: Iterable[MetallbLogEvent]) -> dict[tuple[str | None, str], list[MetallbLogEvent]]:
    """The messages of each speaker in the order of their times; those of the run before this one come first."""
    found: dict[tuple[str | None, str], list[MetallbLogEvent]] = {}
    for one in events:
        if one.container == "speaker":
            found.setdefault(_whose(one), []).append(one)
    for said in found.values():
        said.sort(key=lambda one: (one.time is not None, one.time.timestamp() if one.time else 0.0, _line(one)))
    return found


def _line(one: MetallbLogEvent) -> tuple[bool, str, int]:
    return ("previous" not in one.evidence.path, one.evidence.path, one.evidence.first_line)


class Known:
    """What is known beside the logs: which services there are, which sessions are up, who rejects its configuration."""

    def __init__(
        self,
        services: Iterable[Service],
        listed: Iterable[ServicesListed],
        sessions: Sessions | None,
        troubles: ConfigTroubles | None,
    ) -> None:
        self._services = {f"{one.namespace}/{one.name}": one for one in unique(services)}
        self._named = {ip: name for name, one in self._services.items() for ip in one.ingress_ips}
        self._listed = {namespace for one in listed for namespace in one.namespaces}
        self._up = {(one.node, name) for one in sessions or () if one.established for name in _labels(one)}
        stale = (one for one in troubles or () if one.kind is TroubleKind.STALE and one.freezes)
        self._rejecting = {one.pod for one in stale}

    def subject(self, one: MetallbLogEvent) -> str:
        """The service; by its addresses where the line names only these and no collected service has them."""
        return one.service or next((self._named[ip] for ip in one.ips if ip in self._named), ", ".join(one.ips))

    def is_past(self, one: MetallbLogEvent) -> bool:
        """Whether the service was deleted since, or has other addresses now."""
        name = one.service or ""
        held = self._services.get(name)
        if held is None:
            return name.partition("/")[0] in self._listed
        return bool(one.ips) and not set(one.ips) & set(held.ingress_ips)

    def is_up(self, node: str | None, peer: str) -> bool:
        """Whether the session to a peer, by name or address, is established on the node."""
        return (node, peer) in self._up

    def rejects(self, one: MetallbLogEvent) -> bool:
        """Whether the speaker rejects its configuration, which is judged elsewhere."""
        return one.origin.pod is not None and one.origin.pod in self._rejecting


def _labels(session: Session) -> Iterator[str]:
    yield session.peer
    if session.block and session.block.address:
        yield session.block.address
    yield from (one.name for one in session.resources)


def _errors(said: list[MetallbLogEvent], known: Known, node: str | None) -> Iterator[AnnounceError]:
    """The errors of one speaker that hold at the end; a start of the program forgets what was before."""
    started = max((at for at, one in enumerate(said) if one.kind is K.STARTING), default=-1)
    said = said[started + 1 :]
    yield from _of_services(said, known, node)
    yield from _of_peers(said, known, node)
    yield from _of_node(said, known, node)


def _of_services(said: list[MetallbLogEvent], known: Known, node: str | None) -> Iterator[AnnounceError]:
    """Walked from the end: a later success, or a withdrawal as it should be, ends an error of the same protocol."""
    ended: dict[str, set[str | None]] = {}
    found: dict[str, list[MetallbLogEvent]] = {}
    for one in reversed(said):
        if not (one.kind in _OF_SERVICES or one.kind is K.SERVICE_ANNOUNCED):
            continue
        names = _names(one)
        if one.kind is K.SERVICE_ANNOUNCED or (one.kind is K.SERVICE_WITHDRAWN and one.reason not in _BAD_REASONS):
            for name in (*names, ""):
                ended.setdefault(name, set()).add(one.protocol)
        elif not any(_is_over(one, ended.get(name, set())) for name in names or ("",)) and not known.is_past(one):
            found.setdefault(known.subject(one) or one.origin.pod or "speaker", []).append(one)
    for subject, events in found.items():
        events.sort(key=lambda one: _OF_SERVICES.index(one.kind))
        yield AnnounceError(events[0], subject, node, tuple(one.evidence for one in events[:3]))


def _is_over(one: MetallbLogEvent, protocols: set[str | None]) -> bool:
    return bool(protocols) and (one.protocol is None or bool(protocols & {one.protocol, None}))


def _of_peers(said: list[MetallbLogEvent], known: Known, node: str | None) -> Iterator[AnnounceError]:
    """A speaker tells that it makes a session, then that it failed: the last word counts."""
    last = {one.peer: one for one in said if one.peer and (one.kind is K.SESSION_FAILED or one.kind in _PEER_ENDS)}
    for peer, one in last.items():
        if one.kind is K.SESSION_FAILED and not known.is_up(node, peer):
            yield AnnounceError(one, peer, node, (one.evidence,))


_ENDS = {
    K.NO_CONFIG: {K.CONFIG_LOADED},
    K.HANDLER_FAILED: {K.CONFIG_LOADED},
    K.ADVERTISEMENTS_FAILED: {K.CONFIG_LOADED, K.SERVICE_ANNOUNCED, K.SESSION_UP},
}


def _of_node(said: list[MetallbLogEvent], known: Known, node: str | None) -> Iterator[AnnounceError]:
    for kind, good in _ENDS.items():
        last = max((at for at, one in enumerate(said) if one.kind is kind), default=-1)
        if last < 0 or any(one.kind in good for one in said[last + 1 :]):
            continue
        one = said[last]
        told = kind is K.HANDLER_FAILED and known.rejects(one)
        yield AnnounceError(one, one.origin.pod or "speaker", node, (one.evidence,), told_elsewhere=told)


def _names(one: MetallbLogEvent) -> tuple[str, ...]:
    return (*((one.service,) if one.service else ()), *(ip for ip in one.ips if is_address(ip)))
