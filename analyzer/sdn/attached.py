"""Whether the pods of a node are attached to br0: their flows, and the ports that these lead to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from analyzer.ovs.roles import SDN_BRIDGE
from analyzer.sdn.bridge import POD_FIELDS, Flows, SdnBridge
from parsers.base import Evidence
from parsers.ovs_facts import OfFlow
from parsers.pods import Pod
from parsers.vocabulary import address

_OWN = frozenset({"br0", "vxlan0", "tun0", "vovsbr"})
_NO_PODS = _OWN | {"1", "2"}


@dataclass(frozen=True, slots=True)
class PodState:
    """One pod. lacking: the fields of which br0 has no flow, or what else is missing; port: of its flows."""

    pod: Pod
    ip: str
    lacking: tuple[str, ...]
    port: str | None
    no_port: str = ""
    evidence: tuple[Evidence, ...] = ()

    @property
    def name(self) -> str:
        """`namespace/name`."""
        return f"{self.pod.namespace}/{self.pod.name}"

    @property
    def broken(self) -> bool:
        """Whether anything is missing."""
        return bool(self.lacking or self.no_port)


def states(one: SdnBridge, pods: Iterable[tuple[Pod, str]]) -> list[PodState]:
    """Those of the pods of a node that must be attached."""
    held = _held(one)
    return [_state(one, pod, ip, held) for pod, ip in pods]


def _state(one: SdnBridge, pod: Pod, ip: str, held: frozenset[str] | None) -> PodState:
    flows = one.flows if one.flows and not one.flows.half and not one.flows.unsound else None
    own = flows.pods.get(ip, {}) if flows else {}
    port = next((flow.match["in_port"] for flow in own.values() if "in_port" in flow.match), None)
    lacking = _lacking(flows, own) if flows else ()
    if held is not None and ip not in held:
        text = f"no port of {SDN_BRIDGE} is for {ip}"
        return PodState(pod, ip, lacking, port, text, one.switch.evidence if one.switch else ())
    if port is not None and _unknown(one, port) and one.listing:
        text = f"its flows are for port {port}, which {SDN_BRIDGE} does not have"
        line = next(flow.evidence for flow in own.values() if "in_port" in flow.match)
        return PodState(pod, ip, lacking, port, text, (line, one.listing.evidence))
    return PodState(pod, ip, lacking, port)


def _lacking(flows: Flows, own: Mapping[str, OfFlow]) -> tuple[str, ...]:
    """Up to 3.2 only some of the flows name the pod: packets to it found their port by its MAC address."""
    if flows.resolving:
        return tuple(name for name in POD_FIELDS if name not in own)
    return () if {"nw_src", "nw_dst"} & set(own) else ("nw_src", "nw_dst")


def _held(one: SdnBridge) -> frozenset[str] | None:
    """The addresses of pods that ports of br0 are for; None where it is not known of every port whose it is."""
    if not one.switch or not one.switch.whole:
        return None
    found = [port.ids.get("ip") for port in one.switch.on(SDN_BRIDGE) if port.name not in _OWN and not port.error]
    return frozenset(address(ip) for ip in found if ip) if found and all(found) else None


def _unknown(one: SdnBridge, port: str) -> bool:
    if one.numbers is None:
        return False
    if port.isdecimal():
        return int(port) not in one.numbers
    return port[:15] not in {each.name for each in one.numbers.values()}


@dataclass(frozen=True, slots=True)
class Short:
    """br0 has fewer ports of pods than its flows are for. running: as many of them are for pods that run for sure."""

    there: int
    wanted: int
    running: int


def short_of(one: SdnBridge, pods: Iterable[tuple[Pod, str]]) -> Short | None:
    """Whether ports are missing, without knowing which; None where there are enough, or that is not known."""
    devices = one.devices
    if devices is None or not one.flows or one.flows.half or not one.flows.numbered:
        return None
    known = {ip for _, ip in pods}
    ports = {
        flow.match["in_port"]: ip in known
        for ip, own in one.flows.pods.items()
        for flow in own.values()
        if flow.match.get("in_port", "1") not in _NO_PODS
    }
    there = sum(name not in _OWN for name in devices)
    return Short(there, len(ports), sum(ports.values())) if there < len(ports) else None
