"""load-balancer-backend-mismatch: backends in the northbound databases against endpoints in the API."""

import pytest
from bgp_kit import expect, quiet, unjudged
from kit import outcome_of
from ovn_kit import (
    BACKENDS,
    CHASSIS,
    CLIENT,
    FAR,
    HOMES,
    IPS,
    NODES,
    VIP,
    WEB,
    balancer,
    cluster,
    damaged,
    database,
    endpoint,
    judged,
    later,
    lsp,
    node,
    north,
    north_rows,
    objects,
    pod,
    pods,
    service,
    service_object,
    services,
    slice_list,
    slice_object,
    slices,
    without,
    written,
)

RULE = "load-balancer-backend-mismatch"
ONLY_WEB, ONLY_FAR = "10.128.0.7:8080", "10.128.1.6:8080"
KUBERNETES = "192.0.2.20:6443"


def on(where, *targets, vip=VIP, **more):
    """The cluster with other backends in one node's database."""
    return cluster() | north(where, balancers=[balancer(vips={vip: ",".join(targets)}, **more)])


def everywhere(*targets, vip=VIP, **more):
    """The same in both databases."""
    return on("worker-0", *targets, vip=vip, **more) | {
        path: data for path, data in on("worker-1", *targets, vip=vip, **more).items() if "bbbbb_nbdb" in path
    }


def dead(members, *words, severity="error", whose="worker-0", **more):
    return expect(RULE, members, severity, *words, subject="shop/web", whose=whose, **more)


def nothing(members):
    assert not outcome_of(RULE, members).findings


def doubtful(members, *reason):
    unjudged(RULE, members, *reason)


def test_a_masked_service_is_not_compared_with_a_database_that_is_not():
    hidden = service(ip="x-ipv4-0000000007-x")
    outcome = outcome_of(RULE, on("worker-0", "10.128.9.9:8080") | hidden)
    assert not outcome.findings
    assert [(one.subject, one.reason) for one in outcome.gaps] == [("shop/web", "its addresses are masked")]


def test_the_backends_are_the_endpoints():
    quiet(RULE, cluster(), examined=1)


def test_a_backend_that_no_port_has():
    words = (
        "for 172.30.45.10:80 in the northbound database of worker-0",
        "sends to 10.128.1.99:8080",
        "no logical port",
    )
    dead(on("worker-0", BACKENDS, "10.128.1.99:8080"), *words, shown=("10.128.1.99:8080", "172.30.45.10"))


def test_a_backend_on_a_node_whose_database_was_copied_before():
    """A pod that came and went between the copies is nowhere but in the load balancer of the later one."""
    change = later("Load_Balancer", 60, {"vips": {VIP: f"{BACKENDS},10.128.1.99:8080"}}, at="2026-11-21T10:01:00Z")
    members = cluster() | north("worker-0", change)
    between = "came between the copies of two databases"
    doubtful(members | north("worker-1", written_at="2026-11-21T10:00:40Z"), between)
    doubtful(members | north("worker-1", written_at=None), between)
    dead(members | north("worker-1", written_at="2026-11-21T10:01:30Z"), "no logical port has the address")
    old = later("Load_Balancer", 60, {"vips": {VIP: f"{BACKENDS},10.128.1.99:8080"}}, at="2026-11-21T09:58:00Z")
    quiet_node = north("worker-1", written_at="2026-11-21T09:30:00Z")
    dead(cluster() | north("worker-0", old) | quiet_node, "no logical port has the address")


def test_a_backend_that_was_replaced_before_the_database_of_its_node_was_copied():
    members = on("worker-0", BACKENDS, "10.128.1.99:8080")
    new = pods(*(pod(name) for name in HOMES if name != FAR), pod(FAR, started="2026-11-21T10:00:30Z"))
    doubtful(members | new, "went between the copies of two databases")
    own = on("worker-0", BACKENDS, "10.128.0.99:8080")
    dead(own | new, "no logical port has the address")


def test_the_same_in_several_databases_is_one_finding():
    dead(everywhere(BACKENDS, "10.128.1.99:8080"), "of worker-0, worker-1 sends to", whose=None)


def test_the_database_of_the_cluster():
    members = without(objects(), "/nodes/")
    for name in NODES:
        members |= node(name, annotations={"k8s.ovn.org/zone-name": "global"})
    rows = north_rows("worker-0", balancers=[balancer(vips={VIP: f"{BACKENDS},10.128.0.99:8080"})])
    rows = [row for row in rows if row[0] != "NB_Global"]
    path = next(iter(north("worker-0"))).partition("/ovnk_database_store")[0].rpartition("/network_logs")[0]
    members |= {f"{path}/network_logs/leader_nbdb": database("OVN_Northbound", rows)}
    dead(members, "in the northbound database of the cluster sends to 10.128.0.99:8080", whose=None)


def test_the_address_of_another_pod():
    members = on("worker-0", BACKENDS, f"{IPS[CLIENT]}:8080")
    dead(members, f"the address of the pod shop/{CLIENT}, which is not of the service", shown=(f"shop_{CLIENT}",))


def test_the_address_of_another_pod_whose_port_is_missing():
    members = on("worker-0", BACKENDS, "10.128.0.200:8080") | pods(
        *(pod(name) for name in HOMES), pod("db-0", ip="10.128.0.200")
    )
    dead(members, "it is the address of the pod shop/db-0")
    members |= pods(*(pod(name) for name in HOMES), pod("web-5-abcde", ip="10.128.0.200"))
    doubtful(members, "which matches the service")


def test_a_backend_whose_pod_is_no_endpoint():
    """The pod runs for a day and matches; the slices do not have it."""
    dead(cluster() | slices(endpoint(WEB)), f"its pod shop/{FAR} is no endpoint", whose=None, shown=(FAR,))


def test_a_backend_whose_pod_ended():
    members = cluster() | slices(endpoint(WEB)) | pods(pod(CLIENT), pod(WEB), pod(FAR, status={"phase": "Succeeded"}))
    dead(members, f"its pod shop/{FAR} has ended", whose=None)


@pytest.mark.parametrize(
    "more",
    [
        {
            "metadata": {
                "name": FAR,
                "namespace": "shop",
                "labels": {"app": "web"},
                "deletionTimestamp": "2026-11-21T09:00:00Z",
            }
        },
        {"started": "2026-11-21T10:00:30Z"},
    ],
    ids=["goes", "comes"],
)
def test_a_backend_whose_pod_comes_or_goes(more):
    doubtful(cluster() | slices(endpoint(WEB)) | pods(pod(CLIENT), pod(WEB), pod(FAR, **more)), "comes or goes")


def test_a_backend_whose_pod_came_after_the_pods_were_read():
    new = later("Logical_Switch_Port", 90, lsp("web-6b7f9d4c8d-new55", ip="10.128.0.33"))
    change = later("Load_Balancer", 60, {"vips": {VIP: f"{ONLY_WEB},10.128.0.33:8080"}})
    doubtful(cluster() | north("worker-0", new, change), "may have come while the archive was collected")


def test_a_backend_with_a_stale_port():
    ports = [lsp(CLIENT), lsp(WEB), lsp("web-6b7f9d4c8d-old55", ip="10.128.0.33", up=False)]
    members = cluster() | north(
        "worker-0", ports=ports, balancers=[balancer(vips={VIP: f"{BACKENDS},10.128.0.33:8080"})]
    )
    dead(members, "it is of shop/web-6b7f9d4c8d-old55, which does not exist")


def test_a_wrong_port():
    dead(on("worker-0", ONLY_WEB, "10.128.1.6:9090"), "sends to 10.128.1.6:9090 (the endpoint serves port 8080 there)")


def test_an_endpoint_that_is_not_ready():
    unready = endpoint(FAR, ready=False, serving=False)
    doubtful(cluster() | slices(endpoint(WEB), unready), "is not ready; it may have been")


def test_an_endpoint_that_has_been_down_for_long():
    crashed = {
        "name": "c",
        "ready": False,
        "restartCount": 9,
        "state": {"waiting": {"reason": "CrashLoopBackOff"}},
        "lastState": {"terminated": {"exitCode": 1, "finishedAt": "2026-11-21T09:50:00Z"}},
    }
    members = cluster() | slices(endpoint(WEB), endpoint(FAR, ready=False, serving=False))
    members |= pods(pod(CLIENT), pod(WEB), pod(FAR, status={"containerStatuses": [crashed]}))
    dead(members, f"its pod shop/{FAR} is not ready", whose=None)


def test_an_endpoint_whose_pod_has_not_been_ready_for_long():
    """Its container runs, but its probe fails."""
    members = cluster() | slices(endpoint(WEB), endpoint(FAR, ready=False, serving=False))
    unready = {"type": "Ready", "status": "False", "lastTransitionTime": "2026-11-21T09:50:00Z"}
    long = pods(pod(CLIENT), pod(WEB), pod(FAR, status={"conditions": [unready]}))
    dead(members | long, f"its pod shop/{FAR} is not ready", whose=None)
    late = {**unready, "lastTransitionTime": "2026-11-21T10:00:10Z"}
    doubtful(members | pods(pod(CLIENT), pod(WEB), pod(FAR, status={"conditions": [late]})), "it may have been while")


def test_endpoints_that_terminate_may_stay():
    leaving = endpoint(FAR, ready=False, serving=True, terminating=True)
    nothing(cluster() | slices(endpoint(WEB), leaving))
    nothing(on("worker-0", ONLY_WEB) | slices(endpoint(WEB), leaving))


def test_a_service_that_publishes_what_is_not_ready():
    members = cluster() | slices(endpoint(WEB), endpoint(FAR, ready=False)) | service(publishNotReadyAddresses=True)
    quiet(RULE, members, examined=1)


def test_an_endpoint_that_is_left_out():
    words = ("leaves out 10.128.1.6:8080", f"the endpoint of shop/{FAR} is ready")
    dead(on("worker-0", ONLY_WEB), *words, severity="warning", shown=(FAR, ONLY_WEB))


def test_no_backend_at_all():
    dead(on("worker-0"), "has no backend, though 2 endpoints serve: 10.128.0.7:8080, 10.128.1.6:8080")


def test_both_at_once():
    finding = dead(
        on("worker-0", ONLY_WEB, "10.128.1.99:8080"), "sends to 10.128.1.99:8080", "and leaves out 10.128.1.6"
    )
    assert str(finding.severity) == "error"


def test_a_service_without_endpoints_keeps_its_address():
    nothing(everywhere() | slices())
    nothing(everywhere() | slice_list())


def test_an_endpoint_that_may_just_have_become_ready():
    young = pods(pod(CLIENT), pod(WEB), pod(FAR, started="2026-11-21T10:00:10Z"))
    doubtful(on("worker-0", ONLY_WEB) | young, "may have become ready while")
    unready = pods(pod(CLIENT), pod(WEB), pod(FAR, status={"conditions": [{"type": "Ready", "status": "False"}]}))
    doubtful(on("worker-0", ONLY_WEB) | unready, "may have become ready while")


def test_backends_that_changed_while_the_archive_was_collected():
    change = later("Load_Balancer", 60, {"vips": {VIP: ONLY_WEB}})
    doubtful(cluster() | north("worker-0", change), "may have become ready while")
    change = later("Load_Balancer", 60, {"vips": {VIP: ONLY_WEB}}, at="2026-11-21T09:00:00Z")
    dead(cluster() | north("worker-0", change), "leaves out", severity="warning", shown=(ONLY_WEB,))


def test_an_endpoint_whose_pod_has_no_port():
    members = on("worker-0", ONLY_WEB) | north("worker-1", ports=[], balancers=[balancer(vips={VIP: ONLY_WEB})])
    doubtful(members, "which has no logical port in the databases")


@pytest.mark.parametrize(
    ("more", "vip"),
    [
        ({"internalTrafficPolicy": "Local"}, VIP),
        (
            {"externalTrafficPolicy": "Local", "type": "LoadBalancer", "externalIPs": ["198.51.100.10"]},
            "198.51.100.10:80",
        ),
        ({"externalTrafficPolicy": "Local", "type": "NodePort"}, "192.0.2.20:30080"),
        ({"externalTrafficPolicy": "Local", "type": "NodePort"}, "169.254.169.3:30080"),
    ],
    ids=["internal", "external address", "node port", "masquerade"],
)
def test_local_policies_leave_the_other_nodes_out(more, vip):
    members = on("worker-0", ONLY_WEB, vip=vip) | node_port(**more)
    nothing(members)
    dead(on("worker-0", "10.128.0.99:8080", vip=vip) | node_port(**more), vip)


def node_port(**spec):
    """The service with a node port, and whatever else."""
    return service(ports=((80, 8080, "http", 30080),), **spec)


@pytest.mark.parametrize(
    ("more", "vip"),
    [
        (
            {"type": "LoadBalancer", "status": {"loadBalancer": {"ingress": [{"ip": "198.51.100.10"}]}}},
            "198.51.100.10:80",
        ),
        ({"type": "NodePort"}, "192.0.2.20:30080"),
        ({"externalTrafficPolicy": "Local", "type": "NodePort"}, VIP),
    ],
    ids=["load balancer address", "node port", "cluster address"],
)
def test_other_addresses_of_the_service(more, vip):
    members = on("worker-0", ONLY_WEB, vip=vip) | node_port(**more)
    dead(members, f"for {vip}", "leaves out 10.128.1.6:8080", severity="warning")


def test_addresses_that_are_not_of_the_service_are_not_judged():
    nothing(on("worker-0", "10.128.0.99:8080", vip="172.30.99.99:80"))
    nothing(on("worker-0", "10.128.0.99:8080", vip="a:b:c"))
    nothing(on("worker-0", "10.128.0.99:8080", owner="shop/other"))


def test_load_balancers_of_other_networks_and_kinds():
    ids = {"k8s.ovn.org/kind": "Service", "k8s.ovn.org/owner": "shop/web"}
    nothing(on("worker-0", "10.128.0.99:8080", external_ids={**ids, "k8s.ovn.org/network": "blue"}))
    nothing(on("worker-0", "10.128.0.99:8080", external_ids={**ids, "k8s.ovn.org/kind": "EgressIP"}))


def test_a_load_balancer_of_all_services():
    """Up to OpenShift 4.8: no owner, the address tells the service."""
    members = on("worker-0", BACKENDS, "10.128.0.99:8080", owner=None)
    dead(members, "sends to 10.128.0.99:8080")
    nothing(on("worker-0", "10.128.0.99:8080", owner=None, vip="172.30.99.99:80"))


def test_the_protocol_tells_services_apart():
    nothing(on("worker-0", "10.128.0.99:8080", protocol="udp"))


def template(**values):
    """A node port by templates: the values of two chassis."""
    rows = north_rows("worker-0", balancers=[balancer(vips={"^NODEIP_IPv4_0:30080": "^WEB"})])
    for at, (name, targets) in enumerate(values.items()):
        variables = {"NODEIP_IPv4_0": "192.0.2.20", **({"WEB": targets} if targets else {})}
        rows.append(("Chassis_Template_Var", 80 + at, {"chassis": name, "variables": variables}))
    return cluster() | node_port(type="NodePort") | {next(iter(north("worker-0"))): database("OVN_Northbound", rows)}


def test_templates_mean_what_they_mean_on_each_chassis():
    own = CHASSIS["worker-0"]
    nothing(template(**{own: BACKENDS, "other": "10.128.1.6:8080,169.254.169.2:8080,10.128.0.7:8080"}))
    nothing(template(**{own: ""}))
    members = template(**{own: f"{BACKENDS},10.128.0.99:8080"})
    dead(members, "for ^NODEIP_IPv4_0:30080", "sends to 10.128.0.99:8080", shown=("10.128.0.99:8080",))


def test_templates_of_ipv6_have_ipv6_endpoints():
    """A service without IPv6 endpoints has no backend there."""
    rows = north_rows("worker-0", balancers=[balancer(vips={"^NODEIP_IPv6_0:30080": ""})])
    members = cluster() | node_port(type="NodePort") | {next(iter(north("worker-0"))): database("OVN_Northbound", rows)}
    quiet(RULE, members, examined=1)
    rows = north_rows("worker-0", balancers=[balancer(vips={"^NODEIP_IPv4_0:30080": ""})])
    members |= {next(iter(north("worker-0"))): database("OVN_Northbound", rows)}
    dead(members, "for ^NODEIP_IPv4_0:30080", "has no backend")


def test_ipv6():
    six = endpoint(WEB, ip="2001:db8:1::7")
    members = cluster() | service(ip="2001:db8:ff::10") | slices(six, endpoint(FAR, ip="2001:db8:1::6"), family="IPv6")
    vip, targets = "[2001:db8:ff::10]:80", "[2001:db8:1::7]:8080,[2001:db8:1::6]:8080"
    both = [balancer(vips={vip: targets})]
    quiet(RULE, members | north("worker-0", balancers=both) | north("worker-1", balancers=both), examined=1)
    one = [balancer(vips={vip: "[2001:db8:1::7]:8080"})]
    words = ("leaves out [2001:db8:1::6]:8080",)
    dead(members | north("worker-0", balancers=one) | north("worker-1", balancers=both), *words, severity="warning")


def host_pods(*ips):
    """Pods on the hosts' own network behind the service."""
    return pods(*(pod(f"web-{at}-abcde", ip=ip, hostNetwork=True) for at, ip in enumerate(ips)))


def test_endpoints_on_the_host_by_masquerade_address():
    made = [endpoint("web-0-abcde", ip="192.0.2.20"), endpoint("web-1-abcde", ip="192.0.2.21")]
    members = cluster() | slices(*made) | host_pods("192.0.2.20", "192.0.2.21")
    right = [balancer("Service_shop/web_TCP_node_router_worker-0", {VIP: "169.254.169.2:8080,192.0.2.21:8080"})]
    left = [balancer("Service_shop/web_TCP_node_switch_worker-0", {VIP: "192.0.2.20:8080,192.0.2.21:8080"})]
    both = north("worker-0", balancers=[*right, *left]) | north("worker-1", balancers=left)
    quiet(RULE, members | both, examined=1)
    quiet(RULE, without(members | both, "/nodes/"), examined=1)  # the addresses of nodes are known from pods, too
    only = [balancer(vips={VIP: "192.0.2.20:8080"})]
    dead(
        members | north("worker-0", balancers=only) | north("worker-1", balancers=left),
        "leaves out",
        severity="warning",
    )


def test_masquerade_addresses_of_another_subnet():
    """The operator can be told which subnet to take them from."""
    made = [endpoint("web-0-abcde", ip="192.0.2.20"), endpoint("web-1-abcde", ip="192.0.2.21")]
    members = cluster() | slices(*made) | host_pods("192.0.2.20", "192.0.2.21")
    right = {VIP: "198.18.0.2:8080,192.0.2.21:8080"}
    left = [balancer(vips={VIP: "192.0.2.20:8080,192.0.2.21:8080"})]
    router = north("worker-0", balancers=[balancer("Service_shop/web_TCP_node_router_worker-0", right)])
    quiet(RULE, members | router | north("worker-1", balancers=left), examined=1)
    switch = north("worker-0", balancers=[balancer("Service_shop/web_TCP_node_switch_worker-0", right)])
    dead(members | switch | north("worker-1", balancers=left), "198.18.0.2:8080", "neither a pod nor a node")


def test_a_node_may_prefer_its_own_endpoints():
    """OpenShift does so for DNS: the load balancer of a node has the endpoint there alone."""
    name = "Service_shop/web_TCP_node_switch_worker-0"
    nothing(cluster() | north("worker-0", balancers=[balancer(name, {VIP: ONLY_WEB})]))
    nothing(cluster() | north("worker-0", balancers=[balancer(name, {VIP: ONLY_FAR})]))
    members = cluster() | north("worker-0", balancers=[balancer(name, {VIP: ""})])
    dead(members, "has no backend, though 2 endpoints serve")


def test_the_load_balancer_of_dns_prefers_its_own_endpoints():
    dns = {"name": "dns-default", "namespace": "openshift-dns"}
    made = slice_object(endpoint(WEB), endpoint(FAR), service_name="dns-default")
    made["metadata"]["namespace"] = "openshift-dns"
    members = cluster() | slice_list(made, namespace="openshift-dns")
    one = service_object(metadata=dns)
    members |= written("namespaces/openshift-dns/core/services.yaml", "Service", one)
    owner = "openshift-dns/dns-default"
    members |= north("worker-0", balancers=[balancer(vips={VIP: ONLY_WEB}, owner=owner)])
    nothing(members)


def test_backends_outside_the_cluster_network():
    doubtful(on("worker-0", BACKENDS, KUBERNETES), "is no endpoint any more, or not yet")
    dead(on("worker-0", BACKENDS, "203.0.113.9:8080"), "neither a pod nor a node has the address")
    doubtful(on("worker-0", BACKENDS, "x-ipv4-0000000001-x:8080"), "is no address that can be compared")
    change = later("Load_Balancer", 60, {"vips": {VIP: f"{BACKENDS},203.0.113.9:8080"}})
    doubtful(cluster() | north("worker-0", change), "was not collected")


def test_backends_of_a_node_whose_database_was_not_collected():
    members = without(on("worker-0", BACKENDS, "10.128.1.99:8080"), "bbbbb_nbdb")
    outcome = outcome_of(RULE, members)
    assert not outcome.findings
    assert "whose address 10.128.1.99 is was not collected" in {gap.reason for gap in outcome.gaps}


def test_endpoints_that_are_made_by_hand():
    """Nothing tells when they were changed, unless the load balancer has been as it is for long."""
    made = {"addresses": ["203.0.113.5"], "conditions": {"ready": True}}
    doubtful(cluster() | slices(endpoint(WEB), endpoint(FAR), made), "is no endpoint of a known pod")
    words = ("sends to 203.0.113.9:8080 (it is no endpoint, and neither a pod nor a node has the address)",)
    dead(on("worker-0", BACKENDS, "203.0.113.9:8080") | service(selector={}), *words)
    young = later("Load_Balancer", 60, {"vips": {VIP: f"{BACKENDS},203.0.113.9:8080"}}, at="2026-11-21T09:55:00Z")
    doubtful(cluster() | north("worker-0", young) | service(selector={}), "any more, or not yet")


def test_ports_without_a_number_are_any_port():
    quiet(RULE, cluster() | slices(endpoint(WEB), endpoint(FAR), port=None), examined=1)


def test_ports_are_matched_by_name():
    nothing(everywhere() | slices(endpoint(WEB), endpoint(FAR), name="metrics"))
    unnamed = service(ports=((80, 8080, ""),)) | slices(endpoint(WEB), endpoint(FAR), name="")
    quiet(RULE, cluster() | unnamed, examined=1)


def test_pods_that_name_different_numbers():
    """One number stands in the load balancer for all of them."""
    made = slice_object(endpoint(WEB)), slice_object(endpoint(FAR), port=8081, suffix="b")
    quiet(RULE, cluster() | slice_list(*made), examined=1)


def endpoints_object(*ips, truncated=False):
    """The older form."""
    annotations = {"endpoints.kubernetes.io/over-capacity": "truncated"} if truncated else {}
    made = {
        "apiVersion": "v1",
        "kind": "Endpoints",
        "metadata": {"name": "web", "namespace": "shop", "annotations": annotations},
        "subsets": [
            {"addresses": [{"ip": ip} for ip in ips], "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}]}
        ],
    }
    return written("namespaces/shop/core/endpoints.yaml", "Endpoints", made)


def test_endpoints_without_slices():
    members = without(cluster(), "endpointslices")
    quiet(RULE, members | endpoints_object("10.128.0.7", "10.128.1.6"), examined=1)
    dead(members | endpoints_object("10.128.0.7"), f"its pod shop/{FAR} is no endpoint", whose=None)
    doubtful(members | endpoints_object("10.128.0.7", truncated=True), "left out of a truncated list")


def test_names_are_no_endpoints():
    """A slice of names says nothing of addresses: the load balancer stays empty."""
    nothing(everywhere() | slices({"addresses": ["db.example.com"], "conditions": {}}, family="FQDN"))


def test_a_service_that_is_new_or_goes():
    doubtful(
        on("worker-0", BACKENDS, "10.128.1.99:8080") | service(metadata={"creationTimestamp": "2026-11-21T10:00:30Z"}),
        "",
    )
    gone = {"deletionTimestamp": "2026-11-21T10:00:30Z"}
    doubtful(on("worker-0", BACKENDS, "10.128.1.99:8080") | service(metadata=gone), "is being deleted")


def many(count, targets):
    """So many services with the same endpoints, of which worker-0's database has others."""
    names = [f"web{at}" for at in range(count)]
    made = [service_object(name, f"172.30.46.{at}", selector={"app": "web"}) for at, name in enumerate(names)]
    rows = [
        balancer(f"Service_shop/{name}_TCP_cluster", {f"172.30.46.{at}:80": targets}, f"shop/{name}")
        for at, name in enumerate(names)
    ]
    members = cluster() | services(*made) | north("worker-0", balancers=rows) | north("worker-1", balancers=[])
    return members | slice_list(*(slice_object(endpoint(WEB), endpoint(FAR), service_name=name) for name in names))


def test_many_services_are_one_finding():
    words = (
        "the load balancers of 21 services send to backends that nobody serves (database of worker-0)",
        "and 17 more",
    )
    members = many(21, f"{BACKENDS},10.128.1.99:8080")
    expect(RULE, members, "error", *words, subject="load balancers")
    expect(RULE, many(21, ONLY_WEB), "warning", "leave serving endpoints out", subject="load balancers")


def test_endpoints_of_a_service_that_were_not_collected():
    other = slice_list(namespace="other")
    unjudged(RULE, without(cluster(), "endpointslices") | other, "its endpoints were not collected")


def test_a_damaged_database_proves_nothing():
    outcome = judged(RULE, cluster() | damaged(north("worker-0", balancers=[balancer(vips={VIP: "10.128.1.99:8080"})])))
    assert not outcome.findings
    assert [gap.reason for gap in outcome.gaps] == ["the northbound database of worker-0 is damaged or cut"]


def test_not_collected():
    assert outcome_of(RULE, without(cluster(), "services.yaml")).reason == "not collected: services"
    assert (
        outcome_of(RULE, without(cluster(), "endpointslices")).reason == "not collected: endpoint slices or endpoints"
    )
