"""What the rules of drift need beside the small cluster: FRRConfigurations, FRRNodeState, daemons, raw text."""

import json

from bgp_kit import IMAGE, NAMESPACE, frr_conf
from metallb_kit import PEER, PREFIX, cluster, frr

FRR_K8S = "openshift-frr-k8s"
SPEAKER = "speaker-a"


def running(  # noqa: PLR0913 - what of a configuration a test changes
    *more,
    peer=PEER,
    router="router bgp 64500",
    remote_as="64512",
    networks=(PREFIX,),
    lead=None,
    top=(),
    profile="traditional",
):
    """A running configuration with one neighbor; `more` are its statements, `top` those of the router."""
    name = f" neighbor {peer}"
    lines = ["Building configuration...", "", "Current configuration:", "!", "frr version 8.4.4"]
    lines += [f"frr defaults {profile}", "hostname worker-0", "!", router, " no bgp ebgp-requires-policy"]
    lines += [" no bgp default ipv4-unicast", " no bgp network import-check", *(f" {one}" for one in top)]
    lines += [lead or f"{name} remote-as {remote_as}", *(f"{name} {one}" for one in more), " !"]
    lines += [" address-family ipv4 unicast", *(f"  network {one}" for one in networks), f" {name} activate"]
    lines += [f" {name} route-map {peer}-out out", " exit-address-family", "exit", "!"]
    lines += [f"ip prefix-list {peer}-pl-ipv4 seq {5 * at} permit {one}" for at, one in enumerate(networks, 1)]
    lines += [f"route-map {peer}-out permit 1", f" match ip address prefix-list {peer}-pl-ipv4", "exit", "!", "end"]
    return "\n".join(lines)


def on_worker_0(*more, **changes):
    """The cluster, whose first node runs the neighbor with other statements."""
    return cluster() | frr(running=running(*more, **changes))


def rendered(text=None, *, without=(), more=()):
    """frr.conf as MetalLB renders it: the running configuration without what FRR adds, deeper indented."""
    lines = (text or running()).split("\n")[5:-1]
    kept = [line.replace(" seq 5", "") for line in lines if line not in {"!", " !", "exit", *without}]
    kept = [line for line in kept if not line.startswith("frr ")]
    return frr_conf(
        "\n".join(
            ["log file /etc/frr/frr.log informational", *(f" {one}" if one[:1] == " " else one for one in kept), *more]
        )
    )


def frr_configuration(name, *neighbors, asn=64500, selector=None, namespace=NAMESPACE, **spec):
    """An FRRConfiguration with one router; every neighbor is a dictionary."""
    made = {
        "apiVersion": "frrk8s.metallb.io/v1beta1",
        "kind": "FRRConfiguration",
        "metadata": {"name": name, "namespace": namespace, "creationTimestamp": "2026-11-01T00:00:00Z"},
        "spec": {
            "bgp": {"routers": [{"asn": asn, "neighbors": list(neighbors), **spec.pop("router", {})}]},
            "nodeSelector": selector or {},
            **spec,
        },
    }
    return {
        f"{IMAGE}/namespaces/{namespace}/frrk8s.metallb.io/frrconfigurations/{name}.yaml": json.dumps(made, indent=1)
    }


def wish(address=PEER, asn=64512, **more):
    """A neighbor of an FRRConfiguration."""
    return {"address": address, "asn": asn, "toAdvertise": {"allowed": {"prefixes": [PREFIX]}}, **more}


def of_frrk8s(members, namespace=FRR_K8S):
    """The same archive with the FRR of every node in a pod of frr-k8s; the speakers have none of their own."""
    pods, twins = f"namespaces/{NAMESPACE}/pods/speaker-", f"namespaces/{namespace}/pods/frr-k8s-"
    moved = {}
    for path, content in members.items():
        if pods in path and path.endswith(".yaml"):
            moved[path] = _speaker(json.loads(content))
            moved |= _twin(json.loads(content), namespace)
        else:
            moved[path.replace(pods, twins) if "/frr/frr/logs/" in path else path] = content
    return moved


def _speaker(pod):
    pod["spec"]["containers"] = [{"name": "speaker", "env": [{"name": "METALLB_BGP_TYPE", "value": "frr-k8s"}]}]
    return json.dumps(pod, indent=4)


def _twin(pod, namespace):
    name = pod["metadata"]["name"].replace("speaker-", "frr-k8s-")
    pod["metadata"] |= {"name": name, "namespace": namespace, "labels": {"component": "frr-k8s"}}
    pod["spec"]["containers"] = [{"name": one} for one in ("controller", "frr", "reloader")]
    return {f"{IMAGE}/namespaces/{namespace}/pods/{name}/{name}.yaml": json.dumps(pod, indent=4)}


def node_state(text, node="worker-0"):
    """An FRRNodeState with this running configuration."""
    lines = "".join(f"    {line}\n" for line in text.split("\n"))
    content = f"""\
apiVersion: frrk8s.metallb.io/v1beta1
kind: FRRNodeState
metadata:
  name: {node}
  resourceVersion: '1'
status:
  lastConversionResult: success
  lastReloadResult: success
  runningConfig: |
{lines}"""
    return {f"{IMAGE}/cluster-scoped-resources/frrk8s.metallb.io/frrnodestates/{node}.yaml": content}


def extras(*lines):
    """The ConfigMap `bgpextras` with raw FRR configuration."""
    text = "".join(f"    {line}\n" for line in lines)
    content = f"""\
apiVersion: v1
kind: ConfigMap
metadata:
  name: bgpextras
  namespace: {NAMESPACE}
data:
  extras: |
{text}"""
    return {f"{IMAGE}/namespaces/{NAMESPACE}/core/configmaps/bgpextras.yaml": content}


def daemons(*lines, pod=SPEAKER):
    return {f"{IMAGE}/namespaces/{NAMESPACE}/pods/{pod}/frr/frr/logs/daemons": "\n".join(lines)}


def without(members, *words):
    """The members whose paths hold none of these words."""
    return {path: content for path, content in members.items() if not any(word in path for word in words)}
