"""Steps of the MetalLB documents: log levels, speakers and their logs, those of FRR."""

from analyzer.steps.model import ERROR, INFO, KO, WARNING, ZH, Found, Place, Step

LEVEL = (Place(KO, "34.11.1"), Place(ZH, "Setting the log level"))
LEVELS = (Place(KO, "34.11.1.1"),)
BGP = (Place(KO, "34.11.2"), Place(ZH, "Troubleshooting BGP"))
BFD = (Place(KO, "34.11.3"), Place(ZH, "Troubleshooting BFD"))
SAVED_PODS = "oc get -n metallb-system pods -l component=speaker"

STEPS = (
    Step(
        "metallb-prerequisites",
        (*LEVEL, *BGP, *BFD),
        "Have cluster-admin rights and the OpenShift CLI.",
        reason="a condition of the reader's own machine; an archive needs neither",
    ),
    Step(
        "metallb-log-level",
        LEVEL,
        "Write a MetalLB resource with logLevel debug, for more to be told.",
        reads=("setdebugloglevel.yaml", "oc get metallb -o yaml"),
        parsers=("metallb_instance",),
        rules=("debug-log-level",),
        fires=(Found("debug-log-level", INFO, "MetalLB metallb"),),
    ),
    Step(
        "metallb-apply-log-level",
        LEVEL,
        "Apply it with `oc replace`; speaker and controller pods are made anew with the new level.",
        reason="acts on a cluster; whether the level is in effect is read from the resource and from the logs",
    ),
    Step(
        "speaker-pods",
        (*LEVEL, *BGP, *BFD),
        "List the speaker pods and look at READY, RESTARTS and AGE.",
        reads=(SAVED_PODS,),
        parsers=("oc_pods",),
        rules=("announcer-not-ready",),
        fires=(Found("announcer-not-ready", ERROR, "speaker-7m4qw"),),
    ),
    Step(
        "speaker-pods-yaml",
        (*LEVEL, *BGP, *BFD),
        "The same of the pods as a must-gather holds them: which container is not ready, and why.",
        reads=(f"{SAVED_PODS} -o yaml", "namespaces/metallb-system/pods/"),
        parsers=("pods",),
        rules=("announcer-not-ready",),
        fires=(Found("announcer-not-ready", ERROR, "speaker-b", "worker-1"),),
    ),
    Step(
        "speaker-log-errors",
        LEVEL,
        "Read the speaker's log: its start, what it does with each service, what it rejects.",
        reads=("oc logs -n metallb-system speaker-7m4qw -c speaker",),
        parsers=("metallb_saved_log",),
        rules=("speaker-announce-error",),
        fires=(Found("speaker-announce-error", ERROR, "shop/web"),),
    ),
    Step(
        "speaker-log-responders",
        LEVEL,
        "Look in the speaker's log for the ARP and NDP responders that it created, by interface.",
        reads=("namespaces/metallb-system/pods/<speaker>/speaker/speaker/logs/current.log",),
        parsers=("metallb_log",),
        rules=("l2-responder-missing",),
        fires=(Found("l2-responder-missing", WARNING, "worker-1", "worker-1"),),
    ),
    Step(
        "speaker-log-members",
        LEVEL,
        "Look in the speaker's log for the nodes that joined: each must see the others.",
        reads=("namespaces/metallb-system/pods/<speaker>/speaker/speaker/logs/current.log",),
        parsers=("metallb_log",),
        rules=("l2-split-brain",),
        fires=(Found("l2-split-brain", ERROR, "shop/web"),),
    ),
    Step(
        "frr-log-daemons",
        LEVEL,
        "Read FRR's log: each daemon says hello to zebra at its start.",
        reads=("oc logs -n metallb-system speaker-7m4qw -c frr", "/etc/frr/frr.log"),
        parsers=("frr_log",),
        rules=("frr-daemon-never-registered",),
        fires=(Found("frr-daemon-never-registered", ERROR, "bgpd"),),
    ),
    Step(
        "frr-log-next-hop",
        LEVEL,
        "Look in FRR's log for the next hop to each peer: `Waiting for NHT`, `NH has become unresolved`.",
        reads=("oc logs -n metallb-system speaker-7m4qw -c frr",),
        parsers=("frr_log",),
        rules=("nexthop-tracking-unresolved",),
        fires=(Found("nexthop-tracking-unresolved", WARNING, "10.0.0.1"),),
    ),
    Step(
        "frr-log-connections",
        LEVEL,
        "Follow in FRR's log how a session comes up: Idle, Connect, Active, and connections that fail.",
        reads=("oc logs -n metallb-system speaker-7m4qw -c frr",),
        parsers=("frr_log",),
        rules=("connect-retry-loop",),
        fires=(Found("connect-retry-loop", WARNING, "10.0.0.1"),),
    ),
    Step(
        "frr-log-interfaces",
        LEVEL,
        "FRR's log lists the interfaces and addresses that it learned.",
        reason="only at level debug, and only those at its start; outputs of `ip` tell the same, whole",
    ),
    Step(
        "frr-log-level",
        LEVELS,
        "Know what each level of FRR's log tells: debugging, informational and the others.",
        reads=("show running-config: log file … <level>",),
        parsers=("running_config",),
        rules=("debug-log-level",),
        fires=(Found("debug-log-level", INFO, "FRR", "some-hostname"),),
    ),
)
