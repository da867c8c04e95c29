import pytest
from bgp_kit import NAMESPACE, expect, quiet, timestamp
from frr_kit import RELOADED, SYNTAX, a_pod, line, log_of, node_state, reload_at, reloader
from kit import found, outcome_of, store_of
from metallb_kit import cluster, peer, speaker_pod

from analyzer.metallb.config_health import ConfigTroubles, TroubleKind
from analyzer.model import Status

RULE = "frr-reload-failed"
BAD_LINE = "line 79: % Command incomplete: neighbor tor1 remote-as"
ONE = speaker_pod() | timestamp()
K8S = a_pod("frr-k8s-a") | timestamp()


def failed(at="09:00:00"):
    return reload_at(at, *SYNTAX)


def test_a_syntax_error():
    members = ONE | reloader(*reload_at("08:00:00", RELOADED), *failed()) | peer()
    finding = expect(
        RULE,
        members,
        "error",
        "FRR on worker-0 did not load its configuration at 2026-11-21 09:00:00: " + BAD_LINE,
        "(last success at 2026-11-21 08:00:00; BGPPeer tor1: the error names it)",
        subject="speaker-a",
        shown=("Syntax error spotted: aborting", BAD_LINE, "name: tor1"),
    )
    assert "Syntax error" in finding.evidence[0].excerpt[0]


def test_an_address_in_the_line_names_the_peer():
    said = ("line 9: % Unknown command: neighbor 192.0.2.1 bfd 3", "Syntax error spotted: aborting.. 0 seconds")
    expect(RULE, ONE | reloader(*reload_at("09:00:00", *said)) | peer(), "error", "BGPPeer tor1", subject="speaker-a")


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (("Failed to fully apply configuration file 2 seconds",), "the log does not tell why"),
        (
            (
                '2026-11-21 09:00:00,846   ERROR: "no router bgp 64500" we failed to remove this command',
                "Failed to fully apply configuration file 2 seconds",
            ),
            "no router bgp 64500",
        ),
        (
            ("% Configuration failed.", "Backend daemon disconnected while processing commit!"),
            "Backend daemon disconnected while processing commit!",
        ),
        (SYNTAX[:2], BAD_LINE),
    ],
    ids=["not applied", "not removed", "commit lost", "cut before the end"],
)
def test_every_wording(texts, said):
    expect(
        RULE, ONE | reloader(*reload_at("09:00:00", *texts)), "error", said, "no success is known", subject="speaker-a"
    )


def validated(at, **fields):
    return line(at, op="reload-validate", **fields)


FAILURE = {"cause": "frr reload failed", "error": "reload failure", "level": "error", "status": "failure"}
SUCCESS = {"level": "info", "success": "reloaded config"}


def test_the_speaker_tells_too():
    members = ONE | log_of(validated("08:00:00", **SUCCESS), validated("09:00:00", **FAILURE))
    expect(RULE, members, "error", "reload failure", "last success at 2026-11-21 08:00:00", subject="speaker-a")
    told = ONE | log_of(line("09:00:00", op="reload", error="no such process", cause="reload", level="error"))
    expect(RULE, told, "error", "no such process", subject="speaker-a")


def test_the_reloader_knows_best_what_became_of_it():
    speaker = log_of(validated("09:00:10", **FAILURE))
    members = ONE | speaker | reloader(*failed(), *reload_at("09:00:30", RELOADED))
    assert found(RULE, members) == [("worker-0", "speaker-a", "info")]
    # Without times nothing tells which of two logs is the newer one.
    plain = {path: text.replace("2026-11-21T09:00:10.000000000Z ", "") for path, text in speaker.items()}
    members = ONE | plain | reloader(*failed(), *reload_at("09:00:30", RELOADED), timed=False)
    assert found(RULE, members) == [("worker-0", "speaker-a", "info")]


def test_a_later_success_makes_it_history():
    members = ONE | reloader(*failed(), *failed("09:01:00"), *reload_at("09:02:00", RELOADED))
    said = "2 reloads of FRR on worker-0 failed at 2026-11-21 09:01:00: " + BAD_LINE
    finding = expect(RULE, members, "info", said, "; a later one succeeded", subject="speaker-a", shown=(RELOADED,))
    assert not finding.message.endswith(")")
    once = ONE | reloader(*failed(), *reload_at("09:02:00", RELOADED))
    expect(RULE, once, "info", "a reload of FRR on worker-0 failed", subject="speaker-a")


def test_complaints_within_a_reload_that_succeeds():
    locked = "VTY configuration is locked by other VTY"
    quiet(RULE, ONE | reloader(*reload_at("09:00:00", "2026-11-21 09:00:00,100   ERROR: x", locked, RELOADED)))


def test_failures_while_the_daemons_start_are_normal():
    members = ONE | reloader("00:00:00 x", timed=False)
    start = speaker_pod(started="2026-11-21T08:59:40Z") | timestamp()
    quiet(RULE, start | reloader(*failed(), *reload_at("09:00:30", RELOADED)))
    assert outcome_of(RULE, members).status is Status.NOT_CHECKED
    # Nothing came after it: FRR runs without the configuration.
    expect(RULE, start | reloader(*failed()), "error", BAD_LINE, subject="speaker-a")


def test_a_young_pod_is_not_judged():
    quiet(RULE, speaker_pod(started="2026-11-21T09:59:30Z") | timestamp() | reloader(*failed("09:59:40")))


@pytest.mark.parametrize(
    "more",
    [
        {"cause": "readFile", "error": "no such file", "level": "error"},
        {"cause": "Fields", "error": "invalid", "level": "error"},
    ],
)
def test_a_status_that_cannot_be_read_is_no_failed_reload(more):
    members = ONE | log_of(validated("08:00:00", **SUCCESS), validated("09:00:00", **more))
    quiet(RULE, members)


def test_the_healthy_cluster():
    quiet(RULE, cluster() | reloader(*reload_at("09:00:00", RELOADED)))


def test_the_state_of_frrk8s():
    text = "2026-11-21 09:00:00 INFO: Called via\nERROR: vtysh failed\nline 20: % Unknown command: neighbor x\n"
    expect(
        RULE,
        K8S | node_state(reload=text),
        "error",
        "FRR on worker-0 did not load its configuration: line 20: % Unknown command: neighbor x",
        subject="worker-0",
        shown=("lastReloadResult",),
    )
    for result, said in (("x\nERROR: no\ny", "ERROR: no"), ("one\ntwo", ": two ("), ("b'line 3: % x'", "b'line 3")):
        expect(RULE, K8S | node_state(reload=result), "error", said, subject="worker-0")
    quiet(RULE, K8S | node_state())


def test_the_state_of_a_node_without_frrk8s_is_old():
    outcome = outcome_of(RULE, K8S | node_state("worker-9", reload="failed"))
    assert outcome.status is Status.NOT_CHECKED
    expect(RULE, timestamp() | node_state("worker-9", reload="failed"), "error", subject="worker-9", whose="worker-9")


def test_a_state_without_a_result_says_nothing():
    assert outcome_of(RULE, K8S | node_state(reload=None)).status is Status.NOT_CHECKED
    assert outcome_of(RULE, K8S | node_state(reload=" ")).status is Status.NOT_CHECKED


def test_a_failed_conversion_says_nothing_of_the_reload():
    members = K8S | reloader(*failed(), pod="frr-k8s-a", namespace="openshift-frr-k8s")
    expect(RULE, members | node_state(reload=None), "error", BAD_LINE, subject="frr-k8s-a")


def test_a_state_that_is_older_than_the_log():
    """frr-k8s looks at FRR every two minutes: a success that it tells says nothing of a failure just now."""
    log = {"pod": "frr-k8s-a", "namespace": "openshift-frr-k8s"}
    members = K8S | reloader(*reload_at("08:00:00", RELOADED), *failed("09:58:30"), **log) | node_state()
    finding = expect(RULE, members, "error", BAD_LINE, "last success at 2026-11-21 08:00:00", subject="frr-k8s-a")
    quoted = [line for one in finding.evidence for line in one.excerpt]
    assert any("08:00:00" in line for line in quoted)
    assert not any("lastReloadResult" in line for line in quoted)
    before = K8S | reloader(*failed("09:56:30"), **log) | node_state()
    assert found(RULE, before) == [("worker-0", "frr-k8s-a", "info")]


def test_state_and_log_together():
    log = {"pod": "frr-k8s-a", "namespace": "openshift-frr-k8s"}
    members = K8S | reloader(*failed(), **log)
    finding = expect(RULE, members | node_state(reload="line 1: % no"), "error", BAD_LINE, subject="frr-k8s-a")
    assert any("lastReloadResult" in one.excerpt[0] for one in finding.evidence)
    assert found(RULE, members | node_state()) == [("worker-0", "frr-k8s-a", "info")]
    later = K8S | reloader(*failed(), *reload_at("09:02:00", RELOADED), **log) | node_state(reload="line 1: % no")
    assert found(RULE, later) == [("worker-0", "frr-k8s-a", "info")]


def test_one_finding_for_a_whole_cluster():
    members = timestamp()
    for at in range(21):
        members |= speaker_pod(f"speaker-{at:02}", f"worker-{at:02}") | reloader(*failed(), pod=f"speaker-{at:02}")
    expect(RULE, members, "error", "FRR on 21 nodes, worker-00 among them,", subject="speaker-00", whose=None)
    del members[f"must-gather.local.1/image/namespaces/{NAMESPACE}/pods/speaker-20/reloader/reloader/logs/current.log"]
    assert len(found(RULE, members)) == 20


def test_the_same_pod_collected_twice_fails_once():
    first = reloader(*failed())
    again = {path.replace("local.1", "local.2"): text for path, text in first.items()}
    assert len(found(RULE, ONE | first | again)) == 1


def test_a_saved_log_is_known_by_its_name():
    text = "".join(f"{one.split(' ', 1)[1]}\n" for one in failed())
    expect(RULE, {"w0-reloader.log": text}, "error", "FRR on w0-reloader.log", subject="w0-reloader.log", whose=None)


def test_not_checked_without_any():
    assert outcome_of(RULE, cluster()).status is Status.NOT_CHECKED


def test_what_freezes_a_node():
    (trouble,) = store_of(ONE | reloader(*failed())).joined(ConfigTroubles).of("worker-0")
    assert (trouble.kind, trouble.error, trouble.failures) == (TroubleKind.RELOAD, BAD_LINE, 1)
