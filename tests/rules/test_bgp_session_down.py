import pytest
from bgp_kit import (
    BFD_DOWN,
    FOR_OTHER_NODES,
    IDLE,
    OPEN_OF_65042,
    OTHER,
    PEER,
    PEER6,
    bgp_peer,
    config,
    down,
    dump,
    expect,
    frr_conf,
    lost,
    neighbor,
    node,
    pod,
    quiet,
    row,
    statements,
    summary,
    timestamp,
    unjudged,
)
from kit import found, outcome_of

from analyzer.model import Status

RULE = "bgp-session-down"
UP = neighbor(OTHER, hostname="tor2")
NOTIFIED = "Last reset 00:00:21,  Notification {}"


def at(block, *more, running=None, bfd="BFD Peers:"):
    """A pod on worker-0 with this neighbor and one that is up."""
    running = running or config(statements(), statements(OTHER), activate=(PEER, OTHER))
    members = dump((block, UP), running, bfd) | pod()
    for one in more:
        members |= one
    return members


@pytest.mark.parametrize(
    ("block", "words", "shown"),
    [
        (down(), ("is Active: the TCP connection never came up",), ("BGP state = Active", "Total:", "established 0")),
        (down(state="Connect"), ("is Connect: the TCP connection is not answered",), ("BGP state = Connect", "Total:")),
        (down(state="Idle"), (f"BGP session to {PEER} (tor1) is Idle.",), ("BGP state = Idle",)),
        (down(state="Active (passive)"), ("it is passive on this node, and the peer never connected",), ("(passive)",)),
        (
            down(opens=(4, 0), total=(4, 0)),
            ("closes the connection without an OPEN",),
            ("Opens:                       4",),
        ),
        (
            down(reset="Last reset 00:00:24,  Waiting for NHT"),
            ("does not dial: Waiting for NHT",),
            ("Waiting for NHT",),
        ),
        (
            down(state="Idle", reset="Last reset 00:00:24,  No path to specified Neighbor (n/a)"),
            ("is Idle: FRR does not dial: No path to specified Neighbor",),
            ("No path to specified Neighbor",),
        ),
        (
            down(state="Idle", reset="Last reset 00:00:40,  No AFI/SAFI activated for peer (n/a)"),
            ("is Idle: last reset: No AFI/SAFI activated for peer",),
            ("No AFI/SAFI activated",),
        ),
        (lost(reset="Last reset 00:00:06,  BFD down received"), ("BFD took the session down",), ("BFD down received",)),
        (
            lost(reset=NOTIFIED.format("received (Cease/BFD Down/Hard Reset)")),
            ("the peer sent the NOTIFICATION Cease/BFD Down",),
            ("(Cease/BFD Down/Hard Reset)",),
        ),
        (
            lost(reset="Last reset 00:00:21, due to NOTIFICATION sent (Hold Timer Expired)"),  # FRR up to 7.1
            ("this node sent the NOTIFICATION Hold Timer Expired",),
            ("(Hold Timer Expired)",),
        ),
        (
            lost(reset="Last reset 00:00:21, BGP Notification send"),  # Quagga
            ("this node sent a NOTIFICATION",),
            ("BGP Notification send",),
        ),
        (
            lost(state="Idle", reset=NOTIFIED.format("sent (Cease/Maximum Number of Prefixes Reached)")).replace(
                "  Local Role: undefined", "  Peer had exceeded the max. no. of prefixes configured."
            ),
            ("received prefixes exceeded the configured maximum",),
            ("exceeded the max. no. of prefixes",),
        ),
        (
            down(state="Idle", reset=NOTIFIED.format("sent (OPEN Message Error/Bad Peer AS)"), after=OPEN_OF_65042),
            ("the peer is in AS 65042, but AS 64512 is configured",),
            ("remote AS 64512", "00730104 FE12005A", "Bad Peer AS"),
        ),
    ],
    ids=lambda value: value[0][:30] if isinstance(value, tuple) else None,
)
def test_tells_the_cause_with_its_lines(block, words, shown):
    expect(RULE, at(block), "error", *words, shown=(f"BGP neighbor is {PEER}", *shown))


def test_a_rejected_open_that_fits_by_now_is_not_the_cause():
    block = down(
        state="Idle",
        remote_as=65042,
        reset=NOTIFIED.format("sent (OPEN Message Error/Bad Peer AS)"),
        after=OPEN_OF_65042,
    )
    running = config(statements(remote_as="65042"))
    finding = expect(RULE, at(block, running=running), "error", "this node sent the NOTIFICATION OPEN Message Error")
    assert "but AS" not in finding.message


@pytest.mark.parametrize("remote_as", ["internal", "auto"])
def test_a_word_for_the_as_is_quoted(remote_as):
    reset = NOTIFIED.format("sent (OPEN Message Error/Bad Peer AS)")
    block = down(
        header=f"BGP neighbor is {PEER}, remote AS 0, local AS 64500, internal link", reset=reset, after=OPEN_OF_65042
    )
    running = config(statements(remote_as=remote_as), statements(OTHER), activate=(PEER, OTHER))
    expect(
        RULE, at(block, running=running), "error", f"the peer is in AS 65042, but remote-as {remote_as} is configured"
    )


def test_nothing_more_is_said_or_shown_than_matters():
    secret = config(statements(PEER, "64512", "password 7 sesame"), statements(OTHER), activate=(PEER, OTHER))
    block = lost(reset=NOTIFIED.format("sent (Hold Timer Expired)"))
    finding = expect(RULE, at(block, bgp_peer(), timestamp(), running=secret), "error")
    assert (
        finding.message
        == f"BGP session to {PEER} (tor1) is Connect: this node sent the NOTIFICATION Hold Timer Expired."
    )
    assert {one.path.rpartition("/")[2] for one in finding.evidence} == {"dump_frr"}
    assert not any("password" in line for one in finding.evidence for line in one.excerpt)


def test_nothing_is_said_where_nothing_is_known():
    finding = expect(RULE, at(lost(reset="Last reset never")), "error", f"BGP session to {PEER} (tor1) is Connect.")
    assert not any("Last reset" in line for one in finding.evidence for line in one.excerpt)


def test_an_old_dump_is_not_the_cause_of_another_reset():
    block = lost(reset=NOTIFIED.format("sent (Hold Timer Expired)"), after=OPEN_OF_65042)
    finding = expect(RULE, at(block), "error", "this node sent the NOTIFICATION Hold Timer Expired")
    assert not any("00730104" in line for one in finding.evidence for line in one.excerpt)


def test_a_password_is_mentioned_and_shown_but_not_told():
    running = config(statements(PEER, "64512", "password 7 sesame"), statements(OTHER), activate=(PEER, OTHER))
    block = down(state="Connect", after=("Peer Authentication Enabled",))
    shown = ("Peer Authentication Enabled", "neighbor 192.0.2.1 password")
    finding = expect(RULE, at(block, running=running), "error", "A password is set", shown=shown)
    assert "sesame" not in repr(finding)


def test_frr_10_waits_for_bfd():
    block = down(
        state="Idle",
        reset="Last reset 00:00:40,  Address family activated (n/a)",
        after=("", "  BFD: Type: single hop", "  Detect Multiplier: 3, Min Rx interval: 300, Min Tx interval: 300"),
    )
    running = config(statements(PEER, "64512", "bfd"), statements(OTHER), activate=(PEER, OTHER), version="10.3")
    expect(
        RULE, at(block, running=running, bfd=BFD_DOWN), "error", "BGP waits for BFD", "is down", shown=("Status: down",)
    )
    older = config(statements(PEER, "64512", "bfd"), statements(OTHER), activate=(PEER, OTHER), version="8.4.4")
    expect(RULE, at(block, running=older, bfd=BFD_DOWN), "error", "last reset: Address family activated")


def test_a_shutdown_that_nobody_asks_for_is_information():
    block = lost(state="Idle", extra=("  Administratively shut down",), reset="Last reset 00:00:16,  Admin. shutdown")
    running = config(statements(PEER, "64512", "shutdown"), statements(OTHER), activate=(PEER, OTHER))
    expect(
        RULE, at(block, running=running), "info", "shut down administratively", shown=("neighbor 192.0.2.1 shutdown",)
    )


def test_a_shutdown_that_a_resource_contradicts_is_a_warning():
    block = lost(state="Idle", extra=("  Administratively shut down",), reset="Last reset 00:00:16,  Admin. shutdown")
    shown = ("Administratively shut down", "name: rack1")
    expect(RULE, at(block, bgp_peer("rack1")), "warning", "although BGPPeer rack1 asks for it", shown=shown)


def test_a_young_pod_softens_but_does_not_hide():
    members = at(down(), timestamp("2026-11-21 10:00:00")) | pod(started="2026-11-21T09:59:20Z")
    expect(RULE, members, "warning", "The pod is only 40 s old.", shown=("startedAt: '2026-11-21T09:59:20Z'",))
    expect(RULE, at(down(), timestamp()) | pod(started="2026-11-21T09:57:00Z"), "error")


def test_the_start_of_a_pod_counts_where_its_container_does_not_tell():
    late = {
        path: text.replace("        startedAt", "        x")
        for path, text in pod(started="2026-11-21T09:59:20Z").items()
    }
    expect(RULE, at(down(), timestamp()) | late, "warning", "40 s old", shown=("startTime: '2026-11-21T09:59:20Z'",))


def test_every_peer_of_a_node_is_critical():
    expect(RULE, dump(down(), config()) | pod(), "critical")
    both = dump((down(), down(OTHER)), config()) | pod()
    assert [severity for _, _, severity in found(RULE, both)] == ["critical", "critical"]


def test_one_peer_on_every_node_is_critical():
    first = dump((down(), UP), config()) | pod()
    second = dump((down(), UP), config(hostname="worker-1"), pod="speaker-b") | pod("speaker-b", "worker-1")
    assert found(RULE, first | second) == [("worker-0", PEER, "critical"), ("worker-1", PEER, "critical")]
    healthy = dump((neighbor(), UP), config(hostname="worker-1"), pod="speaker-b") | pod("speaker-b", "worker-1")
    assert found(RULE, first | healthy) == [("worker-0", PEER, "error")]


@pytest.mark.parametrize(
    "block",
    [
        neighbor(),
        neighbor(reset="Last reset 00:00:15,  Waiting for peer OPEN"),
        neighbor(counts=(2, 1), reset=NOTIFIED.format("sent (Cease/BFD Down)")),
        neighbor(header="BGP neighbor on br-ex: fe80::1, remote AS 64512, local AS 64500, external link"),
        neighbor(header=f"BGP neighbor is *{PEER}, remote AS 64512, local AS 64500, external link"),
    ],
    ids=["up", "first-try", "bfd-at-start", "unnumbered", "dynamic"],
)
def test_is_quiet_when_the_session_is_up(block):
    quiet(RULE, dump(block, config()) | pod())


def test_summary_only():
    rows = summary(row(OTHER, "01:00:00", "0"), row(cell="Connect"))
    expect(
        RULE,
        rows,
        "error",
        "is Connect: the TCP connection is not answered",
        whose=None,
        shown=("Connect        0 N/A",),
    )
    expect(RULE, summary(row(cell="Idle (Admin)")), "info", "shut down administratively", whose=None)
    expect(RULE, summary(row(cell="Idle (PfxCt)", up="00:01:00", messages=(9, 9))), "critical", "maximum", whose=None)
    expect(RULE, summary(row(cell="Idle")), "critical", f"{PEER} is Idle.", whose=None)


@pytest.mark.parametrize("cell", ["0", "12", "NoNeg", "(Policy)"])
def test_numbers_and_policy_in_a_summary_are_up(cell):
    quiet(RULE, summary(row(up="01:00:00", cell=cell)))


def test_one_address_in_two_families_is_one_session():
    both = summary(row()) | summary(row(), family="IPv6 Unicast", folder="saved/worker-0")
    assert found(RULE, both) == [(None, PEER, "critical")]


def test_unnumbered_masked_ipv6_and_vrf_peers_are_named_as_they_are():
    header = "BGP neighbor on br-ex: fe80::1, remote AS 64512, local AS 64500, external link"
    expect(RULE, at(down(header=header)), "error", "BGP session to br-ex", subject="br-ex")
    expect(RULE, at(down("x-ipv4-0000000001-x")), "error", "to x-ipv4-0000000001-x", subject="x-ipv4-0000000001-x")
    expect(RULE, at(down(PEER6)), "error", f"to {PEER6}", subject=PEER6)
    red = expect(RULE, at("Instance red:\n" + down() + "\nInstance default:"), "error")
    assert red.id != expect(RULE, at(down()), "error").id


def test_a_peer_for_other_nodes_is_not_missed_here():
    elsewhere = bgp_peer("tor1", PEER, 64512, *FOR_OTHER_NODES)
    quiet(RULE, at(down(), elsewhere, node()), examined=2)
    expect(RULE, at(down(), elsewhere), "error")  # without the node's labels it may be meant for it
    expect(RULE, at(down(), elsewhere, bgp_peer("tor1b"), node()), "error")
    expect(RULE, at(down(), bgp_peer("tor1", PEER, 64512, *FOR_OTHER_NODES, "vrf: red"), node()), "error")


def test_bgpd_does_not_run():
    dead = dump(None, IDLE) | pod() | frr_conf(config())
    words = ("there is no BGP session to", "bgpd does not run on this node")
    expect(
        RULE, dead | bgp_peer(), "critical", *words, shown=("###### show bgp neighbor", "remote-as 64512", "name: tor1")
    )
    said = dump("bgpd is not running", IDLE) | pod() | frr_conf(config())
    expect(RULE, said, "critical", *words, shown=("bgpd is not running",))
    runs = dump("% BGP instance not found", IDLE) | pod() | frr_conf(config())
    finding = expect(RULE, runs, "critical", "bgpd has no such BGP instance", shown=("% BGP instance not found",))
    assert "does not run" not in finding.message
    quiet(RULE, dead | bgp_peer("tor1", PEER, 64512, *FOR_OTHER_NODES) | node())


def test_what_was_not_answered_is_a_gap():
    unjudged(RULE, dump(None, config()) | pod(), "neither show bgp neighbor nor a summary")
    unjudged(RULE, dump(None, None) | pod(), "show bgp neighbor gave no answer")
    unjudged(RULE, frr_conf(config()) | pod(), "show bgp neighbor gave no answer")
    one = dump(neighbor(), config()) | pod()
    other = dump(None, None, pod="speaker-b") | pod("speaker-b", "worker-1")
    unjudged(RULE, one | other, "show bgp neighbor gave no answer", examined=1)
    (gap,) = outcome_of(RULE, one | other).gaps
    assert gap.node == "worker-1"


def test_show_bgp_neighbor_does_not_tell_of_other_vrfs():
    red = config(router="router bgp 64500 vrf red")
    unjudged(RULE, dump("% No BGP neighbors found", red) | pod(), "neither show bgp neighbor nor a summary")
    quiet(RULE, dump("Instance red:\n" + neighbor(), red) | pod())


def test_no_neighbors_is_an_answer():
    for said in ("% No BGP neighbors found in VRF default", "% BGP instance not found"):
        outcome = outcome_of(RULE, dump(said, IDLE) | pod())
        assert (outcome.status, outcome.gaps, outcome.examined) == (Status.CLEAR, (), 0)


def test_without_any_frr_output_nothing_is_checked():
    outcome = outcome_of(RULE, pod())
    assert outcome.status is Status.NOT_CHECKED
    assert "neither an output of FRR" in outcome.reason


def test_the_id_stays_while_times_and_causes_change():
    first = outcome_of(RULE, at(down())).findings
    later = outcome_of(RULE, at(lost(reset=NOTIFIED.format("sent (Hold Timer Expired)")))).findings
    elsewhere = outcome_of(RULE, at(down()) | pod(node="worker-7")).findings
    assert first[0].id == later[0].id
    assert first[0].id != elsewhere[0].id
