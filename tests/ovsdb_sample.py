"""OVSDB files written by hand, with correct lengths and checksums, and facts read from them."""

import json
from hashlib import sha1

from pairs import read

from parsers import ovn_northbound_rows, ovn_southbound_rows, ovsdb_switch_rows
from parsers.ovsdb_facts import columns_of

_ROWS = {
    "OVN_Northbound": ("ovn_northbound", ovn_northbound_rows.ROWS),
    "OVN_Southbound": ("ovn_southbound", ovn_southbound_rows.ROWS),
    "Open_vSwitch": ("ovs_database", ovsdb_switch_rows.ROWS),
}


def record(tree, magic="JSON"):
    """One record, as ovsdb/log.c writes it; a text is taken as the record's JSON."""
    body = (tree if isinstance(tree, str) else json.dumps(tree, separators=(",", ":"), ensure_ascii=False)) + "\n"
    data = body.encode()
    return b"OVSDB %b %d %b\n%b" % (magic.encode(), len(data), sha1(data).hexdigest().encode(), data)


def log(*trees, magic="JSON"):
    return b"".join(record(tree, magic) for tree in trees)


def schema(name, version="1.0.0", **more):
    """A schema with exactly the columns that the kinds of rows of this database want."""
    tables = {
        kind.TABLE: {"columns": {at: {"type": _type(*column)} for at, column in columns_of(kind).items()}}
        for kind in _ROWS[name][1]
    }
    return {"name": name, "version": version, "tables": {**tables, **more}}


def _type(shape, words):
    if shape == "map":
        return {"key": words[0], "value": words[1], "min": 0, "max": "unlimited"}
    return {"key": words[0], "min": int(shape == "one"), "max": "unlimited" if shape == "set" else 1}


def uuid(number):
    return f"00000000-0000-4000-8000-{number:012d}"


def value(python):
    """Plain Python as the file writes it: dicts are maps, lists are sets, UUIDs are those of `uuid`."""
    if isinstance(python, dict):
        return ["map", [[key, value(one)] for key, one in python.items()]]
    if isinstance(python, list):
        return ["set", [value(one) for one in python]]
    if isinstance(python, str) and python.startswith("00000000-0000-4000-8000-"):
        return ["uuid", python]
    return python


def transaction(tables, **more):
    """Tables of rows of columns in plain Python; a row None is deleted."""
    rows = {
        table: {at: row and {name: value(one) for name, one in row.items()} for at, row in there.items()}
        for table, there in tables.items()
    }
    return {**rows, "_date": 1795241597546, "_comment": "test", **more}


def facts(name, data, path=None):
    return read(_ROWS[name][0], data, path=path)


def database(name, *transactions):
    """The fact of a database that these transactions filled; each is a mapping of tables."""
    data = log(schema(name), *(transaction(one) for one in transactions))
    (fact,) = facts(name, data)
    return fact
