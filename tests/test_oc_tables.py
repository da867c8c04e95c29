"""Tables of `oc get`: how they are recognised, what ends them, and what hostile ones cost."""

import time

import pytest
from conftest import ROOT
from pairs import read

from analyzer.plan import Plan
from analyzer.registry import load_parsers
from parsers.base import ParseFailure, Parser
from parsers.kubernetes import unique
from parsers.sdn_facts import ConfigPlace

load_parsers()
TABLES = (
    "network_status",
    "network_status_settings",
    "oc_endpoints",
    "oc_pod_addresses",
    "oc_pods",
    "oc_routes",
    "oc_services",
    "sdn_cluster_network_table",
    "sdn_egress_policy_table",
    "sdn_host_subnet_table",
    "sdn_net_namespace_table",
    "sdn_node_config",
)
# Files that their parser must not take for its own: their content tells another one, or nothing.
OTHERS = {
    "bad-cut",
    "master-config-is-another-file",
    "plugin-of-3.0-at-the-top",
    "spec-is-not-in-use",
    "whole-objects-are-left-to-network-config",
}
CASES = [raw for name in TABLES for raw in sorted((ROOT / "fixtures/parsers" / name).glob("*.raw"))]
HOST_SUBNETS = "NAME   HOST   HOST IP   SUBNET\n"


@pytest.mark.parametrize("raw", CASES, ids=lambda raw: f"{raw.parent.name}/{raw.stem}")
def test_a_saved_file_is_recognised_by_its_content(raw):
    plan = Plan(Parser.registry.values())
    found = {match.parser.name for match in plan.recognise("saved/it.txt", raw.read_bytes())}
    if raw.stem not in OTHERS:
        assert raw.parent.name in found


def rows(name, text, path="saved/it.txt"):
    return read(name, text.encode(), path=path)


def names(facts):
    return ["failure" if isinstance(one, ParseFailure) else one.name for one in facts]


@pytest.mark.parametrize(
    "end", ["", "$ oc get nodes", "[root@master ~]# exit", "oc get nodes", "NAME STATUS", "NAMESPACE NAME AGE"]
)
def test_what_ends_a_table_is_no_row(end):
    table = f"{HOST_SUBNETS}node1  node1  192.0.2.1  10.128.0.0/23\n{end}\nsome words that are no row\n"
    assert names(rows("sdn_host_subnet_table", table)) == ["node1"]


@pytest.mark.parametrize(
    "aside",
    [
        'Error from server (NotFound): hostsubnets "x" not found',
        "error: you must be logged in",
        "Warning: apps.openshift.io/v1 DeploymentConfig is deprecated",
        "W0812 10:11:12.000000 1 gather.go:1] throttled",
        "...",
        "[... 12 more]",
        "# as it was before",
        "ノード",
    ],
)
def test_what_may_stand_between_rows_is_passed_over(aside):
    table = f"{HOST_SUBNETS}node1  node1  192.0.2.1  10.128.0.0/23\n{aside}\nnode2  node2  192.0.2.2  10.128.2.0/23\n"
    assert names(rows("sdn_host_subnet_table", table)) == ["node1", "node2"]


def test_tables_behind_one_another_on_one_line():
    heads = "NAME HOST HOST IP SUBNET"
    line = f"{heads} a a 192.0.2.1 10.128.0.0/23 $ oc get hostsubnet {heads} b b 192.0.2.2"
    assert names(rows("sdn_host_subnet_table", line)) == ["a", "b"]


def test_words_behind_the_rows_of_one_line_are_a_failure():
    line = "NAME HOST HOST IP SUBNET a a 192.0.2.1 10.128.0.0/23 and so on"
    found = rows("sdn_host_subnet_table", line)
    assert names(found) == ["a", "failure"]
    assert found[1].reason == "behind the rows: not recognised as a row"


@pytest.mark.parametrize(
    ("command", "namespace"),
    [
        ("oc get ep -n shop", "shop"),
        ("oc get ep --namespace=shop", "shop"),
        ("kubectl get ep --namespace shop -o wide", "shop"),
        ("oc get ep", None),
        ("echo -n shop", None),
    ],
)
def test_the_namespace_of_the_command(command, namespace):
    for table in (f"$ {command}\nNAME ENDPOINTS\nweb 10.128.2.7:80\n", f"$ {command} NAME ENDPOINTS web 10.128.2.7:80"):
        (found,) = rows("oc_endpoints", table)
        assert found.namespace == namespace


def test_the_namespace_of_the_row_comes_before_that_of_the_command():
    (found,) = rows("oc_endpoints", "$ oc get ep -n shop\nNAMESPACE NAME ENDPOINTS\ncart web <none>\n")
    assert (found.namespace, found.endpoints) == ("cart", ())


def test_endpoint_slices_are_another_table():
    assert not rows("oc_endpoints", "NAME ADDRESSTYPE PORTS ENDPOINTS AGE\nweb-x7 IPv4 8080 10.128.2.7 3d\n")


def test_other_tables_and_headings_that_contradict_are_passed_over():
    assert not rows("oc_pods", "NAME READY UP-TO-DATE AVAILABLE AGE\nweb 1/1 1 1 3d\n")
    assert not rows("oc_services", "NAME CLUSTER-IP CLUSTER_IP PORT(S)\nweb 172.30.0.1 172.30.0.1 80/TCP\n")


def test_an_egress_policy_needs_its_command():
    assert not rows("sdn_egress_policy_table", "$ oc get configmap\nNAME AGE\ndefault 3d\n")


@pytest.mark.parametrize(
    "line",
    [
        "NAME HOST HOST IP SUBNET " * 8000,
        "NAME HOST HOST IP SUBNET " + "a a 192.0.2.1 10.128.0.0/23 " * 3000,
        "NAME HOST HOST IP SUBNET " + "a " * 60_000,
        "NAME HOST HOST IP SUBNET EGRESS IPS a a 192.0.2.1 10.128.0.0/23 [" + "a" * 5000 + "!",
        "NAME HOST HOST IP SUBNET EGRESS CIDRS a a 192.0.2.1 10.128.0.0/23 [" + "10.0.0.0/8," * 5000 + "!",
        "NAME " * 40_000,
        HOST_SUBNETS + ("a" * 200 + " ") * 1000,
        HOST_SUBNETS + "a a\n" * 4000,
    ],
    ids=["headings", "rows", "words", "open-list", "long-list", "names", "long-row", "torn-rows"],
)
def test_hostile_tables_take_no_time(line):
    start = time.process_time()
    found = rows("sdn_host_subnet_table", line)
    assert time.process_time() - start < 5
    assert not [one for one in found if isinstance(one, ParseFailure) and "Error" in one.reason]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (
            "oc_services",
            "NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE SELECTOR\na ClusterIP 172.30.0.1 " + "a=b," * 9000,
        ),
        ("oc_services", "NAME LABELS SELECTOR IP(S) PORT(S)\n" + "a=" * 9000),
        ("oc_endpoints", "NAME ENDPOINTS\na " + "10.1.1.1:80," * 3000 + "!"),
        ("oc_routes", "NAME HOST/PORT PATH SERVICES PORT TERMINATION WILDCARD\n" + "a " * 7000),
        ("oc_pod_addresses", "HostIP: " * 30_000),
        ("oc_pod_addresses", "HostIP: 1" + " " * 100_000),
        ("network_status", '{"clusterNetwork":' * 5000 + '"networkType":'),
        ("network_status", "map[" * 40_000 + "networkType:x"),
        ("network_status", "map[networkType:x " * 10_000),
        ("sdn_node_config", "networkConfig: " * 10_000),
        ("sdn_node_config", "networkConfig:\n" * 3000),
        ("sdn_egress_policy_table", "get egressnetworkpolicy " * 5000 + "NAME"),
    ],
)
def test_other_hostile_files_take_no_time(name, line):
    start = time.process_time()
    rows(name, line)
    Parser.registry[name].content.search(line.encode())
    assert time.process_time() - start < 5


def test_a_table_gives_way_to_the_object():
    table = rows(
        "sdn_host_subnet_table",
        f"{HOST_SUBNETS}worker-0  worker-0  192.0.2.1  10.128.0.0/23\nb b 192.0.2.2 10.128.2.0/23\n",
    )
    objects = read("sdn_host_subnets", (ROOT / "fixtures/parsers/sdn_host_subnets/json.raw").read_bytes())
    for facts in ([*table, *objects], [*objects, *table]):
        kept = {one.name: one.from_table for one in unique(facts)}
        assert kept == {"worker-0": False, "b": True}


def test_the_node_of_a_configuration_is_told_by_path_or_prompt():
    text = "networkConfig:\n  mtu: 1450\n"
    (found,) = rows("sdn_node_config", text, "nodes/worker-0/node-config.yaml")
    assert (found.node, found.place) == ("worker-0", ConfigPlace.FILE)
    sos = "sosreport-node1-2023-01-02-abcdefg/etc/origin/node/node-config.yaml"
    (found,) = rows("sdn_node_config", text, sos)
    assert found.node == "node1"
    (found,) = rows("sdn_node_config", f"[root@node7 ~]# cat node-config.yaml\n{text}", sos)
    assert found.node == "node7"


@pytest.mark.parametrize(
    ("shown", "expected"),
    [("web.example.com", "shown"), ("Pending", "Pending"), ("HostAlreadyClaimed", "rejected")],
)
def test_what_a_route_shows_for_its_host(shown, expected):
    (found,) = rows("oc_routes", f"NAME HOST/PORT PATH SERVICES PORT TERMINATION WILDCARD\na {shown} web http None\n")
    assert (found.state, found.host) == (expected, shown if expected == "shown" else None)
