"""MetalLB rejects the resources and keeps its last good configuration."""

from collections.abc import Iterable, Iterator

from analyzer.metallb.config_changes import Change, ConfigChanges
from analyzer.metallb.config_health import ConfigTrouble
from analyzer.metallb.config_kinds import StaleConfigs
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.base import Evidence

NAMED = 4  # pods that a message names
PIECES = 8  # of evidence


@rule(Severity.ERROR, area="speaker")
def metallb_config_stale(troubles: StaleConfigs, changes: ConfigChanges) -> Iterator[Finding | Gap]:
    """MetalLB rejects the resources and keeps its last good configuration.

    ## Why it matters
    One resource that does not fit makes MetalLB ignore all of them: new peers, pools and advertisements silently do
    nothing until it is corrected. A component that never loaded a configuration announces or assigns nothing at all.

    ## What to do
    Read the error: it mostly names the resource. Correct or delete that one, and look for `config reloaded` in the log
    of every speaker and of the controller. Everything that was changed since the last success has not taken effect.
    Where the resources could only not be read from the API the finding is information.
    """
    same: dict[tuple[str, bool], list[ConfigTrouble]] = {}
    for one in troubles:
        if not one.resolved and not one.starting:
            same.setdefault((one.error or "", one.only_read), []).append(one)
    yield from troubles.gaps
    for (error, only_read), each in same.items():
        yield _finding(error, only_read, each, changes.behind(each[0]))


def _finding(error: str, only_read: bool, same: list[ConfigTrouble], behind: tuple[Change, ...]) -> Finding:
    what = (
        "could not read the resources" if only_read else "rejects the resources and keeps its last good configuration"
    )
    text = f"{_who(same)} {what}{f': {error}' if error else ''}"
    if behind and not only_read:
        text += f" ({'; '.join(f'{one.resource}: {one.how}' for one in behind)})"
    nodes = {one.node for one in same}
    subject = behind[0].resource if behind and not only_read else same[0].pod or same[0].component
    return Finding(
        subject,
        text,
        _lines(same, behind),
        nodes.pop() if len(nodes) == 1 else None,
        Severity.INFO if only_read else None,
        key=error,
    )


def _who(same: list[ConfigTrouble]) -> str:
    """Whose configuration it is: one component by its node, several by their number."""
    names = [f"the {one.component}{f' on {one.node}' if one.node else ''}" for one in same]
    if len(names) == 1:
        return f"{names[0]} of MetalLB" if same[0].component != "MetalLB" else "MetalLB"
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"each of {len(names)} components of MetalLB ({', '.join(names[:NAMED])}{more})"


def _lines(same: Iterable[ConfigTrouble], behind: Iterable[Change]) -> tuple[Evidence, ...]:
    first, *others = (one.evidence for one in same)
    found = (*first[:3], *(one.evidence for one in behind), *(each[0] for each in others))
    return found[:PIECES]
