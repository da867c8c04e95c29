"""Of which namespaces services and endpoints were collected: never claimed of what may be missing."""

import json

import pytest
from pairs import read

from analyzer.registry import load_parsers
from parsers.base import ParseFailure, Parser, SourceFile, run
from parsers.endpoint_facts import EndpointsListed
from parsers.endpoint_slices import EndpointSlice
from parsers.services import Service, ServicesListed

load_parsers()


def saved(name, content):
    """The facts of a file that somebody saved by hand: its path says nothing."""
    data = content if isinstance(content, bytes) else content.encode()
    return list(run(Parser.registry[name], SourceFile("case/saved.yaml", [data], {}, "case")))


def claims(facts):
    return [
        (one.kind, one.namespaces, one.everywhere) for one in facts if isinstance(one, EndpointsListed | ServicesListed)
    ]


def slice_of(name, namespace):
    return (
        "- addressType: IPv4\n  apiVersion: discovery.k8s.io/v1\n  endpoints:\n  - addresses:\n    - 192.0.2.1\n"
        f"    targetRef:\n      kind: Pod\n      name: one\n      namespace: {namespace}\n"
        f"  kind: EndpointSlice\n  metadata:\n    name: {name}\n    namespace: {namespace}\n"
        "    ownerReferences:\n    - apiVersion: v1\n      kind: Service\n      name: x\n"
    )


def service(name, namespace, kind="ClusterIP"):
    return (
        f"- apiVersion: v1\n  kind: Service\n  metadata:\n    name: {name}\n    namespace: {namespace}\n"
        f"  spec:\n    type: {kind}\n"
    )


def whole(*items, kind="List"):
    return "apiVersion: v1\nitems:\n" + "".join(items) + f"kind: {kind}\nmetadata:\n  resourceVersion: ''\n"


def test_a_list_over_namespaces_is_of_all_of_them():
    facts = saved("endpoint_slices", whole(slice_of("b", "shop"), slice_of("a", "bank"), slice_of("c", "shop")))
    assert claims(facts) == [("EndpointSlice", ("bank", "shop"), True)]
    assert [one.name for one in facts if isinstance(one, EndpointSlice)] == ["b", "a", "c"]
    assert (facts[-1].image_dir, facts[-1].evidence.excerpt, facts[-1].evidence.first_line) == ("case", ("items:",), 2)


def test_a_list_of_one_namespace_says_nothing_of_the_others():
    assert claims(saved("endpoint_slices", whole(slice_of("a", "shop")))) == [("EndpointSlice", ("shop",), False)]


def test_services_of_other_types_show_their_namespaces():
    content = whole(service("a", "shop"), service("b", "bank", "LoadBalancer"), service("c", "farm", "NodePort"))
    facts = saved("services", content)
    assert claims(facts) == [("Service", ("bank", "farm", "shop"), True)]
    assert [one.name for one in facts if isinstance(one, Service)] == ["b"]
    assert claims(saved("services", content.replace("\n", "\r\n"))) == claims(facts)


def test_services_alone_are_counted_in_a_list_of_several_kinds():
    content = whole(service("a", "shop"), slice_of("b", "bank"))
    assert claims(saved("services", content)) == [("Service", ("shop",), False)]
    assert claims(saved("endpoint_slices", content)) == [("EndpointSlice", ("bank",), False)]


def test_json_lists_count_alike():
    items = [
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": name, "namespace": name},
            "spec": {"type": "ClusterIP"},
        }
        for name in ("shop", "bank")
    ]
    content = {"apiVersion": "v1", "items": items, "kind": "List"}
    for indent in (4, 2, None):
        assert claims(saved("services", json.dumps(content, indent=indent))) == [("Service", ("bank", "shop"), True)]
    assert claims(saved("services", json.dumps(items[0], indent=4))) == []


def test_the_namespace_of_a_member_is_that_of_its_path():
    (found,) = read("services", b"---\napiVersion: v1\nitems: []\nkind: ServiceList\n")
    assert (found.namespaces, found.everywhere) == (("a-namespace",), False)
    assert (found.evidence.first_line, found.evidence.excerpt) == (3, ("items: []",))
    (found,) = read("services", b"items: []\nkind: ServiceList\n")
    assert (found.evidence.first_line, found.evidence.excerpt) == (1, ("items: []",))
    (found,) = read("services", b'{\n    "items": [],\n    "kind": "ServiceList"\n}\n')
    assert found.evidence.first_line == 1


@pytest.mark.parametrize("before", [b"# saved by hand\n", b"# saved\n---\n", b"---\n---\n"])
def test_a_place_that_cannot_be_told_is_the_beginning(before):
    (found,) = read("services", before + b"apiVersion: v1\nitems: []\nkind: ServiceList\n")
    assert found.evidence.excerpt == (before.decode().split("\n")[0],)


def test_a_first_object_without_items_is_no_place():
    content = b"apiVersion: v1\nkind: ConfigMap\n---\napiVersion: v1\nitems: []\nkind: ServiceList\n"
    (found,) = read("services", content)
    assert found.evidence.first_line == 1


@pytest.mark.parametrize(
    "content",
    [
        whole(slice_of("a", "shop"))[:-60],  # cut in an item
        whole(slice_of("a", "shop")).partition("kind: List")[0],  # cut behind one
        whole(slice_of("a", "shop"), slice_of("b", "bank").replace("IPv4", "IPx")),
        whole(slice_of("a", "shop"), slice_of("b", "bank").replace("- 192.0.2.1", "- [")),
        whole(slice_of("a", "shop"), "torn tail of another writer\n", slice_of("b", "bank")),
    ],
)
def test_a_torn_list_claims_nothing(content):
    for facts in (saved("endpoint_slices", content), read("endpoint_slices", content.encode())):
        assert claims(facts) == []
        assert any(isinstance(one, ParseFailure) for one in facts)


def test_a_single_object_and_a_list_without_namespaces_claim_nothing():
    single = slice_of("a", "shop").replace("\n  ", "\n")[2:]
    facts = saved("endpoint_slices", single)
    assert [type(one) for one in facts] == [EndpointSlice]
    assert [type(one) for one in read("endpoint_slices", single.encode())] == [EndpointSlice]
    assert claims(saved("endpoint_slices", whole(slice_of("a", "x").replace("    namespace: x\n", "")))) == []


def test_a_configuration_that_holds_a_list_is_no_list():
    item = slice_of("a", "shop").replace("\n  ", "\n")[2:]
    note = "  annotations:\n    last: '{\"items\":[]}'\n    block: |\n      items:\n"
    assert claims(read("endpoint_slices", item.replace("metadata:\n", "metadata:\n" + note).encode())) == []
