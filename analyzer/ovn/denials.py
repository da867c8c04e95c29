"""Why a saved trace ends at an access rule: which policies are at work, and whether they mean it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from analyzer.instances import PodsByName
from analyzer.ovn.policies import Answer, Flow, Owner, Policies, Side
from analyzer.ovn.ports import LogicalPorts
from analyzer.ovn.traces import pods_by_address
from parsers.base import Evidence
from parsers.network_policies import NetworkPolicy, PolicyType
from parsers.ovn_trace import OvnTrace, TraceVerdict
from parsers.pods import Pod

_ENDED = frozenset({TraceVerdict.DROPPED, TraceVerdict.REJECTED, TraceVerdict.NOT_REACHED})


@dataclass(frozen=True, slots=True)
class Denial:
    """A flow that an access rule denies.

    pod: the one that the policies select; policies: those; answer: whether they allow the flow, None where no policy
    of its namespace was collected. Where the pod is not known, they are all the policies of the namespace, none of
    which allows anything.
    """

    flow: Flow
    owner: Owner
    pod: Pod | None = None
    policies: tuple[NetworkPolicy, ...] = ()
    answer: Answer | None = None

    @property
    def concerned(self) -> Side:
        """The end that the policies are for."""
        return self.flow.source if self.owner.direction is PolicyType.EGRESS else self.flow.destination

    @property
    def evidence(self) -> Iterator[Evidence]:
        """The access rule, and what the policies say."""
        yield from self.owner.evidence
        for one in self.policies[:3]:
            direction = self.owner.direction or PolicyType.INGRESS
            yield from one.where(direction.lower(), "pod_selector") if one.marks else (one.evidence,)


@dataclass(slots=True)
class Explained:
    """Explains traces and flows by policies."""

    policies: Policies
    pods: PodsByName
    ports: LogicalPorts | None = None
    _by_ip: Mapping[str, Pod] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._by_ip = pods_by_address(self.pods)

    def trace(self, one: OvnTrace) -> Denial | None:
        """Why a trace ends that ends at an access rule; None where it is not known whose that is."""
        owner = self.policies.owner(one.match or "", one.priority, one.port_group)
        if owner is None:
            return None
        flow = Flow(
            self._side(one.source, one.inport),
            self._side(one.destination),
            (one.protocol or "").rstrip("6").upper() or None,
            one.destination_port,
        )
        return self._by_policies(owner, flow) if owner.default_deny else Denial(flow, owner)

    def _side(self, ip: str | None, port: str | None = None) -> Side:
        """An end by its logical port and address: the port `<namespace>_<pod>`, else whose the address is."""
        namespace, _, name = (port or "").partition("_")
        pod = self.pods.get((namespace, name)) or self._by_ip.get(ip or "")
        known = self.ports.by_address.get(ip or "", ()) if self.ports else ()
        return Side(pod, ip, "/".join(known[0].pod) if known else None)

    def _by_policies(self, owner: Owner, flow: Flow) -> Denial:
        direction = owner.direction or PolicyType.INGRESS
        pod = (flow.destination if direction is PolicyType.INGRESS else flow.source).pod
        if pod is None or pod.namespace != owner.namespace:
            written = self.policies.of_namespace(owner.namespace or "", direction)
            nothing = bool(written) and all(one.denies_all(direction) for one in written)
            return Denial(flow, owner, None, written, Answer.NO) if nothing else Denial(flow, owner)
        found = self.policies.selecting(pod, direction)
        answer = self.policies.passes(found, direction, flow) if found else None
        return Denial(flow, owner, pod, found, answer)

    def flow(self, flow: Flow) -> Denial | None:
        """Which default deny a flow between pods meets by the policies alone; None where it may pass."""
        if any(not one.baseline for one in self.policies.admin):
            return None
        for direction, side in ((PolicyType.EGRESS, flow.source), (PolicyType.INGRESS, flow.destination)):
            found = self.policies.selecting(side.pod, direction) if side.pod else ()
            if side.pod and found and self.policies.passes(found, direction, flow) is Answer.NO:
                namespace = side.pod.namespace or ""
                words = f"the default deny of namespace {namespace} ({direction})"
                return Denial(flow, Owner(words, True, namespace, direction), side.pod, found, Answer.NO)
        return None


def denied(one: OvnTrace) -> bool:
    """Whether a trace ends in a stage of access rules."""
    return one.verdict in _ENDED and "_acl" in (one.stage or "")
