"""logical-port-not-bound: the ports of running pods against the southbound database of their node."""

import pytest
from bgp_kit import IMAGE, expect, quiet, unjudged
from kit import outcome_of
from ovn_kit import (
    CLIENT,
    FAR,
    HOMES,
    NODES,
    WEB,
    binding,
    chassis,
    cluster,
    damaged,
    database,
    judged,
    lsp,
    node,
    north,
    north_rows,
    pod,
    pods,
    south,
    without,
)
from ovsdb_sample import log, schema, transaction, uuid

RULE = "logical-port-not-bound"
SUBJECT = f"shop/{WEB}"


def bound(**columns):
    """worker-0 with another binding of the pod web."""
    return cluster() | south("worker-0", bindings=[binding(CLIENT), binding(WEB, **columns)])


def test_every_port_is_bound():
    quiet(RULE, cluster(), examined=3)


def test_no_chassis_has_claimed_it():
    finding = expect(
        RULE, bound(chassis=None), "error", "no chassis has claimed its port", subject=SUBJECT, shown=(WEB,)
    )
    assert "it is down" not in finding.message


def test_a_deleted_chassis_leaves_the_binding_up():
    """The southbound binding keeps `up`, the northbound port does not."""
    members = bound(chassis=None, up=True) | north("worker-0", ports=[lsp(CLIENT), lsp(WEB, up=False)])
    expect(RULE, members, "error", "no chassis has claimed", "and it is down", subject=SUBJECT, shown=('"up":false',))


def test_bound_to_another_node():
    shown = (WEB, '"hostname":"worker-1"')
    expect(RULE, bound(at=2), "error", "runs on worker-0, but its port", "to worker-1", subject=SUBJECT, shown=shown)


def test_claimed_and_down():
    members = cluster() | north("worker-0", ports=[lsp(CLIENT), lsp(WEB, up=False)])
    expect(RULE, members, "error", "down in the northbound database", subject=SUBJECT, shown=('"up":false',))
    expect(RULE, bound(up=False), "error", "down in the southbound database", subject=SUBJECT, shown=('"up":false',))


def test_ports_without_a_binding():
    ips = {"a-1": "10.128.0.50", "b-1": "10.128.0.51"}
    more = pods(*(pod(name) for name in HOMES), *(pod(name, ip=ip) for name, ip in ips.items()))
    ports = [lsp(CLIENT), lsp(WEB), *(lsp(name, ip=ip) for name, ip in ips.items())]
    members = cluster() | more | north("worker-0", ports=ports) | south("worker-0", bindings=[binding(CLIENT)])
    found = outcome_of(RULE, members).findings
    assert {(one.node, one.subject) for one in found} == {("worker-0", f"shop/{name}") for name in ("a-1", "b-1", WEB)}
    assert all("northd did not take over" in one.message for one in found)


def test_one_port_without_a_binding_may_be_of_a_pod_that_just_went():
    members = cluster() | south("worker-0", bindings=[binding(CLIENT)])
    unjudged(RULE, members, "may have gone between the copies of the two databases", examined=2)


def test_a_binding_that_changed_later():
    """The newest record counts, and is the evidence."""
    change = transaction({"Port_Binding": {uuid(31): {"chassis": []}}})
    members = cluster() | south("worker-0", change)
    expect(RULE, members, "error", "no chassis has claimed", subject=SUBJECT, shown=('"chassis":["set",[]]',))


def test_many_ports_of_a_node_are_one_finding():
    names = [f"extra-{at}-abcde" for at in range(21)]
    ips = {name: f"10.128.0.{50 + at}" for at, name in enumerate(names)}
    members = cluster() | pods(*(pod(name) for name in HOMES), *(pod(name, ip=ips[name]) for name in names))
    members |= north("worker-0", ports=[lsp(CLIENT), lsp(WEB), *(lsp(name, ip=ips[name]) for name in names)])
    claimed = [binding(CLIENT), binding(WEB), *(binding(name, chassis=None) for name in names)]
    words = ("the logical ports of 21 running pods of worker-0 do not work", "and 17 more", "no chassis has claimed")
    expect(RULE, members | south("worker-0", bindings=claimed), "error", *words, subject="worker-0")


@pytest.mark.parametrize("kind", ["remote", "virtual", "localport", "l3gateway"])
def test_ports_of_other_types_are_bound_otherwise(kind):
    quiet(RULE, bound(type=kind, chassis=None), examined=3)
    members = cluster() | north("worker-0", ports=[lsp(CLIENT), lsp(WEB, type=kind, up=False)])
    assert not outcome_of(RULE, members).findings


@pytest.mark.parametrize("started", ["2026-11-21T10:00:30Z", "2026-11-21T10:05:00Z"])
def test_a_pod_that_has_only_just_started(started):
    members = bound(chassis=None) | pods(pod(CLIENT), pod(FAR), pod(WEB, started=started))
    quiet(RULE, members, examined=3)


def test_a_pod_that_was_replaced_while_the_archive_was_collected():
    new = lsp("web-6b7f9d4c8d-new55", ip="10.128.0.33")
    claimed = [binding(CLIENT), binding(WEB, chassis=None), binding("web-6b7f9d4c8d-new55")]
    members = cluster() | north("worker-0", ports=[lsp(CLIENT), lsp(WEB), new]) | south("worker-0", bindings=claimed)
    assert not outcome_of(RULE, members).findings


def test_pods_that_ended():
    ended = pod(WEB, status={"phase": "Succeeded"})
    quiet(RULE, bound(chassis=None) | pods(pod(CLIENT), pod(FAR), ended), examined=2)


def test_a_node_is_known_by_its_chassis_id_whatever_its_hostname():
    rows = [chassis("worker-0", hostname="localhost"), chassis("worker-1", remote=True)]
    quiet(RULE, cluster() | south("worker-0", chassis_rows=rows), examined=3)


def test_a_hostname_with_a_domain():
    rows = [chassis("worker-0", name="other-id", hostname="worker-0.example.com"), chassis("worker-1", remote=True)]
    quiet(RULE, cluster() | south("worker-0", chassis_rows=rows), examined=3)


def test_a_chassis_that_is_not_there_is_not_another_node():
    quiet(RULE, bound(at=77), examined=3)


def test_a_node_that_is_not_ready_is_not_judged():
    unjudged(RULE, bound(chassis=None) | node("worker-0", ready="Unknown"), "the node is not ready", examined=1)


@pytest.mark.parametrize(("index", "reason"), [(9, "no chassis had registered"), (5000, None)])
def test_a_database_without_any_chassis(index, reason):
    """A new one tells nothing yet; an old one has lost them, and with them every binding."""
    members = without(cluster(), "_sbdb", "_nbdb", "/nodes/")
    for name in NODES:
        members |= node(name, annotations={"k8s.ovn.org/zone-name": "global"})
    rows = [row for row in north_rows("worker-0") if row[0] != "NB_Global"]
    tables = {"Port_Binding": {uuid(31): binding(WEB, chassis=None), uuid(32): binding(CLIENT, chassis=None)}}
    header = {
        "server_id": uuid(900),
        "cluster_id": uuid(901),
        "name": "OVN_Southbound",
        "local_address": "ssl:192.0.2.11:9644",
        "prev_servers": {uuid(900): "ssl:192.0.2.11:9644"},
        "prev_term": 3,
        "prev_index": index,
        "prev_data": [schema("OVN_Southbound"), None],
    }
    filled = {"term": 3, "index": index + 1, "data": [None, transaction(tables)]}
    members |= {f"{IMAGE}/network_logs/leader_nbdb": database("OVN_Northbound", rows)}
    members |= {f"{IMAGE}/network_logs/leader_sbdb": log(header, filled, magic="CLUSTER")}
    outcome = outcome_of(RULE, members)
    assert {one.subject for one in outcome.findings} == (set() if reason else {f"shop/{WEB}", f"shop/{CLIENT}"})
    assert any("no chassis had registered" in gap.reason for gap in outcome.gaps) is bool(reason)


def test_without_its_southbound_database_a_node_is_not_judged():
    unjudged(RULE, without(bound(chassis=None), "aaaaa_sbdb"), "southbound database of worker-0 was not", examined=1)


def test_a_damaged_database_proves_nothing():
    outcome = judged(RULE, bound(chassis=None) | damaged(south("worker-0")))
    assert not outcome.findings
    assert [gap.reason for gap in outcome.gaps] == ["the southbound database of worker-0 is damaged or cut"]


def test_not_collected():
    outcome = outcome_of(RULE, without(cluster(), "_sbdb"))
    assert (str(outcome.status), outcome.reason) == ("not_checked", "not collected: OVN southbound database")
