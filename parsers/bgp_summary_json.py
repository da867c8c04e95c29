"""`show bgp summary json`: the facts of the text form (FRRouting bgpd/bgp_vty.c, bgp_show_summary).

An object by address family (`ipv4Unicast`), with `vrf all` below each VRF; for one family alone only its own object.
It does not tell `NoNeg` from a negotiated family, but how often each session came up and was dropped.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import ValidationError

from parsers.base import Evidence, Origin, ParseFailure, SourceFile, Text, failure, parser
from parsers.bgp_summary_facts import BgpSummary, BgpSummaryRow, peer_name, state_of, vrf_name
from parsers.pasted import documents
from parsers.spans import MalformedError
from parsers.tree import Tree, parse_json
from parsers.vocabulary import BgpState, autonomous_system

_FAMILY = re.compile(r"(ipv4|ipv6|l2Vpn|linkState|Unknown)([A-Z]\w*)?")
_WORD = re.compile(r"[A-Z][a-z]+|[A-Z]+")
_MARKS = {
    "remote_as": "remoteAs",
    "msg_received": "msgRcvd",
    "msg_sent": "msgSent",
    "uptime": "peerUptime",
    "state": "state",
    "policy_missing": "peerState",
    "prefixes_received": "pfxRcd",
    "prefixes_sent": "pfxSnt",
    "connections_established": "connectionsEstablished",
    "connections_dropped": "connectionsDropped",
    "description": "desc",
}


def _family(key: str) -> str | None:
    """`ipv4LabeledUnicast` as the text form says it: `ipv4 labeled unicast`."""
    if not (match := _FAMILY.fullmatch(key)):
        return None
    return " ".join([match[1], *_WORD.findall(match[2] or "")]).lower()


def _summaries(
    tree: Tree, vrf: str | None = None, family: str | None = None
) -> Iterator[tuple[Tree, str | None, str | None]]:
    """Every object that has `peers`, with the VRF and the family that it stands under."""
    if isinstance(tree.get("peers"), dict):
        yield tree, tree.get("vrfName", default=vrf), family
    elif isinstance(tree.value, dict) and family is None:
        for key in tree.value:
            named = _family(key)
            yield from _summaries(tree.sub(key), vrf if named else key, named)


def _cell(entry: Tree) -> tuple[BgpState, str]:
    state = state_of(str(entry.get("state")))
    if state is not BgpState.ESTABLISHED:
        return state, str(entry.get("state"))
    received = entry.get("pfxRcd", default=entry.get("prefixReceivedCount", default=0))
    return state, "(Policy)" if entry.get("peerState") == "Policy" else str(received)


@dataclass(frozen=True, slots=True)
class _Scope:
    """What all neighbors of one object have in common."""

    origin: Origin
    family: str | None
    vrf: str


def _row(entry: Tree, name: str, where: Evidence, scope: _Scope) -> BgpSummaryRow:
    state, cell = _cell(entry)
    up = state is BgpState.ESTABLISHED
    get = entry.get
    return BgpSummaryRow(
        evidence=where,
        marks={field: entry.evidence(key) for field, key in _MARKS.items() if entry.has(key)},
        origin=scope.origin,
        family=scope.family,
        vrf=scope.vrf,
        peer=peer_name(name),
        dynamic=get("dynamicPeer", default=False),
        remote_as=autonomous_system(str(get("remoteAs"))),
        msg_received=get("msgRcvd"),
        msg_sent=get("msgSent"),
        in_queue=get("inq", default=0),
        out_queue=get("outq", default=0),
        uptime=None if get("peerUptime") == "never" else get("peerUptimeMsec", default=0) // 1000,
        state=state,
        cell=cell,
        policy_missing=cell == "(Policy)",
        prefix_limit=cell == "Idle (PfxCt)",
        admin_down=cell == "Idle (Admin)",
        prefixes_received=get("pfxRcd", default=get("prefixReceivedCount")) if up else None,
        prefixes_sent=get("pfxSnt"),
        connections_established=get("connectionsEstablished"),
        connections_dropped=get("connectionsDropped"),
        description=get("desc"),
    )


def _rows(summary: Tree, scope: _Scope) -> Iterator[BgpSummaryRow | ParseFailure]:
    for name in summary.get("peers"):
        entry = summary.sub("peers", name)
        where = entry.text.quote(*entry.span, focus=f'"{name}"')
        try:
            yield _row(entry, name, where, scope)
        except ValidationError as error:
            missing = ", ".join(str(problem["loc"][0]) for problem in error.errors())
            yield failure(where, "bgp_summary_json", f"missing or not understood: {missing}")
        except (ValueError, TypeError) as error:
            yield failure(where, "bgp_summary_json", str(error)[:120])


def _total(summary: Tree, rows: int) -> Iterator[ParseFailure]:
    key = "displayedPeers" if summary.has("displayedPeers") else "totalPeers"
    expected = summary.get(key)
    if expected is not None and expected != rows:
        reason = f"{expected} neighbors are counted, {rows} were read"
        yield failure(summary.evidence(key), "bgp_summary_json", reason)


def read(text: Text, origin: Origin) -> Iterator[BgpSummary | BgpSummaryRow | ParseFailure]:
    """The rows of all address families and VRFs, each family followed by its BgpSummary."""
    try:
        tree = parse_json(text)
    except MalformedError as error:
        yield failure(text.quote(error.line), "bgp_summary_json", error.reason)
        return
    for summary, vrf, family in _summaries(tree):
        scope = _Scope(origin, family, vrf_name(vrf))
        yield from _rows(summary, scope)
        yield from _total(summary, len(summary.get("peers")))
        local_as = summary.get("as")
        keys = {"router_id": "routerId", "local_as": "as", "peers": "peerCount"}
        yield BgpSummary(
            evidence=text.quote(summary.span[0]),
            marks={field: summary.evidence(key) for field, key in keys.items() if summary.has(key)},
            origin=origin,
            family=family,
            vrf=scope.vrf,
            router_id=summary.get("routerId"),
            local_as=None if local_as is None else autonomous_system(str(local_as)),
            peers=summary.get("peerCount"),
            rows=len(summary.get("peers")),
        )


_OURS = re.compile(r'"(?:msgRcvd|failedPeers)"\s*:')


@parser(
    title="BGP summary as JSON (show bgp summary json)",
    collect="oc exec -n <namespace> <pod> -c frr -- vtysh -c 'show bgp summary json' > bgp-summary.json",
    words=(b'"msgRcvd"', b'"failedPeers"'),
    content=_OURS.pattern.encode(),
)
def bgp_summary_json(source: SourceFile) -> Iterator[BgpSummary | BgpSummaryRow | ParseFailure]:
    """`show bgp summary json`, of one or all VRFs, saved to a file of any name."""
    for text in documents(source.text(), _OURS):
        yield from read(text, source.origin)
