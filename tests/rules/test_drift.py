"""Intent and reality side by side: the join, and the table over it."""

import pytest
from bgp_kit import OTHER, down, dump
from config_kit import FRR_K8S, frr_configuration, node_state, of_frrk8s, on_worker_0, rendered, running, wish, without
from kit import store_of
from metallb_kit import PEER, cluster, node_selector, peer

from analyzer.metallb.drift import Drift, Presence, Source
from analyzer.rule import NotCollectedError
from analyzer.show import shows

TABLE = shows()["config-drift"]


def drift(members, node="worker-0"):
    """The neighbors of one node by their addresses."""
    return {one.peer: one for one in store_of(members).joined(Drift) if one.node == node}


def rows(members, node="worker-0"):
    return [row for row in TABLE.rows(store_of(members)).rows if row[0] == node]


def test_every_source_of_one_attribute():
    members = of_frrk8s(on_worker_0("timers 10 30")) | peer(holdTime="90s")
    members |= frr_configuration("metallb-worker-0", wish(holdTime="60s", keepaliveTime="20s"), namespace=FRR_K8S)
    members |= of_frrk8s(rendered(running("timers 5 15"))) | node_state(running("timers 10 30"))
    one = drift(members)[PEER]
    timers = next(each for each in one.attributes if each.attribute.name == "timers")
    assert {each.source: each.text for each in timers.values} == {
        Source.BGP_PEER: "30 90",
        Source.FRR_CONFIGURATION: "20 60",
        Source.STARTUP: "5 15",
        Source.RUNNING: "10 30",
        Source.NODE_STATE: "10 30",
        Source.SESSION: "30 90",
    }
    assert timers.agrees is False
    assert timers.against == {Source.BGP_PEER, Source.FRR_CONFIGURATION}
    for value in timers.values:
        quoted = "".join(line for one in value.evidence for line in one.excerpt)
        assert all(number in quoted for number in value.text.split()[-1:]), value
    assert one.asked_by == "BGPPeer tor1 and FRRConfiguration metallb-worker-0"
    assert ("worker-0", PEER, "timers", "30 90/20 60", "5 15", "10 30", "10 30", "30 90", "differs") in rows(members)


def test_presence_in_the_table():
    two = running(lead=f" neighbor {PEER} remote-as 64512\n neighbor {OTHER} remote-as 64999")
    members = on_worker_0() | dump(down(), two) | peer("tor3", "192.0.2.3", nodeSelectors=node_selector("worker-0"))
    found = {row[1]: row for row in rows(members) if row[2] == "neighbor"}
    assert found[PEER] == ("worker-0", PEER, "neighbor", "tor1", "-", "yes", "-", "yes", "runs")
    assert found[OTHER] == ("worker-0", OTHER, "neighbor", "-", "-", "yes", "-", "-", "extra")
    assert found["192.0.2.3"] == ("worker-0", "192.0.2.3", "neighbor", "tor3", "-", "no", "-", "-", "missing")
    assert ("worker-0", "192.0.2.3", "remote-as", "64512", "-", "-", "-", "-", "-") in rows(members)


def test_what_is_not_known():
    members = cluster() | dump(down(), None)
    (row,) = rows(members)
    assert row[5] == "?"
    assert row[-1] == "the running configuration was not collected"
    red = cluster() | peer(vrf="red")
    assert [row[1] for row in rows(red) if row[2] == "neighbor"] == [f"{PEER} (red)"]
    assert drift(red)[PEER].presence is Presence.OTHER_VRF


def test_nothing_is_asked_for():
    members = without(cluster(), "bgppeers")
    assert TABLE.rows(store_of(members)).note == "neither BGPPeer nor FRRConfiguration resources were collected"
    assert [row[-1] for row in rows(members)] == ["extra"]
    startup = without(cluster(), "bgppeers") | rendered(running("port 1179"))
    assert ("worker-0", PEER, "port", "-", "1179", "-", "-", "-", "-") in rows(startup)


def test_as_json():
    data = TABLE.data(store_of(on_worker_0("timers 30 90") | peer(holdTime="30s")))
    one = next(each for each in data if each["node"] == "worker-0")
    assert (one["presence"], one["asked_by"], one["vrf"], one["reason"]) == ("runs", ["BGPPeer tor1"], "default", None)
    timers = next(each for each in one["attributes"] if each["name"] == "timers")
    assert timers["agrees"] is False
    asked = timers["values"][0]
    assert (asked["source"], asked["owner"], asked["value"]) == ("BGPPeer", "tor1", "10 30")
    assert asked["evidence"][0].endswith("tor1.yaml:12")


def test_a_resource_that_another_frr_of_the_node_serves():
    """The speaker's own FRR runs what only an FRRConfiguration names: it is explained."""
    members = without(cluster(), "bgppeers") | frr_configuration("uplink", wish(), namespace=FRR_K8S)
    assert drift(members)[PEER].presence is Presence.RUNS


def test_neither_dump_nor_state():
    with pytest.raises(NotCollectedError, match="no FRRNodeState"):
        store_of(peer()).joined(Drift)
