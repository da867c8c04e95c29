"""NodeNetworkState: links, addresses, routes and the resolver of a node, as NMState reports them.

Source: nmstate/kubernetes-nmstate api/shared/nodenetworkstate_types.go; nmstate/nmstate rust/src/lib/ifaces/*.rs,
route.rs, dns.rs (0.3 to 2.x). The object is named for its node. Of the long document the ethtool features, queues,
LLDP neighbors, route rules and the *configured* halves of routes and resolver are not read. An OVS bridge and its
internal port are two links of one name: their kinds tell them apart.
"""

from collections.abc import Iterator
from typing import Any

from parsers.base import Evidence, ParseFailure, SourceFile, failure, parser
from parsers.host_facts import node_hint
from parsers.host_link_facts import HostAddress, HostLink, LinkState
from parsers.host_resolver import ResolvConf
from parsers.host_route_facts import HostRoute, NextHop, RouteType
from parsers.kubernetes import kind_words, loose, read_objects
from parsers.objects import Reading, without
from parsers.spans import MalformedError
from parsers.tree import Tree
from parsers.values import flag, number, required_number, required_text, text, texts, word
from parsers.vocabulary import Family, address, family_of, network

_STATES = {"up": LinkState.UP, "down": LinkState.DOWN, "absent": LinkState.NOT_PRESENT}
_IGNORED = frozenset(["ignore", "unknown"])
_TABLES = {254: "main", 255: "local", 253: "default"}
_READING = Reading(
    drop=without(
        "ethtool", "lldp", "managedFields", "route-rules", "ovs-db", "other_config", "other-config", "sr-iov", "tc"
    )
)


@parser(
    "cluster-scoped-resources/nmstate.io/nodenetworkstates/{node}.yaml",
    "cluster-scoped-resources/nmstate.io/nodenetworkstates.yaml",
    title="network state of the nodes (NMState)",
    collect="oc adm must-gather (with the NMState operator); by hand: oc get nodenetworkstates -o yaml > nns.yaml",
    content=loose("NodeNetworkState"),
    words=kind_words("NodeNetworkState"),
)
def nmstate(source: SourceFile) -> Iterator[HostLink | HostAddress | HostRoute | ResolvConf | ParseFailure]:
    """The same facts as of the commands on the node; kinds of links are NMState's (`ethernet`, `ovs-bridge`)."""
    return read_objects(source, "nmstate", {"NodeNetworkState": _state}, _READING)


NetworkFact = HostLink | HostAddress | HostRoute | ResolvConf


def _state(tree: Tree, source: SourceFile) -> Iterator[NetworkFact | ParseFailure]:
    base = {"origin": source.origin, "node": required_text(tree, "metadata", "name")}
    return _facts(tree.sub("status", "currentState"), base, "nmstate")


@parser(
    "sos_commands/networking/nmstatectl_show",
    title="network state of a node (nmstatectl show)",
    collect="a sosreport of the node",
)
def nmstate_show(source: SourceFile) -> Iterator[HostLink | HostAddress | HostRoute | ResolvConf | ParseFailure]:
    """The same state without an object around it, as `nmstatectl show` prints it."""
    text = source.text()
    found = _READING.parse(text)
    if found is None or not isinstance(found[0], dict) or "interfaces" not in found[0]:
        yield failure(text.whole(), "nmstate_show", "no network state")
        return
    yield from _facts(
        Tree(found[0], text, *found[1:]), {"origin": source.origin, "node": node_hint(source)}, "nmstate_show"
    )


def _facts(current: Tree, base: dict[str, Any], name: str) -> Iterator[NetworkFact | ParseFailure]:
    ports = _controllers(current)
    for one in current.items("interfaces"):
        try:
            yield from _interface(one, ports, base, name)
        except MalformedError as error:
            yield failure(one.text.quote(error.line), name, error.reason)
    for one in current.items("routes", "running"):
        try:
            yield _route(one, base)
        except MalformedError as error:
            yield failure(one.text.quote(error.line), name, error.reason)
    resolver = current.sub("dns-resolver", "running")
    if resolver.get("server") or resolver.get("search"):
        named = {"nameservers": "server", "search": "search", "options": "options"}
        values: dict[str, Any] = {name: texts(resolver, key) for name, key in named.items()}
        marks = {name: resolver.evidence(key) for name, key in named.items() if resolver.get(key)}
        yield ResolvConf(evidence=resolver.evidence(), marks=marks, **base, **values)


def _ports(tree: Tree) -> tuple[str, ...]:
    """The members of a bridge (with their names in objects) or a bond (as texts, `slaves` before nmstate 1.0)."""
    bridged = tuple(required_text(one, "name") for one in tree.items("bridge", "port"))
    return bridged or texts(tree, "link-aggregation", "port") or texts(tree, "link-aggregation", "slaves")


def _controllers(current: Tree) -> dict[str, str]:
    """Whose member an interface is; where a name is an OVS bridge and its internal port, the bridge is not its own."""
    found: dict[str, str] = {}
    for one in current.items("interfaces"):
        try:
            members, name = _ports(one), text(one, "name") or ""
        except MalformedError:  # told where the interface itself is read
            continue
        found |= {member: name for member in members if member != name}
    return found


def _interface(
    tree: Tree, controllers: dict[str, str], base: dict[str, Any], parser_name: str
) -> Iterator[HostLink | HostAddress | ParseFailure]:
    name, state = required_text(tree, "name"), text(tree, "state") or ""
    kind = text(tree, "type")
    values: dict[str, Any] = {
        "name": name,
        "kind": kind,
        "mtu": number(tree, "mtu"),
        "state": _STATES.get(state),
        "mac": _lower(text(tree, "mac-address")),
        "members": _ports(tree),
        "master": text(tree, "controller") or (None if kind == "ovs-bridge" else controllers.get(name)),
        "lower": text(tree, "vlan", "base-iface") or text(tree, "vxlan", "base-iface") or text(tree, "veth", "peer"),
        "vlan_id": number(tree, "vlan", "id"),
        "alternative_names": _alternatives(tree),
    }
    named = {
        "name": ("name",),
        "kind": ("type",),
        "mtu": ("mtu",),
        "state": ("state",),
        "mac": ("mac-address",),
        "master": ("controller",),
        "lower": ("vlan", "base-iface"),
        "vlan_id": ("vlan", "id"),
        "members": ("bridge", "port") if tree.has("bridge", "port") else ("link-aggregation",),
    }
    marks = {key: tree.evidence(*path) for key, path in named.items() if tree.has(*path)}
    kept = {key: value for key, value in values.items() if value is not None}
    yield HostLink(evidence=tree.evidence("name"), marks=marks, **base, **kept)
    if state not in _STATES and state not in _IGNORED:
        yield failure(tree.evidence("state"), parser_name, f"unknown state of a link: {state[:40]!r}")
    for family, key in ((Family.IPV4, "ipv4"), (Family.IPV6, "ipv6")):
        if flag(tree, key, "enabled") is not False:
            for one in tree.items(key, "address"):
                yield _address(one, name, family, dynamic=bool(flag(tree, key, "dhcp")), base=base)


def _lower(mac: str | None) -> str | None:
    return mac.lower() if mac else None


def _alternatives(tree: Tree) -> tuple[str, ...]:
    return tuple(required_text(one, "name") for one in tree.items("alt-names"))


def _address(tree: Tree, interface: str, family: Family, *, dynamic: bool, base: dict[str, Any]) -> HostAddress:
    written = required_text(tree, "ip")
    found = network(written)
    scope = "link" if found and found.is_link_local and family is Family.IPV6 else None
    marks = {name: tree.evidence(key) for name, key in (("address", "ip"), ("prefix_length", "prefix-length"))}
    return HostAddress(
        evidence=marks["address"],
        marks=marks,
        **base,
        interface=interface,
        address=address(written),
        family=family,
        prefix_length=required_number(tree, "prefix-length"),
        scope=scope,
        flags=("dynamic",) if dynamic else (),
    )


def _route(tree: Tree, base: dict[str, Any]) -> HostRoute:
    destination = required_text(tree, "destination")
    found = network(destination)
    gateway, device = text(tree, "next-hop-address"), text(tree, "next-hop-interface")
    marks: dict[str, Evidence] = {
        name: tree.evidence(key)
        for name, key in (
            ("destination", "destination"),
            ("gateway", "next-hop-address"),
            ("device", "next-hop-interface"),
            ("metric", "metric"),
            ("table", "table-id"),
            ("source", "source"),
            ("type", "route-type"),
        )
        if tree.has(key)
    }
    hop = NextHop(
        evidence=tree.evidence(), marks=marks, gateway=address(gateway) if gateway else None, device=device or None
    )
    table = number(tree, "table-id")
    values: dict[str, Any] = {
        "metric": number(tree, "metric"),
        "source": text(tree, "source"),
        "table": None if table is None else _TABLES.get(table, str(table)),
        "type": word(tree, RouteType, "route-type"),
    }
    return HostRoute(
        evidence=marks["destination"],
        marks=marks,
        **base,
        family=family_of(destination) or Family.IPV4,
        destination=str(found) if found else destination,
        nexthops=(hop,) if gateway or device else (),
        **{key: value for key, value in values.items() if value is not None},
    )
