"""A table of the kernel is full, or nearly so: connections or neighbors."""

from collections.abc import Iterator

from analyzer.model import Finding, Gap, Severity
from analyzer.node.drops import Drops
from analyzer.node.network import NodeNetwork, NodeNetworks
from analyzer.node.words import together
from analyzer.rule import NotCollectedError, rule
from parsers.host_route_facts import NeighborState
from parsers.kernel_drops import DropKind
from parsers.vocabulary import Family, family_of

FULL = 0.9  # of the conntrack table from which new connections are at risk (J)
_COUNT = "net.netfilter.nf_conntrack_count"
_MAXIMA = ("net.netfilter.nf_conntrack_max", "net.nf_conntrack_max")
_UNCOUNTED = frozenset({NeighborState.NO_ARP, NeighborState.PERMANENT, NeighborState.NONE})
_WORDS = {
    DropKind.CONNTRACK_FULL: "dropped packets of new connections: the conntrack table was full",
    DropKind.NEIGHBORS_FULL: "could not add neighbors: the neighbor table was full",
}


@rule(Severity.ERROR, area="node")
def kernel_table_full(networks: NodeNetworks | None, drops: Drops | None) -> Iterator[Finding | Gap]:
    """A table of the kernel is full, or nearly so: connections or neighbors.

    ## Why it matters
    With a full conntrack table every new connection through the node fails at random, existing ones go on. With a full
    neighbor table addresses on the link cannot be resolved: peers and gateways vanish for seconds.

    ## What to do
    Find the client that opens the connections (`conntrack -L`, a scan, a health check without keepalive). Raise
    `net.netfilter.nf_conntrack_max`, or `net.ipv4.neigh.default.gc_thresh2` and `gc_thresh3`, by the Tuned operator.
    """
    logs = [one for one in drops or () if one.log.kernel]
    if networks is None and not logs:
        raise NotCollectedError("neither a kernel log (dmesg) nor kernel settings of a node were collected")
    found: list[tuple[str, Finding]] = []
    logged = {one.label for one in logs}
    for one in networks or ():
        if one.label not in logged and not one.neighbors and _COUNT not in one.sysctls:
            yield Gap(one.label, "neither its kernel's log nor the size of a table was collected", one.node)
        found += [(each.key, each) for each in (*_conntrack(one), *_neighbors(one))]
    for log in logs:
        for drop in log.of(*_WORDS):
            count = f" ({drop.count} messages)" if drop.count > 1 else ""
            severity = Severity.INFO if log.old(drop) else None
            text = f"the kernel of {log.label} {_WORDS[drop.kind]}{count}"
            found.append(
                (drop.kind, Finding(_subject(drop.kind), text, (drop.evidence,), log.node, severity, drop.kind))
            )
    yield from together(found)


def _subject(kind: DropKind) -> str:
    return "conntrack" if kind is DropKind.CONNTRACK_FULL else "neighbors"


def _conntrack(host: NodeNetwork) -> Iterator[Finding]:
    count = host.sysctls.get(_COUNT)
    most = next((host.sysctls[one] for one in _MAXIMA if one in host.sysctls), None)
    if count and most and count.number and most.number and count.number > FULL * most.number:
        share = 100 * count.number // most.number
        text = f"the conntrack table of {host.label} holds {count.number} of {most.number} connections ({share} %)"
        yield Finding("conntrack", text, (*count.where("value"), *most.where("value")), host.node, key="count")


def _neighbors(host: NodeNetwork) -> Iterator[Finding]:
    for family, version in ((Family.IPV4, "IPv4"), (Family.IPV6, "IPv6")):
        each = [one for one in host.neighbors if family_of(one.address) is family and one.state not in _UNCOUNTED]
        for name, severity in (("gc_thresh3", None), ("gc_thresh2", Severity.WARNING)):
            limit = host.sysctls.get(f"net.{version.lower()}.neigh.default.{name}")
            if limit and limit.number and len(each) > limit.number:
                text = f"the neighbor table of {host.label} has {len(each)} {version} entries, {name} is {limit.number}"
                evidence = (*limit.where("value"), each[0].evidence)
                yield Finding("neighbors", text, evidence, host.node, severity, f"{family} {name}")
                break
