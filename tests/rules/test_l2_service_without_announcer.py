import pytest
from bgp_kit import expect, node, quiet, timestamp, unjudged
from kit import found, outcome_of, store_of
from layer2_kit import (
    ELECTED,
    IP,
    LABELLED,
    PODS,
    announced,
    assigned,
    idle,
    l2_status,
    layer2,
    log,
    logs,
    no_interfaces,
    start,
    withdrawn,
    without,
)
from metallb_kit import cluster, endpoints, events, l2_advertisement, node_selector, service

from analyzer.metallb.summary import ServiceVerdicts
from analyzer.model import Status

RULE = "l2-service-without-announcer"
WEB = {"subject": "shop/web", "whose": None}
SHARED = {"annotations": {"metallb.io/allow-shared-ip": "web"}}


def verdict(members):
    (one,) = store_of(members).joined(ServiceVerdicts)
    return one.verdict


def test_whole_logs_in_which_nobody_announces():
    words = (
        f"nobody answers for {IP}: the speakers of worker-0, worker-1, worker-2 may",
        "(3 nodes run a speaker, 3 are selected, 3 may answer)",
    )
    members = layer2() | logs()
    expect(RULE, members, "error", *words, **WEB, shown=(IP, "MetalLB speaker starting"))
    assert verdict(members).startswith("layer 2: nobody answers for it; worker-0, worker-1, worker-2: its speaker does")


def test_the_nodes_that_may_answer_are_counted():
    members = layer2() | logs() | l2_advertisement(nodeSelectors=node_selector("worker-0", "worker-1"))
    expect(RULE, members | node("worker-1", labels=LABELLED), "error", "3 nodes run a speaker, 2 are", "1 may", **WEB)


def test_local_policy_with_one_silent_node_that_has_an_endpoint():
    members = layer2(policy="Local") | logs()
    expect(RULE, members, "error", "the speakers of worker-0, worker-1 may", **WEB)


def test_given_up_and_taken_by_nobody():
    members = layer2() | logs() | log("worker-1", start(), announced(), withdrawn(), idle())
    expect(RULE, members, "error", "nobody answers", **WEB)


def test_the_selected_nodes_run_no_speaker():
    members = layer2() | node("worker-7") | l2_advertisement(nodeSelectors=node_selector("worker-7"))
    words = "L2Advertisement l2 selects worker-7 alone, where no speaker runs"
    expect(RULE, members, "error", words, **WEB, shown=("worker-7",))
    many = {path: text for at in range(4, 9) for path, text in node(f"worker-{at}").items()}
    members |= many | l2_advertisement(nodeSelectors=node_selector(*(f"worker-{at}" for at in range(4, 9))))
    expect(RULE, members, "error", "selects worker-4, worker-5, worker-6 and 2 more alone", **WEB)


@pytest.mark.parametrize(
    "change",
    [
        l2_advertisement(nodeSelectors=node_selector("worker-9")),
        {path: text for name in PODS for path, text in node(name, labels=LABELLED).items()},
        endpoints(),
        service(ip=IP, policy="Local") | endpoints("worker-7"),
        service(ip="203.0.113.1"),
    ],
    ids=["selects-nothing", "excluded", "no-endpoint", "no-local-endpoint", "no-pool"],
)
def test_the_rule_of_the_first_broken_link_speaks(change):
    assert not found(RULE, layer2() | logs() | change)


@pytest.mark.parametrize(
    "change",
    [
        assigned(),
        l2_status("worker-1"),
        logs("worker-1"),
        log("worker-1", announced()),
        logs() | assigned(),  # an event is enough, whatever a log lacks
    ],
    ids=["event", "status", "log", "part-of-a-log", "event-and-logs"],
)
def test_somebody_answers(change):
    quiet(RULE, layer2() | change)
    assert verdict(layer2() | change) == "answered for by worker-1 (layer 2)"


def test_an_event_that_the_log_takes_back():
    members = layer2() | logs() | assigned() | log("worker-1", start(), withdrawn("09:00:01"), idle())
    expect(RULE, members, "error", "nobody answers", **WEB)


def test_an_event_from_before_the_speaker_started():
    members = layer2() | logs() | assigned() | log("worker-1", start("09:30:00"), idle("10:30:00"))
    members |= timestamp("2026-11-21 10:30:00")
    expect(RULE, members, "error", "nobody answers", **WEB)
    quiet(RULE, members | log("worker-1", start("09:30:00"), announced("09:30:02"), idle("10:30:00")))


def test_an_event_of_another_protocol_or_of_a_node_without_a_speaker():
    said = 'announcing from node "worker-1" with protocol "bgp"'
    unjudged(RULE, layer2() | events(("nodeAssigned", said, "Normal", "metallb-speaker")), "who answers for it")
    unjudged(RULE, layer2() | assigned("worker-9"), "who answers for it")
    other = events(("nodeAssigned", "announcing", "Normal", "metallb-speaker"))
    unjudged(RULE, layer2() | other, "who answers for it")


def test_what_was_not_collected_is_a_gap():
    unjudged(RULE, layer2(), "neither events nor logs nor a ServiceL2Status tell")
    words = f"layer 2: 3 of 3 nodes may answer for it, by MetalLB's election {ELECTED} does; nothing that confirms it"
    assert verdict(layer2()).startswith(words)
    unjudged(RULE, layer2() | logs() | log("worker-1", idle()), "neither events")  # one log is rotated
    unjudged(RULE, without(layer2() | logs(), "endpointslices"), "neither events")
    assert found(RULE, layer2() | logs())


def test_a_log_that_does_not_tell_the_protocol_or_of_the_run_before():
    line = {key: value for key, value in announced().items() if key != "protocol"}
    unjudged(RULE, layer2() | logs() | log("worker-1", start(), line, idle()), "neither events")
    before = log("worker-1", start(), announced(), name="previous.log")
    expect(RULE, layer2() | logs() | before, "error", "nobody answers", **WEB)


def test_a_service_or_a_speaker_that_is_too_young():
    soon = {"creationTimestamp": "2026-11-21T10:00:00Z"}
    members = layer2(metadata=soon) | logs() | timestamp("2026-11-21 10:00:30")
    unjudged(RULE, members, "neither events")
    members = layer2() | timestamp("2026-11-21 10:00:30")
    for name in PODS:
        members |= log(name, start("10:00:00"), idle("10:00:20"))
    unjudged(RULE, members, "neither events")
    members = without(members, "/timestamp")
    unjudged(RULE, members, "neither events")


def test_an_advertisement_that_is_too_young():
    members = {
        path: text.replace("2026-11-01T00", "2026-11-21T10") if "l2advertisements" in path else text
        for path, text in (layer2() | logs()).items()
    }
    unjudged(RULE, members, "neither events")


def test_a_withdrawal_that_names_the_service_alone():
    gone = {key: value for key, value in withdrawn().items() if key != "ip"} | {"service": "shop/web"}
    lines = (start(), announced() | {"service": "shop/web"}, gone, idle())
    expect(RULE, layer2() | logs() | log("worker-1", *lines), "error", "nobody answers", **WEB)


def test_without_a_timestamp_the_newest_line_counts():
    expect(RULE, without(layer2() | logs(), "/timestamp"), "error", "nobody answers", **WEB)


def test_a_shared_address_that_another_service_gave_up():
    members = layer2(metadata=SHARED) | logs() | log("worker-1", start(), announced(), withdrawn(), idle())
    unjudged(RULE, members, "neither events")
    expect(RULE, layer2(metadata=SHARED) | logs(), "error", "nobody answers", **WEB)


def test_an_owner_without_an_interface_is_told_elsewhere():
    members = layer2() | l2_advertisement(interfaces=["eth9"]) | log("worker-1", start(), no_interfaces(), announced())
    quiet(RULE, members)
    assert verdict(members) == "layer 2: nobody answers for it; worker-1: it answers for it, but has no interface eth9"


def test_a_cluster_without_layer_2_is_not_checked():
    outcome = outcome_of(RULE, cluster())
    assert (outcome.status, outcome.reason) == (Status.NOT_CHECKED, "no collected service is announced by layer 2")


def test_the_interface_of_the_advertisement_is_named():
    members = layer2() | l2_advertisement(interfaces=["br-ex"]) | logs("worker-1")
    assert verdict(members) == "answered for by worker-1 on br-ex (layer 2)"
    excluded = {path: text for name in PODS for path, text in node(name, labels=LABELLED).items()}
    assert verdict(layer2() | excluded).startswith(
        "layer 2: no node may answer for it; worker-0, worker-1, worker-2: it"
    )
    members = layer2() | assigned() | endpoints()
    assert verdict(members) == "answered for by worker-1 (layer 2), although it has no endpoints"
