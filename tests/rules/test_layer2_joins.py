"""What the rules of layer 2 stand on: the election, the speakers' logs, the hosts, the endpoints."""

import pytest
from bgp_kit import node
from kit import store_of
from layer2_kit import announced, idle, ip_output, l2_status, layer2, link_lines, log, logs, responder, start, without
from metallb_kit import READY, cluster, container_log, endpoints

from analyzer.instances import NodesByName
from analyzer.metallb.endpoints import EndpointsIndex
from analyzer.metallb.layer2 import Layer2Owners
from analyzer.metallb.layer2_election import elected
from analyzer.metallb.layer2_findings import together
from analyzer.metallb.layer2_hosts import HostSides, Networks
from analyzer.metallb.layer2_logs import SpeakerLogs
from analyzer.metallb.speakers import Speakers
from analyzer.model import Finding, Severity
from parsers.base import Evidence


def logs_of(members):
    return store_of(members).joined(SpeakerLogs)


@pytest.mark.parametrize(
    ("nodes", "address", "owner"),
    [
        # sha256("worker-1#192.0.2.100") begins with a lower byte than those of the others.
        (("worker-0", "worker-1", "worker-2"), "192.0.2.100", "worker-1"),
        (("worker-0", "worker-2"), "192.0.2.100", "worker-0"),
        (("worker-0",), "2001:db8::1", "worker-0"),
        ((), "192.0.2.100", None),
    ],
)
def test_the_election(nodes, address, owner):
    assert elected(nodes, address) == owner
    assert elected(reversed(nodes), address) == owner


def test_a_log_begins_with_the_newest_start():
    lines = (start("08:00:00"), announced("08:30:00"), start("09:00:00", "v0.15.2"), responder("09:00:01"), idle())
    found = logs_of(layer2() | log("worker-1", *lines))["worker-1"]
    assert found.release == (0, 15)
    assert [one.text for one in found.events if "announcing" in one.text] == []
    assert found.responders("arp").keys() == {"br-ex"}
    assert found.responders("ndp") == {}


def test_a_log_that_does_not_reach_back():
    found = logs_of(layer2() | log("worker-1", announced()))["worker-1"]
    assert (found.started, found.release, found.where_started()) == (None, None, ())


@pytest.mark.parametrize("version", ["", "dev", "main"])
def test_a_release_that_the_log_does_not_tell(version):
    assert logs_of(layer2() | log("worker-1", start(version=version)))["worker-1"].release is None


def test_logs_of_other_containers_other_runs_and_unknown_pods_do_not_count():
    members = layer2() | log("worker-1", start(), name="previous.log")
    members |= container_log(idle(), pod="speaker-b", container="frr-metrics")
    members |= container_log(start(), idle(), pod="speaker-z")
    assert logs_of(members) == {}


def test_a_log_whose_path_names_no_namespace_is_known_by_its_pod():
    ((_, text),) = log("worker-1", start()).items()
    assert logs_of(layer2() | {"report/pods/speaker-b/speaker.log": text}).keys() == {"worker-1"}


def test_owners():
    found = store_of(layer2() | logs("worker-1") | l2_status("worker-2")).joined(Layer2Owners)
    assert found.of("shop/web", "192.0.2.100").node == "worker-2"
    assert found.of("shop/other", "192.0.2.100").node == "worker-1"
    assert found.of("shop/other") is None
    assert found.nodes == {"worker-1", "worker-2"}


def test_a_status_that_names_nobody_and_lines_that_name_no_address():
    members = layer2() | {path: text.replace('"node"', '"other"') for path, text in l2_status("worker-1").items()}
    assert store_of(members).joined(Layer2Owners).claims == {}


def test_hosts_are_known_by_the_names_of_nodes():
    full = node("worker-1.example.com")
    members = full | ip_output("worker-1", "addr", *link_lines()) | ip_output("elsewhere", "addr", *link_lines())
    sides = store_of(members).joined(HostSides)
    assert sides.keys() == {"worker-1.example.com"}
    side = sides["worker-1.example.com"]
    assert side.carrying("192.0.2.7").interface == "br-ex"
    assert side.carrying("198.51.100.7") is None
    found = Networks(NodesByName(), sides).of("worker-1.example.com")
    assert found.written == ("192.0.2.20/24",)
    assert "inet 192.0.2.20/24" in found.evidence[0].excerpt[0]


def test_hosts_of_no_known_node():
    lines = ("192.0.2.9 dev br-ex lladdr 52:54:00:00:00:19 REACHABLE",)
    members = ip_output("worker-1", "addr", *link_lines()) | ip_output("worker-1", "neigh", *lines)
    assert store_of(members).joined(HostSides) == {}


def test_networks():
    members = node("worker-0", '["192.0.2.20/24", "192.0.2.100/32", "2001:db8::1/64"]') | node("worker-1")
    networks = Networks(store_of(members).joined(NodesByName), HostSides())
    assert networks.of("worker-0").spelled == {"192.0.2.0/24", "2001:db8::/64"}
    assert networks.of("worker-1") is networks.of("worker-9") is None
    assert networks.holding("192.0.2.100") == {"192.0.2.0/24"}
    assert networks.holding("198.51.100.1") == frozenset()


def test_a_speaker_is_of_an_old_release_where_its_log_says_so():
    members = layer2() | log("worker-0", start(version="0.13.12")) | log("worker-1", start(version="0.14.0"))
    found = {one.node: one.ignores_label for one in store_of(members).joined(Speakers)}
    assert found == {"worker-0": True, "worker-1": False, "worker-2": False}


def test_a_speaker_whose_node_was_not_collected():
    found = store_of(without(cluster(), "/nodes/")).joined(Speakers).items[0]
    assert (found.labels, found.excluded, found.where_excluded(), found.up) == (None, None, (), True)


def test_endpoints_that_name_no_node():
    index = store_of(endpoints("worker-0") | endpoints((None, READY), name="api", namespace="pay"))
    backends = index.joined(EndpointsIndex).by_service
    assert backends["shop", "web"].located
    assert not backends["pay", "api"].located
    assert not backends["pay", "api"].serving_on("worker-0")


def finding_of(at, severity=None, node=None):
    evidence = (Evidence("a.yaml", at + 1, at + 1, (f"web{at}",)),)
    return Finding(f"shop/web{at}", f"no network of {at}", evidence, node, severity)


def test_many_findings_of_one_kind_are_told_together():
    few = [("pool few", finding_of(at)) for at in range(20)]
    many = [("pool gold", finding_of(at, Severity.INFO)) for at in range(21)]
    told = list(together([*few, *many]))
    assert told[:-1] == [one for _, one in few]
    last = told[-1]
    assert (last.subject, last.severity) == ("pool gold", Severity.INFO)
    assert last.message == "no network of 0; the same of 20 more services: shop/web1, shop/web2, shop/web3, …"
    assert [one.first_line for one in last.evidence] == [1, 2, 3]
    (one,) = together(("worker-1", finding_of(at, node="worker-1")) for at in range(21))
    assert one.node == "worker-1"
    (one,) = together((("excluded nodes", finding_of(at, node=f"worker-{at}")) for at in range(21)), "nodes")
    assert (one.node, "20 more nodes: " in one.message) == (None, True)
