"""RC: the link or the next hop to a peer is dead."""

from collections.abc import Iterator
from dataclasses import replace

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.loss_kinds import Kind
from analyzer.losses import Losses, on_nodes, peer_name
from analyzer.session_causes import cause_of, on_node, said, with_words


@diagnosis
def link_to_peer_down(losses: Losses) -> Iterator[Cause]:
    """The interface towards a BGP peer has no link, or the next hop does not answer ARP.

    Certain where the interface itself has no link; an unanswered ARP entry alone makes it likely. An entry that is
    REACHABLE at the time of the loss would disprove it.
    """
    for group in losses.of(Kind.LINK):
        proofs = tuple({one.id: one for loss in group.losses for one in loss.links}.values())
        dead = [one for one in proofs if not one.id.startswith("arp-failed")]
        what = "The link" if dead else "Layer 2"
        title = f"{what} towards the BGP peer {peer_name(group)} is down {on_nodes(group)}"
        certain = bool(dead) and len({one.node for one in dead}) == len(group.nodes)
        cause = cause_of(losses, group, title, Confidence.CERTAIN if certain else Confidence.LIKELY)
        cause = replace(cause, roots=proofs, symptoms=(*cause.roots, *cause.symptoms))
        device = next((one.subject for one in dead), None)
        steps = (
            "Check the cable, the transceiver, the switch port and its VLAN (on a virtual machine, its port group).",
            on_node(group, f"ethtool {device}") if device else on_node(group, f"ip neigh show {group.peers[0]}"),
        )
        settles = (
            () if certain else (f"{on_node(group, 'ip -s link')} and the switch port tell whether the link is up.",)
        )
        yield with_words(cause, group, said(proofs), steps, settles)
