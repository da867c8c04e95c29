"""A network policy denies traffic: what a saved trace ends at, or what pods or clients of a service need."""

from collections.abc import Iterator

from analyzer.instances import PodsByName
from analyzer.model import Finding, Gap, Severity
from analyzer.ovn.databases import named, pieces
from analyzer.ovn.denials import Denial, Explained, denied
from analyzer.ovn.needs import PRODUCT, DeniedNeeds
from analyzer.ovn.policies import Answer, Policies, Side
from analyzer.ovn.policies import Flow as Asked
from analyzer.ovn.ports import LogicalPorts
from analyzer.ovn.traces import Run, SavedTraces, pod_named
from analyzer.rule import NotCollectedError, rule
from parsers.base import Evidence
from parsers.cluster_services import ClusterService, ServiceType
from parsers.kubernetes import LabelSelector, unique
from parsers.network_policies import NetworkPolicy, PolicyType
from parsers.ofproto_trace import OfprotoTrace
from parsers.ovn_trace import OvnTrace
from parsers.ovnkube_trace import TraceLeg, TraceTool
from parsers.pods import Pod


@rule(Severity.INFO, area="ovn")
def netpol_default_deny(  # noqa: PLR0913, PLR0917 - a flow is compared with all that says who is who
    written: tuple[NetworkPolicy, ...] | None,
    policies: Policies,
    traces: SavedTraces | None,
    services: tuple[ClusterService, ...] | None,
    pods: PodsByName,
    ports: LogicalPorts | None,
    needs: DeniedNeeds,
) -> Iterator[Finding | Gap]:
    """A network policy denies traffic: what a saved trace ends at, or what pods or clients of a service need.

    ## Why it matters
    A pod that any policy selects for a direction takes only what some policy of its namespace allows there. Denied
    packets are dropped without an answer: clients see timeouts. A default deny is a wish, not a fault; it is an error
    here only where it explains a trace that somebody saved because the traffic should pass.

    ## What to do
    Add a policy that allows the flow: a `from` with podSelector, namespaceSelector or ipBlock and the ports of the pods
    (not of the service). Where a policy allows it already and OVN still drops it, look for errors about the policy in
    the log of ovnkube-controller.
    """
    if written is None and (traces is None or not traces.traces):
        raise NotCollectedError("not collected: network policies")
    explained = Explained(policies, pods, ports)
    told: dict[tuple[str, str], Finding] = {}
    for answer in _explained(traces, explained, pods) if traces else ():
        if isinstance(answer, Gap):
            yield answer
        else:
            told.setdefault((answer.subject, answer.key), answer)  # the same flow is often traced several times
    yield from told.values()
    by_namespace: dict[str, list[Pod]] = {}
    for pod in pods.values():
        by_namespace.setdefault(pod.namespace or "", []).append(pod)
    for service in unique(services or ()):
        yield from _service(service, policies, by_namespace.get(service.namespace or "", []))
    yield from (Finding(one.subject, one.text, one.evidence, key=one.key) for one in needs)


def _explained(traces: SavedTraces, explained: Explained, pods: PodsByName) -> Iterator[Finding | Gap]:
    asked = {_key(one) for one in traces.traces if not one.established}
    told: set[Evidence] = set()  # pieces of traces of which the run tells whose packet it was
    for run in traces.runs:
        for finding, output in _run(run, explained, pods):
            yield finding
            told |= {output.evidence} if output else set()
    for trace in traces.traces:
        # Where a flow was traced as a new connection too, that is its verdict.
        if not (trace.established and _key(trace) in asked) and trace.evidence not in told:
            yield from _traced(trace, explained)


def _key(one: OvnTrace) -> tuple[object, ...]:
    return one.protocol, one.source, one.destination, one.destination_port


def _traced(trace: OvnTrace, explained: Explained) -> Iterator[Finding | Gap]:
    if not denied(trace):
        return
    subject = f"{trace.inport or trace.source or 'a packet'} to {trace.destination or 'its destination'}"
    denial = explained.trace(trace)
    if denial is None:
        yield Gap(subject, f"no database and no policy tells whose the access rule is: {trace.stage}: {trace.match}")
    elif trace.established and denial.owner.default_deny and denial.answer is not Answer.NO:
        yield Gap(subject, "ovn-trace took a lookup for that of an established connection: give it `--ct new` for each")
    elif trace.outdated:
        yield Gap(subject, "ovn-trace did not understand all flows: that they end at a policy may be wrong")
    else:
        yield _finding(denial, f"the trace of {_flow(denial)} ends at", trace)


def _run(run: Run, explained: Explained, pods: PodsByName) -> Iterator[tuple[Finding, OvnTrace | OfprotoTrace | None]]:
    """A run that failed and does not show the stage, or not whose packet: what the policies say of its flow."""
    for leg in run.failed:
        output = run.output(leg)
        if leg.tool is TraceTool.OVN_TRACE and (output is None or output.source is None):
            source, destination = (pod_named(run.full(name), pods) for name in (leg.source, leg.destination))
            # The way back belongs to a connection that was let in.
            if source and destination and not (leg.direction or "").startswith("destination"):
                flow = Asked(_side(source), _side(destination), (leg.protocol or "").upper() or None, leg.port)
                if denial := explained.flow(flow):
                    yield _finding(denial, f"the failure of ovnkube-trace for {_flow(denial)} is", leg), output


def _side(pod: Pod) -> Side:
    return Side(pod, next(iter(pod.pod_ips), None))


def _finding(denial: Denial, what: str, seen: OvnTrace | TraceLeg) -> Finding:
    subject = denial.concerned.label or denial.owner.namespace or denial.owner.words
    shown = seen.where("stage") if isinstance(seen, OvnTrace) else (seen.evidence,)
    lines = pieces(shown, denial.evidence, (seen.evidence,))
    text = f"{what} {denial.owner.words}{_why(denial)}"
    pod = denial.concerned.pod
    node = pod.node if pod else None
    return Finding(subject, text, lines, node, Severity.ERROR, f"{denial.owner.direction} {_flow(denial)}")


def _why(denial: Denial) -> str:
    """What the policies of the pod say of the flow."""
    if denial.answer is None:
        return ""
    policies = named(f"{one.namespace}/{one.name}" for one in denial.policies)
    if denial.pod is None:
        return f": no policy of the namespace allows anything ({policies})"
    which = f"{'NetworkPolicy' if len(denial.policies) == 1 else 'NetworkPolicies'} {policies}"
    said = {
        Answer.NO: f"{which} select {_label(denial.pod)}, and no rule allows this",
        Answer.MAYBE: f"{which} select {_label(denial.pod)}; whether a rule allows this the archive does not tell",
        Answer.YES: f"{which} allow this to {_label(denial.pod)}: OVN has not taken them over, or they came later",
    }
    return f": {said[denial.answer]}"


def _label(pod: Pod) -> str:
    return f"{pod.namespace}/{pod.name}"


def _flow(denial: Denial) -> str:
    """`tcp 8080 from demo/client (10.128.0.5) to demo/web (10.128.0.7)`."""
    flow = denial.flow
    ends = [f"{side.label} ({side.ip})" if side.label else side.ip or "?" for side in (flow.source, flow.destination)]
    asked = " ".join(text for text in ((flow.protocol or "").lower(), str(flow.port or "")) if text) or "a packet"
    return asked if ends == ["?", "?"] else f"{asked} from {ends[0]} to {ends[1]}"


def _service(service: ClusterService, policies: Policies, pods: list[Pod]) -> Iterator[Finding]:
    """A LoadBalancer service of a namespace that denies everything, of which no policy lets anybody outside in."""
    namespace = service.namespace or ""
    if service.type is not ServiceType.LOAD_BALANCER or not service.ingress_ips or namespace.startswith(PRODUCT):
        return
    denying = [one for one in policies.by_namespace.get(namespace, ()) if _denies_all(one)]
    if not denying or not service.selector:
        return
    selector = LabelSelector(match_labels=service.selector)
    backends = [pod for pod in pods if selector.matches(pod.labels) and not pod.host_network]
    if not backends:
        return
    selecting = {one.name: one for pod in backends for one in policies.selecting(pod, PolicyType.INGRESS)}
    if not any(_from_outside(one) for one in selecting.values()):
        text = (
            f"LoadBalancer service {namespace}/{service.name} ({', '.join(service.ingress_ips)}): NetworkPolicy"
            f" {namespace}/{denying[0].name} denies its pods all ingress, and no policy lets clients outside of the"
            f" namespace in"
        )
        lines = pieces(denying[0].where("pod_selector", "policy_types"), service.where("type", "ingress_ips"))
        yield Finding(f"{namespace}/{service.name}", text, lines, key="service")


def _denies_all(one: NetworkPolicy) -> bool:
    """Whether it is a default deny of all pods of its namespace."""
    return one.denies_all(PolicyType.INGRESS) and one.pod_selector == LabelSelector()


def _from_outside(one: NetworkPolicy) -> bool:
    """Whether a rule may mean clients outside of the namespace: addresses, or namespaces such as that of all hosts."""
    return any(
        not each.peers or any(peer.cidr is not None or peer.namespace_selector is not None for peer in each.peers)
        for each in one.ingress
    )
