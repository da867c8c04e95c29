"""Saved metrics of BGP and BFD sessions, by node and peer: what a must-gather itself does not count.

Sources of the labels: metallb/metallb internal/bgp/native/stats.go and frr-tools/metrics/collector (`peer` with the
port of the connection behind it, also behind an IPv6 address without brackets), metallb/frr-k8s
cmd/metrics/collector and internal/frr/parse.go (`peer` without a port since 0.0.15).
"""

import re
from collections.abc import Collection, Container, Iterable, Iterator
from dataclasses import dataclass

from analyzer.frr import Session, Sessions
from analyzer.instances import FrrInstances, Group, Instance, NodesByName, PodsByName
from analyzer.rule import join
from parsers.base import Evidence
from parsers.kubernetes import unique
from parsers.metallb_peers import BgpPeer
from parsers.metrics import MetricSample
from parsers.pods import Pod
from parsers.vocabulary import address, is_address

UP = "bgp_session_up"
ANNOUNCED = "bgp_announced_prefixes_total"
BFD_UP = "bfd_session_up"
BFD_DOWNS = "bfd_session_down_events"
_NAMES = frozenset({UP, ANNOUNCED, BFD_UP, BFD_DOWNS})
_PORTS = frozenset({"179", "0"})  # 0 is the port of a connection that is not there


@dataclass(frozen=True, slots=True)
class PeerMetric:
    """What saved metrics say of one peer of one node; `label` names the node, or what was saved of it."""

    node: str | None
    label: str
    peer: str
    vrf: str
    samples: tuple[MetricSample, ...]
    answered: bool = False
    resources: tuple[BgpPeer, ...] = ()
    elsewhere: bool = False

    def sample(self, name: str) -> MetricSample | None:
        """The sample of this metric; None where there is none, or where several scrapes tell different numbers."""
        found = [one for one in self.samples if one.name == name]
        return found[0] if found and len({one.value for one in found}) == 1 else None

    def most(self, name: str) -> MetricSample | None:
        """The highest sample of a metric that only grows."""
        return max((one for one in self.samples if one.name == name), key=lambda one: one.value, default=None)

    @property
    def title(self) -> str:
        """The peer as a person knows it."""
        named = next((one.name for one in self.resources), None)
        return f"{self.peer} ({named})" if named else self.peer


class PeerMetrics(Group):
    """What saved metrics say of peers, in the order of nodes and peers."""

    items: tuple[PeerMetric, ...]

    def __iter__(self) -> Iterator[PeerMetric]:
        return iter(self.items)

    def of(self, session: Session) -> PeerMetric | None:
        """What they say of a session."""
        names = {session.peer, session.block.address if session.block else None}
        same = (one for one in self.items if one.node == session.node and one.vrf == session.vrf)
        return next((one for one in same if one.node is not None and one.peer in names), None)

    @property
    def alone(self) -> tuple[PeerMetric, ...]:
        """Those of nodes whose FRR was not asked, or gave no answer: FRR's own words count for more."""
        return tuple(one for one in self.items if not one.answered and not one.elsewhere)


@join
def peer_metrics(  # noqa: PLR0913, PLR0917 - what a label means stands in all of them
    samples: tuple[MetricSample, ...],
    pods: PodsByName,
    nodes: NodesByName,
    instances: FrrInstances | None,
    sessions: Sessions | None,
    peers: tuple[BgpPeer, ...] | None,
) -> PeerMetrics:
    asked = tuple(unique(peers or ()))
    known = {one.peer for one in sessions or ()} | {address(one.address) for one in asked if one.address}
    homes = Homes(pods, nodes, (one.node for one in instances or () if one.node))
    found: dict[tuple[str | None, str, str, str], list[MetricSample]] = {}
    for one in samples:
        peer = peer_of(one, known) if one.name in _NAMES else None
        if peer is not None:
            node = homes.node(one)
            key = (node, node or one.pod or homes.label(one), peer, one.labels.get("vrf") or "default")
            found.setdefault(key, []).append(one)
    answered = {one.node for one in instances or () if _answered(one)}
    made = []
    for (node, label, peer, vrf), same in found.items():
        naming = [one for one in asked if address(one.address or "") == peer and (one.vrf or "default") == vrf]
        here = tuple(one for one in naming if _selects(one, node, nodes))
        made.append(
            PeerMetric(
                *(node, label, peer, vrf, tuple(same)),
                answered=bool(answered) if node is None else node in answered,
                resources=here,
                elsewhere=bool(naming) and not here,
            )
        )
    return PeerMetrics(tuple(sorted(made, key=lambda one: (one.label, one.vrf, one.peer))))


def _answered(one: Instance) -> bool:
    return one.neighbors is not None or bool(one.rows) or one.bgpd_dead


def _selects(peer: BgpPeer, node: str | None, nodes: NodesByName) -> bool:
    host = nodes.get(node or "")
    return not peer.node_selectors or host is None or any(each.matches(host.labels) for each in peer.node_selectors)


def peer_of(one: MetricSample, known: Container[str]) -> str | None:
    """The peer's address or interface from the label `peer`, without the port; None where there is no address in it."""
    text = one.labels.get("peer", "")
    head, _, port = text.rpartition(":")
    bare = head.strip("[]")
    if not port.isdecimal() or not (is_address(bare) or bare == "<nil>"):
        return address(text.strip("[]")) or None
    if not is_address(bare):
        return None  # an unnumbered neighbor, of which the label tells no more
    ported = not is_address(text) or address(bare) in known
    # An IPv6 address with a port behind it reads as another IPv6 address.
    ported = ported or (address(text) not in known and one.name.startswith("bgp_") and port in _PORTS)
    return address(bare) if ported else address(text)


class Homes:
    """Which node and pod a sample is of: by its labels, else by the name of its file or folder."""

    def __init__(self, pods: PodsByName, nodes: NodesByName, more: Iterable[str] = ()) -> None:
        self._pods = {pod.name: pod for pod in pods.values()}
        self._nodes = frozenset((*nodes, *more, *(pod.node for pod in pods.values() if pod.node)))
        self._by_ip = {ip: node.name for node in nodes.values() for ip in node.internal_ips}

    def pod(self, one: MetricSample) -> Pod | None:
        """Its pod, if that was collected."""
        return self._pods.get(one.pod or one.origin.pod or _named(one, self._pods) or "")

    def node(self, one: MetricSample) -> str | None:
        """Its node. A name in a label holds although the node was not collected."""
        pod = self.pod(one)
        if pod is not None and pod.node:
            return pod.node
        if one.node in self._nodes:
            return one.node
        host = re.sub(r":\d{1,5}$", "", one.labels.get("instance", "")).strip("[]")
        return self._by_ip.get(address(host)) or one.node or _named(one, self._nodes)

    def label(self, one: MetricSample) -> str:
        """What to call a sample whose node nothing tells."""
        return one.folder.rpartition("/")[2] or one.stem


def _named(one: MetricSample, names: Collection[str]) -> str | None:
    """What its file or one of its folders is named after: `worker-0/metrics.txt`, `metrics-worker-0.txt`."""
    for part in (one.stem, *reversed(one.folder.split("/"))):
        if part in names:
            return part
    return max(
        (name for name in names if one.stem.endswith((f"-{name}", f"_{name}", f".{name}"))), key=len, default=None
    )


def shown(one: MetricSample) -> str:
    """A sample as a sentence names it: `metallb_bgp_session_up is 0`."""
    return f"{one.prefix}_{one.name} is {one.value:g}"


def evidence_of(*samples: MetricSample | None) -> tuple[Evidence, ...]:
    """The lines of samples."""
    return tuple(one.evidence for one in samples if one is not None)


def lost_everywhere(found: Iterable[PeerMetric]) -> tuple[set[str], set[str]]:
    """The nodes that have a session up, and the peers that are up on a node or known on one node only."""
    states = [(one, sample.value) for one in found if (sample := one.sample(UP)) is not None]
    up = {one.label for one, value in states if value == 1}
    counts: dict[str, set[str]] = {}
    for one, _ in states:
        counts.setdefault(one.peer, set()).add(one.label)
    peers = {one.peer for one, value in states if value == 1}
    return up, peers | {peer for peer, labels in counts.items() if len(labels) == 1}
