"""Clusters in which some nodes differ from the others: sessions, clocks, versions. Builders return members."""

import json

from bgp_kit import BOTH, IMAGE, NAMESPACE, config, down, dump, neighbor, node, statements
from metallb_kit import peer, speaker_pod

A, B = "192.0.2.1", "192.0.2.2"
SPEAKERS = "abcdefghijkl"


def sessions(up, peers=(A, B), where="worker-0", at=0, **labels):
    """A node with its speaker and FRR; of `peers` those in `up` are Established."""
    name = f"speaker-{SPEAKERS[at]}"
    blocks = [neighbor(one, capabilities=BOTH) if one in up else down(one) for one in peers]
    text = config(*(statements(one) for one in peers), activate=peers, hostname=where)
    labelled = {key.replace("__", "/").replace("_", "."): value for key, value in labels.items()}
    return node(where, labels=labelled) | speaker_pod(name, where) | dump(blocks, text, pod=name)


def nodes(*rows, peers=(A, B), asked=True):
    """A node for each set of peers that are up; with a BGPPeer for each peer."""
    members = {}
    for at, up in enumerate(rows):
        members |= sessions(up, peers, f"worker-{at}", at)
    for at, one in enumerate(peers if asked else ()):
        members |= peer(f"tor{at}", one)
    return members


def lease(name, renewed):
    """The lease that the kubelet of a node renews."""
    content = f"""\
---
apiVersion: coordination.k8s.io/v1
kind: Lease
metadata:
  name: {name}
  namespace: kube-node-lease
spec:
  holderIdentity: {name}
  leaseDurationSeconds: 40
  renewTime: "2026-11-21T{renewed}.000000Z"
"""
    return {f"{IMAGE}/namespaces/kube-node-lease/coordination.k8s.io/leases/{name}.yaml": content}


def daemon_pod(family, at, where, namespace=NAMESPACE, started="2026-11-20T00:00:00Z", **images):
    """A pod of a DaemonSet with its containers and their images."""
    name = f"{family}-{'bcdfghjklm'[at] * 5}"
    made = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"labels": {"app": family}, "name": name, "namespace": namespace},
        "spec": {
            "containers": [{"image": image, "name": key.replace("_", "-")} for key, image in images.items()],
            "nodeName": where,
        },
        "status": {
            "conditions": [{"status": "True", "type": "Ready"}],
            "phase": "Running",
            "startTime": started,
        },
    }
    return {f"{IMAGE}/namespaces/{namespace}/pods/{name}/{name}.yaml": json.dumps(made, indent=4)}
