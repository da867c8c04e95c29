"""What a pair cannot show of MetalLB's logs: where they are looked for, and that much of them stays little."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pairs import read

from analyzer.plan import Plan
from analyzer.registry import load_parsers
from parsers import metallb_log, metallb_log_reader
from parsers.base import LINE_LIMIT, ParseFailure, Parser, SourceFile, run
from parsers.metallb_log import MetallbLogCount, MetallbLogEvent, MetallbLogKind, MetallbLogWindow
from parsers.metallb_log_kinds import usual_container
from parsers.metallb_log_lines import console, instant, moment, some_fields, unwrapped
from parsers.metallb_log_messages import PREFILTER, RECONCILE, Message, understand
from parsers.metallb_log_signatures import EVENTS, KEYS, MEMBERLIST, MESSAGES, OPERATIONS

load_parsers()
START = datetime(2026, 1, 1, 23, 30, tzinfo=UTC)
LOGS = [one for one in Parser.registry.values() if one.name.startswith("metallb_") and one.name.endswith("log")]
PLAN = Plan(LOGS)
NEEDS = {"peer": "tor1", "ips": ["192.0.2.1"], "reason": "why", "error": "bad", "interface": "br-ex", "service": "a/b"}


def test_an_error_behind_the_level():
    """Go's encoder sorts the keys, `error` before `level`; other writers need not."""
    line = '{"controller":"ConfigReconciler","level":"error","error":"pool gold not found","ts":"2026-01-01T00:00:00Z"}'
    path = "namespaces/metallb-system/pods/speaker-a/speaker/speaker/logs/current.log"
    for text in (line, line.replace(":", ": ").replace(",", ", ")):
        source = SourceFile(path, [f"{text}\n".encode()], {"namespace": "metallb-system", "pod": "speaker-a"})
        facts = [one for one in run(Parser.registry["metallb_log"], source) if isinstance(one, MetallbLogEvent)]
        assert [one.kind for one in facts] == [MetallbLogKind.CONFIG_STALE]


def announced(time, ip="192.0.2.1", **more):
    fields = {
        "caller": "main.go:420",
        "event": "serviceAnnounced",
        "ips": [ip],
        "level": "info",
        "msg": "service has IP, announcing",
        **more,
        "ts": f"{time:%Y-%m-%dT%H:%M:%SZ}",
    }
    return json.dumps(fields, separators=(",", ":")) + "\n"


def of(kind, facts):
    return [fact for fact in facts if isinstance(fact, kind)]


def at(path, data, *, loose=False):
    """What is read of a member that lies there."""
    if loose:
        (match,) = PLAN.recognise(path, data)
    else:
        (match,) = PLAN.matches(path)
    return list(run(match.parser, SourceFile(path, [data], match.params, match.image_dir)))


def path(namespace, pod, container, file="current.log"):
    return f"mg/quay/namespaces/{namespace}/pods/{pod}/{container}/{container}/logs/{file}"


@pytest.mark.parametrize(
    ("member", "name"),
    [
        (path("metallb-system", "speaker-x7k2p", "speaker"), "metallb_log"),
        (path("metallb-system", "speaker-x7k2p", "speaker", "previous.insecure.log"), "metallb_log"),
        (path("metallb-system", "speaker-x7k2p", "speaker", "rotated/0.log.20250301-100000.gz"), "metallb_log"),
        (path("metallb-system", "speaker-x7k2p", "frr-metrics"), "metallb_log"),
        (path("openshift-frr-k8s", "frr-k8s-x7k2p", "frr-status"), "metallb_log"),
        (path("openshift-frr-k8s", "frr-k8s-x7k2p", "reloader"), "metallb_reloader_log"),
        (path("openshift-frr-k8s", "frr-k8s-x7k2p", "controller"), "metallb_controller_log"),
        (path("openshift-frr-k8s", "frr-k8s-webhook-server-1", "frr-k8s-webhook-server"), "metallb_controller_log"),
        (path("metallb-system", "controller-5fd797fbf7-9l7c6", "controller"), "metallb_controller_log"),
        (path("lb", "metallb-controller-5fd797fbf7-9l7c6", "controller"), "metallb_controller_log"),
        (path("metallb-system", "metallb-operator-controller-manager-1-2", "manager"), "metallb_controller_log"),
        (path("metallb-system", "metallb-operator-webhook-server-1", "webhook-server"), "metallb_controller_log"),
        ("case/report/pods/speaker-x7k2p/reloader.log", "metallb_reloader_log"),
    ],
)
def test_places(member, name):
    assert [match.parser.name for match in PLAN.matches(member)] == [name]


@pytest.mark.parametrize(
    ("pod", "container"),
    [
        ("cert-manager-5b6c-1", "controller"),
        ("cluster-baremetal-operator-1", "manager"),
        ("ovirt-csi-driver-controller-1", "controller"),
        ("speaker-x7k2p", "frr"),
        ("speaker-x7k2p", "kube-rbac-proxy"),
    ],
)
def test_logs_of_others_are_not_opened(pod, container):
    assert not PLAN.wants(path("openshift-x", pod, container))


def test_the_log_of_another_controller_yields_nothing():
    data = (
        b'{"level":"error","ts":"2025-03-01T10:00:14Z","msg":"Reconciler error","error":"x"}\npanic: x\n{"caller":"a\n'
    )
    assert at(path("knative-serving", "controller-1", "controller"), data) == []
    assert len(of(MetallbLogEvent, at(path("metallb-system", "controller-1", "controller"), data))) == 2


def test_a_controller_in_a_namespace_of_another_name_is_known_by_its_lines():
    said = b'{"caller":"service.go:179","error":"x","level":"error","msg":"IP allocation failed"}'
    silent = b'{"caller":"service_controller.go:60","controller":"ServiceReconciler","level":"info"}'
    member = path("balancers", "controller-1", "controller")
    assert of(MetallbLogEvent, at(member, b"x\n" + said))
    assert of(MetallbLogWindow, at(member, silent))


def test_origin_and_container_come_from_the_path():
    member = path("openshift-frr-k8s", "frr-k8s-x7k2p", "controller", "previous.log")
    (window,) = at(member, b'{"caller":"a.go:1"}\n')
    assert (window.origin.namespace, window.origin.pod) == ("openshift-frr-k8s", "frr-k8s-x7k2p")
    assert (window.origin.image_dir, window.container, window.previous) == ("mg/quay", "controller", True)
    (window,) = at("case/report/pods/speaker-x7k2p/speaker.log", b"")
    assert (window.origin.namespace, window.origin.pod, window.container) == (None, "speaker-x7k2p", "speaker")
    assert (window.first_time, window.previous) == (None, False)


def test_saved_logs_are_recognised_and_pods_kept_apart():
    lines = "".join(f"[pod/speaker-{pod}/speaker] {announced(START)}" for pod in "ab")
    facts = at("case/speaker-logs.txt", lines.encode(), loose=True)
    assert {(fact.origin.pod, fact.container) for fact in of(MetallbLogCount, facts)} == {
        ("speaker-a", "speaker"),
        ("speaker-b", "speaker"),
    }
    assert of(MetallbLogWindow, facts)[0].container == "speaker"
    assert PLAN.recognise("case/x.txt", b'{"caller":"main.go:1","msg":"starting","level":"info"}') == []


@pytest.mark.parametrize(
    ("field", "one"),
    [(field, one) for field, all_ in (("msg", MESSAGES), ("event", EVENTS), ("op", OPERATIONS)) for one in all_],
)
def test_every_wording_is_found_and_understood(field, one):
    key = "node event" if one.begin.startswith("Node") else field
    fields = {**NEEDS, "node name": "worker-1", "level": "error", key: one.begin}
    line = json.dumps(fields, separators=(",", ":"), sort_keys=True)
    assert PREFILTER.search(line.encode())
    message = understand(fields)
    assert isinstance(message, Message)
    assert message.kind is one.kind


@pytest.mark.parametrize("one", KEYS)
def test_every_key_is_found_and_understood(one):
    first = (
        '"caller":"liveness.go:34"'
        if one.kind is MetallbLogKind.DAEMONS_NOT_RUNNING
        else '"controller":"FRRConfigurationReconciler"'
    )
    line = f'{{{first},"{one.begin}":"x","level":"error"}}'
    assert PREFILTER.search(line.encode())
    assert understand(json.loads(line)).kind is one.kind


@pytest.mark.parametrize(("kind", "words"), MEMBERLIST)
def test_every_word_of_memberlist_is_found_and_understood(kind, words):
    text = "state.go:1: [WARN] memberlist: " + words.format("worker-1")
    for line in (text, f'{{"component":"Memberlist","msg":"{text}"}}'):
        assert PREFILTER.search(line.encode())
    assert understand({"msg": text}).kind is kind


@pytest.mark.parametrize("one", [one for one in (*MESSAGES, *EVENTS) if one.needs])
def test_a_known_message_needs_its_subject(one):
    key = "node event" if one.begin.startswith("Node") else "msg" if one in MESSAGES else "event"
    assert understand({"level": "error", key: one.begin}) == f"a known message without its {one.needs}"


def test_plain_reconciliations_are_not_looked_at_but_in_the_controller():
    line = b'{"caller":"x.go:1","controller":"ServiceReconciler","level":"info","start reconcile":"a/b"}'
    assert not PREFILTER.search(line)
    assert RECONCILE.search(line)


def test_all_are_counted_and_the_newest_kept():
    times = [START + timedelta(seconds=10 * number) for number in range(400)]
    facts = read("metallb_log", "".join(map(announced, times)).encode())
    (count,) = of(MetallbLogCount, facts)
    assert (count.count, count.first_time, count.last_time) == (400, times[0], times[-1])
    assert (count.evidence.first_line, count.marks["last"].first_line) == (1, 400)
    assert [event.time for event in of(MetallbLogEvent, facts)] == times[-metallb_log.NEWEST :]
    assert count.most_in_an_hour == 360


def test_a_clock_set_back_does_not_lose_messages():
    times = [START, START - timedelta(hours=3), START + timedelta(minutes=1)]
    (count,) = of(MetallbLogCount, read("metallb_log", "".join(map(announced, times)).encode()))
    assert (count.count, count.most_in_an_hour) == (3, 3)


def test_a_crowd_of_subjects_is_counted_with_few_events(monkeypatch):
    monkeypatch.setattr(metallb_log, "CROWD", 2)
    lines = "".join(announced(START, f"192.0.2.{number}") for number in range(4)) * 5
    facts = read("metallb_log", lines.encode())
    assert [count.count for count in of(MetallbLogCount, facts)] == [5, 5, 5, 5]
    assert len(of(MetallbLogEvent, facts)) == 5 + 5 + 2 + 2


def test_more_subjects_than_can_be_counted_are_told(monkeypatch):
    monkeypatch.setattr(metallb_log, "GROUPS", 3)
    facts = read("metallb_log", "".join(announced(START, f"192.0.2.{number}") for number in range(5)).encode())
    assert len(of(MetallbLogCount, facts)) == 3
    (told,) = of(ParseFailure, facts)
    assert "2 of too many subjects" in told.reason


def test_failures_are_reported_one_by_one_only_up_to_a_number():
    failures = of(ParseFailure, read("metallb_log", (announced(START)[:-20] + "\n").encode() * 100))
    assert len(failures) == metallb_log.FAILURES + 1
    assert failures[0].reason == "JSON that does not end"
    assert failures[-1].reason.startswith("100 messages")


def test_what_is_remembered_of_messages_stays_bounded(monkeypatch):
    monkeypatch.setattr(metallb_log_reader, "REMEMBERED", 2)
    monkeypatch.setattr(metallb_log_reader, "PODS", 1)
    lines = "".join(announced(START, f"192.0.2.{number % 5}") for number in range(50))
    assert sum(count.count for count in of(MetallbLogCount, read("metallb_log", lines.encode()))) == 50
    reloads = "".join(
        f"[pod/speaker-{pod}/reloader] Caught SIGHUP and acquired lock! Reloading FRR..\n" for pod in "aba"
    )
    assert len(of(MetallbLogEvent, read("metallb_saved_log", reloads.encode()))) == 3


def test_a_torn_end_of_a_long_log_is_told():
    data = ("x\n" * metallb_log.LONG + announced(START)[:-9]).encode()
    facts = at(path("metallb-system", "speaker-1", "speaker"), data)
    assert facts[0].cut
    assert facts[0].marks["cut"].first_line == metallb_log.LONG + 1
    assert not of(ParseFailure, facts)


def test_a_line_of_a_megabyte_is_understood_by_its_beginning():
    dump = '{\\"a\\":1}' * 120_000
    line = f'{{"event":"reload failed, retry","level":"error","metallb CRs and Secrets":"{dump}"}}\n'
    assert len(line) > 4 * LINE_LIMIT
    (event,) = of(MetallbLogEvent, read("metallb_log", line.encode()))
    assert event.kind is MetallbLogKind.RELOAD_FAILED_RETRY
    assert "reload failed, retry" in event.evidence.excerpt[0]


def test_what_a_long_line_says_stays_visible():
    (event,) = of(MetallbLogEvent, read("metallb_log", announced(START, aaa="x" * 2000).encode()))
    assert "service has IP" in event.evidence.excerpt[0]


def test_no_password_leaves_the_log():
    shown = """Caught SIGHUP and acquired lock! Reloading FRR..
2025-03-01 10:00:02,987 ERROR: vtysh failed to process new configuration: x
b'line 7: % Unknown command: neighbor 192.0.2.1 password tulip\\n\\n'
Syntax error spotted: aborting.. 1 seconds
"""
    facts = read("metallb_reloader_log", shown.encode())
    assert of(MetallbLogEvent, facts)[-1].error.endswith("neighbor 192.0.2.1 password <masked>")
    assert "tulip" not in repr(facts)


def test_half_a_character_spoils_nothing():
    facts = read("metallb_log", announced(START, pool="\ud800").encode() + announced(START, "192.0.2.2").encode())
    assert len(of(MetallbLogCount, facts)) == 2


def test_a_service_is_an_object_in_some_releases():
    fields = {"event": "conflictingAdvertisements", "service": {"Namespace": "shop", "Name": "web"}, "level": "error"}
    assert understand(fields).service == "shop/web"


def test_an_error_tells_more_than_its_message():
    for error, kind in (
        ("MetalLB resource name must be 'metallb'", MetallbLogKind.BAD_INSTANCE_NAME),
        ("admission webhook denied the request: x", MetallbLogKind.WEBHOOK_DENIED),
        ("object has been modified", MetallbLogKind.RECONCILER_ERROR),
    ):
        assert understand({"msg": "Reconciler error", "level": "error", "error": error}).kind is kind
    assert understand({"msg": "Failed to watch", "level": "error"}) is None
    assert understand({"msg": "a: failed calling webhook x"}).kind is MetallbLogKind.WEBHOOK_FAILED


def test_what_is_broken_in_a_part_of_a_line_is_left_out():
    assert some_fields(r'"a":1,"event":"bad \q escape","level":"error","b":[1,2],"level":"info"}') == {
        "a": 1,
        "level": "error",
        "b": [1, 2],
    }


def test_who_usually_says_it():
    assert usual_container(MetallbLogKind.MEMBERLIST_LEFT) == "speaker"
    assert usual_container(MetallbLogKind.RELOAD_FAILED_RETRY) == ""
    assert usual_container(MetallbLogKind.RELOAD_LOCKED) == "reloader"


def test_odd_values_are_left_out():
    fields = {"msg": "service has IP, announcing", "ips": ["192.0.2.1", 7], "ok": True, "no": None, "share": 0.5}
    message = understand({**fields, "long": "x" * 1000, "empty": {}, "event": 7, "service": 9})
    assert (message.ips, message.details, message.service) == (("192.0.2.1",), {"share": "0.5"}, None)
    assert understand({"msg": "service has IP, announcing", "ips": 7}) == "a known message without its ips"


def test_peers_of_native_bgp_lose_their_port():
    for written, peer in (("[2001:db8::1]:179", "2001:db8::1"), ("198.51.100.1:179", "198.51.100.1"), ("tor1", "tor1")):
        assert understand({"msg": "BGP session down", "peer": written}).peer == peer


def test_times():
    assert instant("1665328131.5") == datetime(2022, 10, 9, 15, 8, 51, 500000, UTC)
    assert instant("1e99") is None
    assert instant("2025-13-01T00:00:00Z") is None
    assert instant("2025-03-01T02:00:00+02:00") == datetime(2025, 3, 1, tzinfo=UTC)
    assert moment("I0301 10:00:03.241718       1 warnings.go:70] text") is None
    assert moment("text") is None
    assert moment('2025-03-01T10:00:00.5Z {"msg":"x"}') == datetime(2025, 3, 1, 10, 0, 0, 500000, UTC)
    assert unwrapped("2025-03-01T10:00:00.5Z\tINFO\tx").wrapped is None


def test_a_console_line_without_a_message():
    assert console("2025-03-01T10:00:00Z\tERROR\t") == (
        {"level": "error", "msg": ""},
        datetime(2025, 3, 1, 10, tzinfo=UTC),
    )


PIECES = st.sampled_from(
    [
        *(
            '{"caller":"main.go:1",',
            '"msg":"service has IP, announcing",',
            '"ips":["192.0.2.1"],',
            '"ts":"2025',
            '"}\n',
        ),
        *(
            "\n",
            "2025-03-01T10:00:00Z ",
            "stdout P ",
            "panic: x",
            "\tERROR\t",
            "memberlist: Suspect a has failed",
            "\\u",
        ),
        *("Caught SIGHUP and acquired lock! Reloading FRR", "Traceback (most recent call last):\n", "XError: y\n"),
        *(
            "2025-99-01 10:00:02,987 ERROR: ",
            "we failed to remove this command",
            "line 4: % x",
            "('vtysh x',)\n",
            '"a" ',
        ),
        *(
            "FRR reloaded successfully!",
            "Syntax error spotted: aborting..",
            "frr-reload.py failed due to\n",
            "[pod/a/b] ",
        ),
    ]
)


@given(st.lists(PIECES | st.text(max_size=5), max_size=30))
def test_nothing_breaks_the_reader(pieces):
    data = "".join(pieces).encode("utf-8", "replace")
    for name in ("metallb_log", "metallb_controller_log", "metallb_reloader_log", "metallb_saved_log"):
        for fact in read(name, data):
            assert not (isinstance(fact, ParseFailure) and "Error" in fact.reason), fact
