"""The MTU of OpenShift SDN and the header of its VXLAN tunnel do not fit into the uplink of the node."""

from collections.abc import Iterator

from analyzer.model import Finding, Gap, Severity
from analyzer.node.mtu import SDN, VXLAN, ClusterMtu, MtuChain, MtuChains
from analyzer.node.overlay import Fit, Overlay, overlay_of, require, unknown
from analyzer.node.words import together
from analyzer.rule import NotCollectedError, rule
from analyzer.sdn.logs import SdnLogs
from parsers.sdn_log_kinds import SdnLogKind


@rule(Severity.ERROR, area="mtu")
def sdn_overlay_mtu_too_large(
    chains: MtuChains | None, cluster: ClusterMtu, logs: SdnLogs | None
) -> Iterator[Finding | Gap]:
    """The MTU of OpenShift SDN and the header of its VXLAN tunnel do not fit into the uplink of the node.

    ## Why it matters
    VXLAN adds 50 bytes. Packets between nodes that become larger than the uplink takes are lost: builds, image pulls
    and TLS handshakes hang although pings pass.

    ## What to do
    Set the MTU of the SDN at least 50 bytes below that of the uplink (1450 for 1500), in
    `network.operator` or, before OpenShift 4, in the node's configuration, and restart the nodes.
    """
    require(cluster, SDN)
    found: list[tuple[str, Finding]] = []
    if chains is None and not (logs and list(logs.of(SdnLogKind.MTU_TOO_SMALL))):
        raise NotCollectedError("no output of a node's network with the MTU of an interface was collected")
    own = [one for one in chains or () if one.network_type == SDN]
    if chains is not None and not own:
        raise NotCollectedError("no node whose interfaces were collected is known to have OpenShift SDN")
    for chain in own:
        fit = overlay_of(chain, cluster)
        if fit is None:
            yield Gap(chain.host.label, unknown(chain), chain.node)
        elif fit.fit is Fit.TOO_LARGE and cluster.migration is None:
            text = (
                f"the pods' MTU {fit.overlay} and {VXLAN} bytes of VXLAN header ({fit.overlay + VXLAN}) do not fit into"
                f" {fit.interface} of {chain.host.label} with MTU {fit.uplink}"
            )
            found.append(
                (
                    f"{fit.interface} {fit.uplink}",
                    Finding(fit.interface, text, fit.evidence, chain.node, key=f"overlay {fit.interface}"),
                )
            )
        elif cluster.migration is None and (wide := _wider(chain, fit)):
            found.append((f"{wide.subject} {fit.interface} {fit.uplink}", wide))
    yield from together(found)
    told = {one.node for _, one in found}
    for said in logs.of(SdnLogKind.MTU_TOO_SMALL) if logs else ():
        if said.node is None or said.node not in told:
            text = f"OpenShift SDN on {said.label} does not start: {said.text}"
            yield Finding(said.label, text, said.evidence, said.node, key="log")


def _wider(chain: MtuChain, fit: Overlay) -> Finding | None:
    """The node's own port into the network takes larger packets than the cluster says, and than the tunnel carries."""
    link = chain.management
    if link is None or link.mtu is None or max(fit.overlay, fit.uplink - VXLAN) >= link.mtu:
        return None
    text = (
        f"{link.name} of {chain.host.label} has MTU {link.mtu}: with {VXLAN} bytes of VXLAN header"
        f" ({link.mtu + VXLAN}) its packets do not fit into {fit.interface} with MTU {fit.uplink}"
    )
    return Finding(link.name, text, (*link.where("mtu"), *fit.evidence), chain.node, key=f"port {link.name}")
