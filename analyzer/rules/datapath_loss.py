"""The datapath of Open vSwitch loses packets, or has more flows than it can hold."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from analyzer.hosts import Host, HostNames, hosts_of
from analyzer.instances import Group, NodesByName
from analyzer.model import Finding, Severity
from analyzer.ovn.databases import pieces
from analyzer.ovs.logs import OvsDaemons, Signs
from analyzer.ovs.services import VSWITCHD
from analyzer.rule import NotCollectedError, join, rule
from parsers.ovs_coverage import OvsCoverage
from parsers.ovs_facts import Datapath, Upcalls
from parsers.ovs_log_kinds import OvsLogKind

LOST = 5  # lost packets since the start of which nobody needs to hear (canonical/hotsos)
SHARE = 0.001  # of the packets that had to be looked up in ovs-vswitchd, above which a loss counts (J)
_OFTEN = {
    OvsLogKind.LOST_PACKET: (10, "lost packets on their way to ovs-vswitchd"),  # in 24 h (canonical/hotsos)
    OvsLogKind.FLOW_LIMIT: (1, "reached the limit of flows in its datapath"),
    OvsLogKind.RESUBMITS: (5, "gave up packets that ran in circles through its flow tables"),
}
# What ovs-vswitchd counts of itself, how often in an hour makes it a fault (J), and what it means.
_EVENTS = {
    "upcall_flow_limit_hit": (1, "had more flows than its datapath may hold"),
    "datapath_drop_upcall_error": (10, "lost packets on their way to ovs-vswitchd"),
    "drop_action_too_many_resubmit": (5, "gave up packets that ran in circles through its flow tables"),
    "drop_action_recursion_too_deep": (5, "gave up packets that went too deep into its flow tables"),
    "drop_action_stack_too_deep": (5, "gave up packets that went too deep into its flow tables"),
    "drop_action_no_recirculation_context": (10, "dropped packets that came back to it too late"),
}
DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Datapaths(Group):
    """The hosts of which counters of a datapath were collected, and the logs of ovs-vswitchd."""

    items: tuple[Host | Signs, ...]
    hosts: tuple[Host, ...]
    logs: tuple[Signs, ...]


@join
def datapaths(  # noqa: PLR0913, PLR0917 - each source is one parameter, none of them is sure to be there
    shown: tuple[Datapath, ...] | None,
    upcalls: tuple[Upcalls, ...] | None,
    coverage: tuple[OvsCoverage, ...] | None,
    daemons: OvsDaemons | None,
    names: HostNames,
    nodes: NodesByName,
) -> Datapaths:
    every = hosts_of(names, nodes, shown, upcalls, coverage)
    hosts = tuple(one for one in every if _counted(one) or Upcalls in one.facts or OvsCoverage in one.facts)
    logs = tuple(one for one in daemons or () if one.name == VSWITCHD)
    if not hosts and not logs:
        raise NotCollectedError(
            "not collected: counters of the datapath (ovs-appctl dpctl/show) or logs of ovs-vswitchd"
        )
    return Datapaths((*hosts, *logs), hosts, logs)


def _counted(host: Host) -> list[Datapath]:
    return [one for one in host.of(Datapath) if one.lost is not None]


@rule(Severity.WARNING, area="ovs")
def datapath_loss(paths: Datapaths) -> Iterator[Finding]:
    """The datapath of Open vSwitch loses packets, or has more flows than it can hold.

    ## Why it matters
    The first packet of a connection goes to ovs-vswitchd, which makes a flow for the rest. When more of them come than
    it can handle they are lost, and new connections are slow or fail, while those that exist go on.

    ## What to do
    Look for many short connections (scanners, health checks, DNS without cache) in `ovs-appctl dpctl/dump-flows`, at
    `ovs-appctl upcall/show` for the limit, and at the CPU that ovs-vswitchd gets. Packets that run in circles are a
    fault of the flow tables: report them with `ovs-appctl ofproto/trace`.
    """
    for host in paths.hosts:
        yield from _counters(host)
        yield from _events(host)
    for one in paths.logs:
        yield from _logged(one)


def _counters(host: Host) -> Iterator[Finding]:
    latest: dict[str, list[Datapath]] = {}
    for one in _counted(host):
        latest.setdefault(one.datapath, []).append(one)
    for name, each in latest.items():
        first, last = each[0], each[-1]
        lost, missed = last.lost or 0, last.missed or 0
        constant = len(each) > 1 and first.lost == last.lost
        if lost <= LOST or constant:
            continue
        share = lost / max(lost + missed, 1)
        grown = f", {lost - (first.lost or 0)} of them between two outputs" if len(each) > 1 else ""
        text = f"{name} of {host.label} lost {lost} of {missed} packets that ovs-vswitchd was to look at{grown}"
        severity = None if share >= SHARE or grown else Severity.INFO
        yield Finding(name, text, pieces(last.where("lost"), first.where("lost")), host.node, severity, "lost")
    for full in host.of(Upcalls)[-1:]:
        if full.current >= full.limit > 0:
            text = f"{full.datapath} of {host.label} holds {full.current} flows and may hold {full.limit}"
            yield Finding(full.datapath, text, full.where("current", "limit"), host.node, key="flows")


def _events(host: Host) -> Iterator[Finding]:
    """What happened in the last hour; what happened before is told by logs, if by anything."""
    for counted in host.of(OvsCoverage)[-1:]:
        for name, (least, words) in _EVENTS.items():
            hour = counted.per_hour.get(name, 0)
            if hour >= least:
                total = counted.totals.get(name, 0)
                text = f"{VSWITCHD} of {host.label} {words}: {name} {hour:.0f} times in the last hour, {total} in all"
                yield Finding(VSWITCHD, text, counted.where(name), host.node, key=name)


def _logged(one: Signs) -> Iterator[Finding]:
    for kind, (least, words) in _OFTEN.items():
        counts, events = one.of(kind), one.happened(kind)
        if not counts:
            continue
        end = events[-1].at if events else None
        day = sum(1 for event in events if end and event.at >= end - DAY)
        total = one.total(kind)
        # Only the newest messages are known one by one: where all of them are of one day there were more.
        many = total if day == len(events) else day
        if many < least:
            continue
        severity = None if one.recent(kind) else Severity.INFO
        said = f"{total} messages, the last at {counts[-1].last}: {events[-1].fact.text[:120]}"
        text = f"{one.name} of {one.label} {words}: {said}"
        lines = pieces((events[-1].fact.evidence,), (count.evidence for count in counts))
        yield Finding(one.name, text, lines, one.node, severity, kind.value)
