"""The logical port of a running pod is bound to no node, to the wrong one, or is down."""

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.model import Finding, Gap, Severity
from analyzer.ovn.chassis import CHASSIS_ID
from analyzer.ovn.databases import named, pieces, since
from analyzer.ovn.ports import LogicalPort, LogicalPorts
from analyzer.ovn.wiring import BoundPort, BoundPorts
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.ovn_southbound_rows import Chassis, PortBinding
from parsers.pods import Pod

SEVERAL = 3  # ports without a binding below which a pod may have gone between the copies of the two databases (J)
GONE = "its port has no binding: the pod may have gone between the copies of the two databases"
MANY = 20  # pods of one node from which on one finding tells of all of them


@dataclass(frozen=True, slots=True)
class _Fault:
    """What is wrong with the port of a pod; `bare` where it has no binding at all."""

    pod: Pod
    text: str
    evidence: tuple[Evidence, ...]
    bare: bool = False

    @property
    def subject(self) -> str:
        """The pod."""
        return f"{self.pod.namespace}/{self.pod.name}"


@rule(Severity.ERROR, area="ovn")
def logical_port_not_bound(bound: BoundPorts, ports: LogicalPorts) -> Iterator[Finding | Gap]:
    """The logical port of a running pod is bound to no node, to the wrong one, or is down.

    ## Why it matters
    ovn-controller makes flows only for the ports that it has claimed: a pod whose port nobody has claimed gets no
    packet and sends none, although everything above OVN says that it runs.

    ## What to do
    Look at the log of ovn-controller on the pod's node (`Claiming lport`), and whether an interface of br-int has the
    `iface-id` of the port (`ovs-vsctl --columns=name,external_ids find Interface external_ids:iface-id=<port>`).
    Deleting the pod sets its network up again.
    """
    for name, reason in bound.unknown:
        yield Gap("port bindings", reason, name)
    by_node: dict[str, list[_Fault]] = {}
    for one in bound.items:
        if (fault := _fault(one)) and not ports.replaced(one.pod):
            by_node.setdefault(one.host, []).append(fault)
    for name, found in sorted(by_node.items()):
        without = [one for one in found if one.bare]
        few = len(without) < SEVERAL
        yield from (Gap(one.subject, GONE, name) for one in without if few)
        yield from _findings(name, [one for one in found if not (one.bare and few)])


def _fault(one: BoundPort) -> _Fault | None:
    """What is wrong with a port that both databases must have by now."""
    pod, port = one.pod, one.port
    copy, below = port.zone.northbound, port.zone.southbound
    if copy is None or below is None or not copy.held(since(pod)) or not below.held(since(pod)):
        return None
    if port.binding is None:
        text = f"has no binding in the southbound database {port.zone.label}: northd did not take over {port.row.name}"
        lines = pieces(pod.where("node"), port.row.where("name"), (below.fact.evidence,))
        return _Fault(pod, text, lines, bare=True)
    return None if port.binding.type else _of_binding(one, port.binding)


def _of_binding(one: BoundPort, binding: PortBinding) -> _Fault | None:
    """The chassis first, then whether it is up: a port whose chassis was deleted still says `up` below."""
    pod, port = one.pod, one.port
    name, lines = port.row.name, pod.where("node", "phase")
    if binding.chassis is None:
        text = f"runs on {pod.node}, but no chassis has claimed its port {name}{_also_down(port)}"
        return _Fault(pod, text, pieces(lines, binding.where("logical_port", "chassis"), port.row.where("up", "name")))
    at = one.chassis.by_uuid.get(binding.chassis)
    if at is not None and not _same(at, one):
        text = f"runs on {pod.node}, but its port {name} is bound to {at.hostname or at.name}"
        return _Fault(pod, text, pieces(lines, binding.where("logical_port", "chassis"), at.where("hostname", "name")))
    if port.row.up is False or binding.up is False:
        which = "northbound" if port.row.up is False else "southbound"
        text = f"runs on {pod.node}, which has claimed its port {name}, but the port is down in the {which} database"
        return _Fault(pod, text, pieces(lines, port.row.where("up", "name"), binding.where("up", "chassis")))
    return None


def _also_down(port: LogicalPort) -> str:
    return ", and it is down" if port.row.up is False else ""


def _same(chassis: Chassis, one: BoundPort) -> bool:
    """Whether a chassis is that of the pod's node."""
    if one.node is not None and one.node.annotations.get(CHASSIS_ID) == chassis.name:
        return True
    return chassis.hostname == one.host or chassis.hostname.partition(".")[0] == one.host.partition(".")[0]


def _findings(name: str, found: list[_Fault]) -> Iterator[Finding]:
    if len(found) > MANY:
        first = found[0]
        subjects = named(one.subject for one in found)
        example = f"{first.pod.name} {first.text}"
        text = f"the logical ports of {len(found)} running pods of {name} do not work: {subjects}; {example}"
        yield Finding(name, text, pieces(*(one.evidence[-2:] for one in found)), name, key="many")
        return
    for one in found:
        yield Finding(one.subject, f"{one.subject} {one.text}", one.evidence, name)
