"""What pictures are drawn from: the MTU of every step, the tunnels of every node, the links of services."""

import json

import node_kit as host
import ovs_kit as ovs
import pytest
import sdn_kit as sdn
from kit import store_of
from metallb_kit import bgp_advertisement
from metallb_kit import cluster as metallb
from metallb_kit import frr as metallb_frr
from picture_samples import SAMPLES, service

from analyzer.metallb.path import Step
from analyzer.metallb.summary import ServiceVerdicts
from analyzer.node.mtu_states import NodeMtus
from analyzer.ovs.tunnel_states import NAMED, TunnelStates
from analyzer.render import report_json
from analyzer.rule import NotCollectedError

PARTS = ["uplink", "bridge", "tunnel", "cluster", "management", "pods", "routes"]


def mtus(members):
    return {one.node: one for one in store_of(members).joined(NodeMtus)}


def tunnels(members):
    return {one.node: one for one in store_of(members).joined(TunnelStates)}


def faults(one):
    return [(step.part, step.fault, step.loses) for step in one.steps if step.fault]


def test_every_step_of_a_node_is_told():
    one = mtus(host.healthy())["worker-0"]
    assert [step.part for step in one.steps] == PARTS
    assert [step.mtu for step in one.steps] == [(1500,), (1500,), (1442,), (1400,), (1400,), (1400,), (1400,)]
    assert [step.name for step in one.steps[:3]] == ["ens3", "br-ex", "58 bytes less"]
    assert (one.network_type, one.header, one.changing, faults(one)) == ("OVNKubernetes", 58, False, [])
    assert any("mtu 1500" in line for piece in one.evidence for line in piece.excerpt)


def test_packets_that_do_not_fit_are_lost():
    found = mtus(host.healthy() | host.links("worker-1", host.ovn_links(1400)))
    text = "1400 and 58 bytes of Geneve header are 1458: more than the 1400 of br-ex"
    assert faults(found["worker-1"]) == [("cluster", text, True)]
    assert faults(found["worker-0"]) == []


def test_too_little_room_is_a_remark():
    found = mtus(host.healthy() | host.operator(1400, ipsecConfig={"mode": "Full"}))
    text = "1400 and 58 bytes of Geneve header are 1458: only 100 of 146 bytes are free in br-ex"
    assert faults(found["worker-0"]) == [("cluster", text, False)]


def test_a_bridge_above_a_smaller_interface_and_a_port_that_lags_behind():
    found = mtus(
        host.healthy()
        | host.links("worker-1", host.ovn_links(1500, bridge=9000))
        | host.links("worker-2", host.ovn_links(management=1360))
    )
    assert faults(found["worker-1"]) == [("bridge", "br-ex has MTU 9000, ens3 below it only 1500", True)]
    assert faults(found["worker-2"]) == [("management", "ovn-k8s-mp0 has MTU 1360 instead of 1400", False)]


def test_pods_with_another_mtu_are_counted():
    found = mtus(host.healthy() | host.links("worker-0", host.ovn_links(pods=1350, management=1400)))
    assert faults(found["worker-0"]) == [("pods", "4 of 4 pods' interfaces have MTU 1350 instead of 1400", False)]


def test_a_change_of_the_mtu_explains_every_difference():
    change = host.network(1400, migration={"network": {"from": 1400, "to": 8900}, "machine": {"to": 9000}})
    members = host.healthy() | change | host.links("worker-0", host.ovn_links(1400, management=1360))
    assert (mtus(members)["worker-0"].changing, faults(mtus(members)["worker-0"])) == (True, [])


def test_a_single_node_sends_nothing_through_a_tunnel():
    members = host.healthy("worker-0") | host.links("worker-0", host.ovn_links(1400))
    assert faults(mtus(members)["worker-0"]) == []


def test_openshift_sdn_has_another_header():
    members = host.node() | host.links("worker-0", host.sdn_links()) | host.addresses(device="ens192")
    found = mtus(members)["worker-0"]
    assert [(step.part, step.mtu) for step in found.steps] == [
        ("uplink", (1500,)),
        ("tunnel", (1450,)),
        ("cluster", (1450,)),
        ("management", (1450,)),
    ]
    assert found.header == 50


def test_without_an_overlay_there_is_no_step_of_a_tunnel():
    found = mtus(host.healthy() | host.operator(1400, transport="NoOverlay"))["worker-0"]
    assert (found.header, [step.part for step in found.steps if step.part == "tunnel"]) == (0, [])


def test_steps_that_were_not_collected_have_no_value():
    lines = [*host.link("ens3", 1500, index=2), *host.link("ens4", 1500, index=3)]
    members = host.network(None) | host.node("worker-0", "198.51.100.9") | host.links("worker-0", lines)
    found = mtus(members)["worker-0"]
    assert [(step.part, step.mtu) for step in found.steps] == [("uplink", ()), ("tunnel", ()), ("cluster", ())]
    with pytest.raises(NotCollectedError):
        mtus(host.network())


def test_tunnels_that_are_there_missing_and_elsewhere():
    assert [(one.required, one.missing_total) for one in tunnels(ovs.cluster()).values()] == [(2, 0)]
    one = tunnels(ovs.cluster() | ovs.switch(to=(ovs.tunnel("worker-2"),)))["worker-0"]
    assert (one.missing, one.missing_total, one.moved, one.stale) == (("worker-1",), 1, (), ())
    assert one.evidence
    moved = ovs.cluster() | ovs.node("worker-2", node_encap_ips='["192.0.2.22"]')
    moved |= ovs.switch(to=(ovs.tunnel("worker-1"), ovs.tunnel("worker-2", "192.0.2.77")))
    assert tunnels(moved)["worker-0"].moved == ("worker-2",)
    without = ovs.cluster() | ovs.node("worker-3", ips=("192.0.2.23",), node_chassis_id="eeeeee-1")
    away = ovs.port("ovn-eeeeee-0", "geneve", key="flow", remote_ip="192.0.2.77")
    assert tunnels(without | ovs.switch(to=(*ovs.tunnels(), away)))["worker-0"].moved == ("worker-3",)
    stale = ovs.port("ovn-dddddd-0", "geneve", key="flow", remote_ip="192.0.2.99")
    members = ovs.cluster() | ovs.switch(to=(*ovs.tunnels(), stale))
    assert tunnels(members)["worker-0"].stale == ("ovn-dddddd-0 to 192.0.2.99",)


def test_more_tunnels_than_nodes_are_no_strangers():
    strange = [ovs.port(f"ovn-dddd{at:02}-0", "geneve", key="flow", remote_ip=f"192.0.2.{at}") for at in range(90, 99)]
    assert tunnels(ovs.cluster() | ovs.switch(to=(*ovs.tunnels(), *strange)))["worker-0"].stale == ()


def test_a_switch_that_tells_too_little_is_not_judged():
    cut = ovs.cluster() | ovs.show(ovs.br_int() + "\n        Port ens3", **ovs.CUT)
    assert tunnels(cut)["worker-0"].reason.endswith("it ends too early")
    without = ovs.cluster() | ovs.show(ovs.br_ex())
    assert tunnels(without)["worker-0"].reason == "there is no bridge br-int"
    advertised = ovs.cluster() | ovs.switch(to=()) | host.operator(1400, routeAdvertisements="Enabled")
    assert "routes may be advertised" in (tunnels(advertised)["worker-0"].reason or "")


def test_only_the_first_missing_ones_are_named():
    members = ovs.cluster()
    for at in range(NAMED + 5):
        members |= ovs.node(f"extra-{at:02}", ips=(f"198.51.100.{at}",), node_chassis_id=f"dddd{at:02}-1")
    one = tunnels(members)["worker-0"]
    assert (len(one.missing), one.missing_total) == (NAMED, NAMED + 5)


def test_flows_of_openshift_sdn_are_its_tunnels():
    assert [(one.required, one.missing) for one in tunnels(sdn.cluster()).values()] == [(2, ())] * 3
    gone = sdn.cluster() | sdn.flows("worker-0", without=(sdn.IPS["worker-1"],))
    assert tunnels(gone)["worker-0"].missing == ("worker-1",)
    half = sdn.cluster() | sdn.flows("worker-0", [])
    assert tunnels(half)["worker-0"].reason == "its setup was not finished"
    saved = f"$ ovs-ofctl -O OpenFlow13 dump-flows br0\n{next(iter(sdn.flows().values()))}"
    lost = "\n".join(one for one in saved.split("\n") if "10.128.0.1 " not in one)
    (one,) = store_of(sdn.host_subnets() | {"case/flows.txt": lost}).joined(TunnelStates)
    assert one.reason == "which node it is, is not known"


def test_without_switches_there_are_no_tunnels():
    for members in (host.healthy(), ovs.network(), ovs.timestamp() | ovs.network() | ovs.node() | ovs.switch()):
        with pytest.raises(NotCollectedError):
            tunnels(members)


def test_the_links_of_a_service_are_told():
    found = list(store_of(metallb()).joined(ServiceVerdicts))
    assert {one.advertisements for one in found if one.service} == {("adv",)}
    assert {one.unseen for one in found if one.service} == {()}
    assert {each.step for one in found for each in one.nodes} == {None}


def test_the_link_that_breaks_is_told_of_every_node():
    (one,) = store_of(metallb() | metallb_frr("worker-1", "speaker-b", up=False)).joined(ServiceVerdicts)
    assert (one.step, [each.step for each in one.nodes]) == (Step.SESSION, [None, Step.SESSION, None])
    (none,) = store_of(metallb() | bgp_advertisement(ipAddressPools=["other"])).joined(ServiceVerdicts)
    assert (none.step, none.unseen, none.advertisements) == (Step.ADVERTISEMENT, (), ())


def test_what_was_not_collected_of_a_service_is_told():
    members = {path: text for path, text in metallb().items() if "ipaddresspools" not in path and "shop" not in path}
    members = {path: text for path, text in members.items() if "bgpadvertisements" not in path}
    (one,) = store_of(members).joined(ServiceVerdicts)
    assert (one.service, one.unseen) == (None, (Step.POOL, Step.ADVERTISEMENT, Step.ENDPOINTS))


def test_the_json_report_holds_them():
    plain = json.loads(report_json(SAMPLES["broken"]()))
    assert plain["mtu"][1]["steps"][3]["loses"] is True
    assert plain["mtu"][4]["changing"] is True
    assert plain["tunnels"][1] == {
        "node": "worker-1",
        "required": 3,
        "missing": ["worker-2", "worker-3"],
        "missing_total": 2,
        "moved": [],
        "stale": [],
        "reason": None,
        "evidence": [],
    }
    assert plain["services"][2]["nodes"][1]["step"] == Step.SESSION
    assert plain["services"][2]["advertisements"] == ["gold-adv"]
    assert service(unseen=("pool",)).unseen == ("pool",)
