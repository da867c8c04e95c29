"""A neighbor runs with other values than its resource asks for."""

from collections.abc import Iterator

from analyzer.metallb.drift import AttributeDrift, Drift, PeerDrift, Presence, Source
from analyzer.metallb.drift_cause import Causes
from analyzer.metallb.drift_runs import Whose, too_new
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.base import Evidence

SHOWN = 8  # pieces of evidence about differing values
# metallb/metallb internal/bgp/frrk8s/frrk8s.go (updateConfig), releases 0.14 to 0.16
LEFT_OUT = frozenset({"update-source", "local-as"})


@rule(Severity.ERROR, area="config")
def neighbor_attribute_drift(drift: Drift, causes: Causes) -> Iterator[Finding | Gap]:
    """A neighbor runs with other values than its resource asks for.

    ## Why it matters
    The change of a BGPPeer or FRRConfiguration has not reached the FRR of this node. A wrong AS, port, password or
    source address keeps the session down; other timers or another BFD profile change how fast a failure is seen.

    ## What to do
    Compare the two values in the evidence, then look for what holds the configuration up: a stale configuration in
    the speaker's log, a failed reload, a failed conversion, or a hand edit in the pod. Only what a resource sets is
    compared; values that FRR leaves out because they are its defaults count as set to them.
    """
    drift.need_resources()
    for one in drift:
        if one.presence is Presence.UNKNOWN and one.reason:
            yield Gap(one.peer, one.reason, one.node)
        elif one.presence is Presence.OTHER_VRF:
            yield _moved(one, causes)
        elif one.drifted and (one.run.new or all(too_new(each) for each in one.intents)):
            yield Gap(one.peer, "the pod or the resource is less than a minute old", one.node)
        elif one.drifted:
            yield _drifted(one, causes)


def _drifted(one: PeerDrift, causes: Causes) -> Finding:
    where = "" if one.vrf == "default" else f" in VRF {one.vrf}"
    words, why = causes.of(one.node)
    text = f"{one.peer}{where} on {one.run.label} runs {'; '.join(_difference(one, each) for each in one.drifted)}"
    evidence = tuple(line for each in one.drifted for line in _lines(one, each))
    severity = None
    if all(_never_passed(one, each) for each in one.drifted):
        severity = Severity.WARNING
        text += "; MetalLB does not pass it on to frr-k8s"
    here = (one.runs.neighbor.evidence,) if one.runs else ()
    lines = tuple(dict.fromkeys((*evidence[:SHOWN], *here, *why)))
    return Finding(one.peer, text + words, lines, one.node, severity, one.vrf)


def _never_passed(one: PeerDrift, each: AttributeDrift) -> bool:
    """Whether it is what MetalLB leaves out of its FRRConfigurations, so that no reload brings it."""
    return one.run.whose is Whose.FRR_K8S and each.attribute.name in LEFT_OUT and each.against == {Source.BGP_PEER}


def _difference(one: PeerDrift, each: AttributeDrift) -> str:
    asked = [value for value in each.values if value.source in each.against]
    first = asked[0]
    names = " and ".join(dict.fromkeys(f"{value.source} {value.owner}" for value in asked))
    alone = len({value.owner for value in asked}) == 1
    if each.attribute.name == "password":  # of which only the presence is known
        return f"without a password, {names} {'sets' if alone else 'set'} one{_between(each)}"
    verb = "asks" if alone else "ask"
    runs = each.attribute.runs(one.runs) if one.runs else None
    found = f"with {each.attribute.name} {runs}" if runs is not None else f"without {each.attribute.name}"
    return f"{found}, {names} {verb} for {first.text}{_between(each)}"


def _between(each: AttributeDrift) -> str:
    """Where only the BGPPeer asks for it: what MetalLB made of it."""
    if each.against != {Source.BGP_PEER}:
        return ""
    made = each.of(Source.FRR_CONFIGURATION)
    return f" (FRRConfiguration {made[0].owner} says {made[0].text})" if made else ""


def _lines(one: PeerDrift, each: AttributeDrift) -> tuple[Evidence, ...]:
    asked = tuple(line for value in each.values if value.source in each.against for line in value.evidence)
    return (*asked[:3], *(each.attribute.where_written(one.runs) if one.runs else ()))


def _moved(one: PeerDrift, causes: Causes) -> Finding:
    runs = one.runs
    found = runs.router.vrf if runs else "?"
    text = f"{one.peer} on {one.run.label} runs in VRF {found}, {one.asked_by} asks for VRF {one.vrf}"
    asked = tuple(line for each in one.intents for line in each.where("vrf", "address"))
    words, why = causes.of(one.node)
    lines = (runs.router.evidence, runs.neighbor.evidence) if runs else ()
    return Finding(one.peer, text + words, (*asked[:3], *lines, *why), one.node, key=f"{one.vrf} vrf")
