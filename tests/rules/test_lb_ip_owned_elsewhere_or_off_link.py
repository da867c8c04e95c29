import json

import pytest
from bgp_kit import IMAGE, expect, node, one_of, quiet, unjudged
from kit import found
from layer2_kit import IP, assigned, ip_output, layer2, link_lines, logs, without
from metallb_kit import bgp_advertisement, cluster, l2_advertisement, node_selector, pool, service, services

RULE = "lb-ip-owned-elsewhere-or-off-link"
WEB = {"subject": "shop/web", "whose": None}
OFF = "198.51.100.10"


def platform(api=("192.0.2.5",), ingress=("192.0.2.6",), how="OpenShiftManagedDefault"):
    status = {
        "apiServerInternalIPs": list(api),
        "ingressIPs": list(ingress),
        "loadBalancer": {"type": how},
    }
    made = {
        "apiVersion": "config.openshift.io/v1",
        "kind": "Infrastructure",
        "metadata": {"name": "cluster"},
        "status": {"platform": "BareMetal", "platformStatus": {"type": "BareMetal", "baremetal": status}},
    }
    path = f"{IMAGE}/cluster-scoped-resources/config.openshift.io/infrastructures.yaml"
    return {path: json.dumps(made, indent=4)}


def internal(name, address):
    members = node(name, '["192.0.2.20/24"]')
    (path,) = members
    text = f"status:\n  addresses:\n  - address: {address}\n    type: InternalIP\n"
    return {path: members[path] + text}


def gateways(**macs):
    """The MAC addresses of nodes as OVN-Kubernetes notes them."""
    members = {}
    for at, mac in macs.items():
        name = at.replace("_", "-")
        made = node(name, '["192.0.2.20/24"]')
        (path,) = made
        note = json.dumps({"default": {"mode": "shared", "mac-address": mac}})
        members[path] = made[path].replace(
            "  annotations:\n", f"  annotations:\n    k8s.ovn.org/l3-gateway-config: '{note}'\n"
        )
    return members


ALL = gateways(worker_0="52:54:00:00:00:10", worker_1="52:54:00:00:00:11", worker_2="52:54:00:00:00:12")


def neighbor(mac, state="REACHABLE"):
    return ip_output("worker-0", "neigh", f"{IP} dev br-ex lladdr {mac} {state}")


def off_link(**more):
    return layer2(ip=OFF, **more) | pool("pool", "198.51.100.0/24")


def named(name, ip, namespace="shop", **annotations):
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace, "annotations": annotations},
        "spec": {"type": "LoadBalancer"},
        "status": {"loadBalancer": {"ingress": [{"ip": ip}]}},
    }


def test_the_address_of_a_node():
    members = layer2() | internal("worker-2", IP)
    words = f"{IP} is the address of shop/web and its own address on worker-2"
    expect(RULE, members, "warning", words, subject="shop/web", whose="worker-2", shown=(f"address: {IP}",))
    members = cluster() | internal("worker-2", OFF)  # of a service that is announced by BGP too
    expect(RULE, members, "warning", "its own address on worker-2", subject="shop/web", whose="worker-2")


def test_an_address_of_a_nodes_interfaces():
    members = layer2() | node("worker-2", f'["192.0.2.20/24", "{IP}/32"]')
    words = "an address of its interfaces on worker-2"
    expect(RULE, members, "warning", words, subject="shop/web", whose="worker-2", shown=(IP,))
    lines = link_lines(address=f"{IP}/24")
    members = layer2() | ip_output("worker-1", "addr", *lines)
    words = "an address of its interface br-ex on worker-1"
    expect(RULE, members, "warning", words, subject="shop/web", whose="worker-1", shown=(f"inet {IP}",))


def test_several_owners_are_counted():
    members = layer2() | node("worker-2", f'["{IP}/32"]') | node("worker-1", f'["{IP}/32"]')
    finding = expect(RULE, members, "warning", "worker-1", "worker-2", **WEB)
    assert "more" not in finding.message
    members |= internal("worker-0", IP) | platform(api=(IP,), ingress=(IP,))
    expect(RULE, members, "warning", "and 2 more", **WEB)


def test_the_dummy_interface_of_kube_proxy_holds_every_address():
    lines = (*link_lines(), *link_lines(name="kube-ipvs0", address=f"{IP}/32", index=9))
    quiet(RULE, layer2() | ip_output("worker-1", "addr", *lines))


def test_a_virtual_address_of_the_cluster():
    words = "the cluster's virtual address of the API"
    expect(RULE, layer2() | platform(api=(IP,)), "warning", words, **WEB, shown=(IP, "apiServerInternalIPs"))
    words = "the cluster's virtual address of the routers"
    expect(RULE, layer2() | platform(ingress=(IP,)), "warning", words, **WEB, shown=("ingressIPs",))
    quiet(RULE, layer2() | platform(ingress=(IP,), how="UserManaged"))
    quiet(RULE, layer2() | platform())


def test_two_services_that_do_not_share_a_key():
    members = layer2() | services(named("api", IP), named("web", IP))
    words = f"{IP} is the address of shop/api and of shop/web, which do not share a key"
    finding = expect(RULE, members, "warning", words, subject="shop/api", whose=None, shown=("api", "web"))
    assert finding
    key = {"metallb.universe.tf/allow-shared-ip": "web"}
    quiet(RULE, layer2() | services(named("api", IP, **key), named("web", IP, **key)), examined=2)
    other = {"metallb.io/allow-shared-ip": "other"}
    assert found(RULE, layer2() | services(named("api", IP, **key), named("web", IP, **other)))


def test_a_neighbor_that_is_no_node():
    members = layer2() | ALL | neighbor("00:00:5e:00:53:01")
    words = f"worker-0 has {IP} at 00:00:5e:00:53:01 (br-ex), which is no node of the cluster"
    expect(RULE, members, "warning", words, subject="shop/web", whose="worker-0", shown=("lladdr 00:00:5e:00:53:01",))
    quiet(RULE, layer2() | ALL | neighbor("52:54:00:00:00:12"))
    quiet(RULE, layer2() | ALL | neighbor("00:00:5e:00:53:01", "FAILED"))


def test_the_macs_of_the_hosts_themselves():
    members = layer2() | neighbor("52:54:00:00:00:13")
    for name in ("worker-0", "worker-1", "worker-2"):
        members |= ip_output(name, "addr", *link_lines())
    quiet(RULE, members)


@pytest.mark.parametrize("change", [{}, gateways(worker_0="52:54:00:00:00:10")])
def test_macs_that_were_not_collected(change):
    unjudged(RULE, layer2() | change | neighbor("00:00:5e:00:53:01"), "the MAC addresses of all nodes")


def test_a_gateway_annotation_that_cannot_be_read():
    members = {path: text.replace('"default"', '"default') for path, text in ALL.items()}
    unjudged(RULE, layer2() | members | neighbor("00:00:5e:00:53:01"), "the MAC addresses of all nodes")


def test_off_link():
    words = (
        f"{OFF} is in no network of worker-1, which answers for it by layer 2 (it has 192.0.2.20/24)",
        "without a static route nobody asks there",
    )
    shown = (OFF, "k8s.ovn.org/host-cidrs")
    expect(RULE, off_link() | assigned(), "warning", *words, subject="shop/web", whose="worker-1", shown=shown)
    words = (f"{OFF} is in no network of worker-0, worker-1, worker-2, which may answer",)
    expect(RULE, off_link(), "warning", *words, **WEB)


def test_on_link_of_one_that_may_answer():
    quiet(RULE, off_link() | node("worker-2", '["198.51.100.2/24"]'))
    expect(
        RULE,
        off_link() | node("worker-2", '["198.51.100.2/24"]') | assigned(),
        "warning",
        "worker-1",
        subject="shop/web",
        whose="worker-1",
    )
    many = tuple(f"worker-{at}" for at in range(3))
    only = l2_advertisement(nodeSelectors=node_selector(*many[:1]))
    expect(
        RULE, off_link() | only, "warning", "no network of worker-0, which may", subject="shop/web", whose="worker-0"
    )


def test_bgp_needs_no_network():
    quiet(RULE, cluster())
    both = layer2() | node("worker-2", f'["{IP}/32"]') | bgp_advertisement()
    assert "an address of its interfaces" in one_of(RULE, both).message


def test_where_nobody_may_answer_no_network_counts():
    quiet(RULE, off_link() | logs())


def test_the_hosts_own_addresses_count_first():
    lines = link_lines(address="198.51.100.5/24")
    quiet(RULE, off_link() | assigned() | ip_output("worker-1", "addr", *lines))


def test_networks_that_were_not_collected():
    members = off_link() | {path: text for one in ("worker-0", "worker-1") for path, text in node(one).items()}
    unjudged(RULE, members, "the networks of worker-0, worker-1 were not collected")
    quiet(RULE, members | node("worker-2", '["198.51.100.2/24"]'))
    unjudged(RULE, without(cluster(), "/nodes/"), "no address of a node was collected")
    unjudged(RULE, without(off_link(), "/nodes/"), "the networks of worker-0, worker-1, worker-2 were not collected")
    primary = node("worker-1", primary='{"ipv4": "192.0.2.20/24"}')
    unjudged(RULE, off_link() | assigned() | primary, "the networks of worker-1 were not collected")


def test_another_load_balancer_and_masked_addresses_are_not_judged():
    quiet(RULE, layer2() | service(ip="203.0.113.5", loadBalancerClass="example.com/lb"))
    quiet(RULE, layer2() | service(ip=None))
    members = layer2() | service(ip="x-ipv4-0000000007-x") | pool("pool", "x-ipv4-0000000008-x/24")
    quiet(RULE, members)


def test_both_addresses_of_a_service_are_judged():
    members = layer2() | service(ip=(IP, "192.0.2.101")) | node("worker-2", '["192.0.2.20/24", "192.0.2.101/32"]')
    assert "192.0.2.101 is the address of" in one_of(RULE, members).message


def test_a_prefix_of_no_collected_service_is_a_gap():
    unjudged(RULE, without(cluster(), "/services.yaml"), "its service was not collected")
