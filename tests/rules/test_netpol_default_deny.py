"""netpol-default-deny: saved traces that end at an access rule, and LoadBalancer services behind a default deny."""

import pytest
from bgp_kit import expect, quiet, unjudged
from kit import outcome_of
from ovn_kit import CLIENT, FAR, HOMES, OVN_POD, STORE, WEB, cluster, database, later, north_rows, pod, pods, service
from policy_kit import BACK, THERE, allow, namespace, ovnkube_trace, policies, policy, trace

from analyzer.ovn.policies import hashed

RULE = "netpol-default-deny"
OLD_GROUP = f"{hashed('shop')}_ingressDefaultDeny"
GROUP = hashed("default-network-controller:NetpolNamespace:shop:Ingress")
WEB_POD = f"shop/{WEB}"
LOAD_BALANCER = {"type": "LoadBalancer"}
INGRESS = {"loadBalancer": {"ingress": [{"ip": "192.0.2.100"}]}}


def acls(*rows):
    """worker-0 with these access rules."""
    more = [later("ACL", 90 + number, row) for number, row in enumerate(rows)]
    data = database("OVN_Northbound", north_rows("worker-0"), *more)
    return {f"{STORE}/{OVN_POD['worker-0']}_nbdb": data}


def test_the_names_of_port_groups_are_those_of_ovn_kubernetes():
    assert hashed("default") == "a16982411286042166782"  # docs/design/acls.md
    assert hashed("default-network-controller:NetpolNamespace:demo:Ingress") == "a9578480312565175245"


def test_nothing_denies():
    quiet(RULE, cluster() | policies(), examined=0)
    quiet(RULE, cluster() | policies(policy()), examined=1)


@pytest.mark.parametrize("group", [OLD_GROUP, GROUP])
def test_a_trace_ends_at_the_default_deny(group):
    members = cluster() | policies(policy("deny-web", pods={"app": "web"})) | trace(group)
    words = ("tcp 8080 from shop/client", "the default deny of namespace shop (Ingress)", "NetworkPolicy shop/deny-web")
    expect(RULE, members, "error", *words, "no rule allows this", subject=WEB_POD, shown=(group, "deny-web"))


def test_policies_were_not_collected():
    expect(
        RULE, cluster() | trace(GROUP), "error", "the default deny of namespace shop", subject=WEB_POD, shown=(GROUP,)
    )


PIECE = (
    "ct_lb_mark /* default (use --ct to customize) */ --------------- 4. ls_out_acl (northd.c:6435): reg0[10] == 1 && "
    "(outport == @{}), priority 2000, uuid f730a887 1 ct_commit {{ ct_mark.blocked = 1; }};\n"
)


def test_a_piece_of_a_trace_tells_no_packet():
    piece = {"saved/trace.txt": PIECE.format(OLD_GROUP)}
    words = ("the trace of a packet ends at", "no policy of the namespace allows anything (shop/default-deny)")
    expect(RULE, policies(policy()) | piece, "error", *words, subject="shop", whose=None, shown=(OLD_GROUP,))
    # A policy that allows something may mean this packet.
    unjudged(RULE, policies(policy(), policy("some", ingress=[allow()])) | piece, "give it `--ct new`", examined=1)


def test_a_piece_within_a_run():
    """The run tells whose packet it was."""
    leg = "ovn-trace source pod to destination pod indicates failure from client to web\n"
    command = "$ ovnkube-trace -src-namespace shop -src {} -dst-namespace shop -dst {} -tcp -dst-port 8080\n"
    text = command.format(CLIENT, WEB) + PIECE.format(OLD_GROUP) + leg.replace("client", CLIENT).replace("web", WEB)
    members = cluster() | policies(policy("deny-web", pods={"app": "web"})) | {"saved/trace.txt": text}
    expect(RULE, members, "error", "the failure of ovnkube-trace for tcp 8080 from shop/client", subject=WEB_POD)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (allow(), "allow this to"),
        (allow(podSelector={"matchLabels": {"app": "client"}}), "allow this to"),
        (allow(podSelector={"matchLabels": {"app": "other"}}), "no rule allows this"),
        (allow(port=9090), "no rule allows this"),
        (allow(protocol="UDP"), "no rule allows this"),
        (allow(port="http"), "the archive does not tell"),
        (allow(port=None), "allow this to"),
        (allow(namespaceSelector={"matchLabels": {"purpose": "production"}}), "no rule allows this"),
        (allow(namespaceSelector={"matchLabels": {"kubernetes.io/metadata.name": "shop"}}), "allow this to"),
        (allow(ipBlock={"cidr": "10.128.0.0/23"}), "allow this to"),
        (allow(ipBlock={"cidr": "10.128.0.0/23", "except": ["10.128.0.5/32"]}), "no rule allows this"),
        (allow(ipBlock={"cidr": "2001:db8::/64"}), "no rule allows this"),
        (allow(ipBlock={"cidr": "<masked>"}), "the archive does not tell"),
        ({"ports": [{"port": 8000, "endPort": 8100, "protocol": "TCP"}]}, "allow this to"),
        ({"ports": [{"protocol": "TCP"}]}, "allow this to"),
    ],
)
def test_what_the_policy_says_of_the_flow(rule, said):
    members = cluster() | policies(policy("some", ingress=[rule])) | namespace("shop", team="a") | trace(GROUP)
    expect(RULE, members, "error", said, subject=WEB_POD)


def test_labels_of_namespaces_that_were_not_collected():
    rule = allow(namespaceSelector={"matchLabels": {"purpose": "production"}})
    members = cluster() | policies(policy("some", ingress=[rule])) | trace(GROUP)
    expect(RULE, members, "error", "the archive does not tell", subject=WEB_POD)


def test_clients_that_are_no_pods():
    """Only addresses, and the label that stands for all host networks, can mean them."""
    rules = [allow(podSelector={}), allow(namespaceSelector={})]
    for rule, said in zip(rules, ("does not tell", "does not tell"), strict=True):
        members = cluster() | policies(policy("some", ingress=[rule]))
        members |= trace(GROUP, source="192.0.2.77", inport="rtos-worker-0")
        expect(RULE, members, "error", said, "from 192.0.2.77", subject=WEB_POD)
    hosted = pods(*(pod(name) for name in HOMES), pod("host", ip="192.0.2.20", hostNetwork=True))
    members = cluster() | hosted | trace(GROUP, source="192.0.2.20", inport="shop_host")
    expect(RULE, members | policies(policy("a", ingress=[rules[0]])), "error", "no rule allows", subject=WEB_POD)


def test_egress_is_of_the_source():
    group = hashed("default-network-controller:NetpolNamespace:shop:Egress")
    members = cluster() | policies(policy("out", types=["Egress"])) | trace(group)
    expect(RULE, members, "error", "(Egress)", "no rule allows", subject=f"shop/{CLIENT}")


def test_the_database_names_the_owner():
    row = {
        "action": "drop",
        "direction": "to-lport",
        "match": "outport == @a77",
        "priority": 1000,
        "name": "NP:shop:Ingress",
        "external_ids": {
            "direction": "Ingress",
            "k8s.ovn.org/name": "shop",
            "k8s.ovn.org/owner-type": "NetpolNamespace",
            "type": "defaultDeny",
        },
    }
    members = cluster() | acls(row) | policies(policy()) | trace("a77")
    expect(RULE, members, "error", "the default deny of namespace shop", subject=WEB_POD, shown=('"defaultDeny"',))


def test_an_old_release_names_it_by_the_rule():
    row = {
        "action": "drop",
        "match": "outport == @a78_ingressDefaultDeny",
        "priority": 1000,
        "name": "shop_ingressDefaultDeny",
        "external_ids": {"default-deny-policy-type": "Ingress"},
    }
    members = cluster() | acls(row) | policies(policy()) | trace("a78_ingressDefaultDeny")
    expect(RULE, members, "error", "the default deny of namespace shop (Ingress)", subject=WEB_POD)


def test_a_policy_of_the_administrator():
    ids = {"k8s.ovn.org/owner-type": "AdminNetworkPolicy", "k8s.ovn.org/name": "no-legacy", "direction": "Ingress"}
    row = {"action": "drop", "match": "outport == @a79", "priority": 1000, "external_ids": ids}
    members = cluster() | acls(row) | trace("a79")
    expect(RULE, members, "error", "ends at AdminNetworkPolicy no-legacy", subject=WEB_POD)
    allowed = row | {"action": "allow"}
    unjudged(RULE, cluster() | acls(allowed) | policies() | trace("a79"), "no database and no policy tells", examined=0)


def test_an_unknown_group_is_a_gap():
    unjudged(RULE, cluster() | trace("a1"), "no database and no policy tells whose", examined=0)


def test_traces_that_do_not_end_at_an_access_rule():
    end = ' 9. ls_out_l2_lkup: 1, priority 0, uuid 12345678\n    /* output to "shop_web", type "" */\n'
    quiet(RULE, cluster() | policies() | trace("", end=end), examined=0)


def test_an_established_lookup_decides_nothing():
    end = (
        " 3. ls_out_pre_stateful: ip, priority 100, uuid 1e46c924\n    ct_next;\n\n"
        "ct_next(ct_state=est|trk /* default (use --ct to customize) */)\n---\n"
        f" 5. ls_out_acl (northd.c:7072): reg0[10] == 1 && (outport == @{GROUP}), priority 2000, uuid 1e46c922\n"
        "    ct_commit { ct_mark.blocked = 1; };\n"
    )
    members = cluster() | policies(policy("some", ingress=[allow()])) | trace(GROUP, end=end)
    unjudged(RULE, members, "give it `--ct new`", examined=0)
    members |= policies(policy("some", ingress=[allow(port=1)]))
    expect(RULE, members, "error", "no rule allows", subject=WEB_POD)
    both = {"saved/new.txt": trace(GROUP)["saved/ovn-trace.txt"]}
    assert len(outcome_of(RULE, members | both).findings) == 1


def test_a_tool_that_does_not_know_the_flows():
    text = trace(GROUP)["saved/ovn-trace.txt"]
    members = cluster() | {"saved/ovn-trace.txt": "2026-11-21|ovntrace|WARN|x: parsing expression failed\n" + text}
    unjudged(RULE, members, "did not understand all flows", examined=0)


def test_a_failed_ovnkube_trace_is_explained_by_the_policies():
    legs = ((f"ovn-trace {THERE}", False),)
    members = cluster() | policies(policy("deny-web", pods={"app": "web"})) | ovnkube_trace(CLIENT, WEB, *legs)
    words = ("the failure of ovnkube-trace for tcp 8080", "shop/deny-web", "no rule allows this")
    expect(RULE, members, "error", *words, subject=WEB_POD, shown=("indicates failure", "deny-web"))
    out = policies(policy("out", types=["Egress"]))
    expect(RULE, members | out, "error", "(Egress)", subject=f"shop/{CLIENT}")
    # What may pass, or fails on its way back, is not the fault of a policy.
    quiet(RULE, members | policies(policy(ingress=[allow()])), examined=1)
    way_back = ovnkube_trace(CLIENT, WEB, (f"ovn-trace {BACK}", False))
    quiet(RULE, members | way_back, examined=1)
    switch = ovnkube_trace(CLIENT, WEB, (f"ovs-appctl ofproto/trace {THERE}", False))
    quiet(RULE, members | switch, examined=1)
    admin = {
        "saved/anp.yaml": "apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata:\n"
        "  name: first\nspec:\n  priority: 5\n  subject:\n    namespaces: {}\n"
    }
    quiet(RULE, members | admin, examined=1)


def balanced(**more):
    made = service(status=INGRESS, **LOAD_BALANCER)
    return cluster() | made | policies(policy(), *more.get("policies", ()))


def test_a_load_balancer_service_that_nobody_outside_can_reach():
    words = ("LoadBalancer service shop/web (192.0.2.100)", "shop/default-deny", "no policy lets clients outside")
    expect(RULE, balanced(), "info", *words, subject="shop/web", whose=None, shown=("default-deny", "LoadBalancer"))
    inside = policy("inside", ingress=[allow(podSelector={})])
    expect(RULE, balanced(policies=[inside]), "info", subject="shop/web", whose=None)


@pytest.mark.parametrize("peer", [{}, {"ipBlock": {"cidr": "0.0.0.0/0"}}, {"namespaceSelector": {}}])
def test_a_policy_lets_clients_in(peer):
    members = balanced(policies=[policy("in", pods={"app": "web"}, ingress=[allow(**peer)])])
    assert not outcome_of(RULE, members).findings


@pytest.mark.parametrize(
    "change",
    [
        policies(policy(types=["Egress"])),
        policies(policy(pods={"app": "other"})),
        service(status=INGRESS),
        service(**LOAD_BALANCER),
        service(status=INGRESS, selector=None, **LOAD_BALANCER),
        service(status=INGRESS, selector={"app": "nobody"}, **LOAD_BALANCER),
        service(status=INGRESS, metadata={"name": "web", "namespace": "openshift-shop"}, **LOAD_BALANCER),
        pods(pod(FAR, hostNetwork=True)),
    ],
)
def test_services_that_no_default_deny_concerns(change):
    members = balanced() | change
    if "pods" in str(list(change)):
        members |= service(status=INGRESS, selector={"app": "nobody"}, **LOAD_BALANCER)
    assert not outcome_of(RULE, members).findings


def test_not_collected():
    outcome = outcome_of(RULE, cluster())
    assert (str(outcome.status), outcome.reason) == ("not_checked", "not collected: network policies")
