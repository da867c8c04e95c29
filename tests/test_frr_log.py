"""What a pair cannot show of a log: that much of it stays little."""

from datetime import UTC, datetime, timedelta

from pairs import read

from parsers import frr_log
from parsers.base import ParseFailure
from parsers.frr_log import FrrLogCount, FrrLogEvent, FrrLogKind, FrrLogWindow

START = datetime(2026, 1, 1, 23, 30, tzinfo=UTC)


def lines(times, text):
    return "".join(
        f"{time:%Y/%m/%d %H:%M:%S} BGP: {text.format(number)}\n" for number, time in enumerate(times)
    ).encode()


def of(kind, facts):
    return [fact for fact in facts if isinstance(fact, kind)]


def test_all_are_counted_and_the_newest_kept():
    times = [START + timedelta(seconds=10 * number) for number in range(400)]
    facts = read("frr_log", lines(times, "192.0.2.1 [Event] Connect failed 111(Connection refused)"))
    (count,) = of(FrrLogCount, facts)
    assert (count.count, count.first_time, count.last_time) == (400, times[0], times[-1])
    assert (count.evidence.first_line, count.marks["last"].first_line) == (1, 400)
    assert [event.time for event in of(FrrLogEvent, facts)] == times[-frr_log.NEWEST :]


def test_most_in_an_hour_slides_over_full_hours_and_midnight():
    quiet = [START + timedelta(minutes=20 * number) for number in range(12)]
    burst = [START + timedelta(minutes=50, seconds=number) for number in range(30)]
    facts = read("frr_log", lines(sorted(quiet + burst), "192.0.2.1 [FSM] Hold timer expire"))
    (count,) = of(FrrLogCount, facts)
    assert count.count == 42
    assert count.most_in_an_hour == 33  # the burst and three of the quiet ones


def test_a_clock_set_back_does_not_lose_messages():
    times = [START, START - timedelta(hours=3), START + timedelta(minutes=1)]
    (count,) = of(FrrLogCount, read("frr_log", lines(times, "192.0.2.1 [FSM] Hold timer expire")))
    assert (count.count, count.most_in_an_hour) == (3, 3)


def test_a_crowd_of_peers_is_counted_with_few_events(monkeypatch):
    monkeypatch.setattr(frr_log, "CROWD", 2)
    text = "192.0.2.{} [FSM] Hold timer expire"
    facts = read("frr_log", lines([START] * 4, text) * 5)
    assert [count.count for count in of(FrrLogCount, facts)] == [5, 5, 5, 5]
    assert len(of(FrrLogEvent, facts)) == 5 + 5 + 2 + 2


def test_more_peers_than_can_be_counted_are_told(monkeypatch):
    monkeypatch.setattr(frr_log, "GROUPS", 3)
    facts = read("frr_log", lines([START] * 5, "192.0.2.{} [FSM] Hold timer expire"))
    assert len(of(FrrLogCount, facts)) == 3
    (told,) = of(ParseFailure, facts)
    assert "2 of too many peers" in told.reason


def test_failures_are_reported_one_by_one_only_up_to_a_number():
    facts = read("frr_log", lines([START] * 100, "%NOTIFICATION: sent to nobody {}"))
    failures = of(ParseFailure, facts)
    assert len(failures) == frr_log.FAILURES + 1
    assert failures[-1].reason.startswith("100 messages")


def test_window_stands_even_where_nothing_was_found():
    facts = read("frr_log", lines([START, START + timedelta(hours=2)], "Registering VRF {}"))
    (window,) = facts
    assert isinstance(window, FrrLogWindow)
    assert (window.first_time, window.last_time) == (START, START + timedelta(hours=2))


def test_peer_is_the_address_beside_the_hostname():
    text = "%ADJCHANGE: neighbor tor1(192.0.2.1) in vrf default Down BFD down received"
    (count,) = of(FrrLogCount, read("frr_log", lines([START], text)))
    assert (count.kind, count.peer) == (FrrLogKind.ADJACENCY_DOWN, "192.0.2.1")
