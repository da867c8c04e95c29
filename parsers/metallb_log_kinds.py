"""What the rules ask the logs of MetalLB, frr-k8s and the operator for."""

from enum import StrEnum


class MetallbLogKind(StrEnum):
    """What a message says. Those marked (debug) are written at log level debug only."""

    STARTING = "starting"  # details: version, commit, branch
    STARTUP_FAILED = "startup-failed"
    CONFIG_LOADED = "config-loaded"
    CONFIG_RECONCILED = "config-reconciled"  # a look at the resources ended without an error; maybe nothing changed
    CONFIG_STALE = "config-stale"  # `error` is why; `reason` the step, where one is told
    RELOAD_FAILED_RETRY = "reload-failed-retry"
    RELOAD_FAILED_NO_RETRY = "reload-failed-no-retry"
    NO_CONFIG = "no-config"
    HANDLER_FAILED = "handler-failed"
    PEER_CONFIGURED = "peer-configured"
    PEER_DECONFIGURED = "peer-deconfigured"  # `reason`: removedFromConfig, filteredByNodeSelector
    SESSION_FAILED = "session-failed"  # the session could not be made, not: it went down
    SESSION_UP = "session-up"  # MetalLB's own BGP (native mode) only, as the next three
    SESSION_DOWN = "session-down"
    CONNECT_FAILED = "connect-failed"
    PEER_NOTIFICATION = "peer-notification"
    ADVERTISEMENTS_FAILED = "advertisements-failed"
    CONFLICTING_ADVERTISEMENTS = "conflicting-advertisements"
    SERVICE_ANNOUNCED = "service-announced"
    SERVICE_WITHDRAWN = "service-withdrawn"
    SERVICE_FAILED = "service-failed"  # `failed to handle service`; `reason`: retry, no retry, as far as told
    ANNOUNCE_FAILED = "announce-failed"
    WITHDRAW_FAILED = "withdraw-failed"
    IP_NOT_ALLOWED = "ip-not-allowed"
    INVALID_IP = "invalid-ip"
    NODE_EXCLUDED = "node-excluded"  # `skipping should announce`, for any `reason`
    IP_ASSIGNED = "ip-assigned"
    ALLOCATION_FAILED = "allocation-failed"
    ADDRESS_CLEARED = "address-cleared"
    RESPONDER_CREATED = "responder-created"  # `protocol`: arp or ndp
    RESPONDER_FAILED = "responder-failed"
    RESPONDER_DELETED = "responder-deleted"
    GRATUITOUS_FAILED = "gratuitous-failed"
    INTERFACES_MISSING = "interfaces-missing"  # details: localIfs
    MEMBERLIST_JOINED = "memberlist-joined"  # without `node`: this speaker itself joined
    MEMBERLIST_LEFT = "memberlist-left"
    MEMBERLIST_PARTIAL_JOIN = "memberlist-partial-join"
    MEMBERLIST_SUSPECT = "memberlist-suspect"
    MEMBERLIST_FAILED = "memberlist-failed"
    MEMBERLIST_REFUTED = "memberlist-refuted"
    MEMBERLIST_UDP_FAILED = "memberlist-udp-failed"  # reachable by TCP, not by UDP
    MEMBERLIST_PING_FAILED = "memberlist-ping-failed"
    MEMBERLIST_JOIN_FAILED = "memberlist-join-failed"
    MEMBERLIST_KEY_MISMATCH = "memberlist-key-mismatch"
    FRR_RELOAD_VALIDATE = "frr-reload-validate"  # without `reason`: it succeeded
    FRR_RELOAD_ERROR = "frr-reload-error"  # the reloader could not be told
    RELOADER_STARTED_RELOAD = "reloader-started-reload"
    RELOADER_SYNTAX_ERROR = "reloader-syntax-error"  # `error`: the first complaint of this reload, as in the next
    RELOADER_APPLY_FAILED = "reloader-apply-failed"
    RELOADER_SUCCESS = "reloader-success"  # details: seconds, as in the two before
    RELOAD_VTYSH_FAILED = "reload-vtysh-failed"  # `error`: the line of the configuration, as in the next five
    RELOAD_REMOVE_FAILED = "reload-remove-failed"
    RELOAD_SCRIPT_FAILED = "reload-script-failed"
    RELOAD_BACKEND_DISCONNECTED = "reload-backend-disconnected"
    RELOAD_LOCKED = "reload-locked"
    RELOAD_TRACEBACK = "reload-traceback"
    CONVERSION_FAILED = "conversion-failed"
    FRRK8S_CONFIG_APPLIED = "frrk8s-config-applied"  # (debug)
    FRRK8S_CONFIG_FAILED = "frrk8s-config-failed"
    DAEMONS_NOT_RUNNING = "daemons-not-running"  # details: running, missing
    WEBHOOK_FAILED = "webhook-failed"
    WEBHOOK_DENIED = "webhook-denied"
    CERT_ROTATION_ERROR = "cert-rotation-error"
    RECONCILER_ERROR = "reconciler-error"
    OPERATOR_SYNC_FAILED = "operator-sync-failed"
    BAD_INSTANCE_NAME = "bad-instance-name"
    THROTTLED = "throttled"
    API_WATCH_FAILED = "api-watch-failed"
    LEADER_ACQUIRED = "leader-acquired"
    LEADER_LOST = "leader-lost"
    PANIC = "panic"


# What every controller may say: alone it does not make a log one of MetalLB.
COMMON = frozenset(
    {
        MetallbLogKind.WEBHOOK_FAILED,
        MetallbLogKind.WEBHOOK_DENIED,
        MetallbLogKind.CERT_ROTATION_ERROR,
        MetallbLogKind.RECONCILER_ERROR,
        MetallbLogKind.STARTUP_FAILED,
        MetallbLogKind.THROTTLED,
        MetallbLogKind.API_WATCH_FAILED,
        MetallbLogKind.LEADER_ACQUIRED,
        MetallbLogKind.LEADER_LOST,
        MetallbLogKind.PANIC,
    }
)
# What the controller tells while it works on one service.
OF_A_SERVICE = frozenset({MetallbLogKind.IP_ASSIGNED, MetallbLogKind.ALLOCATION_FAILED, MetallbLogKind.ADDRESS_CLEARED})
_USUAL = (
    ("reloader", ("reloader-", "reload-vtysh", "reload-remove", "reload-script", "reload-backend", "reload-locked")),
    ("reloader", ("reload-traceback",)),
    ("controller", ("ip-assigned", "allocation-failed", "address-cleared", "conversion-failed")),
    ("frr-metrics", ("daemons-not-running",)),
    ("manager", ("operator-sync-failed", "bad-instance-name")),
    ("speaker", ("peer-", "session-", "connect-failed", "advertisements-", "conflicting-", "announce-", "withdraw-")),
    ("speaker", ("service-announced", "service-withdrawn", "ip-not-allowed", "invalid-ip", "node-excluded")),
    ("speaker", ("responder-", "gratuitous-", "interfaces-missing", "memberlist-", "handler-failed")),
)


def usual_container(kind: MetallbLogKind) -> str:
    """The container that says so, for a log that does not tell whose it is; `""` if several do."""
    return next((container for container, begins in _USUAL if kind.startswith(begins)), "")
