"""Saved outputs of ping, tracepath and traceroute: whether packets come back, who says why not, how large they may be.

`3 packets transmitted, 0 received, +3 errors, 100% packet loss`, `From 192.0.2.1 icmp_seq=1 Destination Host
Unreachable`, `From 192.0.2.1 icmp_seq=1 Frag needed and DF set (mtu = 1450)`, `ping: local error: message too long,
mtu=1450` (iputils ping, and busybox), ` 1?: [LOCALHOST] pmtu 1500`, `     Resume: pmtu 1450 hops 2 back 2` (iputils
tracepath), `traceroute to 192.0.2.9 (192.0.2.9), 30 hops max` and ` 3  * * *`, ` 3  192.0.2.1 0.5 ms !H` (traceroute).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from parsers.base import Evidence, ParseFailure, SourceFile, failure, parser
from parsers.host_facts import HostFact
from parsers.probe_answers import Answer, answer_of
from parsers.probe_lines import Call, Piece, pieces
from parsers.vocabulary import address, is_address


class PingProbe(HostFact):
    """One run of ping. target: the address, else the name. sent and received: packets; None where it was cut off.

    by: who told that a packet could not be delivered; None for the source itself. mtu: the most that a packet may hold,
    in bytes with headers, as it was told. size: bytes of payload; whole: whether a packet must not be cut (`-M do`).
    Marks: target, answer, received, mtu.
    """

    target: str
    host: str | None = None
    answer: Answer
    sent: int | None = None
    received: int | None = None
    by: str | None = None
    mtu: int | None = None
    size: int | None = None
    whole: bool = False
    pod: str | None = None

    @property
    def good(self) -> bool:
        """Whether every packet came back."""
        return self.answer is Answer.CONNECTED and self.received == self.sent


class PathProbe(HostFact):
    """One run of tracepath or traceroute. hops: how many answered. reached: whether the target did.

    by: the last that answered. mtu: of the path, as tracepath tells it in the end. Marks: target, answer, mtu, by.
    """

    tool: str
    target: str | None = None
    host: str | None = None
    answer: Answer
    reached: bool = False
    hops: int = 0
    by: str | None = None
    mtu: int | None = None
    pod: str | None = None


_PING = re.compile(
    r"PING (?P<host>\S{1,253}?)(?: ?\((?P<address>[0-9A-Fa-f.:]{2,45})\))?:?(?: from \S{1,80}(?: \S{1,40})?:)?"
    r" (?P<size>\d{1,6})(?:\(\d{1,6}\) .{1,60}| (?:data )?bytes.{0,40})"
    r"|PING (?P<host6>\S{1,253}?)\((?P<address6>[^()\s]{2,300})\) "
    r"(?:from .{1,100} )?(?P<size6>\d{1,6})(?:\(\d{1,6}\))? (?:data )?bytes.{0,40}"
)
_REPLY = re.compile(r"\d{1,6} bytes from ")
_TOLD = re.compile(
    r"From (?P<by>[0-9A-Fa-f.:]{2,45}|[\w.-]{1,253}(?: \([0-9A-Fa-f.:]{2,45}\))?):? (?:icmp_seq[= ]\d{1,9} )?"
    r"(?P<text>.{1,120})"
)
_LOCAL = re.compile(r"ping6?: (?P<text>.{1,200})|(?P<old>connect: .{1,100})")
_STATISTICS = re.compile(
    r"(?P<sent>\d{1,9}) packets transmitted, (?P<received>\d{1,9}) (?:packets )?received,"
    r".{0,80}?\d{1,3}(?:\.\d{1,6})?% packet loss.{0,80}"
)
# The same in any language, which only the lines around can tell from others.
_TRANSLATED = re.compile(
    r"(?P<sent>\d{1,9}) [^\d,%]{3,60}, (?P<received>\d{1,9}) [^\d,%]{3,60}, (?:\+\d{1,9} [^\d,%]{3,40}, )?"
    r"\d{1,3}(?:[.,]\d{1,6})? ?% [^\d,%]{3,40}(?:, .{1,40})?"
)
_HEADING = re.compile(r"--- (?P<host>\S{1,253}) ping statistics ---")
_MTU = re.compile(r"mtu ?= ?(?P<mtu>\d{2,6})")
_TRACEROUTE = re.compile(
    r"traceroute6? to (?P<host>\S{1,253}) \((?P<address>[^()\s]{2,60})\)(?: from \S{1,60})?, \d{1,3} hops.{0,60}"
)
_LOCALHOST = re.compile(r"\d{1,3}\?: \[LOCALHOST\].{0,60}pmtu (?P<mtu>\d{2,6})")
_HOP = re.compile(
    r"\d{1,3}(?:\?)?:? +(?P<by>[\w.:-]{1,253}|_gateway|\?\?\?|\*)(?: \((?P<address>[0-9A-Fa-f.:]{2,45})\))?"
    r"(?P<rest>\s.{0,300})?"
)
_RESUME = re.compile(r"Resume: pmtu (?P<mtu>\d{2,6})(?: hops (?P<hops>\d{1,3}))?.{0,40}")
_FLAGS = {
    "!H": Answer.NO_ROUTE,
    "!N": Answer.UNREACHABLE,
    "!P": Answer.UNREACHABLE,
    "!X": Answer.PROHIBITED,
    "!A": Answer.PROHIBITED,
}
_FLAG = re.compile(r"(?P<flag>![HNPXA])(?:\s|$)")
_PINGS = frozenset({"ping", "ping6"})
_TRACES = frozenset({"tracepath", "tracepath6", "traceroute", "traceroute6"})


@dataclass(slots=True)
class _Run:
    """One call and what came back until now."""

    call: Call
    tool: str
    first: Evidence | None = None
    last: Evidence | None = None
    size: int | None = None
    sent: int | None = None
    received: int | None = None
    answer: Answer | None = None
    replies: int = 0
    by: str | None = None
    mtu: int | None = None
    hops: set[str] = field(default_factory=set)
    reached: bool = False

    def mark(self, name: str, piece: Piece) -> None:
        """Where a value stands; `first` is where the output begins."""
        self.first, self.last = self.first or piece.place, piece.place
        self.call.marks[name] = piece.place

    def aim(self, host: str | None, ip: str | None, piece: Piece) -> None:
        """What the output says of the target."""
        self.call.host = host or self.call.host
        if found := next((one for one in (ip, host) if one and is_address(one)), None):
            self.call.address = address(found)
        self.mark("target", piece)


class _Session:
    """The calls of one session, in their order."""

    def __init__(self) -> None:
        self.runs: list[_Run] = []

    def read(self, piece: Piece) -> None:
        """One line."""
        line = piece.line
        if piece.call:
            self.runs.append(_Run(piece.call, piece.call.tool))
        elif ping := _PING.match(line):
            run = self._begin("ping")
            run.aim(ping["host"] or ping["host6"], ping["address"] or ping["address6"], piece)
            run.size = int(ping["size"] or ping["size6"])
        elif heading := _HEADING.match(line):
            run = self.runs[-1] if self.runs and self.runs[-1].tool in _PINGS else self._begin("ping")
            if run.call.target is None:
                run.aim(heading["host"], None, piece)
        elif trace := _TRACEROUTE.match(line):
            self._begin("traceroute").aim(trace["host"], trace["address"], piece)
        elif local := _LOCALHOST.match(line):
            run = self._begin("tracepath")
            run.mtu = int(local["mtu"])
            run.mark("mtu", piece)
        elif self.runs and self.runs[-1].tool in _PINGS:
            _of_ping(self.runs[-1], piece)
        elif self.runs and self.runs[-1].tool in _TRACES:
            _of_trace(self.runs[-1], piece)
        elif _STATISTICS.fullmatch(line) or line.startswith(("ping: ", "connect: Network is unreachable")):
            _of_ping(self._begin("ping"), piece)

    def _begin(self, tool: str) -> _Run:
        """The run whose command was just read, or one whose command nobody wrote."""
        if not self.runs or self.runs[-1].first is not None or not self.runs[-1].tool.startswith(tool):
            self.runs.append(_Run(Call(tool), tool))
        return self.runs[-1]


def _of_ping(run: _Run, piece: Piece) -> None:
    line = piece.line
    if statistics := _STATISTICS.fullmatch(line) or (run.first and _TRANSLATED.fullmatch(line)):
        run.sent, run.received = int(statistics["sent"]), int(statistics["received"])
        run.mark("received", piece)
        if run.received:
            run.answer = Answer.CONNECTED
            run.call.marks.setdefault("answer", piece.place)
        elif run.answer is None:
            run.answer = Answer.TIMED_OUT
            run.mark("answer", piece)
    elif _REPLY.match(line):
        run.replies += 1
        run.mark("last", piece)
    elif told := _TOLD.match(line) or _LOCAL.match(line):
        groups = told.groupdict()
        text = groups.get("text") or groups.get("old") or ""
        answer = answer_of(text)
        if answer is not Answer.OTHER:
            run.answer = answer
            run.by = groups.get("by")
            run.mark("answer", piece)
        if mtu := _MTU.search(text):
            run.mtu = int(mtu["mtu"])
            run.mark("mtu", piece)


def _of_trace(run: _Run, piece: Piece) -> None:
    line = piece.line
    if resume := _RESUME.match(line):
        run.mtu = int(resume["mtu"])
        run.mark("mtu", piece)
    elif line.startswith("Too many hops"):
        run.mark("last", piece)
    elif hop := _HOP.fullmatch(line):
        rest = hop["rest"] or ""
        run.mark("last", piece)
        if hop["by"] in {"*", "???", "no", "send"} or not re.search(r"\d ?ms|asymm|!|reached", rest):
            return
        run.by = hop["address"] or hop["by"]
        run.hops.add(line.split(None, 1)[0].strip("?:"))
        run.mark("by", piece)
        run.reached = "reached" in rest or (
            run.call.address is not None and run.call.address in {run.by, hop["address"]}
        )
        flag = _FLAG.search(rest)
        run.answer = _FLAGS[flag["flag"]] if flag else None
        if flag or run.reached:
            run.mark("answer", piece)
        if mtu := re.search(r"pmtu (\d{2,6})", rest):
            run.mtu = int(mtu[1])
            run.mark("mtu", piece)
    elif (answer := answer_of(line)) is not Answer.OTHER and line.startswith(("trace", "connect:")):
        run.answer = answer
        run.mark("answer", piece)


def _ping(run: _Run, source: SourceFile) -> PingProbe | ParseFailure | None:
    answer = run.answer or (Answer.CONNECTED if run.replies else None)
    place = run.call.marks.get("answer") or run.call.marks.get("received") or run.last
    if answer is None or place is None:
        return None
    if run.call.target is None:
        return failure(place, "path_probe", "nothing says which address was tried")
    size = run.size if run.size is not None else _number(run.call.option("-s"))
    return PingProbe(
        evidence=place,
        marks={name: mark for name, mark in run.call.marks.items() if name != "last"},
        origin=source.origin,
        node=run.call.node,
        target=run.call.target,
        host=run.call.host if run.call.host != run.call.target else None,
        answer=answer,
        sent=run.sent,
        received=run.received,
        by=run.by,
        mtu=run.mtu,
        size=size,
        whole=run.call.option("-M") == "do",
        pod=run.call.pod,
    )


def _number(word: str | None) -> int | None:
    return int(word) if word and re.fullmatch(r"\d{1,6}", word) else None


def _trace(run: _Run, source: SourceFile) -> PathProbe | None:
    if run.first is None or run.last is None:
        return None
    answer = run.answer or (Answer.CONNECTED if run.reached else Answer.TIMED_OUT)
    return PathProbe(
        evidence=run.call.marks.get("answer") or run.last,
        marks={name: mark for name, mark in run.call.marks.items() if name != "last"},
        origin=source.origin,
        node=run.call.node,
        tool=run.tool,
        target=run.call.target,
        host=run.call.host if run.call.host != run.call.target else None,
        answer=answer,
        reached=run.reached,
        hops=len(run.hops),
        by=run.by,
        mtu=run.mtu,
        pod=run.call.pod,
    )


@parser(
    title="saved outputs of ping, tracepath and traceroute",
    collect="oc debug node/<node> -- chroot /host ping -c 3 -M do -s 1422 <address of another node> > ping.txt 2>&1",
    words=(b"PING ", b"packet loss", b"pmtu ", b"hops max", b"ping: ", b"unreachable", b"Unreachable"),
    content=rb"^[ \t>]{0,20}PING \S{1,253} ?\([0-9A-Fa-f.:]{3,45}\)|\d packets transmitted, \d+ (?:packets )?received"
    rb"|\[LOCALHOST\].{0,60}pmtu \d|Resume: pmtu \d|\btraceroute6? to \S{1,253} \(|^[ \t>]{0,20}ping6?: "
    rb"|^[^\n]{0,80}\bping [^\n]{1,200}\nconnect: ",
)
def path_probe(source: SourceFile) -> Iterator[PingProbe | PathProbe | ParseFailure]:
    """Every run that was answered or told to be without an answer. Replies one by one are deliberately ignored."""
    session = _Session()
    for piece in pieces(source):
        session.read(piece)
    for run in session.runs:
        found = _ping(run, source) if run.tool in _PINGS else _trace(run, source) if run.tool in _TRACES else None
        if found:
            yield found
