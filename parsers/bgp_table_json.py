"""`show bgp ipv4 json` and `show bgp ipv4 unicast <prefix> json`: tables and prefixes as the text forms give them.

FRRouting bgpd/bgp_route.c, bgp_show_table, route_vty_out and route_vty_out_detail; releases 7.5 to 10.7.
"""

import re
from collections.abc import Iterator
from typing import Any

from parsers.base import Evidence, Origin, ParseFailure, SourceFile, Text, failure, first_line, parser
from parsers.bgp_prefix import BgpPrefix
from parsers.bgp_table import BgpOrigin, BgpRoute, BgpTable, Rpki, as_path
from parsers.pasted import documents
from parsers.prefixes import family, prefix
from parsers.spans import MalformedError
from parsers.tree import Tree, parse_json
from parsers.vocabulary import address, autonomous_system

_ORIGINS = {"igp": BgpOrigin.IGP, "egp": BgpOrigin.EGP, "incomplete": BgpOrigin.INCOMPLETE}
_RPKI = {"rpkiValid": Rpki.VALID, "rpkiInvalid": Rpki.INVALID, "rpkiNotFound": Rpki.NOT_FOUND}
_FLAGS = {
    "valid": "valid",
    "best": "bestpath",
    "multipath": "multipath",
    "suppressed": "suppressed",
    "damped": "damped",
    "history": "history",
    "stale": "stale",
    "removed": "removed",
}
NAME = "bgp_table_json"
_OURS = re.compile(
    r'"defaultLocPrf"\s*:\s*\d+\s*,[\s>]*"localAS"\s*:\s*[^,\s]{1,20}\s*,[\s>]*"routes"\s*:'
    r'|^[ \t>]*\{[\s>]*"prefix"\s*:\s*"[^"]{1,60}"\s*,[\s>]*"(?:version|advertisedTo|localLabel|paths)"',
    re.MULTILINE,
)


@parser(
    title="saved output of `show bgp ipv4 json` or `show bgp ipv4 unicast <prefix> json`",
    collect="oc exec -n <namespace> <pod> -c frr -- vtysh -c 'show bgp ipv4 json' > bgp-ipv4.json",
    words=(b'"localAS"', b'"prefix"'),
    content=_OURS.pattern.encode(),
)
def bgp_table_json(source: SourceFile) -> Iterator[BgpTable | BgpRoute | BgpPrefix | ParseFailure]:
    for part in documents(source.text(), _OURS):
        source.at(part, part.first_line)
        try:
            tree = parse_json(part)
        except MalformedError as error:
            yield failure(part.quote(min(error.line, part.last_line)), NAME, error.reason)
        else:
            yield from _document(tree, source.origin)


def _document(tree: Tree, origin: Origin) -> Iterator[BgpTable | BgpRoute | BgpPrefix | ParseFailure]:
    match tree.value:
        case {"routes": dict() as routes}:
            yield from _table(tree, routes, origin)
        case {"prefix": str()}:
            yield from _prefix(tree, origin)
        case {"warning": str()}:
            return  # `Default BGP instance not found`
        case _:
            yield failure(tree.evidence(), NAME, "neither a table nor a prefix of BGP")


def _table(
    tree: Tree, routes: dict[str, Any], origin: Origin
) -> Iterator[BgpTable | BgpRoute | BgpPrefix | ParseFailure]:
    found = list(_routes(tree, routes, origin))
    families = {fact.family for fact in found if isinstance(fact, BgpRoute)}
    displayed = tree.get("totalRoutes", default=len(routes))
    names = {"vrf": "vrfName", "table_version": "tableVersion", "router_id": "routerId", "local_as": "localAS"}
    try:
        yield BgpTable(
            evidence=tree.evidence("tableVersion"),
            marks={name: tree.evidence(key) for name, key in names.items() if tree.has(key)},
            origin=origin,
            family=families.pop() if len(families) == 1 else None,
            router_id=tree.get("routerId"),
            local_as=autonomous_system(str(tree.get("localAS"))) if tree.has("localAS") else None,
            vrf=tree.get("vrfName"),
            table_version=tree.get("tableVersion"),
            routes=displayed,
            paths=tree.get("totalPaths"),
        )
    except ValueError as error:
        yield failure(tree.evidence("tableVersion"), NAME, first_line(error))
    if displayed != len(routes):
        reason = f"FRR displayed {displayed} prefixes, the document holds {len(routes)}"
        yield failure(tree.evidence("totalRoutes"), NAME, reason)
    yield from found


def _routes(tree: Tree, routes: dict[str, Any], origin: Origin) -> Iterator[BgpRoute | BgpPrefix | ParseFailure]:
    for name, paths in routes.items():
        where = _place(tree.evidence("routes", name), tree.text, name)
        match paths:
            case list():
                yield from _paths(tree, name, paths, origin)
            case {"prefix": str()}:  # `show bgp ipv4 detail json`
                yield from _prefix(tree.sub("routes", name), origin)
            case {"pathCount": int()}:  # `brief json` only counts
                continue
            case _:
                yield failure(where, NAME, "not a list of paths")


def _paths(tree: Tree, name: str, paths: list[Any], origin: Origin) -> Iterator[BgpRoute | ParseFailure]:
    for index, path in enumerate(paths):
        place = _place(tree.evidence("routes", name, index), tree.text, name)
        if not isinstance(path, dict):
            yield failure(place, NAME, "not a path")
            continue
        try:
            yield _route(prefix(name), path, place, origin)
        except ValueError as error:
            yield failure(place, NAME, first_line(error))


def _place(evidence: Evidence, text: Text, focus: str) -> Evidence:
    # FRR writes all paths of a prefix on one line, and some tools the whole document.
    return text.quote(evidence.first_line, evidence.last_line, focus=focus)


def _route(name: str, path: dict[str, Any], evidence: Evidence, origin: Origin) -> BgpRoute:
    values: dict[str, Any] = {flag: bool(path.get(key)) for flag, key in _FLAGS.items()}
    written = path.get("path", path.get("aspath", ""))
    written = written.get("string", "") if isinstance(written, dict) else written
    came = str(path.get("origin", "")).lower()
    if came and came not in _ORIGINS:
        raise ValueError(f"unknown origin {came[:40]!r}")
    return BgpRoute(
        evidence=evidence,
        origin=origin,
        family=family(name),
        prefix=name,
        next_hop=_next_hop(path.get("nexthops")),
        internal=path.get("pathFrom") == "internal",
        rpki=next((state for key, state in _RPKI.items() if path.get(key)), None),
        metric=path.get("metric", path.get("med")),
        local_pref=path.get("locPrf"),
        weight=path.get("weight"),
        path=as_path(str(written)),
        path_origin=_ORIGINS.get(came),
        **values,
    )


def _next_hop(written: Any) -> str:
    hops = [hop for hop in written if isinstance(hop, dict)] if isinstance(written, list) else []
    used = [hop for hop in hops if hop.get("used")] or hops
    return address(str(used[0].get("ip") or used[0].get("interface") or "")) if used else ""


def _prefix(tree: Tree, origin: Origin) -> Iterator[BgpPrefix | ParseFailure]:
    paths = [path for path in tree.items("paths") if isinstance(path.value, dict)]
    best = (number for number, path in enumerate(paths, 1) if path.get("bestpath", "overall"))
    peers: dict[str, None] = {}
    for one in (tree, *paths):  # with add-path each path has its own
        advertised = one.get("advertisedTo")
        peers.update(dict.fromkeys(advertised if isinstance(advertised, dict) else {}))
    said = "advertisedTo" if tree.has("advertisedTo") else "paths"
    names = {"prefix": "prefix", "paths": "paths", "advertised_to": said}
    try:
        name = prefix(tree.value["prefix"])
    except ValueError as error:
        yield failure(tree.evidence("prefix"), NAME, str(error))
        return
    yield BgpPrefix(
        evidence=tree.evidence("prefix"),
        marks={mark: tree.evidence(key) for mark, key in names.items() if tree.has(key)},
        origin=origin,
        prefix=name,
        family=family(name),
        version=tree.get("version"),
        paths=len(paths),
        best=next(best, None),
        advertised_to=tuple(address(peer) for peer in peers),
    )
