"""The databases of OVN-Kubernetes and Open vSwitch, as must-gather, sosreport and people collect them.

`network_logs/ovnk_database_store.tar.gz` holds two for each node (OpenShift 4.14 and later), `leader_nbdb.gz` and
`leader_sbdb.gz` those of the cluster (4.10 to 4.13), `<pod>_nbdb.gz` those of each master and `<pod>_conf.db` those of
each node's switch (4.8, 4.9; openshift/must-gather collection-scripts/gather_network_logs); a sosreport holds them at
their places on the host (sosreport/sos sos/report/plugins/openshift_ovn.py, openvswitch.py).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from parsers import ovn_northbound_rows, ovn_southbound_rows, ovsdb_switch_rows
from parsers.base import Evidence, Origin, ParseFailure, SourceFile, failure, parser
from parsers.ovn_northbound_rows import NbGlobal
from parsers.ovn_southbound_rows import SbGlobal
from parsers.ovsdb import OvsdbFile, read
from parsers.ovsdb_facts import Database, OvsdbDatabase, RaftState, Row, misfits, wanted
from parsers.ovsdb_rows import Source
from parsers.ovsdb_switch_rows import OpenVSwitch

_NAMESPACE = "openshift-ovn-kubernetes"
_STORE = "ovnk_database_store"
# Where a file of the store lies below its must-gather; less of it where people unpacked the store elsewhere.
_BELOW = re.compile(
    r"(?:^|/)(?:network_logs(?:/ovnk_database_store\.(?:tar\.gz|tgz|tar)!)?|ovnk_database_store\.tar\.gz!)$"
)
_LOOSE = rb"^OVSDB (?:JSON|CLUSTER) \d+ [0-9a-fA-F]{40}\r?\n\{[^\n]{0,300000}?\"name\":\"%b\""
_GLOBAL = "global"  # the name of the one zone of a cluster without interconnect


class NorthboundDatabase(OvsdbDatabase):
    """OVN_Northbound: what ovn-kubernetes wants. Its rows: parsers/ovn_northbound_rows.py."""


class SouthboundDatabase(OvsdbDatabase):
    """OVN_Southbound: what northd made of it, and the chassis. Its rows: parsers/ovn_southbound_rows.py."""


class SwitchDatabase(OvsdbDatabase):
    """Open_vSwitch: a node's own set-up. Its rows: parsers/ovsdb_switch_rows.py."""


Kind = TypeVar("Kind", bound=OvsdbDatabase)


@dataclass(frozen=True, slots=True)
class _Reading(Generic[Kind]):
    """How one of the databases is read; `host` finds the node that the database names itself."""

    parser: str
    name: str
    kind: type[Kind]
    rows: tuple[type[Row], ...]
    host: Callable[[Database], str | None]


def _zone(kind: type[NbGlobal] | type[SbGlobal]) -> Callable[[Database], str | None]:
    def host(database: Database) -> str | None:
        for row in database.rows(kind).values():
            name = getattr(row, "name", "") or row.options.get("name")
            return name if name and name != _GLOBAL else None
        return None

    return host


def _switch_host(database: Database) -> str | None:
    for row in database.rows(OpenVSwitch).values():
        return row.external_ids.get("hostname")
    return None


_NORTHBOUND = _Reading(
    "ovn_northbound", "OVN_Northbound", NorthboundDatabase, ovn_northbound_rows.ROWS, _zone(NbGlobal)
)
_SOUTHBOUND = _Reading(
    "ovn_southbound", "OVN_Southbound", SouthboundDatabase, ovn_southbound_rows.ROWS, _zone(SbGlobal)
)
_SWITCH = _Reading("ovs_database", "Open_vSwitch", SwitchDatabase, ovsdb_switch_rows.ROWS, _switch_host)


def _places(short: str, file: str) -> tuple[str, ...]:
    return (
        f"network_logs/{_STORE}.tar.gz!/{_STORE}/{{pod}}_{short}",
        f"network_logs/{_STORE}/{{pod}}_{short}",
        f"{_STORE}/{{pod}}_{short}",
        f"network_logs/leader_{short}",
        f"network_logs/{{pod}}_{short}",
        f"var/lib/ovn-ic/etc/{file}",
        f"var/lib/ovn/etc/{file}",
        f"var/lib/ovn/{file}",
        f"etc/ovn/{file}",
        f"etc/openvswitch/{file}",
        f"var/lib/openvswitch/ovn/{file}",
    )


@parser(
    *_places("nbdb", "ovnnb_db.db"),
    title="OVN northbound database",
    collect="oc adm must-gather -- gather_network_logs; by hand: oc cp -n openshift-ovn-kubernetes -c nbdb "
    "<ovnkube-node pod>:/etc/ovn/ovnnb_db.db <pod>_nbdb",
    content=_LOOSE % b"OVN_Northbound",
    words=(b"OVSDB ",),
)
def ovn_northbound(source: SourceFile) -> Iterator[NorthboundDatabase | ParseFailure]:
    return _database(source, _NORTHBOUND)


@parser(
    *_places("sbdb", "ovnsb_db.db"),
    title="OVN southbound database",
    collect="oc adm must-gather -- gather_network_logs; by hand: oc cp -n openshift-ovn-kubernetes -c sbdb "
    "<ovnkube-node pod>:/etc/ovn/ovnsb_db.db <pod>_sbdb",
    content=_LOOSE % b"OVN_Southbound",
    words=(b"OVSDB ",),
)
def ovn_southbound(source: SourceFile) -> Iterator[SouthboundDatabase | ParseFailure]:
    return _database(source, _SOUTHBOUND)


@parser(
    "network_logs/{pod}_conf.db",
    "etc/openvswitch/conf.db",
    "usr/local/etc/openvswitch/conf.db",
    "var/lib/openvswitch/conf.db",
    title="Open vSwitch database (conf.db)",
    collect="a sosreport of the node (plugin openvswitch), or: oc debug node/<node> -- chroot /host cat "
    "/etc/openvswitch/conf.db > <node>_conf.db",
    content=_LOOSE % b"Open_vSwitch",
    words=(b"OVSDB ",),
)
def ovs_database(source: SourceFile) -> Iterator[SwitchDatabase | ParseFailure]:
    return _database(source, _SWITCH)


def _database(source: SourceFile, how: _Reading[Kind]) -> Iterator[Kind | ParseFailure]:
    file = read(source.chunks(), wanted(how.rows))
    for fault in file.faults:
        yield failure(_at(source, fault.line, fault.text), how.parser, fault.reason)
    schema = file.replay.schema
    first = _at(source, 1, file.header)
    if schema is None:
        if not file.faults:
            yield failure(first, how.parser, _without_schema(file))
        return
    if schema.name != how.name:
        yield failure(first, how.parser, f"the file holds the database {schema.name:.60}, not {how.name}")
        return
    unfit = misfits(how.rows, schema.tables)
    if unfit:
        where = _quoted(source, file.replay.schema_source, f'"{unfit[0].rpartition(".")[2]}":')
        yield failure(where, how.parser, f"values of another type than expected: {', '.join(unfit)[:300]}")
    database = Database(source.path, file.replay, unfit)
    yield how.kind(
        evidence=first,
        marks=_marks(source, file),
        origin=_origin(source),
        name=schema.name,
        schema_version=schema.version,
        clustered=file.raft is not None,
        records=file.records,
        # Of a live copy the last record may be cut; where the archive ends, much more than that is missing.
        complete=file.complete and not source.torn and (file.cut_line is None or file.replay.transactions > 0),
        cut=file.cut_line is not None,
        edited=file.replaced > 0,
        counts=file.replay.counts(),
        newest=file.replay.newest,
        host=how.host(database),
        raft=_raft(source, file),
        database=database,
    )


def _without_schema(file: OvsdbFile) -> str:
    if file.raft and file.raft.joining:
        return "the server has not joined its cluster yet: its file holds no data"
    return "the file ends before its schema" if file.header else "the file is empty"


def _at(source: SourceFile, line: int, text: str) -> Evidence:
    return Evidence(source.path, line, line, (text,))


def _quoted(source: SourceFile, record: Source | None, focus: str) -> Evidence:
    return _at(source, record.line, record.around(focus)) if record else _at(source, 1, "")


def _marks(source: SourceFile, file: OvsdbFile) -> dict[str, Evidence]:
    version = file.replay.schema.version if file.replay.schema else ""
    marks = {"schema_version": _quoted(source, file.replay.schema_source, f'"version":"{version}"')}
    if file.cut_line is not None:
        marks["cut"] = _at(source, file.cut_line, file.cut_text)
    if file.replay.newest_source:
        marks["newest"] = _quoted(source, file.replay.newest_source, '"_date":')
    return marks


def _raft(source: SourceFile, file: OvsdbFile) -> RaftState | None:
    log = file.raft
    if log is None:
        return None
    return RaftState(
        evidence=_quoted(source, log.source, 'servers":{'),
        cluster_id=log.cluster_id,
        server_id=log.server_id,
        local_address=log.local_address,
        servers=log.servers,
        term=log.term,
        index=log.index,
        commit_index=log.commit_index,
        uncommitted=log.uncommitted,
        election_timer=log.election_timer,
        joining=log.joining,
        left=log.left,
    )


def _origin(source: SourceFile) -> Origin:
    """The pod that a file is named for, and the must-gather that it lies in."""
    folder = source.path.rpartition("/")[0]
    below = source.image_dir
    while cut := _BELOW.search(below):
        below = below[: cut.start()]
    pod = source.params.get("pod")
    if pod is None and not (folder == "network_logs" or folder.endswith("/network_logs")):
        return Origin(below, None, None, folder)
    return Origin(below, _NAMESPACE, None if pod == "leader" else pod, folder)
