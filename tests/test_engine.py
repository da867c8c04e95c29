"""The engine: needs, outcomes, the isolation of a crash, stable ids, the one pass."""

import pytest

from analyzer.model import Finding, Gap, Severity, Status
from analyzer.plan import Plan
from analyzer.rule import Join, NotCollectedError, Rule, closure, needs_of
from analyzer.run import analyze, judge, read
from analyzer.store import Store
from parsers.base import Evidence, Fact, ParseFailure, Parser, SourceFile, run

PLACE = Evidence("a", 1, 1, ("x",))


class Spot(Fact):
    value: int


class Other(Fact):
    pass


class Spots(tuple):
    """What a join gives."""

    __slots__ = ()


def joined(spots: tuple[Spot, ...]) -> Spots:
    if any(one.value < 0 for one in spots):
        raise NotCollectedError("no spot may be negative")
    return Spots(spots)


@pytest.fixture(autouse=True)
def _join(monkeypatch):
    monkeypatch.setitem(Join.registry, Spots, Join(Spots, needs_of(joined), joined))


def reader(source: SourceFile):
    yield from ()


READER = Parser("reader", ("spots",), (Spot,), reader, "spots", "look")


def store(*values, present=True):
    made = Store()
    if present:
        made.read(READER, "a")
    for value in values:
        made.add(Spot(evidence=PLACE, value=value))
    return made


def rule_of(function, severity=Severity.ERROR):
    return Rule("a-rule", "test", severity, "A title", "doc", needs_of(function), function)


def positive(spots: tuple[Spot, ...]):
    for one in spots:
        if one.value == 0:
            yield Gap("zero", "nothing to say", "node-a")
        elif one.value > 1:
            yield Finding(f"s{one.value}", "too large", (one.evidence,), node="node-a")


def test_not_collected_is_not_empty():
    absent = judge(rule_of(positive), store(present=False))
    assert (absent.status, absent.examined) == (Status.NOT_CHECKED, 0)
    assert absent.reason.startswith("not collected: ")
    empty = judge(rule_of(positive), store())
    assert (empty.status, empty.examined, empty.reason) == (Status.CLEAR, 0, None)


def test_clear_tells_how_much_was_examined_and_what_could_not_be():
    outcome = judge(rule_of(positive), store(1, 1, 0))
    assert (outcome.status, outcome.examined) == (Status.CLEAR, 2)
    assert outcome.reason == "node-a: nothing to say"
    assert outcome.gaps == (Gap("zero", "nothing to say", "node-a"),)


def test_gaps_alone_are_not_clear():
    outcome = judge(rule_of(positive), store(0))
    assert (outcome.status, outcome.reason) == (Status.NOT_CHECKED, "node-a: nothing to say")


def test_found():
    outcome = judge(rule_of(positive), store(1, 5, 7, 0))
    assert outcome.status is Status.FOUND
    assert [one.subject for one in outcome.findings] == ["s5", "s7"]
    assert len(outcome.gaps) == 1


def test_a_crash_is_an_outcome_of_its_own():
    def broken(spots: tuple[Spot, ...]):
        yield Finding("s", "said before", (PLACE,))
        raise ZeroDivisionError(f"{len(spots)} password: hunter2")

    outcome = judge(rule_of(broken), store(1))
    assert (outcome.status, outcome.findings) == (Status.CRASHED, ())
    assert outcome.reason == "ZeroDivisionError: 1 password: <masked>"


def test_optional_needs_arrive_as_none():
    seen = []

    def wants(spots: tuple[Spot, ...], other: tuple[Other, ...] | None, more: Spots | None):
        seen.append((len(spots), other, more))
        yield from ()

    assert judge(rule_of(wants), store(1)).status is Status.CLEAR
    assert judge(rule_of(wants), store(-1)).status is Status.CLEAR
    assert [one[1] for one in seen] == [None, None]
    assert len(seen[0][2]) == 1
    assert seen[1][2] is None


def test_a_join_without_its_facts_is_the_reason():
    def wants(more: Spots):
        yield from ()

    assert judge(rule_of(wants), store(-1)).reason == "no spot may be negative"
    made = store(-1)
    for _ in range(2):
        with pytest.raises(NotCollectedError, match="negative"):
            made.joined(Spots)


def test_needs_reach_through_joins():
    def wants(more: Spots, other: tuple[Other, ...] | None):
        yield from ()

    assert closure(needs_of(wants)) == {Spot, Other}


def test_an_annotation_that_is_no_need_is_refused():
    def wants(number: list[int]):
        yield from ()

    with pytest.raises(TypeError, match="parameter number"):
        needs_of(wants)


def test_ids_are_stable_and_unique():
    def twice(spots: tuple[Spot, ...]):
        for text in ("first", "second"):
            yield Finding("s", text, (PLACE,), node="n")
        yield Finding("s", "third", (PLACE,), node="n", key="k", severity=Severity.INFO)

    first = judge(rule_of(twice), store(1)).findings
    again = judge(rule_of(twice), store(1, 1)).findings
    assert [one.id for one in first] == [one.id for one in again]
    assert len({one.id for one in first}) == 3
    assert [one.severity for one in first] == [Severity.ERROR, Severity.ERROR, Severity.INFO]


def test_a_finding_without_evidence_cannot_be_made():
    with pytest.raises(ValueError, match="without evidence"):
        Finding("s", "text", ())


def test_a_parser_that_raises_keeps_its_earlier_facts():
    def torn(source: SourceFile):
        for number, line in source.lines():
            yield Spot(evidence=source.quote(number, line), value=int(line))

    facts = list(run(Parser("torn", (), (Spot,), torn, "t", "c"), SourceFile("m", [b"1\n2\npassword: x\n4\n"])))
    assert [one.value for one in facts[:2]] == [1, 2]
    failure = facts[2]
    assert isinstance(failure, ParseFailure)
    assert (failure.evidence.first_line, failure.evidence.excerpt) == (3, ("password: <masked>",))
    assert "hunter" not in failure.reason
    assert failure.reason.startswith("ValueError")
    assert len(facts) == 3


def test_two_parsers_read_one_member(tmp_path):
    """frr.conf is read for its content and for whether it was collected at all."""
    base = tmp_path / "namespaces/metallb-system/pods/speaker-a/frr/frr/logs"
    base.mkdir(parents=True)
    (base / "frr.conf").write_text("frr version 8.4.4\nhostname a\nrouter bgp 64500\n")
    from parsers.frr_config_facts import RunningConfig  # noqa: PLC0415
    from parsers.frr_files import FrrFile  # noqa: PLC0415

    found, archive = read([str(tmp_path)], {RunningConfig, FrrFile})
    assert found.facts(RunningConfig)[0].hostname == "a"
    assert [one.name for one in found.facts(FrrFile)] == ["frr.conf"]
    assert (archive.members, archive.complete) == (1, True)


def test_only_what_the_rules_need_is_read(tmp_path):
    (tmp_path / "timestamp").write_text("2026-11-21 05:41:22.000000219 +0000 UTC m=+0.1\n" * 2)
    report = analyze([str(tmp_path)], [])
    assert report.outcomes == ()
    assert report.cluster.collected_at == "2026-11-21T05:41:22Z"


@pytest.mark.parametrize(
    ("path", "name", "image_dir"),
    [
        ("must/img/namespaces/m/pods/p/frr/frr/logs/dump_frr", "dump_frr", "must/img"),
        ("namespaces/m/pods/p/frr/frr/logs/dump_frr", "dump_frr", ""),
        ("x.tar.gz!/img/namespaces/m/pods/p/frr/frr/logs/frr.log", "frr_log", "x.tar.gz!/img"),
        ("img/namespaces/m/pods/p/frr/frr/logs/rotated/0.log.20261121-054000.gz", "frr_log", "img"),
        ("img/cluster-scoped-resources/core/nodes/worker-0.example.com.yaml", "nodes", "img"),
        ("a/b/timestamp", "gather_timestamp", "a/b"),
        ("timestamp", "gather_timestamp", ""),
        ("img/namespaces/m/pods/p/frr/frr/logs/not_dump_frr", None, None),
        ("img/namespaces/m/pods/p/q/dump_frr", None, None),
        ("other-timestamp", None, None),
    ],
)
def test_paths_find_their_parser(path, name, image_dir):
    matches = {one.parser.name: one for one in Plan(Parser.registry.values()).matches(path)}
    assert (name in matches) == (name is not None)
    if name:
        assert matches[name].image_dir == image_dir
    else:
        assert not matches


def test_parts_of_a_path_have_names():
    plan = Plan(Parser.registry.values())
    (match,) = (
        one for one in plan.matches("i/namespaces/ns/pods/po/frr/frr/logs/dump_frr") if one.parser.name == "dump_frr"
    )
    assert match.params == {"namespace": "ns", "pod": "po"}


def test_what_is_looked_into():
    plan = Plan(Parser.registry.values())
    assert plan.wants("saved/node1.txt")
    assert not plan.wants("img/namespaces/a/pods/b/c/c/logs/current.log")
    assert plan.enters("upload/must-gather.tar.gz")
    assert not plan.enters("img/namespaces/a/insights.tar.gz")
    assert not Plan([READER]).wants("saved/node1.txt")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_loose_files_are_known_by_content(encoding):
    plan = Plan(Parser.registry.values())
    head = "BGP neighbor is 192.0.2.1, remote AS 64500, local AS 64501, external link\n".encode(encoding)
    assert [one.parser.name for one in plan.recognise("saved/a.txt", head)] == ["bgp_neighbor"]
    assert plan.recognise("saved/a.bin", b"\x7fELF\0\0BGP neighbor is 192.0.2.1") == []
