"""The overviews of a report: the matrix of nodes and peers, and the services."""

import json
from dataclasses import replace
from io import StringIO

import pytest
from render_samples import HOSTILE, evidence, quiet
from rich.console import Console

from analyzer.model import FactTable, NodeVerdict, PeerState, ServiceVerdict
from analyzer.render import report_html, report_json
from analyzer.render.overview import NODES, PEERS, SERVICES, matrix, services
from analyzer.render.terminal import print_summary


def state(node="worker-0", peer="192.0.2.1", **changed):
    values = {
        "vrf": "default",
        "name": "tor1",
        "remote_as": 64512,
        "state": "Established",
        "uptime": 93_780,
        "bfd": "up",
        "last_reset": None,
        "last_reset_age": None,
        "prefixes_received": 0,
        "prefixes_announced": 3,
        "asked_by": ("BGPPeer tor1",),
        "evidence": (evidence("dump_frr", 412, "  BGP state = Established, up for 1d02h03m"),),
    }
    return PeerState(node, peer, **{**values, **changed})


def verdict(name="shop/web", reach="announced", **changed):
    values = {
        "address": "198.51.100.10",
        "protocol": "bgp",
        "pool": "gold",
        "traffic_policy": "Cluster",
        "step": None,
        "verdict": "announced by 3 of 3 nodes",
        "nodes": (NodeVerdict("worker-0", "announced"),),
        "evidence": (evidence("services.yaml", 12, "    - ip: 198.51.100.10"),),
    }
    return ServiceVerdict(service=name, reach=reach, **{**values, **changed})


def test_a_cell_tells_the_session_in_a_few_words():
    (row,) = matrix([state(last_reset="Hold Timer Expired", last_reset_age=60)]).rows
    assert row[0] == "worker-0"
    assert (row[1][0].state, row[1][0].looks) == ("Established", "good")
    assert row[1][0].details == (
        "up 1 d 2 h",
        "BFD up",
        "last reset: Hold Timer Expired, 1 min ago",
        "prefixes: 3 out, 0 in",
    )


@pytest.mark.parametrize(
    ("changed", "word", "looks"),
    [
        ({"state": "Active", "bfd": None}, "Active", "bad"),
        ({"bfd": "down"}, "Established", "weak"),
        ({"bfd": "admin-down"}, "Established", "good"),
        ({"state": None, "bfd": None}, "missing", "bad"),
        ({"state": None, "bfd": None, "asked_by": ()}, "not collected", "plain"),
    ],
)
def test_the_looks_of_a_cell_follow_its_state(changed, word, looks):
    cell = matrix([state(**changed)]).rows[0][1][0]
    assert (cell.state, cell.looks) == (word, looks)


def test_unknown_counts_are_not_zero():
    cell = matrix([state(prefixes_received=None, uptime=None)]).rows[0][1][0]
    assert cell.details == ("BFD up", "prefixes: 3 out, ? in")
    none = matrix([state(prefixes_received=None, prefixes_announced=None)]).rows[0][1][0]
    assert none.details == ("up 1 d 2 h", "BFD up")


def test_nodes_that_are_not_well_come_first_and_a_peer_of_others_leaves_a_gap():
    found = matrix([state("a"), state("b", state="Idle"), state("b", "192.0.2.2", vrf="red")])
    assert [node for node, _ in found.rows] == ["b", "a"]
    assert found.peers == ("192.0.2.1", "192.0.2.2 (red)")
    assert found.rows[1][1][1] is None
    assert (found.good, found.total) == (2, 3)


def test_too_many_peers_stand_in_rows_and_too_many_rows_are_counted():
    many = [state(peer=f"192.0.2.{at}") for at in range(PEERS + 1)]
    found = matrix([*many, state("z", "192.0.2.99", state="Idle")])
    assert found.peers == ("state",)
    assert found.rows[0][0] == "z / 192.0.2.99"
    wide = matrix([state(f"n{at:04}", f"192.0.2.{at % 9}") for at in range(NODES + 5)])
    assert (len(wide.rows), wide.more) == (NODES, 5)
    tall = matrix([state(f"n{at:04}") for at in range(NODES + 7)])
    assert (len(tall.rows), tall.more) == (NODES, 7)


def test_services_that_are_not_announced_come_first():
    found = services(
        [verdict("a/a"), verdict("z/z", "not announced"), verdict(None, "unknown"), verdict("b/b", "left out")]
    )
    assert [one.service for one in found.shown] == ["z/z", None, "a/a", "b/b"]
    assert found.counts == (("not announced", 1), ("unknown", 1), ("announced", 1), ("left out", 1))
    assert services([verdict(f"s/{at}") for at in range(SERVICES + 3)]).more == 3


def test_without_facts_there_is_no_overview():
    assert matrix(None) is None
    assert matrix([]) is None
    assert services(None) is None
    page = report_html(quiet(), {})
    assert 'id="peers"' not in page
    assert 'id="services"' not in page
    assert json.loads(report_json(quiet()))["services"] is None


def test_the_page_and_the_json_hold_both():
    full = replace(quiet(), services=(verdict(), verdict(None, traffic_policy="Local")), peers=(state(),))
    page = report_html(full, {})
    for text in (
        "Nodes and peers",
        "<strong>Established</strong>",
        "1 of 1 session up",
        "announced by 3 of 3 nodes",
        "gold",
    ):
        assert text in page
    plain = json.loads(report_json(full))
    assert plain["services"][0]["nodes"] == [{"node": "worker-0", "reach": "announced", "reason": None, "step": None}]
    assert plain["peers"][0]["asked_by"] == ["BGPPeer tor1"]


def test_rows_that_are_cut_say_where_the_rest_is():
    page = report_html(
        replace(
            quiet(),
            services=tuple(verdict(f"s/{at}") for at in range(SERVICES + 2)),
            peers=tuple(state(f"n{at:04}") for at in range(NODES + 1)),
        ),
        {},
    )
    assert "and 1 more row that is not shown" in page
    assert "and 2 more rows" in page


def test_archive_text_in_an_overview_is_harmless():
    full = replace(quiet(), services=(verdict(HOSTILE, verdict=HOSTILE),), peers=(state(HOSTILE, HOSTILE),))
    assert "<script>alert" not in report_html(full, {})


def test_the_terminal_counts_them():
    console = Console(file=StringIO(), width=100)
    print_summary(replace(quiet(), services=(verdict(),), peers=(state(),)), console, None)
    text = console.file.getvalue()
    assert "1 of 1 up as they should be" in text
    assert "1 announced" in text


def test_facts_to_browse_stand_in_the_page_and_in_the_json():
    rows = tuple((f"worker-{at}", HOSTILE) for at in range(3))
    table = FactTable("routes", "the routes of every node", ("NODE", "ROUTE"), rows, 5000, "1 node without routes")
    full = replace(quiet(), tables=(table,))
    page = report_html(full, {})
    for text in ("The routes of every node: 5,000 rows", "1 node without routes", "and 4,997 more rows", "show routes"):
        assert text in page
    assert "<script>alert" not in page
    plain = json.loads(report_json(full))["tables"]
    assert (plain[0]["name"], len(plain[0]["rows"]), plain[0]["total"]) == ("routes", 3, 5000)
    assert 'id="facts"' not in report_html(quiet(), {})
