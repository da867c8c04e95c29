"""What the commands do, once click has read the command line."""

import difflib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.markdown import Markdown

from analyzer.archive import ArchiveError
from analyzer.batch import overall, run_batch
from analyzer.cases import find
from analyzer.cli_table import Output, print_table
from analyzer.model import Report, Severity, Status
from analyzer.output import STANDARD_OUTPUT, OutputError, check_outside, check_target, to_standard_output, write
from analyzer.progress import shown
from analyzer.reference import listed_rules, rule_docs, rules_markdown
from analyzer.registry import load_rules
from analyzer.render import BatchRow, print_summary, report_html, report_json, visible
from analyzer.render.junit import report_junit
from analyzer.render.sarif import report_sarif
from analyzer.render.ticket import report_markdown
from analyzer.render.words import first_few
from analyzer.rule import NotCollectedError, Rule
from analyzer.run import analyze as analyze_inputs
from analyzer.run import read
from analyzer.show import Table, shows
from analyzer.verdict import Exit, exit_code, nothing_collected, why_nothing

PROBLEMS = 5  # problems of an archive that `show` tells; `analyze` reports them all


class UnreadableError(click.ClickException):
    """No archive could be read."""

    exit_code = int(Exit.UNREADABLE)


class RefusedError(click.ClickException):
    """A result that cannot be written where it was asked for."""

    exit_code = int(Exit.USAGE)


@contextmanager
def told() -> Iterator[None]:
    """Errors that have a cause outside become a line on standard error and an exit code."""
    try:
        yield
    except ArchiveError as error:
        raise UnreadableError(visible(str(error))) from error
    except OutputError as error:
        raise RefusedError(visible(str(error))) from error


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of `analyze`, as click read them."""

    html: Path | None
    json_: str | None
    rules: Sequence[str]
    areas: Sequence[str]
    fail_on: str
    junit: str | None = None
    sarif: str | None = None
    markdown: str | None = None

    @property
    def forms(self) -> dict[str, str]:
        """Where each form of the report goes, of those that are asked for."""
        every = {"JSON": self.json_, "JUnit": self.junit, "SARIF": self.sarif, "Markdown": self.markdown}
        return {name: place for name, place in every.items() if place is not None}

    @property
    def files(self) -> dict[str, Path]:
        """The files that are written, by the form of the report."""
        named = {name: Path(place) for name, place in self.forms.items() if place != STANDARD_OUTPUT}
        return ({"HTML": self.html} if self.html else {}) | named

    @property
    def printed(self) -> str | None:
        """The form that is printed in place of the summary."""
        return next((name for name, place in self.forms.items() if place == STANDARD_OUTPUT), None)


@told()
def analyze(archives: Sequence[str], asked: Asked) -> int:
    """Analyze the archives as one cluster, write what was asked for and print the summary."""
    chosen = choose(asked.rules, asked.areas)
    _check(asked, archives)
    with shown("reading") as progress:
        report = analyze_inputs(archives, chosen, progress)
    fail_on = severity_of(asked.fail_on)
    for form, target in asked.files.items():
        write(target, _in_form(report, form, fail_on))
    if asked.printed:
        to_standard_output(_in_form(report, asked.printed, fail_on))
        for outcome in report.of_status(Status.CRASHED):
            warn(f"rule {outcome.rule} crashed, which is a bug in gatherscope: {outcome.reason}")
    else:
        print_summary(report, Output(), str(asked.html) if asked.html else None)
    if nothing_collected(report):
        warn(why_nothing(report))
    return exit_code(report, fail_on)


def _check(asked: Asked, archives: Sequence[str]) -> None:
    """Refuse places before any work is done: two forms in one file, two on standard output, an input."""
    for target in asked.files.values():
        check_target(target, archives)
    taken: dict[Path, str] = {}
    for form, target in asked.files.items():
        other = taken.setdefault(target.resolve(), form)
        if other != form:
            raise OutputError(f"{target} cannot be both the {other} and the {form} report")
    printed = [form for form, place in asked.forms.items() if place == STANDARD_OUTPUT]
    if len(printed) > 1:
        raise OutputError(f"only one form goes to standard output, not {' and '.join(printed)}")


def _in_form(report: Report, form: str, fail_on: Severity | None) -> str:
    forms: dict[str, Callable[[], str]] = {
        "HTML": lambda: report_html(report, rule_docs()),
        "JSON": lambda: report_json(report),
        "JUnit": lambda: report_junit(report, fail_on),
        "SARIF": lambda: report_sarif(report, rule_docs()),
        "Markdown": lambda: report_markdown(report),
    }
    return forms[form]()


def severity_of(fail_on: str) -> Severity | None:
    """The severity of `--fail-on`; None is never."""
    return None if fail_on == "never" else Severity(fail_on)


def warn(text: str) -> None:
    """One line on standard error."""
    click.echo(f"gatherscope: {visible(text)}", err=True)


def choose(names: Sequence[str], areas: Sequence[str]) -> list[Rule]:
    """The rules of these names and of these areas, all without either. Raises UsageError for one that is unknown."""
    load_rules()
    every = list(Rule.registry.values())
    known_areas = {one.area for one in every}
    for name in names:
        _known(name, Rule.registry, "rule", "--rule")
    for area in areas:
        _known(area, known_areas, "area", "--area")
    return [one for one in every if not (names or areas) or one.id in names or one.area in areas]


def _known(name: str, known: Iterable[str], what: str, option: str | None = None) -> None:
    names = sorted(known)
    if name in names:
        return
    close = difflib.get_close_matches(name, names, 3, 0.5) or [one for one in names if name and name in one][:3]
    hint = f"; did you mean {' or '.join(close)}?" if close else ""
    listing = f"; there are {', '.join(names)}" if not close and len(names) <= 20 else ""
    raise click.BadParameter(f"there is no {what} {name!r}{hint}{listing}", param_hint=option)


def tables() -> list[tuple[str, str]]:
    """The tables of `show`, by name, and what is in them."""
    return [(name, one.help) for name, one in shows().items()]


@told()
def show(what: str, archives: Sequence[str], as_json: bool) -> int:
    """Print one table, or the facts behind it as JSON."""
    _known(what, shows(), "table", "WHAT")
    one = shows()[what]
    with shown("reading") as progress:
        store, archive = read(archives, one.kinds, progress)
    for problem in archive.problems[:PROBLEMS]:
        warn(problem.message)
    if (more := len(archive.problems) - PROBLEMS) > 0:
        warn(f"and {more} more problems of the archive")
    try:
        if as_json:
            to_standard_output(json.dumps(one.data(store), indent=1) + "\n")
        else:
            print_facts(Output(), one.rows(store))
    except NotCollectedError as absent:
        if as_json:
            to_standard_output("null\n")  # not collected is not empty
        warn(str(absent))
        return Exit.UNREADABLE
    return Exit.CLEAR


def print_facts(console: Console, table: Table) -> None:
    """Print a table and its remark."""
    if table.rows:
        print_table(console, table.columns, table.rows)
    if not table.rows and not table.note:
        warn("there is nothing to show: what was collected was read, and holds none")
    if table.note:
        console.print(visible(table.note), markup=False, highlight=False, soft_wrap=not console.is_terminal)


def rules(name: str | None, markdown: bool) -> int:
    """Print the list of rules, the documentation of one, or the reference of all."""
    load_rules()
    console = Output()
    if name:
        _known(name, Rule.registry, "rule", "NAME")
        _print_rule(console, Rule.registry[name], markdown)
    elif markdown:
        to_standard_output(rules_markdown())
    else:
        rows = [(one.id, one.area, str(one.severity), one.title) for one in listed_rules()]
        print_table(console, ("rule", "area", "severity", "problem"), rows)
    return Exit.CLEAR


def _print_rule(console: Console, one: Rule, markdown: bool) -> None:
    text = f"# {one.id}\n\n*{one.severity}, {one.area}*\n\n{one.doc}\n"
    if markdown or not console.is_terminal:
        to_standard_output(text)
    else:
        console.print(Markdown(text))


@told()
def batch(folder: Path, out: Path, jobs: int, fail_on: str) -> int:
    """Analyze every archive of a folder, and print a table over all."""
    try:
        found = find(folder, out)
        if not found.cases:
            raise ArchiveError(f"There is no archive in {folder}.")
        check_outside(out, [str(case.input) for case in found.cases if case.input])
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{error.filename}: {error.strerror}") from error
    with shown("archives", unit="archives") as progress:
        rows = run_batch(found.cases, out, jobs, severity_of(fail_on), progress)
    _print_rows(Output(), rows)
    if found.ignored:
        warn(f"left out, because they are no archives: {first_few(found.ignored, 5)}")
    if found.foreign:
        warn(f"left out, because they are in no format of gatherscope's: {first_few(found.foreign, 5)}")
    click.echo(f"All reports: {visible(str(out / 'index.html'))}")
    return overall(rows)


def _print_rows(console: Console, rows: Sequence[BatchRow]) -> None:
    columns = ["archive", *map(str, Severity), "worst finding, or why there is none"]
    judged = any(row.expected for row in rows)
    cells = [
        [row.name, *(str(row.counts.get(one, "")) for one in Severity), row.reason or row.worst or ""]
        + ([row.expected or ""] if judged else [])
        for row in rows
    ]
    print_table(console, columns + (["expected"] if judged else []), cells)
