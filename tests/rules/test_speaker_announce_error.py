import pytest
from bgp_kit import expect, quiet, unjudged
from health_kit import healthy, pod
from kit import found, outcome_of
from metallb_kit import cluster, container_log, frr, peer, pool, service, services, written

RULE = "speaker-announce-error"
IP = "198.51.100.10"
STARTING = {"caller": "main.go:101", "level": "info", "msg": "MetalLB speaker starting (commit v0.14.9, branch main)"}
ANNOUNCED = {"event": "serviceAnnounced", "level": "info", "msg": "service has IP, announcing", "protocol": "bgp"}
FAILED = {"level": "error", "msg": "failed to announce service", "op": "setBalancer", "protocol": "bgp"}
NOT_ALLOWED = {
    "error": "assigned IP not allowed by config",
    "level": "error",
    "msg": "IP allocated by controller not allowed by config",
    "op": "setBalancer",
}
INVALID = {
    "error": "invalid LoadBalancer IP x",
    "level": "error",
    "msg": "invalid IP allocated by controller",
    "op": "setBalancer",
}
CONFLICT = {"event": "conflictingAdvertisements", "level": "error", "msg": "", "protocol": "bgp"}
SESSION = {"error": "boom", "level": "error", "msg": "failed to create BGP session", "op": "syncPeers"}
ADDED = {"event": "peerAdded", "level": "info", "msg": "peer configured, starting BGP session"}
NO_CONFIG = {
    "error": "no MetalLB configuration in cluster",
    "level": "error",
    "msg": "configuration is missing, MetalLB will not function",
    "op": "setConfig",
}
HANDLER = {
    "error": "no such profile",
    "level": "error",
    "msg": "applying new configuration to protocol handler failed",
    "op": "setConfig",
    "protocol": "bgp",
}
UPDATE = {"error": "conn closed", "level": "error", "msg": "failed to update BGP advertisements", "op": "updateAds"}
LOADED = {"event": "config reloaded", "level": "info", "msg": "config (re)loaded"}
WITHDRAWN = {"event": "serviceWithdrawn", "level": "info", "msg": "withdrawing service announcement"}


def at(time, line, **more):
    return {"at": time, **line, **more}


def log(*lines, speaker="speaker-a", **more):
    """The lines of a speaker one minute after the other."""
    timed = [at(f"09:{minute:02}:00", one) for minute, one in enumerate(lines)]
    return container_log(*timed, pod=speaker, **more)


def of(line, service="shop/web", ips=(IP,)):
    """The line about a service, by its name and addresses."""
    return {**line, **({"service": service} if service else {}), **({"ips": list(ips)} if ips else {})}


@pytest.mark.parametrize(
    ("line", "subject", "words"),
    [
        (
            of(FAILED | {"error": "no session"}),
            "shop/web",
            ("the speaker on worker-0: failed to announce", "no session"),
        ),
        (of(NOT_ALLOWED), "shop/web", ("IP allocated by controller not allowed by config",)),
        (of(INVALID), "shop/web", ("invalid LoadBalancer IP x",)),
        (of(CONFLICT), "shop/web", ("conflictingAdvertisements",)),
        (of(WITHDRAWN | {"reason": "ipNotAllowed"}), "shop/web", ("withdrawing service announcement: ipNotAllowed",)),
        (of(WITHDRAWN | {"reason": "invalidIP"}), "shop/web", ("invalidIP",)),
        (SESSION | {"peer": "tor9"}, "tor9", ("failed to create BGP session: boom",)),
        (NO_CONFIG, "speaker-a", ("no MetalLB configuration in cluster",)),
        (UPDATE, "speaker-a", ("failed to update BGP advertisements: conn closed",)),
    ],
)
def test_fires(line, subject, words):
    expect(RULE, cluster() | log(STARTING, line), "error", *words, subject=subject, shown=(words[-1].split(": ")[-1],))


def test_a_line_that_names_addresses_only():
    members = cluster() | log(of(FAILED | {"error": "no"}, None))
    expect(RULE, members, "error", "failed to announce service: no", subject="shop/web")
    members = cluster() | log(of(FAILED | {"error": "no"}, None, ("198.51.100.77",)))
    expect(RULE, members, "error", "failed to announce service", subject="198.51.100.77")
    assert found(RULE, cluster() | log(FAILED | {"error": "no"})) == [("worker-0", "speaker-a", "error")]
    quiet(RULE, cluster() | log(FAILED | {"error": "no"}, of(ANNOUNCED)))


def test_the_reason_is_told_once():
    """The withdrawal only repeats what the line before it says."""
    members = cluster() | log(of(ANNOUNCED), of(NOT_ALLOWED), of(WITHDRAWN | {"reason": "ipNotAllowed"}, None))
    text = ("IP allocated by controller not allowed by config: assigned IP",)
    expect(RULE, members, "error", *text, subject="shop/web", shown=("serviceWithdrawn", "not allowed by config"))


@pytest.mark.parametrize(
    "lines",
    [
        (of(FAILED), of(ANNOUNCED)),
        (of(FAILED, None), of(ANNOUNCED, None)),
        (of(FAILED), of(ANNOUNCED, None)),
        (of(NOT_ALLOWED), of(ANNOUNCED)),
        (of(NOT_ALLOWED), of(ANNOUNCED | {"protocol": "layer2"})),
        (of(FAILED), of(WITHDRAWN | {"reason": "noEndpoints"})),
        (of(FAILED), STARTING),
        (of(WITHDRAWN | {"reason": "notOwner"}),),
        (of(WITHDRAWN | {"reason": "serviceDeleted"}, None),),
        (SESSION | {"peer": "tor9"}, ADDED | {"peer": "tor9"}),
        (SESSION | {"peer": "192.0.2.1"},),
        (SESSION | {"peer": "tor1"},),
        (NO_CONFIG, LOADED),
        (HANDLER, LOADED),
        (UPDATE, of(ANNOUNCED)),
        (of(NOT_ALLOWED, "shop/gone"),),
        (of(NOT_ALLOWED, ips=("198.51.100.77",)),),
    ],
    ids=[
        *("announced", "announced-by-ip", "name-then-ip", "allowed-again", "any-protocol", "withdrawn", "restarted"),
        *("not-owner", "deleted", "session-made", "session-up", "session-up-by-name", "configured", "handler-again"),
        *("updated", "service-deleted", "other-address"),
    ],
)
def test_what_a_success_followed(lines):
    quiet(RULE, cluster() | log(*lines), 1)


def test_another_protocol_or_service_or_pod_is_no_success():
    members = cluster() | log(
        of(FAILED), of(ANNOUNCED | {"protocol": "layer2"}), of(ANNOUNCED, "shop/api", ("198.51.100.11",))
    )
    members |= log(of(ANNOUNCED), speaker="speaker-b")
    assert found(RULE, members) == [("worker-0", "shop/web", "error")]


def test_an_error_after_the_success_holds():
    assert found(RULE, cluster() | log(of(FAILED), of(ANNOUNCED), of(FAILED))) == [("worker-0", "shop/web", "error")]


def test_a_session_that_is_down():
    members = cluster() | frr(up=False) | log(ADDED | {"peer": "192.0.2.1"}, SESSION | {"peer": "192.0.2.1"})
    expect(RULE, members, "error", "boom", subject="192.0.2.1")


def test_the_run_before():
    """The current log begins behind its start line: what the run before said is older."""
    members = cluster() | log(of(ANNOUNCED)) | log(of(FAILED), name="previous.log")
    quiet(
        RULE, {path: text.replace("T09:00", "T09:30") if "current" in path else text for path, text in members.items()}
    )


def test_a_handler_that_fails():
    """Where the configuration is rejected the rule of the configuration tells it as an error."""
    text = ("protocol handler failed: no such profile", "metallb-config-stale")
    expect(RULE, cluster() | log(HANDLER), "info", *text, subject="speaker-a", shown=("no such profile",))
    (saved,) = log(STARTING, HANDLER).values()
    expect(RULE, {"saved/speaker.log": saved}, "error", "no such profile", subject="speaker", whose=None)


def test_several_nodes_are_one_finding():
    members = cluster() | log(of(FAILED | {"error": "no"})) | log(of(FAILED | {"error": "no"}), speaker="speaker-b")
    expect(RULE, members, "error", "the speakers on worker-0, worker-1: failed", subject="shop/web", whose=None)


def test_many_services_are_one_finding():
    names = [f"shop/web-{at:02}" for at in range(30)]
    lines = [of(NOT_ALLOWED, name, (f"198.51.100.{at + 20}",)) for at, name in enumerate(names)]
    members = {**cluster(), **written("namespaces/shop/core/services.yaml", "Pod")} | log(*lines)
    members = {path: text for path, text in members.items() if "services.yaml" not in path}
    text = ("for shop/web-00, shop/web-01, shop/web-02, shop/web-03 and 26 more, 30 in all",)
    expect(RULE, members, "error", *text, subject="speaker")


def test_a_speaker_that_just_started():
    members = healthy() | pod("speaker-a", started="2026-11-21T09:59:00Z") | log(NO_CONFIG)
    unjudged(RULE, members, "only just before the collection")
    assert found(RULE, healthy() | log(NO_CONFIG)) == [("worker-0", "speaker-a", "error")]


def test_a_saved_log():
    (text,) = log(of(FAILED | {"error": "no"}), STARTING, of(FAILED | {"error": "no"})).values()
    expect(RULE, {"saved/speaker.log": text}, "error", "the speaker on a saved log", subject="shop/web", whose=None)


def test_healthy():
    quiet(RULE, cluster() | log(STARTING, ADDED | {"peer": "tor1"}, LOADED, of(ANNOUNCED)), 1)


def test_nothing_was_collected():
    assert outcome_of(RULE, cluster()).status == "not_checked"
    assert outcome_of(RULE, peer() | pool() | service() | services()).status == "not_checked"


def test_messages_of_other_containers():
    line = of(NOT_ALLOWED)
    members = cluster() | log(of(ANNOUNCED)) | container_log(at("09:30:00", line), container="frr-metrics")
    quiet(RULE, members)
