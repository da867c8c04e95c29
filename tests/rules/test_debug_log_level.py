import pytest
from bgp_kit import IMAGE, config, dump, expect, frr_conf, neighbor, quiet, unjudged
from health_kit import metallb
from kit import found, outcome_of
from metallb_kit import WORKERS, cluster, container_log, frr, node, speaker_pod

RULE = "debug-log-level"


def running(*tail, hostname="worker-0"):
    return config(tail=tail, hostname=hostname)


@pytest.mark.parametrize("level", ["debug", "all"])
def test_the_resource_asks_for_it(level):
    expect(
        RULE,
        metallb(logLevel=level),
        "info",
        f"log level {level}",
        subject="MetalLB metallb",
        whose=None,
        shown=("logLevel",),
    )


@pytest.mark.parametrize(
    "statement",
    [
        "log file /etc/frr/frr.log",  # without a level FRR logs all there is
        "log file /etc/frr/frr.log debugging",
        "log stdout debugging",
        "log syslog",
        "debug bgp neighbor-events",
    ],
)
def test_frr_is_configured_for_it(statement):
    members = cluster() | frr("worker-0", running=running(statement))
    expect(RULE, members, "info", f"FRR on worker-0 is configured to log for debugging: {statement}", subject="FRR")
    expect(RULE, members, "info", subject="FRR", shown=(statement,))


def test_only_frr_conf_was_collected():
    members = dump([neighbor()], None) | frr_conf(running("log stdout debugging"))
    expect(RULE, members, "info", "log stdout debugging", subject="FRR", shown=("log stdout debugging",))


def test_many_nodes_are_told_together():
    members = {}
    for at in range(6):
        text = running("log stdout", "debug bgp nht", "debug zebra rib", hostname=f"node-{at}")
        members |= frr(f"node-{at}", f"speaker-{at}", running=text)
    text = ("FRR on node-0, node-1, node-2, node-3 and 2 more", ": log stdout, debug bgp nht and 1 more")
    expect(RULE, members, "info", *text, subject="FRR", whose=None, shown=("debug bgp nht",))


def test_the_log_of_a_speaker_tells_it():
    line = {"at": "10:00:00", "event": "skipping should announce bgp", "ips": [], "level": "debug", "msg": ""}
    line |= {"pool": "pool", "protocol": "bgp", "reason": "noEndpoints", "service": "shop/web"}
    members = cluster() | container_log(line, line)
    expect(RULE, members, "info", "speaker logs at level debug in speaker-a", subject="speaker", shown=("debug",))
    members |= container_log(line, pod="speaker-b")
    expect(RULE, members, "info", "in speaker-a, speaker-b", subject="speaker", whose=None)
    start = {"at": "09:00:00", "level": "info", "msg": "MetalLB speaker starting (commit v0.14.9, branch main)"}
    saved = {"saved/speaker.log": next(iter(container_log(start, line).values()))}
    expect(RULE, saved, "info", "in a saved log", subject="speaker", whose=None)


def test_quiet():
    quiet(RULE, cluster(), 3)
    members = cluster() | metallb(logLevel="info")
    members |= frr("worker-0", running=running("log file /etc/frr/frr.log informational", "log timestamp precision 3"))
    quiet(RULE, members | container_log({"at": "10:00:00", "event": "config reloaded", "level": "info"}), 3)
    assert found(RULE, metallb(logLevel="warn") | metallb("other")) == []


def test_without_a_configuration():
    members = node(WORKERS[0]) | speaker_pod() | dump([neighbor()], None)
    unjudged(RULE, members, "show running-config was not collected")


def test_nothing_was_collected():
    assert IMAGE in next(iter(node()))
    assert outcome_of(RULE, node()).status == "not_checked"
