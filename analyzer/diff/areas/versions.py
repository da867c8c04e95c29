"""Versions: of the cluster, its operators, nodes, FRR, OVS, OVN, and the images of the network's pods."""

from collections.abc import Iterator

from analyzer.diff.area import Area, spot
from analyzer.diff.model import Facet, Item, Value
from analyzer.diff.names import owner_of
from analyzer.instances import FrrInstances, NodesByName, PodsByName
from analyzer.operators import of_network
from analyzer.ovn.databases import OvnDatabases
from analyzer.rule import NotCollectedError
from analyzer.store import Store
from parsers.cluster_operators import ClusterOperator
from parsers.cluster_version import ClusterVersion
from parsers.gather_version import GatherVersion
from parsers.kubernetes import unique
from parsers.metallb_csv import MetallbCsv
from parsers.ovn_databases import SwitchDatabase
from parsers.ovn_southbound_rows import SbGlobal
from parsers.ovs_facts import OvsShow
from parsers.ovsdb_switch_rows import OpenVSwitch
from parsers.pods import Pod, PodPhase

_NORTHD = "northd_internal_version"


def _read(store: Store) -> Facet:
    readers = (_cluster, _operators, _metallb, _gather, _nodes, _frr, _ovs, _ovn, _images)
    items = {one.key: one for read in readers for one in read(store)}
    if not items:
        raise NotCollectedError("no version of anything was collected")
    return Facet("versions", VERSIONS.title, tuple(items.values()), scopes={}, unit="not known")


def _item(name: str, version: Value, place: str, field: str = "version") -> Item:
    text = ", ".join(version) if isinstance(version, tuple) else str(version)
    return Item(name, {field: version}, (name,), place, text=text)


def _cluster(store: Store) -> Iterator[Item]:
    for one in unique(store.facts(ClusterVersion) or ())[-1:]:
        values: dict[str, Value] = {"version": one.version, "channel": one.channel, "being updated": one.progressing}
        yield Item("cluster", values, ("cluster",), spot(one.where("version")), text=str(one.version))


def _operators(store: Store) -> Iterator[Item]:
    """The operators by whether they run the release of the cluster: an update changes them all with it."""
    release = next((one.version for one in reversed(unique(store.facts(ClusterVersion) or ()))), None)
    for one in unique(store.facts(ClusterOperator) or ()):
        if version := one.versions.get("operator"):
            told = "that of the cluster" if version == release else version
            yield _item(f"operator {one.name}", told, spot(one.evidence))


def _metallb(store: Store) -> Iterator[Item]:
    for one in unique(store.facts(MetallbCsv) or ()):
        if one.version and not one.copied_from:
            yield _item("MetalLB Operator", one.version, spot(one.where("version")))


def _gather(store: Store) -> Iterator[Item]:
    for one in store.facts(GatherVersion) or ():
        yield _item(f"must-gather image of {one.product}", one.version, spot(one.evidence))


def _nodes(store: Store) -> Iterator[Item]:
    nodes: NodesByName = store.joined(NodesByName)
    for name, one in sorted(nodes.items()):
        told = {"kubelet": one.kubelet_version, "kernel": one.kernel_version, "operating system": one.os_image}
        values: dict[str, Value] = {field: version for field, version in told.items() if version}
        if values:
            yield Item(f"node {name}", values, (f"node {name}",), spot(one.where("kubelet_version")))


def _frr(store: Store) -> Iterator[Item]:
    try:
        instances: FrrInstances = store.joined(FrrInstances)
    except NotCollectedError:
        return
    for one in instances:
        if one.config and one.config.version:
            yield _item(f"FRR of {one.label}", one.config.version, spot(one.config.where("version")))


def _ovs(store: Store) -> Iterator[Item]:
    for shown in store.facts(OvsShow) or ():
        if shown.ovs_version and shown.node:
            yield _item(f"Open vSwitch of {shown.node}", shown.ovs_version, spot(shown.evidence))
    for database in store.facts(SwitchDatabase) or ():
        for row in database.rows(OpenVSwitch):
            if database.host and row.ovs_version:
                yield _item(f"Open vSwitch of {database.host}", row.ovs_version, spot(database.evidence))


def _ovn(store: Store) -> Iterator[Item]:
    try:
        zones: OvnDatabases = store.joined(OvnDatabases)
    except NotCollectedError:
        return
    for zone in zones:
        for copy in (zone.northbound, zone.southbound):
            if copy:
                name = f"schema of {copy.fact.name} {zone.label}"
                yield _item(name, copy.fact.schema_version, spot(copy.fact.where("schema_version")))
        rows = zone.southbound.fact.rows(SbGlobal) if zone.southbound else ()
        for row in rows:
            if version := row.options.get(_NORTHD):
                yield _item(f"ovn-northd {zone.label}", version, spot(row.evidence))


def _images(store: Store) -> Iterator[Item]:
    """The images of the network's pods, the pods of one owner together: a rollout changes them one by one."""
    pods: PodsByName = store.joined(PodsByName)
    found: dict[str, dict[str, Pod]] = {}
    for _, pod in sorted(pods.items()):
        if of_network(pod) and pod.phase is not PodPhase.SUCCEEDED:
            for one in (*pod.init_containers, *pod.containers):
                if one.image:
                    key = f"{pod.namespace or ''}/{owner_of(pod).name} {one.name}"
                    found.setdefault(key, {}).setdefault(one.image, pod)
    for key, images in found.items():
        yield _item(key, tuple(sorted(images)), spot(next(iter(images.values())).evidence), "image")


VERSIONS = Area(
    "versions",
    "versions and images",
    (
        *(ClusterVersion, ClusterOperator, MetallbCsv, GatherVersion, NodesByName, FrrInstances, OvsShow),
        *(SwitchDatabase, OvnDatabases, PodsByName),
    ),
    _read,
)
