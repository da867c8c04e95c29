"""Secrets never leave the place where text is decoded: every line passes through `mask`.

BGP passwords stand in clear in frr.conf, in `show running-config`, in reloader logs and in custom resources
(MetalLB internal/bgp/frr/templates, FRRouting bgpd/bgp_vty.c). Parsers, evidence and parse failures only ever see
masked lines, so no rule or renderer can leak one.
"""

import re
from collections.abc import Iterable, Iterator

MASK = "<masked>"

# No rule below matches a line without one of these words in lower case, or a URL with `@`: a cheap look decides
# whether the careful expressions need to run at all.
_WORDS = (
    *("passw", "token", "bearer", "basic", "psk", "authentication-key", "key-string", "message-digest-key"),
    *("snmp-server", "private key", "key-data"),
    *(f"{what}{joint}key" for what in ("api", "access", "private", "secret") for joint in ("_", "-", "")),
)
# A vtysh password is the rest of the line; on text flattened onto one line it ends where the next statement begins.
_STATEMENT = (
    r"(?=\s+(?:neighbor|address-family|exit-address-family|network|exit|end|!|no|bgp|router|route-map|ip|ipv6)\s|$)"
)
_RULES = (
    # neighbor 192.0.2.1 password 7 abc def: a statement of its own, or inside a quoted string (JSON, Python lists)
    (re.compile(r"(^\s*neighbor\s+\S+\s+password\s+)(?!<masked>)\S.*?" + _STATEMENT), rf"\1{MASK}"),
    (
        re.compile(
            r"(\bneighbor\s+\S+\s+password\s+)(?!<masked>)\S(?:\\[^n]|[^\\\"'])*?(?=\\n|[\"']|" + _STATEMENT[3:]
        ),
        rf"\1{MASK}",
    ),
    # enable password x · ip ospf authentication-key x · key-string x · message-digest-key 1 md5 x · isis password x
    (
        re.compile(
            r"^(\s*(?:(?:enable\s+|isis\s+)?(?:area-|domain-)?password|key-string|ip(?:v6)?\s+\S+\s+authentication-key"
            r"|(?:ip\s+ospf\s+)?message-digest-key\s+\d+\s+md5|snmp-server\s+community)\s+)(?!<masked>)[^\s:=].*$"
        ),
        rf"\1{MASK}",
    ),
    (re.compile(r"((?:authorization:\s*)?\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE), rf"\1{MASK}"),
    (re.compile(r"(-----BEGIN [A-Z ]*PRIVATE KEY-----).*"), rf"\1 {MASK}"),
    # userinfo of a URL
    (re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s/:@]+:)[^\s/@]+@", re.IGNORECASE), rf"\1{MASK}@"),
)
# password: x · "password":"x" · \"token\":\"x\" · token=x · client-key-data: x (YAML, JSON, JSON in JSON, environment)
_FIELD = re.compile(
    r"(?P<key>(?P<quote>\\?[\"'])?\b[\w.-]*(?:password|passwd|token|psk|client-key-data|(?:api|access|private)[_-]?key"
    r"|secret[_-]?key)(?:\\?[\"'])?\s*[:=]\s*)(?!\s*(?:[{\[]|[|>][+-]?\d?\s*$|null\b|true\b|false\b|$))"
    r"(?:(?P<open>\\\"|\")(?:[^\"\\]|\\(?!\").)*(?:\\\"|\")|'[^']*'|[^\s,}]+)",
    re.IGNORECASE,
)
_KEY_BLOCK = re.compile(r"-----(BEGIN|END) [A-Z ]*PRIVATE KEY-----")


def _masked_field(match: re.Match[str]) -> str:
    # A quoted key stands in JSON: the value stays a string there, so that the document can still be read.
    quote = match["open"] or match["quote"] or ""
    return f"{match['key']}{quote}{MASK}{quote}"


def mask(line: str) -> str:
    """The line with every password, token and key replaced by `<masked>`; names of Secrets stay readable."""
    low = line.lower()
    if not any(word in low for word in _WORDS) and not ("@" in line and "://" in line):
        return line
    for expression, replacement in _RULES:
        line = expression.sub(replacement, line)
    return _FIELD.sub(_masked_field, line)


def mask_key_blocks(lines: Iterable[str]) -> Iterator[str]:
    """Lines between BEGIN and END of a private key are replaced; the number of lines stays."""
    inside = False
    for line in lines:
        found = _KEY_BLOCK.search(line)
        if found and found[1] == "BEGIN":
            inside = True
        elif found:
            inside = False
        elif inside:
            yield MASK
            continue
        yield line


def mask_lines(content: str, lines: list[str]) -> list[str]:
    """The lines of a content, masked: the content is searched once, only the lines that are hit are looked at."""
    if "PRIVATE KEY-----" in content:
        lines = list(mask_key_blocks(lines))
    low = content.lower()
    if len(low) != len(content):
        # A letter that changes its length in lower case shifts every position behind it.
        return [mask(line) for line in lines]
    masked = list(lines)
    for index in _hit_lines(content, {hit for word in (*_WORDS, "@") for hit in _positions(low, word)}):
        masked[index] = mask(masked[index])
    return masked


def _hit_lines(content: str, hits: set[int]) -> Iterator[int]:
    """The numbers, from 0, of the lines that these positions lie in."""
    index, counted = 0, 0
    for hit in sorted(hits):
        more = content.count("\n", counted, hit)
        index, counted = index + more, hit
        yield index


def _positions(content: str, word: str) -> Iterator[int]:
    at = content.find(word)
    while at >= 0:
        yield at
        at = content.find(word, at + 1)
