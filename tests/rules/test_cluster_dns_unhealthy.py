"""cluster-dns-unhealthy: the operator's conditions, the pods of nodes, the service, and what CoreDNS logs."""

import pytest
from bgp_kit import IMAGE, expect, quiet, timestamp, unjudged
from kit import outcome_of
from service_kit import (
    DNS,
    JUST_NOW,
    LONG_AGO,
    STARTED,
    cluster,
    condition,
    crashing,
    dns_pod,
    node,
    operator,
    pods,
    service,
    services,
    slices,
)

RULE = "cluster-dns-unhealthy"
OTHER = "dns-default-zzzzz"
SERVICE = "openshift-dns/dns-default"


def wrong(members, *words, severity="error", subject=f"openshift-dns/{OTHER}", whose="worker-1", **more):
    return expect(RULE, members, severity, *words, subject=subject, whose=whose, **more)


def of(*made):
    return cluster() | pods(*made, namespace=DNS)


def sick(name=OTHER, where="worker-1", **more):
    return dns_pod(name, where, ready=False, **{"since": LONG_AGO, **more})


def log(*lines, pod="dns-default-x2x8q", name="current.log"):
    return {f"{IMAGE}/namespaces/openshift-dns/pods/{pod}/dns/dns/logs/{name}": "".join(f"{one}\n" for one in lines)}


def failures(count=20, minute=50, upstream="192.0.2.53:53", what="i/o timeout"):
    text = f"[ERROR] plugin/errors: 2 www.example.com. A: read udp 10.128.0.3:40000->{upstream}: {what}"
    return [f"2026-11-21T09:{minute}:{at:02}.000000001Z {text}" for at in range(count)]


def test_a_healthy_cluster():
    quiet(RULE, cluster())
    quiet(RULE, cluster() | log("2026-11-21T09:00:00.000000001Z .:5353", *failures(19)))


def test_a_pod_that_is_not_ready():
    members = of(dns_pod(), sick())
    wrong(members, "the DNS pod of the node is not ready", f"{OTHER} (ContainersNotReady)", shown=("status: 'False'",))


@pytest.mark.parametrize(
    "other",
    [sick(started=JUST_NOW), sick(since=JUST_NOW), sick(deleted=True), sick(where="worker-2")],
)
def test_pods_that_are_no_fault(other):
    quiet(RULE, of(dns_pod(), other) | node("worker-2", "False"), examined=2)


def test_the_same_on_many_nodes_is_one_finding():
    many = [sick(f"dns-default-{at}", f"worker-{at}") for at in range(30, 51)]
    wrong(of(dns_pod(), *many), "the same of 20 more nodes", subject="openshift-dns/dns-default-30", whose=None)


def test_no_pod_is_ready():
    front = service("dns-default", "172.30.0.10", DNS, selector={"x": "y"})
    members = of(sick()) | services(front, namespace=DNS) | slices(name="dns-default", namespace=DNS)
    words = ("no pod of the cluster's DNS is ready", f"the service {SERVICE} has no endpoint", f"not ready: {OTHER}")
    wrong(members, *words, severity="critical", subject=SERVICE, whose=None, shown=("dns-default-x7k2p",))


def test_the_service_alone():
    front = service("dns-default", "172.30.0.10", DNS)
    members = timestamp(STARTED) | services(front, namespace=DNS) | slices(name="dns-default", namespace=DNS)
    wrong(members, f"the service {SERVICE} has no endpoint", severity="critical", subject=SERVICE, whose=None)


def test_the_operator_says_that_it_is_not_available():
    members = cluster() | operator("dns", condition("Available", "False", message="no pods\n available"))
    words = ("the cluster's DNS is not available (no pods available)",)
    wrong(members, *words, severity="critical", subject=SERVICE, whose=None, shown=("no pods",))


def test_the_operator_is_degraded():
    members = cluster() | operator("dns", condition("Degraded", "True", message="DNS default is degraded"))
    words = ("the DNS operator is degraded (DNS default is degraded)",)
    wrong(members, *words, subject="cluster operator dns", whose=None, shown=("DNS default is degraded",))


def test_a_resolver_that_does_not_answer():
    members = cluster() | log(*failures(25)) | log(".:5353", pod="dns-default-yyyyy")
    words = (
        "the resolver 192.0.2.53 port 53 does not answer 1 of 2 DNS pods (dns-default-x2x8q)",
        "i/o timeout, 25 times",
    )
    wrong(members, *words, subject="192.0.2.53", whose=None, shown=("192.0.2.53:53: i/o timeout",))


def test_resolvers_of_long_ago_or_seldom():
    quiet(RULE, cluster() | log(*(line.replace("T09:", "T08:") for line in failures())))
    seldom = [
        line.replace(f":{at:02}.0", f":{at:02}.0").replace("09:50", f"09:{at * 2:02}")
        for at, line in enumerate(failures())
    ]
    quiet(RULE, cluster() | log(*seldom))
    quiet(RULE, cluster() | log(*(line.partition(" ")[2] for line in failures())))


def test_coredns_that_asks_itself():
    line = '2026-11-21T09:00:00.1Z [FATAL] plugin/loop: Loop (127.0.0.1:40000 -> :5353) detected for zone ".", see https://coredns.io'
    quiet(RULE, cluster() | log(line, name="previous.log"))
    members = {path: text for path, text in cluster().items() if "openshift-dns" not in path} | log(line)
    words = ("dns-default-x2x8q ended because its questions for . came back",)
    wrong(members, *words, subject="openshift-dns/dns-default-x2x8q", whose=None, shown=("plugin/loop",))


def test_without_the_operator():
    unjudged(RULE, timestamp(STARTED) | log(".:5353"), "neither the DNS operator nor its pods")
    wrong(
        timestamp(STARTED)
        | pods(dns_pod(), crashing("node-resolver-x", namespace=DNS, labels={"a": "b"}), sick(), namespace=DNS)
    )
    assert "not collected" in (outcome_of(RULE, timestamp(STARTED)).reason or "")
