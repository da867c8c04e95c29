import pytest
from bgp_kit import IMAGE, expect, node, one_of, quiet, unjudged
from kit import found, outcome_of
from metallb_kit import cluster, container_log, pool
from resource_kit import network, refused, then_taken, without

RULE = "pool-invalid-or-overlapping"
SUBJECT = "pool pool"
GATEWAY = '{"default":{"mode":"shared","next-hops":["192.0.2.254"],"next-hop":"192.0.2.254"}}'


def says(members, *words, subject=SUBJECT, shown=()):
    return expect(RULE, members, "error", *words, subject=subject, whose=None, shown=shown)


def annotated(name, **notes):
    """A node with annotations of OVN-Kubernetes."""
    members = node(name, '["192.0.2.20/24"]')
    more = "".join(f"    k8s.ovn.org/{key}: '{value}'\n" for key, value in notes.items())
    return {path: text.replace("  annotations:\n", f"  annotations:\n{more}", 1) for path, text in members.items()}


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("198.51.100.0/33", "is no range"),
        ("198.51.100.7", "is no range: MetalLB takes a prefix or `first-last`"),
        ("198.51.100.20-198.51.100.10", "starts behind its end"),
        ("198.51.100.20-2001:db8::1", "begins in one address family and ends in the other"),
    ],
)
def test_a_range_that_metallb_does_not_take(written, words):
    says(cluster() | pool("pool", written), f"pool pool: {written}", words, shown=(written,))


def test_a_pool_without_addresses():
    members = cluster() | pool()
    empty = {path: text.replace("- 198.51.100.0/24\n", "") for path, text in members.items()}
    says(empty, "pool pool: it has no addresses")


def test_two_pools_overlap():
    members = cluster() | pool("gold", "198.51.100.200-198.51.101.10")
    said = "198.51.100.200-198.51.101.10 of pool gold overlaps 198.51.100.0/24 of pool pool"
    says(members, said, subject="pool gold", shown=("198.51.100.200-198.51.101.10", "198.51.100.0/24"))


def test_ranges_of_one_pool_overlap():
    members = cluster() | pool("pool", "198.51.100.0/24", "198.51.100.64/26")
    says(members, "the ranges 198.51.100.0/24 and 198.51.100.64/26 of pool pool overlap")


def test_a_wide_pool_overlaps_each_within_it():
    inside = {f"pool-{at}": f"198.51.100.{at}0-198.51.100.{at}5" for at in (1, 2, 3)}
    members = cluster()
    for name, written in inside.items():
        members |= pool(name, written)
    assert found(RULE, members) == [(None, f"pool {name}", "error") for name in inside]


def test_the_address_of_a_node():
    members = cluster() | pool("pool", "192.0.2.10-192.0.2.20")
    said = "pool pool (192.0.2.10-192.0.2.20) holds 192.0.2.20, an address of node worker-0"
    says(members, said, shown=("192.0.2.10-192.0.2.20", "192.0.2.20/24"))


def test_the_gateway_of_the_nodes():
    members = (
        cluster() | pool("pool", "192.0.2.250-192.0.2.254") | annotated("worker-0", **{"l3-gateway-config": GATEWAY})
    )
    says(members, "holds 192.0.2.254, the gateway of node worker-0", shown=("l3-gateway-config",))


@pytest.mark.parametrize("text", ["{", "[]", '{"default":[]}', '{"default":{"next-hop":7}}'])
def test_a_gateway_that_cannot_be_read(text):
    quiet(RULE, cluster() | annotated("worker-0", **{"l3-gateway-config": text}))


def test_many_addresses_of_nodes():
    members = cluster() | pool("pool", "192.0.2.0/24")
    for at in range(21):
        members |= node(f"edge-{at:02}", f'["192.0.2.{100 + at}/24"]')
    finding = one_of(RULE, members)
    assert "addresses of nodes, among them 192.0.2.100, 192.0.2.101" in finding.message


@pytest.mark.parametrize(
    ("written", "whose"),
    [
        ("10.129.0.0/24", "the pods' network 10.128.0.0/14"),
        ("172.30.5.1-172.30.5.9", "the services' network 172.30.0.0/16"),
    ],
)
def test_the_networks_of_the_cluster(written, whose):
    says(cluster() | network() | pool("pool", written), f"{written} of pool pool overlaps {whose}", shown=(written,))


def test_several_ranges_in_one_network():
    members = cluster() | network() | pool("pool", "172.30.5.1/32", "172.30.5.2/32")
    says(members, "172.30.5.1/32, 172.30.5.2/32 of pool pool overlap the services' network 172.30.0.0/16")


LOGGED = 'parsing address pool gold: invalid CIDR "198.51.100.x/24" in pool "gold": invalid CIDR'


def test_the_log_alone():
    members = cluster() | refused(LOGGED) | refused(LOGGED, pod="speaker-b")
    said = f"MetalLB does not take the pools: {LOGGED} (said by speaker-a, speaker-b)"
    says(members, said, subject="address pools", shown=("198.51.100.x/24",))


def test_the_log_says_the_same_as_the_pools():
    members = cluster() | pool("gold", "198.51.100.64/26")
    both = members | refused(
        'CIDR "198.51.100.64/26" in pool "gold" overlaps with already defined CIDR "198.51.100.0/24"'
    )
    assert found(RULE, both) == found(RULE, members) == [(None, "pool gold", "error")]


@pytest.mark.parametrize(
    "members",
    [
        cluster() | network(),
        cluster() | pool("pool", "192.0.2.100-192.0.2.110"),
        cluster() | then_taken(LOGGED),
        cluster() | container_log("10:00:00 panic: runtime error: index out of range"),
        cluster() | refused("peer tor1 referencing non existing bfd profile fast"),
    ],
    ids=["apart", "layer 2 in the nodes' network", "taken later", "no configuration", "about something else"],
)
def test_stays_quiet(members):
    quiet(RULE, members)


STATE = """\
apiVersion: metallb.io/v1beta1
kind: ConfigurationState
metadata:
  name: controller
  namespace: metallb-system
status:
  result: {}
  errorSummary: '{}'
"""


def test_the_state_that_metallb_writes():
    path = f"{IMAGE}/namespaces/metallb-system/metallb.io/configurationstates/controller.yaml"
    members = cluster() | {path: STATE.format("Invalid", LOGGED)}
    says(members, "(said by controller)", subject="address pools", shown=("errorSummary",))
    quiet(RULE, cluster() | {path: STATE.format("Valid", "")})


def test_a_log_without_a_reason_and_older_rotated_ones():
    """The newest word of a pod counts, in whatever order its logs are read."""
    later = refused(LOGGED, name="previous.log", at="09:00:00") | then_taken("something else")
    quiet(RULE, cluster() | later)
    now = then_taken("something else") | refused(LOGGED, name="previous.log", at="09:00:00")
    quiet(RULE, cluster() | now)


def test_addresses_of_nodes_without_annotations():
    text = "apiVersion: v1\nkind: Node\nmetadata:\n  name: worker-0\nstatus:\n  addresses:\n"
    text += "  - address: 192.0.2.30\n    type: InternalIP\n  - address: x-ipv4-0000000009-x\n    type: InternalIP\n"
    host = {f"{IMAGE}/cluster-scoped-resources/core/nodes/worker-0.yaml": text}
    says(cluster() | host | pool("pool", "192.0.2.30/32"), "holds 192.0.2.30, an address of node worker-0")


def test_neighbors_do_not_overlap():
    quiet(RULE, cluster() | pool("gold", "198.51.101.0/24") | pool("six", "2001:db8:5::/64"), 3)


def test_the_same_pool_in_two_collections():
    """Without a uid nothing else tells that it is one."""
    again = {path.replace("/image/", "/other/"): text for path, text in pool().items()}
    quiet(RULE, cluster() | again, 2)


def test_gaps():
    unjudged(RULE, without(cluster(), "/core/nodes/"), "the nodes were not collected")
    unjudged(RULE, cluster() | pool("pool", "x-ipv4-0000000001-x/24"), "its addresses are masked")
    assert outcome_of(RULE, without(cluster(), "ipaddresspools")).status == "not_checked"
