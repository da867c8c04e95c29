"""The routes of a node with OpenShift SDN: those that lead pods and services into br0, and those that get in their way.

The node's program adds the networks of the pods and of the services as routes through `tun0`; it deletes the route of
the node's own subnet, which the kernel may add again (openshift/sdn pkg/network/node/sdn_controller.go, setup and
deleteLocalSubnetRoute). `lbr0` and `docker0` are Docker's bridges of 3.x.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analyzer.node.network import NodeNetwork
from parsers.host_route_facts import HostRoute, RouteType
from parsers.prefixes import contains
from parsers.vocabulary import Family

TUN, OVN_PORT = "tun0", "ovn-k8s-mp0"
_HARMLESS = frozenset({"docker0", "lbr0"})
_AWAY = frozenset({RouteType.UNICAST, RouteType.BLACKHOLE, RouteType.UNREACHABLE, RouteType.PROHIBIT, RouteType.THROW})


@dataclass(frozen=True, slots=True)
class SdnRoutes:
    """The main table of one node."""

    host: NodeNetwork
    rows: tuple[HostRoute, ...]

    @property
    def whole(self) -> bool:
        """Whether it is the table and no part of it: it has the default route, or that of the node's own network."""
        ips = self.host.resource.internal_ips if self.host.resource else ()
        return any(one.default or (one.source and one.source in ips) for one in self.rows)

    @property
    def through(self) -> tuple[HostRoute, ...]:
        """The routes through tun0."""
        return tuple(one for one in self.rows if TUN in one.devices)

    @property
    def migrated(self) -> bool:
        """Whether a migration took the node to OVN-Kubernetes while others still have OpenShift SDN."""
        return not self.through and any(OVN_PORT in one.devices for one in self.rows)

    def leads(self, cidr: str) -> HostRoute | None:
        """The route through tun0 that takes all of a network."""
        fitting = [one for one in self.through if not one.default and contains(one.destination, cidr)]
        return min(fitting, key=lambda one: (one.destination != cidr, one.metric or 0), default=None)

    def by_script(self, networks: Iterable[str]) -> bool:
        """Whether a release of 3.x added the pods' networks that need not have added one of services.

        The setup script of 3.0 writes `proto kernel` and no route for services (openshift/openshift-sdn,
        openshift-sdn-kube-subnet-setup.sh); up to 3.6 both are written, later only the route.
        """
        return any((own := self.leads(one)) is not None and own.protocol == "kernel" for one in networks)

    def doubtful(self, cidr: str) -> bool:
        """Whether masked addresses hide which route is whose."""
        return any(contains(one.destination, cidr) is None for one in self.through)

    def strangers(self, cidr: str) -> Iterator[HostRoute]:
        """Routes of another device that take a part of a network, or all of it before tun0 does.

        One that stands in the place of the missing route is no stranger: that the route is missing says it all.
        """
        own = self.leads(cidr)
        for one in self.rows:
            if one.type not in _AWAY or TUN in one.devices or _HARMLESS & set(one.devices) or one.default:
                continue
            inside = contains(cidr, one.destination) is True
            same = one.destination == cidr
            first = own is not None and (one.metric or 0) < (own.metric or 0)
            if inside and (not same or first):
                yield one


def routes_of(host: NodeNetwork) -> SdnRoutes:
    """Those of a node."""
    return SdnRoutes(host, tuple(host.table(Family.IPV4)))
