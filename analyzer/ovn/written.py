"""When a row was written: the time of the transaction that holds it.

A database that was compacted holds all older rows in one transaction, so this is the latest time at which the row may
have come; a snapshot of a clustered database tells no time.
"""

import re
from datetime import UTC, datetime

from parsers.ovsdb_facts import Row

_DATE = re.compile(r'"_date":(\d{10,15})[,}]')
# openvswitch/ovs ovsdb/ovsdb.c, ovsdb-tool.c: "compacting database online", "compacted by …", "converted by …"
_REWRITTEN = re.compile(r'"_comment":"(?:compact|convert)')
_NEAR = 400  # characters at either end of a record among which its date is looked for first
_LONG = 1_000_000  # characters of a record that is a whole database: its date says nothing of a row


def made(row: Row) -> datetime | None:
    """When a database was made, by a row that it has from the beginning; None where it was rewritten since."""
    text = row.place.row.source.text
    return None if _REWRITTEN.search(text[:_NEAR]) or _REWRITTEN.search(text[-_NEAR:]) else _date(text)


def inserted(row: Row) -> datetime | None:
    """The latest time at which the row may have been inserted."""
    return _date(row.place.row.source.text)


def changed(row: Row, column: str) -> datetime | None:
    """When this column was last changed after the row was inserted; None where it never was."""
    source = row.place.row.changed.get(column)
    return _date(source.text) if source else None


def _date(text: str) -> datetime | None:
    found = _DATE.search(text[:_NEAR]) or _DATE.search(text[-_NEAR:])
    if found is None and len(text) < _LONG:
        found = _DATE.search(text)
    return datetime.fromtimestamp(int(found[1]) / 1000, UTC) if found else None
