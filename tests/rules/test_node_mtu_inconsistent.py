from bgp_kit import IMAGE, expect, quiet
from kit import found
from node_kit import absent, addresses, healthy, link, links, network, node, ovn_links, probed, sdn_links
from ovsdb_sample import log, schema, transaction, uuid

RULE = "node-mtu-inconsistent"
BOND = {"flags": "BROADCAST,MULTICAST,MASTER,UP,LOWER_UP", "kind": "bond"}


def of_one(lines, mtu=1400, **more):
    return node("worker-0") | node("worker-1") | network(mtu, **more) | addresses() | links("worker-0", lines)


def test_a_healthy_cluster():
    quiet(RULE, healthy(), examined=3)
    quiet(RULE, of_one(sdn_links(), 1450, kind="OpenShiftSDN"))


def test_the_management_port_differs_from_the_cluster():
    members = of_one(ovn_links(9000, pods=8900, management=1400), 8900)
    words = "ovn-k8s-mp0 of worker-0 has MTU 1400, the cluster network 8900"
    expect(RULE, members, "warning", words, subject="ovn-k8s-mp0", shown=("mtu 1400", '"clusterNetworkMTU": 8900'))
    tun = of_one(sdn_links(9000, 1450), 8950, kind="OpenShiftSDN") | addresses(device="ens192")
    expect(RULE, tun, "warning", "tun0 of worker-0 has MTU 1450", subject="tun0")


def _pods(*mtus):
    ends = [
        link(f"{at}bc8d7e6f5a4b3c", mtu, index=40 + at, lower="if2", master="ovs-system") for at, mtu in enumerate(mtus)
    ]
    return [line for one in (link("br-ex", 1500, index=5, state="UNKNOWN"), *ends) for line in one]


def test_the_pods_differ_where_the_management_port_does_not():
    lines = [*_pods(1500, 1500, 1500), *sdn_links(1500, 1450)]
    members = of_one(lines, 1450, kind="OpenShiftSDN") | addresses(device="ens192")
    words = "3 of 3 pods' interfaces of worker-0 have MTU 1500, the cluster network 1450"
    expect(RULE, members, "warning", words, subject="pods of worker-0", shown=("mtu 1500",))


def test_most_pods_differ_from_the_cluster():
    members = of_one(_pods(1400, 1400, 1400, 8900), 1300)
    expect(RULE, members, "warning", "3 of 4 pods' interfaces of worker-0 have MTU 1400", subject="pods of worker-0")
    quiet(RULE, of_one(_pods(1400, 1400, 1300, 1300, 1300), 1300))  # secondary networks
    quiet(RULE, of_one(_pods(1400, 1400), 1300))  # too few to tell
    quiet(RULE, of_one(_pods(), 1300))


def test_an_interface_larger_than_the_one_below():
    members = of_one(ovn_links(1500, bridge=9000))
    words = "br-ex of worker-0 has MTU 9000, ens3 below it only 1500"
    expect(RULE, members, "warning", words, subject="br-ex", shown=("br-ex: <", "ens3: <"))
    quiet(RULE, of_one(ovn_links(9000, bridge=1500)))


def test_a_bond_with_an_unequal_member():
    base = [
        link("ens3", 9000, index=2, master="bond0"),
        link("ens4", 1500, index=3, master="bond0"),
        link("bond0", 9000, index=4, master="ovs-system", mac="52:54:00:00:00:99", **BOND),
        link("br-ex", 1500, index=5, mac="52:54:00:00:00:99", state="UNKNOWN", kind="openvswitch"),
    ]
    members = of_one([line for one in base for line in one])
    expect(RULE, members, "warning", "bond0 of worker-0 has MTU 9000, ens4 below it only 1500", subject="bond0")


def test_a_vlan_narrower_than_its_bond():
    """Bridge, VLAN, bond and its members have one MAC address: that tells only what is below the bridge."""
    mac = {"mac": "52:54:00:00:00:99"}
    base = [
        link("ens3", 9000, index=2, master="bond0", **mac),
        link("bond0", 9000, index=4, **mac, **BOND),
        link("bond0.7", 1500, index=6, lower="bond0", master="ovs-system", **mac),
        link("br-ex", 1500, index=5, state="UNKNOWN", kind="openvswitch", **mac),
    ]
    quiet(RULE, of_one([line for one in base for line in one]))
    base[3] = link("br-ex", 9000, index=5, state="UNKNOWN", kind="openvswitch", **mac)
    members = of_one([line for one in base for line in one])
    expect(RULE, members, "warning", "br-ex of worker-0 has MTU 9000, bond0.7 below it only 1500", subject="br-ex")


def test_the_overlay_does_not_fit_the_smallest_node():
    members = network(8900)
    for at, mtu in enumerate((9000, 9000, 1500)):
        name = f"worker-{at}"
        members |= node(name) | addresses(name) | links(name, ovn_links(mtu, pods=8900))
    words = ("br-ex of worker-2 has MTU 1500, uplinks of other nodes 9000", "8900 does not fit")
    expect(RULE, members, "warning", *words, subject="br-ex", whose="worker-2")


def test_different_uplinks_that_all_carry_the_overlay_are_a_choice():
    members = network(1400)
    for at, mtu in enumerate((9000, 9000, 1500)):
        name = f"worker-{at}"
        members |= node(name) | addresses(name) | links(name, ovn_links(mtu))
    quiet(RULE, members, examined=3)


def test_a_migration_under_way():
    change = {"network": {"from": 1400, "to": 8900}}
    members = of_one(ovn_links(9000, management=1400), 8900, migration=change)
    quiet(RULE, members)


def test_more_than_twenty_nodes_with_the_same_fault():
    members = network(8900)
    for at in range(22):
        name = f"worker-{at}"
        members |= node(name) | addresses(name) | links(name, ovn_links(9000, pods=8900, management=1400))
    assert found(RULE, members) == [(None, "ovn-k8s-mp0", "warning")]


def gateway(mtu, where="worker-0", port=None):
    """The northbound database of a node with its gateway router."""
    name = port or f"rtoj-GR_{where}"
    rows = {
        "NB_Global": {uuid(1): {"name": where}},
        "Logical_Router_Port": {uuid(2): {"name": name, "options": {"gateway_mtu": mtu} if mtu else {}}},
    }
    path = f"{IMAGE}/network_logs/ovnk_database_store.tar.gz!/ovnk_database_store/ovnkube-node-aaaaa_nbdb"
    return {path: log(schema("OVN_Northbound"), transaction(rows))}


def test_ovnkube_of_a_node_still_has_another_mtu():
    base = node("worker-0") | node("worker-1")
    words = "the gateway router of worker-0 has MTU 1400, the cluster network 8900"
    shown = ("gateway_mtu", '"clusterNetworkMTU": 8900')
    expect(RULE, base | network(8900) | gateway("1400"), "warning", words, subject="rtoj-GR_worker-0", shown=shown)
    quiet(RULE, base | network(1400) | gateway("1400"))
    change = {"network": {"from": 1400, "to": 8900}}
    quiet(RULE, base | network(8900, migration=change) | gateway("1400"))
    told_already = of_one(ovn_links(9000, pods=8900, management=1400), 8900) | gateway("1400")
    expect(RULE, told_already, "warning", "ovn-k8s-mp0 of worker-0 has MTU 1400", subject="ovn-k8s-mp0")


def test_gateways_without_an_mtu():
    reason = "neither the MTU of interfaces nor that of OVN's gateway routers"
    for members in (
        gateway(None),
        gateway("1400", port="rtoj-GR_shop.blue_worker-0"),
        gateway("1400", port="rtos-worker-0"),
        gateway(""),
    ):
        absent(RULE, node("worker-0") | network(8900) | members, reason)
    absent(RULE, node("worker-0") | gateway("1400"), reason)


def test_without_the_clusters_objects():
    quiet(RULE, addresses() | links("worker-0", ovn_links(1500, pods=1300)))


def test_not_collected():
    absent(RULE, network() | probed(1500), "neither the MTU of interfaces nor that of OVN's gateway routers")
    lone = node("worker-0") | network() | links("worker-0", link("ens9", 1500))
    absent(RULE, lone, "neither its uplink nor its management port was collected")
    absent(RULE, node("worker-0") | addresses(), "neither the MTU of interfaces")
