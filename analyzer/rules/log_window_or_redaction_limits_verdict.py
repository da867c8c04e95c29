"""The archive is masked, mixed, or its logs begin late."""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta

from analyzer.frr import Session, Sessions
from analyzer.gather import FrrPod, FrrPods
from analyzer.instances import NodesByName
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import NotCollectedError, rule
from parsers.base import Evidence
from parsers.gather_timestamp import GatherTimestamp
from parsers.gather_watermark import Obfuscated

MASKED = "addresses and names are masked (must-gather-clean): networks cannot be compared"
# What the cleaner writes for an address (openshift/must-gather-clean pkg/obfuscator).
TOKEN = re.compile(r"x-ipv[46]-\d{10}-x|xxx\.xxx\.xxx\.xxx|xxxx(?::xxxx){7}")
LATE = timedelta(minutes=10)  # between the start of a container and the first line that is left of its log
APART = timedelta(hours=6)  # between two collections in one archive


@rule(Severity.INFO, area="gather")
def log_window_or_redaction_limits_verdict(
    timestamps: tuple[GatherTimestamp, ...] | None,
    pods: FrrPods | None,
    masked: tuple[Obfuscated, ...] | None,
    sessions: Sessions | None,
    nodes: NodesByName,
) -> Iterator[Finding | Gap]:
    """The archive is masked, mixed, or its logs begin late.

    ## Why it matters
    An argument from absence ("no such line in the log") only holds for the window that the log covers; masked
    addresses cannot be compared with networks; collections of different times show different states.

    ## What to do
    Keep the window in mind. Ask for the unmasked archive, or for a collection right after the incident.
    """
    if timestamps is None and pods is None and masked is None:
        raise NotCollectedError("neither timestamps nor FRR logs in this archive")
    for one in masked or ():
        yield Finding(one.image_dir or "archive", MASKED, (one.evidence,), key="masked")
    if not masked and (places := next(_tokens(sessions or (), nodes), None)):
        yield Finding("archive", MASKED, places, key="masked")
    for pod in pods or ():
        yield from _window(pod)
    yield from _mixed(timestamps or ())


def _tokens(sessions: Iterable[Session], nodes: NodesByName) -> Iterator[tuple[Evidence, ...]]:
    """Where the cleaner's words stand in place of addresses; its own mark may have been left out of the upload."""
    for session in sessions:
        if TOKEN.search(session.peer):
            yield session.where("state")
    for node in nodes.values():
        if any(TOKEN.search(address) for address in node.internal_ips):
            yield node.where("internal_ips")


def _window(one: FrrPod) -> Iterator[Finding]:
    container = next(each for each in one.pod.containers if each.name == "frr")
    timed = [(log.first_time, log) for log in one.logs if log.first_time is not None]
    if not timed or container.started_at is None:
        return
    begin, first = min(timed, key=lambda one: one[0])
    if begin - container.started_at > LATE:
        text = f"the FRR log begins only at {begin:%Y-%m-%d %H:%M:%S} UTC; the container runs longer"
        evidence = (first.evidence, *container.where("started_at"))
        yield Finding(one.pod.name, text, evidence, one.pod.node, key="window")


def _mixed(timestamps: tuple[GatherTimestamp, ...]) -> Iterator[Finding]:
    ordered = sorted(timestamps, key=lambda one: one.start)
    if ordered and ordered[-1].start - ordered[0].start > APART:
        first, last = (f"{one.start:%Y-%m-%d %H:%M}" for one in (ordered[0], ordered[-1]))
        text = f"collections of different times are mixed: {first} and {last} UTC"
        yield Finding("archive", text, (ordered[0].evidence, ordered[-1].evidence), key="mixed")
