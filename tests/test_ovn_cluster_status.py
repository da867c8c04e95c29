"""The Raft status of a database: places, and words of every release."""

import pytest
from conftest import ROOT
from pairs import read

from analyzer.plan import Plan
from analyzer.registry import load_parsers
from parsers.base import ParseFailure, Parser, SourceFile, run
from parsers.ovn_cluster_facts import RaftMembership, RaftRole

load_parsers()
LEADER = (ROOT / "fixtures" / "parsers" / "ovn_cluster_status" / "leader.raw").read_text(encoding="utf-8")


def status(text, path=None):
    (fact,) = read("ovn_cluster_status", text.encode(), path=path)
    return fact


@pytest.mark.parametrize("word", list(RaftMembership))
def test_every_status(word):
    fact = status(LEADER.replace("Status: cluster member", f"Status: {word}"))
    assert fact.status is word
    assert fact.where("status")[0].excerpt == (f"Status: {word}",)


@pytest.mark.parametrize("word", list(RaftRole))
def test_every_role(word):
    assert status(LEADER.replace("Role: leader", f"Role: {word}")).role is word


@pytest.mark.parametrize("title", ["Term", "Entries not yet committed", "Entries not yet applied", "Disconnections"])
def test_numbers_that_are_none(title):
    lines = [f"{title}: many" if line.startswith(title) else line for line in LEADER.split("\n")]
    failed, fact = read("ovn_cluster_status", "\n".join(lines).encode())
    assert failed.reason == f"{title}: not understood"
    assert failed.evidence.excerpt == (f"{title}: many",)
    assert fact.complete


@pytest.mark.parametrize(
    ("path", "pod", "namespace"),
    [
        ("mg/network_logs/leader_ovnnb_status", None, "openshift-ovn-kubernetes"),
        ("mg/network_logs/ovnkube-master-4kq2x_ovnsb_status_log", "ovnkube-master-4kq2x", "openshift-ovn-kubernetes"),
        ("sos/sos_commands/openshift_ovn/ovn-appctl_-t_.x.ctl_cluster.status_OVN_Southbound", None, None),
        ("saved/status.txt", None, None),
    ],
)
def test_places(path, pod, namespace):
    plan = Plan([Parser.registry["ovn_cluster_status"]])
    (match,) = plan.matches(path) or plan.recognise(path, LEADER.encode())
    (fact,) = run(match.parser, SourceFile(path, [LEADER.encode()], match.params, match.image_dir))
    assert (fact.origin.pod, fact.origin.namespace) == (pod, namespace)
    assert fact.origin.image_dir == path.split("/")[0]


def test_cut_at_every_line_keeps_what_is_above():
    lines = LEADER.split("\n")
    for count in range(2, len(lines)):
        fact = status("\n".join(lines[:count]))
        assert fact.complete == (count >= 20)
        assert (fact.term is None) == (count < 8)


def test_two_in_one_file():
    first, second = read("ovn_cluster_status", (LEADER + LEADER).encode())
    assert (first.evidence.first_line, first.evidence.last_line) == (2, 23)
    assert (second.evidence.first_line, len(second.servers)) == (25, 3)


def test_masked_addresses():
    fact = status(LEADER.replace("10.94.0.11", "x-ipv4-0000000011-x"))
    assert fact.servers[0].address == "tcp:x-ipv4-0000000011-x:6643"


def test_only_blank_lines():
    (failed,) = read("ovn_cluster_status", b"\n \n")
    assert isinstance(failed, ParseFailure)
