"""Logs of ovnkube and multus: what failed for nodes, pods, policies and services, counted, with the newest of each.

Members: the logs of the containers and their rotated files (openshift/oc pkg/cli/admin/inspect/pod.go); of multus also
those that openshift/must-gather 4.9 to 4.13 copies (collection-scripts/gather_network_logs, gather_multus_logs). Lines
are deliberately ignored unless a message is known: a log may hold hundreds of megabytes and is read as a stream.
"""

import re
from collections.abc import Iterator

from parsers.base import ParseFailure, SourceFile, parser
from parsers.network_log import NetworkLog, NetworkLogCount, NetworkLogEvent, NetworkLogWindow, container_line
from parsers.network_log_kinds import MULTUS, OVNKUBE, of_multus, of_ovnkube

_CONTAINERS = ("ovnkube-controller", "ovnkube-node", "ovnkube-master", "ovnkube-cluster-manager")
_CONTAINER = re.compile(r"/([^/]+)/\1/logs/")
_FILES = (b"cni.go:", b"gateway_init.go:", b"network_controller.go:", b"obj_retry.go:", b"ovnkube.go:")


@parser(
    *(f"namespaces/{{namespace}}/pods/{{pod}}/{one}/{one}/logs/*.log" for one in _CONTAINERS),
    *(f"namespaces/{{namespace}}/pods/{{pod}}/{one}/{one}/logs/rotated/*" for one in _CONTAINERS),
    title="logs of ovnkube",
    collect="oc adm must-gather; by hand: oc logs -n openshift-ovn-kubernetes <pod> -c <container>",
    words=_FILES,
    content=rb"\b[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{6} +\d+ (?:\w+_)?"
    rb"(?:cni|gateway_init|network_controller|obj_retry|ovnkube)\.go:\d+\]",
)
def ovnkube_log(source: SourceFile) -> Iterator[NetworkLogWindow | NetworkLogCount | NetworkLogEvent | ParseFailure]:
    """Logs of the node and control plane parts of OVN-Kubernetes."""
    container = _CONTAINER.search(source.path)
    return NetworkLog(
        "ovnkube_log",
        container[1] if container else "ovnkube",
        OVNKUBE,
        container_line,
        lambda line: of_ovnkube(line.text, fatal=line.fatal),
    ).read(source)


@parser(
    "namespaces/{namespace}/pods/{pod}/kube-multus/kube-multus/logs/*.log",
    "namespaces/{namespace}/pods/{pod}/kube-multus/kube-multus/logs/rotated/*",
    "network_logs/multus_logs/multus-log-{node}.log",
    "network_logs/multus-*.log",
    title="logs of multus",
    collect="oc adm must-gather; by hand: oc logs -n openshift-multus <multus pod>",
    words=(b"[error] [", b"[error] Multus: ["),
    content=rb"^(?:\S{20,40} )?\d{4}-\d\d-\d\dT\S{9,30} \[error\] (?:Multus: )?\[",
)
def multus_log(source: SourceFile) -> Iterator[NetworkLogWindow | NetworkLogCount | NetworkLogEvent | ParseFailure]:
    """Logs of multus, which asks the other plugins for the networks of a pod."""
    return NetworkLog("multus_log", "multus", MULTUS, container_line, lambda line: of_multus(line.text)).read(source)
