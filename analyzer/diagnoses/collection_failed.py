"""RC18: the archive holds nothing that could be judged."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.model import Severity, Status
from analyzer.stated import serious, stated

FAILED = (
    "gather-interrupted",
    "empty-or-timed-out-section",
    "expected-collection-missing",
    "command-returned-error-text",
)


@diagnosis
def collection_failed(findings: Findings) -> Iterator[Cause]:
    """The collection itself failed: the archive says nothing about the cluster.

    Certain: no rule but those of the collection had anything to judge.
    """
    judged = (one for one in findings.outcomes.values() if one.status in {Status.CLEAR, Status.FOUND} and one.examined)
    if any(one.area != "gather" for one in judged) or not any(findings.of("gather-interrupted")):
        return
    group = tuple(serious(findings.of("gather-interrupted")))
    if group:
        others = tuple(one for one in serious(findings.of(*FAILED), Severity.WARNING) if one not in group)
        yield stated(
            *(group, Confidence.CERTAIN, _STEPS),
            because=("Nothing of the cluster is in the archive: it is neither healthy nor broken by it.",),
            symptoms=others,
            title="The collection failed: the archive holds nothing of the cluster",
        )


_STEPS = (
    "Collect again: `oc adm must-gather --timeout=1h`, and keep the terminal's output beside the archive.",
    "While it runs, `oc get pods,events -A | grep must-gather` says why its pod does not start.",
    "`oc adm inspect ns/metallb-system ns/openshift-ovn-kubernetes ns/openshift-network-operator` needs no gather pod.",
)
