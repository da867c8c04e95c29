"""What every server of the clustered OVN databases says of its cluster, and what their logs say of elections.

Only databases of OpenShift 4.13 and older are clustered; with interconnect each node has standalone ones. Must-gathers
of 4.10 to 4.13 hold the status of the leader alone (openshift/must-gather collection-scripts/gather_network_logs).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analyzer.instances import NodesByName, PodsByName
from analyzer.rule import NotCollectedError, join
from parsers.nodes import Node
from parsers.ovn_cluster_facts import RaftStatus
from parsers.ovn_databases import NorthboundDatabase, SouthboundDatabase
from parsers.ovs_log import OvsLogCount, OvsLogKind
from parsers.ovsdb_facts import OvsdbDatabase

_MASTER = ("node-role.kubernetes.io/master", "node-role.kubernetes.io/control-plane")
_KINDS = (OvsLogKind.ELECTION, OvsLogKind.STALE_DATA)


@dataclass(frozen=True, slots=True)
class RaftView:
    """One server's status, the node that it runs on, and how to call it."""

    status: RaftStatus
    node: str | None

    @property
    def label(self) -> str:
        """`OVN_Southbound on master-1`."""
        where = self.node or self.status.origin.pod or self.status.address
        return f"{self.status.name} on {where}" if where else self.status.name


@dataclass(frozen=True, slots=True)
class OvnRaft:
    """All statuses, the clustered database files, the messages of their servers, each with its node.

    masters: None where the nodes were not collected, or none is called a master.
    """

    views: tuple[RaftView, ...]
    files: tuple[OvsdbDatabase, ...]
    messages: tuple[tuple[OvsLogCount, str | None], ...]
    masters: tuple[Node, ...] | None = None

    def __len__(self) -> int:
        return len(self.views) + len(self.files) + len(self.messages)

    def led(self, name: str) -> bool:
        """Whether some server of this database knows its leader."""
        return any(one.status.name == name and one.status.leader is not None for one in self.views)

    def address_node(self, text: str) -> str | None:
        """The master that a server's address (`ssl:192.0.2.11:9644`) belongs to."""
        host = text.partition(":")[2].rpartition(":")[0].strip("[]")
        return next((one.name for one in self.masters or () if host in one.internal_ips), None)


@join
def ovn_raft(  # noqa: PLR0913, PLR0917 - each source is one parameter, none of them is sure to be there
    statuses: tuple[RaftStatus, ...] | None,
    northbound: tuple[NorthboundDatabase, ...] | None,
    southbound: tuple[SouthboundDatabase, ...] | None,
    counts: tuple[OvsLogCount, ...] | None,
    pods: PodsByName,
    nodes: NodesByName,
) -> OvnRaft:
    databases: tuple[OvsdbDatabase, ...] = (*(northbound or ()), *(southbound or ()))
    files = tuple(one for one in databases if one.clustered and not _alone(one))
    messages = tuple((one, _node(one, pods)) for one in counts or () if one.kind in _KINDS)
    if not statuses and not files and not messages:
        alone = "the databases of each node are standalone: there is no Raft cluster"
        raise NotCollectedError(alone if databases else "not collected: Raft status of the OVN databases")
    masters = tuple(node for _, node in sorted(nodes.items()) if any(label in node.labels for label in _MASTER))
    raft = OvnRaft((), files, messages, masters or None)
    views = tuple(_view(one, pods, raft) for one in _each_once(statuses or ()))
    return OvnRaft(views, files, messages, masters or None)


def _alone(one: OvsdbDatabase) -> bool:
    """Whether it is the database of one node, which is its only server."""
    return bool(one.host) or (one.origin.pod or "").startswith("ovnkube-node-")


def _node(one: RaftStatus | OvsLogCount, pods: PodsByName) -> str | None:
    """The node of the pod that a text was taken from, or of the host."""
    pod = pods.get((one.origin.namespace or "", one.origin.pod)) if one.origin.pod else None
    return pod.node if pod else getattr(one, "node", None)


def _view(status: RaftStatus, pods: PodsByName, raft: OvnRaft) -> RaftView:
    return RaftView(status, _node(status, pods) or raft.address_node(status.address or ""))


def _each_once(statuses: Iterable[RaftStatus]) -> Iterator[RaftStatus]:
    """One status of each server: of several collections the last."""
    found: dict[tuple[str, str], RaftStatus] = {}
    for one in statuses:
        found[one.name, one.server_id or one.evidence.path] = one
    yield from found.values()
