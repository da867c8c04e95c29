"""RC: only an operator's status, or the restarts of a pod, tell that something is wrong."""

from collections.abc import Iterator
from dataclasses import replace

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.model import Severity
from analyzer.stated import alike, serious, stated

ROOTS = (
    *("network-operator-unhealthy", "connectivity-check-outage", "restarts-and-oom", "some-endpoints-unhealthy"),
    *("network-diagnostics-failed", "bfd-timers-too-tight", "debug-log-level"),
)


@diagnosis
def operator_reports_trouble(findings: Findings) -> Iterator[Cause]:
    """An operator reports a problem, connection checks fail, or pods restart, and no finding says why.

    Possible only: it is a symptom whose cause the archive does not show.
    """
    # A warning of an operator is a remark about a rollout: what is broken is an error.
    for group in alike(serious(findings.of(*ROOTS), Severity.ERROR)):
        steps = (
            "`oc get co network dns ingress -o yaml`: the message of the condition names the resource that lags.",
            "`oc describe` and the logs of that resource's pods, of the run before too.",
        )
        why = "It is a symptom, and no other finding of this archive explains it."
        yield replace(stated(group, Confidence.POSSIBLE, steps, because=(why,)), fallback=True)
