from bgp_kit import expect, node, quiet, unjudged
from layer2_kit import IP, LABELLED, assigned, layer2, logs, without
from metallb_kit import READY, bgp_advertisement, cluster, endpoints, frr, node_selector, peer, service

RULE = "etp-local-without-local-endpoint"
WEB = {"subject": "shop/web", "whose": None}


def local(*on):
    """The policy Local, endpoints on these nodes, and announcements where the FRRs are told to."""
    return cluster(networks=()) | service(policy="Local") | endpoints(*on)


def announce(*names):
    members = {}
    for name in names:
        members |= frr(name, f"speaker-{'abc'[int(name[-1])]}")
    return members


def test_no_node_that_announces_has_an_endpoint():
    members = local("worker-2") | bgp_advertisement(nodeSelectors=node_selector("worker-0", "worker-1"))
    words = (
        "no node announces 198.51.100.10 (policy Local): its ready endpoints are on worker-2",
        "none is on worker-0, worker-1; worker-2: no advertisement selects it",
    )
    expect(RULE, members, "error", *words, **WEB, shown=("Local", "web-x7k2p", "worker-1"))


def test_the_only_node_with_an_endpoint_has_no_peer():
    members = local("worker-2") | peer(nodeSelectors=node_selector("worker-0", "worker-1"))
    expect(RULE, members, "error", "worker-2: no BGPPeer is for it", **WEB)


def test_the_only_node_with_an_endpoint_is_excluded():
    members = local("worker-2") | node("worker-2", labels=LABELLED)
    expect(RULE, members, "error", "none is on worker-0, worker-1; worker-2: it is labelled", **WEB, shown=("exclude",))


def test_endpoints_on_nodes_without_a_speaker():
    members = local("worker-7")
    expect(RULE, members, "error", "on worker-7, none is on worker-0", "; worker-7: no speaker runs there", **WEB)


def test_endpoints_that_name_no_node():
    expect(RULE, local((None, READY)), "error", "its ready endpoints name no node, none is on worker-0", **WEB)


def test_speakers_that_are_known_by_their_frr_alone_may_not_be_all():
    members = without(local("worker-7"), *(f"speaker-{one}/speaker-{one}.yaml" for one in "abc"))
    # Without pods nothing tells whose dump_frr it is but the name of the host in the configuration.
    unjudged(RULE, members, "whether speakers run on the nodes of its endpoints was not collected")


def test_the_nodes_with_endpoints_do_not_announce():
    members = local("worker-0")
    words = ("the only nodes with a ready endpoint of 198.51.100.10 (policy Local), worker-0, do not announce it: ",)
    expect(RULE, members, "warning", *words, "no `network 198.51.100.10/32`", **WEB, shown=("router bgp",))


def test_some_nodes_without_an_endpoint_are_right():
    quiet(RULE, local("worker-0") | announce("worker-0"))
    quiet(RULE, local("worker-0", "worker-1") | announce("worker-0"))
    quiet(RULE, cluster() | service(policy="Local"))


def test_policy_cluster_and_no_endpoints_are_of_no_concern():
    quiet(RULE, cluster() | endpoints("worker-7"))
    quiet(RULE, local())
    quiet(RULE, layer2())


def test_layer_2_depends_on_one_node():
    members = layer2(policy="Local") | assigned("worker-0") | endpoints("worker-0")
    words = f"only worker-0 can answer for {IP} (policy Local): 2 other nodes that may answer have no ready endpoint"
    expect(RULE, members, "info", words, **WEB)
    quiet(RULE, layer2(policy="Local") | assigned("worker-0"))
    quiet(RULE, layer2(policy="Local") | logs())  # that nobody answers is told elsewhere
    quiet(RULE, layer2(policy="Local") | endpoints("worker-0", "worker-1", "worker-2") | assigned("worker-0"))


def test_layer_2_without_any():
    members = layer2(policy="Local") | endpoints("worker-7")
    expect(RULE, members, "error", "no node announces", "worker-7: no speaker runs there", **WEB)


def test_the_owner_has_no_endpoint():
    members = layer2(policy="Local") | assigned("worker-2")
    words = f"worker-2 answers for {IP} (policy Local), but has no ready endpoint of it"
    expect(RULE, members, "warning", words, subject="shop/web", whose="worker-2", shown=("worker-2", "Local"))


def test_another_load_balancer_is_not_judged():
    quiet(RULE, local("worker-0") | service(policy="Local", ip="203.0.113.5", loadBalancerClass="example.com/lb"))


def test_endpoints_that_were_not_collected():
    unjudged(RULE, without(local("worker-0"), "endpointslices"), "its endpoints were not collected")
    quiet(RULE, without(local("worker-0") | announce("worker-0"), "endpointslices"))
    quiet(RULE, without(local(), "endpointslices") | service(policy="Local", ip=None))


def test_a_prefix_of_no_collected_service_is_a_gap():
    unjudged(RULE, without(cluster(), "/services.yaml"), "its service was not collected")
