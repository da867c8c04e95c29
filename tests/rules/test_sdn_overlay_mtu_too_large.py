from bgp_kit import expect, quiet
from node_kit import absent, addresses, healthy, links, network, node, ovn_links, sdn_links

RULE = "sdn-overlay-mtu-too-large"


def sdn(uplink=1500, pods=1450, nodes=("worker-0", "worker-1"), **more):
    members = network(pods, kind="OpenShiftSDN", **more)
    for name in nodes:
        members |= node(name)
    return members | addresses("worker-0", device="ens192") | links("worker-0", sdn_links(uplink, pods))


def test_it_fits():
    quiet(RULE, sdn())
    quiet(RULE, sdn(9001, 8951))
    quiet(RULE, sdn(9000, 1450))  # smaller than needed


def test_1500_over_1500():
    words = "the pods' MTU 1500 and 50 bytes of VXLAN header (1550) do not fit into ens192 of worker-0 with MTU 1500"
    expect(RULE, sdn(1500, 1500), "error", words, subject="ens192", shown=('"clusterNetworkMTU": 1500', "mtu 1500"))


def test_a_port_that_is_wider_than_the_clusters_mtu():
    members = sdn() | links("worker-0", sdn_links(1500, 1500))
    words = "tun0 of worker-0 has MTU 1500: with 50 bytes of VXLAN header (1550) its packets do not fit into ens192"
    expect(RULE, members, "error", words, subject="tun0", shown=("mtu 1500",))
    quiet(RULE, sdn(9000) | links("worker-0", sdn_links(9000, 8950)))  # it differs, and fits
    quiet(RULE, sdn(migration={"network": {"from": 1400, "to": 1450}}) | links("worker-0", sdn_links(1500, 1500)))


def test_outputs_without_the_clusters_objects():
    members = addresses("worker-0", device="ens192") | links("worker-0", sdn_links(1500, 1460))
    expect(RULE, members, "error", "the pods' MTU 1460", subject="ens192")


def test_a_node_of_another_plugin():
    absent(RULE, addresses() | links("worker-0", ovn_links(1500, pods=1500)), "is known to have OpenShift SDN")


def test_a_migration_or_a_single_node():
    change = {"network": {"from": 1450, "to": 1500}}
    quiet(RULE, sdn(1500, 1500, migration=change))
    absent(RULE, sdn(1500, 1500, nodes=("worker-0",)), "a single node has no tunnels")


def test_not_collected():
    absent(RULE, network(1450, kind="OpenShiftSDN"), "no output of a node's network")
    absent(RULE, healthy(), "the network of the cluster is OVNKubernetes")
    lone = links("worker-0", sdn_links())  # neither an address nor a default route
    members = {**sdn(), **lone, next(iter(addresses())): "\n"}
    absent(RULE, members, "worker-0: which interface carries its tunnels was not collected")
