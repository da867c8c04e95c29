"""What the areas of the comparison read out of an archive, and what of it counts as a change."""

import json
import re

import bgp_kit
import metallb_kit
import node_kit
import ovn_kit
import ovs_kit
import policy_kit
import pytest
from diff_kit import areas, side, store_of
from ovsdb_sample import log, schema, transaction, uuid

from analyzer.diff.area import facet_of
from analyzer.diff.areas import AREAS
from analyzer.diff.areas.pods import PODS
from analyzer.diff.compare import compare
from analyzer.diff.model import BAD, WELL, SectionStatus
from analyzer.show import shows


def section(area, old, new, **sides):
    """The section of an area for two archives of these members."""
    one, other = areas(old)[area], areas(new)[area]
    return compare(one, other, (side(**sides), side(**sides)))


def changes(found):
    return [(one.key, one.field, one.old, one.new, str(one.direction)) for one in found.changed]


def edited(members, pattern, replacement, part=""):
    """The members with a text replaced in those whose path holds `part`; it must be there."""
    made = {
        path: re.sub(pattern, replacement, content) if part in path and isinstance(content, str) else content
        for path, content in members.items()
    }
    assert made != members
    return made


AREA = {area.name: area for area in AREAS}
BGP = metallb_kit.cluster()
OVN = ovn_kit.cluster()


@pytest.mark.parametrize("members", [BGP, OVN, node_kit.healthy(), ovs_kit.cluster()])
def test_an_archive_does_not_differ_from_itself(members):
    for one in areas(members).values():
        found = compare(one, one, (side(), side()))
        assert not found.differences
        assert not found.skipped


def test_every_area_reads_something():
    names = {area.name for area in AREAS}
    told = set()
    for members in (BGP | policy_kit.policies(policy_kit.policy()), OVN, node_kit.healthy(), ovs_kit.cluster()):
        told |= {name for name, one in areas(members).items() if one.items}
    assert names - told == {"operators"}


def test_an_archive_without_anything():
    found = areas({})
    assert {name for name, one in found.items() if one.missing is None} == set()


def test_an_area_that_fails_is_a_note():
    def fails(_):
        raise KeyError("x")

    notes = []
    one = facet_of(type(PODS)("pods", "pods", (), fails), store_of({}), notes)
    assert "bug" in one.missing
    assert notes == ["the area pods could not be read: KeyError: 'x'"]


# sessions


def test_a_session_that_went_down():
    down = metallb_kit.frr("worker-1", "speaker-b", up=False)
    found = section("sessions", BGP, BGP | down)
    told = changes(found)
    assert ("worker-1 192.0.2.1", "state", "Established", "Active", "worse") in told
    assert {one[0] for one in told} == {"worker-1 192.0.2.1"}
    back = section("sessions", BGP | down, BGP)
    assert ("worker-1 192.0.2.1", "state", "Active", "Established", "better") in changes(back)


def test_sessions_of_a_node_without_an_answer_are_not_comparable():
    silent = {path: text for path, text in BGP.items() if "speaker-b/frr/frr/logs" not in path}
    found = section("sessions", BGP, silent)
    assert not found.differences
    assert [(one.key, one.reason) for one in found.skipped] == [
        ("worker-1 192.0.2.1", "no FRR output of worker-1 in NEW")
    ]
    cut = edited(BGP, r"(?s)###### show bfd peer.*", "", "speaker-b/frr/frr/logs/dump_frr")
    without = edited(cut, r"(?s)BGP neighbor is .*", "% No BGP neighbors found\n", "speaker-b/frr/frr/logs/dump_frr")
    assert "may be cut" in section("sessions", BGP, without).skipped[0].reason


def test_an_frr_that_gave_no_list_of_neighbors():
    path = next(path for path in BGP if "speaker-b/frr/frr/logs/dump_frr" in path)
    silent = BGP | {path: BGP[path].split("###### show bgp neighbor")[0]}
    found = section("sessions", BGP, silent)
    assert [one.reason for one in found.skipped] == ["no list of neighbors of worker-1 in NEW"]


def test_sessions_with_bfd_and_resources_that_were_not_collected():
    without = {path: text for path, text in BGP.items() if "bgppeers" not in path}
    facet = areas(without)["sessions"]
    assert all("asked for by" not in one.values for one in facet.items)
    assert areas(BGP)["sessions"].items[0].values["asked for by"]


def test_a_peer_that_is_asked_for_and_does_not_run():
    more = BGP | metallb_kit.peer("tor2", "192.0.2.9")
    found = section("sessions", BGP, more)
    assert [(one.key, one.text, one.health) for one in found.appeared] == [
        ("worker-0 192.0.2.9", "missing", BAD),
        ("worker-1 192.0.2.9", "missing", BAD),
        ("worker-2 192.0.2.9", "missing", BAD),
    ]


def test_a_session_that_was_dropped_in_between():
    def dropped(times):
        return edited(BGP, r"dropped \d+", f"dropped {times}", "speaker-a/frr")

    (change,) = section("sessions", dropped(1), dropped(4)).changed
    assert (change.key, change.field, change.old, change.new) == ("worker-0 192.0.2.1", "times dropped", 1, 4)
    assert not section("sessions", dropped(4), dropped(1)).differences


# services


def test_a_service_that_is_no_longer_announced():
    lost = BGP | metallb_kit.frr("worker-1", "speaker-b", networks=())
    told = changes(section("services", BGP, lost))
    assert ("shop/web", "reach", "announced", "partly announced", "worse") in told
    both = ("worker-0", "worker-1", "worker-2"), ("worker-0", "worker-2")
    assert ("shop/web", "announced by", *both, "worse") in told


def test_a_service_with_another_address_and_port():
    other = edited(BGP, re.escape(metallb_kit.ADDRESS), "198.51.100.77", "core/services")
    told = {one[1]: one for one in changes(section("services", BGP, other))}
    assert told["address"][2:4] == (metallb_kit.ADDRESS, "198.51.100.77")
    ported = BGP | metallb_kit.service(ports=[{"port": 8443, "protocol": "TCP"}])
    assert "ports" in {one[1] for one in changes(section("services", BGP, ported))}


def test_services_of_a_namespace_that_was_not_collected():
    without = {path: text for path, text in BGP.items() if "namespaces/shop" not in path}
    found = section("services", BGP, without)
    assert not found.gone
    assert {one.reason for one in found.skipped} >= {"not known in NEW"}
    calm = metallb_kit.cluster(networks=())
    deleted = calm | metallb_kit.written("namespaces/shop/core/services.yaml", "Service")
    assert [one.key for one in section("services", calm, deleted).gone] == ["shop/web"]


def test_two_addresses_of_one_service():
    two = BGP | metallb_kit.service(ip=(metallb_kit.ADDRESS, "2001:db8::77"))
    assert sorted(one.key for one in areas(two)["services"].items if one.key.startswith("shop")) == [
        "shop/web",
        "shop/web (IPv6)",
    ]
    same = BGP | metallb_kit.service(ip=(metallb_kit.ADDRESS, "198.51.100.78"))
    assert [one.key for one in areas(same)["services"].items if one.key.startswith("shop")] == [
        f"shop/web {metallb_kit.ADDRESS}",
        "shop/web 198.51.100.78",
    ]
    assert not section("services", BGP, same).gone


# resources


def test_a_resource_that_changed():
    other = BGP | metallb_kit.peer(holdTime="30s", ebgpMultiHop=True)
    told = {one[1]: one for one in changes(section("configuration", BGP, other))}
    assert told["hold_time"] == ("BgpPeer metallb-system/tor1", "hold_time", None, 30, "neither")
    assert told["ebgp_multihop"][2:4] == (False, True)


def test_resources_that_came_and_went():
    other = {path: text for path, text in BGP.items() if "bgpadvertisements" not in path}
    other |= metallb_kit.peer("tor2", "192.0.2.9")
    found = section("configuration", BGP, other)
    assert [one.key for one in found.appeared] == ["BgpPeer metallb-system/tor2"]
    assert not found.gone
    assert "no BgpAdvertisement resources were collected in NEW" in {one.reason for one in found.skipped}


def test_parts_of_a_resource_are_told_by_their_names():
    def frr_configuration(hold):
        spec = [
            "bgp:",
            "  routers:",
            "  - asn: 64500",
            "    neighbors:",
            "    - address: 192.0.2.1",
            "      asn: 64512",
            f"      holdTime: {hold}s",
            "nodeSelector:",
            "  matchLabels:",
            "    kubernetes.io/hostname: worker-0",
        ]
        return bgp_kit.resource("FRRConfiguration", "metallb-worker-0", spec, group="frrk8s.metallb.io")

    (change,) = section("configuration", frr_configuration(90), frr_configuration(30)).changed
    assert (change.field, change.old, change.new) == ("routers[64500].neighbors[192.0.2.1].hold_time", 90, 30)
    assert change.new_evidence[0].endswith(".yaml:9") or change.new_evidence


def test_policies():
    old = policy_kit.policies(policy_kit.policy(), policy_kit.policy("gone"))
    new = policy_kit.policies(policy_kit.policy(types=("Ingress", "Egress")), policy_kit.policy("new"))
    found = section("policies", old, new)
    assert changes(found) == [
        ("NetworkPolicy shop/default-deny", "policy_types", ("Ingress",), ("Ingress", "Egress"), "neither")
    ]
    assert ([one.key for one in found.appeared], [one.key for one in found.gone]) == (
        ["NetworkPolicy shop/new"],
        ["NetworkPolicy shop/gone"],
    )


# nodes, pods, operators, versions


def test_a_node_that_is_not_ready_any_more():
    other = OVN | ovn_kit.node(
        "worker-1", ready="False", labels={"zone": "b"}, annotations={"k8s.ovn.org/zone-name": "z"}
    )
    told = {one[1]: one[2:] for one in changes(section("nodes", OVN, other))}
    assert told["ready"] == (True, False, "worse")
    assert told["label zone"] == (None, "b", "neither")
    assert told["annotation k8s.ovn.org/zone-name"] == ("worker-1", "z", "neither")


def test_a_node_that_went():
    other = {path: text for path, text in OVN.items() if "nodes/worker-1" not in path}
    assert [one.key for one in section("nodes", OVN, other).gone] == ["worker-1"]


def speakers(*made):
    objects = []
    for name, where, labels, told in made:
        metadata = {"name": name, "namespace": "metallb-system", "uid": name, "labels": dict(labels)}
        objects.append(ovn_kit.pod(name, "metallb-system", where, status=told, metadata=metadata, nodeName=where))
    return ovn_kit.pods(*objects, namespace="metallb-system")


def status(restarts=0, ready=True, phase="Running", **state):
    return {
        "phase": phase,
        "conditions": [{"type": "Ready", "status": str(ready)}],
        "containerStatuses": [
            {"name": "c", "ready": ready, "restartCount": restarts, "state": state or {"running": {}}}
        ],
    }


DAEMON = {"controller-revision-hash": "6c5d"}


def test_pods_after_a_rollout():
    old = speakers(
        ("speaker-4557g", "w0", DAEMON, status()),
        ("speaker-jzj6q", "w1", DAEMON, status()),
        ("controller-7d9c5b6f44-x2x8q", "w0", {"pod-template-hash": "7d9c5b6f44"}, status()),
    )
    new = speakers(
        ("speaker-xk2lp", "w0", DAEMON, status()),
        ("speaker-jzj6q", "w1", DAEMON, status(restarts=3)),
        ("controller-5b7f6c8d9-4zq2k", "w1", {"pod-template-hash": "5b7f6c8d9"}, status(ready=False)),
    )
    found = section("pods", old, new)
    assert [(one.key, one.old, one.new) for one in found.replaced] == [
        (
            "metallb-system/controller-5b7f6c8d9-4zq2k",
            "controller-7d9c5b6f44-x2x8q on w0",
            "controller-5b7f6c8d9-4zq2k on w1",
        ),
        ("metallb-system/speaker on w0", "speaker-4557g", "speaker-xk2lp"),
    ]
    assert changes(found) == [
        ("metallb-system/controller-5b7f6c8d9-4zq2k", "ready", "1/1", "0/1", "worse"),
        ("metallb-system/speaker on w1", "restarts", 0, 3, "worse"),
    ]
    assert not found.appeared
    assert not found.gone


def test_pods_that_came_went_and_moved():
    old = speakers(
        ("db-0", "w0", {}, status()), ("job-x", "w0", {}, status(phase="Succeeded")), ("x", "w0", {}, status())
    )
    new = speakers(
        ("db-0", "w1", {}, status(waiting={"reason": "CrashLoopBackOff"}, ready=False)),
        ("y", None, {}, status(phase="Pending", ready=False)),
    )
    found = section("pods", old, new)
    assert [(one[1], one[2], one[3]) for one in changes(found)] == [
        ("status", "Running", "CrashLoopBackOff"),
        ("ready", "1/1", "0/1"),
        ("node", "w0", "w1"),
    ]
    assert [(one.key, one.text) for one in found.gone] == [("metallb-system/x", "Running, 1/1 ready on w0")]
    assert [one.key for one in found.appeared] == ["metallb-system/y"]
    assert found.appeared[0].health == BAD


def test_pods_of_a_namespace_that_was_not_collected():
    found = section("pods", speakers(("x", "w0", {}, status())), ovn_kit.pods(namespace="other"))
    assert not found.gone
    assert found.skipped[0].reason == "not all pods of metallb-system were collected in NEW"


def test_a_pod_that_is_being_deleted():
    made = ovn_kit.pod("x", metadata={"name": "x", "namespace": "shop", "deletionTimestamp": "2026-11-21T00:00:00Z"})
    assert areas(ovn_kit.pods(made))["pods"].items[0].values["status"] == "Terminating"


def operator(name, version="4.16.1", **conditions):
    made = {
        "apiVersion": "config.openshift.io/v1",
        "kind": "ClusterOperator",
        "metadata": {"name": name},
        "status": {
            "conditions": [{"type": kind, "status": value, "reason": "R"} for kind, value in conditions.items()],
            "versions": [{"name": "operator", "version": version}],
        },
    }
    path = f"{bgp_kit.IMAGE}/cluster-scoped-resources/config.openshift.io/clusteroperators/{name}.yaml"
    return {path: json.dumps(made, indent=1)}


def release(version):
    made = {
        "apiVersion": "config.openshift.io/v1",
        "kind": "ClusterVersion",
        "metadata": {"name": "version"},
        "spec": {"clusterID": "0b1c6f7e-1111-4222-8333-444455556666"},
        "status": {"desired": {"version": version}, "history": []},
    }
    path = f"{bgp_kit.IMAGE}/cluster-scoped-resources/config.openshift.io/clusterversions/version.yaml"
    return {path: json.dumps(made, indent=1)}


def test_operators():
    old, new = (
        operator("network", Available="True", Degraded="False"),
        operator("network", Available="True", Degraded="True"),
    )
    assert changes(section("operators", old, new)) == [("network", "Degraded", "False (R)", "True (R)", "worse")]


def test_an_update_of_the_cluster_is_one_change():
    old = release("4.16.1") | operator("network") | operator("dns")
    new = release("4.16.9") | operator("network", "4.16.9") | operator("dns")
    assert [one[:4] for one in changes(section("versions", old, new))] == [
        ("cluster", "version", "4.16.1", "4.16.9"),
        ("operator dns", "version", "that of the cluster", "4.16.1"),
    ]


def test_images_and_versions_of_the_network():
    def made(image, kubelet):
        pod = ovn_kit.pod("ovnkube-node-4z2r5", ovn_kit.OVN, containers=[{"name": "c", "image": image}])
        node = ovn_kit.node("worker-0")
        return ovn_kit.pods(pod, namespace=ovn_kit.OVN) | edited(
            node, r'"conditions"', f'"nodeInfo": {{"kubeletVersion": "{kubelet}"}},\n  "conditions"'
        )

    found = section("versions", made("a@sha256:1", "v1.29.1"), made("a@sha256:2", "v1.29.2"))
    assert [one[:4] for one in changes(found)] == [
        ("node worker-0", "kubelet", "v1.29.1", "v1.29.2"),
        ("openshift-ovn-kubernetes/ovnkube-node c", "image", ("a@sha256:1",), ("a@sha256:2",)),
    ]


def test_versions_of_frr_ovs_and_ovn():
    keys = {one.key for members in (BGP, OVN, ovs_kit.cluster()) for one in areas(members)["versions"].items}
    assert keys >= {"FRR of worker-0", "Open vSwitch of worker-0", "schema of OVN_Northbound of worker-0"}


def versions(members):
    return {one.key: one.text for one in areas(members)["versions"].items}


def test_versions_of_the_gather_metallb_and_northd():
    csv = {
        "apiVersion": "operators.coreos.com/v1alpha1",
        "kind": "ClusterServiceVersion",
        "metadata": {"name": "metallb-operator.v4.16.0", "namespace": "metallb-system"},
        "spec": {"version": "4.16.0"},
        "status": {"phase": "Succeeded"},
    }
    place = "namespaces/metallb-system/operators.coreos.com/clusterserviceversions"
    found = versions(
        {
            f"{bgp_kit.IMAGE}/version": "openshift/must-gather\n4.16.0-202606101437\n",
            f"{bgp_kit.IMAGE}/{place}/metallb-operator.v4.16.0.yaml": json.dumps(csv, indent=1),
        }
    )
    assert found == {"must-gather image of openshift/must-gather": "4.16.0-202606101437", "MetalLB Operator": "4.16.0"}
    rows = [("SB_Global", 1, {"options": {"name": "worker-0", "northd_internal_version": "24.03.2-20.27.0"}})]
    path = next(path for path in OVN if path.endswith("aaaaa_sbdb"))
    told = versions(OVN | {path: ovn_kit.database("OVN_Southbound", rows)})
    assert told["ovn-northd of worker-0"] == "24.03.2-20.27.0"


def test_the_version_in_a_database_of_open_vswitch():
    row = {"ovs_version": "3.3.1", "external_ids": {"hostname": "worker-0"}}
    data = log(schema("Open_vSwitch"), transaction({"Open_vSwitch": {uuid(1): row}}))
    path = f"{bgp_kit.IMAGE}/network_logs/ovs-node-abcde_conf.db"
    assert versions({path: data})["Open vSwitch of worker-0"] == "3.3.1"


def test_an_operator_without_a_version():
    assert versions(release("4.16.1") | edited(operator("dns"), '"operator"', '"other"')) == {"cluster": "4.16.1"}


# the network of the nodes

NODES = node_kit.healthy()


def test_mtu():
    other = NODES | node_kit.links("worker-1", node_kit.ovn_links(uplink=1400, bridge=1400))
    told = changes(section("mtu", NODES, other))
    assert ("worker-1", "uplink", "br-ex 1500", "br-ex 1400", "worse") in told
    assert {one[0] for one in told} == {"worker-1"}
    wanted = section("mtu", NODES, NODES | node_kit.network(1300))
    assert ("cluster", "MTU", 1400, 1300, "neither") in changes(wanted)


def test_mtu_of_a_node_that_was_not_collected():
    without = {path: text for path, text in NODES.items() if "worker-1_ip" not in path}
    found = section("mtu", NODES, without)
    assert [one.reason for one in found.skipped] == ["no interfaces of worker-1 in NEW"]


def routed(*lines):
    return NODES | node_kit.routes("worker-0", *lines)


def test_routes():
    base = (
        "default via 192.0.2.1 dev br-ex metric 48",
        "198.51.100.0/24 via 192.0.2.9 dev br-ex",
        "203.0.113.0/24 dev br-ex",
    )
    old = routed(*base)
    new = routed(
        "default via 192.0.2.254 dev br-ex metric 48",
        "198.51.100.0/24 via 192.0.2.9 dev br-ex metric 90",
        "unreachable 192.0.2.128/25",
    )
    found = section("routes", old, new)
    assert [one[:4] for one in changes(found)] == [
        ("worker-0 0.0.0.0/0", "via", "192.0.2.1", "192.0.2.254"),
        ("worker-0 198.51.100.0/24", "metric", None, 90),
    ]
    assert [(one.key, one.text) for one in found.gone] == [("worker-0 203.0.113.0/24", "via the link dev br-ex")]
    assert [one.key for one in found.appeared] == ["worker-0 unreachable 192.0.2.128/25"]


def test_a_second_default_route():
    one = "default via 192.0.2.1 dev br-ex metric 48"
    found = section("routes", routed(one), routed(one, "default via 192.0.2.2 dev ens4 metric 100"))
    assert [each.key for each in found.appeared] == ["worker-0 0.0.0.0/0 metric 100"]
    assert not found.changed


def test_routes_between_masked_and_plain():
    plain, masked = (
        "198.51.100.0/24 via 192.0.2.9 dev br-ex",
        "x-ipv4-0000000007-x/24 via x-ipv4-0000000009-x dev br-ex",
    )
    found = section("routes", routed(plain), routed(masked))
    assert not found.differences
    assert [one.field for one in found.skipped] == ["via"]


# Open vSwitch and OVN

SWITCHES = ovs_kit.cluster()


def test_bridges_and_ports():
    old = SWITCHES
    broken = ovs_kit.port("veth1", error="no such device")
    to = (ovs_kit.tunnel("worker-1", "192.0.2.99"),)
    new = SWITCHES | ovs_kit.show(ovs_kit.br_ex(), ovs_kit.br_int(broken, mode="standalone", to=to))
    found = section("ovs", old, new)
    assert [one[:4] for one in changes(found)] == [
        ("worker-0 br-int", "fail mode", "secure", "standalone"),
        ("worker-0 br-int ovn-bbbbbb-0", "remote address", "192.0.2.21", "192.0.2.99"),
    ]
    assert [(one.key, one.text, one.health) for one in found.appeared] == [
        ("worker-0 br-int veth1", "port: no such device", BAD)
    ]
    assert [one.key for one in found.gone] == ["worker-0 br-int ovn-cccccc-0"]


def test_the_datapath_of_a_bridge():
    old = SWITCHES | ovs_kit.show(
        ovs_kit.br_ex(), ovs_kit.br_int().replace("fail_mode", "datapath_type: system\n        fail_mode")
    )
    new = SWITCHES | ovs_kit.show(
        ovs_kit.br_ex(), ovs_kit.br_int().replace("fail_mode", "datapath_type: netdev\n        fail_mode")
    )
    assert changes(section("ovs", old, new)) == [("worker-0 br-int", "datapath type", "system", "netdev", "neither")]


def test_a_tunnel_with_another_name_is_the_same_tunnel():
    renamed = ovs_kit.port("ovn-bbbbbb-1", "geneve", csum="true", key="flow", remote_ip="192.0.2.21")
    new = SWITCHES | ovs_kit.switch(to=(renamed, ovs_kit.tunnel("worker-2")))
    assert not section("ovs", SWITCHES, new).differences


def test_ports_of_pods_are_replaced():
    old = SWITCHES | ovs_kit.show(
        ovs_kit.br_ex(), ovs_kit.br_int(ovs_kit.port("veth96a3be3c"), ovs_kit.port("veth11112222"))
    )
    new = SWITCHES | ovs_kit.show(
        ovs_kit.br_ex(), ovs_kit.br_int(ovs_kit.port("veth0badc0de"), ovs_kit.port("veth11112222"))
    )
    found = section("ovs", old, new)
    assert [(one.key, one.old, one.new) for one in found.replaced] == [
        ("port of a pod on worker-0 br-int", "veth96a3be3c", "veth0badc0de")
    ]
    assert found.differences == 1


def test_a_switch_that_was_not_shown_whole():
    cut = {path: text for path, text in SWITCHES.items() if "worker-0_ovs" not in path}
    cut |= ovs_kit.show(ovs_kit.br_ex(), path="saved/worker-0/ovs.txt", **ovs_kit.CUT)
    found = section("ovs", SWITCHES, cut)
    assert not found.gone
    assert found.skipped


def test_a_logical_port_that_is_gone():
    new = OVN | ovn_kit.north("worker-0", ports=[ovn_kit.lsp(ovn_kit.CLIENT)])
    (one,) = section("ovn", OVN, new).gone
    assert (one.key, one.text) == (f"port shop_{ovn_kit.WEB}", "port of a pod")
    assert "aaaaa_nbdb:" in one.evidence[0]
    counted = section("ovn-counts", OVN, new)
    assert [one[:2] for one in changes(counted)] == [
        ("Logical_Switch_Port in the northbound database of worker-0", "rows")
    ]


def test_rows_of_a_database_that_cannot_prove_anything():
    without = ovn_kit.without(OVN, "bbbbb_")
    lost = section("ovn", OVN, without)
    assert not lost.gone
    assert "the northbound database of worker-1 was not collected in NEW" in {one.reason for one in lost.skipped}
    damaged = {path: text for path, text in OVN.items() if not path.endswith("bbbbb_nbdb")}
    damaged |= ovn_kit.damaged({path: text for path, text in OVN.items() if path.endswith("bbbbb_nbdb")})
    store = ovn_kit.unsound(damaged)
    one, other = areas(OVN)["ovn"], facet_of(AREA["ovn"], store, [])
    found = compare(one, other, (side(), side()))
    assert not found.gone
    reason = "the northbound database of worker-1 is damaged or cut in NEW"
    assert (f"port shop_{ovn_kit.FAR}", reason) in {(each.key, each.reason) for each in found.skipped}


def test_ports_of_replaced_pods():
    other = ovn_kit.WEB.replace("n7c5v", "z9nm2")
    pods = edited(OVN, ovn_kit.WEB, other, "shop/core/pods.yaml")
    ports = [ovn_kit.lsp(ovn_kit.CLIENT), ovn_kit.lsp(other, ip="10.128.0.9")]
    found = section("ovn", OVN, pods | ovn_kit.north("worker-0", ports=ports))
    assert [(one.old, one.new) for one in found.replaced] == [(f"shop_{ovn_kit.WEB}", f"shop_{other}")]
    assert not found.gone
    assert not found.appeared


def test_load_balancers_and_chassis():
    facet = areas(OVN)["ovn"]
    kinds = {one.key.split(" ")[0] for one in facet.items}
    assert kinds == {"switch", "router", "port", "load", "chassis"}
    balancer = next(one for one in facet.items if one.key.startswith("load balancer"))
    assert balancer.scopes == ("the northbound database of worker-0", "the northbound database of worker-1")
    assert (balancer.text, balancer.health) == ("of shop/web", WELL)
    empty = ovn_kit.north("worker-0", balancers=[ovn_kit.balancer(vips={ovn_kit.VIP: ""})])
    told = changes(section("ovn", OVN, OVN | empty))
    assert [one[1:4] for one in told] == [("addresses without backends", (), (f"{ovn_kit.VIP} in 1 of 2",))]
    other = ovn_kit.north("worker-1", balancers=[ovn_kit.balancer(vips={ovn_kit.VIP: "", "172.30.0.9:80": "x"})])
    told = {one[1]: one[3] for one in changes(section("ovn", OVN, OVN | other))}
    assert told == {
        "addresses": ("172.30.0.9:80 in 1 of 2", ovn_kit.VIP),
        "addresses without backends": (f"{ovn_kit.VIP} in 1 of 2",),
    }


def test_a_port_is_told_by_its_own_zone():
    far = f"shop_{ovn_kit.FAR}"
    remote = {"name": far, "type": "remote", "up": False}
    members = OVN | ovn_kit.north("worker-0", ports=[remote])
    port = next(one for one in areas(members)["ovn"].items if one.key == f"port {far}")
    assert port.scopes == ("the northbound database of worker-0", "the northbound database of worker-1")
    assert (port.values["type"], port.values["up"], port.health) == (None, True, WELL)


def test_the_areas_are_told_apart_from_the_tables_of_show():
    assert {area.name for area in AREAS} >= {"services", "mtu", "routes", "ovs", "ovn", "pods"} & set(shows())
    assert section("ovn", BGP, BGP).status is SectionStatus.NOT_COLLECTED


# what the attack on the comparison found

SERVICES = "namespaces/shop/core/services.yaml"


def test_a_service_that_was_deleted_while_its_address_is_still_announced():
    found = section("services", BGP, BGP | metallb_kit.written(SERVICES, "Service"))
    assert [one.key for one in found.gone] == ["shop/web"]
    assert [one.key for one in found.appeared] == [f"{metallb_kit.ADDRESS}/32 (service not collected)"]
    assert not found.changed
    assert not found.skipped


def test_a_service_that_lost_its_address():
    waiting = edited(BGP, re.escape(f"{metallb_kit.ADDRESS}"), "", "core/services")
    told = {one[:2]: one[2:4] for one in changes(section("services", BGP, waiting))}
    assert told["shop/web", "address"] == (metallb_kit.ADDRESS, None)


def test_services_stay_where_what_announces_them_was_not_collected():
    alone = {path: text for path, text in BGP.items() if "namespaces/shop" in path}
    found = section("services", BGP, alone)
    assert found.status is SectionStatus.SAME
    assert {one.field for one in found.skipped} >= {"reach", "pool"}
    (one,) = areas(alone)["services"].items
    assert (one.values["address"], one.text) == (
        metallb_kit.ADDRESS,
        f"{metallb_kit.ADDRESS}: what announces it was not collected",
    )
    pending = edited(alone, re.escape(f"{metallb_kit.ADDRESS}"), "", "core/services")
    assert [one.values["address"] for one in areas(pending)["services"].items] == [None]


def ruled(where, action="allow-related", hop="100.88.0.3", inside="10.128.0.0/24", priority=1001):
    """The databases of a node with an ACL, a static route, a policy and a translation."""
    rows = {
        "ACL": {
            70: {"name": "NP:shop:web", "direction": "to-lport", "priority": priority, "match": "tcp", "action": action}
        },
        "Port_Group": {71: {"name": "a123", "acls": [uuid(70)]}},
        "Logical_Router_Static_Route": {
            72: {"ip_prefix": "10.128.1.0/24", "nexthop": hop, "output_port": "rtots", "policy": "dst-ip"}
        },
        "Logical_Router_Policy": {
            73: {"priority": 1004, "match": "ip4", "action": "reroute", "nexthops": ["10.128.0.2"]},
            74: {"priority": 102, "match": "ip6", "action": "allow", "nexthop": "10.128.0.3"},
        },
        "NAT": {
            75: {"type": "snat", "external_ip": "192.0.2.20", "logical_ip": inside},
            76: {"type": "dnat_and_snat", "external_ip": "192.0.2.99", "logical_ip": "10.128.0.9", "logical_port": "p"},
            77: {"type": "snat", "external_ip": "192.0.2.66", "logical_ip": "10.128.0.66"},  # nothing refers to it
        },
        "Logical_Router": {
            78: {
                "name": "ovn_cluster_router",
                "static_routes": [uuid(72)],
                "policies": [uuid(73), uuid(74)],
                "nat": [uuid(75), uuid(76)],
            }
        },
    }
    more = [ovn_kit.later(table, at, row) for table, found in rows.items() for at, row in found.items()]
    return ovn_kit.north(where, *more)


RULED = OVN | ruled("worker-0") | ruled("worker-1")
ROUTE, SNAT = "route of ovn_cluster_router 10.128.1.0/24 (dst-ip)", "NAT of ovn_cluster_router snat 10.128.0.0/24"


def test_rows_of_ovn_without_a_name():
    assert {one.label for one in areas(RULED)["ovn"].items if one.label} == {
        "ACL NP:shop:web",
        ROUTE,
        SNAT,
        "NAT of ovn_cluster_router dnat_and_snat 192.0.2.99",
        "policy of ovn_cluster_router priority 1004 ip4",
        "policy of ovn_cluster_router priority 102 ip6",
    }
    assert not section("ovn", RULED, RULED).differences
    gone = section("ovn", RULED, OVN)
    assert {one.text for one in gone.gone} >= {"allow-related, to-lport priority 1001: tcp", "via 100.88.0.3"}


def test_an_acl_and_a_route_that_say_something_else():
    other = {"action": "drop", "hop": "100.88.0.9", "inside": "10.128.0.0/23"}
    found = section("ovn", RULED, OVN | ruled("worker-0", **other) | ruled("worker-1", **other))
    told = {one[:2]: one[2:4] for one in changes(found)}
    assert told["ACL NP:shop:web", "action"] == ("allow-related", "drop")
    assert told[ROUTE, "via"] == ("100.88.0.3", "100.88.0.9")
    assert [one.key for one in found.gone] == [SNAT]
    in_one = section("ovn", RULED, RULED | ruled("worker-0", action="drop"))
    assert [one[:2] for one in changes(in_one)] == [("ACL NP:shop:web", "held by")]
    assert [one.text for one in in_one.appeared] == ["drop, to-lport priority 1001: tcp"]


def test_an_acl_without_a_name_is_told_by_its_place():
    assert "ACL of a123 to-lport priority 1001 tier 2" in {
        one.label
        for one in areas(
            OVN
            | ovn_kit.north(
                "worker-0",
                ovn_kit.later(
                    "ACL", 70, {"direction": "to-lport", "priority": 1001, "tier": 2, "match": "x", "action": "drop"}
                ),
                ovn_kit.later("Port_Group", 71, {"name": "a123", "acls": [uuid(70)]}),
            )
        )["ovn"].items
    }


def test_two_rows_that_say_the_same_are_one():
    acl = {"direction": "to-lport", "priority": 1, "match": "x", "action": "drop"}
    twice = ovn_kit.north(
        "worker-0",
        ovn_kit.later("ACL", 70, acl),
        ovn_kit.later("ACL", 71, acl),
        ovn_kit.later("Port_Group", 72, {"name": "a123", "acls": [uuid(70), uuid(71)]}),
    )
    (one,) = (each for each in areas(OVN | twice)["ovn"].items if each.key.startswith("ACL"))
    assert one.scopes == ("the northbound database of worker-0",)


def test_what_a_damaged_database_says_may_be_overtaken():
    path = next(one for one in OVN if one.endswith("bbbbb_nbdb"))
    store = ovn_kit.unsound(OVN | ovn_kit.damaged({path: OVN[path]}))
    for name in ("ovn", "ovn-counts"):
        found = compare(areas(OVN)[name], facet_of(AREA[name], store, []), (side(), side()))
        assert not found.changed
        assert not found.gone
        assert any(one.reason == "not known in NEW" for one in found.skipped)


def test_a_port_that_only_another_zone_tells_of():
    far = f"shop_{ovn_kit.FAR}"
    seen = OVN | ovn_kit.north("worker-0", ports=[{"name": far, "type": "remote", "up": False}])
    found = section("ovn", seen, ovn_kit.without(seen, "bbbbb_"))
    assert f"port {far}" in {one.key for one in found.skipped}
    assert not [one for one in found.changed if one.key == f"port {far}"]


def test_a_node_that_is_not_ready_is_told_once():
    other = OVN | ovn_kit.node("worker-1", ready="False")
    assert [one[:2] for one in changes(section("nodes", OVN, other))] == [("worker-1", "ready")]
