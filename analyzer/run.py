"""One analysis: a single pass over the archive into the store, then every chosen rule over the store."""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from analyzer import __version__
from analyzer.archive import Archive, Member
from analyzer.cluster import cluster_summary
from analyzer.coverage import coverage_of
from analyzer.diagnose import diagnose
from analyzer.diagnosis import DiagnosisRule
from analyzer.metallb.summary import ServiceVerdicts
from analyzer.model import ArchiveProblem, ArchiveSummary, FactTable, Finding, Gap, Outcome, Report, Status, ranked
from analyzer.node.mtu_states import NodeMtus
from analyzer.ovs.tunnel_states import TunnelStates
from analyzer.peers import PeerStates
from analyzer.plan import HEAD, Match, Plan
from analyzer.registry import load_diagnoses, load_parsers, load_rules
from analyzer.rule import NotCollectedError, Rule, closure, needs, needs_of
from analyzer.show import Show, shows
from analyzer.store import Store
from analyzer.timeline.axis import needs_of_all, timeline
from parsers.base import Evidence, Fact, ParseFailure, Parser, SourceFile, failure, first_line, run

Progress = Callable[[int, int | None], None]
SHARED_LIMIT = 64 * 1024 * 1024  # bytes of a member that are held because two parsers read it


def analyze(inputs: Sequence[str], rules: Iterable[Rule] | None = None, progress: Progress | None = None) -> Report:
    """Read the inputs once and judge them by the rules, all when None. ArchiveError when nothing is readable.

    The diagnoses, the overviews of services and peers and the tables of facts are made when all rules are asked for.
    """
    return examine(inputs, rules, progress)[0]


def examine(
    inputs: Sequence[str],
    rules: Iterable[Rule] | None = None,
    progress: Progress | None = None,
    also: Iterable[type[Fact]] = (),
) -> tuple[Report, Store]:
    """What `analyze` does, with the facts behind the report; `also` are further kinds of them to be read."""
    load_rules()
    load_diagnoses()
    chosen = sorted(Rule.registry.values() if rules is None else rules, key=lambda one: (one.area, one.id))
    whole = len(chosen) == len(Rule.registry)
    kinds = closure(tuple(need for one in chosen for need in one.needs)) | closure(needs_of(cluster_summary))
    store, archive = read(inputs, kinds | (_of_the_whole() if whole else set()) | set(also), progress)
    outcomes = tuple(judge(one, store) for one in chosen)
    report = Report(
        tool_version=__version__,
        archive=archive,
        cluster=cluster_summary(**store.arguments(needs_of(cluster_summary))),
        outcomes=outcomes,
        coverage=coverage_of(store, kinds),
        parse_failures=tuple(store.failures),
        **(_overviews(store, outcomes) if whole else {}),
    )
    return report, store


def _of_the_whole() -> set[type[Fact]]:
    """What the overviews and the diagnoses need beside the rules."""
    diagnoses = tuple(need for one in DiagnosisRule.registry.values() for need in one.needs)
    return closure(needs(*_OVERVIEWS.values())) | closure(diagnoses) | closure(needs_of_all())


_OVERVIEWS: dict[str, type[Any]] = {
    "services": ServiceVerdicts,
    "peers": PeerStates,
    "mtu": NodeMtus,
    "tunnels": TunnelStates,
}
NEWEST = 1000  # entries of the timeline that a report holds
ROWS = 100  # rows of each table of facts that a report holds


def _overviews(store: Store, outcomes: tuple[Outcome, ...]) -> dict[str, Any]:
    """The diagnoses and tables; None where the facts are absent. One that fails is a note, the findings stay."""
    notes: list[str] = []
    causes = diagnose(store, outcomes, notes)
    found = {name: _made(name, partial(store.joined, kind), notes) for name, kind in _OVERVIEWS.items()}
    browsed = [one for one in shows().values() if one.in_report]
    tables = [_made(one.name, partial(_first_rows, one, store), notes) for one in browsed]
    told = timeline(store)
    return {
        **found,
        "diagnoses": causes,
        "tables": tuple(one for one in tables if one),
        "timeline": told.entries[-NEWEST:],
        "timeline_total": len(told.entries),
        "notes": (*notes, *told.problems),
    }


def _made(name: str, make: Callable[[], Any], notes: list[str]) -> Any:
    try:
        return make()
    except NotCollectedError:
        return None
    except Exception as error:  # noqa: BLE001 - a mistake in a table must not cost the findings
        notes.append(f"the table of {name} could not be made: {type(error).__name__}: {first_line(error)}")
        return None


def _first_rows(one: Show, store: Store) -> FactTable | None:
    table = one.rows(store)
    if not table.rows:
        return None
    return FactTable(one.name, one.help, table.columns, table.rows[:ROWS], len(table.rows), table.note)


def read(
    inputs: Sequence[str], kinds: set[type[Fact]], progress: Progress | None = None
) -> tuple[Store, ArchiveSummary]:
    """One forward pass: the facts of these kinds. Nothing is read that none of them needs."""
    load_parsers()
    with _uncollected():
        return _pass(inputs, kinds, progress)


@contextmanager
def _uncollected() -> Iterator[None]:
    # Facts hold no cycles and all stay: looking for garbage among them again and again costs a third of a pass.
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _pass(inputs: Sequence[str], kinds: set[type[Fact]], progress: Progress | None) -> tuple[Store, ArchiveSummary]:
    plan = Plan(one for one in Parser.registry.values() if kinds.intersection(one.kinds))
    store = Store()
    with Archive(inputs, plan, progress) as archive:
        for member in archive:
            matches = plan.matches(member.path) or (
                plan.recognise(member.path, member.head(HEAD)) if plan.loose(member.path) else []
            )
            _parse(member, matches, store)
        problems = tuple(ArchiveProblem(one.path, one.kind, one.message) for one in archive.problems)
        summary = ArchiveSummary(tuple(archive.inputs), archive.members, archive.bytes, archive.complete, problems)
    return store, summary


def _parse(member: Member, matches: list[Match], store: Store) -> None:
    chunks: Iterable[bytes] = member.chunks()
    complete = True
    if len(matches) > 1:
        chunks, complete = _held(chunks)
    for match in matches:
        source = SourceFile(member.path, chunks, match.params, match.image_dir, lambda: member.cut)
        facts = failures = 0
        for fact in run(match.parser, source):
            store.add(fact)
            facts, failures = (facts, failures + 1) if isinstance(fact, ParseFailure) else (facts + 1, failures)
        # Resources of which nothing could be read are not known to be none.
        lost = member.path.endswith(".yaml") and not facts and (failures > 0 or member.empty or member.cut)
        store.read(match.parser, member.path, answered=not lost)
        if not complete:
            reason = f"larger than {SHARED_LIMIT} bytes, which two parsers share: the rest is not read"
            store.add(failure(Evidence(member.path, 1, 1, ("",)), match.parser.name, reason))


def _held(chunks: Iterable[bytes]) -> tuple[list[bytes], bool]:
    """The chunks up to SHARED_LIMIT, and whether that is all of them."""
    held: list[bytes] = []
    size = 0
    for chunk in chunks:
        if size >= SHARED_LIMIT:
            return held, False
        held.append(chunk)
        size += len(chunk)
    return held, True


def judge(one: Rule, store: Store) -> Outcome:
    """One rule's outcome. The only place where a rule's exception is caught: it becomes `crashed`."""

    def outcome(status: Status, **more: object) -> Outcome:
        return Outcome(one.id, one.area, one.severity, one.title, status, **more)  # type: ignore[arg-type]

    try:
        arguments = store.arguments(one.needs)
        answers = list(one.function(**arguments))
    except NotCollectedError as absent:
        return outcome(Status.NOT_CHECKED, reason=str(absent))
    except Exception as error:  # noqa: BLE001 - one rule's mistake must not cost the others' findings
        return outcome(Status.CRASHED, reason=f"{type(error).__name__}: {first_line(error)}")
    findings = ranked(one.id, one.severity, [answer for answer in answers if isinstance(answer, Finding)])
    gaps = tuple(dict.fromkeys(answer for answer in answers if isinstance(answer, Gap)))
    size = next((len(value) for value in arguments.values() if hasattr(value, "__len__")), 0)
    examined = max(size - len(gaps), len(findings) and 1, 0)
    if findings:
        return outcome(Status.FOUND, examined=examined, gaps=gaps, findings=findings)
    if gaps and not examined:
        return outcome(Status.NOT_CHECKED, reason=_gaps(gaps), gaps=gaps)
    return outcome(Status.CLEAR, reason=_gaps(gaps), examined=examined, gaps=gaps)


def _gaps(gaps: tuple[Gap, ...]) -> str | None:
    reasons = list(dict.fromkeys(f"{gap.node or gap.subject}: {gap.reason}" for gap in gaps))
    more = f" (and {len(reasons) - 5} more)" if len(reasons) > 5 else ""
    return "; ".join(reasons[:5]) + more or None
