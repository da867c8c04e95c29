"""The speaker of the node that answers for an address opened no ARP or NDP responder where its network is."""

import re
from collections.abc import Iterator
from datetime import timedelta

from analyzer.metallb.chain import Chain, NodePath, Reach
from analyzer.metallb.layer2_chains import Layer2Chains, answers
from analyzer.metallb.layer2_hosts import HostSides
from analyzer.metallb.layer2_logs import SpeakerLog, SpeakerLogs
from analyzer.metallb.verdict import interfaces_of
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.metallb_log import MetallbLogEvent
from parsers.metallb_log_kinds import MetallbLogKind
from parsers.vocabulary import Family, family_of

LOOKED = timedelta(seconds=30)  # (J) after its start a speaker has looked at its interfaces, which it does every 10 s
# What MetalLB leaves out by itself (metallb/metallb config/, ConfigMap metallb-excludel2).
EXCLUDED = re.compile(
    r"^(?:docker|cbr|dummy|virbr|lxcbr|veth|lo$|cali|tunl|flannel|kube-ipvs|cni|nodelocaldns|lxc)", re.ASCII
)
PROTOCOLS = {Family.IPV4: "arp", Family.IPV6: "ndp"}


@rule(Severity.WARNING, area="layer2")
def l2_responder_missing(chains: Layer2Chains, logs: SpeakerLogs, hosts: HostSides) -> Iterator[Finding | Gap]:
    """The speaker of the node that answers for an address opened no ARP or NDP responder where its network is.

    ## Why it matters
    A speaker answers on the interfaces for which it logged `created ARP responder for interface` (NDP for IPv6). It has
    none on interfaces that are down, that belong to a bond or bridge, or that the ConfigMap `metallb-excludel2` names.

    ## What to do
    Bring the interface up, or take it out of the exclusions. On OVN-Kubernetes the network card belongs to `br-ex`:
    name that one in the L2Advertisement, not the card.
    """
    judged: set[tuple[str, str, tuple[str, ...], str | None]] = set()
    for chain in chains:
        one = next((one for one in chain.nodes if answers(one)), None)
        if one is None and chain.reach is Reach.UNKNOWN:
            yield Gap(chain.subject, "who answers for it was not collected")
        if one is None or one.link is not None:
            continue  # nobody may answer, or it has none of the interfaces: which other rules tell
        protocol = PROTOCOLS[family_of(chain.address or "") or Family.IPV4]
        log = logs.get(one.node)
        if log is None or log.started is None:
            yield Gap(chain.subject, f"the log of the speaker of {one.node} does not reach back to its start", one.node)
            continue
        carrier = _carrier(one, chain, hosts)
        key = (one.node, protocol, interfaces_of(one, chain), carrier)
        if key not in judged and not _young(log):
            judged.add(key)
            yield from _judged(chain, one, log, protocol, carrier)


def _young(log: SpeakerLog) -> bool:
    begun = log.started.time if log.started else None
    return begun is None or log.last_time is None or log.last_time - begun < LOOKED


def _carrier(one: NodePath, chain: Chain, hosts: HostSides) -> str | None:
    """The interface in whose network the address is, unless a speaker is right to leave it out."""
    side = hosts.get(one.node)
    found = side.carrying(chain.address or "") if side else None
    if side is None or found is None or EXCLUDED.match(found.interface):
        return None
    link = side.links.get(found.interface)
    off = link is not None and (link.master or "NOARP" in link.flags or link.administratively_up is False)
    return None if off else found.interface


def _judged(chain: Chain, one: NodePath, log: SpeakerLog, protocol: str, carrier: str | None) -> Iterator[Finding]:
    responders = log.responders(protocol)
    open_ones = [name for name, each in responders.items() if each.kind is MetallbLogKind.RESPONDER_CREATED]
    named = interfaces_of(one, chain)
    wanted = [carrier] if carrier and (not named or carrier in named) else list(named)
    if set(wanted) & set(open_ones) or (not wanted and open_ones):
        return
    last = [responders[name] for name in wanted or responders if name in responders]
    where = f" on {', '.join(wanted)}" if wanted else " at all"
    has = f"; it has one on {', '.join(open_ones[:4])}" if open_ones else ""
    text = (
        f"{one.node} is to answer for {chain.address}, but its speaker has no {protocol.upper()} responder"
        f"{where}{_why(last)}{has}"
    )
    lines = (*(each.evidence for each in last[-2:]), *log.where_started(), *one.evidence)
    others = tuple(responders[name].evidence for name in open_ones[:2])
    yield Finding(one.node, text, (*lines, *others), one.node, key=f"{protocol} {' '.join(wanted)}")


def _why(last: list[MetallbLogEvent]) -> str:
    if not last:
        return ""
    one = last[-1]
    if one.kind is MetallbLogKind.RESPONDER_DELETED:
        return " since it closed it"
    return f": it failed to create it ({one.error})" if one.error else ": it failed to create it"
