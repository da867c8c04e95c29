r"""What the node's service of OpenShift 3 logs of setting up its network: the setup script and the first flows.

Up to 3.1 a shell script makes the bridge, traced by `set -ex`; its output stands below `Output of setup script:`, each
command behind `+`, what it wrote below it. Every flow to another node follows as `Output of adding table=0,…: <output>
(<error>)`, which holds nothing if all is well (openshift/openshift-sdn pkg/ovssubnet and plugins/osdn,
openshift-sdn-ovs-setup.sh and openshift-sdn-kube-subnet-setup.sh). Later releases log single errors, see `sdn_log`.

Whether an error matters the trace tells: the script writes `<command> || true` where one may fail, and then `+ true`
follows. The flows are asked for only to see whether they are there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from parsers.base import Evidence, ParseFailure, SourceFile, parser
from parsers.host_facts import HostFact, node_hint
from parsers.network_log import Line, journal_line
from parsers.sdn_log import UNITS

COMMANDS = 2000  # of one run of the script that are kept; the script has a hundred
ERRORS = 200
LONG = 500  # characters of a line that are kept
OUTPUT_LINES = 20  # lines of the output of one flow


class SetupOutcome(StrEnum):
    """How the script ended."""

    DONE = "done"
    NOT_REQUIRED = "not-required"
    FAILED = "failed"  # the service said so, and then ended


class SdnSetup(HostFact):
    """One run of the script. moment: `MM-DD HH:MM:SS`. Marks: subnet, mtu, gateway, cluster_network, outcome, status.

    errors: how many of its lines tell of an error that is not expected; each is a SdnSetupError. status: the exit
    status that the service tells.
    """

    outcome: SetupOutcome
    commands: int
    errors: int
    status: int | None = None
    cluster_network: str | None = None
    subnet: str | None = None
    mtu: int | None = None
    gateway: str | None = None
    moment: str | None = None
    time: datetime | None = None


class SdnSetupError(HostFact):
    """A line of the script's output that tells of an error. Mark `command`: the command above it, None at its begin."""

    command: str | None = None
    text: str
    moment: str | None = None
    time: datetime | None = None


class SdnFlowsAdded(HostFact):
    """All flows that one log tells to be added or deleted. The evidence is the first; `failed` are SdnFlowErrors."""

    count: int
    failed: int


class SdnFlowError(HostFact):
    """A flow that could not be added or deleted. output: what ovs-ofctl wrote; status: as Go tells it."""

    rule: str
    output: str
    status: str | None = None
    moment: str | None = None
    time: datetime | None = None


Facts = Iterator[SdnSetup | SdnSetupError | SdnFlowsAdded | SdnFlowError]

_STARTS = re.compile(r"(?:Output of setup script:|Error executing setup script\. *$)")
_FLOW = re.compile(r"Output of (?:adding|deleting) (?P<rule>table=\S{1,400}?):(?: (?P<rest>.{0,2000})|$)")
_STATUS = re.compile(r"\((?P<status><nil>|(?:exit status|signal:|exec:|fork/exec) [^()]{1,200})\)\s*$")
_FAILED = re.compile(
    r"(?:Error executing setup script: |\s*Error: (?=exit|signal|exec))(?:exit status (?P<status>\d{1,5}))?"
)
_NETWORKS = re.compile(
    r"Container network is \"(?P<cluster_network>[^\"]{0,60})\"; local host has subnet \"(?P<subnet>[^\"]{0,60})\", "
    r"mtu \"(?P<mtu>\d{1,6})\" and gateway \"(?P<gateway>[^\"]{0,60})\"\."
)
_TRACE = re.compile(r"(?P<depth>\+{1,9}) (?P<command>.+)")
_ASKING = re.compile(r"ovs-ofctl .{0,60}dump-flows |grep |ip a s |ip route$")
_ERROR = re.compile(
    r"(?:ovs-vsctl|ovs-ofctl|brctl|modprobe|ip|grep|flock|dbus-send|sysctl|mkdir|rm|[\w./-]{1,80}: line \d{1,5}): "
    r"|ovs\|\d{1,8}\||RTNETLINK answers: |Cannot find device|Cannot |Could not |[Ff]ailed|Error|error: "
    r"|(?:bridge|device|interface) .{1,60} (?:does not exist|doesn't exist|is a member|is still up|already exists)"
    r"|Device \"|Object \"|.{0,200}(?:command not found|[Nn]o such (?:file|device|process)|[Pp]ermission denied"
    r"|Operation not permitted|File exists|Connection refused|database connection failed)"
)
_GLOG = rb"[IWEF]\d{4} \d\d:\d\d:\d\d\."
# A message of the service's own has a header of its own; what the script wrote has none.
_WANTED = re.compile(
    rb"^(?:\w{3} {1,2}\d{1,2} [\d:.]{8,15} \S{1,253} \S{1,80}: )?(?!" + _GLOG + rb"|\w{3} {1,2}\d{1,2} \d\d:\d\d)[^\n]"
    rb"|Output of (?:setup script|adding|deleting)|Error executing setup script",
    re.MULTILINE,
)
_OTHERS = re.compile(r"\w{3} {1,2}\d{1,2} [\d:.]{8,15} \S{1,253} (?P<process>[\w./@-]{1,60})(?:\[\d{1,10}\])?: ")
_OWN = re.compile(UNITS.decode())


@dataclass(slots=True)
class _Trace:
    """A command of the script and the lines below it that tell of errors."""

    text: str | None
    place: Evidence | None
    errors: list[tuple[Evidence, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Script:
    """One run of the script while it is read."""

    header: Evidence
    line: Line
    node: str | None
    traces: list[_Trace] = field(default_factory=lambda: [_Trace(None, None)])
    values: dict[str, Any] = field(default_factory=dict)
    marks: dict[str, Evidence] = field(default_factory=dict)
    outcome: SetupOutcome = SetupOutcome.DONE
    commands: int = 0

    def read(self, text: str, place: Evidence) -> None:
        """One line of its output."""
        text = text.removeprefix("\tOutput: ").strip()
        if trace := _TRACE.fullmatch(text):
            self._command(trace["command"], place)
        elif told := _NETWORKS.search(text):
            self.values.update(told.groupdict())
            self.marks.update(dict.fromkeys(told.groupdict(), place))
        elif text == "SDN setup not required.":
            self.outcome = SetupOutcome.NOT_REQUIRED
            self.marks["outcome"] = place
        elif _ERROR.match(text) and len(self.traces[-1].errors) < ERRORS:
            self.traces[-1].errors.append((place, text))

    def _command(self, command: str, place: Evidence) -> None:
        self.commands += 1
        if command == "true":
            while len(self.traces) > 1 and (self.traces[-1].text or "").startswith("return "):
                self.traces.pop()
            self.traces[-1].errors.clear()
        if self.commands <= COMMANDS:
            self.traces.append(_Trace(command, place))

    def fail(self, status: str | None, place: Evidence) -> None:
        """The service says that the script failed; 140 is how it tells that there was nothing to do."""
        if status != "140":
            self.outcome = SetupOutcome.FAILED
            self.marks["outcome"] = place
        if status:
            self.values["status"] = status
            self.marks["status"] = place

    def facts(self, source: SourceFile) -> Iterator[SdnSetup | SdnSetupError]:
        """The run and its errors; none for a heading without output, as in a document."""
        if not self.commands and not self.marks:
            return
        found = [
            (trace, place, text)
            for trace in self.traces
            if not _ASKING.match(trace.text or "")
            for place, text in trace.errors
        ]
        common: dict[str, Any] = {
            "origin": source.origin,
            "node": self.node,
            "moment": self.line.moment,
            "time": self.line.time,
        }
        yield SdnSetup(
            evidence=self.header,
            marks=self.marks,
            outcome=self.outcome,
            commands=self.commands,
            errors=len(found),
            **common,
            **self.values,
        )
        for trace, place, text in found[:ERRORS]:
            marks = {"command": trace.place} if trace.place else {}
            yield SdnSetupError(evidence=place, marks=marks, command=trace.text, text=text[:LONG], **common)


@dataclass(slots=True)
class _Flows:
    """What is told of flows, and the one whose output goes on."""

    first: Evidence | None = None
    count: int = 0
    failed: int = 0
    open: tuple[Evidence, Line, str, list[str]] | None = None

    def start(self, place: Evidence, line: Line, rule: str) -> None:
        self.first = self.first or place
        self.count += 1
        self.open = (place, line, rule, [])


@dataclass(slots=True)
class _Journal:
    """Reads one journal."""

    source: SourceFile
    hint: str | None
    script: _Script | None = None
    inside: bool = False  # the last line belongs to the script's output
    repeated: bool = False  # it is told once more, behind the error
    last: int = 0
    flows: _Flows = field(default_factory=_Flows)

    def read(self, number: int, written: str) -> Facts:
        """One line; the facts that are complete with it."""
        line, place = journal_line(written), self.source.quote(number, written)
        goes_on, self.last = number == self.last + 1, number
        text = written[found.end() :] if (found := _OTHERS.match(written)) else written
        if found and not _OWN.fullmatch(found["process"]):
            return  # systemd and others in between
        if flow := _FLOW.search(line.text):
            yield from self._close_flow()
            self.inside = False
            self.flows.start(place, line, flow["rule"])
            yield from self._flow(flow["rest"] or "")
        elif _STARTS.search(line.text):
            yield from self._start(line, place)
        elif failed := _FAILED.match(line.text if "Error executing" in line.text else text):
            self.inside = self.repeated = False
            if self.script:
                self.script.fail(failed["status"], place)
        elif self.flows.open and goes_on:
            yield from self._flow(text)
        elif self.script and ((self.inside and goes_on) or _TRACE.fullmatch(text.strip())):
            self.inside = True  # in a log of all services others write in between, but none of them traces commands
            if not self.repeated:
                self.script.read(text, place)
        else:
            self.inside = False

    def _start(self, line: Line, place: Evidence) -> Facts:
        again = "Error executing" in line.text
        self.inside, self.repeated = True, again and self.script is not None
        if not self.repeated:
            yield from self.close()
            self.script = _Script(place, line, line.host or self.hint)

    def _flow(self, text: str) -> Facts:
        assert self.flows.open is not None  # the callers have started one
        place, line, rule, output = self.flows.open
        output.append(text)
        whole = "\n".join(output)
        status = _STATUS.search(whole)
        if status is None and len(output) < OUTPUT_LINES:
            return
        self.flows.open = None
        said = (whole[: status.start()] if status else whole).strip()
        code = status["status"] if status and status["status"] != "<nil>" else None
        if said or code:
            self.flows.failed += 1
            yield SdnFlowError(
                evidence=place,
                origin=self.source.origin,
                node=line.host or self.hint,
                rule=rule,
                output=said[:LONG],
                status=code,
                moment=line.moment,
                time=line.time,
            )

    def _close_flow(self) -> Facts:
        if self.flows.open:
            self.flows.open[3].extend([""] * OUTPUT_LINES)
            yield from self._flow("")

    def close(self) -> Facts:
        """The facts of the script that was read last."""
        if self.script:
            yield from self.script.facts(self.source)
        self.script = None

    def end(self) -> Facts:
        """What is left at the end of the journal."""
        yield from self._close_flow()
        yield from self.close()
        if self.flows.first:
            yield SdnFlowsAdded(
                evidence=self.flows.first,
                origin=self.source.origin,
                node=self.hint,
                count=self.flows.count,
                failed=self.flows.failed,
            )


@parser(
    "sos_commands/{plugin}/journalctl_--no-pager_--unit_atomic-openshift-node",
    "sos_commands/{plugin}/journalctl_--no-pager_--unit_origin-node",
    title="setup of the network in the journals of nodes of OpenShift 3",
    collect="journalctl -u atomic-openshift-node.service --boot > node.log, on each node",
    words=(b"openshift-node", b"origin-node", b"openshift-sdn", b"Output of "),
    content=rb"^\w{3} {1,2}\d{1,2} \d\d:\d\d:\d\d(?:\.\d+)? \S+ "
    + UNITS
    + rb"(?:\[\d+\])?: |Output of (?:setup script:|adding table=)",
)
def sdn_setup(
    source: SourceFile,
) -> Iterator[SdnSetup | SdnSetupError | SdnFlowsAdded | SdnFlowError | ParseFailure]:
    """Lines of the script that are neither a command nor an error are what its commands write when all is well."""
    journal = _Journal(source, node_hint(source))
    for number, written in source.search(_WANTED):
        yield from journal.read(number, written)
    yield from journal.end()
