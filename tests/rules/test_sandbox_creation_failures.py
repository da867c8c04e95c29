import pytest
from bgp_kit import IMAGE, expect, quiet
from health_kit import node, waiting, without
from kit import found, outcome_of
from operator_kit import events, happened, healthy, journal, plain_pod, pod_list, timestamp

from analyzer.model import Status

RULE = "sandbox-creation-failures"
HEAD = "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to create pod network sandbox"
BINDING = f"{HEAD} k8s_a: timed out waiting for OVS port binding (ovn-installed) for 0a:58:0a:81:00:05"
DAEMON = f'{HEAD}: CNI request failed with status 400: failed to send CNI request: Post "http://dummy/": dial unix'
NODE_READY = f"{HEAD}: still waiting for readinessindicatorfile @ /run/multus/cni/net.d/10-ovn-kubernetes.conf"


def stuck(*names, where="worker-1", **more):
    """Pods that wait for their network."""
    members = {}
    for name in names:
        members |= plain_pod(name, where, ips=(), phase="Pending", states={"web": None}, **more)
    return members


def told(*names, message=BINDING, **more):
    return events(*(happened(name, message, **more) for name in names))


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (BINDING, "ovn-controller did not bind their ports"),
        (DAEMON, "the daemon of ovnkube or multus does not answer"),
        (NODE_READY, "multus still waits"),
        (f"{HEAD}: failed to get pod annotation: timed out waiting for annotations", "gave them no addresses"),
        (f"{HEAD}: cannot find a network-attachment-definition (net1)", "NetworkAttachmentDefinition does not exist"),
        (f"{HEAD}: Could not allocate IP in range: ip: 192.0.2.10", "the range of addresses is full"),
        (f"{HEAD}: No CNI configuration file in /etc/kubernetes/cni/net.d/", "no network plugin"),
        (f"{HEAD}: something else", "could not set up their sandbox"),
    ],
)
def test_three_pods(message, words):
    members = healthy() | stuck("a", "b", "c") | told("a", "b", "c", message=message, count=2)
    text = ("3 pods on worker-1 got no network in 6 attempts", words, "shop/a, shop/b, shop/c")
    expect(RULE, members, "error", *text, subject="worker-1", whose="worker-1", shown=(message[:60], "09:59:00"))


def test_one_pod_and_many_attempts():
    members = healthy() | stuck("a") | told("a", count=10)
    expect(RULE, members, "error", "1 pod on worker-1", "10 attempts", subject="shop/a", whose="worker-1")
    quiet(RULE, healthy() | stuck("a") | told("a", count=9), 1)
    quiet(RULE, healthy() | stuck("a", "b") | told("a", "b", count=4), 2)


def test_by_node_and_class():
    members = healthy() | stuck("a", "b", "c", "f") | stuck("d", "e", where="worker-2") | stuck("g", where="worker-0")
    made = [happened(one, BINDING) for one in "abc"]
    made += [happened(one, BINDING, host="worker-2") for one in "de"] + [happened("g", BINDING, host="worker-0")]
    made += [happened("f", DAEMON, count=20)]
    members |= events(*made)
    assert sorted(found(RULE, members), key=str) == [
        ("worker-1", "shop/f", "error"),
        ("worker-1", "worker-1", "error"),
        (None, "pods", "error"),
    ]
    assert "on 2 nodes" in "".join(one.message for one in outcome_of(RULE, members).findings)


def test_of_few_pods_of_each_node():
    made = [happened(one, BINDING, host=None) for one in "abcde"]
    finding = expect(RULE, events(*made), "error", "5 pods got no network", "and 2 more", subject="pods", whose=None)
    assert " on " not in finding.message.partition(" attempts")[0]


def test_the_newest_message():
    made = [happened("a", f"{BINDING} {at}", last=f"09:5{at}:00") for at in (1, 9, 5)]
    members = (
        healthy()
        | stuck("a", "b", "c")
        | events(*made, happened("b", BINDING, last="09:50:00"), happened("c", BINDING))
    )
    del made[0]["lastTimestamp"]
    finding = expect(RULE, members, "error", subject="worker-1", whose="worker-1")
    assert finding.message.endswith(("05 9", "0a:58:0a:81:00:05"))


@pytest.mark.parametrize(
    "more",
    [
        plain_pod("a") | plain_pod("b") | plain_pod("c"),
        plain_pod("a", phase="Failed", ips=())
        | stuck("b")
        | stuck("c", deletionTimestamp="2026-11-21T09:59:59Z")
        | plain_pod("b"),
        pod_list(),
        stuck("a", "b", "c") | node("worker-1", created="2026-11-21T09:55:00Z"),
        stuck("a", "b", "c")
        | events(happened("worker-1", "up", kind="Node", reason="Starting", last="09:55:00"), namespace="default"),
    ],
    ids=["run", "ended", "gone", "new-node", "node-starts"],
)
def test_what_was_overcome(more):
    members = healthy() | told("a", "b", "c") | more
    expect(RULE, members, "info", "meanwhile they have one", subject="worker-1", whose="worker-1")


ENDED = {"ready": False, "restartCount": 1, "state": {"terminated": {"exitCode": 255, "reason": "Unknown"}}}


@pytest.mark.parametrize(
    ("state", "severity"),
    [
        (ENDED, "error"),
        (waiting("ContainerCreating"), "error"),
        (waiting("CrashLoopBackOff", restarts=3), "info"),
        (None, "info"),
    ],
    ids=["ended", "creating", "crashing", "untold"],
)
def test_after_the_restart_of_a_node(state, severity):
    """The pod is Running and has its old address."""
    members = healthy() | told("a", "b", "c")
    for name in "abc":
        members |= plain_pod(name, states={"web": state})
    expect(RULE, members, severity, "3 pods", subject="worker-1", whose="worker-1")


def test_old_events_of_pods_that_were_not_collected():
    early = told("a", "b", "c", last="09:00:00")
    expect(RULE, healthy() | early, "info", "meanwhile", subject="worker-1", whose="worker-1")
    expect(RULE, without(healthy(), "timestamp") | early, "error", subject="worker-1", whose="worker-1")
    expect(RULE, healthy() | told("a", "b", "c"), "error", subject="worker-1", whose="worker-1")


def test_superseded_is_harmless():
    message = f"{HEAD}: canceled old pod sandbox waiting for OVS port binding for 0a:58"
    quiet(RULE, healthy() | stuck("a", "b", "c") | told("a", "b", "c", message=message, count=9), 3)


def test_other_events():
    made = [happened("a", "x", reason="BackOff", count=50), happened("b", "x", reason="Failed", count=50)]
    quiet(RULE, healthy() | events(*made), 2)


SANDBOX = '"RunPodSandbox from runtime service failed" err="rpc error: error adding pod shop_{} to CNI network: {}"'


def test_journals():
    lines = [(f"09:0{at}:00", SANDBOX.format(one, BINDING)) for at, one in enumerate("abc")]
    members = healthy() | stuck("a", "b", "c") | journal(*lines)
    text = ("3 pods on worker-1 got no network in 3 attempts", "did not bind", "port binding")
    expect(RULE, members, "error", *text, subject="worker-1", whose="worker-1", shown=("RunPodSandbox",))
    later = ("11:00:00", '"Unable to update node status" err="no"')
    quiet(RULE, healthy() | stuck("a", "b", "c") | journal(*lines, later), 1)


def test_a_journal_adds_nothing_to_events():
    lines = [(f"09:0{at}:00", SANDBOX.format("a", BINDING)) for at in range(4)]
    other = ("09:08:00", SANDBOX.format("a", "something else"))
    members = healthy() | stuck("a") | told("a", count=9)
    quiet(RULE, members | journal(*lines, other), 2)
    expect(RULE, members | journal(*lines * 3), "error", "12 attempts", subject="shop/a", whose="worker-1")


def test_logs_of_containers():
    """They have years, and end where the last line stands."""
    path = f"{IMAGE}/namespaces/openshift-multus/pods/multus-x/kube-multus/kube-multus/logs/current.log"
    said = "2026-11-21T{0}Z [error] Multus: [shop/{1}/1-2-3]: error adding container to network: {2}\n"
    text = "".join(said.format(f"09:0{at}:00", one, DAEMON) for at, one in enumerate("abc"))
    members = healthy() | stuck("a", "b", "c") | {path: text}
    expect(RULE, members, "error", "does not answer", subject="worker-1", whose="worker-1")
    members[path] = text + said.format("09:45:00", "z", "else")
    quiet(RULE, members, 1)


def test_a_log_without_times():
    path = f"{IMAGE}/namespaces/openshift-multus/pods/multus-x/kube-multus/kube-multus/logs/current.log"
    said = f"[error] Multus: [shop/{{}}/1-2-3]: error adding container to network: {DAEMON}\n"
    members = healthy() | stuck("a", "b", "c") | {path: "".join(said.format(one) for one in "abc")}
    expect(RULE, members, "error", "does not answer", subject="worker-1", whose="worker-1")


def test_not_collected():
    outcome = outcome_of(RULE, timestamp())
    assert (outcome.status, "neither events nor logs" in outcome.reason) == (Status.NOT_CHECKED, True)


def test_healthy():
    quiet(RULE, healthy(), 0)


def test_vague_words_of_a_journal_about_pods_that_nobody_collected():
    """Of jobs and tests: the pods are gone by now, as far as anybody can tell. A cause that is known is told."""
    said = 'RunPodSandbox from runtime service failed" err="rpc error: error adding pod e2e_p-{} to CNI network: {}"'
    vague = [(f"09:5{at}:00", f'"{said.format(at, "something else")}') for at in range(6)]
    known = [(f"09:5{at}:00", f'"{said.format(at, "timed out waiting for OVS port binding")}') for at in range(6)]
    expect(RULE, healthy() | journal(*vague), "info", "6 pods on worker-1", subject="worker-1", whose="worker-1")
    expect(RULE, healthy() | journal(*known), "error", "6 pods on worker-1", subject="worker-1", whose="worker-1")
    pods = stuck(*(f"p-{at}" for at in range(6)), namespace="e2e")
    expect(RULE, healthy() | journal(*vague) | pods, "error", "6 pods", subject="worker-1", whose="worker-1")
