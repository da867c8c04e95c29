"""OpenShift SDN logs that it could not set up a node, its flows, or again and again its pods."""

from collections.abc import Iterable, Iterator

from analyzer.hosts import HostNames
from analyzer.instances import PodsByName
from analyzer.model import Finding, Severity
from analyzer.ovn.databases import named, pieces
from analyzer.ovn.moments import clock
from analyzer.rule import NotCollectedError, rule
from analyzer.sdn.logs import Said, SdnLogs
from parsers.pods import Pod
from parsers.pods_listed import PodsListed
from parsers.sdn_log_kinds import SdnLogKind
from parsers.sdn_setup import SdnFlowError, SdnFlowsAdded, SdnSetup, SdnSetupError, SetupOutcome

REPEATED = 3  # times that the network of pods could not be set up from which on it is no single failure (J)
_LONG = 300  # characters of a message that a sentence holds
_SETUP = (
    SdnLogKind.SETUP_FAILED,
    SdnLogKind.FORWARDING_OFF,
    SdnLogKind.NODE_IP_UNKNOWN,
    SdnLogKind.PROXY_FAILED,
    SdnLogKind.PANIC,
    SdnLogKind.FATAL,
)
_OF_SUBNETS = (SdnLogKind.HOST_IP_MISMATCH, SdnLogKind.SUBNET_MISSING)
_LATE = (SdnLogKind.FLOWS_FAILED, SdnLogKind.REATTACH_FAILED)


@rule(Severity.ERROR, area="sdn")
def sdn_setup_log_errors(  # noqa: PLR0913, PLR0917 - logs of two generations, and what tells whose they are
    logs: SdnLogs,
    setups: tuple[SdnSetup, ...] | None,
    errors: tuple[SdnSetupError, ...] | None,
    flows: tuple[SdnFlowsAdded, ...] | None,
    failed: tuple[SdnFlowError, ...] | None,
    names: HostNames,
    pods: PodsByName,
    lists: tuple[PodsListed, ...] | None,
) -> Iterator[Finding]:
    """OpenShift SDN logs that it could not set up a node, its flows, or again and again its pods.

    ## Why it matters
    What fails at the start of the node's program is missing afterwards: the bridge, flows to other nodes, routes. A
    node whose setup does not come to its end runs no pods, or pods without network.

    ## What to do
    The message names the step. Mend what it names and restart the sdn pod (3.x: the node's service); read its log from
    the start, or in 3.x what stands below `Output of setup script:`, for the first error is the one that counts.
    """
    if not logs and setups is None and flows is None:
        raise NotCollectedError("not collected: logs of OpenShift SDN, journals of the node's service of OpenShift 3")
    yield from _started(logs)
    yield from _scripts(setups or (), errors or (), names)
    yield from _flows(flows or (), failed or (), names)
    yield from _pods(logs, pods, {name for one in lists or () for name in one.namespaces})


def _started(logs: SdnLogs) -> Iterator[Finding]:
    """Of each node the failure that came last; what other rules tell of is left to them."""
    told = {one.label for one in logs.of(*_OF_SUBNETS)}
    newest: dict[str, Said] = {}
    for said in logs.of(*_SETUP):
        if said.label in told and "subnet" in (said.subject or ""):
            continue
        held = newest.get(said.label)
        if held is None or (said.last and (held.last is None or said.last > held.last)):
            newest[said.label] = said
    for label, said in sorted(newest.items()):
        times = f"{said.count} times, last {clock(said.last)}" if said.count > 1 else clock(said.last)
        text = f'OpenShift SDN on {label} does not start ({times}): "{_short(said.text or said.kind)}"'
        container = said.pod.container(said.program) if said.pod else None
        state = container.where("waiting_reason", "restarts") if container else ()
        yield Finding(label, text, pieces(said.evidence, state), said.node, key="start")
    for said in logs.of(*_LATE, passed=True):
        if said.recent:
            what = f"{said.count} times" if said.count > 1 else "once"
            text = f'OpenShift SDN on {said.label} logs {what}, last {clock(said.last)}: "{_short(said.text)}"'
            severity = Severity.WARNING if said.passed else None
            key = f"{said.kind} {said.subject}"
            yield Finding(said.label, text, said.evidence, said.node, severity, key)


def _short(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"


def _scripts(setups: Iterable[SdnSetup], errors: Iterable[SdnSetupError], names: HostNames) -> Iterator[Finding]:
    """The last run of the script on each host."""
    last = {names.label(one): one for one in setups}
    every = list(errors)
    for label, one in sorted(last.items()):
        own = [error for error in every if _of(error, one)]
        ended = one.outcome is SetupOutcome.FAILED
        if not ended and not own:
            continue
        first = own[0] if own else None
        said = f': "{_short(first.text)}"' if first else ""
        command = f" of `{_short(first.command)}`" if first and first.command else ""
        what = "failed" if ended else "came to its end with errors"
        text = f"the setup script of OpenShift SDN on {label} {what}{command}{said}"
        lines = pieces(*((*error.where("command"), error.evidence) for error in own[:3]), one.where("outcome"))
        yield Finding(label, text, lines, names.node(one), None if ended else Severity.WARNING, "script")


def _of(error: SdnSetupError, one: SdnSetup) -> bool:
    """Whether an error is of this run: they bear the moment of the line that begins it."""
    same = error.evidence.path == one.evidence.path and error.moment == one.moment and error.node == one.node
    return same and error.evidence.first_line >= one.evidence.first_line


def _flows(flows: Iterable[SdnFlowsAdded], failed: Iterable[SdnFlowError], names: HostNames) -> Iterator[Finding]:
    total = {one.evidence.path: one.count for one in flows}
    by_host: dict[str, list[SdnFlowError]] = {}
    for one in failed:
        by_host.setdefault(names.label(one), []).append(one)
    for label, each in sorted(by_host.items()):
        first = each[0]
        said = first.output or first.status or "an error"
        of = f" of {total[first.evidence.path]}" if first.evidence.path in total else ""
        text = f'{len(each)}{of} flows of OpenShift SDN on {label} could not be added: {first.rule}: "{_short(said)}"'
        yield Finding(label, text, tuple(one.evidence for one in each[:4]), names.node(first), key="flows")


def _pods(logs: SdnLogs, pods: PodsByName, listed: set[str]) -> Iterator[Finding]:
    """Failures of pods that are there and have no network yet, of each node together."""
    by_node: dict[str, list[Said]] = {}
    for said in logs.of(SdnLogKind.CNI_FAILED, passed=True):
        if said.recent and _waits(said, pods, listed):
            by_node.setdefault(said.label, []).append(said)
    for label, each in sorted(by_node.items()):
        count = sum(one.count for one in each)
        if count < REPEATED:
            continue
        newest = max(each, key=lambda one: (one.last is not None, one.last and one.last.timestamp()))
        who = list(dict.fromkeys(one.subject or "a pod" for one in each))
        text = (
            f"OpenShift SDN on {label} failed {count} times to set up the network of {named(who)}, last"
            f' {clock(newest.last)}: "{_short(newest.text)}"'
        )
        lines = pieces(newest.evidence, *(one.evidence[:1] for one in each[:4]))
        yield Finding(label, text, lines, newest.node, key="pods", about=tuple(who[:20]))


def _waits(said: Said, pods: PodsByName, listed: set[str]) -> bool:
    """Whether the pod may still be without network: it is not known to be gone, nor to be ready.

    `pods "web-1" not found` is the API's answer: the pod was deleted before its network was set up.
    """
    namespace, _, name = (said.subject or "").partition("/")
    pod: Pod | None = pods.get((namespace, name))
    if pod is None:
        return namespace not in listed and f'pods "{name}" not found' not in said.text
    return not pod.ready and not pod.deleting
