"""MetalLB or FRR logs at level debug."""

import re
from collections.abc import Iterable, Iterator

from analyzer.instances import FrrInstances, Instance, PodsByName
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import NotCollectedError, rule
from parsers.base import Evidence
from parsers.frr_config_facts import RunningConfig, Statement
from parsers.kubernetes import unique
from parsers.metallb_instance import LogLevel, MetallbInstance
from parsers.metallb_log import MetallbLogEvent
from parsers.pods import Pod

NAMED = 4  # nodes or pods that a message names
PIECES = 8  # of evidence
# FRR leaves out the level where it is the default, which is `debugging` (FRRouting lib/log_vty.c, log_config_write).
_DEBUGGING = re.compile(r"log (?:file \S+|filtered-file \S+|stdout|syslog|monitor)(?: debugging)?")


@rule(Severity.INFO, area="speaker")
def debug_log_level(
    instances: FrrInstances | None,
    resources: tuple[MetallbInstance, ...] | None,
    logs: tuple[MetallbLogEvent, ...] | None,
    pods: PodsByName,
) -> Iterator[Finding | Gap]:
    """MetalLB or FRR logs at level debug.

    ## Why it matters
    The logs fill quickly, so that they cover little time, and FRR has more to do. For an investigation it is wanted:
    at level info FRR says nothing of its session states.

    ## What to do
    After the investigation set `logLevel: info` in the MetalLB resource, or take the `debug` statements out of FRR. A
    change of the level restarts the pods.
    """
    if instances is None and resources is None and logs is None:
        raise NotCollectedError("neither FRR output nor the MetalLB resource nor a log of MetalLB in this archive")
    for one in unique(resources or ()):
        if one.log_level in {LogLevel.DEBUG, LogLevel.ALL}:
            text = f"MetalLB {one.name} asks for log level {one.log_level}"
            yield Finding(f"MetalLB {one.name}", text, one.where("log_level"), key=one.namespace or "")
    yield from _of_frr(instances or ())
    yield from _of_logs(logs or (), pods)


def _of_frr(instances: Iterable[Instance]) -> Iterator[Finding | Gap]:
    found: list[tuple[Instance, tuple[Statement, ...]]] = []
    for one in instances:
        config = one.config or one.startup
        if config is None:
            yield Gap(one.label, "show running-config was not collected", one.node)
        elif statements := _statements(config):
            found.append((one, statements))
    if not found:
        return
    first = found[0][1]
    said = ", ".join(dict.fromkeys(each.text for each in first[:2])) + (
        f" and {len(first) - 2} more" * (len(first) > 2)
    )
    names = [one.label for one, _ in found]
    text = f"FRR on {_list(names)} is configured to log for debugging: {said}"
    lines: list[Evidence] = [each.evidence for each in first[:2]]
    lines += [statements[0].evidence for _, statements in found[1:]]
    node = found[0][0].node if len(found) == 1 else None
    yield Finding("FRR", text, tuple(lines[:PIECES]), node)


def _statements(config: RunningConfig) -> tuple[Statement, ...]:
    return (*(one for one in config.log if _DEBUGGING.fullmatch(one.text.strip())), *config.debug)


def _of_logs(logs: Iterable[MetallbLogEvent], pods: PodsByName) -> Iterator[Finding]:
    """The components whose logs hold messages of level debug: the resource that asks for it is in no must-gather."""
    found: dict[str, dict[str, MetallbLogEvent]] = {}
    for one in logs:
        if one.level == "debug":
            found.setdefault(one.container or "MetalLB", {}).setdefault(one.origin.pod or "a saved log", one)
    for container, by_pod in found.items():
        text = f"{container} logs at level debug in {_list(list(by_pod))}"
        nodes = {pod.node for one in by_pod.values() if (pod := _pod(one, pods))}
        node = nodes.pop() if len(nodes) == len(by_pod) == 1 else None
        yield Finding(container, text, tuple(one.evidence for one in by_pod.values())[:PIECES], node, key="log")


def _pod(one: MetallbLogEvent, pods: PodsByName) -> Pod | None:
    return pods.get((one.origin.namespace or "", one.origin.pod or ""))


def _list(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
