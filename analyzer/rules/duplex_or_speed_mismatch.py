"""A network card runs at half duplex, or slower than its like."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analyzer.model import Finding, Gap, Severity
from analyzer.node.cards import group_of, is_card
from analyzer.node.roles import NodeRoles, Roles, lines
from analyzer.node.words import together
from analyzer.rule import NotCollectedError, rule
from parsers.host_ethtool import EthtoolLink

OTHERS = 2  # other nodes' cards that agree with each other before one is called different (J)


@dataclass(frozen=True, slots=True)
class _Card:
    """One card of one node."""

    role: NodeRoles
    name: str
    link: EthtoolLink


@rule(Severity.WARNING, area="node")
def duplex_or_speed_mismatch(roles: Roles) -> Iterator[Finding | Gap]:
    """A network card runs at half duplex, or slower than its like.

    ## Why it matters
    Half duplex today is a failed negotiation: frames collide and throughput falls to a few percent. A card that
    negotiated a lower speed than its like, or a bond of unequal members, is the bottleneck of its node.

    ## What to do
    Look at the cable and at both ends' settings: either both negotiate or neither does (`ethtool <interface>`).
    """
    cards = [_Card(role, name, link) for role in roles for name, link in role.host.cards.items() if is_card(role, name)]
    if not any(role.host.cards for role in roles):
        raise NotCollectedError("no output of ethtool of a node was collected")
    for role in roles:
        if not role.host.cards:
            yield Gap(role.host.label, "the settings of its network cards (ethtool) were not collected", role.node)
    up = [one for one in cards if one.link.link_detected is not False]
    found = [(one.key, one) for each in up for one in _half(each)]
    found += [(one.key, one) for one in _unlike(up)]
    yield from together(found)
    yield from _in_bonds(up)


def _half(card: _Card) -> Iterator[Finding]:
    if (card.link.duplex or "").lower() == "half":
        text = f"{card.name} of {card.role.host.label} runs at half duplex"
        yield Finding(card.name, text, lines(card.link.where("duplex", "speed")), card.role.node, key="duplex")


def _unlike(cards: Iterable[_Card]) -> Iterator[Finding]:
    """Cards of one name, driver and kind of node that are slower than most, or alone do not negotiate."""
    groups: dict[tuple[str, str, str], list[_Card]] = {}
    for one in cards:
        driver = one.role.host.drivers.get(one.name)
        key = one.name, driver.driver if driver else "", group_of(one.role.host.resource)
        groups.setdefault(key, []).append(one)
    for (name, _, _), each in groups.items():
        speeds = [one.link.speed for one in each if one.link.speed]
        usual = max(set(speeds), key=lambda speed: (speeds.count(speed), speed), default=0)
        agreed = speeds.count(usual) >= OTHERS
        for one in each:
            if agreed and one.link.speed and one.link.speed < usual:
                other = next(each_one for each_one in each if each_one.link.speed == usual)
                text = (
                    f"{name} of {one.role.host.label} runs at {one.link.speed} Mbit/s, that of"
                    f" {other.role.host.label} and others at {usual}"
                )
                evidence = lines(one.link.where("speed"), other.link.where("speed"))
                yield Finding(name, text, evidence, one.role.node, key="speed")
        yield from _negotiation(name, each)


def _negotiation(name: str, cards: list[_Card]) -> Iterator[Finding]:
    off = [one for one in cards if one.link.auto_negotiation is False]
    on = [one for one in cards if one.link.auto_negotiation]
    for one in off if len(off) < len(on) and len(on) >= OTHERS else ():
        text = f"{name} of {one.role.host.label} does not negotiate its speed, that of {on[0].role.host.label} does"
        evidence = lines(one.link.where("auto_negotiation"), on[0].link.where("auto_negotiation"))
        yield Finding(name, text, evidence, one.role.node, key="negotiation")


def _in_bonds(cards: Iterable[_Card]) -> Iterator[Finding]:
    bonds: dict[tuple[str, str], list[_Card]] = {}
    for one in cards:
        link = one.role.host.links.get(one.name)
        if link is not None and link.master and one.link.speed and _bonds(one.role, link.master):
            bonds.setdefault((one.role.host.label, link.master), []).append(one)
    for (label, bond), each in bonds.items():
        if len({one.link.speed for one in each}) > 1:
            speeds = ", ".join(f"{one.name} {one.link.speed} Mbit/s" for one in each)
            evidence = lines(*(one.link.where("speed") for one in each))
            yield Finding(
                bond, f"members of {bond} of {label} differ: {speeds}", evidence, each[0].role.node, key="bond"
            )


def _bonds(role: NodeRoles, name: str) -> bool:
    link = role.host.links.get(name)
    return link is not None and (link.kind in {"bond", "team"} or "MASTER" in link.flags)
