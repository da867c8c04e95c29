"""`show bgp ipv4 unicast <prefix>`: one prefix, and the peers that it is advertised to.

FRRouting bgpd/bgp_route.c, route_vty_out_detail_header; releases 7.5 to 10.7. The heading of the peers is `Advertised
to non peer-group peers:`, in later releases `Advertised to peers:`; with add-path each path has a line of its own. The
output is read as words, because web pages flatten it onto one line. Of the paths themselves only the number is read.
"""

import itertools
import re
from collections.abc import Iterator

from parsers.base import Evidence, Origin, OriginFact, ParseFailure, SourceFile, Text, failure, parser
from parsers.flat_text import FlatText
from parsers.pasted import MARGIN, outputs
from parsers.prefixes import family, prefix
from parsers.vocabulary import Family, address, network

_ENTRY = re.compile(r"BGP routing table entry for (?P<prefix>\S{1,100}?)(?:, version (?P<version>\d{1,20}))?(?=\s|$)")
_PATHS = re.compile(
    r"Paths: \((?P<paths>\d{1,6}) available(?:, best #(?P<best>\d{1,6})|, no best path)?"
    r"(?:, (?:table|vrf) (?P<vrf>[^\s,)]{1,64}))?(?P<remark>[^)\n]{0,200})\)"
)
_NOT_ADVERTISED = re.compile(r"Not advertised to any peer|Local BGP table not advertised")
_ADVERTISED = re.compile(r"Advertised to(?: non peer-group peers| peers)?:[ \t]*\n?")
_ABSENT = re.compile(r"^%? ?Network not in table", re.MULTILINE)
_COMMAND = re.compile(r"show (?:ip )?bgp\b[^\n]{0,100}?\s([0-9A-Fa-f:.]{2,45}(?:/\d{1,3})?)[\"']?\s*$", re.MULTILINE)
_PEER = re.compile(r"(?:[\w.:-]{1,64}\()?([A-Za-z0-9][\w.:%-]{0,64})\)?")
_WRAPPED = 70  # characters from which on a terminal, and not FRR, may have broken a line


class BgpPrefix(OriginFact):
    """One answer. `advertised_to` holds peers by address or interface, None where the output does not say.

    `best` is the number of the best path, None where there is none; `remark` is what FRR adds, such as
    `not advertised to any peer`. Of a prefix that is not in the table nothing but the question is known.
    """

    prefix: str | None
    family: Family | None = None
    found: bool = True
    version: int | None = None
    paths: int | None = None
    best: int | None = None
    vrf: str | None = None
    remark: str | None = None
    advertised_to: tuple[str, ...] | None = None


def read(text: Text, origin: Origin) -> Iterator[BgpPrefix | ParseFailure]:
    """The answers in a text; lines around them belong to other outputs."""
    flat = FlatText.of(text)
    starts = [match.start() for match in _ENTRY.finditer(flat.joined)]
    for start, end in itertools.pairwise([*starts, len(flat.joined)]):
        yield from _block(flat, start, end, origin)
    for match in _ABSENT.finditer(flat.joined):
        asked = _COMMAND.findall(flat.joined, 0, match.start())
        name = prefix(asked[-1]) if asked and network(asked[-1]) else None
        where = flat.quote(match.start(), match.end())
        yield BgpPrefix(evidence=where, origin=origin, prefix=name, family=family(name or ""), found=False)


def _block(flat: FlatText, start: int, end: int, origin: Origin) -> Iterator[BgpPrefix | ParseFailure]:
    entry = _ENTRY.match(flat.joined, start)
    paths = _PATHS.search(flat.joined, start, end)
    assert entry is not None  # the block starts at a match
    where = flat.quote(start, entry.end())
    if paths is None:
        yield failure(where, "bgp_prefix", "the line `Paths: (… available` is missing")
        return
    try:
        name = prefix(entry["prefix"])
    except ValueError as error:
        yield failure(where, "bgp_prefix", str(error))
        return
    marks = {"prefix": where, "paths": flat.quote(paths.start(), paths.end())}
    peers, last = _peers(flat, paths.end(), end, marks)
    if peers is None and "advertised_to" in marks:
        yield failure(marks.pop("advertised_to"), "bgp_prefix", "the peers are missing")
    vrf = paths["vrf"]
    yield BgpPrefix(
        evidence=flat.quote(start, last),
        marks=marks,
        origin=origin,
        prefix=name,
        family=family(name),
        version=int(entry["version"]) if entry["version"] else None,
        paths=int(paths["paths"]),
        best=int(paths["best"]) if paths["best"] else None,
        vrf="default" if vrf == "Default-IP-Routing-Table" else vrf,  # the default table's name up to release 6
        remark=paths["remark"].strip(" ,.") or None,
        advertised_to=peers,
    )


def _peers(flat: FlatText, start: int, end: int, marks: dict[str, Evidence]) -> tuple[tuple[str, ...] | None, int]:
    """The peers named between two positions, and where the last word that says so ends."""
    headings = list(_ADVERTISED.finditer(flat.joined, start, end))
    if not headings:
        nobody = _NOT_ADVERTISED.search(flat.joined, start, end)
        if nobody is None:
            return None, start
        marks["advertised_to"] = flat.quote(nobody.start(), nobody.end())
        return (), nobody.end()
    peers: dict[str, None] = {}
    last = start
    for heading in headings:
        found, last = _words(flat.joined, heading.end(), end)
        peers.update(dict.fromkeys(found))
    marks["advertised_to"] = flat.quote(headings[0].start(), last)
    return tuple(peers) or None, last


def _words(joined: str, start: int, end: int) -> tuple[list[str], int]:
    peers: list[str] = []
    last = start
    for word in re.finditer(r"\S+(?:\n\S+)*", joined[start:end]):
        # A long list is broken in the middle of an address by terminals; FRR itself indents every line.
        parts = [word[0].replace("\n", "")] if _broken(joined, start + word.start()) else word[0].split("\n")
        for part in parts:
            peer = _PEER.fullmatch(part)
            if peer is None or part.isdecimal() or part in {"Local", "Imported", "Route", "Last"}:
                return peers, last
            peers.append(address(peer[1]))
        last = start + word.end()
    return peers, last


def _broken(joined: str, at: int) -> bool:
    line_start = joined.rfind("\n", 0, at) + 1
    line_end = joined.find("\n", at)
    return line_end - line_start >= _WRAPPED


@parser(
    title="saved output of `show bgp ipv4 unicast <prefix>`",
    collect="oc exec -n <namespace> <pod> -c frr -- vtysh -c 'show bgp ipv4 unicast <prefix>' > prefix.txt",
    words=(b"BGP routing table entry", b"Network not in table"),
    content=MARGIN + rb"(?:BGP routing table entry for |%? ?Network not in table)",
)
def bgp_prefix(source: SourceFile) -> Iterator[BgpPrefix | ParseFailure]:
    for text in outputs(source.text()):
        yield from read(text, source.origin)
