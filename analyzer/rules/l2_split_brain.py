"""Two nodes answer for one address, or the speakers do not see each other."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from analyzer.metallb.advertisements import Protocol
from analyzer.metallb.chain import Chain
from analyzer.metallb.chains import Chains
from analyzer.metallb.layer2 import SETTLED, Claim, Layer2Owners, Source
from analyzer.metallb.layer2_chains import Layer2Chains
from analyzer.metallb.layer2_findings import together
from analyzer.metallb.layer2_members import Members, port
from analyzer.metallb.speakers import Speakers
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule

NAMED = 3  # nodes that a message names
ONE_BY_ONE = 20  # speakers up to which each is told of by itself


@rule(Severity.ERROR, area="layer2")
def l2_split_brain(
    chains: Layer2Chains, everything: Chains, owners: Layer2Owners, speakers: Speakers
) -> Iterator[Finding | Gap]:
    """Two nodes answer for one address, or the speakers do not see each other.

    ## Why it matters
    Each speaker elects the owner of an address by itself, among the members of a list that the speakers keep by
    memberlist. There is no consensus: when the list falls apart, each part has an owner, both answer ARP and NDP
    requests, and connections break as clients go to and fro between two MAC addresses.

    ## What to do
    Let the nodes reach each other on the port of memberlist, by TCP and by UDP: 7946 upstream, 9122 on OpenShift
    (`METALLB_ML_BIND_PORT` of the speaker). Look at firewalls and at a switch or network policy between the nodes.
    """
    # A speaker that goes on to announce by BGP does not log that it gives up the address in layer 2.
    also_by_bgp = {one.subject for one in everything if one.protocol is Protocol.BGP}
    ready = {one.node for one in speakers if one.up}
    two: list[tuple[str, Finding]] = []
    for chain in chains:
        told = _claims(chain, owners)
        if not owners.logs and not any(one.source is Source.STATUS for one in told):
            yield Gap(chain.subject, "neither logs of the speakers nor a ServiceL2Status tell who answers for it")
            continue
        claims = [one for one in told if one.node in ready]
        found = _by_status(claims)
        if len(found) < 2 and chain.subject not in also_by_bgp:
            found = _by_log(claims, owners)
        if len(found) > 1:
            two.append((", ".join(sorted(one.node for one in found)), _two(chain, found)))
    yield from together(two)
    yield from _members(owners, speakers)


def _claims(chain: Chain, owners: Layer2Owners) -> tuple[Claim, ...]:
    return (*owners.all_of(chain.subject), *owners.all_of(chain.address))


def _by_status(claims: Iterable[Claim]) -> list[Claim]:
    """The claims of one collection: an older one may show another owner."""
    found: dict[str, dict[str, Claim]] = {}
    for one in claims:
        if one.source is Source.STATUS:
            found.setdefault(one.gather, {})[one.node] = one
    return max((list(each.values()) for each in found.values()), key=len, default=[])


def _by_log(claims: Iterable[Claim], owners: Layer2Owners) -> list[Claim]:
    """Claims that hold side by side: no log ends before its speaker had time to give up the address.

    A log that ends earlier may be of a node that died, or was collected before the address went to another node.
    """
    found = {one.node: one for one in claims if one.source is Source.LOG and one.since}
    newest = max((one.since for one in found.values() if one.since), default=None)
    return [one for one in found.values() if newest and _reaches(owners, one.node, newest)]


def _reaches(owners: Layer2Owners, node: str, newest: datetime) -> bool:
    log = owners.logs.get(node)
    return log is not None and log.last_time is not None and log.last_time >= newest + SETTLED


def _two(chain: Chain, found: list[Claim]) -> Finding:
    claims = sorted(found, key=lambda one: one.node)
    nodes = " and ".join(one.node for one in claims)
    how = (
        "a ServiceL2Status names each" if claims[0].source is Source.STATUS else "neither log tells that it gave it up"
    )
    text = f"{nodes} answer for {chain.address} at the same time: {how}"
    own = chain.service.where("ingress_ips") if chain.service else ()
    return Finding(chain.subject, text, (*(one.evidence for one in claims), *own), key=str(chain.address))


def _members(owners: Layer2Owners, speakers: Speakers) -> Iterator[Finding]:
    members = Members(speakers)
    found = list(members.missed(owners.logs))
    for one in found if len(found) <= ONE_BY_ONE else found[:1]:
        number, line = port(speakers, one.node)
        many = len(found) > ONE_BY_ONE
        who = f"{one.node} and {len(found) - 1} other nodes" if many else one.node
        text = (
            f"the speaker of {who} cannot join the speaker of {_short(one.others)} (partial join, {one.count} times or"
            f" more): each side elects owners of its own; memberlist needs TCP and UDP {number}"
        )
        yield Finding(one.node, text, (*one.evidence, *line), None if many else one.node, key="join")
    for left in members.departures(owners.logs):
        number, line = port(speakers, left.node)
        text = (
            f"the speaker of {left.node} left the list of members up to {left.most} times within an hour, as"
            f" {_short(left.seen_by)} saw it: owners change each time; memberlist needs TCP and UDP {number}"
        )
        yield Finding(left.node, text, (*left.evidence, *line), left.node, key="leave")


def _short(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
