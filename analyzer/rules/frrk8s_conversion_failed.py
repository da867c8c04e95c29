"""The FRRConfiguration resources of a node do not make one configuration."""

from collections.abc import Iterator

from analyzer.metallb.config_changes import ConfigChanges
from analyzer.metallb.config_health import ConfigTrouble
from analyzer.metallb.config_kinds import Conversions
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule

NAMED = 6  # FRRConfigurations that a message names and whose lines it shows
MANY = 20  # nodes with the same error, above which they are one finding (J)


@rule(Severity.ERROR, area="config")
def frrk8s_conversion_failed(troubles: Conversions, changes: ConfigChanges) -> Iterator[Finding | Gap]:
    """The FRRConfiguration resources of a node do not make one configuration.

    ## Why it matters
    The whole node keeps the configuration that it had: no change of any BGPPeer, advertisement, service or
    FRRConfiguration reaches it, not only the one with the mistake.

    ## What to do
    Each FRRConfiguration must hold everything that it refers to, and those that select the same node must agree on
    every neighbor that they share: AS numbers, router ID, password, port, timers, BFD profile, ebgpMultiHop. Remove the
    conflicting field from the one that was added last. MetalLB's own are named `metallb-<node>`.
    """
    same: dict[str, list[ConfigTrouble]] = {}
    for one in troubles:
        if not one.resolved and not one.starting:
            same.setdefault(one.error or "", []).append(one)
    for each in same.values():
        if len(each) > MANY:
            yield _finding(each, changes)
        else:
            yield from (_finding([one], changes) for one in each)


def _finding(same: list[ConfigTrouble], changes: ConfigChanges) -> Finding:
    one = same[0]
    behind = changes.behind(one)
    selecting = () if behind else changes.configurations(one.node)
    where = f"{len(same)} nodes, {one.node} among them" if len(same) > 1 else one.node or one.pod or "a node"
    denied = one.component != "frr-k8s"
    what = "denies MetalLB's configuration" if denied else "cannot make a configuration of the resources"
    text = f"frr-k8s {what} for {where}: {one.error or 'it does not tell why'}"
    if behind:
        text += f" ({'; '.join(f'{each.resource}: {each.how}' for each in behind)})"
    elif selecting:
        names = ", ".join(each.name for each in selecting[:NAMED])
        more = f" and {len(selecting) - NAMED} more" if len(selecting) > NAMED else ""
        text += f" (FRRConfigurations that select the node: {names}{more})"
    changed = (each.evidence for each in behind)
    lines = (*one.evidence[:3], *changed, *(each.evidence for each in selecting[:NAMED]))
    subject = behind[0].resource if behind else one.pod or one.component
    severity = Severity.INFO if one.only_read else None
    return Finding(
        subject,
        text,
        tuple(dict.fromkeys(lines))[:8],
        one.node if len(same) == 1 else None,
        severity,
        key=one.error or "",
    )
