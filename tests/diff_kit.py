"""Sides and facets made in Python, for the tests of the comparison and of what shows it."""

import sys

from conftest import ROOT

sys.path.insert(0, str(ROOT / "tests" / "rules"))

from kit import store_of

from analyzer.cluster import cluster_summary
from analyzer.diff.area import facet_of
from analyzer.diff.areas import AREAS
from analyzer.diff.findings import facet_of_diagnoses, facet_of_findings, states
from analyzer.diff.model import Facet, Identity, Item, Side
from analyzer.model import ArchiveSummary, ClusterSummary, Finding, Gap, Outcome, Report, Severity, Status, ranked
from analyzer.rule import needs_of
from parsers.base import Evidence

ID = "0b1c6f7e-1111-4222-8333-444455556666"
OTHER_ID = "0b1c6f7e-1111-4222-8333-777788889999"
DUMP = "must-gather.local.1/image/namespaces/metallb-system/pods/speaker-abcde/frr/frr/logs/dump_frr"

__all__ = ["ID", "OTHER_ID", "areas", "cluster", "facet", "finding", "item", "outcome", "report", "side", "store_of"]


def item(key, **more):
    return Item(key, more.pop("values", {}), **more)


def facet(*items, name="things", **more):
    return Facet(name, more.pop("title", name), tuple(items), **more)


def cluster(nodes=("worker-0",), collected_at=None, cluster_id=ID):
    return ClusterSummary(cluster_id, "4.16.1", "BareMetal", "OVNKubernetes", tuple(nodes), collected_at)


def side(*facets, nodes=("worker-0",), complete=True, report=None, uids=True, **more):
    """A side with these facets; `report` gives findings and rules."""
    pods = more.pop("pods", {})
    summary = more.pop("cluster", None) or cluster(nodes)
    identity = Identity(
        summary.id, more.pop("infrastructure", None), {one: f"uid-{one}" if uids else "" for one in nodes}
    )
    made = report or Report("1", ArchiveSummary((), 1, 1, complete), summary, (), ())
    return Side(
        archive=ArchiveSummary((more.pop("input", "old.tar.gz"),), 10, 2000, complete),
        cluster=summary,
        identity=identity,
        facets=facets,
        findings=facet_of_findings(made, pods),
        diagnoses=facet_of_diagnoses(made.diagnoses),
        rules=states(made, pods),
        members=frozenset(more.pop("members", ())),
        pods=pods,
        present=frozenset(more.pop("present", ())),
        counts=more.pop("counts", {}),
        **more,
    )


def finding(subject="192.0.2.1", node="worker-0", message="it is down", path=DUMP, line=12, **more):
    return Finding(subject, message, (Evidence(path, line, line, ("text",)),), node, **more)


def outcome(*findings, rule="bgp-session-down", severity=Severity.ERROR, status=None, reason=None, gaps=()):
    found = ranked(rule, severity, list(findings))
    told = status or (Status.FOUND if found else Status.CLEAR)
    return Outcome(rule, "bgp", severity, rule, told, reason, 3, tuple(Gap(*one) for one in gaps), found)


def report(*outcomes, diagnoses=(), nodes=("worker-0",)):
    return Report("1", ArchiveSummary((), 1, 1, True), cluster(nodes), outcomes, (), diagnoses=diagnoses)


def areas(members):
    """The facets of an archive of these members by name, and what failed."""
    store = store_of(members)
    cluster_summary(**store.arguments(needs_of(cluster_summary)))
    notes = []
    found = {area.name: facet_of(area, store, notes) for area in AREAS}
    assert not notes, notes
    return found
