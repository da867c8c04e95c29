"""The network of a node put together from its outputs, and the tables made of it."""

import json
import re

import pytest
from bgp_kit import IMAGE, dump, neighbor, pod, timestamp
from kit import store_of
from node_kit import (
    ROUTES,
    addresses,
    healthy,
    link,
    links,
    network,
    node,
    operator,
    ovn_links,
    probed,
    routes,
    sdn_links,
)
from ovsdb_sample import log, schema, transaction, uuid

from analyzer.node.mtu import ClusterMtu, MtuChains
from analyzer.node.network import NodeNetworks
from analyzer.node.roles import Roles
from analyzer.rule import NotCollectedError
from analyzer.show import shows
from parsers.vocabulary import Family

SOS = "sosreport-worker-0-2026-11-21-abcdefg/sos_commands"


def networks(members):
    return list(store_of(members).joined(NodeNetworks))


def only(members):
    (host,) = networks(members)
    return host


def chain(members):
    (found,) = store_of(members).joined(MtuChains)
    return found


def state(*interfaces, name="worker-0"):
    made = {
        "apiVersion": "nmstate.io/v1beta1",
        "kind": "NodeNetworkState",
        "metadata": {"name": name},
        "status": {"currentState": {"interfaces": list(interfaces)}},
    }
    return {f"{IMAGE}/cluster-scoped-resources/nmstate.io/nodenetworkstates/{name}.yaml": json.dumps(made, indent=1)}


NMSTATE = state(
    {"name": "br-ex", "type": "ovs-bridge", "state": "up", "bridge": {"port": [{"name": "ens3"}, {"name": "br-ex"}]}},
    {
        "name": "br-ex",
        "type": "ovs-interface",
        "state": "up",
        "mtu": 1500,
        "ipv4": {"enabled": True, "address": [{"ip": "192.0.2.20", "prefix-length": 24}]},
    },
    {"name": "ens3", "type": "ethernet", "state": "up", "mtu": 1400},
)


def test_of_several_sosreports_the_newest_counts():
    """Their names sort by the number of a case; only their days tell which is newer."""

    def collected(day, case, mtu, gateway):
        table = (f"default via {gateway} dev br-ex metric 48", "192.0.2.0/24 dev br-ex proto kernel scope link")
        outputs = {"ip_-s_-d_link": links(lines=ovn_links(mtu)), "ip_route_show_table_all": routes("worker-0", *table)}
        folder = f"sosreport-worker-0-{case}-{day}-abcdefg/sos_commands/networking"
        return {f"{folder}/{name}": text for name, members in outputs.items() for text in members.values()}

    older = collected("2026-10-01", "09999999", 9000, "192.0.2.254")
    host = only(node() | older | collected("2026-11-20", "01111111", 1500, "192.0.2.1"))
    assert host.links["ens3"].mtu == 1500
    assert [one.gateways for one in host.defaults(Family.IPV4)] == [("192.0.2.1",)]
    assert len([one for one in host.every_link if one.name == "ens3"]) == 2  # counters of two days are compared


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("saved/ip_a_worker-0.txt", "worker-0"),
        ("saved/worker-0.example.com-links.log", "worker-0"),
        ("worker-0", "worker-0"),
        ("saved/worker-0-to-worker-1.txt", None),
        ("saved/worker-07.txt", None),
    ],
)
def test_a_saved_file_named_for_a_node(path, found):
    (text,) = links().values()
    names = [one.node for one in networks(node("worker-0") | node("worker-1") | {path: text})]
    assert names == [found]


def test_an_output_that_was_taken_in_a_pod():
    """Pods in the network of their host show its links; those with a network of their own are none of its outputs."""
    (text,) = links().values()
    saved = {"saved/links.txt": f"[me@bastion ~]$ oc exec ovnkube-node-abcde -- ip -s -d link\n{text}"}
    of_host = pod("ovnkube-node-abcde")
    of_host = {
        path: content.replace("\nstatus:", "\n  hostNetwork: true\nstatus:") for path, content in of_host.items()
    }
    assert [one.node for one in networks(node("worker-0") | of_host | saved)] == ["worker-0"]
    with pytest.raises(NotCollectedError):
        networks(node("worker-0") | saved)
    assert [(one.label, one.node) for one in networks(saved)] == [("ovnkube-node-abcde", None)]


def test_the_name_of_a_pod_is_no_name_of_a_file():
    (text,) = links().values()
    with pytest.raises(NotCollectedError):
        networks(node("worker-0") | {"namespaces/a/pods/etcd-worker-0/ip_link": text})


def test_a_prompt_of_no_node_in_a_file_named_for_one():
    (text,) = links().values()
    members = node("worker-0") | node("worker-1") | {"saved/worker-1.txt": f"[me@bastion ~]$ ip -s -d link\n{text}"}
    assert [one.node for one in networks(members)] == ["worker-1"]


def test_outputs_of_one_node_are_put_together():
    host = only(node() | links() | addresses() | routes())
    assert (host.label, host.node) == ("worker-0", "worker-0")
    assert host.links["br-ex"].kind == "openvswitch"
    assert [one.name for one in host.under("br-ex")] == ["ens3"]
    assert host.holding("192.0.2.20").interface == "br-ex"


def test_nmstate_tells_the_members_of_a_bridge():
    host = only(node() | NMSTATE)
    assert host.links["br-ex"].mtu == 1500
    assert [one.name for one in host.under("br-ex")] == ["ens3"]
    assert chain(node() | NMSTATE).uplink.name == "ens3"


def test_the_kernel_before_documents():
    host = only(node() | links("worker-0", link("ens3", 9000, index=2)) | NMSTATE)
    assert (host.links["ens3"].mtu, host.links["ens3"].kind) == (9000, "ethernet")
    assert host.links["ens3"].where("kind")[0].path.endswith("worker-0.yaml")


def test_members_that_the_kernel_hides():
    """The kernel calls every bridge of OVS `ovs-system`; the members come from the document."""
    base = [link("ens3", 1400, index=2, master="ovs-system"), link("br-ex", 1500, index=5, state="UNKNOWN")]
    host = only(node() | links("worker-0", [line for one in base for line in one]) | NMSTATE)
    assert [one.name for one in host.under("br-ex")] == ["ens3"]


def test_open_vswitch_tells_the_devices_of_a_bridge():
    shown = """\
8c0b0f3e-9c6f-4c0a-9a5b-0f1f6d1f2a3b
    Bridge br-ex
        Port ens3
            Interface ens3
                type: system
        Port br-ex
            Interface br-ex
                type: internal
        Port patch-br-ex_worker-0-to-br-int
            Interface patch-br-ex_worker-0-to-br-int
                type: patch
    ovs_version: "2.17.9"
"""
    base = [link("ens3", 1400, index=2), link("br-ex", 1500, index=5, state="UNKNOWN")]
    plain = node() | addresses() | links("worker-0", [line for one in base for line in one])
    assert not only(plain).under("br-ex")
    members = plain | {f"{SOS}/openvswitch/ovs-vsctl_-t_5_show": shown}
    assert [one.name for one in only(members).under("br-ex")] == ["ens3"]


def database(host="worker-0", **tables):
    made = {
        "Open_vSwitch": {
            uuid(1): {
                "bridges": [uuid(2)],
                "external_ids": {"hostname": host, "ovn-encap-ip": "198.51.100.20"},
            }
        },
        "Bridge": {uuid(2): {"name": "br-ex", "ports": [uuid(3), uuid(4), uuid(5)]}},
        "Port": {
            uuid(3): {"name": "ens3", "interfaces": [uuid(6)]},
            uuid(4): {"name": "br-ex", "interfaces": [uuid(7)]},
            uuid(5): {"name": "patch", "interfaces": [uuid(8)]},
        },
        "Interface": {
            uuid(6): {"name": "ens3", "type": "system", "mtu_request": 1400},
            uuid(7): {"name": "br-ex", "type": "internal"},
            uuid(8): {"name": "patch", "type": "patch"},
        },
        **tables,
    }
    data = log(schema("Open_vSwitch"), transaction(made))
    return {f"{SOS.removesuffix('sos_commands')}etc/openvswitch/conf.db": data}


def test_the_database_of_open_vswitch():
    base = [link("ens3", 1400, index=2), link("br-ex", 1500, index=5, state="UNKNOWN"), link("ens5", 1300, index=9)]
    second = addresses("worker-0", (9, "ens5", "198.51.100.20/24"))
    members = node() | links("worker-0", [line for one in base for line in one]) | second
    for host in ("worker-0", "worker-0.example.net"):
        found = chain(members | database(host))
        assert [one.name for one in found.host.below("br-ex")] == ["ens3"]
        assert found.carrier.name == "ens5"  # where its tunnels end
        assert {name: row.mtu_request for name, row in found.requested.items()} == {"ens3": 1400}
    assert chain(members | database("worker-9")).carrier.name == "br-ex"


def test_the_row_of_open_vswitch():
    ids = '{ovn-encap-ip="192.0.2.20,198.51.100.20"}'
    text = f'_uuid : {uuid(1)}\nbridges : []\nexternal_ids : {ids}\novs_version : "2.17.9"\n'
    text += f'\n_uuid : {uuid(2)}\nbridges : []\novs_version : "2.17.9"\n'
    host = only(node() | links() | {f"{SOS}/openvswitch/ovs-vsctl_-t_5_list_Open_vSwitch": text})
    assert host.encap_ips == ("192.0.2.20", "198.51.100.20")


def test_the_interfaces_of_open_vswitch():
    def row(number, name, mtu, kind, mac):
        lines = (f"mac_in_use : {mac}", f"mtu : {mtu}", "mtu_request : []", f"name : {name}", f"type : {kind}")
        return "\n".join((f"_uuid : {uuid(number)}", *lines, ""))

    rows = (
        row(1, "br-ex", 1500, "internal", '"52:54:00:00:00:10"'),
        row(2, "ens3", 1400, "system", '"52:54:00:00:00:10"'),
        row(3, "patch", "[]", "patch", "[]"),
        row(4, "genev_sys_6081", 65000, "geneve", "[]"),
        row(5, "pod", 1400, '""', "[]"),
    )
    shown = {f"{SOS}/openvswitch/ovs-vsctl_-t_5_list_interface": "\n".join(rows)}
    host = only(node() | shown)
    assert {name: (one.mtu, one.kind) for name, one in host.links.items()} == {
        "br-ex": (1500, "openvswitch"),
        "ens3": (1400, None),
        "genev_sys_6081": (65000, "geneve"),
        "pod": (1400, None),
    }
    assert chain(node() | shown | network(1400)).carrier.name == "br-ex"
    base = [link("ens3", 1600, index=2, kind="veth")]
    (kernel,) = networks(node() | links("worker-0", base[0]) | shown)
    assert kernel.links["ens3"].mtu == 1600  # the kernel knows best


def test_a_vlan_and_the_ends_of_a_veth_pair():
    base = [
        link("bond0", index=2, flags="BROADCAST,MULTICAST,MASTER,UP,LOWER_UP", kind="bond"),
        link("bond0.5", index=3, lower="bond0", kind="vlan protocol 802.1Q id 5"),
        link("vetha", index=4, lower="vethb"),
        link("vethb", index=5, lower="vetha"),
        link("lost.7", index=6, lower="lost"),
        link("ens3", index=7, master="bond0"),
    ]
    host = only(node() | links("worker-0", [line for one in base for line in one]))
    assert [one.name for one in host.under("bond0.5")] == ["bond0", "ens3"]
    assert not host.below("vetha")
    loop = [link("a.1", index=2, lower="a.2"), link("a.2", index=3, lower="a.3"), link("a.3", index=4, lower="a.1")]
    circle = only(node() | links("worker-0", [line for one in loop for line in one]))
    assert [one.name for one in circle.under("a.1")] == ["a.2", "a.3"]
    assert not host.below("lost.7")
    assert not host.below("no-such-link")


def test_a_folder_of_no_node_is_not_one():
    with pytest.raises(NotCollectedError):
        networks(node() | links("tor1"))
    assert only(links("tor1")).label == "tor1"  # nobody knows better
    with pytest.raises(NotCollectedError):
        store_of(links("tor1", link("swp1", index=2))).joined(Roles)


def test_files_of_several_hosts_in_one_folder():
    one, two = "\n".join(link("ens3", mac="52:54:00:00:00:01")), "\n".join(link("ens3", mac="52:54:00:00:00:02"))
    assert [each.label for each in networks({"saved/a.txt": one, "saved/b.txt": two})] == ["a.txt", "b.txt"]
    lo = "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN\n"
    assert len(networks({"saved/a.txt": lo + one, "saved/b.txt": lo})) == 1
    (together,) = networks({"saved/a.txt": one, "saved/b.txt": "\n".join(link("ens4", index=3))})
    assert set(together.links) == {"ens3", "ens4"}
    first, second = (f"default via 192.0.2.{at} dev ens3\n192.0.2.0/24 dev ens3 proto kernel\n" for at in (1, 2))
    assert len(networks({"saved/a.txt": first, "saved/b.txt": second})) == 2
    assert len(networks({"saved/a.txt": first, "saved/b.txt": first})) == 1


def test_the_only_interface_with_an_address():
    members = links("worker-0", sdn_links()) | addresses("worker-0", (8, "tun0", "10.128.0.1/23"), device="ens192")
    assert chain(node() | members).carrier.name == "ens192"
    nobody = node("worker-0", "203.0.113.9") | members
    assert chain(nobody).carrier.name == "ens192"
    two = members | addresses("worker-0", (8, "ens9", "198.51.100.7/24"), device="ens192")
    assert chain({path: text for path, text in two.items() if "nodes" not in path}).carrier is None


def test_the_interface_of_the_default_route():
    lines = ("default via 192.0.2.1 dev ens192", "192.0.2.0/24 dev ens192 proto kernel")
    members = node() | links("worker-0", sdn_links()) | routes("worker-0", *lines)
    assert chain(members).carrier.name == "ens192"
    gone = routes("worker-0", "default via 192.0.2.1 dev ens9", *lines[1:])
    assert chain(node() | links("worker-0", sdn_links()) | gone).carrier is None


def test_the_families_of_a_node():
    (role,) = store_of(links() | addresses()).joined(Roles)
    assert (role.families(ipv6=False), role.families(ipv6=True)) == (("ipv4",), ("ipv4", "ipv6"))
    (role,) = store_of(links() | node("worker-0", "192.0.2.20", "2001:db8::20")).joined(Roles)
    assert role.families(ipv6=False) == ("ipv4", "ipv6")


def test_peers_without_an_address_have_no_way():
    header = "BGP neighbor on ens5: fe80::1, remote AS 64512, local AS 64500, external link"
    frr = pod() | timestamp() | dump(neighbors=(neighbor(header=header), neighbor("203.0.113.9")))
    (role,) = store_of(node() | links() | addresses() | frr).joined(Roles)
    assert {one.peer for one in role.sessions} == {"ens5", "203.0.113.9"}
    assert not any("BGP" in why for why in role.used().values())


def test_the_cluster():
    found = store_of(network(1400) | operator(1300)).joined(ClusterMtu)
    assert (found.mtu, found.network_type, found.needed, found.reserved) == (1400, "OVNKubernetes", 58, 100)
    asked = store_of(operator(1300, ipsecConfig={})).joined(ClusterMtu)
    assert (asked.mtu, asked.network_type, asked.reserved) == (1300, "OVNKubernetes", 146)
    nothing = store_of({}).joined(ClusterMtu)
    assert (nothing.mtu, nothing.network_type, nothing.evidence) == (None, None, ())


def table(name, members):
    shown = shows()[name]
    store = store_of(members)
    return shown.rows(store), shown.data(store)


def cells(found):
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def test_show_mtu():
    found, data = table("mtu", healthy("worker-0", "worker-1") | routes("worker-1", *ROUTES[:2]))
    first, second = cells(found)
    assert first == {
        "NODE": "worker-0",
        "UPLINK": "ens3 1500",
        "BRIDGE": "br-ex 1500",
        "TUNNEL": "genev_sys_6081 65000",
        "CLUSTER": "1400",
        "MANAGEMENT": "ovn-k8s-mp0 1400",
        "PODS": "1400",
        "ROUTES": "1400",
        "VERDICT": "fits",
    }
    assert second["ROUTES"] == "-"
    assert (data[0]["needed"], data[0]["reserved"], data[0]["pods"]) == (58, 100, {"1400": 4})
    assert any(re.search(r"ip_-s_-d_link:\d+$", one) for one in data[0]["evidence"])


def test_show_mtu_without_much():
    found, data = table("mtu", links("worker-0", link("ens9", 1500)))
    assert cells(found)[0] == dict.fromkeys(found.columns, "-") | {"NODE": "worker-0"}
    assert (data[0]["carrier"], data[0]["verdict"], data[0]["evidence"], found.note) == (None, None, [], None)


def test_show_mtu_says_what_else_is_known():
    base = healthy("worker-0", "worker-1")
    found, _ = table("mtu", base | probed(1500))
    assert found.note == "The network operator found MTU 1500 on the hosts when the cluster was installed."
    change = {"network": {"from": 1400, "to": 8900}, "machine": {"to": 9000}}
    found, _ = table("mtu", base | network(1400, migration=change))
    assert found.note == "A change of the MTU is under way: pods 1400 to 8900, machines ? to 9000."


def test_show_routes():
    members = node() | links() | node("worker-1") | links("worker-1", ovn_links())
    lines = (*ROUTES[:1], "blackhole 10.0.0.0/8", "broadcast 192.0.2.255 dev br-ex table local proto kernel")
    found, data = table("routes", members | routes("worker-0", "default via 198.51.100.1 dev red table 1007", *lines))
    rows = cells(found)
    assert [(one["DESTINATION"], one["TABLE"]) for one in rows] == [
        ("0.0.0.0/0", "main"),
        ("blackhole 10.0.0.0/8", "main"),
        ("0.0.0.0/0", "1007"),
    ]
    assert (rows[0]["GATEWAY"], rows[0]["DEVICE"], rows[0]["METRIC"], rows[0]["MTU"]) == (
        "192.0.2.1",
        "br-ex",
        "48",
        "-",
    )
    assert found.note == "No routes were collected from: worker-1"
    assert (data[0]["node"], data[0]["gateways"], data[0]["source"]) == ("worker-0", ["192.0.2.1"], "192.0.2.20")
    assert table("routes", node() | routes())[0].note is None
