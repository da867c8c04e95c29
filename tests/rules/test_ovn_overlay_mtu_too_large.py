import pytest
from bgp_kit import IMAGE, expect, quiet, unjudged
from kit import found, outcome_of
from node_kit import absent, addresses, healthy, link, links, network, node, operator, ovn_links, probed, sdn_links

RULE = "ovn-overlay-mtu-too-large"
NODES = node("worker-0") | node("worker-1")


def told(rule, members):
    return [(one.node, one.subject, str(one.severity), one.message) for one in outcome_of(rule, members).findings]


def of_one(lines=None, mtu=1400, config=None, where="worker-0"):
    return NODES | network(mtu) | (config or operator(mtu)) | addresses(where) | links(where, lines or ovn_links())


def test_a_healthy_cluster():
    quiet(RULE, healthy(), examined=3)


@pytest.mark.parametrize(("uplink", "mtu"), [(1460, 1360), (9001, 8901), (1500, 1400), (9000, 8900)])
def test_right_relative_to_the_uplink_whatever_the_value(uplink, mtu):
    quiet(RULE, of_one(ovn_links(uplink, pods=mtu), mtu))


def test_1500_over_1500():
    words = ("1500", "58 bytes of Geneve header (1558) do not fit into", "of worker-0 with MTU 1500")
    members = of_one(ovn_links(1500, pods=1500), 1500)
    expect(RULE, members, "error", *words, subject="br-ex", shown=('"clusterNetworkMTU": 1500', "mtu 1500"))


def test_the_header_is_larger_with_ipv6():
    dual = ("10.128.0.0/14", "fd01::/48")
    base = NODES | operator(1430) | addresses("worker-0") | links("worker-0", ovn_links(1500, pods=1430))
    expect(RULE, base | network(1430, networks=dual), "error", "78 bytes", subject="br-ex")
    expect(RULE, base | network(1430), "warning", "leaves 70 bytes", subject="br-ex")


def test_the_narrowest_interface_below_counts():
    members = of_one(ovn_links(uplink=1400, bridge=1500))
    expect(RULE, members, "error", "do not fit into ens3 of worker-0 with MTU 1400", subject="ens3")


def test_a_vlan_on_a_bond_is_followed_down_to_its_members():
    base = [
        link("bond0", 9000, index=21, flags="BROADCAST,MULTICAST,MASTER,UP,LOWER_UP", kind="bond"),
        link("ens4", 1500, index=22, master="bond0"),
        link("bond0.100", 9000, index=23, lower="bond0", kind="vlan protocol 802.1Q id 100"),
    ]
    members = of_one([line for one in base for line in one], mtu=8900) | addresses("worker-0", device="bond0.100")
    expect(RULE, members, "error", "do not fit into ens4 of worker-0 with MTU 1500", subject="ens4")


def test_ipsec_takes_its_own_share():
    for ipsec in ({"mode": "Full"}, {}):
        members = of_one(config=operator(1400, ipsecConfig=ipsec))
        expect(RULE, members, "warning", "leaves 100 bytes", "146 are to be free with IPsec", subject="br-ex")
    quiet(RULE, of_one(config=operator(1400, ipsecConfig={"mode": "External"})))


def test_no_overlay_takes_the_whole_uplink():
    config = operator(1500, transport="NoOverlay")
    quiet(RULE, of_one(ovn_links(1500, pods=1500), 1500, config))
    members = of_one(ovn_links(1500, pods=1600), 1600, operator(1600, transport="NoOverlay"))
    expect(RULE, members, "error", "the pods' MTU 1600 (1600) do not fit", subject="br-ex")


def test_a_single_node_has_no_tunnels():
    members = of_one(ovn_links(1500, pods=1500), 1500)
    del members[f"{IMAGE}/cluster-scoped-resources/core/nodes/worker-1.yaml"]
    absent(RULE, members, "a single node has no tunnels")


def test_a_migration_under_way():
    change = {"network": {"from": 1400, "to": 8900}, "machine": {"from": 1500, "to": 9000}}
    members = of_one(ovn_links(1500, pods=8900)) | network(8900, migration=change)
    quiet(RULE, members)
    change["network"] = {"from": 1500, "to": 1450}  # both larger than what fits
    expect(RULE, members | network(1500, migration=change), "error", "do not fit", subject="br-ex")


def test_lower_than_necessary_is_information():
    members = of_one(ovn_links(9000))
    expect(RULE, members, "info", "uses little of", "may be 8900", subject="br-ex")
    quiet(RULE, of_one(ovn_links(1600)))


def test_the_interface_that_tunnels_end_at():
    """OVN may be told another address than the node's own."""
    more = [link("ens5", 1300, index=30)]
    base = of_one(ovn_links(more=more)) | addresses("worker-0", (30, "ens5", "198.51.100.20/24"))
    quiet(RULE, base)
    annotated = base | node("worker-0", node_encap_ips='["198.51.100.20"]')
    expect(RULE, annotated, "error", "ens5 of worker-0 with MTU 1300", subject="ens5")
    for text in ("not JSON", '"198.51.100.20"'):
        quiet(RULE, base | node("worker-0", node_encap_ips=text))


def test_outputs_without_the_clusters_objects():
    members = links("worker-0", ovn_links(1500, pods=1480)) | addresses()
    expect(RULE, members, "error", "the pods' MTU 1480", subject="br-ex")
    absent(RULE, links("worker-0", link("ens3", 1500)) | addresses("worker-0", device="ens3"), "not collected")


def test_not_collected():
    absent(RULE, NODES | network(1500) | operator(1500), "no MTU of a node's uplink was collected")
    absent(RULE, healthy() | network(1450, kind="OpenShiftSDN"), "the network of the cluster is OpenShiftSDN")
    absent(RULE, addresses() | links("worker-0", sdn_links(1500, 1500)), "have OpenShift SDN")  # by its tun0


def test_more_than_twenty_nodes_with_the_same_fault():
    members = network(1500) | operator(1500)
    for at in range(25):
        name = f"worker-{at}"
        members |= node(name) | addresses(name) | links(name, ovn_links(1500, pods=1500))
    ((whose, subject, severity, text),) = told(RULE, members)
    assert (whose, subject, severity) == (None, "br-ex", "error")
    assert "the same of 24 more nodes: worker-1, worker-10, worker-11, …" in text


LOG = (
    "2026-11-21T10:00:00.000000000Z F1121 10:00:00.000000    1234 ovnkube.go:136] failed to run ovnkube: failed to "
    "start node network controller: MTU (1500) of network interface br-ex is too small for specified overlay MTU"
    " (1558)\n"
)


def controller(started=None):
    ready = started is not None
    state = {"running": {"startedAt": started}} if ready else {"waiting": {"reason": "CrashLoopBackOff"}}
    text = f"""\
apiVersion: v1
kind: Pod
metadata:
  name: ovnkube-node-x
  namespace: openshift-ovn-kubernetes
spec:
  containers:
  - name: ovnkube-controller
  nodeName: worker-0
status:
  containerStatuses:
  - name: ovnkube-controller
    ready: {str(ready).lower()}
    restartCount: 7
    state: {state}
  phase: Running
"""
    base = f"{IMAGE}/namespaces/openshift-ovn-kubernetes/pods/ovnkube-node-x"
    logs = f"{base}/ovnkube-controller/ovnkube-controller/logs/current.log"
    return {f"{base}/ovnkube-node-x.yaml": text, logs: LOG}


def test_what_ovnkube_says():
    members = NODES | network(1500) | controller()
    expect(
        RULE, members, "error", "ovnkube on worker-0 does not start", "(1558)", subject="br-ex", shown=("MTU (1500)",)
    )
    absent(RULE, NODES | network(1500) | controller("2026-11-21T11:00:00Z"), "no MTU")
    other = {path.replace("node-x", "node-y"): text for path, text in members.items() if path.endswith("current.log")}
    other = {path: text.replace("MTU (1500)", "no MTU ()") for path, text in other.items()}
    expect(RULE, members | other, "error", "ovnkube on worker-0", subject="br-ex")
    (one,) = found(RULE, members | of_one(ovn_links(1500, pods=1500), 1500))  # told once
    assert one == ("worker-0", "br-ex", "error")


def test_what_the_operator_found_at_the_installation():
    base = NODES | operator(1500)
    words = "do not fit into the MTU 1500 that the network operator found"
    expect(RULE, base | network(1500) | probed(1500), "warning", words, subject="cluster network", whose=None)
    # Whoever has a larger MTU than that has raised the uplinks since.
    expect(RULE, base | network(8900) | probed(1500), "info", words, subject="cluster network", whose=None)
    absent(RULE, base | network(1400) | probed(1500), "only the MTU at the installation")
    change = {"network": {"from": 1400, "to": 1500}}
    absent(RULE, base | network(1500, migration=change) | probed(1500), "only the MTU at the installation")
    quiet(RULE, of_one(ovn_links(9000, pods=8900), 8900) | probed(1500))


def test_an_interface_without_its_mtu():
    brief = links("worker-0", ["br-ex            UNKNOWN        192.0.2.20/24", *link("ens9", 1500)])
    members = NODES | network() | addresses() | brief | links("worker-1", ovn_links()) | addresses("worker-1")
    unjudged(RULE, members, "the MTU of br-ex was not collected", examined=1)
