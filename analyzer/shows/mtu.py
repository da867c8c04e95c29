"""`gatherscope show mtu`: the MTU of every step from the uplink of a node to its pods, in one row of each node."""

from collections import Counter
from typing import Any

from analyzer.node.mtu import ClusterMtu, MtuChain, MtuChains
from analyzer.node.overlay import Fit, overlay_of
from analyzer.show import Table, place, register, text
from analyzer.store import Store
from parsers.host_link_facts import HostLink

_WORDS = {
    Fit.TOO_LARGE: "does not fit",
    Fit.TIGHT: "tight",
    Fit.FITS: "fits",
    Fit.WASTEFUL: "fits, uplink hardly used",
}


def _chains(store: Store) -> MtuChains:
    found = store.joined(MtuChains)
    assert isinstance(found, MtuChains)
    return found


def _cluster(store: Store) -> ClusterMtu:
    found = store.joined(ClusterMtu)
    assert isinstance(found, ClusterMtu)
    return found


def _data(store: Store) -> list[dict[str, Any]]:
    cluster = _cluster(store)
    return [_row(one, cluster) for one in _chains(store)]


def _row(chain: MtuChain, cluster: ClusterMtu) -> dict[str, Any]:
    fit = overlay_of(chain, cluster)
    return {
        "node": chain.node,
        "label": chain.host.label,
        "network_type": chain.network_type,
        "carrier": _link(chain.carrier),
        "under": [_link(one) for one in chain.under],
        "tunnel": _link(chain.tunnel),
        "cluster_mtu": cluster.mtu,
        "needed": cluster.needed,
        "reserved": cluster.reserved,
        "migration": cluster.migration is not None,
        "management": _link(chain.management),
        "pods": {str(mtu): count for mtu, count in sorted(Counter(one.mtu or 0 for one in chain.pods).items())},
        "routes": [{"destination": one.destination, "mtu": one.mtu} for one in chain.routes],
        "requested": {name: one.mtu_request for name, one in sorted(chain.requested.items())},
        "verdict": fit.fit if fit and cluster.nodes != 1 else None,
        "evidence": [place(one) for one in fit.evidence] if fit else [],
    }


def _link(link: HostLink | None) -> dict[str, Any] | None:
    return {"name": link.name, "mtu": link.mtu} if link else None


def _table(store: Store) -> Table:
    columns = ("NODE", "UPLINK", "BRIDGE", "TUNNEL", "CLUSTER", "MANAGEMENT", "PODS", "ROUTES", "VERDICT")
    cluster = _cluster(store)
    rows = []
    for chain, row in zip(_chains(store), _data(store), strict=True):
        lowest = [one for one in chain.under if one.mtu is not None]
        rows.append(
            (
                chain.host.label,
                _cell(min(lowest, key=lambda one: one.mtu or 0) if lowest else chain.carrier),
                _cell(chain.carrier) if lowest else "-",
                _cell(chain.tunnel),
                text(cluster.mtu),
                _cell(chain.management),
                ", ".join(row["pods"]) or "-",
                ", ".join(sorted({str(one.mtu) for one in chain.routes})) or "-",
                _WORDS.get(row["verdict"], "-"),
            )
        )
    return Table(columns, tuple(rows), _note(cluster))


def _cell(link: HostLink | None) -> str:
    return f"{link.name} {text(link.mtu)}" if link else "-"


def _note(cluster: ClusterMtu) -> str | None:
    change = cluster.migration
    if change is not None:
        pods, machines = _way(change.network_from, change.network_to), _way(change.machine_from, change.machine_to)
        return f"A change of the MTU is under way: pods {pods}, machines {machines}."
    if cluster.probed is not None:
        return f"The network operator found MTU {cluster.probed.mtu} on the hosts when the cluster was installed."
    return None


def _way(before: int | None, after: int | None) -> str:
    return f"{text(before, '?')} to {text(after, '?')}"


register("mtu", "the MTU from uplink to pods of every node", (MtuChains, ClusterMtu), _table, _data, in_report=True)
