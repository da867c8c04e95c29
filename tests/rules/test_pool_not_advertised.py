import pytest
from bgp_kit import expect, quiet, resource, unjudged
from kit import outcome_of
from metallb_kit import (
    bgp_advertisement,
    cluster,
    container_log,
    l2_advertisement,
    peer,
    pool,
    service,
    timestamp,
    workers,
)
from resource_kit import everywhere, made, scrape, without

RULE = "pool-not-advertised"
GOLD = bgp_advertisement(ipAddressPools=["gold"])


def says(members, severity, *words, subject="pool pool", shown=()):
    return expect(RULE, members, severity, *words, subject=subject, whose=None, shown=shown)


def test_no_advertisement_selects_it():
    said = "no BGPAdvertisement and no L2Advertisement selects pool pool, from which shop/web got addresses"
    members = cluster() | GOLD
    says(members, "error", said, "; BGPAdvertisement adv is for gold", shown=("name: pool", "198.51.100.10", "gold"))


def test_labels_that_do_not_match():
    by_label = bgp_advertisement(ipAddressPoolSelectors=[{"matchLabels": {"tier": "gold"}}])
    members = cluster() | pool(labels={"tier": "silver"}) | by_label
    says(
        members, "error", "BGPAdvertisement adv is for pools with tier=gold", shown=("silver", "ipAddressPoolSelectors")
    )


def test_there_is_no_advertisement():
    """The gather asks for all kinds at once; the running configuration announces nothing of the pool."""
    members = without(cluster(networks=()), "bgpadvertisements")
    says(members, "error", "from which shop/web got addresses; there is no advertisement at all")


def test_a_resource_saved_by_hand_says_nothing_of_others():
    saved = {"pool.yaml": next(iter(pool().values()))}
    members = without(cluster(networks=()), "bgpadvertisements", "ipaddresspools") | saved
    unjudged(RULE, members, "no advertisement was collected")


def test_metrics_tell_that_addresses_are_given():
    members = without(cluster(networks=()), "namespaces/shop") | GOLD
    says(members | scrape(in_use=3), "error", "selects pool pool, of which addresses are in use")
    says(members | scrape(in_use=0), "info", "no service has an address of it")


def test_nobody_uses_it():
    members = without(cluster(networks=()), "namespaces/shop") | GOLD
    says(members | everywhere(made("web", ip="203.0.113.5")), "info", "no service has an address of it")
    says(members, "warning", "whether services have addresses of it was not collected")


def test_many_advertisements_are_counted():
    more = {}
    for at in range(6):
        more |= bgp_advertisement(f"adv-{at}", ipAddressPools=[f"gold-{at}"])
    says(cluster() | GOLD | more, "error", "BGPAdvertisement adv-0 is for gold-0", "(and 3 more)")


OLD = ("protocol: bgp", "addresses:", "- 203.0.113.0/24")


@pytest.mark.parametrize(
    "members",
    [
        cluster(),
        cluster() | bgp_advertisement(localPref=100),
        cluster() | GOLD | l2_advertisement(),
        without(cluster(), "bgpadvertisements") | l2_advertisement(),
        without(cluster(), "bgpadvertisements"),
    ],
    ids=["healthy", "every pool", "layer 2 beside", "layer 2 alone", "announced all the same"],
)
def test_stays_quiet(members):
    quiet(RULE, members)


def test_an_address_pool_announces_itself():
    quiet(RULE, cluster() | resource("AddressPool", "old", OLD), 2)
    says(cluster() | resource("AddressPool", "old", OLD) | GOLD, "error", "; BGPAdvertisement adv is for gold")


def test_somebody_else_announces_it():
    """FRRConfigurations need no MetalLB to announce."""
    routers = '[{"asn": 64500, "prefixes": ["198.51.100.0/24"], "neighbors": []}]'
    other = resource("FRRConfiguration", "own", (f"bgp: {{routers: {routers}}}",), group="frrk8s.metallb.io")
    quiet(RULE, cluster(networks=()) | GOLD | other)


def test_what_metallb_itself_made_for_a_node_announces_nothing_else():
    """The FRRConfiguration that MetalLB writes for a node may be of what it announced before."""
    routers = '[{"asn": 64500, "prefixes": ["198.51.100.10/32"], "neighbors": []}]'
    own = resource("FRRConfiguration", "metallb-worker-0", (f"bgp: {{routers: {routers}}}",), group="frrk8s.metallb.io")
    says(cluster(networks=()) | GOLD | own, "error", "selects pool pool", "shop/web")


def test_a_node_answers_in_layer_2():
    """The advertisement may be missing in the archive."""
    line = {"at": "09:00:00", "event": "serviceAnnounced", "ips": ["198.51.100.10"], "level": "info"}
    line |= {"msg": "service has IP, announcing", "pool": "pool", "protocol": "layer2"}
    quiet(RULE, without(cluster(networks=()), "bgpadvertisements") | container_log(line))


def test_not_checked():
    assert outcome_of(RULE, without(cluster(), "ipaddresspools")).status == "not_checked"
    assert outcome_of(RULE, workers() | service() | peer() | timestamp()).status == "not_checked"
