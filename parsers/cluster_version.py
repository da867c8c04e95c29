"""ClusterVersion: which cluster this is and which release it runs.

Source: openshift/api config/v1 types_cluster_version.go. `oc adm inspect` writes a list and one file per object.
"""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from parsers.base import ParseFailure, SourceFile, parser
from parsers.kubernetes import KubernetesFact, kind_words, loose, metadata, read_objects
from parsers.part import Part
from parsers.tree import Tree
from parsers.values import marks, moment, required_text, required_word, text


class UpdateState(StrEnum):
    """Whether an update was applied wholly (config/v1 UpdateState)."""

    COMPLETED = "Completed"
    PARTIAL = "Partial"


class Update(Part):
    """One entry of the history."""

    version: str
    state: UpdateState
    started: datetime | None = None
    completed: datetime | None = None


class ClusterVersion(KubernetesFact):
    """The release of the cluster. `version` is the desired one, else the last completed; history is newest first."""

    cluster_id: str | None = None
    version: str | None = None
    channel: str | None = None
    progressing: bool | None = None
    history: tuple[Update, ...] = ()


@parser(
    "cluster-scoped-resources/config.openshift.io/clusterversions/{name}.yaml",
    "cluster-scoped-resources/config.openshift.io/clusterversions.yaml",
    title="cluster version",
    collect="oc adm must-gather; by hand: oc get clusterversion -o yaml > clusterversion.yaml",
    content=loose("ClusterVersion"),
    words=kind_words("ClusterVersion"),
)
def cluster_version(source: SourceFile) -> Iterator[ClusterVersion | ParseFailure]:
    return read_objects(source, "cluster_version", {"ClusterVersion": _cluster_version})


def _cluster_version(tree: Tree, source: SourceFile) -> Iterator[ClusterVersion]:
    history = tuple(_update(one) for one in tree.items("status", "history"))
    completed = next((one for one in history if one.state is UpdateState.COMPLETED), None)
    desired = text(tree, "status", "desired", "version")
    found = marks(
        tree,
        cluster_id=("spec", "clusterID"),
        version=("status", "desired", "version"),
        channel=("spec", "channel"),
    )
    if not desired and completed:
        found["version"] = completed.evidence
    progressing = next((one for one in tree.items("status", "conditions") if one.get("type") == "Progressing"), None)
    if progressing:
        found["progressing"] = progressing.evidence()
    yield ClusterVersion(
        **metadata(tree, source),
        marks=found,
        cluster_id=text(tree, "spec", "clusterID"),
        version=desired or (completed.version if completed else None),
        channel=text(tree, "spec", "channel"),
        progressing={"True": True, "False": False}.get(text(progressing, "status") or "") if progressing else None,
        history=history,
    )


def _update(tree: Tree) -> Update:
    return Update(
        evidence=tree.evidence(),
        version=required_text(tree, "version"),
        state=required_word(tree, UpdateState, "state"),
        started=moment(tree, "startedTime"),
        completed=moment(tree, "completionTime"),
    )
