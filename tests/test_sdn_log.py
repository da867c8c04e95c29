"""Logs of OpenShift SDN: where they lie, and what each message means in the releases that write it."""

import pytest

from analyzer.plan import Plan
from analyzer.registry import load_parsers
from parsers.base import ParseFailure, Parser, SourceFile, run
from parsers.cni_failures import CniFailure
from parsers.sdn_log import SdnLogCount, SdnLogWindow
from parsers.sdn_log_kinds import SdnLogKind, of_sdn

load_parsers()
PLAN = Plan([Parser.registry[name] for name in ("sdn_log", "sdn_journal")])
POD = "mg/q/namespaces/openshift-sdn/pods/sdn-1"


@pytest.mark.parametrize(
    ("path", "name", "program"),
    [
        (f"{POD}/sdn/sdn/logs/current.log", "sdn_log", "sdn"),
        (f"{POD}/sdn/sdn/logs/previous.log", "sdn_log", "sdn"),
        (f"{POD}/sdn/sdn/logs/rotated/0.log.20260309-100000.gz", "sdn_log", "sdn"),
        (f"{POD}/sdn-controller/sdn-controller/logs/current.log", "sdn_log", "sdn-controller"),
        ("sosreport-a/sos_commands/origin/journalctl_--no-pager_--unit_atomic-openshift-node", "sdn_journal", "node"),
        ("sosreport-a/sos_commands/origin/journalctl_--no-pager_--unit_origin-node", "sdn_journal", "node"),
    ],
)
def test_where_logs_lie(path, name, program):
    (match,) = PLAN.matches(path)
    assert match.parser.name == name
    (window,) = run(match.parser, SourceFile(path, [b""], match.params))
    assert (type(window), window.program, window.first) == (SdnLogWindow, program, None)


@pytest.mark.parametrize("other", ["kube-rbac-proxy", "openvswitch"])
def test_logs_of_other_containers_are_not_read(other):
    assert not PLAN.matches(f"{POD}/{other}/{other}/logs/current.log")


IP = '"192.0.2.1"'
MESSAGES = [
    (f"HostIP {IP} for local subnet does not match with nodeIP {IP}, Waiting", "host-ip-mismatch", "192.0.2.1"),
    ("Could not find an allocated subnet for node: w-0.example.com, Waiting...", "subnet-missing", "w-0.example.com"),
    ("error allocating network for node w-0: No subnets available.", "subnets-exhausted", "w-0"),  # 4.2
    (
        'Error creating subnet for node w-0, ip x: error allocating subnet for node "w-0": no subnets available.',
        "subnets-exhausted",
        "w-0",
    ),
    ("no subnets available.", "subnets-exhausted", None),
    ("Error creating subnet for node w-0, ip 192.0.2.1: the server is down", "subnet-failed", "w-0"),
    ("Node IP is not set for node w-0, skipping ADDED event, node: &v1.Node{", "node-ip-missing", "w-0"),
    ('Ignoring invalid HostSubnet w-0 (host: "w-0"): no host', "subnet-invalid", "w-0"),
    ('Deleting invalid HostSubnet "w-0": no host', "subnet-invalid", "w-0"),
    ("Failed to validate HostSubnet w-0: no host", "subnet-invalid", "w-0"),
    ("Unable to find network interface for node IP; some features will not work! (x)", "node-ip-unknown", None),
    (
        "Failed to start sdn: interface MTU (1400) is too small for specified overlay MTU (1450)",
        "mtu-too-small",
        None,
    ),
    (
        "Failed to start sdn: node SDN setup failed: net/ipv4/ip_forward=0, it must be set to 1",
        "forwarding-off",
        None,
    ),
    (
        "[SDN setup] full SDN setup required (one or more cluster routes not found or not correct: [x])",
        "routes-wrong",
        None,
    ),
    ("Local networks conflict with SDN; this will eventually cause problems: x", "network-conflict", None),
    ("Cluster contains objects incompatible with ClusterNetwork: [x]", "objects-outside", None),
    ("Failed to start sdn: node SDN setup failed: exit status 1", "setup-failed", "node SDN setup failed"),
    ("Failed to start sdn: could not complete SDN setup: x", "setup-failed", "could not complete SDN setup"),
    ("Failed to start sdn: failed to set up iptables: x", "setup-failed", "failed to set up iptables"),
    (
        "failed to get subnet for this host: w-0, error: timed out waiting for the condition",
        "setup-failed",
        "failed to get subnet for this host",
    ),
    ("Failed to initialize sdn: x", "setup-failed", "Failed to initialize sdn"),
    ("error: SDN node startup failed: Allocated ofport (-1)", "setup-failed", "SDN node startup failed"),  # 3.6
    ("SDN Node failed: Failed to start plugin: exit status 1", "setup-failed", "SDN Node failed"),  # 3.1
    ("[SDN setup] full SDN setup required (Link not found)", "full-setup", "Link not found"),
    ("[SDN setup] full SDN setup required", "full-setup", None),  # 3.x
    ("openshift-sdn network plugin ready", "ready", None),
    ("Error executing ovs-ofctl: ovs-ofctl: br0 is not a bridge or a socket", "ovs-command-failed", "ovs-ofctl"),
    ("Detected OVS server change, restarting", "ovs-changed", None),
    ("SDN healthcheck detected OVS server change, restarting: x", "ovs-changed", None),  # to 4.5
    ("SDN healthcheck unable to connect to OVS server: x", "ovs-unreachable", None),
    ("SDN healthcheck detected unhealthy OVS server, restarting: x", "ovs-unreachable", None),
    ("Failed to start sdn: Error connecting to OVS: x", "setup-failed", "Failed to start sdn"),
    ("Error pinging OVS, err: x", "ovs-unreachable", None),
    ("CNI_ADD shop/web-1 failed: x", "cni-add-failed", "shop/web-1"),
    ("CNI_DEL shop/web-1 failed: x", "cni-del-failed", "shop/web-1"),
    ("Could not reattach pod 'shop/web-1' to SDN: x", "reattach-failed", "shop/web-1"),
    ('Could not update pod "web-1": x', "reattach-failed", "web-1"),  # 3.5
    ("Multiple nodes (192.0.2.1, 192.0.2.2) claiming EgressIP 192.0.2.9", "egress-ip-conflict", "192.0.2.9"),
    ("Multiple namespaces (1, 2) claiming EgressIP 192.0.2.9", "egress-ip-conflict", "192.0.2.9"),
    (
        "Multiple EgressIPs (192.0.2.9, 192.0.2.8) for VNID 5 on node 192.0.2.1",
        "egress-ip-conflict",
        "192.0.2.9",
    ),
    ("Node 192.0.2.1 is offline", "egress-node-offline", "192.0.2.1"),
    (
        "multiple EgressNetworkPolicies in same network namespace (shop/a, shop/b) is not allowed; dropping all",
        "egress-policy-conflict",
        "shop/a, shop/b",
    ),
    ('error adding OVS flows for subnet "10.129.0.0/23": x', "flows-failed", 'subnet "10.129.0.0/23"'),
    ("Error updating OVS flows for EgressNetworkPolicy: x", "flows-failed", "EgressNetworkPolicy"),
    ("Error adding OVS flows: exit status 1", "flows-failed", None),  # 3.1
    ("error updating OVS VXLAN multicast flows: x", "flows-failed", None),
    ("error: node proxy plugin startup failed: x", "proxy-failed", None),
    ("Unable to create proxy server: x", "proxy-failed", None),
    ("Failed to execute iptables-restore: exit status 1", "proxy-failed", None),
    ("Error assigning netid: x", "netid-failed", None),
    ("leaderelection lost", "controller-leader-lost", None),
    ("panic: runtime error", "sdn-panic", None),
]


@pytest.mark.parametrize(("text", "kind", "subject"), MESSAGES)
def test_message(text, kind, subject):
    found = of_sdn(text)
    assert (found.kind, found.subject) == (SdnLogKind(kind), subject)


def test_every_kind_has_a_message():
    assert {kind for _, kind, _ in MESSAGES} | {"sdn-fatal"} == set(SdnLogKind)


@pytest.mark.parametrize(
    "text",
    ["CNI_ADD shop/web-1 got IP 10.128.0.65, ofport 3", "[SDN setup] SDN is already set up", "Node is back online"],
)
def test_other_messages_mean_nothing(text):
    assert of_sdn(text) is None
    assert of_sdn(text, fatal=True).kind is SdnLogKind.FATAL


@pytest.mark.parametrize(("text", "kind", "subject"), MESSAGES)
def test_a_line_with_each_message_is_looked_at(text, kind, subject):
    """The cheap look at the stream lets through what the message's own file and level write."""
    level = "I" if kind in {"full-setup", "ready", "ovs-command-failed", "routes-wrong"} else "E"
    head = "" if kind == "sdn-panic" else f"{level}0914 14:13:06.842780    2981 node.go:158] "
    line = f"2021-09-14T14:13:06.842814730Z {head}{text}\n".encode()
    facts = list(run(Parser.registry["sdn_log"], SourceFile(f"{POD}/sdn/sdn/logs/current.log", [line])))
    counts = [fact for fact in facts if isinstance(fact, SdnLogCount)]
    assert [(fact.kind, fact.subject, fact.count) for fact in counts] == [(kind, subject, 1)]
    assert counts[0].first == "09-14 14:13:06"
    assert not [fact for fact in facts if isinstance(fact, ParseFailure)]


def test_why_a_pod_got_no_network():
    found = of_sdn("CNI_ADD shop/web-1 failed: no IP addresses available in range set: 10.128.0.1-10.128.1.254")
    assert found.failure is CniFailure.NO_ADDRESS


@pytest.mark.parametrize(("name", "first"), [("journal-origin-node", "03-09 10:00:05"), ("node.log", "03-09 10:00:09")])
def test_a_journal_of_the_network_diagnostics_begins_with_its_end(name, first):
    message = "origin-node[2540]: W0309 10:00:09.4 2540 subnets.go:76] Could not find an allocated subnet for node: n"
    lines = f"Mar 09 10:00:09 n {message}\nMar 09 10:00:05 n {message}\n".encode()
    facts = run(Parser.registry["sdn_journal"], SourceFile(f"openshift/nodes/n/{name}", [lines]))
    (count,) = (fact for fact in facts if isinstance(fact, SdnLogCount))
    assert count.first == first
    assert count.evidence.excerpt[0].startswith(f"Mar 09 {first[-8:]}")
    assert count.marks["last"].excerpt[0].startswith(f"Mar 09 {count.last[-8:]}")
