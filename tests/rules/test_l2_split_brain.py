import json

from bgp_kit import IMAGE, bgp_peer, expect, node, one_of, quiet, unjudged
from kit import found, outcome_of
from layer2_kit import (
    IP,
    PODS,
    announced,
    assigned,
    idle,
    joined,
    l2_status,
    layer2,
    left,
    log,
    logs,
    partial,
    start,
    withdrawn,
)
from metallb_kit import bgp_advertisement, cluster, speaker_pod

from analyzer.model import Status

RULE = "l2-split-brain"
WEB = {"subject": "shop/web", "whose": None}
BOTH = f"worker-1 and worker-2 answer for {IP} at the same time"


def at(where, ip, port="9122", restarts=0):
    """The speaker of a node with an address of its own, as OpenShift runs it."""
    members = speaker_pod(PODS[where], where)
    (path,) = members
    made = json.loads(members[path])
    made["spec"]["containers"][0]["env"] = [{"name": "METALLB_ML_BIND_PORT", "value": port}] if port else []
    made["status"] |= {"hostIP": ip, "podIPs": [{"ip": ip}]}
    made["status"]["containerStatuses"][0]["restartCount"] = restarts
    return {path: json.dumps(made, indent=4)}


def hosts(**more):
    return at("worker-0", "192.0.2.20", **more) | at("worker-1", "192.0.2.21") | at("worker-2", "192.0.2.22")


def not_ready(name):
    members = node(name)
    (path,) = members
    return {path: members[path] + "status:\n  conditions:\n  - type: Ready\n    status: Unknown\n"}


def minutes(*lines, end="10:05:30"):
    return log("worker-0", start(), *lines, idle(end))


def test_two_logs():
    words = f"{BOTH}: neither log tells that it gave it up"
    expect(RULE, layer2() | logs("worker-1", "worker-2"), "error", words, **WEB, shown=("serviceAnnounced", IP))


def test_two_statuses():
    words = f"{BOTH}: a ServiceL2Status names each"
    expect(RULE, layer2() | l2_status("worker-2", "worker-1"), "error", words, **WEB, shown=("worker-1", "worker-2"))


def test_one_owner():
    quiet(RULE, layer2() | logs("worker-1"))
    quiet(RULE, layer2() | l2_status("worker-1"))
    quiet(RULE, layer2() | l2_status("worker-1", subject="shop/other") | logs())


def test_a_fail_over_is_normal():
    members = layer2() | logs("worker-2") | log("worker-1", start(), announced(), withdrawn("08:59:59"), idle())
    expect(RULE, members, "error", BOTH, **WEB)
    members = layer2() | logs("worker-2") | log("worker-1", start(), announced("08:00:00"), withdrawn(), idle())
    quiet(RULE, members)


def test_a_log_that_ends_before_the_other_begins():
    """It is of a speaker that died, or was collected earlier."""
    late = log("worker-2", start(), announced("10:00:00"), idle("10:10:00"))
    quiet(RULE, layer2() | late | log("worker-1", start(), announced(), idle("10:00:30")))
    expect(RULE, layer2() | late | log("worker-1", start(), announced(), idle("10:01:00")), "error", BOTH, **WEB)
    quiet(RULE, layer2() | logs("worker-2") | log("worker-1", start(), announced(), start("09:00:30"), idle()))


def test_a_node_that_is_not_ready_cannot_take_its_status_back():
    quiet(RULE, layer2() | l2_status("worker-1", "worker-2") | not_ready("worker-2"))


def test_statuses_of_two_collections():
    first = l2_status("worker-1")
    (path,) = l2_status("worker-2")
    text = l2_status("worker-2")[path].replace("uid-0", "uid-9")
    second = {path.replace(IMAGE, "must-gather.local.2/image"): text}
    quiet(RULE, layer2() | first | second)


def test_a_service_that_goes_on_by_bgp_does_not_log_that_it_left():
    both = layer2() | bgp_advertisement() | bgp_peer()
    quiet(RULE, both | logs("worker-1", "worker-2"))
    expect(RULE, both | l2_status("worker-1", "worker-2"), "error", BOTH, **WEB)


def test_a_speaker_that_cannot_join_others():
    lines = [partial(f"10:0{at}:00", "192.0.2.21", "192.0.2.22") for at in range(1, 6)]
    udp = {"at": "10:03:01", "component": "Memberlist", "level": "warn"} | {
        "msg": "memberlist: Was able to connect to worker-1 over TCP but UDP probes failed, network may be wrong"
    }
    members = layer2() | hosts() | minutes(joined("00:01:00"), *lines, udp)
    words = ("the speaker of worker-0 cannot join the speaker of worker-1, worker-2 (partial join, 5 times", "UDP 9122")
    shown = ("partial join", "METALLB_ML_BIND_PORT", "UDP probes failed")
    expect(RULE, members, "error", *words, subject="worker-0", whose="worker-0", shown=shown)
    old = members | at("worker-0", "192.0.2.20", port="")
    expect(RULE, old, "error", "memberlist needs TCP and UDP 7946", subject="worker-0", whose="worker-0")


def test_a_partial_join_that_is_over():
    lines = [partial(f"10:0{at}:00", "192.0.2.21") for at in range(1, 6)]
    base = layer2() | hosts()
    quiet(RULE, base | minutes(*lines, joined("10:05:10")))
    quiet(RULE, base | minutes(*lines[:2], end="10:02:30"))
    quiet(RULE, base | minutes(*lines, end="10:30:00"))


def test_a_partial_join_with_a_speaker_that_does_not_run():
    lines = [partial(f"10:0{at}:00", "192.0.2.99") for at in range(1, 6)]
    quiet(RULE, layer2() | hosts() | minutes(*lines))
    lines = [partial(f"10:0{at}:00", "192.0.2.22") for at in range(1, 6)]
    quiet(RULE, layer2() | hosts() | minutes(*lines) | not_ready("worker-2"))
    quiet(RULE, layer2() | hosts() | minutes(*lines) | not_ready("worker-0"))
    quiet(RULE, layer2() | hosts() | minutes(*[{**one, "error": "timeout"} for one in lines]))


def test_many_speakers_are_told_of_together():
    members = layer2()
    for at_node in range(3, 25):
        pod = f"speaker-{at_node}"
        name = f"worker-{at_node}"
        PODS[name] = pod
        try:
            members |= node(name) | at(name, f"192.0.2.{at_node + 20}")
            lines = [partial(f"10:0{minute}:00", "192.0.2.20") for minute in range(1, 6)]
            members |= log(name, start(), *lines, idle("10:05:30"))
        finally:
            del PODS[name]
    members |= at("worker-0", "192.0.2.20")
    finding = one_of(RULE, members)
    assert finding.node is None
    assert "the speaker of worker-10 and 21 other nodes cannot join" in finding.message


def test_a_member_that_comes_and_goes():
    gone = [left(f"10:{at}:00", "worker-2") for at in range(10, 16)]
    members = layer2() | hosts() | minutes(*gone, end="10:20:00")
    words = "the speaker of worker-2 left the list of members up to 6 times within an hour, as worker-0 saw it"
    expect(RULE, members, "error", words, subject="worker-2", whose="worker-2", shown=("NodeLeave",))
    quiet(RULE, layer2() | hosts() | minutes(*gone, end="12:20:00"))
    quiet(RULE, layer2() | hosts() | minutes(*gone[:4], end="10:20:00"))


def test_a_member_that_restarts_leaves_as_it_should():
    gone = [left(f"10:{at}:00", "worker-0") for at in range(10, 16)]
    members = layer2() | hosts(restarts=6) | log("worker-1", start(), *gone, idle("10:20:00"))
    quiet(RULE, members)
    quiet(
        RULE, layer2() | hosts() | minutes(*[left(f"10:{at}:00", "worker-9") for at in range(10, 16)], end="10:20:00")
    )


def test_what_was_not_collected_is_a_gap():
    unjudged(RULE, layer2(), "neither logs of the speakers nor a ServiceL2Status tell who answers for it")
    unjudged(RULE, layer2() | assigned(), "neither logs")  # an event does not tell that another owner went


def test_a_cluster_without_layer_2_is_not_checked():
    assert outcome_of(RULE, cluster()).status is Status.NOT_CHECKED
    assert not found(RULE, cluster())
