"""The rules of netfilter that OpenShift SDN needs are missing on a node, or others throw packets away before them."""

from collections.abc import Iterator

from analyzer.model import Finding, Gap, Severity
from analyzer.node.words import together
from analyzer.ovn.databases import pieces
from analyzer.rule import rule
from analyzer.sdn.netfilter import (
    ALLOW,
    ANY,
    MASQUERADE,
    PORTALS,
    POSTROUTING,
    SERVICES,
    Netfilters,
    NetfilterTable,
    NodeNetfilter,
    Obstacle,
    masquerades,
    obstacles,
)
from analyzer.sdn.network import SdnNetwork
from analyzer.sdn.subnets import SdnSubnets

_JUMPS = ((SERVICES, "PREROUTING"), (SERVICES, "OUTPUT"), (POSTROUTING, "POSTROUTING"))


@rule(Severity.ERROR, area="sdn")
def sdn_netfilter_broken(netfilters: Netfilters, network: SdnNetwork, subnets: SdnSubnets) -> Iterator[Finding | Gap]:
    """The rules of netfilter that OpenShift SDN needs are missing on a node, or others throw packets away before them.

    ## Why it matters
    Without the chain OPENSHIFT-MASQUERADE packets of pods leave the cluster with addresses that nobody outside can
    answer, without those of kube-proxy no address of a service leads anywhere. Firewalls of the host that stand before
    OPENSHIFT-FIREWALL-ALLOW drop tunnelled packets of other nodes, or those of the node's own pods.

    ## What to do
    Restart the sdn pod of the node, which writes its chains anew and puts its jumps first; look into its log when they
    go missing again. Take foreign rules out of INPUT and FORWARD, and restart no firewall service on a node.
    """
    found: list[tuple[str, Finding]] = []
    for one in netfilters:
        if reason := one.hidden:
            yield Gap("netfilter", f"{one.host.label}: {reason}", one.host.node)
            continue
        each = (
            [_bare(one, netfilters)]
            if _is_bare(one, netfilters)
            else [*_masquerade(one, network), *_proxy(one, netfilters), *_allowed(one, netfilters)]
        )
        yield from (gap for gap in each if isinstance(gap, Gap))
        found += [(f"{one.subject} {one.key}", one) for one in each if isinstance(one, Finding)]
        found += [(f"{one.subject} {one.key}", one) for one in _obstacles(one, network, subnets)]
    yield from together(found)


def _is_bare(one: NodeNetfilter, netfilters: Netfilters) -> bool:
    """Whether all chains of the cluster are gone from nat, where other nodes have them."""
    there = one.nft & {MASQUERADE, SERVICES}
    return bool(one.nat) and not there and netfilters.proxied is not None and not any(each.owned for each in one.nat)


def _bare(one: NodeNetfilter, netfilters: Netfilters) -> Finding:
    text = (
        f"nat of {one.host.label} has none of the chains of OpenShift SDN and kube-proxy ({MASQUERADE}, {SERVICES},"
        f" {POSTROUTING}), other nodes have them: addresses of services lead nowhere, and pods reach nothing outside"
    )
    other = (netfilters.proxied.evidence,) if netfilters.proxied else ()
    return Finding("nat", text, pieces((one.nat[0].evidence,), other), one.host.node, key="bare")


def _masquerade(one: NodeNetfilter, network: SdnNetwork) -> Iterator[Finding]:
    """In any output of the table nat: of two backends one holds it."""
    if not one.nat or MASQUERADE in one.nft:
        return
    label = one.host.label
    chained = next((table for table in one.nat if MASQUERADE in table.chains), None)
    for cidr in network.pods or ((ANY,) if chained is None else ()):
        if any(masquerades(table, cidr) for table in one.nat):
            continue
        pods = (
            f"packets of pods ({cidr}) leave the cluster with their own addresses" if network.pods else "none is there"
        )
        table = chained or one.nat[0]
        if chained is None:
            text = f"nat of {label} has no chain {MASQUERADE}: {pods}"
        elif table.jump("POSTROUTING", MASQUERADE) is None:
            text = f"nothing in nat POSTROUTING of {label} leads to {MASQUERADE}: {pods}"
        else:
            text = f"{MASQUERADE} of {label} has no rule for {cidr}: {pods}"
        rules = (each.evidence for each in table.of(MASQUERADE)[:4])
        lines = pieces((table.evidence,), rules, network.pods_evidence)
        yield Finding(MASQUERADE, text, lines, one.host.node, key=f"masquerade {cidr}")


def _proxy(one: NodeNetfilter, netfilters: Netfilters) -> Iterator[Finding | Gap]:
    if not one.nat or SERVICES in one.nft:
        return
    table = next((each for each in one.nat if SERVICES in each.chains), one.nat[-1])
    kube = [name for name in table.chains if name.startswith("KUBE-")]
    portals = any(name.startswith(PORTALS) for name in kube)
    if SERVICES not in table.chains and (netfilters.proxied is None and (portals or not kube)):
        yield Gap(SERVICES, "no node has this chain of kube-proxy: is there another proxy?")
        return
    for name, chain in _JUMPS:
        if name not in table.chains:
            if chain != "OUTPUT":
                yield _lost(one, table, name, netfilters, f"nat of {one.host.label} has no chain {name}")
        elif table.jump(chain, name) is None:
            text = f"nothing in nat {chain} of {one.host.label} leads to {name}"
            yield _lost(one, table, name, netfilters, text, chain)


def _lost(  # noqa: PLR0913, PLR0917 - which chain, of which table, what is said of it
    one: NodeNetfilter, table: NetfilterTable, name: str, netfilters: Netfilters, text: str, chain: str = ""
) -> Finding:
    effect = (
        "addresses of services lead nowhere"
        if name == SERVICES
        else "answers to what kube-proxy translates do not find back"
    )
    shown = table.chains[chain].evidence if chain else table.evidence
    other = (netfilters.proxied.evidence,) if netfilters.proxied and name == SERVICES else ()
    return Finding(name, f"{text}: {effect}", pieces((shown,), other), one.host.node, key=f"{name} {chain}")


def _allowed(one: NodeNetfilter, netfilters: Netfilters) -> Iterator[Finding]:
    """The chain that lets tunnels in does no harm by its absence where nothing denies; the SDN is not as it left it."""
    lacking = next((table for table in one.filter if ALLOW not in table.chains), None)
    if lacking is None or len(one.filter) > 1 or ALLOW in one.nft or netfilters.guarded is None:
        return
    text = (
        f"filter of {one.host.label} has no chain {ALLOW}, other nodes have it: OpenShift SDN does not keep its rules"
    )
    lines = pieces((lacking.evidence, netfilters.guarded.evidence))
    yield Finding(ALLOW, text, lines, one.host.node, Severity.WARNING, "allow")


def _obstacles(one: NodeNetfilter, network: SdnNetwork, subnets: SdnSubnets) -> Iterator[Finding]:
    others = subnets.addresses
    for table in one.filter:
        for each in obstacles(table, network, others):
            yield _obstacle(one, each)


def _obstacle(one: NodeNetfilter, each: Obstacle) -> Finding:
    before = (
        f"before {each.before.target or 'its rules'}" if each.before else f"and nothing like {ALLOW} stands above it"
    )
    met = {None: "", 0: ", no packet has met it yet"}.get(each.rule.packets, f", {each.rule.packets} packets so far")
    text = (
        f"{each.rule.chain} of {one.host.label} has a rule {before} that throws away {each.what}: {each.rule.text}{met}"
    )
    severity = Severity.INFO if not each.broad else Severity.WARNING if each.rule.packets == 0 else None
    lines = pieces((each.rule.evidence,), (each.before.evidence,) if each.before else ())
    return Finding(each.rule.chain, text, lines, one.host.node, severity, each.rule.text)
