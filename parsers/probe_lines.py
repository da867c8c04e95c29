"""Sessions in which somebody tested a connection: the commands at their prompts and the lines of the answers.

Web pages put a command's whole answer onto one line: `Trying 192.0.2.1... telnet: connect to address 192.0.2.1:
Connection refused`. A line is cut before what begins a line of an answer.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from parsers.base import Evidence, SourceFile, Text
from parsers.host_facts import node_hint
from parsers.pasted import plain
from parsers.vocabulary import address, is_address

_TOOLS = (
    "curl",
    "telnet",
    "nc",
    "ncat",
    "netcat",
    "bash",
    "ping",
    "ping6",
    "tracepath",
    "tracepath6",
    "traceroute",
    "traceroute6",
    "dig",
    "nslookup",
    "host",
)
_PROMPT = re.compile(
    r"(?:\[(?:[\w.-]{1,64}@)?(?P<host>[\w.-]{1,253})[^\]]{0,120}\] ?[#$]"
    r"|[\w.-]{1,64}@(?P<host2>[\w.-]{1,253})[: ][^#$]{0,80}[#$]"
    r"|(?:sh|bash)-[\d.]{1,8}[#$]|[\w.-]{1,64}[#$>]|/[\w/.-]{0,60} [#$]|(?:~ )?[#$>%]|\+{1,3})"
    r"\s*(?P<command>\S.{0,600})"
)
_CALL = re.compile(r"(?:^|[\s('\"]|bin/)(?P<tool>" + "|".join(_TOOLS) + r")(?P<rest>\s.{0,500}|$)")
# Without a prompt a line is a command only if nothing but options and names follows the tool.
_BARE = re.compile(
    r"(?:curl|telnet|nc|ncat|dig|nslookup|ping6?|tracepath6?|traceroute6?)"
    r"(?: +(?:[-+@]\S{1,60}|\d{1,6}|[A-Z]{1,6}|https?://\S{1,300}|[\w-]{0,63}[.:][\w.:/-]{1,253})){1,14}(?: *#.*)?"
    r"|host [\w-]{1,63}\.[\w.-]{1,253}"
)
_IN_POD = re.compile(r"\b(?:exec|rsh)\s+(?:-\S{1,60}\s+){0,6}(?:pods?/)?(?P<pod>[a-z0-9][a-z0-9.-]{0,252})\s")
_NAMESPACE = re.compile(r"\s(?:-n|--namespace|-c|--container)[= ]\S{1,253}")
_ON_NODE = re.compile(
    r"\bdebug\s(?:.{0,100}?\s)?nodes?/(?P<node>[a-z0-9][a-z0-9.-]{0,252})|\bssh\s+(?:\S+@)?(?P<ssh>[\w.-]{1,253})\s"
)
_SHELL = frozenset({"localhost", "bastion", "root"})
_END = re.compile(r"\s(?:#|2?>|[|;]|<(?!masked>)|&&|&>).*$|;.*$")  # a masked secret is no redirection
# What begins a line of an answer, behind whatever stands on the line before it.
_CUTS = re.compile(
    r"(?<=\S) (?=(?:telnet|nc|ncat|Ncat|curl|ping|bash): |Connected to \S+\.(?: |$)|Escape character is "
    r"|\* (?:[A-Z]|  Trying)|< HTTP/|> (?:GET|HEAD|CONNECT) |Trying [0-9A-Fa-f.:]+\.\.\.|\d+ bytes from "
    r"|From \S+ icmp_seq|PING \S+ ?\(|traceroute to \S+ \(|--- \S+ ping statistics|\d+ packets transmitted|rtt min/avg"
    r"|;; (?:->>|ANSWER SECTION|connection timed out)|\d{1,2}\??: +\S|Resume: |\*\* server can't find |Name:\s)"
)
_FLAT = re.compile(
    r"\.\.\. |bytes of data\. |\[LOCALHOST\] +pmtu \d+ |Trying \S+ | \* (?:About|Connected)| < HTTP/|Server:\s\S+ "
)


_DIAGNOSTIC = re.compile(r"\s*(?:ERROR|WARN): {1,4}\[\w{1,30} from diagnostic ")
_NEXT = re.compile(r"\s*(?:\[Note\] |Info: |debug: )")


@dataclass(slots=True)
class Call:
    """A command that tests something. pod: the pod that it ran in; node: the host that its prompt names.

    tool: empty for a command that tests nothing. prompted: whether it stands behind a prompt that names a host.
    """

    tool: str
    words: tuple[str, ...] = ()
    place: Evidence | None = None
    node: str | None = None
    pod: str | None = None
    host: str | None = None
    port: int | None = None
    scheme: str | None = None
    address: str | None = None
    prompted: bool = False
    marks: dict[str, Evidence] = field(default_factory=dict)

    @property
    def target(self) -> str | None:
        """The address that was tried, else the name."""
        return self.address or self.host

    def option(self, name: str) -> str | None:
        """The value of an option that is a word of its own."""
        at = next((at for at, word in enumerate(self.words) if word == name), None)
        return self.words[at + 1] if at is not None and at + 1 < len(self.words) else None


@dataclass(frozen=True, slots=True)
class Piece:
    """One line of a session: a command, or a line of an answer."""

    place: Evidence
    line: str
    call: Call | None = None


def pieces(source: SourceFile, text: Text | None = None) -> Iterator[Piece]:
    """The lines of the file that are not empty, in their order; without what `net_diagnostics` reads."""
    text = plain(source.text() if text is None else text)
    hint = node_hint(source)
    diagnostic = False
    for number, written in text.numbered():
        diagnostic = bool(_DIAGNOSTIC.match(written)) or (diagnostic and not _NEXT.match(written))
        if diagnostic:
            continue
        for line in _cut(written):
            place = text.quote(number, focus=line[:80])
            yield Piece(place, line, _call(line, place, hint))


def _cut(written: str) -> Iterator[str]:
    line = written.strip()
    if not line:
        return
    parts = _CUTS.split(line) if _FLAT.search(line) else [line]
    yield from (part.strip() for part in parts if part.strip())


def _call(line: str, place: Evidence, hint: str | None) -> Call | None:
    """The command of a line: behind a prompt, or alone on its line."""
    prompt = _PROMPT.fullmatch(line) if len(line) < 800 else None
    command = prompt["command"] if prompt else line if _BARE.fullmatch(line) else None
    found = _CALL.search(command) if command else None
    shell = (prompt["host"] or prompt["host2"]) if prompt else None
    if found is None or command is None:
        return (
            Call("", place=place, prompted=True) if shell else None
        )  # another command; a single sign may begin any line
    words = tuple(_END.sub("", " " + found["rest"]).strip(" '\"").split())
    elsewhere = _ON_NODE.search(command)
    named = shell if shell and shell not in _SHELL else None
    node = (elsewhere["node"] or elsewhere["ssh"]) if elsewhere else named or hint
    pod = _IN_POD.search(_NAMESPACE.sub("", command))
    call = Call(found["tool"], words, place, None if pod else node, pod["pod"] if pod else None, prompted=bool(shell))
    call.marks["target"] = place
    return _aimed(call)


_URL = re.compile(
    r"(?:(?P<scheme>[a-z]{2,10})://)?(?:[^@/\s]{0,100}@)?(?P<host>\[[0-9A-Fa-f:.]{2,45}\]|[\w.-]{1,253})(?::(?P<port>\d{1,5}))?(?:[/?].*)?"
)
_WITH_VALUE = re.compile(
    r"-[oHXmwduxeAbcEFT]|--(?:connect-timeout|max-time|resolve|cacert|cert|key|output|header|request|write-out|data|user"
    r"|proxy|interface|connect-to|retry|noproxy)"
)
_PORTS = {"http": 80, "https": 443}


def _aimed(call: Call) -> Call:
    """The call with what it is aimed at."""
    if call.tool == "curl":
        _aim_url(call)
    elif call.tool in {"telnet", "nc", "ncat", "netcat"}:
        plain_words = [word for word in call.words if not word.startswith("-")]
        named = [at for at, word in enumerate(plain_words) if not word.isdigit()]
        if named:
            at = named[-1]
            call.host = plain_words[at]
            port = plain_words[at + 1] if at + 1 < len(plain_words) else None
            call.port = int(port) if port and len(port) < 6 else None
    else:
        words = [word for word in call.words if not word.startswith(("-", "+", "@"))]
        named_words = [word for word in words if not word.isdigit() and re.fullmatch(r"[\w.:%-]{1,253}", word)]
        call.host = named_words[-1] if named_words else None
    if call.host and (is_address(call.host) or call.host.startswith("x-ip")):
        call.address = address(call.host)
    return call


def _aim_url(call: Call) -> None:
    words = iter(call.words)
    candidates = []
    for word in words:
        if _WITH_VALUE.fullmatch(word):
            next(words, None)
        elif not word.startswith("-"):
            candidates.append(word.strip("'\""))
    found = next((url for word in reversed(candidates) if (url := _URL.fullmatch(word))), None)
    if found:
        call.scheme = found["scheme"] or "http"
        call.host = found["host"].strip("[]")
        call.port = int(found["port"]) if found["port"] else _PORTS.get(call.scheme)
