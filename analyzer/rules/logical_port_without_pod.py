"""The OVN northbound database has a logical port of a pod that does not exist."""

from collections.abc import Iterator

from analyzer.instances import PodsByName
from analyzer.model import Finding, Gap, Severity
from analyzer.ovn.databases import OvnDatabases, Zone, named, pieces
from analyzer.ovn.ports import LogicalPort, LogicalPorts
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.pods_listed import PodsListed

SHARE = 0.05  # of the pods' ports of a switch: above it the addresses that stale ports hold are missed (J)
SEVERAL = 3  # stale ports below which a small switch is not worth a warning: a pod may just be going (J)
MANY = 20  # ports of one switch from which on one finding tells of all of them


@rule(Severity.INFO, area="ovn")
def logical_port_without_pod(
    ports: LogicalPorts, databases: OvnDatabases, pods: PodsByName, lists: tuple[PodsListed, ...]
) -> Iterator[Finding | Gap]:
    """The OVN northbound database has a logical port of a pod that does not exist.

    ## Why it matters
    A stale port keeps its address: the node's subnet runs out sooner, and two ports may end up with one address. A few
    such ports are normal while pods come and go, because the database and the pods are not read at the same moment.

    ## What to do
    Compare again on the cluster. When the port stays, look for errors about the pod in the log of ovnkube-controller
    (ovnkube-master before OpenShift 4.14), and restart it: it removes stale ports when it starts.
    """
    for zone in databases:
        if zone.northbound is None:
            yield Gap("logical ports", zone.unsound() or "", zone.node)
            continue
        listed = _listed(zone, lists)
        by_switch: dict[str, list[LogicalPort]] = {}
        for one in ports:
            if one.zone is zone:
                by_switch.setdefault(one.switch.name if one.switch else "", []).append(one)
        for switch, each in sorted(by_switch.items()):
            stale = [one for one in each if one.pod not in pods and one.pod[0] in listed]
            yield from _findings(zone, switch, stale, len(each), listed)


def _listed(zone: Zone, lists: tuple[PodsListed, ...]) -> dict[str, Evidence]:
    """The lists of the same collection as the database; of one that was saved by hand, all lists."""
    origin = zone.northbound.fact.origin if zone.northbound else None
    return {
        name: one.evidence
        for one in lists
        if origin is None or origin.namespace is None or origin.image_dir == one.image_dir
        for name in one.namespaces
    }


def _findings(
    zone: Zone, switch: str, stale: list[LogicalPort], count: int, listed: dict[str, Evidence]
) -> Iterator[Finding]:
    sure = [one for one in stale if not one.attached and not one.late]
    severity = Severity.WARNING if len(sure) >= SEVERAL and len(sure) > SHARE * count else None
    node = switch if switch in zone.nodes else zone.node
    if len(stale) > MANY:
        names = named("/".join(one.pod) for one in stale)
        text = f"{len(stale)} of the {count} ports of pods on switch {switch} have no pod: {names}"
        lines = pieces(*(one.row.where("name") for one in stale[:6]), (listed[stale[0].pod[0]],))
        yield Finding(switch, text, lines, node, severity, "many")
        return
    for one in stale:
        subject = "/".join(one.pod)
        what = f"is of the pod {subject}, which does not exist{_state(one)}"
        text = f"port {one.row.name} on switch {switch} {what}"
        lines = pieces(one.row.where("name"), (listed[one.pod[0]],), one.row.where("up"))
        yield Finding(subject, text, lines, node, severity)


def _state(one: LogicalPort) -> str:
    """What tells a stale port from that of a pod that came after the pods were read."""
    if one.late:
        return "; it may have come while the archive was collected"
    return "; the port is bound all the same" if one.attached else "; no node has bound the port"
