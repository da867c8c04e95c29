"""Services without an endpoint that takes traffic: whether that is a fault, and what the pods tell of it."""

from dataclasses import dataclass
from enum import StrEnum

from analyzer.ovn.databases import named
from analyzer.rule import join
from analyzer.service.absent import AbsentPods
from analyzer.service.backends import Backends, ServiceBackends, same
from analyzer.service.pods import PodAges, lines, states
from parsers.base import Evidence
from parsers.services import ServicePort


class Fault(StrEnum):
    """What is known of a service without endpoints."""

    BROKEN = "broken"  # pods are there, or should be
    IDLE = "idle"  # nothing runs behind it, and nothing says that something should
    OFF = "off"  # what runs behind it is scaled to zero
    DOUBT = "doubt"  # the archive cannot tell


@dataclass(frozen=True, slots=True)
class Without:
    """Why a service, or one of its ports, has no endpoint: a sentence's end, and the lines that prove it."""

    fault: Fault
    text: str
    evidence: tuple[Evidence, ...] = ()
    port: ServicePort | None = None


@dataclass(frozen=True, slots=True)
class WithoutEndpoints:
    """Judges services by their endpoints and pods."""

    backends: ServiceBackends
    absent: AbsentPods
    ages: PodAges

    def of(self, one: Backends) -> tuple[Without, ...]:
        """What is wrong with a service that selects pods; nothing where all its ports have an endpoint."""
        if one.slices is None:
            return (Without(Fault.DOUBT, "its endpoints were not collected"),)
        if one.serving():
            return tuple(self._of_port(one, port) for port in one.service.ports if _unresolved(one, port))
        if self.ages.passed(one.service.image_dir, one.service.created) is False:
            return (Without(Fault.DOUBT, "it had only just been created"),)
        if one.alive:
            return (self._of_alive(one),)
        return (self._of_none(one),)

    def _of_port(self, one: Backends, port: ServicePort) -> Without:
        there = sorted({each.name or str(each.port) for each in one.ports()})
        but = f"; only {', '.join(there)}" if there else ""
        text = f"none of its {len(one.serving())} ready pods has a port named {port.target_port}{but}"
        return Without(Fault.BROKEN, text, (*port.where("target_port"), *one.evidence[:2]), port)

    def _of_alive(self, one: Backends) -> Without:
        ready = [pod for pod in one.alive if pod.ready]
        shown = (*one.service.where("selector"), *one.evidence[:1])
        if ready:
            if not any(self.ages.settled(pod) for pod in ready):
                return Without(Fault.DOUBT, f"{ready[0].name} may have become ready while the archive was collected")
            targets = {each.target for each in one.endpoints()}
            known = [pod for pod in ready if f"{pod.namespace}/{pod.name}" in targets]
            are = "is" if len(ready) == 1 else "are"
            names = sorted({port.target_port or "" for port in one.service.ports if not _number(port)})
            port = f"; has a container a port named {' or '.join(names)}?" if names and not known else ""
            but = "no endpoint is" if known else "in no slice"
            text = f"{named(pod.name for pod in ready)} {are} ready, but {but}{port}"
            return Without(Fault.BROKEN, text, (*shown, *lines(ready)))
        if all(self.ages.young(pod) for pod in one.alive):
            return Without(Fault.DOUBT, "its pods had only just been started")
        listed = tuple(line for each in one.endpoints()[:2] for line in each.where("ready", "addresses"))
        text = f"not ready: {states(one.alive)}"
        return Without(Fault.BROKEN, text, (*one.service.where("selector"), *listed, *lines(one.alive), *shown[1:]))

    def _of_none(self, one: Backends) -> Without:
        selector = ", ".join(f"{key}={value}" for key, value in sorted((one.service.selector or {}).items()))
        shown = (*one.service.where("selector"), *one.evidence[:1])
        if off := self.absent.off(one):
            return Without(Fault.OFF, off.text, (*off.evidence, *shown))
        if any(pod.deleting for pod in one.pods):
            return Without(Fault.DOUBT, "its pods are being deleted")
        if reason := self.absent.reason(one):
            text = f"no pod has the labels {selector}: {reason.text}"
            return Without(Fault.BROKEN, text, (*one.service.where("selector"), *reason.evidence, *shown[1:]))
        if doubt := self.absent.moving(one) or _uncollected(one):
            return Without(Fault.DOUBT, doubt)
        if one.pods:
            text = f"the pods that it selects have ended: {states(one.pods)}"
            return Without(Fault.IDLE, text, (*shown, *lines(one.pods)))
        text = f"no pod has the labels {selector}, and nothing says that one should"
        return Without(Fault.IDLE, text, (*shown, *((one.every_pod,) if one.every_pod else ())))


def _uncollected(one: Backends) -> str | None:
    known = one.pods or one.every_pod
    return None if known else "its endpoints are none, and the pods of its namespace were not collected"


def _number(port: ServicePort) -> bool:
    return (port.target_port or "").isdecimal() or not port.target_port


def _unresolved(one: Backends, port: ServicePort) -> bool:
    """Whether a port leads to a name that no pod with an endpoint has; a number leads there whatever a pod says."""
    return one.sliced and not _number(port) and not any(same(each, port) for each in one.ports())


@join
def without_endpoints(backends: ServiceBackends, absent: AbsentPods, ages: PodAges) -> WithoutEndpoints:
    return WithoutEndpoints(backends, absent, ages)
