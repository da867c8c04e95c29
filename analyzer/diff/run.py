"""The comparison of two sides: is it one cluster, what changed in each area, and the answer in a sentence or two."""

from collections.abc import Iterable

from analyzer import __version__
from analyzer.diff.compare import compare
from analyzer.diff.findings import compare_diagnoses, compare_findings
from analyzer.diff.headline import headline
from analyzer.diff.identity import same_cluster
from analyzer.diff.masks import domains, hosts, masked
from analyzer.diff.model import Difference, Section, Side
from analyzer.diff.side import unmasked
from analyzer.model import Severity


class OtherClusterError(Exception):
    """The archives are of different clusters; the text says what tells it."""


def difference(old: Side, new: Side, fail_on: Severity | None, *, force: bool = False) -> Difference:
    """What changed from OLD to NEW. Raises OtherClusterError for different clusters, unless forced to go on."""
    old, new = _plain(old, new, both=False), _plain(new, old, both=True)
    same, told_by = same_cluster(old, new)
    if same is False and not force:
        raise OtherClusterError(told_by)
    findings = compare_findings(old, new)
    areas = tuple(compare(one, other, (old, new)) for one, other in zip(old.facets, new.facets, strict=True))
    sections = (compare_diagnoses(old, new, findings), findings, *areas)
    worse = is_worse(findings, fail_on)
    return Difference(
        tool_version=__version__,
        old=old,
        new=new,
        same_cluster=same,
        told_by=told_by,
        forced=same is False,
        fail_on=fail_on,
        headline=headline(findings, sections, worse=worse, fail_on=fail_on),
        worse=worse,
        sections=sections,
        notes=tuple(_notes(old, new, same, told_by)),
    )


def _plain(side: Side, other: Side, *, both: bool) -> Side:
    """The side with the other's names of nodes and domains; `both`: also where they are masked in both of them."""
    names = {name: told for name, told in hosts(side.nodes, other.nodes).items() if both or not masked(told)}
    return unmasked(side, domains(side.nodes, other.nodes) | names)


def is_worse(findings: Section, fail_on: Severity | None) -> bool:
    """Whether a finding at or above the severity appeared, or one rose to it. What only NEW could check is no news."""
    if fail_on is None:
        return False
    return any(one.severity is not None and one.severity.at_least(fail_on) for one in findings.appeared) or any(
        _rose(str(one.old), str(one.new), fail_on) for one in findings.changed if one.field == "severity"
    )


def _rose(before: str, after: str, fail_on: Severity) -> bool:
    now = Severity(after)
    return now.rank < Severity(before).rank and now.at_least(fail_on)


def _notes(old: Side, new: Side, same: bool | None, told_by: str) -> Iterable[str]:
    if same is False:
        yield f"These are DIFFERENT CLUSTERS by {told_by}. They were compared because --force was given."
    if same is None:
        yield f"Whether both archives are of one cluster is not known: {told_by}."
    times = old.cluster.collected_at, new.cluster.collected_at
    if times[0] and times[1] and times[0] > times[1]:
        yield f"OLD was collected later ({times[0]}) than NEW ({times[1]}): are they given the wrong way round?"
    for name, side in (("OLD", old), ("NEW", new)):
        if not side.archive.complete:
            yield f"{name} is incomplete: what it lacks is not comparable."
        if side.masked:
            yield f"{name} is masked: values that are hidden in it are not compared, things are matched by their names."
        yield from (f"{name}: {note}" for note in side.notes)
