"""The messages of OpenShift SDN that rules ask for, by the nodes' program and by the controller.

Sources: openshift/sdn release-4.2 to 4.17 pkg/network/node (node.go, sdn_controller.go, subnets.go, pod.go,
healthcheck.go to 4.5, healthcheck_ovs.go from 4.6), pkg/network/master, pkg/network/common/egressip.go,
pkg/openshift-sdn and pkg/cmd/openshift-sdn-node; openshift/origin pkg/sdn/plugin and pkg/network/node for 3.x.
"""

import re
from enum import StrEnum

from parsers.cni_failures import cni_failure
from parsers.network_log_kinds import Message


class SdnLogKind(StrEnum):
    """What a message says. Those of a starting node are normal unless they go on; the rules decide."""

    HOST_IP_MISMATCH = "host-ip-mismatch"  # subject: the address in the HostSubnet
    SUBNET_MISSING = "subnet-missing"  # subject: the node; it waits for its HostSubnet, as each new one does
    SUBNETS_EXHAUSTED = "subnets-exhausted"  # by the controller; subject: the node
    SUBNET_FAILED = "subnet-failed"  # by the controller, for another reason; subject: the node
    SUBNET_INVALID = "subnet-invalid"  # a HostSubnet that is ignored or deleted; subject: its name
    NODE_IP_MISSING = "node-ip-missing"  # by the controller; subject: the node
    NODE_IP_UNKNOWN = "node-ip-unknown"  # no interface has the node's address
    MTU_TOO_SMALL = "mtu-too-small"  # from 4.6
    FORWARDING_OFF = "forwarding-off"  # net.ipv4.ip_forward is 0; to 4.9
    ROUTES_WRONG = "routes-wrong"  # the routes of the cluster on tun0, from 4.10; seen at a start
    NETWORK_CONFLICT = "network-conflict"  # a network of the host overlaps with the cluster's
    OBJECTS_OUTSIDE = "objects-outside"  # subnets, pods or services outside of the cluster's networks
    SETUP_FAILED = "setup-failed"  # the node has no network; subject: the step
    FULL_SETUP = "full-setup"  # all flows are made anew, as after each boot; subject: why
    READY = "ready"  # the network's program of a node has started
    OVS_COMMAND_FAILED = "ovs-command-failed"  # subject: the command; one that asks for what is not there yet is normal
    OVS_CHANGED = "ovs-changed"  # Open vSwitch was restarted, and so the program restarts
    OVS_UNREACHABLE = "ovs-unreachable"
    CNI_FAILED = "cni-add-failed"  # subject: the pod; `failure` tells why
    CNI_DEL_FAILED = "cni-del-failed"  # subject: the pod
    REATTACH_FAILED = "reattach-failed"  # subject: the pod
    FLOWS_FAILED = "flows-failed"  # subject: what the flows are for
    EGRESS_IP_CONFLICT = "egress-ip-conflict"  # subject: the address
    EGRESS_NODE_OFFLINE = "egress-node-offline"  # subject: the node's address
    EGRESS_POLICY_CONFLICT = "egress-policy-conflict"  # all traffic to the outside is dropped; subject: the policies
    PROXY_FAILED = "proxy-failed"  # the service proxy did not start, or iptables took no rules
    NETID_FAILED = "netid-failed"
    LEADER_LOST = "controller-leader-lost"
    PANIC = "sdn-panic"
    FATAL = "sdn-fatal"  # the program ended with a message that is none of the others


_NAME = r"[a-z0-9][a-z0-9.-]{0,252}"
_POD = rf"'?(?P<subject>{_NAME}/{_NAME})'?"
_IP = r"[0-9a-fA-F.:]{2,45}"
_KNOWN = tuple(
    (kind, re.compile(expression))
    for kind, expression in (
        (SdnLogKind.PANIC, r"^(?:panic: |fatal error: )|[Oo]bserved a panic"),
        (SdnLogKind.HOST_IP_MISMATCH, rf"HostIP \"(?P<subject>{_IP})\" for local subnet does not match with nodeIP"),
        (SdnLogKind.SUBNET_MISSING, rf"Could not find an allocated subnet for node: (?P<subject>{_NAME})"),
        (
            SdnLogKind.SUBNETS_EXHAUSTED,
            rf"(?:(?:subnet|network) for node \"?(?P<subject>{_NAME}?)\"?[,:].{{0,300}})?[Nn]o subnets available",
        ),
        (SdnLogKind.SUBNET_FAILED, rf"Error creating subnet for node (?P<subject>{_NAME}?), "),
        (SdnLogKind.NODE_IP_MISSING, rf"Node IP is not set for node (?P<subject>{_NAME}?), "),
        (
            SdnLogKind.SUBNET_INVALID,
            rf"(?:(?:Ignoring|Deleting) invalid|Failed to validate) HostSubnet \"?(?P<subject>{_NAME})",
        ),
        (SdnLogKind.NODE_IP_UNKNOWN, r"Unable to find network interface for node IP"),
        (SdnLogKind.MTU_TOO_SMALL, r"interface MTU \(\d{1,6}\) is too small for specified overlay MTU \(\d{1,6}\)"),
        (SdnLogKind.FORWARDING_OFF, r"net/ipv4/ip_forward=0, it must be set to 1"),
        (SdnLogKind.ROUTES_WRONG, r"one or more cluster routes not found or not correct"),
        (SdnLogKind.NETWORK_CONFLICT, r"Local networks conflict with SDN"),
        (SdnLogKind.OBJECTS_OUTSIDE, r"Cluster contains objects incompatible with ClusterNetwork"),
        (
            SdnLogKind.SETUP_FAILED,
            (
                r"(?P<subject>node SDN setup failed|could not complete SDN setup|[Ff]ailed to set up iptables"
                r"|[Ff]ailed to get subnet for this host|failed to validate own HostSubnet"
                r"|could not get ClusterNetwork resource|[Ff]ailed to get network information"
                r"|failed to get host network information)"
            ),
        ),
        (SdnLogKind.SETUP_FAILED, r"(?P<subject>Failed to (?:start|initialize) sdn|SDN [Nn]ode (?:startup )?failed)"),
        (SdnLogKind.FULL_SETUP, r"full SDN setup required(?: \((?P<subject>.{1,200})\))?"),
        (SdnLogKind.READY, r"openshift-sdn network plugin ready"),
        (SdnLogKind.OVS_COMMAND_FAILED, r"^Error executing (?P<subject>ovs-[a-z]{1,10}): "),
        (SdnLogKind.OVS_CHANGED, r"[Dd]etected OVS server change, restarting"),
        (
            SdnLogKind.OVS_UNREACHABLE,
            r"SDN healthcheck (?:unable to connect to|detected unhealthy) OVS|Error (?:connecting to|pinging) OVS",
        ),
        (SdnLogKind.CNI_FAILED, rf"CNI_ADD {_POD} failed: "),
        (SdnLogKind.CNI_DEL_FAILED, rf"CNI_DEL {_POD} failed: "),
        (SdnLogKind.REATTACH_FAILED, rf"Could not (?:reattach|update) pod {_POD}"),
        (SdnLogKind.REATTACH_FAILED, rf"Could not update pod \"(?P<subject>{_NAME})\""),
        (
            SdnLogKind.EGRESS_IP_CONFLICT,
            rf"Multiple (?:nodes|namespaces) \(.{{1,200}}\) claiming EgressIP (?P<subject>{_IP})",
        ),
        (SdnLogKind.EGRESS_IP_CONFLICT, rf"Multiple EgressIPs \((?P<subject>{_IP}), "),
        (SdnLogKind.EGRESS_NODE_OFFLINE, rf"^Node (?P<subject>{_IP}) is offline"),
        (
            SdnLogKind.EGRESS_POLICY_CONFLICT,
            r"EgressNetworkPolic(?:y|ies) (?:not allowed )?in (?:shared|same|global).{0,30} \((?P<subject>.{1,300}?)\)",
        ),
        (
            SdnLogKind.FLOWS_FAILED,
            (
                r"[Ee]rror (?:adding|updating|deleting|creating) OVS (?:VXLAN multicast )?flows? for (?P<subject>"
                rf"subnet \"[0-9./]{{1,43}}\"|EgressNetworkPolicy|service {_NAME}/{_NAME}|service|VNID \d{{1,8}})"
            ),
        ),
        (SdnLogKind.FLOWS_FAILED, r"[Ee]rror (?:adding|deleting|updating) OVS (?:VXLAN multicast )?flows?"),
        (
            SdnLogKind.PROXY_FAILED,
            (
                r"node proxy plugin startup failed|Unable to (?:create proxy (?:server|wrapper)|start proxy)"
                r"|Could not initialize Kubernetes Proxy|Failed to execute iptables-restore"
            ),
        ),
        (SdnLogKind.NETID_FAILED, r"Error (?:assigning|revoking|updating) netid"),
        (SdnLogKind.LEADER_LOST, r"leader ?election lost|failed to start (?:subnet|VNID) master"),
    )
)

# What a line must hold to be looked at, in the bytes of the stream: warnings and errors of the files that say these.
SDN = re.compile(
    rb"[WE]\d{4} \d\d:\d\d:\d\d\.\d{1,9} +\d+ (?:node|sdn_controller|subnets|pod|healthcheck|healthcheck_ovs|cmd|sdn"
    rb"|egressip|vxlan_monitor|master|vnids|netid|ovscontroller|controller|common|runtime|proxier|proxy|kube_proxy|plugin"
    rb"|start_node|iptables|networkpolicy|egress_network_policy|network_controller|subnet_allocator)\.go:"
    rb"|F\d{4} \d\d:\d\d:\d\d\.|full SDN setup required|network plugin ready"
    rb"|Error executing ovs-|[ZFP:] (?:panic|fatal error): |^(?:panic|fatal error): ",
    re.MULTILINE,
)


def of_sdn(text: str, *, fatal: bool = False) -> Message | None:
    """A message of openshift-sdn. fatal: the program ends with it."""
    for kind, expression in _KNOWN:
        if found := expression.search(text):
            failure = cni_failure(text) if kind is SdnLogKind.CNI_FAILED else None
            return Message(kind, found.groupdict().get("subject"), failure)
    return Message(SdnLogKind.FATAL) if fatal else None
