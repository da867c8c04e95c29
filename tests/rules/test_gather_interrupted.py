import pytest
from bgp_kit import IMAGE, bgp_peer, timestamp
from gather_kit import a_pod, collected, gather_logs
from kit import outcome_of

from analyzer.model import Status

RULE = "gather-interrupted"
NAMES = ("openshift-dns", "openshift-etcd")
ROOT = "must-gather.local.1"
LINE = "2026-11-21 10:00:00.000000219 +0000 UTC m=+0.085341274\n"


def messages(members):
    return [(one.subject, one.message) for one in outcome_of(RULE, members).findings]


def stamp(lines, folder=ROOT):
    return {f"{folder}/timestamp": LINE * lines}


def test_the_end_is_missing():
    members = stamp(1) | a_pod()
    (finding,) = outcome_of(RULE, members).findings
    assert (finding.node, finding.subject, finding.severity) == (None, ROOT, "warning")
    assert finding.message == "the collection began and never ended: its end is missing in timestamp"
    assert finding.evidence[0].excerpt == (LINE.strip(),)


def test_a_timestamp_at_the_top_has_no_directory():
    assert messages({"timestamp": LINE} | a_pod())[0][0] == "must-gather"


@pytest.mark.parametrize(
    ("line", "meaning"),
    [
        ("gather never finished for pod x: timed out waiting for the condition", "nothing it collected was downloaded"),
        ("gather did not start for pod x: unable to pull image", "the gather pod did not start"),
        ("gather output not downloaded: error: unable to copy", "the output was not downloaded"),
        (
            "Disk usage exceeds the volume percentage of 30 for mounted directory",
            "the volume limit ended the gather early",
        ),
        (
            "error: one or more errors occurred while gathering pod-specific data for namespace: openshift-multus",
            "errors occurred while gathering",
        ),
    ],
)
def test_troubles_in_the_log(line, meaning):
    for name in ("gather.logs", "must-gather.logs"):
        (finding,) = outcome_of(RULE, gather_logs(line, name=name) | a_pod()).findings
        assert (finding.subject, finding.severity) == ("gather", "warning")
        assert meaning in finding.message
        assert finding.message.endswith(f": {line}")
        assert line in finding.evidence[0].excerpt[0]


def test_the_same_trouble_for_every_pod_is_one_finding():
    lines = [f"error: one or more errors occurred while gathering container data for pod p-{at}" for at in range(30)]
    ((_, message),) = messages(gather_logs(*lines) | a_pod())
    assert message.endswith("for pod p-0 (30 times in 30 wordings)")


@pytest.mark.parametrize("own", [stamp(2), gather_logs("gather never finished", name="must-gather.logs")])
def test_nothing_of_the_cluster(own):
    found = dict(messages(own))
    assert found["must-gather"] == (
        "the archive holds nothing of the cluster: the gather failed, only its own files are here"
    )


@pytest.mark.parametrize(
    "members",
    [
        stamp(2) | a_pod(),
        timestamp() | collected(),
        stamp(3, IMAGE) | a_pod(),  # several runs share the file of an image directory
        gather_logs("bgpd is not running", "sriov-network-operator not detected. Skipping.") | a_pod(),
    ],
    ids=["two lines", "FRR outputs alone", "runs mixed", "troubles of commands"],
)
def test_stays_quiet(members):
    outcome = outcome_of(RULE, members)
    assert (outcome.status, outcome.findings) == (Status.CLEAR, ())
    assert outcome.examined >= 1


def test_not_checked_without_its_own_files():
    outcome = outcome_of(RULE, collected() | a_pod() | bgp_peer())
    assert outcome.status is Status.NOT_CHECKED
    assert outcome.reason == "neither timestamp nor gather.logs nor must-gather.logs in this archive"


@pytest.mark.parametrize(
    "whose", ["pod-specific data for namespace: openshift-marketplace", "container data for pod p:"]
)
def test_pods_that_came_or_went_meanwhile(whose):
    line = f"error: one or more errors occurred while gathering {whose}"
    (finding,) = outcome_of(RULE, gather_logs(line) | a_pod()).findings
    assert (finding.severity, finding.message) == ("info", f"errors occurred while gathering: {line}")


def test_errors_of_the_network_and_of_others_are_two_findings():
    lines = [f"one or more errors occurred while gathering pod-specific data for namespace: {name}" for name in NAMES]
    found = outcome_of(RULE, gather_logs(*lines) | a_pod()).findings
    assert sorted((one.severity, "openshift-dns" in one.message) for one in found) == [
        ("info", False),
        ("warning", True),
    ]
    assert len({one.id for one in found}) == len(NAMES)
