from bgp_kit import expect, quiet, unjudged
from layer2_kit import (
    ELECTED,
    IP,
    announced,
    assigned,
    idle,
    ip_output,
    layer2,
    link_lines,
    log,
    logs,
    no_interfaces,
    start,
)
from metallb_kit import events, l2_advertisement

RULE = "l2-interface-selector-miss"
WEB = {"subject": "shop/web", "whose": "worker-1"}
EVENT = f'the interfaces specified by LB IP "{IP}" doesn\'t exist in assigned node "worker-1" with protocol "layer2"'
ASSIGNED = 'announcing from node "worker-1" with protocol "layer2"'


def limited(*interfaces):
    return layer2() | l2_advertisement(ipAddressPools=["pool"], interfaces=list(interfaces or ("eth9",)))


def test_the_speaker_says_so():
    members = limited("eth8", "eth9") | log("worker-1", start(), no_interfaces(), announced(), idle())
    words = (
        f"worker-1 is to answer for {IP} on eth8, eth9 (L2Advertisement l2), but has none, it has lo, br-ex, ens3",
    )
    shown = ("the specified interfaces", "localIfs", "eth9", "serviceAnnounced")
    expect(RULE, members, "error", *words, **WEB, shown=shown)


def test_the_event_says_so():
    told = events(
        ("announceFailed", EVENT, "Warning", "metallb-speaker"), ("nodeAssigned", ASSIGNED, "Normal", "metallb-speaker")
    )
    expect(RULE, limited() | told, "error", "but has none", **WEB, shown=("exist in assigned node",))
    other = events(
        ("announceFailed", "no", "Warning", "metallb-speaker"), ("nodeAssigned", ASSIGNED, "Normal", "metallb-speaker")
    )
    unjudged(RULE, limited() | other, "the interfaces of worker-1 were not collected")


def test_a_later_turn_without_a_complaint():
    members = limited() | log("worker-1", start(), no_interfaces(), announced(), announced("09:00:05"), idle())
    quiet(RULE, members)


def test_the_advertisement_has_no_interfaces_any_more():
    quiet(RULE, layer2() | log("worker-1", start(), no_interfaces(), announced(), idle()))


def test_the_interfaces_of_the_node():
    members = limited() | assigned() | ip_output("worker-1", "addr", *link_lines())
    expect(RULE, members, "error", "but has none, it has br-ex", **WEB, shown=("br-ex", "eth9", "announcing from"))
    quiet(RULE, limited("eth9", "br-ex") | assigned() | ip_output("worker-1", "addr", *link_lines()))


def test_the_node_that_is_elected():
    assert ELECTED == "worker-1"
    expect(RULE, limited() | ip_output("worker-1", "addr", *link_lines()), "error", "is to answer for", **WEB)


def test_a_log_without_a_complaint():
    quiet(RULE, limited() | logs("worker-1"))


def test_what_was_not_collected_is_a_gap():
    unjudged(RULE, limited() | assigned(), "the interfaces of worker-1 were not collected")
    unjudged(RULE, limited(), "the interfaces of worker-1 were not collected")


def test_without_interface_selectors():
    quiet(RULE, layer2())
    quiet(RULE, layer2() | logs("worker-1"))
    two = limited() | l2_advertisement("all", ipAddressPools=["pool"])
    quiet(RULE, two | assigned() | ip_output("worker-1", "addr", *link_lines()))


def test_no_node_may_answer():
    quiet(RULE, limited() | logs())
