"""`gatherscope show sdn`: one row of each node with what it has of all that it needs."""

import sys

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "tests" / "rules"))

from kit import store_of
from node_kit import addresses, links, sdn_links
from sdn_kit import TUN, cluster, flows, host_subnets, network, node, routes, switch, timestamp, without_route

from analyzer.rule import NotCollectedError
from analyzer.show import shows


def rows(members):
    return shows()["sdn"].rows(store_of(members))


def test_a_healthy_cluster():
    found = rows(cluster() | links("worker-0", sdn_links()) | addresses("worker-0", device="ens192"))
    first = ("worker-0", "192.0.2.20", "10.128.0.0/23", "br0 vxlan0 tun0", "2/2", "2/2", "1500", "1450", "1450", "yes")
    assert found.rows[0] == first
    assert [row[0] for row in found.rows] == ["worker-0", "worker-1", "worker-2"]
    assert found.note is None


def test_what_is_not_there():
    members = cluster(subnets=False) | flows(without=("tun_src=192.0.2.21", "10.128.0.5")) | switch(ports=(TUN,))
    members |= routes("worker-0", *without_route("172.30"))
    found = rows(members)
    first = ("worker-0", "192.0.2.20", "-", "no vxlan0", "1/2", "1/2", "-", "-", "-", "none for 172.30.0.0/16")
    assert found.rows[0] == first
    assert found.note == "No HostSubnets were collected: addresses are those of the nodes."


def test_nodes_alone():
    found = rows(timestamp() | network() | node())
    assert found.rows == (("worker-0", "192.0.2.20", *("-" for _ in range(8))),)


def test_host_subnets_alone():
    found = rows(host_subnets())
    assert found.rows[1][:3] == ("worker-1", "192.0.2.21", "10.128.2.0/23")


def test_the_address_of_tun0_tells_the_subnet():
    tun0 = addresses("worker-0", (8, "tun0", "10.128.0.1/23"), device="ens192")
    assert rows(timestamp() | network() | node() | tun0).rows[0][2] == "10.128.0.0/23"


def test_json():
    made = shows()["sdn"].data(store_of(cluster()))[0]
    assert made["node"] == "worker-0"
    assert made["remote_nodes"] == {"with_flows": 2, "expected": 2}
    assert made["routes"][0] == {"network": "10.128.0.0/14", "through_tun0": True}
    assert made["evidence"][-1].endswith("worker-0_ovs_ofctl_dump_flows_br0:1")


def test_no_cluster_with_openshift_sdn():
    with pytest.raises(NotCollectedError):
        rows(network(kind="OVNKubernetes") | node())
    with pytest.raises(NotCollectedError, match="no node of OpenShift SDN"):
        rows(network())
