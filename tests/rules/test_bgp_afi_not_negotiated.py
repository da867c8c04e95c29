import pytest
from bgp_kit import (
    BOTH,
    FOR_OTHER_NODES,
    PEER,
    PREFIX,
    PREFIX6,
    bgp_peer,
    config,
    down,
    dump,
    expect,
    neighbor,
    node,
    pod,
    quiet,
    row,
    summary,
    unjudged,
)
from kit import outcome_of

RULE = "bgp-afi-not-negotiated"
ONLY_HERE = "    Address Family IPv4 Unicast: advertised"
LOOSE = "saved/worker-0"
NONEG = row(up="01:00:00", cell="NoNeg", sent="NoNeg")


def at(running=None, *capabilities, **more):
    block = neighbor(capabilities=capabilities or (ONLY_HERE,), **more)
    return dump(block, running or config()) | pod()


def saved(table, running=None):
    members = {f"{LOOSE}/running-config.txt": running or config()}
    return members | table


def test_a_family_with_prefixes():
    shown = (f"BGP neighbor is {PEER}", ONLY_HERE, f"network {PREFIX}")
    expect(
        RULE,
        at(),
        "warning",
        f"{PEER} (tor1) did not negotiate ipv4 unicast: {PREFIX} cannot be announced",
        shown=shown,
    )


def test_ipv6_over_an_ipv4_session():
    running = config(networks=(PREFIX, PREFIX6))
    members = at(running, *BOTH, "    Address Family IPv6 Unicast: advertised")
    expect(
        RULE, members, "warning", f"ipv6 unicast: {PREFIX6}", shown=("IPv6 Unicast: advertised", f"network {PREFIX6}")
    )


def test_of_many_prefixes_the_first_are_named():
    many = tuple(f"198.51.100.{last}/32" for last in (15, 14, 13, 12, 11, 10))
    shown = [f"network {one}" for one in many[:4]]
    finding = expect(
        RULE, at(config(networks=many)), "warning", f"{', '.join(many[:4])} and 2 more cannot", shown=shown
    )
    assert not any(many[4] in line for one in finding.evidence for line in one.excerpt)


def test_both_families_are_two_findings():
    members = at(config(networks=(PREFIX, PREFIX6)), ONLY_HERE, ONLY_HERE.replace("v4", "v6"))
    findings = outcome_of(RULE, members).findings
    assert len({finding.id for finding in findings}) == len(findings) == 2
    assert not any(finding.id.endswith("-2") for finding in findings)


def test_in_a_summary():
    shown = ("NoNeg    NoNeg", f"network {PREFIX}")
    expect(RULE, saved(summary(NONEG)), "warning", "did not negotiate ipv4 unicast", shown=shown)


def test_in_a_summary_beside_a_block_that_does_not_tell():
    members = saved(summary(NONEG)) | {f"{LOOSE}/neighbors.txt": neighbor(capabilities=()) + "\n"}
    expect(
        RULE, members, "warning", "did not negotiate ipv4 unicast", shown=("NoNeg    NoNeg", f"BGP neighbor is {PEER}")
    )


@pytest.mark.parametrize(
    "members",
    [
        at(config(), *BOTH),
        at(config(), *BOTH, "    Address Family IPv6 Unicast: advertised"),  # MetalLB 0.13: nothing of that family
        at(config(), *BOTH, "    Address Family IPv6 Unicast: received"),
        at(
            config(networks=(PREFIX, PREFIX6), permitted=(PREFIX,)),
            *BOTH,
            "    Address Family IPv6 Unicast: advertised",
        ),
        at(config(permitted=())),
        at(config(), "    Address Family IPv4 Unicast: "),  # announced by nobody
        at(state="Connect"),
        at() | node() | bgp_peer("tor1", PEER, 64512, *FOR_OTHER_NODES),
        dump(down(), config()) | pod(),
        saved(summary(NONEG, family="IPv6 Unicast")),
        saved(summary(row(up="01:00:00", cell="0", sent="1"))),
    ],
    ids=[
        "both",
        "v6-empty",
        "received",
        "v6-denied",
        "denied",
        "nobody",
        "down",
        "unwanted",
        "never-up",
        "summary-v6",
        "summary",
    ],
)
def test_is_quiet(members):
    quiet(RULE, members)


def test_what_is_not_known_is_a_gap():
    tail = (f"route-map out-{PEER} permit 1", " match community blue", "exit")
    unjudged(RULE, at(config(lists=tail)), "cannot be judged offline")
    unjudged(RULE, dump(neighbor(capabilities=(ONLY_HERE,)), None) | pod(), "running configuration was not collected")
    unjudged(RULE, dump(None, config()) | pod(), "neither show bgp neighbor nor a summary")
    unjudged(RULE, dump(None, None) | pod(), "gave no answer")
