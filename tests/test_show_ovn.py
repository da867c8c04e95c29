"""`gatherscope show ovn`: the databases of two nodes."""

import sys

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "tests" / "rules"))

from kit import store_of
from ovn_kit import NODES, cluster, unsound, without

from analyzer.rule import NotCollectedError
from analyzer.show import shows


def test_the_databases_of_two_nodes():
    table = shows()["ovn"].rows(store_of(cluster()))
    assert table.columns[:3] == ("ZONE", "DATABASE", "SCHEMA")
    assert table.rows == tuple(
        row
        for name, pods in zip(NODES, (2, 1), strict=True)
        for row in (
            (name, "Northbound", "1.0.0", "1", "1", str(3 + pods), "1", "-", "-", "2026-11-21 10:01:00", "complete"),
            (name, "Southbound", "1.0.0", "-", "-", "-", "-", "2", str(1 + pods), "2026-11-21 10:01:00", "complete"),
        )
    )


def test_what_a_database_holds():
    north, south = shows()["ovn"].data(store_of(without(cluster(), "bbbbb_")))
    assert (north["zone"], north["node"], north["database"]) == ("worker-0", "worker-0", "OVN_Northbound")
    assert (north["switches"], north["routers"]) == (["worker-0"], ["ovn_cluster_router"])
    assert south["chassis"] == ["worker-0", "worker-1"]
    assert (south["complete"], south["cut"], south["edited"]) == (True, False, False)
    assert (south["newest"], south["counts"]["Port_Binding"]) == ("2026-11-21T10:01:00Z", 3)
    assert south["evidence"].endswith("ovnkube-node-aaaaa_sbdb:1")


def test_a_copy_that_is_cut_and_edited():
    members = without(cluster(), "bbbbb_", "_sbdb")
    (path,) = [path for path in members if "_nbdb" in path]
    cut = {path: members[path].replace(b"10.128.0.5", b"x-ipv4-0000000003-x")[:-40]}
    store = unsound(without(members, "_nbdb") | cut)
    (row,) = shows()["ovn"].rows(store).rows
    assert row[-1] == "complete, last record cut, edited"


def test_not_collected():
    with pytest.raises(NotCollectedError, match="OVN northbound database"):
        shows()["ovn"].rows(store_of({}))
