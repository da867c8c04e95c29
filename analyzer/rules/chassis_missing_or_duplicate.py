"""A node has no chassis in an OVN southbound database, or shares its identity with another one."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from analyzer.instances import NodesByName, PodsByName
from analyzer.model import Finding, Gap, Severity
from analyzer.ovn.chassis import CHASSIS_ID, OvnChassis, ZoneChassis
from analyzer.ovn.databases import Zone, is_linux, named, pieces
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.nodes import Node
from parsers.ovn_southbound_rows import Chassis, Encap
from parsers.ovs_log import OvsLogCount, OvsLogKind

NEW = timedelta(minutes=10)  # in which a node that joins may still be setting up its network (J)
MANY = 20  # nodes from which on one finding tells of all of them


@rule(Severity.ERROR, area="ovn")
def chassis_missing_or_duplicate(
    chassis: OvnChassis, nodes: NodesByName, pods: PodsByName, counts: tuple[OvsLogCount, ...] | None
) -> Iterator[Finding | Gap]:
    """A node has no chassis in an OVN southbound database, or shares its identity with another one.

    ## Why it matters
    Without a chassis no port of the node's pods can be bound, and no other node makes a tunnel to it. Two chassis with
    one name, one tunnel address or one system-id take each other's traffic: pods of both nodes lose packets.

    ## What to do
    Look at the log of ovn-controller on the node, and at `ovs-vsctl get Open_vSwitch . external_ids` there: system-id,
    hostname and ovn-encap-ip. Nodes that were cloned share a system-id: give each its own. Delete the chassis that no
    node has any more with `ovn-sbctl chassis-del`, in every southbound database that holds it.
    """
    if not nodes:
        yield Gap("nodes", "whether every node has a chassis: the nodes were not collected")
    yield from _missing(chassis, nodes)
    yield from _same_name(chassis, nodes)
    yield from _same_address(chassis, nodes)
    yield from _same_id(nodes)
    for one in counts or ():
        if one.kind is OvsLogKind.ENCAP_DUPLICATE:
            yield _refused(one, chassis, nodes, pods)


def _missing(chassis: OvnChassis, nodes: NodesByName) -> Iterator[Finding | Gap]:
    lacking: dict[str, list[ZoneChassis]] = {}
    for one in chassis:
        if reason := one.zone.unsound(southbound=True):
            yield Gap("chassis", reason, one.zone.node)
        elif not one.rows:
            yield _none_at_all(one)
        else:
            for name in _expected(one.zone, nodes):
                if not one.of(name, nodes[name]):
                    lacking.setdefault(name, []).append(one)
    if len(lacking) > MANY:
        lines = pieces(*(_absent(nodes[name], found) for name, found in sorted(lacking.items())))
        where = _databases(next(iter(lacking.values())))
        text = f"{len(lacking)} nodes have no chassis in {where}: {named(sorted(lacking))}"
        yield Finding("chassis", text, lines, key="missing", about=tuple(sorted(lacking)))
        return
    for name, found in sorted(lacking.items()):
        node = nodes[name]
        down = ", and the node is not ready" if node.ready is not True else ""
        text = f"{name} has no chassis in {_databases(found)}{down}: its id {node.annotations[CHASSIS_ID]} is not there"
        severity = Severity.INFO if down else None  # a host that is shut down takes its chassis with it
        yield Finding(name, text, _absent(node, found), name, severity, "missing")


def _none_at_all(one: ZoneChassis) -> Finding:
    copy = one.zone.southbound
    lines = (copy.fact.evidence,) if copy else ()
    text = f"the southbound database {one.zone.label} holds no chassis at all"
    if one.just_made:
        more = "it was made a moment before it was copied"
        return Finding("OVN_Southbound", f"{text}: {more}", lines, one.zone.node, Severity.INFO, "none")
    return Finding("OVN_Southbound", f"{text}: no port can be bound", lines, one.zone.node, key="none")


def _expected(zone: Zone, nodes: NodesByName) -> Iterator[str]:
    """The nodes that this database must know: those that told their chassis, and not only just."""
    after = zone.southbound.after if zone.southbound else None
    for name in sorted(nodes) if zone.interconnect else zone.nodes:
        node = nodes.get(name)
        new = node is None or after is None or node.created is None or node.created > after - NEW
        if node and not new and is_linux(node) and node.annotations.get(CHASSIS_ID):
            yield name


def _absent(node: Node, found: Iterable[ZoneChassis]) -> tuple[Evidence, ...]:
    databases = [one.zone.southbound.fact.evidence for one in found if one.zone.southbound]
    return pieces(node.where(CHASSIS_ID), databases)


def _databases(found: list[ZoneChassis]) -> str:
    if not found[0].zone.interconnect:
        return "the southbound database of the cluster"
    names = [one.zone.name for one in found]
    return f"the southbound database{'s' if len(names) > 1 else ''} of {named(names)}"


def _same_name(chassis: OvnChassis, nodes: NodesByName) -> Iterator[Finding]:
    """Several chassis of one host in one database."""
    found: dict[str, dict[str, Chassis]] = {}
    where: dict[str, list[ZoneChassis]] = {}
    for one in chassis:
        for host, rows in one.by_host.items():
            same = [row for row in rows if row.hostname == host]
            if len(same) > 1:
                found.setdefault(host, {}).update({row.name: row for row in same})
                where.setdefault(host, []).append(one)
    for host, each in sorted(found.items()):
        ids = [f"{name}{_current(name, nodes.get(host))}" for name in sorted(each)]
        text = f"{len(ids)} chassis are called {host} in {_databases(where[host])}: {named(ids)}"
        lines = pieces(*(row.where("hostname", "name") for row in each.values()))
        yield Finding(host, text, lines, host if host in nodes or not nodes else None, key="hostname")


def _current(name: str, node: Node | None) -> str:
    return " (the node's own)" if node and node.annotations.get(CHASSIS_ID) == name else ""


def _same_address(chassis: OvnChassis, nodes: NodesByName) -> Iterator[Finding]:
    """One tunnel address of several chassis, over all databases: within one of them it can stand once only."""
    holders: dict[str, dict[str, tuple[Encap, Chassis | None, Zone]]] = {}
    for one in chassis:
        for encap in one.encaps:
            holder = (encap, one.by_name.get(encap.chassis_name), one.zone)
            holders.setdefault(encap.ip, {}).setdefault(encap.chassis_name, holder)
    for ip, each in sorted(holders.items()):
        if ip and len(each) > 1:
            hosts = sorted({row.hostname for _, row, _ in each.values() if row})
            whose = [
                f"{name} ({row.hostname if row else 'unknown'}, database {zone.label})"
                for name, (_, row, zone) in each.items()
            ]
            text = f"{len(each)} chassis have the tunnel address {ip}: {named(sorted(whose))}"
            lines = pieces(*(encap.where("ip", "chassis_name") for encap, _, _ in each.values()))
            node = hosts[0] if len(hosts) == 1 and hosts[0] in nodes else None
            yield Finding(ip, text, lines, node, key="encap", about=tuple(one for one in hosts if one in nodes))


def _same_id(nodes: NodesByName) -> Iterator[Finding]:
    found: dict[str, list[Node]] = {}
    for _, node in sorted(nodes.items()):
        if name := node.annotations.get(CHASSIS_ID):
            found.setdefault(name, []).append(node)
    for name, each in sorted(found.items()):
        if len(each) > 1:
            hosts = [one.name for one in each]
            text = f"{len(hosts)} nodes have the system-id {name}: {named(hosts)}; they were cloned from one host"
            lines = pieces(*(one.where(CHASSIS_ID) for one in each))
            yield Finding(", ".join(hosts[:2]), text, lines, key="system-id", about=tuple(hosts))


def _refused(one: OvsLogCount, chassis: OvnChassis, nodes: NodesByName, pods: PodsByName) -> Finding:
    """ovn-controller said that another chassis has the address that it would register; now it may be registered."""
    pod = pods.get((one.origin.namespace or "", one.origin.pod or ""))
    node = pod.node if pod else one.node
    holder = next((row.hostname for zone in chassis if (row := zone.by_name.get(one.subject or ""))), None)
    whose = f"{one.subject} ({holder})" if holder else one.subject
    where = f"ovn-controller on {node or one.origin.pod or 'a node'}"
    text = (
        f"{where} could not register its tunnel address, which chassis {whose} had ({one.count} times, last {one.last})"
    )
    severity = Severity.INFO if node and _registered(node, chassis, nodes) else None
    if severity:
        text += "; it is registered now"
    lines = pieces((one.evidence,), one.where("last"))
    return Finding(node or one.daemon, text, lines, node, severity, f"log {one.subject}")


def _registered(node: str, chassis: OvnChassis, nodes: NodesByName) -> bool:
    """Whether the node's chassis has a tunnel address in every database that is there."""
    return all(
        any(encap.chassis_name == row.name for row in one.of(node, nodes.get(node)) for encap in one.encaps)
        for one in chassis
    )
