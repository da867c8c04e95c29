"""The clocks of the nodes differ."""

from collections.abc import Iterator

from analyzer.clocks import Clocks, NodeClock, Stamp
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.node_clocks import NodeLease

SKEW = 2  # seconds from which logs of two nodes can no longer be put in order (judgement)
GROSS = 30  # seconds from which leases and sessions may suffer (judgement)
LEAD = 10  # seconds after the collection's end; a little is owed to the third clock and to when it was read (judgement)
ALIKE = 10  # seconds: nodes that are ahead by the same have right clocks, the machine that collected has not
RENEWAL = 40  # seconds within which a node that is ready renews its lease; of more difference a clock is the reason
LOST = 300  # seconds after which even the most patient cluster takes a silent node for not ready


@rule(Severity.WARNING, area="cluster")
def time_skew(clocks: Clocks) -> Iterator[Finding | Gap]:
    """The clocks of the nodes differ.

    ## Why it matters
    Logs of two nodes cannot be put in order, certificates look expired or not yet valid, and leases flap.

    ## What to do
    Check NTP on the node (`chronyc tracking`, `chronyc sources`) and apply the offset before comparing logs. The proof
    is a line that the node wrote before the collection ended and dates after it; the end is told by a third clock,
    that of the node or machine that collected. If all nodes are ahead by the same, that one is behind. A clock that is
    behind shows only in leases (in a must-gather from 4.16 on) and in saved outputs of `chronyc tracking`. A log of
    FRR, which prints no zone, that is half an hour or more ahead is taken for one of another time zone.
    """
    ahead = [(one, stamp) for one in clocks if (stamp := one.ahead) and stamp.lead > LEAD]
    dated = [one for one in clocks if one.ahead]
    leads = [stamp.lead for _, stamp in ahead]
    together = len(ahead) == len(dated) > 1 and max(leads) - min(leads) <= ALIKE
    if together:
        yield _collector(ahead)
    for one in clocks:
        found = list(_of_node(one, together=together))
        yield from found
        if not found:
            yield from _gap(one, together=together)


def _collector(ahead: list[tuple[NodeClock, Stamp]]) -> Finding:
    least = min(stamp.lead for _, stamp in ahead)
    text = (
        f"all {len(ahead)} nodes with dated lines are {_seconds(least)} or more ahead of the clock that dates the end"
        f" of the collection ({ahead[0][1].end.at:%Y-%m-%dT%H:%M:%SZ}): that clock is behind"
    )
    lines = tuple(line for _, stamp in ahead[:3] for line in stamp.evidence)
    return Finding("collection", text, (*lines, *ahead[0][1].end.evidence), key="collector")


def _of_node(one: NodeClock, *, together: bool) -> Iterator[Finding]:
    """The strongest proof of one node: what chrony measured, then its leases, then lines from after the end."""
    stamp = one.ahead
    if one.chrony and one.chrony.synchronised is not False and abs(one.chrony.offset or 0) > SKEW:
        offset = one.chrony.offset or 0
        way = "ahead of" if offset > 0 else "behind"
        text = f"chrony says that the clock of {one.node} is {_seconds(abs(offset))} {way} NTP time"
        yield _finding(one, text, one.chrony.where("offset"), abs(offset))
    elif one.lease_lead is not None and one.lease and _lease_is_wrong(one):
        yield _by_lease(one, one.lease, one.lease_lead)
    elif stamp and stamp.lead > LEAD and not together:
        text = (
            f"the clock of {one.node} is at least {_seconds(stamp.lead)} ahead of the one that dates the end of the"
            f" collection: its {stamp.what} has a time of {stamp.at:%Y-%m-%dT%H:%M:%SZ}, the collection was over by"
            f" {stamp.end.at:%Y-%m-%dT%H:%M:%SZ}"
        )
        yield _finding(one, text, (*stamp.evidence, *stamp.end.evidence), stamp.lead)
    elif one.chrony and one.chrony.synchronised is False:
        text = f"chrony of {one.node} follows no source of time: its offset is unknown"
        yield Finding(one.node, text, one.chrony.where("synchronised"), one.node, Severity.INFO, "chrony")


def _lease_is_wrong(one: NodeClock) -> bool:
    lead = one.lease_lead or 0
    if lead > RENEWAL:
        return True
    # Of two nodes the one that is ahead is told. A node that stopped to renew looks like one whose clock is behind,
    # until it is no longer ready. The node and its lease may have been read at both ends of the collection.
    known = one.ready is True and one.duration is not None and len(one.others) > 1
    return known and -lead > LOST + (one.duration or 0)


def _by_lease(one: NodeClock, lease: NodeLease, lead: float) -> Finding:
    near = sorted(one.others, key=lambda other: other.name)[:3]
    whom = f"that of {near[0].name}" if len(one.others) == 1 else f"the middle of {len(one.others) + 1} nodes"
    way = "ahead of" if lead > 0 else "behind"
    text = (
        f"the clock of {one.node} is {way} {whom}: its lease is {_seconds(abs(lead))} {way} theirs"
        f" (renewed at {lease.renewed:%Y-%m-%dT%H:%M:%SZ}), and a node renews it every 10 s"
    )
    return _finding(
        one, text, (*lease.where("renewed"), *(line for other in near for line in other.where("renewed"))), abs(lead)
    )


def _finding(one: NodeClock, text: str, evidence: tuple[Evidence, ...], skew: float) -> Finding:
    return Finding(one.node, text, evidence, one.node, Severity.ERROR if skew > GROSS else None, "skew")


def _gap(one: NodeClock, *, together: bool) -> Iterator[Gap]:
    """What leaves the clock of a node open: lines from before the end say nothing of it."""
    measured = one.chrony is not None and one.chrony.offset is not None
    if measured or one.lease_lead is not None or (together and one.ahead is not None):
        return
    if one.zone:
        yield Gap(one.node, f"its {one.zone.what} is in another time zone, which it does not print", one.node)
    elif one.stamps:
        yield Gap(
            one.node, "its newest lines are older than the collection's end, which proves no clock right", one.node
        )
    else:
        yield Gap(one.node, "nothing tells when the collection was over", one.node)


def _seconds(value: float) -> str:
    return f"{value:.0f} s" if value >= 10 else f"{value:.1f} s"
