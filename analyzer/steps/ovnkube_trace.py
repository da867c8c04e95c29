"""Steps of the document about ovnkube-trace: installing it, tracing a name lookup, finding a policy that denies."""

from analyzer.steps.model import ERROR, TRACE, Found, Step, at

INSTALL, RUN = at(TRACE, "24.4.1"), at(TRACE, "24.4.2")
COMMAND = "ovnkube-trace -src-namespace … -src … -dst-namespace … -dst …"
ACTS = "acts on a cluster"

STEPS = (
    Step(
        "trace-tools",
        at(TRACE, "24.4"),
        "ovnkube-trace runs ovn-trace, ovs-appctl ofproto/trace and ovn-detrace and puts their results together.",
        reads=(f"{COMMAND} -loglevel 2", "ovn-trace …", "ovs-appctl ofproto/trace …"),
        parsers=("ovnkube_trace", "ovn_trace", "ofproto_trace"),
        rules=("ovnkube-trace-failure",),
        fires=(Found("ovnkube-trace-failure", ERROR, "demo/client-7d9c5b6f44-x2x8q to demo/web-6b7f9d4c8d-n7c5v"),),
    ),
    Step(
        "trace-dual-stack",
        at(TRACE, "24.4"),
        "The binary of the image does not work in dual-stack or IPv6-only clusters: build it from source there.",
        reason="a limit of the tool; saved traces of IPv6 packets are read like the others",
    ),
    Step(
        "trace-prerequisites",
        (*INSTALL, *RUN),
        "Have the OpenShift CLI, be logged in as cluster-admin, have ovnkube-trace installed.",
        reason="a condition of the reader's own machine; an archive needs none of it",
    ),
    Step(
        "trace-install",
        INSTALL,
        "Copy ovnkube-trace out of an ovnkube-master pod with `oc cp`, and make it executable.",
        reason=f"{ACTS}; the pod that it comes from tells nothing about the fault",
    ),
    Step(
        "trace-help",
        INSTALL,
        "Print the options with -help; log levels are 0, 2 and 5.",
        reason="a help text holds no fact of a cluster; it is recognised by no parser",
    ),
    Step(
        "trace-start-pods",
        RUN,
        "Start a web server, a namespace with a label, and a client (`oc run`, `oc create`, `oc label`).",
        reason=ACTS,
    ),
    Step(
        "trace-dns-pods",
        RUN,
        "List the pods in openshift-dns: each dns-default is 2/2.",
        reads=("oc get pods -n openshift-dns",),
        parsers=("oc_pods",),
        rules=("cluster-dns-unhealthy",),
        fires=(Found("cluster-dns-unhealthy", ERROR, "openshift-dns/dns-default-qv2rg"),),
    ),
    Step(
        "trace-dns",
        RUN,
        "Trace UDP port 53 from a pod to a DNS pod: every tool must indicate success there and back.",
        reads=(f"{COMMAND} -udp -dst-port 53 -loglevel 0",),
        parsers=("ovnkube_trace",),
        rules=("ovnkube-trace-failure",),
        fires=(Found("ovnkube-trace-failure", ERROR, "default/web to openshift-dns/dns-default-467qw"),),
    ),
    Step(
        "trace-loglevel-2",
        RUN,
        "Where it fails, run it again with -loglevel 2: the output shows the flow that drops.",
        reads=(f"{COMMAND} -loglevel 2",),
        parsers=("ovnkube_trace", "ovn_trace"),
        rules=("ovnkube-trace-failure",),
        fires=(Found("ovnkube-trace-failure", ERROR, "other/intruder-5f6d8c9b7b-l8s2m to demo/web-6b7f9d4c8d-n7c5v"),),
    ),
    Step(
        "trace-policy-denies",
        RUN,
        "With a default deny in place, trace TCP port 80 from another namespace: ovn-trace indicates failure.",
        reads=(f"{COMMAND} -tcp -dst-port 80 -loglevel 0",),
        parsers=("ovnkube_trace",),
        rules=("ovnkube-trace-failure",),
        fires=(Found("ovnkube-trace-failure", ERROR, "test-6459 to web"),),
    ),
    Step(
        "trace-policy-denies-why",
        RUN,
        "With -loglevel 2 the stage ls_out_acl names the port group …_ingressDefaultDeny: a policy denies it.",
        reads=(f"{COMMAND} -tcp -dst-port 80 -loglevel 2", "deny-by-default.yaml"),
        parsers=("ovn_trace", "network_policies"),
        rules=("netpol-default-deny",),
        fires=(Found("netpol-default-deny", ERROR, "default"),),
    ),
    Step(
        "trace-policy-allows",
        RUN,
        "Write a policy that allows namespaces with a label, and trace again: success.",
        reads=("web-allow-prod.yaml", "pods and namespaces with their labels", f"{COMMAND} -tcp -dst-port 80"),
        parsers=("network_policies", "pods", "namespaces", "ovnkube_trace"),
        rules=("netpol-default-deny",),
        fires=(
            Found("netpol-default-deny", ERROR, "default/web", "worker-0"),
            Found("ovnkube-trace-failure", ERROR, "prod/test-6459 to default/web", "worker-1"),
        ),
        shown="policies",
    ),
    Step(
        "trace-apply-policies",
        RUN,
        "Apply the policies with `oc apply`.",
        reason=f"{ACTS}; policies are read from the archive or from the file that would be applied",
    ),
    Step(
        "trace-wget",
        RUN,
        "Fetch the page with wget from the client's shell.",
        reason="acts on a cluster; the page itself proves nothing that the trace does not say",
    ),
)
