"""Every row and column, as ovsdb-tool of Open vSwitch itself reads the same file."""

import json
import shutil
import subprocess
from random import Random

import pytest
from conftest import ROOT
from ovsdb_sample import log, record, schema, transaction, uuid

from parsers.ovsdb import read
from parsers.ovsdb_schema import Uuid

PAIRS = ROOT / "fixtures" / "parsers"
REAL = [
    PAIRS / "ovn_northbound" / "interconnect-23-03.raw",
    PAIRS / "ovn_northbound" / "interconnect-25-03.raw",
    PAIRS / "ovn_northbound" / "raft-leader.raw",
    PAIRS / "ovn_southbound" / "interconnect-23-03.raw",
]
TYPES = {
    "text": "string",
    "count": "integer",
    "ratio": "real",
    "flag": "boolean",
    "maybe": {"key": "string", "min": 0, "max": 1},
    "numbers": {"key": "integer", "min": 0, "max": "unlimited"},
    "some": {"key": "string", "min": 1, "max": 4},
    "labels": {"key": "string", "value": "string", "min": 0, "max": "unlimited"},
    "flows": {"key": "integer", "value": {"type": "uuid", "refTable": "T", "refType": "weak"}, "min": 0, "max": 9},
    "peers": {"key": {"type": "uuid", "refTable": "T", "refType": "weak"}, "min": 0, "max": "unlimited"},
    "peer": {"key": {"type": "uuid", "refTable": "T", "refType": "weak"}, "min": 0, "max": 1},
    "seen": {"key": "string", "value": "integer", "min": 0, "max": 1},
    "children": {"key": {"type": "uuid", "refTable": "Child"}, "min": 0, "max": "unlimited"},
}
SCHEMA = {
    "name": "D",
    "version": "1.2.3",
    "tables": {
        "T": {"columns": {name: {"type": kind} for name, kind in TYPES.items()}, "isRoot": True},
        "Child": {"columns": {"name": {"type": "string"}, "parent": {"type": TYPES["peer"]}}},
    },
}


@pytest.fixture(scope="session")
def tool():
    """Runs ovsdb-tool; the gate installs it."""
    path = shutil.which("ovsdb-tool")
    assert path, "ovsdb-tool is missing: apt-get install openvswitch-common"

    def run(*words):
        done = subprocess.run([path, *map(str, words)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def plain(value):
    """A value of RFC 7047 in an order of its own."""
    match value:
        case ["set", list(members)]:
            return ["set", sorted((plain(one) for one in members), key=repr)]
        case ["map", list(pairs)]:
            return ["map", sorted((plain(one) for one in pairs), key=repr)]
    return value


def written(value, column):
    """Plain Python back in RFC 7047, as ovsdb-tool prints it."""
    match value:
        case Uuid():
            return ["uuid", str(value)]
        case dict():
            return ["map", [[written(key, column), written(one, column)] for key, one in value.items()]]
        case None:
            return ["set", []]
        case tuple():
            return written(value[0], column) if len(value) == 1 else ["set", [written(one, column) for one in value]]
    return value


def ours(data):
    file = read([data])
    assert file.faults == []
    found = {}
    for name, columns in file.replay.schema.tables.items():
        found[name] = {
            row.uuid: {at: plain(written(row.values.get(at, column.default), column)) for at, column in columns.items()}
            for row in file.replay.tables[name].rows.values()
        }
    return found


def theirs(tool, path):
    names = list(json.loads(path.read_bytes().split(b"\n")[1])["tables"])
    asked = [tool("db-name", path).strip(), *({"op": "select", "table": name, "where": []} for name in names)]
    answers = json.loads(tool("query", path, json.dumps(asked)))
    return {
        name: {
            row["_uuid"][1]: {at: plain(value) for at, value in row.items() if at not in {"_uuid", "_version"}}
            for row in answer["rows"]
        }
        for name, answer in zip(names, answers, strict=True)
    }


def compared(tool, tmp_path, data):
    """Both readings of a file are the same; returns it."""
    path = tmp_path / "compared.db"
    path.write_bytes(data)
    if data.startswith(b"OVSDB CLUSTER"):
        standalone = tmp_path / "standalone.db"
        standalone.unlink(missing_ok=True)
        tool("cluster-to-standalone", standalone, path)
        path = standalone
    found = ours(data)
    assert found == theirs(tool, path)
    return found


@pytest.mark.parametrize("raw", REAL, ids=lambda raw: f"{raw.parent.name}/{raw.stem}")
def test_real_files(tool, tmp_path, raw):
    found = compared(tool, tmp_path, raw.read_bytes())
    assert sum(map(len, found.values())) > 4


def test_the_comparison_can_fail(tool, tmp_path):
    data = REAL[0].read_bytes()
    path = tmp_path / "one.db"
    path.write_bytes(data + record(transaction({"Logical_Switch": {uuid(1): {"name": "more"}}})))
    assert ours(data) != theirs(tool, path)


def statements(random, step):
    """Operations on some of the rows, of every kind."""
    name = f"row{step % 7}"
    where = [["text", "==", name]]
    row = {
        "text": name,
        "count": random.randrange(9),
        "ratio": random.random(),
        "maybe": random.choice([["set", []], "x", 'quote " and \\ and \n and é']),
        "numbers": ["set", random.sample(range(20), random.randrange(6))],
        "some": ["set", random.sample(["a", "b", "c"], random.randrange(1, 4))],
        "labels": ["map", [[f"k{one}", f"v{random.randrange(3)}"] for one in random.sample(range(6), 3)]],
        "seen": ["map", [["k", step]]],
    }
    child = {"name": name, "parent": ["named-uuid", "new"]}
    yield {"op": "insert", "table": "Child", "row": child, "uuid-name": "child"}
    row["children"] = ["named-uuid", "child"]
    yield {"op": "insert", "table": "T", "row": row, "uuid-name": "new"}
    yield {"op": "update", "table": "T", "where": where, "row": {"flag": True, "peer": ["named-uuid", "new"]}}
    yield {
        "op": "mutate",
        "table": "T",
        "where": where,
        "mutations": [
            ["numbers", "insert", ["set", [random.randrange(20), 99]]],
            ["numbers", "delete", ["set", random.sample(range(20), 5)]],
            ["labels", "delete", ["set", [f"k{random.randrange(6)}"]]],
            ["labels", "insert", ["map", [["new", str(step)]]]],
            ["peers", "insert", ["set", [["named-uuid", "new"]]]],
            ["flows", "insert", ["map", [[step % 5, ["named-uuid", "new"]]]]],
        ],
    }
    if step % 5 == 4:
        yield {"op": "update", "table": "T", "where": where, "row": {"labels": ["map", [["k1", "v9"]]]}}
    if step % 3 == 2:  # rows that others refer to: the server takes weak references and lost children along
        yield {"op": "delete", "table": "T", "where": [["count", "==", random.randrange(9)]]}
    if step % 7 == 6:
        yield {"op": "update", "table": "T", "where": where, "row": {"children": ["set", []]}}
    if step % 6 == 5:
        yield {"op": "delete", "table": "T", "where": [["text", "==", f"row{(step + 3) % 7}"]]}
    yield {"op": "comment", "comment": f"step {step}"}


def test_transactions_of_every_kind(tool, tmp_path):
    """Written by ovsdb-tool: with differences since Open vSwitch 2.17."""
    random, path, sizes = Random(4), tmp_path / "made.db", set()
    (tmp_path / "schema").write_text(json.dumps(SCHEMA))
    tool("create", path, tmp_path / "schema")
    for step in range(40):
        tool("transact", path, json.dumps(["D", *statements(random, step)]))
        found = compared(tool, tmp_path, path.read_bytes())
        sizes.add((len(found["T"]), len(found["Child"])))
    assert b'"_is_diff":true' in path.read_bytes()
    assert len(sizes) > 9
    assert any(rows != children for rows, children in sizes)
    before = ours(path.read_bytes())
    tool("compact", path)
    assert compared(tool, tmp_path, path.read_bytes()) == before


def test_whole_values_of_older_releases(tool, tmp_path):
    """Before Open vSwitch 2.17 a transaction holds whole new values."""
    one, two = uuid(1), uuid(2)
    data = log(
        SCHEMA,
        transaction({"T": {one: {"text": "a", "some": ["x", "y"], "numbers": [1, 2]}, two: {"labels": {"k": "v"}}}}),
        transaction({"T": {one: {"numbers": [2, 3], "peer": two}, two: {"labels": {"k": "v", "m": "n"}}}}),
        transaction({"T": {two: None}}),
        transaction({"T": {one: {"peer": [], "numbers": 7}}}, _is_diff=False),
    )
    found = compared(tool, tmp_path, data)
    assert found["T"][one]["numbers"] == 7


def test_a_cluster_made_of_a_file(tool, tmp_path):
    raw = tmp_path / "one.db"
    raw.write_bytes(REAL[1].read_bytes())
    tool("create-cluster", tmp_path / "cluster.db", raw, "tcp:192.0.2.10:6643")
    data = (tmp_path / "cluster.db").read_bytes()
    assert compared(tool, tmp_path, data) == ours(raw.read_bytes())
    file = read([data])
    assert file.raft.servers == {file.raft.server_id: "tcp:192.0.2.10:6643"}


@pytest.mark.parametrize("raw", REAL[:3], ids=lambda raw: raw.stem)
def test_cut_where_a_record_ends(tool, tmp_path, raw):
    """What a shorter file holds is what ovsdb-tool says of it. (It counts entries that are not committed, too.)"""
    data, at, seen = raw.read_bytes(), 0, 0
    while (at := data.find(b"\nOVSDB ", at + 1)) > 0:
        line = data[data.rfind(b"\n", 0, at) + 1 : at]
        seen += 1
        if seen % 3 == 0 and (b'"commit_index"' in line or not data.startswith(b"OVSDB CLUSTER")):
            compared(tool, tmp_path, data[: at + 1])
    assert seen > 10


def test_cut_within_a_record(tool, tmp_path):
    """ovsdb-server warns of the last record and keeps the others; ovsdb-tool refuses such a file."""
    data = REAL[0].read_bytes()
    found = read([data[:-1]])
    whole = data.rfind(b"OVSDB ")
    assert (found.cut_line, found.faults) == (data[:whole].count(b"\n") + 1, [])
    assert ours(data[:-1]) == compared(tool, tmp_path, data[:whole])


def test_a_switch_database(tool, tmp_path):
    path = tmp_path / "conf.db"
    (tmp_path / "schema").write_text(json.dumps(schema("Open_vSwitch", "8.3.1")))
    tool("create", path, tmp_path / "schema")
    rows = [
        {"op": "insert", "table": "Open_vSwitch", "row": {"bridges": ["named-uuid", "b"], "ovs_version": "3.1.0"}},
        {"op": "insert", "table": "Bridge", "uuid-name": "b", "row": {"name": "br-int", "ports": ["named-uuid", "p"]}},
        {"op": "insert", "table": "Port", "uuid-name": "p", "row": {"name": "a", "interfaces": ["named-uuid", "i"]}},
        {"op": "insert", "table": "Interface", "uuid-name": "i", "row": {"name": "a", "ofport": -1, "error": "no a"}},
    ]
    tool("transact", path, json.dumps(["Open_vSwitch", *rows]))
    found = compared(tool, tmp_path, path.read_bytes())
    assert [row["error"] for row in found["Interface"].values()] == ["no a"]
