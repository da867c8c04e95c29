"""The messages of OVS and OVN daemons, and of systemd about them, that rules ask for.

Sources: openvswitch/ovs lib/timeval.c, lib/ovs-rcu.c, vswitchd/bridge.c, lib/dpif-netlink.c, ofproto/tunnel.c,
ofproto/ofproto-dpif-upcall.c, ofproto/ofproto-dpif-xlate.c, lib/reconnect.c, lib/rconn.c, lib/daemon-unix.c,
lib/util.c, ovsdb/raft.c, lib/ovsdb-cs.c; ovn-org/ovn controller/ovn-controller.c, controller/chassis.c,
controller/binding.c, controller/patch.c, northd/ipam.c; systemd src/core.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class OvsLogKind(StrEnum):
    """What a message says. `value` of an event: milliseconds, flows, seconds or switches, as the kind says."""

    POLL_INTERVAL = "poll-interval"  # value: ms between two polls
    BLOCKED = "blocked"  # value: ms; subject: the thread that was waited for
    CONTEXT_SWITCHES = "context-switches"  # value: the involuntary ones; many: the CPU was taken away
    DISK = "disk"  # value: reads and writes during a long poll interval
    NO_DEVICE = "no-device"  # subject: the device
    FLOW_LIMIT = "flow-limit"  # value: flows
    LOST_PACKET = "lost-packet"  # subject: the datapath
    RESUBMITS = "resubmits"  # a packet runs in circles; value: the limit
    TUNNEL_DUPLICATE = "tunnel-duplicate"  # subject: the port that has the same configuration
    TUNNEL_UNKNOWN = "tunnel-unknown"  # a tunnel packet for which there is no port
    INACTIVITY = "inactivity"  # subject: the remote; value: seconds without an answer
    CONNECTION_DROPPED = "connection-dropped"  # subject: the remote
    STALE_DATA = "stale-data"  # subject: the remote
    ELECTION = "election"  # value: ms since the leader was heard; None where the leader stepped down
    VERSION_MISMATCH = "version-mismatch"
    DUPLICATE_IP = "duplicate-ip"  # subject: the address
    SUBNET_EXHAUSTED = "subnet-exhausted"  # subject: the logical switch
    ENCAP_DUPLICATE = "encap-duplicate"  # two chassis with one tunnel address; subject: the one that has it
    BRIDGE_MISSING = "bridge-missing"  # subject: the name of the physical network
    COMMIT_FAILED = "commit-failed"  # the southbound database refused a change
    CHASSIS_CHANGED = "chassis-changed"  # subject: the logical port
    STARTED = "started"  # subject: the daemon or unit
    FAILED = "failed"  # subject: the unit
    CRASHED = "crashed"  # an assertion, or a signal that killed the daemon


@dataclass(frozen=True, slots=True)
class Message:
    """A message that is known."""

    kind: OvsLogKind
    subject: str | None = None
    value: int | None = None


_KNOWN = tuple(
    (kind, re.compile(expression))
    for kind, expression in (
        (OvsLogKind.POLL_INTERVAL, r"Unreasonably long (?P<value>\d{1,15})ms poll interval"),
        (OvsLogKind.BLOCKED, r"blocked (?P<value>\d{1,15}) ms waiting for (?P<subject>\S{1,80}) to quiesce"),
        (OvsLogKind.CONTEXT_SWITCHES, r"context switches: \d+ voluntary, (?P<value>\d{1,15}) involuntary"),
        (OvsLogKind.DISK, r"disk: (?P<value>\d{1,15}) reads, (?P<more>\d{1,15}) writes"),
        (OvsLogKind.NO_DEVICE, r"could not (?:open|add) network device (?P<subject>\S{1,80}) "),
        (
            OvsLogKind.FLOW_LIMIT,
            r"(?:upcall: )?datapath (?:reached the dynamic limit of (?P<value>\d{1,15}) flows|flow limit reached)",
        ),
        (OvsLogKind.FLOW_LIMIT, r"Number of datapath flows \((?P<value>\d{1,15})\) twice as high"),
        (OvsLogKind.LOST_PACKET, r"(?P<subject>[\w.@-]{1,80}): lost packet on (?:handler|port channel) "),
        (OvsLogKind.RESUBMITS, r"over (?:max translation depth )?(?P<value>\d{1,9})(?: resubmit actions)?\b"),
        (
            OvsLogKind.TUNNEL_DUPLICATE,
            r".{0,80}attempting to add tunnel port with same config as port '(?P<subject>[^']*)'",
        ),
        (OvsLogKind.TUNNEL_UNKNOWN, r"receive tunnel port not found"),
        (
            OvsLogKind.INACTIVITY,
            r"(?P<subject>\S{1,200}): no response to inactivity probe after (?P<value>\d{1,9})(?:\.\d+)? seconds",
        ),
        (OvsLogKind.CONNECTION_DROPPED, r"(?P<subject>\S{1,200}): connection (?:dropped|closed by peer)"),
        (OvsLogKind.STALE_DATA, r"(?P<subject>\S{1,200}): clustered database server has stale data"),
        (OvsLogKind.ELECTION, r"term \d+: (?:(?P<value>\d{1,15}) ms timeout expired, )?starting election"),
        (OvsLogKind.VERSION_MISMATCH, r"controller version - .{1,80} mismatch with northd version - "),
        (OvsLogKind.DUPLICATE_IP, r"\S{1,300}: Duplicate IP set: (?P<subject>[0-9a-fA-F.:]{2,45})"),
        (OvsLogKind.SUBNET_EXHAUSTED, r"(?P<subject>\S{1,300}): Subnet address space has been exhausted"),
        (OvsLogKind.ENCAP_DUPLICATE, r"'(?P<subject>[^']{1,253})' already has encap ip '"),
        (OvsLogKind.BRIDGE_MISSING, r"bridge not found for .{1,300} with network name '(?P<subject>[^']{1,100})'"),
        (OvsLogKind.COMMIT_FAILED, r"OVNSB commit failed"),
        (OvsLogKind.CHASSIS_CHANGED, r"Changing chassis for lport (?P<subject>\S{1,520}) from "),
        (OvsLogKind.STARTED, r"(?P<subject>ovs-vswitchd|ovsdb-server) \(Open vSwitch\) \d"),
        (OvsLogKind.STARTED, r"OVN internal version is : \["),
        (OvsLogKind.CRASHED, r".{0,200}\bassertion .{0,200} failed in "),
        (OvsLogKind.CRASHED, r"\d+ crash(?:es)?: pid \d+ died"),
    )
)
# systemd's own; `ovs-ctl` and `configure-ovs.sh` add only detail.
_SYSTEMD = tuple(
    (kind, re.compile(expression))
    for kind, expression in (
        (
            OvsLogKind.STARTED,
            (
                r"(?:Started|Finished) (?:[\w@.-]{1,80} - )?"
                r"(?P<subject>Open vSwitch .{1,60}?|ovs-vswitchd\S*|ovsdb-server\S*|.{0,60}?OVS.{0,60}?)\.?$"
            ),
        ),
        (OvsLogKind.FAILED, r"(?P<subject>[\w@.-]{1,80})\.service: Failed with result "),
        (OvsLogKind.CRASHED, r"(?P<subject>[\w@.-]{1,80})\.service: Main process exited, code=(?:killed|dumped)"),
    )
)

# Every warning and error is looked at, and of the others those that may be known; the same for bytes of a stream.
PREFILTER = re.compile(
    rb"\|(?:(?:WARN|ERR|EMER)\||reconnect\|INFO\|[^\n]{1,200}?: connection |INFO\|(?:ovs-vswitchd \(|ovsdb-server \("
    rb"|OVN internal |OVNSB commit |term \d+: |controller version - |Changing chassis |bridge not found |\d+ crash))"
    rb"|systemd\[\d+\]: (?:Started |Finished |[\w@.-]+\.service: (?:Failed|Main process))"
)


# Words of messages that must be known.
KEYWORDS = re.compile(
    r"Unreasonably long|to quiesce|reached the dynamic limit|lost packet on|no response to inactivity probe"
    r"|same config as port|could not open network device|starting election"
)
_NUMBERED = re.compile(r"#\d+$")  # each connection to a socket has a number of its own: `br-int<->unix#12`


def understand(text: str, *, systemd: bool) -> Message | None:
    """The message, where it is one of those that matter."""
    for kind, expression in _SYSTEMD if systemd else _KNOWN:
        if found := expression.match(text):
            groups = found.groupdict()
            number = groups.get("value")
            value = int(number) + int(groups.get("more") or 0) if number else None
            subject = groups.get("subject")
            return Message(kind, _NUMBERED.sub("", subject) if subject else None, value)
    return None
