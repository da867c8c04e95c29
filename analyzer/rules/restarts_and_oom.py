"""A container of the network was killed for its memory, or restarts again and again."""

from collections.abc import Iterator

from analyzer.instances import Ages
from analyzer.metallb.containers import OOM, ContainerTrouble, troubles
from analyzer.model import Finding, Gap, Severity
from analyzer.node.words import together
from analyzer.operators import NetworkPods, Upheavals
from analyzer.rule import rule
from parsers.pods import Pod

PIECES = 8  # of evidence


@rule(Severity.WARNING, area="operator")
def restarts_and_oom(pods: NetworkPods, upheavals: Upheavals, ages: Ages) -> Iterator[Finding | Gap]:
    """A container of the network was killed for its memory, or restarts again and again.

    ## Why it matters
    While ovn-controller or ovnkube restarts no change of pods, services and policies takes effect on the node; while a
    router or CoreDNS restarts its clients are refused. A container that was killed for its memory more than once is an
    error.

    ## What to do
    Restarts in the same minute on many nodes are one event: look at the API server and at updates. Steady restarts are
    a leak or a limit that is too low. Of OOMKilled raise the limit, or find what makes it grow: many services,
    policies or routes. Restarts during the installation, an update or the restart of a node are passed over.
    """
    found: list[tuple[str, Finding]] = []
    for pod in pods:
        at = ages.of(pod.image_dir)
        for one in troubles(pod, at):
            if one.down:
                continue
            ended = one.container.last_finished_at
            if one.what == OOM or (ended and not upheavals.at(ended, pod.node)):
                found.append(_finding(pod, one))
        if at is None and any(one.restarts for one in pod.containers):
            yield Gap(f"{pod.namespace}/{pod.name}", "it restarted; when this was collected is not known", pod.node)
    yield from together(found)


def _finding(pod: Pod, one: ContainerTrouble) -> tuple[str, Finding]:
    # Restarts of all containers together are those of the pod or of the node.
    shared = min(each.restarts for each in pod.containers) if len(pod.containers) > 1 else 0
    again = one.what == OOM and one.container.restarts - shared > 1
    where = f" on {pod.node}" if pod.node else ""
    text = f"in pod {pod.name}{where} {one.text}"
    severity = Severity.ERROR if again else Severity.WARNING
    subject, key = f"{pod.namespace}/{pod.name}", f"{one.container.name} {one.what}"
    return f"{pod.namespace} {key} {severity}", Finding(subject, text, one.evidence[:PIECES], pod.node, severity, key)
