"""The cluster of the OVN database servers is not healthy."""

from collections.abc import Iterator
from datetime import timedelta

from analyzer.model import Finding, Gap, Severity
from analyzer.ovn.databases import named, pieces
from analyzer.ovn.raft import OvnRaft, RaftView
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.ovn_cluster_facts import RaftMembership
from parsers.ovs_log import OvsLogCount, OvsLogKind
from parsers.ovsdb_facts import OvsdbDatabase

MEMBERS = 3  # servers of a cluster with three masters or more
ELECTIONS = 5  # in an hour: more than an upgrade brings about (canonical/hotsos uses the same)
STALE = 10  # messages about stale data within STALE_WINDOW (canonical/hotsos too)
STALE_WINDOW = timedelta(hours=6)
SILENCE = 5  # election timers after which a server that does not answer is gone (J)
_TIMER = 1000  # milliseconds: the election timer of a new cluster


@rule(Severity.ERROR, area="ovn")
def raft_unhealthy(raft: OvnRaft) -> Iterator[Finding | Gap]:
    """The cluster of the OVN database servers is not healthy.

    ## Why it matters
    Without a leader no change reaches the nodes: new pods and services get no network. With one server lost the next
    failure takes the database away; frequent elections delay every change.

    ## What to do
    Look at disks and network of the masters first: slow fsyncs and lost packets cause elections. A server that left or
    lost its cluster is rebuilt: delete its database file and restart its ovnkube-master pod. When servers complain of
    stale data after a database was wiped: `ovn-appctl -t ovn-controller sb-cluster-state-reset` on each node.
    """
    for view in raft.views:
        if not view.status.complete:
            yield Gap(view.label, "its status text is cut", view.node)
        yield from _membership(view, raft)
        yield from _servers(view, raft)
        yield from _connections(view, raft)
        yield from _backlog(view)
    told = {view.status.server_id for view in raft.views}
    for file in raft.files:
        if file.raft and file.raft.server_id not in told:
            yield from _file(file, raft)
    for one, node in raft.messages:
        yield from _messages(one, node)


def _finding(view: RaftView, key: str, text: str, *lines: str, severity: Severity | None = None) -> Finding:
    evidence = pieces(view.status.where(*lines), view.status.where("name"))
    return Finding(view.status.name, f"{view.label} {text}", evidence, view.node, severity, f"{key} {view.node or ''}")


def _membership(view: RaftView, raft: OvnRaft) -> Iterator[Finding]:
    one = view.status
    if one.status is not None and one.status is not RaftMembership.MEMBER:
        severity = None if raft.led(one.name) else Severity.CRITICAL
        yield _finding(view, "status", f'is not a member of its cluster: "{one.status}"', "status", severity=severity)
    elif "leader" in one.marks and one.leader is None:
        severity = None if raft.led(one.name) else Severity.CRITICAL
        role = f" (it is {one.role})" if one.role else ""
        yield _finding(view, "leader", f"knows no leader{role}", "leader", "role", severity=severity)


def _servers(view: RaftView, raft: OvnRaft) -> Iterator[Finding]:
    """Fewer servers than masters; a cluster of a single node has one."""
    one = view.status
    masters = len(raft.masters or ())
    if one.complete and one.servers and masters >= MEMBERS > len(one.servers):
        found = named(each.address for each in one.servers)
        text = f"has {len(one.servers)} servers in its cluster, though there are {masters} masters: {found}"
        evidence = pieces((each.evidence for each in one.servers), one.where("name"))
        yield Finding(one.name, f"{view.label} {text}", evidence, view.node, key="servers")


def _connections(view: RaftView, raft: OvnRaft) -> Iterator[Finding]:
    one = view.status
    addresses = {each.server: each.address for each in one.servers}
    lost = {each.server: each for each in one.connections if not each.connected}
    if lost:
        names = [_server(server, addresses.get(server, ""), raft) for server in sorted(lost)]
        evidence = pieces((each.evidence for each in lost.values()), one.where("name"))
        text = f"{view.label} has lost the connection to {named(names)}"
        yield Finding(one.name, text, evidence, view.node, key=f"connections {view.node or ''}")


def _server(server: str, address: str, raft: OvnRaft) -> str:
    where = raft.address_node(address) or address
    return f"server {server} ({where})" if where else f"server {server}"


def _backlog(view: RaftView) -> Iterator[Finding]:
    """Entries that wait while a server keeps silent; a few that are on their way are normal."""
    one = view.status
    timer = one.election_timer or _TIMER
    silent = [each for each in one.servers if not each.me and (each.last_message or 0) > SILENCE * timer]
    waiting = (one.uncommitted or 0) + (one.unapplied or 0)
    if waiting and silent:
        names = named(f"{each.server} ({(each.last_message or 0) // 1000} s)" for each in silent)
        text = (
            f"{view.label} has {one.uncommitted or 0} entries not committed and {one.unapplied or 0} not applied, "
            f"and has not heard of {names}"
        )
        evidence = pieces(one.where("uncommitted", "unapplied"), (each.evidence for each in silent))
        yield Finding(one.name, text, evidence, view.node, key=f"backlog {view.node or ''}")


def _file(file: OvsdbDatabase, raft: OvnRaft) -> Iterator[Finding]:
    """What the database file says of a server whose status was not collected."""
    log = file.raft
    if log is None or file.edited:
        return
    node = raft.address_node(log.local_address)
    label = f"the server of {file.name} at {node or log.local_address}"
    if log.left or log.joining:
        text = f"{label} {'has left' if log.left else 'has not joined'} its cluster"
        yield Finding(file.name, text, (log.evidence,), node, key=f"status {log.local_address}")
    masters = len(raft.masters or ())
    if file.complete and log.servers and masters >= MEMBERS > len(log.servers):
        found = named(sorted(log.servers.values()))
        text = f"{label} knows {len(log.servers)} servers, though there are {masters} masters: {found}"
        yield Finding(file.name, text, (log.evidence,), node, key="servers")


def _messages(one: OvsLogCount, node: str | None) -> Iterator[Finding]:
    """Elections one after another, servers that lag behind: more than a change of leader or an upgrade brings about."""
    lines: tuple[Evidence, ...] = pieces((one.evidence,), one.where("last"))
    place = node or one.origin.pod
    where = f"{one.daemon} on {place}" if place else one.daemon
    if one.kind is OvsLogKind.ELECTION and one.most_in_an_hour >= ELECTIONS:
        period = f"{one.count} from {one.first} to {one.last}"
        text = f"{where} started {one.most_in_an_hour} elections within an hour ({period})"
        yield Finding(one.daemon, text, lines, node, key=f"elections {one.evidence.path}")
    if one.kind is OvsLogKind.STALE_DATA and one.count >= STALE and _dense(one):
        period = f"{one.first} to {one.last}"
        text = f"{where} said {one.count} times that {one.subject or 'a server'} has stale data ({period})"
        yield Finding(one.daemon, text, lines, node, key=f"stale {one.evidence.path} {one.subject or ''}")


def _dense(one: OvsLogCount) -> bool:
    """Whether the messages stand close together."""
    if one.most_in_an_hour >= STALE:
        return True
    return bool(one.first_time and one.last_time and one.last_time - one.first_time <= STALE_WINDOW)
