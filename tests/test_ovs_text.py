"""Whose output a file is, what was asked in it, and how OVS writes values."""

import pytest

from parsers.base import SourceFile
from parsers.host_facts import Asked, node_hint
from parsers.ovs_text import bridge_of, prompt, sections
from parsers.ovs_values import items, mapping, numbers, unquoted


@pytest.mark.parametrize(
    ("path", "node"),
    [
        ("mg/network_logs/worker-0_ovs_dump", "worker-0"),
        ("network_logs/ip-192-0-2-2.eu.example_ovnkube-node-ab12c_ip_-s_-d_link", "ip-192-0-2-2.eu.example"),
        ("network_logs/w.example_ovs_ofctl_dump_flows_br_int", "w.example"),
        ("network_logs/w_ethtool_offload", "w"),
        ("network_logs/ovnkube-node-abcde_ovs_dump", None),
        ("network_logs/cluster_scale", None),
        ("a/sosreport-worker-0-03999999-2024-01-02-abcdefg/sos_commands/openvswitch/ovs-vsctl_-t_5_show", "worker-0"),
        ("sosreport-worker-12-2024-01-02-abcdefg/ip_addr", "worker-12"),
        ("sosreport-w.example.01234567-20170102030405/hostname", "w.example"),
        ("host_service_logs/masters/openvswitch_service.log", None),
        ("host_service_logs/worker-3/openvswitch_service.log", "worker-3"),
        ("openshift-sdn-cluster-and-node-info/nodes/n1/addresses", "n1"),
        ("case/worker-0/ovs-vsctl_show.txt", "worker-0"),
        ("worker-0/sos_commands/openvswitch/ovs-vsctl_-t_5_show", "worker-0"),
        ("saved/x.txt", None),
        ("x.txt", None),
        ("0001/x.txt", None),
        ("Logs/x.txt", None),
    ],
)
def test_node_hint(path, node):
    assert node_hint(SourceFile(path, [])) == node


def test_node_hint_of_the_pattern():
    given = {"node": "worker-0_ovnkube-node-ab12c"}
    assert node_hint(SourceFile("network_logs/worker-0_ovnkube-node-ab12c_x", [], given)) == "worker-0"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("[root@worker-0 ~]# ovs-vsctl show", ("ovs-vsctl show", "worker-0")),
        ("[core@worker-0 ~]$ sudo ovs-vsctl show", ("sudo ovs-vsctl show", "worker-0")),
        ("core@worker-0:~$ ovs-vsctl show", ("ovs-vsctl show", "worker-0")),
        ("sh-4.4# ovs-vsctl show", ("ovs-vsctl show", None)),
        ("# ovs-vsctl list-br br0", ("ovs-vsctl list-br br0", None)),
        ("[root@worker-0 ~]#", ("", "worker-0")),
        ("    Port br0", None),
        (" cookie=0x0, duration=1s, table=0, actions=drop", None),
    ],
)
def test_prompt(line, found):
    assert prompt(line) == found


@pytest.mark.parametrize(
    ("path", "params", "command", "bridge"),
    [
        ("x", {}, "ovs-ofctl -O OpenFlow13 dump-flows br0", "br0"),
        ("x", {}, "ovs-ofctl dump-flows -O OpenFlow13 br0 | head", "br0"),
        ("x", {}, "ovs-ofctl dump-flows --names 'br-ex' table=0", "br-ex"),
        ("x", {"bridge": "br_int"}, "", "br-int"),
        ("x", {"bridge": "br0"}, "", "br0"),
        ("w/ovs-ofctl_dump-flows_br-int.txt", {}, "", "br-int"),
        ("w/dump_flows_br0.log", {}, "", "br0"),
        ("w/flows.txt", {}, "", None),
    ],
)
def test_bridge_of(path, params, command, bridge):
    assert bridge_of(SourceFile(path, [], params), command, "dump-flows") == bridge


def test_a_collectors_file_with_prompts_is_a_saved_session():
    strict = list(sections(SourceFile("network_logs/w_ovs_dump", [b"a\nb\n"], {"node": "w"})))
    assert [(one.strict, len(one.text)) for one in strict] == [(True, 2)]
    saved = SourceFile("network_logs/w_ovs_dump", [b"a\nsh-4.4# b\nc\n"], {"node": "w"})
    assert [(one.strict, one.command, one.text.first_line) for one in sections(saved)] == [
        (False, "", 1),
        (False, "b", 2),
    ]
    assert list(sections(SourceFile("x.txt", [b""]))) == []


def test_values():
    assert unquoted('"a \\"b\\""') == 'a "b"'
    assert unquoted('"broken \\x"') == "broken \\x"
    assert unquoted('"cut') == '"cut'
    assert mapping('{csum="true", key=flow, "odd key"="a, b"}') == {"csum": "true", "key": "flow", "odd key": "a, b"}
    assert items('[a, "b c"]') == ("a", "b c")
    assert items("[]") == ()
    assert numbers("[1, 2]") == (1, 2)
    assert numbers("x") is None


@pytest.mark.parametrize(
    ("prompts", "hosts"),
    [
        ([("ip a", "worker-0"), ("ip a", None)], ["worker-0", None]),
        ([("ip a", "localhost"), ("ip a", "localhost.localdomain")], [None, None]),
        ([("oc debug node/worker-1 -- chroot /host ip a", "bastion"), ("ip a", "bastion")], ["worker-1", "bastion"]),
        ([("oc adm node-logs worker-1 -u ovs-vswitchd", None), ("date", None)], ["worker-1", None]),
        ([("oc --context x debug -t node/w.example", "bastion"), ("ip a", None)], [None, "w.example"]),
        ([("oc exec -n openshift-ovn-kubernetes -c x ovnkube-node-abcde -- ip a", "bastion")], ["ovnkube-node-abcde"]),
        ([("oc rsh -c=sdn pod/sdn-abcde", "bastion"), ("ip a", None)], [None, "sdn-abcde"]),
        ([("kubectl exec -it sdn-abcde -- bash", "bastion"), ("ip a", None)], [None, "sdn-abcde"]),
        ([("oc debug node/w", "b"), ("chroot /host", None), ("ip a", None), ("ip a", "b")], [None, "w", "w", "b"]),
        (
            [("ssh core@worker-1 ip a", "bastion"), ("ssh -i key worker-2", None), ("ip a", None)],
            ["worker-1", None, "worker-2"],
        ),
    ],
)
def test_whose_output_follows_a_prompt(prompts, hosts):
    asked = Asked()
    assert [asked.host(*one) for one in prompts] == hosts
