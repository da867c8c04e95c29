"""network-diagnostics-failed: what the test pods of OpenShift 3 could not reach."""

from bgp_kit import expect, quiet
from conftest import ROOT
from kit import outcome_of

from analyzer.model import Status

RULE = "network-diagnostics-failed"
PAIRS = ROOT / "fixtures/parsers/net_diagnostics"


def of(case):
    return {"saved/diagnostics.txt": (PAIRS / f"{case}.raw").read_text()}


def test_every_way_that_fails():
    outcome = outcome_of(RULE, of("two-nodes-release-3.11"))
    told = {
        (one.node, str(one.severity), one.message.split("(")[1].split(")")[0]): one.message for one in outcome.findings
    }
    assert set(told) == {
        ("node1.example.com", "info", "DExtNet1001"),
        ("node1.example.com", "error", "DPodNet1008"),
        ("node1.example.com", "error", "DSvcNet1010"),
        ("node2.example.com", "error", "DPodNet1009"),
    }
    assert len(outcome.findings) == 5
    text = " ".join(one.message for one in outcome.findings)
    for words in (
        "network-diag-test-pod-a does not reach network-diag-global-ns-b/network-diag-test-pod-b, timed out",
        "does not reach default/docker-registry, refused: the host answers",
        "does not reach shop/web, timed out",
        "reaches network-diag-ns-b/network-diag-test-pod-e, from which the isolation",
    ):
        assert words in text
    assert all(one.evidence for one in outcome.findings)


def test_the_diagnostics_could_not_run():
    words = ("NetworkCheck (DNet2005): Setting up test environment", "failed: 21, total: 24")
    expect(RULE, of("clean-then-setup-failed"), "error", *words, subject="NetworkCheck", whose=None)


def test_all_is_well():
    text = of("clean-then-setup-failed")["saved/diagnostics.txt"].split("\n\n[Note] Running diagnostic: NetworkCheck")[
        0
    ]
    quiet(RULE, {"saved/diagnostics.txt": text}, examined=2)


def test_a_test_that_was_left_out_is_a_gap():
    text = (
        "[Note] Running diagnostic: CheckPodNetwork\n"
        "WARN:  [DPodNet1005 from diagnostic CheckPodNetwork@openshift/origin/pod.go:130]\n"
        "       Skipping pod connectivity test for global projects on different nodes.\n"
    )
    outcome = outcome_of(RULE, {"saved/diagnostics.txt": text})
    assert not outcome.findings
    (gap,) = outcome.gaps
    assert "Skipping pod connectivity test" in gap.reason


def test_other_diagnostics_are_not_of_the_network():
    text = (
        "[Note] Running diagnostic: ClusterRouter\n"
        "ERROR: [DClu2001 from diagnostic ClusterRouter@openshift/origin/router.go:130]\n"
        "       There is no router.\n"
    )
    outcome = outcome_of(RULE, {"saved/diagnostics.txt": text})
    assert (outcome.status, outcome.reason) == (Status.NOT_CHECKED, "the saved diagnostics are none of the network")


def test_without_such_an_output():
    assert outcome_of(RULE, {}).status is Status.NOT_CHECKED
