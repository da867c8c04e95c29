"""RC: a limit on the number of prefixes closed a session."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.loss_kinds import Kind
from analyzer.losses import Losses, on_nodes, peer_name
from analyzer.session_causes import cause_of, of_rules, said, with_words


@diagnosis
def bgp_prefix_limit_reached(losses: Losses) -> Iterator[Cause]:
    """The router, or this node, closed a BGP session because more prefixes came than its limit allows.

    Certain: the NOTIFICATION names the limit.
    """
    for group in losses.of(Kind.PREFIX_LIMIT):
        title = f"The limit of prefixes closed the BGP session with {peer_name(group)} {on_nodes(group)}"
        cause = cause_of(losses, group, title, Confidence.CERTAIN)
        steps = (
            (
                "Raise `maximum-prefix` for these nodes on the router, then clear the session there: most routers keep"
                " it down until somebody does."
            ),
            "Or announce fewer: set `spec.aggregationLength` in the BGPAdvertisement, or fewer pools for this peer.",
        )
        yield with_words(cause, group, said(of_rules(group, "bgp-prefix-limit")), steps)
