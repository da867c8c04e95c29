"""The network of the cluster as people ask for it: `oc get network.config cluster -o jsonpath='{.status}'`, or a part.

Known are the whole status as JSON, on one line or indented by jq, the same as older clients write it
(`map[clusterNetwork:[map[cidr:10.128.0.0/14 hostPrefix:23]] clusterNetworkMTU:1450 …]`), and the word of
`.status.networkType` below its command. `network_config` reads the object itself, whose facts outweigh these.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from parsers.base import Fact, ParseFailure, SourceFile, Text, failure, parser
from parsers.embedded_text import EmbeddedText
from parsers.flat_text import FlatText
from parsers.host_shell import reason_for
from parsers.network_config import NetworkConfig, mtu_migration
from parsers.network_settings import NetworkSettings, Place, written_network
from parsers.ovs_text import prompt
from parsers.pasted import plain
from parsers.spans import MalformedError
from parsers.tree import Tree, parse_json
from parsers.values import marks, number, required_text, text, texts

NAME = "cluster"  # the only object of its kind
_ASKED = r"jsonpath=[^\n]{0,20}?\{\s*\.(?:status|spec)\.networkType\s*\}"
_WORD = re.compile(rf"{_ASKED}(?:\{{[^}}\n]{{0,20}}\}})?['\"]?(?P<rest>.*)")
_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9-]{2,40}")
_FIELDS = frozenset({"clusterNetwork", "clusterNetworkMTU", "networkType", "serviceNetwork"})
_STATUS = re.compile(r"\"(?:networkType|clusterNetworkMTU)\"\s*:")
_BEGIN = re.compile(
    r"\{\s*\"(?P<key>clusterNetwork|clusterNetworkMTU|networkType|serviceNetwork|conditions|externalIP)\"\s*:"
)
_NO_JSON = "not JSON, or cut off"


_GO = re.compile(r"map\[(?=[^\n]{0,600}\bnetworkType:[A-Za-z])[^\n]{0,2000}")
_GO_CIDR = re.compile(r"\bcidr:([0-9A-Fa-f:.]{2,45}/\d{1,3})")
_GO_SERVICES = re.compile(r"\bserviceNetwork:\[([^\]]{0,200})\]")
_GO_MTU = re.compile(r"\bclusterNetworkMTU:(\d{1,6})\b")
_GO_TYPE = re.compile(r"\bnetworkType:([A-Za-z][A-Za-z0-9-]{2,40})(?=[\s\]])")
_JSON = (
    rb"\{\s*\"(?:clusterNetwork|clusterNetworkMTU|networkType|serviceNetwork|conditions|externalIP)\"\s*:"
    rb"(?s:.){0,2000}\"networkType\"\s*:"
)


@parser(
    title="saved status of the network (oc get network.config cluster -o jsonpath)",
    collect="oc get network.config cluster -o jsonpath='{.status}' > network-status.json",
    content=_JSON + b"|" + _ASKED.encode() + rb"|\bmap\[[^\n]{0,600}\bnetworkType:[A-Za-z]",
    words=(b"networkType",),
)
def network_status(source: SourceFile) -> Iterator[NetworkConfig | ParseFailure]:
    """The networks that a file tells of; the word alone only where no whole status stands with it."""
    whole = plain(source.text())
    told = False
    for one in _each(whole, lambda tree: _config(tree, source), "network_status"):
        told = told or (isinstance(one, NetworkConfig) and one.network_type is not None)
        yield one
    for one in _of_go(whole, source):
        told = True
        yield one
    if not told:
        yield from _words(whole, source)


@parser(
    title="saved status of the network, as settings",
    collect="oc get network.config cluster -o jsonpath='{.status}' > network-status.json",
    content=_JSON,
    words=(b"networkType",),
    required_content=rb"clusterNetworkMTU",
)
def network_status_settings(source: SourceFile) -> Iterator[NetworkSettings | ParseFailure]:
    """The settings in use. Only a status has a clusterNetworkMTU, so that a saved `{.spec}` is not taken for one.

    What is no JSON is told of by `network_status`.
    """
    whole = plain(source.text())
    for one in _each(whole, lambda tree: _settings(tree, source), "network_status_settings"):
        if not isinstance(one, ParseFailure) or one.reason != _NO_JSON:
            yield one


def _each(whole: Text, build: Callable[[Tree], Iterator[Fact]], name: str) -> Iterator[Any]:
    """What `build` makes of each status; a value that is not what it should be is a failure at its line."""
    for part in _objects(whole, name):
        if isinstance(part, ParseFailure):
            yield part
            continue
        try:
            tree = parse_json(part)
            if isinstance(tree.value, dict) and "kind" not in tree.value and _FIELDS & tree.value.keys():
                yield from build(tree)
        except MalformedError as error:
            yield failure(part.quote(error.line), name, error.reason)


def _objects(whole: Text, name: str) -> Iterator[Text | ParseFailure]:
    """The JSON objects that may be a status, on one line or several. Those within another object are passed over."""
    flat = FlatText.of(whole)
    at = 0
    while begin := _BEGIN.search(flat.joined, at):
        at = begin.end()
        if flat.joined[max(0, begin.start() - 80) : begin.start()].rstrip().endswith((":", ",", "[")):
            continue
        try:
            at = json.JSONDecoder().raw_decode(flat.joined, begin.start())[1]
        except (ValueError, RecursionError):
            if _STATUS.search(flat.joined, begin.start(), begin.start() + 4000) or begin["key"] in _FIELDS:
                yield failure(flat.quote(begin.start(), begin.end()), name, _NO_JSON)
            continue
        lines = tuple(flat.joined[begin.start() : at].split("\n"))
        yield EmbeddedText(whole.path, lines, flat.line(begin.start()), whole)


def _config(tree: Tree, source: SourceFile) -> Iterator[NetworkConfig]:
    yield NetworkConfig(
        **_common(tree, source, migration=("migration", "mtu")),
        cluster_networks=tuple(required_text(one, "cidr") for one in tree.items("clusterNetwork")),
        migration=mtu_migration(tree, "migration", "mtu"),
    )


def _settings(tree: Tree, source: SourceFile) -> Iterator[NetworkSettings]:
    if not tree.has("clusterNetworkMTU"):
        return
    yield NetworkSettings(
        **_common(tree, source, migration=("migration",)),
        place=Place.IN_USE,
        cluster_networks=tuple(written_network(one) for one in tree.items("clusterNetwork")),
        migrating=bool(tree.get("migration")),
        migration_type=text(tree, "migration", "networkType") or None,
        migration_mtu=number(tree, "migration", "mtu", "network", "to"),
    )


def _common(tree: Tree, source: SourceFile, migration: tuple[str, ...]) -> dict[str, Any]:
    """What both facts say."""
    return {
        "evidence": tree.evidence(),
        "marks": marks(
            tree,
            network_type=("networkType",),
            cluster_networks=("clusterNetwork",),
            service_networks=("serviceNetwork",),
            mtu=("clusterNetworkMTU",),
            migration=migration,
        ),
        "name": NAME,
        "image_dir": source.image_dir,
        "network_type": text(tree, "networkType") or None,
        "service_networks": texts(tree, "serviceNetwork"),
        "mtu": number(tree, "clusterNetworkMTU"),
    }


def _of_go(whole: Text, source: SourceFile) -> Iterator[NetworkConfig]:
    """The status as Go writes a map; a migration in it has a networkType too, before the cluster's own."""
    for at, line in whole.numbered():
        if (begin := _GO.search(line)) and (kinds := _GO_TYPE.findall(begin[0])):
            mtu, services = _GO_MTU.search(begin[0]), _GO_SERVICES.search(begin[0])
            values = {
                "network_type": kinds[-1],
                "cluster_networks": tuple(_GO_CIDR.findall(begin[0])),
                "service_networks": tuple(services[1].split()) if services else (),
                "mtu": int(mtu[1]) if mtu else None,
            }
            place = whole.quote(at, focus="networkType:")
            told = {name: value for name, value in values.items() if value}
            yield NetworkConfig(
                evidence=place, marks=dict.fromkeys(told, place), name=NAME, image_dir=source.image_dir, **told
            )


def _words(whole: Text, source: SourceFile) -> Iterator[Any]:
    """The type below each command that asks for it, or behind the command on its line."""
    asked: int | None = None
    for at, line in whole.numbered():
        command = _WORD.search(line)
        word = (command["rest"] if command else line).strip().strip("'\"")
        if command:
            asked = at
        if asked is None or not word or (command and not _TYPE.fullmatch(word)):
            continue
        asked = None
        if _TYPE.fullmatch(word):
            place = whole.quote(at, focus=word)
            yield NetworkConfig(
                evidence=place, marks={"network_type": place}, name=NAME, image_dir=source.image_dir, network_type=word
            )
        elif prompt(line) is None:
            yield failure(whole.quote(at), "network_status", reason_for(word))
