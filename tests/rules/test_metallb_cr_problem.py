import pytest
from bgp_kit import expect, quiet, unjudged
from kit import outcome_of
from metallb_kit import cluster, container_log, timestamp
from resource_kit import controller, gather_says, instance, openshift, operator, subscription

from analyzer.model import Status

RULE = "metallb-cr-problem"
MANAGER = "metallb-operator-controller-manager-7f5d8-abcde"
INSTALLED = subscription() | operator() | timestamp()


def says(members, *words, subject="MetalLB", severity="error", shown=()):
    return expect(RULE, members, severity, *words, subject=subject, whose=None, shown=shown)


def manager_log(*lines):
    return container_log(*lines, pod=MANAGER, container="manager")


def sync_failed(at="09:50:00", error="FailedToSyncMetalLBResources: could not apply"):
    line = {"at": at, "controller": "metallb", "error": error, "level": "error", "logger": "controller.metallb"}
    return {**line, "msg": "Reconciler error"}


def test_the_gather_says_that_metallb_was_not_started():
    said = "there is no MetalLB resource named metallb: the gather found MetalLB not started"
    says(INSTALLED | gather_says("metallb not started"), said, shown=("metallb not started", "metallb-operator-sub"))
    says(gather_says("metallb not started"), said)


def test_pods_run_all_the_same():
    says(cluster() | gather_says("metallb not started"), "no MetalLB resource named metallb", severity="warning")


def test_neither_controller_nor_speaker_runs():
    said = "the operator runs in metallb-system, but none of its 1 pods is a controller or speaker"
    says(INSTALLED, said, shown=("metallb-operator-sub", MANAGER))


def test_another_name():
    said = "the MetalLB resource is named lb: the operator takes none but metallb"
    says(INSTALLED | instance("lb"), said, subject="MetalLB lb", shown=("lb",))


def test_the_log_tells_of_another_name():
    line = {"at": "09:00:00", "error": "MetalLB resource name must be 'metallb'", "level": "error", "name": "lb"}
    log = manager_log({**line, "logger": "controllers.MetalLB", "msg": "Invalid MetalLB resource name"})
    said = "the operator refuses a MetalLB resource named lb: MetalLB resource name must be 'metallb'"
    says(INSTALLED | controller() | log, said, "another one is in effect", severity="info")
    says(subscription() | timestamp() | log, said, shown=("must be 'metallb'",))
    says(INSTALLED | instance("lb") | log, "the operator takes none but metallb", subject="MetalLB lb")


def test_degraded():
    told = {"message": "unsupported bgp backend", "reason": "internal error"}
    members = cluster() | instance(conditions=[("Degraded", "True", told)])
    said = "the operator says that MetalLB is degraded: internal error: unsupported bgp backend"
    says(members, said, subject="MetalLB metallb", shown=("unsupported bgp backend",))
    bare = cluster() | instance(conditions=[("Degraded", "True", {})])
    says(bare, "the operator says that MetalLB is degraded", subject="MetalLB metallb")


def test_a_rollout_that_does_not_end():
    members = cluster() | instance(conditions=[("Progressing", "True", {"message": "speaker not ready"})])
    said = "MetalLB is being rolled out for 30 min (speaker not ready)"
    says(members, said, subject="MetalLB metallb", shown=("2026-11-21T09:30:00Z",))
    bare = cluster() | instance(conditions=[("Progressing", "True", {})])
    says(bare, "MetalLB is being rolled out for 30 min", subject="MetalLB metallb")
    fresh = {"lastTransitionTime": "2026-11-21T09:55:00Z"}
    quiet(RULE, cluster() | instance(conditions=[("Progressing", "True", fresh)]))


def test_the_native_mode_on_openshift():
    native = cluster() | instance(bgpBackend="native")
    says(native | openshift(), "bgpBackend is native", subject="MetalLB metallb", shown=("native", "version"))
    quiet(RULE, native)


def test_the_operator_cannot_do_it():
    members = cluster() | operator() | manager_log(sync_failed())
    said = "the operator cannot bring MetalLB to what its resource asks for: FailedToSyncMetalLBResources: could not"
    says(members, said, shown=("FailedToSyncMetalLBResources",))


def test_the_newest_words_of_several_logs_count():
    members = cluster() | operator()
    older = sync_failed(at="09:40:00", error="FailedToSyncMetalLBResources: old")
    said = "FailedToSyncMetalLBResources: could not apply"
    for first, second in ((older, sync_failed()), (sync_failed(), older)):
        log = container_log(first, pod=MANAGER, container="manager", name="previous.log")
        says(members | log | manager_log(second), said)
        says(members | manager_log(second) | log, said)


@pytest.mark.parametrize(
    "lines",
    [
        (sync_failed(at="08:00:00"), '09:50:00 {"level": "info", "msg": "x"}'),
        (sync_failed(error="FailedToSyncMetalLBResources: the object has been modified"),),
    ],
    ids=["long ago", "a conflict that passes"],
)
def test_failures_that_passed(lines):
    quiet(RULE, cluster() | operator() | manager_log(*lines))


@pytest.mark.parametrize(
    "members",
    [
        cluster(),
        cluster() | INSTALLED | controller() | openshift(),
        cluster() | instance(conditions=[("Degraded", "False", {}), ("Available", "True", {})], bgpBackend="frr"),
        INSTALLED | controller(),
        INSTALLED | instance() | gather_says("metallb not started"),
    ],
    ids=["healthy", "on OpenShift", "available", "a controller alone", "deleted while the gather ran"],
)
def test_stays_quiet(members):
    quiet(RULE, members)


def test_gaps():
    unjudged(RULE, subscription(), "neither the MetalLB resource nor the pods")
    unjudged(RULE, subscription() | operator(phase="Pending"), "neither the MetalLB resource nor the pods")


def test_metallb_is_not_installed():
    assert outcome_of(RULE, openshift() | timestamp()).status is Status.NOT_CHECKED
    assert outcome_of(RULE, openshift() | gather_says("timed out")).status is Status.NOT_CHECKED
