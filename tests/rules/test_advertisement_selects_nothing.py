import pytest
from bgp_kit import expect, node, one_of, quiet, resource, unjudged
from kit import found, outcome_of
from metallb_kit import bgp_advertisement, cluster, l2_advertisement, node_selector, peer, pool, services
from resource_kit import everywhere, made, scrape, without

RULE = "advertisement-selects-nothing"
GOLD = [{"matchLabels": {"tier": "gold"}}]
NOWHERE = {"ipAddressPools": ["pool"], "nodeSelectors": node_selector("worker-9")}


def says(members, severity, *words, subject="BGPAdvertisement adv", shown=()):
    return expect(RULE, members, severity, *words, subject=subject, whose=None, shown=shown)


def test_no_node():
    said = "BGPAdvertisement adv selects nodes with kubernetes.io/hostname=worker-9, which none of 3 nodes has"
    members = cluster() | bgp_advertisement(**NOWHERE)
    shown = ("worker-9", "kubernetes.io/hostname: 'worker-0'")
    says(members, "error", said, "it announces nothing of pool pool (addresses of shop/web)", shown=shown)


def test_no_node_in_layer_2():
    members = without(cluster(), "bgpadvertisements") | l2_advertisement(**NOWHERE)
    says(members, "error", "L2Advertisement l2 selects nodes with", subject="L2Advertisement l2")


def test_no_label_like_that():
    members = cluster() | bgp_advertisement(ipAddressPools=["pool"], nodeSelectors=[{"matchLabels": {"rack": "a"}}])
    says(members, "error", "no node has the label rack")


def test_no_peer():
    members = cluster() | bgp_advertisement(ipAddressPools=["pool"], peers=["tor9"])
    said = "BGPAdvertisement adv names the BGPPeer tor9, which does not exist; the BGPPeers are tor1"
    says(members, "error", said, shown=("tor9", "name: tor1"))
    two = cluster() | bgp_advertisement(ipAddressPools=["pool"], peers=["tor8", "tor9"])
    says(two, "error", "names the BGPPeers tor8, tor9, which do not exist")


def test_one_peer_of_two():
    members = cluster() | bgp_advertisement(ipAddressPools=["pool"], peers=["tor1", "tor2"])
    says(members, "warning", "names the BGPPeer tor2, which does not exist")


def test_no_pool():
    members = cluster() | bgp_advertisement(ipAddressPools=["gold"])
    said = "BGPAdvertisement adv names the pool gold, which does not exist; the pools are pool"
    says(members, "error", said, shown=("gold", "name: pool"))
    two = cluster() | bgp_advertisement(ipAddressPools=["gold", "silver"])
    says(two, "error", "names the pools gold, silver, which do not exist")


def test_one_pool_of_two():
    members = cluster() | bgp_advertisement(ipAddressPools=["pool", "gold"])
    says(members, "warning", "names the pool gold, which does not exist")


def test_pools_by_labels():
    members = cluster() | pool(labels={"tier": "silver"}) | bgp_advertisement(ipAddressPoolSelectors=GOLD)
    said = "BGPAdvertisement adv selects pools with tier=gold, which none has; tier is silver"
    says(members, "error", said, shown=("ipAddressPoolSelectors", "silver"))


def test_every_pool_is_announced_by_another():
    members = cluster() | bgp_advertisement("gold", ipAddressPools=["gold"])
    says(members, "info", "names the pool gold", subject="BGPAdvertisement gold")


def test_another_advertisement_does_it():
    members = cluster() | bgp_advertisement("second", **NOWHERE)
    says(members, "warning", "pool pool is announced by another", subject="BGPAdvertisement second")
    both = members | pool("gold", "198.51.101.0/24") | bgp_advertisement("second", nodeSelectors=node_selector("x"))
    both |= bgp_advertisement(localPref=100)
    says(both, "warning", "others announce its pools", subject="BGPAdvertisement second")


def test_two_that_select_nothing_do_not_help_each_other():
    members = cluster() | bgp_advertisement(**NOWHERE) | bgp_advertisement("second", **NOWHERE)
    assert [one[2] for one in found(RULE, members)] == ["error", "error"]


def test_nothing_to_announce():
    members = without(cluster(networks=()), "namespaces/shop") | bgp_advertisement(**NOWHERE)
    says(members | everywhere(made("web", ip=None)), "info", "it announces nothing of pool pool")
    says(members | scrape(in_use=0), "info", "it announces nothing of pool pool")
    says(members | scrape(in_use=1), "error", "it announces nothing of pool pool")
    says(members, "warning", "it announces nothing of pool pool")


def test_no_service():
    members = cluster() | bgp_advertisement(ipAddressPools=["pool"], serviceSelectors=GOLD)
    said = "selects services with tier=gold, which none of 1 services with addresses of its pools has"
    shown = ("serviceSelectors", "198.51.100.10")
    says(members, "error", said, "no service has the label tier; no other advertisement is for shop/web", shown=shown)


def test_no_service_although_others_announce():
    second = bgp_advertisement("second", ipAddressPools=["pool"], serviceSelectors=GOLD)
    quiet(RULE, cluster() | second, 2)
    whole = cluster() | second | everywhere(made("web"))
    says(whole, "info", "which none of", subject="BGPAdvertisement second")


def test_one_service_of_two():
    first = made("web", metadata={"labels": {"tier": "gold"}})
    second = made("late", ip="198.51.100.11", metadata={"labels": {"tier": "silver"}})
    members = cluster() | bgp_advertisement(ipAddressPools=["pool"], serviceSelectors=GOLD)
    said = "shop/late is not announced: its labels match no service selector of BGPAdvertisement adv"
    says(members | services(first, second), "error", said, subject="shop/late", shown=("silver", "serviceSelectors"))


def test_many_services():
    first = made("web", metadata={"labels": {"tier": "gold"}})
    rest = [made(f"late-{at}", ip=f"198.51.100.{20 + at}") for at in range(21)]
    members = cluster() | bgp_advertisement(ipAddressPools=["pool"], serviceSelectors=GOLD)
    finding = one_of(RULE, members | services(first, *rest))
    assert "21 services are not announced, among them shop/late-0, shop/late-1" in finding.message


def test_services_that_were_not_collected_may_match():
    """A prefix of an unknown service is announced."""
    members = cluster(networks=("198.51.100.10/32", "198.51.100.77/32"))
    quiet(RULE, members | bgp_advertisement(ipAddressPools=["pool"], serviceSelectors=[{}]))
    members |= bgp_advertisement(ipAddressPools=["pool"], serviceSelectors=GOLD)
    said = "shop/web is not announced: its labels match no service selector"
    says(members, "error", said, subject="shop/web")


@pytest.mark.parametrize(
    "members",
    [
        cluster(),
        cluster() | bgp_advertisement(localPref=100),
        cluster() | bgp_advertisement(ipAddressPools=["pool"], peers=["tor1"], nodeSelectors=node_selector("worker-1")),
        cluster() | pool(labels={"tier": "gold"}) | bgp_advertisement(ipAddressPoolSelectors=GOLD),
    ],
    ids=["healthy", "of everything", "of one node and peer", "by labels"],
)
def test_stays_quiet(members):
    quiet(RULE, members)


@pytest.mark.parametrize(
    ("part", "spec", "reason"),
    [
        ("/core/nodes/", NOWHERE, "not collected: nodes that it selects"),
        ("/core/nodes/worker-1", NOWHERE, "not collected: nodes that it selects"),
        ("ipaddresspools", {"ipAddressPools": ["gold"]}, "not collected: pools that it selects"),
    ],
)
def test_gaps(part, spec, reason):
    unjudged(RULE, without(cluster(), part) | bgp_advertisement(**spec), reason)


def test_there_is_no_peer():
    """The gather asks for BGPPeers before it asks for advertisements."""
    spec = bgp_advertisement(ipAddressPools=["pool"], peers=["tor9"])
    says(without(cluster(), "bgppeers") | spec, "error", "tor9, which does not exist; there is no BGPPeer")
    saved = {"adv.yaml": next(iter(spec.values()))}
    members = without(cluster(), "bgppeers", "bgpadvertisements") | saved
    unjudged(RULE, members, "not collected: BGPPeers that it selects")


def test_an_address_pool_announces_itself():
    old = resource("AddressPool", "old", ("protocol: bgp", "addresses:", "- 203.0.113.0/24"))
    quiet(RULE, cluster() | old, 2)


def test_not_checked():
    assert outcome_of(RULE, without(cluster(), "bgpadvertisements")).status == "not_checked"
    assert outcome_of(RULE, node() | peer()).status == "not_checked"
