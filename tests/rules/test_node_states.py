"""FRRNodeState stands for the outputs that a must-gather of 4.17 and 4.18 does not take from frr-k8s."""

from bgp_kit import IMAGE, config, statements, timestamp
from kit import outcome_of, store_of
from metallb_kit import PREFIX, bgp_advertisement, cluster, endpoints, peer, pool, service

from analyzer.instances import FrrInstances
from analyzer.metallb.summary import ServiceVerdicts
from analyzer.model import Status


def state(where="worker-0", networks=(PREFIX,)):
    text = config(statements("192.0.2.1"), networks=networks, activate=("192.0.2.1",), hostname=where)
    lines = "".join(f"    {line}\n" for line in text.split("\n"))
    content = (
        "apiVersion: frrk8s.metallb.io/v1beta1\nkind: FRRNodeState\nmetadata:\n"
        f"  name: {where}\nstatus:\n  lastConversionResult: success\n  lastReloadResult: success\n"
        f"  runningConfig: |\n{lines}"
    )
    return {f"{IMAGE}/cluster-scoped-resources/frrk8s.metallb.io/frrnodestates/{where}.yaml": content}


def silent():
    """A cluster of which no FRR gave an output."""
    return {path: text for path, text in cluster().items() if "dump_frr" not in path}


def test_what_a_node_runs_is_known_without_its_outputs():
    members = silent() | state() | state("worker-1") | state("worker-2", networks=())
    (verdict,) = (one for one in store_of(members).joined(ServiceVerdicts) if one.service)
    assert (verdict.reach, verdict.step) == ("unknown", "network")
    assert "worker-2: no `network 198.51.100.10/32`" in verdict.verdict
    assert "the state of its sessions was not collected" in verdict.verdict
    finding = outcome_of("announced-prefix-missing", members).findings
    assert [(one.node, one.subject) for one in finding] == [("worker-2", "shop/web")]


def test_sessions_are_not_checked_from_a_configuration_alone():
    outcome = outcome_of("bgp-session-down", silent() | state() | timestamp())
    assert (outcome.status, outcome.findings) == (Status.NOT_CHECKED, ())


def test_the_outputs_of_a_node_count_before_its_state():
    (one, *_) = store_of(cluster() | state(networks=())).joined(FrrInstances)
    assert one.origin.pod == "speaker-a"


def test_a_state_of_a_node_that_runs_no_frr_any_more_is_left_over():
    members = silent() | state("worker-9") | state()
    assert [one.node for one in store_of(members).joined(FrrInstances)] == ["worker-0"]


def test_without_pods_every_state_counts():
    members = pool() | bgp_advertisement() | peer() | service() | endpoints("worker-0") | state()
    assert [one.node for one in store_of(members).joined(FrrInstances)] == ["worker-0"]
