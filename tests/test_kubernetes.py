"""Label selectors, typed values, each object once."""

import json
import re

import pairs
import pytest
from conftest import ROOT
from pydantic import ValidationError

from analyzer.registry import load_parsers
from parsers.base import Evidence, ParseFailure, SourceFile, text_of
from parsers.embedded_text import embedded
from parsers.kubernetes import KubernetesFact, LabelSelector, loose, read_objects, selector, selectors, unique
from parsers.spans import MalformedError
from parsers.tree import parse_json, parse_yaml
from parsers.values import duration, flag, labels, marks, moment, number, required_number, required_text, text, texts

load_parsers()
HERE = Evidence("x", 1, 1, ("x",))


def tree(content):
    return parse_yaml(text_of("x.yaml", content))


def chosen(content):
    return selector(tree(content))


LABELS = {"zone": "a", "rack": "1", "empty": ""}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("{}", True),
        ("matchLabels: {zone: a}", True),
        ("matchLabels: {zone: a, rack: '1'}", True),
        ("matchLabels: {zone: a, rack: '2'}", False),
        ("matchLabels: {gone: a}", False),
        ("matchLabels: {empty: ''}", True),
        ("matchLabels: {gone: ''}", False),
        ("matchExpressions: [{key: zone, operator: In, values: [a, b]}]", True),
        ("matchExpressions: [{key: zone, operator: In, values: [b]}]", False),
        ("matchExpressions: [{key: gone, operator: In, values: [b]}]", False),
        ("matchExpressions: [{key: zone, operator: NotIn, values: [b]}]", True),
        ("matchExpressions: [{key: zone, operator: NotIn, values: [a]}]", False),
        ("matchExpressions: [{key: gone, operator: NotIn, values: [a]}]", True),
        ("matchExpressions: [{key: empty, operator: Exists}]", True),
        ("matchExpressions: [{key: gone, operator: Exists}]", False),
        ("matchExpressions: [{key: gone, operator: DoesNotExist}]", True),
        ("matchExpressions: [{key: zone, operator: DoesNotExist}]", False),
        ("matchLabels: {zone: a}\nmatchExpressions: [{key: rack, operator: In, values: ['2']}]", False),
        ("matchExpressions: [{key: zone, operator: Exists}, {key: gone, operator: Exists}]", False),
    ],
)
def test_selector(content, expected):
    assert chosen(content).matches(LABELS) is expected


def test_selector_of_unknown_shape_is_an_error():
    with pytest.raises(ValueError, match="Near"):
        chosen("matchExpressions: [{key: zone, operator: Near}]")
    with pytest.raises(MalformedError, match="line 2: key is not there"):
        chosen("matchExpressions:\n- operator: Exists\n")
    with pytest.raises(ValidationError):
        LabelSelector(matchLabels={})


def test_selectors():
    found = selectors(tree("a:\n- matchLabels: {zone: a}\n- {}\n"), "a")
    assert [one.matches({}) for one in found] == [False, True]
    assert selectors(tree("a: null"), "a") == ()


VALUES = tree(
    "word: x\nnumber: 7\nquoted: '7'\nyes: true\nlist: [a, 1]\nmap: {a: b, c: null}\nnothing: null\n"
    "time: 2026-11-21T05:52:35.123456789Z\nfraction: 1.5\n"
)


def test_typed_values():
    assert text(VALUES, "word") == "x"
    assert text(VALUES, "number") == "7"
    assert text(VALUES, "nothing") is text(VALUES, "gone") is None
    assert number(VALUES, "number") == required_number(VALUES, "number") == 7
    assert flag(VALUES, "yes") is True
    assert texts(VALUES, "list") == ("a", "1")
    assert texts(VALUES, "nothing") == ()
    assert labels(VALUES, "map") == {"a": "b", "c": ""}
    assert moment(VALUES, "time").isoformat() == "2026-11-21T05:52:35.123456+00:00"
    assert moment(VALUES, "gone") is None


@pytest.mark.parametrize(
    ("read", "name", "line"),
    [
        (text, "yes", 4),
        (text, "list", 5),
        (required_text, "nothing", 7),
        (required_text, "gone", 1),
        (required_number, "gone", 1),
        (number, "quoted", 3),
        (number, "yes", 4),
        (number, "fraction", 9),
        (flag, "number", 2),
        (texts, "map", 6),
        (labels, "list", 5),
        (moment, "word", 1),
        (duration, "word", 1),
    ],
)
def test_wrong_types_name_their_line(read, name, line):
    with pytest.raises(MalformedError) as caught:
        read(VALUES, name)
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("90s", 90),
        ("1m30s", 90),
        ("1h0m5s", 3605),
        ("0s", 0),
        ("500ms", 0),
        ("1m500ms", 60),
        ("1.5s", 1),
        ("2m", 120),
        ("''", None),
        ("null", None),
    ],
)
def test_duration(written, expected):
    assert duration(tree(f"d: {written}"), "d") == expected


@pytest.mark.parametrize("written", ["5 s", "-5s", "s", "5", "1m30", "ninety"])
def test_no_duration(written):
    with pytest.raises(MalformedError, match="not a duration"):
        duration(tree(f"d: {written}"), "d")


def test_marks_name_only_what_is_written():
    found = marks(VALUES, a=("word",), b=("gone",), c=("map", "a"), d=("nothing",))
    assert {name: mark.first_line for name, mark in found.items()} == {"a": 1, "c": 6, "d": 7}


def fact(name="one", uid="u1", version=1, **more):
    return KubernetesFact(evidence=HERE, name=name, uid=uid, resource_version=version, **more)


def test_unique_keeps_the_newest_and_the_order():
    first, other, newer = fact(version=9), fact("two", "u2"), fact(version=10)
    assert unique([first, other, newer, fact(version=3)]) == [newer, other]


def test_unique_without_uid_goes_by_place_and_name():
    same = [fact(uid=None, namespace="a", version=1), fact(uid=None, namespace="a", version=2)]
    others = [fact(uid=None, namespace="b"), fact(uid=None, namespace="a", image_dir="elsewhere")]
    assert unique([*same, *others]) == [same[1], *others]
    assert unique([]) == []


def test_an_object_of_unknown_words_costs_itself_alone():
    def build(one, source):
        yield fact(required_text(one, "metadata", "name"), uid=None)
        LabelSelector.model_validate({"unknown": one.get("spec")})

    content = "kind: A\nmetadata: {name: one}\n---\nkind: A\nmetadata: {}\n---\nkind: B\nmetadata: {name: no}\n"
    found = list(read_objects(SourceFile("x", [content.encode()]), "test", {"A": build}))
    assert [type(one) for one in found] == [KubernetesFact, ParseFailure, ParseFailure]
    assert [one.evidence.first_line for one in found[1:]] == [2, 5]
    assert found[2].reason == "metadata.name is not there"


def test_loose_files_are_recognised_by_kind():
    wanted = re.compile(loose("Pod", "Node"), re.MULTILINE)
    assert wanted.search(b"apiVersion: v1\nkind: Pod\n")
    assert wanted.search(b"items:\n- apiVersion: v1\n  kind: Node\r\n")
    assert wanted.search(b'{\n    "items": [\n        {\n            "kind": "Pod",\n')
    assert not wanted.search(b"kind: PodList\n")
    assert not wanted.search(b"  ownerReferences:\n  - apiVersion: v1\n    kind: Node\n")
    assert not wanted.search(b"a kind: Pod\n")


def test_a_pod_knows_its_containers_by_name():
    (pod,) = pairs.read("pods", (ROOT / "fixtures/parsers/pods/restarting-containers.raw").read_bytes())
    assert pod.container("frr").restarts == 12
    assert pod.container("cp-frr-files").init
    assert pod.container("gone") is None


@pytest.mark.parametrize("name", ["metallb_peers", "frrk8s_configurations", "pods"])
def test_no_secret_in_any_fact(name):
    raw = [path.read_bytes() for path in (ROOT / "fixtures" / "parsers" / name).glob("*.raw")]
    assert any(b"TopSecret" in data or b"not-for-a-report" in data for data in raw)
    for data in raw:
        for found in pairs.read(name, data):
            assert "TopSecret" not in repr(found) + str(found.model_dump())
            assert "not-for-a-report" not in repr(found) + str(found.model_dump())


CONFIG = "hostname one\n!\nrouter bgp 1\n neighbor 192.0.2.1 remote-as 2\n"


def test_embedded_literal_block_has_the_lines_of_the_document():
    source = tree("status:\n  running: |\n    " + CONFIG.rstrip().replace("\n", "\n    ") + "\n  other: 1\n")
    found = embedded(source, "status", "running")
    assert list(found) == CONFIG.rstrip().split("\n")
    assert (found.first_line, found.last_line) == (3, 6)
    quoted = found.quote(6)
    assert (quoted.first_line, quoted.excerpt) == (6, ("     neighbor 192.0.2.1 remote-as 2",))
    assert found.part(5, 6).quote(5).excerpt == ("    router bgp 1",)
    assert found.part(5, 6)[0] == "router bgp 1"
    assert found.whole().last_line == 6


@pytest.mark.parametrize("parse", [parse_json, parse_yaml])
def test_embedded_escaped_text_is_quoted_as_a_whole(parse):
    source = parse(text_of("x", '{\n"running": ' + json.dumps(CONFIG + "x" * 900) + "\n}"))
    found = embedded(source, "running")
    assert list(found)[:4] == CONFIG.rstrip().split("\n")
    quoted = found.part(4, 6).quote(5)
    assert (quoted.first_line, quoted.last_line) == (2, 2)
    assert "neighbor 192.0.2.1 remote-as 2" in quoted.excerpt[0]
    assert found.quote(400).first_line == 2
