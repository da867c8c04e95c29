"""What the page says first, what it quotes around a finding, and what it asks the customer for."""

import re
from dataclasses import replace

import pytest
from conftest import ROOT
from render_samples import DOCS, HOSTILE, IMAGE, LOGS, NODES, broken, cluster, empty, evidence, hostile, large, quiet

from analyzer.model import Coverage, Diagnosis, NodeVerdict, ServiceVerdict
from analyzer.render import report_html
from analyzer.render.asks import INSPECT, MUST_GATHER, NETWORK_LOGS, SOSREPORT, way_of, what_to_ask
from analyzer.render.causes import SURE, first_cause, reaches
from analyzer.render.quotes import AROUND, HELD, Held, quoted_files, root_of
from parsers.base import Evidence


def cause(name, *findings, **more):
    values = {"confidence": "likely", "subject": None, "nodes": (), "explanation": "", "next_steps": ()}
    return Diagnosis(id=f"{name}-1", title=name, findings=findings, **{**values, **more})


IDS = tuple(one.id for _, one in broken().findings())


def test_without_a_diagnosis_there_is_no_first_cause():
    assert first_cause(quiet()) is None


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        (IDS, "It explains all that was found"),
        (IDS[:4], "It explains all that was found"),  # a remark needs no explanation
        (IDS[:1], "It explains 1 of 4 findings"),
        ((), None),
    ],
)
def test_a_cause_says_how_much_it_explains(ids, said):
    assert first_cause(replace(broken(), diagnoses=(cause("a", *ids),))).explains == said


def test_one_finding_is_not_all():
    outcome = replace(broken().outcomes[0], findings=broken().outcomes[0].findings[:1])
    one = replace(broken(), outcomes=(outcome,), diagnoses=(cause("a", IDS[0]),))
    assert first_cause(one).explains == "It explains what was found"


def test_causes_of_the_same_findings_are_rivals_and_others_are_counted():
    causes = (cause("a", "x", "y"), cause("b", "y", "x"), cause("c", "z"), cause("d"))
    first = first_cause(replace(broken(), diagnoses=causes))
    assert (first.cause.title, [one.title for one in first.rivals], first.others) == ("a", ["b"], 2)
    assert first.anchor == "diagnosis-a-1"
    nothing = first_cause(replace(broken(), diagnoses=(cause("d"), cause("e"))))
    assert (nothing.rivals, nothing.others) == ((), 1)


def test_every_confidence_is_explained():
    for word, meaning in SURE.items():
        assert first_cause(replace(broken(), diagnoses=(cause("a", "x", confidence=word),))).sure == meaning
    assert first_cause(replace(broken(), diagnoses=(cause("a", "x", confidence="odd"),))).sure == "how sure is not said"
    assert (
        first_cause(replace(quiet(), diagnoses=(cause("no fault"),))).sure == "what could not be checked may hide one"
    )


def test_what_is_no_cause_is_not_called_one():
    page = report_html(replace(quiet(), diagnoses=(cause("No fault is visible"),)), DOCS)
    assert '<h2 id="diagnoses">Diagnosis</h2>' in page
    assert '<h2 id="diagnoses">Root causes</h2>' in report_html(broken(), DOCS)


def test_a_node_that_is_the_subject_itself_is_named_once():
    outcome = broken().outcomes[0]
    own = replace(outcome.findings[0], subject=NODES[0])
    page = report_html(replace(broken(), outcomes=(replace(outcome, findings=(own,)),)), DOCS)
    assert f'<span class="title"><bdi>{NODES[0]}</bdi></span>' in page


def test_a_diagnosis_reaches_as_far_as_its_findings():
    (reach,) = reaches(broken()).values()
    assert (reach.severities, reach.areas) == (("critical", "error"), ("bgp",))
    gone = reaches(replace(broken(), diagnoses=(cause("a", "not-in-this-report"),)))
    assert gone["a-1"].severities == ()


def place(first, *lines, path="p"):
    return Evidence(path, first, first + len(lines) - 1, lines)


def test_lines_around_come_from_the_rest_of_the_report():
    held = Held([place(10, "ten", "eleven"), place(14, "fourteen"), place(40, "far"), place(11, "other", path="q")])
    (file,) = quoted_files([place(10, "ten", "eleven")], held)
    assert [(one.number, one.text, one.own) for one in file.around] == [
        (10, "ten", True),
        (11, "eleven", True),
        (14, "fourteen", False),
    ]
    assert file.added == 1
    edge = Held([place(10 + AROUND, "in"), place(9 - AROUND, "out")])
    assert [one.number for one in quoted_files([place(10, "ten")], edge)[0].around] == [10, 10 + AROUND]


def test_without_more_lines_nothing_stands_around():
    own = [place(10, "ten"), place(12, "twelve")]
    assert quoted_files(own, Held(own))[0].around == ()
    assert quoted_files(own)[0].around == ()


def test_the_lines_held_are_bounded():
    many = (place(number * 24 + 1, *("x",) * 24) for number in range(HELD // 24 + 500))
    assert sum(map(len, Held(many).files.values())) <= HELD + 24


def test_evidence_is_gathered_by_file():
    a, b, c = (place(line, "x", path=path) for path, line in (("p", 9), ("q", 1), ("p", 3)))
    assert [(one.path, one.at) for one in quoted_files((a, b, c))] == [("p", "9, 3"), ("q", "1")]


@pytest.mark.parametrize(
    ("paths", "root"),
    [
        ([f"{IMAGE}/namespaces/x", f"{IMAGE}/gather.logs", f"{IMAGE}/nodes/y"], f"{IMAGE}/"),
        ([f"{IMAGE}/namespaces/x", f"{IMAGE}/namespaces/y", "another-must-gather/namespaces/z"], f"{IMAGE}/"),
        (["namespaces/x", "a/namespaces/x", "loose.txt"], ""),
        ([], ""),
    ],
)
def test_the_folder_that_most_paths_share_is_told_once(paths, root):
    assert root_of(paths) == root


def test_the_page_shows_lines_around():
    near = replace(broken(), timeline=(), parse_failures=broken().parse_failures)
    finding = near.outcomes[0].findings[0]
    beside = replace(finding, id="x", evidence=(evidence("dump_frr", 418, "  a line from elsewhere"),))
    outcome = replace(near.outcomes[0], findings=(finding, beside))
    page = report_html(replace(near, outcomes=(outcome,)), DOCS)
    assert "1 line around, quoted elsewhere in this report" in page
    assert '<li value="418">  a line from elsewhere</li>' in page
    assert '<li value="412" class="own">BGP neighbor is' in page


def missing(name, how, reason="no member x"):
    return Coverage(name, False, (), reason, how)


COVERAGE = (
    missing("cluster operators", "oc adm must-gather; by hand: oc get clusteroperators"),
    missing("OVN northbound database", "oc adm must-gather -- gather_network_logs; by hand: oc cp"),
    missing("routes (ip route)", "a sosreport of the node, or: oc debug node/<node> -- ip route"),
    missing("endpoints", "oc adm inspect ns/<namespace> for every namespace; by hand: oc get endpoints"),
    missing("logs of OpenShift SDN", "oc adm must-gather -- something for the other network"),
    missing("BGP summary", "oc exec -- vtysh", "no must-gather holds it, and no saved file looks like it"),
    missing("BFD sessions", None, "not needed: the same facts are in dump_frr"),
    Coverage("pods", True, ("pods.yaml",)),
)


def asked(report):
    return "\n".join(what_to_ask(report))


def test_what_is_missing_is_asked_for_by_the_fewest_collections():
    text = asked(replace(quiet(), coverage=COVERAGE))
    assert text.startswith(f"This is about cluster {cluster().id} and its archive of 2024-11-05")
    assert re.findall(r"^(\d)\. ", text, re.MULTILINE) == ["1", "2", "3", "4", "5"]
    at = [
        text.index(words) for words in ("When was the fault seen", "\n     oc adm must-gather\n", "gather_network_logs")
    ]
    at += [text.index(words) for words in ("A sosreport of a node that is concerned", "oc adm inspect ns/NAMESPACE")]
    assert at == sorted(at)
    assert "SDN" not in text
    assert "BGP summary" not in text
    assert "BFD sessions" not in text
    assert "If that does not explain" not in text


def test_what_settles_a_cause_comes_first_and_names_fill_the_commands():
    service = ServiceVerdict(
        *("shop/web", "198.51.100.10", "bgp", "gold", None, "not announced", None, "announced by no node"),
        (NodeVerdict("worker-0", "lost"),),
        (evidence("services.yaml", 12, "x"),),
    )
    causes = (
        cause("the router is lost", IDS[0], nodes=NODES[:2], settles=("`ping 192.0.2.1` from both.", "Its log.")),
        cause("or another", IDS[0], settles=("Its log.",)),
        cause("nothing is visible", settles=("7 rules not checked",)),
    )
    text = asked(replace(broken(), coverage=COVERAGE, diagnoses=causes, services=(service,)))
    assert "1. The archive once more" in text
    assert '2. To settle "the router is lost":\n   - `ping 192.0.2.1` from both.\n   - Its log.\n' in text
    assert "or another" not in text  # what settles it is asked already
    assert "7 rules" not in text
    assert text.index("If that does not explain the fault, also:") < text.index("3. A whole must-gather")
    assert f"A sosreport of {NODES[0]} and {NODES[1]}:\n     oc debug node/{NODES[0]}\n" in text
    assert "oc adm inspect ns/shop" in text
    assert "When was the fault seen" not in text


def test_where_a_cause_needs_nothing_more_that_is_said():
    certain = cause("the daemon is dead", *IDS, confidence="certain")
    text = asked(replace(broken(), archive=quiet().archive, coverage=COVERAGE, diagnoses=(certain,)))
    assert f"cluster {cluster().id} and its archive of 2024-11-05T09:12:44Z.\nIf what was found in it does not" in text
    assert "also:" not in text
    assert "1. A whole must-gather" in text
    unnamed = replace(quiet(), cluster=replace(cluster(), id=None, collected_at=None), coverage=COVERAGE)
    assert asked(unnamed).startswith("This is about the cluster and its archive.\nTo go on we need:\n\n1. ")


def test_a_must_gather_that_was_taken_is_not_asked_for_again():
    taken = tuple(one for one in COVERAGE if one.input != "cluster operators")
    some = (*taken, missing("Community resources", "oc adm must-gather (4.10 or later)"))
    assert "A whole must-gather" not in asked(replace(quiet(), coverage=some))


def test_of_an_archive_of_the_other_network_nothing_of_ovn_is_asked():
    other = replace(quiet(), coverage=COVERAGE, cluster=replace(cluster(), network_type="OpenShiftSDN"))
    assert "OVN" not in asked(other)
    assert "logs of OpenShift SDN" in asked(other)


def test_where_nothing_is_missing_nothing_is_asked():
    settled = replace(broken(), archive=quiet().archive, coverage=(), diagnoses=())
    assert what_to_ask(settled) == []
    assert 'id="ask"' not in report_html(settled, DOCS)
    assert what_to_ask(empty())[3].startswith("1. When was the fault seen")


def test_what_a_rule_asked_for_is_named_first():
    inputs = [missing(f"input {letter}", "a sosreport of the node") for letter in "abcdef"]
    wanting = replace(quiet().outcomes[-1], reason="not collected: input f")
    text = asked(replace(quiet(), outcomes=(wanting,), coverage=tuple(inputs)))
    assert "It brings: input f, input a, input b, input c and 2 more inputs." in text


@pytest.mark.parametrize(
    ("how", "way"),
    [
        ("oc adm must-gather -- gather_network_logs (4.13 and older); by hand: x", NETWORK_LOGS),
        ("oc adm must-gather of 4.14 or later, a sosreport, or: x", MUST_GATHER),
        ("a sosreport of the node, or: x", SOSREPORT),
        ("oc adm inspect ns/<namespace>; by hand: x", INSPECT),
        ("oc get pods -A -o wide > pods.txt", None),
    ],
)
def test_a_way_is_told_by_how_its_text_begins(how, way):
    assert way_of(how) is way


def test_hostile_names_cannot_break_the_text():
    lines = what_to_ask(hostile())
    assert all(len(line) < 3000 for line in lines)
    page = report_html(hostile(), DOCS)
    assert HOSTILE not in page
    braces = replace(broken(), diagnoses=(cause("{node}", IDS[0], nodes=("{namespaces}",), settles=("{x}",)),))
    assert 'To settle "{node}"' in asked(replace(braces, coverage=COVERAGE))


def test_the_largest_page_is_bounded():
    page = report_html(large(), DOCS)
    assert len(page) < 15_000_000
    for words in ("and 9,800 more rows", "49,900 more rows", "gatherscope show table-3", "of 90,000"):
        assert words in page


def test_the_pictures_of_the_readme_are_small():
    taken = sorted((ROOT / "docs" / "images").glob("*.png"))
    script = (ROOT / "docs" / "screenshots.py").read_text(encoding="utf-8")
    assert sorted(re.findall(r'Shot\("(\w+)"', script)) == [one.stem for one in taken]
    assert all(20_000 < one.stat().st_size < 200_000 for one in taken)


def test_a_path_is_whole_where_the_folder_is_another():
    outcome = broken().outcomes[0]
    far = replace(outcome.findings[0], evidence=(Evidence("elsewhere/namespaces/x.yaml", 1, 1, ("x",)),))
    page = report_html(replace(broken(), outcomes=(replace(outcome, findings=(far, *outcome.findings[1:])),)), DOCS)
    assert '<bdi class="path" dir="ltr">elsewhere/namespaces/x.yaml</bdi>' in page
    assert f'<span class="root">…/</span>{LOGS.removeprefix(IMAGE + "/")}/dump_frr</bdi>' in page
