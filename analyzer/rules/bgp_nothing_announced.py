"""An established BGP session announces none of the node's prefixes."""

from collections.abc import Iterator

from analyzer.announce import excluded_by_advertisement, excluded_by_configuration
from analyzer.bgp import Announcement, announcements, name
from analyzer.frr import Session, Sessions
from analyzer.model import Finding, Gap, Severity
from analyzer.policy import Answer
from analyzer.rule import rule
from parsers.bgp_prefix import BgpPrefix
from parsers.frrk8s_configurations import FrrConfiguration
from parsers.metallb_advertisements import BgpAdvertisement
from parsers.vocabulary import Family, family_of


@rule(Severity.ERROR, area="bgp")
def bgp_nothing_announced(
    sessions: Sessions,
    advertisements: tuple[BgpAdvertisement, ...] | None,
    configurations: tuple[FrrConfiguration, ...] | None,
) -> Iterator[Finding | Gap]:
    """An established BGP session announces none of the node's prefixes.

    ## Why it matters
    The session looks right in every list, but the peer learns no LoadBalancer address from this node.

    ## What to do
    The node has `network` statements and the peer's outbound route-map or prefix-list permits none of them: look at
    the advertisement (pools, peers, node selectors), then at the prefix-list named in the evidence. That a peer of
    one address family gets no prefix of the other is normal.
    """
    for session in sessions:
        if not session.established or session.unwanted:
            continue
        families = _families(session)
        if families is None:
            yield Gap(session.peer, "the running configuration was not collected", session.node)
            continue
        yield from _withheld(session)
        if any(row.prefixes_sent for row in session.rows) or excluded_by_configuration(session, configurations):
            continue
        if excluded_by_advertisement(session, advertisements):
            continue
        statements = [one for found in families.values() for one in found]
        answers = {verdict.answer for _, verdict in statements}
        own = families.get(family_of(session.peer) or Family.IPV4, [])
        if own and answers == {Answer.DENY}:
            yield _finding(session, statements, advertisements is not None or configurations is not None)
        elif own and Answer.PERMIT not in answers:
            yield Gap(session.peer, "the outbound policy uses a match that cannot be judged offline", session.node)


def _families(session: Session) -> dict[Family, list[Announcement]] | None:
    found = {family: announcements(session, family) for family in Family}
    return None if None in found.values() else {family: list(one or ()) for family, one in found.items()}


def _withheld(session: Session) -> Iterator[Finding]:
    """Saved `show bgp … <prefix>` outputs name the peers that a prefix was advertised to."""
    for prefix in session.instance.prefixes:
        if not prefix.found or family_of(prefix.prefix) is not family_of(session.peer):
            continue
        if session.peer not in prefix.advertised_to and not _any_peer(session, prefix):
            text = f"{prefix.prefix} is not advertised to {name(session)}"
            evidence = (*prefix.where("advertised_to"), *session.where("state"))
            yield Finding(session.peer, text, evidence, session.node, key=f"{session.vrf} {prefix.prefix}")


def _any_peer(session: Session, prefix: BgpPrefix) -> bool:
    # With update groups FRR may list hostnames; a name that is this peer's counts.
    hostname = session.block.hostname if session.block else None
    return bool(hostname and any(one.startswith(hostname) for one in prefix.advertised_to))


def _finding(session: Session, statements: list[Announcement], certain: bool) -> Finding:
    prefixes = ", ".join(sorted({statement.prefix for statement, _ in statements})[:4])
    more = f" and {len(statements) - 4} more" if len(statements) > 4 else ""
    evidence = tuple(
        dict.fromkeys(piece for one, verdict in statements[:4] for piece in (one.evidence, *verdict.evidence))
    )
    text = f"none of the node's prefixes ({prefixes}{more}) passes the outbound policy to {name(session)}"
    severity = Severity.ERROR if certain else Severity.WARNING
    return Finding(session.peer, text, (*session.where("state"), *evidence), session.node, severity, session.vrf)
