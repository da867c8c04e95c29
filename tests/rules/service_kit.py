"""A small cluster for the rules of services: a service with two ready pods, a route, a router, the cluster's DNS.

Objects are written as `oc adm inspect` writes them, a value a line. `cluster()` is healthy as it stands, `|` puts other
members over it. The archive was collected at STARTED.
"""

import json

import yaml
from bgp_kit import IMAGE, timestamp

STARTED = "2026-11-21 10:00:00"
OLD, LONG_AGO, JUST_NOW = "2026-11-20T00:00:00Z", "2026-11-21T09:00:00Z", "2026-11-21T09:58:30Z"
WEB, OTHER = "web-6b7f9d4c8d-n7c5v", "web-6b7f9d4c8d-4zq2k"
IPS = {WEB: "10.128.0.7", OTHER: "10.128.1.6"}
HOMES = {WEB: "worker-0", OTHER: "worker-1"}
SELECTOR = {"app": "web"}
DNS, DNS_LABEL = "openshift-dns", {"dns.operator.openshift.io/daemonset-dns": "default"}
ROUTERS = "openshift-ingress"
ROUTER_LABEL = {"ingresscontroller.operator.openshift.io/deployment-ingresscontroller": "default"}


def listed(path, kind, *objects, version="v1"):
    """The list of a kind at a path below the image directory."""
    plain = json.loads(json.dumps(objects))  # PyYAML writes what occurs twice as an alias, Kubernetes never does
    items = yaml.safe_dump(plain, width=1000) if objects else "[]\n"
    text = f"---\napiVersion: {version}\nitems:{chr(10) if objects else ' '}{items}kind: {kind}List\n"
    return {f"{IMAGE}/{path}": text + "metadata:\n  resourceVersion: '1'\n"}


def service(name="web", ip="172.30.45.10", namespace="shop", *, metadata=None, status=None, **spec):
    """A service with the port `http`."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace, "creationTimestamp": OLD, **(metadata or {})},
        "spec": {
            "clusterIP": ip,
            "clusterIPs": [ip],
            "ports": [{"name": "http", "port": 80, "protocol": "TCP", "targetPort": 8080}],
            "selector": SELECTOR,
            "type": "ClusterIP",
            **spec,
        },
        "status": {"loadBalancer": {}, **(status or {})},
    }


def services(*made, namespace="shop"):
    return listed(f"namespaces/{namespace}/core/services.yaml", "Service", *made)


def pod(name=WEB, namespace="shop", *, ready=True, since=OLD, started=OLD, labels=SELECTOR, **more):  # noqa: PLR0913
    """A pod; since: when its readiness changed last. more: phase, node, ip, deleted, and the state of its container."""
    container = {"name": "c", "ready": ready, "restartCount": more.get("restarts", 0)}
    container["state"] = more.get("state", {"running": {"startedAt": started}})
    condition = {"lastTransitionTime": since, "status": str(ready), "type": "Ready"}
    if not ready:
        condition["reason"] = "ContainersNotReady"
    address = more.get("ip", IPS.get(name))
    metadata = {"creationTimestamp": started, "labels": dict(labels), "name": name, "namespace": namespace}
    if more.get("deleted"):
        metadata["deletionTimestamp"] = JUST_NOW
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": {"containers": [{"name": "c"}], "nodeName": more.get("node", HOMES.get(name))},
        "status": {
            "conditions": [condition],
            "containerStatuses": [container],
            "phase": more.get("phase", "Running"),
            "podIPs": [{"ip": address}] if address else [],
            "startTime": started,
        },
    }


def crashing(name=WEB, **more):
    """A pod whose container starts and ends again and again."""
    state = {"waiting": {"message": "back-off 5m0s restarting failed container", "reason": "CrashLoopBackOff"}}
    return pod(name, ready=False, since=LONG_AGO, state=state, restarts=12, **more)


def pods(*made, namespace="shop"):
    return listed(f"namespaces/{namespace}/core/pods.yaml", "Pod", *made)


def endpoint(name=WEB, namespace="shop", **more):
    """An endpoint of a pod; more: ip, node and conditions."""
    conditions = {"ready": True, **{key: more[key] for key in ("ready", "serving", "terminating") if key in more}}
    return {
        "addresses": [more.get("ip") or IPS[name]],
        "conditions": conditions,
        "nodeName": more.get("node") or HOMES.get(name, "worker-0"),
        "targetRef": {"kind": "Pod", "name": name, "namespace": namespace},
    }


HTTP = ({"name": "http", "port": 8080, "protocol": "TCP"},)


def slices(*endpoints, name="web", namespace="shop", ports=HTTP, others=()):
    """The slice of a service, and others beside it."""
    made = {
        "addressType": "IPv4",
        "apiVersion": "discovery.k8s.io/v1",
        "endpoints": list(endpoints) or None,
        "kind": "EndpointSlice",
        "metadata": {
            "labels": {"kubernetes.io/service-name": name},
            "name": f"{name}-x7k2p",
            "namespace": namespace,
        },
        "ports": list(ports) or None,
    }
    path = f"namespaces/{namespace}/discovery.k8s.io/endpointslices.yaml"
    return listed(path, "EndpointSlice", made, *others, version="discovery.k8s.io/v1")


def no_slices(namespace="shop"):
    path = f"namespaces/{namespace}/discovery.k8s.io/endpointslices.yaml"
    return listed(path, "EndpointSlice", version="discovery.k8s.io/v1")


def admission(status="True", reason=None, message=None, router="default"):
    """What a router makes of a route."""
    condition = {"status": status, "type": "Admitted", "lastTransitionTime": OLD}
    condition |= {key: value for key, value in (("reason", reason), ("message", message)) if value}
    return {"conditions": [condition], "host": "web.apps.example.com", "routerName": router}


def route(name="web", namespace="shop", *, ingresses=None, created=OLD, **spec):
    return {
        "apiVersion": "route.openshift.io/v1",
        "kind": "Route",
        "metadata": {"name": name, "namespace": namespace, "creationTimestamp": created},
        "spec": {
            "host": "web.apps.example.com",
            "port": {"targetPort": "http"},
            "to": {"kind": "Service", "name": "web", "weight": 100},
            **spec,
        },
        "status": {"ingress": [admission()] if ingresses is None else ingresses},
    }


def routes(*made, namespace="shop"):
    path = f"namespaces/{namespace}/route.openshift.io/routes.yaml"
    return listed(path, "Route", *made, version="route.openshift.io/v1")


def workloads(*made, kind="Deployment", namespace="shop"):
    """Workloads of the shop: (name, replicas asked for, replicas that exist, more of their metadata)."""
    group = "apps.openshift.io" if kind == "DeploymentConfig" else "apps"
    items = [
        {
            "apiVersion": f"{group}/v1",
            "kind": kind,
            "metadata": {"name": name, "namespace": namespace, "creationTimestamp": OLD, "generation": 2, **more},
            "spec": {"replicas": asked, "template": {"metadata": {"labels": dict(SELECTOR)}}},
            "status": {"observedGeneration": 2, "replicas": existing},
        }
        for name, asked, existing, more in made
    ]
    path = f"namespaces/{namespace}/{group}/{kind.lower()}s.yaml"
    return listed(path, kind, *items, version=f"{group}/v1")


def condition(kind, status, reason="Reason", message="all is well"):
    return {"lastTransitionTime": OLD, "message": message, "reason": reason, "status": status, "type": kind}


HEALTHY = (condition("Available", "True"), condition("Degraded", "False"))


def controller(*conditions, name="default", replicas=2):
    """An ingress controller."""
    made = {
        "apiVersion": "operator.openshift.io/v1",
        "kind": "IngressController",
        "metadata": {"name": name, "namespace": "openshift-ingress-operator"},
        "spec": {"replicas": replicas},
        "status": {
            "availableReplicas": replicas,
            "conditions": list(conditions or HEALTHY),
            "domain": "apps.example.com",
            "endpointPublishingStrategy": {"type": "HostNetwork"},
        },
    }
    path = f"namespaces/openshift-ingress-operator/operator.openshift.io/ingresscontrollers/{name}.yaml"
    return {f"{IMAGE}/{path}": yaml.safe_dump(made, width=1000)}


def operator(name, *conditions):
    """A cluster operator."""
    made = {
        "apiVersion": "config.openshift.io/v1",
        "kind": "ClusterOperator",
        "metadata": {"name": name},
        "status": {"conditions": list(conditions or HEALTHY)},
    }
    return {f"{IMAGE}/cluster-scoped-resources/config.openshift.io/clusteroperators/{name}.yaml": yaml.safe_dump(made)}


def router_pod(name="router-default-5c6d7f8b9-x2x8q", node="worker-0", **more):
    return pod(name, ROUTERS, labels=ROUTER_LABEL, node=node, ip="192.0.2.20", **more)


def dns_pod(name="dns-default-x2x8q", node="worker-0", **more):
    return pod(name, DNS, labels=DNS_LABEL, node=node, ip="10.128.0.3", **more)


def node(name, ready="True"):
    address = f"192.0.2.{20 + int(name.rpartition('-')[2])}"
    made = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name},
        "spec": {},
        "status": {
            "addresses": [{"address": address, "type": "InternalIP"}],
            "conditions": [{"status": ready, "type": "Ready", "reason": "KubeletReady", "message": "m"}],
        },
    }
    return {f"{IMAGE}/cluster-scoped-resources/core/nodes/{name}.yaml": yaml.safe_dump(made)}


def network(kind="OpenShiftSDN"):
    made = {
        "apiVersion": "config.openshift.io/v1",
        "kind": "Network",
        "metadata": {"name": "cluster"},
        "status": {"networkType": kind},
    }
    return {f"{IMAGE}/cluster-scoped-resources/config.openshift.io/networks.yaml": yaml.safe_dump(made)}


def shop():
    """The service with its pods and endpoints."""
    return services(service()) | pods(pod(), pod(OTHER)) | slices(endpoint(), endpoint(OTHER)) | timestamp(STARTED)


def cluster():
    """The shop with its route, the router, the DNS, and the nodes of all."""
    ingress = pods(router_pod(), namespace=ROUTERS) | controller() | operator("ingress")
    dns = pods(dns_pod(), namespace=DNS) | operator("dns")
    return shop() | routes(route()) | ingress | dns | node("worker-0") | node("worker-1")


def rules_of(*lines, where="worker-0", pod_name="sdn-x2x8q"):
    """The nat table of a node, as the must-gather of 4.9 saves it."""
    chains = sorted({line.split()[1] for line in lines})
    head = ["# Generated by iptables-save v1.8.4 on Sat Nov 21 10:00:00 2026", "*nat"]
    head += [":PREROUTING ACCEPT [0:0]", ":POSTROUTING ACCEPT [0:0]", *(f":{one} - [0:0]" for one in chains)]
    text = "\n".join([*head, *(f"[0:0] {line}" for line in lines), "COMMIT", ""])
    return {f"{IMAGE}/network_logs/{where}_{pod_name}_iptables": text}
