"""The bonds of the hosts, of the kernel and of Open vSwitch, as far as their own outputs tell of them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from analyzer.hosts import HostNames
from analyzer.model import Finding, Severity
from analyzer.node.roles import NodeRoles, lines
from analyzer.rule import join
from parsers.host_bonds import HostBond, HostBondMember
from parsers.host_facts import HostFact
from parsers.ovs_facts import OvsBond
from parsers.ovs_lacp import LacpState, OvsLacp


@dataclass(slots=True)
class BondsOfHost:
    """Those of one host by name, each as its last output tells of it. members: of bonds of the kernel."""

    kernel: dict[str | None, HostBond] = field(default_factory=dict)
    members: dict[str, HostBondMember] = field(default_factory=dict)
    switched: dict[str, OvsBond] = field(default_factory=dict)
    agreed: dict[str, OvsLacp] = field(default_factory=dict)


class Bonds:
    """Those of all hosts, by label."""

    def __init__(self, found: Mapping[str, BondsOfHost]) -> None:
        self._found = found

    def of(self, label: str) -> BondsOfHost:
        """Those of a host; none where nothing tells of any."""
        return self._found.get(label) or BondsOfHost()


@join
def bonds(
    kernel: tuple[HostBond, ...] | None,
    members: tuple[HostBondMember, ...] | None,
    switched: tuple[OvsBond, ...] | None,
    agreed: tuple[OvsLacp, ...] | None,
    names: HostNames,
) -> Bonds:
    found: dict[str, BondsOfHost] = {}

    def of(fact: HostFact) -> BondsOfHost:
        return found.setdefault(names.label(fact), BondsOfHost())

    for bond in kernel or ():
        of(bond).kernel[bond.bond] = bond
    for member in members or ():
        of(member).members[member.name] = member
    for one in switched or ():
        of(one).switched[one.bond] = one
    for lacp in agreed or ():
        of(lacp).agreed[lacp.bond] = lacp
    return Bonds(found)


def troubles(role: NodeRoles, own: BondsOfHost, used: Iterable[str]) -> Iterator[Finding]:
    """What keeps members of the bonds of a node from working although their links are up, as findings."""
    names = set(used)
    for switched in own.switched.values():
        yield from _disabled(role, switched)
    disabled = {name for one in own.switched.values() for name, enabled in one.members.items() if not enabled}
    for agreed in own.agreed.values():
        yield from _unanswered(role, agreed, disabled)
    for bond in own.kernel.values():
        each = [one for one in own.members.values() if one.bond == bond.bond and one.up]
        if bond.lacp and (bond.bond in names or any(one.name in names for one in each)):
            yield from _not_agreed(role, bond, each)


def _disabled(role: NodeRoles, bond: OvsBond) -> Iterator[Finding]:
    for member, enabled in bond.members.items():
        if not enabled:
            text = f"{member} of {role.host.label} is disabled in the bond {bond.bond} of Open vSwitch"
            yield Finding(member, text, bond.where(f"member {member}"), role.node, key=f"bond {bond.bond}")


def _unanswered(role: NodeRoles, bond: OvsLacp, disabled: set[str]) -> Iterator[Finding]:
    for member, state in bond.members.items():
        if state is not LacpState.CURRENT and member not in disabled:
            text = (
                f"{member} of {role.host.label} gets no answer to LACP in the bond {bond.bond} of Open vSwitch:"
                f" it is {state}"
            )
            where = bond.where(f"member {member}", "negotiated")
            yield Finding(member, text, where, role.node, Severity.WARNING, f"lacp {bond.bond}")


def _not_agreed(role: NodeRoles, bond: HostBond, members: list[HostBondMember]) -> Iterator[Finding]:
    """LACP of the kernel: without a partner one member carries everything; members of another group carry nothing."""
    name = bond.bond or "a bond"
    if bond.partner is None and "partner" in bond.marks:
        text = f"{name} of {role.host.label} found no partner for LACP: its switch does not speak it on these ports"
        yield Finding(name, text, bond.where("mode", "partner"), role.node, Severity.WARNING, "lacp")
        return
    for one in members:
        if None not in {one.aggregator, bond.aggregator} and one.aggregator != bond.aggregator:
            text = (
                f"{one.name} of {role.host.label} carries nothing for {name}: LACP put it into group {one.aggregator},"
                f" group {bond.aggregator} is in use"
            )
            where = lines(one.where("aggregator"), bond.where("aggregator"))
            yield Finding(one.name, text, where, role.node, Severity.WARNING, f"lacp {name}")
