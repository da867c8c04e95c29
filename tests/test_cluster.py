"""Which cluster an archive is of, whatever says so."""

from datetime import UTC, datetime

import pytest

from analyzer.cluster import cluster_summary
from analyzer.instances import FrrInstances, Instance, NodesByName
from analyzer.model import ClusterSummary
from parsers.base import Evidence, Origin
from parsers.cluster_version import ClusterVersion
from parsers.gather_log import GatherSummary
from parsers.gather_timestamp import GatherTimestamp
from parsers.infrastructure import Infrastructure
from parsers.network_config import NetworkConfig
from parsers.nodes import Node

HERE = Evidence("x", 1, 1, ("x",))


def summary(**given):
    sources = dict.fromkeys(("versions", "infrastructures", "networks", "instances", "timestamps", "client"))
    return cluster_summary(**sources | {"nodes": NodesByName()} | given)


def resource(kind, name, **values):
    return kind(evidence=HERE, name=name, **values)


def instance(node):
    return Instance(label=node or "saved", node=node, origin=Origin(folder=node or ""))


def started(*hours):
    return tuple(GatherTimestamp(evidence=HERE, start=datetime(2026, 11, 21, hour, 5, tzinfo=UTC)) for hour in hours)


def test_nothing_is_known():
    assert summary() == ClusterSummary()


def test_everything_is_known():
    found = summary(
        versions=(resource(ClusterVersion, "version", cluster_id="an-id", version="4.14.38"),),
        infrastructures=(resource(Infrastructure, "cluster", platform="BareMetal"),),
        networks=(resource(NetworkConfig, "cluster", network_type="OVNKubernetes"),),
        nodes=NodesByName({name: resource(Node, name) for name in ("worker-1", "worker-0")}),
        instances=FrrInstances((instance("elsewhere"),)),
        timestamps=started(6, 5),
        client=(GatherSummary(evidence=HERE, cluster_id="other", cluster_version="other"),),
    )
    assert found == ClusterSummary(
        "an-id", "4.14.38", "BareMetal", "OVNKubernetes", ("worker-0", "worker-1"), "2026-11-21T05:05:00Z"
    )


def test_the_client_knows_where_nothing_was_downloaded():
    client = (GatherSummary(evidence=HERE, cluster_id="an-id", cluster_version='Stable at "4.14.38"'),)
    found = summary(client=client)
    assert (found.id, found.version) == ("an-id", 'Stable at "4.14.38"')
    without_id = resource(ClusterVersion, "version", version="4.16.1")
    found = summary(versions=(without_id,), client=client)
    assert (found.id, found.version) == ("an-id", "4.16.1")


@pytest.mark.parametrize(("names", "nodes"), [(("b", "a"), ("a", "b")), ((None,), ()), (("a", None), ("a",))])
def test_nodes_from_the_outputs_of_frr(names, nodes):
    assert summary(instances=FrrInstances(tuple(instance(name) for name in names))).nodes == nodes


def test_empty_sources_are_no_sources():
    assert summary(versions=(), infrastructures=(), networks=(), timestamps=(), client=()) == ClusterSummary()
