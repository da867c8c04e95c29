"""The difference on a terminal: the answer first, then area by area what is worth reading, the rest counted."""

from collections import Counter
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.text import Text

from analyzer.diff.model import Difference, Section, SectionStatus
from analyzer.render import words
from analyzer.render.diff_rows import NOTHING, Row, Uncompared, counted, describe, quiet, rows, uncompared
from analyzer.render.visible import bounded, visible

ROWS, REASONS, THINGS = 12, 4, 3  # rows of an area, reasons of what cannot be compared, names in a row
PER_RULE = 3  # findings of a rule
TEXT_LIMIT = 300  # characters of one text
NARROW = 120  # columns of a terminal below which a path is shortened to fit
_STYLE = {"critical": "bold white on red", "error": "bold red", "warning": "bold yellow", "info": "bold cyan"}
_LABEL = 14  # columns of the labels at the end


class Printer:
    """One difference on one console. Archive text is never read as console markup and never steers the terminal."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def text(self, value: str, style: str = "", limit: int = TEXT_LIMIT) -> Text:
        """Archive text as the console can show it: hidden characters and those its encoding lacks are spelled out."""
        shown = visible(bounded(value.expandtabs(8), limit), limit * 8)
        encoding = self.console.encoding
        return Text(shown.encode(encoding, "backslashreplace").decode(encoding), style)

    def line(self, text: Text, indent: int = 0, hanging: int = 0) -> None:
        """Print wrapped at words; `indent` stands before the first line, `hanging` more before the others."""
        width = max(20, self.console.width - indent - hanging)
        first, *rest = text.wrap(self.console, width) or [Text()]
        for at, part in enumerate((first, *rest)):
            part.rstrip()
            self.console.print(Text.assemble(" " * (indent + (hanging if at else 0)), part), soft_wrap=True)

    def entry(self, label: str, value: str, style: str = "dim") -> None:
        """A label and what it says."""
        self.line(Text.assemble((f"{label:<{_LABEL}}", style), self.text(value)), hanging=_LABEL)

    def places(self, one: Row) -> None:
        """Where the archives say so, for what is worth a look; a path that both share is told once."""
        if one.severity is None and one.tone != "error":
            return
        found = {name: places[0] for name, places in (("old", one.old_places), ("new", one.new_places)) if places}
        paths = {place.rpartition(":")[0] for place in found.values()}
        if len(paths) < len(found):
            lines = dict.fromkeys(place.rpartition(":")[2] for place in found.values())
            found = {"old, new": f"{paths.pop()}:{', '.join(lines)}"}
        for name, place in found.items():
            shown = self.text(place, limit=4096).plain
            if self.console.is_terminal and self.console.width < NARROW:
                shown = words.short_path(shown, self.console.width - 7 - len(name))
            self.console.print(Text.assemble("      ", (f"{name} {shown}", "dim")), soft_wrap=True)

    def row(self, one: Row) -> None:
        """One difference: the word, the things, what was and is."""
        style = _STYLE.get(one.severity or one.tone, "bold")
        head = Text.assemble((one.word, style if one.word != "gone" else "bold"), " ")
        if one.severity:
            head.append_text(Text.assemble((one.severity, style), " "))
        head.append_text(self.text(words.first_few(one.things, THINGS), "bold"))
        head.append_text(self.text(self._said(one)))
        if one.why:
            head.append_text(self.text(f" ({one.why})", "dim"))
        self.line(head, indent=2, hanging=4)
        self.places(one)

    @staticmethod
    def _said(one: Row) -> str:
        field = f" {one.field}" if one.field else ""
        if NOTHING in {one.old, one.new}:
            return f":{field} {one.old if one.new == NOTHING else one.new}"
        return f":{field} {one.old} -> {one.new}"

    def section(self, one: Section) -> None:
        """One area with its rows, as many as are read, and what could not be compared."""
        self.console.print()
        told = counted(one) or "no difference"
        self.line(Text.assemble(self.text(_title(one), "bold"), ("  " + told, "dim")), hanging=2)
        if one.reason:
            self.line(self.text(f"not comparable: {one.reason}", "yellow"), indent=2, hanging=4)
            return
        found = rows(one)
        chosen = list(_chosen(found, one.name))[:ROWS]
        for each in chosen:
            self.row(each)
        self.more(len(found) - len(chosen), "row")
        self.skipped(uncompared(one))

    def skipped(self, found: list[Uncompared]) -> None:
        """What could not be compared, by reason."""
        for one in found[:REASONS]:
            names = f": {words.first_few(one.things, THINGS)}" if one.things else ""
            self.line(
                Text.assemble(("not comparable ", "yellow"), self.text(f"{one.count:,}, {one.reason}{names}")),
                indent=2,
                hanging=4,
            )
        self.more(sum(one.count for one in found[REASONS:]), "not comparable thing")

    def more(self, count: int, noun: str) -> None:
        """How many are not shown, if any."""
        if count > 0:
            self.line(Text(f"+ {words.plural(count, f'more {noun}')}: see --json or --html", "dim"), indent=2)


def _chosen(found: Iterable[Row], section: str) -> Iterator[Row]:
    """Of findings the first few of each rule, else all rows."""
    counts: Counter[tuple[str, str]] = Counter()
    for one in found:
        key = (one.word, one.things[0].partition(" ")[0])
        counts[key] += 1
        if section != "findings" or counts[key] <= PER_RULE:
            yield one


def _title(one: Section) -> str:
    return one.title[:1].upper() + one.title[1:]


def print_difference(found: Difference, console: Console, written: Iterable[str] = ()) -> None:
    """Print the difference; `written` are the files that hold more of it."""
    printer = Printer(console)
    for name, side in (("OLD", found.old), ("NEW", found.new)):
        inputs = ", ".join(side.archive.inputs)
        printer.line(Text.assemble((f"{name}  ", "bold"), printer.text(f"{inputs}: {describe(side)}")), hanging=5)
    for note in found.notes:
        printer.line(printer.text(note, "yellow"), hanging=2)
    console.print()
    first, *rest = found.headline
    printer.line(printer.text(first, "bold red" if found.worse else "bold", 2000))
    for sentence in rest:
        printer.line(printer.text(sentence, limit=2000))
    for one in found.sections:
        if one.differences or one.skipped or one.status is SectionStatus.NOT_COMPARABLE:
            printer.section(one)
    console.print()
    _rest(found, printer)
    for path in written:
        label = Text(f"{'written':<{_LABEL}}", "dim")
        console.print(Text.assemble(label, printer.text(path, "bold", 4096)), soft_wrap=True)


def _rest(found: Difference, printer: Printer) -> None:
    """The areas in which nothing differs, and those that neither archive tells of."""
    same = [f"{one.title} ({one.new_items:,})" for one in quiet(found, SectionStatus.SAME)]
    if same:
        printer.entry("no difference", ", ".join(same))
    absent = [one.title for one in quiet(found, SectionStatus.NOT_COLLECTED)]
    if absent:
        printer.entry("not collected", ", ".join(absent))
    if found.same_cluster:
        printer.entry("cluster", f"the same, by {found.told_by}")
