"""What the difference looks like: rows, terminal, page and JSON."""

import io
import json
from dataclasses import replace

import pytest
from diff_kit import OTHER_ID, cluster, facet, finding, item, outcome, report, side
from render_samples import HOSTILE
from rich.console import Console

from analyzer.diff.model import BAD, EVERYTHING
from analyzer.diff.run import difference
from analyzer.model import ArchiveProblem, Severity, Status
from analyzer.render.diff_html import difference_html
from analyzer.render.diff_json import difference_dict, difference_json
from analyzer.render.diff_rows import rows, told, uncompared, value
from analyzer.render.diff_terminal import print_difference

DIGEST = "quay.io/x@sha256:" + "0123456789abcdef" * 4


def made(old, new, fail_on=Severity.ERROR, **more):
    return difference(old, new, fail_on, **more)


def sample():
    """Something of everything."""
    old = side(
        facet(
            item("w0 tor1", values={"state": "Established", "BFD": "up"}, scopes=("w0",), place="p/dump:12"),
            item("w1 tor1", values={"state": "Established"}, scopes=("w1",), place="p/dump:14"),
            item("w2 tor1", text="Established", scopes=("w2",)),
            item("w9 tor1", text="Established", scopes=("w9",), place="p/dump:9"),
            name="sessions",
            title="BGP sessions",
            scopes={"w0": None, "w1": None, "w2": None, "w3": None, "w9": None},
            unit="no FRR output of {}",
        ),
        facet(
            *(item(f"n/p-{at}", kin=("n/p",), incarnation=(f"p-{at}", "1"), label="n/p on w0") for at in range(15)),
            name="pods",
        ),
        facet(item("x", kin=("x",), incarnation=("x-1", "1")), name="others"),
        facet(item("a"), name="same", title="same things"),
        facet(missing="not collected: y", name="absent", title="absent things"),
        facet(missing="not collected: z", name="one", title="things of one"),
        report=report(outcome(finding("tor9")), outcome(rule="time-skew")),
        members=("p/dump",),
        input="old.tar.gz",
        counts={Severity.ERROR: 1},
    )
    new = side(
        facet(
            item("w0 tor1", values={"state": "Active"}, scopes=("w0",), place="q/dump:12", health=BAD),
            item("w1 tor1", values={"state": "Active"}, scopes=("w1",), place="q/dump:14", health=BAD),
            item("w3 tor1", text="Idle", scopes=("w3",), health=BAD, place="q/dump:15"),
            name="sessions",
            title="BGP sessions",
            scopes={"w0": None, "w1": None, "w2": None, "w3": None},
            unit="no FRR output of {}",
        ),
        facet(
            *(item(f"n/q-{at}", kin=("n/p",), incarnation=(f"q-{at}", "2"), label="n/p on w0") for at in range(15)),
            name="pods",
        ),
        facet(item("y", kin=("x",), incarnation=("y-1", "2")), name="others"),
        facet(item("a"), name="same", title="same things"),
        facet(missing="not collected: y", name="absent", title="absent things"),
        facet(item("b"), name="one", title="things of one"),
        report=report(
            outcome(*(finding(f"tor{at}", message=f"tor{at} is down") for at in range(5))),
            outcome(finding("clock", severity=Severity.WARNING), rule="time-skew"),
        ),
        members=("namespaces/metallb-system/pods/speaker-abcde/frr/frr/logs/dump_frr",),
        input="new.tar.gz",
        counts={Severity.ERROR: 5, Severity.WARNING: 1},
    )
    return made(replace(old, members=new.members), new)


def printed(found, width=100, terminal=False, written=(), encoding="utf-8"):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    console = Console(file=stream, width=width, force_terminal=terminal, color_system=None, legacy_windows=False)
    print_difference(found, console, written)
    stream.flush()
    return stream.buffer.getvalue().decode(encoding)


# rows


@pytest.mark.parametrize(
    ("one", "text"),
    [
        (None, "none"),
        ("", "none"),
        ((), "none"),
        (0, "0"),
        (True, "yes"),
        (False, "no"),
        (7, "7"),
        (("a", "b"), "a, b"),
        (tuple("abcdefgh"), "a, b, c, d, e, f and 2 more"),
        (DIGEST, "quay.io/x@sha256:0123456789ab…"),
        ((DIGEST,), "quay.io/x@sha256:0123456789ab…"),
    ],
)
def test_values(one, text):
    assert value(one) == text


def test_of_two_lists_only_what_differs_is_told():
    assert told(("a", "b", "c"), ("b", "c")) == ("a and 2 others", "2 others")
    assert told(("b",), ("b", "c")) == ("1 other", "c and 1 other")
    assert told(("a",), ("b",)) == ("a", "b")


def test_what_changed_alike_is_one_row():
    found = {one.name: rows(one) for one in sample().sections}
    worse, new, gone = found["sessions"]
    assert (worse.word, worse.things, worse.field, worse.old, worse.new) == (
        "worse",
        ("w0 tor1", "w1 tor1"),
        "state",
        "Established",
        "Active",
    )
    assert (worse.old_places, worse.new_places) == (("p/dump:12",), ("q/dump:12",))
    assert (new.word, new.tone, new.things, new.old, new.new) == ("appeared", "error", ("w3 tor1",), "-", "Idle")
    assert (gone.word, gone.things, gone.old, gone.new) == ("gone", ("w2 tor1",), "Established", "-")
    assert [(one.things, one.old, one.new) for one in found["pods"]] == [
        (("n/p",), "15 of them", "others in their places")
    ]
    assert [(one.things, one.old, one.new) for one in found["others"]] == [(("y",), "x-1", "y-1")]
    assert [one.word for one in found["findings"]] == ["appeared"] * 6 + ["gone"]
    same = side(report=report(outcome(*(finding(f"tor{at}") for at in range(5)))))
    calm = side(
        report=report(outcome()), members=("namespaces/metallb-system/pods/speaker-abcde/frr/frr/logs/dump_frr",)
    )
    (together,) = rows(made(calm, same).sections[1])
    assert len(together.things) == 5


def test_what_cannot_be_compared_is_told_by_reason():
    found = {one.name: uncompared(one) for one in sample().sections}
    assert [(one.reason, one.count, one.things) for one in found["sessions"]] == [
        ("no FRR output of w9 in NEW", 1, ("w9 tor1",)),
        ("not known in NEW", 1, ("w0 tor1: BFD",)),
    ]
    assert [(one.reason, one.count, one.things) for one in found["one"]] == [("OLD: not collected: z", 1, ())]


# terminal


def test_the_answer_stands_first():
    text = printed(sample())
    lines = text.split("\n")
    assert lines[0] == "OLD  old.tar.gz: OpenShift 4.16.1, collected at an unknown time, 1 node, 1 finding"
    assert lines[3].startswith("Worse: 6 findings appeared (5 errors and 1 warning: bgp-session-down, time-skew) and 1")
    assert "  worse w0 tor1, w1 tor1: state Established -> Active" in lines
    assert "      old p/dump:12" in lines
    assert "  gone w2 tor1: Established" in lines
    assert "  not comparable 1, no FRR output of w9 in NEW: w9 tor1" in lines
    assert "  not comparable: OLD: not collected: z" in lines
    assert "no difference root causes (0), same things (1)" in lines
    assert "not collected absent things" in lines
    assert "  + 2 more rows: see --json or --html" in lines
    assert lines[-2].startswith("cluster       the same, by the id of the cluster")


def test_files_that_were_written():
    assert printed(sample(), written=["a.html", "b.json"]).endswith("written       a.html\nwritten       b.json\n")


@pytest.mark.parametrize("width", [40, 80, 160])
def test_any_width(width):
    text = printed(sample(), width, terminal=True)
    paths = [line for line in text.split("\n") if "dump" in line]
    assert all(len(line) <= width or line in paths for line in text.split("\n"))
    assert width < 120 or any("q/dump:15" in line for line in paths)


def test_a_path_that_both_archives_share_is_told_once():
    old, new = (side(facet(item("a", values={"x": at}, place=f"p/q:{at}", health=at))) for at in (0, BAD))
    assert "      old, new p/q:0, 2\n" in printed(made(old, new))


def test_nothing_changed():
    one = side(facet(item("a")))
    text = printed(made(one, one))
    assert "\nNothing that could be compared has changed.\n" in text
    assert "->" not in text


def test_notes_are_told():
    one, other = side(), side(cluster=cluster(cluster_id=OTHER_ID), complete=False, masked=True)
    text = printed(made(one, other, force=True))
    assert "These are DIFFERENT CLUSTERS" in text
    assert "1 node, 0 findings, INCOMPLETE, masked" in " ".join(text.split())
    assert "the same, by" not in text


def hostile():
    old = side(
        facet(item(HOSTILE, values={HOSTILE: "a"}, place=f"{HOSTILE}:1"), item(f"{HOSTILE}2", text=HOSTILE), title="t")
    )
    new = side(
        facet(item(HOSTILE, values={HOSTILE: HOSTILE}, health=BAD, place=f"{HOSTILE}:2"), title="t"),
        report=report(outcome(finding(HOSTILE, HOSTILE, HOSTILE, path=HOSTILE))),
        input=HOSTILE,
        notes=(HOSTILE,),
    )
    rules = {**old.rules, "bgp-session-down": new.rules["bgp-session-down"]}
    return made(replace(old, rules=rules), new, force=True)


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_hostile_texts_on_a_terminal(encoding):
    text = printed(hostile(), encoding=encoding)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\\x1b" in text


# page


def test_the_page():
    text = difference_html(sample())
    assert "default-src 'none'; style-src 'sha256-" in text
    assert "<script" not in text
    assert "What changed" in text
    assert text.count("<h2 id=") == 7
    assert '<span class="mark error">worse</span>' in text
    assert '<bdi class="thing">w0 tor1</bdi>' in text
    assert "not collected: z" in text
    assert "absent things: in neither archive" in text
    assert "Two different clusters" not in text


def test_a_page_of_two_clusters():
    text = difference_html(made(side(), side(cluster=cluster(cluster_id=None), infrastructure="a"), force=True))
    assert "Unnamed cluster" in text
    assert "Two different clusters" in difference_html(
        made(side(), side(cluster=cluster(cluster_id=OTHER_ID)), force=True)
    )


def test_nothing_of_the_archive_is_markup():
    text = difference_html(hostile())
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert 'class="hidden"' in text
    text.encode()


def test_long_lists_are_cut():
    many = 3000
    old = side(facet(*(item(f"t{at}", values={"x": at}) for at in range(many)), scopes={EVERYTHING: None}))
    new = side(facet(*(item(f"t{at}", values={"x": -at - 1}) for at in range(many)), missing=None, scopes={}))
    found = made(old, new)
    page, text = difference_html(found), printed(found)
    assert "and 2,850 more rows: see the JSON form" in page
    assert len(page) < 200_000
    assert "+ 2,988 more rows" in text
    assert len(json.loads(difference_json(found))["sections"][2]["changed"]) == many
    lost = made(old, side(facet(scopes={"a": None})))
    assert "and 2,996 more" in difference_html(lost)
    by_reason = facet(*(item(f"t{at}", scopes=(f"s{at}",)) for at in range(30)), scopes={})
    assert "and 10 more: see the JSON form" in difference_html(made(side(by_reason), side(facet(scopes={}))))
    assert "+ 26 more not comparable things" in printed(made(side(by_reason), side(facet(scopes={}))))


# JSON


def test_the_json_form():
    plain = json.loads(difference_json(sample()))
    assert list(plain) == [
        *("schema", "tool", "old", "new", "same_cluster", "forced", "summary", "notes", "sections"),
    ]
    assert (plain["schema"], plain["same_cluster"]["verdict"], plain["forced"]) == ("1.0", "same", False)
    assert plain["summary"]["worse"] is True
    assert plain["summary"]["fail_on"] == "error"
    assert plain["summary"]["findings"] == {
        "appeared": {"critical": 0, "error": 5, "warning": 1, "info": 0},
        "gone": {"critical": 0, "error": 1, "warning": 0, "info": 0},
        "risen": 0,
        "fallen": 0,
        "not_comparable": 0,
    }
    sections = {one["name"]: one for one in plain["sections"]}
    assert sections["sessions"]["changed"][0] == {
        "key": "w0 tor1",
        "field": "state",
        "old": "Established",
        "new": "Active",
        "direction": "worse",
        "evidence": {"old": ["p/dump:12"], "new": ["q/dump:12"]},
    }
    assert sections["sessions"]["appeared"][0]["health"] == "bad"
    assert sections["findings"]["appeared"][0]["severity"] == "error"
    assert sections["pods"]["replaced"][0]["old"] == "p-0"
    assert sections["one"]["status"] == "not_comparable"
    assert sections["one"]["not_comparable"][0]["side"] == "new"
    assert (sections["absent"]["status"], sections["absent"]["old_items"]) == ("not_collected", None)
    assert plain["summary"]["sections"]["sessions"] == {
        "status": "changed",
        "appeared": 1,
        "gone": 1,
        "changed": 2,
        "replaced": 0,
        "not_comparable": 2,
    }
    assert (plain["old"]["inputs"], plain["old"]["findings"]["error"]) == (["old.tar.gz"], 1)


def test_the_same_difference_gives_the_same_bytes():
    assert difference_json(sample()) == difference_json(sample())
    assert difference_html(sample()) == difference_html(sample())
    assert printed(sample()) == printed(sample())


def test_hostile_texts_in_json():
    text = difference_json(hostile())
    assert text.isascii()
    assert json.loads(text)["new"]["notes"] == [HOSTILE.encode("utf-8", "backslashreplace").decode()]


def test_crashed_rules_and_problems_in_json():
    one = side(report=report(outcome(rule="a-rule", status=Status.CRASHED, reason="KeyError")))
    cut = replace(one, archive=replace(one.archive, problems=(ArchiveProblem("p", "truncated", "cut"),)))
    plain = difference_dict(made(cut, one, None))
    assert plain["old"]["crashed"] == ["a-rule"]
    assert plain["old"]["problems"][0]["message"] == "cut"
    assert plain["summary"]["fail_on"] == "never"
