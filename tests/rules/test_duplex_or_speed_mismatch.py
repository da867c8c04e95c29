import pytest
from bgp_kit import expect, quiet, unjudged
from node_kit import WORKERS, absent, addresses, ethtool, healthy, link, links, network, node, of_all

RULE = "duplex-or-speed-mismatch"
BASE = network() | of_all(node) | of_all(addresses) | of_all(links)
ALL = BASE | of_all(ethtool)


def test_a_healthy_cluster():
    quiet(RULE, healthy(), examined=3)


def test_half_duplex():
    words = "ens3 of worker-1 runs at half duplex"
    expect(
        RULE,
        ALL | ethtool("worker-1", Duplex="Half"),
        "warning",
        words,
        subject="ens3",
        whose="worker-1",
        shown=("Duplex: Half",),
    )


def test_slower_than_its_like():
    members = ALL | ethtool("worker-1", Speed="1000Mb/s")
    words = "ens3 of worker-1 runs at 1000 Mbit/s, that of worker-0 and others at 25000"
    shown = ("Speed: 1000Mb/s", "Speed: 25000Mb/s")
    expect(RULE, members, "warning", words, subject="ens3", whose="worker-1", shown=shown)


def test_what_cannot_be_compared():
    quiet(RULE, ALL | ethtool("worker-1", Speed="1000Mb/s", driver="igb"), examined=3)  # another card
    control = node("worker-1")
    control = {
        path: text.replace("role.kubernetes.io/worker", "role.kubernetes.io/master") for path, text in control.items()
    }
    quiet(RULE, ALL | ethtool("worker-1", Speed="1000Mb/s") | control, examined=3)
    quiet(RULE, ALL | ethtool("worker-1", Speed="Unknown!", Duplex="Unknown! (255)"), examined=3)
    quiet(RULE, ALL | ethtool("worker-1", Speed="1000Mb/s", Link_detected="no"), examined=3)
    only_two = BASE | ethtool("worker-0") | ethtool("worker-1", Speed="1000Mb/s") | ethtool("worker-2", driver="igb")
    quiet(RULE, only_two, examined=3)  # nobody knows which of two is right


@pytest.mark.parametrize("driver", ["virtio_net", "vmxnet3", "veth"])
def test_virtual_cards(driver):
    members = ALL | ethtool("worker-1", Speed="10Mb/s", Duplex="Half", driver=driver)
    quiet(RULE, members, examined=3)


def test_a_bridge_is_no_card():
    quiet(RULE, ALL | ethtool("worker-0", "br-ex", Duplex="Half", driver="tap"), examined=3)


def test_one_that_does_not_negotiate():
    members = ALL | ethtool("worker-2", Auto_negotiation="off")
    members = {path: text.replace("Auto negotiation", "Auto-negotiation") for path, text in members.items()}
    words = "ens3 of worker-2 does not negotiate its speed, that of worker-0 does"
    expect(RULE, members, "warning", words, subject="ens3", whose="worker-2")


def test_members_of_a_bond():
    base = [
        link("ens3", index=2, master="bond0"),
        link("ens4", index=3, master="bond0"),
        link("bond0", index=4, flags="BROADCAST,MULTICAST,MASTER,UP,LOWER_UP", kind="bond"),
    ]
    lines = links("worker-0", [line for one in base for line in one])
    members = node("worker-0") | lines | ethtool("worker-0") | ethtool("worker-0", "ens4", Speed="10000Mb/s")
    words = "members of bond0 of worker-0 differ: ens3 25000 Mbit/s, ens4 10000 Mbit/s"
    expect(RULE, members, "warning", words, subject="bond0")
    quiet(RULE, members | ethtool("worker-0", "ens4"))


def test_not_collected():
    absent(RULE, BASE, "no output of ethtool of a node was collected")
    unjudged(RULE, BASE | ethtool(WORKERS[0]), "the settings of its network cards", examined=1)
