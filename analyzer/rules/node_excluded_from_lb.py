"""A node that is to announce services is excluded from external load balancers."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from analyzer.metallb.advertisements import Protocol, matches
from analyzer.metallb.chain import Chain, NodePath, Reach
from analyzer.metallb.chains import Chains
from analyzer.metallb.layer2_findings import together
from analyzer.metallb.layer2_logs import SpeakerLog, SpeakerLogs
from analyzer.metallb.path import State, Step
from analyzer.metallb.speakers import HEEDED, Speaker
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.kubernetes import unique
from parsers.metallb_log_kinds import MetallbLogKind
from parsers.metallb_peers import BgpPeer
from parsers.metallb_workloads import MetallbSubscription

HEEDED_OPERATOR = (4, 16)  # (J) from this release of OpenShift's operator on that is certain
CONTROL = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")
NAMED = 3  # services that a message names
_REASONS = ("exclude-from-external-load-balancers", "NodeNetworkUnavailable")


@dataclass(slots=True)
class _Excluded:
    """A node that is left out, with the chains in which it would announce."""

    speaker: Speaker
    why: str
    chains: list[Chain] = field(default_factory=list)
    said: tuple[Evidence, ...] = ()
    certain: bool = False


@rule(Severity.WARNING, area="metallb")
def node_excluded_from_lb(
    chains: Chains,
    peers: tuple[BgpPeer, ...] | None,
    logs: SpeakerLogs,
    subscriptions: tuple[MetallbSubscription, ...] | None,
) -> Iterator[Finding | Gap]:
    """A node that is to announce services is excluded from external load balancers.

    ## Why it matters
    From release 0.14 on MetalLB announces nothing from a node with the label
    `node.kubernetes.io/exclude-from-external-load-balancers`, whatever its value, and since 0.13 nothing from a node
    whose condition NetworkUnavailable is True. In layer 2 mode no log line at the usual level tells. Control-plane
    nodes often carry the label: on small clusters nobody is left to announce.

    ## What to do
    Remove the label from the nodes that shall announce, or run the speakers with `--ignore-exclude-lb`. If the node is
    excluded on purpose, let the node selectors of the advertisements say so too.
    """
    operator = _operator(subscriptions)
    excluded, lost = _sorted(chains, peers)
    beside: list[tuple[str, Finding]] = []
    for one in excluded.values():
        log = logs.get(one.speaker.node)
        one.said = _said(log)
        one.certain = _certain(one, log.release if log else None, operator)
        for answer in _of_node(one):
            if isinstance(answer, Gap):
                yield answer
            else:
                beside.append((f"excluded nodes ({answer.severity})", answer))
    yield from together(beside, "nodes")
    for nodes, unheard in lost.items():
        if set(nodes) <= excluded.keys():
            yield _of_all([excluded[node] for node in nodes], unheard)


def _operator(subscriptions: Iterable[MetallbSubscription] | None) -> tuple[int, int] | None:
    for one in unique(subscriptions or ()):
        numbers = (one.version or "").split(".")
        if len(numbers) > 1 and numbers[0].isdecimal() and numbers[1].isdecimal():
            return int(numbers[0]), int(numbers[1])
    return None


def _sorted(
    chains: Chains, peers: Iterable[BgpPeer] | None
) -> tuple[dict[str, _Excluded], dict[tuple[str, ...], list[Chain]]]:
    """The excluded nodes that announce nothing, each with what it would announce beside others; and what nobody does.

    A node that announces anything proves that its speaker does not heed the label.
    """
    found: dict[str, _Excluded] = {}
    lost: dict[tuple[str, ...], list[Chain]] = {}
    announcing: set[str] = set()
    wanted = _Wanted(peers)
    for chain in chains:
        announcing.update(one.node for one in chain.nodes if one.reach in {Reach.ANNOUNCED, Reach.PARTLY})
        mine = [
            one.speaker
            for one in chain.nodes
            if one.speaker is not None and _is_excluded(one) and wanted.of(one.speaker, chain)
        ]
        alone = bool(mine) and _nobody(chain)
        for speaker in mine:
            held = found.setdefault(speaker.node, _Excluded(speaker, speaker.excluded or ""))
            held.chains += [] if alone else [chain]
        if alone:
            lost.setdefault(tuple(one.node for one in mine), []).append(chain)
    return {node: one for node, one in sorted(found.items()) if node not in announcing}, lost


class _Wanted:
    """Whether a node would announce, were it not excluded."""

    def __init__(self, peers: Iterable[BgpPeer] | None) -> None:
        self._peers = None if peers is None else unique(peers)
        self._asked: dict[str, bool] = {}

    def of(self, one: Speaker, chain: Chain) -> bool:
        """Whether a BGPPeer is for the node, and an endpoint on it where the policy asks for one."""
        if chain.local and chain.backends is not None and not chain.backends.serving_on(one.node):
            return False
        if chain.protocol is Protocol.LAYER2:
            return True
        if one.node not in self._asked:
            self._asked[one.node] = self._has_peer(one.labels)
        return self._asked[one.node]

    def _has_peer(self, labels: Mapping[str, str] | None) -> bool:
        if self._peers is None or labels is None:
            return True
        return any(not one.node_selectors or matches(one.node_selectors, labels) for one in self._peers)


def _is_excluded(one: NodePath) -> bool:
    link, speaker = one.link, one.speaker
    return link is not None and speaker is not None and link.step is Step.NODE and link.text == speaker.excluded


def _nobody(chain: Chain) -> bool:
    """Whether nobody announces because of exclusions: what no advertisement or peer selects was never to announce."""
    if any(one.link is None or one.link.state is not State.LEFT_OUT for one in chain.nodes):
        return False
    others = (one for one in chain.nodes if not _is_excluded(one))
    return all(one.link is not None and one.link.step in {Step.ADVERTISEMENT, Step.PEER} for one in others)


def _certain(one: _Excluded, release: tuple[int, int] | None, operator: tuple[int, int] | None) -> bool:
    """Whether its speaker is known to leave the node out: by its log, its release or its FRR."""
    if one.said or not one.why.startswith("it is labelled"):
        return True
    for known in (release, operator):
        if known and (known >= HEEDED if known[0] == 0 else known >= HEEDED_OPERATOR):
            return True
    return one.speaker.instance is not None and any(_announced(chain) for chain in one.chains)


def _announced(chain: Chain) -> bool:
    """Whether others announce by BGP what this node, whose FRR was collected, does not."""
    known = chain.service is not None and not chain.local
    return chain.protocol is Protocol.BGP and known and chain.reach in {Reach.ANNOUNCED, Reach.PARTLY}


def _said(log: SpeakerLog | None) -> tuple[Evidence, ...]:
    """The newest line of a speaker that leaves its own node out."""
    lines = [each for each in log.of(MetallbLogKind.NODE_EXCLUDED) if each.protocol == "bgp"] if log else []
    return tuple(each.evidence for each in lines if any(word in (each.reason or "") for word in _REASONS))[-1:]


def _of_node(one: _Excluded) -> Iterator[Finding | Gap]:
    """One node beside others that announce."""
    if not one.chains:
        return
    node, mine = one.speaker.node, one.chains
    if not one.certain:
        yield Gap(node, "whether its speaker heeds the label that excludes it was not collected", node)
        return
    served = all(chain.reach is Reach.ANNOUNCED for chain in mine)
    control = any(key in (one.speaker.labels or {}) for key in CONTROL)
    text = f"{node} does not announce {_services(mine)}: {one.why}"
    severity = Severity.INFO if served and control else Severity.WARNING
    if severity is Severity.INFO:
        text += "; it is a control-plane node, and others announce them"
    yield Finding(node, text, (*one.speaker.where_excluded(), *one.said), node, severity)


def _of_all(nodes: list[_Excluded], chains: list[Chain]) -> Finding:
    """Nobody is left."""
    names = [one.speaker.node for one in nodes]
    reasons = "; ".join(dict.fromkeys(one.why for one in nodes))
    who = "the only node that may announce" if len(nodes) == 1 else f"all {len(nodes)} nodes that may announce"
    subject = ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
    text = f"nobody announces {_services(chains)}: {who} ({subject}) is excluded, {reasons}"
    text = text if len(nodes) == 1 else text.replace(") is excluded", ") are excluded")
    certain = all(one.certain for one in nodes)
    if not certain:
        text += " (releases before 0.14 ignore the label; the release was not collected)"
    lines = [line for one in nodes[:NAMED] for line in (*one.speaker.where_excluded(), *one.said)]
    services = [line for chain in chains[:2] if chain.service for line in chain.service.where("ingress_ips")]
    severity = Severity.ERROR if certain else Severity.WARNING
    whose = names[0] if len(names) == 1 else None
    return Finding(subject, text, (*lines, *services), whose, severity, f"nobody {' '.join(names)}")


def _services(chains: Iterable[Chain]) -> str:
    names = list(dict.fromkeys(f"{one.subject} ({one.address})" if one.service else one.subject for one in chains))
    more = f" and {len(names) - NAMED} more services" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
