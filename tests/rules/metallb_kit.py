"""A small cluster for the rules of MetalLB: three workers, one router, one pool, one service; a test changes a part.

Each builder returns members (path and content); `|` puts them together, a later member replaces an earlier one of the
same path. `cluster()` is healthy as it stands.
"""

import json

import yaml
from bgp_kit import BOTH, IDLE, IMAGE, NAMESPACE, config, down, dump, neighbor, node, resource, statements, timestamp

WORKERS = ("worker-0", "worker-1", "worker-2")
PEER, POOL, ADDRESS, PREFIX = "192.0.2.1", "198.51.100.0/24", "198.51.100.10", "198.51.100.10/32"
SERVICE = "shop/web"
READY, UNREADY = {"ready": True}, {"ready": False, "serving": False, "terminating": False}


def written(path, kind, *objects, version="v1"):
    """A list as `oc adm inspect` writes it, below the image directory; JSON is YAML too, but lines are one object."""
    items = "".join(f"- {json.dumps(one)}\n" for one in objects)
    head = f"---\napiVersion: {version}\nitems:{' ' if not objects else chr(10)}{items}"
    return {
        f"{IMAGE}/{path}": f"{head}{'' if objects else chr(10)}kind: {kind}List\nmetadata:\n  resourceVersion: '1'\n"
    }


def pool(name="pool", *ranges, labels=None, **spec):
    body = ["addresses:", *(f"- {one}" for one in ranges or (POOL,))]
    body += [f"{key}: {json.dumps(value)}" for key, value in spec.items()]
    members = resource("IPAddressPool", name, body)
    return _labelled(members, labels)


def _labelled(members, labels):
    marked = "".join(f"    {key}: '{value}'\n" for key, value in (labels or {}).items())
    text = {path: content.replace("  name:", f"  labels:\n{marked}  name:", 1) for path, content in members.items()}
    return text if labels else members


def bgp_advertisement(name="adv", **spec):
    """spec: fields as they are named in the resource, values as JSON."""
    return resource("BGPAdvertisement", name, _spec(spec or {"ipAddressPools": ["pool"]}))


def l2_advertisement(name="l2", **spec):
    return resource("L2Advertisement", name, _spec(spec or {"ipAddressPools": ["pool"]}))


def peer(name="tor1", address=PEER, **spec):
    return resource("BGPPeer", name, _spec({"myASN": 64500, "peerASN": 64512, "peerAddress": address, **spec}))


def _spec(fields):
    return [f"{key}: {json.dumps(value)}" for key, value in fields.items()]


def node_selector(*names):
    """A list of node selectors that selects these nodes by name."""
    return [{"matchLabels": {"kubernetes.io/hostname": name}} for name in names]


def service(name="web", namespace="shop", ip=ADDRESS, *, policy="Cluster", metadata=None, **spec):
    """A LoadBalancer service in its namespace's list; ip None gives it no address."""
    ips = (ip,) if isinstance(ip, str) else tuple(ip or ())
    made = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "creationTimestamp": "2026-11-01T00:00:00Z",
            **(metadata or {}),
        },
        "spec": {"type": "LoadBalancer", "externalTrafficPolicy": policy, "selector": {"app": name}, **spec},
        "status": {"loadBalancer": {"ingress": [{"ip": one} for one in ips]} if ips else {}},
    }
    return services(made)


def services(*made):
    """The lists of services of their namespaces."""
    found = {}
    for one in made:
        found.setdefault(one["metadata"]["namespace"], []).append(one)
    members = {}
    for namespace, each in found.items():
        members |= written(f"namespaces/{namespace}/core/services.yaml", "Service", *each)
    return members


def endpoints(*on, name="web", namespace="shop"):
    """The EndpointSlices of a service: of each endpoint the node, or the node and the conditions."""
    pairs = [(one, READY) if isinstance(one, str) else one for one in on]
    made = {
        "addressType": "IPv4",
        "apiVersion": "discovery.k8s.io/v1",
        "endpoints": [
            {"addresses": [f"10.128.{at}.5"], "conditions": conditions, "nodeName": where}
            for at, (where, conditions) in enumerate(pairs)
        ],
        "kind": "EndpointSlice",
        "metadata": {
            "labels": {"kubernetes.io/service-name": name},
            "name": f"{name}-x7k2p",
            "namespace": namespace,
        },
        "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
    }
    path = f"namespaces/{namespace}/discovery.k8s.io/endpointslices.yaml"
    return written(path, "EndpointSlice", *([made] if pairs else []), version="discovery.k8s.io/v1")


def events(*made, namespace="shop"):
    """The events of a namespace: (reason, message, type, component) about the service `web`."""
    objects = [
        {
            "apiVersion": "v1",
            "count": 1,
            "firstTimestamp": "2026-11-21T09:00:00Z",
            "involvedObject": {"kind": "Service", "name": "web", "namespace": namespace},
            "kind": "Event",
            "lastTimestamp": "2026-11-21T09:00:00Z",
            "message": message,
            "metadata": {"name": f"web.{at}", "namespace": namespace},
            "reason": reason,
            "source": {"component": component},
            "type": kind,
        }
        for at, (reason, message, kind, component) in enumerate(made)
    ]
    # As `oc adm inspect` writes them, a field a line: the parser passes over most events by such a line alone.
    items = yaml.safe_dump(objects, width=1000) if objects else "[]\n"
    text = f"apiVersion: v1\nitems:{chr(10) if objects else ' '}{items}kind: EventList\n"
    return {f"{IMAGE}/namespaces/{namespace}/core/events.yaml": text}


def speaker_pod(name="speaker-a", where="worker-0", started="2026-11-20T00:00:00Z", **status):
    """A speaker with its containers, as MetalLB 0.13 runs it with FRR; `status` by container name."""
    names = ("speaker", "frr", "reloader", "frr-metrics")
    states = {one: {"ready": True, "restartCount": 0, "state": {"running": {"startedAt": started}}} for one in names}
    states |= {key.replace("_", "-"): {**states[key.replace("_", "-")], **value} for key, value in status.items()}
    made = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"labels": {"app": "metallb", "component": "speaker"}, "name": name, "namespace": NAMESPACE},
        "spec": {"containers": [{"name": one} for one in names], "hostNetwork": True, "nodeName": where},
        "status": {
            "conditions": [{"status": str(all(one["ready"] for one in states.values())), "type": "Ready"}],
            "containerStatuses": [{"name": one, **state} for one, state in states.items()],
            "phase": "Running",
            "startTime": started,
        },
    }
    return {f"{IMAGE}/namespaces/{NAMESPACE}/pods/{name}/{name}.yaml": json.dumps(made, indent=4)}


def container_log(*lines, pod="speaker-a", container="speaker", name="current.log"):
    """A container's log; each line is `10:00:00 {json or text}`, or a dictionary with `at` and the JSON's keys."""
    text = ""
    for line in lines:
        if isinstance(line, dict):
            at = line["at"]
            fields = {**{k: v for k, v in line.items() if k != "at"}, "ts": f"2026-11-21T{at}Z"}
            body = json.dumps(fields, sort_keys=True, separators=(",", ":"))  # as Go writes it
        else:
            at, _, body = line.partition(" ")
        text += f"2026-11-21T{at}.000000000Z {body}\n"
    return {f"{IMAGE}/namespaces/{NAMESPACE}/pods/{pod}/{container}/{container}/logs/{name}": text}


def own_address(where):
    """The address of a node on the network that it shares with the router: .20 of worker-0, .21 of worker-1."""
    number = where.rpartition("-")[2]
    return f"192.0.2.{20 + int(number) % 200}" if number.isdecimal() else "192.0.2.20"


def frr(  # noqa: PLR0913 - what of a node's FRR a test changes
    where="worker-0", pod="speaker-a", networks=(PREFIX,), permitted=None, *, up=True, running=None, peers=(PEER,)
):
    """The FRR of one node: its running configuration and its sessions, as MetalLB renders and FRR prints them."""
    if not peers and running is None:  # no resource selects the node: its FRR runs without BGP
        return dump("% BGP instance not found", IDLE.replace("worker-0", where), pod=pod)
    ids = ("192.0.2.1", own_address(where))
    blocks = [neighbor(one, capabilities=BOTH, ids=ids) if up else down(one) for one in peers]
    text = running or config(
        *(statements(one) for one in peers),
        networks=networks,
        permitted=permitted,
        activate=peers,
        hostname=where,
    )
    return dump(blocks, text, pod=pod)


def workers(names=WORKERS, **more):
    """The nodes, a speaker on each, and the FRR of each; `more` is for `frr` of every node."""
    members = {}
    for at, name in enumerate(names):
        pod = f"speaker-{'abcdefgh'[at]}"
        members |= node(name, f'["{own_address(name)}/24"]') | speaker_pod(pod, name) | frr(name, pod, **more)
    return members


def cluster(**more):
    """Healthy: the service has an address and ready endpoints, every node announces it, the router gets it."""
    resources = pool() | bgp_advertisement() | peer()
    return workers(**more) | resources | service() | endpoints("worker-0", "worker-1") | timestamp()
