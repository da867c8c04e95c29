"""What `gatherscope diff` does, once click has read the command line."""

from dataclasses import dataclass
from pathlib import Path

from analyzer.archive import ArchiveError
from analyzer.cli_run import RefusedError, severity_of, told, warn
from analyzer.cli_table import Output
from analyzer.diff.model import Difference, Side
from analyzer.diff.pair import read_both
from analyzer.diff.run import OtherClusterError, difference
from analyzer.model import Status
from analyzer.output import STANDARD_OUTPUT, OutputError, check_target, to_standard_output, write
from analyzer.progress import shown
from analyzer.render.diff_html import difference_html
from analyzer.render.diff_json import difference_json
from analyzer.render.diff_terminal import print_difference
from analyzer.render.visible import visible
from analyzer.verdict import Exit


@dataclass(frozen=True, slots=True)
class Asked:
    """The options, as click read them."""

    html: Path | None
    json_: str | None
    force: bool
    fail_on: str

    @property
    def json_file(self) -> Path | None:
        """The file for the JSON form, if it goes to one."""
        return Path(self.json_) if self.json_ and self.json_ != STANDARD_OUTPUT else None

    @property
    def files(self) -> list[Path]:
        """The files that are written."""
        return [one for one in (self.html, self.json_file) if one]


@told()
def run(old: str, new: str, asked: Asked) -> int:
    """Compare the archives, write what was asked for and print the difference."""
    _check(old, new, asked)
    with shown("reading") as progress:
        sides = read_both(old, new, progress)
    empty = [f"{name}: {one.empty}" for name, one in zip(("OLD", "NEW"), sides, strict=True) if one.empty]
    if empty:
        raise ArchiveError("; ".join(empty))
    try:
        found = difference(*sides, severity_of(asked.fail_on), force=asked.force)
    except OtherClusterError as error:
        reason = f"OLD ({old}) and NEW ({new}) are of different clusters by {error}; --force compares them all the same"
        raise RefusedError(visible(reason)) from error
    _write(found, asked)
    crashed = [(name, rule) for side in sides for name, rule in side.rules.items() if rule.status == Status.CRASHED]
    for name, rule in dict(crashed).items():
        warn(f"rule {name} crashed, which is a bug in gatherscope: {rule.reason}")
    return _code(sides, found)


def _check(old: str, new: str, asked: Asked) -> None:
    if old == new == STANDARD_OUTPUT:
        raise OutputError("only one of the archives can come from standard input")
    for target in asked.files:
        check_target(target, (old, new))
    if asked.html and asked.json_file and asked.html.resolve() == asked.json_file.resolve():
        raise OutputError(f"{asked.html} cannot be both the HTML and the JSON form")


def _write(found: Difference, asked: Asked) -> None:
    if asked.html:
        write(asked.html, difference_html(found))
    if asked.json_file:
        write(asked.json_file, difference_json(found))
    if asked.json_ == STANDARD_OUTPUT:
        to_standard_output(difference_json(found))
    else:
        print_difference(found, Output(), map(str, asked.files))


def _code(sides: tuple[Side, Side], found: Difference) -> Exit:
    if any(rule.status == Status.CRASHED for side in sides for rule in side.rules.values()):
        return Exit.CRASHED
    return Exit.FINDINGS if found.worse else Exit.CLEAR
