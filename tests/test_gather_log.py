"""What the pairs of gather_log cannot show: bounds."""

from pairs import read

from parsers import gather_log
from parsers.base import ParseFailure
from parsers.gather_log import GatherMessage, GatherSummary


def test_different_messages_are_bounded_and_it_is_said(monkeypatch):
    monkeypatch.setattr(gather_log, "DISTINCT_LIMIT", 3)
    log = "".join(f"command terminated with exit code {number}\n" for number in (1, 1, 2, 3, 4, 5))
    failed, *messages = read("gather_log", f"ClusterID: x\n{log}".encode())
    assert isinstance(failed, ParseFailure)
    assert failed.evidence.first_line == 6
    assert [message.count for message in messages if isinstance(message, GatherMessage)] == [2, 1, 1]
    assert isinstance(messages[-1], GatherSummary)


def test_the_same_words_without_a_time_are_one_message():
    found = read("gather_log", b"2026-11-21T05:52:38Z bgpd is not running\nbgpd is not running\n")
    assert [(one.count, one.evidence.first_line, one.text) for one in found] == [(2, 1, "bgpd is not running")]
