"""No router of an ingress controller serves, or its operator says that it is degraded."""

from collections.abc import Iterator

from analyzer.model import Finding, Gap, Severity
from analyzer.ovn.databases import pieces
from analyzer.rule import rule
from analyzer.saved_tests import MEANS, SavedTests, file_of
from analyzer.service.doors import PORTS, RouterDoors
from analyzer.service.pods import PodAges, lines, states
from analyzer.service.routers import Router, Routers
from parsers.base import Evidence
from parsers.conditions import Condition, ConditionStatus
from parsers.pods import Pod, PodPhase


@rule(Severity.CRITICAL, area="service")
def router_not_serving(
    routers: Routers, ages: PodAges, doors: RouterDoors, tests: SavedTests | None
) -> Iterator[Finding | Gap]:
    """No router of an ingress controller serves, or its operator says that it is degraded.

    ## Why it matters
    All routes go through the routers: without one, no application and not even the console can be reached from outside.
    A controller that is degraded serves with fewer pods than wanted, without its load balancer or its DNS record, or
    fails the operator's own requests through it.

    ## What to do
    Look at the pods in `openshift-ingress`: one that is pending says why no node takes it (with host network two
    routers cannot share a node, ports 80, 443 and 1936 must be free). Then compare the addresses that the DNS record of
    the domain or the load balancer in front leads to with the nodes that the router pods run on. A saved test of such
    an address tells more: refused, no router listens there; timed out, a firewall or a route is in the way.
    """
    for one in routers:
        if one.unwanted:
            continue
        found = _down(one, ages) or _degraded(one) or _pending(one, ages)
        if found is not None:
            yield found
        elif not one.controller and not one.operator and not one.service and not one.listed:
            yield Gap(_subject(one), "neither its resource nor its service was collected")
        elif one.alive and not one.ready:
            yield Gap(_subject(one), "its pods had only just been started")
    yield from _tested(doors, tests or SavedTests(()))


def _tested(doors: RouterDoors, tests: SavedTests) -> Iterator[Finding]:
    """What saved tests say of the addresses at which routers are to be reached."""
    for one in tests:
        door = doors.addresses.get(one.target)
        if door is None or one.good or one.echo or one.port not in PORTS:
            continue
        text = f"a saved test ({one.tool}, {file_of(one)}) of {one.where}, {door.what}, failed: {MEANS[one.answer]}"
        lines = pieces(one.evidence, door.evidence)
        yield Finding(door.what, text, lines, door.node, Severity.ERROR, f"tested {one.target} {one.port}")
    for lookup, host, why in doors.lost:
        text = f"{host}, the host of a route, was asked for with {lookup.tool} and {why}"
        lines = pieces(lookup.where("asked", "result"), lookup.where(*(f"address {ip}" for ip in lookup.addresses)))
        severity = Severity.INFO if lookup.addresses else Severity.WARNING
        yield Finding(host, text, lines, None, severity, f"name {host}")


def _subject(one: Router) -> str:
    if one.name == "router" and one.service:
        return one.service.name
    return "cluster operator ingress" if one.operator else f"ingress controller {one.name}"


def _down(one: Router, ages: PodAges) -> Finding | None:
    condition = one.bad("Available", ConditionStatus.FALSE)
    started = [pod for pod in one.alive if not ages.young(pod)]
    none_ready = bool(started) and not one.ready
    none_there = one.listed is not None and not one.alive and (one.controller is not None or one.service is not None)
    service = one.service
    none_served = service is not None and service.slices is not None and not service.serving() and not one.ready
    if condition is None and not none_ready and not none_there:
        return None
    parts = [f"it is not available{_why(condition)}"] if condition else []
    shown: tuple[Evidence, ...] = _lines(condition)
    if none_ready:
        parts.append(f"no router pod is ready: {states(one.alive)}")
    elif none_there:
        parts.append("there is no router pod")
    elif one.pods:
        parts.append(f"{len(one.ready)} of {len(one.alive)} router pods are ready")
    if none_served and service is not None:
        parts.append(f"the service {service.name} has no endpoint")
    waiting = [pod for pod in one.alive if not pod.ready]
    of_pods = lines(waiting) or ((one.listed,) if none_there and one.listed else ())
    of_service = service.evidence[:1] if none_served and service else ()
    return Finding(_subject(one), "; ".join(parts), pieces(shown, of_pods, of_service), _node(waiting))


def _degraded(one: Router) -> Finding | None:
    condition = one.bad("Degraded", ConditionStatus.TRUE)
    if condition is None:
        return None
    waiting = [pod for pod in one.alive if not pod.ready]
    pods = f"; not ready: {states(waiting)}" if waiting else ""
    text = f"it is degraded{_why(condition)}{pods}"
    shown = pieces(_lines(condition), lines(waiting))
    return Finding(_subject(one), text, shown, _node(waiting), Severity.ERROR, "degraded")


def _pending(one: Router, ages: PodAges) -> Finding | None:
    waiting = [pod for pod in one.alive if pod.phase is PodPhase.PENDING and ages.long_unready(pod)]
    if not waiting or not one.ready:
        return None
    verb = "is" if len(waiting) == 1 else "are"
    text = f"{len(waiting)} of {len(one.alive)} router pods {verb} pending: {states(waiting)}"
    return Finding(_subject(one), text, pieces(lines(waiting)), _node(waiting), Severity.WARNING, "pending")


def _why(condition: Condition | None) -> str:
    told = condition and (condition.message or condition.reason)
    return f" ({' '.join(told.split())[:300]})" if told else ""


def _lines(condition: Condition | None) -> tuple[Evidence, ...]:
    return condition.where("type", "status", "reason", "message") if condition else ()


def _node(pods: list[Pod]) -> str | None:
    nodes = {pod.node for pod in pods}
    return nodes.pop() if len(nodes) == 1 else None
