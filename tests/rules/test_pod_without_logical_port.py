"""pod-without-logical-port: running pods against the northbound database of their node."""

import json

import pytest
from bgp_kit import IMAGE, expect, quiet, unjudged
from kit import outcome_of
from ovn_kit import (
    CLIENT,
    FAR,
    HOMES,
    NODES,
    WEB,
    cluster,
    damaged,
    database,
    judged,
    later,
    lsp,
    node,
    north,
    north_rows,
    objects,
    ovnkube,
    pod,
    pods,
    south,
    stores,
    timestamp,
    without,
    written,
)

RULE = "pod-without-logical-port"
EXTRA = "extra-5d8f7c6b9-abcde"


def with_pod(*args, **more):
    """The cluster with one pod more, which has no port."""
    return cluster() | pods(*(pod(name) for name in HOMES), pod(EXTRA, *args, ip="10.128.0.9", **more))


def network(cidr):
    made = {
        "apiVersion": "config.openshift.io/v1",
        "kind": "Network",
        "metadata": {"name": "cluster"},
        "status": {"clusterNetwork": [{"cidr": cidr, "hostPrefix": 24}], "networkType": "OVNKubernetes"},
    }
    return {f"{IMAGE}/cluster-scoped-resources/config.openshift.io/networks.yaml": json.dumps(made, indent=1)}


def test_every_pod_has_its_port():
    quiet(RULE, cluster(), examined=3)


def test_a_pod_without_a_port():
    members = cluster() | north("worker-0", ports=[lsp(CLIENT)])
    words = ("runs on worker-0 with the address 10.128.0.7", f"has no port shop_{WEB}", "has ports of 1 pods")
    expect(RULE, members, "error", *words, subject=f"shop/{WEB}", shown=("10.128.0.7", '"name":"worker-0"'))


def test_a_port_in_the_database_of_another_node_is_of_no_use():
    members = cluster() | north("worker-0", ports=[lsp(CLIENT)])
    members |= north("worker-1", ports=[lsp(FAR), lsp(WEB)])
    expect(RULE, members, "error", "northbound database of worker-0", subject=f"shop/{WEB}")


def test_a_port_on_another_network_is_of_no_use():
    nad = {"namespace": "shop", "pod": "true", "k8s.ovn.org/nad": "shop/blue", "k8s.ovn.org/network": "blue"}
    other = lsp(WEB, external_ids=nad, name=f"blue_shop_{WEB}")
    expect(RULE, cluster() | north("worker-0", ports=[lsp(CLIENT), other]), "error", subject=f"shop/{WEB}")


def test_a_node_without_a_switch():
    rows = [row for row in north_rows("worker-0", ports=[lsp(CLIENT)]) if row[0] != "Logical_Switch"]
    members = cluster() | {next(iter(north("worker-0"))): database("OVN_Northbound", rows)}
    expect(RULE, members, "error", "it has no switch worker-0 either", subject=f"shop/{WEB}")


def test_the_database_of_the_cluster():
    members = without(objects(), "/nodes/")
    for name in NODES:
        members |= node(name, annotations={"k8s.ovn.org/zone-name": "global"})
    rows = [row for row in north_rows("worker-0") if row[0] != "NB_Global"]
    members |= {f"{IMAGE}/network_logs/leader_nbdb": database("OVN_Northbound", rows)}
    subject = f"shop/{FAR}"
    expect(RULE, members, "error", "the northbound database of the cluster", subject=subject, whose="worker-1")


def test_many_pods_of_a_node_are_one_finding():
    more = [pod(f"extra-{at}-abcde", ip=f"10.128.0.{50 + at}") for at in range(21)]
    members = cluster() | pods(*(pod(name) for name in HOMES), *more)
    expect(RULE, members, "error", "21 running pods of worker-0", "and 17 more", subject="worker-0")


@pytest.mark.parametrize(
    "more",
    [
        {"status": {"phase": "Succeeded"}},
        {"status": {"phase": "Failed"}},
        {"status": {"phase": "Pending", "podIPs": []}},
        {"status": {"hostIP": "10.128.0.9"}},
        {"status": {"containerStatuses": [{"name": "c", "state": {"terminated": {"exitCode": 0}}}]}},
        {"metadata": {"name": EXTRA, "namespace": "shop", "deletionTimestamp": "2026-11-21T09:00:00Z"}},
        {"hostNetwork": True},
        {"started": "2026-11-21T10:00:30Z"},
        {"started": "2026-11-21T10:02:00Z"},
        {"started": "2026-11-21T09:55:00Z"},
    ],
    ids=[
        *("completed", "failed", "pending", "host address", "ended", "deleting", "host network", "young", "later"),
        "an installer's",
    ],
)
def test_pods_that_need_no_port_yet_or_any_more(more):
    assert not outcome_of(RULE, with_pod(**more)).findings


def test_the_same_pod_that_needs_one():
    expect(RULE, with_pod(), "error", subject=f"shop/{EXTRA}", shown=("10.128.0.9",))


def test_a_database_that_stands_still_is_judged_by_the_time_of_the_collection():
    """Pods that started an hour ago must be in a database that was last written yesterday and copied now."""
    members = with_pod(started="2026-11-21T09:00:00Z") | north("worker-0", written_at="2026-11-20T12:00:00Z")
    expect(RULE, members, "error", subject=f"shop/{EXTRA}")


def test_a_database_that_was_saved_by_hand_is_judged_by_what_it_holds():
    members = without(with_pod(started="2026-11-21T09:00:00Z"), "worker-0_nbdb", "ovnkube-node-aaaaa_nbdb")
    rows = north_rows("worker-0")
    saved = {"saved/nbdb": database("OVN_Northbound", rows, written_at="2026-11-20T12:00:00Z")}
    assert not outcome_of(RULE, members | saved).findings
    saved = {"saved/nbdb": database("OVN_Northbound", rows, written_at="2026-11-21T09:30:00Z")}
    expect(RULE, members | saved, "error", subject=f"shop/{EXTRA}")


def test_windows_nodes_have_no_switch():
    members = cluster() | node("worker-0", labels={"kubernetes.io/os": "windows"})
    quiet(RULE, members | north("worker-0", ports=[]), examined=1)


def test_pods_on_another_network_only():
    members = with_pod(status={"podIPs": [{"ip": "198.51.100.9"}]}) | network("10.128.0.0/14")
    quiet(RULE, members, examined=3)
    expect(RULE, with_pod() | network("10.128.0.0/14"), "error", subject=f"shop/{EXTRA}")


def test_masked_networks_say_nothing():
    expect(RULE, with_pod() | network("x-ipv4-0000000002-x/14"), "error", subject=f"shop/{EXTRA}")


@pytest.mark.parametrize("up", [True, False])
def test_a_pod_that_was_replaced_while_the_archive_was_collected(up):
    new = later("Logical_Switch_Port", 90, lsp("web-6b7f9d4c8d-new55", ip="10.128.0.33", up=up))
    unjudged(
        RULE, cluster() | north("worker-0", new, ports=[lsp(CLIENT)]), "it went between the two copies", examined=2
    )


def test_a_stale_port_that_nobody_bound_is_no_such_pod():
    stale = lsp("web-6b7f9d4c8d-old55", ip="10.128.0.33", up=False)
    members = cluster() | north("worker-0", ports=[lsp(CLIENT), stale])
    expect(RULE, members, "error", subject=f"shop/{WEB}")


def test_nodes_whose_database_is_missing_are_not_judged():
    unjudged(
        RULE, without(cluster(), "aaaaa_nbdb"), "the northbound database of worker-0 was not collected", examined=1
    )
    members = without(cluster(), "aaaaa_nbdb", "aaaaa_sbdb")
    unjudged(RULE, members, "the northbound database of worker-0 was not collected", examined=1)


def test_a_damaged_database_proves_nothing():
    outcome = judged(RULE, cluster() | damaged(north("worker-0")))
    assert not outcome.findings
    assert [gap.reason for gap in outcome.gaps] == ["the northbound database of worker-0 is damaged or cut"]


def test_an_edited_database_proves_nothing():
    path = next(iter(north("worker-0")))
    data = north("worker-0", ports=[lsp(CLIENT)])[path].replace(b"10.128.0.5", b"x-ipv4-0000000003-x")
    outcome = judged(RULE, cluster() | {path: data})
    assert [gap.reason for gap in outcome.gaps] == ["the northbound database of worker-0 holds replaced texts"]
    assert not outcome.findings


def test_nothing_tells_when_it_was_copied():
    members = without(cluster(), "timestamp", "aaaaa_nbdb") | pods(
        *(pod(name) for name in HOMES), pod(EXTRA, ip="10.128.0.9")
    )
    path = next(iter(north("worker-0")))
    data = database("OVN_Northbound", north_rows("worker-0"), written_at=None)
    unjudged(RULE, members | {path: data}, "was copied is not known", examined=3)


def test_the_pod_of_the_file_tells_the_node_where_the_database_does_not():
    rows = [row for row in north_rows("worker-0", ports=[lsp(CLIENT)]) if row[0] != "NB_Global"]
    members = cluster() | {next(iter(north("worker-0"))): database("OVN_Northbound", rows)}
    expect(RULE, members, "error", "northbound database of worker-0", subject=f"shop/{WEB}")


def test_of_two_copies_the_newer_counts():
    older = {
        f"{IMAGE}-2/network_logs/{path.rpartition('/')[2]}": data for path, data in north("worker-0", ports=[]).items()
    }
    newer = north("worker-0", written_at="2026-11-21T10:03:00Z")
    quiet(RULE, cluster() | older | newer, examined=3)


def test_not_collected():
    assert (
        outcome_of(
            RULE, stores() | ovnkube(*NODES) | timestamp() | written("namespaces/a/core/pods.yaml", "Pod")
        ).reason
        is None
    )
    outcome = outcome_of(RULE, without(cluster(), "pods.yaml"))
    assert (str(outcome.status), outcome.reason) == ("not_checked", "not collected: pods")
    empty = without(cluster(), "pods.yaml") | pods()
    assert outcome_of(RULE, empty).reason == "no pods were collected"
    only = without(cluster(), "_nbdb") | south("worker-0")
    assert outcome_of(RULE, only).reason == "not collected: OVN northbound database"
