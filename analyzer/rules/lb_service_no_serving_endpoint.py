"""A LoadBalancer service has an address, but no endpoint that takes traffic."""

from collections.abc import Iterable, Iterator

from analyzer.instances import PodsByName
from analyzer.metallb.chain import Chain, Reach
from analyzer.metallb.chains import Chains
from analyzer.metallb.path import State, Step
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from analyzer.service.workloads import Workloads
from parsers.base import Evidence
from parsers.pods import ContainerState, Pod, PodPhase
from parsers.replicated_workloads import ReplicatedWorkload
from parsers.services import Service

QUOTED = 3  # pods whose lines are shown


@rule(Severity.ERROR, area="metallb")
def lb_service_no_serving_endpoint(chains: Chains, pods: PodsByName, workloads: Workloads) -> Iterator[Finding | Gap]:
    """A LoadBalancer service has an address, but no endpoint that takes traffic.

    ## Why it matters
    MetalLB announces an address only while an endpoint of its service is ready: without one every speaker withdraws it
    (`noEndpoints`, in layer 2 mode `notOwner`), and clients see the address disappear, not a refused connection.

    ## What to do
    Look at the pods that the service selects: why are they not ready, or are there none? Compare the selector of the
    service with the labels of the pods. A workload that was scaled to zero needs no address: it is only told of.
    """
    by_namespace: dict[str, list[Pod]] = {}
    for pod in pods.values():
        by_namespace.setdefault(pod.namespace or "", []).append(pod)
    judged: set[str] = set()
    for chain in chains:
        service = chain.service
        if service is None:
            yield Gap(chain.subject, "its service was not collected")
            continue
        if chain.address is None or chain.subject in judged:
            continue
        if chain.backends is None:
            # MetalLB announces nothing without a ready endpoint: an announcement proves one.
            if chain.link is None and chain.reach not in {Reach.ANNOUNCED, Reach.PARTLY}:
                yield Gap(chain.subject, "its endpoints were not collected")
        elif _without(chain):
            judged.add(chain.subject)
            off = workloads.off(service.namespace or "", service.selector or {})
            yield _finding(chain, service, by_namespace.get(service.namespace or ""), off)


def _without(chain: Chain) -> bool:
    """Whether nothing serves it and nothing before that breaks the chain."""
    link = chain.link
    broken = link is not None and link.state is State.BROKEN and link.step is Step.ENDPOINTS
    return broken and chain.backends is not None and not chain.backends.serving


def _finding(chain: Chain, service: Service, pods: list[Pod] | None, off: tuple[ReplicatedWorkload, ...]) -> Finding:
    backends = chain.backends
    endpoints = backends.endpoints if backends else ()
    what = (
        f"none of its {len(endpoints)} endpoints is ready" if len(endpoints) > 1 else "its only endpoint is not ready"
    )
    why, lines = _off(off) if off else _why(service, pods)
    # A speaker may not have told its routers yet, or the endpoints went away while the archive was made.
    reached = [one for one in chain.nodes if one.reach in {Reach.ANNOUNCED, Reach.PARTLY}]
    still = f"; {len(reached)} of {len(chain.nodes)} nodes announce it all the same" if reached else ""
    text = f"{chain.address} has nowhere to send traffic: {what if endpoints else 'it has no endpoints'}{why}{still}"
    shown = (*service.where("ingress_ips"), *chain.where_endpoints(), *lines)
    return Finding(chain.subject, text, shown, severity=Severity.INFO if off else None)


def _off(found: tuple[ReplicatedWorkload, ...]) -> tuple[str, tuple[Evidence, ...]]:
    """Workloads that somebody scaled to zero."""
    names = ", ".join(f"{one.kind} {one.name}" for one in found[:QUOTED])
    verb = "is" if len(found) == 1 else "are"
    return f"; {names} {verb} scaled to 0", tuple(line for one in found[:QUOTED] for line in one.where("replicas"))


def _why(service: Service, pods: list[Pod] | None) -> tuple[str, tuple[Evidence, ...]]:
    """What the pods of its namespace tell; nothing where none was collected."""
    if not service.selector:
        return " and no selector, so that somebody has to write them by hand", service.where("type")
    if pods is None:
        return "", ()
    selector = ", ".join(f"{key}={value}" for key, value in sorted(service.selector.items()))
    chosen = [one for one in pods if all(one.labels.get(key) == value for key, value in service.selector.items())]
    chosen = [one for one in chosen if one.phase not in {PodPhase.SUCCEEDED, PodPhase.FAILED}]
    if not chosen:
        return f"; no pod has the labels {selector} (none runs, or the labels differ)", service.where("selector")
    ready = [one for one in chosen if one.ready]
    if ready:
        return f"; {_names(ready)} ready by now", _lines(ready)
    return f"; not ready: {', '.join(_state(one) for one in chosen[:QUOTED])}{_more(chosen)}", _lines(chosen)


def _state(pod: Pod) -> str:
    waiting = next((one for one in pod.containers if one.state is ContainerState.WAITING and one.waiting_reason), None)
    reason = waiting.waiting_reason if waiting else pod.ready_reason or pod.reason
    return f"{pod.name} ({reason or pod.phase})"


def _lines(pods: Iterable[Pod]) -> tuple[Evidence, ...]:
    found = list(pods)[:QUOTED]
    marks = (one.marks for pod in found for one in pod.containers)
    waiting = [each["waiting_reason"] for each in marks if "waiting_reason" in each]
    return (*(line for pod in found for line in pod.where("ready", "phase")[:2]), *waiting[:QUOTED])


def _names(pods: list[Pod]) -> str:
    verb = "is" if len(pods) == 1 else "are"
    return f"{', '.join(one.name for one in pods[:QUOTED])}{_more(pods)} {verb}"


def _more(pods: list[Pod]) -> str:
    return f" and {len(pods) - QUOTED} more" if len(pods) > QUOTED else ""
