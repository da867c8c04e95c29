"""A bridge that the cluster network stands on is missing, or forwards on its own without its controller."""

from collections.abc import Iterator

from analyzer.model import Finding, Gap, Severity
from analyzer.ovs.roles import INTEGRATION, SDN_BRIDGE, NetworkKind
from analyzer.ovs.switches import Switch, Switches
from analyzer.rule import rule

SECURE = "secure"
_WHAT = {
    INTEGRATION: "no pod of this node has a network",
    SDN_BRIDGE: "no pod of this node has a network",
}


@rule(Severity.CRITICAL, area="ovs")
def bridge_missing_or_fail_open(switches: Switches) -> Iterator[Finding | Gap]:
    """A bridge that the cluster network stands on is missing, or forwards on its own without its controller.

    ## Why it matters
    OVN-Kubernetes needs `br-int` for pods and `br-ex` for everything outside, OpenShift SDN needs `br0`: without the
    bridge the node has no such traffic at all. A bridge whose fail mode is not `secure` acts as a plain switch while
    its controller is away: packets go around network policies, and broadcasts may loop.

    ## What to do
    Look at the journal of ovs-configuration on the node (`oc adm node-logs <node> -u ovs-configuration`), which makes
    `br-ex`, and at the logs of ovnkube-node or sdn, which make the others. Restart that pod; reboot the node when the
    database of Open vSwitch was lost. A wrong fail mode is set right by a restart of ovn-controller or sdn.
    """
    for one in switches:
        if not one.of_cluster:
            yield Gap("bridges", f"{one.label} is no node of the cluster", one.node)
        elif one.kind is None:
            yield Gap("bridges", f"which network the switch of {one.label} serves is not known", one.node)
        elif not one.on_card:
            yield from _missing(one)
            yield from _open(one)


def wanted(one: Switch) -> list[str]:
    """The bridges that this switch must have."""
    if one.kind is NetworkKind.SDN:
        return [SDN_BRIDGE]
    return [INTEGRATION, *([one.gateway] if one.gateway else [])]


def _missing(one: Switch) -> Iterator[Finding | Gap]:
    lacking = [name for name in wanted(one) if one.bridge(name) is None]
    listed = bool(one.configuration and one.configuration.source == "ovs-vsctl list-br")
    if lacking and not one.whole and not listed:
        yield Gap(lacking[0], f"whether {' and '.join(lacking)} is missing: {one.limits}", one.node)
        return
    names = ", ".join(bridge.name for bridge in one.bridges) or "no bridge at all"
    for name in lacking:
        effect = _WHAT.get(name, "this node reaches nothing outside the cluster")
        source = one.configuration.source if one.configuration else ""
        text = f"{one.label} has no bridge {name}, {source} shows {names}: {effect}"
        yield Finding(name, text, one.evidence, one.node, key="missing")


def _open(one: Switch) -> Iterator[Finding]:
    """Only for the bridge that a controller programs; `br-ex` forwards on its own until OVN has set it up."""
    found = one.bridge(SDN_BRIDGE if one.kind is NetworkKind.SDN else INTEGRATION)
    if found is None or not found.mode_known or found.fail_mode == SECURE:
        return
    # A snippet may end before the line that tells the mode.
    if found.fail_mode is None and not one.whole:
        return
    mode = f"fail_mode {found.fail_mode}" if found.fail_mode else "no fail_mode, which is standalone"
    text = f"{found.name} of {one.label} has {mode}, not secure: it forwards on its own when its controller is away"
    lines = tuple(dict.fromkeys((found.evidence, *(found.marks[key] for key in ("fail_mode",) if key in found.marks))))
    yield Finding(found.name, text, lines, one.node, Severity.WARNING, "fail-mode")
