"""Records, damage, cuts, edits, clusters, and what is kept of them."""

import json
import re
from hashlib import sha1
from random import Random
from time import process_time

import pytest
from conftest import ROOT
from ovsdb_sample import log, record, schema, transaction, uuid

from analyzer.registry import load_parsers
from parsers import ovsdb_json, ovsdb_log
from parsers.base import EXCERPT_CHARACTERS
from parsers.ovsdb import read
from parsers.ovsdb_json import content_of, hidden
from parsers.ovsdb_log import Log, Record, Soundness
from parsers.ovsdb_replay import FAULTS
from parsers.ovsdb_rows import Source
from parsers.ovsdb_schema import Column, Uuid, read_schema

load_parsers()
PAIRS = ROOT / "fixtures" / "parsers"
NORTHBOUND = (PAIRS / "ovn_northbound" / "interconnect-23-03.raw").read_bytes()
CLUSTERED = (PAIRS / "ovn_northbound" / "raft-leader.raw").read_bytes()
SCHEMA = {
    "name": "D",
    "version": "1",
    "tables": {
        "T": {
            "columns": {"name": {"type": "string"}, "set": {"type": {"key": "string", "max": "unlimited", "min": 0}}}
        },
        "U": {"columns": {"name": {"type": "string"}}},
    },
}


def rows(file, table="T"):
    return {row.uuid: row.values for row in file.replay.tables[table].rows.values()}


def insert(name, number=1, table="T"):
    return {table: {uuid(number): {"name": name}}}


def reasons(file):
    return [(fault.line, fault.reason) for fault in file.faults]


def soundness(data, size=None):
    chunks = [data[at : at + size] for at in range(0, len(data), size)] if size else [data]
    return [(one.soundness.value, one.line) for one in Log(chunks)]


@pytest.mark.parametrize("size", [1, 7, 4096, None])
def test_chunks_may_end_anywhere(size):
    data = log(SCHEMA, insert("a"), insert("b", 2))
    assert soundness(data, size) == [("sound", 2), ("sound", 4), ("sound", 6)]
    assert [one.data for one in Log([data])][1] == data.split(b"\n")[3] + b"\n"


def test_a_line_longer_than_the_first_look(monkeypatch):
    data = log(SCHEMA, insert("a" * 9000))
    head, body = data[: len(record(SCHEMA))], data[len(record(SCHEMA)) :]
    edited = head + body.replace(b"aaa", b"x-ipv4-0000000001-x", 1)
    assert soundness(edited, 100) == [("sound", 2), ("replaced", 4)]
    monkeypatch.setattr(ovsdb_log, "RECORD_LIMIT", 8000)
    file = read([data])
    assert reasons(file) == [
        (3, "a record of 9059 bytes: more than 8000 are not read: this record and what follows it are not read")
    ]
    assert (file.complete, rows(file)) == (False, {})
    assert soundness(data + log(insert("b"))) == [("sound", 2), ("damaged", 3), ("sound", 6)]


def test_damage_ends_the_reading_and_what_stands_above_stays():
    data = log(SCHEMA, insert("a"), insert("b", 2), insert("c", 3))
    damaged = data.replace(b'"b"', b'"d"')
    file = read([damaged])
    assert reasons(file) == [(5, "the checksum of the record is wrong: this record and what follows it are not read")]
    assert file.faults[0].text.startswith("OVSDB JSON")
    assert (rows(file), file.complete, file.records) == ({uuid(1): {"name": "a"}}, False, 2)


def test_something_else_between_records():
    data = log(SCHEMA, insert("a")) + b"Defaulted container\nmore\n" + log(insert("b", 2))
    assert soundness(data) == [("sound", 2), ("sound", 4), ("damaged", 5), ("sound", 8)]
    assert read([data]).complete is False


def test_text_that_somebody_replaced_is_read_as_it_stands():
    data = log(SCHEMA, insert("10.128.0.5"), insert("b", 2), insert("10.128.0.6", 3))
    edited = re.sub(rb"10\.128\.0\.(\d)", rb"x-ipv4-000000000\1-x", data)
    file = read([edited])
    assert len(file.faults) == 1
    assert file.faults[0].line == 4
    assert (file.records, file.replaced, file.complete) == (4, 2, True)
    assert [one["name"] for one in rows(file).values()] == ["x-ipv4-0000000005-x", "b", "x-ipv4-0000000006-x"]


@pytest.mark.parametrize(
    "placeholder",
    ["x-ipv4-0000000001-x", "x-mac-0000000001-x", "domain0000000001", "xxx.xxx.xxx.xxx", "XX:XX:XX:XX:XX:XX"],
)
def test_replaced_text_of_the_same_length(placeholder):
    original = "o" * len(placeholder)
    edited = log(SCHEMA, insert(original)).replace(original.encode(), placeholder.encode())
    assert soundness(edited) == [("sound", 2), ("replaced", 4)]


def test_a_replaced_record_that_is_no_json_any_more():
    data = log(SCHEMA, insert("10.128.0.5"), insert("b", 2), insert("c", 3))
    edited = data.replace(b'"10.128.0.5"', b"x-ipv4-0000000001-x")
    file = read([edited])
    assert [line for line, _ in reasons(file)] == [4, 4]
    assert "not read" not in reasons(file)[1][1]
    assert (len(rows(file)), file.complete) == (2, False)


def test_edited_lines_with_carriage_returns():
    data = log(SCHEMA, insert("a")).replace(b"\n", b"\r\n")
    file = read([data])
    assert (len(file.faults), rows(file)) == (1, {uuid(1): {"name": "a"}})


@pytest.mark.parametrize("tail", [b"O", b"OVSDB", b"OVSDB JSON 12", b"OVSDB JSON 40 " + b"a" * 40 + b"\n", b"OVSDB J"])
def test_a_last_record_that_is_cut(tail):
    file = read([log(SCHEMA, insert("a")) + tail])
    assert (file.cut_line, file.cut_text, file.faults, file.complete) == (5, tail.decode().strip(), [], True)


def test_zeros_at_the_end_are_damage():
    file = read([log(SCHEMA, insert("a")) + b"\0" * 500])
    assert (len(file.faults), len(rows(file))) == (1, 1)


def test_cut_at_every_byte_keeps_what_is_whole():
    data = log(SCHEMA, insert("a"), insert("b", 2))
    ends = [len(log(SCHEMA, *more)) for more in ((), (insert("a"),), (insert("a"), insert("b", 2)))]
    for at in range(len(data)):
        file = read([data[:at]])
        assert file.faults == []
        assert file.records == sum(end <= at for end in ends)
        assert (file.cut_line is None) == (at in {0, *ends})


@pytest.mark.parametrize("data", [NORTHBOUND, CLUSTERED], ids=["standalone", "clustered"])
def test_no_byte_that_is_changed_goes_unseen(data):
    random, whole = Random(7), read([data]).records
    for _ in range(150):
        at = random.randrange(len(data))
        broken = data[:at] + bytes([data[at] ^ (1 << random.randrange(8))]) + data[at + 1 :]
        file = read([broken])
        assert file.faults or file.cut_line or broken.lower() == data.lower(), at
        assert file.records <= whole


@pytest.mark.parametrize("raw", sorted(PAIRS.glob("ov*_*/*.raw")), ids=lambda raw: f"{raw.parent.name}/{raw.stem}")
def test_bytes_lost_or_doubled_never_raise(raw):
    data, random = raw.read_bytes(), Random(11)
    for _ in range(20):
        first, last = sorted(random.randrange(len(data) + 1) for _ in range(2))
        for broken in (data[:first] + data[last:], data[:last] + data[first:], data[first:last]):
            assert read([broken]).records <= 2 * data.count(b"OVSDB ")


def nested(depth):
    return "[" * depth + "]" * depth


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("[1]", "no JSON object"),
        ("{", "Expecting property name"),
        ('{"a":' + nested(100_000) + "}", "nested too deep"),
        ('{"a":' + "9" * 5000 + "}", "Exceeds the limit"),
        ('{"tables":{}}', "no database schema: it names no tables"),
        ('{"name":"D","tables":{"T":{}}}', "no database schema: table T has no columns"),
        ('{"name":"D","tables":{"T":{"columns":{"c":{}}}}}', "no database schema: T.c has no type"),
        ('{"name":"D","tables":{"T":{"columns":{"c":{"type":"date"}}}}}', "no database schema: T.c is of an unknown"),
        ('{"name":"D","tables":{"T":{"columns":{"c":{"type":{"key":5}}}}}}', "no database schema: T.c is of an unk"),
        (
            '{"name":"D","tables":{"T":{"columns":{"c":{"type":{"key":"string","value":{"a":1}}}}}}}',
            "no database schema: T.c is of an unknown",
        ),
        (
            '{"name":"D","tables":{"T":{"columns":{"c":{"type":{"key":"string","min":"x"}}}}}}',
            "no database schema: the sizes of T.c",
        ),
    ],
)
def test_a_first_record_that_is_no_schema(body, expected):
    (fault,) = read([record(body)]).faults
    assert fault.line == 2
    assert fault.reason.startswith(expected)


def test_an_unversioned_schema():
    assert read_schema({"name": "D", "tables": {}}).version == ""
    assert read_schema({"name": "D", "tables": {}, "version": 3}).version == ""


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (Column("string"), "a", "a"),
        (Column("integer"), 3, 3),
        (Column("real"), 3, 3),
        (Column("real"), 3.5, 3.5),
        (Column("boolean"), True, True),
        (Column("uuid"), ["uuid", uuid(1)], Uuid(uuid(1))),
        (Column("string", minimum=0), ["set", []], None),
        (Column("string", minimum=0), "a", "a"),
        (Column("string", minimum=0), ["set", ["a"]], "a"),
        (Column("string", minimum=0, maximum=9), "a", ("a",)),
        (Column("string", minimum=0, maximum=9), ["set", ["a", "b"]], ("a", "b")),
        (Column("string", "integer", 0, 9), ["map", [["a", 1]]], {"a": 1}),
    ],
)
def test_values(kind, value, expected):
    found = kind.reader()(value)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Column("string"), 3),
        (Column("integer"), True),
        (Column("boolean"), 1),
        (Column("uuid"), uuid(1)),
        (Column("uuid"), ["uuid", "short"]),
        (Column("uuid"), ["named-uuid", uuid(1)]),
        (Column("string", minimum=0), ["set", ["a", "b"]]),
        (Column("string", minimum=0, maximum=9), ["set", "a"]),
        (Column("string", "integer", 0, 9), ["map", [["a"]]]),
        (Column("string", "integer", 0, 9), ["map", [7]]),
        (Column("string", "integer", 0, 9), ["set", []]),
    ],
)
def test_values_of_another_type_cost_that_value(kind, value):
    with pytest.raises((ValueError, TypeError)):
        kind.reader()(value)


@pytest.mark.parametrize(
    ("kind", "default"),
    [
        (Column("string"), ""),
        (Column("uuid"), Uuid(uuid(0).replace("4", "0").replace("8", "0"))),
        (Column("string", minimum=0), None),
        (Column("string", minimum=0, maximum=9), ()),
        (Column("string", minimum=1, maximum=9), ("",)),
        (Column("string", "string", 0, 9), {}),
    ],
)
def test_defaults(kind, default):
    assert kind.default == default


def test_odd_rows_are_told_and_the_others_stay():
    odd = {"T": {uuid(1): 5, uuid(2): {"name": 7, "set": "a"}, uuid(3): {"name": "c"}}, "X": {}, "U": []}
    file = read([log(SCHEMA, odd)])
    assert [reason for _, reason in reasons(file)] == [
        "no row of T: 5",
        "T.name: no string: 7",
        "no table is named 'X'",
        "no rows of U",
    ]
    assert rows(file) == {uuid(2): {"set": ("a",)}, uuid(3): {"name": "c"}}
    assert file.faults[0].text.startswith('{"T":{')


def test_very_many_faults_are_not_told_one_by_one():
    file = read([log(SCHEMA, {"T": {uuid(one): 5 for one in range(100)}})])
    assert len(file.faults) == FAULTS + 1
    assert file.faults[-1].reason.startswith("more faults")


def test_time_of_the_newest_transaction():
    file = read(
        [log(SCHEMA, transaction({}, _date=2000), transaction({}, _date=1000), {"_date": "x"}, {"_date": 10**18})]
    )
    assert file.replay.newest.isoformat() == "1970-01-01T00:00:02+00:00"
    assert file.replay.newest_source.line == 4


def test_deleting_and_changing_rows_that_are_not_there():
    file = read([log(SCHEMA, {"T": {uuid(1): None}}, {"T": {uuid(2): {"set": "a"}}, "_is_diff": True})])
    assert rows(file) == {uuid(2): {"set": ("a",)}}


def test_tables_that_are_only_counted():
    wanted = {"T": ["name"], "Absent": ["name"]}
    first = {**insert("a"), "U": {uuid(one): {"name": "x"} for one in range(5)}}
    file = read([log(SCHEMA, first, {"U": {uuid(1): None, uuid(9): {}}}, {"U": {uuid(2): {"name": "y"}}})], wanted)
    assert file.replay.counts() == {"T": 1, "U": 5}
    assert rows(file) == {uuid(1): {"name": "a"}}


def big(*, last=False, magic="JSON"):
    """A record in which the text of a table that nobody wants is cut out before it is decoded."""
    flows = {"U": {uuid(one): {"name": f'}}}},"T":{{ \\ "{uuid(5)}":{{ {one}'} for one in range(3000)}}
    flows["U"][uuid(4)] = {"name": "reject { output; }},"}
    tables = {"T": {uuid(1): {"name": 'a}},"U":{'}, uuid(2): {}}}
    tree = {**tables, **flows} if last else {"_date": 5, **flows, **tables}
    return {"data": tree} if magic != "JSON" else tree


@pytest.mark.parametrize("last", [False, True])
def test_the_text_of_a_table_that_nobody_wants_is_cut_out(last):
    data = log(SCHEMA, big(last=last), {"U": {uuid(7): None}})
    file = read([data], {"T": ["name"]})
    assert file.replay.counts() == {"T": 2, "U": 2999}
    assert rows(file) == {uuid(1): {"name": 'a}},"U":{'}, uuid(2): {}}
    source = next(iter(file.replay.tables["T"].rows.values())).source
    assert (len(source.text) < 1000) == (not last)


def test_cutting_falls_back_to_the_whole(monkeypatch):
    """A text in which something only looks like the end of a table is read as a whole."""
    data = log(SCHEMA, big())
    monkeypatch.setattr(ovsdb_json, "_end_of_table", lambda data, at: at + 5)
    assert read([data], {"T": ["name"]}).replay.counts() == {"T": 2, "U": 3000}


def test_more_than_can_be_decoded_is_not(monkeypatch):
    data = log(SCHEMA, big())
    monkeypatch.setattr(ovsdb_json, "DECODE_LIMIT", 2000)
    assert read([data], {"T": ["name"]}).replay.counts() == {"T": 2, "U": 3000}
    file = read([data])
    assert (file.complete, file.replay.counts()) == (False, {"T": 0, "U": 0})
    assert "bytes without what is only counted" in file.faults[0].reason


def test_a_big_record_that_is_no_json():
    text = '{"T":{' + " " * ovsdb_json.CUT_FROM
    with pytest.raises(ValueError, match="Expecting"):
        content_of(Record(2, "JSON", text.encode(), Soundness.SOUND), ["U"])


# Clusters


def header(**more):
    data = [SCHEMA, insert("snapshot", 100)]
    return {
        "server_id": uuid(1),
        "cluster_id": uuid(2),
        "name": "D",
        "local_address": "tcp:192.0.2.1:6643",
        "prev_servers": {uuid(1): "tcp:192.0.2.1:6643"},
        "prev_index": 4,
        "prev_term": 2,
        "prev_eid": uuid(3),
        "prev_data": data,
        **more,
    }


def entry(index, name, term=2, **more):
    return {"term": term, "index": index, "eid": uuid(index), "data": [None, insert(name, index)], **more}


def cluster(*records, **more):
    return read([log(header(**more), *records, magic="CLUSTER")])


def names(file):
    return [one["name"] for one in rows(file).values()]


def test_only_committed_entries_count():
    file = cluster(entry(5, "a"), entry(6, "b"), {"commit_index": 5}, entry(7, "c"), {"term": 3, "vote": uuid(1)})
    assert names(file) == ["snapshot", "a"]
    raft = file.raft
    assert (raft.index, raft.commit_index, raft.uncommitted, raft.term) == (7, 5, 2, 3)


def test_where_nothing_tells_what_is_committed_all_entries_count():
    file = cluster(entry(5, "a"), entry(6, "b"))
    assert names(file) == ["snapshot", "a", "b"]
    assert (file.raft.commit_index, file.raft.uncommitted) == (None, 0)


def test_an_entry_replaces_uncommitted_ones():
    file = cluster(
        entry(5, "a"), entry(6, "lost"), entry(7, "lost"), entry(6, "b", 3), {"commit_index": 6}, entry(6, "no", 3)
    )
    assert names(file) == ["snapshot", "a", "b"]
    assert reasons(file) == [(14, "entry 6 would replace a committed one")]


def test_entries_that_change_the_cluster():
    two = {uuid(1): "tcp:192.0.2.1:6643", uuid(8): "tcp:192.0.2.8:6643"}
    file = cluster(
        {"term": 2, "index": 5, "servers": two},
        {"term": 2, "index": 6, "election_timer": 16000},
        {"term": 2, "index": 7},
        {"commit_index": 7},
        {"term": 4, "leader": uuid(1)},
        {"term": 5, "comment": "x"},
        {"note": "left"},
        prev_election_timer=1000,
    )
    raft = file.raft
    assert (raft.servers, raft.source.line, raft.election_timer, raft.left, raft.term) == (two, 4, 16000, True, 5)
    assert file.faults == []


def test_a_schema_in_an_entry_replaces_the_database():
    new = json.loads(json.dumps(SCHEMA)) | {"version": "2"}
    del new["tables"]["T"]["columns"]["set"]
    replaced = {"term": 2, "index": 5, "data": [new, insert("new", 5)]}
    assert names(cluster(replaced, {"commit_index": 5})) == ["new"]
    first = {"term": 2, "index": 5, "data": [None, {"T": {uuid(100): {"set": "x"}}}]}
    kept = cluster(first, {"term": 2, "index": 6, "data": [new, None]}, {"commit_index": 6})
    assert kept.replay.schema.version == "2"
    assert rows(kept) == {uuid(100): {"name": "snapshot"}}


def test_odd_records_of_a_cluster():
    file = cluster({"term": 2, "index": 5, "data": {"T": {}}}, {"term": 2, "index": 6, "data": [None, 5]}, {"x": 1})
    assert sorted(reasons(file)) == [
        (4, "an entry that holds neither a schema nor a transaction"),
        (6, "no transaction"),
        (8, "a record of an unknown kind"),
    ]
    assert names(file) == ["snapshot"]
    assert reasons(read([log({"server_id": 5}, magic="CLUSTER")]))[0][1].startswith("no header of a clustered")


def test_a_server_that_has_not_joined():
    joining = {key: header()[key] for key in ("server_id", "name", "local_address")}
    data = log({**joining, "remote_addresses": ["tcp:192.0.2.1:6643"]}, entry(1, "a"), magic="CLUSTER")
    file = read([data])
    assert (file.raft.joining, file.raft.cluster_id, file.replay.schema) == (True, None, None)
    assert reasons(file) == [(4, "a transaction before any schema")]


# Evidence and secrets


def test_rows_quote_the_record_that_wrote_them():
    data = log(SCHEMA, insert("a"), {"T": {uuid(1): {"set": "x"}}, "_is_diff": True}, {"T": {uuid(1): {"name": "b"}}})
    (row,) = read([data]).replay.tables["T"].rows.values()
    lines = data.decode().split("\n")
    assert row.evidence("p").first_line == 4
    assert row.evidence("p", "set").excerpt == (lines[5],)
    assert [one.first_line for one in row.where("p", "name", "set")] == [6, 8]
    assert [one.first_line for one in row.where("p")] == [4]


def test_a_row_of_a_long_record_is_quoted_alone():
    many = {"T": {uuid(one): {"set": ["set", [f"m{one}", "x"]], "name": f"row{one}"} for one in range(50)}}
    (_, *_, row) = read([log(SCHEMA, many)]).replay.tables["T"].rows.values()
    (quoted,) = row.evidence("p").excerpt
    assert quoted == f'…"{uuid(49)}":{{"set":["set",["m49","x"]],"name":"row49"}}…'


@pytest.mark.parametrize(("wanted", "found"), [("set", '"set":["set",["member0"'), ("name", '"name":"last"')])
def test_a_long_row_is_quoted_by_name_and_value(wanted, found):
    long = {"T": {uuid(1): {"set": ["set", [f"member{one}" for one in range(900)]], "name": "last"}}}
    (row,) = read([log(SCHEMA, long)]).replay.tables["T"].rows.values()
    (quoted,) = row.evidence("p", wanted).excerpt
    assert found in quoted
    assert uuid(1) in quoted
    assert '"name":"last"' in quoted
    assert len(quoted) <= EXCERPT_CHARACTERS


def test_a_row_of_very_many_columns():
    row = "".join(f'"column{one}":{one},' for one in range(200)).rstrip(",")
    quoted = Source(1, f'{{"T":{{"{uuid(1)}":{{{row}}}}}}}').quoted(uuid(1), ["column7"])
    assert quoted.startswith(f'…"{uuid(1)}":{{…"column7":7')


def test_quotes_of_odd_texts():
    row = f'{{"{uuid(1)}":{{"name":"' + "x" * 900
    assert Source(1, row).quoted(uuid(1), ["name"]).startswith(f'…"{uuid(1)}":{{')
    assert Source(1, "y" * 900).quoted(uuid(1), []).endswith("y…")
    assert Source(1, "y" * 900 + '"_date":5').around('"_date":') == '…"_date":5'
    assert Source(1, "short\n").around("absent") == "short"


SECRET = "swordfish"


@pytest.mark.parametrize(
    "pair",
    [
        ["psk", SECRET],
        ["ipsec_psk", SECRET],
        ["remote-password", SECRET],
        ["Client-Secret", SECRET],
        ["private_key", SECRET],
        ["key", SECRET],
        ["api-token", SECRET],
        ["psk", f'{SECRET}" \\ {SECRET}'],
        ["note", f"password={SECRET}"],
        ["url", f"https://me:{SECRET}@192.0.2.1/"],
    ],
    ids=lambda pair: pair[0],
)
@pytest.mark.parametrize("filler", [0, 60])
def test_secrets_are_in_no_value_and_no_quote(pair, filler):
    name = "Open_vSwitch"
    rows = {uuid(one): {"name": f"filler-{one}"} for one in range(2, 2 + filler)}
    tables = {"Interface": {**rows, uuid(1): {"name": "x", "options": dict([pair]), "other_config": {"a": "b"}}}}
    file = read([log(schema(name), transaction(tables))])
    row = file.replay.tables["Interface"].rows[uuid(1)]
    assert SECRET not in repr(row.values)
    assert row.values["other_config"] == {"a": "b"}
    assert list(row.values["options"]) == [pair[0]]
    for evidence in (row.evidence("p"), *row.where("p", "options", "name")):
        assert SECRET not in repr(evidence)
        assert "<masked>" in evidence.excerpt[0]


@pytest.mark.parametrize(
    "pair", [["key", "flow"], ["key", "100"], ["key", "0x2a"], ["remote_ip", "192.0.2.1"], ["csum", "true"]]
)
def test_options_of_tunnels_are_no_secrets(pair):
    text = json.dumps(["map", [pair]], separators=(",", ":"))
    assert hidden(text) == (text, False)


@pytest.mark.parametrize("end", [len(SECRET), -1, -2, -3])
def test_a_secret_that_is_cut_off_is_hidden(end):
    text = f'["map",[["a","b"],["psk","{SECRET}"]]]'
    cut = text[: text.index(SECRET) + end] if end > 0 else text[:end]
    assert SECRET not in hidden(cut)[0]


@pytest.mark.parametrize(
    "text",
    [
        '[["' * 200_000,
        '[["psk' * 100_000,
        '[["' + "psk" * 200_000,
        '[["psk","' + "x" * 500_000,
        '[["\\\\' * 150_000,
        "psk" * 200_000,
    ],
    ids=lambda text: text[:12],
)
def test_looking_for_secrets_takes_no_time_to_speak_of(text):
    started = process_time()
    hidden(text)
    assert process_time() - started < 3


def test_masked_sets_keep_their_types():
    one = {"T": {uuid(1): {"name": "token=abcdefgh", "set": ["set", ["token=abcdefgh", "plain"]]}}}
    file = read([log(SCHEMA, one)])
    assert rows(file)[uuid(1)] == {"name": "token=<masked>", "set": ("token=<masked>", "plain")}


def test_checksums_in_capitals():
    body = json.dumps(SCHEMA).encode()
    data = b"OVSDB JSON %d %b\n%b" % (len(body), sha1(body).hexdigest().upper().encode(), body)
    assert soundness(data) == [("sound", 2)]
