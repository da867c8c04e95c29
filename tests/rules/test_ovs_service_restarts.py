import pytest
from ovs_kit import container_log, expect, journal, network, not_checked, quiet, subjects

RULE = "ovs-service-restarts"
SUBJECT = "ovs-vswitchd"
UNITS = {
    "ovs-vswitchd": "Started Open vSwitch Forwarding Unit.",
    "ovsdb-server": "Started Open vSwitch Database Unit.",
    "ovs-configuration": "Finished Configures OVS with proper host networking configuration.",
}


def starts(host="worker-0", **times):
    """Journals of the units with their starts at these times (`21 10:00`), and some lines of their own."""
    members = {}
    for unit, text in UNITS.items():
        own = times.get(unit.replace("-", "_"))
        if own is not None:
            lines = [
                one if " worker" in one else f"{one}:0{unit.count('r') % 10} {host} systemd: {text}" for one in own
            ]
            members |= journal(*lines, unit=unit)
    return members


def boots(*times, host="worker-0"):
    """Boots of the host: both daemons, ovs-configuration a few minutes later."""
    later = [f"{one.split(':')[0]}:{int(one.split(':')[1]) + 5:02}" for one in times]
    return {"ovs_vswitchd": list(times), "ovsdb_server": list(times), "ovs_configuration": later}


def both(own, other):
    return {unit: [*own.get(unit, ()), *other.get(unit, ())] for unit in (*own, *other)}


def test_a_daemon_that_starts_alone():
    members = starts(**both(boots("20 08:00"), {"ovs_vswitchd": ["21 10:00", "21 14:30"]}))
    words = "started 2 times within a day without a boot of the host, between 11-21 10:00"
    expect(RULE, members, "warning", words, subject=SUBJECT, shown=["Nov 21 10:00", "Nov 21 14:30"])


def test_both_daemons_without_ovs_configuration():
    again = {"ovs_vswitchd": ["21 10:00", "21 14:30"], "ovsdb_server": ["21 10:00", "21 14:30"]}
    found = subjects(RULE, starts(**both(boots("20 08:00"), again)))
    assert found == [("worker-0", "ovs-vswitchd", "warning"), ("worker-0", "ovsdb-server", "warning")]
    quiet(RULE, starts(**again))  # without its journal these may be boots


@pytest.mark.parametrize(
    "times",
    [
        boots("20 08:00"),
        boots("20 08:00", "20 09:00", "20 10:00"),  # updates of the node
        both({"ovs_vswitchd": ["20 07:30"], "ovsdb_server": ["20 07:30"]}, boots("20 08:00")),  # the first boot of all
        both(boots("20 08:00"), {"ovs_vswitchd": ["21 10:00"]}),
        both(boots("18 08:00"), {"ovs_vswitchd": ["19 10:00", "21 14:30"]}),
        {"ovs_vswitchd": ["21 10:00", "21 14:30"]},
    ],
)
def test_boots_and_single_starts(times):
    quiet(RULE, starts(**times))


def test_the_day_with_most_starts():
    alone = {"ovs_vswitchd": ["20 10:00", "20 11:00", "20 12:00", "22 10:00"]}
    members = starts(**both(boots("18 08:00"), alone))
    expect(RULE, members, "info", "started 3 times", "11-20 10:00", subject=SUBJECT)


def test_hosts_without_a_name_yet():
    times = {"ovs_vswitchd": ["21 10:00", "21 10:02", "21 10:04"], "ovsdb_server": ["21 09:00"]}
    assert not subjects(RULE, starts(host="localhost", **times))


def test_long_ago():
    last = "25 10:00:00 worker-0 ovs-vswitchd: ovs|00099|bridge|INFO|text"
    members = starts(**both(boots("20 08:00"), {"ovs_vswitchd": ["21 10:00", "21 14:30", last]}))
    expect(RULE, members, "info", "2 times", subject=SUBJECT)


def test_systemd_and_the_daemon_tell_of_one_start():
    own = "ovs|00001|vswitchd|INFO|ovs-vswitchd (Open vSwitch) 2.17.9"
    lines = [
        f"21 10:00:0{at} worker-0 {text}"
        for at, text in enumerate((f"ovs-vswitchd: {own}", "systemd: " + UNITS[SUBJECT]))
    ]
    members = starts(**boots("20 08:00")) | journal(*lines, unit="openvswitch")
    quiet(RULE, members, examined=1)


def test_crashes():
    died = "systemd: ovs-vswitchd.service: Main process exited, code=killed, status=11/SEGV"
    lines = [f"21 10:00:00 worker-0 {died}", f"21 11:00:00 worker-0 {died}"]
    expect(RULE, journal(lines[0]), "warning", "crashed at 11-21 10:00:00", subject=SUBJECT, shown=["SEGV"])
    expect(RULE, journal(*lines), "warning", "crashed 2 times, last at 11-21 11:00:00", subject=SUBJECT)
    text = "ovs-vswitchd: ovs|00031|util|EMER|lib/x.c:12: assertion y failed in z()"
    expect(RULE, journal(f"21 10:00:00 worker-0 {text}"), "warning", "assertion", subject=SUBJECT)
    later = "25 10:00:00 worker-0 ovs-vswitchd: ovs|00099|bridge|INFO|text"
    expect(RULE, journal(lines[0], later), "info", "crashed", subject=SUBJECT)
    quiet(RULE, journal(lines[0].replace("11/SEGV", "15/TERM")))


def test_failures():
    failed = "21 10:00:00 worker-0 systemd: ovs-configuration.service: Failed with result 'exit-code'."
    unit = "ovs-configuration"
    expect(RULE, journal(failed, unit=unit), "warning", "failed at 11-21 10:00:00", subject=unit, shown=["exit-code"])
    twice = failed.replace("10:00", "11:00")
    expect(RULE, journal(failed, twice, unit=unit), "warning", "failed 2 times, last at 11-21 11:00:00", subject=unit)
    started = f"21 10:20:00 worker-0 systemd: {UNITS[unit]}"
    words = "was started again at 11-21 10:20:00"
    expect(RULE, journal(failed, started, unit=unit), "info", words, subject=unit, shown=["Finished Configures"])


def test_not_collected():
    not_checked(RULE, network(), "logs of Open vSwitch")
    not_checked(RULE, container_log("2026-11-21T10:00:00 main INFO begin"), "ovs-configuration")
