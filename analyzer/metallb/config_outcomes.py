"""What became of each attempt to load a configuration, as the logs tell it.

Sources: metallb/metallb internal/k8s/controllers/config_controller.go and pool_controller.go (a configuration that
cannot be used leaves the last good one in place), internal/bgp/frr/frr.go (reload-validate),
frr-tools/reloader/frr-reloader.sh; metallb/frr-k8s internal/controller/frrconfiguration_controller.go.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from parsers.base import Evidence
from parsers.metallb_log import MetallbLogEvent, MetallbLogKind

K = MetallbLogKind


class TroubleKind(StrEnum):
    """What freezes a configuration: MetalLB rejects the resources, frr-k8s cannot merge them, FRR does not load it."""

    STALE = "stale"
    CONVERSION = "conversion"
    RELOAD = "reload"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to load a configuration; `ok` is None for a start of the program, which forgets what was before.

    only_read: the resources could not be read from the API, which says nothing against them. detail: it only tells
    more of an attempt that another line reports. retried: it is tried again and again until it succeeds, and no
    success of that is logged at level info.
    """

    kind: TroubleKind
    ok: bool | None
    event: MetallbLogEvent
    only_read: bool = False
    detail: bool = False
    retried: bool = False

    @property
    def time(self) -> datetime | None:
        """When, UTC."""
        return self.event.time

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Its line, and the line that tells why."""
        return tuple(dict.fromkeys((self.event.evidence, *self._why())))

    def _why(self) -> tuple[Evidence, ...]:
        return (self.event.marks["error"],) if "error" in self.event.marks else ()


_REPORTS = {
    K.CONFIG_LOADED: (TroubleKind.STALE, True),
    K.CONFIG_RECONCILED: (TroubleKind.STALE, True),
    K.CONFIG_STALE: (TroubleKind.STALE, False),
    K.RELOAD_FAILED_RETRY: (TroubleKind.STALE, False),
    K.RELOAD_FAILED_NO_RETRY: (TroubleKind.STALE, False),
    K.CONVERSION_FAILED: (TroubleKind.CONVERSION, False),
    K.FRRK8S_CONFIG_APPLIED: (TroubleKind.CONVERSION, True),
    K.FRR_RELOAD_ERROR: (TroubleKind.RELOAD, False),
    K.RELOADER_SYNTAX_ERROR: (TroubleKind.RELOAD, False),
    K.RELOADER_APPLY_FAILED: (TroubleKind.RELOAD, False),
    K.RELOADER_SUCCESS: (TroubleKind.RELOAD, True),
}
_DETAILS = {
    K.HANDLER_FAILED: TroubleKind.STALE,
    K.RELOAD_VTYSH_FAILED: TroubleKind.RELOAD,
    K.RELOAD_REMOVE_FAILED: TroubleKind.RELOAD,
    K.RELOAD_SCRIPT_FAILED: TroubleKind.RELOAD,
    K.RELOAD_BACKEND_DISCONNECTED: TroubleKind.RELOAD,
    K.RELOAD_LOCKED: TroubleKind.RELOAD,
    K.RELOAD_TRACEBACK: TroubleKind.RELOAD,
}
_READ = ("failed to get", "failed to filter")  # the step of a reconciliation at which only the API failed
# Until 0.15 the step of some of them is lost: the key `error` is written twice, and the second one counts.
_API_ERRORS = ('Get "https://', "Timeout: failed waiting for", "the server ", "etcdserver", "client rate limiter")
# metallb/frr-k8s internal/webhooks/frrconfiguration_webhook.go
_DENIED = "resource is invalid for node"


def attempts(events: Iterable[MetallbLogEvent]) -> Iterator[Attempt]:
    """The attempts that these messages report, in the order of the messages."""
    for event in events:
        kind = event.kind
        if kind in _REPORTS:
            if not _is_no_verdict(event):
                only_read = kind is K.CONFIG_STALE and _only_read(event)
                retried = only_read or kind is K.RELOAD_FAILED_RETRY
                yield Attempt(*_REPORTS[kind], event, only_read=only_read, retried=retried)
        elif kind in _DETAILS:
            yield Attempt(_DETAILS[kind], False, event, detail=True)
        elif kind is K.FRR_RELOAD_VALIDATE and event.reason in {None, "frr reload failed"}:
            yield Attempt(TroubleKind.RELOAD, event.reason is None, event)
        elif kind is K.WEBHOOK_DENIED and _DENIED in (event.error or event.text):
            yield Attempt(TroubleKind.CONVERSION, False, event, retried=True)
        elif kind is K.STARTING and event.container in {"speaker", "controller"}:
            yield Attempt(TroubleKind.STALE, None, event)
            yield Attempt(TroubleKind.CONVERSION, None, event)


def _is_no_verdict(event: MetallbLogEvent) -> bool:
    """Whether only the writing of a status resource failed."""
    return (event.reason or "").startswith("failed to report")


def _only_read(event: MetallbLogEvent) -> bool:
    return (event.reason or "").startswith(_READ) or is_api_error(event.error or "")


def is_api_error(error: str) -> bool:
    """Whether an error only tells that the API server did not answer."""
    return error.startswith(_API_ERRORS)


def in_order(found: Iterable[Attempt]) -> list[Attempt]:
    """The attempts of one pod from the oldest to the newest: by time, else by log (the current one is the newest)."""
    attempts_ = list(found)
    if all(one.time for one in attempts_):
        told = _times(attempts_)
        return sorted(attempts_, key=lambda one: (told[id(one)], *_place(one)))
    # Without times a container's own log tells its order; the reloader knows best what became of a reload.
    own = [one for one in attempts_ if one.event.container == "reloader"] or attempts_
    return sorted(own, key=_place)


def _times(found: Iterable[Attempt]) -> dict[int, datetime]:
    """When each attempt was made, by its id: a later line of one log is never earlier, whatever its clock says."""
    latest: dict[str, datetime] = {}
    told: dict[int, datetime] = {}
    for one in sorted(found, key=_place):
        path = one.event.evidence.path
        if one.time is not None:
            told[id(one)] = latest[path] = max(one.time, latest.get(path, one.time))
    return told


def _place(one: Attempt) -> tuple[bool, str, int]:
    where = one.event.evidence
    name = where.path.rpartition("/")[2]
    return (name.startswith("current"), where.path, where.first_line)
