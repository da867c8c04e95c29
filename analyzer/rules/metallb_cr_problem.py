"""The operator is installed, but there is no usable MetalLB resource."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from analyzer.instances import Ages, PodsByName
from analyzer.metallb.installation import Installation
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import NotCollectedError, rule
from parsers.base import Evidence
from parsers.cluster_version import ClusterVersion
from parsers.conditions import ConditionStatus, condition
from parsers.gather_log import GatherMessage, GatherTrouble
from parsers.metallb_instance import BgpBackend, MetallbInstance
from parsers.metallb_log import MetallbLogEvent, MetallbLogWindow
from parsers.metallb_log_kinds import MetallbLogKind
from parsers.pods import PodPhase
from parsers.vocabulary import words

NAME = "metallb"  # the only one that the operator takes
SLOW = 600  # seconds (J) from which a rollout takes too long
RECENT = 1_800  # seconds (J) before the end of a log: the operator tries again every quarter of an hour at least
TRANSIENT = ("the object has been modified", "context canceled", "context deadline exceeded", "etcdserver: ")


@rule(Severity.ERROR, area="metallb")
def metallb_cr_problem(  # noqa: PLR0913, PLR0917 - the resource is rarely collected, others tell of it
    installation: Installation | None,
    messages: tuple[GatherMessage, ...] | None,
    logs: tuple[MetallbLogEvent, ...] | None,
    windows: tuple[MetallbLogWindow, ...] | None,
    versions: tuple[ClusterVersion, ...] | None,
    pods: PodsByName,
    ages: Ages,
) -> Iterator[Finding | Gap]:
    """The operator is installed, but there is no usable MetalLB resource.

    ## Why it matters
    The operator starts controller and speakers only for a MetalLB resource named `metallb`. Without them no service
    gets an address, and nothing is announced.

    ## What to do
    Create the resource under that name in the operator's namespace, or correct what its conditions and the operator's
    log complain about. On OpenShift the BGP mode `native` is not supported.
    """
    if installation is None:
        if not any(one.kind is GatherTrouble.METALLB_NOT_STARTED for one in messages or ()):
            raise NotCollectedError("MetalLB is not installed, or nothing of it was collected")
        installation = Installation()
    found = [*_never_started(installation, messages or (), pods)]
    for one in installation.instances:
        found += [*_named(one), *_conditions(one, ages), *_backend(one, versions or ())]
    found += [*_logged(installation, logs or (), windows or (), named=any(one.key == "name" for one in found))]
    yield from found
    known = installation.instances or installation.speakers or installation.controllers
    if not found and not known:
        yield Gap("MetalLB", "neither the MetalLB resource nor the pods of the operator's namespace were collected")


def _never_started(
    installation: Installation, messages: Iterable[GatherMessage], pods: PodsByName
) -> Iterator[Finding]:
    said = [one.evidence for one in messages if one.kind is GatherTrouble.METALLB_NOT_STARTED]
    running = installation.speakers or installation.controllers
    installed = [
        *(one.evidence for one in installation.subscriptions),
        *(one.evidence for one in installation.versions),
        *(one.evidence for one in installation.operators if one.phase is PodPhase.RUNNING),
    ]
    if said and not any(one.name == NAME for one in installation.instances):
        # The gather asks for the resource of that name: pods that run all the same are those of another installation.
        less = Severity.WARNING if running else None
        text = f"there is no MetalLB resource named {NAME}: the gather found MetalLB not started"
        yield Finding("MetalLB", text, (*said[:2], *installed[:3]), severity=less, key="not started")
        return
    spaces = {one.namespace for one in installation.operators if one.phase is PodPhase.RUNNING}
    if spaces and not running and not installation.instances:
        count, where = sum(one.namespace in spaces for one in pods.values()), min(str(one) for one in spaces)
        text = f"the operator runs in {where}, but none of its {count} pods is a controller or speaker: there is no "
        text += "MetalLB resource, or the operator could not act on it"
        yield Finding("MetalLB", text, tuple(installed[:5]), key="not started")


def _named(one: MetallbInstance) -> Iterator[Finding]:
    if one.name != NAME:
        text = f"the MetalLB resource is named {one.name}: the operator takes none but {NAME}"
        yield Finding(f"MetalLB {one.name}", text, (one.evidence,), key="name")


def _conditions(one: MetallbInstance, ages: Ages) -> Iterator[Finding]:
    bad = condition(one.conditions, "Degraded")
    if bad and bad.status is ConditionStatus.TRUE and one.name == NAME:
        why = ": ".join(text for text in (bad.reason, bad.message) if text)
        text = f"the operator says that MetalLB is degraded{f': {why}' if why else ''}"
        yield Finding(f"MetalLB {one.name}", text, bad.where("status", "reason", "message"), key="degraded")
    slow = condition(one.conditions, "Progressing")
    at = ages.of(one.image_dir)
    if slow and slow.status is ConditionStatus.TRUE and slow.since and at:
        age = int((at - slow.since).total_seconds())
        if age > SLOW:
            why = ": ".join(text for text in (slow.reason, slow.message) if text)
            text = f"MetalLB is being rolled out for {words(age)}{f' ({why})' if why else ''}"
            yield Finding(f"MetalLB {one.name}", text, slow.where("status", "since", "message"), key="progressing")


def _backend(one: MetallbInstance, versions: tuple[ClusterVersion, ...]) -> Iterator[Finding]:
    # Elsewhere the operator takes the native mode.
    if one.bgp_backend is BgpBackend.NATIVE and versions:
        text = "bgpBackend is native, which the operator does not support on OpenShift"
        lines = (*one.where("bgp_backend"), *(each.evidence for each in versions[:1]))
        yield Finding(f"MetalLB {one.name}", text, lines, key="backend")


def _logged(
    installation: Installation, logs: Iterable[MetallbLogEvent], windows: Iterable[MetallbLogWindow], *, named: bool
) -> Iterator[Finding]:
    """What the operator's log says, as long as it is not old news."""
    ends: dict[tuple[str | None, str | None], datetime] = {}
    for one in windows:
        key = (one.origin.namespace, one.origin.pod)
        if one.last_time and (key not in ends or one.last_time > ends[key]):
            ends[key] = one.last_time
    last: dict[MetallbLogKind, MetallbLogEvent] = {}
    for event in logs:
        held = last.get(event.kind)
        if held is None or (event.time and held.time and event.time >= held.time):
            last[event.kind] = event
    wrong = last.get(MetallbLogKind.BAD_INSTANCE_NAME)
    if wrong and not named:
        runs = bool(installation.speakers or installation.controllers)
        told = wrong.details.get("name")
        text = f"the operator refuses a MetalLB resource{f' named {told}' if told else ''}: {wrong.error or wrong.text}"
        text += "; another one is in effect" if runs else ""
        yield Finding("MetalLB", text, (wrong.evidence,), severity=Severity.INFO if runs else None, key="name")
    failed = last.get(MetallbLogKind.OPERATOR_SYNC_FAILED)
    if failed and not any(text in (failed.error or "") for text in TRANSIENT):
        end = ends.get((failed.origin.namespace, failed.origin.pod))
        if failed.time and end and (end - failed.time).total_seconds() > RECENT:
            return
        text = f"the operator cannot bring MetalLB to what its resource asks for: {failed.error or failed.text}"
        yield Finding("MetalLB", text, _lines(failed), key="sync")


def _lines(event: MetallbLogEvent) -> tuple[Evidence, ...]:
    return (event.marks["error"], event.evidence) if "error" in event.marks else (event.evidence,)
