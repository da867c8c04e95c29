"""The node that answers for an address has none of the interfaces that its L2Advertisement names."""

from collections.abc import Iterator

from analyzer.metallb.chain import Chain, NodePath
from analyzer.metallb.layer2 import Layer2Owners, Source
from analyzer.metallb.layer2_chains import Layer2Chains, owner
from analyzer.metallb.layer2_findings import together
from analyzer.metallb.layer2_hosts import HostSides
from analyzer.metallb.path import State
from analyzer.metallb.verdict import interfaces_of
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.metallb_log_kinds import MetallbLogKind

LISTED = 8  # interfaces of a node that a message names


@rule(Severity.ERROR, area="layer2")
def l2_interface_selector_miss(chains: Layer2Chains, owners: Layer2Owners, hosts: HostSides) -> Iterator[Finding | Gap]:
    """The node that answers for an address has none of the interfaces that its L2Advertisement names.

    ## Why it matters
    The owner of an address is elected without a look at its interfaces. If it has none of those that the
    L2Advertisement names, it answers nowhere, and no other node takes over: the address is dead while MetalLB reports
    it as announced.

    ## What to do
    Name interfaces that exist on every node that may answer, or limit the advertisement to the nodes that have them
    (`nodeSelectors`). On OVN-Kubernetes the addresses of the node are on `br-ex`, not on the network card below it.
    """
    found: list[tuple[str, Finding]] = []
    for chain in chains:
        if not any(one.interfaces for one in chain.advertisements):
            continue
        one, said = owner(chain)
        names = interfaces_of(one, chain) if one else ()
        if one is None or not names:
            continue
        if one.link is not None and one.link.state is State.BROKEN:
            lines = (*one.link.evidence, *one.evidence)
            found.append((one.node, _finding(chain, one, names, _local(one.node, owners), lines)))
        elif (side := hosts.get(one.node)) and side.links:
            if not set(names) & side.links.keys():
                lines = tuple(each.evidence for each in list(side.links.values())[:3])
                local = ", ".join(list(side.links)[:LISTED])
                found.append((one.node, _finding(chain, one, names, local, (*lines, *one.evidence))))
        elif not said or not _logged(chain, one, owners):
            yield Gap(chain.subject, f"the interfaces of {one.node} were not collected", one.node)
    yield from together(found)


def _logged(chain: Chain, one: NodePath, owners: Layer2Owners) -> bool:
    """Whether the announcement stands in the speaker's log, where it would complain beside it."""
    claims = (*owners.all_of(chain.subject), *owners.all_of(chain.address))
    return any(each.node == one.node and each.source is Source.LOG for each in claims)


def _local(node: str, owners: Layer2Owners) -> str:
    """The interfaces that the speaker itself lists."""
    log = owners.logs.get(node)
    told = [each.details.get("localIfs") for each in log.of(MetallbLogKind.INTERFACES_MISSING)] if log else []
    return ", ".join(str(told[-1]).split()[:LISTED]) if told and told[-1] else ""


def _finding(chain: Chain, one: NodePath, names: tuple[str, ...], local: str, lines: tuple[Evidence, ...]) -> Finding:
    ads = ", ".join(each.name for each in chain.advertisements if each.interfaces)
    has = f", it has {local}" if local else ""
    text = (
        f"{one.node} is to answer for {chain.address} on {', '.join(names)} (L2Advertisement {ads}), but has none{has}"
    )
    own = [line for each in chain.advertisements if each.interfaces for line in each.where("interfaces")]
    service = chain.service.where("ingress_ips") if chain.service else ()
    evidence = tuple(dict.fromkeys((*lines, *own, *service)))[:8]
    return Finding(chain.subject, text, evidence, one.node, key=str(chain.address))
