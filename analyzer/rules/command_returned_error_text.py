"""A command answered with an error instead of an output."""

from collections.abc import Iterator

from analyzer.frr import FrrInstances, Instance
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import NotCollectedError, rule
from parsers.dump_frr import FrrSection, SectionState
from parsers.gather_log import GatherMessage, GatherTrouble

# Words of an FRR without any BGP configuration: what an idle frr-k8s node says.
IDLE = ("BGP instance not found", "No BGP neighbors found", "No BGP process is configured", "BGP instance")
TROUBLES = {
    GatherTrouble.DAEMON_DOWN: "an FRR daemon does not run",
    GatherTrouble.CONTAINER_NOT_FOUND: "a container was not there",
    GatherTrouble.NODE_UNREACHABLE: "a node's kubelet could not be reached",
    GatherTrouble.COMMAND_FAILED: "a command failed",
    GatherTrouble.TIMED_OUT: "a command timed out",
    GatherTrouble.METALLB_NOT_STARTED: "there is no MetalLB resource named metallb",
}


@rule(Severity.WARNING, area="gather")
def command_returned_error_text(
    instances: FrrInstances | None, messages: tuple[GatherMessage, ...] | None
) -> Iterator[Finding | Gap]:
    """A command answered with an error instead of an output.

    ## Why it matters
    The text stands where facts should be: whatever the command would have shown is unknown. `failed to connect to any
    daemons` and `bgpd is not running` mean that FRR itself is down on that node.

    ## What to do
    Daemon not running: look at the frr container's log and restarts. `BGP instance not found` on a node that peers
    select: the configuration was never applied there (reloader, FRRNodeState). Others: collect again.
    """
    if instances is None and messages is None:
        raise NotCollectedError("neither FRR outputs nor the collection's own log (gather.logs) in this archive")
    for one in instances or ():
        for section in one.sections.values():
            if section.state is SectionState.ERROR and not _idle(one, section):
                text = f"{section.command} answered: {section.message}"
                evidence = section.where("message")
                yield Finding(one.label, text, evidence, one.node, key=section.command)
    for message in messages or ():
        if message.kind in TROUBLES:
            times = f" ({message.count} times)" if message.count > 1 else ""
            text = f"while collecting, {TROUBLES[message.kind]}: {message.text}{times}"
            yield Finding("gather", text, (message.evidence,), key=f"{message.image_dir} {message.text}")


def _idle(one: Instance, section: FrrSection) -> bool:
    """Whether the answer is right for this node: no BGP is configured on it."""
    return any(word in (section.message or "") for word in IDLE) and not one.routers
