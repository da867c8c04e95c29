import pytest
from bgp_kit import expect, quiet, resource, timestamp, unjudged
from frr_kit import (
    UNKNOWN_PROFILE,
    configuration_state,
    line,
    loaded,
    log_of,
    rejected,
    starting,
)
from kit import outcome_of, store_of
from metallb_kit import cluster, peer, pool, service, speaker_pod

from analyzer.metallb.config_health import ConfigTroubles, TroubleKind
from analyzer.model import Status

RULE = "metallb-config-stale"
CONTROLLER = {"pod": "controller-x", "container": "controller"}
ONE = speaker_pod() | timestamp()


def stale(*lines, **more):
    return ONE | log_of(*lines, **more)


def test_an_error_without_a_later_success():
    members = stale(loaded("09:00:00"), rejected("09:10:00"))
    finding = expect(
        RULE,
        members,
        "error",
        "the speaker on worker-0 of MetalLB rejects the resources and keeps its last good configuration",
        UNKNOWN_PROFILE,
        subject="speaker-a",
        shown=(UNKNOWN_PROFILE,),
    )
    assert finding.evidence[0].excerpt[0].startswith("2026-11-21T09:10:00")


def test_the_resource_that_the_error_names():
    members = stale(rejected("09:10:00")) | peer() | peer("tor2", "192.0.2.2")
    said = "(BGPPeer tor1: the error names it)"
    expect(RULE, members, "error", said, subject="BGPPeer tor1", shown=("name: tor1",))


def test_a_name_that_is_a_word_of_the_message():
    overlap = 'CIDR "192.0.2.0/28" in pool "b" overlaps with already defined CIDR "192.0.2.0/24"'
    expect(RULE, stale(rejected("09:10:00", overlap)) | pool() | pool("b"), "error", subject="IPAddressPool b")
    quoted = overlap.replace('"b"', '"pool"')
    expect(RULE, stale(rejected("09:10:00", quoted)) | pool() | pool("b"), "error", subject="IPAddressPool pool")


def test_else_the_resource_that_was_made_since_the_last_success():
    new = resource("BGPPeer", "new", ("peerASN: 1", "peerAddress: 192.0.2.9"), created="2026-11-21T09:05:00Z")
    late = resource("BGPPeer", "late", ("peerASN: 1", "peerAddress: 192.0.2.8"), created="2026-11-21T09:20:00Z")
    members = stale(loaded("09:00:00"), rejected("09:10:00", "invalid timers")) | peer() | new | late
    said = "BGPPeer new: made at 2026-11-21 09:05:00, after the last success"
    finding = expect(RULE, members, "error", said, subject="BGPPeer new")
    assert "late" not in finding.message
    assert "tor1" not in finding.message


def test_nothing_is_blamed_without_a_known_success():
    expect(RULE, stale(rejected("09:10:00", "invalid timers")) | peer(), "error", subject="speaker-a")


@pytest.mark.parametrize(
    "said",
    [
        line("09:10:00", controller="ConfigReconciler", event="reload failed, no retry", level="error"),
        line("09:50:00", controller="ConfigReconciler", event="reload failed, retry", level="error"),
        line(
            "09:10:00",
            error="service has no configuration under new config",
            level="error",
            msg="new configuration rejected",
            op="setConfig",
        ),
        line(
            "09:10:00", error="could not parse", event="configStale", msg="config (re)load failed, config marked stale"
        ),
        rejected("09:10:00", controller="PoolReconciler"),
    ],
    ids=["no retry", "retry", "rejected", "0.9", "pools"],
)
def test_every_wording(said):
    expect(RULE, stale(loaded("09:00:00"), said), "error", "rejects the resources", subject="speaker-a")


def test_the_reason_of_a_failed_reload_stands_in_the_line_before():
    handler = line(
        "09:10:00",
        error="invalid aggregation length",
        level="error",
        msg="applying new configuration to protocol handler failed",
    )
    failed = line("09:10:00", controller="ConfigReconciler", event="reload failed, no retry", level="error")
    expect(RULE, stale(handler, failed), "error", ": invalid aggregation length", subject="speaker-a")


@pytest.mark.parametrize(
    "lines",
    [
        (rejected("09:10:00"), loaded("09:20:00")),
        (rejected("09:10:00"), starting("09:20:00")),
        (rejected("09:10:00", "x", message="failed to report condition"), loaded("09:00:00")),
        (
            line("09:00:00", controller="ConfigReconciler", event="reload failed, retry", level="error"),
            loaded("08:00:00"),
        ),
    ],
    ids=["loaded later", "started anew", "status not written", "a retry long ago"],
)
def test_stays_quiet(lines):
    outcome = outcome_of(RULE, stale(*lines))
    assert (outcome.findings, outcome.gaps) == ((), ())


def test_the_healthy_cluster():
    quiet(RULE, cluster() | log_of(loaded("09:00:00")))


def test_the_log_of_the_run_before_is_older():
    before = log_of("".join(rejected("09:10:00")), name="previous.log")
    quiet(RULE, ONE | before | log_of(starting("09:20:00"), loaded("09:20:01")))
    without_times = {
        path: text.replace("2026-11-21T09:10:00.000000000Z ", "").replace(',"ts":"2026-11-21T09:10:00Z"', "")
        for path, text in before.items()
    }
    quiet(RULE, ONE | without_times | log_of(starting("09:20:00"), loaded("09:20:01")))


def test_a_young_pod_is_not_judged():
    members = speaker_pod(started="2026-11-21T09:59:30Z") | timestamp() | log_of(rejected("09:59:40"))
    quiet(RULE, members)


def test_an_api_that_does_not_answer_is_information():
    error = 'Get "https://172.30.0.1:443/apis": context deadline exceeded'
    members = stale(rejected("09:55:00", error, message="failed to get bgppeers"))
    expect(RULE, members, "info", "could not read the resources", subject="speaker-a")
    expect(RULE, stale(rejected("09:55:00", error)), "info", "could not read the resources", subject="speaker-a")
    quiet(RULE, stale(rejected("09:05:00", error)))  # it was tried again since


def test_all_speakers_agree():
    pods = speaker_pod() | speaker_pod("speaker-b", "worker-1") | timestamp()
    members = pods | log_of(rejected("09:10:00")) | log_of(rejected("09:10:00"), pod="speaker-b")
    said = "each of 2 components of MetalLB (the speaker on worker-0, the speaker on worker-1)"
    finding = expect(RULE, members, "error", said, subject="speaker-a", whose=None)
    assert len(finding.evidence) == 2


def test_many_speakers_are_counted():
    members = timestamp()
    for at in range(7):
        members |= speaker_pod(f"speaker-{at}", f"worker-{at}") | log_of(rejected("09:10:00"), pod=f"speaker-{at}")
    expect(RULE, members, "error", "each of 7 components", "and 3 more)", subject="speaker-0", whose=None)


def test_the_controller_works_for_the_whole_cluster():
    members = stale(loaded("09:00:00")) | log_of(rejected("09:10:00", controller="PoolReconciler"), **CONTROLLER)
    expect(RULE, members, "error", "the controller of MetalLB rejects", subject="controller-x", whose=None)


def test_a_configuration_state():
    expect(
        RULE,
        ONE | configuration_state("worker-0"),
        "error",
        "the speaker on worker-0 of MetalLB",
        UNKNOWN_PROFILE,
        subject="speaker",
        shown=(UNKNOWN_PROFILE,),
    )
    expect(RULE, ONE | configuration_state(), "error", "the controller of MetalLB", subject="controller", whose=None)
    quiet(RULE, ONE | configuration_state("worker-0", "Valid", None))


def condition(status, reason, message=UNKNOWN_PROFILE):
    return {"type": "configReconcilerValid", "status": status, "reason": reason, "message": message}


def test_its_conditions():
    failed = [condition("False", "ConfigurationError")]
    members = ONE | configuration_state("worker-0", None, None, failed)
    expect(RULE, members, "error", UNKNOWN_PROFILE, subject="speaker")
    infra = [condition("False", "InfraError", "no answer")]
    expect(RULE, ONE | configuration_state("worker-0", "Unknown", None, infra), "info", "no answer", subject="speaker")


@pytest.mark.parametrize("result", [None, "Unknown"])
def test_a_state_that_says_nothing(result):
    outcome = outcome_of(RULE, ONE | configuration_state("worker-0", result, None))
    assert outcome.status is Status.NOT_CHECKED


def test_a_valid_state_settles_the_log_and_an_invalid_one_adds_to_it():
    quiet(RULE, stale(rejected("09:10:00")) | configuration_state("worker-0", "Valid", None))
    both = stale(rejected("09:10:00")) | configuration_state("worker-0")
    assert len(expect(RULE, both, "error", subject="speaker-a").evidence) > 1
    later = stale(rejected("09:10:00"), loaded("09:20:00")) | configuration_state("worker-0")
    quiet(RULE, later)


def test_a_state_of_another_component_settles_nothing():
    expect(RULE, stale(rejected("09:10:00")) | configuration_state(None, "Valid", None), "error", subject="speaker-a")
    other = stale(rejected("09:10:00")) | configuration_state("worker-1", "Valid", None)
    expect(RULE, other, "error", subject="speaker-a")


def metric(text, name="speaker-a.txt", folder="metrics"):
    return {f"{folder}/{name}": f"# HELP metallb_k8s_client_config_stale_bool x\n{text}\n"}


def test_metrics():
    found = metric("metallb_k8s_client_config_stale_bool 1")
    said = "metallb_k8s_client_config_stale_bool is 1"
    expect(RULE, ONE | found, "error", said, subject="speaker-a", shown=("config_stale_bool 1",))
    both = expect(RULE, stale(rejected("09:10:00")) | found, "error", UNKNOWN_PROFILE, subject="speaker-a")
    assert len(both.evidence) == 2
    never = metric("metallb_k8s_client_config_loaded_bool 0", "x.txt", "speaker-a")
    expect(RULE, ONE | never, "error", "config_loaded_bool is 0", subject="speaker-a")
    labelled = metric('metallb_k8s_client_config_stale_bool{pod="controller-x",container="controller"} 1', "m.txt")
    expect(RULE, ONE | labelled, "error", "the controller of MetalLB", subject="controller", whose=None)
    unknown = metric("metallb_k8s_client_config_stale_bool 1", "m.txt")
    expect(RULE, ONE | unknown, "error", "MetalLB rejects", subject="MetalLB", whose=None)
    fine = metric("metallb_k8s_client_config_stale_bool 0") | metric("frrk8s_k8s_client_config_loaded_bool 0", "y.txt")
    quiet(RULE, stale(loaded("09:00:00")) | fine)


def test_a_log_that_does_not_tell_is_a_gap():
    silent = log_of(line("09:00:00", level="info", event="nodeLabelsChanged"), pod="speaker-b")
    members = stale(loaded("09:00:00")) | speaker_pod("speaker-b", "worker-1") | silent
    unjudged(RULE, members, "does not tell how its configuration fared", examined=1)


def test_not_checked_without_any():
    outcome = outcome_of(RULE, cluster() | service())
    assert outcome.status is Status.NOT_CHECKED
    assert "no log of MetalLB" in (outcome.reason or "")


def test_what_freezes_a_node():
    troubles = store_of(stale(rejected("09:10:00"))).joined(ConfigTroubles)
    (trouble,) = troubles.of("worker-0")
    assert (trouble.kind, trouble.error, trouble.freezes) == (TroubleKind.STALE, UNKNOWN_PROFILE, True)
    assert troubles.of("worker-1") == ()
    assert len(troubles) == 1
    assert not store_of(stale(rejected("09:10:00"), loaded("09:11:00"))).joined(ConfigTroubles).of("worker-0")


def test_a_saved_log_without_a_pod():
    members = {"speaker.log": rejected("09:10:00").replace("2026-11-21T09:10:00.000000000Z ", "")}
    expect(RULE, members, "error", "the speaker of MetalLB", subject="speaker", whose=None)


def test_a_change_that_was_taken_back_is_over():
    def look(at):
        return line(at, controller="ConfigReconciler", **{"end reconcile": "/metallb"}, level="info")

    failing = stale(loaded("09:00:00"), rejected("09:10:00"), look("09:10:00"))
    assert outcome_of(RULE, failing).findings
    quiet(RULE, stale(loaded("09:00:00"), rejected("09:10:00"), look("09:10:00"), look("09:20:00")))
