"""What one archive holds in a form that can be compared, and what came out of comparing two.

An archive becomes a `Side` of plain texts and numbers, small enough to be handed from one process to another. Its
`Facet`s hold `Item`s under keys that stay the same as long as the thing does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from analyzer.model import ArchiveSummary, ClusterSummary, Severity

SCHEMA = "1.0"  # of the JSON form; fields are added, never renamed
NODE = "cluster-scoped-resources/core/nodes/{}.yaml"  # where an object of this name lies
EVERYTHING = "*"  # the scope of a collection that leaves nothing out

Value = str | int | bool | tuple[str, ...] | None

UNKNOWN, WELL, WEAK, BAD = -1, 0, 1, 2  # health of an item


@dataclass(frozen=True, slots=True)
class Item:
    """One thing: a session, a route, a pod.

    key: its identity; `label` is what to call it where that differs, `text` what to say when it appears or is gone.
    values: what is compared; a field that is not among them is not known, unless the item is `whole`. counters: what
    counts only when it rises. scopes: whose collection it stands in (a node, a namespace, a database); several where
    several hold it. aliases: further identities, the strongest first, for when the key has changed; hints: weaker ones,
    for when it is masked; kin: groups of interchangeable things, such as the replicas of a Deployment. incarnation:
    name and uid, of which one changes when it is replaced by another one. place and marks: `path:line` of the item and
    of its values.
    """

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)
    scopes: tuple[str, ...] = ()
    place: str = ""
    marks: Mapping[str, str] = field(default_factory=dict)
    label: str = ""
    text: str = ""
    health: int = WELL
    counters: Mapping[str, int] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    kin: tuple[str, ...] = ()
    incarnation: tuple[str, str] | None = None
    whole: bool = False

    @property
    def shown(self) -> str:
        """What to call it."""
        return self.label or self.key

    def where(self, name: str) -> tuple[str, ...]:
        """Where a value of it is written."""
        found = self.marks.get(name) or self.place
        return (found,) if found else ()


@dataclass(frozen=True, slots=True)
class Facet:
    """What one archive tells of one area.

    missing: why it tells nothing. scopes: which nodes, namespaces or databases were collected, each with the reason why
    what it lacks proves nothing, or None where it does; None for all or nothing. unit: what to say of a scope that
    is not among them, with `{}` in place of its name. proven: whether the scopes hold although the archive is
    incomplete. judged: the fields whose change goes the way of the item's health, None for all; the others are neither
    better nor worse.
    """

    name: str
    title: str
    items: tuple[Item, ...] = ()
    missing: str | None = None
    scopes: Mapping[str, str | None] | None = None
    unit: str = "{} was not collected"
    proven: bool = True
    judged: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class RuleState:
    """What became of a rule: status, why it was not checked, and what it could not judge (node, subject, reason)."""

    status: str
    reason: str | None
    gaps: tuple[tuple[str | None, str, str], ...]


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells clusters apart; node names with their uids, which are empty where nothing tells them."""

    cluster_id: str | None
    infrastructure: str | None
    nodes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Side:
    """One archive.

    members: the paths that were read, without what differs from one collection to the next; unread: those of objects
    that could not be read wholly. pods: stable names of pods by their names; present: `namespace/stable name` of all.
    masked: whether something was hidden in it; veiled: whether IP addresses were, so that what is known by its address
    may be there under another name, or could not be read at all. empty: why it holds nothing at all.
    """

    archive: ArchiveSummary
    cluster: ClusterSummary
    identity: Identity
    facets: tuple[Facet, ...]
    findings: Facet
    diagnoses: Facet
    rules: Mapping[str, RuleState]
    members: frozenset[str]
    pods: Mapping[str, str]
    present: frozenset[str]
    counts: Mapping[Severity, int]
    masked: bool = False
    veiled: bool = False
    empty: str | None = None
    unread: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    @property
    def nodes(self) -> Mapping[str, str]:
        """The nodes of the cluster with their uids; none where they were not collected."""
        return self.identity.nodes

    def lacks_node(self, name: str) -> bool:
        """Whether the cluster is known to have no such node."""
        known = bool(self.nodes) and self.archive.complete and NODE.format(name) not in self.unread
        return known and name not in self.nodes


class Direction(StrEnum):
    """Whether a change is for the worse; neither where nobody can tell."""

    WORSE = "worse"
    BETTER = "better"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that appeared or is gone. `why` says more of it than its text, such as that its node is gone.

    collection: whether it is a finding about how the archive was collected, which makes the cluster no better or worse.
    """

    key: str
    text: str
    health: int = WELL
    severity: Severity | None = None
    why: str | None = None
    evidence: tuple[str, ...] = ()
    collection: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """A value that differs."""

    key: str
    field: str
    old: Value
    new: Value
    direction: Direction = Direction.NEITHER
    old_evidence: tuple[str, ...] = ()
    new_evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Replaced:
    """Another one in the place of the old: a pod after a rollout, a node that was installed again. owner: of both."""

    key: str
    old: str
    new: str
    owner: str = ""
    old_evidence: tuple[str, ...] = ()
    new_evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """What cannot be compared, and why; a field of a thing, a thing (held by `side` alone), or `count` things."""

    reason: str
    key: str | None = None
    field: str | None = None
    side: str | None = None
    count: int = 1
    severity: Severity | None = None
    evidence: tuple[str, ...] = ()


class SectionStatus(StrEnum):
    """How the comparison of an area ended."""

    CHANGED = "changed"
    SAME = "same"
    NOT_COMPARABLE = "not_comparable"
    NOT_COLLECTED = "not_collected"


@dataclass(frozen=True, slots=True)
class Section:
    """One area. old_items and new_items: how many things each archive holds, None where it tells nothing."""

    name: str
    title: str
    old_items: int | None = None
    new_items: int | None = None
    reason: str | None = None
    appeared: tuple[Entry, ...] = ()
    gone: tuple[Entry, ...] = ()
    changed: tuple[Change, ...] = ()
    replaced: tuple[Replaced, ...] = ()
    skipped: tuple[Skipped, ...] = ()

    @property
    def status(self) -> SectionStatus:
        """Whether something differs, and if not, whether that was to be seen."""
        if self.old_items is None and self.new_items is None:
            return SectionStatus.NOT_COLLECTED
        if self.old_items is None or self.new_items is None:
            return SectionStatus.NOT_COMPARABLE
        return SectionStatus.CHANGED if self.differences else SectionStatus.SAME

    @property
    def differences(self) -> int:
        """How many differences there are."""
        return len(self.appeared) + len(self.gone) + len(self.changed) + len(self.replaced)

    @property
    def uncompared(self) -> int:
        """How many things and values could not be compared."""
        return sum(one.count for one in self.skipped)


@dataclass(frozen=True, slots=True)
class Difference:
    """The whole result. worse: the findings for which automation should stop, as the exit code tells it."""

    tool_version: str
    old: Side
    new: Side
    same_cluster: bool | None
    told_by: str
    forced: bool
    fail_on: Severity | None
    headline: tuple[str, ...]
    worse: bool
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()
