"""The MTU of every step, by node, and what the cluster wants it to be."""

from analyzer.diff.area import Area, spot
from analyzer.diff.model import BAD, WEAK, WELL, Facet, Item, Value
from analyzer.node.mtu import ClusterMtu, MtuChain, MtuChains
from analyzer.node.overlay import Fit, overlay_of
from analyzer.store import Store
from parsers.host_link_facts import HostLink

_HEALTH = {Fit.TOO_LARGE: BAD, Fit.TIGHT: WEAK}
_CLUSTER = "cluster"


def _read(store: Store) -> Facet:
    cluster: ClusterMtu = store.joined(ClusterMtu)
    chains: MtuChains = store.joined(MtuChains)
    items = [_node(one, cluster) for one in chains]
    scopes: dict[str, str | None] = dict.fromkeys(one.host.label for one in chains)
    if cluster.mtu is not None:
        values: dict[str, Value] = {"MTU": cluster.mtu, "being changed": cluster.migration is not None}
        items.append(Item(_CLUSTER, values, (_CLUSTER,), spot(cluster.evidence), text=f"MTU {cluster.mtu}"))
        scopes[_CLUSTER] = None
    return Facet("mtu", MTU.title, tuple(items), scopes=scopes, unit="no interfaces of {}")


def _node(chain: MtuChain, cluster: ClusterMtu) -> Item:
    links: dict[str, HostLink | None] = {
        "uplink": chain.uplink,
        "bridge": chain.carrier if chain.under else None,
        "tunnel": chain.tunnel,
        "management port": chain.management,
    }
    known = {name: link for name, link in links.items() if link is not None and link.mtu is not None}
    values: dict[str, Value] = {name: f"{link.name} {link.mtu}" for name, link in known.items()}
    if chain.pods:
        values["pods"] = tuple(str(one) for one in sorted({link.mtu or 0 for link in chain.pods}))
    if chain.host.routes:
        values["routes"] = tuple(str(one) for one in sorted({route.mtu or 0 for route in chain.routes}))
    fit = overlay_of(chain, cluster)
    return Item(
        key=chain.host.label,
        values=values,
        scopes=(chain.host.label,),
        place=next((spot(link.evidence) for link in known.values()), ""),
        marks={name: spot(link.where("mtu")) for name, link in known.items()},
        text=", ".join(f"{name} {value}" for name, value in values.items() if isinstance(value, str)),
        health=_HEALTH.get(fit.fit, WELL) if fit and cluster.nodes != 1 else WELL,
    )


MTU = Area("mtu", "MTU", (MtuChains, ClusterMtu), _read)
