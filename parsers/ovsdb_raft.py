"""What a clustered OVSDB file adds: who its cluster is, and which entries of its log are committed.

The first record is the header with a snapshot (`prev_data`: the schema and the data), later ones are entries, commit
indexes, terms, votes, the leader and notes (openvswitch/ovs ovsdb/raft-private.c, Documentation/ref/ovsdb.5.rst). An
entry counts once its index is committed; one with the index of an older, uncommitted one replaces this and all later.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from parsers.ovsdb_json import Content
from parsers.ovsdb_replay import Fault, Replay
from parsers.ovsdb_rows import Source


@dataclass(slots=True)
class RaftLog:
    """The state of one server as its file tells it.

    commit_index: None where the file says nothing of it; then all entries count. uncommitted: entries that do not
    count. joining: the server has not yet become a member. left: it left its cluster.
    """

    source: Source  # the record with the newest list of servers, or the header
    cluster_id: str | None = None
    server_id: str = ""
    local_address: str = ""
    servers: dict[str, str] = field(default_factory=dict)  # server id -> address
    term: int = 0
    index: int = 0  # of the last entry
    commit_index: int | None = None
    uncommitted: int = 0
    election_timer: int | None = None  # milliseconds
    joining: bool = False
    left: bool = False


class RaftReplay:
    """Feeds the committed entries of a clustered file to a `Replay`."""

    def __init__(self, content: Content, replay: Replay, fault: Fault) -> None:
        """Read the first record. Raises ValueError where it is no header."""
        self.log = RaftLog(_source(content))
        self._replay = replay
        self._fault = fault
        self._pending: deque[tuple[int, Any, Content]] = deque()  # index, data, where

        self._header(content)

    def _header(self, content: Content) -> None:
        tree, log = content.tree, self.log
        match tree:
            case {"server_id": str(server_id), "name": str(), "local_address": str(address)}:
                log.server_id, log.local_address = server_id, address
            case _:
                raise ValueError("no header of a clustered database")
        log.cluster_id = _text(tree.get("cluster_id"))
        log.joining = "remote_addresses" in tree
        log.term = _number(tree.get("prev_term")) or 0
        log.index = _number(tree.get("prev_index")) or 0
        log.election_timer = _number(tree.get("prev_election_timer"))
        self._servers(tree.get("prev_servers"), content)
        if (data := tree.get("prev_data")) is not None:
            self._data(data, content)

    def record(self, content: Content) -> None:
        """Any later record."""
        tree, log = content.tree, self.log
        log.term = max(log.term, _number(tree.get("term")) or 0)
        if "note" in tree:
            log.left |= tree["note"] == "left"
        elif commit := _number(tree.get("commit_index")):
            log.commit_index = max(commit, log.commit_index or 0)
            self._commit(commit)
        elif index := _number(tree.get("index")):
            self._entry(index, content)
        elif not {"term", "vote", "leader", "comment"} & tree.keys():
            self._fault(content, "a record of an unknown kind")

    def _entry(self, index: int, content: Content) -> None:
        while self._pending and self._pending[-1][0] >= index:
            self._pending.pop()
        if self.log.commit_index is not None and index <= self.log.commit_index:
            self._fault(content, f"entry {index} would replace a committed one")
            return
        self.log.index = index
        self.log.election_timer = _number(content.tree.get("election_timer")) or self.log.election_timer
        self._servers(content.tree.get("servers"), content)
        self._pending.append((index, content.tree.get("data"), content))

    def _servers(self, servers: Any, content: Content) -> None:
        if isinstance(servers, dict):
            self.log.servers = {one: address for one, address in servers.items() if isinstance(address, str)}
            self.log.source = _source(content)
            self.log.joining = False

    def _commit(self, index: int) -> None:
        while self._pending and self._pending[0][0] <= index:
            _, data, content = self._pending.popleft()
            if data is not None:
                self._data(data, content)

    def _data(self, data: Any, content: Content) -> None:
        match data:
            case [schema, transaction]:
                if schema is not None:
                    self._replay.begin(schema, content, keep=transaction is None)
                if transaction is not None:
                    self._replay.apply(transaction, content)
            case _:
                self._fault(content, "an entry that holds neither a schema nor a transaction")

    def finish(self) -> None:
        """The end of the file: entries of which nothing says whether they were committed count."""
        if self.log.commit_index is None:
            self._commit(self.log.index)
        self.log.uncommitted = len(self._pending)
        self._pending.clear()


def _source(content: Content) -> Source:
    return Source(content.line, content.text)


def _number(value: Any) -> int | None:
    return value if type(value) is int and value >= 0 else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
