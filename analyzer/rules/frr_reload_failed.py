"""FRR did not load the configuration that it was handed."""

from collections.abc import Iterator
from datetime import datetime

from analyzer.metallb.config_changes import ConfigChanges
from analyzer.metallb.config_health import ConfigTrouble
from analyzer.metallb.config_kinds import Reloads
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule

MANY = 20  # nodes with the same error, above which they are one finding (J)


@rule(Severity.ERROR, area="config")
def frr_reload_failed(troubles: Reloads, changes: ConfigChanges) -> Iterator[Finding | Gap]:
    """FRR did not load the configuration that it was handed.

    ## Why it matters
    The node's FRR runs its previous configuration, or a part of the new one: peers and prefixes that were added since
    are missing, those that were removed are still there.

    ## What to do
    Read the line of the configuration that FRR does not like, and correct the resource that it comes from; compare
    frr.conf with the running configuration. FRR 8.1 may lose its whole running configuration by such a failure.
    Failures before a success are history: they are listed as information.
    """
    same: dict[str, list[ConfigTrouble]] = {}
    for one in troubles:
        if one.resolved and not one.at_start:
            yield _history(one)
        elif not one.resolved and not one.starting:
            same.setdefault(one.error or "", []).append(one)
    for each in same.values():
        if len(each) > MANY:
            yield _failed(each, changes)
        else:
            yield from (_failed([one], changes) for one in each)


def _failed(same: list[ConfigTrouble], changes: ConfigChanges) -> Finding:
    one = same[0]
    behind = changes.behind(one)
    where = f"{len(same)} nodes, {_whose(one)} among them," if len(same) > 1 else _whose(one)
    text = f"FRR on {where} did not load its configuration{_at(one.time)}: {one.error or 'the log does not tell why'}"
    facts = [f"{one.failures} failures"] if one.failures > 1 else []
    facts += [f"last success{_at(one.loaded)}"] if one.loaded else ["no success is known"]
    facts += [f"{each.resource}: {each.how}" for each in behind]
    lines = tuple(dict.fromkeys((*one.evidence[:5], *one.loaded_where[:1], *(each.evidence for each in behind))))
    node = one.node if len(same) == 1 else None
    return Finding(one.pod or _whose(one), f"{text} ({'; '.join(facts)})", lines, node, key="failed")


def _history(one: ConfigTrouble) -> Finding:
    times = "a reload" if one.failures == 1 else f"{one.failures} reloads"
    text = f"{times} of FRR on {_whose(one)} failed{_at(one.time)}: {one.error or 'the log does not tell why'}"
    return Finding(
        one.pod or _whose(one),
        f"{text}; a later one succeeded",
        one.evidence[:6],
        one.node,
        Severity.INFO,
        key="history",
    )


def _whose(one: ConfigTrouble) -> str:
    return one.node or one.pod or one.evidence[0].path.rpartition("/")[2]


def _at(time: datetime | None) -> str:
    return f" at {time:%Y-%m-%d %H:%M:%S}" if time else ""
