"""TLS handshakes time out in a cluster whose MTUs do not fit together."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from analyzer.instances import PodsByName
from analyzer.model import Finding, Severity
from analyzer.node.drops import Drops, NodeDrops
from analyzer.node.mtu import ClusterMtu, MtuChain, MtuChains
from analyzer.node.overlay import Fit, Overlay, overlay_of
from analyzer.rule import NotCollectedError, rule
from analyzer.saved_tests import Aim, SavedTest, SavedTests
from parsers.base import Evidence
from parsers.cluster_events import ClusterEvent
from parsers.kernel_drops import DropKind
from parsers.probe_answers import Answer
from parsers.tls_timeouts import TlsTimeouts

MANY = 10  # timeouts that say something where the pods' MTU is merely far below the uplink's (J)
SHOWN = 3
_WORDS = "TLS handshake timeout"


@dataclass(frozen=True, slots=True)
class _Timeouts:
    """Who waited, on which node, how often, and the line."""

    who: str
    node: str | None
    count: int
    evidence: Evidence


@rule(Severity.WARNING, area="mtu")
def tls_timeout_with_mtu_gap(  # noqa: PLR0913, PLR0917 - timeouts stand in three places, the MTU in four
    logs: tuple[TlsTimeouts, ...] | None,
    events: tuple[ClusterEvent, ...] | None,
    tests: SavedTests | None,
    chains: MtuChains | None,
    drops: Drops | None,
    cluster: ClusterMtu,
    pods: PodsByName,
) -> Iterator[Finding]:
    """TLS handshakes time out in a cluster whose MTUs do not fit together.

    ## Why it matters
    The certificates of a TLS handshake are the first full-size packets of a connection. Where these are lost, every
    client waits until it gives up: image pulls, webhooks and operators fail, while `ping` says that all is well.

    ## What to do
    Mend the MTU that this finding names: the pods' MTU plus the header of the tunnel must fit into the uplink, on every
    node, and jumbo frames must pass every switch between them.
    """
    if logs is None and events is None and not [*_of_tests(tests)]:
        raise NotCollectedError("neither logs of operators nor events were collected")
    if chains is None and drops is None and not _paths(tests):
        raise NotCollectedError("no MTU of an interface and no kernel log of a node were collected")
    found = [*_of_logs(logs or (), pods), *_of_events(events or ()), *_of_tests(tests)]
    total = sum(one.count for one in found)
    reason = _reason(chains, drops, cluster, tests)
    if not found or reason is None or (not reason.broken and total < MANY):
        return
    who = list(dict.fromkeys(one.who for one in sorted(found, key=lambda one: -one.count)))
    more = f" and {len(who) - SHOWN} more" if len(who) > SHOWN else ""
    nodes = {one.node for one in found}
    text = f"{total} TLS handshakes timed out ({', '.join(who[:SHOWN])}{more}), and {reason.text}"
    shown = sorted(found, key=lambda one: -one.count)[:SHOWN]
    node = next(iter(nodes)) if len(nodes) == 1 else None
    yield Finding("TLS handshakes", text, (*(one.evidence for one in shown), *reason.evidence), node)


def _of_logs(logs: tuple[TlsTimeouts, ...], pods: PodsByName) -> Iterator[_Timeouts]:
    for one in logs:
        saved = PurePosixPath(one.evidence.path).name
        name = one.deployment or (f"{one.origin.namespace}/{one.origin.pod}" if one.origin.pod else saved)
        pod = pods.get((one.origin.namespace or "", one.origin.pod or ""))
        yield _Timeouts(name, pod.node if pod else None, one.count, one.evidence)


def _of_tests(tests: SavedTests | None) -> Iterator[_Timeouts]:
    for one in tests or ():
        if one.answer is Answer.TLS_TIMED_OUT:
            yield _Timeouts(f"{one.tool} to {one.where}", None, 1, one.evidence[0])


def _of_events(events: tuple[ClusterEvent, ...]) -> Iterator[_Timeouts]:
    for one in events:
        if one.message and _WORDS in one.message:
            name = "/".join(part for part in (one.object_namespace, one.object_name) if part)
            yield _Timeouts(name or "an event", one.host, one.count, one.evidence)


@dataclass(frozen=True, slots=True)
class _Reason:
    """Which MTU explains it. broken: it loses packets for sure."""

    text: str
    broken: bool
    evidence: tuple[Evidence, ...]


def _paths(tests: SavedTests | None) -> list[SavedTest]:
    """The saved pings and tracepaths between nodes that tell how large a packet may be."""
    return [one for one in tests or () if one.aim is Aim.NODE and one.mtu is not None]


def _reason(
    chains: MtuChains | None, drops: Drops | None, cluster: ClusterMtu, tests: SavedTests | None
) -> _Reason | None:
    """The worst one, in the order of how sure it is."""
    if cluster.migration is not None:
        return None
    fits = [(chain, fit) for chain in chains or () if (fit := overlay_of(chain, cluster))] if cluster.nodes != 1 else []
    return (
        _fitting(fits, Fit.TOO_LARGE, broken=True)
        or _dropped(drops or ())
        or _narrow(_paths(tests), cluster)
        or _fitting(fits, Fit.TIGHT, broken=False)
        or _lagging(chains or (), cluster)
        or _fitting(fits, Fit.WASTEFUL, broken=False)
    )


def _fitting(fits: list[tuple[MtuChain, Overlay]], wanted: Fit, *, broken: bool) -> _Reason | None:
    for chain, fit in fits:
        if fit.fit is wanted:
            text = f"the pods' MTU is {fit.overlay}, that of {fit.interface} of {chain.host.label} {fit.uplink}"
            return _Reason(text, broken, fit.evidence)
    return None


def _dropped(drops: Iterable[NodeDrops]) -> _Reason | None:
    for one in drops:
        for drop in one.of(DropKind.OVER_MTU):
            if not one.old(drop):
                text = f"the kernel of {one.label} dropped packets of {drop.size} bytes where {drop.limit} is the most"
                return _Reason(text, True, (drop.evidence,))
    return None


def _narrow(paths: Iterable[SavedTest], cluster: ClusterMtu) -> _Reason | None:
    for one in paths:
        if cluster.mtu is not None and one.mtu is not None and cluster.mtu + cluster.needed > one.mtu:
            need = cluster.mtu + cluster.needed
            text = f"the way to {one.where} carries {one.mtu} bytes ({one.tool}), where packets of pods take {need}"
            return _Reason(text, True, (*one.evidence, *cluster.evidence))
    return None


def _lagging(chains: Iterable[MtuChain], cluster: ClusterMtu) -> _Reason | None:
    for chain in chains:
        link = chain.management
        if link is not None and link.mtu is not None and cluster.mtu is not None and link.mtu != cluster.mtu:
            text = f"{link.name} of {chain.host.label} has MTU {link.mtu}, the cluster network {cluster.mtu}"
            return _Reason(text, False, (*link.where("mtu"), *cluster.evidence))
    return None
