import pytest
from bgp_kit import IMAGE, config, dump, log, neighbor, node, statements, timestamp
from gather_kit import a_pod, collected, gather_logs, member
from kit import outcome_of

from analyzer.model import Status

RULE = "log-window-or-redaction-limits-verdict"
MARK = {f"{IMAGE}/watermark.txt": "2026-11-21 12:00:00.5 +0000 UTC m=+0.08\nv0.2.0\n"}


def messages(members):
    return [(one.node, one.subject, one.message) for one in outcome_of(RULE, members).findings]


def started(time):
    ((path, text),) = a_pod().items()
    return {path: text.replace("2026-11-20T00:00:00Z", time)}


def test_addresses_are_masked():
    (finding,) = outcome_of(RULE, MARK | timestamp()).findings
    assert (finding.subject, finding.severity) == (IMAGE, "info")
    assert finding.message == "addresses and names are masked (must-gather-clean): networks cannot be compared"
    assert finding.evidence[0].excerpt[0].startswith("2026-11-21 12:00:00")


def test_a_mark_at_the_top():
    members = {"watermark.txt": next(iter(MARK.values()))}
    assert messages(members)[0][1] == "archive"


TOKENS = ["x-ipv4-0000000001-x", "xxx.xxx.xxx.xxx", "x-ipv6-0000000003-x", "xxxx:xxxx:xxxx:xxxx:xxxx:xxxx:xxxx:xxxx"]


@pytest.mark.parametrize("token", TOKENS)
def test_masked_words_without_the_mark(token):
    """The mark of must-gather-clean may have been left out of the upload."""
    peers = timestamp() | dump(neighbor(token), config(statements(token), activate=(token,)))
    (finding,) = outcome_of(RULE, peers).findings
    assert (finding.subject, finding.severity) == ("archive", "info")
    assert any(token in line for one in finding.evidence for line in one.excerpt)
    addresses = f"status:\n  addresses:\n  - address: {token}\n    type: InternalIP\n"
    nodes = {path: text + addresses for path, text in node().items()}
    (finding,) = outcome_of(RULE, timestamp() | nodes | dump(neighbor(), config())).findings
    assert finding.message.startswith("addresses and names are masked")
    assert len(outcome_of(RULE, peers | MARK).findings) == 1


def test_the_log_begins_late():
    (finding,) = outcome_of(RULE, collected() | started("2026-11-21T09:49:59Z")).findings
    assert (finding.node, finding.subject, finding.severity) == ("worker-0", "speaker-a", "info")
    assert finding.message == "the FRR log begins only at 2026-11-21 10:00:00 UTC; the container runs longer"
    quoted = [line for one in finding.evidence for line in one.excerpt]
    assert any(line.startswith("2026/11/21 10:00:00") for line in quoted)
    assert any("2026-11-21T09:49:59Z" in line for line in quoted)


def test_collections_of_different_times():
    members = timestamp("2026-11-21 03:59:00") | timestamp("2026-11-21 10:00:00", "must-gather.local.2/image")
    said = "collections of different times are mixed: 2026-11-21 03:59 and 2026-11-21 10:00 UTC"
    assert messages(members) == [(None, "archive", said)]
    (finding,) = outcome_of(RULE, members).findings
    assert len(finding.evidence) == 2


@pytest.mark.parametrize(
    "members",
    [
        collected() | started("2026-11-21T09:50:00Z"),
        collected() | started("2026-11-21T10:30:00Z"),  # frr.log outlives the container
        collected() | log("09:00:00 Terminating on signal", name="previous.log") | started("2026-11-21T09:05:00Z"),
        collected("speaker-a", "log") | {member("frr.log"): ""} | started("2026-11-20T00:00:00Z"),
        collected("speaker-a", "log") | a_pod(),
        timestamp(),
        timestamp() | node() | dump(neighbor(), config()),
        timestamp("2026-11-21 04:00:00") | timestamp("2026-11-21 10:00:00", "must-gather.local.2/image"),
    ],
    ids=[
        "ten minutes",
        "log is older",
        "an older log too",
        "empty log",
        "no log",
        "one time",
        "no masked word",
        "six hours apart",
    ],
)
def test_stays_quiet(members):
    outcome = outcome_of(RULE, members)
    assert (outcome.status, outcome.findings) == (Status.CLEAR, ())
    assert outcome.examined >= 1


def test_a_container_without_a_start_is_left_alone():
    ((path, text),) = a_pod().items()
    members = collected() | {path: text[: text.index("  containerStatuses")] + "  phase: Running\n"}
    assert messages(members) == []


def test_not_checked_without_any():
    outcome = outcome_of(RULE, gather_logs("bgpd is not running"))
    assert outcome.status is Status.NOT_CHECKED
    assert outcome.reason == "neither timestamps nor FRR logs in this archive"
