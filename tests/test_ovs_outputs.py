"""Ports, datapaths, limits and bonds in saved sessions."""

import pytest

from parsers.base import ParseFailure, Parser, SourceFile, run
from parsers.ovs_bonds import ovs_bonds
from parsers.ovs_datapath import ovs_datapath
from parsers.ovs_datapath_flows import ovs_datapath_flows
from parsers.ovs_facts import LOCAL, Datapath, DatapathPort, OfPort, OfPorts, OvsBond, Upcalls
from parsers.ovs_ports import ovs_ports
from parsers.ovs_upcalls import ovs_upcalls

PORTS = """OFPST_PORT_DESC reply (xid=0x2):
 1(tun0): addr:02:00:00:00:00:01
     config:     0
     state:      LIVE
     speed: 0 Mbps now, 0 Mbps max
 LOCAL({0}): addr:02:00:00:00:00:02
     config:     PORT_DOWN
     state:      LINK_DOWN
     speed: 0 Mbps now, 0 Mbps max
"""


def saved(one, text):
    return list(run(Parser.registry[one.__name__], SourceFile("saved/x.txt", [text.encode()])))


def test_the_bridge_is_told_by_its_own_port():
    facts = saved(ovs_ports, PORTS.format("br0") + "And the other:\n" + PORTS.format("br-ex"))
    assert [(one.bridge, one.count) for one in facts if isinstance(one, OfPorts)] == [("br0", 2), ("br-ex", 2)]
    assert [one.number for one in facts if isinstance(one, OfPort)] == [1, LOCAL, 1, LOCAL]
    assert not [one for one in facts if isinstance(one, ParseFailure)]


def test_ports_without_their_reply():
    facts = saved(ovs_ports, "\n".join(PORTS.format("br0").split("\n")[1:]))
    assert [one.count for one in facts if isinstance(one, OfPorts)] == [2]


def test_a_torn_port_in_a_saved_list_is_told():
    facts = saved(ovs_ports, PORTS.format("br0") + " 3(veth0): ad\n")
    assert [one.evidence.first_line for one in facts if isinstance(one, ParseFailure)] == [10]


def test_prose_about_ports_is_no_list():
    assert saved(ovs_ports, "state: LIVE\nspeed: 0 Mbps now, 0 Mbps max\n") == []


def test_a_list_without_ports():
    (found,) = saved(ovs_ports, "sh-4.4# ovs-ofctl dump-ports br0\nOFPST_PORT reply (xid=0x2): 0 ports\n")
    assert (found.bridge, found.count) == ("br0", 0)


def test_a_datapath_ends_at_prose():
    text = "Look:\nsystem@ovs-system:\n  lookups: hit:1 missed:2 lost:3\n  port 1: ens3\nSo it lost.\n    odd\n"
    facts = saved(ovs_datapath, text)
    assert [type(one) for one in facts] == [DatapathPort, Datapath]
    assert facts[1].where("lost")[0].first_line == 3


def test_an_indented_line_of_a_datapath_is_not_dropped():
    facts = saved(ovs_datapath, "system@ovs-system:\n  lookups: hit:1 missed:2 lost:3\n  odd one\n")
    assert [one.evidence.first_line for one in facts if isinstance(one, ParseFailure)] == [3]


def test_configuration_that_could_not_be_read():
    (port, _) = saved(
        ovs_datapath,
        "system@ovs-system:\n  port 1: vxlan_sys_4789 (vxlan, could not retrieve configuration (No such device))\n",
    )
    assert (port.type, port.error) == ("vxlan", "could not retrieve configuration (No such device)")


@pytest.mark.parametrize("dump", ["", "  dump duration : 12ms\n"])
def test_upcalls_between_prose(dump):
    text = f"x\nsystem@ovs-system:\n  flows         : (current 1) (avg 2) (max 3) (limit 4)\n{dump}done\n"
    (found,) = saved(ovs_upcalls, text)
    assert isinstance(found, Upcalls)
    assert (found.current, found.average, found.maximum, found.limit) == (1, 2, 3, 4)
    assert found.dump_duration == (12 if dump else None)


def test_a_bond_between_prose():
    text = "x\n---- bond0 ----\nbond_mode: active-backup\nactive member mac: odd\n\n"
    text += "member eth1: enabled\n. end\nbond_mode: x\n"
    (found,) = saved(ovs_bonds, text)
    assert isinstance(found, OvsBond)
    assert (found.mode, found.active, found.members) == ("active-backup", "odd", {"eth1": True})


def test_flows_of_the_datapath_are_counted():
    line = "recirc_id(0),in_port(2), packets:0, bytes:0, used:never, actions:{}\n"
    (found,) = saved(ovs_datapath_flows, "main thread:\n" + line.format("drop") * 2 + line.format("3"))
    assert (found.count, found.drops, found.evidence.first_line) == (3, 2, 2)
