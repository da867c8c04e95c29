"""MachineConfigPools: whether the nodes of a role are being given a new configuration, one after the other.

Source: openshift/api machineconfiguration/v1 types.go. A node is drained and restarted for it; of several pools only
that of the control plane must be done before an update of the cluster counts as done.
"""

from collections.abc import Iterator

from parsers.base import ParseFailure, SourceFile, parser
from parsers.conditions import Condition, ConditionStatus, condition, conditions
from parsers.kubernetes import KubernetesFact, kind_words, loose, metadata, read_objects
from parsers.objects import Reading, without
from parsers.tree import Tree
from parsers.values import flag, marks, number


class MachineConfigPool(KubernetesFact):
    """A pool of `machines` nodes, of which so many are updated; one that is paused stays as it is."""

    machines: int = 0
    updated: int = 0
    paused: bool = False
    conditions: tuple[Condition, ...] = ()

    @property
    def updating(self) -> Condition | None:
        """What says that its nodes are being updated; None where they are not."""
        found = condition(self.conditions, "Updating")
        return found if found and found.status is ConditionStatus.TRUE and not self.paused else None


_READING = Reading(drop=without("annotations", "certExpirys", "configuration", "managedFields", "ownerReferences"))


@parser(
    "cluster-scoped-resources/machineconfiguration.openshift.io/machineconfigpools/{pool}.yaml",
    title="machine config pools",
    collect="oc adm must-gather; by hand: oc get machineconfigpools -o yaml > machineconfigpools.yaml",
    content=loose("MachineConfigPool"),
    words=kind_words("MachineConfigPool"),
)
def machine_config_pools(source: SourceFile) -> Iterator[MachineConfigPool | ParseFailure]:
    return read_objects(source, "machine_config_pools", {"MachineConfigPool": _pool}, _READING)


def _pool(tree: Tree, source: SourceFile) -> Iterator[MachineConfigPool]:
    machines, updated = ("status", "machineCount"), ("status", "updatedMachineCount")
    yield MachineConfigPool(
        **metadata(tree, source),
        marks=marks(tree, machines=machines, updated=updated, paused=("spec", "paused")),
        machines=number(tree, *machines) or 0,
        updated=number(tree, *updated) or 0,
        paused=flag(tree, "spec", "paused") or False,
        conditions=conditions(tree, "status", "conditions"),
    )
