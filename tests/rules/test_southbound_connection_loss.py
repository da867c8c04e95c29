"""southbound-connection-loss: probes without an answer, connections that drop, versions that differ, the alert."""

import pytest
from bgp_kit import expect
from kit import outcome_of
from metallb_kit import written
from ovn_kit import cluster, without
from policy_kit import alert, journal, ovs_log

RULE = "southbound-connection-loss"
OWN = "namespaces/openshift-ovn-kubernetes/pods/ovnkube-node-aaaaa"
SOUTH = "ssl:192.0.2.11:9642"
MGMT = "unix:/var/run/openvswitch/br-int.mgmt"


def silent(members):
    outcome = outcome_of(RULE, members)
    assert (str(outcome.status), outcome.findings) == ("clear", ())


def probes(times=12, hour="09", remote=SOUTH, where="worker-0", container="ovn-controller"):
    lines = [
        f"{hour}:{minute:02}:00 reconnect|ERR|{remote}: no response to inactivity probe after 5 seconds, disconnecting"
        for minute in range(60 - 2 * times, 60, 2)
    ]
    return ovs_log(*lines, where=where, container=container)


def test_probes_of_the_southbound_database():
    words = ("ovn-controller on worker-0 got no answer", f"the southbound database ({SOUTH}) 12 times within an hour")
    expect(RULE, cluster() | probes(), "error", *words, subject="worker-0", shown=(SOUTH,))
    silent(cluster() | probes(9))


def test_what_is_long_over_is_context():
    expect(RULE, cluster() | probes(hour="07"), "info", "not since", subject="worker-0")


def test_the_switch():
    expect(RULE, cluster() | probes(remote=MGMT), "error", "the switch br-int", subject="worker-0")
    db = "unix:/var/run/openvswitch/db.sock"
    expect(RULE, cluster() | probes(remote=db), "error", "the database of the node's switch", subject="worker-0")
    drops = [f"09:{minute}:00 rconn|WARN|{MGMT}: connection dropped (Broken pipe)" for minute in range(30, 45)]
    expect(RULE, cluster() | ovs_log(*drops), "error", "lost the connection to the switch br-int", subject="worker-0")


def test_ovs_vswitchd_says_the_same():
    lines = [
        f"09:{minute}:00 ovs-vswitchd[900]: ovs|00{minute}|rconn|ERR|br-int<->unix#{minute}: no response to inactivity "
        "probe after 60 seconds, disconnecting"
        for minute in range(20, 40)
    ]
    expect(RULE, cluster() | journal("ovs-vswitchd", *lines), "error", "from ovn-controller", subject="worker-0")
    closed = [line.replace("ERR", "WARN").partition("no response")[0] + "connection dropped (x)" for line in lines]
    silent(cluster() | journal("ovs-vswitchd", *closed))


@pytest.mark.parametrize(
    "log",
    [
        probes(container="northd"),
        ovs_log(*(f"09:{at}:00 reconnect|INFO|{SOUTH}: connection closed by peer" for at in range(20, 40))),
        ovs_log(
            *(
                f"09:{at}:00 reconnect|WARN|unix:/var/run/openvswitch/db.sock: connection dropped (x)"
                for at in range(20, 40)
            )
        ),
        ovs_log(*(f"09:{at}:00 main|WARN|OVNSB commit failed, force recompute next time." for at in range(20, 40))),
    ],
)
def test_what_restarts_and_other_daemons_write(log):
    silent(cluster() | log)


def version(progressing):
    made = {
        "apiVersion": "config.openshift.io/v1",
        "kind": "ClusterVersion",
        "metadata": {"name": "version"},
        "spec": {},
        "status": {
            "desired": {"version": "4.12.3"},
            "history": [],
            "conditions": [{"type": "Progressing", "status": str(progressing)}],
        },
    }
    path = "cluster-scoped-resources/config.openshift.io/clusterversions.yaml"
    return written(path, "ClusterVersion", made, version="config.openshift.io/v1")


def mismatch(*clocks):
    text = "main|WARN|controller version - 22.12.0 mismatch with northd version - 22.12.1"
    return ovs_log(*(f"{clock} {text}" for clock in clocks))


def test_versions_that_stay_different():
    members = cluster() | mismatch("09:00:00", "09:30:00", "09:55:00")
    words = ("another version than northd since 11-21 09:00:00 (55 min)",)
    expect(RULE, members | version(progressing=False), "error", *words, subject="worker-0", shown=("mismatch",))
    expect(RULE, members | version(progressing=True), "warning", "is being updated", subject="worker-0")
    expect(RULE, members, "error", subject="worker-0")


@pytest.mark.parametrize("clocks", [("09:50:00", "09:59:00"), ("08:00:00", "09:20:00")])
def test_versions_that_differed_during_an_update(clocks):
    silent(cluster() | mismatch(*clocks))


def test_the_alert():
    name = "OVNKubernetesControllerDisconnectedSouthboundDatabase"
    words = ("ovn-controller on worker-1 is not connected", "since 11-21 09:30:00")
    members = cluster() | alert(name, node="worker-1")
    expect(RULE, members, "error", *words, subject="worker-1", whose="worker-1", shown=(name, "firing"))
    by_pod = alert(name, namespace="openshift-ovn-kubernetes", pod="ovnkube-node-aaaaa")
    expect(RULE, cluster() | by_pod, "error", "worker-0", subject="worker-0")
    expect(RULE, cluster() | alert(name), "error", "on a node", subject="ovn-controller", whose=None)
    silent(cluster() | alert(name, state="pending", node="worker-1"))
    silent(cluster() | alert("OVNKubernetesNorthdInactive"))


def test_a_log_without_a_node():
    members = {path.replace(OWN, "namespaces/x/pods/p"): log for path, log in probes().items()}
    expect(RULE, members, "error", "on p got", subject="p", whose=None)


def test_not_collected():
    outcome = outcome_of(RULE, without(cluster(), "_sbdb"))
    assert str(outcome.status) == "not_checked"
    assert "logs of Open vSwitch and OVN, or alerts" in (outcome.reason or "")
