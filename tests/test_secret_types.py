"""No value of a Secret gets into a fact, whatever the file looks like; and which lists say that they are whole."""

import base64
import json
import random

import pytest
import yaml

from analyzer.registry import load_parsers
from parsers.base import ParseFailure, Parser, SourceFile, run
from parsers.secret_types import SecretsListed, SecretType, secret_types

load_parsers()
MEMBER = {"namespace": "metallb-system"}
KEYS = ("password", "username", "tls.key", "name", "type", "kind", "a-b_c")


def read(content, params=None, path="saved/secrets.yaml"):
    return list(run(Parser.registry["secret_types"], SourceFile(path, [content.encode()], params or {}, "image")))


def made(chance, count):
    """Secrets as objects, and what must not be seen of them."""
    hidden, objects = [], []
    for number in range(count):
        clear = [f"{chance.choice(['', 'x y '])}{chance.getrandbits(96):024X}" for _ in KEYS]
        if number % 2:
            clear[0] += "\nsecond " + clear[1] + "\n"
        encoded = [base64.b64encode(one.encode()).decode() for one in clear]
        hidden += [*(one.split("\n")[0] for one in clear), *encoded]
        data = dict(zip(KEYS, encoded if number % 3 else clear, strict=True))
        applied = json.dumps({"stringData": dict(zip(KEYS, clear, strict=True))})
        annotations = {"kubectl.kubernetes.io/last-applied-configuration": applied + "\n", "note": clear[2]}
        meta = {"name": f"s-{number}", "namespace": f"ns-{number % 2}", "annotations": annotations}
        objects.append(
            {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/basic-auth", "data": data, "metadata": meta}
        )
    return objects, hidden


def written(chance, objects):
    whole = {"apiVersion": "v1", "items": objects, "kind": "SecretList"}
    return chance.choice(
        [
            lambda: yaml.safe_dump(whole),
            lambda: yaml.safe_dump(whole, width=40),
            lambda: yaml.safe_dump(whole, default_style='"'),
            lambda: yaml.safe_dump(whole, default_flow_style=True),
            lambda: yaml.safe_dump_all(objects, explicit_start=True),
            lambda: json.dumps(whole, indent=4),
            lambda: json.dumps(whole),
            lambda: yaml.safe_dump(objects[0]),
        ]
    )()


def damaged(chance, content):
    return chance.choice(
        [
            lambda: content,
            lambda: content[: chance.randrange(len(content))],
            lambda: content[: chance.randrange(len(content))] + content[chance.randrange(len(content)) :],
            lambda: content[: chance.randrange(len(content))] + "\n" + content[chance.randrange(len(content)) :],
            lambda: content + "\0" * 40 + content[chance.randrange(len(content)) :],
        ]
    )()


@pytest.mark.parametrize("seed", range(150))
def test_no_value_is_in_a_fact(seed):
    chance = random.Random(seed)
    objects, hidden = made(chance, chance.randrange(1, 4))
    facts = read(damaged(chance, written(chance, objects)))
    seen = "".join(repr(fact) + str(dict(fact.marks)) + fact.model_dump_json() for fact in facts)
    assert not [one for one in hidden if one in seen]


@pytest.mark.parametrize("seed", range(20))
def test_whole_files_give_types_and_keys(seed):
    chance = random.Random(seed)
    objects, _ = made(chance, 2)
    whole = {"apiVersion": "v1", "items": objects, "kind": "SecretList"}
    for content in (yaml.safe_dump(whole), yaml.safe_dump(whole, width=40), json.dumps(whole, indent=4)):
        *types, listed = read(content)
        assert [(one.name, one.type, set(one.keys)) for one in types] == [
            ("s-0", "kubernetes.io/basic-auth", set(KEYS)),
            ("s-1", "kubernetes.io/basic-auth", set(KEYS)),
        ]
        assert (listed.namespaces, listed.everywhere, listed.image_dir) == (("ns-0", "ns-1"), True, "image")


def secret(namespace, name="s"):
    return f"- apiVersion: v1\n  kind: Secret\n  metadata:\n    name: {name}\n    namespace: {namespace}\n"


def a_list(*items):
    return "apiVersion: v1\nitems:\n" + "".join(items) + "kind: SecretList\n"


def listed(facts):
    return [(one.namespaces, one.everywhere) for one in facts if isinstance(one, SecretsListed)]


def test_a_list_says_of_which_namespaces():
    assert listed(read(a_list(secret("a"), secret("a")))) == [(("a",), False)]
    assert listed(read(a_list(secret("b"), secret("a")))) == [(("a", "b"), True)]
    assert listed(read(a_list(secret("a")), MEMBER)) == [(("metallb-system",), False)]
    assert listed(read("apiVersion: v1\nitems: []\nkind: SecretList\n", MEMBER)) == [(("metallb-system",), False)]
    assert listed(read('{"items": [], "kind": "SecretList"}', MEMBER)) == [(("metallb-system",), False)]
    assert listed(read("apiVersion: v1\nitems: []\nkind: SecretList\n")) == []


def test_a_single_secret_lists_nothing():
    single = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\n  namespace: a\n"
    assert [type(fact) for fact in read(single, MEMBER)] == [SecretType]
    assert [type(fact) for fact in read('{"kind": "Secret", "metadata": {"name": "s"}}', MEMBER)] == [SecretType]


@pytest.mark.parametrize(
    "content",
    [
        a_list(secret("a"), "- apiVersion: v1\n  kind: Secret\n  metadata:\n    namespace: a\n"),
        a_list(secret("a"), "- c2VjcmV0\n"),
        a_list(secret("a"), "garbage here\n", secret("a")),
        a_list(secret("a")).removesuffix("kind: SecretList\n"),
        '{"items": [{"kind": "Secret", "metadata": {"namespace": "a"}}], "kind": "List"}',
        '{"items": [{"kind": "Secret"',
    ],
)
def test_a_torn_list_says_nothing_of_what_it_lacks(content):
    facts = read(content, MEMBER)
    assert [fact for fact in facts if isinstance(fact, ParseFailure)]
    assert not listed(facts)


@pytest.mark.parametrize(
    "data",
    [
        'data: {password: "hunter2"}',
        'data:\n  first: "hunter2\n  other: hunter2"',
        "data:\n  password: x\n hunter2: x",
        "data:\n  password: x\n  hunter2",
        "namespace: hunter2\n---\n--- hunter2",
        "metadata: {name: hunter2}",
        "items: [hunter2]",
        "data:\n  password: x\nhunter2\nname: hunter2\n  name: hunter2\n# hunter2",
    ],
)
def test_odd_yaml_shows_nothing_and_is_reported(data):
    facts = read(f"kind: Secret\nmetadata:\n  name: s\n{data}\n")
    assert "hunter2" not in repr(facts)
    assert "namespace" in data or [fact for fact in facts if isinstance(fact, ParseFailure)]


def test_a_quoted_value_may_go_on_deeper():
    content = "kind: Secret\nmetadata:\n  name: s\ndata:\n  first: \"hunter2\n    hunter2\"\n  second: 'x'\n"
    (found,) = read(content)
    assert found.keys == ("first", "second")
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize(
    ("namespace", "read"),
    [
        ("openshift-etcd", False),
        ("kube-system", False),
        ("openshift-frr-k8s", True),
        ("openshift-metallb", True),
        ("metallb-system", True),
        ("shop", True),
    ],
)
def test_namespaces_of_other_products_are_passed_over(namespace, read):
    content = b"apiVersion: v1\nitems: []\nkind: SecretList\nmetadata: {}\n"
    member = f"namespaces/{namespace}/core/secrets.yaml"
    found = list(secret_types(SourceFile(member, [content], {"namespace": namespace})))
    assert bool(found) is read
