"""Bounds of the parsers of kernel messages, TLS timeouts and netfilter against hostile lines. Clocks of logs."""

import time
from datetime import UTC, datetime

import pytest
from pairs import read

from parsers.base import SourceFile
from parsers.host_iptables_facts import IptablesRule
from parsers.host_iptables_list import host_iptables_list
from parsers.kernel_drops import SUBJECTS
from parsers.log_clocks import LogClock, LogTime, log_time, on_clock, seconds_between
from parsers.tls_timeouts import SERVERS


def test_drops_of_too_many_interfaces_are_counted_together():
    line = "[  100.000000] openvswitch: eth{}: dropped over-mtu packet: 1558 > 1500\n"
    data = "".join(line.format(at) for at in range(SUBJECTS + 5)).encode()
    _, *drops = read("kernel_drops", data, path="nodes/worker-0/dmesg")
    assert len(drops) == SUBJECTS + 1
    assert (drops[-1].interface, drops[-1].count, drops[-1].size) == (None, 5, 1558)


def test_timeouts_of_too_many_servers_are_counted_together():
    line = 'E Get "https://host-{}/x": net/http: TLS handshake timeout\n'
    data = "".join(line.format(at) for at in range(SERVERS + 5)).encode()
    path = "namespaces/a-operator/pods/p/c/c/logs/current.log"
    found = read("tls_timeouts", data, path=path)
    assert len(found) == SERVERS + 1
    assert (found[-1].server, found[-1].count) == (None, 5)


def test_comments_without_an_end_take_no_time():
    """A search for the end of each of them would take minutes."""
    head = "Chain INPUT (policy ACCEPT)\nACCEPT  all  --  0.0.0.0/0  0.0.0.0/0  "
    start = time.process_time()
    for before, comment in (("/* mine */", "mine"), ("", None)):
        source = SourceFile("iptables.txt", [f"{head}{before}{' /* ' * 60_000}\n".encode()])
        (one,) = (fact for fact in host_iptables_list(source) if isinstance(fact, IptablesRule))
        assert one.comment == comment
    assert time.process_time() - start < 5


DAY = 86400.0
NOON = datetime(2025, 11, 21, 12, 0, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "clock", "seconds"),
    [
        ("[   12.345678] text", LogClock.BOOT, 12.345678),
        ("[Fri Nov 21 12:00:02 2025] text", LogClock.UTC, NOON.timestamp()),
        ("2025-11-21T12:00:02+0000 worker-0 kernel: text", LogClock.UTC, NOON.timestamp()),
        ("2025-11-21T12:00:02.123Z|00012|netdev_linux|WARN|text", LogClock.UTC, NOON.timestamp() + 0.123),
        ("Jan  2 00:00:02 worker-0 kernel: text", LogClock.YEAR, DAY + 2),
    ],
)
def test_the_time_of_a_line(line, clock, seconds):
    assert log_time(line) == LogTime(clock, pytest.approx(seconds))


@pytest.mark.parametrize(
    "line", ["text", "[Fri Feb 31 12:00:02 2025] text", "2025-02-31T12:00:02Z x", "-- No entries --"]
)
def test_lines_without_a_time(line):
    assert log_time(line) is None


def test_a_journal_over_the_end_of_a_year():
    december, january = (log_time(f"{day} 00:00:00 host kernel: text").seconds for day in ("Dec 31", "Jan  1"))
    assert seconds_between(LogClock.YEAR, december, january) == DAY
    assert seconds_between(LogClock.YEAR, january, december) == -DAY
    assert on_clock(LogClock.YEAR, datetime(2025, 1, 1, tzinfo=UTC)) == january
    assert on_clock(LogClock.UTC, NOON) == NOON.timestamp()
    assert on_clock(LogClock.BOOT, NOON) is None


TOO_BIG = "ovs-vswitchd[12]: ovs|00012|netdev_linux|WARN|br-ex: Dropped packet: Too big. GRO/TSO enabled?"


def test_a_log_that_is_sorted_by_its_text():
    lines = [
        "Apr 01 10:00:00 master-0 x[1]: y",
        f"Mar 28 10:00:00 master-1 {TOO_BIG}",
        "Mar 31 09:00:00 master-1 x[1]: y",
    ]
    path = "host_service_logs/masters/ovs-vswitchd_service.log"
    log, drop = read("kernel_drops", "\n".join(["-- Boot 1 --", *lines, "-- Boot 2 --"]).encode(), path=path)
    assert (log.kernel, log.end, drop.node, drop.end, drop.rebooted) == (False, None, "master-1", None, False)
    _, drop = read("kernel_drops", "\n".join(lines).encode(), path=path)
    assert drop.end - drop.last == 4 * DAY
    assert read("kernel_drops", lines[0].encode(), path=path) == []


def test_a_drop_without_a_time():
    _, drop = read("kernel_drops", b"nf_conntrack: table full, dropping packet", path="nodes/worker-0/dmesg")
    assert (drop.clock, drop.last, drop.end) == (None, None, None)


def test_a_boot_after_a_drop():
    lines = [f"Mar 28 10:00:00 worker-0 {TOO_BIG}", "-- Reboot --", "Mar 28 10:09:00 worker-0 x[1]: y"]
    path = "sosreport-worker-0-2025-03-28-abcdefg/sos_commands/logs/journalctl_--no-pager"
    _, drop = read("kernel_drops", "\n".join(lines).encode(), path=path)
    assert drop.rebooted
    _, drop = read("kernel_drops", "\n".join([*lines, lines[0]]).encode(), path=path)
    assert (drop.rebooted, drop.count) == (False, 2)
