"""`ip -j` of links, addresses, routes, rules and neighbors, saved by hand; with `-p` over several lines or not.

Source: iproute2 4.17 to 6.x, lib/json_print.c and the printing functions named in the parsers of the text.
"""

import re
from collections.abc import Iterator
from typing import Any

from parsers.base import Evidence, ParseFailure, SourceFile, failure, parser
from parsers.host_facts import node_hint
from parsers.host_link_facts import HostAddress, HostLink, LinkState
from parsers.host_route_facts import HostNeighbor, HostRoute, HostRule, NeighborState, NextHop, RouteType
from parsers.pasted import documents
from parsers.spans import MalformedError
from parsers.tree import Tree, parse_json
from parsers.values import number, required_number, required_text, required_word, text, texts
from parsers.vocabulary import Family, address, family_of, network

_NAME = "host_ip_json"
_WANTED = re.compile(r'"(?:ifindex|ifname|dst|lladdr|priority)" ?: ?')
_COUNTERS = {
    "over_errors": "overruns",
    "missed_errors": "missed",
    "length_errors": "length",
    "crc_errors": "crc",
    "frame_errors": "frame",
    "fifo_errors": "fifo",
    "carrier_errors": "carrier",
    "aborted_errors": "aborted",
    "window_errors": "window",
    "heartbeat_errors": "heartbeat",
    "bytes": "bytes",
    "packets": "packets",
    "errors": "errors",
    "dropped": "dropped",
    "multicast": "multicast",
    "collisions": "collisions",
}
_ADDRESS_FLAGS = (
    "secondary",
    "temporary",
    "tentative",
    "deprecated",
    "nodad",
    "dadfailed",
    "optimistic",
    "dynamic",
    "mngtmpaddr",
    "noprefixroute",
    "stable-privacy",
    "home",
)

HostIpFact = HostLink | HostAddress | HostRoute | HostRule | HostNeighbor


@parser(
    title="links, addresses, routes and neighbors (ip -j)",
    collect="oc debug node/<node> -- chroot /host ip -j -s -d link > ip_link.json (or addr, route, rule, neigh)",
    content=rb'"(?:ifindex|ifname)" ?: ?[^,]{1,80},[^{}]{0,2000}"(?:mtu|operstate)" ?:'
    rb'|\{[^{}]{0,200}"dst" ?: ?"[^"]{1,60}",[^{}]{0,300}"(?:dev|gateway|protocol)" ?:'
    rb'|\{ ?"priority" ?: ?\d+, ?[^{}]{0,40}"src" ?:',
    words=(b'"ifname"', b'"dst"', b'"priority"'),
)
def host_ip_json(
    source: SourceFile,
) -> Iterator[HostLink | HostAddress | HostRoute | HostRule | HostNeighbor | ParseFailure]:
    """What a document's items are, their keys tell; empty items, which `ip -j -4 addr` writes, are ignored."""
    base = {"origin": source.origin, "node": node_hint(source)}
    for document in documents(source.text(), _WANTED):
        try:
            tree = parse_json(document)
        except MalformedError as error:
            yield failure(document.quote(error.line), _NAME, error.reason)
            continue
        for one in tree.items() if isinstance(tree.value, list) else [tree]:
            try:
                yield from _item(one, base)
            except MalformedError as error:
                yield failure(one.text.quote(error.line), _NAME, error.reason)


def _item(tree: Tree, base: dict[str, Any]) -> Iterator[HostIpFact | ParseFailure]:
    if tree.has("ifname"):
        yield _link(tree, base)
        for one in tree.items("addr_info"):
            if one.has("local"):
                yield _address(one, required_text(tree, "ifname"), base)
    elif tree.has("dst") and (tree.has("lladdr") or isinstance(tree.get("state"), list)):
        yield _neighbor(tree, base)
    elif tree.has("dst"):
        yield _route(tree, base)
    elif tree.has("priority"):
        yield _rule(tree, base)
    elif tree.value:
        yield failure(tree.evidence(), _NAME, "neither a link nor a route, rule or neighbor")


def _made(tree: Tree, values: dict[str, Any], marks: dict[str, str], base: dict[str, Any]) -> dict[str, Any]:
    """The common fields, the values that are there, and their lines by the keys in `marks`."""
    places = {name: tree.evidence(*key.split("/")) for name, key in marks.items() if tree.has(*key.split("/"))}
    first = next(iter(places.values()), tree.evidence())
    return {
        "evidence": first,
        "marks": places,
        **base,
        **{key: value for key, value in values.items() if value is not None},
    }


def _link(tree: Tree, base: dict[str, Any]) -> HostLink:
    counters: dict[str, int] = {}
    places: dict[str, Evidence] = {}
    for stats in ("stats64", "stats"):
        for way in ("rx", "tx"):
            for key, name in _COUNTERS.items():
                if (value := number(tree, stats, way, key)) is not None and f"{way}_{name}" not in counters:
                    counters[f"{way}_{name}"] = value
                    places[f"{way}_{name}"] = tree.evidence(stats, way, key)
    if (changes := number(tree, "stats64", "tx", "carrier_changes")) is not None:
        counters["carrier_changes"], places["carrier_changes"] = (
            changes,
            tree.evidence("stats64", "tx", "carrier_changes"),
        )
    values = {
        "name": required_text(tree, "ifname"),
        "index": number(tree, "ifindex"),
        "flags": texts(tree, "flags"),
        "state": required_word(tree, LinkState, "operstate") if tree.has("operstate") else None,
        "mtu": number(tree, "mtu"),
        "kind": text(tree, "linkinfo", "info_kind"),
        "master": text(tree, "master"),
        "mac": _mac(tree),
        "lower": text(tree, "link") or (f"if{number(tree, 'link_index')}" if tree.has("link_index") else None),
        "vlan_id": number(tree, "linkinfo", "info_data", "id")
        if text(tree, "linkinfo", "info_kind") == "vlan"
        else None,
        "promiscuity": number(tree, "promiscuity"),
        "alternative_names": texts(tree, "altnames"),
        "counters": counters,
    }
    named = {
        "name": "ifname",
        "flags": "flags",
        "state": "operstate",
        "mtu": "mtu",
        "kind": "linkinfo/info_kind",
        "mac": "address",
        "master": "master",
        "lower": "link",
        "vlan_id": "linkinfo/info_data/id",
        "promiscuity": "promiscuity",
    }
    made = _made(tree, values, named, base)
    return HostLink(**made | {"marks": made["marks"] | places})


def _mac(tree: Tree) -> str | None:
    return text(tree, "address") if text(tree, "link_type") in {"ether", "infiniband"} else None


def _address(tree: Tree, interface: str, base: dict[str, Any]) -> HostAddress:
    values = {
        "interface": interface,
        "address": address(required_text(tree, "local")),
        "scope": text(tree, "scope"),
        "prefix_length": number(tree, "prefixlen"),
        "peer": text(tree, "address"),
        "label": text(tree, "label"),
        "family": Family.IPV6 if text(tree, "family") == "inet6" else Family.IPV4,
        "flags": tuple(name for name in _ADDRESS_FLAGS if tree.get(name) is True),
    }
    named = {"address": "local", "prefix_length": "prefixlen", "scope": "scope", "label": "label"}
    return HostAddress(**_made(tree, values, named, base))


def _route(tree: Tree, base: dict[str, Any]) -> HostRoute:
    destination = required_text(tree, "dst")
    hops = tuple(_hop(one) for one in (tree.items("nexthops") if tree.has("nexthops") else [tree]))
    texts_ = (destination, text(tree, "prefsrc") or "", *(one.gateway or "" for one in hops))
    family = next((known for one in texts_ if (known := family_of(one))), None)
    # An IPv6 route without an address in it still has a preference (RFC 4191).
    family = family or (Family.IPV6 if tree.has("pref") else Family.IPV4)
    found = network({"default": "0.0.0.0/0" if family is Family.IPV4 else "::/0"}.get(destination, destination))
    mtu = next((number(one, "mtu") for one in tree.items("metrics") if one.has("mtu")), number(tree, "mtu"))
    values = {
        "family": family,
        "type": required_word(tree, RouteType, "type") if tree.has("type") else None,
        "destination": str(found) if found else destination,
        "nexthops": tuple(one for one in hops if one.gateway or one.device),
        "source": text(tree, "prefsrc"),
        "metric": number(tree, "metric"),
        "mtu": mtu,
        "protocol": text(tree, "protocol"),
        "scope": text(tree, "scope"),
        "table": text(tree, "table"),
        "lookup": tree.has("uid") or None,
    }
    named = {
        "destination": "dst",
        "gateway": "gateway",
        "device": "dev",
        "nexthops": "nexthops",
        "source": "prefsrc",
        "metric": "metric",
        "mtu": "metrics",
        "protocol": "protocol",
        "scope": "scope",
        "table": "table",
        "type": "type",
    }
    return HostRoute(**_made(tree, values, named, base))


def _hop(tree: Tree) -> NextHop:
    gateway = text(tree, "gateway") or text(tree, "via", "host")
    values = {
        "gateway": address(gateway) if gateway else None,
        "device": text(tree, "dev"),
        "weight": number(tree, "weight"),
        "flags": texts(tree, "flags"),
    }
    return NextHop(
        **_made(tree, values, {"gateway": "gateway", "device": "dev", "weight": "weight", "flags": "flags"}, {})
    )


def _rule(tree: Tree, base: dict[str, Any]) -> HostRule:
    keys = {
        "source": "src",
        "destination": "dst",
        "firewall_mark": "fwmark",
        "in_interface": "iif",
        "out_interface": "oif",
    }
    values: dict[str, Any] = {name: text(tree, key) for name, key in keys.items()}
    length = number(tree, "srclen")
    values["source"] = f"{values['source']}/{length}" if length is not None else values["source"]
    values |= {
        "priority": required_number(tree, "priority"),
        "table": text(tree, "table"),
        "action": text(tree, "action"),
        "inverted": tree.has("not"),
    }
    words = (
        key if value is None else f"{key} {value}"
        for key, value in tree.value.items()
        if key != "priority" and not isinstance(value, dict | list)
    )
    named = {**keys, "priority": "priority", "table": "table", "action": "action"}
    return HostRule(**_made(tree, values | {"text": " ".join(words)[:500]}, named, base))


def _neighbor(tree: Tree, base: dict[str, Any]) -> HostNeighbor:
    states = [required_word(one, NeighborState) for one in tree.items("state")]
    values = {
        "address": address(required_text(tree, "dst")),
        "device": text(tree, "dev"),
        "mac": text(tree, "lladdr"),
        "state": states[0] if states else None,
        "router": tree.has("router"),
    }
    named = {"address": "dst", "device": "dev", "mac": "lladdr", "state": "state", "router": "router"}
    return HostNeighbor(**_made(tree, values, named, base))
