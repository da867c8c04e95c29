import pytest
from bgp_kit import expect, one_of, quiet, unjudged
from kit import found, outcome_of
from metallb_kit import (
    SERVICE,
    cluster,
    container_log,
    events,
    pool,
    service,
    services,
    timestamp,
    written,
)
from resource_kit import controller, instance, made, namespace, operator, platform, subscription, without

from analyzer.model import Status

RULE = "lb-service-without-ip"
V4 = {"clusterIPs": ["172.30.0.9"]}
FAILED = 'Failed to allocate IP for "shop/web": '


def pending(annotations=None, labels=None, **spec):
    """The cluster with a service that waits for its address, and a controller that works."""
    about = {"annotations": annotations or {}, "labels": labels or {}}
    return cluster() | controller() | service(ip=None, metadata=about, **{**V4, **spec})


def says(members, *words, severity="error", shown=()):
    return expect(RULE, members, severity, *words, subject=SERVICE, whose=None, shown=shown)


@pytest.mark.parametrize("key", ["metallb.universe.tf/address-pool", "metallb.io/address-pool"])
def test_a_pool_that_does_not_exist(key):
    said = "shop/web has no address: it asks for an address of pool gold, which does not exist; the pools are pool"
    says(pending({key: "gold"}), said, shown=("gold", "name: pool"))


def test_the_stable_annotation_counts():
    both = {"metallb.universe.tf/address-pool": "gold", "metallb.io/address-pool": "silver"}
    says(pending(both), "pool silver, which does not exist")


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"autoAssign": False}, "pool pool is given out on request only (autoAssign false)"),
        ({"serviceAllocation": {"namespaces": ["bank", "core"]}}, "pool pool is for the namespaces bank, core only"),
        (
            {"serviceAllocation": {"serviceSelectors": [{"matchLabels": {"tier": "gold"}}]}},
            "pool pool is for services with tier=gold only",
        ),
        (
            {"serviceAllocation": {"namespaceSelectors": [{"matchLabels": {"team": "a"}}]}},
            "pool pool is for namespaces with team=a only",
        ),
    ],
    ids=["autoAssign", "namespaces", "services", "namespace selectors"],
)
def test_no_pool_is_for_it(spec, words):
    members = pending() | pool(**spec) | namespace(team="b")
    says(
        members,
        f"no pool has an address for it: {words}",
        shown=("autoAssign" if "autoAssign" in spec else "serviceA",),
    )


def test_what_a_namespace_is_like_may_not_be_known():
    """The pool may be for it then: nothing says why."""
    spec = {"serviceAllocation": {"namespaceSelectors": [{"matchLabels": {"team": "a"}}]}}
    says(pending() | pool(**spec), "nothing in the archive says why")


def test_a_pool_on_request_that_is_not_for_it():
    spec = {"serviceAllocation": {"namespaces": ["bank"]}}
    members = pending({"metallb.io/address-pool": "pool"}) | pool(**spec)
    says(members, "it asks for an address of pool pool, but pool pool is for the namespaces bank only")


def test_namespaces_by_name_or_by_label():
    spec = {
        "autoAssign": False,
        "serviceAllocation": {"namespaces": ["bank"], "namespaceSelectors": [{"matchLabels": {"team": "a"}}]},
    }
    asking = pending({"metallb.io/address-pool": "pool"}) | pool(**spec)
    said = "but pool pool is for the namespaces bank or namespaces with team=a only"
    says(asking | namespace(team="b"), said, shown=("serviceAllocation",))
    says(asking | namespace(team="a"), "nothing in the archive says why")
    says(asking | pool(**(spec | {"serviceAllocation": {"namespaces": ["shop"]}})), "nothing in the archive says why")


def test_many_pools():
    more = {}
    for at in range(5):
        more |= pool(f"gold-{at}", f"198.51.{101 + at}.0/24", autoAssign=False)
    says(pending() | pool(autoAssign=False) | more, "gold-0 is given out on request only", "(and 2 more)")


def test_old_words_do_not_count():
    """The newest one does, in whatever order they were read."""
    told = events(
        ("AllocationFailed", f"{FAILED}no available IPs", "Warning", "metallb-controller"),
        ("Unhealthy", "Readiness probe failed", "Warning", "kubelet"),
    )
    line = {"at": "08:00:00", "error": 'unknown pool "gold"', "level": "error", "service": "shop/web"}
    log = container_log(
        {**line, "msg": "IP allocation failed"},
        {**line, "at": "08:01:00", "service": None},
        {"at": "08:02:00", "level": "info", "msg": "MetalLB controller starting version 0.14.9"},
        pod="controller-a",
        container="controller",
    )
    says(pending() | told | log, "MetalLB says: no available IPs")


def test_every_address_is_taken():
    one = made("other", ip="198.51.100.10")
    two = made("web", ip=None)
    full = cluster() | controller() | pool("pool", "198.51.100.10-198.51.100.10") | services(one, two)
    says(full, "no pool has an address for it: pool pool is full, its only address is in use")
    wide = full | pool("pool", "198.51.100.10-198.51.100.11") | services(one, two, made("third", ip="198.51.100.11"))
    says(wide, "pool pool is full, all 2 IPv4 addresses are in use")
    asked = made("web", ip=None, metadata={"annotations": {"metallb.io/address-pool": "pool"}})
    says(full | services(one, asked), "it asks for an address of pool pool, but pool pool is full")


@pytest.mark.parametrize(
    ("spec", "ranges", "words"),
    [
        ({"clusterIPs": ["fd02::9"]}, (), "pool pool has no IPv6 addresses"),
        (
            {"clusterIPs": ["172.30.0.9", "fd02::9"], "ipFamilyPolicy": "RequireDualStack"},
            (),
            "pool pool has no IPv6 addresses",
        ),
        (
            {"clusterIPs": ["172.30.0.9"], "ipFamilyPolicy": "RequireDualStack"},
            (),
            "it requires dual stack, but has one cluster IP only, 172.30.0.9",
        ),
        (
            {"clusterIPs": ["172.30.0.9", "fd02::9"], "ipFamilyPolicy": "PreferDualStack"},
            (),
            "nothing in the archive says why",
        ),
        ({"clusterIPs": [], "ipFamilies": ["IPv6"]}, (), "pool pool has no IPv6 addresses"),
        ({"clusterIPs": []}, (), "nothing in the archive says why"),
        ({}, ("x-ipv4-0000000001-x/24",), "nothing in the archive says why"),
    ],
    ids=["IPv6", "both", "one cluster IP", "either", "families", "nothing told", "masked"],
)
def test_families(spec, ranges, words):
    says(pending(**spec) | pool("pool", *ranges), words)


@pytest.mark.parametrize(
    ("annotations", "spec", "words"),
    [
        ({}, {"loadBalancerIP": "203.0.113.9"}, "it asks for 203.0.113.9, which is in no pool; the pools are pool"),
        ({"metallb.io/loadBalancerIPs": "203.0.113.9"}, {}, "it asks for 203.0.113.9, which is in no pool"),
        ({"metallb.io/loadBalancerIPs": "web.example.com"}, {}, "it asks for web.example.com, which is no address"),
        ({}, {"loadBalancerIP": "2001:db8::9"}, "it asks for 2001:db8::9, which is IPv6, but the service is IPv4"),
        (
            {"metallb.io/loadBalancerIPs": "198.51.100.9"},
            {"loadBalancerIP": "198.51.100.9"},
            "it asks for addresses twice, by loadBalancerIP 198.51.100.9 and by metallb.io/loadBalancerIPs",
        ),
        (
            {"metallb.io/address-pool": "gold"},
            {"loadBalancerIP": "198.51.100.9"},
            "it asks for 198.51.100.9, which is of pool pool, and for an address of pool gold",
        ),
        ({}, {"loadBalancerIP": "x-ipv4-0000000001-x"}, "nothing in the archive says why"),
        ({}, {"loadBalancerIP": "198.51.100.9"}, "nothing in the archive says why"),
    ],
    ids=["spec", "annotation", "name", "family", "twice", "pool", "masked", "free"],
)
def test_an_address_that_it_asks_for(annotations, spec, words):
    says(pending(annotations, **spec), words)


def test_addresses_of_two_pools():
    both = {"metallb.io/loadBalancerIPs": "198.51.100.9,2001:db8:5::9"}
    members = pending(both, clusterIPs=["172.30.0.9", "fd02::9"]) | pool("six", "2001:db8:5::/64")
    says(members, "which are of several pools (pool, six): all must be of one")


def test_an_address_that_a_pool_avoids():
    members = pending(loadBalancerIP="198.51.100.0") | pool(avoidBuggyIPs=True)
    says(members, "it asks for 198.51.100.0, which pool pool does not give out")


def test_masked_pools_may_hold_the_address():
    members = pending(loadBalancerIP="203.0.113.9") | pool("pool", "x-ipv4-0000000001-x/24")
    says(members, "nothing in the archive says why")


def test_an_address_of_a_pool_that_is_not_for_it():
    members = pending(loadBalancerIP="198.51.100.9") | pool(serviceAllocation={"namespaces": ["bank"]})
    says(members, "it asks for 198.51.100.9, but pool pool is for the namespaces bank only")


KEY = "metallb.universe.tf/allow-shared-ip"


@pytest.mark.parametrize(
    ("ours", "theirs", "spec", "words"),
    [
        ("a", None, {}, "is in use by shop/other: that one allows no sharing"),
        (None, "a", {}, "this one allows no sharing"),
        ("a", "b", {}, "the sharing keys differ, a here and b there"),
        ("a", "a", {}, "both use port TCP/80"),
        ("a", "a", {"externalTrafficPolicy": "Local"}, "both must select the same pods"),
        ("a", "a", {"ports": [{"port": 81}]}, "nothing in the archive says why"),
    ],
)
def test_a_shared_address(ours, theirs, spec, words):
    notes = [{"annotations": {KEY: one}} if one else {} for one in (ours, theirs)]
    ports = {"ports": [{"port": 80, "protocol": "TCP"}]}
    web = made("web", ip=None, metadata=notes[0], loadBalancerIP="198.51.100.10", **{**ports, **spec})
    other = made("other", metadata=notes[1], **ports)
    says(cluster() | controller() | services(web, other), words)


def test_what_metallb_says():
    told = events(("AllocationFailed", f"{FAILED}no available IPs", "Warning", "metallb-controller"))
    says(pending() | told, "has no address: MetalLB says: no available IPs", shown=("no available IPs",))
    unknown = events(("AllocationFailed", f'{FAILED}unknown pool "gold"', "Warning", "metallb-controller"))
    members = pending({"metallb.io/address-pool": "gold"}) | unknown
    says(members, 'pool gold, which does not exist; the pools are pool (MetalLB says: unknown pool "gold")')


def test_the_log_of_the_controller():
    error = 'can\'t change sharing key for "shop/web", address also in use by shop/other'
    line = {"at": "09:00:00", "caller": "service.go:140", "error": error, "level": "error"}
    log = container_log(
        {**line, "msg": "IP allocation failed", "op": "allocateIPs"},
        pod="controller-6c58495cbb-x7k2p",
        container="controller",
    )
    says(pending() | log, f"MetalLB says: {error}")


def test_another_class_but_metallb_refused():
    """Its events tell that the class is MetalLB's own."""
    told = events(("AllocationFailed", f"{FAILED}no available IPs", "Warning", "metallb-controller"))
    members = pending(loadBalancerClass="example.com/lb")
    quiet(RULE, members, 2)
    says(members | told, "no available IPs")


def test_metallbs_class():
    classed = pending(loadBalancerClass="example.com/lb") | instance(loadBalancerClass="example.com/lb")
    says(classed, "nothing in the archive says why")
    quiet(RULE, pending() | instance(loadBalancerClass="example.com/lb"), 2)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "no controller of MetalLB was found"),
        (controller(ready=False), "MetalLB's controller is not ready"),
        (controller(), "a pool has addresses for it, and nothing in the archive says why"),
    ],
    ids=["no controller", "not ready", "ready"],
)
def test_nothing_says_why(change, words):
    says(cluster() | service(ip=None) | change, words)


def test_no_pool_was_collected():
    says(without(pending(), "ipaddresspools"), "no address pool was collected, and nothing else says why")


def test_there_is_no_pool():
    empty = written(
        "namespaces/metallb-system/metallb.io/ipaddresspools.yaml", "IPAddressPool", version="metallb.io/v1beta1"
    )
    says(without(pending(), "ipaddresspools/") | empty, "there is no address pool")


def test_an_address_of_no_pool():
    given = {"annotations": {"metallb.universe.tf/ip-allocated-from-pool": "old"}}
    said = "shop/web has the address 203.0.113.5, which was given from pool old: it is in no pool; the pools are pool"
    says(cluster() | service(ip="203.0.113.5", metadata=given), said, shown=("203.0.113.5", "old"))
    says(cluster() | service(ip="203.0.113.5"), "it is in no pool", severity="warning")


def test_many_services_of_one_reason():
    some = [
        made(f"web-{at:02}", ip=None, metadata={"annotations": {"metallb.io/address-pool": "gold"}}) for at in range(21)
    ]
    members = cluster() | controller() | services(*some)
    finding = one_of(RULE, members)
    assert finding.subject == "services of type LoadBalancer"
    assert "21 services have no address, among them shop/web-00, shop/web-01" in finding.message
    assert "pool gold, which does not exist" in finding.message
    assert len(found(RULE, cluster() | controller() | services(*some[:20]))) == 20


def test_healthy():
    quiet(RULE, cluster())


@pytest.mark.parametrize(
    "members",
    [
        cluster() | controller() | service(ip=None, metadata={"creationTimestamp": "2026-11-21T09:59:30Z"}),
        cluster() | controller() | service(ip=None, metadata={"deletionTimestamp": "2026-11-21T09:00:00Z"}),
        pending(loadBalancerClass="service.k8s.aws/nlb"),
    ],
    ids=["just created", "being deleted", "another class"],
)
def test_stays_quiet(members):
    quiet(RULE, members, 2)


def test_an_address_that_was_given_while_the_gather_ran():
    line = {"event": "ipAllocated", "ip": ["198.51.100.10"], "level": "info", "service": "shop/web"}
    line |= {"at": "09:59:50", "msg": "IP address assigned by controller"}
    quiet(RULE, pending() | container_log(line, container="controller", pod="controller-a"), 2)
    line["at"] = "08:00:00"
    says(pending() | container_log(line, container="controller", pod="controller-a"), "nothing in the archive says why")


def test_the_load_balancer_of_a_platform():
    unjudged(RULE, pending() | platform("AWS"), "whether MetalLB or the platform", examined=1)
    says(pending({"metallb.io/address-pool": "gold"}) | platform("AWS"), "pool gold, which does not exist")


def test_metallb_is_not_installed():
    members = service(ip=None) | timestamp()
    assert outcome_of(RULE, members).status is Status.NOT_CHECKED


def test_only_the_operator_is_there():
    """What is missing is told by metallb-cr-problem."""
    members = service(ip=None) | subscription() | operator() | timestamp()
    assert outcome_of(RULE, members).status is Status.NOT_CHECKED
