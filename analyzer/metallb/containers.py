"""What is wrong with the containers of a pod, by what Kubernetes says of them.

Source: kubernetes/api core/v1 ContainerStatus; reasons of kubernetes/kubernetes pkg/kubelet (CrashLoopBackOff,
ImagePullBackOff, CreateContainerConfigError …) and of the container runtimes (OOMKilled, Error, Completed).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from analyzer.model import Severity
from parsers.base import Evidence
from parsers.pods import Container, ContainerState, Pod
from parsers.vocabulary import words

DAY = 86_400  # seconds
RESTARTS = 3  # (J) restarts in a day from which on a container is taken for unstable
OOM = "OOMKilled"
_SIGNALS = {137: "SIGKILL", 139: "SIGSEGV", 134: "SIGABRT", 143: "SIGTERM"}  # 128 and the number of the signal


@dataclass(frozen=True, slots=True)
class ContainerTrouble:
    """A container that is not ready, was killed for its memory, or restarts often.

    what: the kind of trouble in a word, stable over time. down: it is not ready now.
    """

    container: Container
    what: str
    text: str
    severity: Severity
    evidence: tuple[Evidence, ...]
    down: bool = False


def troubles(pod: Pod, at: datetime | None) -> tuple[ContainerTrouble, ...]:
    """What is wrong at the time `at` of the collection; with an unknown time what was once may be of today."""
    told = [one for one in pod.containers if "state" in one.marks or "ready" in one.marks]
    found = [_down(one) for one in pod.init_containers if _stuck(one)]
    # While an init container keeps the others from starting these tell nothing of their own.
    blocked = {one.name for one in told if found and one.waiting_reason == "PodInitializing"}
    found += [_down(one) for one in told if not one.ready and one.name not in blocked]
    shared = min((one.restarts for one in told), default=0) if len(told) > 1 else 0
    for one in told:
        if one.ready:
            found += [*_killed(one, at)] or [*_restarted(one, one.restarts - shared, pod, at)]
    return tuple(found)


def _stuck(one: Container) -> bool:
    """Whether an init container keeps the others from starting: one that succeeded or runs does not."""
    failed = one.state is ContainerState.TERMINATED and one.exit_code != 0
    waits = one.state is ContainerState.WAITING and one.waiting_reason != "PodInitializing"
    return failed or waits


def _down(one: Container) -> ContainerTrouble:
    kind = "init container " if one.init else ""
    reason = one.waiting_reason or one.reason or ("" if one.state is ContainerState.UNKNOWN else str(one.state))
    told = {
        ContainerState.WAITING: f"waits ({reason})" if one.waiting_reason else "waits",
        ContainerState.TERMINATED: f"ended ({_how(one.reason, one.exit_code)})",
        ContainerState.RUNNING: "runs but is not ready",
        ContainerState.UNKNOWN: "is not ready",
    }[one.state]
    before = _before(one)
    often = f", {one.restarts} restarts" if one.restarts else ""
    text = f"{kind}{one.name} {told}{often}{f', the run before ended with {before}' if before else ''}"
    names = ("ready", "waiting_reason", "reason", "exit_code", "restarts", "last_reason", "last_exit_code")
    return ContainerTrouble(one, reason or "not ready", text, Severity.ERROR, one.where(*names), down=True)


def _how(reason: str | None, code: int | None) -> str:
    signal = f", {_SIGNALS[code]}" if code in _SIGNALS and reason != OOM else ""
    return ", ".join(part for part in (reason, f"exit code {code}{signal}" if code is not None else None) if part)


def _before(one: Container) -> str:
    return _how(one.last_reason, one.last_exit_code)


def _killed(one: Container, at: datetime | None) -> Iterator[ContainerTrouble]:
    """Killed for its memory, within a day before the collection; a run that ended earlier is history."""
    if one.last_reason != OOM or not _lately(one, at):
        return
    often = f", {one.restarts} restarts" if one.restarts > 1 else ""
    text = f"{one.name} was killed for using more memory than it may (OOMKilled{_ago(one, at)}{often})"
    names = ("last_reason", "last_finished_at", "restarts")
    yield ContainerTrouble(one, OOM, text, Severity.ERROR, one.where(*names))


def _restarted(one: Container, own: int, pod: Pod, at: datetime | None) -> Iterator[ContainerTrouble]:
    """Restarts of its own: those of all containers together are restarts of the pod or of the node."""
    if own < RESTARTS or at is None or one.last_finished_at is None or not _lately(one, at):
        return
    days = (at - pod.start_time).total_seconds() / DAY if pod.start_time else None
    # Of many days only the average is known: a container that restarted three times in a month is no fault of today.
    often = days is not None and own >= RESTARTS * max(1.0, days)
    since = f" since {pod.start_time:%Y-%m-%d %H:%M}" if pod.start_time else ""
    text = f"{one.name} restarted {one.restarts} times{since}, last with {_before(one) or 'an unknown reason'}"
    names = ("restarts", "last_reason", "last_exit_code", "last_finished_at")
    severity = Severity.ERROR if often else Severity.WARNING
    yield ContainerTrouble(one, "restarts", f"{text}{_ago(one, at)}", severity, one.where(*names))


def _lately(one: Container, at: datetime | None) -> bool:
    return at is None or one.last_finished_at is None or (at - one.last_finished_at).total_seconds() < DAY


def _ago(one: Container, at: datetime | None) -> str:
    if at is None or one.last_finished_at is None:
        return ""
    return f", {words(max(0, int((at - one.last_finished_at).total_seconds())))} before the collection"
