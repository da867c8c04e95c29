"""The cluster of ovn_kit with logs, events, policies, saved traces and iptables; a test adds what it needs.

The archive was collected at 2026-11-21 10:00:00.
"""

import json

import yaml
from bgp_kit import IMAGE
from metallb_kit import written
from ovn_kit import OLD, OVN, OVN_POD

NETPOL = "networking.k8s.io/v1"


def at(clock):
    return f"2026-11-21T{clock}Z"


def ovnkube_log(*lines, where="worker-0", container="ovnkube-controller", name="current.log", level="E"):
    """A log of ovnkube on a node; each line is `09:50:00 text`, as klog writes it behind the kubelet's time."""
    text = ""
    for line in lines:
        clock, _, body = line.partition(" ")
        text += f"2026-11-21T{clock}.000000000Z {level}1121 {clock}.000000    4242 cni.go:332] {body}\n"
    folder = f"namespaces/{OVN}/pods/{OVN_POD.get(where, where)}/{container}/{container}/logs"
    return {f"{IMAGE}/{folder}/{name}": text}


def added(pod, error, namespace="shop"):
    """A failed request for the network of a pod."""
    tag = f"[{namespace}/{pod} 3f2a9c]"
    return f'{tag} ADD finished CNI request {tag}, result "", err {error}'


BINDING = (
    "failed to configure pod interface: timed out waiting for OVS port binding (ovn-installed) for 0a:58:0a:80:00:09"
)
ANNOTATIONS = "failed to get pod annotation: timed out waiting for annotations: context deadline exceeded"


def ovs_log(*lines, where="worker-0", container="ovn-controller"):
    """A log of a daemon of OVN; each line is `09:50:00 module|LEVEL|text`."""
    text = ""
    for number, line in enumerate(lines):
        clock, _, body = line.partition(" ")
        text += f"2026-11-21T{clock}.000000000Z 2026-11-21T{clock}Z|{number:05}|{body}\n"
    folder = f"namespaces/{OVN}/pods/{OVN_POD.get(where, where)}/{container}/{container}/logs"
    return {f"{IMAGE}/{folder}/current.log": text}


def journal(unit, *lines, host="worker-0"):
    """A journal of the masters: each line is `09:50:00 systemd[1]: text`."""
    text = "".join(f"Nov 21 {line.partition(' ')[0]}.000000 {host} {line.partition(' ')[2]}\n" for line in lines)
    return {f"{IMAGE}/host_service_logs/masters/{unit}_service.log": text}


def sandbox(  # noqa: PLR0913, PLR0917 - what of an event a test changes
    pod, error=BINDING, last="09:59:00", count=2, namespace="shop", host="worker-0"
):
    """The kubelet's event about a pod without a network."""
    made = {
        "apiVersion": "v1",
        "count": count,
        "firstTimestamp": at("09:30:00"),
        "involvedObject": {"kind": "Pod", "name": pod, "namespace": namespace},
        "kind": "Event",
        "lastTimestamp": at(last),
        "message": f"Failed to create pod sandbox: rpc error: {error}",
        "metadata": {"name": f"{pod}.1", "namespace": namespace},
        "reason": "FailedCreatePodSandBox",
        "source": {"component": "kubelet", "host": host},
        "type": "Warning",
    }
    items = yaml.safe_dump([made], width=1000)
    return {f"{IMAGE}/namespaces/{namespace}/core/events.yaml": f"apiVersion: v1\nitems:\n{items}kind: EventList\n"}


def alert(name, state="firing", **labels):
    one = {"labels": {"alertname": name, **labels}, "state": state, "activeAt": at("09:30:00")}
    rules = {"groups": [{"name": "g", "rules": [{"name": name, "alerts": [one]}]}]}
    return {f"{IMAGE}/monitoring/prometheus/rules.json": json.dumps({"status": "success", "data": rules})}


def policy(name="default-deny", namespace="shop", pods=None, types=("Ingress",), **rules):
    """A policy; pods: the labels that it selects, rules: `ingress` and `egress`."""
    return {
        "apiVersion": NETPOL,
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": namespace, "creationTimestamp": OLD},
        "spec": {"podSelector": {"matchLabels": pods} if pods else {}, "policyTypes": list(types), **rules},
    }


def policies(*made, namespace="shop"):
    path = f"namespaces/{namespace}/networking.k8s.io/networkpolicies.yaml"
    return written(path, "NetworkPolicy", *made, version=NETPOL)


def allow(port=8080, protocol="TCP", **peer):
    """An ingress rule for one kind of peer, or for everybody."""
    return {
        **({"from": [peer]} if peer else {}),
        "ports": [{"port": port, "protocol": protocol}] if port else [],
    }


def namespace(name, **labels):
    made = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}, "status": {}}
    return {f"{IMAGE}/namespaces/{name}/{name}.yaml": json.dumps(made, indent=1)}


def trace(  # noqa: PLR0913 - what of a trace a test changes
    group, source="10.128.0.5", destination="10.128.0.7", port=8080, inport="shop_client-7d9c5b6f44-x2x8q", *, end=None
):
    """A saved ovn-trace that ends at the rule of a port group, or otherwise."""
    drop = end or (
        f" 5. ls_out_acl (northd.c:7072): reg0[10] == 1 && (outport == @{group}), priority 2000, uuid 1e46c922\n"
        "    drop;\n"
    )
    text = (
        f"# tcp,reg14=0x3,nw_src={source},nw_dst={destination},tp_src=40000,tp_dst={port}\n\n"
        f'ingress(dp="worker-0", inport="{inport}")\n-----\n'
        " 0. ls_in_port_sec_l2 (northd.c:5652): inport, priority 50, uuid 1e46c923\n    next;\n\n"
        f'egress(dp="worker-0", inport="{inport}", outport="shop_web")\n-----\n{drop}'
    )
    return {"saved/ovn-trace.txt": text}


COMMAND = (
    "$ ovnkube-trace -src-namespace shop -src {src} -dst-namespace shop -dst {dst} -tcp -dst-port 8080 -loglevel 0"
)


def ovnkube_trace(src, dst, *legs, name="trace.txt", more=""):
    """A saved ovnkube-trace; legs: (tool and direction, success)."""
    lines = [COMMAND.format(src=src, dst=dst)]
    for what, success in legs:
        back = "destination pod to source pod" in what
        ends = (dst, src) if back else (src, dst)
        lines.append(f"{what} indicates {'success' if success else 'failure'} from {ends[0]} to {ends[1]}")
    return {f"saved/{name}": "\n".join(lines) + "\n" + more}


THERE, BACK = "source pod to destination pod", "destination pod to source pod"
WHOLE = tuple(
    (f"{tool} {way}", True)
    for tool in ("ovn-trace", "ovs-appctl ofproto/trace", "ovn-detrace")
    for way in (THERE, BACK)
)


def iptables(*rules, chains=("OVN-KUBE-NODEPORT", "OVN-KUBE-EXTERNALIP", "OVN-KUBE-ETP"), where="worker-0", end=True):
    """iptables-save of a host; a rule is `CHAIN the rest`."""
    lines = ["*nat", ":PREROUTING ACCEPT [0:0]", *(f":{one} - [0:0]" for one in chains)]
    lines += [f"-A {one}" for one in rules]
    text = "\n".join([*lines, *(["COMMIT"] if end else [])]) + "\n"
    return {f"{IMAGE}/network_logs/{where}_iptables": text}
