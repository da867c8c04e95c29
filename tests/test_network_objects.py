"""Objects of the API that rules on the network read: what pairs do not show of them."""

from conftest import ROOT
from pairs import read

from parsers.cluster_services import ClusterService
from parsers.conditions import ConditionStatus
from parsers.network_policies import PolicyType


def pair(name, case):
    return read(name, (ROOT / "fixtures/parsers" / name / f"{case}.raw").read_bytes(), case)


def test_conditions_by_type():
    network, dns = pair("cluster_operators", "degraded-network-of-a-must-gather")
    assert network.condition("Degraded").status is ConditionStatus.TRUE
    assert dns.condition("Degraded") is None
    controller, new = pair("ingress_controllers", "degraded-and-new")
    assert controller.condition("Available").status is ConditionStatus.FALSE
    assert new.condition("Available") is None
    assert pair("cluster_dns", "operator-and-config")[0].condition("Degraded").since is not None


def test_default_deny():
    deny, allow, *_ = pair("network_policies", "default-deny-allow-and-addresses")
    assert deny.denies_all(PolicyType.INGRESS)
    assert not deny.denies_all(PolicyType.EGRESS)
    assert not allow.denies_all(PolicyType.INGRESS)
    assert allow.rules(PolicyType.EGRESS) == allow.egress


def test_admission_of_routes():
    web, new, _ = pair("routes", "admitted-claimed-and-sharded")
    assert [one.admitted for one in web.ingresses] == [True, False]
    assert web.ingresses[1].admission.reason == "HostAlreadyClaimed"
    assert not new.ingresses


def test_reachable():
    down, never = pair("connectivity_checks", "an-outage-that-goes-on")
    assert down.reachable.status is ConditionStatus.FALSE
    assert down.outages[0].end is None
    assert never.reachable is None


def test_only_the_newest_outages_are_kept():
    outages = "".join(f'  - start: "2026-03-0{day}T10:00:00Z"\n' for day in range(1, 10))
    data = (
        "apiVersion: controlplane.operator.openshift.io/v1alpha1\nkind: PodNetworkConnectivityCheck\n"
        f"metadata:\n  name: a\nstatus:\n  outages:\n{outages}"
    )
    (check,) = read("connectivity_checks", data.encode())
    assert check.outage_count == 9
    assert [one.start.day for one in check.outages] == [9, 8, 7, 6, 5]


def test_the_only_address_of_an_old_service():
    data = "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  clusterIP: 192.0.2.1\n"
    (service,) = read("cluster_services", data.encode())
    assert isinstance(service, ClusterService)
    assert service.cluster_ips == ("192.0.2.1",)
    assert service.where("cluster_ips")[0].first_line == 6


def test_the_backend_before_another_section():
    data = b"backend be_http:shop:web\n  mode http\nfrontend fe_sni\n  bind :443\n"
    assert [type(one).__name__ for one in read("haproxy_config", data)] == ["HaproxyBackend", "HaproxyConfig"]
