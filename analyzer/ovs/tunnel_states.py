"""The tunnels between nodes as a report shows them: ports of OVN-Kubernetes, or flows of OpenShift SDN."""

from collections.abc import Iterable, Iterator, Mapping

from analyzer.instances import NodesByName
from analyzer.ovs.roles import INTEGRATION
from analyzer.ovs.tunnels import NodeTunnels, Remote, Tunnel, Tunnels
from analyzer.rule import NotCollectedError, join
from analyzer.sdn.bridge import SdnBridge, SdnBridges
from analyzer.sdn.peers import remote_flows
from analyzer.sdn.pods import SdnPods
from analyzer.sdn.subnets import SdnSubnets, own_of
from analyzer.states import TunnelState
from parsers.kubernetes import unique
from parsers.network_config import NetworkOperatorConfig

NAMED, QUOTED = 30, 4  # nodes and tunnels that one state names, and pieces of its evidence


class TunnelStates(tuple[TunnelState, ...]):
    """The nodes of which the switch was collected, in the order of their names."""

    __slots__ = ()


@join
def tunnel_states(  # noqa: PLR0913, PLR0917 - ports or flows, and what tells which there must be
    tunnels: Tunnels | None,
    nodes: NodesByName,
    bridges: SdnBridges | None,
    subnets: SdnSubnets | None,
    pods: SdnPods | None,
    operators: tuple[NetworkOperatorConfig, ...] | None,
) -> TunnelStates:
    found: list[TunnelState] = []
    if tunnels is not None and nodes:
        elsewhere = any(one.route_advertisements == "Enabled" for one in unique(operators or ()))
        found += [_of_ports(one, elsewhere=elsewhere) for one in tunnels.nodes]
    if not found and bridges is not None and subnets is not None:
        found += _of_flows(bridges, subnets, pods)
    judged = [one for one in found if one.required or one.stale]
    if not judged:
        raise NotCollectedError("no tunnels between nodes were collected")
    return TunnelStates(sorted(judged, key=lambda one: one.node))


def _of_ports(one: NodeTunnels, *, elsewhere: bool) -> TunnelState:
    switch, required = one.switch, len(one.required)
    reason = None
    if not switch.whole:
        reason = switch.limits
    elif switch.bridge(INTEGRATION) is None:
        reason = "there is no bridge br-int"
    elif required and not one.tunnels and elsewhere:
        reason = "no tunnel at all: routes may be advertised in place of an overlay"
    if reason is not None:
        return TunnelState(switch.label, required, reason=reason, evidence=switch.evidence[:QUOTED])
    found = [(remote, one.to(remote)) for remote in one.required]
    missing = [remote.name for remote, own in found if not own]
    strangers = one.strangers()
    stale = () if len(strangers) > len(one.known) or switch.resource is None else strangers
    return TunnelState(
        node=switch.label,
        required=required,
        missing=tuple(missing[:NAMED]),
        missing_total=len(missing),
        moved=tuple(_moved(one, found))[:NAMED],
        stale=tuple(f"{each.port.name} to {each.remote}" for each in stale)[:NAMED],
        evidence=(*switch.evidence, *(line for each in stale for line in each.port.where("options")))[:QUOTED],
    )


def _moved(one: NodeTunnels, found: Iterable[tuple[Remote, tuple[Tunnel, ...]]]) -> Iterator[str]:
    """The nodes to whose chassis there is a tunnel, but only to addresses that are not its own."""
    for remote, own in found:
        known = remote.addresses | remote.encaps
        away = bool(own) and all(each.remote is not None and each.remote not in known for each in own)
        if away and (remote.encaps or _fitting(one) > 1):
            yield remote.name


def _fitting(one: NodeTunnels) -> int:
    """To how many nodes a tunnel leads that ends at the node's own address."""
    return sum(1 for remote in one.known if any(tunnel.remote in remote.addresses for tunnel in one.to(remote)))


def _of_flows(bridges: Iterable[SdnBridge], subnets: SdnSubnets, pods: SdnPods | None) -> Iterator[TunnelState]:
    known = [one for one in bridges if one.flows is not None]
    gateways = {one.node: one.flows.gateway for one in known if one.node and one.flows and one.flows.gateway}
    for one in known:
        yield _of_bridge(one, subnets, gateways, starting=pods is not None and pods.starting(one.node))


def _of_bridge(one: SdnBridge, subnets: SdnSubnets, gateways: Mapping[str, str], *, starting: bool) -> TunnelState:
    flows = one.flows
    assert flows is not None
    own = own_of(subnets, one.node, one.label, flows.gateway)
    remotes = list(subnets.others(one.node, own))
    reason = flows.unsound
    if flows.half or starting:
        reason = "its setup was not finished"
    elif one.node is None and own is None:
        reason = "which node it is, is not known"
    lines = (flows.dump.evidence,)
    if reason is not None:
        return TunnelState(one.label, len(remotes), reason=reason, evidence=lines)
    missing = [each.name for each in remotes if remote_flows(flows, each, gateways.get(each.name)).lacking]
    return TunnelState(one.label, len(remotes), tuple(missing[:NAMED]), len(missing), evidence=lines)
