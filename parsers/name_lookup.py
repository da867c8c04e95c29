"""Saved outputs of dig, nslookup and host: what became of a question for a name.

`;; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN, id: 1`, `;; connection timed out; no servers could be reached`, the
addresses alone of `dig +short`; `** server can't find example.com: NXDOMAIN`, `Name:` and `Address:` of nslookup;
`example.com has address 192.0.2.10`, `Host example.com not found: 3(NXDOMAIN)` of host (isc-projects/bind9 bin/dig
dig.c, dighost.c, nslookup.c, host.c; busybox networking/nslookup.c). The addresses with their names that dig writes
are those of `dig_answer`; those of nslookup, host and `dig +short` are told here as such answers too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from parsers.base import Evidence, ParseFailure, SourceFile, parser
from parsers.dig_answer import DigAnswer
from parsers.host_facts import HostFact
from parsers.probe_lines import Call, Piece, pieces
from parsers.vocabulary import address, is_address


class LookupResult(StrEnum):
    """What became of a question."""

    RESOLVED = "resolved"
    NO_ANSWER = "no-answer"  # the name exists, or nothing else is told, and has no address
    NXDOMAIN = "nxdomain"  # the name does not exist
    SERVFAIL = "servfail"  # the server could not find out
    REFUSED = "refused"  # the server does not answer this client, or nothing listens at its address
    TIMED_OUT = "timed-out"
    OTHER = "other"


class NameLookup(HostFact):
    """One question. asked: the name that was typed, without a dot at its end. server: who answered, as it is written.

    pod: the one that it was asked in; node: the host of the prompt, else what the path hints at. Marks: asked, result,
    server, and `address <address>` for each.
    """

    tool: str
    asked: str
    result: LookupResult
    addresses: tuple[str, ...] = ()
    server: str | None = None
    search: bool = False
    pod: str | None = None


_BANNER = re.compile(r"; <<>> DiG \S{1,80} <<>> ?(?P<rest>.{0,400})")
_STATUS = re.compile(r";; ->>HEADER<<- .{0,60}status: (?P<status>[A-Z]{2,12}),.{0,80}")
_ANSWERS = re.compile(r";; flags: .{0,60}ANSWER: (?P<count>\d{1,6}),.{0,120}")
_SERVER = re.compile(r"(?:;; SERVER:|Server:)\s+(?P<server>[^\s#(]{1,253}).{0,100}")
_QUESTION = re.compile(r";(?P<name>[\w*.-]{1,254}\.)\s+(?:IN|CH|HS)\s+(?P<kind>[A-Z]{1,10})")
_RECORD = re.compile(r"(?P<name>[\w*.-]{1,254}\.)\s+\d{1,10}\s+(?:IN\s+)?(?:A|AAAA)\s+(?P<address>[0-9A-Fa-f.:]{2,45})")
_FAILED = re.compile(
    r"\*\* server can't find (?P<name>[\w.-]{1,254}): (?P<status>[A-Z]{2,12})|Host (?P<host>[\w.-]{1,254}) not found: "
    r"\d{1,2}\((?P<code>[A-Z]{2,12})\)|nslookup: can't resolve '(?P<old>[\w.-]{1,254})'.{0,80}"
    r"|\*\*\* Can't find (?P<none>[\w.-]{1,254}): No answer"
)
_NO_SERVER = re.compile(
    r"(?:;; )?(?:connection timed out; (?:no servers could be reached|trying next origin)"
    r"|communications error to .{1,200}|no servers could be reached)(?P<rest>.{0,80})"
)
_HOST_HAS = re.compile(r"(?P<name>[\w.-]{1,254}) has (?:IPv6 )?address (?P<address>[0-9A-Fa-f.:]{2,45})")
_NAME = re.compile(
    r"Name:\s+(?P<name>[\w.-]{1,254})"
    r"(?:\s+Address(?: \d{1,3})?:\s+(?P<address>[0-9A-Fa-f.:]{2,45}).{0,99})?"
)
_ADDRESS = re.compile(r"Address(?: \d{1,3})?:\s+(?P<address>[0-9A-Fa-f.:]{2,45})(?:#\d{1,5})?(?: \S{1,253})?")
_RESULTS = {
    "NXDOMAIN": LookupResult.NXDOMAIN,
    "SERVFAIL": LookupResult.SERVFAIL,
    "REFUSED": LookupResult.REFUSED,
    "NOERROR": LookupResult.NO_ANSWER,
}
_TYPES = frozenset({"A", "AAAA", "ANY", "CNAME", "IN", "MX", "NS", "PTR", "SOA", "SRV", "TXT"})
# With these dig writes nothing at all if there is no answer. Only the prompt that follows proves that it was so.
_SILENT = re.compile(r"\+short\b|\+noall\b.{0,200}\+answer\b")
_TOOLS = frozenset({"dig", "nslookup", "host"})


@dataclass(slots=True)
class _Question:
    """A call and what came back until now."""

    call: Call
    asked: str | None
    result: LookupResult | None = None
    place: Evidence | None = None
    server: str | None = None
    named: str | None = None
    lines: int = 0
    answers: bool = True  # the records that follow are answers
    found: dict[str, tuple[str | None, Evidence]] = field(default_factory=dict)

    def mark(self, result: LookupResult, piece: Piece) -> None:
        self.result, self.place = result, piece.place
        self.call.marks["result"] = piece.place

    def add(self, name: str | None, written: str, piece: Piece) -> None:
        """An address that came."""
        if is_address(written):
            self.found.setdefault(address(written), (name, piece.place))
            self.mark(LookupResult.RESOLVED, piece)


class _Session:
    """The questions of one session, in their order."""

    def __init__(self) -> None:
        self.questions: list[_Question] = []

    def read(self, piece: Piece) -> None:
        """One line."""
        line = piece.line
        last = self.questions[-1] if self.questions else None
        if last and not piece.call:
            last.lines += 1
        if piece.call:
            if last and last.call.prompted and not last.lines and _SILENT.search(" ".join(last.call.words)):
                last.result, last.place = LookupResult.NO_ANSWER, last.call.place
            self.questions.append(_Question(piece.call, _asked(piece.call)))
        elif banner := _BANNER.fullmatch(line):
            if last is None or last.call.tool != "dig" or last.place is not None:
                call = Call("dig", tuple(banner["rest"].split()), piece.place, marks={"target": piece.place})
                self.questions.append(_Question(call, _asked(call)))
        elif last is None or last.call.tool not in _TOOLS:
            self._alone(piece)
        elif last.call.tool == "dig":
            _of_dig(last, piece)
        else:
            _of_others(last, piece)

    def _alone(self, piece: Piece) -> None:
        """An answer whose command nobody wrote."""
        line = piece.line
        tool = (
            "nslookup"
            if line.startswith(("Server:", "** server can't find "))
            else "host"
            if _HOST_HAS.fullmatch(line)
            else None
        )
        if tool or _FAILED.fullmatch(line):
            question = _Question(Call(tool or "host"), None)
            self.questions.append(question)
            _of_others(question, piece)


def _asked(call: Call) -> str | None:
    words = [word for word in call.words if not word.startswith(("-", "+", "@")) and word.upper() not in _TYPES]
    names = [word for word in words if "." in word or not word.isdigit()]
    if not names or call.tool not in _TOOLS:
        return None
    # nslookup and host take the server behind the name, dig an address behind `-x`.
    return names[0].rstrip(".").lower()


def _of_dig(question: _Question, piece: Piece) -> None:
    line = piece.line
    if status := _STATUS.fullmatch(line):
        question.mark(_RESULTS.get(status["status"], LookupResult.OTHER), piece)
    elif line.startswith(";; ") and line.endswith("SECTION:"):
        question.answers = "ANSWER" in line
    elif (record := _RECORD.fullmatch(line)) and question.answers:
        question.add(record["name"].rstrip(".").lower(), record["address"], piece)
    elif asked := _QUESTION.fullmatch(line):
        question.asked = question.asked or asked["name"].rstrip(".").lower()
    elif server := _SERVER.fullmatch(line):
        question.server = server["server"]
        question.call.marks["server"] = piece.place
    elif told := _NO_SERVER.fullmatch(line):
        refused = "refused" in told[0]
        question.mark(LookupResult.REFUSED if refused else LookupResult.TIMED_OUT, piece)
    elif "+short" in question.call.words and is_address(line):
        question.add(None, line, piece)


def _of_others(question: _Question, piece: Piece) -> None:
    line = piece.line
    if server := _SERVER.fullmatch(line):
        question.server = server["server"]
        question.call.marks["server"] = piece.place
    elif failed := _FAILED.fullmatch(line):
        name = failed["name"] or failed["host"] or failed["old"] or failed["none"]
        question.asked = question.asked or name.rstrip(".").lower()
        word = failed["status"] or failed["code"]
        question.mark(_RESULTS.get(word, LookupResult.OTHER) if word else LookupResult.NO_ANSWER, piece)
    elif has := _HOST_HAS.fullmatch(line):
        question.asked = question.asked or has["name"].rstrip(".").lower()
        question.add(has["name"].rstrip(".").lower(), has["address"], piece)
    elif named := _NAME.fullmatch(line):
        question.named = named["name"].rstrip(".").lower()
        question.asked = question.asked or question.named
        if named["address"]:
            question.add(question.named, named["address"], piece)
    elif (found := _ADDRESS.fullmatch(line)) and question.named:
        question.add(question.named, found["address"], piece)
    elif _NO_SERVER.match(line):
        question.mark(LookupResult.TIMED_OUT, piece)


def _facts(question: _Question, source: SourceFile) -> Iterator[NameLookup | DigAnswer]:
    call = question.call
    if question.asked is None or question.result is None or question.place is None:
        return
    asked_at = call.marks.get("target", question.place)
    search = any(word.startswith(("+search", "+showsearch")) for word in call.words) or call.tool != "dig"
    of_addresses = {f"address {one}": place for one, (_, place) in question.found.items()}
    others = {name: mark for name, mark in call.marks.items() if name != "target"}
    yield NameLookup(
        evidence=question.place,
        marks={"asked": asked_at, **others, **of_addresses},
        origin=source.origin,
        node=call.node,
        tool=call.tool,
        asked=question.asked,
        result=question.result,
        addresses=tuple(question.found),
        server=question.server,
        search=search,
        pod=call.pod,
    )
    for one, (name, place) in question.found.items():
        if call.tool != "dig" or name is None:
            yield DigAnswer(
                evidence=place,
                marks={"asked": asked_at},
                origin=source.origin,
                node=call.node,
                asked=question.asked,
                name=name or question.asked,
                address=one,
                search=search,
            )


@parser(
    title="saved outputs of dig, nslookup and host",
    collect="oc debug node/<node> -- chroot /host dig <name> > dig.txt 2>&1",
    words=(
        b"dig ",
        b"DiG ",
        b"Server:",
        b"has address ",
        b"has IPv6 address ",
        b"nslookup ",
        b"host ",
        b"not found: ",
        b"can't ",
    ),
    content=rb"^; <<>> DiG |^[^\n]{0,120}\bdig [^\n]{1,200}\n|^[ \t>]{0,20}Server:\s+[0-9A-Fa-f.:]{3,45}\s"
    rb"|^[ \t>]{0,20}[\w.-]{1,254} has (?:IPv6 )?address [0-9A-Fa-f.:]{3,45}\s|\bHost \S{1,254} not found: \d"
    rb"|\*\* server can't find |^(?:[^\n]{0,120}[#$] |[ \t>]{0,20})(?:nslookup|host) [\w-]{1,63}\.[\w.-]{1,253}\n",
)
def name_lookup(source: SourceFile) -> Iterator[NameLookup | DigAnswer | ParseFailure]:
    """Every question that has an end. Records of other sections, aliases and statistics are deliberately ignored."""
    session = _Session()
    for piece in pieces(source):
        session.read(piece)
    for question in session.questions:
        yield from _facts(question, source)
