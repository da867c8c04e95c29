"""Facts about Open vSwitch on one host. Counters are those of the moment of the output; None where OVS prints `?`."""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import Field

from parsers.host_facts import HostFact
from parsers.part import Part

LOCAL = 65534  # the OpenFlow port `LOCAL` of a bridge (openvswitch/ovs include/openflow/openflow-1.0.h, OFPP_LOCAL)


class FailMode(StrEnum):
    """What a bridge does without a controller (vswitchd/vswitch.ovsschema)."""

    SECURE = "secure"
    STANDALONE = "standalone"


class PortFlag(StrEnum):
    """Configuration and state of an OpenFlow port (lib/ofp-port.c, netdev_port_config and _state_to_name)."""

    PORT_DOWN = "PORT_DOWN"
    NO_STP = "NO_STP"
    NO_RECV = "NO_RECV"
    NO_RECV_STP = "NO_RECV_STP"
    NO_FLOOD = "NO_FLOOD"
    NO_FWD = "NO_FWD"
    NO_PACKET_IN = "NO_PACKET_IN"
    LINK_DOWN = "LINK_DOWN"
    BLOCKED = "BLOCKED"
    LIVE = "LIVE"
    STP_LISTEN = "STP_LISTEN"
    STP_LEARN = "STP_LEARN"
    STP_FORWARD = "STP_FORWARD"
    STP_BLOCK = "STP_BLOCK"


class OvsRemote(Part):
    """A controller or manager. connected is None where OVS does not say, which is how it says no."""

    target: str
    connected: bool | None = None


class OvsShow(HostFact):
    """One answer of `ovs-vsctl show`; its evidence spans the output. Without bridges there are none on this host.

    cut: the archive ends in it, or its last port has no interface.
    """

    cut: bool = False
    uuid: str | None = None
    ovs_version: str | None = None
    managers: tuple[OvsRemote, ...] = ()
    bridges: tuple[str, ...] = ()


class OvsBridge(HostFact):
    """A bridge; fail_mode and datapath_type are None where they are not set: standalone, and the default datapath."""

    bridge: str
    fail_mode: FailMode | None = None
    datapath_type: str | None = None
    controllers: tuple[OvsRemote, ...] = ()


class OvsPort(HostFact):
    """A port of a bridge."""

    bridge: str
    port: str
    tag: int | None = None
    trunks: tuple[int, ...] = ()
    interfaces: tuple[str, ...] = ()

    @property
    def bond(self) -> bool:
        """Whether the port joins several interfaces."""
        return len(self.interfaces) > 1


class OvsInterface(HostFact):
    """An interface of a port. type is `system` where none is written: a device of the host."""

    bridge: str
    port: str
    name: str
    type: str = "system"
    options: Mapping[str, str] = Field(default_factory=dict)
    error: str | None = None


class OvsBridgeList(HostFact):
    """One answer of `ovs-vsctl list-br`."""

    bridges: tuple[str, ...] = ()


class OvsRecord(HostFact):
    """A row of `ovs-vsctl list <table>`: the columns that are set. table is one of Table's names, in lower case."""

    table: str
    uuid: str
    name: str | None = None
    columns: Mapping[str, str | tuple[str, ...] | Mapping[str, str]] = Field(default_factory=dict)


class OfPorts(HostFact):
    """One answer of `ovs-ofctl dump-ports-desc`, `show` or `dump-ports`; bridge is None where nothing names it."""

    bridge: str | None = None
    count: int


class OfPort(HostFact):
    """An OpenFlow port; number is LOCAL for the bridge's own, a name is cut to 15 characters, speed in Mbit/s."""

    bridge: str | None = None
    number: int
    name: str
    mac: str | None = None
    config: tuple[PortFlag, ...] = ()
    state: tuple[PortFlag, ...] = ()
    speed: int | None = None


class OfPortCounters(HostFact):
    """The counters of an OpenFlow port; name where the output was taken with names, else number."""

    bridge: str | None = None
    number: int | None = None
    name: str | None = None
    rx_packets: int | None = None
    rx_bytes: int | None = None
    rx_dropped: int | None = None
    rx_errors: int | None = None
    tx_packets: int | None = None
    tx_bytes: int | None = None
    tx_dropped: int | None = None
    tx_errors: int | None = None


class FlowDump(HostFact):
    """One answer of `ovs-ofctl dump-flows`: how many flows it holds, and how many of them are facts (OfFlow).

    openflow: the version as the reply names it, `1.0` where it names none; None for an output without a reply line.
    cut: its last flow has no end, or the archive ends in it.
    """

    bridge: str | None = None
    openflow: str | None = None
    total: int
    decoded: int = 0
    left_out: int = 0
    cut: bool = False


class FlowCount(HostFact):
    """How many flows a table of a dump holds; the evidence is the first of them."""

    bridge: str | None = None
    table: int
    count: int


class OfFlow(HostFact):
    """A flow. `match` holds the fields as ovs-ofctl writes them, `true` for those without a value (`ip`, `arp`)."""

    bridge: str | None = None
    table: int
    priority: int
    cookie: str | None = None
    n_packets: int | None = None
    n_bytes: int | None = None
    match: Mapping[str, str] = Field(default_factory=dict)
    actions: str


class Datapath(HostFact):
    """A datapath of `dpctl/show` (or `ovs-dpctl show`) and `dpif/show`; the counters are lookups of packets."""

    datapath: str
    hit: int | None = None
    missed: int | None = None
    lost: int | None = None
    flows: int | None = None


class DatapathPort(HostFact):
    """A port of a datapath; bridge and number (OpenFlow) from `dpif/show`. Counters with `dpctl/show -s` only."""

    datapath: str
    bridge: str | None = None
    name: str
    number: int | None = None
    datapath_number: int | None = None
    type: str = "system"
    options: Mapping[str, str] = Field(default_factory=dict)
    error: str | None = None
    rx_packets: int | None = None
    rx_errors: int | None = None
    rx_dropped: int | None = None
    tx_packets: int | None = None
    tx_errors: int | None = None
    tx_dropped: int | None = None


class Upcalls(HostFact):
    """A datapath of `upcall/show`: how many flows it holds and may hold. dump_duration in milliseconds."""

    datapath: str
    current: int
    average: int
    maximum: int
    limit: int
    dump_duration: int | None = None


class OvsBond(HostFact):
    """A bond of `bond/show`. members: name to whether it is enabled."""

    bond: str
    mode: str
    active: str | None = None
    lacp: str | None = None
    members: Mapping[str, bool] = Field(default_factory=dict)


class DatapathFlowCount(HostFact):
    """How many flows an output of `dpctl/dump-flows` holds, and how many of them drop."""

    count: int
    drops: int = 0
