"""Pods of saved tables: what announcer-not-ready and cluster-dns-unhealthy say of them."""

import pytest
from bgp_kit import expect, quiet, unjudged
from health_kit import healthy
from kit import found, outcome_of

from analyzer.model import Status

SPEAKERS, DNS = "announcer-not-ready", "cluster-dns-unhealthy"
HEAD = "NAME READY STATUS RESTARTS AGE"
WIDE = "NAME READY STATUS RESTARTS AGE IP NODE NOMINATED NODE READINESS GATES"


def table(*rows, head=HEAD, path="saved/pods.txt"):
    return {path: "\n".join([head, *rows, ""])}


def test_a_speaker_that_is_not_ready():
    members = table("speaker-2m9pm 4/4 Running 0 9m19s", "speaker-7m4qw 3/4 CrashLoopBackOff 7 (2m ago) 9m19s")
    words = "speaker pod speaker-7m4qw has 3/4 containers ready (CrashLoopBackOff, 7 restarts, 9 min 19 s old)"
    expect(SPEAKERS, members, "error", words, subject="speaker-7m4qw", whose=None, shown=("3/4",))


def test_a_wide_table_tells_the_node():
    row = "frr-k8s-x2x8q 6/7 Running 0 3h 192.0.2.20 worker-0 <none> <none>"
    words = "frr-k8s pod frr-k8s-x2x8q on worker-0 has 6/7 containers ready (3 h old)"
    expect(SPEAKERS, table(row, head=WIDE), "error", words, subject="frr-k8s-x2x8q")


def test_a_pod_that_has_just_started():
    rows = ("speaker-2m9pm 4/4 Running 0 9m19s", "speaker-7m4qw 3/4 Running 0 19s")
    unjudged(SPEAKERS, table(*rows), "it is only 19 s old", examined=1)
    unjudged(DNS, table("dns-default-467qw 1/2 Running 0 19s"), "it is only 19 s old")


@pytest.mark.parametrize(
    "row",
    ["speaker-2m9pm 4/4 Running 3 9d", "speaker-2m9pm 0/4 Terminating 0 9d", "speaker-2m9pm 0/4 Completed 0 9d"],
)
def test_pods_that_are_no_fault(row):
    assert outcome_of(SPEAKERS, table(row)).status is Status.CLEAR


def test_other_pods_and_those_that_the_archive_holds():
    assert outcome_of(SPEAKERS, table("speakeasy-x2x8q 0/1 Error 0 9d")).status is Status.NOT_CHECKED
    assert found(SPEAKERS, healthy() | table("speaker-a 0/4 Error 3 9d")) == []


def test_an_age_that_the_cluster_does_not_know():
    assert found(SPEAKERS, table("speaker-7m4qw 3/4 Running 0 <unknown>")) == [(None, "speaker-7m4qw", "error")]


def test_dns():
    rows = ("dns-default-467qw 2/2 Running 0 49m", "dns-default-6prvx 1/2 CrashLoopBackOff 11 53m")
    words = "the DNS pod is not ready: dns-default-6prvx has 1/2 containers ready (CrashLoopBackOff, 11 restarts"
    expect(DNS, table(*rows), "error", words, subject="openshift-dns/dns-default-6prvx", whose=None)
    words = "the DNS pod of worker-0 is not ready: dns-default-6prvx has 0/2 containers ready (Error, 3 h old)"
    wide = (
        f"{one} 3h 10.128.0.3 worker-0 <none> <none>" for one in ("x 1/1 Running 0", "dns-default-6prvx 0/2 Error 0")
    )
    both = table(*wide, "dns-default-467qw 2/2 Running 0 3h 10.128.0.4 worker-1 <none> <none>", head=WIDE)
    expect(DNS, both, "error", words, subject="openshift-dns/dns-default-6prvx")
    quiet(DNS, table(rows[0]))


def test_no_dns_pod_at_all():
    words = "no pod of the cluster's DNS is ready: dns-default-6prvx 1/2 containers ready (CrashLoopBackOff"
    members = table("dns-default-6prvx 1/2 CrashLoopBackOff 11 53m")
    expect(DNS, members, "critical", words, subject="openshift-dns/dns-default", whose=None, shown=("1/2",))
