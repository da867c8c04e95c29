"""netpol-default-deny: policies that deny what routers and the cluster's DNS are asked for."""

import json

import pytest
from bgp_kit import IMAGE, expect, quiet
from ovn_kit import CLIENT, FAR, WEB, cluster, pod, pods, service
from ovn_kit import written as listed
from policy_kit import allow, namespace, policies, policy

RULE = "netpol-default-deny"
ROUTER = {"labels": {"ingresscontroller.operator.openshift.io/deployment-ingresscontroller": "default"}}
DNS = {"labels": {"dns.operator.openshift.io/daemonset-dns": "default"}}
FROM_ROUTERS = {"namespaceSelector": {"matchLabels": {"policy-group.network.openshift.io/ingress": ""}}}
TO_DNS = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "openshift-dns"}}}
ADMIN = "cluster-scoped-resources/policy.networking.k8s.io"


def route(to="web", *, admitted="True", port="http", weight=100):
    """The list of routes, which holds one."""
    made = {
        "apiVersion": "route.openshift.io/v1",
        "kind": "Route",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {
            "host": "shop.apps.example.com",
            "to": {"kind": "Service", "name": to, "weight": weight},
            **({"port": {"targetPort": port}} if port else {}),
        },
        "status": {
            "ingress": [
                {
                    "host": "shop.apps.example.com",
                    "routerName": "default",
                    "conditions": [{"type": "Admitted", "status": admitted}],
                }
            ]
        },
    }
    return listed("namespaces/shop/route.openshift.io/routes.yaml", "Route", made, version="route.openshift.io/v1")


def router(where="worker-1", **spec):
    ip = "192.0.2.21" if spec.get("hostNetwork") else "10.128.1.30"
    named = {"name": "router-default-6f7b9d4c8d-abcde", "namespace": "openshift-ingress", **ROUTER}
    return pods(
        pod(named["name"], "openshift-ingress", where, ip, metadata=named, **spec), namespace="openshift-ingress"
    )


def dns():
    named = {"name": "dns-default-9hx2c", "namespace": "openshift-dns", **DNS}
    kind = {
        "apiVersion": "config.openshift.io/v1",
        "kind": "Network",
        "metadata": {"name": "cluster"},
        "spec": {"networkType": "OVNKubernetes"},
    }
    path = f"{IMAGE}/cluster-scoped-resources/config.openshift.io/networks/cluster.yaml"
    found = pods(
        pod(named["name"], "openshift-dns", "worker-1", "10.128.1.40", metadata=named), namespace="openshift-dns"
    )
    return found | {path: json.dumps(kind)} | namespace("openshift-dns")


def admin(action, *, baseline=False, direction="ingress", peer="from"):
    """A policy of the administrator about everybody."""
    kind = "BaselineAdminNetworkPolicy" if baseline else "AdminNetworkPolicy"
    rule = {"action": action, peer: [{"namespaces": {}}]}
    spec = {"subject": {"namespaces": {}}, direction: [rule], **({} if baseline else {"priority": 5})}
    made = {
        "apiVersion": "policy.networking.k8s.io/v1alpha1",
        "kind": kind,
        "metadata": {"name": "default"},
        "spec": spec,
    }
    folder = "baselineadminnetworkpolicies" if baseline else "adminnetworkpolicies"
    return {f"{IMAGE}/{ADMIN}/{folder}/default.yaml": json.dumps(made, indent=1)}


def egress(port=5353, protocol="UDP", **peer):
    return {**({"to": [peer]} if peer else {}), "ports": [{"port": port, "protocol": protocol}]}


def routed(*made, **more):
    """The cluster with a route, a router and these policies."""
    return cluster() | router() | route(**more) | policies(*made) | namespace("openshift-ingress")


def test_a_route_into_a_default_deny():
    words = ("the route shop/web (shop.apps.example.com) reaches no pod", "NetworkPolicy shop/default-deny", "router-")
    expect(
        RULE,
        routed(policy()),
        "info",
        *words,
        subject="shop/web",
        whose=None,
        shown=("podSelector", "shop.apps.example.com"),
    )
    only_client = policy("from-client", ingress=[allow(podSelector={"matchLabels": {"app": "client"}})])
    expect(RULE, routed(only_client), "info", "NetworkPolicy shop/from-client", subject="shop/web", whose=None)


@pytest.mark.parametrize("port", ["http", "8080", None])
def test_a_rule_for_another_port(port):
    expect(
        RULE,
        routed(policy("p", ingress=[allow(9090)]), port=port),
        "info",
        "reaches no pod",
        subject="shop/web",
        whose=None,
    )


@pytest.mark.parametrize(
    "rule",
    [
        allow(),
        allow(None),
        allow("http"),
        allow(**FROM_ROUTERS),
        allow(namespaceSelector={}),
        allow(ipBlock={"cidr": "10.128.0.0/14"}),
    ],
)
def test_a_rule_that_lets_the_router_in(rule):
    labelled = namespace("openshift-ingress", **{"policy-group.network.openshift.io/ingress": ""})
    quiet(RULE, routed(policy(ingress=[rule])) | labelled)


def test_a_namespace_of_which_no_labels_are_known():
    quiet(RULE, cluster() | router() | route() | policies(policy(ingress=[allow(**FROM_ROUTERS)])))


def test_routes_that_are_not_judged():
    quiet(RULE, routed(policy(), admitted="False"))
    quiet(RULE, routed(policy(), to="other"))
    quiet(RULE, routed(policy(), weight=0))
    quiet(RULE, routed(policy("p", pods={"app": "client"})))
    quiet(RULE, routed(policy("p", types=("Egress",), egress=[{}])))
    quiet(RULE, cluster() | route() | policies(policy()))  # no router pod
    quiet(RULE, routed(policy()) | service(type="ExternalName", externalName="example.com", selector=None))


def test_a_pod_that_no_policy_selects():
    one = policy("p", pods={"version": "2"})
    new = pod(FAR, metadata={"name": FAR, "namespace": "shop", "labels": {"app": "web", "version": "2"}})
    quiet(RULE, routed(one) | pods(pod(CLIENT), pod(WEB), new))


def test_a_pod_that_does_not_run():
    """The policy does not select it, but it takes no request either."""
    one = policy("p", pods={"version": "2"})
    new = pod(FAR, metadata={"name": FAR, "namespace": "shop", "labels": {"app": "web", "version": "2"}})
    old = pod(WEB, status={"phase": "Pending", "podIPs": []})
    members = routed(one) | pods(pod(CLIENT), old, new)
    expect(RULE, members, "info", "reaches no pod", subject="shop/web", whose=None)


def test_a_router_on_the_network_of_its_host():
    base = routed(policy()) | pods(pod(CLIENT), pod(WEB))
    quiet(RULE, base | router("worker-0", hostNetwork=True))
    expect(RULE, base | router("worker-1", hostNetwork=True), "info", "reaches no pod", subject="shop/web", whose=None)
    maybe = routed(policy(ingress=[allow(**FROM_ROUTERS)])) | pods(pod(CLIENT), pod(WEB))
    quiet(RULE, maybe | router("worker-1", hostNetwork=True))


def test_the_administrator_allows_it():
    quiet(RULE, routed(policy()) | admin("Allow"))
    words = ("reaches no pod",)
    expect(RULE, routed(policy()) | admin("Pass"), "info", *words, subject="shop/web", whose=None)
    expect(RULE, routed(policy()) | admin("Allow", baseline=True), "info", *words, subject="shop/web", whose=None)


def silent(*rules, **more):
    return cluster() | dns() | policies(policy("no-egress", types=("Egress",), egress=list(rules), **more))


def test_pods_that_cannot_ask_for_names():
    words = ("3 pods of shop cannot ask the cluster's DNS", "NetworkPolicy shop/no-egress", "port 5353")
    expect(RULE, silent(), "info", *words, subject="shop", whose=None, shown=("no-egress", "Egress"))
    words = ("1 pod of shop cannot", CLIENT)
    expect(RULE, silent(pods={"app": "client"}), "info", *words, subject="shop", whose=None)


def test_the_port_of_the_service_is_not_that_of_the_pods():
    words = ("cannot ask", "a rule names port 53, which is that of the service only")
    expect(RULE, silent(egress(53, **TO_DNS)), "info", *words, subject="shop", whose=None)


@pytest.mark.parametrize(
    "rule",
    [
        {},
        egress(5353, **TO_DNS),
        egress(5353, "TCP", **TO_DNS),
        egress("dns", **TO_DNS),
        egress(53),
        egress("dns"),
        egress(53, ipBlock={"cidr": "172.30.0.10/32"}),
        {"to": [{"ipBlock": {"cidr": "172.30.0.0/16"}}]},
        {"ports": [{"port": 1, "endPort": 1000, "protocol": "UDP"}]},
        {"to": [{"namespaceSelector": {}}]},
    ],
)
def test_a_rule_that_lets_pods_ask(rule):
    quiet(RULE, silent(rule))


def test_dns_is_not_judged():
    quiet(RULE, cluster() | policies(policy("p", types=("Egress",))))  # no DNS pods, no network configuration
    quiet(RULE, silent() | admin("Allow", direction="egress", peer="to"))
    other = policy("p", "openshift-x", types=("Egress",))
    quiet(RULE, cluster() | dns() | policies(other, namespace="openshift-x") | pods(pod("x", "openshift-x")))
