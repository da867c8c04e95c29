"""What changed between two archives: matching, comparing, masks, and what is not comparable."""

from dataclasses import replace

import pytest
from diff_kit import ID, OTHER_ID, cluster, facet, finding, item, outcome, report, side

from analyzer.diff.compare import compare
from analyzer.diff.findings import compare_diagnoses, compare_findings
from analyzer.diff.identity import same_cluster
from analyzer.diff.masks import addressed, bare, domains, hosts, masked
from analyzer.diff.match import match
from analyzer.diff.model import BAD, EVERYTHING, UNKNOWN, WEAK, Direction, Identity, SectionStatus
from analyzer.diff.names import member, owner_of, settled, stable
from analyzer.diff.run import OtherClusterError, difference
from analyzer.diff.side import unmasked
from analyzer.model import Diagnosis, Severity, Status
from parsers.base import Evidence
from parsers.pods import Pod, PodPhase

MASK, MASK2 = "x-ipv4-0000000001-x", "x-ipv4-0000000002-x"


def compared(old_facet, new_facet, old=None, new=None):
    return compare(old_facet, new_facet, (side(**old or {}), side(**new or {})))


# masks


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("192.0.2.1", "<ipv4>"),
        ("192.0.2.1/24", "<ipv4>/24"),
        (f"{MASK}/24", "<ipv4>/24"),
        ("xxx.xxx.xxx.xxx/24", "<ipv4>/24"),
        ("192.0.2.1-192.0.2.9", "<ipv4>-<ipv4>"),
        ("ip-10-0-187-218.ec2", "ip-<ipv4>.ec2"),
        ("2001:db8::1", "<ipv6>"),
        ("x-ipv6-0000000003-x", "<ipv6>"),
        ("xxxx:xxxx:xxxx:xxxx:xxxx:xxxx:xxxx:xxxx", "<ipv6>"),
        ("2001:db8::1-2001:db8::9", "<ipv6>-<ipv6>"),
        ("0a:58:64:40:00:01", "<mac>"),
        ("x-mac-0000000001-x", "<mac>"),
        ("xx:xx:xx:xx:xx:xx", "<mac>"),
        ("4.16.21", "4.16.21"),
        ("web-6b7f9d4c8d-n7c5v", "web-6b7f9d4c8d-n7c5v"),
    ],
)
def test_addresses_hidden_or_not_read_alike(text, shown):
    assert bare(text) == shown
    assert addressed(text) is (shown != text)


def test_what_is_masked():
    assert masked(MASK)
    assert masked("worker.domain0000000001")
    assert masked("api.obfuscated.com")
    assert not masked("192.0.2.1")
    assert addressed("worker.domain0000000001")


def test_the_names_of_nodes_tell_what_the_mask_of_a_domain_stands_for():
    plain = ["w0.a.example.com", "w1.a.example.com"]
    assert domains(["w0.domain0000000001", "w1.domain0000000001"], plain) == {"domain0000000001": "a.example.com"}
    assert domains(["w0.obfuscated.com", "w1.obfuscated.com"], ["w0.a.example.com", "w1.b.example.com"]) == {}
    assert domains(["w0.domain0000000001"], ["w0", "w1"]) == {}
    assert domains(["w0.a.example.com"], plain) == {}


# names


def pod(name, node="worker-0", **labels):
    evidence = Evidence("p", 1, 1, ("",))
    named = {key.replace("__", "/").replace("_", "-"): value for key, value in labels.items()}
    return Pod(evidence=evidence, name=name, namespace="n", phase=PodPhase.RUNNING, node=node, labels=named)


@pytest.mark.parametrize(
    ("name", "labels", "expected"),
    [
        ("speaker-abcde", {}, "speaker-abcde"),  # `a` and `e` are no letters that are made up
        ("speaker-4557g", {}, "speaker@worker-0"),
        ("speaker-4557g", {"controller_revision_hash": "6c5"}, "speaker@worker-0"),
        ("web-6b7f9d4c8d-n7c5v", {}, "web@"),
        ("web-6b7f9d4c8d-n7c5v", {"pod_template_hash": "6b7f9d4c8d"}, "web@"),
        ("my-web-bcdfgh-n7c5v", {"pod_template_hash": "bcdfgh"}, "my-web@"),
        ("db-0", {"apps.kubernetes.io__pod_index": "0"}, "db-0"),
        ("kafka-4557g", {"statefulset.kubernetes.io__pod_name": "kafka-4557g"}, "kafka-4557g"),
        ("collect-28012345-n7c5v", {"job_name": "collect-28012345"}, "collect@"),
        ("etcd-master-0", {}, "etcd-master-0"),
    ],
)
def test_a_pod_is_known_by_its_owner(name, labels, expected):
    assert stable(pod(name, **labels)) == expected


def test_a_pod_of_a_daemonset_without_node():
    assert stable(pod("speaker-4557g", node=None)) == "speaker@"
    assert owner_of(pod("speaker-4557g")).each_node


def test_names_of_pods_in_texts_and_paths():
    pods = {"speaker-4557g": "speaker@worker-0", "ovnkube-node-z9nm2": "ovnkube-node@worker-0"}
    assert settled("pod metallb-system/speaker-4557g is down", pods) == "pod metallb-system/speaker@worker-0 is down"
    assert settled("pod speaker-4557g", {}) == "pod speaker-4557g"
    assert settled("must-gather.local.4711/quay-io-x-sha256-0d1c/timestamp", {}) == "must-gather/quay-io-x/timestamp"
    base = "must-gather.local.1/quay-io-x/namespaces/metallb-system/pods/speaker-4557g"
    assert member(f"{base}/frr/frr/logs/previous.log", pods) == (
        "namespaces/metallb-system/pods/speaker@worker-0/frr/frr/logs/current.log"
    )
    assert member(f"{base}/speaker-4557g.yaml", pods).endswith("/speaker@worker-0.yaml")
    assert member("a/network_logs/ovnk_database_store.tar.gz!/s/ovnkube-node-z9nm2_nbdb", pods) == (
        "network_logs/ovnk_database_store.tar.gz!/s/ovnkube-node@worker-0_nbdb"
    )
    assert member("somewhere/worker-0/ip_route.txt", pods) == "ip_route.txt"


# matching


def test_keys_come_first_then_further_names():
    old = [item("a"), item("b", aliases=("B",)), item("c", kin=("k",)), item("d", kin=("k",)), item("e")]
    new = [item("a"), item("x", aliases=("B",)), item("y", kin=("k",)), item("z")]
    found = match(old, new)
    assert [(one.key, other.key) for one, other in found.pairs] == [("a", "a"), ("b", "x"), ("c", "y")]
    assert ([one.key for one in found.old], [one.key for one in found.new]) == (["d", "e"], ["z"])


def test_a_name_that_two_share_matches_neither():
    found = match([item("a", aliases=("A",)), item("b", aliases=("A",))], [item("c", aliases=("A",))])
    assert not found.pairs


def test_hints_count_only_where_something_is_masked():
    old, new = item("node 192.0.2.1", hints=("node AS 64500",)), item("node 192.0.2.2", hints=("node AS 64500",))
    assert not match([old], [new]).pairs
    assert match([old], [item(f"node {MASK}", hints=("node AS 64500",))]).pairs


def test_the_number_of_a_mask_is_the_last_resort():
    old = [item(f"node {MASK}", hints=("tor1",)), item(f"node {MASK2}", hints=("tor2",))]
    new = [item(f"node {MASK}", hints=("tor2",)), item(f"node {MASK2}", hints=("tor1",))]
    pairs = match(old, new).pairs
    assert [(one.hints, other.hints) for one, other in pairs] == [(("tor1",), ("tor1",)), (("tor2",), ("tor2",))]
    assert match([item(MASK)], [item(MASK)]).pairs


# comparing


def test_nothing_changed():
    found = compared(
        facet(item("a", values={"x": 1, "y": ("p", "q")})), facet(item("a", values={"y": ("q", "p"), "x": 1}))
    )
    assert found.status is SectionStatus.SAME
    assert (found.old_items, found.new_items, found.uncompared) == (1, 1, 0)


def test_appeared_gone_and_changed():
    old = facet(item("a", values={"x": 1}, place="p:1", marks={"x": "p:2"}), item("b", text="was", place="p:3"))
    new = facet(item("a", values={"x": 2}, place="q:1"), item("c", text="is", health=BAD))
    found = compared(old, new)
    (change,) = found.changed
    assert (change.key, change.field, change.old, change.new) == ("a", "x", 1, 2)
    assert (change.direction, change.old_evidence, change.new_evidence) == (Direction.NEITHER, ("p:2",), ("q:1",))
    assert [(one.key, one.text, one.evidence) for one in found.gone] == [("b", "was", ("p:3",))]
    assert [(one.key, one.text, one.health, one.evidence) for one in found.appeared] == [("c", "is", BAD, ())]
    assert (found.status, found.differences) == (SectionStatus.CHANGED, 3)


@pytest.mark.parametrize(
    ("before", "after", "way"),
    [
        (0, BAD, "worse"),
        (BAD, WEAK, "better"),
        (WEAK, WEAK, "neither"),
        (UNKNOWN, BAD, "neither"),
        (BAD, UNKNOWN, "neither"),
    ],
)
def test_which_way_it_went(before, after, way):
    old, new = facet(item("a", values={"x": 1}, health=before)), facet(item("a", values={"x": 2}, health=after))
    assert compared(old, new).changed[0].direction == way


def test_what_got_worse_stands_first():
    old = facet(*(item(name, values={"x": 1}, health=BAD if name == "b" else 0) for name in "abc"))
    new = facet(*(item(name, values={"x": 2}, health=BAD if name == "c" else 0) for name in "abc"))
    assert [one.key for one in compared(old, new).changed] == ["c", "a", "b"]


def test_a_value_that_one_archive_does_not_know():
    found = compared(facet(item("a", values={"x": 1})), facet(item("a", values={"y": 1})))
    assert [(one.reason, one.field) for one in found.skipped] == [("not known in NEW", "x"), ("not known in OLD", "y")]
    assert found.status is SectionStatus.SAME


def test_a_value_that_is_known_to_be_unset():
    found = compared(facet(item("a", values={"x": 1}, whole=True)), facet(item("a", whole=True)))
    assert [(one.field, one.old, one.new) for one in found.changed] == [("x", 1, None)]


def test_counters_tell_only_when_they_rise_and_nothing_was_replaced():
    def counted(count, name="p"):
        return facet(item("a", counters={"restarts": count}, incarnation=(name, f"uid of {name}")))

    (change,) = compared(counted(1), counted(3)).changed
    assert (change.field, change.old, change.new, change.direction) == ("restarts", 1, 3, Direction.WORSE)
    assert not compared(counted(3), counted(1)).differences
    assert not compared(counted(1), counted(3, "q")).changed
    assert not compared(facet(item("a")), counted(3)).differences


def test_replaced_is_neither_gone_nor_appeared():
    old = facet(item("n/speaker-4557g", kin=("speaker on w",), incarnation=("speaker-4557g", "1")))
    new = facet(
        item("n/speaker-xk2lp", kin=("speaker on w",), incarnation=("speaker-xk2lp", "2"), label="speaker on w")
    )
    found = compared(old, new)
    assert [(one.key, one.old, one.new) for one in found.replaced] == [
        ("speaker on w", "speaker-4557g", "speaker-xk2lp")
    ]
    assert not found.gone
    assert not found.appeared
    again = compared(facet(item("a", incarnation=("a", "1"))), facet(item("a", incarnation=("a", "2"))))
    assert [(one.old, one.new) for one in again.replaced] == [("a (uid 1)", "a (uid 2)")]
    assert not compared(facet(item("a", incarnation=("a", "1"))), facet(item("a"))).replaced


def test_what_neither_archive_tells_of():
    found = compared(facet(missing="not collected: x"), facet(missing="not collected: x"))
    assert (found.status, found.reason) == (SectionStatus.NOT_COLLECTED, "not collected: x")
    assert compared(facet(missing="x"), facet(missing="y")).reason == "OLD: x; NEW: y"


def test_what_one_archive_does_not_tell_of_is_not_gone():
    found = compared(facet(item("a"), item("b")), facet(missing="not collected: x"))
    assert (found.status, found.reason) == (SectionStatus.NOT_COMPARABLE, "NEW: not collected: x")
    assert (found.old_items, found.new_items, found.uncompared, found.differences) == (2, None, 2, 0)
    turned = compared(facet(missing="z"), facet())
    assert (turned.status, turned.reason, turned.uncompared) == (SectionStatus.NOT_COMPARABLE, "OLD: z", 0)


def scoped(*names, scopes, **more):
    return facet(
        *(item(f"{name} thing", scopes=(name,)) for name in names), scopes=scopes, unit="no outputs of {}", **more
    )


def test_a_scope_that_was_not_collected_proves_nothing():
    old = scoped("w0", "w1", "w2", scopes={"w0": None, "w1": None, "w2": None})
    new = scoped(scopes={"w0": None, "w1": "no answer of w1"})
    found = compared(old, new)
    assert [one.key for one in found.gone] == ["w0 thing"]
    assert [one.reason for one in found.skipped] == ["no answer of w1 in NEW", "no outputs of w2 in NEW"]
    assert [one.side for one in found.skipped] == ["old", "old"]
    assert [one.key for one in compared(old, scoped(scopes={EVERYTHING: None})).gone] == [
        "w0 thing",
        "w1 thing",
        "w2 thing",
    ]


def test_what_goes_with_its_node_is_gone():
    old, new = scoped("w1", scopes={"w1": None}), scoped(scopes={})
    gone = compared(old, new, old={"nodes": ("w0", "w1")}, new={"nodes": ("w0",)}).gone
    assert [(one.key, one.why) for one in gone] == [("w1 thing", "its node is gone")]
    back = compared(new, old, old={"nodes": ("w0",)}, new={"nodes": ("w0", "w1")}).appeared
    assert [(one.key, one.why) for one in back] == [("w1 thing", "its node is new")]
    cut = compared(old, new, old={"nodes": ("w0", "w1")}, new={"nodes": ("w0",), "complete": False})
    assert not cut.gone
    assert cut.uncompared == 1


def test_an_incomplete_archive_proves_nothing_without_lists():
    found = compared(facet(item("a"), proven=False), facet(proven=False), new={"complete": False})
    assert [one.reason for one in found.skipped] == ["NEW is incomplete"]
    assert compared(facet(item("a")), facet(), new={"complete": False}).gone


def held(scopes, sound):
    return facet(item("lb", scopes=scopes), scopes=dict.fromkeys(sound))


@pytest.mark.parametrize(
    ("old", "new", "sound", "change"),
    [
        (("z0", "z1"), ("z0", "z1"), ("z0", "z1"), None),
        (("z0", "z1"), ("z0",), ("z0", "z1"), (("z0", "z1"), ("z0",), "worse")),
        (("z0",), ("z0", "z1"), ("z0", "z1"), (("z0",), ("z0", "z1"), "neither")),
        (("z0", "z1"), ("z0",), ("z0",), None),
    ],
)
def test_several_databases_hold_one_thing(old, new, sound, change):
    found = compared(held(old, ("z0", "z1")), held(new, sound))
    told = [(one.old, one.new, one.direction) for one in found.changed]
    assert told == ([change] if change else [])


def test_values_that_are_masked_on_one_side_are_counted():
    old = facet(item("a", values={"address": "192.0.2.1/24", "state": "up"}))
    new = facet(item("a", values={"address": f"{MASK}/24", "state": "down"}))
    found = compared(old, new)
    assert [(one.field, one.reason) for one in found.skipped] == [("address", "masked in NEW: cannot be compared")]
    assert [one.field for one in found.changed] == ["state"]
    both = compared(facet(item("a", values={"x": MASK})), facet(item("a", values={"x": MASK2})))
    assert both.skipped[0].reason == "masked in OLD and NEW: cannot be compared"
    told = compared(old, facet(item("a", values={"address": f"{MASK}/32", "state": "up"})))
    assert [one.field for one in told.changed] == ["address"]
    listed = compared(facet(item("a", values={"x": ("192.0.2.1", "b")})), facet(item("a", values={"x": ("b", MASK)})))
    assert listed.uncompared == 1


def test_fields_that_are_named_for_a_masked_address():
    old = facet(item("a", values={"neighbors[192.0.2.1].asn": 1, "asn": 2}, whole=True))
    new = facet(item("a", values={f"neighbors[{MASK}].asn": 1}, whole=True))
    found = compared(old, new)
    assert [one.field for one in found.changed] == ["asn"]
    assert found.uncompared == 2


def test_things_that_are_masked_are_neither_gone_nor_new():
    old = facet(
        item("w0 192.0.2.1", scopes=("w0",)), item("w1 192.0.2.1", scopes=("w1",)), item("w0 lo", scopes=("w0",))
    )
    new = facet(item(f"w0 {MASK}", scopes=("w0",)))
    found = compared(old, new)
    assert [one.key for one in found.gone] == ["w0 lo", "w1 192.0.2.1"]
    assert [(one.key, one.side) for one in found.skipped] == [("w0 192.0.2.1", "old"), (f"w0 {MASK}", "new")]
    assert {one.reason for one in found.skipped} == {"masked in NEW: cannot be compared"}


# findings

PATH = "namespaces/metallb-system/pods/speaker-abcde/frr/frr/logs/dump_frr"


def findings(old, new, **sides):
    made = {"members": (PATH,), **sides.pop("both", {})}
    one, other = side(report=old, **made), side(report=new, **{**made, **sides})
    return compare_findings(one, other)


def test_a_finding_that_is_mended_and_one_that_is_new():
    old, new = report(outcome(finding("192.0.2.1"))), report(outcome(finding("192.0.2.2")))
    found = findings(old, new)
    assert [(one.key, one.why) for one in found.gone] == [
        ("bgp-session-down worker-0 / 192.0.2.1", "checked in NEW and not found")
    ]
    (new_one,) = found.appeared
    assert (new_one.key, new_one.severity, new_one.why) == (
        "bgp-session-down worker-0 / 192.0.2.2",
        Severity.ERROR,
        None,
    )
    assert new_one.evidence[0].endswith("dump_frr:12")


@pytest.mark.parametrize(
    ("unchecked", "reason"),
    [
        ({"status": Status.NOT_CHECKED, "reason": "not collected: x"}, "was not checked in NEW: not collected: x"),
        ({"status": Status.CRASHED, "reason": "KeyError"}, "was not checked in NEW: KeyError"),
        ({"gaps": [("192.0.2.1", "no answer", "worker-0")]}, "could not judge it in NEW: no answer"),
        ({"gaps": [("192.0.2.1", "no answer")]}, "could not judge it in NEW: no answer"),
        ({"gaps": [("worker-0", "no answer", "worker-0")]}, "could not judge it in NEW: no answer"),
        ({"gaps": [("metallb-system/speaker-x", "no answer", "worker-0")]}, "could not judge it in NEW: no answer"),
    ],
)
def test_gone_because_not_checked_is_not_gone(unchecked, reason):
    found = findings(report(outcome(finding())), report(outcome(**unchecked)))
    assert not found.gone
    (one,) = found.skipped
    assert (one.reason, one.side, one.severity) == (f"bgp-session-down {reason}", "old", Severity.ERROR)
    turned = findings(report(outcome(**unchecked)), report(outcome(finding())))
    assert not turned.appeared
    assert turned.skipped[0].reason == f"bgp-session-down {reason.replace('NEW', 'OLD')}"


@pytest.mark.parametrize(
    "gap",
    [("192.0.2.9", "no answer", "worker-0"), ("192.0.2.1", "no answer", "worker-9"), ("worker-9", "x", "worker-9")],
)
def test_a_gap_elsewhere_excuses_nothing(gap):
    assert findings(report(outcome(finding())), report(outcome(gaps=[gap]))).gone


def test_a_rule_that_one_archive_does_not_know():
    assert "no such rule" in findings(report(outcome(finding())), report()).skipped[0].reason


def test_an_input_that_is_missing_was_not_judged():
    found = findings(report(outcome(finding())), report(outcome()), members=())
    assert found.skipped[0].reason == f"bgp-session-down had no input for it in NEW: {PATH} was not collected"


@pytest.mark.parametrize(
    ("path", "members", "present", "complete", "gone"),
    [
        (PATH, ("namespaces/metallb-system/core/pods.yaml",), (), True, True),  # its pod is gone
        (PATH, ("namespaces/metallb-system/core/pods.yaml",), ("metallb-system/speaker-abcde",), True, False),
        (PATH, ("namespaces/metallb-system/core/pods.yaml",), (), False, False),
        ("a/namespaces/n/metallb.io/bgppeers/tor1.yaml", ("namespaces/n/core/pods.yaml",), (), True, True),
        ("a/namespaces/n/metallb.io/bgppeers/tor1.yaml", ("namespaces/o/core/pods.yaml",), (), True, False),
        ("a/cluster-scoped-resources/core/nodes/w.yaml", ("cluster-scoped-resources/x/y.yaml",), (), True, True),
        ("a/network_logs/worker-0_ip_route", ("network_logs/worker-0_ip_addr",), (), True, False),
    ],
)
def test_an_object_that_was_deleted_has_no_file(path, members, present, complete, gone):
    old = report(outcome(finding(path=path)))
    found = findings(old, report(outcome()), members=members, present=present, complete=complete)
    assert bool(found.gone) is gone
    assert bool(found.skipped) is not gone


def test_a_finding_that_goes_with_its_node():
    old = report(outcome(finding(node="w1")))
    found = findings(old, report(outcome()), both={"nodes": ("w0", "w1")}, members=(), nodes=("w0",))
    assert [one.why for one in found.gone] == ["its node is gone"]
    back = compare_findings(side(report=report(outcome()), nodes=("w0",)), side(report=old, nodes=("w0", "w1")))
    assert [one.why for one in back.appeared] == ["its node is new"]


def test_a_finding_about_a_pod_that_was_replaced_is_the_same():
    old = report(outcome(finding("n/web-6b7f9d4c8d-n7c5v", None)))
    new = report(outcome(finding("n/web-7cbb8d5f6-x2x8q", None)))
    one = side(report=old, pods={"web-6b7f9d4c8d-n7c5v": "web@"})
    other = side(report=new, pods={"web-7cbb8d5f6-x2x8q": "web@"})
    assert compare_findings(one, other).status is SectionStatus.SAME


def test_severities_and_causes_that_changed():
    old = report(outcome(finding(severity=Severity.WARNING, message="down for 5 s: Hold Timer Expired")))
    new = report(outcome(finding(message="down for 9 s: Peer closed the session")))
    severity, message = sorted(findings(old, new).changed, key=lambda one: one.field, reverse=True)
    assert (severity.old, severity.new, severity.direction) == ("warning", "error", Direction.WORSE)
    assert (message.field, message.direction) == ("message", Direction.NEITHER)
    (fell,) = [one for one in findings(new, old).changed if one.field == "severity"]
    assert fell.direction is Direction.BETTER
    aged = report(outcome(finding(message="down for 99 s: Peer closed the session")))
    assert not findings(new, aged).differences


def test_findings_about_masked_addresses():
    old, new = report(outcome(finding("192.0.2.1"))), report(outcome(finding(MASK)))
    assert findings(old, new).status is SectionStatus.SAME
    two = report(outcome(finding("192.0.2.1"), finding("192.0.2.2")))
    found = findings(two, new)
    assert not found.differences
    assert [one.reason for one in found.skipped] == ["masked in NEW: cannot be compared"] * 3


def cause(name="path-to-peer-lost-1", nodes=("worker-0",), confidence="likely", found=()):
    return Diagnosis(name, "The path is lost", confidence, "tor1", nodes, tuple(found), "because", ("look",))


def causes(old, new, **sides):
    one, other = side(report=old, members=(PATH,)), side(report=new, members=(PATH,), **sides)
    return compare_diagnoses(one, other, compare_findings(one, other))


def test_root_causes():
    with_cause = report(outcome(), diagnoses=(cause(),))
    assert [one.key for one in causes(report(outcome()), with_cause).appeared] == ["The path is lost"]
    assert [one.text for one in causes(with_cause, report(outcome())).gone] == ["likely"]
    sure = report(outcome(), diagnoses=(cause("path-to-peer-lost-2", ("worker-0", "worker-1"), "certain"),))
    told = causes(with_cause, sure).changed
    assert [(one.field, one.new) for one in told] == [("confidence", "certain"), ("nodes", ("worker-0", "worker-1"))]
    assert not causes(report(), report(diagnoses=(cause("no-fault-visible-1"),))).differences


def test_a_root_cause_whose_findings_were_not_checked_is_not_gone():
    failed = outcome(finding())
    old = report(failed, diagnoses=(cause(found=[failed.findings[0].id]),))
    found = causes(old, report(outcome(status=Status.NOT_CHECKED, reason="x")))
    assert not found.gone
    assert found.skipped[0].reason == "findings of it could not be checked in NEW"


# one cluster or two


@pytest.mark.parametrize(
    ("old", "new", "same", "by"),
    [
        ((ID, None, {}), (ID.upper(), "b", {}), True, "the id of the cluster"),
        ((ID, "a", {}), (OTHER_ID, "a", {}), False, "the id of the cluster"),
        ((ID, "a", {}), (None, "a", {}), True, "the name of the infrastructure: a"),
        ((None, "a", {}), (None, "b", {}), False, "the name of the infrastructure: OLD a, NEW b"),
        ((None, None, {"w0": "1"}), (None, "b", {"w0": "1", "w1": "2"}), True, "1 of 1 in OLD and 2 in NEW"),
        ((None, None, {"w0": "1"}), (None, None, {"w0": "2"}), False, "the uids of the nodes"),
        ((None, None, {"w0.a": ""}), (None, None, {"w0": "1"}), True, "the names of the nodes"),
        ((None, None, {"w0": ""}), (None, None, {"w1": ""}), False, "the names of the nodes"),
        ((None, None, {}), (ID, "a", {"w1": ""}), None, "neither"),
        ((None, None, {MASK: ""}), (None, None, {"w1": ""}), None, "neither"),
    ],
)
def test_whether_it_is_one_cluster(old, new, same, by):
    one, other = (replace(side(), identity=Identity(*each)) for each in (old, new))
    verdict, told_by = same_cluster(one, other)
    assert verdict is same
    assert by in told_by


def test_two_clusters_are_refused_unless_forced():
    one, other = side(), side(cluster=cluster(cluster_id=OTHER_ID))
    with pytest.raises(OtherClusterError, match=OTHER_ID):
        difference(one, other, Severity.ERROR)
    found = difference(one, other, Severity.ERROR, force=True)
    assert found.forced
    assert "DIFFERENT CLUSTERS" in found.notes[0]
    assert not difference(one, one, None, force=True).forced


def test_notes():
    late, early = (side(cluster=cluster(collected_at=f"2026-11-2{day}T10:00:00Z")) for day in (2, 1))
    assert "given the wrong way round" in difference(late, early, None).notes[0]
    assert not difference(early, late, None).notes
    unknown = replace(side(complete=False, masked=True, notes=("a table failed",)), identity=Identity(None, None, {}))
    told = difference(side(), unknown, None).notes
    assert "not known" in told[0]
    assert told[1:] == (
        "NEW is incomplete: what it lacks is not comparable.",
        "NEW is masked: values that are hidden in it are not compared, things are matched by their names.",
        "NEW: a table failed",
    )


# worse or not


@pytest.mark.parametrize(
    ("old", "new", "fail_on", "worse"),
    [
        ([], [finding()], Severity.ERROR, True),
        ([], [finding()], Severity.CRITICAL, False),
        ([], [finding()], None, False),
        ([finding()], [finding()], Severity.INFO, False),
        ([finding(severity=Severity.WARNING)], [finding()], Severity.ERROR, True),
        ([finding(severity=Severity.INFO)], [finding(severity=Severity.WARNING)], Severity.ERROR, False),
        ([finding()], [finding(severity=Severity.WARNING)], Severity.INFO, False),
        ([finding()], [], Severity.INFO, False),
    ],
)
def test_what_is_worse(old, new, fail_on, worse):
    one, other = (side(report=report(outcome(*found)), members=(PATH,)) for found in (old, new))
    assert difference(one, other, fail_on).worse is worse


def test_what_only_new_could_check_is_not_worse():
    one = side(report=report(outcome(status=Status.NOT_CHECKED, reason="x")))
    found = difference(one, side(report=report(outcome(finding()))), Severity.INFO)
    assert not found.worse
    assert found.headline[-1] == "Not comparable: 1 finding could be checked in one archive only."


@pytest.mark.parametrize(
    ("old", "new", "sentences"),
    [
        ([], [], ["Nothing that could be compared has changed."]),
        ([], [finding()], ["Worse: 1 finding appeared (1 error: bgp-session-down)."]),
        ([finding()], [], ["Better: 1 finding is gone (1 error: bgp-session-down)."]),
        (
            [finding("a"), finding("b")],
            [finding("c", severity=Severity.INFO)],
            [
                (
                    "Changed: 1 finding appeared (1 remark: bgp-session-down) and 2 findings are gone (2 errors: "
                    "bgp-session-down)."
                ),
                "None of what is new is at or above error.",
            ],
        ),
        ([finding(severity=Severity.WARNING)], [finding()], ["Worse: 1 rose in severity."]),
        ([finding()], [finding(severity=Severity.INFO)], ["Changed: 1 fell in severity."]),
    ],
)
def test_the_headline(old, new, sentences):
    one, other = (side(report=report(outcome(*found)), members=(PATH,)) for found in (old, new))
    assert list(difference(one, other, Severity.ERROR).headline) == sentences


def test_the_headline_tells_of_areas_and_causes():
    failed = [outcome(finding(), rule=f"rule-number-{at}") for at in range(4)]
    calm = [outcome(rule=f"rule-number-{at}") for at in range(4)]
    old = side(facet(item("a", values={"x": 1}), title="routes"), facet(item("b"), title="MTU"), report=report(*calm))
    new = side(
        facet(item("a", values={"x": 2}, health=BAD), title="routes"),
        facet(missing="not there", title="MTU"),
        report=report(*failed, diagnoses=(cause(), cause("other-2"))),
    )
    found = difference(replace(old, members=frozenset([PATH])), new, Severity.ERROR)
    assert found.headline == (
        "Worse: 4 findings appeared (4 errors: rule-number-0, rule-number-1 and 2 more rules).",
        "New root cause: The path is lost (likely) and 1 more.",
        "Differences in routes (1); 1 of the changed values got worse.",
        "Not comparable: MTU is in one archive only.",
    )
    assert difference(old, old, None).headline == ("Nothing that could be compared has changed.",)
    quiet = difference(side(facet(item("a"), title="pods")), side(facet(title="pods")), None)
    assert quiet.headline == ("No finding appeared and none is gone.", "Differences in pods (1).")


# domains


def test_the_mask_of_a_domain_is_lifted_where_the_nodes_tell_it():
    mask = "domain0000000001"

    def made(domain):
        node = f"w0.{domain}"
        one = item(
            f"{node} thing",
            values={"on": node, "all": (node, "b"), "n": 1},
            scopes=(node,),
            aliases=(node,),
            hints=(node,),
            kin=(node,),
            incarnation=(node, "1"),
        )
        rules = report(outcome(finding("tor1", node), gaps=[("x", "y", node), ("x", "y")]))
        return side(facet(one, scopes={node: None}), facet(missing="no"), nodes=(node,), report=rules, members=(PATH,))

    found = difference(made("a.example.com"), made(mask), Severity.ERROR)
    assert all(one.status in {SectionStatus.SAME, SectionStatus.NOT_COLLECTED} for one in found.sections)
    assert found.headline == ("Nothing that could be compared has changed.",)
    assert mask not in str(found.new.rules) + str(found.new.facets) + str(found.new.findings)
    plain = made("a.example.com")
    assert unmasked(plain, {}) is plain


# what the attack on the comparison found

NODE_FILE = "cluster-scoped-resources/core/nodes/worker-0.yaml"


def test_an_object_whose_file_cannot_be_read_is_not_gone():
    old = facet(item("worker-0", place=f"must-gather.local.1/image/{NODE_FILE}:4"), item("worker-1", place="x.yaml:3"))
    one, other = side(old), side(facet(), nodes=("worker-1",), unread=frozenset({NODE_FILE}))
    found = compare(old, facet(), (one, other))
    assert [each.key for each in found.gone] == ["worker-1"]
    assert [(each.key, each.reason) for each in found.skipped] == [
        ("worker-0", "its file could not be read wholly in NEW")
    ]
    assert not other.lacks_node("worker-0")
    assert other.lacks_node("worker-7")


def test_a_finding_whose_object_cannot_be_read_is_not_gone():
    base = "must-gather.local.1/image/"
    old = side(report=report(outcome(finding(path=base + NODE_FILE))), members=(NODE_FILE,))
    new = side(report=report(outcome()), members=(NODE_FILE,), unread=frozenset({NODE_FILE}))
    found = compare_findings(old, new)
    assert not found.gone
    assert [one.reason for one in found.skipped] == [
        f"bgp-session-down had no input for it in NEW: {NODE_FILE} could not be read wholly"
    ]


def test_two_things_that_share_an_address_are_two_where_both_are_collected():
    old, new = (
        facet(item(name, scopes=(scope,), aliases=("address 192.0.2.1",)), scopes={"shop": None, "none": None})
        for name, scope in (("shop/web", "shop"), ("192.0.2.1/32", "none"))
    )
    found = compared(old, new)
    assert ([one.key for one in found.gone], [one.key for one in found.appeared]) == (["shop/web"], ["192.0.2.1/32"])
    unknown = replace(new, scopes={"none": None})
    assert not compared(old, unknown).gone  # NEW does not tell of the services of that namespace


def test_fields_that_go_no_way():
    old, new = (facet(item("a", values={"up": at, "label": at}, health=at), judged=frozenset({"up"})) for at in (0, 2))
    assert {one.field: one.direction for one in compared(old, new).changed} == {
        "up": Direction.WORSE,
        "label": Direction.NEITHER,
    }


def test_a_thing_with_the_same_uid_is_the_same():
    old, new = (facet(item("p", incarnation=(f"p on {node}", "uid"))) for node in ("w0", f"ip-{MASK}"))
    assert not compared(old, new).replaced
    assert compared(old, facet(item("p", incarnation=("p on w0", "another")))).replaced
    assert compared(facet(item("p", incarnation=("a", ""))), facet(item("p", incarnation=("b", "")))).replaced


def test_what_is_known_by_an_address_where_addresses_are_masked():
    old = facet(item("route 192.0.2.0/24", scopes=("w0",)), item("route default", scopes=("w0",)), scopes={"w0": None})
    found = compared(old, facet(scopes={"w0": None}), new={"veiled": True})
    assert [one.key for one in found.gone] == ["route default"]
    assert [one.reason for one in found.skipped] == ["masked in NEW: cannot be compared"]


def test_what_stands_before_a_domain_stays():
    plain = ["w0.lab.example.com", "w1.lab.example.com"]
    assert domains(["w0.lab.domain0000000001"], plain) == {"domain0000000001": "example.com"}
    assert domains(["w0.other.domain0000000001"], plain) == {}
    assert domains(["w0.domain0000000001.net"], plain) == {}


def test_nodes_with_masked_names_are_known_by_their_uids():
    one, two = f"ip-{MASK}.ec2.internal", f"ip-{MASK2}.ec2.internal"
    plain = {"ip-10-0-0-1.ec2.internal": "u1", "ip-10-0-0-2.ec2.internal": "u2"}
    assert hosts({one: "u2", two: "u1", "w": "u3", "v": ""}, plain) == {
        one: "ip-10-0-0-2.ec2.internal",
        two: "ip-10-0-0-1.ec2.internal",
    }
    assert hosts(plain, {one: "u2", two: "u1"}) == {}


@pytest.mark.parametrize("swap", [False, True])
def test_nodes_that_are_masked_with_other_numbers(swap):
    names = f"ip-{MASK}", f"ip-{MASK2}"

    def made(names):
        things = [item(f"{name} {at}", scopes=(name,)) for at, name in enumerate(names)]
        one = side(facet(*things, scopes=dict.fromkeys(names)), nodes=names)
        return replace(one, identity=replace(one.identity, nodes={name: str(at) for at, name in enumerate(names)}))

    found = difference(made(names), made(names[::-1] if swap else names), Severity.ERROR)
    assert all(one.status is not SectionStatus.CHANGED and not one.skipped for one in found.sections)
    assert found.sections[2].new_items == 2


def test_a_remark_that_is_gone_makes_nothing_better():
    old = side(report=report(outcome(finding(severity=Severity.INFO))), members=(PATH,))
    found = difference(old, side(report=report(outcome()), members=(PATH,)), Severity.ERROR)
    assert found.headline == ("Changed: 1 finding is gone (1 remark: bgp-session-down).",)


def test_names_of_nodes_that_many_clusters_have_tell_nothing():
    masters = [f"master-{at}" for at in range(3)]
    one = side(nodes=(*masters, *(f"a{at}" for at in range(5))), uids=False, cluster=cluster(cluster_id=None))
    other = side(nodes=(*masters, *(f"b{at}" for at in range(5))), uids=False, cluster=cluster(cluster_id=None))
    same, told = same_cluster(one, other)
    assert same is None
    assert told == (
        "the names of the nodes: 3 of 8 in OLD and 8 in NEW are the same (OLD master-0, master-1, master-2 and 5 more; "
        "NEW master-0, master-1, master-2 and 5 more)"
    )
    grown = side(nodes=(*masters, "a0"), uids=False, cluster=cluster(cluster_id=None))
    assert same_cluster(one, grown)[0] is True


def test_a_better_collection_makes_nothing_better():
    def of_gather(*found):
        return replace(outcome(*found, rule="expected-collection-missing"), area="gather")

    old, new = (side(report=report(of_gather(*found)), members=(PATH,)) for found in ([finding()], []))
    assert difference(old, new, None).headline[0].startswith("Changed: 1 finding is gone")
