"""Prefixes as FRR prints and accepts them, in one spelling, also where a cleaning tool replaced the address."""

import re
from ipaddress import AddressValueError, IPv4Address

from parsers.vocabulary import Family, Network, family_of, network

# openshift/must-gather-clean replaces every address by such a word, the same address always by the same word.
MASKED = re.compile(r"x-(ipv[46])-\w+-x(?:/(\d{1,3}))?")


def prefix(text: str) -> str:
    """One spelling of a prefix: host bits cleared, `10.0.0.0` without length is the network of its class.

    A replaced address stays as it is. Raises ValueError for anything that is no prefix.
    """
    if MASKED.fullmatch(text):
        return text
    found = network(text if "/" in text else f"{text}/{_classful_length(text)}")
    if found is None:
        raise ValueError(f"not a prefix: {text[:60]!r}")
    return str(found)


def _classful_length(text: str) -> int:
    # FRRouting lib/prefix.c, apply_classful_mask_ipv4; bgpd of old prints these prefixes without a length.
    try:
        first = IPv4Address(text).packed[0]
    except AddressValueError:
        return 128
    return 8 if first < 128 else 16 if first < 192 else 24


def family(text: str) -> Family | None:
    """The family of a prefix or address, of a replaced one too; None for a name."""
    if masked := MASKED.fullmatch(text):
        return Family(masked[1])
    return family_of(text)


def length(text: str) -> int | None:
    """The length of a prefix, None where nothing tells."""
    digits = text.rpartition("/")[2]
    return int(digits) if "/" in text and digits.isdecimal() else None


def contains(wide: str, narrow: Network | str) -> bool | None:
    """Whether `narrow` lies in `wide`; None when a replaced address leaves that open."""
    outer, inner = network(wide), network(str(narrow))
    if outer is not None and inner is not None:
        return outer.version == inner.version and inner.subnet_of(outer)  # type: ignore[arg-type]
    if wide == str(narrow):
        return True
    # Two replaced prefixes of one length are two prefixes: the same one would have got the same word.
    same_length = length(wide) == length(str(narrow)) is not None
    return False if same_length and outer is None and inner is None else None
