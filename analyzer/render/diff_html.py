"""The difference as one self-contained page, in the looks of the report, bounded whatever differs."""

from dataclasses import dataclass

from analyzer.diff.model import Difference, Section, SectionStatus, Side
from analyzer.render.diff_rows import NOTHING, Row, Uncompared, counted, quiet, rows, uncompared
from analyzer.render.pages import page

ROWS = 150  # rows of an area
THINGS = 4  # names in a row
OPEN = 30  # rows of an area that are open; the others are folded
REASONS = 20
TEXT_LIMIT = 600  # characters of one value


@dataclass(frozen=True, slots=True)
class Area:
    """One section as it is shown."""

    section: Section
    title: str
    counted: str
    rows: tuple[Row, ...]
    more: int
    uncompared: tuple[Uncompared, ...]
    unshown: int


def difference_html(found: Difference) -> str:
    """The page."""
    shown = [
        _area(one)
        for one in found.sections
        if one.differences or one.skipped or one.status is SectionStatus.NOT_COMPARABLE
    ]
    return page(
        "diff.html.j2",
        found=found,
        title=_title(found.new),
        sides=(("Old", found.old), ("New", found.new)),
        areas=shown,
        same=quiet(found, SectionStatus.SAME),
        absent=quiet(found, SectionStatus.NOT_COLLECTED),
        things=THINGS,
        limit=TEXT_LIMIT,
        open_rows=OPEN,
        nothing=NOTHING,
        tone="error" if found.worse else "info" if any(one.differences for one in found.sections) else "none",
    )


def _area(one: Section) -> Area:
    found, skipped = rows(one), uncompared(one)
    return Area(
        one,
        one.title[:1].upper() + one.title[1:],
        counted(one),
        tuple(found[:ROWS]),
        max(0, len(found) - ROWS),
        tuple(skipped[:REASONS]),
        sum(each.count for each in skipped[REASONS:]),
    )


def _title(side: Side) -> str:
    cluster = side.cluster
    return f"Cluster {cluster.id}" if cluster.id else "Unnamed cluster"
