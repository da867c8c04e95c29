"""The statements of a configuration with their lines, also from a text whose lines were joined into one.

Web pages and tickets often show `show running-config` as one long line, with the numbers of call-outs between the
statements. There a statement begins where a word begins one and is not an argument of the statement before.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from parsers.base import Evidence, Text

BEGIN = re.compile(r"Building configuration\.\.\.|Current configuration:")
_NOISE = re.compile(
    r"!.*|#.*|Building configuration\.\.\.|Current configuration:"
    r"|% Can't open configuration file .*|Configuration file\[.*"
    r"|\S*[>#]\s*(?:do\s+)?(?:show|sh|vtysh|wr|write)\b.*|\S+[>#]|[$#>]\s*(?:oc|kubectl|vtysh|exit)\b.*"
)
_JOINED = re.compile(rf"\s*(?:{BEGIN.pattern})\s+\S")
_CALLOUT = re.compile(r"\(\d{1,2}\)|<(?:\d{1,2}|\.)>")
_TRAILING_CALLOUT = re.compile(
    r"(router bgp \S+|neighbor \S+ (?:remote-as|bfd profile|password|activate|peer-group) ?\S*|network \S+"
    r"|(?:profile|hostname|bgp router-id) \S+) \d{1,2}"
)
# The first words of statements, and how many words that statement has at least: these begin no other one.
_STARTS = (
    (re.compile(r"!"), 1),
    (re.compile(r"Building configuration\.\.\."), 2),
    (re.compile(r"Current configuration:"), 2),
    (re.compile(r"frr (?:version|defaults) "), 3),
    (re.compile(r"(?:hostname|debug|service|profile|call|description|log|line|vrf|interface|agentx) "), 2),
    (re.compile(r"(?:address-family|redistribute|set|bgp|network|password|aggregate-address) "), 2),
    (re.compile(r"router (?:bgp|ospf6?|isis|ripn?g?) "), 3),
    (re.compile(r"(?:no|neighbor|on-match) "), 3),
    (re.compile(r"ipv?6? (?:prefix-list|route|nht|forwarding|community-list|as-path) "), 3),
    (re.compile(r"route-map \S+ (?:permit|deny) "), 4),
    (re.compile(r"match ipv?6? \S+ prefix-list "), 5),
    (re.compile(r"match "), 3),
    (re.compile(r"(?:transmit-interval|receive-interval|echo-interval|detect-multiplier|minimum-ttl) "), 2),
    (re.compile(r"(?:bfd|end|exit|exit-address-family|exit-vrf|passive-mode|echo-mode|shutdown) "), 1),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One statement: its words joined by single blanks, its line, how deep it is indented (-1: in a joined line)."""

    source: Text
    number: int
    text: str
    indent: int

    @property
    def evidence(self) -> Evidence:
        """The line; of a joined one the part that holds the statement."""
        return self.source.quote(self.number, focus=self.text)


def statements(text: Text) -> Iterator[Line]:
    """The statements in order; comments, headings, prompts and empty lines are left out on purpose."""
    for number, raw in text.numbered():
        if _JOINED.match(raw):
            yield from (Line(text, number, one, -1) for one in _split(raw) if not _NOISE.fullmatch(one))
            continue
        words = " ".join(raw.split())
        if words and not _NOISE.fullmatch(words):
            yield Line(text, number, words, len(raw) - len(raw.lstrip()))


def _split(raw: str) -> Iterator[str]:
    words = [word for word in raw.split() if not _CALLOUT.fullmatch(word)]
    current: list[str] = []
    protected = 0
    for at, word in enumerate(words):
        ahead = " ".join(words[at : at + 5]) + " "
        starts = next((least for start, least in _STARTS if start.match(ahead)), 0)
        # `neighbor X bfd profile P` is one statement, and so is a description up to the next one.
        joins = word == "profile" and current[:1] == ["neighbor"]
        if starts and len(current) >= protected and not joins:
            if current:
                yield _uncalled(current)
            current, protected = [], starts
        current.append(word)
    yield _uncalled(current)


def _uncalled(words: list[str]) -> str:
    statement = " ".join(words)
    called = _TRAILING_CALLOUT.fullmatch(statement)
    return called[1] if called else statement
