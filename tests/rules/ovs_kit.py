"""Outputs of Open vSwitch and what stands around them, for the rules of area ovs.

`cluster()` is a healthy cluster of three nodes with OVN-Kubernetes; a test replaces the switch of `worker-0`. Builders
return members (path and content).
"""

import json

from bgp_kit import IMAGE, expect, quiet, timestamp, unjudged
from kit import outcome_of
from metallb_kit import written

from analyzer.model import Status

NODES = ("worker-0", "worker-1", "worker-2")
CHASSIS = {"worker-0": "aaaaaa00-1", "worker-1": "bbbbbb00-1", "worker-2": "cccccc00-1"}
IPS = {name: f"192.0.2.{20 + at}" for at, name in enumerate(NODES)}
UUID = "3ea7682c-3ffe-4f7b-80db-6f806e2c9d73"
NO_DEVICE = "could not open network device {} (No such device)"
CUT = {"version": ""}  # an output that ends before its last line


def port(name, kind=None, error=None, tag=None, interface=None, **options):
    """A port with its interface, as `ovs-vsctl show` writes them."""
    lines = [f"        Port {name}", *([f"            tag: {tag}"] if tag is not None else [])]
    lines += [f"            Interface {interface or name}", *([f"                type: {kind}"] if kind else [])]
    if options:
        text = ", ".join(f"{key}={value if key == 'peer' else json.dumps(value)}" for key, value in options.items())
        lines += [f"                options: {{{text}}}"]
    return "\n".join([*lines, *([f'                error: "{error}"'] if error else [])])


def bridge(name, *ports, mode=None):
    head = [f"    Bridge {name}", *([f"        fail_mode: {mode}"] if mode else [])]
    return "\n".join([*head, *ports, port(name, "internal")])


def outer(node="worker-0", **more):
    return port(f"patch-br-ex_{node}-to-br-int", "patch", **{"peer": f"patch-br-int-to-br-ex_{node}", **more})


def inner(node="worker-0", **more):
    return port(f"patch-br-int-to-br-ex_{node}", "patch", **{"peer": f"patch-br-ex_{node}-to-br-int", **more})


def tunnel(node, ip=None):
    return port(f"ovn-{CHASSIS[node][:6]}-0", "geneve", csum="true", key="flow", remote_ip=ip or IPS[node])


def tunnels(node="worker-0"):
    return tuple(tunnel(name) for name in NODES if name != node)


def br_ex(*ports, node="worker-0"):
    return bridge("br-ex", *(ports or (port("ens3", "system"), outer(node))))


MANAGEMENT = port("ovn-k8s-mp0", "internal")


def br_int(*more, node="worker-0", mode="secure", management=MANAGEMENT, to=None, patch=None):
    patch = inner(node) if patch is None else patch
    ports = (*((management,) if management else ()), *((patch,) if patch else ()))
    return bridge("br-int", *ports, *(tunnels(node) if to is None else to), *more, mode=mode)


def show(*bridges, node="worker-0", version="2.17.9", path=None):
    """The output of `ovs-vsctl show` as must-gather 4.9 collects it."""
    lines = [UUID, *bridges, *([f'    ovs_version: "{version}"'] if version else [])]
    return {path or f"{IMAGE}/network_logs/{node}_ovs_dump": "\n".join(lines) + "\n"}


def switch(*, node="worker-0", ex=None, **more):
    """The switch of a node; `ex` replaces br-ex, everything else is of br-int."""
    return show(br_ex(node=node) if ex is None else ex, br_int(node=node, **more), node=node)


def node(name="worker-0", *, ready=True, created="2026-11-01T00:00:00Z", labels=None, ips=None, **annotations):
    """annotations: keys below k8s.ovn.org/, their underscores are dashes; None leaves one out."""
    notes = {
        "node_chassis_id": CHASSIS.get(name),
        "l3_gateway_config": json.dumps({"default": {"mode": "shared", "interface-id": f"br-ex_{name}"}}),
        "node_subnets": '{"default":["10.128.0.0/23"]}',
        **annotations,
    }
    made = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "annotations": {f"k8s.ovn.org/{key.replace('_', '-')}": one for key, one in notes.items() if one},
            "creationTimestamp": created,
            "labels": {"kubernetes.io/os": "linux", **(labels or {})},
            "name": name,
        },
        "status": {
            "addresses": [{"address": one, "type": "InternalIP"} for one in ips or (IPS.get(name, "192.0.2.99"),)],
            "conditions": [{"status": "True" if ready else "False", "type": "Ready"}],
        },
    }
    return {f"{IMAGE}/cluster-scoped-resources/core/nodes/{name}.yaml": json.dumps(made, indent=4) + "\n"}


def network(kind="OVNKubernetes"):
    made = {
        "apiVersion": "config.openshift.io/v1",
        "kind": "Network",
        "metadata": {"name": "cluster"},
        "status": {"networkType": kind},
    }
    path = "cluster-scoped-resources/config.openshift.io/networks"
    return {f"{IMAGE}/{path}/cluster.yaml": json.dumps(made, indent=4) + "\n"}


def nodes(**more):
    members = {}
    for name in NODES:
        members |= node(name, **more)
    return members


def cluster():
    return timestamp() | network() | nodes() | switch()


def sdn(*ports, node="worker-0", mode="secure"):
    """A node with OpenShift SDN."""
    own = (port("vxlan0", "vxlan", remote_ip="flow"), port("tun0", "internal"))
    return network("OpenShiftSDN") | nodes() | show(bridge("br0", *own, *ports, mode=mode), node=node)


def pod(name="web-1", namespace="shop", where="worker-0", phase="Running", ips=("10.128.0.9",), **metadata):
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "creationTimestamp": "2026-11-20T00:00:00Z", **metadata},
        "spec": {"nodeName": where},
        "status": {"phase": phase, "podIPs": [{"ip": one} for one in ips]},
    }


def pods(*made, namespace="shop"):
    """The list of the pods of a namespace."""
    return written(f"namespaces/{namespace}/core/pods.yaml", "Pod", *made)


def interfaces(*rows, node="worker-0", table="interface"):
    """`ovs-vsctl list`, as a sosreport of the node holds it; rows are mappings of columns."""
    blocks = []
    for at, columns in enumerate(rows):
        own = {"_uuid": columns.get("_uuid", f"{at:08d}-3ffe-4f7b-80db-6f806e2c9d73"), **columns}
        blocks.append("".join(f"{key:<20}: {value}\n" for key, value in own.items()))
    return {
        f"sosreport-{node}-2026-11-21-abcdefg/sos_commands/openvswitch/ovs-vsctl_-t_5_list_{table}": "\n".join(blocks)
    }


def interface(name, iface="", error=None, **columns):
    ids = f"{{iface-id={iface}}}" if iface else "{}"
    mark = {"mac_in_use": '"0a:58:0a:80:00:07"', "error": json.dumps(error) if error else "[]"}
    return {**mark, "external_ids": columns.pop("ids", ids), "name": json.dumps(name), **columns}


def journal(*lines, unit="ovs-vswitchd"):
    """A journal of the masters; each line is `21 10:00:00 host process: text` of November."""
    content = ""
    for line in lines:
        day, clock, host, process, text = line.split(" ", 4)
        content += f"Nov {day} {clock}.000000 {host} {process.removesuffix(':')}[12]: {text}\n"
    return {f"{IMAGE}/host_service_logs/masters/{unit}_service.log": content}


def container_log(*lines, pod="ovnkube-node-x", container="ovn-controller", namespace="openshift-ovn-kubernetes"):
    """A log of a container; each line is `2026-11-21T10:00:00 module LEVEL text`."""
    content = ""
    for at, line in enumerate(lines):
        time, module, level, text = line.split(" ", 3)
        content += f"{time}.000Z|{at:05d}|{module}|{level}|{text}\n"
    return {f"{IMAGE}/namespaces/{namespace}/pods/{pod}/{container}/{container}/logs/current.log": content}


def subjects(rule, members):
    """Node, subject and severity of every finding."""
    return [(one.node, one.subject, str(one.severity)) for one in outcome_of(rule, members).findings]


def not_checked(rule, members, *words):
    outcome = outcome_of(rule, members)
    assert outcome.status is Status.NOT_CHECKED, outcome
    for word in words:
        assert word in outcome.reason, outcome.reason


__all__ = ["IMAGE", "expect", "not_checked", "outcome_of", "quiet", "subjects", "unjudged"]
