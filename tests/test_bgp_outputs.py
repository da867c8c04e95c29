"""What the pairs of the BGP parsers cannot show: parts of other files, several at once, how outputs are recognised."""

import pytest

from analyzer.registry import load_parsers
from parsers.base import Origin, ParseFailure, Parser, SourceFile, Text, run, text_of
from parsers.bgp_table import BgpRoute, BgpTable
from parsers.bgp_table import read as read_table
from parsers.frr_config import ConfigKind, RunningConfig
from parsers.frr_config import read as read_config
from parsers.table import template_path
from parsers.vocabulary import Family

load_parsers()
TABLE = """BGP table version is 1, local router ID is 192.0.2.20, vrf id 0
Default local pref 100, local AS 64500
   Network          Next Hop            Metric LocPrf Weight Path
*> 198.51.100.1/32  0.0.0.0                  0         32768 i

Displayed  1 routes and 1 total paths
"""
CONFIG = "Building configuration...\n\nCurrent configuration:\n!\nfrr version 8.4.4\nhostname worker-0\n!\nend\n"


def parsed(name, text):
    return list(run(Parser.registry[name], SourceFile("saved/output.txt", [text.encode()])))


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("running_config", "worker-0# show running-config\n  Building configuration...\n"),
        ("running_config", "Current configuration:\n!\n"),
        ("bgp_table", TABLE),
        ("bgp_table", "$ vtysh\nNo BGP prefixes displayed, 0 exist\n"),
        ("bgp_prefix", "BGP routing table entry for 198.51.100.1/32\n"),
        ("bgp_prefix", "% Network not in table\n"),
        ("bgp_table_json", '{\n "defaultLocPrf": 100,\n "localAS": 64500,\n "routes": { } }'),
        ("bgp_table_json", '{\n  "prefix":"198.51.100.1\\/32",\n  "version":1,'),
        ("frr_daemons", "# daemons\nbgpd=yes\n"),
    ],
)
def test_saved_outputs_are_recognised(name, head):
    assert [one.name for one in Parser.registry.values() if one.content and one.content.search(head.encode())] == [name]


@pytest.mark.parametrize("name", ["running_config", "bgp_table"])
def test_a_dump_is_read_by_its_own_parser(name):
    assert parsed(name, f"###### show running-config\n{CONFIG}###### show bgp ipv4\n{TABLE}") == []


def test_lines_of_a_section_that_are_no_table_are_failures():
    text = text_of("dump_frr", "something else\nand more\n").part(2, 2)
    (failed,) = read_table(text, Origin(), Family.IPV4)
    assert isinstance(failed, ParseFailure)
    assert (failed.evidence.first_line, failed.evidence.excerpt) == (2, ("and more",))


def test_an_empty_section_has_no_facts():
    assert list(read_table(Text("dump_frr", ()), Origin(), Family.IPV4)) == []


def test_the_section_tells_the_family_of_an_empty_table():
    (table,) = read_table(text_of("dump_frr", "No BGP prefixes displayed, 0 exist\n"), Origin(), Family.IPV6)
    assert (table.family, table.routes) == (Family.IPV6, 0)


def test_headings_tell_family_and_instance_of_each_of_several_tables():
    text = (
        f"Instance red:\nFor address family: IPv4 Unicast\n{TABLE}\n"
        f"Instance blue:\nFor address family: IPv6 Unicast\nNo BGP prefixes displayed, 0 exist\n"
    )
    facts = list(read_table(text_of("saved.txt", text), Origin()))
    tables = [fact for fact in facts if isinstance(fact, BgpTable)]
    assert [(table.vrf, table.family, table.routes) for table in tables] == [("red", "ipv4", 1), ("blue", "ipv6", 0)]
    assert [fact.evidence.first_line for fact in facts if isinstance(fact, BgpRoute)] == [6]
    assert not [fact for fact in facts if isinstance(fact, ParseFailure)]


def test_a_table_that_is_cut_off_claims_nothing():
    (table, route) = parsed("bgp_table", TABLE.partition("\nDisplayed")[0])
    assert (table.routes, route.prefix) == (None, "198.51.100.1/32")


def test_a_separator_of_lines_inside_a_line_makes_no_second_one():
    facts = parsed("bgp_table", TABLE.replace("local AS", "local\u2028AS"))
    assert [type(fact) for fact in facts] == [BgpTable, BgpRoute]
    assert facts[1].evidence.first_line == 4


def test_a_configuration_without_its_end_is_followed_by_the_next():
    cut = CONFIG.removesuffix("end\n")
    facts = parsed("running_config", cut + CONFIG.replace("worker-0", "worker-1"))
    assert [(fact.hostname, fact.complete) for fact in facts] == [("worker-0", False), ("worker-1", True)]


def test_a_configuration_inside_yaml_is_indented():
    lines = ("frr version 8.4.4", "router bgp 64500", " neighbor 192.0.2.1 remote-as 64501", "exit", "service x", "end")
    text = text_of("state.yaml", "status:\n  runningConfig: |\n" + "".join(f"    {line}\n" for line in lines))
    (config,) = read_config(text.part(3, 8), Origin(), ConfigKind.RUNNING)
    assert isinstance(config, RunningConfig)
    assert config.complete
    assert config.routers[0].neighbors[0].evidence.first_line == 5
    assert [one.text for one in config.statements] == ["service x"]


def test_no_password_is_kept():
    text = "router bgp 64500\n neighbor 192.0.2.1 remote-as 64501\n neighbor 192.0.2.1 password hunter2 ok\nend\n"
    (config,) = read_config(text_of("frr.conf", text), Origin(), ConfigKind.STARTUP)
    assert config.routers[0].neighbors[0].password
    assert "hunter2" not in repr(config) + config.model_dump_json()


def test_a_value_inside_a_joined_line_stays_visible():
    joined = (
        f"Building configuration... Current configuration: ! hostname a {'debug bgp x ' * 200} router bgp 64500 end"
    )
    (config,) = read_config(text_of("page.txt", joined), Origin(), ConfigKind.RUNNING)
    assert "router bgp 64500" in config.routers[0].evidence.excerpt[0]


def test_an_unknown_template_is_an_error():
    assert template_path("textfsm/bgp_table.textfsm").is_file()
    with pytest.raises(FileNotFoundError, match=r"no template textfsm/none\.textfsm"):
        template_path("textfsm/none.textfsm")
