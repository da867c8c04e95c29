import json

import pytest
from bgp_kit import expect, quiet, timestamp, unjudged
from health_kit import listed, node, pod
from kit import found, outcome_of
from metallb_kit import ADDRESS, cluster, pool, service, services

RULE = "duplicate-addresses"
IP, POD_IP = "192.0.2.20", "10.128.0.5"
OTHER = "must-gather.local.2/image"
OLD, NEW = "metallb.universe.tf/", "metallb.io/"


def app(  # noqa: PLR0913 - what of a pod a test changes
    name, where="worker-0", ip=POD_IP, *, host_network=False, host=IP, labels=None, **more
):
    """A pod of an application with an address."""
    status = {"hostIP": host, "podIP": ip, "podIPs": [{"ip": ip}]} if ip else {}
    more |= {"namespace": "shop", "labels": labels or {}, "host_network": host_network, "status": status}
    return pod(name, where, ("app",), **more)


def lb(name, *keys, ip=ADDRESS, namespace="shop", **more):
    """A service with an address and annotations (key, value)."""
    metadata = {"annotations": dict(keys)} if keys else {}
    made = service(name, namespace, ip, metadata=metadata | more)
    (text,) = made.values()
    return json.loads(text.split("- ", 1)[1].split("\n", 1)[0])


def test_two_nodes():
    members = node("worker-0", ip=IP) | node("worker-1", ip=IP)
    text = (f"2 nodes have the address {IP}: worker-0, worker-1",)
    expect(RULE, members, "critical", *text, subject=IP, whose=None, shown=(IP,))


def test_a_node_that_was_replaced():
    members = node("worker-0", ip=IP) | node("worker-1", ip=IP, ready="Unknown")
    expect(RULE, members, "error", "worker-1 (it is NotReady)", subject=IP, whose=None, shown=(IP, "Unknown"))


def test_two_pods():
    members = timestamp() | app("web-1") | app("web-2", "worker-1")
    text = (f"2 pods have the address {POD_IP}: shop/web-1 on worker-0, shop/web-2 on worker-1",)
    expect(RULE, members, "error", *text, subject=POD_IP, whose=None, shown=(POD_IP, "worker-0", "worker-1"))
    expect(RULE, app("web-1") | app("web-2"), "error", subject=POD_IP, whose="worker-0")


def test_pods_on_other_networks():
    config = {
        "apiVersion": "config.openshift.io/v1",
        "kind": "Network",
        "metadata": {"name": "cluster"},
        "spec": {"clusterNetwork": [{"cidr": "10.128.0.0/14", "hostPrefix": 23}], "networkType": "OVNKubernetes"},
    }
    path = "must-gather.local.1/image/cluster-scoped-resources/config.openshift.io/networks/cluster.yaml"
    known = {path: json.dumps(config)}
    far = timestamp() | app("web-1", ip="10.200.0.5") | app("web-2", "worker-1", ip="10.200.0.5")
    expect(RULE, far, "error", "2 pods have the address 10.200.0.5", subject="10.200.0.5", whose=None)
    assert not outcome_of(RULE, far | known).findings
    near = timestamp() | app("web-1") | app("web-2", "worker-1")
    expect(RULE, near | known, "error", "2 pods have the address", subject=POD_IP, whose=None)


def test_a_virtual_machine_that_moves():
    label = {"vm.kubevirt.io/name": "vm1"}
    first, second = (app(f"virt-launcher-vm1-{at}", f"worker-{at}", labels=label) for at in (0, 1))
    quiet(RULE, timestamp() | first | second, 1)
    other = app("virt-launcher-vm2-0", "worker-1", labels={"vm.kubevirt.io/name": "vm2"})
    words = ("2 pods have the address", "virt-launcher-vm2-0")
    expect(RULE, timestamp() | first | other, "error", *words, subject=POD_IP, whose=None)


@pytest.mark.parametrize(
    ("other", "examined"),
    [
        (app("web-2", phase="Succeeded"), 1),
        (app("web-2", phase="Failed"), 1),
        (app("web-2", host_network=True), 1),
        (app("web-2", host=POD_IP), 1),
        (app("web-2", deletionTimestamp="2026-11-21T09:59:00Z"), 1),
        (app("web-2", started="2026-11-21T10:00:30Z"), 1),
        (app("web-2", started=None), 1),
        (app("web-2", ip="10.128.0.6"), 2),
        (app("web-2", ip=None), 1),
        (app("web-2", ip="xxx.xxx.xxx.xxx"), 1),
    ],
    ids=["ended", "failed", "host", "host-address", "deleted", "later", "no-start", "other", "none", "masked"],
)
def test_pods_that_do_not_hold_the_address(other, examined):
    quiet(RULE, timestamp() | app("web-1") | other, examined)


def test_one_pod_in_two_files():
    content = json.loads(next(iter(app("web-1", uid="a-b-c").values())))
    quiet(RULE, app("web-1", uid="a-b-c") | listed("namespaces/shop/core/pods.yaml", "Pod", content))


def test_masks_that_tell_addresses_apart():
    same = "x-ipv4-0000000007-x"
    members = node("worker-0", ip=same) | node("worker-1", ip=same) | node("worker-2", ip="x-ipv4-0000000008-x")
    assert found(RULE, members) == [(None, same, "critical")]
    members = node("worker-0", ip="xxx.xxx.xxx.xxx") | node("worker-1", ip="xxx.xxx.xxx.xxx")
    quiet(RULE, members | node("worker-2", ip=IP))


def test_two_collections_are_two_times():
    quiet(RULE, node("worker-0", ip=IP) | node("worker-1", ip=IP, image=OTHER))
    members = node("worker-0", ip=IP) | node("worker-1", ip=IP) | node("worker-0", ip=IP, image=OTHER)
    assert len(found(RULE, members | node("worker-1", ip=IP, image=OTHER))) == 1


def test_two_services():
    members = pool() | services(lb("web"), lb("api"))
    text = (f"2 services have the address {ADDRESS}: shop/api, shop/web", "shop/api: none, shop/web: none")
    expect(RULE, members, "error", *text, subject=ADDRESS, whose=None, shown=(ADDRESS, "web", "api"))


def test_services_with_different_keys():
    members = services(
        lb("web", (NEW + "allow-shared-ip", "a"), (NEW + "ip-allocated-from-pool", "pool")),
        lb("api", (OLD + "allow-shared-ip", "b"), (OLD + "ip-allocated-from-pool", "pool")),
    )
    text = ("shop/api: b, shop/web: a",)
    expect(RULE, members, "error", *text, subject=ADDRESS, whose=None, shown=(NEW + "allow-shared-ip",))
    members = pool() | services(lb("web", (NEW + "allow-shared-ip", "a")), lb("api"))
    assert found(RULE, members) == [(None, ADDRESS, "error")]


@pytest.mark.parametrize(
    "made",
    [
        services(lb("web", (NEW + "allow-shared-ip", "a")), lb("api", (OLD + "allow-shared-ip", "a"))),
        services(lb("web"), lb("api", deletionTimestamp="2026-11-21T09:59:00Z")),
        services(lb("web")),
    ],
    ids=["shared", "deleted", "one"],
)
def test_services_that_may(made):
    quiet(RULE, pool() | made)


def test_addresses_of_a_cloud():
    """Its load balancer may give one address to several services; without pools nobody says whose it is."""
    quiet(RULE, pool("pool", "203.0.113.0/24") | node("worker-0", ip=IP) | services(lb("web"), lb("api")))
    unjudged(RULE, services(lb("web"), lb("api")), "whether MetalLB gave the address is not known")
    shared = services(lb("web", (NEW + "allow-shared-ip", "a")), lb("api", (NEW + "allow-shared-ip", "a")))
    quiet(RULE, node("worker-0", ip=IP) | shared)


def test_many_owners():
    members = {}
    for at in range(12):
        members |= node(f"node-{at:02}", ip=IP)
    text = ("12 nodes", "node-00, node-01, node-02, node-03 and 8 more")
    assert len(expect(RULE, members, "critical", *text, subject=IP, whose=None).evidence) <= 8


def test_healthy():
    quiet(RULE, cluster())
    members = cluster()
    for at in range(3):
        members |= node(f"worker-{at}", ip=f"192.0.2.{at + 20}")
    quiet(RULE, members, 4)


def test_nothing_was_collected():
    assert outcome_of(RULE, pool()).status == "not_checked"
    assert outcome_of(RULE, node("worker-0") | app("web", phase="Failed")).status == "not_checked"
