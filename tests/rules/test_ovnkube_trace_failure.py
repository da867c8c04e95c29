"""ovnkube-trace-failure: legs that fail or are absent, and where the packet ends."""

import pytest
from bgp_kit import expect, quiet, unjudged
from kit import outcome_of
from ovn_kit import CLIENT, FAR, WEB, cluster
from policy_kit import BACK, THERE, WHOLE, ovnkube_trace, trace

RULE = "ovnkube-trace-failure"
SUBJECT = f"shop/{CLIENT} to shop/{WEB}"
FATAL = "F1121 09:50:00.000000    4242 ovnkube-trace.go:700] Failed to get information from pod x: not found\n"


def legs(*made, **more):
    return cluster() | ovnkube_trace(CLIENT, WEB, *made, **more)


def test_a_whole_trace_gets_through():
    quiet(RULE, legs(*WHOLE), examined=1)
    quiet(RULE, legs(*WHOLE[:4]), examined=1)  # -skip-detrace
    service = ("ovn-trace source pod to service clusterIP", True)
    remote = (f"ovn-trace (remote) {THERE}", True)
    quiet(RULE, legs(service, WHOLE[0], remote, *WHOLE[1:]), examined=1)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (f"ovn-trace {THERE}", "the logical network"),
        (f"ovs-appctl ofproto/trace {THERE}", "Open vSwitch of the node"),
    ],
)
def test_a_leg_fails(what, said):
    words = ("(tcp 8080)", f"from shop/{CLIENT} to shop/{WEB} fails", said, "indicates failure")
    expect(RULE, legs((what, False)), "error", *words, subject=SUBJECT, shown=("indicates failure",))


def test_there_and_not_back():
    made = legs(WHOLE[0], (f"ovn-trace {BACK}", False))
    words = ("after 1 legs that succeed", f"indicates failure from shop/{WEB} to shop/{CLIENT}")
    expect(RULE, made, "error", *words, subject=SUBJECT, shown=("indicates failure", "indicates success"))


def test_the_tool_that_translates_is_not_the_traffic():
    made = legs(*WHOLE[:4], (f"ovn-detrace {THERE}", False))
    expect(RULE, made, "warning", "not the traffic", subject=SUBJECT)


def test_a_remote_leg_is_of_the_node_of_the_destination():
    made = cluster() | ovnkube_trace(CLIENT, FAR, (f"ovn-trace (remote) {THERE}", False))
    words = ("in the database of the destination's node",)
    expect(RULE, made, "error", *words, subject=f"shop/{CLIENT} to shop/{FAR}", whose="worker-1")


def detailed(output, *made):
    text = "\n".join(output.values())
    lines = ovnkube_trace(CLIENT, WEB, *made)["saved/trace.txt"].split("\n")
    return cluster() | {"saved/trace.txt": "\n".join([lines[0], text, *lines[1:]])}


def test_the_stage_that_drops():
    made = detailed(trace("a1"), (f"ovn-trace {THERE}", False))
    expect(RULE, made, "error", "the packet is dropped in ls_out_acl", "@a1", subject=SUBJECT, shown=("priority 2000",))


def test_a_trace_that_does_not_say_where():
    end = ' 9. ls_out_l2_lkup: 1, priority 0, uuid 12345678\n    outport = "none";\n'
    made = detailed(trace("", end=end), (f"ovn-trace {THERE}", False))
    assert "the packet is not-reached in ls_out_l2_lkup" in outcome_of(RULE, made).findings[0].message
    arp = end + '    arp.op = 1;\n    /* output to "br-ex_worker-0", type "localnet" */\n'
    made = detailed(trace("", end=arp), (f"ovn-trace {THERE}", False))
    expect(RULE, made, "error", "asks for the address of its next hop", subject=SUBJECT)
    reached = end + '    /* output to "shop_web", type "" */\n'
    made = detailed(trace("", end=reached), (f"ovn-trace {THERE}", False))
    assert ";" not in outcome_of(RULE, made).findings[0].message


def test_the_table_that_drops():
    flow = 'Flow: tcp,in_port=5,nw_src=10.128.0.5,nw_dst=10.128.0.7\n\nbridge("br-int")\n---\n'
    drop = flow + " 0. in_port=5, priority 100\n44. reg15=0x3, priority 2000\n    drop\n\nDatapath actions: drop\n"
    made = detailed({"x": drop}, (f"ovs-appctl ofproto/trace {THERE}", False))
    words = ("dropped in table 44: reg15=0x3",)
    expect(RULE, made, "error", *words, subject=SUBJECT, shown=("Datapath actions: drop",))
    lost = flow + " 0. in_port=5, priority 100\n\nDatapath actions: recirc(0x7)\n"
    made = detailed({"x": lost}, (f"ovs-appctl ofproto/trace {THERE}", False))
    expect(RULE, made, "error", "not put out to any port", subject=SUBJECT)


def test_a_leg_is_absent():
    words = ("ends after 2 legs", f"no verdict of ovs-appctl ofproto/trace from {CLIENT} to {WEB}")
    expect(RULE, legs(*WHOLE[:2]), "warning", *words, subject=SUBJECT, whose=None, shown=("indicates success",))
    to_address = (("ovn-trace pod to external IP", True), ("ovs-appctl ofproto/trace pod to IP", True))
    quiet(RULE, legs(*to_address), examined=1)


def test_the_tool_itself_fails():
    unjudged(RULE, cluster() | {"saved/trace.txt": FATAL}, "the tool itself failed: Failed to get information")
    unjudged(RULE, legs(*WHOLE[:2], more=FATAL), "the tool itself failed after 2 legs")


def test_several_runs_in_one_file():
    first = ovnkube_trace(CLIENT, WEB, *WHOLE)["saved/trace.txt"]
    second = ovnkube_trace(CLIENT, WEB, (f"ovn-trace {THERE}", False))["saved/trace.txt"]
    expect(RULE, cluster() | {"saved/trace.txt": first + second}, "error", "indicates failure", subject=SUBJECT)
    both = first + FATAL + second
    assert len(outcome_of(RULE, cluster() | {"saved/trace.txt": both}).findings) == 1


def test_old_releases_and_commands_that_were_not_saved():
    text = f"ovn-trace indicates success from {CLIENT} to {WEB}\nofproto/trace indicates failure from {WEB} to x\n"
    members = cluster() | {"saved/trace.txt": text.replace("ofproto", "ovs-appctl ofproto")}
    expect(RULE, members, "error", "ovnkube-trace from", subject=f"{CLIENT} to {WEB}")
    unknown = {"saved/trace.txt": "ovn-trace indicates failure from a to b\n"}
    expect(RULE, cluster() | unknown, "error", subject="a to b", whose=None)


def test_not_collected():
    for members in (cluster(), cluster() | trace("a1")):
        outcome = outcome_of(RULE, members)
        assert str(outcome.status) == "not_checked"
        assert "saved output of ovnkube-trace" in (outcome.reason or "")
