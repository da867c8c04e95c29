"""Texts of which somebody hid parts before the archive was handed out, and what of them can still be compared.

openshift/must-gather-clean pkg/obfuscator: ip.go writes `x-ipv4-0000000001-x`, mac_address.go `x-mac-0000000001-x`,
domain.go `domain0000000001`; or, when asked for it, one text for all: `xxx.xxx.xxx.xxx`, `xxxx:xxxx:…`,
`xx:xx:xx:xx:xx:xx`, `obfuscated.com`. Numbers are given in the order of first sight: in two archives the same number
need not be the same address.
"""

import re
from collections.abc import Iterable, Mapping

_IPV4_MASK = r"x-ipv4-\d{10}-x|xxx\.xxx\.xxx\.xxx"
_IPV6_MASK = r"x-ipv6-\d{10}-x|xxxx(?::xxxx){7}"
_MAC_MASK = r"x-mac-\d{10}-x|xx(?::xx){5}"
_DOMAIN_MASK = r"domain\d{10}|obfuscated\.com"
_MASK = re.compile(f"{_IPV4_MASK}|{_IPV6_MASK}|{_MAC_MASK}|{_DOMAIN_MASK}")
_MAC = re.compile(rf"{_MAC_MASK}|(?<![\w:])[0-9a-fA-F]{{2}}(?::[0-9a-fA-F]{{2}}){{5}}(?![\w:])")
_DOTTED = r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])"
_DASHED = r"(?<![\w.])(?<!\d-)\d{1,3}(?:-\d{1,3}){3}(?![\w-])"  # in names of hosts, which are replaced too
_IPV4 = re.compile(f"{_IPV4_MASK}|{_DOTTED}|{_DASHED}")
_IPV6 = re.compile(rf"{_IPV6_MASK}|(?<![\w:.])(?:[0-9a-fA-F]{{1,4}}:|::?){{2,8}}[0-9a-fA-F]{{0,4}}(?![\w:])")
_DOMAIN = re.compile(_DOMAIN_MASK)
_ADDRESS = re.compile(f"{_IPV4_MASK}|{_IPV6_MASK}")


def masked(text: str) -> bool:
    """Whether something in the text was hidden."""
    return _MASK.search(text) is not None


def veiled(text: str) -> bool:
    """Whether an IP address in the text was hidden."""
    return _ADDRESS.search(text) is not None


def bare(text: str) -> str:
    """The text with a word in place of every address, hidden or not; two such texts agree as far as one can see."""
    return _IPV6.sub("<ipv6>", _IPV4.sub("<ipv4>", _MAC.sub("<mac>", text)))


def addressed(text: str) -> bool:
    """Whether the text holds an address, hidden or not, so that it may read otherwise in the other archive."""
    return masked(text) or bare(text) != text


def hosts(hidden: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """What the other archive calls the nodes in whose names something is masked; both give uids by names.

    Uids are never masked, and names that hold an address are: `ip-x-ipv4-0000000001-x.ec2.internal`.
    """
    names = {uid: name for name, uid in known.items() if uid}
    return {name: names[uid] for name, uid in hidden.items() if masked(name) and uid in names and name != names[uid]}


def domains(hidden: Iterable[str], plain: Iterable[str]) -> dict[str, str]:
    """Which domain a mask stands for, as the names of the nodes tell it: `worker-0.domain0000000001`.

    Only where all nodes agree: a mask that is the same for all domains tells nothing. What stands before a domain
    stays: `worker-0.lab.domain0000000001`.
    """
    by_host: dict[str, set[str]] = {}
    for name in plain:
        host, _, domain = name.partition(".")
        by_host.setdefault(host, set()).add(domain)
    found: dict[str, set[str]] = {}
    for name in hidden:
        host, _, domain = name.partition(".")
        mask, told = _DOMAIN.search(domain), by_host.get(host, set())
        if mask is None or mask.end() < len(domain) or len(told) != 1:
            continue
        before, (whole,) = domain[: mask.start()], told
        found.setdefault(mask[0], set()).add(whole.removeprefix(before) if whole.startswith(before) else "")
    return {mask: next(iter(told)) for mask, told in found.items() if len(told) == 1 and all(told)}
