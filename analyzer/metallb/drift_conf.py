"""frr.conf and the running configuration, statement by statement and by what they mean.

FRR leaves defaults out, orders and numbers by itself, writes `exit` and well-known communities by name (FRRouting
lib/plist.c, lib/routemap.c, bgpd/bgp_vty.c, bgpd/bgp_community.c, bfdd/bfdd_cli.c; releases 7.5 to 10.7). frr.conf is
rendered by MetalLB or frr-k8s, or written back by FRR after a reload (metallb/metallb
frr-tools/reloader/frr-reloader.sh).
"""

import re
from collections.abc import Container, Iterator

from analyzer.metallb.drift_runs import Runs
from analyzer.metallb.drift_values import BGP_PORT, CONNECT, timers
from parsers.base import Evidence
from parsers.frr_config_facts import (
    BfdProfile,
    BgpRouter,
    FamilyConfig,
    NeighborConfig,
    RemoteAs,
    RouteMapEntry,
    RunningConfig,
)
from parsers.vocabulary import Family

Statement = tuple[str, Evidence]

_PROFILE = {  # FRR's defaults, which it does not write (bfdd/bfd.h)
    "detect_multiplier": 3,
    "receive_interval": 300,
    "transmit_interval": 300,
    "echo_mode": False,
    "echo_interval": 50,
    "echo_receive_interval": 50,
    "passive_mode": False,
    "minimum_ttl": 254,
    "shutdown": False,
}
_COMMUNITIES = {  # bgpd/bgp_community.c, community_str
    "65535:0": "graceful-shutdown",
    "65535:1": "accept-own",
    "65535:6": "llgr-stale",
    "65535:7": "no-llgr",
    "65535:666": "blackhole",
    "65535:65281": "no-export",
    "65535:65282": "no-advertise",
    "65535:65283": "local-AS",
    "65535:65284": "no-peer",
}
_POLICIES = (
    *("route_map_in", "route_map_out", "prefix_list_in", "prefix_list_out", "filter_list_in", "filter_list_out"),
    *("distribute_list_in", "distribute_list_out", "maximum_prefix", "default_originate", "next_hop_self"),
)
_WORDS = {Family.IPV4: "ip", Family.IPV6: "ipv6"}


def differences(one: RunningConfig, other: RunningConfig, *, bfd: bool) -> tuple[list[Statement], list[Statement]]:
    """The statements that only the one and only the other configuration has, by lines; `bfd`: profiles count."""
    # A rendered file does not name the profile that FRR was built with.
    here = dict(_statements(_of_profile(one, other.defaults), bfd=bfd))
    there = dict(_statements(_of_profile(other, one.defaults), bfd=bfd))
    return _lacking(here, there), _lacking(there, here)


def _lacking(here: dict[str, Evidence], there: dict[str, Evidence]) -> list[Statement]:
    known = {text.split(" ", 2)[1] for text in there if text.startswith("neighbor ")}
    found = [(text, line) for text, line in here.items() if text not in there and not _implied(text, line, here, known)]
    return sorted(found, key=lambda each: (each[1].first_line, each[0]))


def _implied(text: str, line: Evidence, here: dict[str, Evidence], known: Container[str]) -> bool:
    """Whether these are the default timers, written nowhere, of a neighbor that the other side lacks altogether."""
    words = text.split(" ")
    if words[0] != "neighbor" or words[2] != "timers" or words[3] == "connect" or words[1] in known:
        return False
    return any(one == line and other.startswith(f"neighbor {words[1]} remote-as") for other, one in here.items())


def _of_profile(config: RunningConfig, profile: str | None) -> RunningConfig:
    return config if config.defaults else config.model_copy(update={"defaults": profile})


def _statements(config: RunningConfig, *, bfd: bool) -> Iterator[Statement]:
    for router in config.routers:
        yield from _router(config, router)
    for entry in config.prefix_lists:
        bounds = "".join(
            f" {name} {value}" for name, value in (("ge", entry.ge), ("le", entry.le)) if value is not None
        )
        yield f"{_WORDS[entry.family]} prefix-list {entry.name} {entry.action} {entry.prefix}{bounds}", entry.evidence
    for each in config.route_maps:
        yield from _route_map(each)
    for profile in config.bfd_profiles if bfd else ():
        yield from _profile(profile)


def _router(config: RunningConfig, router: BgpRouter) -> Iterator[Statement]:
    head = f"router bgp {router.local_as}" + ("" if router.vrf == "default" else f" vrf {router.vrf}")
    yield head, router.evidence
    if router.router_id:
        yield f"{head}: bgp router-id {router.router_id}", router.marks.get("router_id", router.evidence)
    for network in router.networks:
        more = f" route-map {network.route_map}" if network.route_map else ""
        vrf = "" if router.vrf == "default" else f" (vrf {router.vrf})"
        yield f"network {network.prefix}{more}{vrf}", network.evidence
    for neighbor in (*router.neighbors, *router.peer_groups):
        vrf = "" if router.vrf == "default" else f" (vrf {router.vrf})"
        for text, line in _neighbor(Runs(config, router, neighbor)):
            yield f"neighbor {neighbor.peer} {text}{vrf}", line


def _neighbor(runs: Runs) -> Iterator[Statement]:
    one = runs.neighbor
    yield f"remote-as {one.remote_as}", one.evidence
    keepalive, hold = timers(runs)
    values: dict[str, object] = {
        "local_as": one.local_as,
        "port": None if one.port == BGP_PORT else one.port,
        "password": one.password or None,
        "update_source": one.update_source,
        "bfd_profile": one.bfd_profile,
        "ebgp_multihop": None if _internal(runs) else one.ebgp_multihop,
        "ttl_security": one.ttl_security,
        "shutdown": one.shutdown or None,
        "passive": one.passive or None,
        "peer_group": one.peer_group,
    }
    connect = CONNECT.get(runs.config.defaults or "traditional")
    if one.connect_time not in {None, connect}:
        values["connect_time"] = one.connect_time
    for name, value in values.items():
        if value is not None:
            yield _words(name, value), one.marks.get(name, one.evidence)
    # Timers that are the defaults are written or not: they are compared as what is in effect.
    yield f"timers {keepalive} {hold}", one.marks.get("hold_time", one.evidence)
    for family, settings in one.families.items():
        yield from _family(family, settings, one)


def _internal(runs: Runs) -> bool:
    """Whether FRR keeps no ebgp-multihop: the neighbor is internal or unnumbered."""
    one = runs.neighbor
    return one.interface or one.remote_as in {RemoteAs.INTERNAL, one.local_as or runs.router.local_as}


def _words(name: str, value: object) -> str:
    if name == "bfd_profile":
        return f"bfd profile {value}"
    if name == "connect_time":
        return f"timers connect {value}"
    return name.replace("_", "-") + ("" if value is True else f" {value}")


def _family(family: Family, settings: FamilyConfig, one: NeighborConfig) -> Iterator[Statement]:
    if not settings.activate:
        return
    yield f"activate ({family})", settings.marks.get("activate", one.evidence)
    for name in _POLICIES:
        if value := getattr(settings, name):
            words, _, direction = name.rpartition("_") if name.endswith(("_in", "_out")) else (name, "", "")
            text = _words(words, value) + (f" {direction}" if direction else "")
            yield f"{text} ({family})", settings.marks.get(name, settings.evidence)


def _route_map(entry: RouteMapEntry) -> Iterator[Statement]:
    head = f"route-map {entry.name} {entry.action} {entry.seq}"
    yield head, entry.evidence
    for match in entry.matches:
        yield f"{head}: match {match.kind} {match.argument}", match.evidence
    for text in entry.sets:
        yield f"{head}: set {_set(text)}", entry.evidence
    if entry.call:
        yield f"{head}: call {entry.call}", entry.evidence
    if entry.on_match is not None:
        yield f"{head}: on-match {entry.on_match or 'next'}", entry.evidence


def _set(text: str) -> str:
    """A `set` in one spelling: communities by name and in order."""
    words = [_COMMUNITIES.get(word, word) for word in text.removeprefix("set ").split()]
    if words[:1] and re.fullmatch(r"(?:large-)?community", words[0]):
        rest = [word for word in words[1:] if word != "additive"]
        words = [words[0], *sorted(rest), *(["additive"] if "additive" in words else [])]
    return " ".join(words)


def _profile(profile: BfdProfile) -> Iterator[Statement]:
    head = f"bfd profile {profile.name}"
    yield head, profile.evidence
    for name, default in _PROFILE.items():
        value = getattr(profile, name)
        if value is not None and value != default:
            yield f"{head}: {_words(name, value)}", profile.marks.get(name, profile.evidence)
