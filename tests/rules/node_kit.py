"""Outputs of the nodes of a small OVN-Kubernetes cluster, as 4.9 gathers and sosreports hold them.

A test changes a part. `healthy()` is three workers as they should be: uplink ens3 below br-ex, pods of MTU 1400. Each
builder returns members (path and content); a later member replaces an earlier one of the same path.
"""

import json

import yaml
from bgp_kit import IMAGE
from kit import outcome_of

from analyzer.model import Status

WORKERS = ("worker-0", "worker-1", "worker-2")
LINK = "{index}: {name}{lower}: <{flags}> mtu {mtu} qdisc mq{master} state {state} mode DEFAULT group default qlen 1000"
UP = "BROADCAST,MULTICAST,UP,LOWER_UP"
ROUTES = (
    "default via 192.0.2.1 dev br-ex proto dhcp src 192.0.2.{at} metric 48",
    "10.128.0.0/14 via 10.128.{at}.1 dev ovn-k8s-mp0",
    "10.128.{at}.0/23 dev ovn-k8s-mp0 proto kernel scope link src 10.128.{at}.2",
    "169.254.169.1 dev br-ex src 192.0.2.{at} mtu 1400",
    "172.30.0.0/16 via 192.0.2.1 dev br-ex mtu 1400",
    "192.0.2.0/24 dev br-ex proto kernel scope link src 192.0.2.{at} metric 48",
)
SYSCTLS = {
    "net.ipv4.ip_forward": 1,
    "net.ipv4.conf.all.rp_filter": 0,
    "net.ipv4.conf.br-ex.forwarding": 1,
    "net.ipv4.conf.ovn-k8s-mp0.forwarding": 1,
    "net.netfilter.nf_conntrack_count": 900,
    "net.netfilter.nf_conntrack_max": 262144,
    "net.ipv4.neigh.default.gc_thresh2": 512,
    "net.ipv4.neigh.default.gc_thresh3": 1024,
}
COUNTERS = {"rx": (5_000_000, 0, 0, 0), "tx": (4_000_000, 0, 0, 0)}
ETHTOOL = {"Speed": "25000Mb/s", "Duplex": "Full", "Auto-negotiation": "on", "Link detected": "yes"}


def absent(rule, members, reason):
    """Not checked: something that the rule cannot do without is not there."""
    outcome = outcome_of(rule, members)
    assert (outcome.status, outcome.findings) == (Status.NOT_CHECKED, ()), outcome
    assert reason in (outcome.reason or ""), outcome.reason


def at_of(where):
    """The last part of a node's address: 20, 21, 22."""
    return 20 + int(where.rpartition("-")[2])


def link(name, mtu=1500, *, index=2, flags=UP, state="UP", master=None, mac=None, lower=None, kind=None, counters=None):  # noqa: PLR0913 - a link has that many parts
    head = LINK.format(
        index=index,
        name=name,
        lower=f"@{lower}" if lower else "",
        flags=flags,
        mtu=mtu,
        master=f" master {master}" if master else "",
        state=state,
    )
    lines = [head, f"    link/ether {mac or f'52:54:00:00:01:{index:02x}'} brd ff:ff:ff:ff:ff:ff promiscuity 0"]
    lines += [f"    {kind} addrgenmode eui64"] if kind else []
    numbers = counters or COUNTERS
    lines += ["    RX: bytes packets errors dropped missed mcast", "    900000 {} {} {} {} 0".format(*numbers["rx"])]
    lines += ["    TX: bytes packets errors dropped carrier collsns", "    900000 {} {} {} {} 0".format(*numbers["tx"])]
    return lines


def ovn_links(uplink=1500, bridge=None, pods=1400, management=None, more=(), **changed):
    """The links of a worker; `changed` are further words for the uplink."""
    bridge = uplink if bridge is None else bridge
    made = [
        link("ens3", uplink, index=2, master="ovs-system", mac="52:54:00:00:00:10", **changed),
        link("ovs-system", 1500, index=3, flags="BROADCAST,MULTICAST", state="DOWN", kind="openvswitch"),
        link("genev_sys_6081", 65000, index=4, state="UNKNOWN", kind="geneve"),
        link("br-ex", bridge, index=5, state="UNKNOWN", mac="52:54:00:00:00:10", kind="openvswitch"),
        link("ovn-k8s-mp0", management or pods, index=6, state="UNKNOWN", kind="openvswitch"),
        link("br-int", 1500, index=7, flags="BROADCAST,MULTICAST", state="DOWN", kind="openvswitch"),
    ]
    made += [
        link(f"{at}bc8d7e6f5a4b3c", pods, index=10 + at, lower="if2", master="ovs-system", kind="veth")
        for at in range(4)
    ]
    return [line for one in (*made, *more) for line in one]


def sdn_links(uplink=1500, pods=1450):
    made = [
        link("ens192", uplink, index=2),
        link("tun0", pods, index=8, state="UNKNOWN", kind="openvswitch"),
        link("vxlan_sys_4789", 65000, index=9, state="UNKNOWN", kind="vxlan"),
    ]
    return [line for one in made for line in one]


def links(where="worker-0", lines=None):
    return _network(where, "ip_-s_-d_link", lines or ovn_links())


def addresses(where="worker-0", *more, device="br-ex"):
    found = [(1, "lo", "127.0.0.1/8"), (5, device, f"192.0.2.{at_of(where)}/24"), *more]
    return _network(
        where, "ip_addr", [f"{at}: {name}    inet {address} scope global {name}" for at, name, address in found]
    )


def routes(where="worker-0", *lines, name="ip_route"):
    return _network(where, name, [one.format(at=at_of(where)) for one in lines or ROUTES])


def without_route(where, *words):
    """The usual routes but those with one of these words."""
    return routes(where, *(one for one in ROUTES if not any(word in one for word in words)))


def neighbors(where="worker-0", *lines):
    found = lines or ("192.0.2.1 dev br-ex lladdr 52:54:00:00:00:01 REACHABLE",)
    return _sos(where, "networking/ip_neigh_show", found)


def sysctl(where="worker-0", **changed):
    """The settings; a key's dots are `__` and its dashes `_`, as in net__ipv4__conf__br_ex__forwarding=0."""
    found = SYSCTLS | {key.replace("__", ".").replace("br_ex", "br-ex"): value for key, value in changed.items()}
    return _sos(where, "kernel/sysctl_-a", [f"{key} = {value}" for key, value in found.items() if value is not None])


def settings(where, **keys):
    """Exactly these settings, keys as they are."""
    return _sos(where, "kernel/sysctl_-a", [f"{key} = {value}" for key, value in keys.items()])


def ethtool(where="worker-0", name="ens3", driver="mlx5_core", **changed):
    found = ETHTOOL | {key.replace("_", " "): value for key, value in changed.items()}
    members = _sos(
        where, f"networking/ethtool_{name}", [f"Settings for {name}:", *(f"\t{k}: {v}" for k, v in found.items())]
    )
    return members | _sos(where, f"networking/ethtool_-i_{name}", [f"driver: {driver}", "version: 5.14", "bus-info: "])


def dmesg(where="worker-0", *lines, end=90000.0):
    last = f"[{end:12.6f}] systemd-journald[1]: time goes on"
    return {f"{IMAGE}/nodes/{where}/dmesg": "\n".join(["[    0.000000] Linux version 5.14.0", *lines, last]) + "\n"}


def iptables(where="worker-0", *rules, chains=(":INPUT ACCEPT [0:0]", ":OUTPUT ACCEPT [0:0]"), table="filter"):
    return _network(where, "iptables", [f"*{table}", *chains, *rules, "COMMIT"])


def nft(where="worker-0", *rules, hook="input", table="inet filter"):
    lines = [f"table {table} {{", "\tchain guard {", f"\t\ttype filter hook {hook} priority filter; policy accept;"]
    return _sos(where, "firewall_tables/nft_list_ruleset", [*lines, *(f"\t\t{one}" for one in rules), "\t}", "}"])


def nstat(where="worker-0", **counters):
    lines = [f"{name:<31} {value:<18} 0.0" for name, value in counters.items()]
    return _sos(where, "networking/nstat_-zas", ["#kernel", *lines])


def _network(where, command, lines):
    return {f"{IMAGE}/network_logs/{where}_{command}": "\n".join(lines) + "\n"}


def _sos(where, path, lines):
    return {f"sosreport-{where}-2026-11-21-abcdefg/sos_commands/{path}": "\n".join(lines) + "\n"}


def node(name="worker-0", *ips, ready=True, **annotations):
    made = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "annotations": {f"k8s.ovn.org/{key.replace('_', '-')}": value for key, value in annotations.items()},
            "labels": {"kubernetes.io/os": "linux", "node-role.kubernetes.io/worker": ""},
            "name": name,
        },
        "status": {
            "addresses": [{"address": one, "type": "InternalIP"} for one in ips or (f"192.0.2.{at_of(name)}",)],
            "conditions": [{"status": str(ready), "type": "Ready"}],
        },
    }
    return {f"{IMAGE}/cluster-scoped-resources/core/nodes/{name}.yaml": json.dumps(made, indent=1)}


def network(mtu=1400, kind="OVNKubernetes", migration=None, networks=("10.128.0.0/14",), **status):
    made = {
        "apiVersion": "config.openshift.io/v1",
        "kind": "Network",
        "metadata": {"name": "cluster"},
        "status": {
            "clusterNetwork": [{"cidr": one, "hostPrefix": 23} for one in networks],
            "clusterNetworkMTU": mtu,
            "networkType": kind,
            "serviceNetwork": ["172.30.0.0/16"],
            **({"migration": {"mtu": migration}} if migration else {}),
            **status,
        },
    }
    return {f"{IMAGE}/cluster-scoped-resources/config.openshift.io/networks.yaml": json.dumps(made, indent=1)}


def operator(mtu=1400, **config):
    made = {
        "apiVersion": "operator.openshift.io/v1",
        "kind": "Network",
        "metadata": {"name": "cluster"},
        "spec": {"defaultNetwork": {"ovnKubernetesConfig": {"mtu": mtu, **config}, "type": "OVNKubernetes"}},
    }
    path = f"{IMAGE}/cluster-scoped-resources/operator.openshift.io/networks/cluster.yaml"
    return {path: json.dumps(made, indent=1)}


def probed(mtu):
    made = {
        "apiVersion": "v1",
        "data": {"mtu": str(mtu)},
        "kind": "ConfigMap",
        "metadata": {"name": "mtu", "namespace": "openshift-network-operator"},
    }
    path = f"{IMAGE}/namespaces/openshift-network-operator/core/configmaps/mtu.yaml"
    # The parser looks for the name as YAML writes it.
    return {path: yaml.safe_dump(made)}


def worker(name):
    """Every output of one healthy worker."""
    made = node(name) | links(name) | addresses(name) | routes(name) | neighbors(name) | sysctl(name)
    return made | ethtool(name) | dmesg(name) | iptables(name) | nft(name) | nstat(name, IpFragFails=0)


def healthy(*names, mtu=1400):
    members = network(mtu) | operator(mtu)
    for name in names or WORKERS:
        members |= worker(name)
    return members


def of_all(build, *names, **words):
    """One output of several workers."""
    members = {}
    for name in names or WORKERS:
        members |= build(name, **words)
    return members
