"""ConfigMaps that configure MetalLB or its FRR beside the resources.

`bgpextras`: text for frr.conf in its key `extras`, written by hand (metallb/metallb internal/config/config.go and
internal/k8s/controllers/config_controller.go, 0.13.10 and later; speakers with FRR of their own). `config`: everything
that was to be configured until 0.12 (controller/main.go; the chart calls it `metallb`). `frr-startup`: FRR's files
before the first configuration. `metallb-excludel2`: interfaces on which layer 2 is silent. `env-overrides`: log level
and poll interval of frr-k8s (openshift/cluster-network-operator bindata/network/frr-k8s). Others are not looked at.
"""

import re
from collections.abc import Iterator

from pydantic import field_serializer

from parsers.base import ParseFailure, SourceFile, Text, parser
from parsers.embedded_text import embedded
from parsers.kubernetes import KubernetesFact, kind_words, loose, metadata, read_objects
from parsers.objects import Reading
from parsers.tree import Tree
from parsers.values import marks, text

_OWN = r"bgpextras|(?:[a-z0-9.-]{1,200}-)?frr-startup|metallb-excludel2"
_COMMON = r"config|metallb|env-overrides"  # names that others use too: only in a namespace of MetalLB or frr-k8s
_NAME = re.compile(rf"^ {{2,4}}name: [\"']?(?:{_OWN}|{_COMMON})[\"']?\s*$", re.MULTILINE)


class MetallbConfigMap(KubernetesFact):
    """A ConfigMap: its keys, and the raw FRR configuration of `bgpextras`.

    The latter is the text of the member: it knows its lines there, and its secrets are masked.
    """

    keys: tuple[str, ...] = ()
    extras: Text | None = None

    @field_serializer("extras")
    def _lines(self, value: Text | None) -> str | None:
        return f"{value.first_line}: {len(value)} lines" if value else None


@parser(
    "namespaces/{namespace}/core/configmaps.yaml",
    "namespaces/{namespace}/core/configmaps/{name}.yaml",
    title="ConfigMaps of MetalLB and frr-k8s",
    collect="oc adm must-gather, or oc adm inspect ns/metallb-system ns/openshift-frr-k8s",
    content=loose("ConfigMap"),
    words=kind_words("ConfigMap"),
    required_content=rb"bgpextras|frr-startup|metallb|frr-k8s",
)
def metallb_configmaps(source: SourceFile) -> Iterator[MetallbConfigMap | ParseFailure]:
    return read_objects(
        source, "metallb_configmaps", {"ConfigMap": _configmap}, Reading(keep=lambda item: bool(_NAME.search(item)))
    )


def _wanted(tree: Tree) -> bool:
    name, namespace = text(tree, "metadata", "name") or "", text(tree, "metadata", "namespace") or ""
    if re.fullmatch(_COMMON, name):
        return "metallb" in namespace or "frr-k8s" in namespace
    return bool(re.fullmatch(_OWN, name))


def _configmap(tree: Tree, source: SourceFile) -> Iterator[MetallbConfigMap]:
    if not _wanted(tree):
        return
    data = tree.get("data")
    extras = ("data", "extras")
    is_raw = text(tree, "metadata", "name") == "bgpextras" and text(tree, *extras)
    yield MetallbConfigMap(
        **metadata(tree, source),
        marks=marks(tree, keys=("data",), **({"extras": extras} if is_raw else {})),
        keys=tuple(data) if isinstance(data, dict) else (),
        extras=embedded(tree, *extras) if is_raw else None,
    )
