"""RC: a session is down and nothing that was collected says why."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.loss_kinds import Kind
from analyzer.losses import Losses, on_nodes, peer_name
from analyzer.session_causes import cause_of, probe, said, vtysh, with_words


@diagnosis
def bgp_session_unexplained(losses: Losses) -> Iterator[Cause]:
    """A BGP session is down or disturbed, and what was collected does not tell why.

    Possible only: the last reset and the router's side are what to look at next.
    """
    for group in losses.of(Kind.OTHER):
        what = "is down" if group.down else "has a problem"
        title = f"BGP with {peer_name(group)} {what} {on_nodes(group)}; the archive does not say why"
        cause = cause_of(losses, group, title, Confidence.POSSIBLE)
        steps = (
            f"{vtysh(group, f'show bgp neighbors {group.peers[0]}')}: state, last reset, messages sent and received.",
            f"{probe(group)}: refused, timed out and unreachable are different answers.",
            "The router's own view of this session: its state, its last error, its log.",
        )
        settles = ("The FRR log at `logLevel: debug` (MetalLB resource) names the error of every connection.",)
        yield with_words(cause, group, said(group.roots), steps, settles)
