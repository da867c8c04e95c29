"""The diagnoses that findings state by themselves: which finding is the cause, which ones follow from it."""

import re
from pathlib import Path

import pytest
from diagnosis_kit import absorbed, causes, diagnosed, finding

from analyzer import diagnoses, losses
from analyzer.diagnosis import DiagnosisRule
from analyzer.model import Severity, ranked
from analyzer.rule import Rule
from analyzer.stated import mentions, sentence

MODULES = sorted(Path(diagnoses.__path__[0]).glob("*.py"))
RULE = re.compile(r'"([a-z0-9]+(?:-[a-z0-9]+)+)"')
# What comes first explains the rest; on another node or about another thing nothing is explained.
CASES = {
    "metallb-configuration-frozen": (
        finding("metallb-config-stale", "BGPPeer tor1", message="each speaker rejects the resources"),
        finding("bgppeer-dangling-reference", "BGPPeer tor1", message="BGPPeer tor1 names a Secret that is not there"),
        finding("neighbor-attribute-drift", "192.0.2.1", "worker-0"),
    ),
    "metallb-reference-broken": (
        finding("bgppeer-dangling-reference", "BGPPeer tor1"),
        finding("neighbor-attribute-drift", "192.0.2.1", "worker-0", message="BGPPeer tor1 asks for a password"),
    ),
    "service-without-address": (
        finding(
            "lb-service-without-ip", "shop/web", message="shop/web has no address: pool gold, which does not exist"
        ),
        finding("pool-exhausted", "pool gold", severity="warning"),
    ),
    "nobody-is-selected": (
        finding("advertisement-selects-nothing", "BGPAdvertisement adv", message="BGPAdvertisement adv names no pool"),
        finding("pool-not-advertised", "pool gold", message="BGPAdvertisement adv is for pool silver"),
    ),
    "announcements-filtered": (
        finding("bgp-policy-missing", "192.0.2.1", "worker-0"),
        finding("bgp-nothing-announced", "192.0.2.1", "worker-0"),
        finding("announcement-asymmetry", "shop/web", "worker-0", about=("worker-0", "192.0.2.1")),
    ),
    "node-runs-another-configuration": (
        finding("announced-prefix-missing", "shop/web", "worker-0"),
        finding("announcement-asymmetry", "shop/web", "worker-0"),
    ),
    "announcer-down": (
        finding("announcer-not-ready", "speaker-x", "worker-0"),
        finding("bgp-session-down", "192.0.2.1", "worker-0"),
    ),
    "service-has-no-backend": (
        finding("lb-service-no-serving-endpoint", "shop/web"),
        finding("route-backend-broken", "shop/page", message="its service shop/web has no endpoint"),
    ),
    "layer2-announcement-broken": (
        finding("l2-interface-selector-miss", "shop/web", "worker-0"),
        finding("l2-service-without-announcer", "shop/web"),
    ),
    "node-network-down": (
        finding("bridge-missing-or-fail-open", "br-int", "worker-0"),
        finding("network-pod-crashloop", "openshift-ovn-kubernetes/ovnkube-node-x", "worker-0"),
        finding("sandbox-creation-failures", "worker-0", "worker-0"),
    ),
    "ovn-databases-unhealthy": (
        finding("raft-unhealthy", "OVN_Southbound"),
        finding("pod-without-logical-port", "shop/web-1", "worker-0"),
    ),
    "tunnel-between-nodes-broken": (
        finding("chassis-missing-or-duplicate", "worker-0", "worker-0"),
        finding("tunnel-port-missing-or-stale", "br-int/ovn-abc-0", "worker-0"),
    ),
    "address-used-twice": (
        finding("duplicate-addresses", "192.0.2.9", message="worker-0 and worker-1 have 192.0.2.9"),
        finding("arp-failed", "192.0.2.9", "worker-2"),
    ),
    "overlay-mtu-too-large": (
        finding("ovn-overlay-mtu-too-large", "worker-0", "worker-0"),
        finding("oversize-drops-observed", "br-ex", "worker-0"),
        finding("tls-timeout-with-mtu-gap", "cluster"),
    ),
    "pod-not-attached": (
        finding("logical-port-not-bound", "shop/web-1", "worker-0"),
        finding("pod-port-binding-timeout", "worker-0", "worker-0", message="shop/web-1 was not bound in time"),
    ),
    "service-rules-stale": (
        finding("load-balancer-backend-mismatch", "shop/web"),
        finding("service-not-programmed", "shop/web", "worker-0"),
    ),
    "names-not-resolved": (
        finding("cluster-dns-unhealthy", "openshift-dns/dns-default"),
        finding("network-operator-unhealthy", "dns", message="the dns operator is degraded"),
    ),
    "ingress-not-serving": (
        finding("router-not-serving", "default", message="no router of ingress controller default is ready"),
        finding("network-operator-unhealthy", "ingress", message="the ingress operator is degraded"),
    ),
    "node-hardware-or-link": (
        finding("link-down", "eno1", "worker-0"),
        finding("interface-errors-or-drops", "eno2", "worker-0"),
    ),
    "node-settings-wrong": (
        finding("management-port-problem", "br-int/ovn-k8s-mp0", "worker-0"),
        finding("route-wrong-or-missing", "10.128.0.0/14", "worker-0", message="no route to the pods by ovn-k8s-mp0"),
    ),
    "cluster-network-misconfigured": (
        finding("host-subnet-exhausted", "10.128.0.0/14"),
        finding("sandbox-creation-failures", "worker-0", "worker-0"),
    ),
    "address-changed-under-the-cluster": (
        finding("hostsubnet-ip-mismatch", "worker-0", "worker-0"),
        finding("sdn-remote-node-flows-missing", "worker-0", "worker-1", about=("worker-0",)),
    ),
    "daemon-held-up": (
        finding("frr-starved-or-stuck", "bgpd", "worker-0"),
        finding("bgp-flapping", "192.0.2.1", "worker-0"),
    ),
    "finding-by-itself": (finding("speaker-announce-error", "shop/web"),),
    "cpus-refused": (finding("smt-alignment-error", "shop/web-1", "worker-0"),),
    "clocks-differ": (finding("time-skew", "worker-0", "worker-0"),),
    "operator-reports-trouble": (finding("network-operator-unhealthy", "network"),),
}
ELSEWHERE = "worker-9"


@pytest.mark.parametrize("name", CASES)
def test_the_cause_absorbs_what_follows_from_it(name):
    found = CASES[name]
    (cause,) = causes(name, *found)
    assert absorbed(cause) == sorted((rule, one.subject) for rule, one in found)
    assert cause.title
    assert cause.next_steps


@pytest.mark.parametrize("name", CASES)
def test_remarks_alone_are_no_cause(name):
    remarks = [finding(rule, one.subject, one.node, "info", one.message) for rule, one in CASES[name]]
    found = causes(name, *remarks)
    assert [one.title for one in found] == []


@pytest.mark.parametrize("name", [name for name, found in CASES.items() if found[0][1].node])
def test_another_node_is_not_explained(name):
    root, *rest = CASES[name]
    foreign = [finding(rule, f"{one.subject}-else", ELSEWHERE, message="of itself") for rule, one in rest if one.node]
    (first,) = [one for one in causes(name, root, *foreign) if root[1].subject in {one.subject for one in one.roots}]
    assert ELSEWHERE not in {one.node for one in first.findings}


def test_the_resource_behind_a_rejected_configuration_is_the_title():
    (cause,) = causes("metallb-configuration-frozen", *CASES["metallb-configuration-frozen"])
    assert cause.title == "BGPPeer tor1 names a Secret that is not there"
    assert cause.confidence == "certain"


def test_nodes_that_fail_alike_are_one_cause():
    found = [
        finding("announcer-not-ready", f"speaker-{at}", f"worker-{at}", message=f"speaker-{at} on worker-{at} dies")
        for at in range(3)
    ]
    (cause,) = causes("announcer-down", *found)
    assert cause.nodes == ("worker-0", "worker-1", "worker-2")
    assert cause.title.endswith("(and the same on 2 more nodes)")


def test_two_faults_on_two_nodes_are_two_causes():
    found = diagnosed(*CASES["node-network-down"], finding("ip-forwarding-off", "net.ipv4.ip_forward", "worker-1"))
    assert [(one.cause, one.nodes) for one in found] == [
        ("node-network-down", ("worker-0",)),
        ("node-settings-wrong", ("worker-1",)),
    ]


def test_a_trace_and_the_policy_that_it_ends_at_are_certain():
    deny = finding("netpol-default-deny", "shop/deny", severity="info", line=3)
    trace = finding("ovnkube-trace-failure", "shop/web-1", line=3)
    place = deny[1].evidence
    trace = (trace[0], type(trace[1])("shop/web-1", "it does not get through", place))
    (cause,) = causes("policy-denies-traffic", deny, trace)
    assert cause.confidence == "certain"
    assert len(cause.findings) == 2


def test_only_arithmetic_makes_an_mtu_certain():
    (too_large,) = causes("overlay-mtu-too-large", finding("ovn-overlay-mtu-too-large", "worker-0", "worker-0"))
    (tight,) = causes("overlay-mtu-too-large", finding("ovn-overlay-mtu-too-large", "worker-0", "worker-0", "warning"))
    (guess,) = causes("overlay-mtu-too-large", finding("tls-timeout-with-mtu-gap", "cluster"))
    assert [one.confidence for one in (too_large, tight, guess)] == ["certain", "likely", "possible"]


def test_every_serious_rule_has_a_diagnosis():
    """A finding at error that no diagnosis knows would stand below causes that matter less."""
    known = "\n".join(path.read_text() for path in (*MODULES, Path(losses.__file__)))
    bad = {rule.id for rule in Rule.registry.values() if rule.severity.at_least(Severity.ERROR)}
    assert sorted(rule for rule in bad if f'"{rule}"' not in known) == []


def test_every_rule_that_a_diagnosis_names_exists():
    named = {name for path in MODULES for name in RULE.findall(path.read_text())}
    assert sorted(named - set(Rule.registry) - {"mtu-too-large", "metallb-system"}) == []


@pytest.mark.parametrize("name", sorted(DiagnosisRule.registry))
def test_every_diagnosis_is_documented(name):
    one = DiagnosisRule.registry[name]
    assert one.title
    assert len(one.doc.split("\n\n", 1)) == 2, "a second paragraph says when it is how sure"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("the session is down; three more are", "The session is down"),
        ("shop/web has no address", "shop/web has no address"),
        ("192.0.2.1 is down.", "192.0.2.1 is down"),
        ("x" * 300, "X" + "x" * 159 + "…"),
        (
            f"the node does not answer at all, not to anybody here (because of {'y' * 200})",
            "The node does not answer at all, not to anybody here",
        ),
    ],
)
def test_a_title_is_one_clause(text, title):
    assert sentence(text) == title


@pytest.mark.parametrize(
    ("name", "message", "named"),
    [
        ("pool gold", "pool gold is full", True),
        ("pool gold", "pool golden is full", False),
        ("shop/web", "demo/shop/web is another one", False),
        ("192.0.2.1", "192.0.2.10 is down", False),
        ("192.0.2.1", "nothing from 192.0.2.1.", True),
        ("2001:db8::1", "nothing from 2001:db8::1:5", False),
    ],
)
def test_a_name_is_a_whole_word(name, message, named):
    _, one = finding("time-skew", "x", message=message)
    assert mentions(ranked("r", Severity.INFO, [one])[0], name) is named


@pytest.mark.parametrize("severity", ["critical", "error", "warning"])
@pytest.mark.parametrize("name", sorted(Rule.registry))
def test_no_finding_is_left_without_a_cause(name, severity):
    one = finding(name, "shop/web", "worker-0", severity)
    held = {each for cause in diagnosed(one) for each in cause.findings}
    speaks_of_the_collection = Rule.registry[name].area == "gather"
    remark = severity == "warning" and name in {"network-operator-unhealthy", "restarts-and-oom"}
    assert speaks_of_the_collection or remark or held


@pytest.mark.parametrize("name", CASES)
def test_every_cause_says_why(name):
    for cause in causes(name, *CASES[name]):
        assert cause.because
        assert all(text.endswith(".") for text in cause.because)


def test_one_fault_that_two_rules_see_is_told_once():
    found = diagnosed(
        finding("sdn-netfilter-broken", "INPUT", "worker-0", "error"),
        finding("host-firewall-blocks-control-traffic", "INPUT", "worker-0", "error"),
        finding("sdn-routes-missing", "10.128.0.0/14", "worker-1"),
        finding("route-wrong-or-missing", "10.128.0.0/14", "worker-1"),
    )
    assert sorted((one.cause, one.nodes, len(one.findings)) for one in found) == [
        ("node-settings-wrong", ("worker-0",), 2),
        ("node-settings-wrong", ("worker-1",), 2),
    ]


def test_a_switch_that_lacks_the_flows_for_all_nodes():
    message = "worker-0 lacks flows for 5 of 5 other nodes: worker-1, worker-2 and 3 more; for the first it has none"
    (only,) = diagnosed(finding("sdn-remote-node-flows-missing", "br0", "worker-0", "error", message))
    assert only.title == "worker-0 lacks flows for 5 of 5 other nodes"


def test_a_saved_test_from_the_node_that_lacks_the_flows():
    lacking = finding("sdn-remote-node-flows-missing", "worker-1", "worker-0", "error", about=("worker-1",))
    test = finding("connectivity-check-outage", "worker-1", "worker-1", "warning", "a test from node worker-0 failed")
    (only,) = diagnosed(lacking, test)
    assert (only.cause, len(only.findings)) == ("tunnel-between-nodes-broken", 2)
    other = finding("connectivity-check-outage", "worker-1", "worker-1", "warning", "a test from node worker-2 failed")
    assert len(diagnosed(lacking, other)) == 2


@pytest.mark.parametrize("subject", ["KUBE-SERVICES", "nat"])
def test_rules_of_services_that_are_gone_altogether(subject):
    services = finding("service-nat-chain-missing", "worker-0", "worker-0", "error")
    (only,) = diagnosed(services, finding("sdn-netfilter-broken", subject, "worker-0", "error"))
    assert (only.cause, len(only.findings)) == ("service-rules-stale", 2)


@pytest.mark.parametrize(
    ("root", "cause"),
    [
        ("sdn-overlay-mtu-too-large", "overlay-mtu-too-large"),
        ("hostsubnet-ip-mismatch", "address-changed-under-the-cluster"),
        ("hostsubnet-missing-or-overlapping", "cluster-network-misconfigured"),
    ],
)
def test_why_the_sdn_pod_of_a_node_crashes(root, cause):
    refusal = finding(root, "worker-0", "worker-0", "critical")
    crash = finding("network-pod-crashloop", "openshift-sdn/sdn-4abcd", "worker-0", "critical")
    (only,) = diagnosed(refusal, crash)
    assert (only.cause, len(only.findings)) == (cause, 2)


@pytest.mark.parametrize("root", ["sdn-overlay-mtu-too-large", "hostsubnet-ip-mismatch"])
def test_a_router_that_crashes_is_another_fault(root):
    crash = finding("network-pod-crashloop", "openshift-ingress/router-default-1", "worker-0", "critical")
    assert len(diagnosed(finding(root, "worker-0", "worker-0", "critical"), crash)) == 2


def test_a_management_port_without_its_device():
    port = finding("port-with-error", "br0/tun0", "worker-0", "error")
    (only,) = diagnosed(finding("management-port-problem", "br0/tun0", "worker-0", "error"), port)
    assert (only.cause, len(only.findings)) == ("node-settings-wrong", 2)
    other = finding("port-with-error", "br0/veth1", "worker-0", "error")
    assert len(diagnosed(finding("management-port-problem", "br0/tun0", "worker-0", "error"), other)) == 2


def test_what_a_missing_bridge_takes_with_it():
    (only,) = diagnosed(
        finding("br-ex-without-uplink", "br-ex/ens3", "worker-0"),
        finding("link-down", "ens3", "worker-0"),
        finding("route-wrong-or-missing", "0.0.0.0/0", "worker-0"),
    )
    assert (only.cause, len(only.findings)) == ("node-network-down", 3)


def test_another_card_that_is_down_is_another_fault():
    found = diagnosed(
        finding("br-ex-without-uplink", "br-ex/ens3", "worker-0"), finding("link-down", "ens9", "worker-0")
    )
    assert [one.cause for one in found] == ["node-network-down", "node-hardware-or-link"]


def test_a_missing_chassis_explains_the_ports_of_its_node():
    (only,) = diagnosed(
        finding("chassis-missing-or-duplicate", "worker-0", "worker-0"),
        finding("logical-port-not-bound", "worker-0", "worker-0", message="the ports of 64 pods do not work"),
    )
    assert (only.cause, len(only.findings)) == ("tunnel-between-nodes-broken", 2)


def test_a_cloned_host_names_its_nodes():
    twins = ("worker-0", "worker-1")
    (only,) = diagnosed(finding("chassis-missing-or-duplicate", "worker-0, worker-1", about=twins))
    assert only.nodes == twins


def test_pods_of_dns_and_routers_are_no_broken_node():
    found = diagnosed(
        finding("network-pod-crashloop", "openshift-dns/dns-default-x", "worker-0"),
        finding("cluster-dns-unhealthy", "openshift-dns/dns-default", severity="critical"),
        finding("network-pod-crashloop", "openshift-ingress/router-default-x", "worker-1"),
    )
    assert sorted((one.cause, one.confidence, len(one.findings)) for one in found) == [
        ("ingress-not-serving", "certain", 1),
        ("names-not-resolved", "certain", 2),
    ]


def test_a_pod_of_the_plugin_explains_its_operator():
    (only,) = diagnosed(
        finding("network-pod-crashloop", "openshift-multus/multus-x", "worker-0"),
        finding(
            "network-operator-unhealthy", "network", severity="error", message="pod openshift-multus/multus-x waits"
        ),
    )
    assert (only.cause, len(only.findings)) == ("node-network-down", 2)


def test_two_sides_of_a_conflict_are_one_cause():
    (only,) = diagnosed(
        finding(
            "bgppeer-config-conflict", "BGPPeer tor2", message="BGPPeer tor2 has no routerID, BGPPeer tor1 has one"
        ),
        finding(
            "neighbor-attribute-drift", "192.0.2.1", "worker-0", message="without router ID, BGPPeer tor1 asks for it"
        ),
    )
    assert (only.cause, len(only.findings)) == ("metallb-reference-broken", 2)


def test_a_node_that_differs_in_many_things_is_one_cause():
    found = diagnosed(
        finding("neighbor-attribute-drift", "192.0.2.1", "worker-0"),
        finding("neighbor-attribute-drift", "192.0.2.2", "worker-0"),
        finding("frr-conf-vs-running-drift", "worker-0", "worker-0", "warning"),
        finding("announced-prefix-missing", "shop/web", "worker-1"),
    )
    assert [(one.nodes, len(one.findings)) for one in found] == [(("worker-0",), 3), (("worker-1",), 1)]
    assert found[0].title.startswith("worker-0 runs another BGP configuration than the resources ask for (192.0.2.1, ")
    assert found[1].title == "worker-1 does not announce the address of shop/web, although it is to"


def test_nodes_that_differ_in_the_same_are_one_cause():
    found = [finding("bgppeer-not-in-running-config", "192.0.2.1", f"worker-{at}") for at in range(3)]
    (only,) = diagnosed(*found)
    assert only.title.startswith("worker-0 and 2 more nodes run another BGP configuration")


def test_an_undefined_service_is_none_of_the_node():
    (only,) = diagnosed(finding("service-without-endpoints", "shop/web", message="the service has no endpoints"))
    assert only.title == "shop/web: the service has no endpoints"


def test_lists_in_a_long_title_are_counted():
    names = ", ".join(f"worker-{at}.example.com" for at in range(20))
    text = f"worker-x has no chassis in the databases of {names} and 2 more, which holds for all"
    assert (
        sentence(text)
        == "worker-x has no chassis in the databases of worker-0.example.com and 21 more, which holds for all"
    )


def test_a_title_without_clauses_ends_at_a_word():
    assert sentence("word " * 60) == f"Word{' word' * 31}…"


def test_one_tunnel_address_of_two_nodes_names_them():
    (only,) = diagnosed(finding("chassis-missing-or-duplicate", "192.0.2.20", about=("worker-0", "worker-1")))
    assert only.title == "worker-0 and worker-1 have the same tunnel address 192.0.2.20"


def test_a_filter_of_one_node_for_two_peers_is_one_cause():
    found = diagnosed(
        *(finding("outbound-filter-denies-prefix", f"192.0.2.{peer}", "worker-0") for peer in (1, 2)),
        finding("outbound-filter-denies-prefix", "192.0.2.3", "worker-1"),
    )
    assert [(one.nodes, len(one.findings)) for one in found] == [(("worker-0",), 2), (("worker-1",), 1)]
    assert found[0].title.endswith("BGP peer 192.0.2.1 on worker-0 (and the same of 1 more)")


def test_a_name_is_not_told_twice():
    (only,) = diagnosed(finding("lb-service-without-ip", "shop/web", message="shop/web has no address: none is left"))
    assert only.title == "shop/web has no address: none is left"


@pytest.mark.parametrize(
    ("name", "found", "command"),
    [
        ("pod-not-attached", CASES["pod-not-attached"], "`oc -n shop delete pod web-1`"),
        ("service-without-address", CASES["service-without-address"], "`oc -n shop describe service web`"),
        (
            "announcer-down",
            (finding("announcer-not-ready", "frr-k8s-2w6v4", "worker-0"),),
            "describe pod frr-k8s-2w6v4`",
        ),
        (
            "node-hardware-or-link",
            (finding("datapath-loss", "system@ovs-system", "worker-0"),),
            "ovs-appctl dpctl/show`",
        ),
        ("node-hardware-or-link", (finding("link-down", "br-ex/eno1", "worker-0"),), "/host ethtool eno1`"),
        ("node-hardware-or-link", (finding("arp-failed", "192.0.2.1", "worker-0"),), "/host ip neigh`"),
        (
            "node-settings-wrong",
            (finding("ip-forwarding-off", "x", "worker-0"),),
            "node/worker-0 -- chroot /host sysctl -a`",
        ),
        ("node-settings-wrong", (finding("sdn-netfilter-broken", "x", "worker-0"),), "/host iptables-save -c`"),
        ("finding-by-itself", CASES["finding-by-itself"], "--around speaker-announce-error`"),
    ],
)
def test_steps_can_be_copied(name, found, command):
    (cause, *_) = causes(name, *found)
    assert any(command in step for step in cause.next_steps)


def test_what_is_meant_so_is_told_where_nothing_is_broken():
    remark = finding("netpol-default-deny", "shop/deny", severity="info", message="shop/deny lets no router in")
    (cause,) = causes("no-fault-visible", remark, clear=("bgp-session-down",))
    assert "1 remark below tells how something is set, which may matter all the same." in cause.because
    (alone,) = causes(
        "no-fault-visible", finding("log-window-or-redaction-limits-verdict", "x"), clear=("bgp-flapping",)
    )
    assert not any("may matter" in one for one in alone.because)
