"""A small cluster that announces by layer 2, and what its speakers, events and hosts say; a test changes a part."""

import json

from bgp_kit import IMAGE, NAMESPACE, node, timestamp
from metallb_kit import container_log, endpoints, events, l2_advertisement, pool, service, speaker_pod, written

IP, NETWORKS = "192.0.2.100", '["192.0.2.20/24"]'
PODS = {"worker-0": "speaker-a", "worker-1": "speaker-b", "worker-2": "speaker-c"}
EXCLUDE = "node.kubernetes.io/exclude-from-external-load-balancers"
ELECTED = "worker-1"  # of the three workers for IP
LABELLED = {EXCLUDE: ""}


def start(at="00:00:05", version="0.14.9"):
    """The first line of a speaker."""
    return {"at": at, "level": "info", "msg": f"MetalLB speaker starting version {version}", "version": version}


def announced(at="09:00:00", ips=(IP,), protocol="layer2"):
    return {
        "at": at,
        "event": "serviceAnnounced",
        "ips": list(ips),
        "level": "info",
        "msg": "service has IP, announcing",
        "protocol": protocol,
    }


def withdrawn(at="09:30:00", ips=(IP,)):
    return {
        "at": at,
        "event": "serviceWithdrawn",
        "ip": list(ips),
        "level": "info",
        "msg": "withdrawing service announcement",
        "reason": "notOwner",
    }


def responder(at="00:00:06", interface="br-ex", what="created", kind="ARP"):
    msg = f"{what} {kind} responder for interface"
    return {"at": at, "event": f"{what[:-1]}{kind}Responder", "interface": interface, "level": "info", "msg": msg}


def responder_failed(at="00:00:06", interface="br-ex", error="listen packet: operation not permitted"):
    return {
        "at": at,
        "error": error,
        "interface": interface,
        "level": "error",
        "msg": "failed to create ARP responder",
        "op": "createARPResponder",
    }


def no_interfaces(at="09:00:00", ips=(IP,)):
    return {
        "at": at,
        "ips": list(ips),
        "level": "warn",
        "localIfs": ["lo", "br-ex", "ens3"],
        "msg": "the specified interfaces used to announce LB IP don't exist",
        "op": "SetBalancer",
        "protocol": "layer2",
        "service": "shop/web",
    }


def joined(at):
    return {"at": at, "level": "info", "msg": "memberlist join successfully", "op": "Member detection"}


def partial(at, *ips):
    error = "".join(f"\n\t* Failed to join {ip}:9122: dial tcp {ip}:9122: i/o timeout" for ip in ips)
    return {"at": at, "error": f"1 error occurred:{error}", "level": "error", "msg": "partial join"}


def left(at, member):
    return {
        "at": at,
        "level": "info",
        "msg": "node event - forcing sync",
        "node event": "NodeLeave",
        "node name": member,
    }


def excluded_line(at="09:00:00", why="speaker's node has labeled 'exclude-from-external-load-balancers'"):
    return {
        "at": at,
        "event": "skipping should announce bgp",
        "level": "warn",
        "protocol": "bgp",
        "reason": why,
        "service": "shop/web",
    }


def idle(at="10:00:00"):
    """Any line that shows that the speaker lives."""
    return {"at": at, "level": "info", "msg": "config reloaded", "event": "config reloaded"}


def log(where, *lines, name="current.log"):
    """The log of the speaker of a node."""
    return container_log(*lines, pod=PODS[where], name=name)


def logs(*owners, **more):
    """Whole logs of the three speakers; the owners announce."""
    members = {}
    for where in PODS:
        lines = [start(), responder(), *([announced()] if where in owners else [])]
        members |= log(where, *lines, idle(), **more)
    return members


def assigned(where="worker-1"):
    said = f'announcing from node "{where}" with protocol "layer2"'
    return events(("nodeAssigned", said, "Normal", "metallb-speaker"))


def l2_status(*nodes, subject="shop/web"):
    namespace, _, name = subject.partition("/")
    made = [
        {
            "apiVersion": "metallb.io/v1beta1",
            "kind": "ServiceL2Status",
            "metadata": {"name": f"l2-{at}", "namespace": NAMESPACE, "uid": f"uid-{at}"},
            "status": {"node": where, "serviceName": name, "serviceNamespace": namespace},
        }
        for at, where in enumerate(nodes)
    ]
    path = f"namespaces/{NAMESPACE}/metallb.io/servicel2statuses.yaml"
    return written(path, "ServiceL2Status", *made, version="metallb.io/v1beta1")


def layer2(names=tuple(PODS), ip=IP, networks=NETWORKS, **of_service):
    """Healthy but for the word of the speakers: `| logs("worker-1")` makes one of them the owner."""
    members = pool("pool", "192.0.2.64/26") | l2_advertisement() | timestamp()
    for name in names:
        members |= node(name, networks) | speaker_pod(PODS[name], name)
    return members | service(ip=ip, **of_service) | endpoints("worker-0", "worker-1")


def pod_of(name, where, *, ready=False, labels=None, reason="CrashLoopBackOff"):
    """A pod of the service."""
    state = {"running": {}} if ready else {"waiting": {"reason": reason}}
    made = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"labels": labels or {"app": "web"}, "name": name, "namespace": "shop"},
        "spec": {"containers": [{"name": "web"}], "nodeName": where},
        "status": {
            "conditions": [{"reason": "ContainersNotReady", "status": str(ready), "type": "Ready"}],
            "containerStatuses": [{"name": "web", "ready": ready, "restartCount": 3, "state": state}],
            "phase": "Running",
        },
    }
    return {f"{IMAGE}/namespaces/shop/pods/{name}/{name}.yaml": json.dumps(made, indent=4)}


def ip_output(where, command, *lines):
    """What `ip` printed on a node, as old must-gathers and people name the file."""
    return {f"{IMAGE}/network_logs/{where}_ip_{command}": "\n".join(lines) + "\n"}


def link_lines(name="br-ex", address="192.0.2.20/24", *, flags="BROADCAST,MULTICAST,UP,LOWER_UP", more="", index=5):
    return (
        f"{index}: {name}: <{flags}> mtu 1500 qdisc noqueue{more} state UNKNOWN group default qlen 1000",
        "    link/ether 52:54:00:00:00:13 brd ff:ff:ff:ff:ff:ff",
        f"    inet {address} brd 192.0.2.255 scope global {name}",
        "       valid_lft forever preferred_lft forever",
    )


def without(members, *words):
    """The members of whose path none of these is a part."""
    return {path: content for path, content in members.items() if not any(word in path for word in words)}
