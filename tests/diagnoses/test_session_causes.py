"""The causes of lost sessions, from outputs of FRR and of the node; whole archives stand in fixtures/archives."""

import bgp_kit as bgp
import node_kit as host
import pytest
from bgp_kit import BFD_DOWN, OTHER, PEER, bgp_peer, config, down, dump, log, lost, neighbor, pod, statements
from diagnosis_kit import of_members

SECRET = (statements(PEER, "64512", "password 7 sesame"),)
BFD = (statements(PEER, "64512", "bfd"),)
EXPIRED = "Last reset 00:00:40,  Notification sent (Hold Timer Expired)"
GONE = "Last reset 00:00:40,  BFD down received"
NO_PATH = "Last reset 00:00:40,  Waiting for NHT"
TWO = ("worker-0", "worker-1")


def node_with(block, running=None, *, name="worker-0", bfd="BFD Peers:"):
    """One node's FRR: its neighbor block, its running configuration, its BFD peers."""
    speaker = f"speaker-{name}"
    blocks = [block] if isinstance(block, str) else block
    own = [one.replace("local router ID 192.0.2.20", f"local router ID 192.0.2.2{name[-1]}") for one in blocks]
    return dump(own, running or config(), bfd, pod=speaker) | pod(speaker, name)


def logged(error):
    return log(f"10:00:09 {PEER} [Event] Connect failed {error}", pod="speaker-worker-0")


def bfd_peer(**lines):
    """`show bfd peers` with some of its lines changed."""
    text = BFD_DOWN
    for old, new in lines.items():
        key = old.replace("_", " ")
        (line,) = [one for one in text.split("\n") if one.strip().casefold().startswith(key.casefold())]
        text = text.replace(line, f"\t\t{new}")
    return text


def only(members):
    (one,) = of_members(members)
    return one


@pytest.mark.parametrize(
    ("error", "cause", "confidence", "words"),
    [
        ("111(Connection refused)", "router-rejects-bgp", "certain", "refuses the TCP connection of BGP"),
        ("110(Connection timed out)", "peer-does-not-answer", "likely", "lets no BGP through"),
        ("113(No route to host)", "peer-does-not-answer", "likely", "lets no BGP through"),
    ],
)
def test_an_error_in_the_log_tells_refused_from_silent(error, cause, confidence, words):
    one = only(node_with(down()) | logged(error))
    assert (one.cause, one.confidence) == (cause, confidence)
    assert words in one.title


def test_a_time_out_with_a_password_fits_two_causes():
    found = of_members(node_with(down(), config(*SECRET)) | logged("110(Connection timed out)"))
    assert [(one.cause, one.confidence) for one in found] == [
        ("bgp-passwords-differ", "possible"),
        ("peer-does-not-answer", "possible"),
    ]
    assert all("The same findings fit another cause as well" in one.explanation for one in found)


def test_the_line_of_the_kernel_proves_the_password():
    line = f"[  123.456789] TCP: MD5 Hash failed for ({PEER}, 179)->(192.0.2.20, 40132)\n"
    members = node_with(down(), config(*SECRET)) | {f"{bgp.IMAGE}/nodes/worker-0/dmesg": line}
    one = only(members)
    assert (one.cause, one.confidence, one.nodes) == ("bgp-passwords-differ", "certain", ("worker-0",))


def test_a_peer_that_refuses_every_node_is_the_routers_matter():
    members = {}
    for name in TWO:
        members |= node_with(down(), name=name)
    one = only(members)
    assert (one.cause, one.confidence, one.nodes) == ("router-rejects-bgp", "possible", TWO)
    assert "on both nodes that want it" in one.title
    assert one.settles


def test_a_peer_that_answers_no_node_is_not_reached():
    members = {}
    for name in TWO:
        members |= node_with(down(state="Connect"), name=name)
    one = only(members)
    assert (one.cause, one.nodes) == ("peer-does-not-answer", TWO)
    assert "is not reached on both nodes" in one.title


def test_every_session_of_every_node():
    members = {}
    for name in TWO:
        members |= node_with((down(state="Connect"), down(OTHER, state="Connect")), name=name)
    one = only(members)
    assert one.nodes == TWO
    assert "what they share is the fabric" in one.explanation


def test_all_peers_of_one_node_are_one_cause():
    up = (neighbor(), neighbor(OTHER))
    members = node_with((down(state="Connect"), down(OTHER, state="Connect"))) | node_with(up, name="worker-1")
    one = only(members)
    assert (one.subject, one.nodes) == ("worker-0", ("worker-0",))
    assert "is up on worker-1" in one.explanation


def test_two_faults_on_two_nodes_are_two_causes():
    members = node_with(down(state="Connect")) | node_with(lost(reset=EXPIRED), name="worker-1")
    members |= node_with(neighbor(), name="worker-2")
    found = of_members(members)
    assert sorted((one.cause, one.nodes) for one in found) == [
        ("path-to-peer-lost", ("worker-1",)),
        ("peer-does-not-answer", ("worker-0",)),
    ]


def test_a_passive_end_waits():
    one = only(node_with(down(), config(statements(PEER, "64512", "passive"))))
    assert one.cause == "peer-does-not-answer"
    assert "only waits for it (passive)" in one.title


@pytest.mark.parametrize(("reset", "cause"), [(EXPIRED, "path-to-peer-lost"), (GONE, "path-to-peer-lost")])
def test_packets_that_stopped(reset, cause):
    one = only(node_with(lost(reset=reset)))
    assert (one.cause, one.confidence) == (cause, "likely")


def test_the_other_end_heard_nothing():
    one = only(node_with(lost(reset=EXPIRED.replace("sent", "received"))))
    assert "The router heard nothing more" in one.explanation


def test_the_router_was_shut_down():
    reset = "Last reset 00:00:40,  Notification received (Cease/Administrative Shutdown)"
    one = only(node_with(lost(state="Active", reset=reset)))
    assert (one.cause, one.confidence) == ("bgp-session-shut-down", "certain")
    assert one.title == "192.0.2.1 (tor1) has the BGP session shut down for worker-0"


def test_no_route_is_likely_by_frr_alone_and_certain_with_the_routes():
    block = down("203.0.113.9", reset=NO_PATH, hops=255)
    running = config(statements("203.0.113.9", "64512", "ebgp-multihop 255"), activate=("203.0.113.9",))
    members = node_with(block, running)
    assert [(one.cause, one.confidence) for one in of_members(members)] == [("no-route-to-peer", "likely")]
    own = host.node("worker-0") | host.network() | host.addresses() | host.links()
    routes = host.without_route("worker-0", "default")
    proven = next(one for one in of_members(members | own | routes) if one.cause == "no-route-to-peer")
    assert proven.confidence == "certain"


def test_a_link_without_carrier_explains_the_session():
    dead = {"flags": "NO-CARRIER,BROADCAST,MULTICAST,UP", "state": "DOWN"}
    own = host.node("worker-0") | host.network() | host.addresses() | host.routes()
    members = node_with(lost(reset=EXPIRED)) | own | host.links("worker-0", host.ovn_links(**dead))
    first = of_members(members)[0]
    assert (first.cause, first.confidence, first.nodes) == ("link-to-peer-down", "certain", ("worker-0",))


def test_a_silent_next_hop_makes_it_likely():
    own = host.node("worker-0") | host.network() | host.addresses() | host.routes() | host.links()
    silent = host.neighbors("worker-0", f"{PEER} dev br-ex  FAILED")
    first = of_members(node_with(down(state="Connect")) | own | silent)[0]
    assert (first.cause, first.confidence) == ("link-to-peer-down", "likely")
    assert first.settles


def test_bfd_that_never_came_up():
    one = only(node_with(neighbor(), config(*BFD), bfd=BFD_DOWN))
    assert (one.cause, one.confidence) == ("bfd-not-answered", "likely")
    assert "does not run BFD for worker-0" in one.title


def test_bfd_that_the_peer_ended():
    shown = bfd_peer(Diagnostics="Diagnostics: neighbor signaled session down")
    one = only(node_with(neighbor(), config(*BFD), bfd=shown))
    assert "ended BFD" in one.title


def test_bfd_that_was_shut_down_there():
    shown = bfd_peer(Remote_diagnostics="Remote diagnostics: administratively down")
    one = only(node_with(neighbor(), config(*BFD), bfd=shown))
    assert (one.cause, one.title) == ("bgp-session-shut-down", "192.0.2.1 (tor1) has BFD shut down for worker-0")


def test_a_session_that_says_nothing_of_itself():
    one = only(node_with(lost(state="Idle", reset="Last reset 00:00:40,  User reset")))
    assert (one.cause, one.confidence) == ("bgp-session-unexplained", "possible")


def test_metrics_alone_give_a_cause_too():
    one = only({"saved/worker-0/metrics.txt": 'metallb_bgp_session_up{peer="192.0.2.1:179"} 0\n'})
    assert (one.cause, one.confidence) == ("bgp-session-unexplained", "possible")
    assert "on a node that the files do not name" in one.title


def test_the_resource_is_named_in_what_to_do():
    reset = "Last reset 00:00:40,  Notification received (OPEN Message Error/Bad Peer AS)"
    members = node_with(lost(state="Idle", reset=reset)) | bgp_peer()
    one = only(members)
    assert one.cause == "bgp-as-numbers-differ"
    assert "`oc -n metallb-system get bgppeer tor1 -o yaml`" in one.next_steps


def test_a_hold_timer_without_bfd_explains_a_slow_failover():
    members = node_with(neighbor(state="Established, up for 00:10:00", reset=EXPIRED, counts=(2, 1), hold=180))
    assert "failover-slow" in [one.cause for one in of_members(members)]


@pytest.mark.parametrize("reason", ["Neighbor address lost", "Update source change"])
def test_the_own_address_is_gone(reason):
    one = only(node_with(lost(state="Idle", reset=f"Last reset 00:00:40,  {reason}")))
    assert (one.cause, one.confidence, one.nodes) == ("address-changed-under-the-cluster", "likely", ("worker-0",))
    assert one.title == "The address from which worker-0 speaks BGP with 192.0.2.1 (tor1) changed or is gone"


def test_the_own_interface_went_down():
    one = only(node_with(lost(state="Idle", reset="Last reset 00:00:40,  Interface down")))
    assert (one.cause, one.confidence) == ("link-to-peer-down", "likely")
    assert "The interface towards the BGP peer 192.0.2.1 (tor1) went down" in one.title


@pytest.mark.parametrize(
    ("block", "cause"),
    [(lost(reset=EXPIRED), "path-to-peer-lost"), (down(state="Connect"), "peer-does-not-answer")],
)
@pytest.mark.parametrize(("state", "excluded"), [("REACHABLE", True), ("STALE", False)])
def test_a_reachable_next_hop_rules_layer_2_out(block, cause, state, excluded):
    own = host.node("worker-0") | host.network() | host.addresses() | host.routes() | host.links()
    neighbors = host.neighbors("worker-0", f"{PEER} dev br-ex lladdr 00:00:5e:00:01:01 {state}")
    one = next(one for one in of_members(node_with(block) | own | neighbors) if one.cause == cause)
    assert ("REACHABLE in the node's neighbor table" in one.explanation) is excluded
    assert any("ip neigh show" in text for text in one.settles) is not excluded


def test_a_password_is_more_suspect_where_others_are_up_without():
    members = node_with(down(state="Connect"), config(*SECRET)) | node_with(neighbor(), name="worker-1")
    found = next(one for one in of_members(members) if one.cause == "bgp-passwords-differ")
    assert "On worker-1, where no password is set, the same peer is up." in found.explanation


def test_a_far_peer_may_allow_fewer_hops():
    block = down("203.0.113.9", state="Connect", hops=255)
    running = config(statements("203.0.113.9", "64512", "ebgp-multihop 255"), activate=("203.0.113.9",))
    one = next(one for one in of_members(node_with(block, running)) if one.cause == "peer-does-not-answer")
    assert any("ttl-security" in text for text in one.settles)


def test_a_stall_explains_sessions_that_are_lost_again():
    reset = "Last reset 00:00:40,  Notification sent (Hold Timer Expired)"
    shown = neighbor(state="Established, up for 00:10:00", reset=reset, counts=(6, 5), hold=180)
    line = "10:00:09 STARVATION: task bgp_process_main_one (55) ran for 6234ms (cpu time 6200ms)"
    found = of_members(node_with(shown) | log(line, pod="speaker-worker-0"))
    one = next(one for one in found if one.cause == "session-lost-again-and-again")
    assert (one.confidence, "a daemon of the node does not get to run in time" in one.title) == ("likely", True)
    assert "daemon-held-up" not in [one.cause for one in found]


def crashed(at):
    return log(
        f"{at} Received signal 11 at 1763719209 (si_addr 0x0); aborting...", pod="speaker-worker-0", daemon="BGP"
    )


@pytest.mark.parametrize(("at", "confidence"), [("09:59:10", "certain"), ("09:00:00", "likely")])
def test_a_crash_is_the_cause_where_the_sessions_were_reset_with_it(at, confidence):
    reset = "Last reset 00:00:40,  Peer closed the session"
    found = of_members(bgp.timestamp() | node_with(lost(state="Active", reset=reset)) | crashed(at))
    one = next(one for one in found if one.cause == "frr-daemon-missing")
    assert (one.confidence, one.title) == (confidence, "bgpd of FRR crashed on worker-0")
    assert (len(found) == 1) is (confidence == "certain")
