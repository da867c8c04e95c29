import pytest
from bgp_kit import IMAGE, expect, node, one_of, quiet, unjudged
from kit import outcome_of
from metallb_kit import cluster, container_log, node_selector, peer
from resource_kit import instance, without

RULE = "bgppeer-selects-no-node"
NOWHERE = peer(nodeSelectors=node_selector("worker-9"))


REMOVED = """\
apiVersion: v1
items:
- apiVersion: v1
  involvedObject:
    kind: Node
    name: worker-9
  kind: Event
  lastTimestamp: '2026-11-21T09:00:00Z'
  message: 'Node worker-9 event: Removing Node worker-9 from Controller'
  metadata:
    name: worker-9.1
    namespace: default
  reason: RemovingNode
  type: Normal
kind: EventList
"""


def says(members, *words, severity="warning", shown=()):
    return expect(RULE, members, severity, *words, subject="BGPPeer tor1", whose=None, shown=shown)


def test_no_node_has_the_labels():
    said = "BGPPeer tor1 (192.0.2.1) is for nodes with kubernetes.io/hostname=worker-9, which none of 3 nodes has"
    shown = ("worker-9", "kubernetes.io/hostname: 'worker-0'")
    says(cluster() | NOWHERE, said, "kubernetes.io/hostname is worker-0, worker-1, worker-2", shown=shown)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ({"key": "rack", "operator": "In", "values": ["a", "b"]}, "rack in (a, b)"),
        ({"key": "rack", "operator": "Exists"}, "nodes with rack,"),
        ({"key": "kubernetes.io/hostname", "operator": "DoesNotExist"}, "!kubernetes.io/hostname"),
        (
            {"key": "kubernetes.io/hostname", "operator": "NotIn", "values": ["worker-0", "worker-1", "worker-2"]},
            "kubernetes.io/hostname notin (worker-0, worker-1, worker-2)",
        ),
    ],
)
def test_expressions(expression, words):
    says(cluster() | peer(nodeSelectors=[{"matchExpressions": [expression]}]), words)


def test_a_label_that_no_node_has():
    members = cluster() | peer(nodeSelectors=[{"matchLabels": {"rack": "a"}}])
    says(members, "nodes with rack=a, which none of 3 nodes has; no node has the label rack")


def test_many_values_are_counted():
    members = cluster() | NOWHERE
    for at in range(4):
        members |= node(f"edge-{at}")
    says(members, "kubernetes.io/hostname is edge-0, edge-1, edge-2, edge-3, worker-0 and 2 more")


def test_a_label_without_a_value():
    members = cluster() | node("worker-0", labels={"node-role.kubernetes.io/edge": ""})
    members |= peer(nodeSelectors=[{"matchLabels": {"node-role.kubernetes.io/edge": "true"}}])
    says(members, "node-role.kubernetes.io/edge is empty")


def test_no_speaker_runs_there():
    members = cluster() | node("edge-0") | peer(nodeSelectors=node_selector("edge-0"))
    said = "BGPPeer tor1 (192.0.2.1) is for edge-0 alone, where no speaker runs; speakers run on worker-0, worker-1"
    says(members, said, shown=("edge-0", "nodeName"))
    limited = members | instance(nodeSelector={"node-role.kubernetes.io/worker": ""})
    says(limited, "they are limited to nodes with node-role.kubernetes.io/worker=", shown=("node-role",))
    says(members | instance(), "speakers run on worker-0, worker-1, worker-2")


def test_the_speaker_says_so_too():
    line = {"at": "09:00:00", "event": "peerRemoved", "level": "info", "peer": "192.0.2.1"}
    line |= {"msg": "peer deconfigured, closing BGP session", "reason": "filteredByNodeSelector"}
    members = cluster() | node("edge-0") | peer(nodeSelectors=node_selector("edge-0")) | container_log(line)
    says(members, "where no speaker runs", shown=("filteredByNodeSelector",))


def test_a_node_that_was_removed():
    members = cluster() | {f"{IMAGE}/namespaces/default/core/events.yaml": REMOVED}
    says(members | NOWHERE, "worker-9 was removed from the cluster", severity="info", shown=("Removing Node worker-9",))
    by_expression = {"key": "kubernetes.io/hostname", "operator": "In", "values": ["worker-9"]}
    says(members | peer(nodeSelectors=[{"matchExpressions": [by_expression]}]), "was removed", severity="info")


@pytest.mark.parametrize(
    "members",
    [
        cluster(),
        cluster() | peer(nodeSelectors=node_selector("worker-9", "worker-0")),
        without(cluster(), "/pods/", "dump_frr") | peer(nodeSelectors=node_selector("worker-0")),
    ],
    ids=["healthy", "one of several", "pods were not collected"],
)
def test_stays_quiet(members):
    quiet(RULE, members)


def test_many_peers():
    members = cluster()
    for at in range(21):
        members |= peer(f"far-{at:02}", f"192.0.2.{100 + at}", nodeSelectors=node_selector(f"gone-{at}"))
    finding = one_of(RULE, members)
    assert finding.subject == "BGPPeer resources"
    assert "21 BGPPeers are for no node that could speak to them, among them BGPPeer far-00" in finding.message


def test_gaps():
    unjudged(RULE, without(cluster(), "/core/nodes/") | NOWHERE, "the nodes were not collected")
    unjudged(RULE, without(cluster(), "/core/nodes/worker-1") | NOWHERE, "or not all")
    assert outcome_of(RULE, without(cluster(), "bgppeers")).status == "not_checked"
