"""Saved traces: what decides a verdict, and that one file may hold the outputs of several tools."""

import pytest
from pairs import read

from analyzer.plan import Plan
from analyzer.registry import load_parsers
from parsers.base import ParseFailure, Parser
from parsers.ofproto_trace import OfprotoTrace
from parsers.ovn_trace import OvnTrace, TraceVerdict, packet
from parsers.ovnkube_trace import TraceLeg

load_parsers()
PACKET = "# tcp,reg14=0x1,nw_src=192.0.2.1,nw_dst=192.0.2.2,tp_src=1,tp_dst=80\n"
END = 'egress(dp="s", inport="a", outport="b")'
FLOOD = f"""multicast(dp="s", mcgroup="_MC_flood")
    {END}
        /* output to "b", type "" */
    egress(dp="s", inport="a", outport="c")
        drop;
"""
PLAN = Plan([Parser.registry[name] for name in ("ovn_trace", "ovnkube_trace", "ofproto_trace")])


def trace(body):
    (fact,) = read("ovn_trace", (PACKET + body).encode())
    return fact


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ('output("shop_web");\n', TraceVerdict.REACHED),
        ('output("tstor-worker-1");\n', TraceVerdict.LEFT),
        ('arp {\n    arp.op = 1;\n    output("br-ex_worker-0");\n};\n', TraceVerdict.UNRESOLVED),
        ('nd_ns {\n    output("br-ex_worker-0");\n};\n', TraceVerdict.UNRESOLVED),
        ("", TraceVerdict.NOT_REACHED),
        ("ct_lb_mark;\n", TraceVerdict.NOT_REACHED),
        (f'{END} {{\n/* output to "b", type "patch" */;\n', TraceVerdict.NOT_REACHED),
        (f'{END} {{\n/* output to "b", type "remote" */;\n', TraceVerdict.LEFT),
        (f"{END} {{\ndrop;\n", TraceVerdict.DROPPED),
        # Only what the last datapath does counts.
        (f'/* output to "b", type "" */\n{END}\nct_commit;\n', TraceVerdict.NOT_REACHED),
        # A flood is several ways out: one that reaches a port is enough.
        (FLOOD, TraceVerdict.REACHED),
    ],
)
def test_verdict(body, verdict):
    assert trace(body).verdict is verdict


def test_an_old_tool_is_told():
    complaint = "2026-03-09T10:00:00Z|00001|ovntrace|WARN|x: parsing expression failed (Syntax error)\n"
    (fact,) = read("ovn_trace", (complaint + PACKET + 'output("a");\n').encode())
    assert fact.outdated
    assert not trace('output("a");\n').outdated


@pytest.mark.parametrize(
    "end", ["    next;", "    next(6);", "------", " 1. ls_in_acl (x): 1, priority 0", 'egress(dp="s")']
)
def test_a_trace_that_is_cut_off(end):
    body = f'ingress(dp="s", inport="a")\n---\n 0. ls_in_check_port_sec (x): 1, priority 5\n    reg0 = 1;\n{end}\n'
    assert isinstance(trace(body), ParseFailure)


def test_a_trace_of_which_only_the_heading_is_left():
    assert isinstance(trace('ingress(dp="s", inport="a")\n'), ParseFailure)


def test_all_tools_in_one_file():
    data = (
        "I0116 14:20:47.380775 1 ovnkube-trace.go:693] ovn-trace source pod to destination pod Output:\n"
        + PACKET
        + 'output("shop_web");\n'
        "ovn-trace source pod to destination pod indicates success from a to b\n"
        "I0116 14:20:47.380775 1 ovnkube-trace.go:693] ovs-appctl ofproto/trace source pod to destination pod Output:\n"
        'Flow: tcp,in_port=1\n\nbridge("br-int")\n 0. priority 0\n    drop\nDatapath actions: drop\n'
        "ovs-appctl ofproto/trace source pod to destination pod indicates failure from a to b\n"
    ).encode()
    names = [match.parser.name for match in PLAN.recognise("trace.txt", data)]
    assert sorted(names) == ["ofproto_trace", "ovn_trace", "ovnkube_trace"]
    facts = [fact for name in sorted(names) for fact in read(name, data)]
    assert [type(one) for one in facts] == [OfprotoTrace, OvnTrace, TraceLeg, TraceLeg]
    assert [one.verdict for one in facts[:2]] == [TraceVerdict.DROPPED, TraceVerdict.REACHED]


def test_a_lookup_that_is_never_resumed():
    data = (
        b'Flow: tcp,in_port=1\nbridge("br-int")\nDatapath actions: ct,recirc(0x1)\n'
        b"recirc(0x1) - resume conntrack with ct_state=trk|new\nFlow: tcp,in_port=1\n"
    )
    (fact,) = read("ofproto_trace", data)
    assert (fact.verdict, fact.actions) == (TraceVerdict.NOT_REACHED, None)


def test_packet_without_addresses():
    assert packet({"in_port": "1", "tp_dst": "x"}) == {
        "protocol": None,
        "source": None,
        "destination": None,
        "source_port": None,
        "destination_port": None,
    }
