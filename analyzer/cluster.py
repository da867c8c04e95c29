"""Which cluster the archive is of, from whatever says so."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from analyzer.instances import FrrInstances, NodesByName
from analyzer.model import ClusterSummary
from parsers.cluster_version import ClusterVersion
from parsers.gather_log import GatherSummary
from parsers.gather_timestamp import GatherTimestamp
from parsers.infrastructure import Infrastructure
from parsers.kubernetes import unique
from parsers.network_config import NetworkConfig

T = TypeVar("T")


def cluster_summary(  # noqa: PLR0913, PLR0917 - each source is one parameter, none of them is sure to be there
    versions: tuple[ClusterVersion, ...] | None,
    infrastructures: tuple[Infrastructure, ...] | None,
    networks: tuple[NetworkConfig, ...] | None,
    nodes: NodesByName,
    instances: FrrInstances | None,
    timestamps: tuple[GatherTimestamp, ...] | None,
    client: tuple[GatherSummary, ...] | None,
) -> ClusterSummary:
    """The cluster's id, version, platform, network type, nodes and the time of the collection; None where unknown."""
    version = _last(unique(versions or ()))
    platform = _last(unique(infrastructures or ()))
    network = _last(unique(networks or ()))
    told = _last(client or ())
    names = set(nodes) or {one.node for one in instances or () if one.node}
    start = min((one.start for one in timestamps or ()), default=None)
    return ClusterSummary(
        id=(version.cluster_id if version else None) or (told.cluster_id if told else None),
        version=(version.version if version else None) or (told.cluster_version if told else None),
        platform=platform.platform if platform else None,
        network_type=network.network_type if network else None,
        nodes=tuple(sorted(name for name in names if name)),
        collected_at=_text(start),
    )


def _last(found: Iterable[T]) -> T | None:
    return next(iter(reversed(list(found))), None)


def _text(time: datetime | None) -> str | None:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ") if time else None
