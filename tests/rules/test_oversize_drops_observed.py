import pytest
from bgp_kit import IMAGE, dump, expect, log, neighbor, one_of, pod, quiet, timestamp
from kit import found
from node_kit import absent, addresses, dmesg, healthy, links, network, node, nstat, ovn_links

RULE = "oversize-drops-observed"
DROP = "[{:12.6f}] openvswitch: genev_sys_6081: dropped over-mtu packet: {} > {}"
MESSAGES = "sosreport-master-0-2026-11-21-abcdefg/var/log/messages"
TOO_BIG = (
    "Nov 21 10:00:02 master-0 ovs-vswitchd[1234]: ovs|00012|netdev_linux|WARN|br-ex: "
    "Dropped packet: Too big. GRO/TSO enabled?\n"
)
BFD_UP = """\
BFD Peers:
	peer 192.0.2.1 local-address 192.0.2.20 vrf default interface br-ex
		ID: 1
		Remote ID: 2
		Active mode
		Status: up
		Uptime: 40 second(s)
		Diagnostics: ok
		Remote diagnostics: ok
		Peer Type: dynamic
"""


def test_a_healthy_cluster():
    quiet(RULE, healthy(), examined=3)


@pytest.mark.parametrize(
    ("size", "word"),
    [(1558, "a Geneve header"), (1550, "a VXLAN header"), (1578, "a Geneve header over IPv6"), (1504, "")],
)
def test_the_kernel_dropped(size, word):
    members = healthy() | dmesg("worker-1", DROP.format(89000, size, 1500), DROP.format(89990, size, 1500))
    words = f"worker-1 dropped packets larger than the MTU of genev_sys_6081: {size} > 1500"
    finding = expect(
        RULE,
        node("worker-1") | dmesg("worker-1", DROP.format(89000, size, 1500)),
        "error",
        words,
        subject="genev_sys_6081",
        whose="worker-1",
    )
    assert finding.message.endswith(f"by {word}" if word else "> 1500")
    assert found(RULE, members) == [("worker-1", "genev_sys_6081", "info")]  # its MTU is 65000 now


def test_a_drop_of_long_ago():
    members = node("worker-0") | dmesg("worker-0", DROP.format(10, 1558, 1500))
    expect(RULE, members, "info", "1558 > 1500", subject="genev_sys_6081")


def test_before_the_mtu_was_mended():
    line = DROP.format(89990, 1558, 1500).replace("genev_sys_6081", "ens3")
    base = node("worker-0") | network() | addresses() | dmesg("worker-0", line)
    expect(RULE, base | links("worker-0", ovn_links(9000)), "info", "1558 > 1500", subject="ens3", shown=("mtu 9000",))
    expect(RULE, base | links("worker-0", ovn_links(1500)), "error", "1558 > 1500", subject="ens3", shown=("mtu 1500",))


def test_joined_packets_that_open_vswitch_cannot_read():
    members = node("master-0") | node("master-1") | {MESSAGES: TOO_BIG * 2}
    words = ("Open vSwitch on master-0 dropped packets larger than br-ex takes", "GRO", "(2 messages)")
    finding = one_of(RULE, members)
    assert (finding.node, finding.subject, str(finding.severity)) == ("master-0", "br-ex", "error")
    assert all(word in finding.message for word in words)


SERVICE = f"{IMAGE}/host_service_logs/masters/ovs-vswitchd_service.log"


@pytest.mark.parametrize(
    ("taken", "severity"),
    [
        ("2026-11-21 12:00:00", "error"),
        ("2026-11-22 09:00:00", "error"),
        ("2026-11-23 12:00:00", "info"),
        ("2027-01-02 12:00:00", "info"),
        ("2026-11-21 09:00:00", "error"),  # the clock of the host is ahead
    ],
)
def test_the_journal_of_a_service(taken, severity):
    """The journals of a must-gather tell no year and are sorted by their text: its own time tells how old they are."""
    members = node("master-0") | node("master-1") | timestamp(taken) | {SERVICE: TOO_BIG}
    expect(RULE, members, severity, "Open vSwitch on master-0", subject="br-ex", whose="master-0")


def test_a_journal_without_the_time_of_the_collection():
    older = TOO_BIG.replace("Nov 21", "Nov 19")
    members = node("master-0") | {SERVICE: older + TOO_BIG.replace("Dropped", "x")}
    expect(RULE, members, "info", "Open vSwitch", subject="br-ex", whose="master-0")
    expect(RULE, node("master-0") | {SERVICE: TOO_BIG}, "error", "Open vSwitch", subject="br-ex", whose="master-0")
    absent(RULE, node("master-0") | {SERVICE: TOO_BIG.replace("Dropped", "x")}, "no kernel log")


def test_a_drop_before_a_boot():
    text = TOO_BIG + "-- Boot 0123456789abcdef0123456789abcdef --\nNov 21 10:05:00 master-0 kernel: text\n"
    path = "sosreport-master-0-2026-11-21-abcdefg/sos_commands/logs/journalctl_--no-pager"
    expect(RULE, node("master-0") | {path: text}, "info", "Open vSwitch", subject="br-ex", whose="master-0")


def test_packets_that_cannot_be_forwarded():
    first = nstat("worker-0", IpFragFails=3)
    again = {path.replace("2026-11-21", "2026-11-22"): text.replace(" 3 ", " 90 ") for path, text in first.items()}
    words = "worker-0 may not fragment IPv4 packets too large to forward: 3, then 90 (IpFragFails)"
    expect(RULE, node("worker-0") | first | again, "warning", words, subject="worker-0")
    quiet(RULE, node("worker-0") | nstat("worker-0", IpFragFails=500))


def stuck(bfd=BFD_UP, time="09:59:00"):
    running = timestamp() | pod() | dump(neighbors=(neighbor(extra=("  BFD: Type: single hop",)),), bfd=bfd)
    line = f"{time} 192.0.2.1(tor1) has not made any SendQ progress for 1 holdtime (90s), peer overloaded?"
    return running | log(line) | nstat("worker-0", IpFragFails=0)


def test_a_peer_takes_nothing_while_bfd_is_up():
    words = ("192.0.2.1 takes nothing of what BGP sends", "small ones pass")
    expect(RULE, stuck(), "warning", *words, shown=("SendQ",))
    assert not found(RULE, stuck(bfd=BFD_UP.replace("Status: up", "Status: down")))


def test_a_peer_that_took_nothing_days_ago():
    assert not found(RULE, stuck() | timestamp("2026-11-25 10:00:00"))


def test_not_collected():
    absent(RULE, network() | addresses(), "no kernel log (dmesg) and no counters")
