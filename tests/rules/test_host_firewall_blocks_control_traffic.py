import pytest
from bgp_kit import expect, quiet, unjudged
from kit import found
from node_kit import absent, healthy, iptables, network, nft, node

RULE = "host-firewall-blocks-control-traffic"
BASE = node("worker-0")
DROP_BGP = "[12:720] -A INPUT -p tcp -m tcp --dport 179 -j DROP"


def test_a_healthy_cluster():
    quiet(RULE, healthy(), examined=3)


@pytest.mark.parametrize(
    ("match", "what"),
    [
        ("-p tcp -m tcp --dport 179", "BGP"),
        ("-p tcp -m tcp --sport 179", "BGP"),
        ("-p udp -m multiport --dports 3784,3785,4784", "BFD, BFD echo, multihop BFD"),
        ("-p udp -m udp --dport 6081", "Geneve tunnels"),
        ("-s 192.0.2.9/32 -p udp -m udp --dport 4789", "VXLAN tunnels"),
        ("-p udp -m udp --dport 7900:8000", "MetalLB's memberlist"),
        ("-p tcp -m tcp --dport 9122", "MetalLB's memberlist"),
    ],
)
def test_a_rule_that_drops(match, what):
    members = BASE | iptables("worker-0", f"[12:720] -A INPUT {match} -j DROP")
    words = f"a rule in the chain INPUT of worker-0 dropped 12 packets of {what}"
    finding = expect(RULE, members, "error", words, subject="INPUT", shown=(match, "[12:720]"))
    assert finding.message.endswith(what)


def test_chains_that_packets_jump_to():
    chains = (":INPUT ACCEPT [0:0]", ":GUARD - [0:0]", ":INNER - [0:0]")
    rules = (
        "[1:1] -A INPUT -j GUARD",
        "[1:1] -A GUARD -j INNER",
        "[5:300] -A INNER -p tcp -m tcp --dport 179 -j REJECT",
    )
    expect(
        RULE, BASE | iptables("worker-0", *rules, chains=chains), "error", "chain INNER of worker-0", subject="INNER"
    )
    quiet(RULE, BASE | iptables("worker-0", *rules[1:], chains=chains))  # nothing leads there from the node itself


def test_a_rule_that_nobody_counted():
    members = BASE | iptables("worker-0", "-A OUTPUT -p udp -m udp --dport 3784 -j DROP")
    expect(RULE, members, "warning", "drops BFD, not counted how often", subject="OUTPUT")


@pytest.mark.parametrize(
    "rules",
    [
        ("[0:0] -A INPUT -p tcp -m tcp --dport 179 -j DROP",),  # met by none
        ("[9:9] -A INPUT -p tcp -m tcp --dport 179 -j ACCEPT", DROP_BGP),
        ("[9:9] -A INPUT -j ACCEPT", DROP_BGP),
        ("[9:9] -A FORWARD -p tcp -m tcp --dport 179 -j DROP",),
        ("[9:9] -A INPUT -p tcp -m tcp --dport 1:65535 -j DROP",),  # meant for other ports
        ("[9:9] -A INPUT -p tcp -m tcp --dport 22623 -j REJECT",),
        ("[9:9] -A INPUT -p udp -m udp --dport 179 -j DROP",),
        ("[9:9] -A INPUT -p tcp -m tcp --dport bgp -j DROP",),
        ("[9:9] -A INPUT ! -s 192.0.2.0/24 -p tcp -m tcp --dport 179 -j DROP",),
        ("[9:9] -A INPUT -j DROP",),
        ("[9:9] -A INPUT -p tcp -m tcp --dport 179 -j LOG",),
    ],
)
def test_rules_that_block_nothing(rules):
    quiet(RULE, BASE | iptables("worker-0", *rules, chains=(":INPUT ACCEPT [0:0]", ":FORWARD DROP [9:9]")))


@pytest.mark.parametrize(
    "accept",
    [
        "-A INPUT -s 192.0.2.1/32 -p tcp -m tcp --dport 179 -j ACCEPT",
        "-A INPUT -i ens5 -j ACCEPT",
        "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
        "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT",
        "-A INPUT -p udp -j ACCEPT",
    ],
)
def test_an_accept_that_lets_only_others_through(accept):
    members = BASE | iptables("worker-0", f"[9:9] {accept}", DROP_BGP)
    expect(RULE, members, "error", "dropped 12 packets of BGP", subject="INPUT")


def test_rules_for_services():
    match = "-d 198.51.100.9/32 -p tcp -m comment --comment none -m tcp --dport 179"
    rule = f"[9:9] -A KUBE-EXTERNAL-SERVICES {match} -j REJECT"
    chains = (":INPUT ACCEPT [0:0]", ":KUBE-EXTERNAL-SERVICES - [0:0]")
    quiet(RULE, BASE | iptables("worker-0", "[1:1] -A INPUT -j KUBE-EXTERNAL-SERVICES", rule, chains=chains))


def test_nftables():
    rule = "tcp dport { 22, 179 } counter packets 7 bytes 420 drop"
    words = "a rule in the chain filter guard of worker-0 dropped 7 packets of BGP"
    expect(RULE, BASE | nft("worker-0", rule), "error", words, subject="filter guard", shown=("packets 7",))
    expect(
        RULE, BASE | nft("worker-0", "udp dport 3784 drop"), "warning", "not counted how often", subject="filter guard"
    )
    for harmless in ("tcp dport 179 counter packets 0 bytes 0 drop", "tcp dport 22 drop", "tcp dport 179 accept"):
        quiet(RULE, BASE | nft("worker-0", harmless))
    quiet(RULE, BASE | nft("worker-0", rule, hook="forward"))
    quiet(RULE, BASE | nft("worker-0", rule, table="inet ovn-kubernetes"))


def test_nftables_chains_without_a_hook():
    head = "table inet filter {\n\tchain in {\n\t\ttype filter hook input priority filter; policy accept;\n"
    jump = "\t\tjump guard\n"
    rest = "\t}\n\tchain guard {\n\t\ttcp dport 179 counter packets 7 bytes 420 drop\n\t}\n}\n"
    path = "sosreport-worker-0-2026-11-21-abcdefg/sos_commands/firewall_tables/nft_list_ruleset"
    expect(RULE, BASE | {path: head + jump + rest}, "error", "dropped 7 packets of BGP", subject="filter guard")
    quiet(RULE, BASE | {path: head + rest})


def test_firewalld():
    expect(
        RULE,
        BASE | nft("worker-0", "accept", table="inet firewalld"),
        "error",
        "firewalld is active on worker-0",
        subject="firewalld",
    )
    old = iptables("worker-0", "[1:1] -A INPUT_ZONES -j ACCEPT", chains=(":INPUT_ZONES - [0:0]",))
    expect(RULE, BASE | old, "error", "firewalld is active on worker-0", subject="firewalld")


def test_more_than_twenty_nodes():
    members = {}
    for at in range(22):
        members |= node(f"worker-{at}") | iptables(f"worker-{at}", DROP_BGP)
    assert found(RULE, members) == [(None, "INPUT", "error")]


def test_not_collected():
    absent(RULE, network(), "no rules of the firewall of a node")
    absent(RULE, BASE | iptables("tor1", DROP_BGP), "no rules of the firewall of a node")


def test_a_table_that_does_not_filter():
    """Only the addresses of services were looked at."""
    chains = (":PREROUTING ACCEPT [0:0]", ":INPUT ACCEPT [0:0]")
    unjudged(RULE, BASE | iptables("worker-0", chains=chains, table="nat"), "no chain that filters was collected")
