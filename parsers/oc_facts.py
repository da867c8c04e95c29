"""What saved tables of `oc get` tell of pods, services, endpoints and routes, and no more.

A table leaves out most of an object: whether a pod uses its host's network, which port of the pods a port of a service
leads to, the protocol of an endpoint and its node, who admitted a route. In the facts of the objects themselves a value
that is left out means what the API says it means, so a rule would take it for told. These are facts of their own.
"""

from enum import StrEnum

from parsers.cluster_services import ServiceType
from parsers.endpoint_facts import Protocol
from parsers.kubernetes import KubernetesFact
from parsers.part import Part
from parsers.routes import Termination


class ListedPod(KubernetesFact):
    """A row of `oc get pods`. ready, containers: of `1/2`. status: as printed (`Running`, `CrashLoopBackOff`).

    age: seconds since it was made, as exact as the table is (`9m19s`, `2d`). ip and node are there with `-o wide` only.
    Marks: ready, status, restarts, age, ip, node.
    """

    ready: int
    containers: int
    status: str
    restarts: int | None = None
    age: int | None = None
    ip: str | None = None
    node: str | None = None


class PodAddress(KubernetesFact):
    """A pod by its address, as `--template` printed it: `HostIP: 192.0.2.10 PodIP: 10.128.0.4`.

    Its name is not told: `name` is the pod's address. selector: what the command selected, None where it is not known.
    """

    host_ip: str
    pod_ip: str
    selector: str | None = None


class ListedPort(Part):
    """A port of a service, with the port on the nodes where there is one."""

    port: int
    protocol: Protocol
    node_port: int | None = None


class ListedService(KubernetesFact):
    """A row of `oc get services`. type: None in tables before 3.9. cluster_ips: none where it is headless.

    external: addresses or host names. pending: whether a load balancer's address is still to come. selector: as
    printed, None where the table has no such column, or it is `<none>`. Marks: type, cluster_ips, external, ports,
    selector.
    """

    type: ServiceType | None = None
    cluster_ips: tuple[str, ...] = ()
    headless: bool = False
    external: tuple[str, ...] = ()
    pending: bool = False
    ports: tuple[ListedPort, ...] = ()
    selector: str | None = None


class ListedEndpoint(Part):
    """One address and port of a service that is ready. port: None where the service names none."""

    address: str
    port: int | None = None


class ListedEndpoints(KubernetesFact):
    """A row of `oc get endpoints`, of which `more` endpoints were not printed: a table shows three."""

    endpoints: tuple[ListedEndpoint, ...] = ()
    more: int = 0


class RouteState(StrEnum):
    """What the table says of the routers in place of the host, or behind it.

    SHOWN: the host, because a router admitted it, or because no router has said anything yet.
    """

    SHOWN = "shown"
    PENDING = "Pending"
    REJECTED = "rejected"
    REJECTED_BY_SOME = "rejected by some"


class ListedRoute(KubernetesFact):
    """A row of `oc get routes`. host: None where the table shows a state or a reason instead.

    reason: why all routers reject it (`HostAlreadyClaimed`). services: the names, without weights. port: of the
    service's pods, name or number, None for all. Marks: host, path, services, port, termination.
    """

    host: str | None = None
    state: RouteState = RouteState.SHOWN
    reason: str | None = None
    path: str | None = None
    services: tuple[str, ...] = ()
    port: str | None = None
    termination: Termination | None = None
