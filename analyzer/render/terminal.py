"""The summary on a terminal: what is broken, where it says so, and what was not looked at."""

import re
from collections.abc import Iterable

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from analyzer.model import Outcome, RankedFinding, Report, Severity, Status
from analyzer.render import words
from analyzer.render.overview import matrix, services
from analyzer.render.visible import bounded, visible

PER_RULE = 5  # findings shown of one rule
IN_ALL = 40  # findings shown; of the rules after them only a line
QUOTED = 2  # lines quoted of a finding's evidence
TEXT_LIMIT = 400  # characters of one text
NARROW = 120  # columns of a terminal below which a path is shortened to fit; elsewhere it stays whole, to be copied
REASONS, CRASHES, PROBLEMS, CAUSES = 4, 5, 3, 6

_STYLE = {
    Severity.CRITICAL: "bold white on red",
    Severity.ERROR: "bold red",
    Severity.WARNING: "bold yellow",
    Severity.INFO: "bold cyan",
}
_WORD = re.compile(r"[\w.:/-]{3,}")


class Summary:
    """One summary on one console. Archive text is never read as console markup and never steers the terminal."""

    def __init__(self, report: Report, console: Console) -> None:
        self.report = report
        self.console = console

    def text(self, value: str, style: str = "") -> Text:
        """Archive text as the console can show it: hidden characters and those its encoding lacks are spelled out."""
        shown = visible(bounded(value, TEXT_LIMIT).expandtabs(8))
        encoding = self.console.encoding
        return Text(shown.encode(encoding, "backslashreplace").decode(encoding), style)

    def line(self, text: Text, indent: int = 0, hanging: int = 0) -> None:
        """Print wrapped at words; `indent` stands before the first line, `hanging` more before the others."""
        width = max(20, self.console.width - indent - hanging)
        first, *rest = text.wrap(self.console, width) or [Text()]
        self.console.print(Text.assemble(" " * indent, _trimmed(first)), soft_wrap=True)
        for more in rest:
            self.console.print(Text.assemble(" " * (indent + hanging), _trimmed(more)), soft_wrap=True)

    def whole(self, text: Text, indent: int = 0) -> None:
        """Print on one line whatever its width, so that it can be copied."""
        self.console.print(Text.assemble(" " * indent, text), soft_wrap=True)

    def header(self) -> None:
        """Which cluster this is, and loudly if its archive is not whole."""
        cluster = self.report.cluster
        parts = [
            f"OpenShift {cluster.version or 'of unknown version'}",
            cluster.network_type,
            cluster.platform and f"platform {cluster.platform}",
            words.plural(len(cluster.nodes), "node") if cluster.nodes else None,
            f"collected {cluster.collected_at}" if cluster.collected_at else None,
        ]
        self.line(self.text(", ".join(part for part in parts if part), "bold"), hanging=2)
        if cluster.id:
            self.line(self.text(f"cluster {cluster.id}"), hanging=2)
        if not self.report.archive.complete:
            self.line(Text("THE ARCHIVE IS INCOMPLETE", "bold white on red"))
        problems = self.report.archive.problems
        for problem in problems[:PROBLEMS]:
            self.line(self.text(problem.message, "red"), indent=2, hanging=2)
            if problem.path:
                self.path(problem.path)
        self.more(len(problems) - PROBLEMS, "problem", indent=2)

    def path(self, path: str, at: str = "") -> None:
        """A path, whole where it can be copied and shortened in its middle on a narrow terminal."""
        path = self.text(path).plain
        if self.console.is_terminal and self.console.width < NARROW:
            path = words.short_path(path, self.console.width - 4 - len(at))
        self.whole(self.text(path + at, "dim"), indent=4)

    def findings(self) -> None:
        """The findings by rule, the worst first."""
        left = IN_ALL
        for severity, outcome, findings in words.by_rule(self.report):
            self.console.print()
            shown = findings[: min(PER_RULE, left)]
            left -= len(shown)
            count = f" ({len(findings):,})" if len(findings) > 1 else ""
            title, rule = self.text(outcome.title, "bold"), self.text(outcome.rule, "dim")
            self.line(Text.assemble((severity.value, _STYLE[severity]), "  ", title, count, "  ", rule), hanging=2)
            for finding in shown:
                self.finding(finding)
            self.more(len(findings) - len(shown), "finding", indent=2)

    def finding(self, finding: RankedFinding) -> None:
        """One finding: where, what, and the lines that say so."""
        place = [finding.node] if finding.node else []
        if not finding.message.startswith(finding.subject):
            place.append(finding.subject)
        where = Text(" / ").join(self.text(part, "bold") for part in place)
        said = Text.assemble(where, ": " if place else "", self.text(finding.message))
        self.line(said, indent=2, hanging=2)
        quoted = telling(finding)
        at = f":{quoted[0][0] if quoted else finding.evidence[0].first_line}"
        self.path(finding.evidence[0].path, at)
        for number, line in quoted:
            self.whole(self.fitted(f"{number:>6}  ", line), indent=4)

    def fitted(self, prefix: str, quoted: str) -> Text:
        """A quoted line cut to the width of the console."""
        shown = self.text(quoted).plain
        width = max(20, self.console.width - 4 - len(prefix))
        if cell_len(shown) > width:
            dots = self.text("…").plain
            shown = set_cell_size(shown, width - len(dots)) + dots
        return Text.assemble((prefix, "dim"), shown)

    def more(self, count: int, noun: str, indent: int = 0) -> None:
        """How many are not shown, if any."""
        if count > 0:
            self.line(Text(f"+ {words.plural(count, f'more {noun}')}", "dim"), indent)

    def overviews(self) -> None:
        """How many sessions are well, and how many services are announced."""
        if found := matrix(self.report.peers):
            self.entry("sessions", f"{found.good:,} of {found.total:,} up as they should be (gatherscope show peers)")
        if every := services(self.report.services):
            counts = ", ".join(f"{count:,} {reach}" for reach, count in every.counts)
            self.entry("services", f"{counts} (gatherscope show services)")

    def tally(self) -> None:
        """What was clear, what was not checked and why, what went wrong here."""
        clear = self.report.of_status(Status.CLEAR)
        if clear:
            examined = words.plural(sum(one.examined for one in clear), "examined item")
            self.entry("clear", f"{words.plural(len(clear), 'rule')} on {examined}")
        if gaps := sum(len(one.gaps) for one in self.report.outcomes):
            self.entry("gaps", f"{words.plural(gaps, 'item')} could not be judged, see the report")
        self.unchecked(self.report.of_status(Status.NOT_CHECKED))
        crashed = self.report.of_status(Status.CRASHED)
        for outcome in crashed[:CRASHES]:
            self.entry("crashed", f"{outcome.rule}: {outcome.reason or 'no reason was given'}", "bold red")
        self.more(len(crashed) - CRASHES, "crashed rule", indent=12)
        if failures := self.report.parse_failures:
            self.entry("unread", f"lines at {words.plural(len(failures), 'place')} were not understood", "yellow")
        for note in self.report.notes:
            self.entry("note", note)

    def diagnoses(self) -> None:
        """The root causes, each with how sure it is and the first thing to do."""
        for one in self.report.diagnoses[:CAUSES]:
            self.console.print()
            self.line(Text.assemble(self.text(one.title, "bold"), (f" ({one.confidence})", "cyan")), hanging=2)
            for step in one.next_steps[:1]:
                self.line(Text.assemble(("next: ", "dim"), self.text(step)), indent=2, hanging=6)
        self.more(len(self.report.diagnoses) - CAUSES, "root cause", indent=0)

    def unchecked(self, outcomes: Iterable[Outcome]) -> None:
        """The rules that were not checked, counted by reason."""
        reasons = words.by_reason(outcomes)
        for reason, those in list(reasons.items())[:REASONS]:
            self.entry("not checked", f"{words.plural(len(those), 'rule')}: {reason}")
        rest = sum(len(those) for those in list(reasons.values())[REASONS:])
        self.more(rest, "unchecked rule", indent=12)

    def entry(self, label: str, value: str, style: str = "dim") -> None:
        """One line of the tally."""
        self.line(Text.assemble((f"{label:<12}", style), self.text(value)), hanging=12)


def print_summary(report: Report, console: Console, report_path: str | None) -> None:
    """Print the summary of a report; `report_path` is where the HTML report was written, if it was."""
    summary = Summary(report, console)
    summary.header()
    console.print()
    summary.line(summary.text(words.verdict(report), "bold"))
    summary.diagnoses()
    summary.findings()
    console.print()
    summary.overviews()
    summary.tally()
    if report_path is not None:
        summary.whole(Text.assemble((f"{'report':<12}", "dim"), summary.text(report_path, "bold")))


def telling(finding: RankedFinding) -> list[tuple[int, str]]:
    """Of the first file that the finding quotes, the numbered lines that share most words with the message."""
    wanted = set(_WORD.findall(finding.message[:TEXT_LIMIT].lower()))
    places = [one for one in finding.evidence if one.path == finding.evidence[0].path]
    numbered = {number: line for one in places for number, line in enumerate(one.excerpt, one.first_line)}
    best = sorted(
        (pair for pair in numbered.items() if pair[1].strip()),
        key=lambda pair: -len(wanted.intersection(_WORD.findall(pair[1].lower()))),
    )
    return sorted(best[:QUOTED])


def _trimmed(text: Text) -> Text:
    text.rstrip()
    return text
