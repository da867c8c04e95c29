"""`must-gather.logs` and `gather.logs`: what went wrong while collecting.

The first is the client's own log, the second the output of the scripts in the image (openshift/oc
pkg/cli/admin/mustgather/mustgather.go and summary.go, from 4.16; openshift/must-gather collection-scripts;
FRRouting vtysh/vtysh_main.c, bgpd/bgp_vty.c; kubernetes/kubectl and cri-o for the errors of `oc exec`). Lines that
name no trouble are not read.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from parsers.base import Evidence, Fact, ParseFailure, SourceFile, failure, parser
from parsers.vocabulary import timestamp

DISTINCT_LIMIT = 2000  # different messages of one file that are kept


class GatherTrouble(StrEnum):
    """What kind of trouble a message tells."""

    NEVER_FINISHED = "never-finished"
    DID_NOT_START = "did-not-start"
    NOT_DOWNLOADED = "not-downloaded"
    VOLUME_LIMIT = "volume-limit"
    NOT_INSTALLED = "not-installed"
    METALLB_NOT_STARTED = "metallb-not-started"
    DAEMON_DOWN = "daemon-down"
    CONTAINER_NOT_FOUND = "container-not-found"
    NO_SUCH_CONTAINER = "no-such-container"
    NODE_UNREACHABLE = "node-unreachable"
    TIMED_OUT = "timed-out"
    COMMAND_FAILED = "command-failed"
    INSPECT_ERRORS = "inspect-errors"


# In the order of what tells more: the first that is found in a line names it.
_TROUBLES: tuple[tuple[GatherTrouble, str], ...] = (
    (GatherTrouble.NEVER_FINISHED, r"gather never finished|unexpectedly terminated: exit code"),
    (GatherTrouble.DID_NOT_START, r"gather did not start|unable to pull image"),
    (GatherTrouble.NOT_DOWNLOADED, r"gather output not downloaded|unable to download output from pod"),
    (GatherTrouble.VOLUME_LIMIT, r"Disk usage exceeds the volume percentage|No space left on device"),
    (GatherTrouble.NOT_INSTALLED, r"not detected\. Skipping|found more than one \S{1,60} subscription"),
    (GatherTrouble.METALLB_NOT_STARTED, r"metallb not started"),
    (
        GatherTrouble.DAEMON_DOWN,
        r"failed to connect to any daemons|\b(?:zebra|bgpd|bfdd|staticd|watchfrr|mgmtd|ospfd|vtysh) is not running",
    ),
    (GatherTrouble.CONTAINER_NOT_FOUND, r"container not found"),
    (GatherTrouble.NO_SUCH_CONTAINER, r"container \S{1,80} is not valid for pod"),
    (GatherTrouble.NODE_UNREACHABLE, r"error dialing backend|unable to upgrade connection"),
    (GatherTrouble.TIMED_OUT, r"timed out|timeout: sending signal|context deadline exceeded|i/o timeout"),
    (GatherTrouble.COMMAND_FAILED, r"command terminated with exit code"),
    (GatherTrouble.INSPECT_ERRORS, r"one or more errors occurred while gathering"),
)
_KINDS = tuple((kind, re.compile(text)) for kind, text in _TROUBLES)
_SUMMARY = {"ClusterID": "cluster_id", "ClientVersion": "client_version", "ClusterVersion": "cluster_version"}
_WANTED = re.compile(
    "|".join([*(text for _, text in _TROUBLES), rf"^(?:{'|'.join(_SUMMARY)}): "]).encode(), re.MULTILINE
)
# [must-gather-x7k2p] OUT 2026-11-21T05:52:10.877506306Z text · 2026-11-21T05:52:35.817695908Z text
_PREFIX = re.compile(r"(?:\[[\w.-]+ *\] (?:OUT|POD) )?(?:(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z) )?")


class GatherMessage(Fact):
    """A message, once: `time` is that of its first line, `count` tells how often it stands in the file."""

    kind: GatherTrouble
    text: str
    time: datetime | None = None
    count: int = 1
    image_dir: str = ""


class GatherSummary(Fact):
    """What the client says of the cluster; the only word on it where nothing was downloaded.

    `cluster_version` is a sentence: `Stable at "4.14.38"`, `Updating to "4.15.2" from "4.14.38" for 3 hours: …`.
    """

    cluster_id: str | None = None
    client_version: str | None = None
    cluster_version: str | None = None
    image_dir: str = ""


@parser(
    "gather.logs",
    "must-gather.logs",
    title="logs of the collection itself",
    collect="oc adm must-gather with a client of 4.16 or later; older ones print it on the terminal only",
)
def gather_log(source: SourceFile) -> Iterator[GatherMessage | GatherSummary | ParseFailure]:
    found: dict[tuple[GatherTrouble, str], tuple[Evidence, datetime | None, int]] = {}
    summary: dict[str, tuple[str, Evidence]] = {}
    for number, line in source.search(_WANTED):
        field, separator, value = line.partition(": ")
        if separator and field in _SUMMARY:
            summary.setdefault(_SUMMARY[field], (value.strip(), source.quote(number, line)))
            continue
        prefix = _PREFIX.match(line)
        assert prefix is not None
        text = line[prefix.end() :].strip()[:1000]
        key = (next((kind for kind, wanted in _KINDS if wanted.search(line)), GatherTrouble.COMMAND_FAILED), text)
        if key in found:
            evidence, time, count = found[key]
            found[key] = (evidence, time, count + 1)
        elif len(found) < DISTINCT_LIMIT:
            found[key] = (source.quote(number, line), timestamp(prefix[1]) if prefix[1] else None, 1)
        else:
            yield failure(source.quote(number, line), "gather_log", "too many different messages: the rest is not read")
            break
    yield from _facts(found, summary, source.image_dir)


def _facts(
    found: dict[tuple[GatherTrouble, str], tuple[Evidence, datetime | None, int]],
    summary: dict[str, tuple[str, Evidence]],
    image_dir: str,
) -> Iterator[GatherMessage | GatherSummary]:
    for (kind, text), (evidence, time, count) in found.items():
        yield GatherMessage(evidence=evidence, kind=kind, text=text, time=time, count=count, image_dir=image_dir)
    if summary:
        marks = {field: mark for field, (_, mark) in summary.items()}
        values = {field: value for field, (value, _) in summary.items()}
        yield GatherSummary(evidence=next(iter(marks.values())), marks=marks, image_dir=image_dir, **values)
