"""The FRR of nodes of which a must-gather took no output: what FRRNodeState says that they run.

The frr-k8s of OpenShift 4.17 and 4.18 is one of them (openshift/must-gather collection-scripts/gather_metallb).
"""

from collections.abc import Iterable, Iterator, Mapping

from parsers.base import Origin, ParseFailure
from parsers.frr_config import read
from parsers.frr_config_facts import ConfigKind, RunningConfig
from parsers.frrk8s_node_states import FrrNodeState
from parsers.kubernetes import unique
from parsers.pods import Pod, PodPhase


def untold(
    states: Iterable[FrrNodeState], known: Iterable[str | None], pods: Mapping[tuple[str, str], Pod]
) -> Iterator[tuple[FrrNodeState, RunningConfig]]:
    """The states of nodes of which nothing else tells, with their configuration.

    An object whose node runs no FRR any more is what was left over, where the pods were collected.
    """
    running = {
        pod.node
        for pod in pods.values()
        if pod.phase is PodPhase.RUNNING and any(each.name == "frr" for each in pod.containers)
    }
    told = set(known)
    for state in unique(states):
        if state.node not in told and (not running or state.node in running):
            config = configuration(state)
            if config is not None:
                yield state, config


def configuration(state: FrrNodeState) -> RunningConfig | None:
    """The running configuration of a state; not complete where a part of it cannot be read: it may be what one asks."""
    if state.running_config is None:
        return None
    found = list(read(state.running_config, Origin(), ConfigKind.RUNNING))
    config = next((one for one in found if isinstance(one, RunningConfig)), None)
    whole = not any(isinstance(one, ParseFailure) for one in found)
    return config if config is None or whole else config.model_copy(update={"complete": False})


def origin(state: FrrNodeState) -> Origin:
    """Whose output a state stands for: its own file, so that no two nodes are taken for one."""
    return Origin(state.image_dir, folder=state.evidence.path)
