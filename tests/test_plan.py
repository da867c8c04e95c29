"""Which members are read by which parser: from paths alone, or from the head of a loose file."""

import gzip
import io
import tarfile
from collections.abc import Iterator

import pytest

from analyzer.plan import HEAD, Plan, expression
from analyzer.registry import load_parsers
from analyzer.run import read
from parsers.base import Fact, Parser, SourceFile
from parsers.bfd_facts import BfdPeer

load_parsers()
EVERY = Plan(Parser.registry.values())
IMAGE = "must-gather.local.1/quay-io-x"
LOGS = f"{IMAGE}/namespaces/metallb-system/pods/speaker-a/frr/frr/logs"
BFD = """\
BFD Peers:
	peer 192.0.2.1 local-address 192.0.2.20 vrf default interface br-ex
		ID: 7
		Remote ID: 42
		Active mode
		Status: up
		Uptime: 2 hour(s)
		Diagnostics: ok
		Remote diagnostics: ok
"""


class Apple(Fact):
    name: str


def a_parser(name, *patterns, content=None):
    def function(source: SourceFile) -> Iterator[Apple]:
        yield from ()

    import re  # noqa: PLC0415 - the stand-in for `parser`, which would register it

    compiled = re.compile(content, re.MULTILINE) if content else None
    return Parser(name, patterns, (Apple,), function, "title", "collect", compiled)


def names(matches):
    return [match.parser.name for match in matches]


@pytest.mark.parametrize(
    ("pattern", "tail", "params"),
    [
        ("timestamp", "timestamp", {}),
        ("pods/{pod}/x.log", "pods/speaker-a/x.log", {"pod": "speaker-a"}),
        ("pods/{pod}/rotated/*", "pods/p/rotated/0.log.20261121", {"pod": "p"}),
        ("a/*.yaml", "a/.yaml", {}),
        ("a+b(c).txt", "a+b(c).txt", {}),
    ],
)
def test_expressions(pattern, tail, params):
    assert expression(pattern).fullmatch(tail).groupdict() == params


@pytest.mark.parametrize(
    ("pattern", "tail"),
    [
        ("pods/{pod}/x", "pods//x"),
        ("pods/{pod}/x", "pods/a/b/x"),
        ("a/*", "a/b/c"),
        ("a.b", "axb"),
        ("timestamp", "timestamps"),
    ],
)
def test_expressions_that_do_not_fit(pattern, tail):
    assert expression(pattern).fullmatch(tail) is None


PLAN = Plan(
    [
        a_parser("each", "pods/{pod}/x.log", "pods/{pod}/y.log"),
        a_parser("one", "x.log"),
        a_parser("saved", content=rb"^apple"),
    ]
)


@pytest.mark.parametrize(
    ("path", "found", "image_dir", "params"),
    [
        ("pods/p/x.log", ["each", "one"], "", {"pod": "p"}),
        ("root/image/pods/p/y.log", ["each"], "root/image", {"pod": "p"}),
        ("root/x.log", ["one"], "root", {}),
        ("x.log", ["one"], "", {}),
        ("root/x.log.gz", ["one"], "root", {}),
        ("root/x.log.zst", ["one"], "root", {}),
    ],
)
def test_the_end_of_a_path_decides(path, found, image_dir, params):
    matches = PLAN.matches(path)
    assert sorted(names(matches)) == found
    first = next(match for match in matches if match.parser.name == found[0])
    assert (first.image_dir, first.params) == (image_dir, params)
    assert PLAN.wants(path)


@pytest.mark.parametrize("path", ["root/x.log.gz.gz", "root/ax.log", "x.logs", "pods/p/q/z.log", ""])
def test_paths_of_nobody(path):
    assert PLAN.matches(path) == []
    assert PLAN.wants(path)  # a loose file: its content may explain it


def test_without_content_expressions_nothing_is_loose():
    plan = Plan([a_parser("one", "x.log")])
    assert not plan.wants("y.log")
    assert not plan.loose("y.log")
    assert not plan.enters("y.gz")
    assert plan.enters("y.tar.gz")
    assert Plan([]).matches("x.log") == []


@pytest.mark.parametrize(
    "folder",
    [
        "namespaces/x/pods",
        "cluster-scoped-resources/core",
        "sosreport-w0/sos_commands/x",
        "sosreport-w0/proc",
        "host_service_logs",
    ],
)
def test_folders_of_the_collectors_are_not_sniffed(folder):
    path = f"{IMAGE}/{folder}/unknown.log"
    assert not EVERY.loose(path)
    assert not EVERY.wants(path)
    assert not EVERY.enters(f"{path}.tar.gz")


@pytest.mark.parametrize(
    "path", ["bgp.txt", "case/worker-0/bgp.txt", "nodes/worker-0/bgp.txt", f"{IMAGE}/network_logs/x.txt"]
)
def test_folders_of_engineers_are(path):
    assert EVERY.loose(path)
    assert EVERY.wants(path)


@pytest.mark.parametrize(
    "name", ["a.tar", "a.tgz", "a.TAR.GZ", "a.tar.zst", "a.zip", "a.txz", "ovnk_database_store.tar.gz", "a.gz"]
)
def test_nested_containers_are_entered(name):
    assert EVERY.enters(f"{IMAGE}/network_logs/{name}")


@pytest.mark.parametrize(
    ("path", "parser", "params"),
    [
        (f"{LOGS}/dump_frr", {"dump_frr", "frr_files"}, {"namespace": "metallb-system", "pod": "speaker-a"}),
        (f"{LOGS}/frr.conf", {"frr_conf", "frr_files"}, {"namespace": "metallb-system", "pod": "speaker-a"}),
        (f"{LOGS}/rotated/0.log.20261121-054300", {"frr_log"}, {"namespace": "metallb-system", "pod": "speaker-a"}),
        (f"{IMAGE}/nodes/worker-0/dmesg", {"kernel_drops", "kernel_log"}, {"node": "worker-0"}),
        (f"{IMAGE}/timestamp", {"gather_timestamp"}, {}),
    ],
)
def test_members_of_a_must_gather(path, parser, params):
    matches = EVERY.matches(path)
    assert set(names(matches)) == parser
    assert {match.image_dir for match in matches} == {IMAGE}
    assert matches[0].params == params


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (BFD.encode(), ["bfd_peers"]),
        (BFD.encode("utf-16"), ["bfd_peers"]),
        (BFD.encode("utf-16")[:-1], ["bfd_peers"]),
        (b"\xfe\xff" + BFD.encode("utf-16-be"), ["bfd_peers"]),
        (b"$ vtysh -c 'show bfd peers'\r\n" + BFD.encode(), ["bfd_peers"]),
        (b"\0" + BFD.encode(), []),
        (b" " * HEAD + BFD.encode(), []),
        (b"", []),
        (b"just prose", []),
    ],
    ids=["plain", "UTF-16", "cut UTF-16", "UTF-16 BE", "after a prompt", "binary", "too far down", "empty", "prose"],
)
def test_loose_files_are_recognised_by_their_head(head, found):
    matches = EVERY.recognise("saved/worker-0/any.name", head)
    assert names(matches) == found
    assert all((match.params, match.image_dir) == ({}, "saved/worker-0") for match in matches)


def packed(name, content):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return data.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bfd.txt", BFD.encode()),
        ("bfd.txt", BFD.encode("utf-16")),
        ("bfd.txt.gz", gzip.compress(BFD.encode())),
        ("upload.tar.gz", packed("case/bfd.txt", BFD.encode())),
        ("nodes/worker-0/bfd.txt", BFD.encode()),
    ],
    ids=["plain", "UTF-16", "compressed", "packed", "by node"],
)
def test_loose_files_are_read(tmp_path, name, content):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    store, _ = read([str(tmp_path)], {BfdPeer})
    assert [(fact.peer, fact.session_id) for fact in store.facts(BfdPeer)] == [("192.0.2.1", 7)]


def test_structured_folders_are_not_read(tmp_path):
    path = tmp_path / "namespaces" / "x" / "bfd.txt"
    path.parent.mkdir(parents=True)
    path.write_text(BFD)
    store, _ = read([str(tmp_path)], {BfdPeer})
    assert store.facts(BfdPeer) is None
