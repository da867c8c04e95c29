"""Databases that were made while the archive was collected: the times of their rows tell nothing."""

import pytest
from bgp_kit import expect
from kit import outcome_of
from ovn_kit import (
    CLIENT,
    FAR,
    OVN,
    OVN_POD,
    STORE,
    VIP,
    WEB,
    balancer,
    binding,
    cluster,
    endpoint,
    lsp,
    millis,
    north_rows,
    pod,
    pods,
    slices,
    south_rows,
)
from ovsdb_sample import log, schema, transaction, uuid

MADE = "2026-11-21T10:00:02Z"
GONE = ("a-1", "b-1", "c-1")
PORTS = "logical-port-without-pod"
BACKENDS = "load-balancer-backend-mismatch"


def made(short, name, rows, *, at=MADE, **more):
    """The database of worker-0, of which every record is as young as this."""
    each = [transaction({table: {uuid(number): columns}}, _date=millis(at), **more) for table, number, columns in rows]
    return {f"{STORE}/{OVN_POD['worker-0']}_{short}": log(schema(name), *each)}


def northbound(ports=(), balancers=None, **more):
    kept = [lsp(CLIENT), lsp(WEB), *ports]
    return made("nbdb", "OVN_Northbound", north_rows("worker-0", ports=kept, balancers=balancers), **more)


def southbound(*names):
    rows = south_rows("worker-0", bindings=[binding(name) for name in (CLIENT, WEB, *names)])
    return made("sbdb", "OVN_Southbound", rows)


def stale(**more):
    ports = [lsp(name, ip=f"10.128.0.{100 + at}", up=False) for at, name in enumerate(GONE)]
    return cluster() | northbound(ports, **more) | southbound()


def started(at):
    """The pod with the databases of worker-0, whose containers started then."""
    where = [pod(OVN_POD[name], OVN, name, "192.0.2.20", hostNetwork=True) for name in OVN_POD]
    where[0]["status"]["containerStatuses"][0]["state"] = {"running": {"startedAt": at}} if at else {"waiting": {}}
    return pods(*where, namespace=OVN)


def test_ports_in_it_are_not_late():
    findings = outcome_of(PORTS, stale()).findings
    assert [str(one.severity) for one in findings] == ["warning"] * 3
    assert all("no node has bound" in one.message for one in findings)


def test_a_database_that_was_made_before_the_collection():
    old = {str(one.severity) for one in outcome_of(PORTS, stale(at="2026-11-21T09:58:00Z")).findings}
    assert old == {"warning"}


@pytest.mark.parametrize("comment", ["compacting database online", "converted by ovsdb-tool 3.4.2"])
def test_compaction_makes_all_rows_young(comment):
    members = stale(_comment=comment)
    assert {str(one.severity) for one in outcome_of(PORTS, members).findings} == {"info"}


def test_a_backend_with_a_stale_port():
    made_of = balancer(vips={VIP: "10.128.0.100:8080,10.128.1.6:8080"})
    ports = [lsp(GONE[0], ip="10.128.0.100", up=False)]
    members = cluster() | northbound(ports, [made_of]) | southbound() | slices(endpoint(WEB), endpoint(FAR))
    words = ("sends to 10.128.0.100:8080", "which does not exist", "leaves out 10.128.0.7:8080")
    expect(BACKENDS, members, "error", *words, subject="shop/web", whose="worker-0")


def test_backends_that_changed_in_it():
    """All its rows changed a moment ago, so this is no sign of endpoints that come and go."""
    change = ("Load_Balancer", 60, {"vips": {VIP: "10.128.0.7:8080"}})
    rows = [*north_rows("worker-0"), change]
    members = cluster() | made("nbdb", "OVN_Northbound", rows)
    expect(BACKENDS, members, "warning", "leaves out 10.128.1.6:8080", subject="shop/web", whose="worker-0")


@pytest.mark.parametrize("at", ["2026-11-21T09:58:00Z", "2026-11-21T10:00:01Z", None])
@pytest.mark.parametrize("rule", [BACKENDS, "pod-without-logical-port", "logical-port-not-bound"])
def test_ovnkube_still_fills_it(rule, at):
    members = cluster() | made("nbdb", "OVN_Northbound", north_rows("worker-0", ports=[], balancers=[])) | started(at)
    outcome = outcome_of(rule, members)
    assert not outcome.findings
    reason = "the northbound database of worker-0 was made anew while the archive was collected"
    assert reason in {gap.reason for gap in outcome.gaps}


def test_ovnkube_has_run_for_long():
    members = cluster() | made("nbdb", "OVN_Northbound", north_rows("worker-0", ports=[lsp(CLIENT)]))
    words = (f"shop/{WEB} runs on worker-0",)
    expect("pod-without-logical-port", members, "error", *words, subject=f"shop/{WEB}", whose="worker-0")
