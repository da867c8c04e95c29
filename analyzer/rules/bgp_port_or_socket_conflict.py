"""Two programs on one node want to speak BGP."""

from collections.abc import Iterator

from analyzer.frr_daemons import FrrDaemonsView, FrrDaemonsViews
from analyzer.instances import FrrInstances, Instance, PodsByName
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import NotCollectedError, rule
from parsers.frr_log import FrrLogKind
from parsers.pods import Container, ContainerState, Pod, PodPhase

# Containers that hold a BGP daemon under a name of their own. Calico's and Cilium's agents may hold one as well, and
# nothing in a pod tells whether they use it.
STACKS = frozenset({"frr", "bird", "bird6", "gobgp", "gobgpd", "kube-router", "exabgp", "quagga"})
IN_USE = "Address already in use"


@rule(Severity.ERROR, area="frr")
def bgp_port_or_socket_conflict(
    views: FrrDaemonsViews | None, pods: PodsByName, instances: FrrInstances | None
) -> Iterator[Finding | Gap]:
    """Two programs on one node want to speak BGP.

    ## Why it matters
    Both use the network of the node: only one can listen on port 179 and on the ports of BFD, and a router that sees
    two sessions from one address resets one for the other, again and again.

    ## What to do
    Keep one BGP speaker per node: let MetalLB use frr-k8s (`bgpBackend: frr-k8s`) instead of FRR in its own pods, or
    keep other network plugins with BGP off the nodes of MetalLB by node selectors. `ss -ltnp sport = :179` on the node
    shows who listens.
    """
    if views is None and not pods:
        raise NotCollectedError("neither a log of FRR nor pods in this archive")
    for view in views or ():
        if view.events is None:
            yield Gap(view.label, "no log of FRR was collected", view.node)
        else:
            yield from _bound(view)
    if not pods:
        yield Gap("pods", "not collected: whether two BGP speakers share a node is not known")
    yield from _side_by_side(pods, instances)


def _bound(view: FrrDaemonsView) -> Iterator[Finding]:
    """Whether bgpd could not listen. A line of an earlier run of the container is history."""
    found = [
        one
        for one in view.of_kinds(FrrLogKind.BIND_FAILED)
        if one.daemon == "BGP" and (IN_USE in str(one.details.get("error", "")) or one.details.get("port") is not None)
    ]
    current = [one for one in found if not (one.time and view.started and one.time < view.started)]
    if current:
        last = current[-1]
        when = f" at {last.time:%Y-%m-%d %H:%M:%S}" if last.time else ""
        text = f"bgpd on {view.node or view.label} could not listen{when}: {last.text}"
        where = view.label if view.pod is None else view.pod.name
        yield Finding(where, text, tuple(one.evidence for one in current[-3:]), view.node, key="bind")


def _side_by_side(pods: PodsByName, instances: FrrInstances | None) -> Iterator[Finding]:
    by_node: dict[str, list[tuple[Pod, Container]]] = {}
    for pod in pods.values():
        if pod.node and pod.host_network and not pod.deleting and pod.phase is PodPhase.RUNNING:
            by_node.setdefault(pod.node, []).extend((pod, one) for one in pod.containers if _runs_bgp(one))
    of_pod = {(one.origin.namespace, one.origin.pod): one for one in instances or ()}
    for node, found in sorted(by_node.items()):
        if len({(pod.namespace, pod.name) for pod, _ in found}) > 1:
            yield _conflict(node, found, [of_pod.get((pod.namespace, pod.name)) for pod, _ in found])


def _runs_bgp(container: Container) -> bool:
    return container.name in STACKS and container.state is ContainerState.RUNNING


def _conflict(node: str, found: list[tuple[Pod, Container]], outputs: list[Instance | None]) -> Finding:
    names = " and ".join(f"{pod.namespace}/{pod.name} ({one.name})" for pod, one in found)
    peers = [{each.peer for router in one.routers for each in router.neighbors} if one else set() for one in outputs]
    both = sorted(set.intersection(*peers)) if peers else []
    idle = [pod.name for (pod, _), one in zip(found, outputs, strict=True) if one and one.config and not one.routers]
    more = (
        f"; both have the peers {', '.join(both[:4])}" if both else f"; {idle[0]} has no BGP configured" if idle else ""
    )
    lines = [line for pod, one in found for line in (*pod.where("host_network"), one.evidence)]
    lines += [each.evidence for one in outputs if one for router in one.routers[:1] for each in router.neighbors[:1]]
    severity = Severity.INFO if idle else None
    return Finding(
        node,
        f"two BGP speakers run in the network of {node}: {names}{more}",
        tuple(lines[:8]),
        node,
        severity,
        key="two",
    )
