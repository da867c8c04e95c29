"""A running pod has no logical switch port in the OVN northbound database of its node."""

from collections.abc import Iterator

from analyzer.model import Finding, Gap, Severity
from analyzer.ovn.databases import named, pieces, since
from analyzer.ovn.ports import LogicalPorts
from analyzer.ovn.wiring import PodPort, PodPorts
from analyzer.rule import rule
from parsers.ovn_northbound_rows import LogicalSwitch

MANY = 20  # pods of one node from which on one finding tells of all of them


@rule(Severity.ERROR, area="ovn")
def pod_without_logical_port(pods: PodPorts, ports: LogicalPorts) -> Iterator[Finding | Gap]:
    """A running pod has no logical switch port in the OVN northbound database of its node.

    ## Why it matters
    Without a logical port OVN neither delivers packets to the pod nor takes any from it: it runs and is unreachable.

    ## What to do
    Delete the pod, so that its network is set up again. When several pods of one node are without a port, look at the
    log of ovnkube-controller on that node (ovnkube-master before OpenShift 4.14) and restart it there.
    """
    for name, reason in pods.unknown:
        yield Gap("logical ports", reason, name)
    lacking: dict[str, list[PodPort]] = {}
    for one in pods.items:
        if one.port is None:
            lacking.setdefault(one.host, []).append(one)
    for name, found in sorted(lacking.items()):
        yield from _node(name, found, ports)


def _node(name: str, lacking: list[PodPort], ports: LogicalPorts) -> Iterator[Finding | Gap]:
    """The pods of a node that have no port, but for those that came or went while the archive was collected."""
    zone, copy = lacking[0].zone, lacking[0].copy
    if copy.after is None:
        yield Gap("logical ports", f"when the northbound database {zone.label} was copied is not known", name)
    settled = [one.pod for one in lacking if copy.held(since(one.pod)) and copy.lasting(since(one.pod))]
    for pod in filter(ports.replaced, settled):
        text = "pods like it have ports and are not in the API yet: it went between the two copies"
        yield Gap(f"{pod.namespace}/{pod.name}", text, name)
    missing = [pod for pod in settled if not ports.replaced(pod)]
    switch = next((one for one in copy.fact.rows(LogicalSwitch) if one.name == name), None)
    lines = switch.where("name", "ports") if switch else (copy.fact.evidence,)
    holds = (
        f"its switch {name} has ports of {_count(switch, ports)} pods" if switch else f"it has no switch {name} either"
    )
    if len(missing) > MANY:
        subjects = named(f"{pod.namespace}/{pod.name}" for pod in missing)
        what = f"have no logical port in the northbound database {zone.label} ({holds})"
        text = f"{len(missing)} running pods of {name} {what}: {subjects}"
        yield Finding(name, text, pieces(*(pod.where("pod_ips") for pod in missing[:4]), lines), name, key="many")
        return
    for pod in missing:
        subject = f"{pod.namespace}/{pod.name}"
        text = (
            f"{subject} runs on {name} with the address {', '.join(pod.pod_ips)}, but the northbound database "
            f"{zone.label} has no port {pod.namespace}_{pod.name} ({holds})"
        )
        yield Finding(subject, text, pieces(pod.where("node", "phase", "pod_ips"), lines), name)


def _count(switch: LogicalSwitch, ports: LogicalPorts) -> int:
    return sum(1 for one in ports if one.switch is switch)
