"""Saved tests of a TCP port with nc, ncat, telnet, curl or a shell: who answered, and what.

Refused, timed out, unreachable, a TLS handshake without end, an error page and a good answer are different answers:
`nc: connect to 192.0.2.1 port 179 (tcp) failed: Connection refused` (OpenBSD nc), `Ncat: Connection refused.` below its
command, `telnet: connect to address 192.0.2.1: Connection refused`, `Connected to 192.0.2.1.`, `curl: (7) Failed to
connect to 192.0.2.1 port 179 after 3 ms: Connection refused`, `curl: (7) Failed connect to 192.0.2.1:179; Connection
refused` (to 7.29), `< HTTP/1.1 503 Service Unavailable`, and the router's page `Application is not available`
(openshift/router images/router/haproxy/conf/error-page-503.http; in 3.x openshift/origin).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from parsers.base import Evidence, ParseFailure, SourceFile, failure, parser
from parsers.host_facts import HostFact
from parsers.probe_answers import GOOD, Answer, answer_of
from parsers.probe_lines import Call, Piece, pieces
from parsers.vocabulary import address, is_address


class TcpProbe(HostFact):
    """One test of a port. target: the address, else the name that was typed. Marks: target, answer, status.

    status: of HTTP. router_page: whether the router itself says that no pod serves the route. pod: the one that the
    test ran in; node: the host of the prompt, else what the path hints at.
    """

    tool: str
    target: str
    host: str | None = None
    port: int | None = None
    answer: Answer
    status: int | None = None
    router_page: bool = False
    pod: str | None = None
    text: str

    @property
    def good(self) -> bool:
        """Whether the port answered."""
        return self.answer in GOOD


_IP = r"(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{0,40}[0-9A-Fa-f:]|x-ipv[46]-\d{10}-x)"
_TRYING = re.compile(rf"(?P<star>\*\s+)?Trying \[?(?P<address>{_IP})\]?(?::(?P<port>\d{{1,5}}))?(?:\.\.\.|\s|$)")
_ABOUT = re.compile(r"\* (?:About to connect\(\) to (?P<host>\S{1,253}) port (?P<port>\d{1,5})|Rebuilt URL to: \S)")
_CONNECTED = re.compile(
    rf"(?P<star>\* )?(?P<ncat>Ncat: )?(?:Connected|Established connection) to (?P<host>{_IP}|[^\s:()]{{1,253}}?)"
    rf"(?: \((?P<address>{_IP})(?: port \d{{1,5}})?\))?(?:(?: port |:)(?P<port>\d{{1,5}}))?(?:[. ].{{0,200}})?"
)
_OPEN = re.compile(
    rf"Connection to (?P<host>\S{{1,253}}) (?:\((?P<address>{_IP})\) )?(?P<port>\d{{1,5}}) port \[.{{1,40}}\] succeeded"
    rf"|\S{{1,253}} [\[(](?P<address2>{_IP})(?::(?P<port2>\d{{1,5}}))?[\])]"
    r" ?(?P<port3>\d{1,5})?(?: \(\S{1,40}\))? open"
)
_CURL = re.compile(r"curl: \((?P<code>\d{1,3})\) ?(?P<text>.{0,500})")
_SAID = re.compile(
    r"(?P<tool>nc|[nN]cat|netcat|telnet|bash(?=: /dev/tcp)|\S{1,253}(?= \[[0-9A-Fa-f.:]{2,45}\] \d)):? "
    r"(?P<text>.{1,300})"
)
_STATUS = re.compile(r"(?P<star>< )?HTTP/\d(?:\.\d)? (?P<status>[1-5]\d\d)(?: |$)")
_HELLO = re.compile(r"\* .{0,40}(?:TLS handshake, Client hello|ALPN, offering|ALPN: offers|SSL connection timeout)")
_SECURE = re.compile(r"\* (?:SSL connection using|TLSv?[\d. ]+ \(IN\), TLS handshake, Finished|Server certificate:)")
_TRIED = re.compile(rf"\* +connect to {_IP} port \d{{1,5}}(?: from .{{1,80}})? failed: (?P<text>.{{1,200}})")
_WHERE = re.compile(
    rf"(?:\b(?:connect to(?: address)?|onnection to|remote host) ?[\[(]?|/dev/tcp/|^\[|\()(?P<address>{_IP})[\])]?"
    r"(?:(?: port |[:/] ?|(?<=\]) )(?P<port>\d{1,5})\b)?"
)
_NAMED = re.compile(
    r"(?:connect to|resolve host:|resolve hostname|connection to|for host|could not resolve) (?!remote host|server)"
    r"[\"']?(?P<host>[\w.-]{1,253})[\"']?(?:(?: port |[:/])(?P<port>\d{1,5}))?"
)
_PAGE = "Application is not available"
_CODES = {
    6: Answer.NOT_RESOLVED,
    35: Answer.TLS_FAILED,
    51: Answer.TLS_FAILED,
    52: Answer.EMPTY,
    58: Answer.TLS_FAILED,
    60: Answer.TLS_FAILED,
}
_NOT_CONNECTED = 7
_NC = frozenset({"nc", "ncat", "netcat"})


@dataclass(slots=True)
class _Test:
    """A call and what came back until now."""

    call: Call
    connected: bool = False
    hello: bool = False
    secure: bool = False
    tried: str = ""
    answer: Answer | None = None
    place: Evidence | None = None
    text: str = ""
    status: int | None = None
    page: bool = False

    def found(self, answer: Answer, piece: Piece) -> None:
        """What came back in the end."""
        self.answer, self.place, self.text = answer, piece.place, piece.line[:300]
        self.call.marks["answer"] = piece.place

    def aim(self, name: str | None, port: str | None, piece: Piece) -> None:
        """What a line says of the target."""
        if name and (is_address(name) or name.startswith("x-ip")):
            self.call.address = address(name)
        elif name and not self.call.host:
            self.call.host = name
        if port:
            self.call.port = int(port)
        if name and ("target" not in self.call.marks or self.call.marks["target"] is self.call.place):
            self.call.marks["target"] = piece.place

    def told(self, text: str, piece: Piece) -> None:
        """The target that an error names."""
        if where := _WHERE.search(text):
            self.aim(where["address"], where["port"], piece)
        elif named := _NAMED.search(text):
            self.aim(named["host"], named["port"], piece)

    def of_curl(self, code: int, text: str) -> Answer:
        """The answer that an error of curl tells, with what it told before."""
        answer = answer_of(text)
        if answer in {Answer.OTHER, Answer.TIMED_OUT} and code in _CODES:
            return _CODES[code]
        if code == _NOT_CONNECTED and answer is Answer.OTHER:
            return answer_of(self.tried)
        if answer is Answer.TIMED_OUT and self.connected:
            if self.hello and not self.secure:
                return Answer.TLS_TIMED_OUT
            return Answer.CONNECTED if self.call.scheme == "telnet" else Answer.EMPTY
        return answer


class _Session:
    """The tests of one session, in their order."""

    def __init__(self) -> None:
        self.tests: list[_Test] = []

    def read(self, piece: Piece) -> None:
        """One line."""
        line = piece.line
        if piece.call:
            self.tests.append(_Test(piece.call))
        elif trying := _TRYING.match(line):
            tool = "curl" if trying["star"] else "telnet"
            self._one(tool, piece, again=not trying["star"]).aim(trying["address"], trying["port"], piece)
        elif about := _ABOUT.match(line):
            self._one("curl", piece).aim(about["host"], about["port"], piece)
        elif connected := _CONNECTED.fullmatch(line):
            self._connected(connected, piece)
        elif opened := _OPEN.match(line):
            test = self._one("nc", piece)
            test.aim(opened["address"] or opened["address2"] or opened["host"], None, piece)
            test.aim(None, opened["port"] or opened["port2"] or opened["port3"], piece)
            test.found(Answer.CONNECTED, piece)
        elif curl := _CURL.match(line):
            test = self._one("curl", piece, again=False) if self._asking() else self._one("curl", piece)
            test.told(curl["text"], piece)
            test.found(test.of_curl(int(curl["code"]), curl["text"]), piece)
        elif said := _SAID.match(line):
            self._said(said["tool"].lower(), said["text"], piece)
        elif self.tests:
            _detail(self.tests[-1], piece)

    def _asking(self) -> bool:
        """Whether a call of curl is under way: an error that follows an answer belongs to it too."""
        return bool(self.tests) and self.tests[-1].call.tool == "curl" and not self.tests[-1].text.startswith("curl: ")

    def _one(self, tool: str, piece: Piece, *, again: bool = True) -> _Test:
        """The test that a line belongs to; another one to the same target where that one has its answer."""
        last = self.tests[-1] if self.tests else None
        known = last.call if last else Call("")
        fits = known.tool == tool or {known.tool, tool} <= _NC or (tool == "curl" and not known.tool)
        if last is None or not fits or (again and last.answer is not None):
            call = Call(tool, place=piece.place)
            if fits:
                call.host, call.address, call.port = known.host, known.address, known.port
                call.node, call.pod, call.scheme = known.node, known.pod, known.scheme
                call.marks = {key: mark for key, mark in known.marks.items() if key == "target"}
            last = _Test(call)
            self.tests.append(last)
        return last

    def _connected(self, connected: re.Match[str], piece: Piece) -> None:
        tool = "curl" if connected["star"] else "nc" if connected["ncat"] else "telnet"
        test = self._one(tool, piece, again=not connected["star"])
        test.aim(connected["host"], connected["port"], piece)
        test.aim(connected["address"], None, piece)
        test.connected = True
        if not connected["star"]:
            test.found(Answer.CONNECTED, piece)

    def _said(self, tool: str, text: str, piece: Piece) -> None:
        answer = answer_of(text)
        if answer is Answer.OTHER:
            return  # a version, a count of bytes, a usage
        test = self._one(tool if tool in {"telnet", "bash"} else "nc", piece)
        test.told(text, piece)
        test.found(answer, piece)


def _detail(test: _Test, piece: Piece) -> None:
    """What curl tells of a call between its begin and its end."""
    line = piece.line
    if (status := _STATUS.match(line)) and (status["star"] or test.call.tool == "curl"):
        if status["status"] != "100":
            test.status = int(status["status"])
            test.call.marks["status"] = piece.place
            test.found(Answer.HTTP, piece)
    elif _PAGE in line and test.call.tool == "curl":
        test.page = True
        test.call.marks["router_page"] = piece.place
        if test.answer is None:
            test.found(Answer.HTTP, piece)
    elif tried := _TRIED.match(line):
        test.tried = tried["text"]
    elif _HELLO.match(line):
        test.hello = True
    elif _SECURE.match(line):
        test.secure = True


def _fact(test: _Test, source: SourceFile) -> TcpProbe | ParseFailure | None:
    call = test.call
    answer = test.answer or (Answer.CONNECTED if test.connected else None)
    place = test.place or call.marks.get("target") or call.place
    if answer is None or place is None:
        return None  # cut off before an answer, or a command whose answer tells nothing
    if call.target is None:
        return failure(place, "tcp_probe", "nothing says which address was tried")
    return TcpProbe(
        evidence=place,
        marks=call.marks,
        origin=source.origin,
        node=call.node,
        tool=call.tool,
        target=call.target,
        host=call.host if call.host != call.target else None,
        port=call.port,
        answer=answer,
        status=test.status,
        router_page=test.page,
        pod=call.pod,
        text=test.text,
    )


@parser(
    title="saved tests of a TCP port (nc, telnet, curl)",
    collect="oc debug node/<node> -- chroot /host curl -v --connect-timeout 5 telnet://<peer>:179 > tcp-179.txt 2>&1",
    words=(b"onnect", b"curl: ", b"HTTP/", b"Trying ", b"/dev/tcp/", b" open", b"Ncat: ", _PAGE.encode()),
    content=rb"(?i)(?:\b(?:nc|ncat|netcat|telnet): |\bcurl: \(|\bbash: /dev/tcp/)[^\n]{0,200}?"
    rb"(?:refused|time|route|unreachable|resolve|not known|SSL|NSS|reset|empty|connect|prohibited|certificate"
    rb"|[\x80-\xff]{2})"
    rb"|^[ \t>]{0,20}(?:\* {1,3}(?:Trying|About to connect\(\) to|Connected to) \S|Trying [0-9A-Fa-f.:]{3,45}\.\.\.)"
    rb"|^[ \t>]{0,20}Ncat: Connected to |Connection to \S{1,253} .{0,60}succeeded!|\([0-9a-fA-F.:]{3,45}:\d{1,5}\) open"
    rb"|^[ \t>]{0,20}\S{1,253} \[[0-9A-Fa-f.:]{3,45}\] \d{1,5} (?:\(\S{1,40}\) ?)?(?:: |open)"
    rb"|^[^\n]{0,80}\bcurl [^\n]{1,300}\n(?:[^\n]{0,500}\n){0,30}?[^\n]{0,300}"
    rb"(?:Application is not available|HTTP/\d\S{0,2} [1-5]\d\d)",
)
def tcp_probe(source: SourceFile) -> Iterator[TcpProbe | ParseFailure]:
    """Every test that got an answer. Prompts, banners and what curl tells of its way are deliberately ignored."""
    session = _Session()
    for piece in pieces(source):
        session.read(piece)
    for test in session.tests:
        if found := _fact(test, source):
            yield found
