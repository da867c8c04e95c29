"""RC: a session comes up and is lost again and again."""

from collections.abc import Iterator
from dataclasses import replace

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.loss_kinds import Kind
from analyzer.losses import Losses, LossGroup, on_nodes, peer_name
from analyzer.model import RankedFinding
from analyzer.session_causes import cause_of, of_rules, on_node, said, with_words
from parsers.vocabulary import BfdStatus

STALLS = ("frr-starved-or-stuck", "vswitchd-or-ovn-stall", "restarts-and-oom")
SIZES = ("oversize-drops-observed", "node-mtu-inconsistent")
RELOADS = ("bfd-line-makes-reload-flap",)


@diagnosis
def session_lost_again_and_again(findings: Findings, losses: Losses) -> Iterator[Cause]:
    """A BGP session is established and lost again and again: packets are lost, large ones or all, or a daemon stalls.

    Likely where a finding on the same node fits (drops of large packets, a stall, reloads); else possible, with what
    would tell the causes apart.
    """
    for group in losses.of(Kind.REPEATED):
        large, stalls, reloads = (_of(findings, group, rules) for rules in (SIZES, STALLS, RELOADS))
        known = large or stalls or reloads
        why = _why(large, stalls, reloads, group)
        title = f"The BGP session with {peer_name(group)} comes up and is lost again {on_nodes(group)}: {why}"
        cause = cause_of(losses, group, title, Confidence.LIKELY if known else Confidence.POSSIBLE)
        cause = replace(cause, symptoms=(*cause.symptoms, *known))
        reasons = (*said((*of_rules(group, "bgp-hold-timer-expired", "bgp-flapping"), *known)), *_meaning(group))
        yield with_words(cause, group, reasons, _steps(group), () if known else _settles(group))


def _of(findings: Findings, group: LossGroup, rules: tuple[str, ...]) -> tuple[RankedFinding, ...]:
    return tuple(one for one in findings.of(*rules) if one.node in group.nodes)


def _why(
    large: tuple[RankedFinding, ...],
    stalls: tuple[RankedFinding, ...],
    reloads: tuple[RankedFinding, ...],
    group: LossGroup,
) -> str:
    if large:
        return "large packets are dropped on the way"
    if stalls:
        return "a daemon of the node does not get to run in time"
    if reloads:
        return "every reload of FRR takes BFD away"
    silent = bool(of_rules(group, "bgp-hold-timer-expired"))
    return "large packets are dropped, the path loses packets, or a CPU stalls" if silent else "the path is not stable"


def _meaning(group: LossGroup) -> tuple[str, ...]:
    if not of_rules(group, "bgp-hold-timer-expired"):
        return ()
    guarded = any(one.bfd_status is BfdStatus.UP for one in group.sessions)
    bfd = " while BFD, whose packets are small, stayed up" if guarded else ""
    return (
        (
            f"The session comes up, so small packets pass; then nothing is heard for the hold time{bfd}: that fits a"
            " path that drops large packets (an MTU set too high), one that is cut now and then, and a CPU that stalls."
        ),
    )


def _steps(group: LossGroup) -> tuple[str, ...]:
    host = group.peers[0]
    return (
        (
            f"{on_node(group, f'ping -M do -s 1472 -c 3 {host}')}, then with the size of the node's own MTU less 28: a"
            " size that gets no answer names the limit of the path."
        ),
        "Compare the MTU of the node's interface with that of the switch port and of the router.",
        "Compare the times of the losses with the node's load, FRR's reloads and the router's log.",
    )


def _settles(group: LossGroup) -> tuple[str, ...]:
    large = on_node(group, f"ping -M do -s 1472 -c 3 {group.peers[0]}")
    return (
        f"{large} and the same with `-s 56`: a large one that is lost while the small one is answered proves the MTU.",
        "Losses at the hold interval right after the session is up speak for large updates; losses at any time do not.",
        "`Unreasonably long` polls or `CPU HOG` lines in the same minutes speak for the CPU.",
    )
