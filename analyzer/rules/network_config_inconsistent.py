"""The settings of the cluster's network contradict each other, or ranges of addresses overlap."""

from collections.abc import Iterable, Iterator

from analyzer.instances import NodesByName
from analyzer.model import Finding, Gap, Severity
from analyzer.network_ranges import DISTINCT, Range, Settings, network_of, ranges
from analyzer.operators import NetworkOperators
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.conditions import ConditionStatus
from parsers.network_settings import NetworkSettings, Place

PIECES = 8  # of evidence
OVN, SDN = "OVNKubernetes", "OpenShiftSDN"
_FIELDS = {
    "network_type": "the network type",
    "cluster_networks": "clusterNetwork",
    "service_networks": "serviceNetwork",
}


@rule(Severity.WARNING, area="operator")
def network_config_inconsistent(
    settings: Settings, nodes: NodesByName, operators: NetworkOperators | None
) -> Iterator[Finding | Gap]:
    """The settings of the cluster's network contradict each other, or ranges of addresses overlap.

    ## Why it matters
    What `network.config` asks for, what its status says is in use, and what the operator is told must be the same. A
    field `migration` that is left set holds up changes of machine configurations and updates. Where the ranges of
    pods, services, nodes or OVN-Kubernetes' own networks overlap, some addresses cannot be reached.

    ## What to do
    Finish the migration or roll it back, and then remove the field `migration`. The networks of pods and services can
    hardly be changed: choose another range for `internalJoinSubnet`, or install anew.
    """
    asked, used, told = (settings.at(place) for place in Place)
    if used is None and asked is not None:
        yield Gap("network.config", "its status was not collected")
    known = {one.network_type for one in (used or asked, told) if one}
    if not any(one.in_progress for one in settings) and not _running(settings):
        yield from _compared(asked, used)
        yield from _compared(used or asked, told)
    if used is not None and used.network_type in {OVN, SDN} and not used.mtu:
        text = f"the status of network.config says no clusterNetworkMTU, though {used.network_type} is in use"
        yield Finding("network.config", text, used.where("mtu", "network_type"), key="mtu")
    yield from _left(used, told, operators)
    yield from _overlaps(list(ranges(settings, nodes, ovn=OVN in known)))


def _running(settings: Settings) -> bool:
    """Whether a migration is set that has not reached what it leads to."""
    used = settings.at(Place.IN_USE)
    return any(one.migrating and not _reached(one, used) for one in settings)


def _reached(one: NetworkSettings, used: NetworkSettings | None) -> bool:
    """Whether what the migration leads to is in use; with a target at all."""
    if used is None or (one.migration_type is None and one.migration_mtu is None):
        return False
    kind = one.migration_type in {None, used.network_type}
    return kind and one.migration_mtu in {None, used.mtu}


def _compared(one: NetworkSettings | None, other: NetworkSettings | None) -> Iterator[Finding]:
    """What both say and say differently."""
    if one is None or other is None:
        return
    for field, word in _FIELDS.items():
        here, there = getattr(one, field), getattr(other, field)
        if here and there and _plain(here) != _plain(there):
            text = f"{word} is {_words(here)} in the {one.place} but {_words(there)} in the {other.place}"
            yield Finding(
                "network.config", text, (*one.where(field), *other.where(field)), key=f"{field} {other.place}"
            )


def _plain(value: str | tuple[str, ...]) -> tuple[str, ...]:
    """Networks as they compare; the operator may leave out the host prefix."""
    values = (value.lower(),) if isinstance(value, str) else tuple(one.partition(" ")[0] for one in value)
    return tuple(str(network_of(one) or one) for one in values)


def _words(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _left(
    used: NetworkSettings | None, told: NetworkSettings | None, operators: NetworkOperators | None
) -> Iterator[Finding]:
    """A migration that reached its end and is still set, while nothing is being rolled out."""
    if told is None or not told.migrating or not _reached(told, used) or (used is not None and used.in_progress):
        return
    for one in operators or ():
        progressing = one.condition("Progressing")
        if one.name == "network" and progressing and progressing.status is ConditionStatus.TRUE:
            return
    target = told.migration_type or f"an MTU of {told.migration_mtu}"
    text = f"the migration to {target} is done, but the field migration is still set in the {told.place}"
    lines = (*told.where("migration"), *(used.where("network_type", "mtu") if used else ()))
    yield Finding("network.operator", text, lines[:PIECES], key="migration")


def _overlaps(found: list[Range]) -> Iterator[Finding]:
    """Every two kinds of ranges that overlap, once."""
    named: set[tuple[str, str]] = set()
    for at, one in enumerate(found):
        for other in found[at + 1 :]:
            pair = (one.what, other.what)
            alike = one.what == other.what and one.what not in DISTINCT
            if alike or pair in named or not _meet(one, other):
                continue
            named.add(pair)
            text = f"{one.what} {one.network} overlaps {other.what} {other.network}"
            lines: Iterable[Evidence] = dict.fromkeys((*one.evidence, *other.evidence))
            yield Finding("network.config", text, tuple(lines)[:PIECES], key=f"overlap {one.what} {other.what}")


def _meet(one: Range, other: Range) -> bool:
    return one.network.version == other.network.version and one.network.overlaps(other.network)
