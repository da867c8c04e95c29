import pytest
from sdn_kit import (
    FILTER,
    NAT,
    clear,
    cluster,
    cluster_network,
    expect,
    first,
    gap,
    host_subnets,
    iptables,
    leave_out,
    network,
    node,
    not_checked,
    outcome_of,
    silent,
)

RULE = "sdn-netfilter-broken"
NFT = "sosreport-worker-0-2026-11-21-abcdefg/sos_commands/firewall_tables/nft_list_ruleset"
OLD_NAT = (
    ":PREROUTING ACCEPT [0:0]",
    ":OUTPUT ACCEPT [0:0]",
    ":POSTROUTING ACCEPT [0:0]",
    ":KUBE-PORTALS-CONTAINER - [0:0]",
    "-A PREROUTING -j KUBE-PORTALS-CONTAINER",
    "-A POSTROUTING -s 10.128.0.0/14 -j MASQUERADE",
)
OLD_FILTER = (
    ":INPUT ACCEPT [0:0]",
    ":FORWARD ACCEPT [0:0]",
    ":OUTPUT ACCEPT [0:0]",
    '-A INPUT -i tun0 -m comment --comment "traffic from SDN" -j ACCEPT',
    '-A INPUT -p udp -m multiport --dports 4789 -m comment --comment "001 vxlan incoming" -j ACCEPT',
    "-A INPUT -j REJECT --reject-with icmp-host-prohibited",
    "-A FORWARD -d 10.128.0.0/14 -j ACCEPT",
    "-A FORWARD -j REJECT --reject-with icmp-host-prohibited",
)
DROP = "[57:8436] -A INPUT -p udp -m udp --dport 4789 -j DROP"


def nat(*rules, without=()):
    return cluster() | iptables(nat=(*leave_out(NAT, *without), *rules))


def guarded(*rules):
    """These rules above those of the SDN."""
    return cluster() | iptables(filter_=first(FILTER, *rules))


def test_healthy():
    clear(RULE, cluster(), cluster() | cluster_network())


@pytest.mark.parametrize(
    ("without", "words"),
    [
        (("MASQUERADE",), "nat of worker-0 has no chain OPENSHIFT-MASQUERADE"),
        (("-j OPENSHIFT-MASQUERADE",), "nothing in nat POSTROUTING of worker-0 leads to OPENSHIFT-MASQUERADE"),
        (("-s 10.128",), "OPENSHIFT-MASQUERADE of worker-0 has no rule for 10.128.0.0/14"),
    ],
)
def test_masquerading(without, words):
    shown = (":POSTROUTING", "10.128.0.0/14")
    expect(RULE, nat(without=without), "error", words, subject="OPENSHIFT-MASQUERADE", shown=shown)


def test_masquerading_of_another_network():
    members = nat("-A OPENSHIFT-MASQUERADE -s 10.1.0.0/16 -j MASQUERADE", without=("-s 10.128",))
    expect(
        RULE, members, "error", "has no rule for 10.128.0.0/14", subject="OPENSHIFT-MASQUERADE", shown=("10.1.0.0/16",)
    )
    clear(RULE, nat("-A OPENSHIFT-MASQUERADE -s 10.0.0.0/8 -j MASQUERADE", without=("-s 10.128",)))


def test_networks_that_are_not_known():
    bare = {key: text for key, text in nat(without=("MASQUERADE",)).items() if "networks.yaml" not in key}
    expect(RULE, bare, "error", "no chain OPENSHIFT-MASQUERADE: none is there", subject="OPENSHIFT-MASQUERADE")


@pytest.mark.parametrize(
    ("without", "subject", "words"),
    [
        (("KUBE-SERVICES",), "KUBE-SERVICES", "nat of worker-0 has no chain KUBE-SERVICES: addresses of services"),
        (("KUBE-POSTROUTING",), "KUBE-POSTROUTING", "nat of worker-0 has no chain KUBE-POSTROUTING"),
        (("PREROUTING -m",), "KUBE-SERVICES", "nothing in nat PREROUTING of worker-0 leads to KUBE-SERVICES"),
        (("OUTPUT -m",), "KUBE-SERVICES", "nothing in nat OUTPUT of worker-0 leads to KUBE-SERVICES"),
        (("-j KUBE-POST",), "KUBE-POSTROUTING", "nothing in nat POSTROUTING of worker-0 leads to KUBE-POSTROUTING"),
    ],
)
def test_kube_proxy(without, subject, words):
    expect(RULE, nat(without=without), "error", words, subject=subject)


def test_no_kube_proxy_anywhere():
    """The kubelet makes KUBE-POSTROUTING: alone it shows that kube-proxy is to run here."""
    lone = network() | node() | iptables(nat=leave_out(NAT, "KUBE-"), filter_=leave_out(FILTER, "KUBE-"))
    gap(RULE, lone, "no node has this chain of kube-proxy")
    lost = network() | node() | iptables(nat=leave_out(NAT, "KUBE-SERVICES"), filter_=leave_out(FILTER, "KUBE-"))
    expect(RULE, lost, "error", "no chain KUBE-SERVICES", subject="KUBE-SERVICES")


def test_openshift_3():
    members = cluster_network() | iptables(nat=OLD_NAT, filter_=OLD_FILTER)
    gap(RULE, members, "no node has this chain of kube-proxy")
    wrong = iptables(nat=OLD_NAT, filter_=(*OLD_FILTER[:3], OLD_FILTER[5], *OLD_FILTER[3:]))
    found = expect(RULE, cluster_network() | wrong, "error", "throws away all packets", subject="INPUT")
    assert "before ACCEPT" in found.message


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (DROP, "VXLAN packets (UDP port 4789)"),
        ("[5:1] -A INPUT -s 192.0.2.0/24 -p udp -m multiport --dports 4000:5000 -j REJECT", "VXLAN packets"),
        ("[5:1] -A INPUT -i tun0 -j DROP", "packets of pods (tun0)"),
        ("[5:1] -A INPUT -s 10.128.0.0/14 -j DROP", "packets of pods (10.128.0.0/14)"),
        ("[5:1] -A INPUT -j REJECT --reject-with icmp-host-prohibited", "all packets"),
        ("[5:1] -A FORWARD -j DROP", "all packets"),
        ("-A FORWARD -d 10.0.0.0/8 -j DROP", "packets of pods (10.0.0.0/8)"),
    ],
)
def test_what_stands_before(rule, words):
    chain = rule.partition("-A ")[2].split()[0]
    found = expect(
        RULE, guarded(rule), "error", f"{chain} of worker-0 has a rule before", words, subject=chain, shown=(rule,)
    )
    assert len(found.evidence) == 2


def test_in_a_chain_of_somebody_else():
    rules = (":GUARD - [0:0]", *FILTER, "[3:1] -A GUARD -p udp -m udp --dport 4789 -j DROP")
    members = cluster() | iptables(filter_=first(rules, "[9:1] -A INPUT -j GUARD"))
    expect(RULE, members, "error", "GUARD of worker-0", "VXLAN packets", subject="GUARD")
    behind = (*FILTER, "[9:1] -A INPUT -j GUARD")
    clear(RULE, cluster() | iptables(filter_=(*rules[:7], *behind[6:], rules[-1])))


def test_the_installers_chain():
    """OpenShift 3 lets tunnels in by a chain of its installer."""
    rules = (
        *(":INPUT ACCEPT [0:0]", ":FORWARD ACCEPT [0:0]", ":OUTPUT ACCEPT [0:0]", ":OS_FIREWALL_ALLOW - [0:0]"),
        "-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT",
        "-A INPUT -j OS_FIREWALL_ALLOW",
        "-A INPUT -j REJECT --reject-with icmp-host-prohibited",
        "-A FORWARD -j REJECT --reject-with icmp-host-prohibited",
        "-A OS_FIREWALL_ALLOW -p udp -m state --state NEW -m udp --dport 4789 -j ACCEPT",
    )
    unknown = cluster_network(clusterNetworks=[], network="", serviceNetwork="172.30.0.0/16")
    silent(RULE, unknown | host_subnets() | iptables(nat=OLD_NAT, filter_=rules))
    denied = iptables(nat=OLD_NAT, filter_=(*rules[:5], rules[6], rules[5], *rules[7:]))
    found = expect(RULE, unknown | host_subnets() | denied, "error", "throws away all packets", subject="INPUT")
    assert "before OS_FIREWALL_ALLOW" in found.message


def test_egress_addresses_are_not_enough():
    rule = "-A OPENSHIFT-MASQUERADE -s 10.128.0.0/14 -m mark --mark 0x2 -j SNAT --to-source 192.0.2.77"
    expect(RULE, nat(rule, without=("-s 10.128",)), "error", "has no rule for 10.128", subject="OPENSHIFT-MASQUERADE")


def test_how_bad():
    unmet = guarded(DROP.replace("57:8436", "0:0"))
    expect(RULE, unmet, "warning", "no packet has met it yet", subject="INPUT")
    narrow = guarded("[5:1] -A INPUT -i tun0 -p tcp -m tcp --dport 22 -j DROP")
    expect(RULE, narrow, "info", "packets of pods (tun0)", subject="INPUT")


@pytest.mark.parametrize(
    "rule",
    [
        "[5:1] -A INPUT -m conntrack --ctstate INVALID -j DROP",
        "[5:1] -A INPUT -s 203.0.113.0/24 -p udp -m udp --dport 4789 -j DROP",
        "[5:1] -A INPUT -p udp -m udp --dport 4790 -j DROP",
        "[5:1] -A INPUT -p tcp -m tcp --dport 4789 -j DROP",
        "[5:1] -A INPUT ! -i tun0 -p udp -m udp --dport 111 -j DROP",
        "[5:1] -A INPUT -i eth9 -j DROP",
        "[5:1] -A INPUT -m limit --limit 5/min -j DROP",
        "[5:1] -A INPUT -p icmp -j DROP",
        "[5:1] -A INPUT -p udp -m udp --dport otv -j DROP",
        "[5:1] -A INPUT -j LOG",
        '[5:1] -A INPUT -m comment --comment "kubernetes firewall" -j KUBE-SERVICES',
    ],
)
def test_rules_that_do_no_harm(rule):
    clear(RULE, guarded(rule))


def test_rules_behind():
    clear(RULE, cluster() | iptables(filter_=(*FILTER, DROP, "[7:1] -A FORWARD -j DROP")))


def test_ipv6():
    saved = "# Generated by ip6tables-save v1.8.5 (nf_tables)\n" + next(
        iter(iptables(filter_=first(FILTER, DROP)).values())
    )
    clear(RULE, cluster() | {"case/worker-0/ip6tables-save.txt": saved})


def test_another_port():
    members = guarded("[5:1] -A INPUT -p udp -m udp --dport 4790 -j DROP") | cluster_network(vxlanPort=4790)
    expect(RULE, members, "error", "VXLAN packets (UDP port 4790)", subject="INPUT")


def test_the_sdns_own_chain():
    members = cluster() | iptables(filter_=leave_out(FILTER, "FIREWALL-ALLOW"))
    expect(RULE, members, "warning", "has no chain OPENSHIFT-FIREWALL-ALLOW", subject="OPENSHIFT-FIREWALL-ALLOW")
    denied = iptables(filter_=(*leave_out(FILTER, "FIREWALL-ALLOW"), "[7:1] -A INPUT -j DROP"))
    found = outcome_of(RULE, cluster() | denied).findings
    assert "nothing like OPENSHIFT-FIREWALL-ALLOW stands above it" in found[0].message


def test_the_other_backend():
    empty = {"nat": leave_out(NAT, "OPENSHIFT", "KUBE"), "filter_": leave_out(FILTER, "OPENSHIFT", "KUBE")}
    old = cluster() | iptables(
        **empty, head=("# Generated by iptables-save v1.8.4 (legacy) on Sat Nov 21 10:00:00 2026",)
    )
    gap(RULE, old, "its rules may be those of nf_tables")
    new = iptables(**empty, head=("# Warning: iptables-legacy tables present, use iptables-legacy-save to see them",))
    gap(RULE, cluster() | new, "its rules may be those of legacy")
    words = ("nat of worker-0 has none of the chains of OpenShift SDN and kube-proxy", "other nodes have them")
    expect(RULE, cluster() | iptables(**empty), "error", *words, subject="nat", shown=(":KUBE-SERVICES",))


def test_the_rules_of_another_network():
    """A node that went over to OVN-Kubernetes, or a quotation of one."""
    chains = (":OVN-KUBE-NODEPORT - [0:0]", "-A PREROUTING -j OVN-KUBE-NODEPORT")
    gap(RULE, nat(*chains, without=("OPENSHIFT", "KUBE-SERVICES")), "its rules are those of OVN-Kubernetes")


def test_chains_that_are_quoted_alone():
    listed = ["Chain POSTROUTING (policy ACCEPT)", "target     prot opt source               destination"]
    listed += ["KUBE-POSTROUTING  all  --  anywhere             anywhere"]
    others = "\n\n".join(f"Chain {one} (policy ACCEPT)\n{listed[1]}" for one in ("PREROUTING", "OUTPUT"))
    post = "\n".join(listed)
    quiet = cluster_network() | node()
    for quoted in (post, f"{others}\n\n{post}"):
        members = {"case/worker-0/nat.txt": f"$ iptables -t nat -L\n{quoted}\n"}
        not_checked(RULE, quiet | members, "not collected: the whole rules of netfilter")


def test_what_nft_shows():
    chains = ("OPENSHIFT-MASQUERADE", "KUBE-SERVICES", "OPENSHIFT-FIREWALL-ALLOW")
    tables = "".join(
        f"table ip nat {{\n\tchain {one} {{\n\t\tcounter packets 1 bytes 1 accept\n\t}}\n}}\n" for one in chains
    )
    empty = {"nat": leave_out(NAT, "OPENSHIFT", "KUBE"), "filter_": leave_out(FILTER, "OPENSHIFT", "KUBE")}
    silent(RULE, cluster() | iptables(**empty) | {NFT: tables})


def test_lists_without_interfaces():
    """`iptables -L` without -v does not say which interfaces a rule is about."""
    lines = ["$ iptables -L -n", "Chain INPUT (policy ACCEPT)", "target     prot opt source               destination"]
    lines += ["DROP       all  --  0.0.0.0/0            0.0.0.0/0", ""]
    members = network() | node() | {"case/worker-0/iptables.txt": "\n".join(lines) + "\n"}
    silent(RULE, members)


def test_parts():
    cut = {key: text for key, text in cluster().items() if "iptables" not in key}
    lone = {"case/worker-0/nat.txt": "$ iptables -t nat -nL KUBE-SERVICES\nChain KUBE-SERVICES (2 references)\n"}
    not_checked(RULE, cut | lone, "not collected: the whole rules of netfilter")


def test_hosts_that_are_no_nodes():
    bare = {
        key.replace("worker-0", "bastion"): text
        for key, text in iptables(
            nat=leave_out(NAT, "OPENSHIFT", "KUBE"), filter_=leave_out(FILTER, "OPENSHIFT", "KUBE")
        ).items()
    }
    not_checked(RULE, cluster_network() | bare, "not collected: the whole rules of netfilter")
    silent(RULE, cluster() | bare)


def test_not_collected():
    not_checked(RULE, network() | node() | host_subnets(), "not collected: the whole rules of netfilter")
    not_checked(RULE, network(kind="OVNKubernetes") | iptables(), "is OVNKubernetes")
