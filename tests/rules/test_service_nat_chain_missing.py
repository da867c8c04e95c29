"""service-nat-chain-missing: kube-proxy's rules of each node against services and endpoints."""

from bgp_kit import expect, unjudged
from kit import outcome_of
from service_kit import (
    JUST_NOW,
    OTHER,
    cluster,
    endpoint,
    network,
    pod,
    pods,
    rules_of,
    service,
    services,
    slices,
)

RULE = "service-nat-chain-missing"
ENTRY = "-A KUBE-SERVICES -d 172.30.45.10/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-A"
SPREAD = ("-A KUBE-SVC-A -m statistic --mode random --probability 0.5 -j KUBE-SEP-B", "-A KUBE-SVC-A -j KUBE-SEP-C")
TO_WEB = "-A KUBE-SEP-B -p tcp -m tcp -j DNAT --to-destination 10.128.0.7:8080"
TO_OTHER = "-A KUBE-SEP-C -p tcp -m tcp -j DNAT --to-destination 10.128.1.6:8080"
LAST = "-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS"
FIREWALL = "*filter\n:INPUT ACCEPT [0:0]\n[0:0] -A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n"
WHOLE = (ENTRY, *SPREAD, TO_WEB, TO_OTHER, LAST)


def sdn(*lines, where="worker-0"):
    return cluster() | network() | rules_of(*lines, where=where)


def wrong(members, *words, subject="shop/web", whose="worker-0", **more):
    return expect(RULE, members, "error", *words, subject=subject, whose=whose, **more)


def nothing(members):
    outcome = outcome_of(RULE, members)
    assert (outcome.findings, outcome.gaps, outcome.examined) == ((), (), 1), outcome


def without(*gone):
    return [line for line in WHOLE if line not in gone]


def test_the_rules_are_those_of_the_endpoints():
    nothing(sdn(*WHOLE))
    nothing(sdn(*WHOLE, "-A KUBE-SEP-B -j REJECT") | firewall())
    firewalled = {path: text + FIREWALL for path, text in rules_of(*WHOLE).items()}
    nothing(cluster() | network() | firewalled)


def firewall():
    """The firewall alone, of another node."""
    return {path.replace("worker-0", "worker-1"): FIREWALL for path in rules_of()}


def test_a_service_without_a_rule():
    words = ("on worker-0 KUBE-SERVICES has no rule for 172.30.45.10:80",)
    wrong(sdn(*without(ENTRY)), *words, shown=("172.30.45.10", "port: 80", ":KUBE-SERVICES"))


def test_the_same_on_two_nodes_is_one_finding():
    members = sdn(*without(ENTRY)) | rules_of(*without(ENTRY), where="worker-1")
    wrong(members, "on worker-0, worker-1 KUBE-SERVICES has no rule", whose=None)


def test_a_node_without_the_chain():
    members = sdn("-A POSTROUTING -j MASQUERADE") | rules_of(*WHOLE, where="worker-1")
    wrong(members, "has no chain KUBE-SERVICES", subject="worker-0", shown=(":PREROUTING", ":KUBE-SERVICES"))


def test_a_chain_without_endpoints():
    words = ("172.30.45.10:80 leads to KUBE-SVC-A, which leads to no endpoint",)
    wrong(sdn(ENTRY, "-A KUBE-SVC-A -j RETURN"), *words, shown=("KUBE-SVC-A",))


def test_a_target_that_is_no_endpoint():
    members = sdn(*without(TO_OTHER), TO_OTHER.replace("10.128.1.6", "10.128.1.99"))
    found = {one.message for one in outcome_of(RULE, members).findings}
    assert found == {
        "on worker-0 172.30.45.10:80 leads to 10.128.1.99:8080, no endpoint of the service",
        "on worker-0 172.30.45.10:80 does not lead to the ready endpoint 10.128.1.6:8080",
    }


def test_an_endpoint_that_is_left_out():
    words = ("does not lead to the ready endpoint 10.128.1.6:8080",)
    wrong(sdn(*without(TO_OTHER), where="worker-1"), *words, whose="worker-1", shown=("--dport 80", "web-x7k2p"))


def test_a_node_that_keeps_to_its_own_endpoints():
    nothing(sdn(*without(TO_OTHER)))


def test_endpoints_that_may_be_newer_than_the_rules():
    nothing(sdn(*without(TO_OTHER), where="worker-1") | pods(pod(), pod(OTHER, since=JUST_NOW)))


def test_a_service_with_local_policy():
    nothing(sdn(*without(TO_OTHER), where="worker-1") | services(service(internalTrafficPolicy="Local")))


def test_the_address_of_a_load_balancer():
    given = {"loadBalancer": {"ingress": [{"ip": "198.51.100.10"}]}}
    members = sdn(*WHOLE) | services(service(type="LoadBalancer", status=given))
    wrong(members, "no rule for 198.51.100.10:80", shown=("198.51.100.10",))
    nothing(members | rules_of(*WHOLE, "-A KUBE-SERVICES -d 198.51.100.10/32 -p tcp -m tcp --dport 80 -j KUBE-FW-D"))


def test_an_endpoint_that_is_not_ready_needs_no_rule():
    down = {"ready": False, "serving": False, "terminating": False}
    nothing(sdn(*without(TO_OTHER), where="worker-1") | slices(endpoint(), endpoint(OTHER, **down)))


def test_services_that_need_no_rule():
    empty = sdn(*without(ENTRY))
    nothing(empty | slices())
    nothing(empty | services(service(ip="None")))
    nothing(empty | services(service(metadata={"creationTimestamp": "2026-11-21T10:00:30Z"})))
    nothing(empty | services(service(ip="2001:db8:5::10")))


def test_a_table_of_another_time():
    """A sosreport may be older than the services: only what is older than another service in it must be there."""
    text = next(iter(rules_of(*without(TO_OTHER, TO_WEB)).values()))
    saved = {"sosreport-worker-0/iptables-save.txt": text.replace("KUBE-SEP-C", "KUBE-SEP-B") + ""}
    base = cluster() | network()
    wrong(base | saved, "which leads to no endpoint")
    other = {"sosreport-worker-1/iptables-save.txt": next(iter(rules_of(*without(TO_OTHER)).values()))}
    nothing(base | other)
    lacks = service("old", "172.30.45.11", metadata={"creationTimestamp": "2026-11-01T00:00:00Z"})
    wrong(
        base | other | services(service(), lacks) | both(),
        "no rule for 172.30.45.11:80",
        subject="shop/old",
        whose="worker-1",
    )
    new = service("old", "172.30.45.11", metadata={"creationTimestamp": "2026-11-20T12:00:00Z"})
    nothing(base | other | services(service(), new) | both())


def both():
    """Endpoints of the services `web` and `old`."""
    name = {"kubernetes.io/service-name": "old"}
    other = {
        "addressType": "IPv4",
        "endpoints": [endpoint()],
        "kind": "EndpointSlice",
        "metadata": {"labels": name, "name": "old-x7k2p", "namespace": "shop"},
        "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
        "apiVersion": "discovery.k8s.io/v1",
    }
    return slices(endpoint(), endpoint(OTHER), others=(other,))


def test_many_services_are_one_finding():
    made = [service(f"web-{at}", f"172.30.46.{at}") for at in range(21)]
    spare = [
        {
            "addressType": "IPv4",
            "apiVersion": "discovery.k8s.io/v1",
            "endpoints": [endpoint()],
            "kind": "EndpointSlice",
            "metadata": {
                "labels": {"kubernetes.io/service-name": f"web-{at}"},
                "name": f"web-{at}-x7k2p",
                "namespace": "shop",
            },
            "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
        }
        for at in range(21)
    ]
    members = sdn(*WHOLE) | services(*made) | slices(others=spare)
    wrong(members, "the rules of kube-proxy for 21 services are not right", subject="worker-0")


def test_tables_that_cannot_be_judged():
    unjudged(RULE, sdn(*WHOLE) | network("OVNKubernetes"), "OVN-Kubernetes needs no chains")
    unjudged(RULE, sdn("-A POSTROUTING -j MASQUERADE"), "no node has a chain KUBE-SERVICES")
    unjudged(RULE, sdn(*WHOLE, LAST.replace("-m addrtype", "-p tcp -m tcp --dport http")), "name ports by words")
    part = {path: text.replace(":POSTROUTING ACCEPT [0:0]\n", "") for path, text in rules_of(*WHOLE).items()}
    unjudged(RULE, cluster() | part, "not whole")
    assert "not collected" in (outcome_of(RULE, cluster()).reason or "")


def test_rules_for_ipv6():
    entry = "-A KUBE-SERVICES -d 2001:db8:5::10/128 -p tcp -m tcp --dport 80 -j KUBE-SVC-A"
    target = "-A KUBE-SEP-B -p tcp -m tcp -j DNAT --to-destination [2001:db8::7]:8080"
    six = services(service(ip="2001:db8:5::10")) | slices(endpoint(ip="2001:db8::7"))
    base = cluster() | network() | six
    nothing(base | of_six(entry, "-A KUBE-SVC-A -j KUBE-SEP-B", target))
    wrong(base | of_six(LAST), "no rule for [2001:db8:5::10]:80")


def of_six(*lines):
    return {path: text.replace("by iptables-save", "by ip6tables-save") for path, text in rules_of(*lines).items()}
