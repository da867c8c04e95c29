"""States of nodes that a report shows in pictures: the MTU of every step, and the tunnels to the other nodes."""

from dataclasses import dataclass

from parsers.base import Evidence


@dataclass(frozen=True, slots=True)
class MtuStep:
    """One place on the way of a pod's packet.

    part: such as `uplink`. mtu: the values seen, if any, in bytes; of the tunnel what the uplink leaves inside of it.
    fault: why packets that the step before takes do not pass here, in words; loses: whether they are lost for sure.
    """

    part: str
    name: str | None
    mtu: tuple[int, ...]
    fault: str | None = None
    loses: bool = False


@dataclass(frozen=True, slots=True)
class NodeMtu:
    """The MTU of every step of one node, from its uplink to its pods; `header` is what a tunnel adds to a packet.

    changing: whether a change of the MTU is under way, which explains every difference.
    """

    node: str
    network_type: str | None
    header: int
    steps: tuple[MtuStep, ...]
    evidence: tuple[Evidence, ...]
    changing: bool = False


@dataclass(frozen=True, slots=True)
class TunnelState:
    """The tunnels of one node to the other nodes: ports with OVN-Kubernetes, flows with OpenShift SDN.

    required: how many there must be. missing: the first nodes without one, `missing_total` counts all. moved: nodes
    with one to another address. stale: tunnels to no node. reason: why they could not be judged; None where they were.
    """

    node: str
    required: int
    missing: tuple[str, ...] = ()
    missing_total: int = 0
    moved: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    reason: str | None = None
    evidence: tuple[Evidence, ...] = ()
