"""Steps of the MetalLB documents about metrics and about what a must-gather holds."""

from analyzer.steps.model import CRITICAL, ERROR, INFO, KO, WARNING, ZH, Found, Place, Step

METRICS = (Place(KO, "34.11.4"), Place(ZH, "Metrics"))
GATHER = (Place(KO, "34.11.5"), Place(ZH, "Collecting data"))
METRIC_FILE = "metrics of the speaker or of frr-metrics, saved to a file"

STEPS = (
    Step(
        "metrics-bgp-session-up",
        METRICS,
        "metallb_bgp_session_up: 1 is an established session, 0 is one that is down.",
        reads=(METRIC_FILE,),
        parsers=("metrics",),
        rules=("bgp-session-down",),
        fires=(Found("bgp-session-down", CRITICAL, "10.0.2.3"),),
    ),
    Step(
        "metrics-announced-prefixes",
        METRICS,
        "metallb_bgp_announced_prefixes_total: how many prefixes are announced to a peer.",
        reads=(METRIC_FILE,),
        parsers=("metrics",),
        rules=("bgp-nothing-announced",),
        fires=(Found("bgp-nothing-announced", ERROR, "192.0.2.1", "worker-0"),),
    ),
    Step(
        "metrics-bfd-session-up",
        METRICS,
        "metallb_bfd_session_up: 1 is a BFD session that is up, 0 is one that is down.",
        reads=(METRIC_FILE,),
        parsers=("metrics",),
        rules=("bfd-session-down",),
        fires=(Found("bfd-session-down", WARNING, "10.0.2.3"),),
    ),
    Step(
        "metrics-bfd-down-events",
        METRICS,
        "metallb_bfd_session_down_events and _up_events: how often a BFD session went down and came up.",
        reads=(METRIC_FILE,),
        parsers=("metrics",),
        rules=("bfd-flapping",),
        fires=(Found("bfd-flapping", WARNING, "10.0.2.3"),),
    ),
    Step(
        "metrics-counters",
        METRICS,
        "Messages of BGP by kind (opens, updates, keepalives, notifications, route refreshes) and packets of BFD.",
        reads=(METRIC_FILE,),
        parsers=("metrics",),
        reason="counts without a time: two scrapes of a live cluster tell a rate, one file tells none",
    ),
    Step(
        "metrics-dashboard",
        METRICS,
        "Query the metrics on the monitoring dashboard.",
        reason="needs the cluster's Prometheus; metrics that were saved to a file are read",
    ),
    Step(
        "must-gather-run",
        GATHER,
        "Run `oc adm must-gather`; it needs no configuration of its own.",
        reason="acts on a cluster: its result is what this program reads",
    ),
    Step(
        "must-gather-frr-files",
        GATHER,
        "The archive holds frr.conf, frr.log, daemons and vtysh.conf of each speaker pod.",
        reads=("namespaces/<namespace>/pods/<speaker>/frr/frr/logs/",),
        parsers=("frr_files", "frr_conf", "frr_daemons", "vtysh_conf"),
        rules=("expected-collection-missing",),
        fires=(
            Found("expected-collection-missing", WARNING, "speaker-a", "worker-0"),
            Found("log-window-or-redaction-limits-verdict", INFO, "speaker-a", "worker-0"),
        ),
    ),
    Step(
        "must-gather-vtysh-commands",
        GATHER,
        "It holds running-config, bgp ipv4, bgp ipv6, bgp neighbor and bfd peer of each speaker pod.",
        reads=("namespaces/<namespace>/pods/<speaker>/frr/frr/logs/dump_frr",),
        parsers=("dump_frr",),
        rules=("expected-collection-missing",),
        fires=(
            Found("expected-collection-missing", WARNING, "speaker-a", "worker-0"),
            Found("log-window-or-redaction-limits-verdict", INFO, "speaker-a", "worker-0"),
        ),
    ),
    Step(
        "must-gather-frr-conf",
        GATHER,
        "/etc/frr/frr.conf: what the configuration was to be, beside the one that runs.",
        reads=("frr.conf", "dump_frr"),
        parsers=("frr_conf", "dump_frr"),
        rules=("frr-conf-vs-running-drift",),
        fires=(
            Found("frr-conf-vs-running-drift", WARNING, "worker-0", "worker-0"),
            Found("log-window-or-redaction-limits-verdict", INFO, "speaker-a", "worker-0"),
        ),
    ),
    Step(
        "must-gather-daemons",
        GATHER,
        "/etc/frr/daemons: which daemons of FRR are switched on.",
        reads=("daemons",),
        parsers=("frr_daemons",),
        rules=("frr-daemon-disabled",),
        fires=(
            Found("frr-daemon-disabled", ERROR, "bgpd", "worker-0"),
            Found("log-window-or-redaction-limits-verdict", INFO, "speaker-a", "worker-0"),
        ),
    ),
    Step(
        "must-gather-resources",
        GATHER,
        "The archive holds the namespace of the operator with its objects, and the definitions of its resources.",
        reads=("namespaces/metallb-system/",),
        parsers=("metallb_peers", "metallb_pools", "metallb_bgp_advertisements"),
        rules=("expected-collection-missing",),
        fires=(
            Found("expected-collection-missing", WARNING, "metallb-system"),
            Found("log-window-or-redaction-limits-verdict", INFO, "speaker-a", "worker-0"),
        ),
    ),
)
