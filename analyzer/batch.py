"""Many archives: each analyzed on its own, a page over all. One that cannot be read is a row with its reason.

The work is a function of one case, `work`, handed to anything with the interface of an executor, `submit`. Here these
are the processes of this machine; a cluster's executor takes their place without a change to anything else.
"""

import json
from collections.abc import Iterable, Sequence
from concurrent.futures import CancelledError, Future, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict
from pathlib import Path

from analyzer import __version__
from analyzer.archive import ArchiveError
from analyzer.cases import Case
from analyzer.expect import ExpectationError, check, check_unreadable, load
from analyzer.model import SCHEMA, Report, Severity
from analyzer.output import OutputError, write
from analyzer.reference import rule_docs
from analyzer.render import BatchRow, index_html, report_html, report_json
from analyzer.render.index import ANALYZED, AS_EXPECTED, UNREADABLE
from analyzer.render.words import verdict
from analyzer.run import Progress, analyze
from analyzer.verdict import Exit, exit_code, nothing_collected, why_nothing
from analyzer.workers import Submits, Workers


def run_batch(
    cases: Sequence[Case], out: Path, jobs: int, fail_on: Severity | None, progress: Progress | None = None
) -> list[BatchRow]:
    """Analyze the cases, `jobs` at a time, in processes of this machine; write everything below `out`."""
    with Workers(min(jobs, len(cases)) or 1, preload=__name__) as workers:
        rows = collect(cases, submit(workers, cases, out, fail_on), progress)
    write_index(rows, out)
    return rows


def submit(executor: Submits, cases: Iterable[Case], out: Path, fail_on: Severity | None) -> list[Future[BatchRow]]:
    """Hand every case to an executor. `out` must be the same folder wherever the executor's processes run."""
    return [executor.submit(work, case, out, fail_on) for case in cases]


def collect(
    cases: Sequence[Case], futures: Sequence[Future[BatchRow]], progress: Progress | None = None
) -> list[BatchRow]:
    """One row per case, in the order of the cases whatever finishes first; a task that was lost is a row as well."""
    for done, _ in enumerate(as_completed(futures), 1):
        if progress:
            progress(done, len(futures))
    return [_row(case, future) for case, future in zip(cases, futures, strict=True)]


def _row(case: Case, future: Future[BatchRow]) -> BatchRow:
    try:
        return future.result()
    except BrokenProcessPool:
        return _unreadable(case, "the process that read it died: it was killed, or the machine ran out of memory")
    except (Exception, CancelledError) as error:  # noqa: BLE001 - a mistake of ours costs one row and is named as such
        reason = f"internal error: {type(error).__name__}: {str(error)[:300]}. This is a bug in gatherscope"
        return BatchRow(case.name, UNREADABLE, int(Exit.INTERNAL), reason)


def work(case: Case, out: Path, fail_on: Severity | None) -> BatchRow:
    """Analyze one case, write its two reports into its folder, and say in a row what became of it."""
    if case.input is None:
        return _unreadable(case, case.wrong or "no archive")
    try:
        report = analyze([str(case.input)])
        folder = out / case.folder
        folder.mkdir(parents=True, exist_ok=True)
        write(folder / "report.html", report_html(report, rule_docs()))
        write(folder / "report.json", report_json(report))
    except (ArchiveError, OutputError, OSError) as error:
        return _unreadable(case, str(error))
    found = report.findings()
    empty = nothing_collected(report)
    return BatchRow(
        name=case.name,
        status=UNREADABLE if empty else ANALYZED,
        exit_code=int(exit_code(report, fail_on)),
        reason=why_nothing(report) if empty else None if found else verdict(report),
        cluster=report.cluster,
        counts={one: sum(finding.severity is one for _, finding in found) for one in Severity},
        worst=found[0][1].message if found else None,
        complete=report.archive.complete,
        report_href=f"{case.folder}/report.html",
        expected=_expected(case, report),
    )


def _unreadable(case: Case, reason: str) -> BatchRow:
    return BatchRow(case.name, UNREADABLE, int(Exit.UNREADABLE), reason, expected=_expected(case, None))


def _expected(case: Case, report: Report | None) -> str | None:
    if case.expected is None:
        return None
    try:
        expectation = load(case.expected)
    except ExpectationError as error:
        return f"differs: {error}"
    differences = check(expectation, report) if report else check_unreadable(expectation)
    return f"differs: {'; '.join(differences)}" if differences else AS_EXPECTED


def write_index(rows: Sequence[BatchRow], out: Path) -> None:
    """index.html and index.json over all rows."""
    plain = {
        "schema": SCHEMA,
        "tool": {"name": "gatherscope", "version": __version__},
        "archives": [asdict(row) for row in rows],
    }
    write(out / "index.html", index_html(rows))
    write(out / "index.json", json.dumps(plain, indent=1) + "\n")


def overall(rows: Sequence[BatchRow]) -> Exit:
    """The exit code over all: an unreadable archive among readable ones is a row, not an ending of its own."""
    codes = {row.exit_code for row in rows}
    if codes <= {Exit.UNREADABLE}:
        return Exit.UNREADABLE
    differs = any(row.differs for row in rows)
    for code in (Exit.CRASHED, Exit.INTERNAL, Exit.FINDINGS):
        if code in codes:
            return code
    return Exit.FINDINGS if differs else Exit.CLEAR
