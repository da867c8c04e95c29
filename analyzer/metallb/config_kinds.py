"""The troubles with configurations by their kind, as the rules ask for them."""

from dataclasses import dataclass

from analyzer.instances import Group
from analyzer.metallb.config_health import ConfigTrouble, ConfigTroubles, TroubleKind
from analyzer.model import Gap
from analyzer.rule import NotCollectedError, join


@dataclass(frozen=True, slots=True)
class _OfKind(Group):
    """The troubles of one kind; its length is the number of pods and nodes that tell of it, or should."""

    items: tuple[ConfigTrouble, ...]
    judged: int = 0
    gaps: tuple[Gap, ...] = ()

    def __len__(self) -> int:
        return self.judged + len(self.gaps)


class StaleConfigs(_OfKind):
    """MetalLB rejected the resources."""


class Conversions(_OfKind):
    """frr-k8s could not merge the FRRConfigurations of a node."""


class Reloads(_OfKind):
    """FRR did not load what it was handed."""


def _told(troubles: ConfigTroubles, kind: TroubleKind, absent: str) -> tuple[tuple[ConfigTrouble, ...], int]:
    judged = troubles.judged.get(kind, 0)
    if not judged:
        raise NotCollectedError(absent)
    return tuple(one for one in troubles if one.kind is kind), judged


@join
def stale_configs(troubles: ConfigTroubles) -> StaleConfigs:
    absent = "no log of MetalLB in this archive tells of its configuration, nor does any ConfigurationState"
    gaps = (Gap(pod, "its log does not tell how its configuration fared", node) for pod, node in troubles.silent)
    return StaleConfigs(*_told(troubles, TroubleKind.STALE, absent), tuple(gaps))


@join
def conversions(troubles: ConfigTroubles) -> Conversions:
    absent = "neither FRRNodeState resources nor a log of frr-k8s in this archive"
    return Conversions(*_told(troubles, TroubleKind.CONVERSION, absent))


@join
def reloads(troubles: ConfigTroubles) -> Reloads:
    absent = "neither a log of a reloader with a reload in it nor FRRNodeState resources in this archive"
    return Reloads(*_told(troubles, TroubleKind.RELOAD, absent))
