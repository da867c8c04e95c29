"""Reports made in Python, for the tests of everything that shows one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

from analyzer.model import (
    ArchiveProblem,
    ArchiveSummary,
    ClusterSummary,
    Coverage,
    Diagnosis,
    FactTable,
    Finding,
    Gap,
    Lane,
    NodeVerdict,
    Outcome,
    PeerState,
    Report,
    ServiceVerdict,
    Severity,
    Status,
    TimelineEntry,
    ranked,
)
from parsers.base import Evidence, failure

IMAGE = "must-gather.local.4711/quay-io-openshift-release-dev-ocp-v4-0-art-dev-sha256-0f3ad5a2c6b8e1d97a64"
LOGS = f"{IMAGE}/namespaces/metallb-system/pods/speaker-7xk2p/frr/frr/logs"
HOSTILE = (
    "<script>alert(1)</script>&\"'\x1b[31m\x1b]8;;http://x/\x07"
    "\u202egnp.exe\u2066\u200b\x00\x9b\ud800\udcff{{ 7*7 }}[red]x"
)
NODES = tuple(f"worker-{number}.ocp.example.com" for number in range(5))

DOCS = {
    "bgp-session-down": """A BGP session is not established.

## Why it matters
Routes that the node announces to this peer are **withdrawn**: traffic for the services behind it takes another path, or
none if this was the last one. A state of `Active` or `Connect` means that TCP does not come up; `Idle` that nothing is
tried.

## What to do
- Read the last reset: it names the side that ended the session.
- From the node, reach port 179 of the peer; a <b>firewall</b> that drops is silent.
- On the router, look for a neighbor statement for the address of the node:

    vtysh -c 'show bgp neighbors 192.0.2.1'

1. Then the first thing.
2. Then the second.
""",
    "bfd-not-run-by-remote": "The peer does not run BFD.\n\n## Why it matters\nA dead link stays unnoticed.",
}


def evidence(name, first, *lines, note=None, last=None):
    return Evidence(f"{LOGS}/{name}", first, last or first + len(lines) - 1, lines, note)


def outcome(rule, title, severity, status, findings=(), **more):
    return Outcome(rule, "bgp", severity, title, status, findings=ranked(rule, severity, list(findings)), **more)


def down(node, peer, severity=None):
    return Finding(
        peer,
        f"{peer} (tor1) is Idle for 00:21:07; last reset: Waiting for peer OPEN; TCP to port 179 was never up",
        (
            evidence(
                "dump_frr",
                412,
                f"BGP neighbor is {peer}, remote AS 64512, local AS 64500, external link",
                "  BGP version 4, remote router ID 0.0.0.0, local router ID 192.0.2.20",
                "  BGP state = Idle",
                "  Hold time is 90 seconds, keepalive interval is 30 seconds",
            ),
            evidence("dump_frr", 471, "  Last reset 00:00:21,  Waiting for peer OPEN", note="why it is down"),
            evidence("dump_frr", 38, *(f" neighbor {peer} line {number}" for number in range(24)), last=90),
        ),
        node,
        severity,
    )


def archive(complete=True):
    lost = ArchiveProblem(
        "must-gather.tar.gz",
        "truncated",
        "must-gather.tar.gz ends in the middle of a member, after 41.5 MB; what came after it is lost",
    )
    return ArchiveSummary(("must-gather.tar.gz",), 3112, 41_532_117, complete, () if complete else (lost,))


def cluster():
    return ClusterSummary(
        "6f7c2f5e-9b1a-4c1d-8f42-0a7d9c1e5b3f", "4.16.21", "BareMetal", "OVNKubernetes", NODES, "2024-11-05T09:12:44Z"
    )


DUMP = Coverage("dump_frr of the FRR pods", True, tuple(f"{LOGS}/{number}/dump_frr" for number in range(27)))
NO_LOG = Coverage(
    "FRR log",
    False,
    (),
    "FRR logs to standard output from 4.19 on",
    "oc logs -n openshift-frr-k8s <pod> -c frr > frr.log",
)
NOT_CHECKED = [
    outcome(name, title, Severity.ERROR, Status.NOT_CHECKED, reason=reason)
    for name, title, reason in (
        ("bgp-tcp-failure-classified", "TCP to a BGP peer fails", "not collected: FRR log"),
        ("bgp-md5-mismatch", "The two ends do not share a TCP MD5 password", "not collected: FRR log"),
        ("mtu-too-small", "A path carries less than the MTU of the pods", "not collected: ip link of the nodes"),
    )
]
CLEAR = [
    outcome("bgp-asn-mismatch", "The two ends do not agree on an AS number", Severity.ERROR, Status.CLEAR, examined=10),
    outcome(
        "bgp-router-id-conflict",
        "Two routers share a router ID",
        Severity.ERROR,
        Status.CLEAR,
        examined=8,
        gaps=(Gap("192.0.2.1", "show bgp neighbor was not collected", NODES[3]),),
    ),
]


def broken():
    outcomes = [
        outcome(
            "bgp-session-down",
            "A BGP session is not established",
            Severity.ERROR,
            Status.FOUND,
            [
                down(NODES[0], "192.0.2.1", Severity.CRITICAL),
                down(NODES[0], "192.0.2.2", Severity.CRITICAL),
                down(NODES[1], "192.0.2.1"),
            ],
            examined=10,
            gaps=(Gap("192.0.2.1", "the block is cut", NODES[4]),),
        ),
        outcome(
            "bfd-not-run-by-remote",
            "The peer does not run BFD",
            Severity.WARNING,
            Status.FOUND,
            [
                Finding(
                    "192.0.2.1",
                    "BFD never came up in 3d02h, while BGP is Established",
                    (evidence("dump_frr", 120_318, "\t\tStatus: down", "\t\tDowntime: 3 day(s), 2 hour(s)"),),
                    NODES[2],
                )
            ],
            examined=10,
        ),
        outcome(
            "bgp-ceased-by-administrator",
            "A session was ended on purpose",
            Severity.INFO,
            Status.FOUND,
            [Finding("192.0.2.9", "Idle (Admin)", (evidence("dump_frr", 9, "  BGP state = Idle (Admin)"),))],
            examined=10,
        ),
        *CLEAR,
        *NOT_CHECKED,
        outcome("bgp-flapping", "A session flaps", Severity.WARNING, Status.CRASHED, reason="KeyError: 'dropped'"),
    ]
    return Report(
        tool_version="0.1.0",
        archive=archive(complete=False),
        cluster=cluster(),
        outcomes=tuple(outcomes),
        coverage=(DUMP, NO_LOG),
        parse_failures=(failure(evidence("dump_frr", 77, "  BGP state = Sleeping"), "dump_frr", "unknown state"),),
        diagnoses=(
            Diagnosis(
                "router-lost",
                "The router 192.0.2.1 does not answer two nodes",
                "likely",
                "192.0.2.1",
                NODES[:2],
                tuple(one.id for one in outcomes[0].findings),
                "Both nodes lost it at the same time, and nothing else.",
                ("Look at the router's own log.",),
            ),
        ),
        notes=("Two must-gathers were read as one cluster.",),
    )


def quiet():
    return Report("0.1.0", archive(), cluster(), (*CLEAR, *NOT_CHECKED), (DUMP, NO_LOG))


def empty():
    return Report("0.1.0", ArchiveSummary(("x.tar",), 0, 0, True), ClusterSummary(), (), ())


def hostile():
    """Every text that an archive can choose is hostile, and some are huge."""
    where = (
        Evidence(HOSTILE, 1, 3, (HOSTILE, "x" * 1_000_000, "\u0627\u0644" * 300), HOSTILE),
        *(Evidence("\x1b" * 5000, number, number, ("\x07" * 600,)) for number in range(1, 40)),
    )
    findings = [Finding(HOSTILE, HOSTILE, where, HOSTILE), Finding("y" * 1_000_000, "z" * 1_000_000, where, "n" * 5000)]
    gaps = tuple(Gap(HOSTILE, f"{number} {HOSTILE}", HOSTILE) for number in range(300))
    return Report(
        tool_version="0.1.0",
        archive=ArchiveSummary((HOSTILE,), 1, 2**62, False, (ArchiveProblem(HOSTILE, HOSTILE, HOSTILE),) * 300),
        cluster=ClusterSummary(HOSTILE, HOSTILE, HOSTILE, HOSTILE, (HOSTILE,) * 900, HOSTILE),
        outcomes=(
            outcome("some-rule", HOSTILE, Severity.ERROR, Status.FOUND, findings, gaps=gaps),
            outcome("other-rule", HOSTILE, Severity.ERROR, Status.NOT_CHECKED, reason=HOSTILE, gaps=gaps),
            outcome("third-rule", HOSTILE, Severity.ERROR, Status.CLEAR, reason=HOSTILE, gaps=gaps),
            outcome("fourth-rule", HOSTILE, Severity.ERROR, Status.CRASHED, reason=HOSTILE),
        ),
        coverage=(Coverage(HOSTILE, True, (HOSTILE,) * 999), Coverage(HOSTILE, False, (), HOSTILE, HOSTILE)),
        parse_failures=(failure(evidence(HOSTILE, 1, HOSTILE * 3), HOSTILE, HOSTILE),) * 500,
        diagnoses=(Diagnosis("some-cause", HOSTILE, "possible", HOSTILE, (HOSTILE,), (), HOSTILE, (HOSTILE,)),),
        notes=(HOSTILE,),
    )


@cache
def huge():
    """20,000 findings of ten rules: 500 nodes with 4 peers."""
    outcomes = [
        outcome(
            f"rule-{number}",
            f"Something is wrong, number {number}",
            Severity.ERROR,
            Status.FOUND,
            [down(f"worker-{node}", f"192.0.2.{peer}") for node in range(500) for peer in range(4)],
            examined=2000,
        )
        for number in range(10)
    ]
    nodes = tuple(f"worker-{node}" for node in range(500))
    return Report("0.1.0", archive(), ClusterSummary(nodes=nodes), tuple(outcomes), (DUMP,))


def session(node, peer, up=True):
    """A session as the overview shows it."""
    return PeerState(
        *(node, peer, "default", "tor", 64512, "Established" if up else "Idle", 93_780, "up"),
        *("Waiting for peer OPEN", 60, 0, 3, ("BGPPeer tor",), (evidence("dump_frr", 412, f"BGP neighbor is {peer}"),)),
    )


@cache
def large():
    """The same with 2,000 sessions, 10,000 services, full tables and a full timeline."""
    peers = tuple(
        session(f"worker-{node}", f"192.0.2.{peer}", node % 7 == 0) for node in range(500) for peer in range(4)
    )
    services = tuple(
        ServiceVerdict(
            *(f"shop-{number % 90}/web-{number}", f"198.51.100.{number % 250}", "bgp", "gold", "Cluster"),
            *("not announced" if number % 9 else "announced", "session", "announced by no node: no session is up"),
            tuple(NodeVerdict(f"worker-{node}", "announced") for node in range(4)),
            (evidence("services.yaml", 12, "    - ip: 198.51.100.10"),),
        )
        for number in range(10_000)
    )
    columns = ("NODE", "NAMESPACE", "NAME", "ADDRESS", "STATE")
    tables = tuple(
        FactTable(
            *(f"table-{number}", f"things of kind {number}", columns),
            tuple((f"worker-{row}", "shop", f"web-{row}", f"192.0.2.{row}", "up") for row in range(100)),
            50_000,
        )
        for number in range(12)
    )
    start = datetime(2026, 11, 21, 10, 0, 5, tzinfo=UTC)
    entries = tuple(
        TimelineEntry(
            *(start + timedelta(seconds=number), f"worker-{number % 500}", list(Lane)[number % 11]),
            *(f"192.0.2.{number % 4}", "the session went down", evidence("current.log", number + 1, "down")),
            bad=number % 3 == 0,
        )
        for number in range(1000)
    )
    return replace(huge(), peers=peers, services=services, tables=tables, timeline=entries, timeline_total=90_000)


REPORTS = {"broken": broken, "quiet": quiet, "empty": empty, "hostile": hostile, "huge": huge}
