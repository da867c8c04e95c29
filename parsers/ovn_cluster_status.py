"""`cluster/status` of a clustered database server: its view of the Raft cluster.

`ovn-appctl -t /var/run/ovn/ovnnb_db.ctl cluster/status OVN_Northbound` (openvswitch/ovs ovsdb/raft.c,
raft_unixctl_status, releases 2.13 to 3.5: `last msg`, `Last Election …` and `Disconnections` came with 2.14). Saved by
must-gather as `leader_ovnnb_status` and `leader_ovnsb_status` (OpenShift 4.10 to 4.13), `<pod>_ovnnb_status_log` of
every master (4.8, 4.9). Databases of 4.14 and later are not clustered.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from parsers.base import Evidence, Origin, ParseFailure, SourceFile, Text, failure, parser
from parsers.ovn_cluster_facts import RaftConnection, RaftMembership, RaftRole, RaftServer, RaftStatus

_NAMESPACE = "openshift-ovn-kubernetes"


_SERVER_LINE = re.compile(
    r" {4}(?P<server>\S{1,64}) \((?P<id>\S{1,64}) at (?P<address>\S{1,255})\)(?P<me> \(self\))?"
    r"(?: \((?P<phase>(?:adding|removing)[^)]{0,40}|<error>)\))?(?: \(voted for (?P<vote>\S{1,64})\))?"
    r"(?: next_index=(?P<next_index>\d{1,20}) match_index=(?P<match_index>\d{1,20}))?"
    r"(?: last msg (?P<last_message>\d{1,20}) ms ago)?\s*"
)
_CONNECTION = re.compile(r"(?P<lost>\()?(?P<arrow><-|->)(?P<server>[^\s()]{1,64})\)?")


def _sid(text: str) -> dict[str, Any]:
    match = re.fullmatch(r"\S{1,16} \((\S{1,64})\)", text)
    if match is None:
        raise ValueError("no id")
    return {"id": match[1]}


def _cluster(text: str) -> dict[str, Any]:
    return {"cluster_id": None if text == "not yet known" else _sid(text)["id"]}


def _peer(field: str) -> Callable[[str], dict[str, Any]]:
    return lambda text: {field: None if text == "unknown" else text}


def _number(field: str) -> Callable[[str], dict[str, Any]]:
    return lambda text: {field: int(text[:21])}


def _timer(text: str) -> dict[str, Any]:
    match = re.fullmatch(r"(\d{1,20})(?: \(changing to (\d{1,20})\))?", text)
    if match is None:
        raise ValueError("no election timer")
    return {"election_timer": int(match[1]), "new_election_timer": int(match[2]) if match[2] else None}


def _log(text: str) -> dict[str, Any]:
    match = re.fullmatch(r"\[(\d{1,20}), (\d{1,20})\]", text)
    if match is None:
        raise ValueError("no range of the log")
    return {"log": (int(match[1]), int(match[2]))}


_LINES: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "Cluster ID": _cluster,
    "Server ID": lambda text: {"server_id": _sid(text)["id"]},
    "Address": lambda text: {"address": text},
    "Status": lambda text: {"status": RaftMembership(text)},
    "Remotes for joining": lambda text: {"remotes": tuple(text.split())},
    "Role": lambda text: {"role": RaftRole(text)},
    "Term": _number("term"),
    "Leader": _peer("leader"),
    "Vote": _peer("vote"),
    "Election timer": _timer,
    "Log": _log,
    "Entries not yet committed": _number("uncommitted"),
    "Entries not yet applied": _number("unapplied"),
    "Disconnections": _number("disconnections"),
}
_ELECTION = (
    re.compile(r"Last Election started (?P<election_started>\d{1,20}) ms ago, reason: (?P<election_reason>\w{1,40})"),
    re.compile(r"Last Election won: (?P<election_won>\d{1,20}) ms ago"),
)
_CHANGE = re.compile(r"(?:Adding|Removing) server .{1,400}")
# The server's nickname above its status, a prompt or the command that people paste along with it.
_IGNORED = re.compile(r"\s*(?:[0-9a-f]{4,36})?\s*|.{0,300}cluster/status.{0,100}")


@parser(
    "network_logs/leader_ovnnb_status",
    "network_logs/leader_ovnsb_status",
    "network_logs/{pod}_ovnnb_status_log",
    "network_logs/{pod}_ovnsb_status_log",
    "sos_commands/openshift_ovn/*cluster.status_OVN_*",
    "sos_commands/ovn_central/*cluster.status_OVN_*",
    title="Raft status of the OVN databases (cluster/status)",
    collect="oc adm must-gather -- gather_network_logs (4.13 and older); by hand: oc exec -n openshift-ovn-kubernetes "
    "-c nbdb <ovnkube-master pod> -- ovn-appctl -t /var/run/ovn/ovnnb_db.ctl cluster/status OVN_Northbound",
    content=rb"^Name: [\w-]+\r?\nCluster ID: ",
    words=(b"Cluster ID: ",),
)
def ovn_cluster_status(source: SourceFile) -> Iterator[RaftStatus | ParseFailure]:
    text = source.text()
    block: _Block | None = None
    for number, line in text.numbered():
        source.at(text, number)
        if line.startswith("Name: "):
            if block:
                yield block.fact()
            block = _Block(text, number, _origin(source))
        reason = block.read(number, line) if block else _before(line)
        if reason:
            yield failure(text.quote(number), "ovn_cluster_status", reason)
    if block:
        yield block.fact()
    elif not any(line.strip() for line in text):
        yield failure(text.whole(), "ovn_cluster_status", "the file is empty")


def _before(line: str) -> str | None:
    return None if _IGNORED.fullmatch(line) else "no cluster status"


def _origin(source: SourceFile) -> Origin:
    origin = source.origin
    inside = "network_logs" in origin.folder.split("/")
    return Origin(origin.image_dir, _NAMESPACE if inside else None, origin.pod, origin.folder)


class _Block:
    """One status while its lines are read."""

    def __init__(self, text: Text, first: int, origin: Origin) -> None:
        self._text = text
        self._first = self._last = first
        self._values: dict[str, Any] = {"origin": origin, "name": text.quote(first).excerpt[0][6:].strip()[:200]}
        self._marks: dict[str, Evidence] = {"name": text.quote(first)}
        self._servers: list[RaftServer] = []
        self._connections: list[RaftConnection] = []
        self._changes: list[str] = []

    def read(self, number: int, line: str) -> str | None:
        """Take one line; the reason where it cannot be read."""
        title, colon, value = line.partition(":")
        here = self._text.quote(number)
        self._last = self._last if _IGNORED.fullmatch(line) else number
        if title in _LINES and colon:
            try:
                values = _LINES[title](value.strip())
            except ValueError:
                return f"{title}: not understood"
            self._take(values, here)
            return None
        if title == "Connections" and colon:
            return self._connect(value, here)
        if title == "Servers" and colon:
            self._take({"complete": True}, here)
            return None
        return self._other(line, here)

    def _take(self, values: dict[str, Any], here: Evidence) -> None:
        self._values.update(values)
        self._marks.update(dict.fromkeys(values, here))

    def _connect(self, value: str, here: Evidence) -> str | None:
        self._marks["connections"] = here
        found = [(_CONNECTION.fullmatch(word), word) for word in value.split()]
        self._connections = [
            RaftConnection(
                evidence=here,
                server=match["server"],
                incoming=match["arrow"] == "<-",
                connected=not match["lost"],
            )
            for match, _ in found
            if match
        ]
        unknown = [word for match, word in found if match is None]
        return f"Connections: {unknown[0]:.60} not understood" if unknown else None

    def _other(self, line: str, here: Evidence) -> str | None:
        if match := _SERVER_LINE.fullmatch(line):
            self._servers.append(_server(match, here))
            return None
        for expression in _ELECTION:
            if match := expression.fullmatch(line.strip()):
                values = {name: int(part) if part.isdigit() else part for name, part in match.groupdict().items()}
                self._take(values, here)
                return None
        if _CHANGE.fullmatch(line):
            self._changes.append(line.strip())
            self._marks.setdefault("changes", here)
            return None
        return None if line.startswith("Name: ") or _IGNORED.fullmatch(line) else "not understood"

    def fact(self) -> RaftStatus:
        """What was read."""
        return RaftStatus(
            evidence=self._text.quote(self._first, self._last),
            marks=self._marks,
            changes=tuple(self._changes),
            connections=tuple(self._connections),
            servers=tuple(self._servers),
            **self._values,
        )


def _server(match: re.Match[str], here: Evidence) -> RaftServer:
    return RaftServer(
        evidence=here,
        server=match["id"],
        address=match["address"],
        me=bool(match["me"]),
        phase=match["phase"] or "",
        vote=match["vote"],
        next_index=_whole(match["next_index"]),
        match_index=_whole(match["match_index"]),
        last_message=_whole(match["last_message"]),
    )


def _whole(text: str | None) -> int | None:
    return int(text) if text else None
