"""The management port of a node is missing, down, without its address, or loses packets."""

from collections.abc import Iterator, Mapping

from analyzer.model import Finding, Gap, Severity
from analyzer.ovn.databases import pieces
from analyzer.ovs.management import Management, ManagementPorts
from analyzer.ovs.roles import NetworkKind
from analyzer.rule import rule
from parsers.base import Evidence

SHARE = 0.001  # of its packets that may be lost (J)
LEAST = 100  # packets below which a share says nothing (J)
_LOSSES = ("rx_errors", "rx_dropped", "tx_errors", "tx_dropped")


@rule(Severity.ERROR, area="ovs")
def management_port_problem(ports: ManagementPorts) -> Iterator[Finding | Gap]:
    """The management port of a node is missing, down, without its address, or loses packets.

    ## Why it matters
    The host and its own pods talk through this port: health checks of the kubelet, services that host-network pods use,
    and with OpenShift SDN every packet that leaves the cluster. Without it pods are restarted for failed checks, and
    operators cannot reach their operands.

    ## What to do
    Restart the ovnkube-node pod (OpenShift SDN: the sdn pod) of the node, which makes the port and gives it the second
    address of the node's subnet (`tun0`: the first). When it comes back without its address, look at NetworkManager,
    which must not manage it.
    """
    for one in ports:
        missing = _missing(one)
        if missing:
            yield missing
            continue
        yield from _unknown(one)
        yield from _down(one)
        yield from _address(one)
        yield from _losses(one)


def _missing(one: Management) -> Finding | None:
    subject = f"{one.bridge}/{one.name}"
    if one.switch and one.switch.whole and one.switch.bridge(one.bridge) and one.switch.management is None:
        text = f"{one.bridge} of {one.label} has no port {one.name}: the node does not reach its own pods"
        bridge = one.switch.bridge(one.bridge)
        return Finding(subject, text, (bridge.evidence,) if bridge else one.switch.evidence, one.node, key="missing")
    if one.listing and one.link is None:
        text = f"{one.label} has no link {one.name} among its links: the node does not reach its own pods"
        return Finding(subject, text, (one.listing,), one.node, key="missing")
    return None


def _unknown(one: Management) -> Iterator[Gap]:
    if one.link is None and not (one.switch and one.switch.management):
        reason = one.switch.limits if one.switch else "its links were not collected"
        yield Gap(one.name, f"{one.name} of {one.label}: {reason}", one.node)


def _down(one: Management) -> Iterator[Finding]:
    # NMState calls down what NetworkManager does not manage, and it must not manage this port.
    if one.link and one.link.kind != "ovs-interface" and one.link.administratively_up is False:
        text = f"{one.name} of {one.label} is set down"
        yield Finding(f"{one.bridge}/{one.name}", text, one.link.where("state", "flags"), one.node, key="down")


def _address(one: Management) -> Iterator[Finding]:
    """Addresses are compared only where those of the host were collected."""
    if not one.listed or one.link is None:
        return
    has = [f"{each.address}/{each.prefix_length}" for each in one.addresses if each.scope != "link"]
    held = {each.address for each in one.addresses}
    lacking = [ip for ip in one.wanted if ip not in held]
    if not lacking and (one.wanted or has):
        return
    which = "first" if one.kind is NetworkKind.SDN else "second"
    told = f"not {', '.join(lacking)}, the {which} address of its subnet" if lacking else "and needs one"
    text = f"{one.name} of {one.label} has {'the address ' + ', '.join(has) if has else 'no address'}, {told}"
    lines = pieces(
        one.link.where("name"),
        (each.evidence for each in one.addresses),
        one.asked if lacking else (),
    )
    yield Finding(f"{one.bridge}/{one.name}", text, lines, one.node, key="address")


def _losses(one: Management) -> Iterator[Finding]:
    """The counters of the link, else those of the port."""
    if one.counted:
        last = max(one.counted, key=lambda link: sum(link.counters.values()))
        first = min(one.counted, key=lambda link: sum(link.counters.values()))
        marks = {name: last.where(name)[0] for name in _LOSSES}
        yield from _lossy(one, last.counters, first.counters if first is not last else None, marks)
    elif one.counters:
        own = one.counters
        values = {name: getattr(own, name) or 0 for name in (*_LOSSES, "rx_packets", "tx_packets")}
        yield from _lossy(one, values, None, {name: own.where(name)[0] for name in _LOSSES})


def _lossy(
    one: Management, counters: Mapping[str, int], before: Mapping[str, int] | None, marks: Mapping[str, Evidence]
) -> Iterator[Finding]:
    """Losses since the port exists; with two outputs those in between, which go on."""
    since = "since it exists" if before is None else "between two outputs"
    for name in _LOSSES:
        packets = f"{name[:2]}_packets"
        lost, passed = (counters.get(key, 0) - (before or {}).get(key, 0) for key in (name, packets))
        if lost >= LEAST and lost > SHARE * (passed + lost):
            text = f"{one.name} of {one.label} counts {lost} {name} beside {passed} packets {since}"
            severity = Severity.WARNING if before is None else None
            yield Finding(f"{one.bridge}/{one.name}", text, (marks[name],), one.node, severity, name)
