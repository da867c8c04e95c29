"""service-not-programmed: services against the iptables of hosts and the load balancers of OVN."""

import pytest
from bgp_kit import expect, quiet, unjudged
from kit import outcome_of
from metallb_kit import written
from ovn_kit import (
    BACKENDS,
    OLD,
    OVN,
    OVN_POD,
    VIP,
    WEB,
    balancer,
    cluster,
    damaged,
    endpoint,
    judged,
    north,
    objects,
    pod,
    pods,
    service,
    slices,
    without,
)
from policy_kit import iptables, ovnkube_log

RULE = "service-not-programmed"
INGRESS = {"loadBalancer": {"ingress": [{"ip": "192.0.2.100"}]}}
NODE_PORT = "OVN-KUBE-NODEPORT -p tcp -m addrtype --dst-type LOCAL -m tcp --dport 30080 -j DNAT --to-destination {}"
OUTSIDE = "OVN-KUBE-EXTERNALIP -d {}/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination {}"
ETP = (
    "OVN-KUBE-ETP -p tcp -m addrtype --dst-type LOCAL -m tcp --dport 30080 -j DNAT --to-destination 169.254.169.3:30080"
)


def published(kind="NodePort", node_port=30080, **more):
    """The service web, with a node port."""
    members = service(type=kind, **more)
    return {
        path: text.replace("      port: 80\n", f"      nodePort: {node_port}\n      port: 80\n") if node_port else text
        for path, text in members.items()
    }


def hosts(*rules, **more):
    """The API and iptables, without databases."""
    return objects() | published() | iptables(*rules, **more)


def test_healthy():
    quiet(RULE, cluster(), examined=1)
    quiet(RULE, hosts(NODE_PORT.format(VIP)), examined=1)


@pytest.mark.parametrize("hidden", ["xxx.xxx.xxx.xxx", "x-ipv4-0000000007-x"])
def test_a_masked_service_is_not_compared_with_a_database_that_is_not(hidden):
    members = {path: text.replace(VIP.rpartition(":")[0], hidden) for path, text in service().items()}
    unjudged(RULE, cluster() | members, "its addresses are masked")


def test_a_node_port_without_a_rule():
    words = (
        "shop/web is not programmed on worker-0",
        "no rule in OVN-KUBE-NODEPORT for tcp 30080 (to 172.30.45.10:80)",
    )
    expect(RULE, hosts(), "error", *words, subject="shop/web", shown=(":OVN-KUBE-NODEPORT", "30080", "172.30.45.10"))


def test_a_rule_that_leads_elsewhere():
    rule = NODE_PORT.format("172.30.45.99:80")
    words = ("sends tcp 30080 to 172.30.45.99:80 instead of 172.30.45.10:80",)
    expect(RULE, hosts(rule), "error", *words, subject="shop/web", shown=("172.30.45.99",))


def test_local_traffic_goes_elsewhere():
    local = published(externalTrafficPolicy="Local")
    quiet(RULE, hosts(ETP) | local, examined=1)
    expect(RULE, hosts() | local, "error", "OVN-KUBE-NODEPORT", subject="shop/web")


def test_addresses_outside():
    own = published(node_port=None, externalIPs=["198.51.100.7"])
    rule = OUTSIDE.format("198.51.100.7", VIP)
    quiet(RULE, hosts(rule) | own, examined=1)
    words = ("no rule in OVN-KUBE-EXTERNALIP for tcp 198.51.100.7:80 (to 172.30.45.10:80)",)
    expect(RULE, hosts() | own, "error", *words, subject="shop/web", shown=(":OVN-KUBE-EXTERNALIP",))


def test_addresses_of_load_balancers_have_rules_in_newer_releases_only():
    made = published("LoadBalancer", status=INGRESS)
    quiet(RULE, hosts(NODE_PORT.format(VIP)) | made, examined=1)
    other = OUTSIDE.format("192.0.2.101", "172.30.1.1:80")
    words = ("no rule in OVN-KUBE-EXTERNALIP for tcp 192.0.2.100:80",)
    expect(RULE, hosts(NODE_PORT.format(VIP), other) | made, "error", *words, subject="shop/web")
    quiet(RULE, hosts(NODE_PORT.format(VIP), OUTSIDE.format("192.0.2.100", VIP)) | made, examined=1)


@pytest.mark.parametrize(
    "change",
    [
        service(),  # cluster IPs have no rules in iptables
        published("LoadBalancer", None, allocateLoadBalancerNodePorts=False),
        published(metadata={"creationTimestamp": "2026-11-21T09:59:30Z"}),
        published(metadata={"deletionTimestamp": "2026-11-21T09:59:30Z"}),
        published(ip="None"),
        published(ip="fd02::10"),  # the rules of the other family were not saved
        iptables(chains=("OVN-KUBE-ETP",)),
    ],
)
def test_services_that_need_no_rule_here(change):
    quiet(RULE, hosts() | change, examined=1)


def test_iptables_that_are_cut_or_of_another_plugin_are_no_proof():
    outcome = judged(RULE, hosts(end=False))
    assert str(outcome.status) == "not_checked"
    assert "iptables of a host with OVN-Kubernetes" in (outcome.reason or "")
    assert str(outcome_of(RULE, hosts(chains=("KUBE-SERVICES",))).status) == "not_checked"


def test_rules_that_somebody_else_made():
    others = ("PREROUTING -p tcp -m tcp --dport 30080 -j DNAT --to-destination 192.0.2.9", NODE_PORT.format(VIP))
    ranges = NODE_PORT.format("192.0.2.9").replace("30080", "30000:30100")
    quiet(RULE, hosts(*others, ranges), examined=1)
    expect(RULE, hosts(others[0], ranges), "error", "no rule in OVN-KUBE-NODEPORT", subject="shop/web")


def test_iptables_of_an_unknown_time():
    unjudged(RULE, without(hosts(), "timestamp"), "when its iptables were saved is not known")


def many(count):
    made = [
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": f"web-{at}", "namespace": "shop", "creationTimestamp": OLD},
            "spec": {
                "type": "NodePort",
                "clusterIP": f"172.30.46.{at}",
                "ports": [{"port": 80, "nodePort": 31000 + at, "protocol": "TCP"}],
            },
        }
        for at in range(count)
    ]
    return written("namespaces/shop/core/services.yaml", "Service", *made)


def test_many_services_are_one_finding():
    words = ("21 services are not programmed on worker-0", "and 17 more", "OVN-KUBE-NODEPORT")
    expect(RULE, hosts() | many(21), "error", *words, subject="worker-0")
    assert len(outcome_of(RULE, hosts() | many(20)).findings) == 20


def test_a_service_without_a_load_balancer():
    members = cluster() | north("worker-1", balancers=[balancer(vips={"172.30.1.1:80": BACKENDS})])
    words = ("the northbound database of worker-1 has no load balancer for tcp 172.30.45.10:80",)
    expect(RULE, members, "error", *words, subject="shop/web", whose="worker-1", shown=("172.30.45.10",))
    said = ovnkube_log(
        *(f'09:{at}:00 Dropping service "shop/web" out of the queue: transaction failed' for at in (40, 41))
    )
    words = ("ovnkube gave up on the service 2 times",)
    expect(RULE, members | said, "error", *words, subject="shop/web", whose="worker-1", shown=("Dropping service",))


def test_a_service_that_several_databases_lack():
    other = [balancer(vips={"172.30.1.1:80": BACKENDS})]
    members = cluster() | north("worker-0", balancers=other) | north("worker-1", balancers=other)
    words = ("the northbound database of worker-0, worker-1 has no load balancer for tcp 172.30.45.10:80",)
    expect(RULE, members, "error", *words, subject="shop/web", whose=None, shown=("172.30.45.10",))


def test_many_services_without_load_balancers():
    members = cluster() | many(21) | north("worker-0", balancers=[balancer()]) | {}
    words = ("21 services are not programmed on worker-0", "has no load balancer for")
    found = [one for one in outcome_of(RULE, members).findings if one.subject == "worker-0"]
    assert all(word in found[0].message for word in words), found


def test_services_of_other_networks():
    """A node without a pod of the network may lack its load balancers."""
    ids = {"k8s.ovn.org/kind": "Service", "k8s.ovn.org/owner": "shop/web", "k8s.ovn.org/network": "blue"}
    other = [balancer(vips={"172.30.1.1:80": BACKENDS})]
    foreign = [*other, balancer(name="Service_shop/web_TCP_cluster_blue", external_ids=ids)]
    assert not outcome_of(
        RULE, cluster() | north("worker-0", balancers=foreign) | north("worker-1", balancers=other)
    ).findings


def test_other_load_balancers_do():
    """The address alone counts: as a template, for another network, of another name."""
    quiet(RULE, cluster() | north("worker-0", balancers=[balancer(name="x", owner=None)]), examined=1)
    odd = balancer(vips={VIP: BACKENDS, "nonsense:x": ""})
    assert not outcome_of(RULE, cluster() | north("worker-0", balancers=[odd])).findings
    empty = balancer(vips={VIP: ""})
    assert not outcome_of(RULE, cluster() | north("worker-0", balancers=[empty])).findings
    udp = balancer(protocol="udp")
    expect(RULE, cluster() | north("worker-0", balancers=[udp]), "error", "tcp 172.30.45.10:80", subject="shop/web")


@pytest.mark.parametrize(
    "change",
    [
        service(metadata={"creationTimestamp": "2026-11-21T10:00:30Z"}),
        service(metadata={"deletionTimestamp": "2026-11-21T09:59:00Z"}),
        service(ip="None"),
        service(type="ExternalName", externalName="example.com"),
    ],
)
def test_services_that_no_load_balancer_needs(change):
    members = cluster() | north("worker-0", balancers=[balancer(vips={"172.30.1.1:80": BACKENDS})]) | change
    assert not outcome_of(RULE, members).findings


def test_old_releases_balance_only_what_has_endpoints():
    old = cluster() | north("worker-0", balancers=[balancer(owner=None, vips={"172.30.1.1:80": BACKENDS})])
    expect(RULE, old, "error", "172.30.45.10:80", subject="shop/web")
    assert not outcome_of(RULE, old | slices(endpoint(WEB, ready=False))).findings
    assert not outcome_of(RULE, without(old, "endpointslices")).findings


def test_ovnkube_that_has_just_started():
    made = pod(OVN_POD["worker-0"], OVN, "worker-0", "192.0.2.20", hostNetwork=True)
    made["spec"]["containers"] = [{"name": "ovnkube-controller"}]
    state = {"running": {"startedAt": "2026-11-21T09:58:00Z"}}
    made["status"]["containerStatuses"] = [{"name": "ovnkube-controller", "ready": True, "state": state}]
    members = cluster() | north("worker-0", balancers=[balancer(vips={"172.30.1.1:80": BACKENDS})])
    unjudged(RULE, members | pods(made, namespace=OVN), "had just started")


def test_a_damaged_database_proves_nothing():
    outcome = judged(RULE, cluster() | damaged(north("worker-0")))
    assert not outcome.findings
    assert [gap.reason for gap in outcome.gaps] == ["the northbound database of worker-0 is damaged or cut"]


def test_not_collected():
    outcome = outcome_of(RULE, without(cluster(), "_nbdb", "_sbdb"))
    assert "iptables of a host with OVN-Kubernetes, or OVN northbound database" in (outcome.reason or "")
    assert str(outcome_of(RULE, without(cluster(), "_nbdb")).status) == "not_checked"
    assert outcome_of(RULE, without(cluster(), "services.yaml")).reason == "not collected: services"
