import pytest
from bgp_kit import expect, quiet, unjudged
from layer2_kit import (
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
    responder,
    responder_failed,
    start,
)
from metallb_kit import l2_advertisement, pool, service

RULE = "l2-responder-missing"
NODE = {"subject": "worker-1", "whose": "worker-1"}


def owner(*lines):
    """worker-1 answers; its speaker said this at its start."""
    return layer2() | log("worker-1", start(), *lines, announced(), idle())


def limited(*interfaces):
    return l2_advertisement(ipAddressPools=["pool"], interfaces=list(interfaces))


def test_no_responder_at_all():
    words = f"worker-1 is to answer for {IP}, but its speaker has no ARP responder at all"
    expect(RULE, owner(), "warning", words, **NODE, shown=("MetalLB speaker starting", "serviceAnnounced"))


def test_a_responder_that_could_not_be_created():
    words = "no ARP responder at all: it failed to create it (listen packet: operation not permitted)"
    expect(RULE, owner(responder_failed()), "warning", words, **NODE, shown=("failed to create ARP",))
    bare = {key: value for key, value in responder_failed().items() if key != "error"}
    expect(RULE, owner(bare), "warning", "it failed to create it", **NODE)
    quiet(RULE, owner(responder_failed(), responder("00:00:16")))


def test_a_responder_that_was_closed():
    lines = (responder(), responder("08:00:00", what="deleted"))
    expect(RULE, owner(*lines), "warning", "no ARP responder at all since it closed it", **NODE, shown=("deleted ARP",))


def test_the_network_of_the_address_is_on_another_interface():
    members = owner(responder(interface="ens9")) | ip_output("worker-1", "addr", *link_lines())
    words = "no ARP responder on br-ex; it has one on ens9"
    expect(RULE, members, "warning", words, **NODE, shown=("ens9",))
    quiet(RULE, owner(responder()) | ip_output("worker-1", "addr", *link_lines()))


@pytest.mark.parametrize(
    "lines",
    [
        link_lines(more=" master ovs-system"),
        link_lines(flags="BROADCAST,MULTICAST"),
        link_lines(flags="BROADCAST,NOARP,UP,LOWER_UP"),
        link_lines(name="cni0"),
        link_lines(address="198.51.100.5/24"),
    ],
    ids=["member-of-a-bridge", "down", "no-arp", "excluded", "another-network"],
)
def test_interfaces_that_a_speaker_leaves_out(lines):
    quiet(RULE, owner(responder(interface="ens9")) | ip_output("worker-1", "addr", *lines))


def test_the_advertisement_names_a_card_that_belongs_to_a_bridge():
    words = "no ARP responder on ens3; it has one on br-ex"
    expect(RULE, owner(responder()) | limited("ens3"), "warning", words, **NODE)
    quiet(RULE, owner(responder()) | limited("ens3", "br-ex"))


def test_an_interface_that_does_not_exist_is_told_elsewhere():
    members = layer2() | log("worker-1", start(), responder(), no_interfaces(), announced(), idle()) | limited("eth9")
    quiet(RULE, members)


def test_ipv6_needs_a_responder_of_its_own():
    members = owner(responder()) | pool("pool", "2001:db8::/64") | service(ip="2001:db8::100")
    members |= log("worker-1", start(), responder(), announced(ips=("2001:db8::100",)), idle())
    expect(RULE, members, "warning", "2001:db8::100, but its speaker has no NDP responder at all", **NODE)
    ndp = responder(kind="NDP")
    quiet(RULE, members | log("worker-1", start(), ndp, announced(ips=("2001:db8::100",)), idle()))


def test_one_finding_for_all_addresses_of_a_node():
    two = service(ip=(IP, "192.0.2.101"))
    members = owner() | two | log("worker-1", start(), announced(ips=(IP, "192.0.2.101")), idle())
    expect(RULE, members, "warning", "no ARP responder", **NODE)


def test_a_speaker_that_just_started():
    quiet(RULE, layer2() | log("worker-1", start("09:59:50"), announced("09:59:59"), idle()))


def test_no_node_may_answer():
    quiet(RULE, layer2() | logs())


def test_what_was_not_collected_is_a_gap():
    words = "the log of the speaker of worker-1 does not reach back to its start"
    unjudged(RULE, layer2() | assigned(), words)
    unjudged(RULE, layer2() | log("worker-1", announced()), words)
    unjudged(RULE, layer2(), "who answers for it was not collected")


def test_healthy():
    quiet(RULE, layer2() | logs("worker-1"))
