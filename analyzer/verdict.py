"""What a report means to the shell: the exit codes, in one place for one archive and for many."""

from enum import IntEnum

from analyzer.model import Coverage, Report, Severity, Status

MARKERS = frozenset({"timestamp", "event-filter.html", "must-gather.logs", "gather.logs", "version", "watermark.txt"})


class Exit(IntEnum):
    """The exit codes of the command line. INTERNAL is sysexits' EX_SOFTWARE; the last two are 128 + the signal."""

    CLEAR = 0
    FINDINGS = 1
    USAGE = 2
    UNREADABLE = 3
    CRASHED = 4
    INTERNAL = 70
    INTERRUPTED = 130
    READER_GONE = 141


def exit_code(report: Report, fail_on: Severity | None) -> Exit:
    """A crashed rule outweighs everything, an archive without content its findings; None for `fail_on` is never."""
    if report.of_status(Status.CRASHED):
        return Exit.CRASHED
    if nothing_collected(report):
        return Exit.UNREADABLE
    if fail_on and any(finding.severity.at_least(fail_on) for _, finding in report.findings()):
        return Exit.FINDINGS
    return Exit.CLEAR


def nothing_collected(report: Report) -> bool:
    """Whether the archive holds at most what `oc adm must-gather` leaves behind when the gather itself failed."""
    return not any(_holds_content(one) for one in report.coverage)


def _holds_content(one: Coverage) -> bool:
    return one.present and any(path.rpartition("/")[2] not in MARKERS for path in one.members)


def why_nothing(report: Report) -> str:
    """The sentence for an archive in which nothing was collected."""
    if report.archive.members and any(one.present for one in report.coverage):
        return (
            "nothing was collected: the archive holds only what `oc adm must-gather` leaves when the gather failed or "
            "ran into its timeout. Run it again, with a longer --timeout if must-gather.logs tells of one"
        )
    return "nothing was collected: the archive holds no file that any of the chosen rules can read"
