"""What several rules of OVN-Kubernetes ask joins for: times without a year, whose an access rule is."""

from datetime import UTC, datetime

import pytest
from bgp_kit import expect, timestamp
from kit import outcome_of
from ovn_kit import CLIENT, HOMES, WEB, cluster, pod, pods
from policy_kit import BINDING, THERE, added, ovnkube_log, ovnkube_trace, policies, policy, trace

from analyzer.ovn.moments import clock, dated
from analyzer.ovn.policies import Answer, both, either, hashed

END = datetime(2026, 1, 1, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "end", "at"),
    [
        ("12-31 23:55:00", END, datetime(2025, 12, 31, 23, 55, tzinfo=UTC)),
        ("01-01 00:05:00", END, datetime(2026, 1, 1, 0, 5, tzinfo=UTC)),
        ("01-01 06:00:00", END, datetime(2026, 1, 1, 6, tzinfo=UTC)),
        ("02-29 06:00:00", END, None),
        ("02-29 06:00:00", datetime(2025, 1, 1, tzinfo=UTC), datetime(2024, 2, 29, 6, tzinfo=UTC)),
        ("02-29 06:00:00", None, datetime(2000, 2, 29, 6, tzinfo=UTC)),
        (None, END, None),
    ],
)
def test_the_year_of_a_time_is_that_before_the_collection(written, end, at):
    assert dated(written, end) == at


def test_times_in_sentences():
    assert clock(END) == "01-01 00:10:00"
    assert clock(None) == "at an unknown time"


def test_answers():
    yes, maybe, no = Answer.YES, Answer.MAYBE, Answer.NO
    assert (both(yes, no), both(maybe, yes), both(yes, yes), both(maybe, no)) == (no, maybe, yes, no)
    assert (either([no, maybe]), either([maybe, yes, no]), either([]), either([no])) == (maybe, yes, no, no)


def test_the_newest_line_of_a_log_is_its_end():
    """The end of a rotated log is not that of the log."""
    stuck = {"phase": "Pending", "podIPs": [], "containerStatuses": []}
    members = cluster() | pods(
        *(pod(name) for name in HOMES), pod("new-1", started="2026-11-21T05:00:00Z", status=stuck)
    )
    lines = [f"06:0{at}:00 {added('new-1', BINDING)}" for at in range(3)]
    members |= ovnkube_log(*lines, level="I", name="previous.log") | ovnkube_log("09:00:00 later", level="I")
    undated = {path: text for path, text in members.items() if not path.endswith("timestamp")}
    assert not outcome_of("pod-port-binding-timeout", undated).findings
    early = members | timestamp("2026-11-21 06:10:00")
    expect("pod-port-binding-timeout", early, "error", "3 times", subject="shop/new-1")


def test_a_pod_that_is_not_known_or_of_another_namespace():
    group = hashed("default-network-controller:NetpolNamespace:shop:Ingress")
    members = cluster() | policies(policy())
    nobody = members | trace(group, destination="10.128.9.9")
    expect("netpol-default-deny", nobody, "error", "default deny of namespace shop", subject="shop", whose=None)
    elsewhere = hashed("default-network-controller:NetpolNamespace:openshift-ovn-kubernetes:Ingress")
    other = members | trace(elsewhere)
    words = ("default deny of namespace openshift-ovn-kubernetes",)
    assert "select" not in expect("netpol-default-deny", other, "error", *words, subject=f"shop/{WEB}").message


def test_policies_do_not_concern_pods_on_the_host_network():
    made = pods(pod(CLIENT), pod(WEB, hostNetwork=True))
    members = cluster() | made | policies(policy()) | ovnkube_trace(CLIENT, WEB, (f"ovn-trace {THERE}", False))
    assert not outcome_of("netpol-default-deny", members).findings
