"""Many archives: one that fails costs its own row and nothing else."""

import json
import multiprocessing
import os
import signal
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import gathers
import pytest

from analyzer import cli
from analyzer.batch import collect, overall, run_batch, submit, work, write_index
from analyzer.cases import Case, find
from analyzer.model import Severity
from analyzer.render import BatchRow
from analyzer.rule import Rule
from analyzer.workers import Workers

EVIL = "x\x1b[31m<b>é.tar.gz"


@pytest.fixture(scope="module")
def upload(tmp_path_factory):
    """A folder as support has them: good and bad archives, folders, cases with expectations, and other files."""
    top = tmp_path_factory.mktemp("upload")
    gathers.packed(top / "a.tar.gz", "down")
    gathers.packed(top / EVIL, "up")
    gathers.packed(top / "a.tgz", "up")
    gathers.packed(top / "no-suffix", "up")
    gathers.packed(top / "failed.tar.gz", "failed")
    gathers.packed(top / ".hidden.tar.gz", "down")
    gathers.packed(top / "index.html.tar.gz", "up")
    gathers.folder(top / "unpacked", "down")
    gathers.packed(folder(top / "customer" / "ticket-1") / "upload.tar.gz", "up")
    (top / "junk.tar.gz").write_bytes(b"no archive at all")
    (top / "empty.zip").touch()
    (top / "notes.md").write_text("not an archive")
    (top / "sums.txt").write_text("not an archive")
    for name, expected in {
        "case-good": "must: [{rule: bgp-session-down}]\nexit: 1\n",
        "case-differs": "must_not: [{severity: error}]\n",
        "case-broken": "must: [\n",
        "case-mistaken": "must: [{rul: bgp-session-down}]\n",
        "case-foreign": "scenario: of another program\n",
    }.items():
        gathers.folder(top / name, "down")
        (top / name / "expected.yaml").write_text(expected)
    (folder(top / "case-empty") / "expected.yaml").write_text("exit: 3\n")
    (folder(top / "case-unreadable") / "expected.yaml").write_text("exit: 3\n")
    (top / "case-unreadable" / "cut.tar.gz").touch()
    return top


def folder(place):
    place.mkdir(parents=True)
    return place


@pytest.fixture(scope="module")
def done(upload):
    """One run over it with real processes, into a folder inside."""
    out = upload / "out"
    found = find(upload, out)
    rows = run_batch(found.cases, folder(out), 2, Severity.ERROR)
    return out, {row.name: row for row in rows}


def test_every_archive_has_a_row_in_the_order_of_names(done):
    out, rows = done
    assert list(rows) == sorted(rows)
    assert list(rows) == [one["name"] for one in json.loads((out / "index.json").read_text())["archives"]]
    assert set(rows) == {
        "a.tar.gz",
        "a.tgz",
        "case-broken",
        "case-differs",
        "case-empty",
        "case-foreign",
        "case-good",
        "case-mistaken",
        "case-unreadable",
        "customer/ticket-1/upload.tar.gz",
        "empty.zip",
        "failed.tar.gz",
        "index.html.tar.gz",
        "junk.tar.gz",
        "no-suffix",
        "unpacked",
        EVIL,
    }


def test_what_became_of_each(done):
    _, rows = done
    assert {name: (row.status, row.exit_code) for name, row in rows.items() if row.exit_code != 0} == {
        "a.tar.gz": ("analyzed", 1),
        "case-broken": ("analyzed", 1),
        "case-differs": ("analyzed", 1),
        "case-empty": ("unreadable", 3),
        "case-foreign": ("analyzed", 1),
        "case-good": ("analyzed", 1),
        "case-mistaken": ("analyzed", 1),
        "case-unreadable": ("unreadable", 3),
        "empty.zip": ("unreadable", 3),
        "failed.tar.gz": ("unreadable", 3),
        "junk.tar.gz": ("unreadable", 3),
        "unpacked": ("analyzed", 1),
    }
    assert rows["a.tar.gz"].counts[Severity.ERROR] + rows["a.tar.gz"].counts[Severity.CRITICAL] >= 1
    assert "192.0.2.1" in rows["a.tar.gz"].worst or "down" in rows["a.tar.gz"].worst
    assert rows["a.tgz"].counts[Severity.ERROR] == 0
    assert "gather failed" in rows["failed.tar.gz"].reason
    assert "0 archives beside expected.yaml" in rows["case-empty"].reason
    assert all(row.reason for row in rows.values() if row.status == "unreadable")


def test_expectations_are_checked(done):
    _, rows = done
    expected = {name: row.expected for name, row in rows.items() if row.expected}
    assert expected["case-good"] == expected["case-unreadable"] == "as expected"
    assert expected["case-differs"].startswith("differs: unexpected: bgp-session-down")
    assert expected["case-mistaken"].startswith("differs: expected.yaml: must.0.rul: Extra inputs")
    assert expected["case-broken"].startswith("differs: expected.yaml: while parsing")
    assert {name for name in rows if name.startswith("case-")} - set(expected) == {"case-foreign"}


def test_reports_lie_where_the_rows_say(done):
    out, rows = done
    hrefs = [row.report_href for row in rows.values() if row.report_href]
    assert len({href.lower() for href in hrefs}) == len(hrefs) == 14
    for href in hrefs:
        assert (out / href).read_text().startswith("<!")
        assert json.loads((out / href).with_suffix(".json").read_text())["outcomes"]
    assert (out / "index.html").read_text().startswith("<!")
    assert "\x1b" not in (out / "index.html").read_text()


def test_a_second_run_writes_the_same(upload, done):
    out, _ = done
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    cases = find(upload, out).cases
    with ThreadPoolExecutor(2) as executor:  # the seam: any executor will do
        rows = collect(cases, submit(executor, cases, out, Severity.ERROR))
    write_index(rows, out)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_what_is_left_out(upload):
    found = find(upload, upload / "out")
    assert found.ignored == ["sums.txt"]
    assert found.foreign == ["case-foreign/expected.yaml"]


def test_folders_for_reports_are_safe_and_differ(tmp_path):
    names = ["..tar.gz", "a b.tar.gz", "a-b.tar.gz", "A-B.tar.gz", "index.json.zip", "-rf.zip", "é.zip", "." + "x" * 9]
    names += ["x" * 200 + ".zip"]
    for name in names:
        (tmp_path / name).write_bytes(b"PK\x05\x06")
    folders = [case.folder for case in find(tmp_path).cases]
    assert len({one.lower() for one in folders}) == len(folders) == len(names) - 2  # without the two dot files
    assert all(one.strip(".-") == one and "/" not in one and len(one) < 100 for one in folders)
    assert not {"index.json", "index.html"} & set(folders)


def test_a_name_that_is_no_text(tmp_path):
    (tmp_path / os.fsdecode(b"\xff.zip")).touch()
    (case,) = find(tmp_path).cases
    assert case.name == r"\xff.zip"
    assert work(case, tmp_path, None).status == "unreadable"


# the command


def test_the_command(upload, tmp_path, capsys):
    small = folder(tmp_path / "small")
    gathers.packed(small / "a.tar.gz", "down")
    gathers.packed(small / EVIL, "up")
    (small / "sums.txt").touch()
    assert cli.run(["batch", str(small), "-o", str(tmp_path / "new" / "out"), "--jobs", "1"]) == 1
    out, err = capsys.readouterr()
    assert "a.tar.gz" in out
    assert str(tmp_path / "new" / "out" / "index.html") in out
    assert "\x1b" not in out + err
    assert "left out, because they are no archives: sums.txt" in err
    assert cli.run(["batch", str(small), "-o", str(tmp_path / "out"), "--fail-on", "never"]) == 0


def test_a_folder_without_archives(tmp_path, capsys):
    folder(tmp_path / "a" / "b" / "c" / "d" / "e")
    assert cli.run(["batch", str(tmp_path), "-o", str(tmp_path / "out")]) == 3
    assert "no archive in" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_what_cannot_be_listed_or_opened(tmp_path, monkeypatch, capsys):
    def refused(path, *_):
        raise PermissionError(13, "Permission denied", str(path))

    folder(tmp_path / "locked")
    gathers.packed(tmp_path / "a.tar.gz", "up")
    with monkeypatch.context() as patch:
        listing = Path.iterdir
        patch.setattr(Path, "iterdir", lambda path: refused(path) if path.name == "locked" else listing(path))
        patch.setattr(Path, "open", refused)
        cases = find(tmp_path).cases
        assert cli.run(["batch", str(tmp_path / "locked"), "-o", str(tmp_path / "out")]) == 2
    assert "locked: Permission denied" in capsys.readouterr().err
    assert [(case.name, case.wrong) for case in cases] == [
        ("a.tar.gz", None),
        ("locked", "the folder cannot be listed: Permission denied"),
    ]


def test_other_kinds_of_files_are_left_alone(tmp_path):
    os.mkfifo(tmp_path / "pipe.tar.gz")
    (tmp_path / "gone.tar.gz").symlink_to("nowhere")
    assert find(tmp_path).cases == []
    assert find(tmp_path).ignored == ["gone.tar.gz", "pipe.tar.gz"]


def test_reports_never_lie_in_an_archive(tmp_path, capsys):
    gathers.folder(tmp_path / "unpacked", "up")
    out = tmp_path / "unpacked" / "must-gather.local.1" / "out"
    assert cli.run(["batch", str(tmp_path), "-o", str(out)]) == 2
    assert "lies in the input" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("codes", "differs", "code"),
    [
        ([0, 0], False, 0),
        ([0, 3], False, 0),
        ([0, 3, 1], False, 1),
        ([0, 1, 4], False, 4),
        ([1, 70], False, 70),
        ([3, 3], False, 3),
        ([], False, 3),
        ([0], True, 1),
    ],
)
def test_exit_code_over_all(codes, differs, code):
    rows = [BatchRow("x", "analyzed", one, expected="differs: x" if differs else None) for one in codes]
    assert overall(rows) == code


# processes that die


def dies(case, *_):
    if case.name == "deadly":
        os.kill(os.getpid(), signal.SIGKILL)
    return BatchRow(case.name, "analyzed", 0)


def fails(*_):
    raise RuntimeError("a mistake of ours")


def test_a_dead_process_costs_one_row(tmp_path):
    cases = [Case(name, tmp_path) for name in ("a", "b", "deadly", "x", "y", "z")]
    with Workers(2, preload="analyzer") as workers:
        futures = [workers.submit(dies, case) for case in cases]
        rows = collect(cases, futures)
    assert [row.status for row in rows] == ["analyzed", "analyzed", "unreadable", "analyzed", "analyzed", "analyzed"]
    assert "killed" in rows[2].reason


def test_a_mistake_of_ours_costs_one_row():
    lost: Future = Future()
    lost.set_exception(RuntimeError("a mistake of ours"))
    fine: Future = Future()
    fine.set_result(BatchRow("b", "analyzed", 0))
    seen = []
    rows = collect([Case("a", None), Case("b", None)], [lost, fine], lambda *args: seen.append(args))
    assert [row.exit_code for row in rows] == [70, 0]
    assert "This is a bug in gatherscope" in rows[0].reason
    assert seen == [(1, 2), (2, 2)]


def test_an_interrupt_ends_the_processes(tmp_path):
    waiting = []

    def interrupted():
        with Workers(1, preload="analyzer") as workers:
            workers.submit(os.getpid).result()
            waiting.append(workers.submit(signal.pause))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert waiting[0].cancelled() or isinstance(waiting[0].exception(), BrokenProcessPool)
    assert not multiprocessing.active_children()


def test_a_crashed_rule_shows_in_the_exit_code(tmp_path, monkeypatch):
    def crashes():
        """A rule that fails."""
        raise RuntimeError
        yield

    monkeypatch.setitem(Rule.registry, "x", Rule("x", "bgp", Severity.INFO, "x", "x", (), crashes))
    row = work(Case("a", gathers.packed(tmp_path / "a.tar.gz", "down"), folder="a"), tmp_path, Severity.ERROR)
    assert row.exit_code == 4
    assert overall([row]) == 4
