"""Whether a resource leaves a peer out of the announcements on purpose."""

from collections.abc import Iterable

from analyzer.frr import Session
from parsers.frrk8s_configurations import AllowMode, FrrConfiguration
from parsers.kubernetes import unique
from parsers.metallb_advertisements import BgpAdvertisement
from parsers.vocabulary import address


def excluded_by_advertisement(session: Session, advertisements: Iterable[BgpAdvertisement] | None) -> bool:
    """Whether every BGPAdvertisement names other peers, or selects other nodes, than this session's.

    An empty list of peers means all peers. Without collected advertisements, or without the BGPPeer, nothing is known
    to be excluded.
    """
    if advertisements is None or not session.resources:
        return False
    names = {one.name for one in session.resources}
    labels = session.instance.host.labels if session.instance.host else None
    found = list(unique(advertisements))
    return bool(found) and not any(
        (not one.peers or names.intersection(one.peers))
        and (
            not one.node_selectors or labels is None or any(selector.matches(labels) for selector in one.node_selectors)
        )
        for one in found
    )


def excluded_by_configuration(session: Session, configurations: Iterable[FrrConfiguration] | None) -> bool:
    """Whether the FRRConfigurations of this node name the neighbor and ask to advertise nothing to it."""
    labels = session.instance.host.labels if session.instance.host else None
    asked = [
        neighbor
        for one in unique(configurations or ())
        if labels is None or one.node_selector.matches(labels)
        for router in one.routers
        for neighbor in router.neighbors
        if address(neighbor.address or neighbor.interface or "") == session.peer
    ]
    return bool(asked) and not any(one.advertise or one.advertise_mode is AllowMode.ALL for one in asked)
