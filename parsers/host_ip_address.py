"""One line `inet` or `inet6` of `ip addr` (iproute2 ip/ipaddress.c, print_addrinfo)."""

import re
from collections.abc import Iterator
from typing import Any

from parsers.base import Evidence
from parsers.host_link_facts import HostAddress
from parsers.vocabulary import Family, address

_LINE = re.compile(r"(?P<family>inet6?) (?P<address>[\w.:%-]{2,64})(?:/(?P<length>\d{1,3}))?(?P<rest>(?: .*)?)")
FLAGS = frozenset(
    [
        "secondary",
        "temporary",
        "tentative",
        "deprecated",
        "home",
        "nodad",
        "dadfailed",
        "optimistic",
        "dynamic",
        "mngtmpaddr",
        "noprefixroute",
        "autojoin",
        "permanent",
        "stable-privacy",
        "managetempaddr",
        "any",
        "anycast",
    ]
)
_WITH_VALUE = frozenset(["brd", "metric", "proto", "any", "flags"])  # words whose value no rule needs
_FAMILIES = {"inet": Family.IPV4, "inet6": Family.IPV6}


def host_address(
    line: str, interface: str | None, mark: Evidence, base: dict[str, Any]
) -> tuple[HostAddress, str | None]:
    """The address of a line, and the first word that is not known.

    ValueError where no interface is known or the line is none.
    """
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError("not an address of an interface")
    values: dict[str, Any] = {"address": address(found["address"]), "family": _FAMILIES[found["family"]]}
    if found["length"]:
        values["prefix_length"] = int(found["length"])
    flags: list[str] = []
    unknown: str | None = None
    last = found["rest"].rpartition(" ")[2] if "scope" in found["rest"] else ""
    words = iter(found["rest"].split())
    for word in words:
        if word in FLAGS:
            flags.append(word)
        elif _takes(word, words, values):
            continue
        elif values["family"] is Family.IPV4 and interface in {None, word.partition(":")[0]}:
            values["label"] = word  # it stands last
            interface = word.partition(":")[0]
        elif values["family"] is Family.IPV4 and word == last:
            values["label"] = word  # any name that somebody gave it, such as `vip` by OpenShift's keepalived
        else:
            unknown = unknown or word
    if interface is None:
        raise ValueError("an address without its interface")
    marks = dict.fromkeys((name for name in values if name != "family"), mark)
    if flags:
        marks["flags"] = mark
    fact = HostAddress(evidence=mark, marks=marks, **base, interface=interface, flags=tuple(flags), **values)
    return fact, unknown


def _takes(word: str, words: Iterator[str], values: dict[str, Any]) -> bool:
    """Whether the word has a value; what it says is then kept."""
    if word == "peer":
        values["peer"], _, length = next(words, "").partition("/")
        values["prefix_length"] = int(length) if length.isdigit() else values.get("prefix_length")
    elif word == "scope":
        values["scope"] = next(words, None)
    elif word in _WITH_VALUE:
        next(words, None)
    else:
        return False
    return True
