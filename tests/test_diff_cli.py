"""`gatherscope diff`: what it reads, prints and writes, and how it ends."""

import json
import os
import subprocess
import sys
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace

import gathers
import pytest
from conftest import ROOT

from analyzer import cli
from analyzer.archive import ArchiveError
from analyzer.diff import command, pair
from analyzer.diff.pair import read_both
from analyzer.diff.side import PROBLEMS, read_side
from analyzer.model import Severity
from analyzer.rule import Rule

ID, OTHER_ID = "0b1c6f7e-1111-4222-8333-444455556666", "0b1c6f7e-1111-4222-8333-777788889999"
VERSION = (
    f"must-gather.local.1/{gathers.IMAGE}/cluster-scoped-resources/config.openshift.io/clusterversions/version.yaml"
)


def made(place, state, cluster_id=None, **edits):
    """A must-gather as a folder, with a cluster id and texts replaced in the dump."""
    folder = gathers.folder(place, state)
    if cluster_id:
        path = place / VERSION
        path.parent.mkdir(parents=True)
        text = {
            "apiVersion": "config.openshift.io/v1",
            "kind": "ClusterVersion",
            "metadata": {"name": "version"},
            "spec": {"clusterID": cluster_id},
            "status": {"desired": {"version": "4.16.1"}, "history": []},
        }
        path.write_text(json.dumps(text, indent=1))
    for old, new in edits.items():
        dump = place / gathers.DUMP
        dump.write_text(dump.read_text().replace(old, new))
    return folder


@pytest.fixture
def up(tmp_path):
    return made(tmp_path / "up", "up")


@pytest.fixture
def down(tmp_path):
    return made(tmp_path / "down", "down")


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    place = tmp_path / "here"
    place.mkdir()
    monkeypatch.chdir(place)
    monkeypatch.setattr(command, "read_both", lambda old, new, progress: read_both(old, new, progress, jobs=1))

    def run(*arguments):
        code = cli.run(["diff", *(str(one) for one in arguments)])
        out, err = capsys.readouterr()
        return code, out, err

    return run


# how it ends


@pytest.mark.parametrize(
    ("old", "new", "options", "code"),
    [
        ("up", "up", [], 0),
        ("up", "down", [], 1),
        ("up", "down", ["--fail-on", "critical"], 1),
        ("up", "down", ["--fail-on", "never"], 0),
        ("down", "up", [], 0),
        ("down", "down", ["--fail-on", "info"], 0),
        ("up", "failed", [], 3),
    ],
)
def test_exit_code(run, tmp_path, old, new, options, code):  # noqa: PLR0913, PLR0917 - two archives and what becomes of them
    one, other = made(tmp_path / "one", old), made(tmp_path / "other", new)
    assert run(one, other, *options)[0] == code


def test_an_archive_that_cannot_be_read(run, up, tmp_path):
    code, out, err = run(up, tmp_path / "missing.tar.gz")
    assert (code, out) == (3, "")
    assert err.startswith("Error: NEW: ")
    (tmp_path / "empty.tar.gz").write_bytes(b"")
    assert run(tmp_path / "empty.tar.gz", up)[2].startswith("Error: OLD: ")


def test_an_archive_in_which_nothing_was_collected(run, up, tmp_path):
    code, _, err = run(up, made(tmp_path / "failed", "failed"))
    assert code == 3
    assert err.startswith("Error: NEW: nothing was collected")


def test_a_crashed_rule(run, up, monkeypatch):
    def fails():
        """A rule that fails."""
        raise RuntimeError("it \x1b[31mfell over")
        yield

    one = Rule("a-rule-that-fails", "bgp", Severity.INFO, "It fails", "It fails.", (), fails)
    monkeypatch.setitem(Rule.registry, one.id, one)
    code, _, err = run(up, up)
    assert code == 4
    words = "rule a-rule-that-fails crashed, which is a bug in gatherscope: RuntimeError: it \\x1b[31mfell over"
    assert err.splitlines() == [f"gatherscope: {words}"]


def test_two_clusters(run, tmp_path):
    one, other = made(tmp_path / "one", "up", ID), made(tmp_path / "other", "up", OTHER_ID)
    code, out, err = run(one, other)
    assert (code, out) == (2, "")
    assert "different clusters by the id of the cluster" in err
    assert OTHER_ID in err
    assert f"OLD ({one}) and NEW ({other})" in " ".join(err.split())
    assert "--force" in err
    code, out, _ = run(one, other, "--force", "--html", "d.html", "--json", "d.json")
    assert code == 0
    assert "DIFFERENT CLUSTERS" in out
    assert "Two different clusters" in (tmp_path / "here/d.html").read_text()
    assert json.loads((tmp_path / "here/d.json").read_text())["forced"] is True


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["x"], "Missing argument"),
        (["-", "-"], "only one of the archives can come from standard input"),
        (["x", "y", "--html", "d", "--json", "d"], "both the HTML and the JSON form"),
        (["x", "y", "--html", "-"], "the HTML report does not go to standard output"),
        (["x", "y", "--json", "no/such.json"], "there is no folder"),
        (["x", "y", "--fail-on", "bad"], "'bad' is not one of"),
    ],
)
def test_wrong_usage(run, arguments, words):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert words in " ".join(err.split())


def test_help_names_every_exit_code(run):
    text = run("--help")[1]
    assert all(f"\n    {code}  " in text or f"\n  {code}  " in text for code in range(5))
    assert "--force" in text


def test_help_loads_no_engine():
    code = """
import sys
from analyzer.cli import run
assert run(["diff", "--help"]) == 0
print(sorted({"pydantic", "yaml", "jinja2", "rich", "isal", "textfsm"} & set(sys.modules)))
"""
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout.endswith("\n[]\n")


# what it prints and writes


def test_a_session_that_came_up(run, up, down):
    code, out, err = run(down, up)
    assert (code, err) == (0, "")
    assert "\nBetter: " in out
    assert "  better worker-0 192.0.2.1: state Active -> Established\n" in out
    assert gathers.PASSWORD not in out


def test_json_alone_on_standard_output(run, up, down, tmp_path):
    code, out, err = run(up, down, "--json", "-", "--html", "d.html")
    assert (code, err) == (1, "")
    plain = json.loads(out)
    assert plain["summary"]["worse"] is True
    assert plain["old"]["inputs"] == [str(up)]
    assert gathers.PASSWORD not in out
    assert [one.name for one in (tmp_path / "here").iterdir()] == ["d.html"]
    assert run(up, down, "--json", "d.json")[1].endswith("written       d.json\n")
    assert (tmp_path / "here/d.json").read_text() == out


def test_a_folder_and_a_packed_archive_of_it_do_not_differ(run, up, tmp_path):
    packed = gathers.packed(tmp_path / "up.tar.gz", "up")
    code, out, _ = run(up, packed)
    assert code == 0
    assert "Nothing that could be compared has changed." in out
    plain = json.loads(run(packed, up, "--json", "-")[1])
    assert {one["status"] for one in plain["sections"]} == {"same", "not_collected"}
    assert not any(one["not_comparable"] for one in plain["sections"])


def test_a_masked_copy_differs_in_nothing_that_can_be_seen(run, up, tmp_path):
    masked = made(
        tmp_path / "masked", "up", **{"192.0.2.1,": "x-ipv4-0000000001-x,", "192.0.2.1\n": "x-ipv4-0000000001-x\n"}
    )
    dump = tmp_path / "masked" / gathers.DUMP
    dump.write_text(dump.read_text().replace("neighbor 192.0.2.1 ", "neighbor x-ipv4-0000000001-x "))
    plain = json.loads(run(up, masked, "--json", "-", "--fail-on", "error")[1])
    sections = {one["name"]: one for one in plain["sections"]}
    assert plain["new"]["masked"] is True
    assert not sections["sessions"]["appeared"] + sections["sessions"]["gone"]
    assert not plain["summary"]["worse"]


# two processes


def test_both_archives_in_processes_of_their_own(up, down, monkeypatch):
    parallel = read_both(str(up), str(down), jobs=2)
    serial = read_both(str(up), str(down), jobs=1)
    assert parallel == serial


def test_an_unreadable_archive_in_another_process(up, tmp_path):
    with pytest.raises(ArchiveError, match=r"NEW: .*missing"):
        read_both(str(up), str(tmp_path / "missing"), jobs=2)


def dying(times, error=BrokenProcessPool):
    calls = []

    def elsewhere(inputs, jobs):
        calls.append(jobs)
        if len(calls) <= times:
            raise error("gone")
        return "old", "new"

    return calls, elsewhere


def test_a_process_that_dies_is_tried_again_alone(monkeypatch):
    calls, elsewhere = dying(1)
    monkeypatch.setattr(pair, "_elsewhere", elsewhere)
    assert read_both("a", "b", jobs=2) == ("old", "new")
    assert calls == [2, 1]
    monkeypatch.setattr(pair, "_elsewhere", dying(2)[1])
    with pytest.raises(ArchiveError, match="ran out of memory"):
        read_both("a", "b", jobs=2)


def test_without_processes_everything_happens_here(monkeypatch):
    monkeypatch.setattr(pair, "_elsewhere", dying(9, OSError)[1])
    monkeypatch.setattr(pair, "_here", lambda name, given, progress: (name, given))
    assert read_both("a", "b", jobs=2) == (("OLD", "a"), ("NEW", "b"))
    assert read_both("a", "-", jobs=2) == (("OLD", "a"), ("NEW", "-"))


def test_standard_input(up, tmp_path):
    packed = gathers.packed(tmp_path / "up.tar.gz", "up")
    with packed.open("rb") as stream:
        ended = subprocess.run(
            [sys.executable, "-c", "from analyzer.cli import main; main()", "diff", str(up), "-", "--json", "-"],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdin=stream,
            capture_output=True,
            check=False,
            cwd=tmp_path,
        )
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert json.loads(ended.stdout)["new"]["inputs"] == ["-"]


# a side


def test_an_archive_that_is_cut(up, tmp_path):
    packed = gathers.packed(tmp_path / "up.tar.gz", "up")
    whole, cut = read_side([str(packed)]), tmp_path / "cut.tar.gz"
    cut.write_bytes(packed.read_bytes()[: int(packed.stat().st_size * 0.8)])
    side = read_side([str(cut)])
    assert whole.archive.complete
    assert not side.archive.complete
    assert any("dump_frr" in one for one in whole.members)
    assert not any("dump_frr" in one for one in side.members)
    sessions = next(one for one in side.facets if one.name == "sessions")
    assert sessions.missing or "cut" in str(sessions.scopes)


def test_many_problems_are_counted(monkeypatch, up):
    from analyzer.diff import side as module  # noqa: PLC0415
    from analyzer.model import ArchiveProblem  # noqa: PLC0415

    real = module.examine

    def examine(*args, **more):
        report, store = real(*args, **more)
        problems = tuple(ArchiveProblem(f"p{at}", "damaged", "x") for at in range(PROBLEMS + 3))
        return replace(report, archive=replace(report.archive, problems=problems)), store

    monkeypatch.setattr(module, "examine", examine)
    found = read_side([str(up)]).archive.problems
    assert len(found) == PROBLEMS + 1
    assert found[-1].message == "and 3 more problems of the archive"
