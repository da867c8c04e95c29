"""The timeline: what each source tells, years that are inferred, bursts, windows, the command."""

import json
from datetime import UTC, datetime, timedelta

import health_kit as health
import operator_kit as operators
import ovs_kit as ovs
import pytest
from bgp_kit import BFD_DOWN, PEER, config, dump, log, lost, neighbor, pod, statements, timestamp
from kit import store_of

from analyzer.cli import run
from analyzer.model import Finding, Lane, Outcome, Severity, Status, TimelineEntry, ranked
from analyzer.render.words import when
from analyzer.store import Store
from analyzer.timeline.axis import Timeline, collapsed, timeline, unique
from analyzer.timeline.entry import Source, dated
from analyzer.timeline.window import around, finding_of
from parsers.base import Evidence, Origin
from parsers.cluster_operators import ClusterOperator
from parsers.conditions import Condition
from parsers.coredns_log import DnsForwardError
from parsers.gather_log import GatherMessage
from parsers.kernel_drops import KernelDrop
from parsers.metallb_log import MetallbLogEvent
from parsers.network_log import NetworkLogEvent
from parsers.nodes import Node, NodeCondition
from parsers.prometheus_alerts import FiringAlert
from parsers.sdn_log import SdnLogEvent
from parsers.sdn_setup import SdnFlowError, SdnSetup, SdnSetupError

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
EXPIRED = "Last reset 00:00:40,  Notification sent (Hold Timer Expired)"


def told(members):
    """Time, node, lane, whether it is bad, and text of every entry."""
    return [(when(one), one.node, str(one.lane), one.bad, one.text) for one in timeline(store_of(members)).entries]


def entry(second, text="x", *, node="worker-0", subject="s", line=1, **more):
    place = Evidence("a/log", line, line, (text,))
    return TimelineEntry(NOON + timedelta(seconds=second), node, Lane.FRR, subject, text, place, **more)


def test_sessions_come_from_ages():
    members = timestamp() | pod() | dump(lost(reset=EXPIRED), config())
    assert (
        "~2026-11-21 09:59:20",
        "worker-0",
        "bgp and bfd",
        True,
        _reset("Notification sent (Hold Timer Expired)"),
    ) in told(members)


def _reset(why):
    return f"last reset of BGP with {PEER} (tor1): {why}"


def test_a_first_wait_is_no_loss():
    reset = "Last reset 01:00:00,  Waiting for peer OPEN"
    found = told(timestamp() | pod() | dump(neighbor(state="Established, up for 00:59:00", reset=reset), config()))
    assert ("~2026-11-21 09:00:00", "worker-0", "bgp and bfd", False, _reset("Waiting for peer OPEN")) in found
    assert ("~2026-11-21 09:01:00", "worker-0", "bgp and bfd", False, f"BGP with {PEER} (tor1) came up") in found


def test_bfd_that_went_down_and_one_that_is_up():
    running = config(statements(PEER, "64512", "bfd"))
    down = told(timestamp() | pod() | dump(neighbor(), running, BFD_DOWN))
    assert ("~2026-11-21 09:59:20", "worker-0", "bgp and bfd", True, f"BFD with {PEER} (tor1) went down: ok") in down
    shown = BFD_DOWN.replace("Status: down", "Status: up").replace("Downtime: 40", "Uptime: 40")
    up = told(timestamp() | pod() | dump(neighbor(), running, shown))
    assert ("~2026-11-21 09:59:20", "worker-0", "bgp and bfd", False, f"BFD with {PEER} (tor1) came up") in up


def test_without_the_time_of_the_collection_ages_tell_nothing():
    assert told(pod() | dump(lost(reset=EXPIRED), config()))[1:] == []


def test_frr_log_with_the_node_of_its_pod():
    line = f"10:00:09 {PEER} [Event] Connect failed 111(Connection refused)"
    found = told(pod() | log(line))
    text = f"BGP: {PEER} [Event] Connect failed 111(Connection refused)"
    assert ("2026-11-21 10:00:09", "worker-0", "bgp and bfd", True, text) in found


def test_the_same_log_twice_is_told_once():
    line = f"10:00:09 {PEER} [Event] Connect failed 111(Connection refused)"
    found = told(pod() | log(line) | log(line, name="current.log"))
    assert sum("Connect failed" in one[4] for one in found) == 1


def test_containers_that_started_together_are_one_entry():
    (found,) = [one for one in told(health.pod("speaker-a", "worker-0")) if one[2] == "pods"]
    assert found[4].startswith("speaker-a: containers ")
    assert found[4].endswith(" started")


def test_a_container_that_crashed():
    states = {"frr": health.restarted(3, "2026-11-21T08:59:00Z")}
    found = told(health.pod("speaker-a", "worker-0", states=states))
    assert (
        "2026-11-21 08:59:00",
        "worker-0",
        "pods",
        True,
        "speaker-a: container frr ended (Error, exit code 1)",
    ) in found
    assert ("2026-11-21 09:00:00", "worker-0", "pods", False, "speaker-a: container frr started (restart 3)") in found


def test_events_stand_with_their_pod_or_node():
    members = operators.events(operators.happened("web-1", "no network for it", count=4))
    (found,) = told(members)
    assert found == (
        "2026-11-21 09:59:00",
        "worker-1",
        "events",
        True,
        "FailedCreatePodSandBox Pod shop/web-1: no network for it",
    )


def test_operators_and_updates():
    found = told(operators.operators() | operators.version(("4.16.3", "2026-11-01T00:00:00Z", "2026-11-01T01:00:00Z")))
    assert {one[2] for one in found} == {"operators"}
    assert ("2026-11-01 01:00:00", None, "operators", False, "update to 4.16.3 is complete") in found


def test_outages_have_an_end():
    ended = operators.check(outages=[operators.outage("09:00:00", "09:05:00")])
    (found,) = timeline(store_of(operators.checks(ended))).entries
    assert (when(found), found.bad) == ("2026-11-21 09:00:00 to 09:05:00", True)
    assert found.text.startswith("no connection from network-check-source")


def test_stalls_of_a_journal_have_no_year():
    members = (
        timestamp()
        | ovs.nodes()
        | ovs.journal(
            "21 09:58:00 worker-0 ovs-vswitchd: ovs|00012|timeval|WARN|"
            "Unreasonably long 4123ms poll interval (0ms user, 0ms system)"
        )
    )
    (found,) = [one for one in timeline(store_of(members)).entries if one.lane is Lane.OVN]
    assert (found.at, found.node, found.guessed, found.bad) == (NOON.replace(hour=9, minute=58), "worker-0", True, True)
    assert when(found) == "?2026-11-21 09:58:00"


def test_notes_say_what_the_marks_mean():
    members = timestamp() | pod() | dump(lost(reset=EXPIRED), config())
    assert [note for note in timeline(store_of(members)).notes if "~" in note]


@pytest.mark.parametrize(
    ("moment", "before", "at"),
    [
        ("11-21 09:00:00", NOON, datetime(2026, 11, 21, 9, tzinfo=UTC)),
        ("11-22 09:00:00", NOON, datetime(2026, 11, 22, 9, tzinfo=UTC)),  # a clock that is ahead by less than a day
        ("12-31 09:00:00", NOON, datetime(2025, 12, 31, 9, tzinfo=UTC)),
        ("02-29 09:00:00", NOON, None),
        ("02-29 09:00:00", datetime(2024, 3, 1, tzinfo=UTC), datetime(2024, 2, 29, 9, tzinfo=UTC)),
        ("nonsense", NOON, None),
        (None, NOON, None),
        ("11-21 09:00:00", None, None),
    ],
)
def test_a_year_is_inferred_from_the_collection(moment, before, at):
    assert dated(moment, before) == at


def test_a_burst_is_one_entry():
    entries = [entry(at, f"lost packet {at}") for at in (0, 60, 150)] + [entry(600, "lost packet 600")]
    first, second = collapsed(entries)
    assert (first.count, first.until) == (3, NOON + timedelta(seconds=150))
    assert (second.count, second.until) == (1, None)
    assert when(first) == "2026-11-21 12:00:00 to 12:02:30"
    assert when(entry(0, until=NOON + timedelta(days=1))) == "2026-11-21 12:00:00 to 2026-11-22 12:00:00"


def test_other_nodes_and_subjects_are_other_bursts():
    assert len(collapsed([entry(0), entry(1, node="worker-1"), entry(2, subject="t")])) == 3


def test_a_burst_counts_what_its_parts_count():
    (one,) = collapsed([entry(0, count=3), entry(10, count=2, until=NOON + timedelta(seconds=50))])
    assert (one.count, one.until) == (5, NOON + timedelta(seconds=50))


def test_unique_keeps_the_first():
    assert [one.evidence.first_line for one in unique([entry(0), entry(0, line=9)])] == [1]


def test_a_source_that_fails_is_a_problem_and_the_others_stand():
    def broken():
        raise ValueError("oops")

    Source.registry["broken"] = Source("broken", (), broken)
    try:
        found = timeline(store_of(pod()))
    finally:
        del Source.registry["broken"]
    assert found.problems == ("the source broken of the timeline could not be read: ValueError: oops",)
    assert found.entries


def finding(subject="s", node="worker-0", line=1, path="a/log"):
    one = Finding(subject, "it broke", (Evidence(path, line, line, ("x",)),), node)
    return ranked("some-rule", Severity.ERROR, [one])[0]


WHOLE = Timeline((entry(0), entry(1000, "y", line=2), entry(2000, "z", line=3, subject="t")))


def test_the_window_lies_around_the_quoted_line():
    found = around(WHOLE, finding(line=2), timedelta(seconds=500))
    assert [one.text for one in found.entries] == ["y"]


def test_without_a_quoted_line_the_newest_of_the_subject_counts():
    found = around(WHOLE, finding(path="elsewhere"), timedelta(seconds=500))
    assert [one.text for one in found.entries] == ["y"]


def test_a_finding_without_a_time():
    assert around(WHOLE, finding("other", path="elsewhere"), timedelta(seconds=1)) is None
    assert around(WHOLE, finding(node="worker-9", path="elsewhere"), timedelta(seconds=1)) is None


def test_a_finding_is_known_by_its_id_or_its_rule():
    one = finding()
    outcome = Outcome("some-rule", "x", Severity.ERROR, "t", Status.FOUND, findings=(one,))
    assert finding_of([outcome], one.id) is one
    assert finding_of([outcome], "some-rule") is one
    assert finding_of([outcome], "other") is None


def test_a_burst_that_reaches_into_a_window_is_in_it():
    long = entry(0, until=NOON + timedelta(seconds=900))
    assert Timeline((long,)).window(NOON + timedelta(seconds=800), NOON + timedelta(seconds=1000)).entries == (long,)


def test_one_node_and_what_is_of_no_node():
    whole = Timeline((entry(0), entry(1, node="worker-1"), entry(2, node=None)))
    assert [one.node for one in whole.of_node("worker-1").entries] == ["worker-1", None]


def test_nothing_collected_gives_nothing():
    assert timeline(Store()).entries == ()


@pytest.fixture
def archive(tmp_path):
    members = timestamp() | pod() | dump(lost(reset=EXPIRED), config())
    for path, content in members.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return str(tmp_path)


def test_the_command_prints_a_table(archive, capsys):
    assert run(["timeline", archive]) == 0
    out = capsys.readouterr().out
    assert out.startswith("TIME (UTC)")
    assert "! last reset of BGP with 192.0.2.1 (tor1)" in out


def test_the_command_prints_json(archive, capsys):
    assert run(["timeline", archive, "--json", "--bad", "--node", "worker-0"]) == 0
    (one,) = json.loads(capsys.readouterr().out)["entries"]
    assert (one["at"], one["node"], one["about"], one["bad"]) == ("2026-11-21T09:59:20Z", "worker-0", True, True)
    assert one["evidence"]["excerpt"]


def test_a_node_that_nothing_is_told_of(archive, capsys, tmp_path):
    run(["timeline", archive, "--node", "wroker-0"])
    told = capsys.readouterr().err
    assert told == "gatherscope: nothing on the timeline is of the node wroker-0: there are worker-0\n"
    other = tmp_path / "other"
    other.mkdir()
    (other / "must-gather.log").write_text("nothing\n")
    run(["timeline", str(other), "--node", "wroker-0"])
    assert "of the node wroker-0\n" in capsys.readouterr().err


def test_the_command_shows_the_time_around_a_finding(archive, capsys):
    assert run(["timeline", archive, "--around", "bgp-session-down", "--window", "10"]) == 0
    out = capsys.readouterr().out
    assert "last reset" in out
    assert "the collection begins" not in out


@pytest.mark.parametrize(
    ("name", "words"), [("no-such-thing", "has no finding no-such-thing"), ("expected-collection-missing", "")]
)
def test_a_finding_that_is_not_there(archive, capsys, name, words):
    assert run(["timeline", archive, "--around", name]) == 2
    assert words in capsys.readouterr().err


def test_an_archive_without_a_time(tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("nothing\n")
    assert run(["timeline", str(tmp_path)]) == 3


PLACE = Evidence("saved/worker-0/x.log", 7, 7, ("as it is",))
FROM = Origin(image_dir="")


def told_of(*facts):
    """Time, node, lane, whether it is bad, and text of every entry that these facts give."""
    store = store_of(timestamp())
    for one in facts:
        store.add(one)
    return [
        (when(one), one.node, str(one.lane), one.bad, one.text)
        for one in timeline(store).entries
        if one.lane is not Lane.COLLECTION or one.bad
    ]


def host_fact(of, /, **more):
    return of(evidence=PLACE, origin=FROM, node="worker-0", **more)


def test_openshift_sdn_and_its_setups():
    bad = host_fact(
        SdnLogEvent, kind="cni-add-failed", program="sdn", subject="a/b", moment="11-21 09:00:01", text="no"
    )
    good = host_fact(SdnLogEvent, kind="ready", program="sdn", time=NOON, text="node started")
    lost = host_fact(SdnLogEvent, kind="ready", program="sdn", text="without a time")
    setup = host_fact(SdnSetup, outcome="failed", commands=3, errors=1, moment="11-21 08:00:00")
    error = host_fact(SdnSetupError, text="ovs-vsctl: no", moment="11-21 08:00:01")
    flow = host_fact(SdnFlowError, rule="table=0", output="OFPT_ERROR", moment="no time")
    assert told_of(bad, good, lost, setup, error, flow) == [
        ("?2026-11-21 08:00:00", "worker-0", "network pods", True, "setup of the node's network: failed"),
        ("?2026-11-21 08:00:01", "worker-0", "network pods", True, "setup of the node's network: ovs-vsctl: no"),
        ("?2026-11-21 09:00:01", "worker-0", "network pods", True, "sdn: no"),
        ("2026-11-21 12:00:00", "worker-0", "network pods", False, "sdn: node started"),
    ]


def test_upstream_servers_that_do_not_answer():
    one = {"upstream": "192.0.2.53", "port": 53, "failure": "i/o timeout", "name": "a.example.", "evidence": PLACE}
    origin = Origin(image_dir="", namespace="openshift-dns", pod="dns-x")
    found = told_of(
        DnsForwardError(origin=origin, count=4, last=NOON, **one), DnsForwardError(origin=origin, count=1, **one)
    )
    text = "CoreDNS: no answer of 192.0.2.53 port 53 (i/o timeout) for a.example., the last of 4"
    assert found == [("2026-11-21 12:00:00", None, "network pods", True, text)]


def test_trouble_of_the_collection():
    of_time = GatherMessage(evidence=PLACE, kind="timed-out", text="timed out waiting", time=NOON)
    without = GatherMessage(evidence=PLACE, kind="timed-out", text="timed out too")
    assert told_of(of_time, without) == [("2026-11-21 12:00:00", None, "collection", True, "timed out waiting")]


def test_alerts_since_their_condition_held():
    labels = {"node": "worker-0", "instance": "192.0.2.1:9100"}
    fires = FiringAlert(evidence=PLACE, name="OVNKubernetesNorthdInactive", state="firing", active_at=NOON)
    waits = FiringAlert(evidence=PLACE, name="NodeNetwork", state="pending", active_at=NOON, labels=labels)
    never = FiringAlert(evidence=PLACE, name="NodeNetwork", state="firing")
    assert told_of(fires, waits, never) == [
        ("2026-11-21 12:00:00", None, "events", True, "alert OVNKubernetesNorthdInactive"),
        ("2026-11-21 12:00:00", "worker-0", "events", True, "alert NodeNetwork (pending)"),
    ]


def test_packets_that_the_kernel_threw_away():
    new_year = (datetime(2000, 11, 21, 9, tzinfo=UTC) - datetime(2000, 1, 1, tzinfo=UTC)).total_seconds()
    sized = {"kind": "over-mtu", "interface": "ens3", "size": 1558, "limit": 1500, "count": 4}
    dated_ = host_fact(KernelDrop, **sized, clock="utc", last=NOON.timestamp())
    yearless = host_fact(KernelDrop, kind="conntrack-full", count=1, clock="year", last=new_year)
    booted = host_fact(KernelDrop, kind="conntrack-full", count=1, clock="boot", last=12.5)
    text = "packets thrown away on ens3: over-mtu (1558 > 1500), the last of 4 messages"
    assert told_of(dated_, yearless, booted) == [
        ("?2026-11-21 09:00:00", "worker-0", "nodes", True, "packets thrown away: conntrack-full"),
        ("2026-11-21 12:00:00", "worker-0", "nodes", True, text),
    ]


def test_what_metallb_logs():
    origin = Origin(image_dir="", namespace="metallb-system", pod="speaker-a")
    one = {"evidence": PLACE, "origin": origin, "container": "speaker"}
    failed = MetallbLogEvent(kind="config-stale", time=NOON, text="failed", error="no secret", peer="tor1", **one)
    small = MetallbLogEvent(kind="config-reconciled", time=NOON, text="looked", **one)
    never = MetallbLogEvent(kind="config-stale", text="failed", **one)
    (found,) = told_of(failed, small, never)
    assert (found[2], found[4]) == ("metallb", "speaker: failed: no secret (tor1)")


def test_what_the_network_and_the_kubelet_log():
    kubelet = host_fact(NetworkLogEvent, kind="cni-failed", program="kubelet", moment="11-21 09:00:01", text="no")
    ovnkube = host_fact(NetworkLogEvent, kind="cni-failed", program="ovnkube", time=NOON, text="no")
    never = host_fact(NetworkLogEvent, kind="cni-failed", program="ovnkube", text="no")
    assert [(found[0], found[2], found[4]) for found in told_of(kubelet, ovnkube, never)] == [
        ("?2026-11-21 09:00:01", "kubelet", "kubelet: no"),
        ("2026-11-21 12:00:00", "network pods", "ovnkube: no"),
    ]


def test_a_node_that_is_not_ready_and_an_operator_that_suffers():
    since = {"status": "False", "since": NOON, "evidence": PLACE}
    ready = NodeCondition(type="Ready", reason="KubeletNotReady", **since)
    without = NodeCondition(type="Ready", **{**since, "since": None})
    node = Node(evidence=PLACE, name="worker-0", ready=False, conditions=(ready, without))
    down = Condition(type="Available", message="no pod", **since)
    operator = ClusterOperator(evidence=PLACE, name="dns", conditions=(down, Condition(type="Upgradeable", **since)))
    assert [found[1:] for found in told_of(node, operator)] == [
        (None, "operators", True, "operator dns: Available becomes False: no pod"),
        ("worker-0", "nodes", True, "node: Ready becomes False: KubeletNotReady"),
    ]


def test_lines_of_two_stories_that_alternate_are_two_bursts():
    entries = [entry(at, f"{word} {at}") for at in range(0, 60, 10) for word in ("lost", "found")]
    assert [(one.count, one.text) for one in collapsed(entries)] == [(6, "lost 0"), (6, "found 0")]


def test_many_entries_are_ordered_in_a_moment():
    entries = [entry(at % 5000, f"lost packet {at} of link {at % 97}") for at in range(50_000)]
    assert sum(one.count for one in collapsed(unique(sorted(entries, key=lambda one: one.at)))) == 50_000
