"""The lines of a `show bgp neighbors` block, from FRR's bgpd and from Quagga before it.

Taken from bgp_show_peer(), bgp_show_peer_afi(), bgp_show_peer_reset(), the graceful restart parts of FRRouting
bgpd/bgp_vty.c, bgp_capability_vty_out() of bgpd/bgp_open.c and bfd_sess_show() of lib/bfd.c, releases 2.0 to 10.7, and
from the Quagga history in the same repository. Indentation means nothing here: people paste without it.
"""

import re
from collections.abc import Callable
from typing import Any

from parsers.bgp_neighbor_facts import BfdType
from parsers.vocabulary import BgpState, address, bfd_status, seconds

# Lines that keep a value: every group is a field of the fact. `hold_time__quagga` is a second place of `hold_time`.
_KEPT = (
    r"Description: ?(?P<description>.*)",
    r"Hostname: (?P<hostname>\S.*)",
    r"Member of peer-group (?P<peer_group>\S.*) for session parameters",
    r"(?P<admin_down>Administratively shut down)",
    r"BGP version 4, remote router ID (?P<remote_router_id>[^\s,]+)(?:, local router ID (?P<local_router_id>\S+))?",
    r"BGP state = (?P<state>\w+)(?:, up for\s+(?P<uptime>\S+))?(?P<passive> \((?:NSF )?passive\))?",
    (
        r"Last read (?P<last_read>[^\s,]+)(?:, Last write (?P<last_write>\S+))?"
        r"(?:, hold time is (?P<hold_time__quagga>\d+), keepalive interval is (?P<keepalive__quagga>\d+) seconds)?"
    ),
    r"Hold time is (?P<hold_time>\d+)(?: seconds)?, keepalive interval is (?P<keepalive>\d+) seconds",
    (
        r"Configured hold time is (?P<configured_hold_time>\d+)(?: seconds)?"
        r", keepalive interval is (?P<configured_keepalive>\d+) seconds"
    ),
    r"Inq depth is (?P<in_queue>\d+)",
    r"Outq depth is (?P<out_queue>\d+)",
    r"Update source is (?P<update_source>\S+)",
    r"Connections established (?P<established>\d+); dropped (?P<dropped>\d+)",
    r"Message: \"(?P<admin_message>.*)\"",
    r"(?P<prefix_limit_exceeded>Peer had exceeded the max\. no\. of prefixes configured\.)",
    (
        r"Reduce the no\. of prefix (?:and clear ip bgp \S+ to restore peering"
        r"|from \S+, will restart in (?P<prefix_limit_restart>\d+) seconds)"
    ),
    r"(?:Ex|In)ternal BGP neighbor (?:may be up to|not more than) (?P<max_hops>\d+) hops away\.?",
    r"Local host: (?P<local_host>\S+), Local port: (?P<local_port>\d+)",
    r"Foreign host: (?P<foreign_host>\S+), Foreign port: (?P<foreign_port>\d+)",
    r"BGP connection: (?P<shared_network>(?:non )?shared network)",
    r"BGP Connect Retry Timer in Seconds: (?P<connect_retry>\d+)",
    r"(?P<authentication>Peer Authentication Enabled)",
)
KEPT = re.compile("|".join(f"(?:{line})" for line in _KEPT))

_BFD = (
    r"(?:BFD: )?Type: (?P<type>single hop|multi hop)",
    (
        r"Detect Mul(?:tiplier)?: (?P<detect_multiplier>\d+), Min Rx interval: (?P<min_rx>\d+)"
        r", Min Tx interval: (?P<min_tx>\d+)"
    ),
    r"Profile: (?P<profile>\S+)",
    r"Status: (?P<status>\w[\w ]*), Last update: (?P<last_update>\S+)",
)
BFD = re.compile("|".join(f"(?:{line})" for line in _BFD))

FAMILY_HEADING = re.compile(r"For address family: ([\w-]+(?: [\w-]+)*)")
# A `*` before a name says that the policy exists.
_FAMILY = (
    r"(?P<inbound_policy>Inbound path policy configured)",
    r"(?P<outbound_policy>Outbound path policy configured)",
    r"Route map for incoming advertisements is \*?(?P<route_map_in>\S+)",
    r"Route map for outgoing advertisements is \*?(?P<route_map_out>\S+)",
    r"Incoming update prefix filter list is \*?(?P<prefix_list_in>\S+)",
    r"Outgoing update prefix filter list is \*?(?P<prefix_list_out>\S+)",
    r"(?P<discarded_inbound>Inbound updates discarded due to missing policy)",
    r"(?P<discarded_outbound>Outbound updates discarded due to missing policy)",
    (
        r"(?P<accepted_prefixes>\d+) accepted(?:, (?P<sent_prefixes>\d+) sent)? prefixes"
        r"(?:, \d+ received duplicates|, maximum limit (?P<maximum_prefixes__quagga>\d+).*)?"
    ),
    r"Maximum prefixes allowed (?P<maximum_prefixes>\d+)(?P<maximum_warning_only> \(warning-only\))?",
)
FAMILY = re.compile("|".join(f"(?:{line})" for line in _FAMILY))

STATE = re.compile(r"BGP state = (\w+)")  # with whatever may follow it
LAST_RESET = re.compile(r"Last reset (?P<age>[\w:.]+)(?:,\s*(?P<reason>.*))?")
DUMP_HEADING = re.compile(r"Message received that caused BGP to send a NOTIFICATION:")
DUMP = re.compile(r"[0-9A-Fa-f]{2,8}(?: [0-9A-Fa-f]{2,8})*")
FAMILY_CAPABILITY = re.compile(r"Address [Ff]amily ([\w-]+(?: [\w-]+)*): ?(.*)")
# `4 Byte AS: advertised and received`, whatever FRR will learn to announce.
CAPABILITY = re.compile(r"(\w[\w -]*): ?((?:not )?(?:advertised|received)\b.*)")
MESSAGES = re.compile(r"([A-Z][A-Za-z ]*):\s+(\d+)\s+(\d+)")

_AFI_SAFI = r"(?:(?:IPv[46]|VPNv[46]|L2VPN|Link-State) [\w-]+(?: Unicast)?|Unknown)"
# Lines that say nothing about the health of a session.
IGNORED = re.compile(
    "|".join(
        (
            r"(?:Local|Remote) Role: .*",
            r"Belongs to the subnet range group: .*",
            r"Neighbor under common administration",
            r"Configured (?:DelayOpenTime|tcp-mss|conditional advertisements) .*",
            r"(?:Time until conditional advertisements begin|Update delay timer) is .*",
            r"Extended Optional Parameters Length is enabled",
            r"Neighbor (?:GR )?capabilities:|AddPath:|Paths-Limit:|Address families by peer:",
            # parts of AddPath, Paths-Limit, Extended nexthop and graceful restart, one family each or in a list
            rf"{_AFI_SAFI}(?::(?: [TR]X)?(?: (?:advertised|received)\b.*)?)?",
            rf"{_AFI_SAFI}\((?:not )?preserved\).*|none",
            r"Remote Restart timer is .*|Peer has restarted .*|The remaining time of \w+ timer is .*",
            r"Graceful restart informations?:|Multihop GR peer exists|End-of-RIB (?:send|sent|received)\b.*",
            r"(?:Local|Remote) GR Mode:.*|[FNR] bit:.*|Timers:|[\w -]+\(sec\): -?\d+",
            r"Message statistics:|Sent\s+Rcvd|Prefix statistics:",
            (
                r"(?:Inbound filtered|AS-PATH loop|(?:Originator|Cluster) loop|Invalid next-hop"
                r"|Withdrawn|Attributes discarded): \d+"
            ),
            r"Minimum time between advertisement runs is .*|Default weight \d+",
            # in an address family
            r"\S+ peer-group member|Update group \d+, subgroup \d+|Packet Queue length \d+",
            r"Not part of any update group|AF-dependant capabilities:|Outbound Route Filter \(ORF\).*",
            r"(?:Send|Receive)-mode:.*|First update is deferred until .*|Route-(?:Reflector|Server) Client",
            r"Inbound soft reconfiguration allowed|Private AS numbers? .*|Local AS allowed .*",
            r"Advertise .* via addpath|Unknown Addpath Strategy|Override ASNs in outbound updates .*",
            r"(?:NEXT_HOP|AS_PATH|MED) is .*|Community attribute sent to this neighbor.*",
            r"Default information originate,.*|advertise-all-vni|(?:Incoming|Outgoing) update (?:network|AS path) .*",
            r"Route map for (?:selective unsuppress|advertisements) .*|(?:Import|Export) policy for this RS-client .*",
            r"Condition (?:NON_)?EXIST, .*|Maximum allowed prefixes sent \d+|Threshold for warning message .*",
            # after the last address family
            r"Down last reset: .*|Nexthop(?: global| local)?: .*|Estimated round trip time: .*|Shutdown when RTT .*",
            r"Next (?:start|connect) timer due in .*|MRAI \(interval .*|BFD Hold Time \(interval .*",
            r"Read thread: .*|Capability error.*",
        )
    )
)

# Where a line began in a block that was pasted on one line, every run of white space one blank by then. The lines that
# FRR does not indent stand there without a blank before them.
FLAT_BREAK = re.compile(
    r" (?=(?:Local Role|Remote Role|Description|Member of peer-group|Administratively shut|BGP version|BGP state"
    r"|Last re|(?:Configured )?[Hh]old time is|Configured conditional|Configured tcp-mss|Neighbor capabilities"
    r"|Graceful restart info|Message statistics|Inq depth|Outq depth"
    r"|(?:Opens|Notifications|Updates|Keepalives|Route Refresh|Capability|Total): \d"
    r"|Prefix statistics|Minimum time|Update delay|Update source|Address [Ff]amily IP|For address family:|Update group"
    r"|Packet Queue|Not part of|Community attribute|(?:In|Out)bound (?:path|updates)|Route map|\d+ accepted"
    r"|Maximum prefixes|Connections established|Message received that|Message: |Peer had|Reduce the"
    r"|(?:Ex|In)ternal BGP neighbor|BFD: Type|Detect Mul|Status: |Profile: ))"
    r"| ?(?=(?:Hostname: |Local host: |Foreign host: |Nexthop(?: global| local)?: |BGP connection: |BGP Connect Retry"
    r"|Estimated round|Shutdown when|Next (?:start|connect) timer|MRAI \(|BFD Hold Time|Peer Auth|Read thread: ))"
    r"|(?<=caused BGP to send a NOTIFICATION:) "
)
FLAT_BLOCK = re.compile(r" ?(?=BGP neighbor (?:is|on) )")


def _text(text: str) -> str:
    return text


def _true(_text: str) -> bool:
    return True


def _bfd_status(text: str) -> Any:
    return None if text == "Unknown" else bfd_status(text)


_CONVERT: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(("uptime", "last_read", "last_write", "last_update"), seconds),
    **dict.fromkeys(("hold_time", "keepalive", "configured_hold_time", "configured_keepalive"), int),
    **dict.fromkeys(("in_queue", "out_queue", "established", "dropped", "prefix_limit_restart", "max_hops"), int),
    **dict.fromkeys(("local_port", "foreign_port", "connect_retry", "detect_multiplier", "min_rx", "min_tx"), int),
    **dict.fromkeys(("accepted_prefixes", "sent_prefixes", "maximum_prefixes"), int),
    **dict.fromkeys(("passive", "admin_down", "prefix_limit_exceeded", "authentication"), _true),
    **dict.fromkeys(("inbound_policy", "outbound_policy", "discarded_inbound", "discarded_outbound"), _true),
    **dict.fromkeys(("maximum_warning_only",), _true),
    **dict.fromkeys(("local_host", "foreign_host", "update_source"), address),
    "state": BgpState,
    "type": BfdType,
    "status": _bfd_status,
    "shared_network": lambda text: text == "shared network",
}


def values_of(match: re.Match[str]) -> dict[str, Any]:
    """The fields that a line of KEPT, FAMILY or BFD gives. Raises ValueError for an unknown word."""
    found = {name.partition("__")[0]: text for name, text in match.groupdict().items() if text is not None}
    return {name: _CONVERT.get(name, _text)(text) for name, text in found.items()}
