"""A small cluster with OpenShift SDN: objects, flows of br0, ports, routes, netfilter, pods, logs.

`cluster()` is three nodes as they should be; a test replaces a part. Builders return members (path and content).
"""

import json

from bgp_kit import IMAGE, expect, timestamp
from kit import outcome_of
from metallb_kit import written
from ovs_kit import bridge, not_checked, port, show, subjects

from analyzer.model import Status

NODES = ("worker-0", "worker-1", "worker-2")
IPS = {name: f"192.0.2.{20 + at}" for at, name in enumerate(NODES)}
SUBNETS = {name: f"10.128.{2 * at}.0/23" for at, name in enumerate(NODES)}
GATEWAYS = {name: f"10.128.{2 * at}.1" for at, name in enumerate(NODES)}
PODS = {name: (f"10.128.{2 * at}.4", f"10.128.{2 * at}.5") for at, name in enumerate(NODES)}
OLD = "192.0.2.99"
HEAD = "OFPST_FLOW reply (OF1.3) (xid=0x2):"
COUNTED = "cookie=0x0, duration=6.075s, table={}, n_packets=0, n_bytes=0, "
MOVE = "move:NXM_NX_REG0[]->NXM_NX_TUN_ID[0..31],"
ROUTES = (
    "default via 192.0.2.1 dev ens192",
    "10.128.0.0/14 dev tun0 scope link",
    "172.30.0.0/16 dev tun0",
    "192.0.2.0/24 dev ens192 proto kernel scope link src {ip}",
)
FILTER = (
    ":INPUT ACCEPT [0:0]",
    ":FORWARD ACCEPT [0:0]",
    ":OUTPUT ACCEPT [0:0]",
    ":OPENSHIFT-FIREWALL-ALLOW - [0:0]",
    ":OPENSHIFT-FIREWALL-FORWARD - [0:0]",
    ":KUBE-SERVICES - [0:0]",
    '[9:1] -A INPUT -m comment --comment "firewall overrides" -j OPENSHIFT-FIREWALL-ALLOW',
    '[9:1] -A FORWARD -m comment --comment "firewall overrides" -j OPENSHIFT-FIREWALL-FORWARD',
    '[9:1] -A OPENSHIFT-FIREWALL-ALLOW -p udp -m udp --dport 4789 -m comment --comment "VXLAN incoming" -j ACCEPT',
    '[9:1] -A OPENSHIFT-FIREWALL-ALLOW -i tun0 -m comment --comment "from SDN to localhost" -j ACCEPT',
    "[9:1] -A OPENSHIFT-FIREWALL-FORWARD -s 10.128.0.0/14 -m conntrack --ctstate INVALID -j DROP",
    '[9:1] -A OPENSHIFT-FIREWALL-FORWARD -d 10.128.0.0/14 -m comment --comment "forward traffic from SDN" -j ACCEPT',
    '[9:1] -A KUBE-SERVICES -d 172.30.7.7/32 -p tcp -m comment --comment "shop/web has no endpoints" -j REJECT',
)
NAT = (
    ":PREROUTING ACCEPT [0:0]",
    ":OUTPUT ACCEPT [0:0]",
    ":POSTROUTING ACCEPT [0:0]",
    ":KUBE-POSTROUTING - [0:0]",
    ":KUBE-SERVICES - [0:0]",
    ":OPENSHIFT-MASQUERADE - [0:0]",
    ":OPENSHIFT-MASQUERADE-2 - [0:0]",
    '[9:1] -A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    '[9:1] -A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    '[9:1] -A POSTROUTING -m comment --comment "rules for masquerading OpenShift traffic" -j OPENSHIFT-MASQUERADE',
    '[9:1] -A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING',
    "[9:1] -A KUBE-POSTROUTING -m mark ! --mark 0x1/0x1 -j RETURN",
    "[9:1] -A OPENSHIFT-MASQUERADE -m mark --mark 0x1/0x1 -j RETURN",
    '[9:1] -A OPENSHIFT-MASQUERADE -s 10.128.0.0/14 -m comment --comment "masquerade" -j OPENSHIFT-MASQUERADE-2',
    '[9:1] -A OPENSHIFT-MASQUERADE-2 -d 10.128.0.0/14 -m comment --comment "masquerade" -j RETURN',
    "[9:1] -A OPENSHIFT-MASQUERADE-2 -j MASQUERADE",
)


def silent(rule, *members):
    """No finding, whatever was looked at."""
    for one in members:
        outcome = outcome_of(rule, one)
        assert not outcome.findings, [finding.message for finding in outcome.findings]


def clear(rule, *members):
    """Everything was judged and is well."""
    for one in members:
        outcome = outcome_of(rule, one)
        assert (outcome.status, outcome.findings, outcome.gaps) == (Status.CLEAR, (), ()), outcome
        assert outcome.examined


def gap(rule, members, *words):
    """No finding, and a gap that says why."""
    outcome = outcome_of(rule, members)
    assert not outcome.findings, outcome.findings
    for word in words:
        assert any(word in one.reason for one in outcome.gaps), outcome


def made(path, content):
    return {f"{IMAGE}/{path}": json.dumps(content, indent=1) + "\n"}


def network(pods=("10.128.0.0/14",), services=("172.30.0.0/16",), kind="OpenShiftSDN", mtu=1450):
    status = {
        "clusterNetwork": [{"cidr": one, "hostPrefix": 23} for one in pods],
        "clusterNetworkMTU": mtu,
        "networkType": kind,
        "serviceNetwork": list(services),
    }
    one = {"apiVersion": "config.openshift.io/v1", "kind": "Network", "metadata": {"name": "cluster"}, "status": status}
    return made("cluster-scoped-resources/config.openshift.io/networks.yaml", one)


def cluster_network(**more):
    one = {
        "apiVersion": "network.openshift.io/v1",
        "clusterNetworks": [{"CIDR": "10.128.0.0/14", "hostSubnetLength": 9}],
        "kind": "ClusterNetwork",
        "metadata": {"name": "default"},
        "pluginName": "redhat/openshift-ovs-networkpolicy",
        "serviceNetwork": "172.30.0.0/16",
        **more,
    }
    return made("cluster-scoped-resources/network.openshift.io/clusternetworks/default.yaml", one)


def node(  # noqa: PLR0913 - a node has that many parts
    name="worker-0", *, ready=True, created="2026-11-01T00:00:00Z", ips=None, hostname=None, system="linux", **metadata
):
    addresses = [{"address": one, "type": "InternalIP"} for one in ((IPS[name],) if ips is None else ips)]
    one = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"creationTimestamp": created, "labels": {"kubernetes.io/os": system}, "name": name, **metadata},
        "status": {
            "addresses": [*addresses, {"address": hostname or name, "type": "Hostname"}],
            "conditions": [{"status": "True" if ready else "False", "type": "Ready"}],
        },
    }
    return made(f"cluster-scoped-resources/core/nodes/{name}.yaml", one)


def host_subnet(name="worker-0", ip=None, subnet=None, host=None, path=None, **metadata):
    one = {
        "apiVersion": "network.openshift.io/v1",
        "host": host or name,
        "hostIP": ip or IPS[name],
        "kind": "HostSubnet",
        "metadata": {
            "name": name,
            "uid": f"0f38f3ad-{sum(map(ord, path or name)):04d}-4c9f-8a7e-6b0e1a5e0d01",
            **metadata,
        },
        "subnet": subnet or SUBNETS[name],
    }
    return made(f"cluster-scoped-resources/network.openshift.io/hostsubnets/{path or name}.yaml", one)


def each(build, *names, **words):
    """One output of several nodes."""
    members = {}
    for name in names or NODES:
        members |= build(name, **words)
    return members


def host_subnets():
    return each(host_subnet)


def flow(table, text):
    return f" {COUNTED.format(table)}{text}"


def base_flows(name="worker-0"):
    gateway, subnet = GATEWAYS[name], SUBNETS[name]
    return (
        flow(
            0,
            "priority=200,ip,in_port=1,nw_src=10.128.0.0/14 actions=goto_table:10",
        ),
        flow(0, "priority=100,ip actions=goto_table:20"),
        flow(10, "priority=0 actions=drop"),
        flow(20, "priority=0 actions=drop"),
        flow(30, f"priority=300,arp,arp_tpa={gateway} actions=output:2"),
        flow(30, f"priority=300,ip,nw_dst={gateway} actions=output:2"),
        flow(30, f"priority=200,ip,nw_dst={subnet} actions=goto_table:70"),
        flow(
            100, f"priority=100,ip,reg0=0x7 actions={MOVE}set_field:192.0.2.88->tun_dst,output:1"
        ),  # an egress address
        flow(253, "actions=note:02.0c.00.00.00.00"),
    )


def remote_flows(name, ip=None, subnet=None):
    ip, subnet = ip or IPS[name], subnet or SUBNETS[name]
    return (
        flow(10, f"priority=100,tun_src={ip} actions=goto_table:30"),
        flow(50, f"priority=100,arp,arp_tpa={subnet} actions={MOVE}set_field:{ip}->tun_dst,output:1"),
        flow(90, f"priority=100,ip,nw_dst={subnet} actions={MOVE}set_field:{ip}->tun_dst,output:1"),
    )


def pod_flows(ip, number=3):
    return (
        flow(
            20,
            f"priority=100,arp,in_port={number},arp_spa={ip},arp_sha=00:00:0a:80:00:04 actions=goto_table:21",
        ),
        flow(20, f"priority=100,ip,in_port={number},nw_src={ip} actions=load:0->NXM_NX_REG0[],goto_table:21"),
        flow(25, f"priority=100,ip,nw_src={ip} actions=load:0->NXM_NX_REG0[],goto_table:30"),
        flow(40, f"priority=100,arp,arp_tpa={ip} actions=output:{number}"),
        flow(
            70,
            f"priority=100,ip,nw_dst={ip} actions=load:0->NXM_NX_REG1[],load:0x{number:x}->NXM_NX_REG2[],goto_table:80",
        ),
    )


def healthy_flows(name="worker-0"):
    lines = [*base_flows(name)]
    for other in NODES:
        lines += remote_flows(other) if other != name else ()
    for number, ip in enumerate(PODS[name], 3):
        lines += pod_flows(ip, number)
    return lines


def flows(name="worker-0", lines=None, *, without=(), head=HEAD, path=None, **swaps):
    """A dump; `without` leaves out the lines with one of these texts, `swaps` replace one text by another."""
    lines = healthy_flows(name) if lines is None else lines
    text = "\n".join([head, *(one for one in lines if not any(word in one for word in without))]) + "\n"
    for old, new in swaps.get("replaced", ()):
        assert old in text
        text = text.replace(old, new)
    return {path or f"{IMAGE}/network_logs/{name}_ovs_ofctl_dump_flows_br0": text}


VXLAN = port("vxlan0", "vxlan", dst_port="4789", key="flow", remote_ip="flow")
TUN = port("tun0", "internal")
VETHS = (port("veth00000003"), port("veth00000004"))


def switch(name="worker-0", ports=(VXLAN, TUN, *VETHS), version="2.15.1"):
    return show(bridge("br0", *ports, mode="secure"), node=name, version=version)


def of_ports(name="worker-0", ports=((1, "vxlan0"), (2, "tun0"), (3, "veth00000003"), (4, "veth00000004"))):
    lines = ["OFPST_PORT_DESC reply (OF1.3) (xid=0x2):"]
    for number, device in (*ports, ("LOCAL", "br0")):
        lines += [f" {number}({device}): addr:9e:f1:7d:4d:19:4f", "     config:     0", "     state:      0"]
        lines += ["     speed: 0 Mbps now, 0 Mbps max"]
    return {f"{IMAGE}/network_logs/{name}_ovs_ofctl_dump_ports_br0": "\n".join(lines) + "\n"}


def routes(name="worker-0", *lines):
    text = "\n".join(one.format(ip=IPS[name]) for one in lines or ROUTES)
    return {f"{IMAGE}/network_logs/{name}_ip_route": f"{text}\n"}


def without_route(*words):
    return [one for one in ROUTES if not any(word in one for word in words)]


def iptables(name="worker-0", nat=NAT, filter_=FILTER, head=(), tail=("COMMIT",)):
    lines = [*head, "*filter", *filter_, "COMMIT", "*nat", *nat, *tail]
    return {f"{IMAGE}/network_logs/{name}_iptables": "\n".join(lines) + "\n"}


def first(rules, *new):
    """The rules with new ones in front of the first rule of a chain."""
    at = next(at for at, one in enumerate(rules) if " -A " in f" {one}")
    return (*rules[:at], *new, *rules[at:])


def leave_out(rules, *words):
    return tuple(one for one in rules if not any(word in one for word in words))


def pod(  # noqa: PLR0913 - a pod has that many parts
    name="web-1",
    where="worker-0",
    ip=None,
    *,
    namespace="shop",
    phase="Running",
    started="2026-11-20T00:00:00Z",
    ready=True,
    spec=None,
    containers=None,
    **metadata,
):
    ips = [ip or PODS[where][0]] if ip != "" else []
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "creationTimestamp": started, **metadata},
        "spec": {"containers": [{"name": one["name"]} for one in containers or ()], "nodeName": where, **(spec or {})},
        "status": {
            "conditions": [{"status": "True" if ready else "False", "type": "Ready"}],
            "containerStatuses": containers or [],
            "hostIP": IPS[where],
            "phase": phase,
            "podIPs": [{"ip": one} for one in ips],
            "startTime": started,
        },
    }


def pods(*found, namespace="shop"):
    return written(f"namespaces/{namespace}/core/pods.yaml", "Pod", *found)


def local_pods():
    found = [
        pod(f"web-{at}-{number}", name, ip) for at, name in enumerate(NODES) for number, ip in enumerate(PODS[name])
    ]
    return pods(*found)


def container(name="sdn", *, ready=True, started="2026-11-20T00:00:00Z", restarts=0):
    return {"name": name, "ready": ready, "restartCount": restarts, "state": {"running": {"startedAt": started}}}


def program(name="worker-0", **more):
    """The pod sdn of a node."""
    spec = {"hostNetwork": True}
    one = pod(f"sdn-{name}", name, IPS[name], namespace="openshift-sdn", spec=spec, containers=[container(**more)])
    return pods(one, namespace="openshift-sdn")


def log(*lines, where="worker-0", program="sdn", pod=None):
    """A log of a container; each line is `21 10:00:00 W node.go:12 text`, of November."""
    content = ""
    for line in lines:
        day, clock, level, source, text = line.split(" ", 4)
        stamp = f"2026-11-{day}T{clock}.000000000Z"
        content += f"{stamp} {level}11{day} {clock}.000000    2345 {source}] {text}\n"
    pod = pod or f"{program}-{where}"
    return {f"{IMAGE}/namespaces/openshift-sdn/pods/{pod}/{program}/{program}/logs/current.log": content}


def cluster(*, subnets=True):
    members = timestamp() | network() | each(node) | each(flows) | each(switch) | each(of_ports) | each(routes)
    members |= each(iptables) | local_pods()
    return members | (host_subnets() if subnets else {})


__all__ = ["IMAGE", "bridge", "expect", "not_checked", "outcome_of", "port", "show", "subjects", "timestamp"]
