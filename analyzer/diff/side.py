"""One archive as a side of the comparison: analyzed as always, then brought into a form that can be compared."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from analyzer.diff.area import facet_of
from analyzer.diff.areas import AREAS
from analyzer.diff.findings import facet_of_diagnoses, facet_of_findings, states
from analyzer.diff.identity import identity_of
from analyzer.diff.masks import masked, veiled
from analyzer.diff.model import Facet, Item, Side, Value
from analyzer.diff.names import member, stable
from analyzer.diff.stable import StableNames
from analyzer.instances import NodesByName, PodsByName
from analyzer.model import ArchiveProblem, ArchiveSummary, Report
from analyzer.render.words import counts_of
from analyzer.rule import closure, needs
from analyzer.run import Progress, examine
from analyzer.store import Store
from analyzer.verdict import nothing_collected, why_nothing
from parsers.base import Fact
from parsers.gather_watermark import Obfuscated
from parsers.infrastructure import Infrastructure

PROBLEMS = 20  # problems of an archive that are told; `analyze` tells them all


def read_side(inputs: Sequence[str], progress: Progress | None = None) -> Side:
    """Analyze the inputs as one archive. ArchiveError when nothing is readable."""
    report, store = examine(inputs, progress=progress, also=_kinds())
    return side_of(report, store)


def _kinds() -> set[type[Fact]]:
    kinds: set[type[Fact]] = {Infrastructure, Obfuscated}
    return kinds.union(closure(needs(StableNames, NodesByName)), *(one.kinds for one in AREAS))


def side_of(report: Report, store: Store) -> Side:
    """The side of an analyzed archive."""
    notes: list[str] = []
    names: StableNames = store.joined(StableNames)
    found: PodsByName = store.joined(PodsByName)
    pods = dict(names.by_name)
    facets = tuple(_cut(facet_of(area, store, notes), report.archive) for area in AREAS)
    paths = {path for members in store.members.values() for path in members}
    paths -= {one.path for one in report.archive.problems if one.path}
    hidden = [text for facet in facets for one in facet.items for text in _texts(one) if masked(text)]
    return Side(
        archive=_summary(report.archive),
        cluster=report.cluster,
        identity=identity_of(store, report.cluster),
        facets=facets,
        findings=facet_of_findings(report, pods),
        diagnoses=facet_of_diagnoses(report.diagnoses),
        rules=states(report, pods),
        members=frozenset(member(path, pods) for path in paths),
        pods=pods,
        present=frozenset(f"{namespace}/{stable(pod)}" for (namespace, _), pod in found.items()),
        counts=dict(counts_of(report)),
        masked=bool(store.facts(Obfuscated) or hidden),
        veiled=any(map(veiled, hidden)),
        empty=why_nothing(report) if nothing_collected(report) else None,
        unread=frozenset(member(path, pods) for path in _unread(store)),
        notes=(*report.notes, *notes),
    )


def _texts(one: Item) -> Iterator[str]:
    yield one.key
    for value in one.values.values():
        yield from value if isinstance(value, tuple) else (str(value),)


def _unread(store: Store) -> Iterator[str]:
    """The files of objects in which something could not be read: what they lack proves nothing."""
    paths = (one.evidence.path for one in store.failures)
    return (path for path in paths if path.endswith((".yaml", ".yml", ".json")))


def _cut(facet: Facet, archive: ArchiveSummary) -> Facet:
    """The facet without its trust in the member in which the archive ends: the rest of it is missing."""
    ends = tuple(f"{one.path}{mark}" for one in archive.problems if one.path for mark in ":!")
    if not ends or facet.scopes is None:
        return facet
    cut = {scope for one in facet.items if one.place.startswith(ends) for scope in one.scopes}
    return replace(facet, scopes={**facet.scopes, **dict.fromkeys(cut, "the file that tells of it is cut")})


def _summary(archive: ArchiveSummary) -> ArchiveSummary:
    more = len(archive.problems) - PROBLEMS
    rest = (ArchiveProblem(None, "more", f"and {more} more problems of the archive"),) if more > 0 else ()
    return replace(archive, problems=(*archive.problems[:PROBLEMS], *rest))


def unmasked(side: Side, names: Mapping[str, str]) -> Side:
    """The side with other texts in place of masks: of nodes and domains, where the nodes of both archives tell them."""
    if not names:
        return side
    # All at once, the longest first: one archive's mask may be what the other archive calls another node.
    masks = re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))))

    def text(value: str) -> str:
        return masks.sub(lambda found: names[found[0]], value)

    def facet(one: Facet) -> Facet:
        scopes = None if one.scopes is None else {text(name): reason for name, reason in one.scopes.items()}
        return replace(one, items=tuple(_told(item, text) for item in one.items), scopes=scopes)

    identity = replace(side.identity, nodes={text(name): uid for name, uid in side.identity.nodes.items()})
    rules = {
        name: replace(one, gaps=tuple((node and text(node), text(subject), why) for node, subject, why in one.gaps))
        for name, one in side.rules.items()
    }
    return replace(
        side,
        identity=identity,
        facets=tuple(map(facet, side.facets)),
        findings=facet(side.findings),
        diagnoses=facet(side.diagnoses),
        rules=rules,
        members=frozenset(map(text, side.members)),
        unread=frozenset(map(text, side.unread)),
        pods={name: text(stable_name) for name, stable_name in side.pods.items()},
        present=frozenset(map(text, side.present)),
    )


def _told(one: Item, text: Callable[[str], str]) -> Item:
    def value(found: Value) -> Value:
        if isinstance(found, tuple):
            return tuple(map(text, found))
        return text(found) if isinstance(found, str) else found

    return replace(
        one,
        key=text(one.key),
        label=text(one.label),
        text=text(one.text),
        values={text(name): value(found) for name, found in one.values.items()},
        scopes=tuple(map(text, one.scopes)),
        aliases=tuple(map(text, one.aliases)),
        hints=tuple(map(text, one.hints)),
        kin=tuple(map(text, one.kin)),
        incarnation=(text(one.incarnation[0]), one.incarnation[1]) if one.incarnation else None,
    )
