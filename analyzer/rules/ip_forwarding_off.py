"""A node does not forward packets although its pods or services need it to."""

from collections.abc import Iterator

from analyzer.model import Finding, Gap, Severity
from analyzer.node.mtu import OVN, SDN, ClusterMtu, network_type_of
from analyzer.node.roles import NodeRoles, Roles, lines
from analyzer.node.words import together
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.kubernetes import unique
from parsers.network_config import NetworkOperatorConfig

_GLOBAL = "net.ipv4.ip_forward"
_ALL6 = "net.ipv6.conf.all.forwarding"
_OWN6 = "net.ipv6.conf.br-ex.forwarding"
_BRIDGES = ("br-ex", "ovn-k8s-mp0")


@rule(Severity.ERROR, area="node")
def ip_forwarding_off(
    roles: Roles, cluster: ClusterMtu, operators: tuple[NetworkOperatorConfig, ...] | None
) -> Iterator[Finding | Gap]:
    """A node does not forward packets although its pods or services need it to.

    ## Why it matters
    Without forwarding the kernel drops what is not for the node itself: traffic of pods, of NodePorts, and of
    LoadBalancer addresses that arrives on the interface. OVN-Kubernetes from 4.14 on switches the global setting off
    and the settings of `br-ex` and `ovn-k8s-mp0` on: traffic of MetalLB on any other interface is dropped then.

    ## What to do
    Switch it on for the interface (`net.ipv4.conf.<interface>.forwarding` by a MachineConfig or the Tuned operator), or
    set `ipForwarding: Global` in the `gatewayConfig` of the network operator. Find out what switches it off: a sysctl
    file of a hardening profile comes back with the next boot.
    """
    operator = next(iter(unique(operators or ())), None)
    found: list[tuple[str, Finding]] = []
    for role in roles:
        if not role.host.sysctls:
            yield Gap(role.host.label, "its kernel settings (sysctl) were not collected", role.node)
            continue
        found += [(one.key, one) for one in _of_node(role, cluster, operator)]
    yield from together(found)


def _of_node(role: NodeRoles, cluster: ClusterMtu, operator: NetworkOperatorConfig | None) -> Iterator[Finding]:
    kind = network_type_of(role.host, cluster)
    host = role.host
    if kind == SDN and host.setting(_GLOBAL) == 0:
        yield _finding(role, _GLOBAL, "OpenShift SDN needs it")
    if kind == OVN:
        off = [one for one in _BRIDGES if host.setting(f"net.ipv4.conf.{one}.forwarding") == 0]
        for one in off:
            yield _finding(role, f"net.ipv4.conf.{one}.forwarding", "OVN-Kubernetes needs it", _asked(operator))
        if not off and host.setting(_GLOBAL) == 0 and operator is not None and operator.ip_forwarding == "Global":
            yield _finding(role, _GLOBAL, "the network operator is to forward on all interfaces", _asked(operator))
    for name, peer, evidence in _secondary(role):
        key = f"net.ipv4.conf.{name}.forwarding"
        if host.setting(key) == 0:
            yield _finding(role, key, f"traffic for services comes in there, from BGP peer {peer}", evidence)
    # Releases differ in whether they set all interfaces or each of their own.
    if cluster.ipv6 and kind is not None and host.setting(_ALL6) == 0 and host.setting(_OWN6) != 1:
        yield _finding(role, _ALL6, "the cluster network has IPv6")


def _asked(operator: NetworkOperatorConfig | None) -> tuple[Evidence, ...]:
    return operator.where("ip_forwarding") if operator and operator.ip_forwarding else ()


def _secondary(role: NodeRoles) -> Iterator[tuple[str, str, tuple[Evidence, ...]]]:
    """The interfaces beside the node's own by which BGP peers are reached, each once."""
    own = {*_BRIDGES, *((role.carrier.name,) if role.carrier else ())}
    done: set[str] = set()
    for session in role.sessions:
        way = role.way(session.peer) if "." in session.peer else None
        if way and not own & set(way.interfaces):
            for one in way.candidates:
                if one.interface not in done:
                    done.add(one.interface)
                    yield one.interface, session.peer, (one.evidence,)


def _finding(role: NodeRoles, key: str, why: str, more: tuple[Evidence, ...] = ()) -> Finding:
    setting = role.host.sysctls[key]
    text = f"{role.host.label} has {key} = {setting.value}: {why}"
    return Finding(key, text, lines(setting.where("value"), more), role.node, key=key)
