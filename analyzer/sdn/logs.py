"""What the logs of OpenShift SDN tell of a node that is not over yet.

A starting node waits for its HostSubnet and finds its routes missing: what it says then is history as soon as the
program runs. It is taken to run while its container is ready, or when its log goes on long after the message.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from analyzer.hosts import HostNames
from analyzer.instances import Ages, PodsByName
from analyzer.ovn.moments import dated
from analyzer.rule import join
from analyzer.sdn.network import SdnNetwork
from parsers.base import Evidence
from parsers.pods import Container, Pod
from parsers.sdn_log import SdnLogCount, SdnLogEvent, SdnLogWindow
from parsers.sdn_log_kinds import SdnLogKind

OVER = timedelta(minutes=5)  # of silence about it after which something has passed (J)
RETRIED = timedelta(hours=1)  # the same for the controller, which tries again when it looks at all nodes anew (J)
CONTROLLER = "sdn-controller"
LOOP = 3  # restarts from which on a container that has just started again is believed to fail once more (J)


@dataclass(frozen=True, slots=True)
class Said:
    """What one program says of one subject: its newest text, how often, and the pod and node where they are known.

    passed: whether the program has gone on without it since. recent: whether it was said within the log's last hour.
    """

    kind: SdnLogKind
    program: str
    subject: str | None
    text: str
    count: int
    node: str | None
    label: str
    last: datetime | None
    passed: bool
    recent: bool
    evidence: tuple[Evidence, ...]
    pod: Pod | None = None
    image_dir: str = ""


@dataclass(frozen=True, slots=True)
class SdnLogs:
    """Everything that was said, and the logs that were read; none where none was collected."""

    said: tuple[Said, ...] = ()
    logs: tuple[SdnLogWindow, ...] = ()
    _by_kind: dict[SdnLogKind, list[Said]] = field(default_factory=dict, repr=False)

    def of(self, *kinds: SdnLogKind, passed: bool = False) -> Iterator[Said]:
        """What is not over of these kinds; with `passed` all of it."""
        for kind in kinds:
            yield from (one for one in self._by_kind.get(kind, ()) if passed or not one.passed)

    def __len__(self) -> int:
        return len(self.logs)


@join
def sdn_logs(  # noqa: PLR0913, PLR0917 - the log in three kinds of facts, and all that tells whose it is
    network: SdnNetwork,  # noqa: ARG001 - logs that are left over of this network tell nothing of another
    counts: tuple[SdnLogCount, ...] | None,
    events: tuple[SdnLogEvent, ...] | None,
    windows: tuple[SdnLogWindow, ...] | None,
    pods: PodsByName,
    names: HostNames,
    ages: Ages,
) -> SdnLogs:
    newest = {(one.evidence.path, one.node, one.kind, one.subject, one.failure): one for one in events or ()}
    ends = _ends(windows or (), ages)
    found = []
    for one in counts or ():
        event = newest.get((one.evidence.path, one.node, one.kind, one.subject, one.failure))
        pod = pods.get((one.origin.namespace or "", one.origin.pod or ""))
        node = (pod.node if pod else None) or (None if one.origin.pod else names.node(one))
        found.append(_said(one, event, pod, node, ends, node or one.origin.pod or names.label(one)))
    by_kind: dict[SdnLogKind, list[Said]] = {}
    for each in found:
        by_kind.setdefault(each.kind, []).append(each)
    return SdnLogs(tuple(found), windows or (), by_kind)


def _log(one: SdnLogCount | SdnLogWindow) -> tuple[str | None, ...]:
    """The log that a file is a part of: that of a pod's container, current, previous or rotated."""
    origin = one.origin
    return origin.image_dir, origin.namespace, origin.pod or one.evidence.path, one.program


def _ends(windows: Iterable[SdnLogWindow], ages: Ages) -> dict[tuple[str | None, ...], datetime]:
    """The last line of each log."""
    found: dict[tuple[str | None, ...], datetime] = {}
    for one in windows:
        if at := one.last_time or dated(one.last, ages.of(one.origin.image_dir)):
            found[_log(one)] = max(at, found.get(_log(one), at))
    return found


def _said(  # noqa: PLR0913, PLR0917 - a message and all that is known about where it stands
    one: SdnLogCount,
    event: SdnLogEvent | None,
    pod: Pod | None,
    node: str | None,
    ends: dict[tuple[str | None, ...], datetime],
    label: str,
) -> Said:
    end = ends.get(_log(one))
    last = one.last_time or dated(one.last, end)
    evidence = tuple(dict.fromkeys((*(one.marks[key] for key in ("last",) if key in one.marks), one.evidence)))
    text = event.text if event else ""
    container = pod.container(one.program) if pod else None
    recent = last is None or end is None or end - last <= RETRIED
    passed = _passed(None if one.program == CONTROLLER else container, last, end, one.program)
    return Said(
        *(one.kind, one.program, one.subject, text, one.count, node, label, last, passed, recent, evidence),
        pod,
        one.origin.image_dir,
    )


def _passed(container: Container | None, last: datetime | None, end: datetime | None, program: str) -> bool:
    if container is not None and not container.ready:
        return False
    if container is not None and container.restarts < LOOP:
        return True
    return last is not None and end is not None and end - last > (RETRIED if program == CONTROLLER else OVER)
