"""What is said of a load balancer's backends, and how old the difference must be to count."""

from dataclasses import dataclass
from datetime import timedelta

from analyzer.ovn.balancers import Frontend
from analyzer.ovn.databases import FRESH, Copy
from analyzer.ovn.endpoints import Pair, PortEndpoints
from analyzer.ovn.written import changed as written
from analyzer.ovn.written import inserted
from analyzer.service.pods import changed
from parsers.base import Evidence
from parsers.ovn_databases import NorthboundDatabase
from parsers.pods import ContainerState, Pod, PodPhase


@dataclass(frozen=True, slots=True)
class Wrong:
    """A backend that nobody serves, or (`missing`) an endpoint that is not used: what is wrong with it, and proof."""

    pair: Pair
    why: str
    evidence: tuple[Evidence, ...] = ()
    missing: bool = False

    @property
    def text(self) -> str:
        """`192.0.2.1:80`."""
        ip, port = self.pair
        host = f"[{ip}]" if ":" in ip else ip
        return f"{host}:{port}" if port else ip


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found out about one frontend; doubts are reasons not to judge."""

    wrong: tuple[Wrong, ...] = ()
    doubts: tuple[str, ...] = ()
    endpoints: PortEndpoints | None = None
    used: tuple[Pair, ...] = ()


FINE = Verdict()


def recent(frontend: Frontend, copy: Copy[NorthboundDatabase]) -> bool:
    """Whether the backends were changed while the archive was collected, as far as its times tell."""
    if copy.new:
        return False
    when, started = written(frontend.row, frontend.column), copy.started or copy.after
    return when is not None and started is not None and when >= started - timedelta(seconds=FRESH)


def settled(frontend: Frontend, copy: Copy[NorthboundDatabase]) -> bool:
    """Whether the backends were written long before the archive was collected: the endpoints were such for long."""
    when = written(frontend.row, frontend.column) or inserted(frontend.row)
    return copy.new or (copy.started is not None and when is not None and copy.lasting(when))


def steady(pod: Pod, copy: Copy[NorthboundDatabase]) -> bool:
    """Whether the pod was ready when the database was copied, as far as the starts of its containers tell."""
    if pod.phase is not PodPhase.RUNNING or pod.deleting or not pod.ready:
        return False
    return all(one.ready and copy.held(one.started_at) for one in pod.containers)


def long_down(pod: Pod, copy: Copy[NorthboundDatabase]) -> bool:
    """Whether the pod, or a container of it, was down already when the database was copied."""
    if not pod.ready and copy.held(changed(pod)):
        return True
    down = [one for one in pod.containers if not one.ready and one.state is not ContainerState.RUNNING]
    return any(copy.held(one.finished_at or one.last_finished_at) for one in down)
