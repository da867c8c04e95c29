"""The joins over FRR: which outputs belong to one FRR, on which node it runs, and which sessions it has."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "rules"))

from bgp_kit import (
    FOR_OTHER_NODES,
    IDLE,
    IMAGE,
    OTHER,
    PEER,
    bgp_peer,
    config,
    down,
    dump,
    frr_conf,
    log,
    neighbor,
    node,
    pod,
    row,
    statements,
    summary,
    timestamp,
)
from kit import store_of

from analyzer.frr import Sessions
from analyzer.instances import Ages, FrrInstances
from analyzer.rule import NotCollectedError
from parsers.gather_timestamp import GatherTimestamp
from parsers.vocabulary import BfdStatus, BgpState

NEIGHBORS = neighbor() + "\n"
BFD_PEER = (
    "\tpeer {} local-address 192.0.2.20 vrf {} interface br-ex\n\t\tID: {}\n\t\tRemote ID: 2\n\t\tActive mode\n"
    "\t\tStatus: {}\n\t\tUptime: 32 second(s)\n\t\tDiagnostics: ok\n\t\tRemote diagnostics: ok\n"
)
MULTIHOP = f"\tpeer {PEER} multihop local-address 192.0.2.20 vrf default\n" + BFD_PEER.partition("\n")[2].replace(
    "Uptime", "Downtime"
)


def instances(members):
    return list(store_of(members).joined(FrrInstances))


def sessions(members):
    return list(store_of(members).joined(Sessions))


def nodes_of(members):
    return [(one.label, one.node) for one in instances(members)]


# which outputs belong together


def test_a_pods_outputs_are_one_instance():
    members = dump(neighbor(), config()) | frr_conf(config()) | log("10:00:00 Terminating on signal") | pod() | node()
    (one,) = instances(members)
    assert (one.label, one.node, one.pod.name, one.host.name) == ("worker-0", "worker-0", "speaker-a", "worker-0")
    assert (one.config.kind, one.startup.kind, len(one.neighbors), len(one.events)) == ("running", "startup", 1, 1)


def test_pods_are_ordered_by_node():
    members = dump(neighbor(), config()) | pod(node="b") | dump(neighbor(), config(), pod="x") | pod("x", "a")
    assert nodes_of(members) == [("a", "a"), ("b", "b")]


def test_files_of_one_folder_are_one_instance():
    members = {"saved/running.txt": config(), "saved/neighbors.txt": NEIGHBORS} | summary(row(OTHER), folder="saved")
    (one,) = instances(members)
    assert (one.config is not None, len(one.neighbors), len(one.rows)) == (True, 1, 1)
    assert [(each.peer, each.state) for each in sessions(members)] == [(PEER, "Established"), (OTHER, "Active")]


def test_a_folder_with_the_same_output_twice_is_of_several_nodes():
    members = {"saved/worker-0.txt": NEIGHBORS, "saved/worker-1.txt": NEIGHBORS}
    assert nodes_of(members) == [("worker-0", None), ("worker-1", None)]
    assert nodes_of(members | node() | node("worker-1")) == [("worker-0", "worker-0"), ("worker-1", "worker-1")]
    assert nodes_of(members | {"saved/worker-1.json": "{}", "other/a.txt": NEIGHBORS})[0] == ("other", None)


def test_summaries_of_two_families_are_of_one_node():
    both = summary(row(), folder="saved") | summary(row(), family="IPv6 Unicast", folder="saved")
    assert [len(one.rows) for one in instances(both)] == [2]
    twice = both | {"saved/other.txt": summary(row(), folder="saved")["saved/summary-ipv4.txt"]}
    assert [len(one.rows) for one in instances(twice)] == [1, 1, 1]


def test_of_two_collections_of_a_pod_the_younger_counts():
    first = dump(down(), config(), image="a/old") | pod(image="a/old") | timestamp("2026-11-20 10:00:00", "a/old")
    second = dump(neighbor(), config(), image="a/new") | timestamp("2026-11-21 10:00:00", "a/new")
    for members in (first | second, second | first):
        assert [(one.node, one.state) for one in sessions(members)] == [("worker-0", "Established")]
    same_time = dump(down(), config(), image="a/1") | dump(neighbor(), config(), image="a/2") | pod()
    assert [one.state for one in sessions(same_time)] == ["Established"]


def test_a_younger_collection_without_an_answer_does_not_count():
    first = dump(neighbor(), config(), image="a/old") | pod() | timestamp("2026-11-20 10:00:00", "a/old")
    second = frr_conf(config(), image="a/new") | timestamp("2026-11-21 10:00:00", "a/new")
    assert [one.state for one in sessions(first | second)] == ["Established"]


def test_logs_alone_are_no_frr_output():
    with pytest.raises(NotCollectedError, match="no FRR output"):
        instances(log("10:00:00 Terminating on signal") | pod())


def test_other_outputs_alone_are():
    bfd = {"saved/bfd.txt": "BFD Peers:\n" + BFD_PEER.format(PEER, "default", 1, "up")}
    (one,) = instances(bfd)
    assert (one.label, len(one.bfd_peers), one.neighbors, one.events) == ("saved", 1, None, None)
    assert [one.label for one in instances(summary(row(), folder=""))] == ["saved files"]


# on which node it runs


@pytest.mark.parametrize(
    ("hostname", "known", "expected"),
    [
        ("worker-0", ("worker-0", "worker-1"), "worker-0"),
        ("worker-0", ("worker-0.example.com", "worker-1.example.com"), "worker-0.example.com"),
        ("worker-0.example.com", ("worker-0",), "worker-0"),
        ("worker-0", ("worker-0.a.example.com", "worker-0.b.example.com"), "worker-0"),
        ("worker-0", (), "worker-0"),
        ("localhost", ("worker-0",), "localhost"),
    ],
    ids=["same", "domain", "no-domain", "ambiguous", "no-nodes", "unknown"],
)
def test_without_the_pod_its_hostname_names_the_node(hostname, known, expected):
    members = dump(neighbor(), config(hostname=hostname))
    for name in known:
        members |= node(name)
    assert nodes_of(members) == [(expected, expected)]


def test_the_hostname_of_frr_conf_serves_too():
    assert nodes_of(dump(neighbor(), None) | frr_conf(config())) == [("worker-0", "worker-0")]


def test_nothing_names_the_node():
    assert nodes_of(dump(neighbor(), None)) == [("speaker-a", None)]


def test_the_pod_says_more_than_the_hostname():
    assert nodes_of(dump(neighbor(), config(hostname="other")) | pod()) == [("worker-0", "worker-0")]


@pytest.mark.parametrize("folder", ["worker-0", "outputs/worker-0", "worker-0/vtysh/outputs"])
def test_a_folder_named_for_a_node(folder):
    assert nodes_of({f"{folder}/neighbors.txt": NEIGHBORS} | node()) == [("worker-0", "worker-0")]
    assert nodes_of({f"{folder}/neighbors.txt": NEIGHBORS}) == [(folder.rpartition("/")[2], None)]


# how old it is


@pytest.mark.parametrize(
    ("started", "age", "young"),
    [
        ("2026-11-21T09:59:20Z", 40, True),
        ("2026-11-21T09:57:01Z", 179, True),
        ("2026-11-21T09:57:00Z", 180, False),
        ("2026-11-21T10:05:00Z", 0, True),  # it was replaced during the collection
    ],
)
def test_age(started, age, young):
    (one,) = instances(dump(neighbor(), config()) | pod(started=started) | timestamp())
    assert (one.age, one.young) == (age, young)


def test_without_a_time_nothing_is_young():
    for members in (pod(), timestamp(), {}):
        (one,) = instances(dump(neighbor(), config()) | members)
        assert (one.age, one.young) == (None, False)


def test_a_container_that_does_not_tell_counts_from_the_pods_start():
    ((path, text),) = pod(started="2026-11-21T09:59:20Z").items()
    members = dump(neighbor(), config()) | timestamp()
    without_state = text.replace("        startedAt", "        x")
    without_anything = without_state.replace("  startTime", "  x")
    other_containers = text.replace("name: frr", "name: speaker")
    ages = [instances(members | {path: one})[0].age for one in (without_state, without_anything, other_containers)]
    assert ages == [40, None, 40]


def times(*image_dirs):
    moments = {}
    for hour, image_dir in enumerate(image_dirs):
        members = timestamp(f"2026-11-21 1{hour}:00:00", image_dir)
        (fact,) = store_of(members).facts(GatherTimestamp)
        moments[fact.image_dir] = fact
    return Ages(moments.values())


def test_the_nearest_time_counts():
    ages = times("gather", "gather/image")
    assert [getattr(ages.of(path), "hour", None) for path in ("gather/image", "gather/other", "elsewhere")] == [
        11,
        10,
        None,
    ]
    assert times("gather").of("elsewhere").hour == 10  # the only one is everybody's
    assert times("").of("image").hour == 10


# what was answered


def test_not_answered_is_not_none():
    def neighbors(said, running, startup=None):
        (one,) = instances(dump(said, running) | (frr_conf(startup) if startup else {}))
        return one.neighbors

    assert neighbors(None, config()) is None
    assert neighbors("bgpd is not running", config()) is None
    assert neighbors("% No BGP neighbors found", config()) == ()
    assert neighbors("% BGP instance not found", IDLE) == ()
    assert neighbors("% BGP instance not found", config()) is None
    assert neighbors("% BGP instance not found", IDLE, config()) is None


def test_bgpd_is_dead_only_when_it_is_asked_for_and_nothing_of_it_shows():
    def dead(said, running, startup):
        (one,) = instances(dump(said, running) | (frr_conf(startup) if startup else {}))
        return one.bgpd_dead

    assert dead(None, IDLE, config())
    assert not dead(None, IDLE, None)
    assert not dead(None, IDLE, IDLE)
    assert not dead(None, config(), config())
    assert not dead(None, IDLE.removesuffix("\nend"), config())  # cut: `router bgp` may have stood there
    assert not dead(None, None, config())
    assert not dead(neighbor(), IDLE, config())


def test_bfdd_gave_no_answer():
    (one,) = instances(dump(neighbor(), config(), bfd=None))
    assert (one.bfd_peers, one.bfdd_silent) == (None, True)
    (one,) = instances(dump(neighbor(), config()))
    assert (one.bfd_peers, one.bfdd_silent) == ((), False)
    (one,) = instances({"saved/neighbors.txt": NEIGHBORS})
    assert not one.bfdd_silent


# the sessions


def test_a_session_has_everything_about_its_peer():
    running = config(statements(PEER, "64512", "bfd"), statements(OTHER), activate=(PEER, OTHER))
    bfd = "BFD Peers:\n" + BFD_PEER.format(PEER, "default", 1, "up")
    members = (
        dump((neighbor(OTHER), neighbor()), running, bfd) | pod() | node() | bgp_peer() | bgp_peer("x", "192.0.2.9")
    )
    first, second = sessions(members)
    assert (first.node, first.peer, first.vrf, first.state) == ("worker-0", PEER, "default", BgpState.ESTABLISHED)
    assert (first.config.peer, first.router.local_as, first.bfd_status) == (PEER, 64500, BfdStatus.UP)
    assert ([one.name for one in first.resources], first.elsewhere, first.uses_bfd) == (["tor1"], (), True)
    assert (second.peer, second.bfd_status, second.resources, second.uses_bfd) == (OTHER, None, (), False)


def test_a_peer_is_the_same_in_any_spelling():
    written = "2001:DB8:0::1"
    members = dump(neighbor("2001:db8::1"), config(statements(written), activate=(written,))) | pod()
    (one,) = sessions(members | bgp_peer("tor1", written))
    assert (one.peer, one.config is not None, len(one.resources)) == ("2001:db8::1", True, 1)


def test_configured_neighbors_stand_in_where_nothing_was_answered():
    running = config(statements(), statements(OTHER), activate=(PEER, OTHER))
    assert [(one.peer, one.state) for one in sessions(dump(None, running) | pod())] == [(PEER, None), (OTHER, None)]
    assert [one.peer for one in sessions(dump(neighbor(), running) | pod())] == [PEER]
    assert sessions(dump("% No BGP neighbors found", running) | pod()) == []


def test_neighbors_of_another_vrf_have_no_known_state():
    red = config(router="router bgp 64500 vrf red")
    (one,) = sessions(dump("% No BGP neighbors found", red) | pod())
    assert (one.vrf, one.peer, one.state) == ("red", PEER, None)
    (one,) = sessions(dump("Instance red:\n" + neighbor(), red) | pod())
    assert (one.vrf, one.state, one.router.vrf) == ("red", "Established", "red")


def test_a_peer_without_a_statement_belongs_to_the_router_of_its_vrf():
    (one,) = sessions(dump(neighbor(OTHER), config()) | pod())
    assert (one.config, one.router.local_as) == (None, 64500)
    (one,) = sessions(dump("Instance red:\n" + neighbor(OTHER), config()) | pod())
    assert one.router is None


def test_resources_of_another_vrf_name_another_session():
    members = dump(("Instance red:", neighbor(), "Instance default:", neighbor()), config()) | pod()
    default, red = sessions(members | bgp_peer("a") | bgp_peer("b", PEER, 64512, "vrf: red"))
    assert [one.name for one in default.resources] == ["a"]
    assert [one.name for one in red.resources] == ["b"]


@pytest.mark.parametrize(
    ("selectors", "labels", "wanted"),
    [
        ((), {}, True),
        (FOR_OTHER_NODES, {}, False),
        ((*FOR_OTHER_NODES, "- matchLabels:", "    rack: b"), {"rack": "b"}, True),
        (
            ("nodeSelectors:", "- matchExpressions:", "  - {key: rack, operator: In, values: [a, b]}"),
            {"rack": "b"},
            True,
        ),
        (("nodeSelectors:", "- matchExpressions:", "  - {key: rack, operator: DoesNotExist}"), {"rack": "b"}, False),
    ],
    ids=["none", "other", "one-of-two", "in", "absent"],
)
def test_node_selectors(selectors, labels, wanted):
    (one,) = sessions(
        dump(neighbor(), config()) | pod() | node(labels=labels) | bgp_peer("tor1", PEER, 64512, *selectors)
    )
    assert (bool(one.resources), one.unwanted) == (wanted, not wanted)


def test_labels_that_are_not_known_may_match():
    (one,) = sessions(dump(neighbor(), config()) | pod() | bgp_peer("tor1", PEER, 64512, *FOR_OTHER_NODES))
    assert not one.unwanted


def test_unnumbered_peers_are_found_by_their_interface():
    header = "BGP neighbor on br-ex: fe80::1, remote AS 64512, local AS 64500, external link"
    running = config(statements("br-ex", lead=" neighbor br-ex interface remote-as 64512"), activate=("br-ex",))
    bfd = "BFD Peers:\n" + BFD_PEER.format("fe80::1", "default", 1, "up")
    members = dump(neighbor(header=header), running, bfd) | pod()
    members |= bgp_peer("tor1", "ignored", 64512, "interface: br-ex")
    (one,) = sessions({path: text.replace("  peerAddress: ignored\n", "") for path, text in members.items()})
    assert (one.peer, one.config.interface, one.bfd_status) == ("br-ex", True, BfdStatus.UP)
    assert [each.name for each in one.resources] == ["tor1"]


def test_a_dynamic_neighbor_is_configured_by_its_group():
    header = f"BGP neighbor is *{PEER}, remote AS 64512, local AS 64500, external link"
    block = neighbor(header=header, extra=("  Member of peer-group leafs for session parameters",))
    group = (
        " neighbor leafs peer-group",
        " neighbor leafs remote-as 64512",
        " bgp listen range 192.0.2.0/24 peer-group leafs",
    )
    (one,) = sessions(dump(block, config(group, activate=("leafs",))) | pod())
    assert (one.peer, one.config.peer) == (PEER, "leafs")
    (one,) = sessions(dump(block, config()) | pod())
    assert one.config.peer == PEER  # a statement of its own says more
    (one,) = sessions(dump(block.replace("leafs", "gone"), config(statements(OTHER), activate=(OTHER,))) | pod())
    assert one.config is None


@pytest.mark.parametrize(("kind", "status"), [("single hop", "up"), ("multi hop", "down")])
def test_of_two_bfd_sessions_with_a_peer_the_kind_decides(kind, status):
    bfd = "BFD Peers:\n" + BFD_PEER.format(PEER, "default", 1, "up") + "\n" + MULTIHOP.format(2, "down")
    block = neighbor(after=("", f"  BFD: Type: {kind}"))
    (one,) = sessions(dump(block, config(), bfd) | pod())
    assert one.bfd_status == status


def test_of_two_links_with_one_address_the_interface_decides():
    header = "BGP neighbor on {}: fe80::1, remote AS 64512, local AS 64500, external link"
    blocks = [neighbor(header=header.format(one)) for one in ("br-ex", "eth1")]
    first, second = BFD_PEER.format("fe80::1", "default", 1, "up"), BFD_PEER.format("fe80::1", "default", 2, "down")
    second = second.replace("br-ex", "eth1").replace("Uptime", "Downtime")
    members = dump(blocks, config(), f"BFD Peers:\n{first}\n{second}") | pod()
    assert [(one.peer, one.bfd_status) for one in sessions(members)] == [("br-ex", "up"), ("eth1", "down")]


def test_the_brief_form_of_bfd_serves_where_the_long_one_is_missing():
    brief = (
        "Session count: 1\nSessionId  LocalAddress  PeerAddress  Status\n=========  ============  ===========  ======\n"
    )
    members = {"saved/neighbors.txt": NEIGHBORS, "saved/brief.txt": f"{brief}1          192.0.2.20    {PEER}    down\n"}
    (one,) = sessions(members)
    assert (one.bfd, one.bfd_status) == (None, BfdStatus.DOWN)


def test_what_was_saved_by_hand_fills_what_the_pod_lacks():
    """A summary beside a must-gather is of the node that its folder is named for: one session, not two."""
    rows = summary(row(up="01:00:00", cell="3"), folder="saved/worker-0")
    members = dump(neighbor(), config()) | pod() | node() | rows
    (one,) = instances(members)
    assert (one.origin.pod, len(one.rows), len(one.neighbors)) == ("speaker-a", 1, 1)
    (session,) = sessions(members)
    assert (session.state, len(session.rows)) == (BgpState.ESTABLISHED, 1)
    other = summary(row(), folder="saved/worker-1")
    assert len(instances(dump(neighbor(), config()) | pod() | node() | other)) == 2


def test_a_summary_gives_state_and_uptime():
    (one,) = sessions(summary(row(up="01:00:00", cell="3")))
    assert (one.state, one.established, one.uptime) == (BgpState.ESTABLISHED, True, 3600)
    (one,) = sessions(summary(row()))
    assert (one.state, one.uptime) == (BgpState.ACTIVE, None)


def test_where_a_session_is_shown():
    (one,) = sessions(dump(neighbor(), config()) | pod())
    assert [line for each in one.where("state") for line in each.excerpt][1:] == [
        "  BGP state = Established, up for 1d02h03m"
    ]
    assert [each.excerpt[0] for each in one.configured("remote_as", "password")] == [
        f" neighbor {PEER} remote-as 64512"
    ]
    (one,) = sessions(summary(row()))
    assert one.where("state")[0].excerpt[0].startswith(PEER)
    assert one.configured("remote_as") == ()
    (one,) = sessions(dump(None, config()) | pod())
    assert "remote-as 64512" in one.where("state")[0].excerpt[0]


def test_silent_instances_count_but_are_no_sessions():
    members = dump(neighbor(), config()) | pod() | dump(None, None, pod="b") | pod("b", "worker-1")
    found = store_of(members).joined(Sessions)
    assert ([one.node for one in found], [one.node for one in found.silent], len(found)) == (
        ["worker-0"],
        ["worker-1"],
        2,
    )
    found = store_of(dump("% No BGP neighbors found", None) | pod()).joined(Sessions)
    assert (len(found), found.silent) == (0, ())


def test_a_neighbor_that_stands_twice_counts_once():
    members = dump((neighbor(), down()), config()) | pod()
    assert [one.state for one in sessions(members)] == ["Established"]


def test_a_pod_without_objects_around_it():
    (one,) = sessions(dump(neighbor(), None, image=IMAGE))
    assert (one.node, one.instance.label, one.config, one.router) == (None, "speaker-a", None, None)
