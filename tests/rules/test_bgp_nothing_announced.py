import pytest
from bgp_kit import (
    FOR_OTHER_NODES,
    OTHER,
    PEER,
    PEER6,
    PREFIX,
    PREFIX6,
    advertisement,
    bgp_peer,
    config,
    down,
    dump,
    expect,
    neighbor,
    node,
    pod,
    quiet,
    resource,
    row,
    statements,
    summary,
    unjudged,
)
from kit import found, outcome_of

RULE = "bgp-nothing-announced"
SECOND = "198.51.100.11/32"
DENIED = {"permitted": ()}
UP = {"up": "01:00:00", "cell": "0"}
LOOSE = "saved/worker-0"


def at(running, block=None, *more):
    members = dump(block or neighbor(), running) | pod()
    for one in more:
        members |= one
    return members


def saved(running, **files):
    """Files that an engineer saved into one folder: configuration, neighbors, and others."""
    members = {f"{LOOSE}/running-config.txt": running, f"{LOOSE}/neighbors.txt": neighbor() + "\n"}
    return members | {f"{LOOSE}/{name}.txt": text for name, text in files.items()}


def asked(prefix=PREFIX, told="  Advertised to non peer-group peers:\n  192.0.2.9", vrf="default"):
    return (
        f"BGP routing table entry for {prefix}, version 3\nPaths: (1 available, best #1, vrf {vrf})\n{told}\n  Local\n"
        "    0.0.0.0 from 0.0.0.0 (192.0.2.20)\n      Origin IGP, metric 0, weight 32768, valid, sourced, local, best\n"
    )


def frr_configuration(*neighbor_lines, selector=()):
    spec = (
        "bgp:",
        "  routers:",
        "  - asn: 64500",
        "    neighbors:",
        *(f"    {line}" for line in neighbor_lines),
        *selector,
    )
    return resource("FRRConfiguration", "conf", spec, group="frrk8s.metallb.io")


def test_a_policy_that_denies_every_prefix():
    shown = (
        "Established",
        f"network {PREFIX}",
        f"network {SECOND}",
        f"neighbor {PEER} route-map out-{PEER} out",
        f"ip prefix-list pl-{PEER} seq 5 deny any",
    )
    members = at(config(networks=(PREFIX, SECOND), **DENIED), None, advertisement())
    expect(
        RULE,
        members,
        "error",
        f"none of the node's prefixes ({PREFIX}, {SECOND}) passes",
        f"to {PEER} (tor1)",
        shown=shown,
    )


def test_without_the_resources_it_may_be_wanted():
    expect(RULE, at(config(**DENIED)), "warning", "none of the node's prefixes")


def test_every_prefix_that_is_named_is_shown():
    many = tuple(f"198.51.100.{last}/32" for last in (15, 14, 13, 12, 11, 10))
    members = at(config(networks=many, **DENIED), None, advertisement())
    expect(RULE, members, "error", f"({', '.join(many[:4])} and 2 more)", shown=[f"network {one}" for one in many[:4]])


def test_four_prefixes_are_all_of_them():
    many = tuple(f"198.51.100.{last}/32" for last in (15, 14, 13, 12))
    expect(RULE, at(config(networks=many, **DENIED), None, advertisement()), "error", f"({', '.join(many)}) passes")
    table = summary(row(**UP, sent="0"))[f"{LOOSE}/summary-ipv4.txt"]
    zero = saved(config(networks=(*many, "198.51.100.11/32")), summary=table)
    finding = expect(RULE, zero, "warning", f"{', '.join(many)} and 1 more", shown=[f"network {one}" for one in many])
    assert not any("198.51.100.11/32" in line for one in finding.evidence for line in one.excerpt)


def test_a_family_that_is_not_activated():
    running = config(activate=())
    expect(
        RULE, at(running, None, advertisement()), "error", "none of the node's prefixes", shown=(f"network {PREFIX}",)
    )


def test_a_policy_that_is_required_and_missing():
    members = at(config(policy=None), None, advertisement())
    expect(RULE, members, "error", "none of the node's prefixes", shown=("router bgp 64500", "remote-as 64512"))


def test_ipv6():
    running = config(statements(PEER6), networks=(PREFIX6,), permitted=(), activate=(PEER6,))
    shown = (f"ipv6 prefix-list pl-{PEER6} seq 5 deny any",)
    expect(RULE, at(running, neighbor(PEER6), advertisement()), "error", f"({PREFIX6})", subject=PEER6, shown=shown)


def test_unnumbered():
    header = "BGP neighbor on br-ex: fe80::1, remote AS 64512, local AS 64500, external link"
    lead = " neighbor br-ex interface remote-as 64512"
    for prefix in (PREFIX, PREFIX6):
        running = config(statements("br-ex", lead=lead), networks=(prefix,), permitted=(), activate=("br-ex",))
        members = at(running, neighbor(header=header), advertisement())
        expect(RULE, members, "error", f"({prefix})", "to br-ex", subject="br-ex")
        running = config(statements("br-ex", lead=lead), networks=(prefix,), activate=("br-ex",))
        quiet(RULE, at(running, neighbor(header=header)))


def test_a_dynamic_neighbor_has_its_groups_policy():
    header = f"BGP neighbor is *{PEER}, remote AS 64512, local AS 64500, external link"
    block = neighbor(header=header).replace(
        "  BGP version", "  Member of peer-group leafs for session parameters\n  BGP version"
    )
    lead = " neighbor leafs peer-group"
    group = statements("leafs", "64512", lead=lead)
    running = config(
        (*group, " neighbor leafs remote-as 64512", " bgp listen range 192.0.2.0/24 peer-group leafs"),
        activate=("leafs",),
    )
    quiet(RULE, at(running, block))
    expect(RULE, at(running.replace(f"permit {PREFIX}", "deny any"), block, advertisement()), "error", f"({PREFIX})")


def test_masked_prefixes_and_peers_are_compared_as_they_are():
    peer, prefix = "x-ipv4-0000000001-x", "x-ipv4-0000000005-x/32"
    running = config(statements(peer), networks=(prefix,), activate=(peer,))
    quiet(RULE, at(running, neighbor(peer)))


@pytest.mark.parametrize(
    "members",
    [
        at(config()),
        at(config(networks=(PREFIX, SECOND), permitted=(SECOND,))),
        at(config(networks=())),
        at(config(networks=(PREFIX6,))),  # a peer of the other family
        at(config(networks=(PREFIX6,), **DENIED)),
        at(config(**DENIED), down()),
        at(config(**DENIED), None, node(), bgp_peer("tor1", PEER, 64512, *FOR_OTHER_NODES)),
        at(config(**DENIED), None, bgp_peer(), advertisement("peers:", "- tor2")),
        at(config(**DENIED), None, bgp_peer(), node(), advertisement(*FOR_OTHER_NODES)),
        at(config(**DENIED), None, frr_configuration(f"- address: {PEER}", "  asn: 64512")),
    ],
    ids=["all", "some", "none", "v6", "v6-denied", "down", "unwanted", "other-peers", "other-nodes", "frr-k8s"],
)
def test_is_quiet(members):
    quiet(RULE, members)


@pytest.mark.parametrize(
    "more",
    [
        (bgp_peer(), advertisement("peers:", "- tor1")),
        (bgp_peer(), advertisement("peers:", "- tor2"), advertisement(name="all")),
        (bgp_peer(), advertisement(*FOR_OTHER_NODES)),  # the labels of the node are not known
        (advertisement("peers:", "- tor2"),),  # nothing names the peer
        (frr_configuration(f"- address: {PEER}", "  asn: 64512", "  toAdvertise:", "    allowed:", "      mode: all"),),
        (
            frr_configuration(
                f"- address: {PEER}", "  asn: 64512", "  toAdvertise:", "    allowed:", f"      prefixes: [{PREFIX}]"
            ),
        ),
        (frr_configuration(f"- address: {OTHER}", "  asn: 64512"),),
        (
            node(),
            frr_configuration(
                f"- address: {PEER}", "  asn: 64512", selector=("nodeSelector:", "  matchLabels:", "    rack: b")
            ),
        ),
    ],
    ids=["named", "all-too", "node-unknown", "no-peer", "mode-all", "prefixes", "other-neighbor", "other-node"],
)
def test_a_resource_that_asks_for_it_makes_it_an_error(more):
    expect(RULE, at(config(**DENIED), None, *more), "error", "none of the node's prefixes")


def test_a_count_of_sent_prefixes_decides():
    table = summary(row(**UP, sent="0"))[f"{LOOSE}/summary-ipv4.txt"]
    shown = (f"{PEER}       4      64512", f"network {PREFIX}", "Established")
    zero = saved(config(), summary=table)
    expect(RULE, zero, "warning", "FRR counts 0 prefixes sent", f"has {PREFIX} for it", shown=shown)
    expect(RULE, zero | advertisement(), "error", "FRR counts 0 prefixes sent")
    quiet(RULE, saved(config(), summary=table.replace(" 0 N/A", " 1 N/A")))
    quiet(RULE, saved(config(**DENIED), summary=table.replace(" 0 N/A", " 1 N/A")))
    quiet(RULE, zero | advertisement("peers:", "- tor2") | bgp_peer())


def test_a_count_of_0_is_right_for_the_other_family_and_at_first():
    both = summary(row(**UP, sent="0"), family="IPv6 Unicast")
    noneg = summary(row(up="01:00:00", cell="NoNeg", sent="NoNeg"))
    text = noneg[f"{LOOSE}/summary-ipv4.txt"] + "\n" + both[f"{LOOSE}/summary-ipv6.txt"]
    quiet(RULE, saved(config(), summary=text))
    fresh = summary(row(up="00:00:29", cell="0", sent="0"))[f"{LOOSE}/summary-ipv4.txt"]
    members = saved(config(), summary=fresh)
    members[f"{LOOSE}/neighbors.txt"] = neighbor(state="Established, up for 00:00:29") + "\n"
    quiet(RULE, members)
    members[f"{LOOSE}/neighbors.txt"] = neighbor(state="Established, up for 00:00:30") + "\n"
    expect(RULE, members, "warning", "FRR counts 0")


def test_frr_10_4_counts_in_the_block():
    families = (" For address family: IPv4 Unicast", "  0 accepted, {} sent prefixes")
    zero = neighbor(families=(families[0], families[1].format(0)))
    expect(RULE, at(config(), zero, advertisement()), "error", "FRR counts 0", shown=("0 accepted, 0 sent prefixes",))
    quiet(RULE, at(config(), neighbor(families=(families[0], families[1].format(2)))))


def test_a_count_of_0_is_right_where_the_policy_denies():
    zero = neighbor(families=(" For address family: IPv4 Unicast", "  0 accepted, 0 sent prefixes"))
    quiet(RULE, at(config(networks=(PREFIX, PREFIX6), permitted=(PREFIX6,)), zero))


def test_of_an_interface_every_family_counts():
    header = "BGP neighbor on br-ex: fe80::1, remote AS 64512, local AS 64500, external link"
    running = config(statements("br-ex", lead=" neighbor br-ex interface remote-as 64512"), activate=("br-ex",))
    zero = neighbor(header=header, families=(" For address family: IPv4 Unicast", "  0 accepted, 0 sent prefixes"))
    expect(RULE, at(running, zero), "warning", "FRR counts 0", subject="br-ex")
    members = saved(running, prefix=asked(told="  Advertised to peers:\n  fe80::1"))
    members[f"{LOOSE}/neighbors.txt"] = neighbor(header=header, hostname=None) + "\n"
    quiet(RULE, members)
    members[f"{LOOSE}/prefix.txt"] = asked()
    expect(RULE, members, "error", f"{PREFIX} is not advertised to br-ex", subject="br-ex")


def test_a_match_that_cannot_be_judged_is_a_gap():
    tail = (f"route-map out-{PEER} permit 1", " match community blue", "exit")
    unjudged(RULE, at(config(lists=tail)), "cannot be judged offline")
    zero = neighbor(families=(" For address family: IPv4 Unicast", "  0 accepted, 0 sent prefixes"))
    expect(RULE, at(config(lists=tail), zero, advertisement()), "error", "FRR counts 0 prefixes sent")


def test_a_saved_answer_lists_the_peers():
    shown = ("192.0.2.9", "BGP routing table entry for", f"network {PREFIX}", "Established")
    expect(RULE, saved(config(), prefix=asked()), "error", f"{PREFIX} is not advertised to {PEER} (tor1)", shown=shown)
    nobody = asked(told="  Not advertised to any peer")
    expect(
        RULE, saved(config(), prefix=nobody), "error", f"{PREFIX} is not advertised", shown=("Not advertised to any",)
    )


def test_a_saved_answer_beside_a_summary():
    members = saved(config(), prefix=asked(), summary=summary(row(**UP, sent="1"))[f"{LOOSE}/summary-ipv4.txt"])
    del members[f"{LOOSE}/neighbors.txt"]
    expect(RULE, members, "error", f"{PREFIX} is not advertised to {PEER}", shown=("192.0.2.9", "01:00:00"))
    members[f"{LOOSE}/prefix.txt"] = asked(told=f"  Advertised to peers:\n  {PEER}")
    quiet(RULE, members)


@pytest.mark.parametrize(
    "answer",
    [
        asked(told=f"  Advertised to non peer-group peers:\n  192.0.2.9 {PEER}"),
        asked(told=f"  Advertised to peers:\n  tor1({PEER})"),  # FRR 10
        asked(told="  Advertised to non peer-group peers:\n  tor1"),
        asked(told=""),  # the output does not say
        asked("203.0.113.0/24"),  # learned from a peer
        asked(vrf="red"),
    ],
    ids=["listed", "frr-10", "hostname", "silent", "foreign", "vrf"],
)
def test_a_saved_answer_is_quiet(answer):
    quiet(RULE, saved(config(), prefix=answer))


def test_a_prefix_that_the_policy_holds_back_is_no_fault():
    quiet(RULE, saved(config(networks=(PREFIX, SECOND), permitted=(SECOND,)), prefix=asked()))


def test_a_network_that_is_not_in_the_table_reaches_no_peer():
    absent = f"worker-0# show bgp ipv4 unicast {PREFIX}\n% Network not in table\n"
    expect(
        RULE, saved(config(), prefix=absent), "error", f"{PREFIX} is a network of this node", shown=("not in table",)
    )
    quiet(RULE, saved(config(), prefix=absent.replace(PREFIX, "203.0.113.77/32")))


def test_two_prefixes_have_two_ids():
    members = saved(config(networks=(PREFIX, SECOND)), one=asked(), two=asked(SECOND))
    outcome = outcome_of(RULE, members)
    assert len({finding.id for finding in outcome.findings}) == 2
    again = saved(config(networks=(SECOND, PREFIX)), one=asked(), two=asked(SECOND), three=asked())
    assert {finding.id for finding in outcome_of(RULE, again).findings} == {finding.id for finding in outcome.findings}


def test_what_was_not_collected_is_a_gap():
    unjudged(RULE, dump(neighbor(), None) | pod(), "running configuration was not collected")
    unjudged(RULE, summary(row(**UP)), "running configuration was not collected")
    unjudged(RULE, dump(None, config()) | pod(), "neither show bgp neighbor nor a summary")
    unjudged(RULE, dump(None, None) | pod(), "gave no answer")


def test_of_two_peers_only_the_silent_one():
    running = config(statements(), statements(OTHER), activate=(PEER, OTHER))
    running = running.replace(
        f"ip prefix-list pl-{OTHER} seq 5 permit {PREFIX}", f"ip prefix-list pl-{OTHER} seq 5 deny any"
    )
    members = at(running, (neighbor(), neighbor(OTHER)), advertisement())
    assert found(RULE, members) == [("worker-0", OTHER, "error")]
