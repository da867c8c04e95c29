"""The facts behind the findings, as rows and as JSON."""

import re

import pytest
from conftest import ROOT

from analyzer.instances import FrrInstances
from analyzer.registry import load_parsers, load_rules
from analyzer.run import read
from analyzer.show import every_kind, shows
from parsers.bfd_facts import BfdPeer
from parsers.bgp_neighbor_facts import BgpNeighbor

load_parsers()
load_rules()

CONFIG = """\
Building configuration...

Current configuration:
!
frr version 8.4.4
hostname {}
!
router bgp 64500
 neighbor 192.0.2.1 remote-as 64512
 neighbor 192.0.2.1 bfd
exit
!
end
"""
NEIGHBOR = """\
BGP neighbor is 192.0.2.1, remote AS 64512, local AS 64500, external link
Hostname: tor1
  BGP version 4, remote router ID 192.0.2.1, local router ID 192.0.2.20
  BGP state = {}
  Message statistics:
    Inq depth is 0
    Outq depth is 0
                         Sent       Rcvd
    Opens:                  1          1
    Total:                 10         11

 For address family: IPv4 Unicast
  3 accepted prefixes

 For address family: IPv6 Unicast
  2 accepted prefixes

  Connections established 2; dropped 1
  Last reset {}
"""
BFD = """\
BFD Peers:
	peer 192.0.2.1 {}local-address 192.0.2.20 vrf default{}
		ID: 7
		Remote ID: 42
		{} mode
		Status: {}
		{}
		Diagnostics: ok
		Remote diagnostics: ok
		Local timers:
			Detect-multiplier: 3
			Receive interval: 300ms
			Transmission interval: 300ms
		Remote timers:
			Detect-multiplier: 3
			Receive interval: 1000ms
			Transmission interval: 1000ms
"""
BRIEF = """\
Session count: {}
SessionId  LocalAddress  PeerAddress  Status
=========  ============  ===========  ======
"""
SUMMARY = """\
IPv4 Unicast Summary (VRF default):
BGP router identifier 192.0.2.20, local AS number 64500 vrf-id 0

Neighbor        V         AS   MsgRcvd   MsgSent   TblVer  InQ OutQ  Up/Down State/PfxRcd   PfxSnt Desc
192.0.2.1       4      64512        10        11        0    0    0 {} N/A

Total number of neighbors 1
"""
UP = NEIGHBOR.format("Established, up for 00:01:44", "00:01:50,  Waiting for peer OPEN")
DOWN = NEIGHBOR.format("Active", "never")
SESSION = BFD.format("", " interface br-ex", "Active", "up", "Uptime: 2 hour(s)")


@pytest.fixture
def shown(tmp_path):
    """The table and the JSON of what was saved: files by their paths."""

    def show(name, files):
        for path, content in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(content)
        one = shows()[name]
        store, _ = read([str(tmp_path)], one.kinds)
        assert not store.failures
        return one.rows(store), one.data(store)

    return show


def test_needs():
    assert {BgpNeighbor, BfdPeer} <= shows()["bgp"].kinds
    assert BgpNeighbor in shows()["bfd"].kinds
    assert shows()["coverage"].kinds == every_kind() >= shows()["bgp"].kinds
    assert shows()["bgp"].needs[1].kind is FrrInstances


def test_bgp(shown):
    table, data = shown("bgp", {"w0/config.txt": CONFIG.format("w0"), "w0/bgp.txt": UP, "w0/bfd.txt": SESSION})
    assert table.columns == ("NODE", "PEER", "AS", "STATE", "UP", "BFD", "UP/DOWN", "PFX", "LAST RESET")
    reset = "Waiting for peer OPEN (1 min 50 s ago)"
    assert table.rows == (("w0", "192.0.2.1", "64512", "Established", "1 min 44 s", "up", "2/1", "5", reset),)
    assert table.note is None
    (row,) = data
    assert row | {"evidence": None} == {
        "node": "w0",
        "instance": "w0",
        "peer": "192.0.2.1",
        "vrf": "default",
        "hostname": "tor1",
        "remote_as": 64512,
        "local_as": 64500,
        "state": "Established",
        "uptime": 104,
        "bfd": "up",
        "established": 2,
        "dropped": 1,
        "last_reset": "Waiting for peer OPEN",
        "last_reset_age": 110,
        "prefixes_received": 5,
        "cause": None,
        "evidence": None,
    }
    assert row["evidence"].endswith("w0/bgp.txt:1")


def test_bgp_that_is_down(shown):
    table, data = shown("bgp", {"w0/bgp.txt": DOWN})
    assert table.rows == (("w0", "192.0.2.1", "64512", "Active", "-", "-", "2/1", "5", "-"),)
    assert data[0]["cause"] is None or isinstance(data[0]["cause"], str)
    assert data[0]["node"] is None


@pytest.mark.parametrize(
    ("cell", "row"),
    [
        (
            "00:01:44            7        3",
            ("saved", "192.0.2.1", "64512", "Established", "1 min 44 s", "-", "-/-", "7", "-"),
        ),
        ("   never       Active        0", ("saved", "192.0.2.1", "64512", "Active", "-", "-", "-/-", "-", "-")),
    ],
)
def test_bgp_from_a_summary(shown, cell, row):
    table, data = shown("bgp", {"saved/summary.txt": SUMMARY.format(cell)})
    assert table.rows == (row,)
    assert data[0]["local_as"] is None


def test_bgp_that_was_not_collected(shown):
    """The neighbor is known from the configuration alone."""
    table, data = shown("bgp", {"w0/config.txt": CONFIG.format("w0")})
    assert table.rows == (("w0", "192.0.2.1", "-", "not collected", "-", "-", "-/-", "-", "-"),)
    assert table.note == "No list of neighbors from: w0"
    assert data[0]["state"] is None


def test_bgp_in_another_vrf(shown):
    table, data = shown("bgp", {"w0/bgp.txt": f"Instance blue:\n{UP}"})
    assert [row[1] for row in table.rows] == ["192.0.2.1 (blue)"]
    assert [row["vrf"] for row in data] == ["blue"]


def test_bfd(shown):
    multihop = BFD.format("multihop ", "", "Passive", "down", "Downtime: 5 second(s)").replace("ID: 7", "ID: 8")
    table, data = shown("bfd", {"w0/bfd.txt": SESSION, "w1/bfd.txt": multihop})
    assert table.columns == ("NODE", "PEER", "MODE", "STATUS", "SINCE", "DETECT", "REMOTE", "DIAG")
    assert table.rows == (
        ("w0", "192.0.2.1", "single", "up", "2 h", "3000 ms", "ok", "ok"),
        ("w1", "192.0.2.1", "multihop, passive", "down", "5 s", "3000 ms", "ok", "ok"),
    )
    assert table.note is None
    assert [(row["remote_id"], row["since"], row["vrf"], row["interface"]) for row in data] == [
        (42, 7200, "default", "br-ex"),
        (42, 5, "default", None),
    ]
    assert data[0]["evidence"].endswith("w0/bfd.txt:2")


def test_bfd_without_timers_or_time(shown):
    bare = SESSION[: SESSION.index("\t\tLocal timers")].replace("\t\tUptime: 2 hour(s)\n", "")
    table, data = shown("bfd", {"w0/bfd.txt": bare})
    assert table.rows[0][3:6] == ("up", "-", "-")
    assert data[0]["detection_ms"] is None


def test_bfd_in_brief_adds_what_is_not_known_in_full(shown):
    rows = "7          192.0.2.20    192.0.2.1    up\n9          192.0.2.20    192.0.2.2    down\n"
    table, data = shown("bfd", {"w0/bfd.txt": SESSION, "w0/brief.txt": BRIEF.format(2) + rows})
    assert [row[1:4] for row in table.rows] == [("192.0.2.1", "single", "up"), ("192.0.2.2", "-", "down")]
    assert table.rows[1][4:] == ("-", "-", "-", "-")
    assert data[1]["local_address"] == "192.0.2.20"
    assert data[1]["evidence"].endswith("w0/brief.txt:5")


def test_bfd_that_did_not_answer(shown):
    table, data = shown("bfd", {"w0/bgp.txt": UP, "w1/bfd.txt": SESSION})
    assert (len(table.rows), table.note) == (1, "No answer to show bfd peers from: w0")
    assert len(data) == 1


def test_bfd_without_a_session(shown):
    table, data = shown("bfd", {"w0/bfd.txt": "BFD Peers:\n"})
    assert (table.rows, table.note, data) == ((), None, [])


def test_coverage(shown):
    table, data = shown("coverage", {"w0/bfd.txt": SESSION, "w1/bfd.txt": SESSION, "w0/bgp.txt": UP})
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["BFD sessions (show bfd peers)"] == ("2 files", "")
    assert rows["BGP neighbors (saved output)"] == ("1 file", "")
    found, how = rows["vtysh outputs of the FRR containers (dump_frr)"]
    assert found == "missing"
    assert how.startswith("oc adm must-gather")
    by_input = {row["input"]: row for row in data}
    assert len(by_input["BFD sessions (show bfd peers)"]["members"]) == 2
    assert by_input["BFD sessions (show bfd peers)"]["missing_reason"] is None
    assert not by_input["time of the collection"]["present"]


def test_the_readme_shows_a_table_as_it_is():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    command, *shown = text.partition("    $ gatherscope show ")[2].partition("\n    ...")[0].split("\n")
    what, archive = command.split()
    store, _ = read([str(ROOT / archive)], shows()[what].kinds)
    table = shows()[what].rows(store)
    cells = [re.split(r" {2,}", line.strip()) for line in shown]
    assert cells == [list(table.columns), *map(list, table.rows[: len(cells) - 1])]
