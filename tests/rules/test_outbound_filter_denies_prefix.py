"""A prefix that a peer's outbound filter holds back, by fault and on purpose."""

from bgp_kit import OTHER, PREFIX6, expect, quiet, unjudged
from config_kit import FRR_K8S, frr_configuration, of_frrk8s, on_worker_0, running, wish, without
from kit import outcome_of
from metallb_kit import PEER, POOL, PREFIX, bgp_advertisement, cluster, frr, node_selector, peer, pool

from analyzer.model import Status

RULE = "outbound-filter-denies-prefix"
DENIED = running().replace("seq 5 permit 198.51.100.10/32", "seq 5 deny any")
TWO = running(networks=(PREFIX, "198.51.100.11/32")).replace(" seq 10 permit 198.51.100.11/32", " seq 10 deny any")


def denied(text=DENIED):
    return cluster() | frr(running=text)


def test_the_list_denies_everything():
    expect(
        RULE,
        denied(),
        "error",
        "198.51.100.10/32 (shop/web) on worker-0 does not pass route-map 192.0.2.1-out to 192.0.2.1 (tor1)",
        shown=("network 198.51.100.10/32", "seq 5 deny any", "route-map 192.0.2.1-out out"),
    )
    assert outcome_of("bgp-nothing-announced", denied()).findings[0].severity == "error"


def test_the_list_lacks_one_of_two():
    expect(RULE, denied(TWO), "error", "198.51.100.11/32 on worker-0 does not pass", shown=("seq 10 deny any",))


def test_many_are_counted():
    networks = tuple(f"198.51.100.{at}/32" for at in range(10, 17))
    text = "\n".join(
        f"ip prefix-list {PEER}-pl-ipv4 seq 5 deny any" if " seq 5 " in line else line
        for line in running(networks=networks).split("\n")
        if " seq " not in line or " seq 5 " in line
    )
    expect(RULE, denied(text), "error", "198.51.100.10/32 (shop/web), 198.51.100.11/32", "and 3 more")


def test_a_prefix_list_of_the_neighbor_itself():
    text = DENIED.replace(f"route-map {PEER}-out out", f"prefix-list {PEER}-pl-ipv4 out")
    expect(RULE, denied(text), "error", "does not pass prefix-list 192.0.2.1-pl-ipv4 to")


def test_prefixes_that_may_be_meant_for_others():
    """An administrator's own prefix, and that of a service that was not collected."""
    foreign = running(networks=(PREFIX, "203.0.113.0/24")).replace(" seq 10 permit 203.0.113.0/24", " seq 10 deny any")
    quiet(RULE, denied(foreign), 2)
    some = bgp_advertisement(ipAddressPools=["pool"], serviceSelectors=[{"matchLabels": {"app": "other"}}])
    quiet(RULE, without(denied(), "services.yaml") | some)
    expect(RULE, without(denied(), "services.yaml"), "error", "198.51.100.10/32 on worker-0 does not pass")


def test_nothing_says_what_is_meant():
    members = without(denied(), "metallb.io/", "services.yaml")
    expect(RULE, members, "warning", "198.51.100.10/32")


def test_left_out_on_purpose():
    quiet(RULE, denied() | bgp_advertisement(ipAddressPools=["pool"], peers=["other"]))
    only = bgp_advertisement(ipAddressPools=["pool"], nodeSelectors=node_selector("worker-1"))
    quiet(RULE, denied() | only)


def test_an_frr_configuration_does_not_ask_for_it():
    omits = frr_configuration("uplink", {"address": PEER, "asn": 64512, "toAdvertise": {}}, namespace=FRR_K8S)
    members = of_frrk8s(denied()) | omits
    words = "; no FRRConfiguration asks to advertise it"
    expect(RULE, members, "info", words, shown=("toAdvertise",))
    assert not outcome_of("bgp-nothing-announced", members).findings
    expect(RULE, of_frrk8s(denied()) | frr_configuration("uplink", wish(), namespace=FRR_K8S), "error", "198.51.100.10")


def test_a_peer_of_an_administrator():
    """No BGPPeer asks for it: only its own FRRConfiguration says what it is to get."""
    text = DENIED.replace(PEER, OTHER)
    members = of_frrk8s(without(cluster(), "/speaker-b/", "/speaker-c/") | frr(running=text, peers=(OTHER,)))
    uplink = {"address": OTHER, "asn": 64512}
    own = members | frr_configuration("uplink", uplink, namespace=FRR_K8S)
    expect(RULE, own, "info", "no FRRConfiguration asks", subject=OTHER)
    quiet(RULE, members | frr_configuration("metallb-worker-0", uplink, namespace=FRR_K8S), 1)
    both = own | frr_configuration("more", wish(OTHER), namespace=FRR_K8S)
    quiet(RULE, both, 1)
    permitted = of_frrk8s(cluster() | frr(running=text.replace("deny any", f"permit {PREFIX}"), peers=(OTHER,)))
    assert not outcome_of(RULE, permitted | frr_configuration("uplink", uplink, namespace=FRR_K8S)).findings


def test_the_other_family_is_not_for_this_peer():
    six = f" address-family ipv6 unicast\n  network {PREFIX6}\n  neighbor {PEER} activate\n"
    six += f"  neighbor {PEER} route-map {PEER}-out out\n exit-address-family\nexit\n!\nip prefix-list"
    text = running().replace("exit\n!\nip prefix-list", six, 1)
    more = f"route-map {PEER}-out permit 2\n match ipv6 address prefix-list x\nexit"
    text = text.replace("\nend", f"\nipv6 prefix-list x seq 5 deny any\n{more}\nend")
    quiet(RULE, denied(text), 2)
    dual = denied(text) | peer(dualStackAddressFamily=True) | pool("pool", POOL, "2001:db8:5::/64")
    expect(RULE, dual, "error", PREFIX6)


def test_without_a_filter_it_is_another_fault():
    text = DENIED.replace(f"  neighbor {PEER} route-map {PEER}-out out\n", "").replace(
        " no bgp ebgp-requires-policy\n", ""
    )
    quiet(RULE, denied(text))


def test_a_filter_that_cannot_be_judged():
    text = running().replace(f"match ip address prefix-list {PEER}-pl-ipv4", "match as-path 7")
    unjudged(RULE, denied(text), "cannot be judged offline")


def test_healthy_and_absent():
    quiet(RULE, cluster())
    quiet(RULE, of_frrk8s(cluster()))
    quiet(RULE, on_worker_0())
    assert outcome_of(RULE, pool()).status is Status.NOT_CHECKED
