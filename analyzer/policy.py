"""What a configuration of FRR announces to a neighbor.

The text of a must-gather does not count the prefixes that were sent, so the answer is derived, as FRR derives it:
bgpd/bgp_route.c (subgroup_announce_check, bgp_output_filter, bgp_outbound_policy_exists), FRRouting 7.5 to 10.7.
"""

from analyzer.policy_filters import Answer, Filters, Verdict
from parsers.frr_config import BgpRouter, FamilyConfig, NeighborConfig, NetworkStatement, RemoteAs, RunningConfig
from parsers.vocabulary import Family, Network

__all__ = ["Answer", "Verdict", "announces", "external", "permits"]


def permits(
    config: RunningConfig, route_map: str | None, prefix_list: str | None, prefix: Network | str, family: Family
) -> Verdict:
    """Whether a prefix passes a neighbor's prefix-list and route-map of these names; None is not applied."""
    return Filters(config).permits(route_map, prefix_list, str(prefix), family)


def announces(
    config: RunningConfig, router: BgpRouter, neighbor: NeighborConfig, family: Family
) -> list[tuple[NetworkStatement, Verdict]]:
    """For each `network` statement of a family whether it passes the outbound policy of the neighbor.

    Whether the session is up, the family negotiated and, with `network import-check`, the prefix in the routing table
    is another question.
    """
    policy = Filters(config)
    networks = [one for one in router.networks if one.family is family]
    refused = _refused(router, neighbor, family)
    return [(one, refused or _announced(policy, neighbor, one)) for one in networks]


def external(router: BgpRouter, neighbor: NeighborConfig) -> bool | None:
    """Whether the neighbor is in another AS; None when the configuration does not tell."""
    confederation = any(one.text.startswith("bgp confederation ") for one in router.statements)
    local = neighbor.local_as or router.local_as
    if confederation or local is None or neighbor.remote_as in {None, RemoteAs.AUTO}:
        return None
    if isinstance(neighbor.remote_as, RemoteAs):
        return neighbor.remote_as is RemoteAs.EXTERNAL
    return neighbor.remote_as != local


def _refused(router: BgpRouter, neighbor: NeighborConfig, family: Family) -> Verdict | None:
    """The verdict on all networks alike: the family is not activated, or a policy is required and there is none."""
    settings = neighbor.families.get(family)
    if settings is None or not settings.activate:
        place = settings.evidence if settings else neighbor.evidence
        return Verdict(Answer.DENY, f"{family} is not activated for {neighbor.peer}", (place,))
    if _filters(settings) or not router.ebgp_requires_policy:
        return None
    outside = external(router, neighbor)
    if outside is False:
        return None
    places = (router.marks.get("ebgp_requires_policy", router.evidence), *neighbor.where("remote_as"))
    if outside is None:
        return Verdict(Answer.UNKNOWN, f"{neighbor.peer} has no outbound policy and may be external", places)
    reason = f"{neighbor.peer} is external and has no outbound policy, and `no bgp ebgp-requires-policy` is missing"
    return Verdict(Answer.DENY, reason, places)


def _filters(settings: FamilyConfig) -> bool:
    # bgp_outbound_policy_exists: an unsuppress-map counts from release 8.5 on; MetalLB writes none.
    return any(
        (settings.route_map_out, settings.prefix_list_out, settings.filter_list_out, settings.distribute_list_out)
    ) or bool(settings.unsuppress_map)


def _announced(policy: "Filters", neighbor: NeighborConfig, network: NetworkStatement) -> Verdict:
    settings = neighbor.families[network.family]
    if network.backdoor:
        return Verdict(Answer.DENY, "a backdoor network is not announced", (network.evidence,))
    if network.route_map is not None:
        own = policy.permits(network.route_map, None, network.prefix, network.family)
        if own.denied:
            return own.under(network.evidence)
    verdict = policy.permits(settings.route_map_out, settings.prefix_list_out, network.prefix, network.family)
    verdict = verdict.under(*(settings.marks.get(name) for name in ("prefix_list_out", "route_map_out")))
    if not verdict.permitted:
        return verdict
    if network.route_map is not None and not own.permitted:
        return own.under(network.evidence)
    unread = next(
        (name for name in ("distribute_list_out", "filter_list_out", "advertise_map") if getattr(settings, name)), None
    )
    if unread:
        reason = f"depends on {unread.removesuffix('_out').replace('_', '-')} {getattr(settings, unread)}"
        return Verdict(Answer.UNKNOWN, reason, (settings.marks.get(unread, settings.evidence),))
    return verdict
