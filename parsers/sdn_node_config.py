"""What the configuration of a node says of the network: node-config.yaml, and the ConfigMaps that hold it.

3.x: /etc/origin/node/node-config.yaml (kind NodeConfig, openshift/api legacyconfig/v1 types.go); in 3.10 and 3.11 it
comes from a ConfigMap `openshift-node/node-config-<group>`. 4.1: ConfigMap `openshift-sdn/sdn-config`, key
sdn-config.yaml, of the same kind. From 4.2 on its key kube-proxy-config.yaml says nothing of the network: the MTU
stands in the ClusterNetwork, and while it is migrated in the key mtu.yaml, in 4.10 of the same ConfigMap, from 4.11 on
of `openshift-sdn/sdn-config-mtu-migration` (openshift/cluster-network-operator bindata/network/openshift-sdn/sdn.yaml
of these releases). So most archives of 4.2 or later give no fact, and lack nothing.

The files are read by their lines and words, as people save them: with a prompt, cut short with `...`, or flattened onto
one line. All other keys are deliberately ignored, and so is master-config.yaml, which has a `networkConfig` of another
kind.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from parsers.base import Evidence, ParseFailure, SourceFile, Text, failure, parser
from parsers.embedded_text import embedded
from parsers.host_facts import node_hint
from parsers.kubernetes import read_objects
from parsers.ovs_text import prompt
from parsers.pasted import plain
from parsers.sdn_facts import ConfigPlace, NodeConfig
from parsers.tree import Tree
from parsers.values import required_text, text

MTUS = range(68, 65_536)  # bytes; less than 68 is no MTU of IPv4 (RFC 791)
_KEYS = {"mtu": "mtu", "networkPluginName": "plugin", "routable-mtu": "routable_mtu", "nodeName": "node_name"}
_MAP = re.compile(rb"\"?kind\"?: \"?ConfigMap\b")
_WANTED = re.compile(r"(?:node-config(?:-[a-z0-9.-]{1,200})?|sdn-config(?:-mtu-migration)?)")
_FILES = ("node-config.yaml", "sdn-config.yaml", "mtu.yaml")
_BLOCK = re.compile(r"(?:^|(?<=\s))networkConfig:(?=\s|$)")
_KEY = re.compile(r"(?:^|(?<=\s))(?P<key>mtu|routable-mtu|networkPluginName|nodeName):[ \t]+(?P<value>[^\s#]\S{0,253})")
_OF_MASTER = re.compile(r"(?:^|\s)(?:clusterNetworkCIDR:|clusterNetworks:|serviceNetworkCIDR:|kind: MasterConfig\b)")
_FILE = re.compile(r"={2,}>? .*|---(?:\s.*)?")  # `head` and `tail` of several files; YAML documents


@parser(
    "etc/origin/node/node-config.yaml",
    "namespaces/openshift-sdn/core/configmaps.yaml",
    "namespaces/openshift-sdn/core/configmaps/{name}.yaml",
    "namespaces/openshift-node/core/configmaps.yaml",
    "namespaces/openshift-node/core/configmaps/{name}.yaml",
    title="configuration of the nodes (node-config.yaml of OpenShift 3, ConfigMaps of openshift-sdn)",
    collect="OpenShift 3: cat /etc/origin/node/node-config.yaml > node-config-<node>.yaml on every node, or "
    "oc get configmaps -n openshift-node -o yaml > node-config.yaml; later: oc adm inspect ns/openshift-sdn",
    content=rb"\bnetworkConfig:[\s\\n#-]{1,80}(?:mtu|networkPluginName):|\broutable-mtu: \d",
    words=(b"networkConfig:", b"routable-mtu:"),
)
def sdn_node_config(source: SourceFile) -> Iterator[NodeConfig | ParseFailure]:
    """The configurations in a file; of a ConfigMap those under the keys that may hold one."""
    if source.holds(_MAP):
        yield from read_objects(source, "sdn_node_config", {"ConfigMap": _of_map})
        return
    whole = plain(source.text())
    for part, host in _parts(whole):
        yield from _read(source, part, host or node_hint(source), {"place": ConfigPlace.FILE})


def _of_map(tree: Tree, source: SourceFile) -> Iterator[NodeConfig | ParseFailure]:
    name, namespace = required_text(tree, "metadata", "name"), text(tree, "metadata", "namespace")
    if not _WANTED.fullmatch(name):
        return
    for key in _FILES:
        if text(tree, "data", key):
            fields = {
                "place": ConfigPlace.CONFIG_MAP,
                "config_map": f"{namespace or ''}/{name}",
                "key": key,
                "group": name.removeprefix("node-config-") if name.startswith("node-config-") else None,
            }
            yield from _read(source, embedded(tree, "data", key), None, fields)


def _parts(whole: Text) -> Iterator[tuple[Text, str | None]]:
    """The text cut where another file may begin, each part with the host in the prompt above it."""
    first, host = whole.first_line, None
    used = False
    for number, line in whole.numbered():
        shown = prompt(line)
        begins = _FILE.fullmatch(line.strip()) or (shown is not None and "node-config" in shown[0])
        if number > first and (begins or (used and _BLOCK.search(line))):
            yield whole.part(first, number - 1), host
            first, used = number, False
        if shown is not None and shown[1]:
            host = shown[1]
        used = used or bool(_BLOCK.search(line))
    yield whole.part(first, whole.last_line), host


def _read(
    source: SourceFile, content: Text, node: str | None, fields: Mapping[str, Any]
) -> Iterator[NodeConfig | ParseFailure]:
    """The one configuration of a text, if it says anything of the network."""
    if any(_OF_MASTER.search(line) for line in content):
        return
    values: dict[str, Any] = {}
    marks: dict[str, Evidence] = {}
    first: int | None = None
    for number, key, value in _words(content, everywhere=fields.get("key") == "mtu.yaml"):
        try:
            read = _value(key, value)
        except ValueError as error:
            yield failure(content.quote(number, focus=f"{key}:"), "sdn_node_config", str(error))
            continue
        if read is not None and _KEYS[key] not in values:
            values[_KEYS[key]] = read
            marks[_KEYS[key]] = content.quote(number, focus=f"{key}:")
            first = first or number
    if first is not None and values.keys() & {"mtu", "plugin", "routable_mtu"}:
        yield NodeConfig(
            evidence=content.quote(first, focus="networkConfig:"),
            marks=marks,
            origin=source.origin,
            node=node,
            **fields,
            **values,
        )


def _value(key: str, value: str) -> int | str | None:
    """A value; None where none is set, as `0` and `""` say."""
    plainly = value.strip("\"'")
    if "mtu" not in key:
        return plainly or None
    if not re.fullmatch(r"\d{1,6}", plainly) or (int(plainly) and int(plainly) not in MTUS):
        raise ValueError(f"{key} is no MTU: {value[:60]!r}")
    return int(plainly) or None


def _words(content: Text, *, everywhere: bool) -> Iterator[tuple[int, str, str]]:
    """Line, key and value of what counts: the keys of `networkConfig`, `nodeName`, and the plugin where 3.0 has it."""
    depth: int | None = None
    for number, line in content.numbered():
        opened = _BLOCK.search(line)
        if not line.strip() or (line.lstrip().startswith("#") and opened is None):  # a remark; not so behind a prompt
            continue
        indent = len(line) - len(line.lstrip(" "))
        if depth is not None and indent <= depth:
            depth = None
        for found in _KEY.finditer(line):
            inside = everywhere or depth is not None or (opened is not None and found.start() > opened.start())
            if inside or (found.start() == 0 and found["key"] in {"nodeName", "networkPluginName"}):
                yield number, found["key"], found["value"]
        if opened is not None:
            depth = indent
