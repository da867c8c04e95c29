"""What DaemonSets and Deployments of MetalLB and frr-k8s share: whose they are, their images, how far a rollout is.

Sources: kubernetes/api apps/v1; metallb/metallb manifests/ (to 0.12), config/ and charts/metallb (0.13 and later);
metallb/frr-k8s config/ and charts/frr-k8s; metallb/metallb-operator bindata/deployment;
openshift/cluster-network-operator bindata/network/frr-k8s. Manifests and both operators label with `app`, the charts
with `app.kubernetes.io/name`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from parsers.base import Evidence
from parsers.kubernetes import KubernetesFact
from parsers.objects import Reading, without
from parsers.tree import Tree
from parsers.values import labels, marks, number, required_text, text

_PRODUCTS = frozenset({"metallb", "frr-k8s", "metallb-operator"})
_APP_LABELS = ("app", "app.kubernetes.io/name")
_OPERATOR = "operators.coreos.com/metallb-operator."  # what OLM labels the operator's own objects with


class Workload(KubernetesFact):
    """Pods that a controller keeps running.

    `images` maps each container of the pod template, init containers too, to its image; `marks` holds its line as
    `image <container>`. The controller has not yet seen the newest specification while `observed_generation` is less
    than `generation`.
    """

    desired: int = 0
    ready: int = 0
    available: int = 0
    unavailable: int = 0
    updated: int = 0
    generation: int | None = None
    observed_generation: int | None = None
    node_selector: Mapping[str, str] = {}
    images: Mapping[str, str | None] = {}
    containers: tuple[str, ...] = ()
    init_containers: tuple[str, ...] = ()

    @property
    def rolling_out(self) -> bool:
        """Whether pods of an older specification are still to be replaced."""
        behind = (self.observed_generation or 0) < (self.generation or 0)
        return behind or self.updated < self.desired


def named(wanted: Callable[[str], bool]) -> Reading:
    """Only objects of which some `name: …` is wanted are parsed, without what nobody reads."""

    def keep(item: str) -> bool:
        return any(
            wanted(line.partition("name:")[2].strip(" \"'\r"))
            for line in item.split("\n")
            if line.lstrip(" -").startswith("name:")
        )

    return Reading(
        keep,
        without(
            *("affinity", "annotations", "args", "command", "env", "envFrom", "lifecycle", "livenessProbe"),
            *("managedFields", "ports", "readinessProbe", "resources", "securityContext", "startupProbe"),
            *("tolerations", "volumeMounts", "volumes"),
        ),
    )


def belongs(tree: Tree) -> bool:
    """Whether the object is of MetalLB or frr-k8s: by its labels; by its namespace or name where these tell nothing."""
    found = labels(tree, "metadata", "labels")
    apps = {found[key] for key in _APP_LABELS if found.get(key)}
    if apps & _PRODUCTS or any(key.startswith(_OPERATOR) for key in found):
        return True
    where = f"{text(tree, 'metadata', 'namespace') or ''}/{text(tree, 'metadata', 'name') or ''}"
    return not apps and ("metallb" in where or "frr-k8s" in where)


def workload(tree: Tree, counts: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """The fields of a workload and their marks; `counts` names the fields of the status and of the specification."""
    template = ("spec", "template", "spec")
    selector = (*template, "nodeSelector")
    inits, containers = (tuple(tree.items(*template, key)) for key in ("initContainers", "containers"))
    found = marks(
        tree,
        node_selector=selector,
        generation=("metadata", "generation"),
        observed_generation=("status", "observedGeneration"),
        containers=(*template, "containers"),
        **counts,
    )
    return {
        "marks": found | _image_marks((*inits, *containers)),
        **{name: number(tree, *path) or 0 for name, path in counts.items()},
        "generation": number(tree, "metadata", "generation"),
        "observed_generation": number(tree, "status", "observedGeneration"),
        "node_selector": labels(tree, *selector),
        "images": {required_text(one, "name"): text(one, "image") for one in (*inits, *containers)},
        "containers": tuple(required_text(one, "name") for one in containers),
        "init_containers": tuple(required_text(one, "name") for one in inits),
    }


def _image_marks(containers: tuple[Tree, ...]) -> dict[str, Evidence]:
    return {f"image {required_text(one, 'name')}": one.evidence("image") for one in containers if one.has("image")}
