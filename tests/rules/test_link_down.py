import pytest
from bgp_kit import dump, expect, neighbor, pod, quiet, timestamp, unjudged
from node_kit import addresses, ethtool, healthy, link, links, network, node, ovn_links, routes

RULE = "link-down"
BASE = node("worker-0") | network() | addresses() | routes()
NO_CARRIER = {"flags": "NO-CARRIER,BROADCAST,MULTICAST,UP", "state": "DOWN"}
BOND = {"flags": "BROADCAST,MULTICAST,MASTER,UP,LOWER_UP", "kind": "bond"}


def test_a_healthy_cluster():
    quiet(RULE, healthy(), examined=3)


def test_no_carrier_on_the_uplink():
    members = BASE | links("worker-0", ovn_links(**NO_CARRIER))
    expect(
        RULE,
        members,
        "error",
        "ens3 of worker-0 is down (no carrier): br-ex, the way of the tunnels",
        subject="ens3",
        shown=("NO-CARRIER",),
    )


def test_the_lower_device_is_down():
    members = BASE | links("worker-0", ovn_links(flags="BROADCAST,MULTICAST,UP", state="LOWERLAYERDOWN"))
    expect(RULE, members, "error", "is down (state LOWERLAYERDOWN)", subject="ens3")


def test_ethtool_sees_no_link():
    members = BASE | links() | ethtool(Link_detected="no")
    expect(RULE, members, "error", "ens3 of worker-0 has no link", subject="ens3", shown=("Link detected: no",))


def test_a_member_of_a_bond():
    base = [
        link("ens3", 1500, index=2, master="bond0"),
        link("ens4", 1500, index=3, master="bond0", **NO_CARRIER),
        link("bond0", 1500, index=4, master="ovs-system", mac="52:54:00:00:00:99", **BOND),
        link("br-ex", 1500, index=5, mac="52:54:00:00:00:99", state="UNKNOWN", kind="openvswitch"),
    ]
    members = BASE | links("worker-0", [line for one in base for line in one])
    expect(RULE, members, "error", "ens4 of worker-0 is down", subject="ens4")


def test_a_bond_of_open_vswitch():
    shown = """\
---- bond1 ----
bond_mode: active-backup
bond may use recirculation: no, Recirc-ID : -1
bond-hash-basis: 0
lb_output action: disabled, bond-id: -1
updelay: 0 ms
downdelay: 0 ms
lacp_status: off
lacp_fallback_ab: false
active-backup primary: <none>
active member mac: 52:54:00:00:00:10(ens3)

member ens3: enabled
  active member
  may_enable: true

member ens4: disabled
  may_enable: false
"""
    path = "sosreport-worker-0-2026-11-21-abcdefg/sos_commands/openvswitch/ovs-appctl_bond.show_bond1"
    words = "ens4 of worker-0 is disabled in the bond bond1 of Open vSwitch"
    expect(RULE, BASE | links() | {path: shown}, "error", words, subject="ens4", shown=("member ens4: disabled",))


LACP = """\
---- bond1 ----
  status: active negotiated
  sys_id: 52:54:00:00:00:10
  sys_priority: 65534
  aggregation key: 1
  lacp_time: fast

member: ens3: current attached
  port_id: 1

member: ens4: {state} detached
  port_id: 2
"""


def test_lacp_of_open_vswitch():
    path = "sosreport-worker-0-2026-11-21-abcdefg/sos_commands/openvswitch/ovs-appctl_lacp.show"
    words = "ens4 of worker-0 gets no answer to LACP in the bond bond1 of Open vSwitch: it is {}"
    for state in ("defaulted", "expired"):
        shown = (f"member: ens4: {state} detached",)
        members = BASE | links() | {path: LACP.format(state=state)}
        expect(RULE, members, "warning", words.format(state), subject="ens4", shown=shown)
    quiet(RULE, BASE | links() | {path: LACP.format(state="current")})


def bond(*members, mode="IEEE 802.3ad Dynamic link aggregation", partner="00:00:5e:00:53:01"):
    """/proc/net/bonding/bond0 of worker-0; members: name, state, aggregator, failures."""
    rows = [
        "Ethernet Channel Bonding Driver: v5.14.0",
        "",
        f"Bonding Mode: {mode}",
        "MII Status: up",
        "",
        "802.3ad info",
    ]
    rows += ["Active Aggregator Info:", "\tAggregator ID: 1", f"\tPartner Mac Address: {partner}", ""]
    for name, state, aggregator, failures in members:
        rows += [f"Slave Interface: {name}", f"MII Status: {state}", f"Link Failure Count: {failures}"]
        rows += [f"Aggregator ID: {aggregator}", ""]
    return {"sosreport-worker-0-2026-11-21-abcdefg/proc/net/bonding/bond0": "\n".join(rows)}


WORKING = (("ens3", "up", 1, 0), ("ens4", "up", 1, 3))


def bonded(**second):
    base = [
        link("ens3", 1500, index=2, master="bond0"),
        link("ens4", 1500, index=3, master="bond0", **second),
        link("bond0", 1500, index=4, master="ovs-system", mac="52:54:00:00:00:99", **BOND),
        link("br-ex", 1500, index=5, mac="52:54:00:00:00:99", state="UNKNOWN", kind="openvswitch"),
    ]
    return BASE | links("worker-0", [line for one in base for line in one])


def test_a_bond_that_works():
    quiet(RULE, bonded() | bond(*WORKING))
    quiet(RULE, bonded() | bond(("ens3", "up", 1, 0), ("ens4", "going back", 2, 3)))
    quiet(RULE, bonded() | bond(*WORKING, mode="fault-tolerance (active-backup)", partner="00:00:00:00:00:00"))


@pytest.mark.parametrize(
    ("members", "severity", "words", "subject", "shown"),
    [
        ((("ens4", "down", 1, 0),), "error", "ens4 of worker-0 is down in the bond bond0", "ens4", "MII Status: down"),
        ((("ens4", "up", 2, 0),), "warning", "ens4 of worker-0 carries nothing for bond0", "ens4", "Aggregator ID: 2"),
        ((("ens4", "up", 1, 11),), "warning", "ens4 of worker-0 lost its link 11 times", "ens4", "Failure Count: 11"),
    ],
)
def test_a_member_that_does_not_work(members, severity, words, subject, shown):
    expect(RULE, bonded() | bond(WORKING[0], *members), severity, words, subject=subject, shown=(shown,))


def test_a_member_that_is_down_is_told_once():
    members = bonded(**NO_CARRIER) | bond(WORKING[0], ("ens4", "down", 1, 1))
    expect(RULE, members, "error", "ens4 of worker-0 is down (no carrier)", subject="ens4")


def test_a_bond_without_a_partner():
    members = bonded() | bond(*WORKING, partner="00:00:00:00:00:00")
    expect(RULE, members, "warning", "bond0 of worker-0 found no partner for LACP", subject="bond0")
    quiet(RULE, BASE | links() | bond(("ens8", "up", 1, 0), partner="00:00:00:00:00:00"))  # the cluster does not use it


def test_the_way_to_a_bgp_peer():
    more = [link("ens5", index=20, **NO_CARRIER)]
    base = BASE | links("worker-0", ovn_links(more=more)) | addresses("worker-0", (20, "ens5", "198.51.100.20/24"))
    quiet(RULE, base)  # nobody needs it
    members = base | pod() | dump(neighbors=(neighbor("198.51.100.1"),)) | timestamp()
    expect(
        RULE,
        members,
        "error",
        "ens5 of worker-0 is down (no carrier): the way to BGP peer 198.51.100.1",
        subject="ens5",
    )


def test_interfaces_that_are_set_down_or_internal():
    more = [link("ens9", index=30, flags="BROADCAST,MULTICAST", state="DOWN")]
    quiet(RULE, BASE | links("worker-0", ovn_links(more=more)))
    quiet(RULE, BASE | links("worker-0", ovn_links(flags="BROADCAST,MULTICAST", state="DOWN")))


@pytest.mark.parametrize(("changes", "fires"), [(10, False), (11, True)])
def test_a_carrier_that_comes_and_goes(changes, fires):
    lines = ovn_links()
    at = lines.index("    TX: bytes packets errors dropped carrier collsns")
    lines[at] = "    TX errors: aborted fifo window heartbt transns"
    lines[at + 1] = f"    0 0 0 0 {changes}"
    members = BASE | links("worker-0", lines)
    if fires:
        words = f"ens3 of worker-0 lost or regained its carrier {changes} times"
        expect(RULE, members, "warning", words, subject="ens3", shown=(f"0 0 0 0 {changes}",))
    else:
        quiet(RULE, members)


def test_not_collected():
    unjudged(RULE, BASE, "its links (ip link, ethtool) were not collected")
