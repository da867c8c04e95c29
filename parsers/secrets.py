"""Secrets never leave the place where text is decoded: every line passes through a `Masker`.

BGP passwords stand in clear in frr.conf, in `show running-config`, in reloader logs and in custom resources
(MetalLB internal/bgp/frr/templates, FRRouting bgpd/bgp_vty.c). Parsers, evidence and parse failures only ever see
masked lines, so no rule or renderer can leak one. A masked document stays the JSON or YAML that it was.

Expressions here meet hostile lines: what repeats is possessive or cannot begin at a place that another try has passed.
"""

import re
from collections.abc import Iterable, Iterator

from parsers.secret_commands import COMMAND_WORDS, COMMANDS

MASK = "<masked>"
KEY_LINES = 250  # the longest private key that is believed; a BEGIN whose END was lost hides no more than that

_NAMES = (
    r"(?:password|passwd|passphrase|token|psk|client-key-data|(?:api|access|private)[_-]?key"
    r"|(?:client|shared|auth)[_-]?secret|secret[_-]?key)"
)
# No rule below matches a line without one of these words in lower case, or a URL with `@`: a cheap look decides
# whether the careful expressions need to run at all.
_WORDS = (
    *("passw", "passphrase", "token", "bearer", "basic", "psk", "authentication-key", "authentication string"),
    *("key-string", "message-digest-key", "snmp-server", "private key", "key-data"),
    *(f"{what}{joint}key" for what in ("api", "access", "private", "secret") for joint in ("_", "-", "")),
    *(f"{what}{joint}secret" for what in ("client", "shared", "auth") for joint in ("_", "-", "")),
    *COMMAND_WORDS,
)
_ANY_WORD = re.compile("|".join(map(re.escape, _WORDS)))
# A vtysh password is the rest of the line; on text flattened onto one line it ends where the next statement begins.
_STATEMENT = (
    r"(?=(?<!\s)\s++(?:neighbor\s\S++\s[a-z]|address-family\s(?:ipv[46]|l2vpn)\s|exit-address-family\b"
    r"|network\s[0-9a-fA-F.:]++/\d|no\s(?:neighbor|bgp)\s|bgp\s[a-z-]{4}|router\s[a-z]{3}|route-map\s\S++\s(?:permit|deny)\s"
    r"|ip(?:v6)?\s(?:prefix-list|nht|route|protocol)\s|(?:exit|end|!)\s(?:!|(?:exit|ip|ipv6|route-map|router|bfd|line)\b))|$)"
)
_RULES = (
    # neighbor 192.0.2.1 password abc def
    (re.compile(r"(^\s*+(?:no\s++)?neighbor\s++\S++\s++password\s++)\S.*?" + _STATEMENT), rf"\1{MASK}"),
    # enable password x · ip ospf authentication-key x · key-string x · message-digest-key 1 md5 x · isis password x
    (
        re.compile(
            r"^(\s*+(?:(?:enable\s++|isis\s++)?(?:area-|domain-)?password|key-string"
            r"|ip(?:v6)?\s++\S++\s++authentication(?:-key| string)"
            r"|(?:ip\s++ospf\s++)?message-digest-key\s++\d++\s++md5|snmp-server\s++community)\s++)(?![:=](?:\s|$)).*$"
        ),
        rf"\1{MASK}",
    ),
    (re.compile(r"((?:authorization:\s*+)?\b(?:bearer|basic)\s++)[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE), rf"\1{MASK}"),
    (
        re.compile(
            r"(-----BEGIN [A-Z ]*+(?<=PRIVATE KEY)-----)(?:[^\"'\\]|\\[^\"'])*?"
            r"(-----END [A-Z ]*+(?<=PRIVATE KEY)-----|(?=\\?[\"'])|$)"
        ),
        rf"\1 {MASK}\2",
    ),
    # userinfo of a URL; what stands there alone is a token
    (re.compile(r"(://[^\s/:@\"']++:)[^\s/\"'<>]*@"), rf"\1{MASK}@"),
    (re.compile(r"(\bhttps?://)[^\s/:@\"'<>]++@"), rf"\1{MASK}@"),
    *((expression, rf"\1{MASK}") for expression in COMMANDS),
)
# A value in YAML, or of an environment variable, that ends with its line: blanks and commas belong to it.
_LINE = re.compile(
    rf"^(?P<key>\s*+(?:-\s++)*+(?:export\s++)?[\w.-]*{_NAMES}(?::\s++(?![{{\[\"']|[|>][+-]?\d?[+-]?\s*+(?:#|$))|=(?![\"'])))"
    r"(?!(?:null|true|false|~)\s*+$)\S.*$",
    re.IGNORECASE,
)
# 'it''s': how YAML quotes a quote; in other languages a backslash does.
_QUOTED = re.compile(
    rf"^(?P<key>\s*+(?:-\s++)*+[\"']?[\w.-]*{_NAMES}[\"']?\s*+:\s++)'(?:[^']|'')*+'\s*+$", re.IGNORECASE
)
# password: x · "password":"x" · \"token\":\"x\" · token=x · client-key-data: x (YAML, JSON, JSON in JSON, environment)
_FIELD = re.compile(
    rf"(?P<key>{_NAMES}(?P<quote>\\?[\"'])?+\s*+(?:=\s*+|:\s*+(?![{{\[]|[|>][+-]?\d?[+-]?\s*+(?:#|$))))"
    r"(?!(?:null|true|false|~)\s*+(?:[,}\]]|$)|$)"
    r"(?:(?P<open>\\\")(?:[^\"\\]|\\\\(?:\\.|[^\\\"]))*+\\\"|(?P<plain>\")(?:[^\"\\]|\\.)*+\""
    r"|(?P<single>')(?:[^'\\]|\\.|''|'(?!\s*+(?:[,}\])#]|$)))*+'|(?P<lost>\\?[\"']).*$"
    r"|(?(quote)[^\s,}\]]++|(?:[^\s\"'\\]|\\(?![\"'])|\\?[\"'](?!\s*+(?:[,\]})\\]|$)))++))",
    re.IGNORECASE,
)
# A field whose value may go on below it.
_OPENS = re.compile(
    rf"^(?P<indent>\s*+(?:-\s++)*+)[\"']?[\w.-]*{_NAMES}[\"']?\s*+:(?:\s++(?P<value>\S.*)|\s*+)$", re.IGNORECASE
)
# A value that ends on its line, or below which other fields stand.
_ENDS = re.compile(
    r"[{\[]|(?:null|true|false|~)\s*+(?:,|$)|\"(?:[^\"\\]|\\.)*+\"\s*+(?:[,#}\]]|$)|'(?:[^']|'')*+'\s*+(?:[,#}\]]|$)"
)
_ANOTHER_FIELD = re.compile(r"\s*+(?:-\s|[#{}\[\]]|[\"']?[\w./-]++[\"']?\s*+:(?:\s|$))")
# MetalLB complains of a `peer NAME password secret`: what follows is the name of a Secret and what is wrong with it.
_INNER = re.compile(r"\b(?:neighbor\s++\S++\s++password\s++|peer\s++\S++\s++password\s++(?!secret\b))(?=\S)")
_NEXT = re.compile(_STATEMENT)
_KEY_BLOCK = re.compile(r"-----(BEGIN|END) [A-Z ]*+(?<=PRIVATE KEY)-----")


def _masked_field(match: re.Match[str]) -> str:
    # A quoted key stands in JSON: the value stays a string there, so that the document can still be read.
    quote = "" if match["lost"] else match["open"] or match["plain"] or match["single"] or match["quote"] or ""
    return f"{match['key']}{quote}{MASK}{quote}"


def _hinted(line: str) -> bool:
    return bool(_ANY_WORD.search(line.lower())) or ("@" in line and "://" in line)


def _mask_inner(line: str) -> str:
    """The statement inside another text: a log, a command in quotes, a configuration in a JSON string."""
    parts, done, quote = [], 0, -1
    for found in _INNER.finditer(line):
        start = found.end()
        quote = max(quote, line.rfind('"', done, found.start()), line.rfind("'", done, found.start()))
        if found.start() >= done:
            following = _NEXT.search(line, start)
            end = following.start() if following else len(line)
            parts += [line[done:start], MASK]
            done = _end_of_string(line, start, end, quote)
    return "".join([*parts, line[done:]])


def _end_of_string(line: str, start: int, end: int, quote: int) -> int:
    """Where the password ends: at its line's end in the string, or with the string that opened at `quote`.

    Each level of quoting doubles the backslashes: these of the opening quote tell those of the end.
    """
    level = _backslashes(line, quote) + 1
    ends = {(line[quote], level - 1), ("n", level)} if quote >= 0 else {("n", 1)}
    for at in range(start, end):
        if line[at] in "\"'n" and (line[at], _backslashes(line, at) % (2 * level)) in ends:
            return at - (level if line[at] == "n" else level - 1)
    return end


def _backslashes(line: str, at: int) -> int:
    """How many stand before this place."""
    first = at
    while first > 0 and line[first - 1] == "\\":
        first -= 1
    return at - first


def mask(line: str) -> str:
    """The line with every password, token and key replaced by `<masked>`; names of Secrets stay readable."""
    if not _hinted(line):
        return line
    for expression, replacement in _RULES:
        line = expression.sub(replacement, line)
    line = _mask_inner(line)
    if whole := _LINE.match(line):
        return f"{whole['key']}{MASK}"
    if whole := _QUOTED.match(line):
        return f"{whole['key']}'{MASK}'"
    return _FIELD.sub(_masked_field, line)


class Masker:
    """Masks lines in their order, and so the secrets that go over several: keys and multi-line values of YAML.

    The number of lines and their indentation stay.
    """

    def __init__(self) -> None:
        self._key_lines = 0  # how many more lines may belong to the private key that has begun
        self._indent: int | None = None  # of the field whose value may go on
        self._goes_on_anyway = False  # whatever the lines below look like, as long as they stand deeper

    @property
    def open(self) -> bool:
        """Whether the next line may belong to a secret that has begun."""
        return bool(self._key_lines) or self._indent is not None

    def line(self, line: str) -> str:
        """The line as it may be shown."""
        if self._goes_on(line):
            return self._hidden(line)
        if not _hinted(line):
            return line
        if (opens := _OPENS.match(line)) and not _ENDS.match(opens["value"] or ""):
            self._indent, self._goes_on_anyway = len(opens["indent"]), opens["value"] is not None
        markers = [found[1] for found in _KEY_BLOCK.finditer(line)]
        tail = line.rpartition("-----")[2]
        self._key_lines = KEY_LINES if markers[-1:] == ["BEGIN"] and not {'"', "'"} & set(tail) else 0
        return mask(line)

    def _goes_on(self, line: str) -> bool:
        """Whether the line belongs to a secret that began above it."""
        if self._key_lines:
            self._key_lines = 0 if _KEY_BLOCK.search(line) else self._key_lines - 1
            return self._key_lines > 0
        if self._indent is None:
            return False
        deeper = len(line) - len(line.lstrip()) > self._indent
        if not line.strip() or (deeper and (self._goes_on_anyway or not _ANOTHER_FIELD.match(line))):
            return True
        self._indent = None
        return False

    def _hidden(self, line: str) -> str:
        text = line.strip()
        alone = text.startswith('"') and self._indent is not None and not self._goes_on_anyway
        quote, end = ('"' if alone else ""), ("," if alone and text.endswith(",") else "")
        return f"{line[: len(line) - len(line.lstrip())]}{quote}{MASK}{quote}{end}" if text else line


def mask_lines(content: str, lines: list[str]) -> list[str]:
    """The lines of a content, masked: the content is searched once, only the lines that are hit are looked at."""
    masked, masker, done = list(lines), Masker(), 0
    for hit in _hit_lines(content):
        at = max(hit, done)
        while at < len(lines) and (at == hit or masker.open):
            masked[at] = masker.line(lines[at])
            at += 1
        done = at
    return masked


def _hit_lines(content: str) -> Iterable[int]:
    """The numbers, from 0, of the lines that hold one of the words."""
    low = content.lower()
    if len(low) != len(content):
        # A letter that changes its length in lower case shifts every position behind it.
        return range(content.count("\n") + 1)
    return _numbers(content, sorted({hit for word in (*_WORDS, "@") for hit in _positions(low, word)}))


def _numbers(content: str, positions: list[int]) -> Iterator[int]:
    number, counted = 0, 0
    for position in positions:
        number += content.count("\n", counted, position)
        counted = position
        yield number


def _positions(content: str, word: str) -> Iterator[int]:
    """Where the word stands, once for each line."""
    at = content.find(word)
    while at >= 0:
        yield at
        end = content.find("\n", at)
        at = content.find(word, end) if end >= 0 else -1
