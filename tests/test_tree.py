"""YAML and JSON with line numbers; the objects of whole and of torn files."""

import json
from time import perf_counter

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.base import ParseFailure, SourceFile, text_of
from parsers.objects import Reading, objects, without
from parsers.spans import MalformedError
from parsers.tree import Tree, parse_json, parse_yaml


def text(content):
    return text_of("dir/file.yaml", content)


def lines(evidence):
    return evidence.first_line, evidence.last_line


def read(content, reading=None):
    source = SourceFile("dir/file.yaml", [content.encode()])
    return list(objects(source, "test") if reading is None else objects(source, "test", reading))


def names(found):
    return [
        f"failure:{one.evidence.first_line}" if isinstance(one, ParseFailure) else one.get("metadata", "name")
        for one in found
    ]


YAML = """\
kind: Pod
metadata:
  name: one
  labels: {app: shop,
    tier: web}
spec:
  containers:
  - name: frr
    args:
    - a
    - |
      first
      second

  -
    name: reloader
  message: "in two
    lines"
  empty:
  off: false
status: {}
"""


@pytest.fixture
def tree():
    return parse_yaml(text(YAML))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ((), (1, 21)),
        (("kind",), (1, 1)),
        (("metadata",), (2, 5)),
        (("metadata", "name"), (3, 3)),
        (("metadata", "labels"), (4, 5)),
        (("metadata", "labels", "tier"), (5, 5)),
        (("spec", "containers", 0), (8, 14)),
        (("spec", "containers", 0, "args", 0), (10, 10)),
        (("spec", "containers", 0, "args", 1), (11, 14)),
        (("spec", "containers", 1, "name"), (16, 16)),
        (("spec", "message"), (17, 18)),
        (("spec", "empty"), (19, 19)),
        (("status",), (21, 21)),
        (("spec", "no", "such"), (6, 6)),
        (("spec", "containers", 2), (7, 7)),
        (("kind", "x"), (1, 1)),
    ],
)
def test_lines_of_a_path(tree, path, expected):
    assert lines(tree.evidence(*path)) == expected


def test_evidence_quotes_and_notes(tree):
    found = tree.evidence("metadata", "name", note="this one")
    assert (found.path, found.excerpt, found.note) == ("dir/file.yaml", ("  name: one",), "this one")


def test_get_has_sub_items(tree):
    assert tree.get("spec", "containers", 1, "name") == "reloader"
    assert tree.get("spec", "containers", -1) is None
    assert tree.get("spec", "containers", "name", default="x") == "x"
    assert tree.get("spec", "empty", default=7) == 7
    assert tree.get("spec", "off") is False
    assert tree.has("spec", "empty")
    assert not tree.has("spec", "gone")
    below = tree.sub("spec", "containers", 0)
    assert below.get("args", 1) == "first\nsecond\n"
    assert lines(below.evidence("args")) == (9, 14)
    assert lines(below.evidence()) == (8, 14)
    missing = tree.sub("spec", "gone", "deeper")
    assert (missing.value, lines(missing.evidence()), lines(missing.evidence("x"))) == (None, (6, 6), (6, 6))
    assert [one.get("name") for one in tree.items("spec", "containers")] == ["frr", "reloader"]
    assert list(tree.items("kind")) == []


def test_a_part_of_a_text_keeps_its_numbers():
    whole = text("x: 1\n---\na:\n  b: 2\n")
    assert lines(parse_yaml(whole.part(3, 4)).evidence("a", "b")) == (4, 4)
    assert lines(parse_json(text('x\n{"a":\n 1}').part(2, 3)).evidence("a")) == (2, 3)


@pytest.mark.parametrize(
    ("scalar", "expected"),
    [
        ("1", 1),
        ("-12", -12),
        ("0", 0),
        ("1.5", 1.5),
        ("1e3", "1e3"),
        ("1.0e+3", 1000.0),
        ("yes", True),
        ("off", False),
        ("True", True),
        ("~", None),
        ("Null", None),
        ("", None),
        # Times, octal, sexagesimal, binary and hexadecimal numbers stay text: PyYAML makes numbers and dates of them.
        ("2026-11-21T05:52:35Z", "2026-11-21T05:52:35Z"),
        ("2026-11-21", "2026-11-21"),
        ("12:30", "12:30"),
        ("0644", "0644"),
        ("0x1F", "0x1F"),
        ("0b11", "0b11"),
        ("1_000", "1_000"),
        ("4.14.38", "4.14.38"),
        ("fd00:101::1", "fd00:101::1"),
        ("-", "-"),
        (".", "."),
        ("'1'", "1"),
        ('"true"', "true"),
        ("''", ""),
        ("!!int '7'", "7"),
        ("!!python/object/apply:os.getcwd []", []),
        ("9" * 60, "9" * 60),
    ],
)
def test_plain_scalars(scalar, expected):
    if scalar == "-":
        scalar = "'-'"
    found = parse_yaml(text(f"a: {scalar}\n")).get("a")
    assert found == expected
    assert type(found) is type(expected)


def test_a_folded_plain_text_has_all_its_lines():
    tree = parse_yaml(text_of("x.yaml", b"message: one two\n  three\n  four\nnext: 1\n"))
    assert (tree.get("message"), tree.evidence("message").last_line) == ("one two three four", 3)
    assert tree.evidence("next").first_line == 4


def test_keys_are_always_text_and_the_last_of_two_holds():
    tree = parse_yaml(text("on: 1\n8080: 2\nnull: 3\na: 4\nb: 5\na: 6\n"))
    assert tree.value == {"on": 1, "8080": 2, "null": 3, "a": 6, "b": 5}
    assert lines(tree.evidence("a")) == (6, 6)
    assert lines(tree.evidence("b")) == (5, 5)


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcz-./ é", max_size=8), inner, max_size=4),
    max_leaves=25,
)


def check_lines(tree):
    """Every key stands in the first of its lines, and no part reaches out of the whole."""
    value = tree.value
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        part = tree.sub(key)
        assert tree.span[0] <= part.span[0] <= part.span[1] <= tree.span[1]
        check_lines(part)


@settings(max_examples=150, deadline=None)
@given(PLAIN, st.sampled_from([None, True, False]))
def test_reads_what_pyyaml_writes(value, flow):
    content = yaml.dump(value, Dumper=yaml.CSafeDumper, allow_unicode=True, default_flow_style=flow)
    # Masking is not at work here: the words that it looks for cannot be made of these letters by chance.
    tree = parse_yaml(text(content))
    assert tree.value == yaml.load(content, Loader=yaml.CSafeLoader)
    check_lines(tree)


@settings(max_examples=150, deadline=None)
@given(PLAIN, st.sampled_from([None, 0, 2]))
def test_reads_what_json_writes(value, indent):
    content = json.dumps(value, indent=indent)
    tree = parse_json(text(content))
    assert tree.value == value
    check_lines(tree)


def test_json_lines():
    tree = parse_json(
        text('{\n  "a": [\n    1,\n    {"b": "x\\ty\\u00e9", "c": [ ]}\n  ],\n  "d": -1.5e3, "a ": null\n}\n')
    )
    assert tree.value == {"a": [1, {"b": "x\tyé", "c": []}], "d": -1500.0, "a ": None}
    assert lines(tree.evidence("a")) == (2, 5)
    assert lines(tree.evidence("a", 1, "b")) == (4, 4)
    assert lines(tree.evidence("d")) == (6, 6)
    assert lines(tree.evidence()) == (1, 7)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("", 1),
        ("{", 1),
        ('{"a": 1,\n}', 2),
        ("[1,\n]", 2),
        ('{"a"\n: x}', 2),
        ('{"a": 1}\n\ngarbage', 3),
        ('{"a": 1}\n{"b": 1}', 2),
        ('\n"\\x"', 2),
        ('{"a": "open\n}', 1),
        ("[" * 5000, 1),
        ("[1 2]", 1),
        ("nul", 1),
        ("-", 1),
        ("{1: 2}", 1),
        ("% Unknown command: show bfd peers json", 1),
    ],
)
def test_bad_json_names_its_line(content, line):
    with pytest.raises(MalformedError) as caught:
        parse_json(text(content))
    assert caught.value.line == line
    assert f"line {line}" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("a: 1\nb: [\n", 2),
        ("a: 1\n b: 2\n", 2),
        ("a: 'open\nb: 1", 2),
        ("a: 1\nb: \0\0\0\nc: 1", 2),
        ("é: 1\nb: \x07", 2),
        ("a: 1\n--- \nb: 2", 2),
        ("a: &x 1\nb: *y", 2),
        ("[" * 5000, 1),
        ("? [a, b]\n: c", 1),
        ("a: &x [1]\n*x : c", 2),
        ("a:\n\t- b", 2),
    ],
)
def test_bad_yaml_names_its_line(content, line):
    with pytest.raises(MalformedError) as caught:
        parse_yaml(text(content))
    assert caught.value.line == line


def test_other_line_ends_do_not_shift_the_numbers():
    tree = parse_yaml(text("a: x\u2028y\x85z\r\nb: 'q\rr'\nc: 1\n"))
    assert tree.value == {"a": "x y z", "b": "q r", "c": 1}
    assert lines(tree.evidence("c")) == (3, 3)


def test_aliases_work_and_are_bounded():
    tree = parse_yaml(text("a: &x {k: [1, 2]}\nb: *x\nc: &y word\nd: [*y]\n"))
    assert tree.value == {"a": {"k": [1, 2]}, "b": {"k": [1, 2]}, "c": "word", "d": ["word"]}
    assert lines(tree.evidence("b")) == (2, 2)
    assert parse_yaml(text("a: &x b\n*x : c\n")).value == {"a": "b", "b": "c"}
    bomb = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    bomb += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 20)]
    with pytest.raises(MalformedError, match="too many"):
        parse_yaml(text("\n".join(bomb)))


# --- objects ---

ITEMS = """\
---
apiVersion: v1
items:
- apiVersion: v1
  kind: Pod
  metadata:
    name: one
- apiVersion: v1
  kind: Pod
  metadata:
    name: two
  spec:
    script: |
      - apiVersion: v1
      kind: no item
- apiVersion: v1
  kind: Pod
  metadata:
    name: three
kind: PodList
metadata:
  resourceVersion: ""
"""


def indented(content):
    inside, result = False, []
    for line in content.split("\n"):
        inside = (inside or line == "items:") and not line.startswith("kind:")
        result.append(f"  {line}" if inside and line and line != "items:" else line)
    return "\n".join(result)


@pytest.mark.parametrize("content", [ITEMS, ITEMS.removeprefix("---\n"), indented(ITEMS), ITEMS.replace("\n", "\r\n")])
def test_items_of_a_list(content):
    found = read(content)
    assert names(found) == ["one", "two", "three"]
    start = 3 + content.startswith("---")
    assert [one.span[0] for one in found] == [start, start + 4, start + 12]
    assert lines(found[1].evidence("metadata", "name")) == (start + 7, start + 7)
    assert found[1].text.lines[start + 6].strip() == "name: two"
    assert found[1].get("spec", "script") == "- apiVersion: v1\nkind: no item\n"


def test_json_list_and_single():
    one = {"kind": "Pod", "metadata": {"name": "one"}}
    assert names(read(json.dumps({"kind": "List", "items": [one, one]}, indent=4))) == ["one", "one"]
    assert names(read("\n" + json.dumps(one))) == ["one"]
    assert names(read('{"items": [\n1]}')) == ["failure:2"]
    assert names(read('{"kind": "List",\n "items": [')) == ["failure:2"]


def test_single_object_several_documents_and_nothing():
    assert names(read("kind: Pod\nmetadata:\n  name: one\n---\n# no more\n---\nmetadata: {name: two}\n...\n")) == [
        "one",
        "two",
    ]
    assert read("") == []
    assert read("---\n") == []
    assert read("---\napiVersion: v1\nitems: []\nkind: PodList\nmetadata:\n  resourceVersion: '1'\n") == []
    assert names(read("just text\n")) == ["failure:1"]
    assert names(read("- a\n- b\n")) == ["failure:1"]


def test_kind_before_the_items_is_a_whole_list_too():
    content = "apiVersion: v1\nkind: List\nitems:\n- metadata: {name: one}\n- metadata: {name: two}\n"
    assert names(read(content)) == ["one", "two"]


@pytest.mark.parametrize("damage", ["    name: \0\0", "    name: 'two", "two: [", "\0\0name: two"])
def test_a_broken_item_costs_itself_alone(damage):
    found = read(ITEMS.replace("    name: two", damage))
    assert [name for name in names(found) if not name.startswith("failure")] == ["one", "three"]
    failures = [one for one in found if isinstance(one, ParseFailure)]
    assert failures
    assert all(8 <= one.evidence.first_line <= 16 for one in failures)


def test_a_tail_left_by_another_writer():
    found = read(ITEMS + "ame: torn\n  phase: Running\n- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: three\n")
    assert names(found) == ["one", "two", "three", "failure:23", "three"]
    assert names(read(ITEMS + "   rest: of something\nkind: PodList\n"))[-1] == "failure:23"


@pytest.mark.parametrize("last", range(4, 20))
def test_a_list_that_is_cut_loses_its_last_item_and_says_so(last):
    found = read("\n".join(ITEMS.split("\n")[:last]))
    whole = [name for name, begin in (("one", 4), ("two", 8), ("three", 16)) if begin <= last][:-1]
    assert names(found) == [*whole, f"failure:{last}"]


def test_cut_before_the_first_item():
    assert names(read("apiVersion: v1\nitems:\n")) == ["failure:2"]


def test_comments_before_a_list():
    assert names(read("# saved by hand\n\n" + ITEMS.removeprefix("---\n"))) == ["one", "two", "three"]


def test_keep_spares_the_parsing():
    found = read(ITEMS.replace("name: one", "name: [broken"), Reading(keep=lambda item: "three" in item))
    assert names(found) == ["three"]
    assert read("kind: Pod\nmetadata: [\n", Reading(keep=lambda item: "Node" in item)) == []


def test_dropped_keys_are_not_parsed_and_shift_no_line():
    content = """\
items:
- metadata:
    name: one
  spec:
    containers:
    - args:
      - |

        volumes:
        - x
      - b
      name: frr
      volumes: kept, no block
    - name: second
      volumes:
      - name: [
        path: x

      - y
      after: true
    - volumes:
        deep: x
      name: third
    last: 1
    volumes:
    - z
kind: List
"""
    (found,) = read(content, Reading(drop=without("volumes", "args")))
    assert [one.value for one in found.items("spec", "containers")] == [
        {"name": "frr", "volumes": "kept, no block"},
        {"name": "second", "after": True},
        {"name": "third"},
    ]
    assert not found.has("spec", "volumes")
    assert [lines(one.evidence("name"))[0] for one in found.items("spec", "containers")] == [12, 14, 23]
    assert lines(found.evidence("spec", "last")) == (24, 24)
    kept = read(content.replace("name: [", "name: z"))[0]
    assert kept.get("spec", "containers", 0, "args") == ["\nvolumes:\n- x\n", "b"]


MAPPINGS = st.dictionaries(st.text("abcz-", min_size=1, max_size=6), PLAIN, min_size=1, max_size=4)


@settings(max_examples=100, deadline=None)
@given(st.lists(MAPPINGS, min_size=1, max_size=4), st.booleans())
def test_items_are_what_the_whole_list_holds(items, shifted):
    content = yaml.dump(
        {"apiVersion": "v1", "items": items, "kind": "List"}, Dumper=yaml.CSafeDumper, allow_unicode=True
    )
    found = read(indented(content) if shifted else content)
    assert [one.value for one in found] == items
    for one in found:
        check_lines(one)


def stripped(value):
    """The value without what stands under the keys a and b as a block; an item that is left empty is null."""
    if isinstance(value, list):
        return [stripped(one) for one in value]
    if not isinstance(value, dict) or not value:
        return value
    kept = {key: stripped(one) for key, one in value.items() if key not in {"a", "b"} or not one or is_word(one)}
    return kept or None


def is_word(value):
    return not isinstance(value, (dict, list))


WORDS = st.integers(0, 9) | st.text("xyz ", max_size=4)
KUBERNETES = st.deferred(lambda: st.dictionaries(st.text("abc", min_size=1, max_size=2), WORDS | LISTS | KUBERNETES))
LISTS = st.lists(WORDS | KUBERNETES, max_size=3)  # lists directly in lists do not occur, and dropping ignores them


@settings(max_examples=60, deadline=None)
@given(KUBERNETES.filter(bool))
def test_dropping_is_deleting(value):
    content = yaml.dump(value, Dumper=yaml.CSafeDumper, allow_unicode=True, default_flow_style=False)
    found = read(content, Reading(drop=without("a", "b")))
    assert [one.value for one in found] == ([stripped(value)] if stripped(value) else [])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damage_never_raises(data):
    content = ITEMS.encode()
    at = data.draw(st.integers(0, len(content)))
    junk = data.draw(st.sampled_from([b"\0" * 9, b"\n- ", b"]", b"'", b"\n---\n", b"items:\n", b"\xff\xfe", b"&a *b"]))
    source = SourceFile("x", [content[:at] + junk + content[data.draw(st.integers(at, len(content))) :]])
    for one in objects(source, "test"):
        assert isinstance(one, (Tree, ParseFailure))


def test_long_lists_take_time_in_proportion():
    item = "- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: one\n  status:\n    phase: Running\n"

    def seconds(count):
        start = perf_counter()
        assert len(read(f"items:\n{item * count}kind: PodList\n")) == count
        return perf_counter() - start

    seconds(50)
    # The least of some runs: another program that takes the processor for a moment proves nothing.
    long, short = (min(seconds(count) for _ in range(3)) for count in (4000, 400))
    assert long < 40 * max(short, 0.01)
