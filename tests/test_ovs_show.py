"""`ovs-vsctl show` in pastes and documents, and what recognises it."""

import pytest

from analyzer.plan import Plan
from parsers.base import ParseFailure, Parser, SourceFile, run
from parsers.ovs_facts import OvsBridge, OvsBridgeList, OvsInterface, OvsPort, OvsRecord, OvsShow
from parsers.ovs_lists import ovs_bridge_list, ovs_lists
from parsers.ovs_show import ovs_show

OVS = (ovs_show, ovs_bridge_list, ovs_lists)
SHOW = """9cad81c8-d7be-4b18-90e8-03aadd86a8c0
    Bridge br-int
        fail_mode: secure
        Port ovn-5e8778-0
            Interface ovn-5e8778-0
                type: geneve
                options: {csum="true", key=flow, remote_ip="192.0.2.22"}
    ovs_version: "2.15.4"
"""
PASTE = f"""After the installation:

 [root@worker1 ~]# ovs-vsctl show
{SHOW}

The port is the pod's. Port numbers follow.
[root@worker2 ~]# ovs-vsctl show
{SHOW.replace("br-int", "br-ex")}"""


def read(name, data, path="saved/x.txt"):
    return list(run(Parser.registry[name], SourceFile(path, [data])))


def of(facts, kind):
    return [fact for fact in facts if isinstance(fact, kind)]


def test_two_outputs_at_prompts_between_prose():
    facts = read("ovs_show", PASTE.encode(), path="saved/paste.txt")
    assert not of(facts, ParseFailure)
    assert [(one.node, one.bridges, one.ovs_version) for one in of(facts, OvsShow)] == [
        ("worker1", ("br-int",), "2.15.4"),
        ("worker2", ("br-ex",), "2.15.4"),
    ]
    assert [one.options["remote_ip"] for one in of(facts, OvsInterface)] == ["192.0.2.22"] * 2
    assert of(facts, OvsInterface)[0].where("options")[0].excerpt[0].strip().startswith("options:")


def test_flattened_onto_one_line():
    facts = read("ovs_show", ("# ovs-vsctl show " + " ".join(SHOW.split())).encode(), path="saved/page.txt")
    (bridge,) = of(facts, OvsBridge)
    (port,) = of(facts, OvsPort)
    (interface,) = of(facts, OvsInterface)
    assert (bridge.bridge, bridge.fail_mode, port.port, port.bond) == ("br-int", "secure", "ovn-5e8778-0", False)
    assert (interface.type, interface.options["key"]) == ("geneve", "flow")
    assert not of(facts, ParseFailure)


def test_a_paste_that_begins_with_a_bridge():
    facts = read("ovs_show", "\n".join(SHOW.split("\n")[1:]).encode(), path="saved/page.txt")
    assert [one.uuid for one in of(facts, OvsShow)] == [None]
    assert of(facts, OvsBridge)[0].bridge == "br-int"


def test_one_output_ends_where_the_next_begins():
    facts = read("ovs_show", (SHOW + SHOW).encode(), path="saved/page.txt")
    assert [(one.evidence.first_line, one.evidence.last_line) for one in of(facts, OvsShow)] == [(1, 8), (9, 16)]


def test_a_uuid_elsewhere_is_no_output():
    text = "_uuid : 9cad81c8-d7be-4b18-90e8-03aadd86a8c0\nBridge over it\n"
    assert read("ovs_show", text.encode(), path="saved/page.txt") == []


def test_what_was_left_out_and_what_follows_it_is_told():
    text = SHOW.replace("                type: geneve\n", "        ...\n    cut here\n")
    facts = read("ovs_show", text.encode())
    assert [one.evidence.first_line for one in of(facts, ParseFailure)] == [6, 8]
    assert [one.type for one in of(facts, OvsInterface)] == ["system"]


def test_a_bond_joins_interfaces():
    text = SHOW.replace("    ovs_version", "            Interface eth9\n    ovs_version")
    (port,) = of(read("ovs_show", text.encode()), OvsPort)
    assert port.bond
    assert port.interfaces == ("ovn-5e8778-0", "eth9")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (PASTE, {"ovs_show"}),
        ("# ovs-vsctl list-br br0\n", {"ovs_bridge_list"}),
        ("_uuid               : 1\nmac_in_use          : []\n", {"ovs_lists"}),
        ("kind: Pod\n", set()),
    ],
)
def test_recognised_by_content(text, names):
    plan = Plan(Parser.registry[one.__name__] for one in OVS)
    assert {match.parser.name for match in plan.recognise("saved/x.txt", text.encode())} == names


def test_bridges_below_the_command_end_at_prose():
    text = b"sh-4.4# ovs-vsctl list-br\nbr-ex\n\nbr-int\nThat is all.\nbr-no\n"
    (found,) = read("ovs_bridge_list", text, path="saved/x.txt")
    assert isinstance(found, OvsBridgeList)
    assert found.bridges == ("br-ex", "br-int")


def test_rows_of_other_databases_are_left_to_others():
    text = b"_uuid               : 9cad81c8-d7be-4b18-90e8-03aadd86a8c0\nchassis             : []\n"
    assert read("ovs_lists", text, path="saved/x.txt") == []


def test_rows_between_prose():
    text = (
        b"sh-4.4# ovs-vsctl list interface\n_uuid : 9cad81c8-d7be-4b18-90e8-03aadd86a8c0\nmac_in_use : []\nerror :\nx\n"
    )
    (found,) = read("ovs_lists", text, path="saved/x.txt")
    assert isinstance(found, OvsRecord)
    assert (found.table, found.columns) == ("interface", {})


@pytest.mark.parametrize(
    ("text", "torn", "cut"),
    [
        ("    Bridge br-int\n        Port br-int\n            Interface br-int\n", False, False),
        ("    Bridge br-int\n        Port br-int\n            Interface br-int\n", True, True),
        ("    Bridge br-int\n        Port br-int\n            Interface br-int\n        Port ens3\n", False, True),
        ("    Bridge br-int\n", False, False),
    ],
)
def test_an_output_that_ends_too_early(text, torn, cut):
    whole = f"3ea7682c-3ffe-4f7b-80db-6f806e2c9d73\n{text}"
    source = SourceFile("network_logs/worker-0_ovs_dump", [whole.encode()], {"node": "worker-0"}, cut=lambda: torn)
    assert [one.cut for one in run(Parser.registry["ovs_show"], source) if isinstance(one, OvsShow)] == [cut]
