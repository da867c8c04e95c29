"""The facts of `cluster/status`: one server's view of its Raft cluster (openvswitch/ovs ovsdb/raft.c)."""

from enum import StrEnum

from parsers.base import OriginFact
from parsers.part import Part


class RaftMembership(StrEnum):
    """What `Status:` says."""

    MEMBER = "cluster member"
    JOINING = "joining cluster"
    LEAVING = "leaving cluster"
    LEFT = "left cluster"
    FAILED = "failed"
    DISCONNECTED = "disconnected from the cluster (election timeout)"


class RaftRole(StrEnum):
    """What `Role:` says."""

    LEADER = "leader"
    CANDIDATE = "candidate"
    FOLLOWER = "follower"


class RaftConnection(Part):
    """One connection to another server, which is named by the first digits of its id. incoming: it came from there."""

    server: str
    incoming: bool
    connected: bool


class RaftServer(Part):
    """One server of the cluster; indexes are told by the leader only, votes by candidates only.

    phase: empty for a stable member, else e.g. `adding: catchup`. last_message: milliseconds since it was heard.
    """

    server: str
    address: str
    me: bool = False
    phase: str = ""
    vote: str | None = None
    next_index: int | None = None
    match_index: int | None = None
    last_message: int | None = None


class RaftStatus(OriginFact):
    """What one server says of its cluster. What is not written, because the text is cut or older, is None.

    name: OVN_Northbound or OVN_Southbound. cluster_id: None also for `not yet known`. leader, vote: the first digits of
    a server's id, `self`, or None for `unknown`. Times and timers are in milliseconds. log: first and next index.
    changes: servers that are being added or removed, as written. complete: the text goes on to its list of servers.
    """

    name: str
    cluster_id: str | None = None
    server_id: str | None = None
    address: str | None = None
    status: RaftMembership | None = None
    remotes: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    role: RaftRole | None = None
    term: int | None = None
    leader: str | None = None
    vote: str | None = None
    election_started: int | None = None
    election_reason: str | None = None
    election_won: int | None = None
    election_timer: int | None = None
    new_election_timer: int | None = None
    log: tuple[int, int] | None = None
    uncommitted: int | None = None
    unapplied: int | None = None
    connections: tuple[RaftConnection, ...] = ()
    disconnections: int | None = None
    servers: tuple[RaftServer, ...] = ()
    complete: bool = False
