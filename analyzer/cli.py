"""The command line. Only click is imported here, so that --help and --version answer at once."""

import io
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import click

from analyzer import __version__
from analyzer.cli_diff import diff
from analyzer.cli_timeline import timeline

FAIL_ON = ("critical", "error", "warning", "info", "never")
EXITS = """\b
Exit codes:
  0  nothing at or above --fail-on
  1  findings at or above --fail-on
  2  wrong usage, or a result that cannot be written
  3  no readable archive, or nothing was collected in it
  4  a rule crashed
"""


class ReaderGoneError(Exception):
    """Whoever read standard output has stopped, as in `| head`."""


class Commands(click.Group):
    """Commands in the order in which they are met; a closed pipe is told apart from other errors."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The commands in the order of this file."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; click itself would end with 1, the code of findings."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise ReaderGoneError from error


class ShowCommand(click.Command):
    """`show`, whose help lists the tables that there are."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The tables by name."""
        from analyzer.cli_run import tables  # noqa: PLC0415 - only this help needs the registry

        with formatter.section("What there is to show"):
            formatter.write_dl(tables())


def _fail_on(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--fail-on",
        type=click.Choice(FAIL_ON),
        default="error",
        show_default=True,
        help="The least severity of a finding that makes the exit code 1.",
    )(function)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="gatherscope %(version)s")
@click.option("--debug", is_flag=True, help="Show the traceback of an internal error.")
def gatherscope(debug: bool) -> None:
    """Find what is broken in the network of an OpenShift must-gather archive, offline."""


@gatherscope.command(epilog=EXITS)
@click.argument("archives", nargs=-1, required=True, metavar="ARCHIVE...")
@click.option("-o", "--html", default="report.html", show_default=True, metavar="FILE", help="Where the report goes.")
@click.option("--no-html", is_flag=True, help="Write no HTML report.")
@click.option("--json", "json_", metavar="FILE", help="Also write the report as JSON; - prints it, and nothing else.")
@click.option("--junit", metavar="FILE", help="Also write it as JUnit XML; - as above.")
@click.option("--sarif", metavar="FILE", help="Also write it as SARIF 2.1.0; - as above.")
@click.option("--markdown", metavar="FILE", help="Also write it as short Markdown, for a ticket; - as above.")
@click.option(
    "--format",
    "form",
    type=click.Choice(("terminal", "markdown", "json", "junit", "sarif")),
    default="terminal",
    show_default=True,
    help="What is printed: the summary, or one of these forms.",
)
@click.option("--rule", "rules", multiple=True, metavar="NAME", help="Only this rule. Repeatable.")
@click.option("--area", "areas", multiple=True, metavar="NAME", help="Only the rules of this area. Repeatable.")
@_fail_on
def analyze(archives: tuple[str, ...], html: str, no_html: bool, form: str, **options: Any) -> int:
    """Say what is broken in one cluster, why, and which lines say so.

    An ARCHIVE is a must-gather as a tar, tar.gz, tar.xz, tar.bz2, tar.zst or zip, its folder, or a file saved by hand;
    - reads standard input. Several ARCHIVEs are read as one cluster.
    """
    from analyzer import cli_run  # noqa: PLC0415 - the engine is loaded when there is work

    if form != "terminal":
        name = "json_" if form == "json" else form
        if options[name] not in {None, "-"}:
            raise click.UsageError(f"--format {form} prints what --{form} {options[name]} writes: name one of them")
        options[name] = "-"
    return cli_run.analyze(archives, cli_run.Asked(html=None if no_html else Path(html), **options))


@gatherscope.command(cls=ShowCommand)
@click.argument("what")
@click.argument("archives", nargs=-1, required=True, metavar="ARCHIVE...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def show(what: str, archives: tuple[str, ...], as_json: bool) -> int:
    """Print facts of an archive as a table, without judging them."""
    from analyzer import cli_run  # noqa: PLC0415

    return cli_run.show(what, archives, as_json)


gatherscope.add_command(diff)
gatherscope.add_command(timeline)


@gatherscope.command()
@click.argument("name", required=False)
@click.option("--markdown", is_flag=True, help="Print the reference of all rules as Markdown.")
def rules(name: str | None, markdown: bool) -> int:
    """List the rules, or print the documentation of one."""
    from analyzer import cli_run  # noqa: PLC0415

    return cli_run.rules(name, markdown)


@gatherscope.command(epilog=EXITS)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="OUT",
    help="The folder for the reports; it is made if need be.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=os.cpu_count() or 1,
    metavar="N",
    help="How many archives are read at a time.  [default: one per core]",
)
@_fail_on
def batch(folder: Path, out: Path, jobs: int, fail_on: str) -> int:
    """Analyze every archive in FOLDER, each as a cluster of its own.

    OUT holds index.html and index.json over all, and report.html and report.json per archive. An archive that cannot
    be read is a row with its reason. Where an expected.yaml lies beside an archive in a folder of its own, the report
    is held against it; a difference counts as a finding.
    """
    from analyzer import cli_run  # noqa: PLC0415

    return cli_run.batch(folder, out, jobs, fail_on)


def main() -> NoReturn:
    """The entry point `gatherscope`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a character still gets the rest
    signal.signal(signal.SIGTERM, _terminated)
    sys.exit(run(sys.argv[1:]))


def _terminated(number: int, _: object) -> NoReturn:
    """End as on Ctrl-C: no half-written file and no process of a batch stays behind."""
    sys.exit(128 + number)


def run(arguments: list[str]) -> int:
    """Run one command and give its exit code. No exception leaves, and none shows a traceback unless asked for."""
    try:
        code = gatherscope.main(arguments, prog_name="gatherscope", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except (ReaderGoneError, BrokenPipeError):
        # What is left in the buffer has no reader: without this the interpreter would complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except Exception as error:  # noqa: BLE001 - the last line of defence: a clear sentence instead of a traceback
        return _internal_error(error, debug="--debug" in arguments)
    return int(code or 0)


def _internal_error(error: Exception, *, debug: bool) -> int:
    if debug:
        traceback.print_exception(error)
    text = ascii(str(error))[1:-1][:300]  # it may quote an archive: no control character of it reaches the terminal
    hint = "" if debug else "; `gatherscope --debug ...` shows where"
    click.echo(f"gatherscope: internal error: {type(error).__name__}: {text}", err=True)
    click.echo(f"This is a bug in gatherscope{hint}.", err=True)
    return 70
