"""A neighbor that a resource asks for is missing in a node's running configuration."""

from collections.abc import Iterator

from analyzer.metallb.drift import Drift, PeerDrift, Presence
from analyzer.metallb.drift_cause import Causes
from analyzer.metallb.drift_runs import Whose
from analyzer.metallb.listed import Listed, listed
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.bgp_summary_facts import BgpSummary
from parsers.frrk8s_configurations import FrrConfiguration
from parsers.kubernetes import unique
from parsers.metallb_peers import BgpPeer

NAMED = 4  # neighbors that a message names
SHOWN = 2  # routers or neighbors that do run, as evidence


@rule(Severity.ERROR, area="config")
def bgppeer_not_in_running_config(
    drift: Drift,
    configurations: tuple[FrrConfiguration, ...] | None,
    causes: Causes,
    summaries: tuple[BgpSummary, ...] | None,
) -> Iterator[Finding | Gap]:
    """A neighbor that a resource asks for is missing in a node's running configuration.

    ## Why it matters
    FRR does not know the peer: there is no session, and no log of FRR speaks of one. The configuration that the
    resources ask for never reached this node.

    ## What to do
    Look for what holds the configuration up: a stale configuration in the speaker's log, a failed reload in the
    reloader's log, a failed conversion in the node's FRRNodeState. With frr-k8s as the backend the FRRConfiguration
    `metallb-<node>` stands between: when it lacks the neighbor too, the speaker has not passed it on.
    """
    drift.need_resources()
    passed = {one.name: one for one in unique(configurations or ())}
    for one in drift:
        if one.presence is Presence.UNKNOWN and one.reason:
            others = listed(one, summaries or ())
            if others is None:
                yield Gap(one.peer, one.reason, one.node)
            elif one.peer not in others:
                yield _unlisted(one, others)
        elif one.presence is Presence.MISSING:
            yield _missing(one, passed, causes)


def _missing(one: PeerDrift, passed: dict[str, FrrConfiguration], causes: Causes) -> Finding:
    where = "" if one.vrf == "default" else f" in VRF {one.vrf}"
    ask = "ask" if " and " in one.asked_by else "asks"
    text = f"{one.run.label} does not run the neighbor {one.peer}{where} that {one.asked_by} {ask} for: {_instead(one)}"
    asked = [line for each in one.intents for line in each.where("address", "interface")]
    between, lines = _between(one, passed)
    words, why = causes.of(one.node)
    evidence = (*asked[:SHOWN], *_running(one), *lines, *why)
    return Finding(one.peer, text + between + words, evidence, one.node, key=one.vrf)


def _unlisted(one: PeerDrift, others: Listed) -> Finding:
    """The sessions alone were collected."""
    ask = "ask" if " and " in one.asked_by else "asks"
    names = ", ".join(list(others)[:NAMED]) + (f" and {len(others) - NAMED} more" if len(others) > NAMED else "")
    text = (
        f"{one.run.label} does not know the neighbor {one.peer} that {one.asked_by} {ask} for: FRR lists only {names}"
    )
    asked = [line for each in one.intents for line in each.where("address")]
    return Finding(one.peer, text, (*asked[:SHOWN], *list(others.values())[:NAMED]), one.node, key=one.vrf)


def _source(one: PeerDrift) -> str:
    return "its FRRNodeState" if one.run.shown else "its running configuration"


def _instead(one: PeerDrift) -> str:
    """What the node runs in place of it."""
    routers = one.run.config.routers if one.run.config else ()
    if not routers:
        return f"{_source(one)} has no router bgp"
    here = next((router for router in routers if router.vrf == one.vrf), None)
    if here is None:
        return f"{_source(one)} has no router bgp of that VRF"
    others = ", ".join(each.peer for each in here.neighbors[:NAMED])
    more = f" and {len(here.neighbors) - NAMED} more" if len(here.neighbors) > NAMED else ""
    return f"router bgp {here.local_as} in {_source(one)} has " + (f"only {others}{more}" if others else "no neighbor")


def _running(one: PeerDrift) -> tuple[Evidence, ...]:
    routers = one.run.config.routers if one.run.config else ()
    here = [router for router in routers if router.vrf == one.vrf]
    if here:
        return (here[0].evidence, *(each.evidence for each in here[0].neighbors[:NAMED]))
    whole = (one.run.config.evidence,) if one.run.config else ()
    return tuple(router.evidence for router in routers[:SHOWN]) or whole


def _between(one: PeerDrift, passed: dict[str, FrrConfiguration]) -> tuple[str, tuple[Evidence, ...]]:
    """The word of what stands between the resource and FRR."""
    if one.startup is not None:
        return "; frr.conf has it", (one.startup.neighbor.evidence,)
    own = passed.get(f"metallb-{one.node}")
    if (
        one.run.whose is Whose.FRR_K8S
        and own is not None
        and all(isinstance(each.owner, BgpPeer) for each in one.intents)
    ):
        return f"; FRRConfiguration {own.name} does not hold it either", (own.evidence,)
    return "", ()
