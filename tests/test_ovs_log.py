"""Logs of OVS and OVN: counted by host, daemon and subject, whatever wraps the records."""

import pytest
from pairs import read

from parsers import ovs_log
from parsers.base import ParseFailure, SourceFile
from parsers.ovs_log import OvsLogCount, OvsLogEvent, OvsLogKind, OvsLogWindow
from parsers.ovs_log_lines import record

POLL = "2025-10-29T{:02}:{:02}:11.653Z|00002|timeval|WARN|Unreasonably long {}ms poll interval (1ms user, 1ms system)\n"
JOURNAL = "{} {} ovs-vswitchd[1124]: ovs|00002|timeval(urcu4)|WARN|Unreasonably long 1500ms poll interval\n"


def log(text, path="var/log/openvswitch/ovs-vswitchd.log"):
    return read("ovs_log", text.encode(), path=path)


def of(facts, kind):
    return [fact for fact in facts if isinstance(fact, kind)]


def test_most_in_an_hour_and_the_longest():
    times = [(9, 0), (10, 0), (10, 1), (10, 59), (11, 1)]
    facts = log("".join(POLL.format(hour, minute, 1000 + minute) for hour, minute in times))
    (count,) = of(facts, OvsLogCount)
    assert (count.count, count.most, count.most_in_an_hour) == (5, 1059, 3)
    assert count.where("most")[0].first_line == 4
    assert (count.first, count.last) == ("10-29 09:00:11", "10-29 11:01:11")
    assert [one.value for one in of(facts, OvsLogEvent)] == [1000, 1000, 1001, 1059, 1001]


def test_hosts_of_a_journal_are_told_apart():
    text = JOURNAL.format("Feb 29 10:00:00.000001", "master-0") * 2 + JOURNAL.format("Mar  1 10:00:00", "master-1")
    facts = log(text, "host_service_logs/masters/ovs-vswitchd_service.log")
    assert [(one.node, one.daemon, one.count, one.first, one.first_time) for one in of(facts, OvsLogCount)] == [
        ("master-0", "ovs-vswitchd", 2, "02-29 10:00:00", None),
        ("master-1", "ovs-vswitchd", 1, "03-01 10:00:00", None),
    ]


def test_the_pod_and_its_container():
    path = "namespaces/openshift-ovn-kubernetes/pods/ovnkube-node-abcde/ovn-controller/ovn-controller/logs/current.log"
    params = {"namespace": "openshift-ovn-kubernetes", "pod": "ovnkube-node-abcde"}
    facts = list(ovs_log.ovs_log(SourceFile(path, [POLL.format(1, 2, 3).encode()], params)))
    assert [(one.origin.pod, one.node, one.daemon) for one in facts] == [
        ("ovnkube-node-abcde", None, "ovn-controller")
    ] * 3


@pytest.mark.parametrize(
    ("path", "daemon"),
    [
        ("var/log/ovn/ovn-controller.log-20250101", "ovn-controller"),
        ("sos_commands/openvswitch/journalctl_--no-pager_--unit_ovs-vswitchd", "ovs-vswitchd"),
        ("host_service_logs/masters/ovsdb-server_service.log", "ovsdb-server"),
    ],
)
def test_daemon(path, daemon):
    assert [one.daemon for one in log("", path)] == [daemon]


def test_a_log_that_says_nothing_was_read():
    facts = log("2025-10-29T16:37:01.653Z|00001|vlog|INFO|opened log file x\n")
    assert [type(one) for one in facts] == [OvsLogWindow]
    assert facts[0].first == facts[0].last == "10-29 16:37:01"


def test_connections_to_a_socket_are_one_subject():
    line = "2025-10-29T16:37:08.653Z|00013|rconn|WARN|br-int<->unix#{}: connection dropped (Broken pipe)\n"
    (count,) = of(log(line.format(1) + line.format(2)), OvsLogCount)
    assert (count.kind, count.subject, count.count) == (OvsLogKind.CONNECTION_DROPPED, "br-int<->unix", 2)


def test_what_is_not_counted_is_told(monkeypatch):
    monkeypatch.setattr(ovs_log, "GROUPS", 1)
    monkeypatch.setattr(ovs_log, "CROWD", 0)
    line = "2025-10-29T16:37:03.653Z|00003|bridge|WARN|could not open network device {} (No such device)\n"
    facts = log(line.format("a") * 3 + line.format("b") * 2)
    assert [one.count for one in of(facts, OvsLogCount)] == [3]
    assert len(of(facts, OvsLogEvent)) == ovs_log.NEWEST_OF_CROWD
    assert [one.reason for one in of(facts, ParseFailure)] == [
        "0 messages not understood, 2 of too many subjects not counted"
    ]


def test_minutes_are_bounded(monkeypatch):
    monkeypatch.setattr(ovs_log, "MINUTES", 1)
    (count,) = of(log(POLL.format(1, 1, 1) * 2 + POLL.format(1, 2, 1)), OvsLogCount)
    assert (count.count, count.most_in_an_hour) == (3, 2)


def test_many_unknown_wordings_are_one_failure_more():
    facts = log("2025-10-29T16:37:03.653Z|00003|timeval|WARN|Unreasonably long nap\n" * 30)
    assert len(of(facts, ParseFailure)) == ovs_log.FAILURES + 1


@pytest.mark.parametrize(
    ("line", "moment", "text"),
    [
        ("Mar 31 09:54:45 w ovs-vswitchd[319]: 2017-03-31T13:54:45Z|00001|x|INFO|y", "03-31 09:54:45", "y"),
        ("Mar 31 09:54:45 w systemd[1]: Started z.", "03-31 09:54:45", "Started z."),
        ("  2017-03-31T13:54:45.1Z|00001|x|INFO|y", "03-31 13:54:45", "y"),
    ],
)
def test_record(line, moment, text):
    found = record(line)
    assert (found.moment, found.text) == (moment, text)


@pytest.mark.parametrize(
    "line", ["", "+ exec ovn-controller", "Feb 31 09:54:45 w x[1]: y", "2017-02-31T13:54:45Z|1|x|INFO|y"]
)
def test_no_record(line):
    assert record(line) is None
