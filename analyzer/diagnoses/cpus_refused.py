"""RC: the kubelet refuses a pod because of its CPUs."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.stated import alike, serious, stated


@diagnosis
def cpus_refused(findings: Findings) -> Iterator[Cause]:
    """The kubelet refuses a pod that asks for CPUs which do not fill whole cores (full-pcpus-only).

    Certain: the kubelet says so in the pod's status.
    """
    for group in alike(serious(findings.of("smt-alignment-error"))):
        steps = (
            "Ask for a multiple of the threads of a core (an even number with SMT), in requests and limits alike.",
            "Or lift the CPU manager's option `full-pcpus-only` in the KubeletConfig or PerformanceProfile.",
        )
        why = "The kubelet itself gives this reason (SMTAlignmentError)."
        yield stated(group, Confidence.CERTAIN, steps, because=(why,))
