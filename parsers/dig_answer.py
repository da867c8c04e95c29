"""Saved outputs of `dig`: which name was asked, and which addresses came for which name.

`; <<>> DiG 9.16.23 <<>> +search example.com`, `;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1`, and answers
`example.com. 300 IN A 192.0.2.10` (isc-projects/bind9 bin/dig/dig.c, lib/dns/masterdump.c). With `+noall` only the
command at the prompt tells what was asked. Comments, other sections' records and the statistics are deliberately
ignored, and so is the answer of `+short`, which names nothing.
"""

import re
from collections.abc import Iterator

from parsers.base import Evidence, ParseFailure, SourceFile, failure, parser
from parsers.host_facts import HostFact, node_hint
from parsers.vocabulary import address, is_address

_BANNER = re.compile(r";\s*<<>> DiG \S{1,80} <<>>(?P<rest>.{0,400})")
_PROMPT = re.compile(r"(?:^|[#$>]\s*|\bexec\b.{1,120} )dig(?P<rest>\s.{1,400})")
_ANSWER = re.compile(
    r"(?P<name>[\w*.-]{1,254}\.)\s+(?P<ttl>\d{1,10})\s+(?:(?:IN|CH|HS)\s+)?(?P<kind>A|AAAA)\s+(?P<address>\S{1,64})\s*"
)
_NAME = re.compile(r"(?=.{1,254}$)[A-Za-z0-9_*](?:[\w*.-]*[\w*])?\.?")
_TYPES = frozenset({"A", "AAAA", "ANY", "CNAME", "IN", "MX", "NS", "PTR", "SOA", "SRV", "TXT"})
_WITH_VALUE = frozenset({"-b", "-c", "-f", "-k", "-p", "-q", "-t", "-x", "-y"})


class DigAnswer(HostFact):
    """One address that came as the answer. asked: the name that was typed, without a dot at its end.

    search: whether the resolver's search domains were tried.
    """

    asked: str
    name: str
    address: str
    search: bool = False


@parser(
    title="saved answers of dig",
    collect="oc debug node/<node> -- chroot /host dig +search +noall +answer <name> > dig.txt",
    content=rb"^; <<>> DiG |^[^\n]{0,120}\bdig [^\n]{0,200}\n[\w*.-]+\.\s+\d+\s+IN\s+A{1,4}\s",
    words=(b"dig ", b"DiG "),
)
def dig_answer(source: SourceFile) -> Iterator[DigAnswer | ParseFailure]:
    """The answers of every call in the file."""
    text = source.text()
    asked: tuple[str, bool, Evidence] | None = None
    answers = True
    for number, line in text.numbered():
        called = _BANNER.match(line) or _PROMPT.search(line)
        if called:
            found = _asked(called["rest"])
            asked = (*found, text.quote(number)) if found else asked
            answers = True
        elif line.startswith(";; ") and line.rstrip().endswith("SECTION:"):
            answers = "ANSWER" in line
        elif (answer := _ANSWER.fullmatch(line)) and answers and asked:
            if not is_address(answer["address"]) and not answer["address"].startswith("x-ip"):
                yield failure(text.quote(number), "dig_answer", "an answer without an address")
                continue
            name, search, mark = asked
            yield DigAnswer(
                evidence=text.quote(number),
                marks={"asked": mark},
                origin=source.origin,
                node=node_hint(source),
                asked=name,
                name=answer["name"].rstrip(".").lower(),
                address=address(answer["address"]),
                search=search,
            )


def _asked(rest: str) -> tuple[str, bool] | None:
    """The name of a call and whether search domains are to be tried; None where it asks for none."""
    words = iter(rest.split())
    name, search = None, False
    for word in words:
        if word in _WITH_VALUE:
            value = next(words, "")
            name = value if word == "-q" else name
        elif word.startswith(("+search", "+showsearch")):
            search = True
        elif not word.startswith(("+", "-", "@", "|", ">")) and word.upper() not in _TYPES and _NAME.fullmatch(word):
            name = name or word
    return (name.rstrip(".").lower(), search) if name else None
