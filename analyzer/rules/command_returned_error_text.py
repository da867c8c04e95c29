"""A command answered with an error instead of an output."""

from collections.abc import Iterator

from analyzer.frr import selects
from analyzer.gather import troubles
from analyzer.instances import FrrInstances, Instance, PodsByName
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import NotCollectedError, rule
from parsers.dump_frr import SectionState
from parsers.gather_log import GatherMessage, GatherTrouble
from parsers.metallb_peers import BgpPeer

# Words of an FRR without any BGP configuration: what an idle frr-k8s node says.
IDLE = ("BGP instance not found", "No BGP neighbors found", "No BGP process is configured")
TROUBLES = {
    GatherTrouble.DAEMON_DOWN: "an FRR daemon does not run",
    GatherTrouble.CONTAINER_NOT_FOUND: "a container was not there",
    GatherTrouble.NO_SUCH_CONTAINER: "a pod was asked for a container that it does not have",
    GatherTrouble.NODE_UNREACHABLE: "a node's kubelet could not be reached",
    GatherTrouble.COMMAND_FAILED: "a command failed",
    GatherTrouble.TIMED_OUT: "a command timed out",
    GatherTrouble.METALLB_NOT_STARTED: "there is no MetalLB resource named metallb",
}
# What the scripts of a healthy cluster leave behind too: they try commands that some hosts do not know, and up to 4.18
# look for FRR in pods that have none. What such a command did not tell is missing where it should stand.
_USUAL = frozenset({GatherTrouble.COMMAND_FAILED, GatherTrouble.NO_SUCH_CONTAINER})


@rule(Severity.WARNING, area="gather")
def command_returned_error_text(
    instances: FrrInstances | None,
    messages: tuple[GatherMessage, ...] | None,
    peers: tuple[BgpPeer, ...] | None,
    pods: PodsByName,
) -> Iterator[Finding | Gap]:
    """A command answered with an error instead of an output.

    ## Why it matters
    The text stands where facts should be: whatever the command would have shown is unknown. `failed to connect to any
    daemons` and `bgpd is not running` mean that FRR itself is down on that node.

    ## What to do
    Daemon not running: look at the frr container's log and restarts. `BGP instance not found` on a node that peers
    select: the configuration was never applied there (reloader, FRRNodeState). Others: collect again. That commands
    ended with an exit code while collecting is usual, and only told of.
    """
    if instances is None and messages is None:
        raise NotCollectedError("neither FRR outputs nor the collection's own log (gather.logs) in this archive")
    wanting = _nodes_with_speaker(pods)
    for one in instances or ():
        asked = bool(one.routers) or (one.node in wanting and any(_selects(peer, one) for peer in peers or ()))
        for section in one.sections.values():
            idle = any(word in (section.message or "") for word in IDLE) and not asked
            if section.state is SectionState.ERROR and not idle:
                text = f"{section.command} answered: {section.message}"
                yield Finding(one.label, text, section.where("message"), one.node, key=section.command)
    yield from troubles(messages or (), TROUBLES, _severity, "while collecting, ")


def _severity(one: GatherMessage) -> Severity | None:
    return Severity.INFO if one.kind in _USUAL else None


def _nodes_with_speaker(pods: PodsByName) -> set[str | None]:
    return {pod.node for pod in pods.values() if pod.node and any(each.name == "speaker" for each in pod.containers)}


def _selects(peer: BgpPeer, one: Instance) -> bool:
    """Whether the peer is surely meant for this node: unknown labels are no reason to call an idle FRR a fault."""
    return selects(peer, one) and (one.host is not None or not peer.node_selectors)
