"""What the joins over OpenShift SDN make of outputs that are torn, saved by hand, or of OpenShift 3."""

import pytest
from node_kit import addresses, links, sdn_links
from sdn_kit import (
    OLD,
    cluster,
    cluster_network,
    each,
    expect,
    flows,
    host_subnet,
    host_subnets,
    log,
    network,
    node,
    not_checked,
    outcome_of,
    pods,
    program,
    show,
    silent,
    timestamp,
)

from analyzer.model import Status
from analyzer.rule import Rule
from analyzer.run import judge
from analyzer.sdn.network import SdnNetwork
from analyzer.sdn.subnets import SdnSubnets
from analyzer.store import Store
from parsers.base import Parser, SourceFile, run

REMOTE, LOCAL, MTU = "sdn-remote-node-flows-missing", "sdn-local-pod-flows-or-veth-missing", "sdn-overlay-mtu-too-large"
CONFIG = "kind: NodeConfig\nnetworkConfig:\n  mtu: {}\n  networkPluginName: redhat/openshift-ovs-subnet\nnodeName: {}\n"


def store_of(members):
    """A store over members of which some are torn."""
    from analyzer.plan import Plan  # noqa: PLC0415 - only these tests need a plan of their own

    plan, store = Plan(Parser.registry.values()), Store()
    for path, content in members.items():
        data = content.encode()
        for match in plan.matches(path) or plan.recognise(path, data):
            store.read(match.parser, path)
            for fact in run(match.parser, SourceFile(path, [data], match.params, match.image_dir)):
                store.add(fact)
    return store


@pytest.mark.parametrize("rule", [REMOTE, LOCAL])
def test_a_torn_dump(rule):
    ((path, text),) = flows(without=("tun_src=192.0.2.21", "10.128.0.5")).items()
    torn = text.replace(
        " cookie=0x0, duration=6.075s, table=253, n_packets=0, n_bytes=0, actions=note:02.0c.00.00.00.00\n", ""
    )
    whole_note = " cookie=0x0, duration=6.075s, table=253, n_packets=0, n_bytes=0, actions=note:02.0c.00.00.00.00\n"
    members = cluster() | {path: f"{torn}{whole_note} cookie=0x0, duration=6.075s, table=9"}
    outcome = judge(Rule.registry[rule], store_of(members))
    assert not outcome.findings
    assert any("its dump of flows is cut off" in gap.reason for gap in outcome.gaps)


def test_more_flows_than_are_read(monkeypatch):
    monkeypatch.setattr("parsers.ovs_flows.MOST", 5)
    outcome = outcome_of(REMOTE, cluster())
    assert outcome.status is Status.NOT_CHECKED
    assert all("more flows than are read" in gap.reason for gap in outcome.gaps)


def joined(members, kind):
    return store_of(members).joined(kind)


def test_the_networks():
    assert joined(network(), SdnNetwork).pods == ("10.128.0.0/14",)
    both = joined(network(("10.128.0.0/14", "fd01::/48"), ("172.30.0.0/16", "fd02::/112")), SdnNetwork)
    assert (both.pods, both.services, both.vxlan_port) == (("10.128.0.0/14",), ("172.30.0.0/16",), 4789)
    old = joined(cluster_network(vxlanPort=4790), SdnNetwork)
    assert (old.pods, old.services, old.vxlan_port) == (("10.128.0.0/14",), ("172.30.0.0/16",), 4790)
    table = "NAME      CLUSTER NETWORKS   SERVICE NETWORK   PLUGIN NAME\n"
    table += "default   10.1.0.0/16:8      172.31.0.0/16     redhat/openshift-ovs-subnet\n"
    assert joined({"case/clusternetwork.txt": table}, SdnNetwork).pods == ("10.1.0.0/16",)
    assert joined({"case/clusternetwork.txt": table} | cluster_network(), SdnNetwork).pods == ("10.128.0.0/14",)
    assert joined({"case/worker-0/node-config.yaml": CONFIG.format(1450, "worker-0")}, SdnNetwork).pods == ()


def test_the_last_of_several_collections_counts():
    first = host_subnet(ip=OLD)
    later = {key.replace("must-gather.local.1", "must-gather.local.2"): text for key, text in host_subnet().items()}
    found = joined(network() | node() | first | later, SdnSubnets)
    assert [one.host_ip for one in found.subnets] == ["192.0.2.20"]


def test_bridge_missing_in_openshift_3():
    members = cluster_network() | host_subnets() | {"case/worker-0/list-br.txt": "$ ovs-vsctl list-br\nbr-other\n"}
    expect("bridge-missing-or-fail-open", members, "critical", "no bridge br0", subject="br0")
    other = show(path="case/worker-0/ovs-vsctl_show.txt")
    expect("bridge-missing-or-fail-open", cluster_network() | other, "critical", "no bridge br0", subject="br0")


@pytest.mark.parametrize(("mtu", "number"), [(1450, 0), (1451, 1), (1500, 1)])
def test_the_configuration_of_a_node(mtu, number):
    """The management port may not be there: the configuration tells what pods get."""
    uplink = [one for one in sdn_links() if "tun0" not in one][:6]
    members = {"case/worker-0/node-config.yaml": CONFIG.format(mtu, "worker-0")}
    members |= links("worker-0", uplink) | addresses("worker-0", device="ens192")
    found = outcome_of(MTU, members).findings
    assert len(found) == number
    if found:
        assert f"the pods' MTU {mtu}" in found[0].message
        assert any(f"mtu: {mtu}" in line for one in found[0].evidence for line in one.excerpt)


def test_the_log_of_a_node_that_does_not_start():
    told = "interface MTU (1500) is too small for specified overlay MTU (1500)"
    members = timestamp() | network() | each(node) | log(f"21 09:59:30 F cmd.go:111 Failed to start sdn: {told}")
    words = "OpenShift SDN on worker-0 does not start"
    expect(MTU, members | program(ready=False), "error", words, told, subject="worker-0")
    members |= program(ready=False)
    both = (
        members | network(mtu=1500) | links("worker-0", sdn_links(1500, 1500)) | addresses("worker-0", device="ens192")
    )
    assert [one.subject for one in outcome_of(MTU, both).findings] == ["ens192"]
    not_checked(MTU, members | program(), "with the MTU of an interface")


def test_the_cluster_network_tells_the_mtu():
    members = (
        cluster_network(mtu=1480) | links("worker-0", sdn_links(1500, 1480)) | addresses("worker-0", device="ens192")
    )
    expect(MTU, members, "error", "the pods' MTU 1480", subject="ens192", shown=('"mtu": 1480',))


def test_tun0_beside_its_configuration():
    members = {"case/worker-0/node-config.yaml": CONFIG.format(1450, "worker-0")}
    members |= links("worker-0", sdn_links(9000, 1500)) | addresses("worker-0", device="ens192")
    words = "tun0 of worker-0 has MTU 1500, its configuration says 1450"
    expect("node-mtu-inconsistent", members, "warning", words, subject="tun0", shown=("mtu: 1450", "mtu 1500"))
    fitting = links("worker-0", sdn_links(9000, 1450))
    silent("node-mtu-inconsistent", members | fitting)
    plain = links("worker-0", [one for one in sdn_links() if "tun0" not in one][:6]) | addresses(device="ens192")
    silent("node-mtu-inconsistent", plain)


def listing(address):
    lines = [
        "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN",
        "    inet 127.0.0.1/8 scope host lo",
    ]
    lines += ["2: ovs-system: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN"]
    lines += [
        "3: tun0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UNKNOWN",
        f"    inet {address} scope global tun0",
    ]
    return {"sosreport-worker-0-2026-11-21-abcdefg/sos_commands/networking/ip_-d_address": "\n".join(lines) + "\n"}


def test_the_address_of_tun0():
    rule = "management-port-problem"
    silent(rule, cluster() | listing("10.128.0.1/23"))
    words = "tun0 of worker-0 has the address 10.128.2.1/23, not 10.128.0.1, the first address of its subnet"
    shown = ("tun0", '"subnet": "10.128.0.0/23"')
    expect(rule, cluster() | listing("10.128.2.1/23"), "error", words, subject="br0/tun0", shown=shown)
    silent(rule, cluster(subnets=False) | listing("10.128.2.1/23"))
    overlapping = host_subnet("worker-1", subnet="10.128.0.0/24")
    silent(rule, cluster() | overlapping | listing("10.128.2.1/23"))  # hostsubnet-missing-or-overlapping tells of it


def test_pods_of_a_cluster_whose_networks_are_not_known():
    bare = {key: text for key, text in cluster().items() if "networks.yaml" not in key}
    silent(LOCAL, bare, bare | pods())
