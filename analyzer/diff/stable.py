"""The stable names of the pods of one archive."""

from collections.abc import Mapping
from dataclasses import dataclass

from analyzer.diff.names import stable
from analyzer.instances import PodsByName
from analyzer.rule import join


@dataclass(frozen=True, slots=True)
class StableNames:
    """by_name: of pods with names that are made up. of_ports: the same by the name of the pod's logical port."""

    by_name: Mapping[str, str]
    of_ports: Mapping[str, str]


@join
def stable_names(pods: PodsByName) -> StableNames:
    made_up = {key: name for key, pod in pods.items() if (name := stable(pod)) != pod.name}
    return StableNames(
        {pod: name for (_, pod), name in made_up.items()},
        {f"{namespace}_{pod}": f"{namespace}_{name}" for (namespace, pod), name in made_up.items()},
    )
