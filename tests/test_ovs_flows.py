"""`ovs-ofctl dump-flows`: all are counted, those that rules ask for are facts, nothing is lost."""

import pytest

from parsers import ovs_flows
from parsers.base import ParseFailure, SourceFile
from parsers.ovs_facts import FlowCount, FlowDump, OfFlow
from parsers.ovs_flow_interest import interest

FLOW = " cookie=0x0, duration=1.5s, table={}, n_packets=0, n_bytes=0, {} actions={}\n"
REPLY = "OFPST_FLOW reply (OF1.3) (xid=0x2):\n"


def flows(text):
    return list(ovs_flows.ovs_flows(SourceFile("saved/x.txt", [text.encode()])))


def of(facts, kind):
    return [fact for fact in facts if isinstance(fact, kind)]


def flow(table=0, match="priority=1,", actions="drop"):
    return FLOW.format(table, match, actions)


@pytest.mark.parametrize(
    ("bridge", "table", "match", "actions", "wanted"),
    [
        ("br0", 10, "priority=100,tun_src=192.0.2.1", "goto_table:30", True),
        ("br0", 1, "priority=100,tun_src=192.0.2.1", "goto_table:5", True),  # numbers of OpenShift 3.x
        ("br0", 50, "priority=100,arp,arp_tpa=198.51.100.0/24", "set_field:192.0.2.1->tun_dst,output:1", True),
        ("br0", 253, "", "note:02.0D", True),
        ("br0", 40, "priority=100,arp,arp_tpa=198.51.100.4", "output:3", True),
        ("br0", 70, "priority=100,ip,nw_dst=x-ipv4-0000000001-x", "goto_table:80", True),
        ("br0", 30, "priority=100,ip,nw_dst=198.51.100.0/24", "goto_table:70", False),
        ("br0", 80, "priority=150,ip,nw_src=198.51.100.4", "output:NXM_NX_REG2[]", False),
        ("br-int", 0, "priority=100,in_port=4", "move:NXM_NX_TUN_ID[0..23]->OXM_OF_METADATA[0..23]", True),
        ("br-int", 0, "priority=100,in_port=4", "resubmit(,8)", False),
        ("br-int", 44, "priority=2000,ip,nw_src=198.51.100.4", "drop", False),
        ("br-ex", 0, "priority=205,udp,in_port=1,tp_dst=6081", "LOCAL", True),
        ("br-ex", 0, "priority=110,tcp,in_port=1,tp_dst=32638", "output:2", False),
        ("br-ex", 0, "priority=50,ip,in_port=1", "ct(table=1,zone=64000)", True),
        (None, 10, "priority=100,tun_src=192.0.2.1", "goto_table:30", True),
        (None, 0, "priority=0", "NORMAL", False),
    ],
)
def test_interest(bridge, table, match, actions, wanted):
    assert interest(bridge).wants(table, FLOW.format(table, match, actions)) is wanted


def test_all_are_counted_and_few_are_facts():
    text = f"sh-4.4# ovs-ofctl -O OpenFlow13 dump-flows br-int\n{REPLY}" + flow(44) * 3 + flow(8) * 2
    facts = flows(text)
    (dump,) = of(facts, FlowDump)
    assert (dump.bridge, dump.openflow, dump.total, dump.decoded, dump.cut) == ("br-int", "1.3", 5, 0, False)
    assert [(one.table, one.count, one.evidence.first_line) for one in of(facts, FlowCount)] == [(8, 2, 6), (44, 3, 3)]
    assert not of(facts, OfFlow)


def test_an_answer_without_flows_is_an_answer():
    (dump,) = flows("sh-4.4# ovs-ofctl dump-flows br0\nNXST_FLOW reply (xid=0x4):\n")
    assert (dump.bridge, dump.openflow, dump.total) == ("br0", "1.0", 0)


def test_a_flow_without_table_and_priority():
    text = (
        "sh-4.4# ovs-ofctl dump-flows br-ex\n cookie=0x1, duration=1s, n_packets=odd, in_port=1 actions=ct(table=7)\n"
    )
    (one,) = of(flows(text), OfFlow)
    assert (one.table, one.priority, one.n_packets, one.n_bytes) == (0, 32768, None, None)
    assert (one.match, one.actions) == ({"in_port": "1"}, "ct(table=7)")


def test_what_is_too_much_is_told(monkeypatch):
    monkeypatch.setattr(ovs_flows, "MOST", 2)
    (dump,) = of(flows("sh-4.4# ovs-ofctl dump-flows br-ex\n" + flow() * 5), FlowDump)
    assert (dump.total, dump.decoded, dump.left_out) == (5, 2, 3)


def test_prose_between_flows_and_pieces_of_flows():
    text = "sh-4.4# ovs-ofctl dump-flows br-ex\n" + flow() + "Look here:\n\n" + flow() + "goto_table:3,output:1\n"
    facts = flows(text)
    assert [one.total for one in of(facts, FlowDump)] == [2]
    assert [one.evidence.first_line for one in of(facts, ParseFailure)] == [6]


def test_a_torn_flow_before_the_next():
    text = REPLY + " cookie=0x0, duration=1.5s, table=0, n_pa\n" + flow() + flow("odd_table")
    facts = flows(text)
    assert [one.evidence.first_line for one in of(facts, ParseFailure)] == [2, 4]
    assert [(one.total, one.cut) for one in of(facts, FlowDump)] == [(1, True)]


def test_the_archive_ends_in_the_flows():
    source = SourceFile("saved/x.txt", [(REPLY + flow()).encode()], cut=lambda: True)
    (dump,) = of(ovs_flows.ovs_flows(source), FlowDump)
    assert (dump.total, dump.cut) == (1, True)
    assert dump.marks["cut"].first_line == 1


def test_a_torn_flow_without_an_answer():
    facts = flows(" cookie=0x0, duration=1.5s, table=0, n_pa\n")
    assert [type(one) for one in facts] == [ParseFailure]


def test_many_foreign_lines_are_one_failure_more():
    source = SourceFile(
        "network_logs/w_ovs_ofctl_dump_flows_br0",
        [(REPLY + "odd\n" * 30).encode()],
        {"node": "w", "bridge": "br0"},
    )
    failures = of(ovs_flows.ovs_flows(source), ParseFailure)
    assert len(failures) == ovs_flows.FAILURES + 1
    assert failures[-1].reason.startswith("30 lines")


@pytest.mark.parametrize("match", ["tun_metadata0(1,", "ip," * 4000])
def test_a_match_that_cannot_be_split(match):
    facts = flows("sh-4.4# ovs-ofctl dump-flows br-ex\n" + flow(match=match) + flow())
    assert [one.evidence.first_line for one in of(facts, ParseFailure)] == [2]
    assert [(one.total, one.decoded) for one in of(facts, FlowDump)] == [(2, 1)]


def test_tabs_between_the_fields():
    (one,) = of(flows("sh-4.4# ovs-ofctl dump-flows br-ex\n" + flow(match="ip,\t\tin_port=1\t")), OfFlow)
    assert one.match == {"ip": "true", "in_port": "1"}


def test_two_answers_in_one_file():
    more = "NXST_FLOW reply (xid=0x4): flags=[more]\n"
    facts = flows(more + flow() + more.replace(" flags=[more]", "") + flow() + REPLY + flow())
    assert [(one.openflow, one.total) for one in of(facts, FlowDump)] == [("1.0", 2), ("1.3", 1)]
