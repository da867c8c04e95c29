"""Whether two archives are of one cluster."""

import re

from analyzer.diff.masks import masked
from analyzer.diff.model import Identity, Side
from analyzer.instances import NodesByName
from analyzer.model import ClusterSummary
from analyzer.render.words import first_few
from analyzer.store import Store
from parsers.infrastructure import Infrastructure
from parsers.kubernetes import unique

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def identity_of(store: Store, cluster: ClusterSummary) -> Identity:
    """What the archive tells of its cluster's identity. A name in which something was hidden tells nothing."""
    platform = next(iter(reversed(unique(store.facts(Infrastructure) or ()))), None)
    name = platform.infrastructure_name if platform else None
    nodes: NodesByName = store.joined(NodesByName)
    known = {one.name: one.uid or "" for one in nodes.values()} or dict.fromkeys(cluster.nodes, "")
    return Identity(
        cluster_id=cluster.id if cluster.id and _UUID.fullmatch(cluster.id) else None,
        infrastructure=name if name and not masked(name) else None,
        nodes=dict(sorted(known.items())),
    )


def same_cluster(old: Side, new: Side) -> tuple[bool | None, str]:
    """Whether both are of one cluster, None where nothing tells, and what tells it in a sentence."""
    one, other = old.identity, new.identity
    if one.cluster_id and other.cluster_id:
        same = one.cluster_id.lower() == other.cluster_id.lower()
        both = one.cluster_id if same else f"OLD {one.cluster_id}, NEW {other.cluster_id}"
        return same, f"the id of the cluster: {both}"
    if one.infrastructure and other.infrastructure:
        same = one.infrastructure == other.infrastructure
        both = one.infrastructure if same else f"OLD {one.infrastructure}, NEW {other.infrastructure}"
        return same, f"the name of the infrastructure: {both}"
    return _by_nodes(one, other)


def _by_nodes(one: Identity, other: Identity) -> tuple[bool | None, str]:
    uids, theirs = ({uid for uid in side.nodes.values() if uid} for side in (one, other))
    if uids and theirs:
        return bool(uids & theirs), f"the uids of the nodes: {_shared(uids, theirs)}{_names(one, other)}"
    names, others = ({_short(name) for name in side.nodes if not masked(_short(name))} for side in (one, other))
    if names and others:
        told = f"the names of the nodes: {_shared(names, others)}{_names(one, other)}"
        return _alike(names, others), told
    return None, "neither id of the cluster, name of the infrastructure nor nodes are known of both archives"


def _alike(one: set[str], other: set[str]) -> bool | None:
    """Names such as master-0 are in many clusters: a few that are the same tell nothing."""
    shared = len(one & other)
    return None if 0 < shared < min(len(one), len(other)) / 2 else shared > 0


def _names(one: Identity, other: Identity) -> str:
    """The first nodes of both, for whoever has to see which archive is the wrong one."""
    return f" (OLD {first_few(tuple(one.nodes), 3)}; NEW {first_few(tuple(other.nodes), 3)})"


def _shared(one: set[str], other: set[str]) -> str:
    return f"{len(one & other)} of {len(one)} in OLD and {len(other)} in NEW are the same"


def _short(name: str) -> str:
    return name.partition(".")[0]
