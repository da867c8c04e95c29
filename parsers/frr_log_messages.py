"""What a message of FRR's log says, and the expression that finds the wanted ones in gigabytes of log."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from parsers.frr_log_kinds import FrrLogKind
from parsers.frr_log_signatures import SIGNATURES, Signature
from parsers.vocabulary import address, is_address, network

_WORD = rb"\S++\ "  # a word that varies and a blank, as `_signature` writes them


def _either(expressions: Iterable[bytes]) -> bytes:
    """Alternatives by their first character, so that most of them fail at once."""
    begun: dict[bytes, list[bytes]] = {}
    for one in dict.fromkeys(expressions):
        head = one[:2] if one.startswith(b"\\") else one[:1]
        begun.setdefault(head, []).append(one[len(head) :])
    return b"|".join(head + b"(?:" + b"|".join(tails) + b")" for head, tails in begun.items())


def _prefilter(anchors: list[bytes]) -> bytes:
    """The anchors; those that begin with a varying word come last and share it."""
    behind = [anchor.removeprefix(_WORD) for anchor in anchors if anchor.startswith(_WORD)]
    first = _either(anchor for anchor in anchors if not anchor.startswith(_WORD))
    return first + b"|" + _WORD + b"(?:" + _prefilter(behind) + b")" if behind else first


# Behind `BGP: [XXXXX-XXXXX][EC 1] `. Searching for the colon first is what makes it fast.
PREFILTER = re.compile(
    rb": (?:\[[A-Z0-9]{5}-[A-Z0-9]{5}\](?:\[EC \d+\])? |\[EC \d+\] )?(?:"
    + _prefilter([signature.anchor for signature in SIGNATURES])
    + b")"
)


def _by_character(behind_a_word: bool) -> dict[str, list[Signature]]:
    found: dict[str, list[Signature]] = {}
    for signature in SIGNATURES:
        if signature.anchor.startswith(_WORD) is behind_a_word:
            begin = signature.anchor.removeprefix(_WORD)
            character = begin.removeprefix(b"\\")[:1].decode()
            # Behind a second varying word stands anything.
            found.setdefault("" if begin.startswith(_WORD) else character, []).append(signature)
    return found


_FIRST, _SECOND = _by_character(False), _by_character(True)


def _candidates(text: str) -> list[Signature]:
    at = text.find(" ") + 1
    return [*_FIRST.get(text[:1], ()), *_SECOND.get(text[at : at + 1], ()), *_SECOND.get("", ())]


@dataclass(frozen=True, slots=True)
class Message:
    """A message by its signature: the peer or the name that it is about, and the rest of what it says."""

    kind: FrrLogKind
    peer: str | None
    name: str | None
    details: dict[str, str | int]


# The words of a message that tell nothing.
_UNTOLD = frozenset({"function", "descriptor", "instance", "what", "client", "version"})
_TRACKED = re.compile(r"(?:[^\s()]*\(\d+\)|\d+):(\S+):")  # the prefix in `default(0):192.0.2.1/32:`


@lru_cache(maxsize=4096)
def peer_of(text: str) -> str:
    """The peer in `192.0.2.1(tor1)`, `tor1(192.0.2.1)`, `192.0.2.1(VRF`, `192.0.2.1:`; interfaces as they are."""
    outer, _, inner = text.rstrip(":,;").partition("(")
    inner = inner.removesuffix(")")
    return address(inner if inner and is_address(inner) and not is_address(outer) else outer)


def _one_address(prefix: str) -> str | None:
    found = network(prefix)
    return str(found.network_address) if found and found.num_addresses == 1 else None


def understand(text: str) -> Message | None:
    """What a message says; None if no signature fits."""
    for signature in _candidates(text):
        if match := signature.pattern.match(text):
            break
    else:
        return None
    values = {name: value for name, value in match.groupdict().items() if value and name not in _UNTOLD}
    if tracked := _TRACKED.fullmatch(values.pop("nexthop", "")):
        values["prefix"] = tracked[1]
    peer, name = values.pop("peer", None), values.pop("name", None)
    return Message(
        signature.kind,
        peer_of(peer) if peer else _one_address(values.get("prefix", "")),
        name,
        {key: int(value) if value.isdecimal() and len(value) < 20 else value.strip() for key, value in values.items()},
    )
