import pytest
from ovs_kit import expect, journal, network, not_checked, quiet, subjects

RULE = "datapath-loss"
SOS = "sosreport-worker-0-2026-11-{}-abcdefg/sos_commands/openvswitch/{}"
LOST = "ovs|00021|dpif_netlink(handler3)|WARN|system@ovs-system: lost packet on handler 3"
LIMIT = "ovs|00022|ofproto_dpif_upcall(handler1)|WARN|upcall: datapath reached the dynamic limit of 200000 flows."
CIRCLE = "ovs|00023|ofproto_dpif_xlate(handler1)|WARN|over 4096 resubmit actions on bridge br-int while processing tcp"


def datapath(lost, missed=10_000, day=21):
    lookups = f"  lookups: hit:900000 missed:{missed} lost:{lost}\n"
    text = f"system@ovs-system:\n{lookups}  flows: 120\n  port 0: ovs-system (internal)\n"
    return {SOS.format(day, "ovs-appctl_dpctl.show_-s_system_ovs-system"): text}


def log(text, count, hours=1, last=None):
    lines = [f"21 {at * hours // 60:02}:{at * hours % 60:02}:00 worker-0 ovs-vswitchd: {text}" for at in range(count)]
    return journal(*lines, *([last] if last else []))


def test_lost_packets():
    expect(RULE, datapath(700), "warning", "lost 700 of 10000", subject="system@ovs-system", shown=["lost:700"])
    expect(RULE, datapath(70, 10_000_000), "info", "lost 70", subject="system@ovs-system")


@pytest.mark.parametrize("lost", [0, 5])
def test_few_lost_packets(lost):
    quiet(RULE, datapath(lost))


def events(**rates):
    """`coverage/show` of worker-0; rates: events a second in the last hour."""
    rows = [f"{name:28} 0.0/sec 0.000/sec {rate:.4f}/sec total: 90" for name, rate in rates.items()]
    head = "Event coverage, avg rate over last: 5 seconds, last minute, last hour,  hash=f5b8301d:"
    return {SOS.format(21, "ovs-appctl_coverage.show"): "\n".join([head, *rows, "99 events never hit"]) + "\n"}


def test_what_ovs_counts_of_itself():
    words = "ran in circles through its flow tables: drop_action_too_many_resubmit 9 times in the last hour, 90 in all"
    members = events(drop_action_too_many_resubmit=0.0025)
    expect(RULE, members, "warning", words, subject="ovs-vswitchd", shown=["total: 90"])
    expect(RULE, events(upcall_flow_limit_hit=0.0003), "warning", "more flows", subject="ovs-vswitchd")
    quiet(RULE, events(drop_action_too_many_resubmit=0.001, upcall_flow_limit_hit=0.0, drop_action_of_pipeline=9.0))


def test_two_outputs():
    quiet(RULE, datapath(700, day=20) | datapath(700, 20_000), examined=1)
    members = datapath(700, 10_000_000, day=20) | datapath(730, 10_000_100)
    expect(
        RULE,
        members,
        "warning",
        "30 of them between two outputs",
        subject="system@ovs-system",
        shown=["lost:730", "lost:700"],
    )


def test_too_many_flows():
    text = """\
system@ovs-system:
  flows         : (current {}) (avg 100) (max 300) (limit 200)
  dump duration : 1ms
  ufid enabled : true

  4: (keys 0)
"""
    path = SOS.format(21, "ovs-appctl_upcall.show")
    expect(
        RULE,
        {path: text.format(200)},
        "warning",
        "holds 200 flows and may hold 200",
        subject="system@ovs-system",
        shown=["limit 200"],
    )
    quiet(RULE, {path: text.format(199)})


@pytest.mark.parametrize(
    ("text", "least", "words"),
    [
        (LOST, 10, "lost packets on their way"),
        (LIMIT, 1, "reached the limit of flows"),
        (CIRCLE, 5, "packets that ran in circles"),
    ],
)
def test_messages(text, least, words):
    shown = [text.rpartition("|")[2][:30]]
    expect(RULE, log(text, least), "warning", words, f"{least} messages", subject="ovs-vswitchd", shown=shown)
    if least > 1:
        quiet(RULE, log(text, least - 1))


def test_messages_of_many_days():
    lines = [f"{day} 10:00:00 worker-0 ovs-vswitchd: {CIRCLE}" for day in range(10, 16)]
    quiet(RULE, journal(*lines))


def test_more_messages_than_are_kept():
    expect(RULE, log(LOST, 30), "warning", "30 messages", subject="ovs-vswitchd")


def test_long_ago():
    last = "25 10:00:00 worker-0 ovs-vswitchd: ovs|00099|bridge|INFO|text"
    assert subjects(RULE, log(LOST, 12, last=last)) == [("worker-0", "ovs-vswitchd", "info")]


def test_not_collected():
    not_checked(RULE, network(), "dpctl/show")
