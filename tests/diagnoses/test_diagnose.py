"""How causes are settled against each other, ordered and named."""

from time import process_time

import pytest
from diagnosis_kit import diagnosed, finding, outcomes

from analyzer.diagnose import _Named as Named
from analyzer.diagnose import diagnose, ordered, settled
from analyzer.diagnosis import Cause, Confidence, DiagnosisRule, diagnosis
from analyzer.model import Finding, Severity, ranked
from analyzer.rule import NotCollectedError
from analyzer.store import Store
from parsers.base import Evidence

PLACE = (Evidence("a", 1, 1, ("x",)),)


def made(*subjects, severity=Severity.ERROR):
    return ranked("some-rule", severity, [Finding(one, one, PLACE) for one in subjects])


def cause(title, confidence, roots=(), symptoms=()):
    return Named(title, Cause(title, confidence, ("why",), title, roots=tuple(roots), symptoms=tuple(symptoms)))


A, B, C, D = made("a", "b", "c", "d")
(HIGH,) = made("high", severity=Severity.CRITICAL)


def titles(named):
    return [one.cause.title for one in named]


def test_a_surer_cause_takes_in_the_paler_one():
    wide = cause("wide", Confidence.LIKELY, [A], [B, C])
    assert titles(settled([cause("pale", Confidence.POSSIBLE, [B]), wide])) == ["wide"]


def test_a_consequence_is_taken_in_with_all_that_it_explains():
    first = cause("first", Confidence.CERTAIN, [A], [B])
    (only,) = settled([first, cause("second", Confidence.CERTAIN, [B], [C])])
    assert only.cause.title == "first"
    assert {one.subject for one in only.cause.findings} == {"a", "b", "c"}


def test_what_is_only_possible_takes_in_no_consequence():
    found = settled([cause("guess", Confidence.POSSIBLE, [A], [B]), cause("fact", Confidence.POSSIBLE, [B])])
    assert sorted(titles(found)) == ["fact", "guess"]


def test_the_same_cause_told_twice_is_told_once():
    found = settled([cause("narrow", Confidence.CERTAIN, [A], [B]), cause("wide", Confidence.CERTAIN, [A, B])])
    assert titles(found) == ["wide"]


def test_two_that_fit_the_same_findings_name_each_other():
    first, second = settled([cause("one", Confidence.POSSIBLE, [A]), cause("two", Confidence.POSSIBLE, [A])])
    assert titles(first.rivals) == ["two"]
    assert titles(second.rivals) == ["one"]


def test_a_certain_cause_has_no_rival():
    found = settled([cause("sure", Confidence.CERTAIN, [A, B]), cause("other", Confidence.LIKELY, [B, C])])
    assert [one.rivals for one in found] == [[], []]


def test_causes_of_different_findings_both_stand():
    found = settled([cause("one", Confidence.CERTAIN, [A]), cause("two", Confidence.CERTAIN, [B])])
    assert sorted(titles(found)) == ["one", "two"]


def test_the_cause_that_explains_most_comes_first():
    small, large = cause("small", Confidence.CERTAIN, [A]), cause("large", Confidence.LIKELY, [B], [C, D])
    assert titles(ordered([small, large])) == ["large", "small"]


def test_a_consequence_never_stands_above_its_cause():
    root = cause("root", Confidence.POSSIBLE, [A], [HIGH])
    consequence = cause("consequence", Confidence.POSSIBLE, [HIGH], [B, C])
    assert titles(ordered([consequence, root])) == ["root", "consequence"]


def test_two_that_explain_each_other_do_not_hang():
    one, other = cause("one", Confidence.POSSIBLE, [A], [B]), cause("other", Confidence.POSSIBLE, [B], [A])
    assert len(ordered([one, other])) == 2


def test_no_finding_is_lost_or_absorbed_by_a_stranger():
    found = diagnosed(
        finding("bgppeer-dangling-reference", "BGPPeer tor1"),
        finding("smt-alignment-error", "shop/web", "worker-0"),
    )
    assert [one.cause for one in found] == ["metallb-reference-broken", "cpus-refused"]
    assert len({one for each in found for one in each.findings}) == 2


def test_the_same_findings_give_the_same_ids():
    found = [finding("smt-alignment-error", "shop/web", "worker-0")]
    assert [one.id for one in diagnosed(*found)] == [one.id for one in diagnosed(*found)]


def test_ids_differ_between_nodes_and_subjects():
    found = diagnosed(
        finding("smt-alignment-error", "shop/web", "worker-0", message="a pod asks for too many"),
        finding("smt-alignment-error", "shop/api", "worker-1", message="a pod asks for too few"),
    )
    assert len({one.id for one in found}) == 2


@pytest.fixture
def extra():
    """A diagnosis for one test."""
    names = []

    def add(name, function):
        DiagnosisRule.registry[name] = DiagnosisRule(name, name, "", (), function)
        names.append(name)

    yield add
    for name in names:
        del DiagnosisRule.registry[name]


def test_a_mistake_in_one_diagnosis_is_a_note(extra):
    def broken():
        raise KeyError("oops")

    def absent():
        raise NotCollectedError("nothing there")

    extra("broken", broken)
    extra("absent", absent)
    notes = []
    found = diagnose(Store(), outcomes(finding("smt-alignment-error", "shop/web")), notes)
    assert [one.cause for one in found] == ["cpus-refused"]
    assert notes == ["the diagnosis broken could not be made: KeyError: 'oops'"]


def test_a_diagnosis_is_named_for_its_module():
    def some_cause():
        """Nothing."""

    with pytest.raises(ValueError, match="stands in the module"):
        diagnosis(some_cause)


def test_a_diagnosis_says_what_it_returns():
    def test_diagnose():
        """Nothing."""

    with pytest.raises(TypeError, match="does not return"):
        diagnosis(test_diagnose)


def test_very_many_findings_are_settled_in_time():
    """More names than Python keeps compiled expressions of, each looked for in every message."""
    found = []
    for at in range(700):
        found.append(
            finding("service-without-endpoints", f"ns{at}/web{at}", message=f"ns{at}/web{at} has no endpoints")
        )
        found.append(finding("some-endpoints-unhealthy", f"ns{at}/api{at}", severity="warning"))
        found.append(finding("logical-port-not-bound", f"ns{at}/pod-{at}", f"worker-{at % 50}"))
    begun = process_time()
    causes = diagnosed(*found)
    assert process_time() - begun < 20
    assert len({one for each in causes for one in each.findings}) == len(found)
