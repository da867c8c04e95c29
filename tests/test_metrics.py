"""Saved metrics: what is recognised, and content that nobody writes on purpose."""

import json

import pytest

from analyzer.registry import load_parsers
from parsers.base import ParseFailure, Parser, SourceFile, run
from parsers.pasted import bare

load_parsers()
METRICS = Parser.registry["metrics"]
UP = 'metallb_bgp_session_up{peer="192.0.2.1"} 1'


def read(content, path="worker-0/metrics.txt"):
    return list(run(METRICS, SourceFile(path, [content.encode()])))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (UP, True),
        (f"$ curl -s x\n{UP}\n", True),
        (f"> {UP}", True),
        ("metallb_k8s_client_config_loaded_bool 1", True),
        ("metallb_k8s_client_config_loaded_bool NaN", True),
        ("# HELP metallb_bfd_session_up BFD session state", True),
        ("go_goroutines 4\n# TYPE frrk8s_bgp_session_up gauge", True),
        ('{"frrk8s_bgp_session_up",peer="192.0.2.1"} 1', True),
        ('{"metric":{"__name__":"frrk8s_bgp_session_up"}', True),
        ("metallb_bgp_session_up tells whether a session is up", False),
        ("- alert: MetalLBBGPSessionDown\n  expr: metallb_bgp_session_up == 0", False),
        ("# HELP go_goroutines metallb_x", False),
        ('{"metric":{"__name__":"up"}', False),
    ],
)
def test_recognised_by_content(content, expected):
    assert bool(METRICS.content.search(bare(content.encode()))) is expected


def test_a_saved_file_tells_whose_it_is_by_its_place():
    (sample,) = read(UP, "case/worker-0/bgp.metrics.txt")
    assert (sample.folder, sample.stem, sample.origin.folder) == ("case/worker-0", "bgp.metrics", "case/worker-0")
    assert (sample.node, sample.pod) == (None, None)


@pytest.mark.parametrize(
    ("labels", "node"),
    [
        ({"node": "a", "instance": "b:9120"}, "a"),
        ({"instance": "b.example.com:9120"}, "b.example.com"),
        ({"instance": "b"}, "b"),
        ({"instance": "192.0.2.20:9120"}, None),
        ({"instance": "[2001:db8::1]:9120"}, None),
        ({"instance": "x-ipv4-0000000001-x:9120"}, None),
        ({"instance": "localhost:9120"}, None),
        ({"node": "", "instance": ""}, None),
        ({}, None),
    ],
)
def test_node(labels, node):
    written = ",".join(f'{key}="{value}"' for key, value in labels.items())
    (sample,) = read(f"metallb_x{{{written}}} 1")
    assert sample.node == node


@pytest.mark.parametrize(
    "content",
    [
        "metallb_x " + "9" * 400,
        'metallb_x{a="' + '\\"' * 100_000 + '"} 1',
        "metallb_x{" + "," * 5000 + "} 1",
        "metallb_x{" + "{" * 5000,
        "metallb_",
        'metallb_x{peer="a"}',
        "metallb_x_é 1",
        '{"metric":{"__name__":"metallb_x"},"value":[1,"1"]' + "[" * 100_000,
        '{"metric":' + "[" * 100_000 + '"__name__"',
        '{"metric":{"__name__":"metallb_x"},"value":[' + "9" * 5000 + ',"1"]}',
        '{"metric":{"__name__":"metallb_x"},"value":[]}',
        '{"metric":{"__name__":"metallb_x"}}',
    ],
)
def test_hostile_content_is_reported(content):
    (found,) = read(content)
    assert isinstance(found, ParseFailure)
    assert not found.reason.startswith(("Recursion", "Index", "Overflow", "Type", "Key"))


def test_a_torn_answer_keeps_what_stands_behind_the_tear():
    good = '{"metric":{"__name__":"metallb_x","peer":"%s"},"value":[1,"1"]}'
    content = f'{{"data":{{"result":[{good % "a"},{(good % "b")[:40]},{good % "c"}]}}}}'
    assert [getattr(one, "labels", None) for one in read(content)] == [{"peer": "a"}, None, {"peer": "c"}]


def test_a_long_answer_on_one_line_is_quoted_where_the_number_is():
    samples = [
        {"metric": {"__name__": "metallb_x", "peer": f"192.0.2.{number}", "pad": "p" * 200}, "value": [1, f"{number}"]}
        for number in range(100)
    ]
    facts = read(json.dumps({"status": "success", "data": {"result": samples}}))
    assert [one.value for one in facts] == list(range(100))
    assert all(f'"{number}"]' in one.evidence.excerpt[0] for number, one in enumerate(facts))
    assert all(f'"192.0.2.{number}"' in one.evidence.excerpt[0] for number, one in enumerate(facts))
