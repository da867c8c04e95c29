"""The messages that the rules ask for, by what they begin with.

Wordings of MetalLB 0.9 to 0.16 (metallb/metallb speaker/main.go, bgp_controller.go, layer2_controller.go,
controller/main.go, service.go, internal/k8s/k8s.go, internal/k8s/controllers, internal/bgp/frr/frr.go, config.go,
internal/bgp/native/native.go, internal/layer2/announcer.go, internal/speakerlist/speakerlist.go,
frr-tools/metrics/liveness), frr-k8s 0.0.1 to 0.0.25 (metallb/frr-k8s internal/controller, internal/frr/frr.go, cmd),
the operator (metallb/metallb-operator controllers/metallb_controller.go, main.go), hashicorp/memberlist state.go and
net.go, open-policy-agent/cert-controller pkg/rotator/rotator.go, and client-go.
"""

from dataclasses import dataclass

from parsers.metallb_log_kinds import MetallbLogKind

K = MetallbLogKind


@dataclass(frozen=True, slots=True)
class Signature:
    """The beginning of a message and what it means.

    needs: the field without which the message is not understood. only_errors: what is told at another level is not
    wanted. reason, protocol: what the wording tells.
    """

    kind: MetallbLogKind
    begin: str
    needs: str | None = None
    only_errors: bool = False
    reason: str | None = None
    protocol: str | None = None


# By the value of `msg`.
MESSAGES = (
    Signature(K.STARTING, "MetalLB speaker starting"),
    Signature(K.STARTING, "MetalLB controller starting"),
    Signature(K.STARTING, "FRR metrics exporter starting"),
    Signature(K.STARTING, "starting frr-k8s"),
    Signature(K.STARTING, "starting status exporter"),
    Signature(K.STARTING, "git commit:"),  # the operator
    Signature(K.CONFIG_LOADED, "config (re)loaded"),
    Signature(K.CONFIG_STALE, "config (re)load failed, config marked stale"),
    Signature(K.CONFIG_STALE, "new configuration rejected", reason="new configuration rejected"),
    Signature(K.NO_CONFIG, "configuration is missing, MetalLB will not function"),
    Signature(K.HANDLER_FAILED, "applying new configuration to protocol handler failed"),
    Signature(K.HANDLER_FAILED, "applying new configuration failed"),
    Signature(K.PEER_CONFIGURED, "peer configured, starting BGP session", "peer"),
    Signature(K.PEER_DECONFIGURED, "peer deconfigured, closing BGP session", "peer"),
    Signature(K.SESSION_FAILED, "failed to create BGP session", "error"),
    Signature(K.SESSION_UP, "BGP session established"),
    Signature(K.SESSION_DOWN, "BGP session down"),
    Signature(K.CONNECT_FAILED, "failed to connect to peer", "error"),
    Signature(K.PEER_NOTIFICATION, "peer sent notification, closing session"),
    Signature(K.ADVERTISEMENTS_FAILED, "failed to update BGP advertisements"),
    Signature(K.ADVERTISEMENTS_FAILED, "failed to send BGP update"),
    Signature(K.SERVICE_ANNOUNCED, "service has IP, announcing", "ips"),
    Signature(K.SERVICE_WITHDRAWN, "withdrawing service announcement", "reason"),
    Signature(K.ANNOUNCE_FAILED, "failed to announce service"),
    Signature(K.WITHDRAW_FAILED, "failed to clear balancer state"),
    Signature(K.IP_NOT_ALLOWED, "IP allocated by controller not allowed by config"),
    Signature(K.INVALID_IP, "invalid IP allocated by controller"),
    Signature(K.IP_ASSIGNED, "IP address assigned by controller", "ips"),
    Signature(K.IP_ASSIGNED, "Additional IP address assigned by controller", "ips"),
    Signature(K.ALLOCATION_FAILED, "IP allocation failed", "error"),
    Signature(K.RESPONDER_CREATED, "created ARP responder for interface", "interface", protocol="arp"),
    Signature(K.RESPONDER_CREATED, "created NDP responder for interface", "interface", protocol="ndp"),
    Signature(K.RESPONDER_FAILED, "failed to create ARP responder", "interface", protocol="arp"),
    Signature(K.RESPONDER_FAILED, "failed to create NDP responder", "interface", protocol="ndp"),
    Signature(K.RESPONDER_DELETED, "deleted ARP responder for interface", "interface", protocol="arp"),
    Signature(K.RESPONDER_DELETED, "deleted NDP responder for interface", "interface", protocol="ndp"),
    Signature(K.GRATUITOUS_FAILED, "failed to make gratuitous"),
    Signature(K.INTERFACES_MISSING, "the specified interfaces used to announce LB IP don't exist"),
    Signature(K.MEMBERLIST_JOINED, "memberlist join succes"),  # 0.9 to 0.14 with one s
    Signature(K.MEMBERLIST_PARTIAL_JOIN, "partial join"),
    Signature(K.WEBHOOK_FAILED, "failed calling webhook"),
    Signature(K.CERT_ROTATION_ERROR, "unable to setup cert rotation", only_errors=True),
    Signature(K.CERT_ROTATION_ERROR, "unable to set up cert rotat", only_errors=True),
    Signature(K.OPERATOR_SYNC_FAILED, "Failed to update metallb status", "error"),
    Signature(K.BAD_INSTANCE_NAME, "Invalid MetalLB resource name"),
    Signature(K.OPERATOR_SYNC_FAILED, "Invalid MetalLB resource", "error"),
    Signature(K.RECONCILER_ERROR, "Reconciler error", "error"),
    Signature(K.THROTTLED, "Waited for "),
    Signature(K.LEADER_ACQUIRED, "successfully acquired lease"),
    Signature(K.LEADER_LOST, "failed to renew lease"),
    Signature(K.LEADER_LOST, "leader election lost"),
    Signature(K.PANIC, "Observed a panic"),
    Signature(K.STARTUP_FAILED, "problem running manager", only_errors=True),
)
# By the value of `event`, where `msg` does not tell.
EVENTS = (
    Signature(K.CONFIG_LOADED, "config reloaded"),
    Signature(K.RELOAD_FAILED_NO_RETRY, "reload failed, no retry"),
    Signature(K.RELOAD_FAILED_RETRY, "reload failed, retry"),
    Signature(K.SERVICE_FAILED, "failed to handle service, no retry", reason="no retry"),
    Signature(K.SERVICE_FAILED, "failed to handle service, retry", reason="retry"),
    Signature(K.SERVICE_FAILED, "failed to handle service"),
    Signature(K.CONFLICTING_ADVERTISEMENTS, "conflictingAdvertisements", "service"),
    Signature(K.NODE_EXCLUDED, "skipping should announce bgp", "service", protocol="bgp"),
    Signature(K.NODE_EXCLUDED, "skipping should announce l2", "service", protocol="layer2"),
    Signature(K.ADDRESS_CLEARED, "clearAssignment"),
    Signature(K.FRRK8S_CONFIG_APPLIED, "applied new configuration"),
    Signature(K.FRRK8S_CONFIG_FAILED, "failed to create frr8s configuration"),
    Signature(K.MEMBERLIST_JOINED, "NodeJoin", "node"),  # the value of `node event`, as in the next
    Signature(K.MEMBERLIST_LEFT, "NodeLeave", "node"),
)
# By the value of `op`, where the others do not tell.
OPERATIONS = (
    Signature(K.FRR_RELOAD_VALIDATE, "reload-validate"),
    Signature(K.FRR_RELOAD_VALIDATE, "fetch status", only_errors=True),
    Signature(K.FRR_RELOAD_ERROR, "reload", only_errors=True),
    Signature(K.STARTUP_FAILED, "startup", only_errors=True),
)
# By a key, whose value tells why.
KEYS = (
    Signature(K.CONVERSION_FAILED, "failed to convert the config, error", reason="failed to convert the config"),
    Signature(K.CONVERSION_FAILED, "failed to apply the config, error", reason="failed to apply the config"),
    Signature(K.CONVERSION_FAILED, "failed to apply the empty config, error", reason="failed to apply the config"),
    Signature(K.DAEMONS_NOT_RUNNING, "daemons not running. got: "),
    Signature(K.DAEMONS_NOT_RUNNING, "failed to call show daemons", reason="failed to call show daemons"),
)
# By what stands behind `memberlist: `, in JSON or in plain text; the word that varies is a member's name.
MEMBERLIST = (
    (K.MEMBERLIST_SUSPECT, "Suspect {} has failed"),
    (K.MEMBERLIST_FAILED, "Marking {} as failed"),
    (K.MEMBERLIST_REFUTED, "Refuting a suspect message"),
    (K.MEMBERLIST_REFUTED, "Refuting a dead message"),
    (K.MEMBERLIST_UDP_FAILED, "Was able to connect to {} over TCP but UDP probes failed"),
    (K.MEMBERLIST_UDP_FAILED, "Was able to connect to {} but other probes failed"),
    (K.MEMBERLIST_UDP_FAILED, "Was able to reach {} via TCP but not UDP"),
    (K.MEMBERLIST_PING_FAILED, "Failed fallback ping"),
    (K.MEMBERLIST_PING_FAILED, "Failed fallback TCP ping"),
    (K.MEMBERLIST_PING_FAILED, "Failed UDP ping"),
    (K.MEMBERLIST_JOIN_FAILED, "Failed to join "),
    (K.MEMBERLIST_KEY_MISMATCH, "failed to receive: No installed keys could decrypt the message"),
)
