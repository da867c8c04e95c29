"""The MTU of OpenShift SDN and the header of its VXLAN tunnel do not fit into the uplink of the node."""

from collections.abc import Iterator

from analyzer.model import Finding, Gap, Severity
from analyzer.node.mtu import SDN, VXLAN, ClusterMtu, MtuChains
from analyzer.node.overlay import Fit, overlay_of, require, unknown
from analyzer.node.words import together
from analyzer.rule import rule


@rule(Severity.ERROR, area="mtu")
def sdn_overlay_mtu_too_large(chains: MtuChains, cluster: ClusterMtu) -> Iterator[Finding | Gap]:
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
    for chain in chains:
        if chain.network_type != SDN:
            continue
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
    yield from together(found)
