"""Every reload of FRR takes BFD away and brings it back, because frr.conf lacks the plain `bfd` statement."""

from collections.abc import Iterator

from analyzer.bgp import ago, reset
from analyzer.frr import Session, Sessions
from analyzer.instances import FrrInstances, Instance
from analyzer.metallb.drift_runs import Runs, neighbors_of
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.frr_config_facts import NeighborConfig
from parsers.metallb_log import MetallbLogEvent, MetallbLogKind

SHOWN = 2  # neighbors that the evidence shows


@rule(Severity.WARNING, area="config")
def bfd_line_makes_reload_flap(
    instances: FrrInstances, sessions: Sessions, log: tuple[MetallbLogEvent, ...] | None
) -> Iterator[Finding | Gap]:
    """Every reload of FRR takes BFD away and brings it back, because frr.conf lacks the plain `bfd` statement.

    ## Why it matters
    MetalLB before 0.14.8 writes `neighbor X bfd profile P` alone, FRR 8 and later runs a plain `neighbor X bfd` beside
    it. The reload sees a statement too many and removes it, and the profile with it, before it adds the profile again:
    every change of a service resets the sessions with BFD.

    ## What to do
    Upgrade MetalLB to 0.14.8 or later, which writes both statements. Until then expect BFD and BGP to flap with every
    change of a LoadBalancer service.
    """
    reloads = _reloads(log or ())
    losses: dict[int, list[Session]] = {}
    for session in sessions:
        last = reset(session)
        if last and "BFD" in f"{last.reason} {last.subcode}":
            losses.setdefault(id(session.instance), []).append(session)
    for one in instances:
        if one.startup is None or one.config is None:
            missing = "frr.conf" if one.startup is None else "the running configuration"
            yield Gap(one.label, f"{missing} was not collected", one.node)
        elif found := list(_without(one)):
            yield _finding(one, found, losses.get(id(one), []), reloads.get((one.origin.namespace, one.origin.pod)))


def _plain(neighbor: NeighborConfig) -> Evidence | None:
    """The line of a plain `bfd` statement; a profile alone implies it and lends it its own line."""
    found = neighbor.marks.get("bfd")
    return None if found == neighbor.marks.get("bfd_profile") else found


def _without(one: Instance) -> Iterator[tuple[Runs, Runs]]:
    """The neighbors of frr.conf that have a profile and no plain statement, beside what runs."""
    running = neighbors_of(one.config)
    for key, startup in neighbors_of(one.startup).items():
        runs = running.get(key)
        if runs and startup.neighbor.bfd_profile and not _plain(startup.neighbor) and _plain(runs.neighbor):
            yield startup, runs


def _reloads(log: tuple[MetallbLogEvent, ...]) -> dict[tuple[str | None, str | None], MetallbLogEvent]:
    """The last successful reload of every pod."""
    found = [one for one in log if one.kind is MetallbLogKind.RELOADER_SUCCESS and one.time and one.origin.pod]
    found.sort(key=lambda one: one.time.isoformat() if one.time else "")
    return {(one.origin.namespace, one.origin.pod): one for one in found}


def _finding(
    one: Instance, found: list[tuple[Runs, Runs]], lost: list[Session], reload: MetallbLogEvent | None
) -> Finding:
    names = ", ".join(startup.neighbor.peer for startup, _ in found[:4])
    more = f" and {len(found) - 4} more" if len(found) > 4 else ""
    text = f"frr.conf on {one.label} gives {names}{more} a BFD profile without the plain `bfd` statement that FRR runs"
    if lost:
        text += f"; the session with {lost[0].peer} was reset by BFD {ago(lost[0])}"
    if reload and reload.time:
        text += f"; the last reload was at {reload.time:%Y-%m-%d %H:%M:%S}"
    pairs = [line for startup, runs in found[:SHOWN] for line in _lines(startup, runs)]
    losses = lost[0].where("last_reset") if lost else ()
    evidence = (*pairs, *losses, *((reload.evidence,) if reload else ()))
    return Finding(one.label, text, evidence, one.node)


def _lines(startup: Runs, runs: Runs) -> tuple[Evidence, ...]:
    plain = _plain(runs.neighbor)
    return (*startup.neighbor.where("bfd_profile"), *((plain,) if plain else ()))
