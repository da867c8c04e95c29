"""FRR runs another configuration than its frr.conf says."""

from collections.abc import Iterator
from dataclasses import replace

from analyzer.instances import FrrInstances, Instance
from analyzer.metallb.drift_conf import Statement, differences
from analyzer.metallb.drift_runs import NEW, unsure
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.frr_config_facts import RunningConfig
from parsers.vtysh_conf import VtyshConf

NAMED = 3  # statements of one side that the message names
SHOWN = 4  # and that the evidence shows


@rule(Severity.WARNING, area="config")
def frr_conf_vs_running_drift(instances: FrrInstances, vtysh: tuple[VtyshConf, ...] | None) -> Iterator[Finding | Gap]:
    """FRR runs another configuration than its frr.conf says.

    ## Why it matters
    A reload writes what FRR runs back to frr.conf. A statement on one side only is a reload that was applied in part,
    or somebody's edit in the pod, which the next reload or restart takes away. What one side writes differently (order,
    numbers, defaults, masked passwords) does not count.

    ## What to do
    Look at the last reload in the log of the `reloader` container. Undo edits by deleting the pod; what is really
    wanted belongs in a BGPPeer, an FRRConfiguration or the ConfigMap `bgpextras`.
    """
    split = {(one.origin.namespace, one.origin.pod) for one in vtysh or () if one.integrated is False}
    for one in instances:
        startup, config = one.startup, one.config
        if startup is None or config is None:
            missing = "frr.conf" if startup is None else "the running configuration"
            yield Gap(one.label, f"{missing} was not collected", one.node)
        elif (one.origin.namespace, one.origin.pod) in split:
            yield Gap(one.label, "vtysh keeps no integrated frr.conf", one.node)
        elif gap := _unjudged(one, startup, config):
            yield Gap(one.label, gap, one.node)
        else:
            yield from _compared(one, startup, config)


def _unjudged(one: Instance, startup: RunningConfig, config: RunningConfig) -> str | None:
    if reason := unsure(one, config):
        return reason
    if one.age is not None and one.age < NEW:
        return "the pod is less than a minute old"
    if not _holds_bgp(startup) and _holds_bgp(config):
        return "frr.conf is still the one from before the first reload"
    return None


def _holds_bgp(config: RunningConfig) -> bool:
    return bool(config.routers or config.prefix_lists or config.route_maps or config.bfd_profiles)


def _compared(one: Instance, startup: RunningConfig, config: RunningConfig) -> Iterator[Finding]:
    here, there = differences(startup, config, bfd=not one.bfdd_silent)
    if here or there:
        yield _finding(one, here, there)


def _finding(one: Instance, here: list[Statement], there: list[Statement]) -> Finding:
    sides = (("frr.conf", here), ("the running configuration", there))
    parts = [f"only {name} has {_names(found)}" for name, found in sides if found]
    evidence = tuple(line for name, found in sides for line in _lines(name, found))
    whole = [each.evidence for each in (one.startup, one.config) if each]
    return Finding(one.label, f"on {one.label} {'; '.join(parts)}", (*evidence, *whole), one.node)


def _names(found: list[Statement]) -> str:
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return ", ".join(f"`{text}`" for text, _ in found[:NAMED]) + more


def _lines(name: str, found: list[Statement]) -> Iterator[Evidence]:
    for _, line in found[:SHOWN]:
        yield replace(line, note=f"only in {name}")
