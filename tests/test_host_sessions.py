"""Terminal sessions and web pages with outputs of host commands, as engineers save them."""

import time

import pytest

from analyzer.plan import Plan
from analyzer.registry import load_parsers
from parsers.base import ParseFailure, Parser, SourceFile, run
from parsers.host_ethtool import EthtoolDriver, EthtoolLink
from parsers.host_iptables_facts import IptablesChain, IptablesRule
from parsers.host_link_facts import HostAddress, HostLink, LinkState
from parsers.host_nftables import NftChain
from parsers.host_resolver import ResolvConf
from parsers.host_route_facts import HostNeighbor, HostRoute, HostRule
from parsers.host_sockets import HostSocket
from parsers.host_sysctl import Sysctl

load_parsers()
HOST = [one for name, one in Parser.registry.items() if name.startswith("host_") or name == "nmstate"]
PLAN = Plan(HOST)


def saved(content, path="saved/notes.txt"):
    """All host facts of a file that only its content can explain."""
    data = content.encode()
    return [
        fact
        for match in PLAN.recognise(path, data)
        for fact in run(match.parser, SourceFile(path, [data], match.params, match.image_dir))
    ]


def of(facts, kind):
    return [fact for fact in facts if isinstance(fact, kind)]


SESSION = """\
[root@worker-1 ~]# ip addr show br-ex
5: br-ex: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UNKNOWN group default qlen 1000
    link/ether 52:54:00:00:01:02 brd ff:ff:ff:ff:ff:ff
    inet 192.0.2.21/24 brd 192.0.2.255 scope global br-ex
       valid_lft forever preferred_lft forever
[root@worker-1 ~]# ip route
default via 192.0.2.1 dev br-ex proto dhcp metric 48
10.128.0.0/14 via 10.129.2.1 dev ovn-k8s-mp0
[root@worker-1 ~]# ip neigh
192.0.2.1 dev br-ex lladdr 52:54:00:00:00:01 REACHABLE
192.0.2.9 dev br-ex FAILED
[root@worker-1 ~]# ip rule
0:\tfrom all lookup local
sh-4.4# sysctl -a | grep forward
net.ipv4.ip_forward = 1
sh-4.4# ss -tlnp
State  Recv-Q Send-Q Local Address:Port  Peer Address:PortProcess
LISTEN 0      128          0.0.0.0:179        0.0.0.0:*    users:(("bgpd",pid=7,fd=3))
# iptables -t nat -nvL OVN-KUBE-NODEPORT
Chain OVN-KUBE-NODEPORT (2 references)
 pkts bytes target     prot opt in     out     source               destination
    7   420 DNAT       tcp  --  *      *       0.0.0.0/0  0.0.0.0/0  tcp dpt:31785 to:172.30.44.86:80
core@worker-1:~$ sudo nft list ruleset
table inet filter {
\tchain input {
\t\ttype filter hook input priority filter; policy drop;
\t}
}
$ ethtool -i ens5
driver: virtio_net
version: 1.0.0
$ cat /etc/resolv.conf
search example.com
nameserver 192.0.2.53
$ cat /etc/other/resolv.conf
nameserver 192.0.2.54
=== ethtool ens5 ===
Settings for ens5:
\tSpeed: 10000Mb/s
\tLink detected: yes
$ oc get nodes
NAME STATUS
"""


def test_a_session_of_many_commands():
    facts = saved(SESSION)
    assert not of(facts, ParseFailure)
    (link,) = of(facts, HostLink)
    assert (link.name, link.mtu, link.evidence.first_line) == ("br-ex", 1500, 2)
    assert [one.address for one in of(facts, HostAddress)] == ["192.0.2.21"]
    assert [(one.destination, one.gateways, one.devices, one.default) for one in of(facts, HostRoute)] == [
        ("0.0.0.0/0", ("192.0.2.1",), ("br-ex",), True),
        ("10.128.0.0/14", ("10.129.2.1",), ("ovn-k8s-mp0",), False),
    ]
    assert [(one.address, str(one.state)) for one in of(facts, HostNeighbor)] == [
        ("192.0.2.1", "REACHABLE"),
        ("192.0.2.9", "FAILED"),
    ]
    assert [one.table for one in of(facts, HostRule)] == ["local"]
    assert [(one.key, one.number) for one in of(facts, Sysctl)] == [("net.ipv4.ip_forward", 1)]
    assert [(one.local_port, one.listens) for one in of(facts, HostSocket)] == [(179, True)]
    assert [(one.table, one.chain, one.rules) for one in of(facts, IptablesChain)] == [("nat", "OVN-KUBE-NODEPORT", 1)]
    assert [one.to for one in of(facts, IptablesRule)] == ["172.30.44.86:80"]
    assert [one.policy for one in of(facts, NftChain)] == ["drop"]
    assert [(one.interface, one.driver) for one in of(facts, EthtoolDriver)] == [("ens5", "virtio_net")]
    assert [(one.interface, one.speed) for one in of(facts, EthtoolLink)] == [("ens5", 10000)]
    assert [one.nameservers for one in of(facts, ResolvConf)] == [("192.0.2.53",), ("192.0.2.54",)]


PAGE = """\
第36章 トラブルシューティング
パケットのターゲットアドレスへのルートを確認します。
# ip route get 192.0.2.202 192.0.2.202 dev ens3 src 192.0.2.46 cache
上記の例では、ソースアドレスが
192.0.2.46
のens3
ip route
でルートテーブルを確認します。
# ip route default via 192.0.2.1 dev ens3 10.128.0.0/14 dev tun0 proto kernel scope link # This sends everything
コマンドを実行します。# ip addr --- 2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 \
qdisc pfifo_fast state UP qlen 1000 link/ether 52:54:00:56:4c:11 brd ff:ff:ff:ff:ff:ff \
inet 192.0.2.10/24 brd 192.0.2.255 scope global dynamic eth0 \
valid_lft 168sec preferred_lft 168sec ---
上記のネットワークの MTU は 1500 です。
mtu
"""


def test_a_page_with_flattened_outputs():
    facts = saved(PAGE)
    assert not of(facts, ParseFailure)
    assert [(one.destination, one.lookup, one.evidence.first_line) for one in of(facts, HostRoute)] == [
        ("192.0.2.202/32", True, 3),
        ("0.0.0.0/0", False, 9),
        ("10.128.0.0/14", False, 9),
    ]
    assert [(one.name, one.mtu, one.state) for one in of(facts, HostLink)] == [("eth0", 1500, LinkState.UP)]
    assert [one.prefix_length for one in of(facts, HostAddress)] == [24]


def test_rules_cut_out_with_grep_belong_to_the_chain_of_the_command():
    facts = saved(
        "$  iptables -t nat -L KUBE-SERVICES -nv | grep 203.0.113.10\n"
        " 1760  106K KUBE-FW-BAR7  tcp  --  *  *  0.0.0.0/0  203.0.113.10  /* shop/web:http */ tcp dpt:8080\n"
    )
    (rule,) = of(facts, IptablesRule)
    assert (rule.table, rule.chain, rule.target, rule.packets, rule.bytes) == (
        "nat", "KUBE-SERVICES", "KUBE-FW-BAR7", 1760, 106_000,
    )  # fmt: skip
    assert not of(facts, IptablesChain | ParseFailure)


def test_rules_without_a_table_are_kept():
    facts = saved("-A KUBE-SERVICES -d 172.30.0.1/32 -p tcp -m tcp --dport 443 -j KUBE-SVC-A\nsome prose\n")
    assert [(one.table, one.chain) for one in of(facts, IptablesRule)] == [(None, "KUBE-SERVICES")]
    assert [one.complete for one in of(facts, IptablesChain)] == [False]
    assert not of(facts, ParseFailure)


def test_a_chain_list_without_a_command_has_no_table():
    facts = saved("Chain INPUT (policy DROP)\ntarget     prot opt source               destination\n"
                  "ACCEPT     all  --  anywhere             anywhere\n")  # fmt: skip
    assert [one.table for one in of(facts, IptablesRule | IptablesChain)] == [None, None]


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("ip addr show dev br-ex", 'Device "br-ex" does not exist.'),
        ("ip route", "bash: ip: command not found"),
        ("ip neigh", 'Cannot open network namespace "x": No such file or directory'),
        ("ss -tanp", "Permission denied"),
    ],
)
def test_an_error_text_after_its_command_is_an_answer(command, answer):
    facts = saved(f"{SESSION}[root@worker-1 ~]# {command}\n{answer}\n")
    failed = {(one.reason, one.evidence.excerpt) for one in of(facts, ParseFailure)}
    assert failed == {("an error text instead of the output", (answer,))}


def test_a_line_within_an_output_that_nobody_knows_is_told():
    facts = saved(
        "# ip route\ndefault via 192.0.2.1 dev br-ex\nthis is no route\n10.0.0.0/8 dev br-ex\n\nnor is this\n"
    )
    assert [one.evidence.first_line for one in of(facts, ParseFailure)] == [3]
    assert len(of(facts, HostRoute)) == 2


def test_remarks_between_lines_are_no_failures():
    assert not of(
        saved("# ip route\ndefault via 192.0.2.1 dev br-ex\n# the gateway\n10.0.0.0/8 dev br-ex\n"), ParseFailure
    )
    assert not of(saved("table ip nat {\n####\n}\nand so on\n"), ParseFailure)
    facts = saved("table ip nat {\n====\nwhat\n}\n")
    assert [one.evidence.first_line for one in of(facts, ParseFailure)] == [3]


def test_rules_listed_by_a_command_belong_to_its_table():
    facts = saved(
        "# iptables -t nat -S -v\n-P PREROUTING ACCEPT -c 5 300\n-N OVN-KUBE-NODEPORT\n"
        "-A OVN-KUBE-NODEPORT -p tcp -m tcp --dport 31785 -c 7 420 -j DNAT --to-destination 172.30.44.86:80\n"
        "# ip6tables -S\n-P INPUT DROP\n-A INPUT -c x y -j DROP\n"
    )
    assert [(one.table, one.chain, one.packets, one.bytes, one.target) for one in of(facts, IptablesRule)] == [
        ("nat", "OVN-KUBE-NODEPORT", 7, 420, "DNAT"),
        ("filter", "INPUT", None, None, "DROP"),
    ]
    assert [(str(one.family), one.table, one.chain, one.policy, one.packets) for one in of(facts, IptablesChain)] == [
        ("ipv4", "nat", "PREROUTING", "ACCEPT", 5),
        ("ipv4", "nat", "OVN-KUBE-NODEPORT", None, None),
        ("ipv6", "filter", "INPUT", "DROP", None),
    ]
    assert not of(facts, ParseFailure)


def test_routes_of_another_table_are_not_of_the_main_one():
    facts = saved(
        "$ ip route show vrf red\ndefault via 192.0.2.1 dev ens5\n$ ip route show table all\n"
        "default via 192.0.2.2 dev br-ex\n198.51.100.0/24 dev ens5 table 1005\n"
    )
    assert [one.table for one in of(facts, HostRoute)] == ["red", "main", "1005"]


def test_what_a_network_namespace_holds_is_none_of_the_hosts():
    assert not saved("$ ip netns exec qdhcp-1 ip addr\n1: lo: <LOOPBACK,UP> mtu 65536\n    inet 127.0.0.1/8\n")


def test_outputs_of_other_commands_are_nobodys_business():
    assert not saved("# ovs-vsctl show\n192.0.2.1 dev br-ex\n    Bridge br-int\n")


def test_markup_of_a_ticket_is_taken_away():
    facts = saved("> ```\n> 5: br-ex: <UP> mtu 1500 state UP\n>     link/ether 52:54:00:00:01:02 brd ff\n> ```\n")
    assert [(one.name, one.mac) for one in of(facts, HostLink)] == [("br-ex", "52:54:00:00:01:02")]
    assert not of(facts, ParseFailure)


@pytest.mark.parametrize(
    "word",
    ["1: ", "default via ", "10.0.0.1 dev ", "inet 10.0.0.1 ", "a b ", "RX: bytes packets errors ", "tcp 0 0 1:1 1:1 ",
     "-A X ", '"', "{", "Chain X (policy ", "net.ipv4.conf.", " ", "1 ", ": ", "ip route ", "sudo oc ", "[",
     "eth0: flags=1<UP> mtu 1500 ", "nexthop via 1.1.1.1 dev x ", '"ifname":1,', '{"dst":"1",', "link/ether "],
)  # fmt: skip
def test_no_line_takes_long(word):
    data = (word * (80_000 // len(word))).encode()
    begun = time.perf_counter()
    PLAN.recognise("saved/x", data)
    for one in HOST:
        for image_dir in ("saved", ""):  # recognised by its content; a member of a collector
            list(run(one, SourceFile("saved/x", [data], {}, image_dir)))
    assert time.perf_counter() - begun < 20


def test_whose_output_a_session_holds():
    """The prompt, or the command, names the node; one file may hold the outputs of several."""
    table = "192.0.2.1 dev br-ex lladdr 52:54:00:00:00:01 REACHABLE\n"
    first = f"[root@worker-0 ~]# ip neigh\n{table}\n"
    second = (
        f"[core@bastion ~]$ oc debug node/worker-1 -- chroot /host ip neigh\nStarting pod/worker-1-debug ...\n\n{table}"
    )
    assert [one.node for one in saved(first + second) if isinstance(one, HostNeighbor)] == ["worker-0", "worker-1"]
    third = "[root@worker-2 ~]# ethtool -i ens3\ndriver: ice\n"
    facts = saved(f"{third}[root@worker-3 ~]# ethtool ens3\nSettings for ens3:\n\tSpeed: 10Mb/s\n")
    assert [one.node for one in facts if isinstance(one, EthtoolDriver)] == ["worker-2"]
    assert [one.node for one in facts if isinstance(one, EthtoolLink)] == ["worker-3"]


def test_tables_that_were_pasted_without_their_end():
    """People cut what `iptables-save` prints: a table ends at the next prompt, and what follows is no failure."""
    rule = "-A INPUT -p udp -m udp --dport 6081 -j DROP\n"
    first = f"[root@worker-0 ~]# iptables-save\n*filter\n{rule}"
    text = f"{first}[root@worker-1 ~]# ip6tables-save\n*filter\n{rule}```\nAnd so on.\n"
    facts = saved(text)
    rules = [(one.node, str(one.family)) for one in facts if isinstance(one, IptablesRule)]
    assert rules == [("worker-0", "ipv4"), ("worker-1", "ipv6")]
    chains = [(one.node, str(one.family), one.complete) for one in facts if isinstance(one, IptablesChain)]
    assert chains == [("worker-0", "ipv4", False), ("worker-1", "ipv6", False)]
    assert [one.evidence.first_line for one in facts if isinstance(one, ParseFailure)] == [4, 7]


def test_the_archive_ends_in_an_output():
    """Half a table of routes would tell of routes that are missing."""
    text = b"default via 192.0.2.1 dev br-ex\n192.0.2.0/24 dev br-ex proto kernel sco"
    source = SourceFile("sos_commands/networking/ip_route", [text], cut=lambda: True)
    (failed,) = run(Parser.registry["host_ip_route"], source)
    assert isinstance(failed, ParseFailure)
    assert "the archive ends" in failed.reason
