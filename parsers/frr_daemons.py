"""/etc/frr/daemons: which daemons FRR's start script starts, and with which options.

Shell assignments (FRRouting tools/etc/frr/daemons and tools/frrcommon.sh.in, releases 7.5 to 10.7; MetalLB and frr-k8s
ship their own from a ConfigMap). zebra, staticd, watchfrr and mgmtd start whatever stands here.
"""

import re
from collections.abc import Iterator, Mapping

from parsers.base import Evidence, OriginFact, ParseFailure, SourceFile, failure, parser

_DAEMONS = frozenset(
    {"zebra", "staticd", "mgmtd", "watchfrr", "bgpd", "ospfd", "ospf6d", "ripd", "ripngd", "isisd", "pimd", "pim6d"}
    | {"ldpd", "nhrpd", "eigrpd", "babeld", "sharpd", "pbrd", "bfdd", "fabricd", "vrrpd", "pathd", "pceplibd"}
)
_ASSIGNMENT = re.compile(r"(?:export\s+)?(\w+)=(\"[^\"]*\"|'[^']*'|\([^)]*\)|[^\s#]*)\s*(?:#.*)?")
_YES, _NO = frozenset({"yes", "true", "1", "on"}), frozenset({"no", "false", "0", "off", ""})


class FrrDaemons(OriginFact):
    """`enabled` by daemon; `options` are the other settings as they are written. A mark for each by its name."""

    enabled: Mapping[str, bool]
    options: Mapping[str, str]


@parser(
    "namespaces/{namespace}/pods/{pod}/frr/frr/logs/daemons",
    "report/pods/{pod}/frr/logs/daemons",
    title="daemons file of the FRR containers",
    collect="oc adm must-gather with MetalLB or frr-k8s installed; by hand: oc exec -n <namespace> <pod> -c frr -- "
    "cat /etc/frr/daemons > daemons",
    words=(b"bgpd=",),
    content=rb"^bgpd=[\"']?(?:yes|no)\b",
)
def frr_daemons(source: SourceFile) -> Iterator[FrrDaemons | ParseFailure]:
    text = source.text()
    if text.torn:
        yield failure(text.whole(), "frr_daemons", "cut off: what it says of other daemons is missing")
        return
    enabled: dict[str, bool] = {}
    options: dict[str, str] = {}
    marks: dict[str, Evidence] = {}
    for number, line in text.numbered():
        words = line.strip()
        if not words or words.startswith("#"):
            continue
        match = _ASSIGNMENT.fullmatch(words)
        if match is None:
            yield failure(text.quote(number), "frr_daemons", "not an assignment")
            continue
        name, value = match[1], match[2].strip("\"'")
        if name not in _DAEMONS:
            options[name] = value
        elif value.lower() in _YES | _NO:
            enabled[name] = value.lower() in _YES
        else:
            yield failure(text.quote(number), "frr_daemons", f"neither yes nor no: {value[:40]!r}")
            continue
        marks[name] = text.quote(number)
    if enabled or options:
        yield FrrDaemons(
            evidence=min(marks.values(), key=lambda mark: mark.first_line),
            marks=marks,
            origin=source.origin,
            enabled=enabled,
            options=options,
        )
