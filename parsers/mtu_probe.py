"""The MTU that the network operator found on a host when the cluster was installed.

A job reads the MTU of the interface of the default route and writes it to the ConfigMap `mtu` of its namespace; it is
not asked again while that exists (openshift/cluster-network-operator pkg/controller/operconfig/mtu_probe.go, 4.8 and
later). It tells nothing of what became of the interfaces since.
"""

import re
from collections.abc import Iterator

from parsers.base import ParseFailure, SourceFile, failure, parser
from parsers.kubernetes import KubernetesFact, metadata, read_objects
from parsers.objects import Reading
from parsers.tree import Tree
from parsers.values import marks, text

_NAME = re.compile(r"^ {2,4}name: [\"']?mtu[\"']?\s*$", re.MULTILINE)


class ProbedMtu(KubernetesFact):
    """The MTU of the hosts' uplink as it was probed, in bytes."""

    mtu: int


@parser(
    "namespaces/openshift-network-operator/core/configmaps.yaml",
    "namespaces/openshift-network-operator/core/configmaps/{name}.yaml",
    title="MTU that the network operator probed",
    collect="oc adm must-gather; by hand: oc get configmap -n openshift-network-operator mtu -o yaml",
)
def mtu_probe(source: SourceFile) -> Iterator[ProbedMtu | ParseFailure]:
    """Other ConfigMaps of the namespace are deliberately ignored."""
    reading = Reading(keep=lambda item: bool(_NAME.search(item)))
    return read_objects(source, "mtu_probe", {"ConfigMap": _configmap}, reading)


def _configmap(tree: Tree, source: SourceFile) -> Iterator[ProbedMtu | ParseFailure]:
    if text(tree, "metadata", "name") != "mtu":
        return
    value = str(tree.get("data", "mtu") or "")
    if not re.fullmatch(r"\d{2,6}", value):
        yield failure(tree.evidence("data"), "mtu_probe", "no MTU in the ConfigMap")
        return
    yield ProbedMtu(**metadata(tree, source), marks=marks(tree, mtu=("data", "mtu")), mtu=int(value))
