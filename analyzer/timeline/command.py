"""`gatherscope timeline` behind its options."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from analyzer.cli_run import RefusedError, print_facts, told, warn
from analyzer.cli_table import Output
from analyzer.output import to_standard_output
from analyzer.progress import shown
from analyzer.registry import load_rules
from analyzer.render.json_report import timeline_entry
from analyzer.render.visible import visible
from analyzer.render.words import first_few, when
from analyzer.rule import Rule, closure
from analyzer.run import judge, read
from analyzer.show import Table, every_kind, place
from analyzer.store import Store
from analyzer.timeline.axis import Timeline, needs_of_all, timeline
from analyzer.timeline.entry import Entry
from analyzer.timeline.window import around, finding_of
from analyzer.verdict import Exit

NODES = 10  # names of nodes that are told
PROBLEMS = 5  # problems of the archive that are told
COLUMNS = ("TIME (UTC)", "NODE", "LANE", "WHAT", "WHERE")


@dataclass(frozen=True, slots=True)
class Choice:
    """What of a timeline is wanted."""

    node: str | None = None
    finding: str | None = None
    margin: timedelta = timedelta(minutes=5)
    bad: bool = False


@told()
def run(archives: Sequence[str], choice: Choice, *, as_json: bool) -> int:
    """Read the archives and print what of their timeline is wanted."""
    kinds = closure(needs_of_all()) | (every_kind() if choice.finding else set())
    with shown("reading") as progress:
        store, archive = read(archives, kinds, progress)
    for problem in archive.problems[:PROBLEMS]:
        warn(problem.message)
    every = timeline(store)
    if choice.node and not any(one.node == choice.node for one in every.entries):
        names = sorted({one.node for one in every.entries if one.node})
        known = f": there are {first_few(names, NODES)}" if names else ""
        warn(f"nothing on the timeline is of the node {choice.node}{known}")
    whole = chosen(every, choice, store)
    if as_json:
        to_standard_output(json.dumps(plain(whole), indent=1) + "\n")
    else:
        print_facts(Output(), table(whole))
    return Exit.CLEAR if whole.entries else Exit.UNREADABLE


def chosen(whole: Timeline, choice: Choice, store: Store) -> Timeline:
    """What of the timeline is wanted. RefusedError where the finding is not there, or nothing tells its time."""
    if choice.finding:
        whole = _around(whole, choice.finding, choice.margin, store)
    if choice.node:
        whole = whole.of_node(choice.node)
    if choice.bad:
        whole = replace(whole, entries=tuple(one for one in whole.entries if one.bad))
    return whole


def _around(whole: Timeline, name: str, margin: timedelta, store: Store) -> Timeline:
    load_rules()
    finding = finding_of([judge(one, store) for one in Rule.registry.values()], name)
    if finding is None:
        raise RefusedError(visible(f"this archive has no finding {name}"))
    found = around(whole, finding, margin)
    if found is None:
        raise RefusedError(visible(f"nothing on the timeline tells when {finding.id} happened: {finding.message}"))
    return found


def table(whole: Timeline) -> Table:
    """The rows in the order of time."""
    note = "\n".join(whole.notes) or None
    return Table(COLUMNS, tuple(map(_row, whole.entries)), note)


def _row(one: Entry) -> tuple[str, ...]:
    often = f"{one.count} times: " if one.count > 1 else ""
    mark = "! " if one.bad else ""
    return (when(one), one.node or "-", one.lane, f"{mark}{often}{one.text}", place(one.evidence))


def plain(whole: Timeline) -> dict[str, Any]:
    """The timeline for JSON; times are RFC 3339."""
    return {"entries": [timeline_entry(one) for one in whole.entries], "notes": list(whole.notes)}
