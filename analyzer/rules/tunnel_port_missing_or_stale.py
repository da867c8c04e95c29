"""A node has no tunnel to another node, or one to an address that no node has."""

from collections.abc import Iterator

from analyzer.instances import NodesByName
from analyzer.model import Finding, Gap, Severity
from analyzer.ovn.databases import named, pieces
from analyzer.ovs.logs import Signs
from analyzer.ovs.roles import INTEGRATION
from analyzer.ovs.tunnels import NodeTunnels, Remote, Tunnel, Tunnels
from analyzer.rule import rule
from parsers.kubernetes import unique
from parsers.network_config import NetworkOperatorConfig
from parsers.ovs_log_kinds import OvsLogKind

MANY = 10  # nodes without a tunnel from which on one finding tells of all of them
OFTEN = 10  # messages of one kind in an hour that are no passing state any more (J)
_LOGGED = {
    OvsLogKind.TUNNEL_DUPLICATE: "was to make a tunnel with the same configuration as another one",
    OvsLogKind.TUNNEL_UNKNOWN: "received packets from tunnels for which it has no port",
}


@rule(Severity.ERROR, area="ovs")
def tunnel_port_missing_or_stale(
    tunnels: Tunnels, nodes: NodesByName, operators: tuple[NetworkOperatorConfig, ...] | None
) -> Iterator[Finding | Gap]:
    """A node has no tunnel to another node, or one to an address that no node has.

    ## Why it matters
    Pods on two nodes talk through a tunnel between these. Without its port on either side no packet passes in at least
    one direction, while pods on the same node reach each other. A tunnel to an address that no node has is left over
    from a node that was removed, or shows that a node changed its address.

    ## What to do
    Compare `ovn-sbctl list chassis` and `list encap` with the nodes: a chassis that is missing there, or stands there
    twice, is the cause on every other node. Where they are right, look at the log of ovn-controller on the node that
    lacks the port. Delete the chassis of a node that is gone with `ovn-sbctl chassis-del`.
    """
    if tunnels.nodes and not nodes:
        yield Gap("tunnels", "whether every node has its tunnels: the nodes were not collected")
    elsewhere = any(one.route_advertisements == "Enabled" for one in unique(operators or ()))
    for one in tunnels.nodes:
        if not one.switch.whole:
            yield Gap("tunnels", f"the tunnels of {one.switch.label}: {one.switch.limits}", one.switch.node)
        elif one.switch.bridge(INTEGRATION) is None:
            yield Gap("tunnels", "there is no bridge br-int that they could be ports of", one.switch.node)
        elif one.required and not one.tunnels and elsewhere:
            yield Gap("tunnels", "no tunnel at all: routes may be advertised in place of an overlay", one.switch.node)
        else:
            yield from _missing(one)
            yield from _stale(one)
            yield from _moved(one)
    for daemon in tunnels.logs:
        yield from _logged(daemon, tunnels)


def _missing(one: NodeTunnels) -> Iterator[Finding]:
    lacking = [remote for remote in one.required if not one.to(remote)]
    switch = one.switch
    present = len(one.tunnels)
    if len(lacking) > MANY or (len(lacking) > 1 and not present):
        names = named(f"{remote.name} ({remote.shown})" for remote in lacking)
        text = f"{switch.label} has no tunnel to {len(lacking)} of {len(one.required)} other nodes: {names}"
        lines = pieces(switch.evidence, *(remote.evidence for remote in lacking))
        yield Finding("br-int", text, lines, switch.node, key="missing")
        return
    for remote in lacking:
        name = f"ovn-{remote.chassis}-0" if remote.chassis else remote.name
        text = f"{switch.label} has no tunnel to {remote.name} ({remote.shown}), it has {present} to others"
        lines = pieces(
            remote.evidence, *(tunnel.port.where("options")[1:] for tunnel in one.tunnels[:3]), switch.evidence
        )
        yield Finding(f"br-int/{name}", text, lines, switch.node, key="missing")


def _stale(one: NodeTunnels) -> Iterator[Finding | Gap]:
    strangers = one.strangers()
    if not strangers:
        return
    if len(strangers) > len(one.known) or one.switch.resource is None:
        where = named(sorted(tunnel.remote or "" for tunnel in strangers))
        yield Gap("tunnels", f"tunnels lead to {where}: not all nodes may be collected", one.switch.node)
        return
    for tunnel in strangers:
        subject = f"{tunnel.port.bridge}/{tunnel.port.name}"
        text = f"{tunnel.port.name} of {one.switch.label} leads to {tunnel.remote}, which is no node's address"
        yield Finding(subject, text, tunnel.port.where("options"), one.switch.node, Severity.WARNING, "stale")


def _moved(one: NodeTunnels) -> Iterator[Finding]:
    """A tunnel of the right chassis to an address that is not the node's, where all others are: it may have changed."""
    fitting = sum(1 for remote in one.known if any(tunnel.remote in remote.addresses for tunnel in one.to(remote)))
    for remote in one.required:
        for tunnel in one.to(remote):
            if tunnel.remote is None or tunnel.remote in remote.addresses | remote.encaps:
                continue
            if remote.encaps or fitting > 1:
                yield _to_another_address(one, remote, tunnel)


def _to_another_address(one: NodeTunnels, remote: Remote, tunnel: Tunnel) -> Finding:
    text = (
        f"{tunnel.port.name} of {one.switch.label} leads to {tunnel.remote}, while {remote.name} has {remote.shown}: "
        "its tunnel address is another one on purpose, or the node has changed its address"
    )
    severity = Severity.WARNING if remote.encaps else Severity.INFO
    lines = pieces(tunnel.port.where("options"), remote.evidence)
    return Finding(f"{tunnel.port.bridge}/{tunnel.port.name}", text, lines, one.switch.node, severity, "moved")


def _logged(daemon: Signs, tunnels: Tunnels) -> Iterator[Finding]:
    """What ovs-vswitchd says. Both pass while nodes come, go and start again; they tell of a fault when they go on."""
    known = tunnels.by_node.get(daemon.node or "")
    sound = known is not None and known.switch.whole and all(known.to(remote) for remote in known.required)
    for kind, words in _LOGGED.items():
        found = daemon.of(kind)
        if not found:
            continue
        recent = daemon.recent(kind)
        often = max(one.most_in_an_hour for one in found) >= OFTEN
        times = sum(one.count for one in found)
        again = often or (kind is OvsLogKind.TUNNEL_DUPLICATE and times > 1)
        severity = None if recent and often and not sound else Severity.WARNING if recent and again else Severity.INFO
        subjects = sorted({one.subject for one in found if one.subject})
        told = f" ({named(subjects)})" if subjects else ""
        text = f"{daemon.name} of {daemon.label} {words}{told}: {times} messages, the last at {found[-1].last}"
        lines = pieces(*((one.marks.get("last", one.evidence), one.evidence) for one in found))
        yield Finding(daemon.name, text, lines, daemon.node, severity, kind.value)
