import pytest
from ovs_kit import container_log, expect, journal, not_checked, outcome_of, pod, pods, quiet, subjects

RULE = "vswitchd-or-ovn-stall"
SUBJECT = "ovs-vswitchd"
LONG = "ovs|00011|timeval|WARN|Unreasonably long {}ms poll interval (3ms user, 5ms system)"
BLOCKED = "ovs|00012|ovs_rcu(urcu4)|WARN|blocked {} ms waiting for main to quiesce"
CPU = "ovs|00013|timeval|WARN|context switches: 0 voluntary, 42 involuntary"
DISK = "ovs|00014|timeval|WARN|disk: 0 reads, 88 writes"
STARTED = "systemd: Started Open vSwitch Forwarding Unit."


def host(*lines, node="worker-0"):
    """A journal of ovs-vswitchd; each line is `21 10:00:00 text`, systemd's with its name in front."""
    rows = []
    for line in lines:
        day, clock, text = line.split(" ", 2)
        rows.append(f"{day} {clock} {node} {text if text.startswith('systemd') else f'ovs-vswitchd: {text}'}")
    return journal(*rows)


BEGIN = "20 00:00:00 ovs|00001|bridge|INFO|bridge br-int: added interface x on port 1"  # the log covers days


@pytest.mark.parametrize(
    ("values", "severity", "words"),
    [
        ((1200,), "info", "once, for up to 1200 ms"),
        ((1200, 1300), "info", "2 times"),
        ((1200, 1300, 1400), "warning", "3 times, up to 3 in an hour, for up to 1400 ms"),
        ((2500,), "warning", "2500 ms"),
        ((5000,), "error", "5000 ms"),
        ((1200,) * 10, "error", "10 times, up to 10 in an hour"),
        ((1200,) * 9, "warning", "9 times"),
    ],
)
def test_how_long_and_how_often(values, severity, words):
    lines = [f"21 10:{5 * at:02}:00 {LONG.format(value)}" for at, value in enumerate(values)]
    expect(RULE, host(BEGIN, *lines), severity, words, subject=SUBJECT, shown=[f"{max(values)}ms"])


def test_stalls_hours_apart():
    lines = [f"21 {at}:00:00 {LONG.format(1200)}" for at in (10, 12, 14)]
    expect(RULE, host(BEGIN, *lines), "warning", "3 times, up to 1 in an hour", subject=SUBJECT)


def test_blocked_threads():
    members = host(BEGIN, f"21 10:00:00 {BLOCKED.format(2000)}", f"21 10:00:01 {BLOCKED.format(8000)}")
    expect(RULE, members, "error", "8000 ms", subject=SUBJECT, shown=["blocked 8000 ms"])


def test_more_messages_than_are_known_one_by_one():
    lines = [f"20 {at:02}:00:00 {LONG.format(7777 if at == 1 else 1100)}" for at in range(1, 23)]
    expect(
        RULE,
        host(BEGIN, *lines),
        "error",
        "22 times, up to 1 in an hour, for up to 7777 ms",
        subject=SUBJECT,
        shown=["7777ms"],
    )
    started = [BEGIN, *lines, f"21 10:00:00 {STARTED}", f"21 10:01:00 {LONG.format(9999)}"]
    expect(RULE, host(*started), "warning", "for up to 1100 ms", subject=SUBJECT)


def test_why():
    members = host(BEGIN, f"21 10:00:00 {LONG.format(6000)}", f"21 10:00:00 {CPU}", f"21 10:00:00 {DISK}")
    words = "(context switches: 0 voluntary, 42 involuntary; disk: 0 reads, 88 writes)"
    expect(RULE, members, "error", words, subject=SUBJECT, shown=["42 involuntary", "88 writes"])


def test_a_start_takes_its_time():
    quiet(RULE, host(BEGIN, f"21 10:00:00 {STARTED}", f"21 10:04:00 {LONG.format(9000)}"))
    later = host(BEGIN, f"21 10:00:00 {STARTED}", f"21 10:06:00 {LONG.format(9000)}")
    expect(RULE, later, "error", "once", subject=SUBJECT)
    quiet(RULE, container_log("2026-11-21T10:00:00 main INFO begin", f"2026-11-21T10:03:00 timeval WARN {plain(9000)}"))


def plain(value):
    return LONG.format(value).rpartition("|")[2]


def controller(*lines):
    return container_log("2026-11-20T10:00:00 main INFO begin", *lines)


def test_a_new_connection_of_ovn_controller():
    dropped = "2026-11-21T10:00:00 reconnect INFO ssl:192.0.2.1:9642: connection dropped (Protocol error)"
    stall = f"2026-11-21T10:01:00 timeval WARN {plain(6000)}"
    quiet(RULE, controller(dropped, stall))
    expect(RULE, controller(stall), "error", "ovn-controller of ovnkube-node-x", subject="ovn-controller", whose=None)


def test_the_node_of_a_pod():
    namespace = "openshift-ovn-kubernetes"
    members = controller(f"2026-11-21T10:01:00 timeval WARN {plain(6000)}")
    members |= pods(pod("ovnkube-node-x", namespace), namespace=namespace)
    expect(RULE, members, "error", "ovn-controller of worker-0", subject="ovn-controller")


@pytest.mark.parametrize(("value", "severity"), [(9000, "warning"), (3000, "info")])
def test_long_ago(value, severity):
    members = host(BEGIN, f"21 10:00:00 {LONG.format(value)}", "23 10:00:00 ovs|00020|bridge|INFO|text")
    expect(RULE, members, severity, subject=SUBJECT)


def test_a_year_ends():
    """The journal is in lexicographic order, which puts January first."""
    lines = [f"Jan 01 00:10:00.000000 worker-0 ovs-vswitchd[12]: {LONG.format(2500)}"]
    lines += [f"Dec 31 23:50:00.000000 worker-0 ovs-vswitchd[12]: {LONG.format(2500)}", ""]
    ((path, _),) = host(BEGIN).items()
    expect(RULE, {path: "\n".join(lines)}, "warning", "2 times, up to 2 in an hour", "last at 01-01", subject=SUBJECT)


def test_hosts_of_a_journal():
    lines = [f"21 10:00:00 {LONG.format(6000)}"]
    both = {path: text + host(*lines, node="worker-1")[path] for path, text in host(BEGIN, *lines).items()}
    assert subjects(RULE, both) == [("worker-0", SUBJECT, "error"), ("worker-1", SUBJECT, "error")]


def test_the_same_lines_in_two_files():
    members = controller(*(f"2026-11-21T10:0{at}:00 timeval WARN {plain(1100)}" for at in range(2)))
    ((path, text),) = members.items()
    twice = members | {path.replace("current.log", "previous.log"): text}
    expect(RULE, twice, "info", "2 times", subject="ovn-controller", whose=None)


def test_quiet():
    quiet(RULE, host(BEGIN))
    quiet(RULE, controller())
    assert outcome_of(RULE, host(BEGIN)).examined == 1


def test_not_collected():
    not_checked(RULE, {}, "logs of Open vSwitch and OVN")
