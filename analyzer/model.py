"""What a rule says and what a report holds. Output only ever reads these."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from analyzer.states import NodeMtu, TunnelState
from parsers.base import Evidence, ParseFailure

SCHEMA = "1.0"  # of the JSON report; fields are added, never renamed


class Severity(StrEnum):
    """critical: traffic is lost now; error: a function is broken; warning: degraded or at risk; info: context."""

    CRITICAL = "critical"
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return list(Severity).index(self)

    def at_least(self, other: "Severity") -> bool:
        """Whether this one is as bad as the other or worse."""
        return self.rank <= other.rank


class Status(StrEnum):
    """How a rule ended. Not checked is not clear, and a crash is neither."""

    FOUND = "found"
    CLEAR = "clear"
    NOT_CHECKED = "not_checked"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem at one place: what it is about, a sentence with the facts, and at least one piece of evidence.

    `severity` is set only where it differs from the rule's own; `key` tells two findings about one subject apart.
    about: other things that the message names and that diagnoses ask for: nodes, peers, `namespace/name`.
    """

    subject: str
    message: str
    evidence: tuple[Evidence, ...]
    node: str | None = None
    severity: Severity | None = None
    key: str = ""
    about: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.evidence:
            raise ValueError(f"finding about {self.subject} without evidence")


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that a rule would have judged if its facts had been collected or readable."""

    subject: str
    reason: str
    node: str | None = None


@dataclass(frozen=True, slots=True)
class RankedFinding:
    """A finding as the report shows it: with a stable id and a definite severity."""

    id: str
    severity: Severity
    node: str | None
    subject: str
    message: str
    evidence: tuple[Evidence, ...]
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one rule."""

    rule: str
    area: str
    severity: Severity
    title: str
    status: Status
    reason: str | None = None
    examined: int = 0
    gaps: tuple[Gap, ...] = ()
    findings: tuple[RankedFinding, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """One kind of input: whether it was there, where, and if not, why and how to get it."""

    input: str
    present: bool
    members: tuple[str, ...] = ()
    missing_reason: str | None = None
    how_to_collect: str | None = None


@dataclass(frozen=True, slots=True)
class ArchiveProblem:
    """What could not be read of the archive, in a sentence."""

    path: str | None
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class ArchiveSummary:
    """What was read."""

    inputs: tuple[str, ...]
    members: int
    bytes: int
    complete: bool
    problems: tuple[ArchiveProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class ClusterSummary:
    """Which cluster this is; None where the archive does not say."""

    id: str | None = None
    version: str | None = None
    platform: str | None = None
    network_type: str | None = None
    nodes: tuple[str, ...] = ()
    collected_at: str | None = None


@dataclass(frozen=True, slots=True)
class NodeVerdict:
    """What one node does with an address: `reach` in a word, the first link that does not hold, and why."""

    node: str
    reach: str
    reason: str | None = None
    step: str | None = None


@dataclass(frozen=True, slots=True)
class ServiceVerdict:
    """One address of a LoadBalancer service and how far it gets.

    service: `namespace/name`; None for a prefix that is announced although no collected service has it. step: the
    first link of the chain that does not hold; None where all do, or where nothing tells. unseen: the links whose
    resources were not collected.
    """

    service: str | None
    address: str | None
    protocol: str | None
    pool: str | None
    traffic_policy: str | None
    reach: str
    step: str | None
    verdict: str
    nodes: tuple[NodeVerdict, ...]
    evidence: tuple[Evidence, ...]
    advertisements: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PeerState:
    """One peer of one node. Durations are seconds; None is what nothing told. `asked_by` are the resources."""

    node: str
    peer: str
    vrf: str
    name: str | None
    remote_as: int | None
    state: str | None
    uptime: int | None
    bfd: str | None
    last_reset: str | None
    last_reset_age: int | None
    prefixes_received: int | None
    prefixes_announced: int | None
    asked_by: tuple[str, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class FactTable:
    """Facts to browse: a table of `gatherscope show`, of which a report holds the first rows; `total` counts all."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: int
    note: str | None = None


class Lane(StrEnum):
    """What an entry is about; the lanes of a picture of the timeline, in this order."""

    COLLECTION = "collection"
    SESSIONS = "bgp and bfd"
    FRR = "frr"
    METALLB = "metallb"
    OVN = "ovn and ovs"
    NETWORK = "network pods"
    KUBELET = "kubelet"
    PODS = "pods"
    NODES = "nodes"
    EVENTS = "events"
    OPERATORS = "operators"


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Something that happened, in UTC.

    until and count: of a burst that is told as one entry. about: the time is derived from an age and may be some
    seconds off. guessed: the year is inferred, for the line names none. bad: it is a fault or a loss, not a remark.
    subject: the peer, pod, service or daemon, by which bursts are told apart.
    """

    at: datetime
    node: str | None
    lane: Lane
    subject: str
    text: str
    evidence: Evidence
    bad: bool = False
    about: bool = False
    guessed: bool = False
    until: datetime | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A root cause over several findings: how sure, why, and what would settle what is not certain."""

    id: str
    title: str
    confidence: str
    subject: str | None
    nodes: tuple[str, ...]
    findings: tuple[str, ...]
    explanation: str
    next_steps: tuple[str, ...]
    settles: tuple[str, ...] = ()

    @property
    def cause(self) -> str:
        """The diagnosis that it is of; its id is that and a digest of what it is about."""
        return self.id.rpartition("-")[0]


@dataclass(frozen=True, slots=True)
class Report:
    """The whole result. The JSON form of it is the contract; everything else is a view."""

    tool_version: str
    archive: ArchiveSummary
    cluster: ClusterSummary
    outcomes: tuple[Outcome, ...]
    coverage: tuple[Coverage, ...]
    parse_failures: tuple[ParseFailure, ...] = ()
    diagnoses: tuple[Diagnosis, ...] = ()
    notes: tuple[str, ...] = field(default=())
    services: tuple[ServiceVerdict, ...] | None = None  # None: not collected, or not asked for
    peers: tuple[PeerState, ...] | None = None
    mtu: tuple[NodeMtu, ...] | None = None
    tunnels: tuple[TunnelState, ...] | None = None
    tables: tuple[FactTable, ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()  # the newest; `gatherscope timeline` has all
    timeline_total: int = 0

    def findings(self) -> list[tuple[Outcome, RankedFinding]]:
        """All findings, the worst first; within a severity in the order of rules, nodes and subjects."""
        pairs = [(outcome, finding) for outcome in self.outcomes for finding in outcome.findings]
        return sorted(pairs, key=lambda pair: pair[1].severity.rank)

    def of_status(self, status: Status) -> list[Outcome]:
        """The outcomes that ended so."""
        return [outcome for outcome in self.outcomes if outcome.status is status]


def ranked(rule: str, severity: Severity, findings: list[Finding]) -> tuple[RankedFinding, ...]:
    """Findings with ids that stay the same for the same archive, sorted by severity, node and subject."""
    seen: dict[str, int] = {}
    result = []
    for finding in findings:
        whose = "\0".join((finding.node or "", finding.subject, finding.key))
        digest = sha256(whose.encode(errors="backslashreplace")).hexdigest()[:10]  # JSON can hold lone surrogates
        name = f"{rule}-{digest}"
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            name = f"{name}-{seen[name]}"
        evidence = tuple(dict.fromkeys(finding.evidence))
        worst, about = finding.severity or severity, finding.about
        result.append(RankedFinding(name, worst, finding.node, finding.subject, finding.message, evidence, about))
    return tuple(sorted(result, key=lambda item: (item.severity.rank, item.node or "", item.subject, item.id)))


def with_note(evidence: tuple[Evidence, ...], note: str) -> tuple[Evidence, ...]:
    """The same evidence, the first piece carrying a remark."""
    return (replace(evidence[0], note=note), *evidence[1:]) if evidence else ()
