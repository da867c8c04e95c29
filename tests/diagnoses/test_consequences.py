"""What the whole archive says of a cause: nodes beside it, service addresses; and archives that show no fault."""

import bgp_kit as bgp
import gather_kit as gather
import node_kit as host
from diagnosis_kit import of_members, outcomes
from kit import store_of

from analyzer.diagnose import diagnose
from analyzer.diagnosis import Cause, Confidence, DiagnosisRule
from analyzer.findings import Findings
from analyzer.metallb.summary import ServiceVerdicts
from analyzer.model import Finding, NodeVerdict, Outcome, ServiceVerdict, Severity, Status, ranked
from analyzer.reach import consequences
from analyzer.store import Store
from parsers.base import Evidence

PLACE = (Evidence("a", 1, 1, ("x",)),)


def made(rule, subject, node=None):
    return rule, Finding(subject, f"{subject} is broken", PLACE, node)


def verdict(service, reach, *nodes, said=""):
    paths = tuple(NodeVerdict(name, each) for name, each in nodes)
    return ServiceVerdict(service, "192.0.2.80", "bgp", "gold", "Cluster", reach, None, said, paths, PLACE)


def told(cause, *services, nodes=(), found=()):
    """The sentences about a cause in an archive with these services and nodes."""
    store = store_of({path: text for name in nodes for path, text in host.node(name).items()}) if nodes else Store()
    store.supply(Findings({one.rule: one for one in outcomes(*found)}))
    store.supply(ServiceVerdicts(services))
    return list(consequences(cause, store))


def of(rule, *places, **more):
    roots = ranked(rule, Severity.ERROR, [Finding(subject, "m", PLACE, node) for subject, node in places])
    nodes = tuple(node for _, node in places if node)
    return Cause("t", Confidence.CERTAIN, (), places[0][0], nodes, roots, **more)


ONE = of("announcer-not-ready", ("speaker-a", "worker-0"))


def test_services_of_the_node_that_announces_nothing():
    hit = verdict("shop/web", "partly announced", ("worker-0", "not announced"), ("worker-1", "announced"))
    well = verdict("shop/api", "announced", ("worker-0", "announced"))
    assert told(ONE, hit, well) == [
        "Not announced from this node, or not to every peer: shop/web 192.0.2.80 (1 of 2 service addresses)."
    ]


def test_services_say_nothing_of_a_cause_that_announces_nothing():
    hit = verdict("shop/web", "not announced", ("worker-0", "not announced"))
    assert told(of("ip-forwarding-off", ("x", "worker-0")), hit) == []


def test_many_services_are_counted():
    hit = [verdict(f"shop/web{at}", "not announced", ("worker-0", "not announced")) for at in range(5)]
    (sentence,) = told(ONE, *hit)
    assert sentence.endswith("shop/web2 192.0.2.80 and 2 more (5 of 5 service addresses).")


def test_a_resource_that_no_node_follows():
    cause = of("advertisement-selects-nothing", ("BGPAdvertisement adv", None))
    lost = verdict("shop/web", "not announced", said="not announced: BGPAdvertisement adv selects no node")
    other = verdict("shop/api", "not announced", said="not announced: its pool is not advertised")
    assert told(cause, lost, other) == ["No node announces shop/web 192.0.2.80 (1 of 2 service addresses)."]


def test_one_node_that_differs():
    names = ("worker-0", "worker-1", "worker-2")
    mine = made("route-wrong-or-missing", "x", "worker-0")
    cause = of("route-wrong-or-missing", ("x", "worker-0"))
    assert told(cause, nodes=names, found=[mine]) == ["No other of the 3 nodes shows it: worker-0 is what differs."]
    assert told(cause, nodes=names[:2], found=[mine]) == ["The other node does not show it: worker-0 is what differs."]
    beside = made("route-wrong-or-missing", "y", "worker-2")
    assert told(cause, nodes=names, found=[mine, beside]) == []


def test_all_nodes_alike():
    cause = of("route-wrong-or-missing", ("x", "worker-0"), ("x", "worker-1"))
    assert told(cause, nodes=("worker-0", "worker-1")) == [
        "Both nodes show it: look for what they share (an update, a setting of the cluster)."
    ]
    (sentence,) = told(of("route-wrong-or-missing", *(("x", f"worker-{at}") for at in range(3))), nodes=host.WORKERS)
    assert sentence.startswith("All 3 nodes show it")


def test_a_cause_without_findings_has_no_consequences():
    assert told(Cause("t", Confidence.LIKELY, (), standing=True)) == []


def outcome(rule, status, reason=None, area="bgp", examined=1):
    return Outcome(rule, area, Severity.ERROR, rule, status, reason, examined)


def no_fault(*judged):
    store = Store()
    store.supply(Findings({one.rule: one for one in judged}))
    rule = DiagnosisRule.registry["no-fault-visible"]
    return list(rule.function(**store.arguments(rule.needs)))


CLEAR = [outcome(f"c{at}", Status.CLEAR) for at in range(9)]


def test_rules_that_do_not_apply_are_not_counted():
    absent = [
        outcome(f"n{at}", Status.NOT_CHECKED, reason)
        for at, reason in enumerate(
            [
                "the network of the cluster is OVNKubernetes",
                "a single node has no tunnels",
                "not collected: saved outputs",
            ]
            * 9
        )
    ]
    (cause,) = no_fault(*CLEAR, *absent, outcome("m", Status.NOT_CHECKED, "not collected: services"))
    assert cause.confidence is Confidence.LIKELY
    assert cause.because[-1] == "1 rule that may apply here could not be checked, which is not the same as healthy."
    assert cause.settles == ("1 rule not checked: not collected: services.",)


def test_what_to_collect_next_begins_with_what_most_rules_lack():
    absent = [
        *(outcome(f"o{at}", Status.NOT_CHECKED, "not collected: OVN northbound database") for at in range(5)),
        *(outcome(f"f{at}", Status.NOT_CHECKED, "no FRR output in this archive") for at in range(2)),
        outcome("x", Status.NOT_CHECKED, "for no reason"),
    ]
    (cause,) = no_fault(*CLEAR, *absent)
    assert cause.confidence is Confidence.POSSIBLE
    assert cause.next_steps[1] == "`oc adm must-gather -- gather_network_logs`: 5 rules more could be checked."
    assert cause.next_steps[2].endswith(": 2 rules more could be checked.")
    assert len(cause.next_steps) == 3


def test_an_outage_is_no_remark():
    one = ranked("connectivity-check-outage", Severity.WARNING, [Finding("x", "m", PLACE)])
    found = Outcome("connectivity-check-outage", "operator", Severity.WARNING, "t", Status.FOUND, findings=one)
    assert no_fault(*CLEAR, found) == []


def test_a_collection_that_failed_is_told_as_such():
    (one,) = of_members(gather.gather_logs("error: gather did not start: timed out waiting for the condition"))
    assert (one.cause, one.confidence) == ("collection-failed", "certain")


def test_a_node_that_is_not_ready():
    away = host.node("worker-1", ready=False) | host.node("worker-0")
    store = store_of(away)
    found = outcomes(
        ("some-endpoints-unhealthy", Finding("shop/web", "the only endpoint is on worker-1", PLACE, "worker-1")),
        ("arp-failed", Finding("192.0.2.21", "no answer from worker-1", PLACE, "worker-0", Severity.ERROR)),
        ("br-ex-without-uplink", Finding("br-ex", "no card", PLACE, "worker-0")),
    )
    result = diagnose(store, found, [])
    assert sorted((one.cause, one.nodes, len(one.findings)) for one in result) == [
        ("node-network-down", ("worker-0",), 1),
        ("node-not-ready", ("worker-1",), 2),
    ]


def test_a_node_that_is_not_ready_and_missed_by_nothing_is_not_told():
    assert diagnose(store_of(host.node("worker-1", ready=False)), outcomes(), []) == ()


def test_the_answer_of_the_probe_needs_nothing_that_a_host_lacks():
    (one,) = of_members(bgp.pod() | bgp.dump(bgp.down(), bgp.config()))
    probe = next(step for step in one.next_steps if "/dev/tcp/" in step)
    assert probe.startswith("`oc debug node/worker-0 -- chroot /host timeout 5 bash -c '</dev/tcp/192.0.2.1/179")
