"""The messages of ovnkube, multus and the kubelet that rules on the network ask for.

Sources: ovn-org/ovn-kubernetes go-controller/cmd/ovnkube/ovnkube.go, pkg/cni, pkg/clustermanager/node,
pkg/controllermanager, pkg/node, pkg/retry/obj_retry.go, pkg/ovn/controller/services, pkg/util/kube.go;
kubernetes/client-go tools/leaderelection; kubernetes/kubernetes pkg/kubelet; k8snetworkplumbingwg/multus-cni
pkg/multus.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from parsers.cni_failures import CniFailure, cni_failure


class NetworkLogKind(StrEnum):
    """What a message says."""

    CNI_FAILED = "cni-failed"  # subject: the pod; `failure` tells why; by ovnkube and multus
    SANDBOX_FAILED = "sandbox-failed"  # the same as the kubelet says it
    CNI_CONFIG_MISSING = "cni-config-missing"
    HOST_SUBNETS_EXHAUSTED = "host-subnets-exhausted"  # subject: the node
    ADDRESSES_EXHAUSTED = "addresses-exhausted"  # of a node's subnet, for pods
    MTU_TOO_SMALL = "mtu-too-small"  # subject: the interface
    MULTIPLE_GATEWAYS = "multiple-gateways"  # subject: the interfaces of the IPv4 and IPv6 default routes
    NO_DEFAULT_GATEWAY = "no-default-gateway"
    NO_IPV6_ADDRESS = "no-ipv6-address"
    FORWARDING_FAILED = "forwarding-failed"  # subject: the interface
    NODE_START_FAILED = "node-start-failed"  # for another reason than those above
    POLICY_FAILED = "policy-failed"  # subject: the network policy
    SERVICE_FAILED = "service-failed"  # subject: the service
    POD_FAILED = "pod-failed"  # subject: the pod
    OBJECT_FAILED = "object-failed"  # subject: type and name of any other object
    LEADER_LOST = "leader-lost"
    CERTIFICATE = "certificate"
    NODE_STATUS_FAILED = "node-status-failed"  # the kubelet could not tell the API that the node is alive
    SMT_ALIGNMENT = "smt-alignment"
    PANIC = "panic"
    FATAL = "fatal"  # the program ended with a message that is none of the others


@dataclass(frozen=True, slots=True)
class Message:
    """A message that is known. kind: of the program's own messages."""

    kind: StrEnum
    subject: str | None = None
    failure: CniFailure | None = None


_NAME = r"[a-z0-9][a-z0-9.-]{0,252}"
_POD = rf"{_NAME}/{_NAME}"
_KNOWN = tuple(
    (kind, re.compile(expression))
    for kind, expression in (
        (NetworkLogKind.PANIC, r"^(?:panic: |fatal error: )|recovering from a panic"),
        (
            NetworkLogKind.CNI_FAILED,
            rf"^\[(?P<subject>{_POD})[ \]].{{0,8000}}ADD finished CNI request .{{0,8000}}?\", err (?!<nil>)",
        ),
        (
            NetworkLogKind.MTU_TOO_SMALL,
            r"(?:MTU \(\d+\) of network interface (?P<subject>\S{1,60})|interface MTU \(\d+\)) is too small for",
        ),
        (
            NetworkLogKind.MULTIPLE_GATEWAYS,
            r"multiple gateway interfaces detected: (?P<subject>'?[\w.@-]{1,60}'? '?[\w.@-]{1,60}'?)",
        ),
        (NetworkLogKind.NO_DEFAULT_GATEWAY, r"unable to find default gateway and none provided via config"),
        (NetworkLogKind.NO_IPV6_ADDRESS, r"could not find IPv6 address on subnet"),
        (
            NetworkLogKind.FORWARDING_FAILED,
            r"could not set the correct forwarding value for interface (?P<subject>[^\s:]{1,60})",
        ),
        (
            NetworkLogKind.HOST_SUBNETS_EXHAUSTED,
            rf"(?:(?:network|subnet|HostSubnet)s? for node (?P<subject>{_NAME}):.{{0,500}})?no subnets available",
        ),
        (NetworkLogKind.CERTIFICATE, r"x509: |certificate was not signed|current certificate is invalid"),
        (
            NetworkLogKind.NODE_START_FAILED,
            r"failed to (?:start|create|initialize) (?:default )?node network controller|failed to run ovnkube",
        ),
        (
            NetworkLogKind.LEADER_LOST,
            r"No longer leader; exiting|leader ?election lost|failed to renew lease \S{1,300}",
        ),
        (NetworkLogKind.POLICY_FAILED, rf"\*v1\.NetworkPolicy (?P<subject>{_POD})[,:].{{0,40}}"),
        (NetworkLogKind.POLICY_FAILED, rf"network policy (?P<subject>{_POD}) failed to be created"),
        (NetworkLogKind.SERVICE_FAILED, rf"^Dropping service \\?\"(?P<subject>{_POD})\\?\" out of the queue"),
        (NetworkLogKind.ADDRESSES_EXHAUSTED, rf"(?:\*v1\.Pod (?P<subject>{_POD}), error: .{{0,2000}})?range is full"),
        (NetworkLogKind.POD_FAILED, rf"(?:create|attempt for) \*v1\.Pod (?P<subject>{_POD})[,:] error: "),
        (
            NetworkLogKind.OBJECT_FAILED,
            r"(?:Failed to create|attempt for) \*(?P<subject>\w{1,40}\.\w{1,80} [\w./-]{1,300})[,:] error: ",
        ),
    )
)
_KUBELET = tuple(
    (kind, re.compile(expression))
    for kind, expression in (
        (NetworkLogKind.SANDBOX_FAILED, r"^\"?RunPodSandbox from runtime service failed"),
        (NetworkLogKind.CNI_CONFIG_MISSING, r"^\"?Container runtime network not ready.{0,300}NetworkPluginNotReady"),
        (NetworkLogKind.SMT_ALIGNMENT, r"SMT ?Alignment ?Error"),
        (NetworkLogKind.NODE_STATUS_FAILED, r"^\"?Unable to update node status"),
        (NetworkLogKind.CERTIFICATE, r"x509: |certificate was not signed|current certificate is invalid"),
    )
)
_OF_MULTUS = re.compile(rf"\[error\] (?:Multus: )?\[(?P<subject>{_POD})/[^\]]{{0,300}}\]: ")
_SANDBOX = re.compile(
    rf"error adding pod (?P<namespace>{_NAME})_(?P<pod>{_NAME}) to CNI network"
    rf"|k8s_(?P<pod2>{_NAME})_(?P<namespace2>{_NAME})_|pod=\\?\"(?P<whole>{_POD})\\?\""
)

# What a line must hold to be looked at, in the bytes of the stream: every error of klog, and some others.
OVNKUBE = re.compile(
    rb"[EF]\d{4} \d\d:\d\d:\d\d\.|\", err [^<\n]|No longer leader; exiting|Dropping (?:service|retry entry) "
    rb"|[ZFP] (?:panic|fatal error): "
)
MULTUS = re.compile(rb"\[error\] (?:Multus: )?\[|[ZFP] (?:panic|fatal error): ")
KUBELET = re.compile(
    rb"RunPodSandbox from runtime service failed|Container runtime network not ready|SMT ?Alignment ?Error"
    rb"|Unable to update node status|x509: |certificate was not signed|current certificate is invalid"
)


def of_ovnkube(text: str, *, fatal: bool = False) -> Message | None:
    """A message of ovnkube. fatal: the program ends with it."""
    for kind, expression in _KNOWN:
        if found := expression.search(text):
            failure = cni_failure(text) if kind is NetworkLogKind.CNI_FAILED else None
            return Message(kind, found.groupdict().get("subject"), failure)
    return Message(NetworkLogKind.FATAL) if fatal else None


def of_multus(text: str) -> Message | None:
    """A message of multus about a pod."""
    if found := _OF_MULTUS.search(text):
        return Message(NetworkLogKind.CNI_FAILED, found["subject"], cni_failure(text))
    return Message(NetworkLogKind.PANIC) if _KNOWN[0][1].search(text) else None


def of_kubelet(text: str) -> Message | None:
    """A message of the kubelet."""
    for kind, expression in _KUBELET:
        if expression.search(text):
            if kind is NetworkLogKind.SANDBOX_FAILED:
                return Message(kind, _pod(text), cni_failure(text))
            return Message(kind, _pod(text) if kind is NetworkLogKind.SMT_ALIGNMENT else None)
    return None


def _pod(text: str) -> str | None:
    """The pod that a message of the kubelet is about."""
    found = _SANDBOX.search(text)
    if found is None:
        return None
    return found["whole"] or f"{found['namespace'] or found['namespace2']}/{found['pod'] or found['pod2']}"
