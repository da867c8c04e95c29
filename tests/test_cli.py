"""The command line: what it prints where, what it writes, and how it ends."""

import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import gathers
import pytest
from conftest import ROOT
from rich.console import Console

from analyzer import cli, cli_run, progress
from analyzer.cli_table import print_table
from analyzer.model import Severity
from analyzer.rule import Rule
from analyzer.show import Table, shows


@pytest.fixture
def there(tmp_path, monkeypatch):
    """An empty current folder."""
    place = tmp_path / "here"
    place.mkdir()
    monkeypatch.chdir(place)
    return place


@pytest.fixture
def down(tmp_path):
    return str(gathers.packed(tmp_path / "down.tar.gz", "down"))


@pytest.fixture
def run(there, capsys):
    def run(*arguments):
        code = cli.run([str(one) for one in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def elsewhere(*arguments, **options):
    """The command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", "from analyzer.cli import main; main()", *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
        **options,
    )


def crashing(monkeypatch):
    def fails():
        """A rule that fails."""
        raise RuntimeError("it \x1b[31mfell over")
        yield

    one = Rule("a-rule-that-fails", "bgp", Severity.INFO, "It fails", "It fails.", (), fails)
    monkeypatch.setitem(Rule.registry, one.id, one)


# how it ends


@pytest.mark.parametrize(
    ("state", "options", "code"),
    [
        ("down", [], 1),
        ("down", ["--fail-on", "never"], 0),
        ("down", ["--fail-on", "info"], 1),
        ("down", ["--area", "bfd"], 0),
        ("down", ["--rule", "bgp-session-down"], 1),
        ("down", ["--rule", "bgp-hold-timer-expired"], 0),
        ("up", [], 0),
        ("failed", [], 3),
        ("failed", ["--fail-on", "never"], 3),
    ],
)
def test_exit_code(run, tmp_path, state, options, code):
    assert run("analyze", gathers.folder(tmp_path, state), *options)[0] == code


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "no file or folder"),
        (b"", "empty"),
        (b"\x00\x01\x02" * 100, "archive"),
        (b"\x1f\x8b\x08\x00" + b"\xff" * 60, ""),
        (b"a letter to the support\n", "nothing was collected"),
    ],
)
def test_no_archive(run, tmp_path, content, words):
    place = tmp_path / "upload.tar.gz"
    if content is not None:
        place.write_bytes(content)
    code, out, err = run("analyze", place, "--json", "-")
    assert code == 3
    assert words in err
    assert "Traceback" not in err
    assert len(err.splitlines()) == 1
    if "nothing was collected" not in err:
        assert not out


def test_an_empty_folder(run, tmp_path):
    (tmp_path / "empty").mkdir()
    code, out, err = run("analyze", tmp_path / "empty")
    assert (code, out) == (3, "")
    assert "empty" in err


def test_a_failed_gather_is_reported_in_full(run, there, tmp_path):
    code, out, err = run("analyze", gathers.folder(tmp_path, "failed"), "--json", "report.json")
    assert code == 3
    assert "the gather failed" in err
    assert json.loads((there / "report.json").read_text())["outcomes"]
    assert (there / "report.html").exists()
    assert out


def test_a_crashed_rule_outweighs_findings(run, down, monkeypatch):
    crashing(monkeypatch)
    code, out, err = run("analyze", down, "--json", "-")
    assert code == 4
    assert "rule a-rule-that-fails crashed, which is a bug in gatherscope: RuntimeError: it \\x1b[31mfell over" in err
    assert {one["status"] for one in json.loads(out)["outcomes"]} >= {"found", "crashed"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["analyze"], "Missing argument"),
        (["analyze", "x", "--fail-on", "bad"], "'bad' is not one of"),
        (["analyze", "x", "--rule", "bgp-sesion-down"], "did you mean bgp-session-down"),
        (["analyze", "x", "--rule", ""], "there is no rule ''"),
        (["analyze", "x", "--area", "bpg"], "did you mean bgp"),
        (["analyze", "x", "--area", "xyzzy"], "there are bfd, bgp, "),
        (["analyze", "x", "-o", "no/such/folder.html"], "there is no folder"),
        (["analyze", "x", "-o", "."], "is a folder"),
        (["analyze", "x", "-o", "-"], "the HTML report does not go to standard output"),
        (["analyze", "x", "--json", "report.html"], "both the HTML and the JSON report"),
        (["analyse", "x"], "No such command"),
        (["show", "bpg", "x"], "did you mean bgp"),
        (["rules", "session-down"], "did you mean bgp-session-down"),
        (["batch", "no-such-folder", "-o", "out"], "does not exist"),
        (["batch", ".", "-o", "out", "--jobs", "0"], "0 is not in the range"),
    ],
)
def test_wrong_usage(run, arguments, words):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert words in " ".join(err.split())


def test_an_internal_error_is_one_clear_line(run, down, monkeypatch):
    monkeypatch.setattr(cli_run, "analyze_inputs", lambda *_: 1 / 0)
    code, out, err = run("analyze", down)
    assert (code, out) == (70, "")
    assert err.splitlines()[0] == "gatherscope: internal error: ZeroDivisionError: division by zero"
    assert "This is a bug" in err
    assert "Traceback" not in err
    assert "Traceback" in run("--debug", "analyze", down)[2]


def test_an_internal_error_shows_no_control_character(run, down, monkeypatch):
    def fails(*_):
        raise RuntimeError("\x1b]0;title\x07 \u202e")

    monkeypatch.setattr(cli_run, "analyze_inputs", fails)
    err = run("analyze", down)[2]
    assert err.splitlines()[0].endswith(r"RuntimeError: \x1b]0;title\x07 \u202e")


def test_an_interrupt_ends_quietly(run, down, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli_run, "analyze_inputs", interrupted)
    code, out, err = run("analyze", down)
    assert (code, out, err.strip()) == (130, "", "")


@pytest.mark.parametrize("arguments", [["rules"], ["rules", "--markdown"], ["analyze", "{}", "--no-html"]])
def test_a_reader_that_stops_is_no_error(down, arguments):
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as closed:
        ended = subprocess.run(
            [sys.executable, "-c", "from analyzer.cli import main; main()", *(one.format(down) for one in arguments)],
            cwd=ROOT,
            stdout=closed,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (ended.returncode, ended.stderr) == (141, b"")


# what it prints


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["analyze", "--help"], ["batch", "--help"]])
def test_help_loads_no_engine(arguments):
    code = f"""
import sys
from analyzer.cli import run
assert run({arguments!r}) == 0
print(sorted({{"pydantic", "yaml", "jinja2", "rich", "isal", "textfsm"}} & set(sys.modules)))
"""
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout.endswith("\n[]\n")


def test_help_names_every_exit_code_and_table(run):
    assert re.findall(r"^  (\w+)", run("--help")[1], re.MULTILINE)[-6:] == [
        *("analyze", "show", "diff", "timeline", "rules", "batch")
    ]
    assert re.findall(r"^ +(\d)  ", run("analyze", "--help")[1], re.MULTILINE) == ["0", "1", "2", "3", "4"]
    text = run("show", "--help")[1]
    assert all(re.search(rf"^  {name}  ", text, re.MULTILINE) for name in shows())


def test_json_alone_on_standard_output(run, there, down):
    code, out, err = run("analyze", down, "--json", "-", "--no-html")
    assert (code, err) == (1, "")
    assert json.loads(out)["archive"]["inputs"] == [down]
    assert not list(there.iterdir())


def test_json_file_and_html_file(run, there, down):
    printed = run("analyze", down, "--json", "-", "-o", "a.html")[1]
    out = run("analyze", down, "--json", "b.json")[1]
    assert (there / "b.json").read_text() == printed
    assert (there / "a.html").read_text() == (there / "report.html").read_text()
    assert sorted(path.name for path in there.iterdir()) == ["a.html", "b.json", "report.html"]
    assert "192.0.2.1" in out
    assert "report.html" in out


def test_only_the_chosen_rules_run(run, down):
    def ran(*options):
        report = json.loads(run("analyze", down, "--json", "-", "--no-html", *options)[1])
        return {outcome["rule"] for outcome in report["outcomes"]}

    bfd = {one.id for one in Rule.registry.values() if one.area == "bfd"}
    assert ran() == set(Rule.registry)
    assert ran("--rule", "bgp-session-down") == {"bgp-session-down"}
    assert ran("--area", "bfd") == bfd
    assert ran("--area", "bfd", "--rule", "bgp-session-down") == bfd | {"bgp-session-down"}


def test_standard_input_is_an_archive(down, there):
    ended = elsewhere("analyze", "-", "--json", "-", "--no-html", input=Path(down).read_bytes())
    assert ended.returncode == 1
    assert not ended.stderr
    report = json.loads(ended.stdout)
    assert report["archive"]["inputs"] == ["-"]
    assert gathers.DUMP in {e["path"] for o in report["outcomes"] for f in o["findings"] for e in f["evidence"]}


def test_no_password_is_told(run, there, down):
    out, err = run("analyze", down, "--json", "report.json")[1:]
    told = out + err + (there / "report.json").read_text() + (there / "report.html").read_text()
    assert gathers.PASSWORD not in told


def test_no_control_character_reaches_the_terminal(run, tmp_path):
    evil = "\x1b]0;pwned\x07\x1b[31m\u202e"
    place = gathers.packed(tmp_path / "x.tar.gz", "down", lambda name: name.replace("speaker-a", f"speaker-{evil}"))
    for arguments in (["analyze", place], ["show", "bgp", place], ["show", "bgp", place, "--json"]):
        code, out, err = run(*arguments)
        assert code in {0, 1}
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", out + err), arguments


def test_no_control_character_of_a_name_reaches_the_terminal(run):
    code, out, err = run("analyze", "no\x1b[31msuch")
    assert (code, out) == (3, "")
    assert "\x1b" not in err
    assert r"no\x1b[31msuch" in err


# what it writes


def test_an_input_is_never_written_over(run, there, tmp_path, down):
    before = Path(down).read_bytes()
    (there / "link").symlink_to(down)
    for target in (down, there / "link"):
        code, _, err = run("analyze", down, "-o", target)
        assert code == 2
        assert "never written over" in err
        assert run("analyze", down, "--no-html", "--json", target)[0] == 2
    assert Path(down).read_bytes() == before


def test_nothing_is_written_into_an_input(run, tmp_path, monkeypatch):
    place = gathers.folder(tmp_path, "down")
    monkeypatch.chdir(place)
    code, _, err = run("analyze", ".")
    assert code == 2
    assert "lies in the input" in err
    assert run("analyze", ".", "-o", "../report.html")[0] == 1
    assert not (place / "report.html").exists()


def test_a_report_replaces_an_older_one_in_one_step(run, there, down):
    other = there / "other.html"
    other.write_text("old")
    other.chmod(0o640)
    (there / "report.html").symlink_to(other)
    with other.open() as reader:
        assert run("analyze", down)[0] == 1
        assert reader.read() == "old"
    assert (there / "report.html").is_symlink()
    assert other.read_text().startswith("<!")
    assert other.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in there.iterdir()) == ["other.html", "report.html"]


def test_a_device_is_written_to_and_not_replaced(run, there, down):
    assert run("analyze", down, "-o", "/dev/null", "--json", "/dev/null")[0] == 2
    assert run("analyze", down, "-o", "/dev/null")[0] == 1
    assert not Path("/dev/null").is_file()


def test_a_full_disk_leaves_nothing_behind(run, there, down, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    code, out, err = run("analyze", down)
    assert (code, out) == (2, "")
    assert "report.html cannot be written: No space left on device" in err
    assert not list(there.iterdir())


# show and rules


def test_show_as_a_table_for_a_pipe(run, down):
    code, out, err = run("show", "bgp", down)
    assert (code, err) == (0, "")
    head, row, *_ = out.splitlines()
    assert head.split()[:2] == ["NODE", "PEER"]
    assert "192.0.2.1" in row
    assert "Active" in row
    assert not [line for line in out.splitlines() if line != line.rstrip()]


def test_show_as_json(run, down):
    (row,) = json.loads(run("show", "bgp", down, "--json")[1])
    assert (row["peer"], row["state"]) == ("192.0.2.1", "Active")


@pytest.mark.parametrize("name", sorted(shows()))
def test_every_table_can_be_shown(run, down, name):
    """A table of what this archive does not hold says so, and is null and not empty."""
    code, _, err = run("show", name, down)
    told = json.loads(run("show", name, down, "--json")[1])
    assert (code, told is None) in {(0, False), (3, True)}
    assert code == 0 or "collected" in err or "no " in err


@pytest.mark.parametrize("name", ["bgp", "bfd", "coverage", "services", "peers", "config-drift"])
def test_these_tables_need_no_more_than_one_node(run, down, name):
    assert run("show", name, down)[0] == 0


def test_show_tells_what_could_not_be_read(run, tmp_path, down):
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(Path(down).read_bytes()[:-40])
    code, out, err = run("show", "bgp", cut)
    assert (code, "192.0.2.1" in out) == (0, True)
    assert "gatherscope: The compressed data end too early" in err


def test_an_empty_table_is_said_to_be_empty(run, down, monkeypatch):
    empty = replace(shows()["bgp"], rows=lambda _: Table(("NODE",), ()))
    monkeypatch.setattr(cli_run, "shows", lambda: {"bgp": empty})
    code, out, err = run("show", "bgp", down)
    assert (code, out) == (0, "")
    assert "there is nothing to show" in err


def test_not_collected_is_not_empty(run, tmp_path):
    place = gathers.folder(tmp_path, "failed")
    code, out, err = run("show", "bgp", place, "--json")
    assert (code, out) == (3, "null\n")
    assert "no FRR output" in err


@pytest.mark.parametrize("width", [80, 160])
def test_a_table_fits_the_terminal_and_loses_nothing(width):
    out = io.StringIO()
    value = "namespaces/metallb-system/pods/" + "x" * 300 + "/end"
    print_table(Console(file=out, force_terminal=True, width=width), ("PLACE", "N"), [(value, "[bold]1\x1b[0m")])
    lines = [re.sub(r"\x1b\[[\d;]*m", "", line) for line in out.getvalue().splitlines()]
    assert max(map(len, lines)) <= width
    cells = [line.split("  ")[0].strip() for line in lines if "─" not in line and "PLACE" not in line]
    assert "".join(cells) == value
    assert any(r"[bold]1\x1b[0m" in line for line in lines)


def test_rules_are_listed(run):
    code, out, _ = run("rules")
    assert code == 0
    listed = {line.split()[0] for line in out.splitlines()[1:]}
    assert listed == set(Rule.registry)
    assert re.search(r"^bgp-session-down +bgp +error +\S", out, re.MULTILINE)


def test_a_rule_is_documented(run):
    code, out, _ = run("rules", "bgp-session-down")
    assert code == 0
    assert out.startswith("# bgp-session-down\n")
    assert Rule.registry["bgp-session-down"].doc in out


def test_a_rule_is_documented_for_a_terminal(run, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    out = run("rules", "bgp-session-down")[1]
    assert "\x1b[1" in out
    assert "## " not in out
    assert max(len(re.sub(r"\x1b\[[\d;]*m", "", line)) for line in out.splitlines()) <= 80


def test_the_reference_of_all_rules(run):
    assert run("rules", "--markdown")[1] == (ROOT / "analyzer" / "rules" / "README.md").read_text(encoding="utf-8")


# progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_on_a_terminal(monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", 0)
    monkeypatch.setattr(progress, "INTERVAL", 0)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", Terminal())
    with progress.shown("reading") as shown:
        shown(500_000, 1_000_000)
        shown(600_000, None)
    assert "reading" in sys.stderr.getvalue()


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_no_progress_off_a_terminal_or_for_short_work(monkeypatch, stream):
    monkeypatch.setattr(sys, "stderr", stream())
    if stream is not Terminal:
        monkeypatch.setattr(progress, "PATIENCE", 0)
    with progress.shown("reading") as shown:
        shown(1, 2)
    assert sys.stderr.getvalue() == ""
