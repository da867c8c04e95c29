"""`gatherscope show pods`: the pods of the network, and every other pod that is not well."""

import pytest
from bgp_kit import timestamp
from health_kit import READY, pod, waiting
from kit import store_of
from operator_kit import DONE, OVN, agent, plain_pod

from analyzer.show import shows

CRASHING = waiting("CrashLoopBackOff", restarts=12, exitCode=1, reason="Error")


def shown(members):
    """The table and the JSON."""
    one, store = shows()["pods"], store_of(timestamp() | members)
    return one.rows(store), one.data(store)


def test_pods_of_the_network_and_what_is_not_well():
    table, data = shown(agent() | plain_pod("well") | plain_pod("ill", states={"web": CRASHING}))
    assert table.columns == ("NAMESPACE", "POD", "NODE", "READY", "STATUS", "RESTARTS", "REASON")
    reason = "web waits (CrashLoopBackOff), 12 restarts, the run before ended with Error, exit code 1"
    assert table.rows == (
        (OVN, "ovnkube-node-worker-1", "worker-1", "3/3", "Running", "0", "-"),
        ("shop", "ill", "worker-1", "0/1", "CrashLoopBackOff", "12", reason),
    )
    assert table.note == "3 pods, 1 of them not shown"
    assert [(one["pod"], one["reason"], one["network"]) for one in data] == [
        ("ovnkube-node-worker-1", None, True),
        ("ill", reason, False),
        ("well", None, False),
    ]
    (ill,) = (one for one in data if one["pod"] == "ill")
    assert ill["containers"] == [
        {
            "name": "web",
            "init": False,
            "ready": False,
            "restarts": 12,
            "state": "waiting",
            "reason": "CrashLoopBackOff",
        }
    ]
    assert ill["evidence"].endswith("shop/pods/ill/ill.yaml:8")


@pytest.mark.parametrize(
    ("more", "status", "reason"),
    [
        ({"phase": "Pending", "states": {"web": None}, "where": None}, "Pending", "not scheduled"),
        ({"phase": "Pending", "states": {"web": None}}, "Pending", "pending"),
        (
            {"phase": "Failed", "status": {"reason": "Evicted", "message": "low on memory"}},
            "Evicted",
            "Evicted: low on memory",
        ),
        ({"phase": "Failed", "states": {"web": None}}, "Failed", "failed"),
        (
            {
                "phase": "Failed",
                "states": {
                    "web": {
                        "ready": False,
                        "restartCount": 0,
                        "state": {"terminated": {"exitCode": 3, "reason": "Error"}},
                    }
                },
            },
            "Failed",
            "web ended (Error, exit code 3)",
        ),
        ({"condition": "False"}, "Running", "not ready"),
        (
            {"deletionTimestamp": "2026-11-21T09:00:00Z", "states": {"web": READY | {"ready": False}}},
            "Terminating",
            "web runs but is not ready",
        ),
    ],
    ids=["unscheduled", "pending", "evicted", "failed", "exit-code", "not-ready", "terminating"],
)
def test_what_is_not_well(more, status, reason):
    table, data = shown(plain_pod("ill", **more))
    ((*_, of_row, _, told),) = table.rows
    assert (of_row, told) == (status, reason)
    assert (data[0]["status"], data[0]["reason"]) == (status, reason)


def test_what_has_done_its_work_is_not_shown():
    table, data = shown(pod("done", "worker-0", ("job",), namespace=OVN, phase="Succeeded", states={"job": DONE}))
    assert (table.rows, table.note) == ((), "1 pods, 1 of them not shown")
    assert data[0]["phase"] == "Succeeded"


def test_without_pods():
    table, data = shown({})
    assert (table.rows, table.note, data) == ((), "no pods were collected", [])


def test_everything_is_shown():
    assert shown(agent())[0].note is None
