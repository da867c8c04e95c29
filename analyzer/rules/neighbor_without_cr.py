"""A node runs a neighbor that no resource asks for."""

from collections.abc import Iterable, Iterator

from analyzer.metallb.drift import Drift, PeerDrift, Presence
from analyzer.metallb.drift_cause import Causes
from analyzer.metallb.drift_runs import NodeRun, Whose, neighbors_of
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.base import Evidence, Origin
from parsers.frr_config import read
from parsers.frr_config_facts import ConfigKind, RunningConfig
from parsers.frrk8s_configurations import FrrConfiguration
from parsers.frrk8s_node_states import FrrNodeState
from parsers.kubernetes import unique
from parsers.metallb_configmaps import MetallbConfigMap
from parsers.metallb_peers import BgpPeer

Reason = tuple[str, tuple[Evidence, ...]]


@rule(Severity.WARNING, area="config")
def neighbor_without_cr(  # noqa: PLR0913, PLR0917 - each of them may explain a neighbor
    drift: Drift,
    peers: tuple[BgpPeer, ...] | None,
    configurations: tuple[FrrConfiguration, ...] | None,
    states: tuple[FrrNodeState, ...] | None,
    configmaps: tuple[MetallbConfigMap, ...] | None,
    causes: Causes,
) -> Iterator[Finding | Gap]:
    """A node runs a neighbor that no resource asks for.

    ## Why it matters
    A peer that was deleted and still runs means that the node's configuration is not updated any more: the last
    reload failed, or somebody edited FRR in the pod. What an administrator adds as raw FRR configuration (the
    ConfigMap `bgpextras`, `raw` in an FRRConfiguration) is told apart: it runs, but is not supported.

    ## What to do
    Compare with the BGPPeers and FRRConfigurations of the node, then look at its last reload. Restarting the pod
    brings the configuration back to what the resources ask for.
    """
    drift.need_resources()
    sources = _Sources(peers, configurations, states, configmaps)
    for run in drift.runs:
        if run.unsure:
            yield Gap(run.label, run.unsure, run.node)
    for one in drift:
        if one.presence is Presence.EXTRA:
            gap = sources.missing(one.run)
            yield Gap(one.peer, gap, one.node) if gap else _extra(one, sources, causes)


class _Sources:  # what may explain a neighbor
    def __init__(
        self,
        peers: tuple[BgpPeer, ...] | None,
        configurations: tuple[FrrConfiguration, ...] | None,
        states: tuple[FrrNodeState, ...] | None,
        configmaps: tuple[MetallbConfigMap, ...] | None,
    ) -> None:
        self.peers = None if peers is None else unique(peers)
        self.configurations = None if configurations is None else unique(configurations)
        self.frr_k8s = configurations is not None or states is not None
        self.extras = [one for one in unique(configmaps or ()) if one.extras is not None]
        self._named = [(one, set(neighbors_of(_parsed(one)))) for one in self.extras]

    def missing(self, run: NodeRun) -> str | None:
        """Why a neighbor of an FRR that no collected resource asks for may be right: others were not collected."""
        if run.whose is Whose.SPEAKER or (run.whose is None and not self.frr_k8s):
            return "not collected: BGPPeer resources" if self.peers is None else None
        if self.configurations is None:
            return "not collected: FRRConfiguration resources"
        # frr-k8s is fed in its own namespace, by MetalLB, by OVN-Kubernetes and by hand; some releases of the gather
        # script collect another one.
        home = run.instance.origin.namespace
        if home is not None and not any(one.namespace == home for one in self.configurations):
            return f"not collected: FRRConfiguration resources of {home}"
        return None

    def raw(self, one: PeerDrift) -> Reason | None:
        """The raw configuration that adds a neighbor, or may add it."""
        for extras, named in self._named:
            if (one.vrf, one.peer) in named:
                return f"the ConfigMap {extras.name} adds it as raw FRR configuration", extras.where("extras")
        if one.run.whose is Whose.SPEAKER:
            return None
        labels = one.run.instance.host.labels if one.run.instance.host else None
        for owner in self.configurations or ():
            if owner.raw and (labels is None or owner.node_selector.matches(labels)):
                return f"FRRConfiguration {owner.name} has raw FRR configuration, which may add it", owner.where("raw")
        return None

    def elsewhere(self, one: PeerDrift) -> list[BgpPeer]:
        """The BGPPeers of this address, which are for other nodes."""
        return [each for each in self.peers or () if one.peer in {each.address, each.interface}]


def _parsed(one: MetallbConfigMap) -> RunningConfig | None:
    found: Iterable[object] = read(one.extras, Origin(), ConfigKind.STARTUP) if one.extras else ()
    return next((each for each in found if isinstance(each, RunningConfig)), None)


def _extra(one: PeerDrift, sources: _Sources, causes: Causes) -> Finding:
    runs = one.runs
    lines = (runs.neighbor.evidence, runs.router.evidence) if runs else ()
    number = f" (AS {runs.neighbor.remote_as})" if runs and runs.neighbor.remote_as is not None else ""
    where = "" if one.vrf == "default" else f" in VRF {one.vrf}"
    head = f"{one.run.label} runs the neighbor {one.peer}{number}{where}"
    if found := sources.raw(one):
        text = f"{head}, which no resource asks for: {found[0]}"
        return Finding(one.peer, text, (*lines, *found[1]), one.node, Severity.INFO, one.vrf)
    text = f"{head}, but no BGPPeer{'' if one.run.whose is Whose.SPEAKER else ' or FRRConfiguration'} asks for it there"
    others = sources.elsewhere(one)
    if others:
        text += f"; BGPPeer {others[0].name} is for other nodes"
    words, why = causes.of(one.node)
    named = tuple(line for each in others[:2] for line in each.where("node_selectors", "vrf"))
    return Finding(one.peer, text + words, (*lines, *named, *why), one.node, key=one.vrf)
