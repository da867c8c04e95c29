import pytest
from bgp_kit import expect, quiet, unjudged
from kit import found, outcome_of
from metallb_kit import cluster, pool, service, services
from resource_kit import alert, controller, everywhere, made, scrape, without

RULE = "pool-exhausted"
SUBJECT = "pool pool"
TEN = "198.51.100.10-198.51.100.19"


def says(members, severity, *words, shown=()):
    return expect(RULE, members, severity, *words, subject=SUBJECT, whose=None, shown=shown)


def users(count, **more):
    """So many services, each with an address of its own."""
    return [made(f"web-{at}", ip=f"198.51.100.{10 + at}", **more) for at in range(count)]


def test_full():
    members = cluster() | pool("pool", TEN) | services(*users(10))
    said = "pool pool is full: 10 of its 10 IPv4 addresses in use, of shop/web-0, shop/web-1"
    says(members, "error", said, shown=(TEN, "198.51.100.10"))


def test_nearly_full():
    members = cluster() | pool("pool", TEN)
    says(members | services(*users(9)), "warning", "pool pool is nearly full: 9 of its 10 IPv4 addresses in use")
    quiet(RULE, members | everywhere(*users(8)))


def test_a_service_waits_for_an_address():
    waiting = made("late", ip=None)
    members = cluster() | controller() | pool("pool", TEN) | services(*users(10), waiting)
    says(members, "error", "pool pool is full", "without an address: shop/late")


def test_a_single_address_that_nobody_else_wants():
    members = cluster() | pool("pool", "198.51.100.10/32")
    says(members, "info", "1 of its 1 IPv4 address in use, of shop/web; it is meant for them")
    waiting = services(made("web"), made("late", ip=None))
    says(members | waiting, "error", "without an address: shop/late")


@pytest.mark.parametrize(
    "asked",
    [
        {"loadBalancerIP": "198.51.100.10"},
        {"metadata": {"annotations": {"metallb.universe.tf/loadBalancerIPs": "198.51.100.10"}}},
        {"metadata": {"annotations": {"metallb.io/address-pool": "pool"}}},
    ],
)
def test_addresses_that_are_asked_for_by_name(asked):
    members = cluster() | pool("pool", "198.51.100.10-198.51.100.11")
    pair = users(2, **asked)
    says(members | services(*pair), "info", "nothing waits for an address of it")
    says(members | services(pair[0], made("web-1", ip="198.51.100.11")), "error", "pool pool is full")


def test_another_pool_is_full():
    """The service waits for an address of the pool that it asks for."""
    asks = {"annotations": {"metallb.io/address-pool": "pool"}}
    two = pool("pool", "198.51.100.10/32") | pool("gold", "198.51.101.10/32", autoAssign=False)
    held = services(made("web"), made("gold", ip="198.51.101.10"), made("late", ip=None, metadata=asks))
    assert found(RULE, cluster() | two | held) == [(None, "pool pool", "error"), (None, "pool gold", "info")]


def test_shared_addresses_count_once():
    three = [made(f"web-{at}", ip="198.51.100.10") for at in range(10)]
    quiet(RULE, cluster() | pool("pool", TEN) | everywhere(*three))


def test_addresses_that_are_left_out():
    members = cluster() | pool("pool", "198.51.100.0-198.51.100.1", avoidBuggyIPs=True)
    members |= services(made("web", ip="198.51.100.1"))
    says(members, "error", "1 of its 1 IPv4 address in use")


def test_each_family_of_its_own():
    members = cluster() | pool("pool", TEN, "2001:db8:5::/64") | services(*users(10))
    says(members, "error", "10 of its 10 IPv4 addresses in use")


def test_addresses_that_are_announced_count():
    """The services of most namespaces are in no must-gather."""
    prefixes = tuple(f"198.51.100.{10 + at}/32" for at in range(10))
    members = without(cluster(networks=prefixes), "namespaces/shop") | pool("pool", TEN)
    says(members, "error", "10 of its 10 IPv4 addresses in use", shown=("network 198.51.100.10/32",))


@pytest.mark.parametrize(
    ("in_use", "severity", "words"),
    [(10, "error", "pool pool is full"), (9, "warning", "pool pool is nearly full")],
)
def test_metrics(in_use, severity, words):
    said = f"{in_use} of its 10 addresses in use, by MetalLB's metrics"
    members = cluster() | pool("pool", TEN) | scrape(in_use=in_use, total=10)
    says(members, severity, words, said, shown=("addresses_in_use_total",))
    quiet(RULE, cluster() | pool("pool", TEN) | scrape(in_use=8, total=10))
    quiet(RULE, cluster() | pool("pool", TEN) | scrape(in_use=0, total=0))


@pytest.mark.parametrize(
    ("name", "severity", "words"),
    [
        ("MetalLBAddressPoolExhausted", "error", "pool pool is full: the alert MetalLBAddressPoolExhausted is firing"),
        ("MetalLBAddressPoolUsage95Percent", "warning", "pool pool is used by more than 95 %"),
        ("MetalLBAddressPoolUsage75Percent", "info", "pool pool is used by more than 75 %"),
    ],
)
def test_alerts(name, severity, words):
    says(cluster() | alert(name), severity, words, shown=(name,))
    says(without(cluster(), "ipaddresspools") | alert(name), severity, words)


def test_one_finding_where_count_and_alert_agree():
    members = cluster() | pool("pool", TEN) | services(*users(10)) | alert("MetalLBAddressPoolExhausted")
    says(members, "error", "10 of its 10 IPv4 addresses in use")


def test_masked_addresses_and_other_metrics():
    members = cluster() | pool("pool", TEN) | everywhere(made("web", ip=["x-ipv4-0000000001-x", "203.0.113.7"]))
    quiet(RULE, members | {"saved/speaker.txt": 'metallb_bgp_session_up{peer="192.0.2.1:179"} 1\n'})
    half = {"saved/half.txt": 'metallb_allocator_addresses_total{pool="pool"} 10\n'}
    quiet(RULE, members | half)


def test_other_alerts_are_no_concern():
    quiet(RULE, cluster() | everywhere(made("web")) | alert("MetalLBBGPSessionDown"))


def test_gaps():
    unjudged(RULE, cluster(), "the services of all namespaces were not collected: 1 of 256 addresses are known")
    unjudged(RULE, cluster() | pool("pool", "x-ipv4-0000000001-x/24"), "its addresses are masked")
    assert outcome_of(RULE, without(cluster(), "ipaddresspools")).status == "not_checked"


def test_services_of_others_do_not_wait():
    """Of another class, being deleted: none of them is MetalLB's business."""
    members = cluster() | pool("pool", "198.51.100.10/32")
    for spec in ({"loadBalancerClass": "example.com/lb"}, {"metadata": {"deletionTimestamp": "2026-11-21T09:00:00Z"}}):
        says(members | services(made("web"), made("late", ip=None, **spec)), "info", "nothing waits")
    says(members | service(), "info", "nothing waits")
