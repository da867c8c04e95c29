"""The addresses at which the routers are to be reached from outside, and what saved questions say of routes' names.

A router pod in the host's network listens on its node (host network, and OpenShift 3); a service of type LoadBalancer,
the cluster's own virtual addresses and the service's addresses lead to it too. A load balancer that somebody else runs
in front is not known: a name that leads elsewhere may be right.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from analyzer.rule import join
from analyzer.service.backends import ServiceBackends
from analyzer.service.pods import NamespacePods, alive
from analyzer.service.routers import NAMESPACE
from parsers.base import Evidence
from parsers.infrastructure import Infrastructure
from parsers.ingress_controllers import IngressController
from parsers.kubernetes import unique
from parsers.name_lookup import LookupResult, NameLookup
from parsers.routes import Route

PORTS = frozenset({80, 443, None})
_LOST = {
    LookupResult.NXDOMAIN: "does not exist in the DNS (NXDOMAIN)",
    LookupResult.NO_ANSWER: "has no address in the DNS",
}


@dataclass(frozen=True, slots=True)
class Door:
    """One address of the routers."""

    what: str
    node: str | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class RouterDoors:
    """The doors by address, and the questions for hosts of routes that lead to none of them: why."""

    addresses: Mapping[str, Door] = field(default_factory=dict)
    lost: tuple[tuple[NameLookup, str, str], ...] = ()


@join
def router_doors(  # noqa: PLR0913, PLR0917 - routers have addresses of four kinds, and names are of two
    pods: NamespacePods,
    services: ServiceBackends | None,
    infrastructures: tuple[Infrastructure, ...] | None,
    controllers: tuple[IngressController, ...] | None,
    routes: tuple[Route, ...] | None,
    lookups: tuple[NameLookup, ...] | None,
) -> RouterDoors:
    doors: dict[str, Door] = {}
    old = services.get("default", "router") if services else None
    for pod in (*pods.by_namespace.get(NAMESPACE, ()), *(old.pods if old else ())):
        if alive(pod) and pod.host_network and pod.host_ip:
            what = f"the node of router pod {pod.name}"
            doors[pod.host_ip] = Door(what, pod.node, pod.where("host_ip", "node"))
    for one in services or ():
        if one.service.namespace == NAMESPACE:
            for ip in (*one.service.ingress_ips, *one.service.external_ips):
                doors.setdefault(ip, Door(f"service {one.name}", None, one.service.where("ingress_ips")))
    for infrastructure in unique(infrastructures or ()):
        for ip in infrastructure.ingress_vips:
            doors.setdefault(ip, Door("the virtual address of the routers", None, infrastructure.where("ingress_vips")))
    hosts = {one.host.lower() for one in unique(routes or ()) if one.host}
    domains = tuple(f".{one.domain.lower()}" for one in unique(controllers or ()) if one.domain)
    lost = [
        (one, one.asked, why)
        for one in lookups or ()
        if (one.asked in hosts or one.asked.endswith(domains)) and (why := _why(one, doors))
    ]
    return RouterDoors(doors, tuple(lost))


def _why(one: NameLookup, doors: Mapping[str, Door]) -> str | None:
    """Why a name leads to no router; None where it does, or where nothing is known."""
    if not one.addresses:
        return _LOST.get(one.result)
    if not doors or any(ip in doors for ip in one.addresses):
        return None
    known = ", ".join(sorted(doors)[:3])
    return (
        f"leads to {', '.join(one.addresses[:3])}, none of the routers' addresses ({known}): a load balancer, or wrong"
    )
