"""The command `diff`. Only click is imported here, so that --help answers at once."""

from pathlib import Path

import click

EXITS = """\b
Exit codes:
  0  nothing got worse
  1  something got worse: a finding at or above --fail-on appeared, or one rose to it
  2  wrong usage, different clusters without --force, or a result that cannot be written
  3  an archive cannot be read, or nothing was collected in it
  4  a rule crashed
A finding that only NEW could check, because OLD lacks the input, is told but is not worse.
"""


@click.command(epilog=EXITS)
@click.argument("old")
@click.argument("new")
@click.option("-o", "--html", metavar="FILE", help="Also write the difference as an HTML page.")
@click.option("--json", "json_", metavar="FILE", help="Also write it as JSON; - prints that, and nothing else.")
@click.option("--force", is_flag=True, help="Compare archives of different clusters.")
@click.option(
    "--fail-on",
    type=click.Choice(("critical", "error", "warning", "info", "never")),
    default="error",
    show_default=True,
    help="The least severity of a finding that is new, or risen, that makes the exit code 1.",
)
def diff(old: str, new: str, html: str | None, json_: str | None, force: bool, fail_on: str) -> int:  # noqa: PLR0913, PLR0917 - as many as there are options
    """Say what changed from the archive OLD to the archive NEW of one cluster.

    Findings first, then sessions, services, configuration, nodes, pods, versions, MTU, routes, Open vSwitch and OVN.
    Things are matched by names that last: a pod that a rollout made again is replaced, not gone. What one archive does
    not tell of is not comparable, never gone. OLD and NEW may be of different forms, and one of them masked.
    """
    from analyzer.diff.command import Asked, run  # noqa: PLC0415 - the engine is loaded when there is work

    return run(old, new, Asked(Path(html) if html else None, json_, force, fail_on))
