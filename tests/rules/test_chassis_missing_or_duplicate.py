"""chassis-missing-or-duplicate: nodes against the chassis of every southbound database."""

import pytest
from bgp_kit import IMAGE, expect, one_of, quiet, unjudged
from kit import outcome_of
from ovn_kit import (
    CHASSIS,
    NODES,
    OVN,
    chassis,
    cluster,
    damaged,
    database,
    judged,
    node,
    objects,
    south,
    south_rows,
    stores,
    without,
)
from ovsdb_sample import log, schema, transaction, uuid

RULE = "chassis-missing-or-duplicate"
LEADER = f"{IMAGE}/network_logs/leader_sbdb"


def clustered(*rows, index=5000):
    """The southbound database of a cluster without interconnect, as one server of three keeps it."""
    tables = {}
    for table, number, columns in rows:
        tables.setdefault(table, {})[uuid(number)] = columns
    header = {
        "server_id": uuid(900),
        "cluster_id": uuid(901),
        "name": "OVN_Southbound",
        "local_address": "ssl:192.0.2.11:9644",
        "prev_servers": {uuid(900): "ssl:192.0.2.11:9644"},
        "prev_term": 3,
        "prev_index": index,
        "prev_data": [schema("OVN_Southbound"), transaction(tables)],
    }
    return {LEADER: log(header, magic="CLUSTER")}


def legacy(*rows, **more):
    """The objects with nodes of no zone, and one southbound database."""
    members = without(objects(), "/nodes/")
    for name in NODES:
        members |= node(name, annotations={"k8s.ovn.org/zone-name": "global"})
    return members | clustered(("SB_Global", 1, {}), *rows, **more)


def test_every_node_has_its_chassis():
    quiet(RULE, cluster(), examined=2)


def test_every_node_has_its_chassis_in_the_database_of_the_cluster():
    rows = [("Chassis", 2 + at, chassis(name)) for at, name in enumerate(NODES)]
    quiet(RULE, legacy(*rows))


def test_a_node_is_missing_in_the_database_of_the_cluster():
    members = legacy(("Chassis", 2, chassis("worker-0")))
    words = ("has no chassis in the southbound database of the cluster", CHASSIS["worker-1"])
    expect(RULE, members, "error", *words, subject="worker-1", whose="worker-1", shown=(CHASSIS["worker-1"],))


def test_a_node_is_missing_in_its_own_database():
    members = cluster() | south("worker-1", chassis_rows=[chassis("worker-0", remote=True)])
    expect(RULE, members, "error", "southbound database of worker-1", subject="worker-1", whose="worker-1")


def test_a_node_is_missing_in_the_database_of_another():
    members = cluster() | south("worker-1", chassis_rows=[chassis("worker-1")])
    expect(RULE, members, "error", "southbound database of worker-1", subject="worker-0", whose="worker-0")


def test_a_node_is_missing_everywhere():
    other = [chassis("worker-0", remote=True)]
    members = cluster() | south("worker-0", chassis_rows=[chassis("worker-0")]) | south("worker-1", chassis_rows=other)
    expect(RULE, members, "error", "databases of worker-0, worker-1", subject="worker-1", whose="worker-1")


def test_a_node_that_is_down_takes_its_chassis_along():
    members = cluster() | south("worker-1", chassis_rows=[chassis("worker-1")]) | node("worker-0", ready="Unknown")
    expect(RULE, members, "info", "the node is not ready", subject="worker-0", whose="worker-0")


@pytest.mark.parametrize(
    "metadata",
    [
        {"created": "2026-11-21T09:55:00Z"},
        {"labels": {"kubernetes.io/os": "windows"}},
        {"annotations": {"k8s.ovn.org/hybrid-overlay-node-subnet": "10.132.0.0/24"}},
        {"annotations": {"k8s.ovn.org/node-chassis-id": ""}},
    ],
    ids=["just added", "windows", "hybrid overlay", "tells no chassis"],
)
def test_nodes_without_a_chassis_that_are_right(metadata):
    quiet(RULE, cluster() | node("worker-7", **metadata), examined=2)


def test_a_node_that_told_its_chassis_long_ago_must_be_there():
    members = cluster() | node("worker-7")
    expect(RULE, members, "error", "databases of worker-0, worker-1", subject="worker-7", whose="worker-7")


def test_a_hostname_with_a_domain_is_the_same_host():
    rows = [chassis("worker-0", name="another-id", hostname="worker-0.example.com"), chassis("worker-1", remote=True)]
    quiet(RULE, cluster() | south("worker-0", chassis_rows=rows), examined=2)


def test_another_host_of_the_same_short_name_is_another():
    rows = [("Chassis", 2, chassis("worker-0")), ("Chassis", 3, chassis("other", hostname="worker-1.example.org"))]
    members = without(legacy(*rows), "/nodes/worker-1")
    members |= renamed("worker-1.example.com")
    expect(RULE, members, "error", "has no chassis", subject="worker-1.example.com", whose="worker-1.example.com")


def renamed(name):
    """worker-1 under another name."""
    text = node("worker-1", annotations={"k8s.ovn.org/zone-name": "global"})
    return {path.replace("worker-1", name): body.replace('"worker-1"', f'"{name}"') for path, body in text.items()}


def test_many_nodes_are_one_finding():
    members = cluster()
    for at in range(30, 52):
        members |= node(f"worker-{at}")
    finding = one_of(RULE, members)
    assert (finding.node, finding.subject) == (None, "chassis")
    assert finding.message.startswith("22 nodes have no chassis in the southbound databases of worker-0, worker-1: ")


def test_no_chassis_at_all():
    words = ("of the cluster holds no chassis at all", "no port can be bound")
    expect(RULE, legacy(), "error", *words, subject="OVN_Southbound", whose=None)


def test_a_database_that_was_just_made():
    expect(RULE, legacy(index=9), "info", "was made a moment before", subject="OVN_Southbound", whose=None)


def test_two_chassis_of_one_host():
    rows = south_rows("worker-0")
    stale = ("Chassis", 9, chassis("worker-1", remote=True, name="old-id"))
    path = next(path for path in south("worker-0"))
    members = cluster() | {path: database("OVN_Southbound", [*rows, stale])}
    words = ("2 chassis are called worker-1 in the southbound database of worker-0", "old-id", "(the node's own)")
    expect(RULE, members, "error", *words, subject="worker-1", whose="worker-1", shown=("old-id",))


def test_one_tunnel_address_in_two_databases():
    encap = ("Encap", 10, {"type": "geneve", "ip": "192.0.2.20", "chassis_name": CHASSIS["worker-1"]})
    rows = [row for row in south_rows("worker-1") if row[1] != 10]
    members = cluster() | {next(iter(south("worker-1"))): database("OVN_Southbound", [*rows, encap])}
    words = (
        "2 chassis have the tunnel address 192.0.2.20",
        "(worker-0, database of worker-0)",
        "(worker-1, database of",
    )
    expect(RULE, members, "error", *words, subject="192.0.2.20", whose=None, shown=("192.0.2.20", CHASSIS["worker-1"]))


def test_two_ids_of_one_host_in_two_databases():
    rows = [chassis("worker-1"), chassis("worker-0", remote=True, name="old-id")]
    encap = ("Encap", 11, {"type": "geneve", "ip": "192.0.2.20", "chassis_name": "old-id"})
    made = [row for row in south_rows("worker-1", chassis_rows=rows) if row[1] != 11]
    members = cluster() | {next(iter(south("worker-1"))): database("OVN_Southbound", [*made, encap])}
    expect(RULE, members, "error", "192.0.2.20", "old-id", subject="192.0.2.20", whose="worker-0")


def test_a_chassis_may_have_several_tunnels():
    encap = ("Encap", 19, {"type": "vxlan", "ip": "192.0.2.20", "chassis_name": CHASSIS["worker-0"]})
    path = next(iter(south("worker-0")))
    quiet(RULE, cluster() | {path: database("OVN_Southbound", [*south_rows("worker-0"), encap])}, examined=2)


def test_two_nodes_with_one_system_id():
    members = cluster() | node("worker-1", annotations={"k8s.ovn.org/node-chassis-id": CHASSIS["worker-0"]})
    words = (f"2 nodes have the system-id {CHASSIS['worker-0']}: worker-0, worker-1", "cloned")
    expect(RULE, members, "error", *words, subject="worker-0, worker-1", whose=None, shown=(CHASSIS["worker-0"],))


def refused(who="ovnkube-node-aaaaa", holder="old-id"):
    what = f"'{holder}' already has encap ip '192.0.2.20' and type 'geneve'"
    line = f"chassis|WARN|{what}, cannot duplicate on '{CHASSIS['worker-0']}'"
    text = f"2026-11-21T09:00:00.000000000Z 2026-11-21T09:00:00.000Z|00012|{line}\n"
    return {f"{IMAGE}/namespaces/{OVN}/pods/{who}/ovn-controller/ovn-controller/logs/current.log": text}


def test_a_node_that_cannot_register_its_address():
    rows = [row for row in south_rows("worker-0") if row[1] != 10]
    stale = ("Encap", 10, {"type": "geneve", "ip": "192.0.2.20", "chassis_name": "old-id"})
    old = ("Chassis", 9, chassis("left-over", name="old-id"))
    path = next(iter(south("worker-0")))
    members = cluster() | {path: database("OVN_Southbound", [*rows, old, stale])} | refused()
    found = {one.subject: one for one in outcome_of(RULE, members).findings}
    assert set(found) == {"worker-0", "192.0.2.20"}
    one = found["worker-0"]
    assert (one.node, str(one.severity)) == ("worker-0", "error")
    assert "which chassis old-id (left-over) had (1 times, last 11-21 09:00:00)" in one.message
    assert "already has encap ip" in one.evidence[0].excerpt[0]


def test_a_node_that_could_not_register_its_address_once():
    words = ("chassis old-id had", "it is registered now")
    expect(RULE, cluster() | refused(), "info", *words, subject="worker-0", shown=("old-id",))


def test_a_log_of_an_unknown_pod():
    members = cluster() | refused("ovnkube-node-zzzzz")
    expect(RULE, members, "error", "on ovnkube-node-zzzzz could not", subject="ovn-controller", whose=None)


def test_other_messages_are_not_of_chassis():
    head = "2026-11-21T09:00:00.000000000Z 2026-11-21T09:00:00.000Z|00012"
    text = f"{head}|timeval|WARN|Unreasonably long 2000ms poll interval\n"
    path = next(iter(refused()))
    quiet(RULE, cluster() | {path: text}, examined=2)


def test_a_damaged_database_proves_nothing():
    members = cluster() | damaged(south("worker-1", chassis_rows=[chassis("worker-1")]))
    outcome = judged(RULE, members)
    assert not outcome.findings
    reason = "the southbound database of worker-1 is damaged or cut"
    assert [(gap.node, gap.reason) for gap in outcome.gaps] == [("worker-1", reason)]


def test_without_nodes_only_duplicates_are_seen():
    unjudged(RULE, without(cluster(), "/nodes/"), "the nodes were not collected", examined=1)


def test_not_collected():
    outcome = outcome_of(RULE, objects())
    assert (str(outcome.status), outcome.reason) == (
        "not_checked",
        "not collected: OVN northbound database or OVN southbound database",
    )


def test_only_the_northbound_databases():
    outcome = outcome_of(RULE, without(objects() | stores(), "_sbdb"))
    assert (str(outcome.status), outcome.reason) == ("not_checked", "not collected: OVN southbound database")
