"""Saved outputs of `oc adm diagnostics NetworkCheck` of OpenShift 3.

`[Note] Running diagnostic: CheckPodNetwork`, `ERROR: [DPodNet1008 from diagnostic CheckPodNetwork@openshift/origin/…/
pod.go:190]` and its text below it, `[Note] Errors seen: 1`. What the test pod of a node wrote stands below `… output
from the network diagnostic pod on node "…"`, up to a summary of its own (openshift/origin
pkg/diagnostics/log, pkg/diagnostics/network and networkpod to 3.7; pkg/oc/admin/diagnostics 3.9; pkg/oc/cli/admin/
diagnostics 3.11). Files of `--network-logdir` hold outputs of host commands and are read by these parsers.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from parsers.base import Evidence, ParseFailure, SourceFile, Text, parser
from parsers.host_facts import HostFact
from parsers.pasted import plain
from parsers.probe_answers import Answer, answer_of

LONG = 1000  # characters of a message that are kept
LINES = 12  # lines of a message


class DiagnosticLevel(StrEnum):
    """How bad a message is."""

    ERROR = "error"
    WARN = "warn"


class DiagnosticRun(HostFact):
    """A diagnostic that ran; node: the one whose test pod ran it. errors and warnings: its own."""

    name: str
    errors: int = 0
    warnings: int = 0


class DiagnosticMessage(HostFact):
    """A message of a diagnostic. source: the pod, target: the pod, service or node that it could not reach, or did.

    code: `DPodNet1008`. answer: how the connection failed; None where the message is of something else, or where a
    connection came about that was to fail. Marks: code, text, source, target, answer.
    """

    level: DiagnosticLevel
    code: str
    diagnostic: str
    text: str
    source: str | None = None
    target: str | None = None
    answer: Answer | None = None
    unexpected: bool = False


class DiagnosticSummary(HostFact):
    """The end of an output; node: of the one that a test pod wrote. Marks: version, errors, warnings."""

    version: str | None = None
    errors: int = 0
    warnings: int = 0


Facts = Iterator[DiagnosticRun | DiagnosticMessage | DiagnosticSummary]

_RUNS = re.compile(r"\[Note\] Running diagnostic: (?P<name>\w[\w\[\]/:.@-]{0,200})")
_HEADER = re.compile(
    r"(?P<level>ERROR|WARN): {1,4}\[(?P<code>[A-Za-z]{1,20}\d{1,6}) from diagnostic (?P<name>[\w\[\]]{1,80})@"
    r"\S{1,300}\]\s*(?P<text>.*)"
)
_SUMMARY = re.compile(r"\[Note\] Summary of diagnostics execution(?: \(version (?P<version>[^()]{1,80})\))?:?")
_SEEN = re.compile(r"\[Note\] (?P<what>Errors|Warnings) seen: (?P<count>\d{1,9})")
_END = re.compile(r"\[Note\] (?:(?:Errors|Warnings) seen: |Completed with no )")
_OTHER = re.compile(r"(?:\[Note\]|Info:|debug:)(?: |$)")
_NODE = re.compile(r"[Oo]utput from the network diagnostic pod on node \"(?P<node>[^\"]{1,253})\":")
_BETWEEN = re.compile(
    r"(?P<unexpected>Unexpected c|C)onnectivity from pod \"(?P<source>[^\"]{1,520})\" to "
    r"(?:pod|service|node) \"(?P<target>[^\"]{1,520})\"(?: failed\.)?"
)


@dataclass(slots=True)
class _Message:
    """A message whose text goes on."""

    header: re.Match[str]
    place: Evidence
    node: str | None
    lines: list[tuple[Evidence, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Reader:
    """Reads one output."""

    source: SourceFile
    text: Text
    node: str | None = None
    over: bool = False  # the summary of the node's output was read
    run: tuple[Evidence, str, str | None] | None = None
    counts: dict[DiagnosticLevel, int] = field(default_factory=lambda: dict.fromkeys(DiagnosticLevel, 0))
    message: _Message | None = None
    summary: tuple[Evidence, str | None] | None = None
    seen: dict[str, tuple[int, Evidence]] = field(default_factory=dict)

    def read(self, number: int, written: str) -> Facts:
        line = written.strip()
        place = self.text.quote(number)
        known = _RUNS.match(line) or _HEADER.match(line) or _SUMMARY.match(line) or _SEEN.match(line)
        if known or _OTHER.match(line):
            yield from self._close_message()
            if self.over and not _END.match(line):
                yield from self._leave()
        if found := _NODE.search(line):
            yield from self._close_message()
            yield from self._leave()
            self.node = found["node"]
        elif known is None:
            if self.message and line:
                self.message.lines.append((place, line))
        elif known.re is _SEEN:
            self.seen[known["what"]] = (int(known["count"]), place)
        else:
            yield from self._begin(known, place)

    def _begin(self, known: re.Match[str], place: Evidence) -> Facts:
        if known.re is _HEADER:
            self.message = _Message(known, place, self.node)
            self.counts[DiagnosticLevel(known["level"].lower())] += 1
            if known["text"]:
                self.message.lines.append((place, known["text"]))
            return
        yield from self._close_run()
        if known.re is _RUNS:
            self.run = (place, known["name"], self.node)
        else:
            yield from self._close_summary()
            self.summary, self.over = (place, known["version"]), self.node is not None

    def _close_message(self) -> Facts:
        message, self.message = self.message, None
        if message is None:
            return
        lines = message.lines[:LINES]
        text = " ".join(line for _, line in lines)
        between = _BETWEEN.search(text)
        marks = {"code": message.place, "text": lines[0][0] if lines else message.place}
        answer = None
        if between:
            whole = next((place for place, line in lines if _BETWEEN.search(line)), marks["text"])
            marks |= {"source": whole, "target": whole}
        if between and not between["unexpected"].startswith("U"):
            answer = answer_of(text[between.end() :])
            marks["answer"] = next((place for place, line in lines if answer_of(line) is answer), marks["text"])
        yield DiagnosticMessage(
            evidence=message.place,
            marks=marks,
            origin=self.source.origin,
            node=message.node,
            level=DiagnosticLevel(message.header["level"].lower()),
            code=message.header["code"],
            diagnostic=message.header["name"],
            text=text[:LONG],
            source=between["source"] if between else None,
            target=between["target"] if between else None,
            answer=answer,
            unexpected=bool(between and between["unexpected"].startswith("U")),
        )

    def _close_run(self) -> Facts:
        run, self.run = self.run, None
        if run:
            place, name, node = run
            errors, warnings = (self.counts[level] for level in DiagnosticLevel)
            yield DiagnosticRun(
                evidence=place, origin=self.source.origin, node=node, name=name, errors=errors, warnings=warnings
            )
        self.counts = dict.fromkeys(DiagnosticLevel, 0)

    def _close_summary(self) -> Facts:
        summary, self.summary = self.summary, None
        if summary:
            place, version = summary
            yield DiagnosticSummary(
                evidence=place,
                marks={"version": place, **{what.lower(): mark for what, (_, mark) in self.seen.items()}},
                origin=self.source.origin,
                node=self.node,
                version=version,
                **{what.lower(): count for what, (count, _) in self.seen.items()},
            )
        self.seen = {}

    def _leave(self) -> Facts:
        """The output of a node's test pod is over."""
        yield from self._close_run()
        yield from self._close_summary()
        self.node, self.over = None, False

    def end(self) -> Facts:
        """What is left at the end."""
        yield from self._close_message()
        yield from self._leave()


@parser(
    title="saved outputs of oc adm diagnostics",
    collect="OpenShift 3: oc adm diagnostics NetworkCheck > diagnostics.txt",
    words=(b"from diagnostic ", b"Running diagnostic: "),
    content=rb"^[ \t>]{0,40}(?:\[Note\] Running diagnostic: |(?:ERROR|WARN): {1,4}\[\w{1,30} from diagnostic )",
)
def net_diagnostics(
    source: SourceFile,
) -> Iterator[DiagnosticRun | DiagnosticMessage | DiagnosticSummary | ParseFailure]:
    """Notes, information and debug lines are deliberately ignored, and prose that stands around the output."""
    text = plain(source.text())
    reader = _Reader(source, text)
    for number, line in text.numbered():
        yield from reader.read(number, line)
    yield from reader.end()
