"""The flows of one node for another: what lets its packets in, what sends packets to it."""

from collections.abc import Iterable
from dataclasses import dataclass

from analyzer.sdn.bridge import Flows, Tunnel
from analyzer.sdn.subnets import Remote
from parsers.ovs_facts import OfFlow
from parsers.prefixes import contains

_WORDS = {"arp": "ARP", "ip": "IP"}


@dataclass(frozen=True, slots=True)
class RemoteFlows:
    """lacking: what is missing, in words. wrong: flows for its pods that lead elsewhere. some: whether any is right."""

    remote: Remote
    lacking: tuple[str, ...]
    wrong: tuple[OfFlow, ...]
    some: bool
    misled: str = ""

    @property
    def text(self) -> str:
        """What is missing, and where packets go instead: `no flow with tun_src=192.0.2.21; …`."""
        return f"{' and '.join(self.lacking)}{self.misled}"


def remote_flows(flows: Flows, remote: Remote, gateway: str | None) -> RemoteFlows:
    """What a dump holds for one other node; gateway: the address of its tun0, which lies in its subnet."""
    lacking: list[str] = []
    missing: list[str] = []
    wrong: list[Tunnel] = []
    let_in = any(ip in flows.sources for ip in remote.addresses)
    if flows.filtered and not let_in:
        lacking.append(f"no flow with tun_src={remote.addresses[0]}")
    for protocol, word in _WORDS.items():
        led = [one for ip in remote.addresses for one in flows.by_end.get((protocol, ip), ())]
        if not any(_for(one, remote, gateway) is not False for one in led):
            missing.append(word)
            wrong += _elsewhere(flows, protocol, remote, gateway)
    if missing:
        what = f" for {remote.subnet}" if remote.subnet else ""
        lacking.append(f"no {' and no '.join(missing)} flow{what} with tun_dst={remote.addresses[0]}")
    misled = f"; its flow for {wrong[0].subnet} leads to {wrong[0].to}" if wrong else ""
    if missing and not wrong and remote.subnet and (other := _for_others(flows, remote)):
        misled = f"; its flow to {other.to} is for {other.subnet}"
    some = let_in or len(missing) < len(_WORDS)
    return RemoteFlows(remote, tuple(lacking), tuple(one.flow for one in wrong), some, misled)


def _elsewhere(flows: Flows, protocol: str, remote: Remote, gateway: str | None) -> list[Tunnel]:
    """The flows for its pods that lead to another address."""
    if remote.subnet:
        return list(flows.by_subnet.get((protocol, remote.subnet), ()))
    return [one for one in flows.tunnels if one.protocol == protocol and _for(one, remote, gateway)]


def _for_others(flows: Flows, remote: Remote) -> Tunnel | None:
    """A flow that leads to this node and is for another subnet than it has."""
    led = (one for ip in remote.addresses for name in _WORDS for one in flows.by_end.get((name, ip), ()))
    return next((one for one in led if one.subnet != remote.subnet), None)


def _for(one: Tunnel, remote: Remote, gateway: str | None) -> bool | None:
    """Whether a flow is for the pods of this node; None where its subnet is not known."""
    if remote.subnet:
        return one.subnet == remote.subnet or contains(one.subnet, remote.subnet) is True
    return contains(one.subnet, gateway) if gateway else None


def complete(flows: Flows, remotes: Iterable[Remote]) -> tuple[int, int]:
    """For how many of these nodes all flows are there."""
    each = [remote_flows(flows, one, None) for one in remotes]
    return sum(not one.lacking for one in each), len(each)
