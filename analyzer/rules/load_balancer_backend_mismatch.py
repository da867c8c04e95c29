"""The backends of a service's OVN load balancer are not the service's endpoints."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from analyzer.instances import NodesByName, PodsByName
from analyzer.masks import hidden
from analyzer.model import Finding, Gap, Severity
from analyzer.ovn.balancers import Frontend, OvnLoadBalancers
from analyzer.ovn.databases import OvnDatabases, named, pieces
from analyzer.ovn.endpoints import OvnEndpoints
from analyzer.ovn.mismatch import judge_of
from analyzer.ovn.ports import LogicalPorts
from analyzer.ovn.verdicts import Verdict
from analyzer.rule import rule

MANY = 20  # services from which on one finding tells of all of them


@dataclass(slots=True)
class _Fault:
    """The same difference, wherever it is found."""

    first: Frontend
    verdict: Verdict
    zones: dict[str, str | None] = field(default_factory=dict)
    vips: dict[str, None] = field(default_factory=dict)


@rule(Severity.ERROR, area="ovn")
def load_balancer_backend_mismatch(  # noqa: PLR0913, PLR0917 - backends are compared with all that may explain them
    balancers: OvnLoadBalancers,
    databases: OvnDatabases,
    endpoints: OvnEndpoints,
    ports: LogicalPorts,
    pods: PodsByName,
    nodes: NodesByName,
) -> Iterator[Finding | Gap]:
    """The backends of a service's OVN load balancer are not the service's endpoints.

    ## Why it matters
    A share of the connections goes to a backend that nobody serves and fails, again and again at random; a serving
    endpoint that is left out takes no load. With one node's database wrong, only clients on that node suffer.

    ## What to do
    Look for errors about the service in the log of ovnkube-controller on the node (ovnkube-master before OpenShift
    4.14), `grep services_controller`. Restarting it there compares all services anew.
    """
    judge = judge_of(databases, endpoints, ports, pods, nodes)
    faults: dict[tuple[object, ...], _Fault] = {}
    doubts: dict[str, str] = {}
    unknown: dict[str, None] = {}
    for (namespace, service), known in balancers.services.by_name.items():
        if hidden(known):
            yield Gap(f"{namespace}/{service}", "its addresses are masked")
    for zone in databases:
        if reason := zone.unsound():
            yield Gap("load balancers", reason, zone.node)
        for one in balancers.of(zone):
            name = f"{one.service.namespace}/{one.service.name}"
            if hidden(one.service):
                continue
            verdict = judge.of(one)
            if verdict is None:
                unknown[name] = None
            elif verdict.wrong:
                key = (name, one.at, tuple((each.pair, each.missing) for each in verdict.wrong))
                fault = faults.setdefault(key, _Fault(one, verdict))
                fault.zones[zone.name] = zone.node
                fault.vips[one.vip] = None
            elif verdict.doubts:
                doubts.setdefault(name, verdict.doubts[0])
    yield from (Gap(name, "its endpoints were not collected") for name in unknown)
    faulty = {key[0] for key in faults}
    yield from (Gap(name, text) for name, text in doubts.items() if name not in faulty)
    yield from _findings(list(faults.values()))


def _findings(faults: list[_Fault]) -> Iterator[Finding]:
    for severity in (Severity.ERROR, Severity.WARNING):
        found = [one for one in faults if _severity(one) is severity]
        services = dict.fromkeys(_name(one) for one in found)
        if len(services) > MANY:
            zones = list(dict.fromkeys(zone for one in found for zone in one.zones))
            what = (
                "send to backends that nobody serves" if severity is Severity.ERROR else "leave serving endpoints out"
            )
            text = (
                f"the load balancers of {len(services)} services {what} (database of {named(zones)}): {named(services)}"
            )
            lines = pieces(*(one.first.evidence for one in found[:6]))
            nodes = {node for one in found for node in one.zones.values()}
            node = nodes.pop() if len(nodes) == 1 else None
            yield Finding("load balancers", text, lines, node, severity, f"many {severity}")
        else:
            yield from (_finding(one, severity) for one in found)


def _severity(fault: _Fault) -> Severity:
    """An endpoint that is left out only shares its load with the others, unless there are none."""
    dead = any(not one.missing for one in fault.verdict.wrong)
    return Severity.ERROR if dead or not fault.verdict.used else Severity.WARNING


def _finding(fault: _Fault, severity: Severity) -> Finding:
    frontend, verdict = fault.first, fault.verdict
    dead = [one for one in verdict.wrong if not one.missing]
    missing = [one for one in verdict.wrong if one.missing]
    parts = []
    if dead:
        parts.append(f"sends to {named(f'{one.text} ({one.why})' for one in dead)}")
    if missing and not verdict.used:
        parts.append(f"has no backend, though {len(missing)} endpoints serve: {named(one.text for one in missing)}")
    elif missing:
        parts.append(f"leaves out {named(f'{one.text} ({one.why})' for one in missing)}")
    where = f"the load balancer for {named(fault.vips)} in the northbound database {_whose(fault)}"
    endpoints = verdict.endpoints
    lines = pieces(
        frontend.evidence,
        (line for one in verdict.wrong for line in one.evidence[:2]),
        frontend.service.where("cluster_ips"),
        endpoints.evidence[:2] if endpoints else (),
    )
    nodes = list(fault.zones.values())
    key = f"{frontend.at} {' '.join(one.text for one in verdict.wrong)}"
    return Finding(
        _name(fault), f"{where} {', and '.join(parts)}", lines, nodes[0] if len(nodes) == 1 else None, severity, key
    )


def _whose(fault: _Fault) -> str:
    names = [name if node else "" for name, node in fault.zones.items()]
    return f"of {named(names)}" if all(names) else "of the cluster"


def _name(fault: _Fault) -> str:
    return f"{fault.first.service.namespace}/{fault.first.service.name}"
