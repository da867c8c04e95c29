"""Endpoints, namespaces, events, services and alerts: what their pairs do not show."""

import json

import pytest
from conftest import ROOT
from pairs import read

from analyzer.plan import Plan
from analyzer.registry import load_parsers
from parsers.base import EXCERPT_CHARACTERS, Evidence, ParseFailure, Parser
from parsers.cluster_events import NORMAL_REASONS
from parsers.endpoint_facts import Endpoint
from parsers.prometheus_alerts import NETWORK_ALERTS, FiringAlert

load_parsers()
HERE = Evidence("x", 1, 1, ("x",))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("gather/image/namespaces/shop/shop.yaml", "namespaces"),
        ("gather/image/cluster-scoped-resources/core/namespaces/shop.yaml", "namespaces"),
        ("namespaces/shop/core/endpoints.yaml", "endpoints"),
        ("namespaces/shop/core/events.yaml", "cluster_events"),
        ("namespaces/shop/discovery.k8s.io/endpointslices.yaml", "endpoint_slices"),
        ("namespaces/shop/discovery.k8s.io/endpointslices/api-8xk2v.yaml", "endpoint_slices"),
        ("gather/image/monitoring/prometheus/rules.json", "prometheus_alerts"),
        ("gather/image/monitoring/alerts.json", "prometheus_alerts"),
    ],
)
def test_members(path, name):
    (match,) = Plan([Parser.registry[name]]).matches(path)
    assert match.params.get("namespace") in {"shop", None}


def test_other_members_are_not_namespaces():
    plan = Plan([Parser.registry["namespaces"]])
    assert not plan.matches("namespaces/shop/core/pods.yaml")
    assert not plan.matches("namespaces/shop/pods/one/one.yaml")


@pytest.mark.parametrize(
    ("name", "case"),
    [
        ("endpoint_slices", "list-in-json"),
        ("endpoint_slices", "single-object-without-endpoints"),
        ("endpoints", "single-object-in-json"),
        ("endpoints", "bad-protocol-and-address"),
        ("namespaces", "of-a-must-gather"),
        ("cluster_events", "single-object"),
        ("cluster_events", "list-in-json"),
        ("prometheus_alerts", "one-long-line"),
        ("prometheus_alerts", "laid-out"),
        ("prometheus_alerts", "answer-on-one-short-line"),
    ],
)
def test_saved_by_hand(name, case):
    data = (ROOT / "fixtures/parsers" / name / f"{case}.raw").read_bytes()
    assert [one.parser.name for one in Plan([Parser.registry[name]]).recognise("case/saved.txt", data)] == [name]


@pytest.mark.parametrize(
    ("ready", "serving", "expected"),
    [
        (True, None, True),
        (None, None, True),
        (None, False, True),
        (False, None, False),
        (False, False, False),
        (False, True, True),
        (True, False, True),
    ],
)
def test_serves_as_metallb_counts(ready, serving, expected):
    assert Endpoint(evidence=HERE, addresses=("192.0.2.1",), ready=ready, serving=serving).serves is expected


@pytest.mark.parametrize("name", ["cluster_events", "prometheus_alerts"])
def test_no_secret_in_any_fact(name):
    raw = [path.read_bytes() for path in (ROOT / "fixtures/parsers" / name).glob("*.raw")]
    assert any(b"TopSecret" in data for data in raw)
    for data in raw:
        for found in read(name, data):
            assert "TopSecret" not in repr(found) + str(found.model_dump())
            assert "not-for-a-report" not in repr(found) + str(found.model_dump())


EVENT = """- apiVersion: v1
  involvedObject: {{kind: Pod, name: one}}
  kind: Event
  message: a message
  metadata: {{name: one.1, namespace: shop}}
  reason: {reason}
  type: {type}
"""


def events(*pairs):
    items = "".join(EVENT.format(type=kind, reason=reason) for kind, reason in pairs)
    return read("cluster_events", f"apiVersion: v1\nitems:\n{items}kind: EventList\n".encode())


def test_warnings_are_kept_and_normal_events_by_their_reason():
    found = events(
        ("Normal", "Pulled"), ("Warning", "Pulled"), ("Normal", "Killing"), ("''", "Killing"), ("''", "Pulled")
    )
    assert [(one.type, one.reason) for one in found] == [
        ("Warning", "Pulled"),
        ("Normal", "Killing"),
        ("Normal", "Killing"),
    ]
    assert [one.reason for one in events(*(("Normal", reason) for reason in NORMAL_REASONS))] == list(NORMAL_REASONS)
    assert events(("Normal", "KillingTime"), ("Normal", "NotKilling")) == []
    assert [one.type for one in events(('"Warning"', '"Odd"'))] == ["Warning"]


def alert(name, **more):
    return {"labels": {"alertname": name}, "state": "firing", "activeAt": "2026-11-21T05:40:00Z", **more}


def answer(*alerts, indent=None):
    content = {"status": "success", "data": {"groups": [{"rules": [{"query": "x", "alerts": list(alerts)}]}]}}
    return json.dumps(content, indent=indent).encode()


def alerts_of(data):
    return read("prometheus_alerts", data)


def test_evidence_of_an_alert_is_cut_out_of_the_line():
    described = alert("MetalLBStaleConfig")
    long = {"labels": described["labels"], "annotations": {"description": "x" * 5000}, **described}
    first, second = alerts_of(answer(*[alert("Watchdog")] * 3000, long, long))
    assert first.evidence.excerpt[0].startswith('…{"labels": {"alertname": "MetalLBStaleConfig"}')
    for found in (first, second):
        for field, value in (("name", found.name), ("state", '"firing"'), ("active_at", "2026-11-21T05:40:00Z")):
            (line,) = found.marks[field].excerpt
            assert value in line
            assert len(line) <= EXCERPT_CHARACTERS + 3
    assert (first.evidence.first_line, first.evidence.last_line) == (1, 1)


def test_a_line_longer_than_any_other_is_read_to_its_end():
    data = answer(*[alert("Watchdog", annotations={"description": "x" * 500})] * 2000, alert("SDNPodNotReady"))
    assert len(data) > 1_000_000
    assert [one.name for one in alerts_of(data)] == ["SDNPodNotReady"]


@pytest.mark.parametrize("indent", [None, 1])
def test_alerts_of_the_network_alone(indent):
    names = [
        "MetalLBBGPSessionDown",
        "OVNKubernetesNodePodAddError",
        "KubePodCrashLooping",
        "etcdMembersDown",
        "HAProxyDown",
    ]
    found = alerts_of(answer(*map(alert, names), indent=indent))
    assert [one.name for one in found] == [name for name in names if name.startswith(NETWORK_ALERTS)]
    assert len(found) == 3


def test_a_list_within_an_alert_is_no_list_of_alerts():
    inner = alert("MetalLBStaleConfig", alerts=[alert("MetalLBConfigNotLoaded")])
    assert [one.name for one in alerts_of(answer(inner))] == ["MetalLBStaleConfig"]


def test_what_is_missing_of_an_answer_is_told():
    data = answer(alert("MetalLBStaleConfig"), alert("MetalLBConfigNotLoaded"))
    found = alerts_of(data[:-40])
    assert [type(one) for one in found] == [FiringAlert, ParseFailure, ParseFailure]
    assert found[1].evidence.excerpt == (data[:-40].decode(),)
    assert "cut off" in found[2].reason
    (nothing,) = alerts_of(b"\n")
    assert "Prometheus was not reached" in nothing.reason
    (error,) = alerts_of(b"error: unable to upgrade connection\n" + b"x" * 900)[:1]
    assert error.evidence.excerpt == ("error: unable to upgrade connection",)


def test_deep_nesting_is_a_failure():
    (found, *_) = alerts_of(b'{"status":"success","data":{"alerts":[' + b'[{"a":' * 100_000 + b"}")
    assert isinstance(found, ParseFailure)


def test_a_secret_that_is_cut_stays_masked():
    data = (ROOT / "fixtures/parsers/prometheus_alerts/one-long-line.raw").read_bytes()
    end = data.index(b"TopSecret")
    for more in range(10):
        found = alerts_of(data[: end + more])
        assert [type(one) for one in found[-2:]] == [ParseFailure, ParseFailure]
        assert '"token":' in found[-1].evidence.excerpt[0]
        assert "TopS" not in repr(found)
