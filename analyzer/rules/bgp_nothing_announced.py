"""An established BGP session announces none of the node's prefixes."""

from collections.abc import Iterator

from analyzer.announce import excluded_by_advertisement, excluded_by_configuration
from analyzer.bgp import NAMED, Announcement, announcements, name, prefixes_of, unanswered
from analyzer.frr import Session, Sessions
from analyzer.metallb.advertisements import Protocol
from analyzer.metallb.chain import Chain, Reach
from analyzer.metallb.chains import Chains
from analyzer.metrics import ANNOUNCED, UP, PeerMetric, PeerMetrics, evidence_of, shown
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import NotCollectedError, rule
from parsers.base import Evidence
from parsers.frrk8s_configurations import FrrConfiguration
from parsers.metallb_advertisements import BgpAdvertisement
from parsers.vocabulary import Family, family_of

FRESH = 30  # seconds after the session came up in which a count of 0 may be the first updates still on their way


@rule(Severity.ERROR, area="bgp")
def bgp_nothing_announced(
    sessions: Sessions | None,
    advertisements: tuple[BgpAdvertisement, ...] | None,
    configurations: tuple[FrrConfiguration, ...] | None,
    metrics: PeerMetrics | None,
    chains: Chains | None,
) -> Iterator[Finding | Gap]:
    """An established BGP session announces none of the node's prefixes.

    ## Why it matters
    The session looks right in every list, but the peer learns no LoadBalancer address from this node.

    ## What to do
    The node has `network` statements and the peer's outbound route-map or prefix-list permits none of them: look at
    the advertisement (pools, peers, node selectors), then at the prefix-list named in the evidence. That a peer of
    one address family gets no prefix of the other is normal. Saved metrics count what a node announces where FRR does
    not tell: compare with `show bgp neighbors <peer> advertised-routes` on that node.
    """
    if sessions is None and metrics is None:
        raise NotCollectedError("neither an output of FRR about its sessions nor saved metrics in this archive")
    for one in metrics.alone if metrics else ():
        yield from _measured(one, chains)
    for session in sessions or ():
        if session.unwanted:
            continue
        if session.state is None:
            yield Gap(session.peer, "neither show bgp neighbor nor a summary was collected", session.node)
        elif session.established:
            excluded = excluded_by_configuration(session, configurations)
            excluded = excluded or excluded_by_advertisement(session, advertisements)
            measured = metrics.of(session) if metrics else None
            certain = advertisements is not None or configurations is not None
            yield from _judged(session, measured, excluded=excluded, certain=certain)
    yield from unanswered(sessions) if sessions else ()


def _measured(one: PeerMetric, chains: Chains | None) -> Iterator[Finding]:
    """A saved metric of a session that is up and announces nothing, although services are meant for its node."""
    up, sent = one.sample(UP), one.sample(ANNOUNCED)
    if one.node is None or up is None or sent is None or up.value != 1 or sent.value != 0:
        return
    meant = [each for each in chains or () if _is_meant(each, one)]
    if meant:
        told = ", ".join(f"{each.subject} ({each.address})" for each in meant[:NAMED])
        more = f" and {len(meant) - NAMED} more" if len(meant) > NAMED else ""
        text = f"{shown(sent)} for {one.title}, although {one.node} is to announce {told}{more}"
        lines = (line for each in meant[:NAMED] if each.service for line in each.service.where("ingress_ips"))
        yield Finding(one.peer, text, (*evidence_of(sent, up), *lines), one.node, key=one.vrf)


def _is_meant(chain: Chain, one: PeerMetric) -> bool:
    """Whether the chain leads to the node, as far as it is known, and to this peer of it."""
    path = chain.of(one.node)
    if chain.service is None or chain.protocol is not Protocol.BGP or chain.link is not None or path is None:
        return False
    if chain.backends is None or not chain.advertisements or path.reach is Reach.LEFT_OUT:
        return False
    labels = path.speaker.labels if path.speaker else None
    names = [each.name for each in one.resources]
    same = family_of(one.peer) in {None, family_of(chain.address or "")}
    return same and any(each.selects_node(labels) and each.selects_peer(names) for each in chain.advertisements)


def _judged(session: Session, measured: PeerMetric | None, *, excluded: bool, certain: bool) -> Iterator[Finding | Gap]:
    families = _families(session)
    if families is None:
        yield Gap(session.peer, "the running configuration was not collected", session.node)
        return
    statements = [one for found in families.values() for one in found]
    family = family_of(session.peer)  # None for an interface and for a masked address: any family may be meant
    own = families[family] if family else statements
    yield from _withheld(session, own)
    sent = _sent(session)
    if excluded or not own or any(count for _, count, _ in sent):
        return
    sample = measured.sample(ANNOUNCED) if measured and not sent else None
    # A count of the other family is right to be 0.
    zero = tuple(where for name_of, _, where in sent if family is None or name_of in {None, f"{family} unicast"})
    zero += evidence_of(sample) if sample and sample.value == 0 else ()
    if all(verdict.denied for _, verdict in statements):
        yield _denied(session, statements, certain)
    elif zero and (session.uptime or 0) >= FRESH and any(not verdict.denied for _, verdict in own):
        says = f"{shown(sample)} for" if sample else "FRR counts 0 prefixes sent to"
        text = f"{says} {name(session)}, although the node has {prefixes_of(own)} for it"
        evidence = (*session.where("state"), *zero, *(statement.evidence for statement, _ in own[:NAMED]))
        severity = Severity.ERROR if certain else Severity.WARNING
        yield Finding(session.peer, text, evidence, session.node, severity, session.vrf)
    elif not any(verdict.permitted for _, verdict in statements):
        yield Gap(session.peer, "the outbound policy uses a match that cannot be judged offline", session.node)


def _families(session: Session) -> dict[Family, list[Announcement]] | None:
    found = {family: announcements(session, family) for family in Family}
    return None if None in found.values() else {family: list(one or ()) for family, one in found.items()}


def _sent(session: Session) -> list[tuple[str | None, int, Evidence]]:
    """The counts of sent prefixes that the summary, or FRR 10.4 and later in the neighbor block, tell."""
    rows = [(row.family, row.prefixes_sent, row.evidence) for row in session.rows]
    families = session.block.families if session.block else ()
    blocks = [(one.name, one.sent_prefixes, one.where("sent_prefixes")[0]) for one in families]
    return [(name_of, count, where) for name_of, count, where in (*rows, *blocks) if count is not None]


def _withheld(session: Session, own: list[Announcement]) -> Iterator[Finding]:
    """Saved `show bgp … <prefix>` outputs name the peers that a prefix was advertised to.

    Only prefixes of this node that the policy does not hold back on purpose are to be advertised.
    """
    asked = {one.prefix: one for one in session.instance.prefixes if one.vrf in {None, session.vrf}}
    for statement, verdict in own:
        prefix = asked.get(statement.prefix)
        if prefix is not None and not prefix.found:
            missing = f"{statement.prefix} is a network of this node but not in its BGP table"
            text = f"{missing}: {name(session)} does not get it"
            lines = (*prefix.where("prefix"), prefix.evidence, statement.evidence, *session.where("state"))
            key = f"{session.vrf} {statement.prefix}"
            yield Finding(session.peer, text, lines, session.node, key=key)
            continue
        if verdict.denied or prefix is None or prefix.advertised_to is None or _told(session, prefix.advertised_to):
            continue
        text = f"{prefix.prefix} is not advertised to {name(session)}"
        evidence = (*prefix.where("prefix", "advertised_to"), statement.evidence, *session.where("state"))
        yield Finding(session.peer, text, evidence, session.node, key=f"{session.vrf} {prefix.prefix}")


def _told(session: Session, peers: tuple[str, ...]) -> bool:
    # With update groups FRR may list hostnames; a name that is this peer's counts.
    hostname = session.block.hostname if session.block else None
    address = session.block.address if session.block else None
    return bool({session.peer, address}.intersection(peers)) or bool(
        hostname and any(one.startswith(hostname) for one in peers)
    )


def _denied(session: Session, statements: list[Announcement], certain: bool) -> Finding:
    evidence = tuple(
        dict.fromkeys(piece for one, verdict in statements[:NAMED] for piece in (one.evidence, *verdict.evidence))
    )
    text = f"none of the node's prefixes ({prefixes_of(statements)}) passes the outbound policy to {name(session)}"
    severity = Severity.ERROR if certain else Severity.WARNING
    return Finding(session.peer, text, (*session.where("state"), *evidence), session.node, severity, session.vrf)
