"""What the rules make of saved outputs of curl, telnet, nc, ping, tracepath and dig."""

import pytest
import yaml
from bgp_kit import IMAGE, PEER, config, down, dump, expect, quiet, unjudged
from bgp_kit import pod as frr_pod
from kit import found, outcome_of
from node_kit import network, operator
from node_kit import node as node_of
from service_kit import ROUTERS, cluster, pods, router_pod, service, services

from analyzer.model import Status

OUTAGE, ROUTER, RESOLVER = "connectivity-check-outage", "router-not-serving", "resolver-wildcard-or-search-problem"
PROMPT = "[root@worker-0 ~]# "
LOST = "3 packets transmitted, 0 received, 100% packet loss, time 2041ms"


def saved(*lines, name="test.txt"):
    return {f"saved/{name}": "\n".join((*lines, ""))}


def ping(target, *told, result=LOST):
    return (
        f"{PROMPT}ping -c 3 {target}",
        f"PING {target} ({target}) 56(84) bytes of data.",
        *told,
        f"--- {target} ping statistics ---",
        result,
    )


def tracepath(target, *hops):
    return (f"{PROMPT}tracepath -n {target}", " 1?: [LOCALHOST]                      pmtu 1500", *hops)


def curl(url, error, prompt=PROMPT):
    return f"{prompt}curl -k {url}", f"curl: {error}"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("(7) Failed connect to 192.0.2.21:10250; Connection refused", "refused: the host answers"),
        ("(7) Failed to connect to 192.0.2.21 port 10250: Connection timed out", "timed out: nothing came back"),
        ("(7) Failed connect to 192.0.2.21:10250; No route to host", "no route to host: the last router"),
        ("(7) Failed to connect to 192.0.2.21 port 10250: Network is unreachable", "network unreachable: the source"),
        ("(28) SSL connection timeout", "timed out in the TLS handshake"),
        ("(35) NSS error -5938 (PR_END_OF_FILE_ERROR)", "failed in the TLS handshake"),
        ("(52) Empty reply from server", "without an answer"),
        ("(56) Recv failure: Connection reset by peer", "reset: the connection was made"),
    ],
)
def test_each_answer_is_told_apart(error, words):
    members = cluster() | saved(*curl("https://192.0.2.21:10250/", error))
    text = ("a saved test (curl, test.txt) of node worker-1 (192.0.2.21:10250) from node worker-0 failed", words)
    expect(OUTAGE, members, "warning", *text, subject="worker-1", whose="worker-1", shown=(error,))


def test_what_a_target_is():
    refused = "(7) Failed to connect: Connection refused"
    members = cluster() | saved(*curl("http://10.128.0.7:8080/", refused), *curl("http://172.30.45.10/", refused))
    told = {one.subject: one.message for one in outcome_of(OUTAGE, members).findings}
    assert "of pod shop/web-6b7f9d4c8d-n7c5v (10.128.0.7:8080)" in told["worker-0"]
    assert "of service shop/web (172.30.45.10:80)" in told["service shop/web"]


def test_a_target_outside_is_only_information():
    members = cluster() | saved(*curl("http://198.51.100.7/", "(7) Failed to connect: Connection refused"))
    expect(OUTAGE, members, "info", "of 198.51.100.7:80", subject="198.51.100.7", whose=None)
    asked = saved(f"{PROMPT}curl http://gone.example.com/", "curl: (6) Could not resolve host: gone.example.com")
    expect(OUTAGE, cluster() | asked, "info", "not resolved", subject="gone.example.com", whose=None)


def test_the_pod_that_the_test_ran_in():
    lines = curl(
        "http://172.30.45.10/", "(7) Failed to connect: Connection refused", f"{PROMPT}oc exec -n shop web-1 -- "
    )
    expect(OUTAGE, cluster() | saved(*lines), "warning", "from pod web-1", subject="service shop/web", whose=None)


def test_the_last_test_of_a_kind_counts():
    first = curl("http://192.0.2.21:80/", "(7) Failed connect to 192.0.2.21:80; Connection refused")
    good = (f"{PROMPT}curl -v http://192.0.2.21:80/", "< HTTP/1.1 200 OK")
    quiet(OUTAGE, cluster() | saved(*first, *good))
    assert found(OUTAGE, cluster() | saved(*good, *first)) == [("worker-1", "worker-1", "warning")]


def test_ping_alone_proves_nothing():
    alone = cluster() | saved(*ping("192.0.2.21"))
    expect(OUTAGE, alone, "info", "(ping, test.txt) of node worker-1", subject="worker-1", whose="worker-1")
    both = saved(*ping("192.0.2.21"), *tracepath("192.0.2.21", " 1:  no reply", "     Resume: pmtu 1500"))
    assert {severity for *_, severity in found(OUTAGE, cluster() | both)} == {"warning"}
    reached = tracepath("192.0.2.21", " 1:  192.0.2.21   0.301ms reached", "     Resume: pmtu 1500 hops 1 back 1")
    assert found(OUTAGE, cluster() | saved(*ping("192.0.2.21"), *reached)) == [("worker-1", "worker-1", "info")]
    quiet(OUTAGE, cluster() | saved(*ping("172.30.45.10")))  # the address of a service answers no ping


def test_who_says_that_a_node_is_unreachable():
    lines = ping("192.0.2.21", "From 192.0.2.1 icmp_seq=1 Destination Host Unreachable")
    words = ("failed, as 192.0.2.1 says: no route to host",)
    expect(OUTAGE, cluster() | saved(*lines), "warning", *words, subject="worker-1", whose="worker-1")


def test_a_packet_that_does_not_fit():
    lines = ping("192.0.2.21", "From 192.0.2.1 icmp_seq=1 Frag needed and DF set (mtu = 1450)")
    words = ("too big: a packet of this size does not fit on the way, 1450 bytes are the most",)
    expect(OUTAGE, cluster() | saved(*lines), "info", *words, subject="worker-1", whose="worker-1")


def test_a_name_server_that_does_not_answer():
    lines = (f"{PROMPT}nslookup web.shop.svc", "Server: 172.30.45.10", "Address: 172.30.45.10#53", "")
    lines += (";; connection timed out; no servers could be reached",)
    words = ("(nslookup, test.txt) of service shop/web (172.30.45.10:53)", "timed out")
    expect(OUTAGE, cluster() | saved(*lines), "warning", *words, subject="service shop/web", whose=None)


def test_the_page_of_the_router():
    lines = (f"{PROMPT}curl http://web.apps.example.com/", "<h1>Application is not available</h1>")
    words = ("got the router's own page, HTTP 503: no route has this name, or no pod serves it",)
    expect(OUTAGE, cluster() | saved(*lines), "warning", *words, subject="web.apps.example.com", whose=None)


def test_an_error_of_the_server():
    lines = (f"{PROMPT}curl -I http://172.30.45.10/", "HTTP/1.1 503 Service Unavailable")
    words = ("to service shop/web (172.30.45.10:80) was answered HTTP 503",)
    expect(OUTAGE, cluster() | saved(*lines), "info", *words, subject="172.30.45.10", whose=None, shown=("503",))
    quiet(OUTAGE, cluster() | saved(lines[0], "HTTP/1.1 403 Forbidden"))


def test_good_answers_and_bgp_are_not_told():
    good = (f"{PROMPT}telnet 192.0.2.21 22", "Trying 192.0.2.21...", "Connected to 192.0.2.21.")
    quiet(OUTAGE, cluster() | saved(*good))
    quiet(OUTAGE, cluster() | saved(f"{PROMPT}nc -vz {PEER} 179", "Ncat: Connection refused."))


def test_neither_checks_nor_tests():
    assert outcome_of(OUTAGE, cluster()).status is Status.NOT_CHECKED


# Routers


def in_host_network(name="router-default-5c6d7f8b9-x2x8q"):
    made = router_pod(name)
    made["spec"]["hostNetwork"] = True
    made["status"]["hostIP"] = "192.0.2.20"
    return cluster() | pods(made, namespace=ROUTERS)


def test_a_router_that_does_not_listen():
    members = in_host_network() | saved(
        f"{PROMPT}telnet 192.0.2.20 80",
        "Trying 192.0.2.20...",
        "telnet: connect to address 192.0.2.20: Connection refused",
    )
    what = "the node of router pod router-default-5c6d7f8b9-x2x8q"
    words = (f"a saved test (telnet, test.txt) of node worker-0 (192.0.2.20:80), {what}, failed: refused",)
    expect(ROUTER, members, "error", *words, subject=what, whose="worker-0", shown=("Connection refused", "hostIP"))


@pytest.mark.parametrize(
    "lines",
    [
        (f"{PROMPT}telnet 192.0.2.20 80", "Connected to 192.0.2.20."),
        (f"{PROMPT}telnet 192.0.2.20 9999", "telnet: connect to address 192.0.2.20: Connection refused"),
        ping("192.0.2.20"),
        (f"{PROMPT}telnet 192.0.2.99 80", "telnet: connect to address 192.0.2.99: Connection refused"),
    ],
)
def test_tests_that_say_nothing_of_the_router(lines):
    quiet(ROUTER, in_host_network() | saved(*lines))


def test_the_service_of_a_router():
    front = service("router-default", namespace=ROUTERS, type="LoadBalancer")
    front["status"] = {"loadBalancer": {"ingress": [{"ip": "192.0.2.120"}]}}
    lines = (f"{PROMPT}nc -zv 192.0.2.120 443", "Ncat: Connection timed out.")
    subject = "service openshift-ingress/router-default"
    members = cluster() | services(front, namespace=ROUTERS) | saved(*lines)
    expect(ROUTER, members, "error", "failed: timed out", subject=subject, whose=None)


def test_virtual_addresses_and_services_lead_to_the_router_too():
    platform = {"platformStatus": {"baremetal": {"ingressIPs": ["192.0.2.100"]}, "type": "BareMetal"}}
    made = {
        "apiVersion": "config.openshift.io/v1",
        "kind": "Infrastructure",
        "metadata": {"name": "cluster"},
        "status": platform,
    }
    vip = {f"{IMAGE}/cluster-scoped-resources/config.openshift.io/infrastructures.yaml": yaml.safe_dump(made)}
    lines = (f"{PROMPT}curl -k https://192.0.2.100/", "curl: (7) Failed to connect: Connection timed out")
    words = ("the virtual address of the routers, failed: timed out",)
    subject = "the virtual address of the routers"
    expect(ROUTER, cluster() | vip | saved(*lines), "error", *words, subject=subject, whose=None)


NOWHERE = (
    f"{PROMPT}dig web.apps.example.com",
    ";; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN, id: 4242",
    ";; SERVER: 192.0.2.53#53(192.0.2.53)",
)


def test_the_name_of_a_route_that_does_not_exist():
    words = ("web.apps.example.com, the host of a route, was asked for with dig and does not exist in the DNS",)
    members = in_host_network() | saved(*NOWHERE)
    expect(ROUTER, members, "warning", *words, subject="web.apps.example.com", whose=None, shown=("NXDOMAIN",))


def test_the_name_of_a_route_that_leads_elsewhere():
    asked = f"{PROMPT}dig +short web.apps.example.com"
    words = ("leads to 198.51.100.9, none of the routers' addresses (192.0.2.20): a load balancer, or wrong",)
    members = in_host_network() | saved(asked, "198.51.100.9")
    expect(ROUTER, members, "info", *words, subject="web.apps.example.com", whose=None)
    quiet(ROUTER, in_host_network() | saved(asked, "192.0.2.20"))
    quiet(ROUTER, cluster() | saved(asked, "198.51.100.9"))  # nothing tells where routers listen
    other = (f"{PROMPT}dig www.example.net", *NOWHERE[1:])
    quiet(ROUTER, in_host_network() | saved(*other))
    servfail = (f"{PROMPT}dig web.apps.example.com", NOWHERE[1].replace("NXDOMAIN", "SERVFAIL"))
    quiet(ROUTER, in_host_network() | saved(*servfail))


# Resolvers


def test_names_of_services_are_found_by_search_domains():
    lines = (f"{PROMPT}nslookup kubernetes.default", "Server: 172.30.0.10", "Address: 172.30.0.10#53", "")
    lines += ("Name: kubernetes.default.svc.cluster.local", "Address: 172.30.0.1")
    quiet(RESOLVER, cluster() | saved(*lines))


def test_a_wildcard_that_host_shows():
    lines = (f"{PROMPT}host github.com", "github.com.example.com has address 192.0.2.99")
    words = ("github.com was answered as github.com.example.com with 192.0.2.99: example.com has a wildcard",)
    expect(RESOLVER, cluster() | saved(*lines), "warning", *words, subject="worker-0", whose="worker-0")


# Sessions of BGP


def session(*lines, folder="saved"):
    return dump(down(), config()) | frr_pod() | {f"{folder}nc.txt": "\n".join((*lines, ""))}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("Ncat: Connection refused.", "refused: the host answers, but nothing listens"),
        ("Ncat: Connection timed out.", "timed out: filtered or unreachable"),
        ("Ncat: No route to host.", "the next hop does not answer ARP"),
        ("Ncat: Network is unreachable.", "the node has no route"),
        ("Ncat: Host is administratively prohibited.", "prohibited: a filter says so"),
    ],
)
def test_a_session_that_was_tested_by_hand(answer, words):
    members = session(f"{PROMPT}nc -vz {PEER} 179", answer, folder="")
    expect("bgp-tcp-failure-classified", members, "error", "a saved test of", "(nc) failed", words, shown=(answer,))


@pytest.mark.parametrize(
    "lines",
    [
        (f"{PROMPT}nc -vz {PEER} 179", f"Ncat: Connected to {PEER}:179."),
        (f"[root@worker-9 ~]# nc -vz {PEER} 179", "Ncat: Connection refused."),
        (f"{PROMPT}nc -vz {PEER} 443", "Ncat: Connection refused."),
    ],
)
def test_tests_that_say_nothing_of_a_session(lines):
    unjudged("bgp-tcp-failure-classified", session(*lines, folder=""), "only at level debug")


# Timeouts of TLS

HANGS = (
    f"{PROMPT}curl -kv https://192.0.2.21:6443/",
    "*   Trying 192.0.2.21:6443...",
    "* Connected to 192.0.2.21 (192.0.2.21) port 6443 (#0)",
    "* TLSv1.3 (OUT), TLS handshake, Client hello (1):",
    "curl: (28) Operation timed out after 30001 milliseconds with 0 out of 0 bytes received",
)
TLS = "tls-timeout-with-mtu-gap"


def mtu_of(*lines, mtu=1450):
    base = node_of("worker-0") | node_of("worker-1") | network(mtu) | operator(mtu)
    return base | saved(*HANGS, *lines)


def test_a_handshake_that_a_saved_test_saw_and_the_way_that_explains_it():
    address = "192.0.2.21"
    lines = tracepath(
        address, " 1:  192.0.2.1  0.3ms pmtu 1450", f" 2:  {address}  0.5ms reached", "  Resume: pmtu 1450"
    )
    words = ("1 TLS handshakes timed out (curl to", "carries 1450 bytes (tracepath), where packets of pods take")
    expect(TLS, mtu_of(*lines), "warning", *words, subject="TLS handshakes", whose=None, shown=("pmtu 1450",))
    quiet(TLS, mtu_of(*lines, mtu=1350), examined=2)


def test_the_log_of_a_container_that_somebody_saved():
    log = (
        "error: couldn't get deployment shop/web-1: Get https://172.30.0.1:443/api/v1: net/http: TLS handshake timeout"
    )
    address = "192.0.2.21"
    lines = tracepath(address, f" 1:  {address}  0.5ms reached", "     Resume: pmtu 1450 hops 1 back 1")
    members = node_of("worker-0") | node_of("worker-1") | network(1450) | operator(1450) | saved(*lines)
    members |= saved(log, name="container.log")
    expect(TLS, members, "warning", "(shop/web-1)", subject="TLS handshakes", whose=None, shown=(log,))
    members |= saved(log.replace("couldn't get deployment shop/web-1: ", ""), name="container.log")
    expect(TLS, members, "warning", "(container.log)", subject="TLS handshakes", whose=None)
