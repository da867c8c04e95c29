"""RC: a node is not ready."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.instances import NodesByName
from analyzer.stated import capital, mentions, serious
from parsers.nodes import Node

# What follows from a node that is away, for others or on it; what may be the reason is not among them.
OF_NODE = ("announcer-missing-on-node", "announcer-not-ready", "restarts-and-oom", "some-endpoints-unhealthy")
ABOUT_NODE = (
    *("some-endpoints-unhealthy", "service-without-endpoints", "lb-service-no-serving-endpoint", "arp-failed"),
    *("connectivity-check-outage", "tunnel-port-missing-or-stale", "network-operator-unhealthy"),
    *("cluster-dns-unhealthy", "router-not-serving", "smt-alignment-error"),
)


@diagnosis
def node_not_ready(findings: Findings, nodes: NodesByName) -> Iterator[Cause]:
    """A node is not ready: what runs there is out of service, and what looks for it does not find it.

    Certain is the state, which the cluster itself reports; why the node is in it is not told by that.
    """
    for name, node in sorted(nodes.items()):
        if not _away(node):
            continue
        after = {
            one.id: one
            for one in (*findings.of(*OF_NODE, node=name), *findings.of(*ABOUT_NODE))
            if one.node == name or mentions(one, name)
        }
        symptoms = tuple(serious(after.values()))
        if symptoms:
            yield Cause(
                title=f"{capital(name)} is not ready: the cluster counts what runs there as out of service",
                confidence=Confidence.CERTAIN,
                because=("The node's condition Ready is not True. The findings below are of it or name it.",),
                subject=name,
                nodes=(name,),
                symptoms=symptoms,
                next_steps=_steps(name),
                key=name,
            )


def _away(node: Node) -> bool:
    return node.ready is not True and "ready" in node.marks


def _steps(name: str) -> tuple[str, ...]:
    return (
        f"`oc describe node {name}`: conditions and events; is the host up, and is its kubelet?",
        f"`oc adm node-logs {name} -u kubelet` where the host answers; its console where it does not.",
        "Look at what else was found on this node: a broken network of the host makes it not ready.",
    )
