"""Logs of ovnkube, multus and the kubelet: where they lie, how lines are read, that little of them is kept."""

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from pairs import read

from analyzer.plan import Plan
from analyzer.registry import load_parsers
from parsers import network_log
from parsers.base import ParseFailure, Parser, SourceFile, run
from parsers.cni_failures import CniFailure, cni_failure
from parsers.network_log import NetworkLogCount, NetworkLogEvent, NetworkLogWindow, container_line, journal_line
from parsers.network_log_kinds import NetworkLogKind, of_kubelet, of_multus, of_ovnkube

load_parsers()
NAMES = ("ovnkube_log", "multus_log", "kubelet_log")
PLAN = Plan([Parser.registry[name] for name in NAMES])
FAILED = (
    "2026-03-09T10:{:02}:00.1Z E0309 10:{:02}:00.100000 1 obj_retry.go:1] Failed to create *v1.Pod shop/{}, error: x\n"
)
SANDBOX = (
    "Mar  9 10:0{}:01.1 {} kubenswrapper[1]: E0309 10:00:01.1 1 remote.go:1] "
    '"RunPodSandbox from runtime service failed" '
    'err="error adding pod shop_web to CNI network \\"multus-cni-network\\": failed to send CNI request"\n'
)


def of(facts, kind):
    return [fact for fact in facts if isinstance(fact, kind)]


@pytest.mark.parametrize(
    ("path", "name", "program"),
    [
        (f"mg/quay/namespaces/openshift-ovn-kubernetes/pods/ovnkube-x/{one}/{one}/logs/{file}", "ovnkube_log", one)
        for one in ("ovnkube-controller", "ovnkube-node", "ovnkube-master", "ovnkube-cluster-manager")
        for file in ("current.log", "previous.log", "rotated/0.log.20260309-100000.gz")
    ]
    + [
        (
            "mg/q/namespaces/openshift-multus/pods/multus-1/kube-multus/kube-multus/logs/current.log",
            "multus_log",
            "multus",
        ),
        ("mg/q/network_logs/multus_logs/multus-log-master-0.log", "multus_log", "multus"),
        ("mg/q/network_logs/multus-abcde.log", "multus_log", "multus"),
        ("mg/q/nodes/worker-0/worker-0_logs_kubelet.gz", "kubelet_log", "kubelet"),
        ("mg/q/host_service_logs/masters/kubelet_service.log", "kubelet_log", "kubelet"),
        ("sosreport-a/sos_commands/openshift/journalctl_--no-pager_--unit_kubelet", "kubelet_log", "kubelet"),
    ],
)
def test_where_logs_lie(path, name, program):
    (match,) = PLAN.matches(path)
    assert match.parser.name == name
    (window,) = run(match.parser, SourceFile(path, [b""], match.params))
    assert (type(window), window.program, window.first_time) == (NetworkLogWindow, program, None)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (FAILED.format(1, 1, "web"), "ovnkube_log"),
        ("I0309 10:01:00.100000    4242 base_network_controller.go:1] x\n", "ovnkube_log"),
        ("2026-03-09T10:01:00Z [error] Multus: [shop/web/1]: x\n", "multus_log"),
        (SANDBOX.format(0, "worker-0"), "kubelet_log"),
    ],
)
def test_saved_logs_are_recognised(data, name):
    assert [match.parser.name for match in PLAN.recognise("saved.txt", data.encode())] == [name]


def test_hosts_of_a_journal_are_told_apart():
    path = "host_service_logs/masters/kubelet_service.log"
    data = SANDBOX.format(0, "master-0") * 2 + SANDBOX.format(1, "master-1")
    facts = list(run(Parser.registry["kubelet_log"], SourceFile(path, [data.encode()], {"group": "masters"})))
    assert [(one.node, one.subject, one.failure, one.count) for one in of(facts, NetworkLogCount)] == [
        ("master-0", "shop/web", CniFailure.DAEMON_DOWN, 2),
        ("master-1", "shop/web", CniFailure.DAEMON_DOWN, 1),
    ]


def test_the_folder_of_a_node_tells_its_name():
    facts = read("kubelet_log", SANDBOX.format(0, "ip-192-0-2-1").encode())
    assert {one.node for one in facts} == {"a-node"}


def test_most_in_an_hour_and_the_newest(monkeypatch):
    monkeypatch.setattr(network_log, "NEWEST", 2)
    data = "".join(FAILED.format(minute, minute, "web") for minute in (0, 1, 59)).replace(":59:", ":58:")
    data += FAILED.format(30, 30, "web").replace("10:30", "11:30")
    facts = read("ovnkube_log", data.encode())
    (count,) = of(facts, NetworkLogCount)
    assert (count.count, count.most_in_an_hour) == (4, 3)
    assert count.where("last")[0].first_line == 4
    assert [one.evidence.first_line for one in of(facts, NetworkLogEvent)] == [3, 4]


def test_what_is_not_counted_is_told(monkeypatch):
    monkeypatch.setattr(network_log, "GROUPS", 2)
    monkeypatch.setattr(network_log, "CROWD", 1)
    monkeypatch.setattr(network_log, "MINUTES", 1)
    data = "".join(FAILED.format(minute, minute, name) * 2 for minute, name in enumerate("abc"))
    facts = read("ovnkube_log", (data + FAILED.format(9, 9, "a")).encode())
    assert [(one.subject, one.count, one.most_in_an_hour) for one in of(facts, NetworkLogCount)] == [
        ("shop/a", 3, 2),
        ("shop/b", 2, 2),
    ]
    assert [one.subject for one in of(facts, NetworkLogEvent)] == ["shop/a"] * 3 + ["shop/b"]
    assert [one.reason for one in of(facts, ParseFailure)] == ["2 messages of too many subjects not counted"]


@pytest.mark.parametrize(
    ("line", "moment", "text"),
    [
        ("E0309 10:01:02.100000 1 a.go:1] b", "03-09 10:01:02", "b"),
        ("E0230 10:01:02.100000 1 a.go:1] b", None, "b"),
        ("2026-03-09T10:01:02Z [error] b", "03-09 10:01:02", "[error] b"),
        ("b", None, "b"),
    ],
)
def test_container_line(line, moment, text):
    read = container_line(line)
    assert (read.moment, read.text) == (moment, text)


def test_journal_line_without_klog_and_without_a_journal():
    assert journal_line("Mar  9 10:00:00 w kubenswrapper[1]: panic: x").text == "panic: x"
    assert journal_line("E0309 10:01:02.100000 1 a.go:1] b").text == "b"


def test_what_is_of_no_interest():
    assert of_ovnkube("nothing") is None
    assert of_multus("[error] nothing") is None
    assert of_kubelet("nothing") is None
    assert of_kubelet("SMT Alignment Error").subject is None


@pytest.mark.parametrize(
    ("text", "failure"),
    [
        ("No CNI configuration file in /etc/kubernetes/cni/net.d/.", CniFailure.NO_CONFIG),
        ("no IP addresses available in range set: 192.0.2.1-192.0.2.9", CniFailure.NO_ADDRESS),
        ("cannot find a network-attachment-definition (a) in namespace (b)", CniFailure.NO_DEFINITION),
        ("something else", CniFailure.OTHER),
        ('timed out waiting for pod after 1s: pods "web-0" not found', CniFailure.SUPERSEDED),
        (
            r"error setting the networks status: failed to query the pod: pods \\\"web-0\\\" not found",
            CniFailure.SUPERSEDED,
        ),
        ('[a/web-0/1]: expected pod UID "1" but got "2" from Kube API', CniFailure.SUPERSEDED),
        ('SetNetworkStatus: expected pod a/web-0 UID "1" but got "2" from Kube API', CniFailure.SUPERSEDED),
        ("pod deleted waiting for OVS port binding for 0a:58:0a:81:00:05", CniFailure.SUPERSEDED),
        ("pod OVN annotations changed waiting for OVS port binding", CniFailure.SUPERSEDED),
        ('network-attachment-definitions.k8s.cni.cncf.io "net1" not found', CniFailure.OTHER),
    ],
)
def test_cni_failure(text, failure):
    assert cni_failure(text) is failure


def test_every_kind_is_in_some_pair():
    folders = (ROOT / "fixtures" / "parsers" / name for name in NAMES)
    pairs = "".join(path.read_text(encoding="utf-8") for folder in folders for path in sorted(folder.glob("*.json")))
    assert not [kind for kind in NetworkLogKind if f'"kind": "{kind}"' not in pairs]


@given(st.lists(st.sampled_from(["[a/b ", "ADD finished CNI request ", '", err ', "x: ", "no subnets available", " "])))
def test_odd_text_is_read_or_left(parts):
    for understand in (of_ovnkube, of_multus, of_kubelet):
        understand("".join(parts))
