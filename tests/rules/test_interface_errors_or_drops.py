import pytest
from bgp_kit import expect, quiet, unjudged
from node_kit import addresses, healthy, link, links, network, node, ovn_links

RULE = "interface-errors-or-drops"
BASE = node("worker-0") | network() | addresses()


def counted(rx=(5_000_000, 0, 0, 0), tx=(4_000_000, 0, 0, 0), **more):
    return BASE | links("worker-0", ovn_links(counters={"rx": rx, "tx": tx}, **more))


def test_a_healthy_cluster():
    quiet(RULE, healthy(), examined=3)


@pytest.mark.parametrize(
    ("rx", "tx", "words"),
    [
        ((5_000_000, 2000, 0, 0), (4_000_000, 0, 0, 0), ("2000 errors and drops in 9000000 packets", "rx_errors 2000")),
        ((5_000_000, 0, 0, 2000), (4_000_000, 0, 0, 0), ("rx_missed 2000", "the card's ring or the CPU is too slow")),
        ((5_000_000, 0, 0, 0), (4_000_000, 2000, 0, 2000), ("2000 errors and drops in", "the link comes and goes")),
        ((5_000_000, 0, 0, 0), (4_000_000, 0, 2000, 0), ("tx_dropped 2000", "the queue of the card is full")),
    ],
)
def test_more_than_one_of_ten_thousand(rx, tx, words):
    expect(RULE, counted(rx, tx), "warning", *words, subject="ens3", shown=("2000",))


def test_few_of_many_or_few_at_all():
    quiet(RULE, counted((90_000_000, 2000, 0, 0)))
    quiet(RULE, counted((5000, 999, 0, 0), (0, 0, 0, 0)))


def test_dropped_on_receipt_is_information():
    members = counted((5_000_000, 0, 30_000, 0))
    expect(RULE, members, "info", "ens3 of worker-0 dropped 30000 packets on receipt", subject="ens3")
    base = [link("ens4", index=3, master="bond0", counters={"rx": (9000, 0, 8000, 0), "tx": (0, 0, 0, 0)})]
    quiet(RULE, BASE | links("worker-0", [line for one in base for line in one]))  # a bond's member that waits


def test_bridges_tunnels_and_pods_are_not_looked_at():
    bad = {"rx": (10_000, 5000, 5000, 5000), "tx": (10_000, 5000, 5000, 5000)}
    ends = [
        link("abc8d7e6f5a4b3c", 1400, index=40, lower="if2", master="ovs-system", kind="veth", counters=bad),
        link("tun0", 1450, index=41, counters=bad),
        link("bond0", index=42, flags="BROADCAST,MULTICAST,MASTER,UP,LOWER_UP", counters=bad),
        link("br-ex.5", index=43, counters=bad),
        link("dummy0", index=44, kind="dummy", counters=bad),
    ]
    quiet(RULE, BASE | links("worker-0", ovn_links(more=ends)))


def twice(rx, tx=(4_000_000, 0, 0, 0), first=(5_000_000, 2000, 0, 0), **more):
    later = links("worker-0", ovn_links(counters={"rx": rx, "tx": tx}, **more))
    named = {path.replace("_ip_-s", "_after_ip_-s"): text for path, text in later.items()}
    saved = {"saved/worker-0/later.txt": next(iter(named.values()))}
    return counted(first, **more) | saved


def test_two_outputs_tell_what_rises():
    words = "ens3 of worker-0 counted 500 more errors and drops while 1000000 packets passed"
    expect(RULE, twice((6_000_000, 2500, 0, 0)), "warning", words, subject="ens3", shown=("2500", "2000"))
    quiet(RULE, twice((6_000_000, 2000, 0, 0)))  # of long ago
    quiet(RULE, twice((6_000_000, 2009, 0, 0)))  # hardly any
    words = "ens3 of worker-0 dropped 20000 packets on receipt while 1000000 passed"
    expect(RULE, twice((6_000_000, 2000, 20_000, 0), first=(5_000_000, 2000, 0, 0)), "warning", words, subject="ens3")


def test_an_output_before_any_packet_tells_nothing_of_growth():
    members = twice((6_000_000, 2000, 0, 0)) | counted((0, 0, 0, 0), (0, 0, 0, 0))
    expect(RULE, members, "warning", "2000 errors and drops in 10000000 packets", subject="ens3")


def test_not_collected():
    unjudged(RULE, BASE, "no counters of its network cards were collected")
