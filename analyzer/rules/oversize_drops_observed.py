"""Packets were dropped because they are larger than an interface takes."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from analyzer.bgp import events, of_peer
from analyzer.frr import Session, Sessions
from analyzer.hosts import HostNames
from analyzer.instances import PodsByName
from analyzer.model import Finding, Severity, with_note
from analyzer.node.drops import Drops, NodeDrops, node_of
from analyzer.node.mtu import GENEVE, GENEVE6, VXLAN, MtuChain, MtuChains
from analyzer.node.words import together
from analyzer.rule import NotCollectedError, rule
from parsers.frr_log import FrrLogKind
from parsers.kernel_drops import DropKind, KernelDrop
from parsers.network_counters import NetworkCounters
from parsers.vocabulary import BfdStatus

_HEADERS = {VXLAN: "a VXLAN header", GENEVE: "a Geneve header", GENEVE6: "a Geneve header over IPv6"}
_FAILED = {"IpFragFails": "IPv4", "Ip6FragFails": "IPv6"}
RECENT = timedelta(days=1)  # before the collection: older lines of FRR are history (J)


@rule(Severity.ERROR, area="mtu")
def oversize_drops_observed(  # noqa: PLR0913, PLR0917 - each place where such drops show is one parameter
    drops: Drops | None,
    counters: tuple[NetworkCounters, ...] | None,
    sessions: Sessions | None,
    chains: MtuChains | None,
    names: HostNames,
    pods: PodsByName,
) -> Iterator[Finding]:
    """Packets were dropped because they are larger than an interface takes.

    ## Why it matters
    What sent them does not know of the smaller MTU on the way, and nothing tells it: the connection hangs after the
    first full-size packet while pings and handshakes pass.

    ## What to do
    Compare the two sizes of the message: a difference of 50 or 58 bytes is the header of a tunnel, so the pods' MTU is
    too large for the uplink; one of 4 is a VLAN tag. Then set the MTU of the interface named, or of what feeds it.
    """
    if drops is None and not counters:
        raise NotCollectedError("no kernel log (dmesg) and no counters (nstat, netstat -s) of a node were collected")
    known: dict[str | None, MtuChain] = {one.node: one for one in chains or () if one.node}
    found: list[tuple[str, Finding]] = []
    for one in drops or ():
        found += [(each.key, each) for each in _dropped(one, known)]
    yield from together(found)
    yield from _rising(counters or (), names, pods)
    for session in sessions or ():
        yield from _stuck(session)


def _dropped(log: NodeDrops, known: Mapping[str | None, MtuChain]) -> Iterator[Finding]:
    for one in log.of(DropKind.OVER_MTU):
        where = one.interface or "an interface"
        by = (one.size or 0) - (one.limit or 0)
        header = f", by {_HEADERS[by]}" if by in _HEADERS else ""
        text = f"the kernel of {log.label} dropped packets larger than the MTU of {where}: {one.size} > {one.limit}"
        yield _finding(log, one, text + header, known)
    for one in log.of(DropKind.TOO_BIG):
        text = f"Open vSwitch on {log.label} dropped packets larger than {one.interface or 'an interface'} takes"
        yield _finding(log, one, f"{text}: the network card joins them (GRO) though OVS reads them itself", known)


def _finding(log: NodeDrops, drop: KernelDrop, text: str, known: Mapping[str | None, MtuChain]) -> Finding:
    count = f" ({drop.count} messages)" if drop.count > 1 else ""
    chain = known.get(log.node)
    link = chain.host.links.get(drop.interface or "") if chain else None
    widened = link is not None and drop.size is not None and (link.mtu or 0) >= drop.size
    past = widened or log.old(drop)
    more = link.where("mtu") if link is not None and link.mtu is not None else ()
    lines = (drop.evidence, *(with_note(more, "the MTU that it has now") if widened else more))
    subject = drop.interface or log.label
    return Finding(
        subject, f"{text}{count}", lines, log.node, Severity.INFO if past else None, f"{drop.kind} {subject}"
    )


def _rising(counters: Iterable[NetworkCounters], names: HostNames, pods: PodsByName) -> Iterator[Finding]:
    """Two outputs of one node of which one counts more: a number alone may be of long ago."""
    by_node: dict[str, list[NetworkCounters]] = {}
    for one in counters:
        by_node.setdefault(node_of(one, names, pods) or "", []).append(one)
    for node, each in by_node.items():
        for name, family in _FAILED.items():
            told = sorted((one for one in each if name in one.counters), key=lambda one: one.counters[name])
            if node and len(told) > 1 and told[0].counters[name] < told[-1].counters[name]:
                low, high = told[0].counters[name], told[-1].counters[name]
                text = f"{node} may not fragment {family} packets too large to forward: {low}, then {high} ({name})"
                lines = (*told[-1].where(name), *told[0].where(name))
                yield Finding(node, text, lines, node, Severity.WARNING, name)


def _stuck(session: Session) -> Iterator[Finding]:
    """A peer that takes nothing of what BGP sends, although the small packets of BFD pass."""
    if session.bfd_status is not BfdStatus.UP or session.instance.events is None:
        return
    found = of_peer(events(session.instance, FrrLogKind.SENDQ_STUCK, FrrLogKind.SENDQ_TERMINATED), session)
    collected = session.instance.collected
    recent = [one for one in found if one.time and collected and collected - one.time < RECENT]
    if recent:
        text = (
            f"{session.peer} takes nothing of what BGP sends while BFD to it is up:"
            " large packets seem to be lost on the way and small ones pass"
        )
        lines = (recent[-1].evidence, *session.where("bfd_status", "state"))
        yield Finding(session.peer, text, lines, session.node, Severity.WARNING, f"sendq {session.vrf}")
