"""The pods' MTU and the header of the Geneve tunnel do not fit into the uplink of the node."""

from collections.abc import Iterable, Iterator

from analyzer.instances import PodsByName
from analyzer.model import Finding, Gap, Severity
from analyzer.node.mtu import OVN, SDN, ClusterMtu, MtuChain, MtuChains
from analyzer.node.overlay import Fit, Overlay, overlay_of, require, unknown
from analyzer.node.words import together
from analyzer.rule import NotCollectedError, rule
from parsers.network_log import NetworkLogEvent
from parsers.network_log_kinds import NetworkLogKind


@rule(Severity.ERROR, area="mtu")
def ovn_overlay_mtu_too_large(
    chains: MtuChains | None,
    cluster: ClusterMtu,
    logs: tuple[NetworkLogEvent, ...] | None,
    pods: PodsByName,
) -> Iterator[Finding | Gap]:
    """The pods' MTU and the header of the Geneve tunnel do not fit into the uplink of the node.

    ## Why it matters
    Full-size packets between pods on different nodes are lost while small ones pass: connections open and then hang.
    With less than 58 bytes (78 with IPv6) between the pods' MTU and the uplink's, ovnkube refuses to start. The network
    operator keeps 100 bytes free, 146 with IPsec: less than that works as long as no option of Geneve, no VLAN and no
    encryption comes on top.

    ## What to do
    Lower the MTU of the cluster network, or raise that of the uplinks and of the switches between them: change both
    with an MTU migration (`oc patch network.operator cluster`, `spec.migration.mtu`), never on a node by hand.
    """
    require(cluster, OVN)
    if chains is not None and all(one.network_type == SDN for one in chains):
        raise NotCollectedError("the nodes whose interfaces were collected have OpenShift SDN")
    if chains is None:
        yield from _without_links(cluster, logs or (), pods)
        return
    known: set[str] = set()
    found: list[tuple[str, Finding]] = []
    for chain in chains:
        if chain.network_type == SDN:
            continue
        fit = overlay_of(chain, cluster)
        if fit is None:
            yield Gap(chain.host.label, unknown(chain), chain.node)
            continue
        known.add(chain.node or chain.host.label)
        if finding := _judged(chain, fit, cluster):
            found.append((f"{fit.fit} {fit.interface} {fit.uplink}", finding))
    yield from together(found)
    yield from _told(logs or (), pods, known)


def _without_links(cluster: ClusterMtu, logs: Iterable[NetworkLogEvent], pods: PodsByName) -> Iterator[Finding | Gap]:
    """What is known without any interface of a node: no sign of a fault does not mean that there is none."""
    found = [*_told(logs, pods, set()), *_probed(cluster)]
    yield from found
    if not found and (cluster.probed is None or cluster.mtu is None):
        raise NotCollectedError("no MTU of a node's uplink was collected: no output of ip or ifconfig, no NMState")
    if not found:
        yield Gap("cluster network", "of the uplinks only the MTU at the installation of the cluster was collected")


def _judged(chain: MtuChain, fit: Overlay, cluster: ClusterMtu) -> Finding | None:
    sizes = f"the pods' MTU {fit.overlay}"
    where = f"{fit.interface} of {chain.host.label} with MTU {fit.uplink}"
    key = f"overlay {fit.interface}"
    if fit.fit is Fit.TOO_LARGE and not _under_way(cluster, fit):
        header = f" and {cluster.needed} bytes of Geneve header" if cluster.needed else ""
        text = f"{sizes}{header} ({fit.overlay + cluster.needed}) do not fit into {where}"
        return Finding(fit.interface, text, fit.evidence, chain.node, key=key)
    if fit.fit is Fit.TIGHT and cluster.migration is None:
        more = " with IPsec" if cluster.ipsec else ""
        text = f"{sizes} leaves {fit.uplink - fit.overlay} bytes in {where}: {cluster.reserved} are to be free{more}"
        return Finding(fit.interface, text, fit.evidence, chain.node, Severity.WARNING, key)
    if fit.fit is Fit.WASTEFUL and cluster.migration is None:
        text = f"{sizes} uses little of {where}: it may be {fit.uplink - cluster.reserved}"
        return Finding(fit.interface, text, fit.evidence, chain.node, Severity.INFO, key)
    return None


def _under_way(cluster: ClusterMtu, fit: Overlay) -> bool:
    """Whether a migration explains it: pods still keep to the smaller, routable MTU."""
    change = cluster.migration
    routable = min((one for one in (change.network_from, change.network_to) if one), default=None) if change else None
    return routable is not None and routable + cluster.needed <= fit.uplink


def _told(logs: Iterable[NetworkLogEvent], pods: PodsByName, known: set[str]) -> Iterator[Finding]:
    """What ovnkube itself says, of nodes whose interfaces were not collected and that have not started since."""
    newest: dict[tuple[str | None, str | None], NetworkLogEvent] = {}
    for one in logs:
        if one.kind is NetworkLogKind.MTU_TOO_SMALL:
            pod = pods.get((one.origin.namespace or "", one.origin.pod or ""))
            started = [each.started_at for each in pod.containers if each.ready] if pod else []
            since = any(at is not None and (one.time is None or at > one.time) for at in started)
            node = (pod.node if pod else None) or one.node
            if not since and (node or one.origin.pod) not in known:
                newest[node or one.origin.pod, one.subject] = one
    for (where, interface), one in newest.items():
        pod = pods.get((one.origin.namespace or "", one.origin.pod or ""))
        node = (pod.node if pod else None) or one.node
        text = f"ovnkube on {where or 'a node'} does not start: {one.text}"
        yield Finding(interface or "uplink", text, (one.evidence,), node, key=f"log {where}")


def _probed(cluster: ClusterMtu) -> Iterator[Finding]:
    """The uplink's MTU as the operator found it at installation: it may have been raised since."""
    probed = cluster.probed
    if probed is None or cluster.mtu is None or cluster.migration or cluster.network_type != OVN:
        return
    if probed.mtu < cluster.mtu + cluster.needed:
        known = probed.mtu >= cluster.mtu
        text = (
            f"the pods' MTU {cluster.mtu} and {cluster.needed} bytes of Geneve header do not fit into the MTU"
            f" {probed.mtu} that the network operator found on the hosts when the cluster was installed"
        )
        lines = (*cluster.evidence, *probed.where("mtu"))
        yield Finding("cluster network", text, lines, None, Severity.WARNING if known else Severity.INFO, "probed")
