"""The engine: how a rule ends, what it needs, one pass over the archive into the store."""

import gc
from collections.abc import Iterator
from dataclasses import replace

import pytest
from conftest import ROOT

from analyzer.model import Finding, Gap, Severity, Status, ranked, with_note
from analyzer.peers import PeerStates
from analyzer.registry import load_rules
from analyzer.rule import Join, NotCollectedError, Rule, closure, join, needs_of, rule
from analyzer.run import analyze, judge, read
from analyzer.store import Store, missing
from parsers.base import Evidence, Fact, ParseFailure, Parser, SourceFile, failure, parser

HERE = Evidence("x", 1, 1, ("x",))


class Apple(Fact):
    name: str


class Pear(Fact):
    name: str


class Basket(tuple):
    __slots__ = ()


class Cellar(tuple):
    __slots__ = ()


class Size:
    def __init__(self, number):
        self.number = number


@pytest.fixture
def registries(monkeypatch):
    monkeypatch.setattr(Parser, "registry", {})
    monkeypatch.setattr(Join, "registry", {})
    monkeypatch.setattr(Rule, "registry", {})
    monkeypatch.setattr("analyzer.run.load_parsers", lambda: None)
    monkeypatch.setattr("analyzer.run.load_rules", lambda: None)


def a_rule(function, severity=Severity.ERROR, name="stand-in"):
    return Rule(name, "test", severity, "A stand-in", "A stand-in.", needs_of(function), function)


def apples(*names):
    return [Apple(evidence=HERE, name=name) for name in names]


def store(*facts, present=()):
    one = Store()
    for kind in present:
        one._facts.setdefault(kind, [])
    for fact in facts:
        one.add(fact)
    return one


def finding(subject="a", **more):
    return Finding(subject, f"{subject} is bad", (HERE,), **more)


def needs_apples(apples: tuple[Apple, ...]) -> Iterator[Finding | Gap]:
    for one in apples:
        if one.name.startswith("bad"):
            yield finding(one.name)
        elif one.name.startswith("dark"):
            yield Gap(one.name, "too dark")


# --- how a rule ends


@pytest.mark.parametrize(
    ("names", "status", "reason", "examined"),
    [
        (("good", "fine"), Status.CLEAR, None, 2),
        ((), Status.CLEAR, None, 0),
        (("good", "bad"), Status.FOUND, None, 2),
        (("good", "dark"), Status.CLEAR, "dark: too dark", 1),
        (("dark", "dark2"), Status.NOT_CHECKED, "dark: too dark; dark2: too dark", 0),
        (("bad", "dark"), Status.FOUND, None, 1),
    ],
)
def test_how_a_rule_ends(names, status, reason, examined):
    outcome = judge(a_rule(needs_apples), store(*apples(*names), present=[Apple]))
    assert (outcome.status, outcome.reason, outcome.examined) == (status, reason, examined)
    assert len(outcome.findings) == sum(name.startswith("bad") for name in names)
    assert [gap.subject for gap in outcome.gaps] == [name for name in names if name.startswith("dark")]
    assert (outcome.rule, outcome.area, outcome.severity, outcome.title) == ("stand-in", "test", "error", "A stand-in")


def test_absent_is_not_empty(registries):
    outcome = judge(a_rule(needs_apples), store())
    assert (outcome.status, outcome.reason, outcome.examined) == (Status.NOT_CHECKED, "not collected: Apple", 0)


def test_a_crash_is_the_crash_of_one_rule():
    def crashes(apples: tuple[Apple, ...]) -> Iterator[Finding | Gap]:
        yield finding()
        raise RuntimeError("neighbor 192.0.2.1 password Zq7\nsecond line")

    outcome = judge(a_rule(crashes), store(*apples("a")))
    assert (outcome.status, outcome.findings) == (Status.CRASHED, ())
    assert outcome.reason == "RuntimeError: neighbor 192.0.2.1 password <masked>"


def test_a_rule_may_say_itself_that_nothing_was_collected():
    def says(apples: tuple[Apple, ...] | None) -> Iterator[Finding | Gap]:
        raise NotCollectedError("no fruit")
        yield

    outcome = judge(a_rule(says), store())
    assert (outcome.status, outcome.reason) == (Status.NOT_CHECKED, "no fruit")


def test_a_rule_without_needs_examines_nothing():
    def nothing() -> Iterator[Finding | Gap]:
        yield from ()

    assert judge(a_rule(nothing), store()).examined == 0


def test_what_is_examined_is_the_first_need_that_was_collected():
    def either(apples: tuple[Apple, ...] | None, pears: tuple[Pear, ...] | None) -> Iterator[Finding | Gap]:
        yield from ()

    pears = [Pear(evidence=HERE, name=name) for name in "ab"]
    assert judge(a_rule(either), store(*pears)).examined == 2
    assert judge(a_rule(either), store(*pears, *apples("c"))).examined == 1


def test_a_finding_was_examined_even_where_every_item_has_a_gap():
    def both(apples: tuple[Apple, ...]) -> Iterator[Finding | Gap]:
        for one in apples:
            yield Gap(one.name, "half of it")
            yield finding(one.name)

    assert judge(a_rule(both), store(*apples("a", "b"))).examined == 1


def test_gaps_are_told_once_and_not_all():
    def dark(apples: tuple[Apple, ...]) -> Iterator[Finding | Gap]:
        for one in apples:
            yield Gap(one.name, "too dark", one.name[:2])
            yield Gap(one.name, "too dark", one.name[:2])

    names = [f"n{at} apple" for at in range(7)]
    outcome = judge(a_rule(dark), store(*apples(*names)))
    assert len(outcome.gaps) == 7
    assert outcome.reason == "; ".join(f"n{at}: too dark" for at in range(5)) + " (and 2 more)"


# --- findings


def test_findings_have_stable_ids_of_their_own():
    found = [finding("a"), finding("a"), finding("a", node="n"), finding("a", key="k"), finding("b")]
    first = ranked("r", Severity.ERROR, found)
    assert len({one.id for one in first}) == 5
    assert {one.id for one in first} == {one.id for one in ranked("r", Severity.ERROR, found[::-1])}
    assert all(one.id.startswith("r-") for one in first)
    changed = ranked("r", Severity.ERROR, [Finding("a", "other words", (Evidence("y", 9, 9, ("y",)),))])
    assert changed[0].id in {one.id for one in first}


def test_findings_are_sorted_and_their_evidence_stands_once():
    mild = Finding("z", "m", (HERE, HERE), severity=Severity.INFO)
    found = ranked("r", Severity.ERROR, [mild, finding("b", node="n"), finding("a", node="n"), finding("c")])
    assert [(one.severity, one.node, one.subject) for one in found] == [
        ("error", None, "c"),
        ("error", "n", "a"),
        ("error", "n", "b"),
        ("info", None, "z"),
    ]
    assert found[-1].evidence == (HERE,)


def test_lone_surrogates_do_not_break_an_id():
    assert ranked("r", Severity.ERROR, [finding("\ud800")])[0].subject == "\ud800"


def test_a_finding_needs_evidence():
    with pytest.raises(ValueError, match="finding about a without evidence"):
        Finding("a", "m", ())


def test_a_remark_for_evidence():
    other = Evidence("y", 2, 2, ("y",))
    assert with_note((HERE, other), "n") == (HERE.noted("n"), other)
    assert with_note((), "n") == ()


# --- needs and joins


def test_annotations_are_the_wiring():
    def some(a: tuple[Apple, ...], b: tuple[Pear, ...] | None, c: Basket, d: Cellar | None) -> None: ...

    needs = needs_of(some)
    assert [(one.name, one.kind, one.facts, one.optional) for one in needs] == [
        ("a", Apple, True, False),
        ("b", Pear, True, True),
        ("c", Basket, False, False),
        ("d", Cellar, False, True),
    ]


@pytest.mark.parametrize("annotation", [tuple[int, ...], list[Apple]])
def test_an_annotation_that_means_nothing(annotation):
    def wrong(a) -> None: ...

    wrong.__annotations__["a"] = annotation
    with pytest.raises(TypeError, match="wrong: parameter a is neither facts nor a join"):
        needs_of(wrong)


def test_joins_are_computed_once_and_only_if_asked(registries):
    calls = []

    @join
    def basket(apples: tuple[Apple, ...]) -> Basket:
        calls.append(len(apples))
        return Basket(apples)

    @join
    def cellar(basket: Basket, pears: tuple[Pear, ...] | None) -> Cellar:
        return Cellar(basket)

    def rule_of_two(cellar: Cellar, basket: Basket) -> Iterator[Finding | Gap]:
        yield from ()

    assert closure(needs_of(rule_of_two)) == {Apple, Pear}
    one = store(*apples("a", "b"))
    for _ in range(2):
        assert judge(a_rule(rule_of_two), one).examined == 2
    assert calls == [2]


def test_a_join_that_is_absent_is_absent_once(registries):
    calls = []

    @join
    def basket(apples: tuple[Apple, ...] | None) -> Basket:
        calls.append(1)
        raise NotCollectedError("no basket")

    def required(basket: Basket) -> Iterator[Finding | Gap]:
        yield from ()

    def optional(basket: Basket | None) -> Iterator[Finding | Gap]:
        assert basket is None
        yield finding()

    one = store()
    assert judge(a_rule(required), one).reason == "no basket"
    assert judge(a_rule(required), one).reason == "no basket"
    assert judge(a_rule(optional), one).status is Status.FOUND
    assert calls == [1]


def test_two_joins_of_one_kind(registries):
    def one() -> Basket: ...

    join(one)
    with pytest.raises(ValueError, match="two joins return Basket"):
        join(one)


def test_a_join_without_a_length_is_no_measure(registries):
    @join
    def size(apples: tuple[Apple, ...]) -> Size:
        return Size(len(apples))

    def sized(size: Size, apples: tuple[Apple, ...]) -> Iterator[Finding | Gap]:
        yield from ()

    assert judge(a_rule(sized), store(*apples("a", "b", "c"))).examined == 3


def test_a_rule_is_named_as_its_module(registries, monkeypatch):
    def test_run() -> Iterator[Finding | Gap]:
        """Something is wrong.

        ## Why it matters
        It is.
        """
        yield from ()

    rule(Severity.WARNING, area="test")(test_run)
    one = Rule.registry["test-run"]
    assert (one.id, one.area, one.severity, one.title) == ("test-run", "test", "warning", "Something is wrong")
    assert one.doc.endswith("## Why it matters\nIt is.")

    def other() -> Iterator[Finding | Gap]: ...

    with pytest.raises(ValueError, match="rule other stands in the module of test-run"):
        rule(Severity.WARNING, area="test")(other)


# --- one pass over the archive


@pytest.mark.parametrize("enabled", [True, False])
def test_the_pass_leaves_the_garbage_collector_as_it_was(fruit, enabled):
    before = gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    try:
        read([str(fruit)], {Apple})
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()


def reads(function, *patterns, **more):
    parser(*patterns, title=f"files of {function.__name__}", collect="c", **more)(function)


@pytest.fixture
def fruit(registries, tmp_path):
    """Two parsers on one member, one of which stops at `crash`, and a third that nobody asks for."""

    def each_apple(source: SourceFile) -> Iterator[Apple]:
        for number, line in source.lines():
            if line == "crash":
                raise ValueError("worm")
            yield Apple(evidence=source.quote(number, line), name=line)

    def pear(source: SourceFile) -> Iterator[Pear | ParseFailure]:
        text = source.text()
        yield Pear(evidence=text.whole(), name=str(len(text)))
        yield failure(text.whole(), "pear", "soft")

    def never(source: SourceFile) -> Iterator[Basket]:
        raise AssertionError("read although nobody asked")
        yield

    reads(each_apple, "trees/{tree}/fruit.txt")
    reads(pear, "fruit.txt")
    reads(never, "other.txt")
    for name, content in {
        "trees/a/fruit.txt": "x\ny\n",
        "trees/b/fruit.txt": "z\ncrash\nw\n",
        "other.txt": "o",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    return tmp_path


def test_two_parsers_on_one_member(fruit):
    one, archive = read([str(fruit)], {Apple, Pear})
    assert [fact.name for fact in one.facts(Apple)] == ["x", "y", "z"]
    assert [fact.name for fact in one.facts(Pear)] == ["2", "3"]
    assert {parser: [path.rpartition("trees/")[2] for path in paths] for parser, paths in one.members.items()} == {
        "each_apple": ["a/fruit.txt", "b/fruit.txt"],
        "pear": ["a/fruit.txt", "b/fruit.txt"],
    }
    assert archive.complete


def test_one_parsers_crash_keeps_earlier_facts_and_the_other_parser(fruit):
    one, _ = read([str(fruit)], {Apple, Pear})
    crash, *soft = sorted(one.failures, key=lambda failure: failure.parser)
    assert (crash.parser, crash.reason, crash.evidence.first_line) == ("each_apple", "ValueError: worm", 2)
    assert crash.evidence.path.endswith("trees/b/fruit.txt")
    assert [failure.reason for failure in soft] == ["soft", "soft"]


def test_nothing_is_read_that_nobody_needs(fruit):
    one, _ = read([str(fruit)], {Pear})
    assert one.facts(Apple) is None
    assert one.facts(Pear) is not None
    assert set(one.members) == {"pear"}


def test_a_kind_is_present_once_its_member_was_read(registries, tmp_path):
    def empty(source: SourceFile) -> Iterator[Apple]:
        yield from ()

    reads(empty, "fruit.txt")
    (tmp_path / "fruit.txt").write_text("nothing in it")
    one, _ = read([str(tmp_path)], {Apple})
    assert one.facts(Apple) == ()
    assert missing(Apple) == "not collected: files of empty"


@pytest.mark.parametrize(("size", "cut"), [(10, True), (4, False)])
def test_what_two_parsers_share_is_not_cut_in_silence(fruit, monkeypatch, size, cut):
    monkeypatch.setattr("analyzer.run.SHARED_LIMIT", 4)
    monkeypatch.setattr(
        "analyzer.archive.member.Member.chunks", lambda member: iter([b"aaa\n", b"bbb\n"][: 1 + (size > 4)])
    )
    one, _ = read([str(fruit)], {Apple, Pear})
    said = [failure.parser for failure in one.failures if "the rest is not read" in failure.reason]
    assert said == (["each_apple", "pear"] * 2 if cut else [])
    assert {fact.name for fact in one.facts(Apple)} == {"aaa"}


def test_a_loose_file_is_recognised_by_its_content(registries, tmp_path):
    def loose(source: SourceFile) -> Iterator[Apple]:
        yield Apple(evidence=source.text().whole(), name=source.path.rpartition("/")[2])

    reads(loose, content=rb"^apple:")
    (tmp_path / "anything.log").write_text("x\napple: red\n")
    (tmp_path / "other.log").write_text("x\n")
    one, _ = read([str(tmp_path)], {Apple})
    assert [fact.name for fact in one.facts(Apple)] == ["anything.log"]


def test_a_report_of_a_real_tree(tmp_path):
    (tmp_path / "frr").mkdir()
    (tmp_path / "frr" / "bfd.txt").write_text("BFD Peers:\n")
    report = analyze([str(tmp_path)])
    ended = {outcome.rule: outcome.status for outcome in report.outcomes}
    assert set(ended) == set(Rule.registry)
    assert Status.CRASHED not in ended.values()
    assert ended["gather-interrupted"] is Status.NOT_CHECKED
    assert [(outcome.area, outcome.rule) for outcome in report.outcomes] == sorted(
        (outcome.area, outcome.rule) for outcome in report.outcomes
    )
    chosen = analyze([str(tmp_path)], [Rule.registry["bfd-session-down"]])
    assert [outcome.rule for outcome in chosen.outcomes] == ["bfd-session-down"]


CASE = ROOT / "fixtures" / "archives" / "metallb-reload-failed" / "must-gather.tar.xz"


def test_the_tables_of_a_report_are_cut_and_counted(monkeypatch):
    monkeypatch.setattr("analyzer.run.ROWS", 2)
    found = {one.name: one for one in analyze([str(CASE)]).tables}
    assert (len(found["config-drift"].rows), found["config-drift"].total) == (2, 48)
    assert "ovn" not in found
    assert not analyze([str(CASE)], [Rule.registry["bgp-session-down"]]).tables


def test_a_table_that_fails_is_a_note_and_costs_nothing_else(monkeypatch):
    load_rules()
    broken = replace(Join.registry[PeerStates], function=lambda **_: 1 / 0)
    monkeypatch.setitem(Join.registry, PeerStates, broken)
    report = analyze([str(CASE)])
    assert report.peers is None
    assert report.services
    assert report.notes == ("the table of peers could not be made: ZeroDivisionError: division by zero",)
