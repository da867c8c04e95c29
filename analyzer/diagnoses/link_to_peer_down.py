"""RC: the link or the next hop to a peer is dead."""

from collections.abc import Iterator
from dataclasses import replace

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.loss_kinds import Kind
from analyzer.losses import Losses, on_nodes, peer_name
from analyzer.session_causes import cause_of, on_node, said, with_words

_CABLE = "Check the cable, the transceiver, the switch port and its VLAN (on a virtual machine, its port group)."


@diagnosis
def link_to_peer_down(losses: Losses) -> Iterator[Cause]:
    """The interface towards a BGP peer has no link, or the next hop does not answer ARP.

    Certain where the interface itself has no link; an unanswered ARP entry alone makes it likely. An entry that is
    REACHABLE at the time of the loss would disprove it.
    """
    for group in losses.of(Kind.INTERFACE_DOWN):
        title = f"The interface towards the BGP peer {peer_name(group)} went down {on_nodes(group)}"
        cause = cause_of(losses, group, title, Confidence.LIKELY)
        look = f"{on_node(group, 'ip -s link')} shows whether it is up again."
        because = (*said(group.roots), "FRR ended the session because its own interface went down.")
        yield with_words(cause, group, because, (look, _CABLE), (f"{look} The switch port tells the same.",))
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
            _CABLE,
            on_node(group, f"ethtool {device}") if device else on_node(group, f"ip neigh show {group.peers[0]}"),
        )
        settles = (
            () if certain else (f"{on_node(group, 'ip -s link')} and the switch port tell whether the link is up.",)
        )
        yield with_words(cause, group, said(proofs), steps, settles)
