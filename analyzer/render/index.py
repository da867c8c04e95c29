"""The index page of a batch: one row per archive, what needs attention first."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from analyzer.model import ClusterSummary, Severity
from analyzer.render.pages import page

ANALYZED, UNREADABLE = "analyzed", "unreadable"
AS_EXPECTED = "as expected"


@dataclass(frozen=True, slots=True)
class BatchRow:
    """What the index says about one archive.

    `status` is analyzed or unreadable, with a `reason` for the latter; `exit_code` is what `analyze` would have ended
    with; `worst` is the message of the worst finding; `report_href` is the path of the report relative to the index,
    unquoted; `expected` is `as expected` or `differs: ...` where the archive came with an expectation.
    """

    name: str
    status: str
    exit_code: int
    reason: str | None = None
    cluster: ClusterSummary | None = None
    counts: Mapping[Severity, int] = field(default_factory=dict)
    worst: str | None = None
    complete: bool = True
    report_href: str | None = None
    expected: str | None = None

    @property
    def href(self) -> str | None:
        """The link to the report, quoted: a name can neither leave the attribute nor choose a scheme."""
        return quote(self.report_href, safe="/", errors="backslashreplace") if self.report_href else None

    @property
    def differs(self) -> bool:
        """Whether an expectation was not met."""
        return self.expected is not None and self.expected != AS_EXPECTED

    def order(self) -> tuple[object, ...]:
        """Not as expected, crashed and unreadable first, then the most and worst findings, then by name."""
        odd = (not self.differs, self.exit_code != 4, self.status != UNREADABLE)
        return (*odd, *(-self.counts.get(one, 0) for one in Severity), self.complete, self.name)


def index_html(rows: Iterable[BatchRow]) -> str:
    """The index of a batch as one self-contained page."""
    ordered = sorted(rows, key=BatchRow.order)
    return page("index.html.j2", rows=ordered, severities=list(Severity), headline=_headline(ordered))


def _headline(rows: list[BatchRow]) -> str:
    if not rows:
        return "No archive was analyzed."
    read = [row for row in rows if row.status != UNREADABLE]
    worst = Counter(next((one.value for one in Severity if row.counts.get(one)), "none") for row in read)
    told = [f"{word} in {worst[word]:,}" for word in (*Severity, "none") if worst[word]]
    sentences = [f"Worst finding: {', '.join(told)}."] if told else []
    for label, count in (
        ("Unreadable", len(rows) - len(read)),
        ("Incomplete", sum(not row.complete for row in read)),
        ("Not as expected", sum(row.differs for row in rows)),
    ):
        sentences += [f"{label}: {count:,}."] if count else []
    return " ".join(sentences)
