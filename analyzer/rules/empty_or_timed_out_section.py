"""A collected output is empty or was cut."""

from collections.abc import Iterator

from analyzer.instances import FrrInstances, Instance, PodsByName
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import NotCollectedError, rule
from parsers.dump_frr import BFD_PEER, BGP_IPV4, BGP_IPV6, BGP_NEIGHBOR, RUNNING_CONFIG, FrrSection, SectionState
from parsers.frr_files import FrrFile
from parsers.frr_log import FrrLogWindow

DAEMONS = {BGP_IPV4: "bgpd", BGP_IPV6: "bgpd", BGP_NEIGHBOR: "bgpd", BFD_PEER: "bfdd"}


@rule(Severity.WARNING, area="gather")
def empty_or_timed_out_section(
    instances: FrrInstances | None,
    files: tuple[FrrFile, ...] | None,
    logs: tuple[FrrLogWindow, ...] | None,
    pods: PodsByName,
) -> Iterator[Finding | Gap]:
    """A collected output is empty or was cut.

    ## Why it matters
    The command did not answer within 20 seconds, or its daemon does not run: `bgpd is not running` goes to the
    collector's own log and leaves an empty section. An empty section is not "no neighbors".

    ## What to do
    When every section of one daemon is empty while `show running-config` is answered, that daemon is dead or hangs:
    look at the frr container's restarts and its log. Otherwise collect again.
    """
    if instances is None and files is None:
        raise NotCollectedError("no output and no file of an FRR container in this archive")
    for one in instances or ():
        empty = [each for each in one.sections.values() if each.state is SectionState.EMPTY]
        if empty:
            text = f"no answer to {', '.join(each.command for each in empty)}{_daemon(one, empty)}"
            yield Finding(one.label, text, tuple(each.evidence for each in empty), one.node, key="sections")
        if one.config and not one.config.complete and RUNNING_CONFIG in one.sections:
            text = "the running configuration is cut: its `end` is missing"
            where = one.sections[RUNNING_CONFIG].evidence.noted("no `end` follows before the next section")
            yield Finding(one.label, text, (where,), one.node, key="config")
    for log in logs or ():
        if log.cut:
            pod = pods.get((log.origin.namespace or "", log.origin.pod or ""))
            subject, node = log.origin.pod or log.evidence.path, pod.node if pod else None
            text = f"the FRR log of {subject} is cut in the middle of its last line: what came after it is missing"
            yield Finding(subject, text, log.where("cut"), node, key=log.evidence.path)
    for file in files or ():
        if not file.lines:
            pod = pods.get((file.origin.namespace or "", file.origin.pod or ""))
            text = f"{file.name} of pod {file.origin.pod} is empty: the command that writes it failed"
            node = pod.node if pod else None
            yield Finding(file.origin.pod or file.name, text, (file.evidence,), node, key=file.evidence.path)


def _daemon(one: Instance, empty: list[FrrSection]) -> str:
    silent = {DAEMONS[each.command] for each in empty if each.command in DAEMONS}
    dead = [
        daemon
        for daemon in sorted(silent)
        if all(each in empty for command, each in one.sections.items() if DAEMONS.get(command) == daemon)
    ]
    return f": {' and '.join(dead)} did not answer at all (not running, or hanging)" if dead and one.config else ""
