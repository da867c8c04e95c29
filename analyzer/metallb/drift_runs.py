"""Which configuration every node runs, and whether the resources are for it.

The running configuration stands in `dump_frr`; where none was collected, as of the frr-k8s of OpenShift 4.17 and 4.18,
it stands in the status of the node's FRRNodeState (metallb/frr-k8s api/v1beta1/frr_node_state_types.go).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from analyzer.instances import Ages, FrrInstances, Instance, NodesByName, PodsByName
from analyzer.metallb.intents import Intent
from analyzer.metallb.speakers import is_speaker
from analyzer.node_states import configuration, origin
from parsers.base import Origin
from parsers.dump_frr import BGP_NEIGHBOR, SectionState
from parsers.frr_config_facts import BgpRouter, NeighborConfig, RunningConfig
from parsers.frrk8s_node_states import FrrNodeState
from parsers.kubernetes import unique
from parsers.metallb_peers import BgpPeer
from parsers.pods import Pod

NEW = 60  # seconds in which a resource or pod may be too new to have reached the configuration
NAMES = "METALLB_BGP_TYPE"  # the speaker's variable: frr, frr-k8s, frr-k8s-external or native


class Whose(StrEnum):
    """Whose FRR it is: the speaker's own, or that of frr-k8s."""

    SPEAKER = "speaker"
    FRR_K8S = "frr-k8s"


@dataclass(frozen=True, slots=True)
class Runs:
    """A neighbor in one configuration."""

    config: RunningConfig
    router: BgpRouter
    neighbor: NeighborConfig


def neighbors_of(config: RunningConfig | None) -> dict[tuple[str, str], Runs]:
    """The neighbors of a configuration by VRF and peer."""
    routers = config.routers if config else ()
    return {
        (router.vrf, one.peer): Runs(config, router, one)  # type: ignore[arg-type]
        for router in routers
        for one in router.neighbors
    }


@dataclass(frozen=True, slots=True)
class NodeRun:
    """What one FRR runs: `config`, with the reason why it cannot be judged, and what FRRNodeState says it runs.

    `shown` is the FRRNodeState when `config` comes from it.
    """

    instance: Instance
    whose: Whose | None
    config: RunningConfig | None
    unsure: str | None
    state: RunningConfig | None = None
    shown: FrrNodeState | None = None

    @property
    def node(self) -> str | None:
        """The Kubernetes node."""
        return self.instance.node

    @property
    def label(self) -> str:
        """The node, or what else the FRR is known by."""
        return self.node or self.instance.label

    @property
    def new(self) -> bool:
        """Whether its pod is so new that the first configuration may still be on its way."""
        return self.instance.age is not None and self.instance.age < NEW


def whose(one: Instance) -> Whose | None:
    """Whose FRR it is; None for outputs that were saved by hand."""
    if one.pod is not None and is_speaker(one.pod):
        return Whose.SPEAKER
    names = " ".join(filter(None, (one.origin.pod, one.origin.namespace)))
    labels = one.pod.labels if one.pod else {}
    if "frr-k8s" in names or "frr-k8s" in {labels.get("component"), labels.get("app.kubernetes.io/component")}:
        return Whose.FRR_K8S
    return Whose.SPEAKER if one.origin.pod else None


def node_runs(
    instances: FrrInstances | None,
    states: tuple[FrrNodeState, ...] | None,
    nodes: NodesByName,
    pods: PodsByName,
    ages: Ages,
) -> Iterator[NodeRun]:
    """Every FRR with what it runs, in the order of nodes."""
    told = {one.node: one for one in unique(states or ())}
    read_states = {name: configuration(one) for name, one in told.items()}
    seen: set[str | None] = set()
    for one in instances or ():
        own = told.get(one.node or "")
        told_by_state = own is not None and one.origin == origin(own)  # the join of FRRs had nothing else
        owner = Whose.FRR_K8S if told_by_state else whose(one)
        state = told.get(one.node or "") if owner is not Whose.SPEAKER else None
        parsed = read_states.get(one.node or "") if state else None
        if state:
            seen.add(one.node)
        shown = state if parsed is not None and (told_by_state or one.config is None) else None
        config = one.config or parsed
        yield NodeRun(one, owner, config, unsure(one, config), parsed, shown)
    running = {pod.node for pod in pods.values() if any(each.name == "frr" for each in pod.containers)}
    for name, state in sorted(told.items()):
        config = read_states[name]
        # An object whose node runs no FRR any more is what was left over.
        if name not in seen and config is not None and (not running or name in running):
            one = Instance(name, name, Origin(), collected=ages.of(state.image_dir), host=nodes.get(name))
            yield NodeRun(one, Whose.FRR_K8S, config, unsure(one, config), config, state)


def unsure(one: Instance, config: RunningConfig | None) -> str | None:
    """Why what the configuration lacks may be there all the same."""
    if config is None:
        return "the running configuration was not collected"
    section = one.sections.get(BGP_NEIGHBOR)
    silent = section is not None and section.state is not SectionState.ANSWERED and one.neighbors is None
    if one.bgpd_dead or (silent and not config.routers):
        return "bgpd gave no answer: its part of the running configuration is missing"
    return None if config.complete else "the running configuration is cut"


class Serving:
    """Which FRR a resource is for: the speaker's own, that of frr-k8s, or none in native mode."""

    def __init__(self, pods: Mapping[tuple[str, str], Pod]) -> None:
        self._speakers = {pod.node: pod for pod in pods.values() if pod.node and is_speaker(pod)}

    def serves(self, run: NodeRun, intent: Intent) -> bool:
        """Whether this FRR is to run what a resource asks for."""
        if not isinstance(intent.owner, BgpPeer):
            return run.whose is not Whose.SPEAKER
        speaker = self._speakers.get(run.node or "")
        kind = _kind(speaker)
        if kind == "native":
            return False
        if run.whose is Whose.SPEAKER:
            return kind is None or not kind.startswith("frr-k8s")
        if run.whose is Whose.FRR_K8S and self._speakers:  # it runs on every node, the speaker perhaps not
            return speaker is not None and kind != "frr"
        return True


def _kind(speaker: Pod | None) -> str | None:
    """The mode of a speaker; None where its environment does not tell."""
    containers = speaker.containers if speaker else ()
    known = {key: value for one in containers for key, value in one.env.items()}
    if known and NAMES not in known:  # speaker/main.go: native is what it does unless told
        return "frr" if any(one.name == "frr" for one in containers) else "native"
    return known.get(NAMES)


def certain(intent: Intent) -> bool:
    """Whether the resource selects the node for certain: labels of a node that was not collected are unknown."""
    if intent.instance.host is not None:
        return True
    owner = intent.owner
    if isinstance(owner, BgpPeer):
        return not owner.node_selectors
    chosen = owner.node_selector
    return not chosen.match_expressions and all(
        key == "kubernetes.io/hostname" and value == intent.node for key, value in chosen.match_labels.items()
    )


def selects_for_certain(intents: Iterable[Intent]) -> tuple[Intent, ...]:
    """Those of the intents that are for the node without doubt."""
    return tuple(one for one in intents if certain(one))


def too_new(intent: Intent) -> bool:
    """Whether the resource was made just before the collection."""
    at, since = intent.instance.collected, intent.owner.created
    return at is not None and since is not None and (at - since).total_seconds() < NEW
