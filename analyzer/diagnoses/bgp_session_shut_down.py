"""RC: a person shut a session down."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.loss_kinds import Kind
from analyzer.losses import Losses, LossGroup, listed, on_nodes, peer_name
from analyzer.session_causes import cause_of, resources, said, vtysh, with_words


@diagnosis
def bgp_session_shut_down(losses: Losses) -> Iterator[Cause]:
    """A BGP or BFD session was shut down by hand, on this node or on the router.

    Certain: FRR or the NOTIFICATION says so. Whether it is meant only people know.
    """
    for group in losses.of(Kind.SHUT_HERE, Kind.SHUT_THERE, Kind.BFD_SHUT_THERE):
        cause = cause_of(losses, group, _title(group), Confidence.CERTAIN)
        yield with_words(cause, group, said(group.roots), _steps(group))


def _title(group: LossGroup) -> str:
    who = peer_name(group)
    if group.kind is Kind.SHUT_HERE:
        return f"The BGP session with {who} is shut down administratively {on_nodes(group)}"
    what = "BFD" if group.kind is Kind.BFD_SHUT_THERE else "the BGP session"
    return f"{who} has {what} shut down for {listed(group.nodes) or 'a node'}"


def _steps(group: LossGroup) -> tuple[str, ...]:
    if group.kind is not Kind.SHUT_HERE:
        return ("Ask the owner of the router whether that is meant (maintenance), and to enable it again.",)
    asked = resources(group)
    meant = f" although BGPPeer {asked[0]} asks for the session" if asked else ""
    return (
        f"Ask who shut it down{meant}: MetalLB never writes `shutdown`, only raw configuration or a hand does.",
        f"{vtysh(group, 'show running-config')} shows the statement; a change by hand is gone once the pod restarts.",
    )
