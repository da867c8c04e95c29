import pytest
from bgp_kit import IMAGE, expect, quiet, unjudged
from node_kit import absent, dmesg, healthy, links, neighbors, network, node, settings, sysctl

RULE = "kernel-table-full"
BASE = node("worker-0")
TABLE = "[{:12.6f}] nf_conntrack: nf_conntrack: table full, dropping packet"
OVERFLOW = "[{:12.6f}] neighbour: arp_cache: neighbor table overflow!"


def test_a_healthy_cluster():
    quiet(RULE, healthy(), examined=3)


def test_conntrack_is_full():
    members = BASE | sysctl() | dmesg("worker-0", TABLE.format(89000), TABLE.format(89990))
    words = "worker-0 dropped packets of new connections: the conntrack table was full (2 messages)"
    expect(RULE, members, "error", words, subject="conntrack", shown=("table full, dropping packet",))


def test_a_journal_of_open_vswitch_is_no_log_of_the_kernel():
    path = f"{IMAGE}/host_service_logs/masters/ovs-vswitchd_service.log"
    text = (
        "Nov 21 10:00:02 worker-0 ovs-vswitchd[1]: ovs|1|netdev_linux|WARN|x: Dropped packet: Too big. GRO/TSO enabled?"
    )
    absent(RULE, BASE | {path: text}, "neither a kernel log")


def test_neighbors_do_not_fit():
    expect(
        RULE, BASE | dmesg("worker-0", OVERFLOW.format(89000)), "error", "could not add neighbors", subject="neighbors"
    )


def test_a_burst_of_long_ago():
    expect(RULE, BASE | dmesg("worker-0", TABLE.format(100)), "info", "was full", subject="conntrack")


def test_a_message_without_a_time():
    expect(
        RULE,
        BASE | dmesg("worker-0", "nf_conntrack: table full, dropping packet"),
        "error",
        "was full",
        subject="conntrack",
    )


def test_conntrack_is_nearly_full():
    members = BASE | sysctl(net__netfilter__nf_conntrack_count=240000)
    words = "the conntrack table of worker-0 holds 240000 of 262144 connections (91 %)"
    expect(RULE, members, "error", words, subject="conntrack", shown=("240000", "262144"))
    quiet(RULE, BASE | sysctl(net__netfilter__nf_conntrack_count=235000))
    older = {"net.netfilter.nf_conntrack_count": 99, "net.nf_conntrack_max": 100}
    expect(RULE, BASE | settings("worker-0", **older), "error", "99 of 100", subject="conntrack")


def table(count, state="STALE"):
    return neighbors(
        "worker-0",
        *(f"10.0.{at // 250}.{at % 250 + 1} dev br-ex lladdr 52:54:00:00:00:01 {state}" for at in range(count)),
    )


@pytest.mark.parametrize(
    ("count", "severity", "limit"), [(513, "warning", "gc_thresh2 is 512"), (1025, "error", "gc_thresh3 is 1024")]
)
def test_the_neighbor_table(count, severity, limit):
    words = f"the neighbor table of worker-0 has {count} IPv4 entries, {limit}"
    expect(RULE, BASE | sysctl() | table(count), severity, words, subject="neighbors", shown=(limit.split()[0],))


def test_entries_that_do_not_count():
    quiet(RULE, BASE | sysctl() | table(512))
    quiet(RULE, BASE | sysctl() | table(2000, "PERMANENT"))
    quiet(RULE, BASE | table(2000))  # nobody knows the limits


def test_not_collected():
    absent(RULE, network(), "neither a kernel log (dmesg) nor kernel settings")
    unjudged(RULE, BASE | links(), "neither its kernel's log nor the size of a table")
