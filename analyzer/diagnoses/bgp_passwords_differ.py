"""RC: the TCP MD5 passwords of the two ends of a BGP session differ."""

from collections.abc import Iterator

from analyzer.bgp import password
from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.frr import Sessions
from analyzer.loss_kinds import Kind, secured
from analyzer.losses import Losses, LossGroup, listed, on_nodes, peer_name
from analyzer.session_causes import cause_of, of_rules, on_node, said, show_resource, with_words

LOG = "journalctl -k --no-pager -g 'MD5 Hash'"


@diagnosis
def bgp_passwords_differ(losses: Losses, sessions: Sessions | None) -> Iterator[Cause]:
    """The BGP password (TCP MD5) of a node and of its peer differ.

    Certain with the line of the kernel log. FRR itself says nothing: without that line a password that is set and a
    TCP connection that nobody answers only fit.
    """
    for group in losses.of(Kind.PASSWORD):
        cause = cause_of(losses, group, _title(group, "is"), Confidence.CERTAIN)
        yield with_words(cause, group, said(of_rules(group, "bgp-md5-mismatch")), _steps(group))
    for group in losses.of(Kind.UNANSWERED, Kind.NO_TCP, Kind.TIMED_OUT):
        if all(secured(one) for one in group.losses):
            cause = cause_of(losses, group, _title(group, "may be"), Confidence.POSSIBLE)
            because = (
                "A password is set for this session and its TCP connection never came up.",
                "The kernel drops segments with a wrong password without an answer: a mismatch looks like a dead path.",
                *_others(group, sessions),
            )
            settles = (
                f"A line `MD5 Hash failed` or `MD5 Hash mismatch` in {on_node(group, LOG)} proves it.",
                f"FAILED in {on_node(group, f'ip neigh show {group.peers[0]}')} speaks for the path instead.",
            )
            yield with_words(cause, group, because, _steps(group), settles)


def _others(group: LossGroup, sessions: Sessions | None) -> tuple[str, ...]:
    """Whether the peer is up where no password is set: then it is not dead, and the password is what differs."""
    up = [one for one in sessions or () if one.peer in group.peers and one.established and not password(one)]
    names = listed(sorted({one.node for one in up if one.node}))
    return (f"On {names}, where no password is set, the same peer is up.",) if names else ()


def _title(group: LossGroup, verb: str) -> str:
    return f"The BGP password for {peer_name(group)} {verb} another one on the router than {on_nodes(group)}"


def _steps(group: LossGroup) -> tuple[str, ...]:
    return (
        (
            "Compare the password of the router's neighbor statement with the Secret that the BGPPeer names"
            " (type kubernetes.io/basic-auth, key `password`; blanks and line ends count)."
        ),
        *show_resource(group),
        f"{on_node(group, LOG)} shows whether segments are still dropped.",
    )
