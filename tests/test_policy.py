"""What passes a route-map or prefix-list, small configuration by small configuration."""

import pytest

from analyzer.policy import Answer, announces, external, permits
from parsers.base import Origin, ParseFailure, Text
from parsers.frr_config import ConfigKind, read
from parsers.vocabulary import Family, network

LISTS = """
ip prefix-list EXACT seq 5 permit 192.0.2.0/24
ip prefix-list LONGER seq 5 permit 192.0.2.0/24 ge 26
ip prefix-list UPTO seq 5 permit 192.0.2.0/24 le 28
ip prefix-list BETWEEN seq 5 permit 192.0.2.0/24 ge 26 le 28
ip prefix-list NONE seq 5 deny any
ip prefix-list ALL seq 5 permit any
ip prefix-list FIRST seq 10 permit any
ip prefix-list FIRST seq 5 deny 192.0.2.0/24
ip prefix-list LATER seq 5 permit 192.0.2.0/24
ip prefix-list LATER seq 10 deny any
ip prefix-list EMPTY description has no entry
ipv6 prefix-list ALL seq 5 permit any
ipv6 prefix-list EXACT seq 5 permit 2001:db8::/32
ip prefix-list MASKED seq 5 permit x-ipv4-0000000001-x/32
ip prefix-list MASKED seq 10 deny any
ip prefix-list RANGE seq 5 permit x-ipv4-0000000009-x/24 le 32
"""


def config(text):
    facts = list(read(Text("frr.conf", tuple(text.split("\n"))), Origin(), ConfigKind.RUNNING))
    assert not [fact for fact in facts if isinstance(fact, ParseFailure)]
    return facts[-1]


def family(prefix):
    return Family.IPV6 if ":" in prefix else Family.IPV4


@pytest.mark.parametrize(
    ("name", "prefix", "answer"),
    [
        ("EXACT", "192.0.2.0/24", "permit"),
        ("EXACT", "192.0.2.0/25", "deny"),
        ("EXACT", "198.51.100.0/24", "deny"),
        ("LONGER", "192.0.2.0/24", "deny"),
        ("LONGER", "192.0.2.64/26", "permit"),
        ("LONGER", "192.0.2.1/32", "permit"),
        ("UPTO", "192.0.2.0/24", "permit"),
        ("UPTO", "192.0.2.0/28", "permit"),
        ("UPTO", "192.0.2.0/29", "deny"),
        ("UPTO", "192.0.0.0/16", "deny"),
        ("BETWEEN", "192.0.2.0/25", "deny"),
        ("BETWEEN", "192.0.2.0/27", "permit"),
        ("BETWEEN", "192.0.2.0/30", "deny"),
        ("NONE", "192.0.2.0/24", "deny"),
        ("ALL", "0.0.0.0/0", "permit"),
        ("ALL", "192.0.2.1/32", "permit"),
        ("FIRST", "192.0.2.0/24", "deny"),
        ("FIRST", "198.51.100.0/24", "permit"),
        ("LATER", "192.0.2.0/24", "permit"),
        ("LATER", "198.51.100.0/24", "deny"),
        ("EMPTY", "192.0.2.0/24", "permit"),
        ("MISSING", "192.0.2.0/24", "deny"),
        ("ALL", "2001:db8::/32", "permit"),
        ("EXACT", "2001:db8::/32", "permit"),
        ("EXACT", "2001:db8:1::/48", "deny"),
        ("NONE", "2001:db8::/32", "deny"),
        ("MASKED", "x-ipv4-0000000001-x/32", "permit"),
        ("MASKED", "x-ipv4-0000000002-x/32", "deny"),
        ("RANGE", "x-ipv4-0000000001-x/32", "unknown"),
        ("RANGE", "x-ipv4-0000000009-x/24", "permit"),
        ("RANGE", "192.0.2.1/32", "unknown"),
        ("RANGE", "192.0.0.0/16", "deny"),
    ],
)
def test_prefix_list(name, prefix, answer):
    assert permits(config(LISTS), None, name, prefix, family(prefix)).answer == answer


def test_a_network_object_is_a_prefix_too():
    assert permits(config(LISTS), None, "EXACT", network("192.0.2.0/24"), Family.IPV4).permitted


MAPS = """
ip prefix-list A seq 5 permit 192.0.2.0/24
ip prefix-list B seq 5 permit 198.51.100.0/24
ip prefix-list AB seq 5 permit 192.0.2.0/24
ip prefix-list AB seq 10 permit 198.51.100.0/24
ipv6 prefix-list A seq 5 permit 2001:db8::/32
"""


@pytest.mark.parametrize(
    ("route_map", "prefix", "answer"),
    [
        # no match clause matches everything, and the end of the map denies
        ("permit 10", "192.0.2.0/24", "permit"),
        ("deny 10", "192.0.2.0/24", "deny"),
        ("permit 10\n match ip address prefix-list A", "192.0.2.0/24", "permit"),
        ("permit 10\n match ip address prefix-list A", "198.51.100.0/24", "deny"),
        # a list that does not exist matches nothing
        ("permit 10\n match ip address prefix-list MISSING", "192.0.2.0/24", "deny"),
        # the numbers, not the lines, give the order
        ("permit 20\nroute-map M deny 10\n match ip address prefix-list A", "192.0.2.0/24", "deny"),
        ("permit 20\nroute-map M deny 10\n match ip address prefix-list A", "198.51.100.0/24", "permit"),
        # all clauses must match
        ("permit 10\n match ip address prefix-list A\n match ip address prefix-list B", "192.0.2.0/24", "deny"),
        ("permit 10\n match ip address prefix-list A\n match ip address prefix-list AB", "192.0.2.0/24", "permit"),
        # a clause of the other family does not match
        ("permit 10\n match ip address prefix-list A", "2001:db8::/32", "deny"),
        ("permit 10\n match ipv6 address prefix-list A", "2001:db8::/32", "permit"),
        ("permit 10\n match ipv6 address prefix-list A", "192.0.2.0/24", "deny"),
        ("deny 10\n match ipv6 address 10\nroute-map M permit 20", "192.0.2.0/24", "permit"),
        # on-match: an entry that does not match takes the permission back, the end of the map keeps it
        ("permit 10\n on-match next", "192.0.2.0/24", "permit"),
        ("permit 10\n on-match next\nroute-map M permit 20\n match ip address prefix-list B", "192.0.2.0/24", "deny"),
        ("permit 10\n on-match next\nroute-map M deny 20", "192.0.2.0/24", "deny"),
        ("permit 10\n on-match goto 30\nroute-map M deny 20\nroute-map M permit 30", "192.0.2.0/24", "permit"),
        ("permit 10\n continue 30\nroute-map M deny 20\nroute-map M permit 30", "192.0.2.0/24", "permit"),
        ("permit 10\n continue\nroute-map M deny 20\nroute-map M permit 30", "192.0.2.0/24", "deny"),
        ("permit 10\n on-match goto 99\nroute-map M deny 20", "192.0.2.0/24", "permit"),
        # call: its denial counts, a map that does not exist is passed over
        ("permit 10\n call N\nroute-map N deny 10", "192.0.2.0/24", "deny"),
        ("permit 10\n call N\nroute-map N permit 10", "192.0.2.0/24", "permit"),
        ("permit 10\n call N\n on-match next\nroute-map M deny 20\nroute-map N permit 1", "192.0.2.0/24", "deny"),
        ("permit 10\n call MISSING", "192.0.2.0/24", "permit"),
        ("permit 10\n call M", "192.0.2.0/24", "deny"),
        ("permit 10\n call N\nroute-map N permit 10\n match tag 7", "192.0.2.0/24", "unknown"),
        # what a configuration does not show is unknown, unless both outcomes are the same
        ("permit 10\n match community C", "192.0.2.0/24", "unknown"),
        ("permit 10\n match community C\nroute-map M permit 20", "192.0.2.0/24", "permit"),
        ("deny 10\n match community C", "192.0.2.0/24", "deny"),
        ("deny 10\n match community C\nroute-map M permit 20", "192.0.2.0/24", "unknown"),
        ("permit 10\n match community C\n match ip address prefix-list B", "192.0.2.0/24", "deny"),
        ("permit 10\n match ip address 10", "192.0.2.0/24", "unknown"),
        ("permit 10\n match tag 7\n on-match next\nroute-map M permit 20", "192.0.2.0/24", "permit"),
        ("permit 10\n match tag 7\n on-match goto 30\nroute-map M deny 20", "192.0.2.0/24", "unknown"),
    ],
)
def test_route_map(route_map, prefix, answer):
    found = permits(config(f"{MAPS}route-map M {route_map}\n"), "M", None, prefix, family(prefix))
    assert (found.answer, found.reason) == (answer, found.reason)


def test_a_route_map_that_does_not_exist_denies():
    verdict = permits(config(""), "M", None, "192.0.2.0/24", Family.IPV4)
    assert (verdict.answer, verdict.reason) == (Answer.DENY, "route-map M does not exist")


def test_nothing_applied_permits():
    assert permits(config(""), None, None, "192.0.2.0/24", Family.IPV4).permitted


def test_many_unknown_clauses_end():
    entries = "".join(f"route-map M deny {seq}\n match tag {seq}\n" for seq in range(1, 2000))
    verdict = permits(config(f"{entries}route-map M permit 3000\n"), "M", None, "192.0.2.0/24", Family.IPV4)
    assert verdict.answer is Answer.UNKNOWN


def test_a_long_chain_of_on_match_ends():
    entries = "".join(f"route-map M permit {seq}\n on-match next\n" for seq in range(1, 5000))
    assert permits(config(entries), "M", None, "192.0.2.0/24", Family.IPV4).permitted


def test_the_prefix_list_and_the_route_map_must_both_permit():
    both = config(f"{MAPS}route-map M permit 10\nroute-map N deny 10\nroute-map U permit 1\n match tag 1\n")
    assert permits(both, "M", "A", "192.0.2.0/24", Family.IPV4).permitted
    assert permits(both, "N", "A", "192.0.2.0/24", Family.IPV4).denied
    assert permits(both, "M", "B", "192.0.2.0/24", Family.IPV4).denied
    assert permits(both, "U", "B", "192.0.2.0/24", Family.IPV4).denied
    assert permits(both, "U", "A", "192.0.2.0/24", Family.IPV4).answer is Answer.UNKNOWN


def lines(verdict):
    return [line for one in verdict.evidence for line in one.excerpt]


def test_a_verdict_shows_the_lines_that_decide():
    denied = permits(
        config("ip prefix-list P seq 5 deny any\nroute-map M permit 10\n match ip address prefix-list P\n"),
        "M", None, "192.0.2.0/24", Family.IPV4,
    )  # fmt: skip
    assert lines(denied) == [
        "route-map M permit 10",
        " match ip address prefix-list P",
        "ip prefix-list P seq 5 deny any",
    ]
    missing = permits(
        config("route-map M permit 10\n match ip address prefix-list P\n"), "M", None, "192.0.2.0/24", Family.IPV4
    )
    assert [one.note for one in missing.evidence] == [None, "ip prefix-list P does not exist"]


ROUTER = """
frr version 8.4.4
router bgp 64500
{options}
 neighbor 192.0.2.1 remote-as {remote_as}
 address-family ipv4 unicast
  network 198.51.100.1/32{network}
{settings}
 exit-address-family
exit
ip prefix-list NONE seq 5 deny any
ip prefix-list ALL seq 5 permit any
route-map IN permit 10
route-map OUT permit 10
route-map DENY deny 10
route-map TAG permit 10
 match tag 7
"""
DENIED = "  neighbor 192.0.2.1 route-map DENY out"


@pytest.mark.parametrize(
    ("remote_as", "options", "settings", "answer", "reason"),
    [
        ("64501", " no bgp ebgp-requires-policy", "", "permit", "no outbound filter"),
        ("64501", "", "", "deny", "is external and has no outbound policy"),
        ("external", "", "", "deny", "is external and has no outbound policy"),
        ("64501", "", "  neighbor 192.0.2.1 route-map IN in", "deny", "is external and has no outbound policy"),
        ("64501", "", "  neighbor 192.0.2.1 route-map OUT out", "permit", "entry 10 of route-map OUT permits it"),
        ("64501", "", "  neighbor 192.0.2.1 prefix-list ALL out", "permit", "prefix-list ALL permits it"),
        ("64501", "", "  neighbor 192.0.2.1 prefix-list NONE out", "deny", "prefix-list NONE does not permit it"),
        ("64501", "", "  neighbor 192.0.2.1 prefix-list X out", "deny", "prefix-list X does not exist"),
        ("64501", "", "  neighbor 192.0.2.1 route-map X out", "deny", "route-map X does not exist"),
        (
            "64501",
            "",
            "  neighbor 192.0.2.1 distribute-list 10 out",
            "unknown",
            "depends on distribute-list 10",
        ),
        (
            "64501",
            "",
            "  neighbor 192.0.2.1 filter-list F out\n  neighbor 192.0.2.1 route-map DENY out",
            "deny",
            "DENY",
        ),
        ("64500", "", "", "permit", "no outbound filter"),
        ("internal", "", "", "permit", "no outbound filter"),
        ("auto", "", "", "unknown", "may be external"),
        ("64501", " bgp confederation identifier 64999", "", "unknown", "may be external"),
        ("64500", " no bgp default ipv4-unicast", "", "deny", "ipv4 is not activated"),
        ("64500", " no bgp default ipv4-unicast", "  neighbor 192.0.2.1 activate", "permit", "no outbound filter"),
        ("64500", "", "  no neighbor 192.0.2.1 activate", "deny", "ipv4 is not activated"),
    ],
)
def test_announces(remote_as, options, settings, answer, reason):
    found = config(ROUTER.format(remote_as=remote_as, options=options, settings=settings, network=""))
    ((network_statement, verdict),) = announces(found, found.routers[0], found.routers[0].neighbors[0], Family.IPV4)
    assert network_statement.prefix == "198.51.100.1/32"
    assert verdict.answer == answer
    assert reason in verdict.reason
    assert verdict.evidence or verdict.reason == "no outbound filter"


@pytest.mark.parametrize(
    ("network_options", "answer"),
    [
        (" route-map OUT", "permit"),
        (" route-map TAG", "unknown"),
        (" route-map DENY", "deny"),
        (" route-map X", "deny"),
        (" backdoor", "deny"),
    ],
)
def test_a_network_statement_can_hold_its_prefix_back(network_options, answer):
    found = config(ROUTER.format(remote_as="internal", options="", settings="", network=network_options))
    ((_, verdict),) = announces(found, found.routers[0], found.routers[0].neighbors[0], Family.IPV4)
    assert verdict.answer == answer


def test_networks_of_the_other_family_are_not_asked():
    found = config(ROUTER.format(remote_as="internal", options="", settings="", network=""))
    assert announces(found, found.routers[0], found.routers[0].neighbors[0], Family.IPV6) == []


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ("neighbor 192.0.2.1 remote-as 64500", False),
        ("neighbor 192.0.2.1 remote-as 64501", True),
        ("neighbor 192.0.2.1 remote-as 64501\n neighbor 192.0.2.1 local-as 64501", False),
        ("neighbor 192.0.2.1 remote-as 64500\n neighbor 192.0.2.1 local-as 64999", True),
        ("neighbor 192.0.2.1 remote-as external", True),
        ("neighbor 192.0.2.1 remote-as internal", False),
        ("neighbor 192.0.2.1 description no AS yet", None),
    ],
)
def test_external(statements, expected):
    found = config(f"router bgp 64500\n {statements}\n")
    assert external(found.routers[0], found.routers[0].neighbors[0]) is expected


def test_defaults_before_release_7_4_and_of_the_datacenter_profile_require_no_policy():
    text = ROUTER.format(remote_as="64501", options="", settings="", network="")
    for found in (
        config(text.replace("frr version 8.4.4", "frr version 7.3")),
        config(text.replace("frr version 8.4.4", "frr defaults datacenter")),
    ):
        ((_, verdict),) = announces(found, found.routers[0], found.routers[0].neighbors[0], Family.IPV4)
        assert verdict.permitted
