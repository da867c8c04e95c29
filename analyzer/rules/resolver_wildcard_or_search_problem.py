"""A resolver configuration that answers names wrongly: a wildcard in a search domain, too many servers, a loop."""

from collections.abc import Iterator

from analyzer.hosts import HostNames
from analyzer.instances import NodesByName
from analyzer.model import Finding, Severity
from analyzer.ovn.databases import named, pieces
from analyzer.rule import rule
from analyzer.service.resolvers import Resolvers
from parsers.base import Evidence
from parsers.cluster_dns import DnsConfig
from parsers.dig_answer import DigAnswer
from parsers.host_resolver import ResolvConf
from parsers.ingress_controllers import IngressController
from parsers.kubernetes import unique
from parsers.vocabulary import address

SERVERS = 3  # glibc asks no more than these (MAXNS in resolv.h)


@rule(Severity.WARNING, area="service")
def resolver_wildcard_or_search_problem(
    resolvers: Resolvers,
    names: HostNames,
    nodes: NodesByName,
    configs: tuple[DnsConfig, ...] | None,
    controllers: tuple[IngressController, ...] | None,
) -> Iterator[Finding]:
    """A resolver configuration that answers names wrongly: a wildcard in a search domain, too many servers, a loop.

    ## Why it matters
    Pods try a name with each search domain before they try it alone. If a zone among these has a wildcard, a name of
    the internet gets the address of the wildcard, and connections to it end at an own machine. Servers after the third
    are never asked. A node whose resolver is itself sends CoreDNS its own questions back.

    ## What to do
    Take the zone with the wildcard out of `search` in `/etc/resolv.conf` of the nodes (mostly it comes by DHCP), or the
    wildcard out of the zone. Prove it with `dig +search +noall +answer github.com` on a node.
    """
    base = tuple(one.base_domain.lower() for one in unique(configs or ()) if one.base_domain)
    domains = {(one.domain or "").lower(): one for one in unique(controllers or ()) if one.domain}
    wild = {**{f"apps.{one}": None for one in base}, **domains}
    for one in resolvers.configs:
        node, label = names.node(one), names.label(one)
        if node is not None or not nodes:
            yield from _of_servers(one, node, label)
        for search in (each.rstrip(".").lower() for each in one.search):
            if search in wild:
                controller = wild[search]
                text = f"resolv.conf searches {search}, the domain of the routes, where every name has an address"
                lines = (*one.where("search"), *(controller.where("domain") if controller else ()))
                yield Finding(node or label, text, pieces(lines), node, key=f"search {search}")
    own = {address(ip) for each in nodes.values() for ip in each.internal_ips}
    for answer in resolvers.answers:
        yield from _of_answer(answer, names.node(answer), base, own, resolvers.configs)


def _of_servers(one: ResolvConf, node: str | None, label: str) -> Iterator[Finding]:
    if len(one.nameservers) > SERVERS:
        beyond = one.nameservers[SERVERS:]
        never = f"{named(beyond)} {'is' if len(beyond) == 1 else 'are'} never asked"
        text = f"resolv.conf names {len(one.nameservers)} servers, of which only the first {SERVERS} count: {never}"
        lines = pieces(*(one.where(f"nameserver {each}") for each in one.nameservers))
        yield Finding(node or label, text, lines, node, key="servers")
    loops = [each for each in one.nameservers if each.startswith("127.") or each == "::1"]
    if loops:
        text = f"resolv.conf names {loops[0]}, the host itself: a pod that gets this file, as CoreDNS does, asks itself"
        yield Finding(node or label, text, one.where(f"nameserver {loops[0]}"), node, key=f"loop {loops[0]}")


def _of_answer(
    one: DigAnswer, node: str | None, base: tuple[str, ...], own: set[str], resolvers: tuple[ResolvConf, ...]
) -> Iterator[Finding]:
    """A name from outside that got its address by a search domain, or the address of a node."""
    if "." not in one.asked or any(_within(one.asked, each) for each in (*base, "cluster.local")):
        return
    if _within(one.name, "cluster.local"):
        return
    if one.name.startswith(f"{one.asked}."):
        zone = one.name.removeprefix(f"{one.asked}.")
        text = (
            f"{one.asked} was answered as {one.name} with {one.address}: {zone} has a wildcard and is a search domain"
        )
        found: tuple[Evidence, ...] = tuple(
            line for each in resolvers if zone in each.search for line in each.where("search")
        )
        yield Finding(node or zone, text, pieces((one.evidence,), one.where("asked"), found), node, key=f"zone {zone}")
    elif one.address in own:
        # Meant that way where the resolvers give inside names of their own (split horizon): only possibly a wildcard.
        text = f"{one.asked} was answered with {one.address}, a node of the cluster: a wildcard, if that is not meant"
        lines = pieces((one.evidence,), one.where("asked"))
        yield Finding(node or one.asked, text, lines, node, Severity.INFO, f"name {one.asked}")


def _within(name: str, zone: str) -> bool:
    return name == zone or name.endswith(f".{zone}")
