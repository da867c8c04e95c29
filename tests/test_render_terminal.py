import io
from dataclasses import replace

import pytest
from render_samples import IMAGE, LOGS, REPORTS, broken, down, hostile, huge, outcome, quiet
from rich.console import Console

from analyzer.model import Severity, Status
from analyzer.render import print_summary, terminal
from parsers.base import Evidence


def summary(report, width=80, path="/tmp/report.html", encoding="utf-8", **options):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="")
    print_summary(report, Console(file=stream, width=width, **options), path)
    stream.flush()
    return stream.buffer.getvalue().decode(encoding)


@pytest.mark.parametrize("width", [40, 80, 160])
@pytest.mark.parametrize("name", REPORTS)
def test_only_paths_are_wider_than_the_console(name, width):
    for line in summary(REPORTS[name](), width).splitlines():
        assert len(line) <= width or line.strip().startswith((IMAGE, "\\x1b", "<script", "worker")), line
        assert line == line.rstrip()


def test_the_summary_says_it_all_the_worst_first():
    lines = summary(broken(), 160).splitlines()
    assert lines[0] == "OpenShift 4.16.21, OVNKubernetes, platform BareMetal, 5 nodes, collected 2024-11-05T09:12:44Z"
    loss = lines.index("THE ARCHIVE IS INCOMPLETE")
    (problem,) = broken().archive.problems
    assert lines[loss + 1].startswith(f"  {problem.message[:40]}")
    assert f"    {problem.path}" in lines[loss + 2 : loss + 4]
    start = lines.index("critical  A BGP session is not established (2)  bgp-session-down")
    assert lines[start + 1].startswith("  worker-0.ocp.example.com: 192.0.2.1 (tor1) is Idle for 00:21:07; last reset")
    assert lines[start + 2 : start + 5] == [
        f"    {LOGS}/dump_frr:412",
        "       412  BGP neighbor is 192.0.2.1, remote AS 64512, local AS 64500, external link",
        "       471    Last reset 00:00:21,  Waiting for peer OPEN",
    ]
    assert "  worker-2.ocp.example.com / 192.0.2.1: BFD never came up in 3d02h, while BGP is Established" in lines
    assert "  192.0.2.9: Idle (Admin)" in lines
    assert lines[-8:] == [
        "clear       2 rules on 18 examined items",
        "gaps        2 items could not be judged, see the report",
        "not checked 2 rules: not collected: FRR log",
        "not checked 1 rule: not collected: ip link of the nodes",
        "crashed     bgp-flapping: KeyError: 'dropped'",
        "unread      lines at 1 place were not understood",
        "note        Two must-gathers were read as one cluster.",
        "report      /tmp/report.html",
    ]


def test_severities_are_coloured_on_a_terminal_and_plain_in_a_pipe():
    assert "\x1b[1;37;41mcritical\x1b[0m" in summary(broken(), force_terminal=True, color_system="standard")
    assert "\x1b" not in summary(broken())


def test_a_narrow_terminal_gets_short_paths_and_a_pipe_whole_ones():
    assert f"{LOGS}/dump_frr:412" in summary(broken(), 80)
    narrow = summary(broken(), 80, force_terminal=True, color_system=None)
    assert LOGS not in narrow
    assert "    must-gather.local.4711/…/pods/speaker-7xk2p/frr/frr/logs/dump_frr:412\n" in narrow
    assert f"{LOGS}/dump_frr:412" in summary(broken(), 160, force_terminal=True, color_system=None)


@pytest.mark.parametrize("options", [{}, {"force_terminal": True, "color_system": None}])
def test_archive_text_neither_steers_the_terminal_nor_is_markup(options):
    text = summary(hostile(), **options)
    assert all(char == "\n" or char.isprintable() for char in set(text))
    assert "[red]x" in text
    assert r"\x1b[31m" in text


def test_an_old_terminal_shows_what_its_encoding_can():
    text = summary(broken(), encoding="ascii")
    assert r"local AS 64500, ex\u2026" in text
    assert summary(hostile(), encoding="latin-1")


def test_many_findings_stay_one_screen_or_two():
    text = summary(huge(), 160, path=None)
    assert text.count("+ 1,995 more findings") == 8
    assert text.count("+ 2,000 more findings") == 2
    assert len(text.splitlines()) < 230
    assert "report" not in text.splitlines()[-1]


def test_nothing_found_says_what_was_checked():
    text = summary(quiet())
    assert "No fault found by 2 checked rules on 18 examined items; 3 rules could not be" in text
    assert "healthy" not in text


def test_reasons_and_crashes_are_capped():
    unchecked = [
        outcome(f"rule-{number}", "t", Severity.INFO, Status.NOT_CHECKED, reason=f"reason {number}")
        for number in range(9)
    ]
    crashed = [outcome(f"bad-{number}", "t", Severity.INFO, Status.CRASHED) for number in range(7)]
    lines = summary(replace(quiet(), outcomes=(*unchecked, *crashed))).splitlines()
    assert "            + 5 more unchecked rules" in lines
    assert "            + 2 more crashed rules" in lines
    assert "crashed     bad-0: no reason was given" in lines


def test_the_telling_lines_are_those_that_the_message_speaks_of():
    places = (
        Evidence("p", 7, 9, ("", "  BGP state = Idle", "unrelated words")),
        Evidence("q", 1, 1, ("Idle state of another file",)),
        Evidence("p", 3, 3, ("the state is Idle",)),
    )
    (finding,) = outcome(
        "r", "t", Severity.ERROR, Status.FOUND, [replace(down("n", "s"), message="state: Idle", evidence=places)]
    ).findings
    assert terminal.telling(finding) == [(3, "the state is Idle"), (8, "  BGP state = Idle")]
    blank = replace(finding, evidence=(Evidence("p", 4, 4, ("",)),))
    assert terminal.telling(blank) == []
    report = replace(quiet(), outcomes=(replace(broken().outcomes[0], findings=(blank,)),))
    assert "    p:4\n" in summary(report)
