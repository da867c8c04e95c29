"""Whether FRR lists a neighbor that is asked for, where its running configuration was not collected.

`show bgp neighbors` lists every neighbor, `show bgp summary` those that an address family is activated for; MetalLB
activates at least the family of the peer's own address (metallb/metallb internal/bgp/frr/templates).
"""

from collections.abc import Iterable, Iterator

from analyzer.instances import Instance
from analyzer.metallb.drift import PeerDrift
from analyzer.metallb.drift_runs import selects_for_certain, too_new
from parsers.base import Evidence
from parsers.bgp_summary_facts import BgpSummary, BgpSummaryRow
from parsers.prefixes import family
from parsers.vocabulary import is_address

Listed = dict[str, Evidence]  # the neighbors that FRR lists, and where


def listed(one: PeerDrift, summaries: Iterable[BgpSummary]) -> Listed | None:
    """The neighbors of the node, if the one that is asked for must be among them; None where nothing lists them."""
    sure = selects_for_certain(one.intents)
    if one.run.config is not None or one.run.new or not sure or all(too_new(each) for each in sure):
        return None
    # A dump_frr without a running configuration is of an FRR that did not answer: its word is not taken.
    if not is_address(one.peer) or one.vrf != "default" or one.run.instance.sections:
        return None
    found = dict(_neighbors(one.run.instance)) or dict(_rows(one.run.instance, family(one.peer), summaries))
    return found or None


def _neighbors(instance: Instance) -> Iterator[tuple[str, Evidence]]:
    for block in instance.neighbors or ():
        yield from ((name, block.evidence) for name in (block.address, block.interface) if name)


def _rows(instance: Instance, wanted: str | None, summaries: Iterable[BgpSummary]) -> Iterator[tuple[str, Evidence]]:
    rows = [one for one in instance.rows if one.vrf == "default" and one.family == f"{wanted} unicast"]
    whole = {(one.evidence.path, one.family) for one in summaries if one.vrf == "default" and one.peers == one.rows}
    yield from ((one.peer, one.evidence) for one in rows if _key(one) in whole)


def _key(row: BgpSummaryRow) -> tuple[str, str | None]:
    return row.evidence.path, row.family
