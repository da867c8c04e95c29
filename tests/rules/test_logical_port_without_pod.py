"""logical-port-without-pod: the ports of pods against the pods of the namespaces that were collected."""

import pytest
from bgp_kit import IMAGE, expect, quiet, unjudged
from kit import outcome_of
from ovn_kit import (
    CLIENT,
    FAR,
    HOMES,
    WEB,
    binding,
    cluster,
    database,
    later,
    lsp,
    north,
    north_rows,
    pod,
    pods,
    south,
    without,
)
from ovsdb_sample import transaction, uuid

RULE = "logical-port-without-pod"
GONE = "gone-6b7f9d4c8d-zzzzz"


def with_ports(*names, up=False, namespace="shop"):
    """worker-0 with further ports."""
    more = [lsp(name, namespace, ip=f"10.128.0.{100 + at}", up=up) for at, name in enumerate(names)]
    claimed = [binding(CLIENT), binding(WEB), *(binding(name, namespace) for name in names if up)]
    return cluster() | north("worker-0", ports=[lsp(CLIENT), lsp(WEB), *more]) | south("worker-0", bindings=claimed)


def test_every_port_has_its_pod():
    quiet(RULE, cluster(), examined=3)


def test_a_port_that_nobody_bound():
    words = (
        f"port shop_{GONE} on switch worker-0 is of the pod shop/{GONE}, which does not exist",
        "no node has bound",
    )
    expect(RULE, with_ports(GONE), "info", *words, subject=f"shop/{GONE}", shown=(f"shop_{GONE}", "items:"))


def test_a_port_that_is_bound_all_the_same():
    expect(RULE, with_ports(GONE, up=True), "info", "the port is bound all the same", subject=f"shop/{GONE}")


@pytest.mark.parametrize("up", [True, False])
def test_a_port_that_came_while_the_archive_was_collected(up):
    new = later("Logical_Switch_Port", 90, lsp(GONE, ip="10.128.0.100", up=up))
    members = cluster() | north("worker-0", new) | south("worker-0", bindings=[binding(CLIENT), binding(WEB)])
    expect(RULE, members, "info", "it may have come while", subject=f"shop/{GONE}")


def test_a_record_without_a_date_tells_nothing_of_its_age():
    late = transaction({"Logical_Switch_Port": {uuid(90): lsp(GONE, ip="10.128.0.100")}}, _date="")
    claimed = [binding(name) for name in (CLIENT, WEB, GONE)]
    members = cluster() | north("worker-0", late) | south("worker-0", bindings=claimed)
    expect(RULE, members, "info", "bound all the same", subject=f"shop/{GONE}")


def test_several_on_one_switch_are_a_warning():
    outcome = outcome_of(RULE, with_ports("a-1", "b-1", "c-1"))
    assert [(one.node, one.subject, str(one.severity)) for one in outcome.findings] == [
        ("worker-0", f"shop/{name}", "warning") for name in ("a-1", "b-1", "c-1")
    ]


def test_two_on_a_small_switch_are_not():
    assert {str(one.severity) for one in outcome_of(RULE, with_ports("a-1", "b-1")).findings} == {"info"}


def test_three_of_a_hundred_are_not():
    names = [f"web-{at}" for at in range(60)]
    members = cluster() | pods(
        *(pod(name) for name in HOMES), *(pod(name, ip=f"10.128.0.{at + 30}") for at, name in enumerate(names))
    )
    ports = [lsp(CLIENT), lsp(WEB), *(lsp(name, ip=f"10.128.0.{at + 30}") for at, name in enumerate(names))]
    stale = [lsp(name, ip=f"10.128.0.{at + 200}", up=False) for at, name in enumerate(("a-1", "b-1", "c-1"))]
    found = outcome_of(RULE, members | north("worker-0", ports=[*ports, *stale])).findings
    assert [str(one.severity) for one in found] == ["info"] * 3


def test_many_are_one_finding():
    words = ("21 of the 23 ports of pods on switch worker-0 have no pod", "and 17 more")
    expect(RULE, with_ports(*(f"old-{at}" for at in range(21))), "warning", *words, subject="worker-0")


def test_pods_that_ended_still_exist():
    members = with_ports(GONE) | pods(*(pod(name) for name in HOMES), pod(GONE, status={"phase": "Succeeded"}))
    quiet(RULE, members, examined=4)


def test_namespaces_that_were_not_collected():
    quiet(RULE, with_ports(GONE, namespace="other"), examined=4)


def test_ports_of_other_kinds_are_of_no_pod():
    nad = {"namespace": "shop", "pod": "true", "k8s.ovn.org/nad": "shop/blue"}
    others = [
        lsp(GONE, ip="10.128.0.100", external_ids=nad),
        lsp(GONE, ip="10.128.0.101", external_ids={}),
        lsp(GONE, ip="10.128.0.102", name="elsewhere"),
    ]
    quiet(RULE, cluster() | north("worker-0", ports=[lsp(CLIENT), lsp(WEB), *others]), examined=3)


def test_a_port_on_no_switch():
    rows = [
        row for row in north_rows("worker-0", [lsp(GONE, ip="10.128.0.100", up=False)]) if row[0] != "Logical_Switch"
    ]
    members = cluster() | {next(iter(north("worker-0"))): database("OVN_Northbound", rows)}
    expect(RULE, members, "info", f"is of the pod shop/{GONE}", subject=f"shop/{GONE}")


def test_lists_of_another_collection_are_of_another_time():
    other = {path.replace(IMAGE, f"{IMAGE}-2"): data for path, data in pods(pod(FAR)).items()}
    assert not outcome_of(RULE, without(with_ports(GONE), "/shop/core/pods.yaml") | other).findings


def test_a_database_that_was_saved_by_hand_is_compared_with_every_list():
    members = without(with_ports(), "aaaaa_nbdb")
    ports = [lsp(CLIENT), lsp(WEB), lsp(GONE, ip="10.128.0.100", up=False)]
    members |= {"saved/nbdb": database("OVN_Northbound", north_rows("worker-0", ports))}
    expect(RULE, members, "info", subject=f"shop/{GONE}")


def test_a_missing_database_is_told():
    unjudged(RULE, without(cluster(), "aaaaa_nbdb"), "the northbound database of worker-0 was not collected")


def test_not_collected():
    outcome = outcome_of(RULE, without(cluster(), "pods.yaml"))
    assert (str(outcome.status), outcome.reason) == ("not_checked", "not collected: lists of pods")
