"""A saved ovnkube-trace does not get through between two pods, or to a service or address."""

from collections.abc import Iterator, Mapping

from analyzer.instances import PodsByName
from analyzer.model import Finding, Gap, Severity
from analyzer.ovn.databases import named, pieces
from analyzer.ovn.traces import Run, SavedTraces, pod_named
from analyzer.rule import NotCollectedError, rule
from parsers.base import Evidence
from parsers.ovn_trace import OvnTrace, TraceVerdict
from parsers.ovnkube_trace import TraceLeg, TraceTool

_WHAT: Mapping[TraceTool, str] = {
    TraceTool.OVN_TRACE: "the logical network: policies, load balancers, routing",
    TraceTool.OFPROTO_TRACE: "Open vSwitch of the node",
    TraceTool.OVN_DETRACE: "the way back from OpenFlow flows to the logical network, not the traffic",
}


@rule(Severity.ERROR, area="ovn")
def ovnkube_trace_failure(traces: SavedTraces, pods: PodsByName) -> Iterator[Finding | Gap]:
    """A saved ovnkube-trace does not get through between two pods, or to a service or address.

    ## Why it matters
    The tool asks OVN and Open vSwitch what they do with a packet: where it fails, the traffic fails too, provided that
    protocol and port were the right ones.

    ## What to do
    Go to the stage that drops the packet; `-loglevel 2` prints it. A stage `ls_in_acl`, `ls_out_acl` is a policy. When
    ovn-trace gets through and ofproto/trace does not, the flows of the node are not those of the logical network: look
    at ovn-controller there. For name resolution trace udp port 53 to each pod of dns-default.
    """
    if not traces.runs and not traces.errors:
        raise NotCollectedError("not collected: saved output of ovnkube-trace")
    for error in traces.errors:
        yield Gap("ovnkube-trace", f"the tool itself failed: {error.text[:300]}")
    for run in traces.runs:
        yield from _judged(run, pods)


def _judged(run: Run, pods: PodsByName) -> Iterator[Finding | Gap]:
    subject = f"{run.src} to {run.dst}"
    done = sum(one.success for one in run.legs)
    for leg in run.failed:
        before = f" after {done} legs that succeed" if done else ""
        how, lines = _drop(run, leg)
        text = f"ovnkube-trace {_flow(leg)}from {run.src} to {run.dst} fails{before}: {_leg(run, leg)}{how}"
        pod = pod_named(run.full(leg.destination if leg.remote else leg.source), pods)
        evidence = pieces((leg.evidence,), lines, (one.evidence for one in run.legs if one.success))
        severity = Severity.WARNING if leg.tool is TraceTool.OVN_DETRACE else None
        yield Finding(subject, text, evidence, pod.node if pod else None, severity, f"{leg.tool} {leg.direction}")
    if run.errors and not run.failed:
        yield Gap(subject, f"the tool itself failed after {done} legs: {run.errors[0].text[:300]}")
    elif run.missing and not run.failed:
        text = (
            f"ovnkube-trace {_flow(run.legs[0])}from {run.src} to {run.dst} ends after {done} legs that succeed:"
            f" there is no verdict of {named(run.missing)}"
        )
        lines = pieces(one.evidence for one in reversed(run.legs))
        yield Finding(subject, text, lines, None, Severity.WARNING, "missing")


def _flow(leg: TraceLeg) -> str:
    """`(tcp 80) `."""
    known = [text for text in (leg.protocol, str(leg.port) if leg.port else None) if text]
    return f"({' '.join(known)}) " if known else ""


def _leg(run: Run, leg: TraceLeg) -> str:
    zone = ", in the database of the destination's node" if leg.remote else ""
    ends = f"from {run.full(leg.source)} to {run.full(leg.destination)}"
    return f"{leg.tool} ({_WHAT[leg.tool]}) indicates failure {ends}{zone}"


def _drop(run: Run, leg: TraceLeg) -> tuple[str, tuple[Evidence, ...]]:
    """Where the packet ended, as the tool printed it."""
    found = run.output(leg)
    if found is None:
        return "", ()
    if isinstance(found, OvnTrace):
        if found.stage is None:
            ends = {TraceVerdict.UNRESOLVED: "asks for the address of its next hop"}
            return f"; the packet {ends.get(found.verdict, 'is not put out to any port')}", found.where("verdict")
        return f"; the packet is {found.verdict} in {found.stage}: {found.match}", found.where("stage")
    if found.table is None:
        return "; the packet is not put out to any port", found.where("actions")
    return f"; the packet is dropped in table {found.table}: {found.match}", found.where("match", "actions")
