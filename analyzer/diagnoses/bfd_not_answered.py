"""RC: a peer does not answer BFD, or not in both directions."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.loss_kinds import Kind
from analyzer.losses import Losses, LossGroup, listed, on_nodes, peer_name
from analyzer.session_causes import capture, cause_of, of_rules, said, vtysh, with_words

SAYING = ("bfd-session-down", "bfd-not-run-by-remote", "bfd-passive-deadlock", "bfd-mode-mismatch", "bfd-flapping")


@diagnosis
def bfd_not_answered(losses: Losses) -> Iterator[Cause]:
    """BFD with a peer does not come up: the peer runs none, both ends wait, or one direction is lost.

    Likely from the state of this end; the other end's `show bfd peers` proves it.
    """
    for group in losses.of(
        Kind.BFD_FIRST, Kind.BFD_UNANSWERED, Kind.BFD_PASSIVE, Kind.BFD_SIGNALED, Kind.BFD_ONE_WAY, Kind.BFD_LOST
    ):
        confidence = Confidence.POSSIBLE if group.kind is Kind.BFD_LOST else Confidence.LIKELY
        cause = cause_of(losses, group, _title(group), confidence)
        reasons = (*said(of_rules(group, *SAYING)), *_MEANING.get(group.kind, ()))
        yield with_words(cause, group, reasons, _steps(group), _settles(group))


def _title(group: LossGroup) -> str:
    who = peer_name(group)
    if group.kind is Kind.BFD_FIRST:
        return f"BGP with {who} waits for BFD, which the peer does not run or does not get through {on_nodes(group)}"
    if group.kind is Kind.BFD_PASSIVE:
        return f"BFD between {who} and {listed(group.nodes)} never starts: this end is passive, and so is the other"
    if group.kind is Kind.BFD_ONE_WAY:
        return f"BFD between {listed(group.nodes)} and {who} passes in one direction only"
    if group.kind is Kind.BFD_SIGNALED:
        return f"{who} ended BFD {on_nodes(group)}: it was shut down there, or hears nothing from the node any more"
    if group.kind is Kind.BFD_LOST:
        return f"BFD with {who} is down {on_nodes(group)}"
    return f"{who} does not run BFD for {listed(group.nodes)}, or its packets do not get through"


_MEANING = {
    Kind.BFD_FIRST: ("From FRR 10 on a session with BFD stays Idle until BFD is up.",),
    Kind.BFD_PASSIVE: ("A passive end sends nothing before it hears the other one: two of them wait for ever.",),
    Kind.BFD_ONE_WAY: ("BGP itself is up, so TCP passes: UDP in one direction does not, or not in time.",),
    Kind.BFD_SIGNALED: ("The peer's own packet said that the session is down; nothing was heard from it since.",),
    Kind.BFD_UNANSWERED: (
        "BGP is up without BFD's protection: a dead link is noticed only when the hold timer expires.",
        "Two causes fit: the router has no BFD for this session, or UDP port 3784 (multihop 4784) is filtered.",
    ),
}


def _steps(group: LossGroup) -> tuple[str, ...]:
    far = "On the router: is BFD on for this neighbor, and what does its own `show bfd peers` say of this node?"
    if group.kind is Kind.BFD_PASSIVE:
        return ("Set `spec.passiveMode: false` in the BFDProfile, or make the router's end active.", far)
    return (
        far,
        "Check filters for UDP ports 3784 and 3785 (multihop: 4784) in both directions.",
        f"{vtysh(group, 'show bfd peers counters')} shows whether packets come in and go out.",
    )


def _settles(group: LossGroup) -> tuple[str, ...]:
    seen = capture(group, f"host {group.peers[0]} and udp portrange 3784-4784")
    return (
        f"{seen}: none from the peer while it runs BFD proves a filter; packets in both directions disprove one.",
        "The router's own list of BFD sessions: this node is not in it where the router runs no BFD for it.",
    )
