"""ClusterOperators: what each part of the platform says of itself (openshift/api config/v1 types_cluster_operator.go).

The member is a list of all of them, or a file of one. Related objects and extensions are not looked at.
"""

from collections.abc import Iterator, Mapping

from parsers.base import ParseFailure, SourceFile, parser
from parsers.conditions import Condition, condition, conditions
from parsers.kubernetes import KubernetesFact, kind_words, loose, metadata, read_objects
from parsers.objects import Reading, without
from parsers.tree import Tree
from parsers.values import marks, required_text, text


class ClusterOperator(KubernetesFact):
    """A cluster operator. `versions` maps what it runs, `operator` among them, to the version that was reached.

    The conditions that count are Available, Degraded, Progressing and Upgradeable.
    """

    conditions: tuple[Condition, ...] = ()
    versions: Mapping[str, str] = {}

    def condition(self, kind: str) -> Condition | None:
        """The condition of this type; None where the operator has not told it."""
        return condition(self.conditions, kind)


_READING = Reading(drop=without("annotations", "managedFields", "ownerReferences", "relatedObjects", "extension"))


@parser(
    "cluster-scoped-resources/config.openshift.io/clusteroperators.yaml",
    "cluster-scoped-resources/config.openshift.io/clusteroperators/{operator}.yaml",
    title="cluster operators",
    collect="oc adm must-gather; by hand: oc get clusteroperators -o yaml > clusteroperators.yaml",
    content=loose("ClusterOperator"),
    words=kind_words("ClusterOperator"),
)
def cluster_operators(source: SourceFile) -> Iterator[ClusterOperator | ParseFailure]:
    return read_objects(source, "cluster_operators", {"ClusterOperator": _operator}, _READING)


def _operator(tree: Tree, source: SourceFile) -> Iterator[ClusterOperator]:
    yield ClusterOperator(
        **metadata(tree, source),
        marks=marks(tree, conditions=("status", "conditions"), versions=("status", "versions")),
        conditions=conditions(tree, "status", "conditions"),
        versions={required_text(one, "name"): text(one, "version") or "" for one in tree.items("status", "versions")},
    )
