"""Links and addresses of a host, whichever command or document shows them (`ip`, `ifconfig`, NodeNetworkState)."""

from collections.abc import Mapping
from enum import StrEnum

from parsers.host_facts import HostFact
from parsers.vocabulary import Family


class LinkState(StrEnum):
    """Operational states of a link (RFC 2863 as iproute2 ip/ipaddress.c, print_operstate, writes them)."""

    UNKNOWN = "UNKNOWN"
    NOT_PRESENT = "NOTPRESENT"
    DOWN = "DOWN"
    LOWER_LAYER_DOWN = "LOWERLAYERDOWN"
    TESTING = "TESTING"
    DORMANT = "DORMANT"
    UP = "UP"


class HostLink(HostFact):
    """One interface. `flags` as `ip` writes them (`UP`, `LOWER_UP`, `NO-CARRIER`), `state` None where not printed.

    kind: the driver's name for it as printed: `vlan`, `bond`, `vxlan`, `openvswitch`; of a NodeNetworkState such as
    `ovs-bridge` and `ethernet`. lower: what stands behind the `@`: the parent of a VLAN, the peer of a veth pair,
    `if5` for an interface of another network namespace. master: the bond, bridge or `ovs-system` that it is a member
    of; `members` the reverse, where the source tells it. counters: since the interface exists, named `rx_` or `tx_`
    and one of bytes, packets, errors, dropped, overruns, missed, multicast, length, crc, frame, fifo, carrier,
    collisions, aborted, window, heartbeat, or `carrier_changes`.
    """

    name: str
    index: int | None = None
    flags: tuple[str, ...] = ()
    state: LinkState | None = None
    mtu: int | None = None
    kind: str | None = None
    master: str | None = None
    members: tuple[str, ...] = ()
    lower: str | None = None
    mac: str | None = None
    vlan_id: int | None = None
    promiscuity: int | None = None
    alternative_names: tuple[str, ...] = ()
    counters: Mapping[str, int] = {}

    @property
    def administratively_up(self) -> bool | None:
        """Whether somebody set it up; None where neither flags nor a state are known."""
        if self.flags:
            return "UP" in self.flags
        return {LinkState.UP: True, LinkState.DOWN: False}.get(self.state) if self.state else None

    @property
    def carrier(self) -> bool | None:
        """Whether the link below it is there; None for an interface that is set down and where nothing tells."""
        if "NO-CARRIER" in self.flags or self.state is LinkState.LOWER_LAYER_DOWN:
            return False
        if "LOWER_UP" in self.flags or "RUNNING" in self.flags or self.state is LinkState.UP:
            return True
        # ifconfig has no word for a missing carrier: RUNNING is missing.
        return False if self.flags and self.state is None and "UP" in self.flags else None


class HostAddress(HostFact):
    """One address of an interface. `prefix_length` None where a document does not say it.

    scope: `global`, `link`, `host`, `site` or a number. flags: such as `secondary`, `deprecated`, `tentative`,
    `dadfailed`, `dynamic`. peer: of a point-to-point link.
    """

    interface: str
    address: str
    prefix_length: int | None = None
    family: Family
    scope: str | None = None
    flags: tuple[str, ...] = ()
    peer: str | None = None
    label: str | None = None
