"""What the rules ask FRR's log for."""

from enum import StrEnum


class FrrLogKind(StrEnum):
    """What a message says. Those marked (debug) are written at log level debug only."""

    ADJACENCY_UP = "adjacency-up"  # with log-neighbor-changes only, as the next
    ADJACENCY_DOWN = "adjacency-down"
    ESTABLISHED = "established"  # (debug)
    LEFT_ESTABLISHED = "left-established"  # (debug)
    END_OF_RIB = "end-of-rib"  # at level informational the only sign that a session came up, once for each family
    NOTIFICATION_SENT = "notification-sent"  # with log-neighbor-changes or debug, as the next
    NOTIFICATION_RECEIVED = "notification-received"
    HOLD_TIMER_EXPIRED = "hold-timer-expired"  # (debug)
    BAD_PEER_AS = "bad-peer-as"  # (debug)
    BAD_ROUTER_ID = "bad-router-id"  # (debug)
    SAME_ROUTER_ID = "same-router-id"
    ROUTER_ID = "router-id"  # (debug) which one was chosen
    OPEN_FAILED = "open-failed"
    READ_ERROR = "read-error"
    CONNECT_FAILED = "connect-failed"  # (debug) with the errno of TCP
    CONNECT_OPEN_FAILED = "connect-open-failed"  # (debug)
    CONNECTION_REJECTED = "connection-rejected"  # (debug) a peer that is not configured, or not accepted now
    PREFIX_LIMIT = "prefix-limit"
    PREFIX_THRESHOLD = "prefix-threshold"
    MD5_NOT_SET = "md5-not-set"
    BIND_FAILED = "bind-failed"
    SENDQ_STUCK = "sendq-stuck"
    SENDQ_TERMINATED = "sendq-terminated"
    WAITING_FOR_NEXTHOP = "waiting-for-nexthop"  # (debug), as the next four
    NEXTHOP_UPDATE = "nexthop-update"
    NEXTHOP_UNRESOLVED = "nexthop-unresolved"
    NEXTHOP_RESOLVED = "nexthop-resolved"
    NEXTHOP_UNKNOWN = "nexthop-unknown"
    BFD_UP = "bfd-up"  # (debug), from 10.4 on with log-session-changes, as the next two
    BFD_DOWN = "bfd-down"
    BFD_CHANGE = "bfd-change"
    BFD_REJECTED = "bfd-rejected"  # (debug)
    WATCHFRR_STARTED = "watchfrr-started"  # an echo of the start script; the daemon's own message is the next
    DAEMON_STARTED = "daemon-started"
    DAEMON_NOT_YET_UP = "daemon-not-yet-up"  # watchfrr's first look at every start
    DAEMON_UP = "daemon-up"
    DAEMON_DOWN = "daemon-down"
    DAEMON_UNRESPONSIVE = "daemon-unresponsive"
    PROCESS_KILLED = "process-killed"
    PROCESS_FAILED = "process-failed"
    ALL_DAEMONS_FAILED = "all-daemons-failed"
    TERMINATING = "terminating"
    CRASH = "crash"
    CONFIG_READ = "config-read"
    CLIENT_HELLO = "client-hello"
    CLIENT_GONE = "client-gone"
    CPU_HOG = "cpu-hog"
    STARVATION = "starvation"
    SLOW_THREAD = "slow-thread"
