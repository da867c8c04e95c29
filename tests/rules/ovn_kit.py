"""Two nodes with OVN-Kubernetes in interconnect mode, three pods, one service, and the databases of both nodes.

`cluster()` is healthy as it stands; a test replaces a part. Every row of a database is a record of its own, so that the
evidence quotes it whole. The archive was collected at STARTED, the databases were last written at WRITTEN.
"""

import json
from datetime import datetime

import yaml
from bgp_kit import IMAGE, timestamp
from ovsdb_sample import log, schema, transaction, uuid

from analyzer.plan import Plan
from analyzer.rule import Rule
from analyzer.run import judge
from analyzer.store import Store
from parsers.base import Parser, SourceFile, run

NODES = ("worker-0", "worker-1")
CHASSIS = {name: f"5e8778a1-0000-4000-8000-00000000000{at}" for at, name in enumerate(NODES)}
OVN_POD = {name: f"ovnkube-node-{'ab'[at] * 5}" for at, name in enumerate(NODES)}
OVN = "openshift-ovn-kubernetes"
STARTED, WRITTEN = "2026-11-21 10:00:00", "2026-11-21T10:01:00Z"
OLD, LONG_AGO = "2026-11-20T00:00:00Z", "2026-11-20T12:00:00Z"
CLIENT, WEB, FAR = "client-7d9c5b6f44-x2x8q", "web-6b7f9d4c8d-n7c5v", "web-6b7f9d4c8d-4zq2k"
IPS = {CLIENT: "10.128.0.5", WEB: "10.128.0.7", FAR: "10.128.1.6"}
HOMES = {CLIENT: "worker-0", WEB: "worker-0", FAR: "worker-1"}
VIP = "172.30.45.10:80"
BACKENDS = "10.128.0.7:8080,10.128.1.6:8080"
STORE = f"{IMAGE}/network_logs/ovnk_database_store.tar.gz!/ovnk_database_store"


def millis(text):
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def written(path, kind, *objects, version="v1"):
    """A list as `oc adm inspect` writes it, below the image directory."""
    items = f"items:\n{yaml.safe_dump(list(objects), width=1000)}" if objects else "items: []\n"
    return {
        f"{IMAGE}/{path}": f"---\napiVersion: {version}\n{items}kind: {kind}List\nmetadata:\n  resourceVersion: '1'\n"
    }


def node(name, **metadata):
    """A node as OVN-Kubernetes annotates it; metadata: annotations, labels, created, ready."""
    at = NODES.index(name) if name in NODES else int(name.rpartition("-")[2])
    annotations = {
        "k8s.ovn.org/node-chassis-id": CHASSIS.get(name, f"5e8778a1-0000-4000-8000-{at:012d}"),
        "k8s.ovn.org/zone-name": name,
    }
    made = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "creationTimestamp": metadata.get("created", OLD),
            "annotations": {**annotations, **metadata.get("annotations", {})},
            "labels": {"kubernetes.io/os": "linux", **metadata.get("labels", {})},
        },
        "spec": {},
        "status": {
            "addresses": [{"type": "InternalIP", "address": f"192.0.2.{20 + at}"}],
            "conditions": [{"type": "Ready", "status": metadata.get("ready", "True")}],
        },
    }
    return {f"{IMAGE}/cluster-scoped-resources/core/nodes/{name}.yaml": json.dumps(made, indent=1)}


def pod(  # noqa: PLR0913 - what of a pod a test changes
    name, namespace="shop", where=None, ip=None, *, started=OLD, metadata=None, status=None, **spec
):
    """A running pod; those of the cluster know their node and address."""
    app = name.split("-", 1)[0]
    address = ip or IPS.get(name, "")
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": {"app": app}, **(metadata or {})},
        "spec": {"nodeName": where or HOMES.get(name, "worker-0"), "containers": [{"name": "c"}], **spec},
        "status": {
            "phase": "Running",
            "startTime": started,
            "podIPs": [{"ip": address}] if address else [],
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [
                {"name": "c", "ready": True, "restartCount": 0, "state": {"running": {"startedAt": started}}}
            ],
            **(status or {}),
        },
    }


def pods(*made, namespace="shop"):
    """The list of the pods of a namespace."""
    return written(f"namespaces/{namespace}/core/pods.yaml", "Pod", *made)


def ovnkube(*names):
    """The ovnkube-node pods: the files of the databases are named for them."""
    made = [pod(OVN_POD[name], OVN, name, "192.0.2.20", hostNetwork=True) for name in names]
    return pods(*made, namespace=OVN)


def service_object(name="web", ip="172.30.45.10", ports=((80, 8080, "http"),), *, metadata=None, status=None, **spec):
    """A service; ports: port, port of the pods, name, and the node port if there is one."""
    keys = ("port", "targetPort", "name", "nodePort")
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": "shop", "creationTimestamp": OLD, **(metadata or {})},
        "spec": {
            "clusterIP": ip,
            "clusterIPs": [ip],
            "selector": {"app": name},
            "type": "ClusterIP",
            "ports": [{"protocol": "TCP", **dict(zip(keys, each, strict=False))} for each in ports],
            **spec,
        },
        "status": {"loadBalancer": {}, **(status or {})},
    }


def service(*args, **more):
    return services(service_object(*args, **more))


def services(*made):
    return written("namespaces/shop/core/services.yaml", "Service", *made)


def endpoint(name, ip=None, ready=True, **conditions):
    """An endpoint of a slice, of a pod of this name; None is no pod."""
    return {
        "addresses": [ip or IPS[name]],
        "conditions": {"ready": ready, **conditions},
        "nodeName": HOMES.get(name, "worker-0"),
        **({"targetRef": {"kind": "Pod", "name": name, "namespace": "shop"}} if name else {}),
    }


def slice_object(*endpoints, port=8080, name="http", service_name="web", family="IPv4", suffix="x7k2p"):
    return {
        "addressType": family,
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "endpoints": list(endpoints),
        "metadata": {
            "labels": {"kubernetes.io/service-name": service_name},
            "name": f"{service_name}-{suffix}",
            "namespace": "shop",
        },
        "ports": [{"name": name, "protocol": "TCP", **({"port": port} if port else {})}],
    }


def slices(*endpoints, **more):
    return slice_list(slice_object(*endpoints, **more))


def slice_list(*made, namespace="shop"):
    path = f"namespaces/{namespace}/discovery.k8s.io/endpointslices.yaml"
    return written(path, "EndpointSlice", *made, version="discovery.k8s.io/v1")


def database(name, rows, *more, written_at=WRITTEN):
    """A standalone file: rows by table as (table, number, columns), each an old record, then `more`, then a new one.

    written_at None leaves the times out.
    """
    old, new = (millis(LONG_AGO), millis(written_at)) if written_at else ("", "")
    first = [transaction({table: {uuid(number): columns}}, _date=old) for table, number, columns in rows]
    table = "NB_Global" if name == "OVN_Northbound" else "SB_Global"
    last = transaction({table: {uuid(1): {"nb_cfg": 7}}}, _date=new)
    return log(schema(name), *first, *more, last)


def later(table, number, columns, at="2026-11-21T10:00:30Z"):
    """A transaction during the collection: a row that comes, or columns that change."""
    return transaction({table: {uuid(number): columns}}, _date=millis(at))


def mac(ip):
    return "0a:58:" + ":".join(f"{int(part):02x}" for part in ip.split("."))


def lsp(pod_name, namespace="shop", ip=None, **columns):
    """The logical switch port of a pod."""
    address = ip or IPS[pod_name]
    return {
        "name": f"{namespace}_{pod_name}",
        "addresses": [f"{mac(address)} {address}"],
        "external_ids": {"namespace": namespace, "pod": "true"},
        "up": True,
        **columns,
    }


def balancer(name="Service_shop/web_TCP_cluster", vips=None, owner="shop/web", **columns):
    ids = {"k8s.ovn.org/kind": "Service", "k8s.ovn.org/owner": owner} if owner else {}
    return {"name": name, "protocol": "tcp", "vips": vips or {VIP: BACKENDS}, "external_ids": ids, **columns}


def home(where):
    """The pods of a node."""
    return [name for name in HOMES if HOMES[name] == where]


def north_rows(where, ports=None, balancers=None):
    """The rows of a node's northbound database; ports and balancers: rows instead of the usual ones."""
    at = NODES.index(where)
    ports = [lsp(name) for name in home(where)] if ports is None else ports
    balancers = [balancer()] if balancers is None else balancers
    fixed = [
        ("Logical_Switch_Port", 20, {"name": f"k8s-{where}", "addresses": [f"{mac(f'10.128.{at}.2')} 10.128.{at}.2"]}),
        ("Logical_Switch_Port", 21, {"name": f"stor-{where}", "type": "router", "addresses": ["router"]}),
        (
            "Logical_Switch_Port",
            22,
            {"name": f"br-ex_{where}", "type": "localnet", "addresses": ["unknown"], "up": False},
        ),
    ]
    each = [("Logical_Switch_Port", 30 + number, row) for number, row in enumerate(ports)]
    switch = {
        "name": where,
        "ports": [uuid(20), uuid(21), *(uuid(number) for _, number, _ in each)],
        "other_config": {"subnet": f"10.128.{at}.0/24"},
    }
    return [
        ("NB_Global", 1, {"name": where, "options": {"name": where}}),
        *fixed,
        *each,
        ("Logical_Switch", 2, switch),
        ("Logical_Router", 3, {"name": "ovn_cluster_router"}),
        *(("Load_Balancer", 60 + number, row) for number, row in enumerate(balancers)),
    ]


def north(where, *more, ports=None, balancers=None, written_at=WRITTEN):
    return _stored(where, "nbdb", "OVN_Northbound", north_rows(where, ports, balancers), *more, written_at=written_at)


def chassis(host, remote=False, **columns):
    return {
        "name": CHASSIS.get(host, host),
        "hostname": host,
        "other_config": {"is-remote": "true" if remote else "false"},
        **columns,
    }


def binding(name, namespace="shop", at=1, **columns):
    """The binding of a pod's port; at: the number of its chassis."""
    row = {"logical_port": f"{namespace}_{name}", "up": True, "chassis": uuid(at), **columns}
    return {key: value for key, value in row.items() if value is not None}


def south_rows(where, bindings=None, chassis_rows=None):
    """The rows of a node's southbound database: chassis 1 is its own, 2 and on the others'."""
    others = [name for name in NODES if name != where]
    rows = [chassis(where), *(chassis(name, remote=True) for name in others)] if chassis_rows is None else chassis_rows
    names = [where, *others]
    encaps = [
        ("Encap", 10 + at, {"type": "geneve", "ip": f"192.0.2.{20 + NODES.index(name)}", "chassis_name": CHASSIS[name]})
        for at, name in enumerate(names)
    ]
    bindings = [binding(name) for name in home(where)] if bindings is None else bindings
    fixed = [("Port_Binding", 20, {"logical_port": f"br-ex_{where}", "type": "localnet"})]
    return [
        ("SB_Global", 1, {"options": {"name": where}}),
        *(("Chassis", 1 + at, row) for at, row in enumerate(rows)),
        *encaps,
        *fixed,
        *(("Port_Binding", 30 + at, row) for at, row in enumerate(bindings)),
    ]


def south(where, *more, bindings=None, chassis_rows=None, written_at=WRITTEN):
    rows = south_rows(where, bindings, chassis_rows)
    return _stored(where, "sbdb", "OVN_Southbound", rows, *more, written_at=written_at)


def _stored(where, short, name, rows, *more, written_at=WRITTEN):
    return {f"{STORE}/{OVN_POD[where]}_{short}": database(name, rows, *more, written_at=written_at)}


def stores():
    """The databases of both nodes."""
    members = {}
    for name in NODES:
        members |= north(name) | south(name)
    return members


def objects():
    """What the API says."""
    members = ovnkube(*NODES) | pods(*(pod(name) for name in HOMES))
    for name in NODES:
        members |= node(name)
    return members | service() | slices(endpoint(WEB), endpoint(FAR)) | timestamp(STARTED)


def without(members, *parts):
    """Members without those whose path holds one of these texts."""
    return {path: content for path, content in members.items() if not any(part in path for part in parts)}


def cluster():
    """Healthy."""
    return objects() | stores()


def damaged(members):
    """Databases of which the fourth record and what follows it cannot be read."""
    return {
        path: data.replace(b"OVSDB JSON", b"@", 4).replace(b"@", b"OVSDB JSON", 3) for path, data in members.items()
    }


def unsound(members):
    """A store over members of which some cannot be read whole."""
    plan, store = Plan(Parser.registry.values()), Store()
    for path, content in members.items():
        data = content.encode() if isinstance(content, str) else content
        for match in plan.matches(path) or plan.recognise(path, data):
            store.read(match.parser, path)
            for fact in run(match.parser, SourceFile(path, [data], match.params, match.image_dir)):
                store.add(fact)
    assert store.failures
    return store


def judged(rule, members):
    """The outcome of a rule over members of which some cannot be read whole."""
    return judge(Rule.registry[rule], unsound(members))
