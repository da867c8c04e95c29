"""The keys of a neighbor in `show bgp neighbors json`, the fields that they become, and how to read their values.

From bgp_show_peer() of FRRouting bgpd/bgp_vty.c and bfd_sess_show() of lib/bfd.c, releases 3.0 to 10.7. Keys that say
nothing about the health of a session are left out.
"""

import re
from collections.abc import Callable
from typing import Any

from parsers.bgp_neighbor_facts import BfdType, Link
from parsers.vocabulary import BfdStatus, BgpState, address, autonomous_system, bfd_status, seconds

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_FAMILY_NAMES = {"l2VpnEvpn": "l2vpn evpn", "linkState": "link-state link-state"}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"not a string: {str(value)[:40]}")  # noqa: TRY004 - a word of the input
    return value


def _known(value: Any) -> str | None:
    return None if _text(value).lower() in {"unknown", "none"} else address(_text(value))


def _count(value: Any) -> int:
    if not isinstance(value, int):
        raise ValueError(f"not a number: {str(value)[:40]}")  # noqa: TRY004 - a word of the input
    return value


def _port(value: Any) -> int | None:
    return None if _count(value) < 0 else value


def _milliseconds(value: Any) -> int:
    return _count(value) // 1000


def _number(value: Any) -> int | None:
    return autonomous_system(str(value)) or None


def _state(value: Any) -> BgpState:
    return BgpState(_text(value))


def _duration(value: Any) -> int | None:
    return seconds(_text(value))


def _bfd_type(value: Any) -> BfdType:
    return BfdType(_text(value))


def _bfd_status(value: Any) -> BfdStatus | None:
    return None if value == "Unknown" else bfd_status(_text(value))


Fields = tuple[tuple[str, str, Callable[[Any], Any]], ...]

FIELDS: Fields = (
    ("remoteAs", "remote_as", _number),
    ("localAs", "local_as", _number),
    ("nbrInternalLink", "link", lambda _: Link.INTERNAL),
    ("nbrExternalLink", "link", lambda _: Link.EXTERNAL),
    ("nbrConfedInternalLink", "link", lambda _: Link.CONFED_INTERNAL),
    ("nbrConfedExternalLink", "link", lambda _: Link.CONFED_EXTERNAL),
    ("nbrUnspecifiedLink", "link", lambda _: Link.UNSPECIFIED),
    ("nbrDesc", "description", _text),
    ("hostname", "hostname", _known),
    ("peerGroup", "peer_group", _text),
    ("adminShutDown", "admin_down", bool),
    ("remoteRouterId", "remote_router_id", _text),
    ("localRouterId", "local_router_id", _text),
    ("bgpState", "state", _state),
    ("bgpStateIs", "passive", bool),
    ("bgpTimerUpString", "uptime", _duration),
    ("bgpTimerUpMsec", "uptime", _milliseconds),
    ("bgpTimerLastRead", "last_read", _milliseconds),
    ("bgpTimerLastWrite", "last_write", _milliseconds),
    ("bgpTimerHoldTimeMsecs", "hold_time", _milliseconds),
    ("bgpTimerKeepAliveIntervalMsecs", "keepalive", _milliseconds),
    ("bgpTimerConfiguredHoldTimeMsecs", "configured_hold_time", _milliseconds),
    ("bgpTimerConfiguredKeepAliveIntervalMsecs", "configured_keepalive", _milliseconds),
    ("connectionsEstablished", "established", _count),
    ("connectionsDropped", "dropped", _count),
    ("lastShutdownDescription", "admin_message", _text),
    ("prefixesConfigExceedMax", "prefix_limit_exceeded", bool),
    ("restartInTimerMsec", "prefix_limit_restart", _milliseconds),
    ("externalBgpNbrMaxHopsAway", "max_hops", _count),
    ("internalBgpNbrMaxHopsAway", "max_hops", _count),
    ("hostLocal", "local_host", _known),
    ("portLocal", "local_port", _port),
    ("hostForeign", "foreign_host", _known),
    ("portForeign", "foreign_port", _port),
    ("bgpConnection", "shared_network", lambda value: value == "sharedNetwork"),
    ("connectRetryTimer", "connect_retry", _count),
    ("updateSource", "update_source", _known),
    ("authenticationEnabled", "authentication", bool),
)
FAMILY: Fields = (
    ("acceptedPrefixCounter", "accepted_prefixes", _count),
    ("sentPrefixCounter", "sent_prefixes", _count),
    ("inboundPathPolicyConfig", "inbound_policy", bool),
    ("outboundPathPolicyConfig", "outbound_policy", bool),
    ("routeMapForIncomingAdvertisements", "route_map_in", _text),
    ("routeMapForOutgoingAdvertisements", "route_map_out", _text),
    ("incomingUpdatePrefixFilterList", "prefix_list_in", _text),
    ("outgoingUpdatePrefixFilterList", "prefix_list_out", _text),
    ("inboundEbgpRequiresPolicy", "discarded_inbound", bool),
    ("outboundEbgpRequiresPolicy", "discarded_outbound", bool),
    ("prefixAllowedMax", "maximum_prefixes", _count),
    ("prefixAllowedMaxWarning", "maximum_warning_only", bool),
)
BFD: Fields = (
    ("type", "type", _bfd_type),
    ("detectMultiplier", "detect_multiplier", _count),
    ("rxMinInterval", "min_rx", _count),
    ("txMinInterval", "min_tx", _count),
    ("profile", "profile", _text),
    ("status", "status", _bfd_status),
    ("lastUpdate", "last_update", _duration),
)
QUEUES: Fields = (("depthInq", "in_queue", _count), ("depthOutq", "out_queue", _count))
MESSAGES = ("opens", "notifications", "updates", "keepalives", "routeRefresh", "capability", "total")
# The capabilities under the names that the text of the command gives them.
CAPABILITIES = {
    "4byteAs": "4 Byte AS",
    "extendedMessage": "Extended Message",
    "dynamic": "Dynamic",
    "role": "Role",
    "extendedNexthop": "Extended nexthop",
    "longLivedGracefulRestart": "Long-lived Graceful Restart",
    "routeRefresh": "Route refresh",
    "enhancedRouteRefresh": "Enhanced Route Refresh",
    "gracefulRestart": "Graceful Restart Capability",
}
SIDES = {
    "advertisedAndReceivedOldNew": "advertised and received(old & new)",
    "advertisedAndReceivedOld": "advertised and received(old)",
    "advertisedAndReceivedNew": "advertised and received(new)",
    "advertisedAndReceived": "advertised and received",
}


def family_name(key: str) -> str:
    """`ipv4LabeledUnicast` as the text of the command says it: `ipv4 labeled unicast`."""
    return _FAMILY_NAMES.get(key) or spaced(key)


def spaced(key: str) -> str:
    """`routeRefresh` as words: `route refresh`."""
    return _HUMP.sub(" ", key).lower()
