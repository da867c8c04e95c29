"""The part of one node in the way of an address: whether it announces, and if not, why.

Sources: metallb/metallb speaker/bgp_controller.go (ShouldAnnounce, SetBalancer), speaker/layer2_controller.go.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from analyzer.masks import nameless
from analyzer.metallb.advertisements import Advertisement
from analyzer.metallb.chain import Chain, NodePath, World
from analyzer.metallb.intents import Intent
from analyzer.metallb.path import Link, NodeView, PeerPath, State, Step
from analyzer.metallb.speakers import Speaker
from parsers.base import Evidence


def _stopped(one: Speaker, link: Link) -> NodePath:
    """A node at which the way ends before its peers."""
    return NodePath(one.node, link, (), one)


def own_prefix(address: str) -> str:
    """The prefix of one address alone; of a masked one too."""
    return f"{address}/{128 if ':' in address or 'ipv6' in address else 32}"


def by_bgp(chain: Chain, address: str, one: Speaker, world: World) -> NodePath:
    """The node's part where the address is announced by BGP, or where no advertisement says how."""
    view = world.views.get(one.node)
    ads = [(each, each.selects_node(one.labels)) for each in chain.advertisements]
    originates = bool(view and view.networks.holding(address))
    if chain.advertisements and not any(selected or selected is None for _, selected in ads):
        lines = tuple(line for each, _ in ads for line in each.where("node_selectors"))
        return _stopped(one, Link(Step.ADVERTISEMENT, State.LEFT_OUT, "no advertisement selects it", lines))
    if one.exclusion and not originates:
        return _stopped(one, one.exclusion)
    if (link := _local(chain, one)) is not None:
        return _stopped(one, link)
    if nameless(address):
        return _stopped(one, Link(Step.CONFIGURATION, State.UNKNOWN, "every address is masked alike"))
    if view is None:
        return _stopped(one, Link(Step.CONFIGURATION, State.UNKNOWN, "its FRR was not collected"))
    return _to_peers(chain, address, one, view, [each for each, selected in ads if selected is not False], world)


def _to_peers(  # noqa: PLR0913, PLR0917 - one node of one chain
    chain: Chain, address: str, one: Speaker, view: NodeView, ads: list[Advertisement], world: World
) -> NodePath:
    everything = _prefixes(chain, address, ads)
    asked = None
    if world.peers_collected:
        asked = [(each, _prefixes(chain, address, chosen)) for each, chosen in _asked(view, ads)]
        if not asked:
            text = "no BGPPeer of the advertisement is for it" if view.intents else "no BGPPeer is for it"
            lines = tuple(line for each in ads for line in each.where("peers"))
            return _stopped(one, Link(Step.PEER, State.LEFT_OUT, text, lines))
    peers = tuple(view.paths(address, everything, asked))
    if not peers and not view.sessions and view.instance.config is None:
        return _stopped(one, Link(Step.CONFIGURATION, State.UNKNOWN, "its running configuration was not collected"))
    if not peers:
        text = "none of its peers takes prefixes of this address family"
        lines = tuple(line for each, _ in asked or () for line in each.where("address"))
        return _stopped(one, Link(Step.PEER, State.BROKEN, text, lines or _config_lines(view)))
    return _weighed(
        NodePath(one.node, None, peers, one, tuple(line for each in peers for line in each.evidence)), chain
    )


def _asked(view: NodeView, ads: list[Advertisement]) -> Iterator[tuple[Intent, list[Advertisement]]]:
    """The BGPPeers of the node that an advertisement is for, each with these advertisements."""
    for each in view.intents:
        chosen = [ad for ad in ads if ad.selects_peer((each.owner.name,))]
        if chosen or not ads:
            yield each, chosen


def _prefixes(chain: Chain, address: str, ads: Iterable[Advertisement]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(prefix for each in ads for prefix in each.prefixes(address)))
    return found or (chain.prefix or own_prefix(address),)


def _config_lines(view: NodeView) -> tuple[Evidence, ...]:
    return (view.instance.config.evidence,) if view.instance.config else ()


def _local(chain: Chain, one: Speaker) -> Link | None:
    """Whether the local traffic policy keeps the node silent."""
    if not chain.local or chain.backends is None or not chain.backends.serving:
        return None
    if chain.backends.serving_on(one.node):  # an endpoint that names no node is on none of them
        return None
    return Link(Step.ENDPOINTS, State.LEFT_OUT, "no ready local endpoint", chain.where_endpoints())


def _weighed(path: NodePath, chain: Chain) -> NodePath:
    """A missing `network` is a fault only where an endpoint is known to be ready; else it may be right.

    So is a policy that holds the prefix back from one peer and not from another, where no advertisement says for whom
    it is.
    """
    if not chain.advertisements and any(one.link is None for one in path.peers):
        path = replace(path, peers=tuple(_perhaps_meant(one) for one in path.peers))
    missing = [one.link for one in path.peers if one.link and one.link.step is Step.NETWORK]
    if chain.backends is not None or len(missing) != len(path.peers):
        return path
    what = "the service was not collected" if chain.service is None else "its endpoints were not collected"
    link = Link(Step.ENDPOINTS, State.UNKNOWN, f"not announced; {what}", missing[0].evidence if missing[0] else ())
    return replace(path, link=link)


def _perhaps_meant(path: PeerPath) -> PeerPath:
    if path.link is None or path.link.step is not Step.POLICY:
        return path
    return replace(path, link=replace(path.link, state=State.UNKNOWN))


SILENT = "its speaker does not announce it"
ELSEWHERE = "another node answers for it"
# Every node of every service has one of these.
_ELSEWHERE = Link(Step.NODE, State.LEFT_OUT, ELSEWHERE)
_NOT_COLLECTED = Link(Step.NODE, State.UNKNOWN, "who answers for it was not collected")


def by_layer2(chain: Chain, address: str, one: Speaker, world: World) -> NodePath:
    """The node's part where one node answers for the address by ARP or NDP."""
    selected = [each for each in chain.advertisements if each.selects_node(one.labels) is not False]
    if chain.advertisements and not selected:
        lines = tuple(line for each in chain.advertisements for line in each.where("node_selectors"))
        return _stopped(one, Link(Step.ADVERTISEMENT, State.LEFT_OUT, "no advertisement selects it", lines))
    owner = world.owners.of(chain.subject, address)
    if owner is not None and owner.node == one.node:
        link = _without_interface(chain, address, one, selected, world)
        return NodePath(one.node, link, (), one, (owner.evidence,))
    if one.exclusion and one.node not in world.owners.nodes:  # one that answers for others does not heed the label
        return _stopped(one, one.exclusion)
    return _stopped(one, _local(chain, one) or _not_the_owner(chain, address, one, world))


def _not_the_owner(chain: Chain, address: str, one: Speaker, world: World) -> Link:
    """What is known of a node that may answer and does not say so."""
    if world.owners.of(chain.subject, address) is not None:
        return _ELSEWHERE
    if chain.backends is not None and chain.backends.serving:
        changes = [each.resource.created for each in chain.advertisements]
        if world.owners.silent(one.node, chain.service, address, *changes):
            return Link(Step.NODE, State.LEFT_OUT, SILENT, world.owners.logs[one.node].where_started())
    return _NOT_COLLECTED


def _without_interface(chain: Chain, address: str, one: Speaker, ads: list[Advertisement], world: World) -> Link | None:
    """What its speaker says where it has none of the interfaces that the advertisements name."""
    line = world.owners.without_interface(one.node, chain.subject, address)
    if line is None or not ads or not all(each.interfaces for each in ads):
        return None
    names = ", ".join(dict.fromkeys(name for each in ads for name in each.interfaces))
    lines = (line, *(piece for each in ads for piece in each.where("interfaces")))
    return Link(Step.CONFIGURATION, State.BROKEN, f"it answers for it, but has no interface {names}", lines)
