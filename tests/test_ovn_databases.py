"""Databases as facts: where they lie, whose they are, what their rows say and where."""

import gzip
import io
import json
import tarfile

import pytest
from conftest import ROOT
from ovsdb_sample import database, facts, log, record, schema, transaction, uuid

from analyzer.registry import load_parsers
from analyzer.run import read
from parsers import ovn_northbound_rows, ovn_southbound_rows, ovsdb_switch_rows
from parsers.base import ParseFailure, Parser
from parsers.ovn_databases import NorthboundDatabase, SouthboundDatabase, SwitchDatabase
from parsers.ovn_northbound_rows import Acl, LogicalRouterPort, LogicalSwitch, LogicalSwitchPort, NbGlobal
from parsers.ovn_southbound_rows import Chassis, PortBinding
from parsers.ovsdb_facts import columns_of, misfits
from parsers.ovsdb_schema import Uuid, read_schema
from parsers.ovsdb_switch_rows import Interface

load_parsers()
PAIRS = ROOT / "fixtures" / "parsers"
NORTHBOUND = (PAIRS / "ovn_northbound" / "interconnect-23-03.raw").read_bytes()
SOUTHBOUND = (PAIRS / "ovn_southbound" / "interconnect-23-03.raw").read_bytes()
SWITCH = (PAIRS / "ovs_database" / "small.raw").read_bytes()
KINDS = {NorthboundDatabase, SouthboundDatabase, SwitchDatabase}
POD = "ovnkube-node-x7k2p"


def tarred(members):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def collected(tmp_path, members, kinds=KINDS):
    """The databases in a folder with these members."""
    for name, data in members.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    store, _ = read([str(tmp_path)], kinds)
    assert store.failures == []
    return {kind: store.facts(kind) for kind in kinds}


STORE = tarred({f"ovnk_database_store/{POD}_nbdb": NORTHBOUND, f"ovnk_database_store/{POD}_sbdb": SOUTHBOUND})


def test_the_store_of_an_interconnect_cluster(tmp_path):
    found = collected(tmp_path, {"mg/quay-io/network_logs/ovnk_database_store.tar.gz": STORE})
    (north,), (south,) = found[NorthboundDatabase], found[SouthboundDatabase]
    for one in (north, south):
        assert (one.origin.image_dir, one.origin.namespace) == ("mg/quay-io", "openshift-ovn-kubernetes")
        assert one.origin.pod == POD
        assert (one.clustered, one.complete, one.cut, one.edited) == (False, True, False, False)
    assert (north.host, south.host) == ("worker-0", "worker-1")
    assert found[SwitchDatabase] is None


def test_the_store_alone(tmp_path):
    found = collected(tmp_path, {"saved/ovnk_database_store.tar.gz": STORE})
    (one,) = found[NorthboundDatabase]
    assert (one.origin.image_dir, one.origin.pod) == ("saved", POD)


@pytest.mark.parametrize("packed", [False, True])
def test_a_database_in_which_the_archive_ends_is_incomplete(tmp_path, packed):
    """Rows may be missing: nothing may be concluded from their absence. A live copy may end in its last record."""
    pad = log(schema("OVN_Northbound"), *(transaction({"NB_Global": {uuid(1): {"name": f"n{i}"}}}) for i in range(40)))
    name = "mg/network_logs/" + ("leader_nbdb.gz" if packed else "leader_nbdb")
    whole = tarred({name: gzip.compress(pad) if packed else pad})
    unpacked = gzip.decompress(whole)
    for at, complete in ((len(unpacked), True), (512 + len(gzip.compress(pad) if packed else pad) - 60, False)):
        place = tmp_path / f"{at}.tar"
        place.write_bytes(unpacked[:at])
        store, _ = read([str(place)], KINDS)
        (one,) = store.facts(NorthboundDatabase)
        assert one.complete is complete


def test_an_empty_store_holds_nothing(tmp_path):
    """Of a cluster without interconnect tar leaves an archive without members."""
    found = collected(tmp_path, {"mg/network_logs/ovnk_database_store.tar.gz": tarred({}), "mg/version": b"x\n"})
    assert found == dict.fromkeys(KINDS)


@pytest.mark.parametrize(
    ("member", "pod", "image_dir"),
    [
        ("mg/network_logs/leader_nbdb.gz", None, "mg"),
        (f"mg/network_logs/{POD}_nbdb.gz", POD, "mg"),
        (f"mg/network_logs/ovnk_database_store/{POD}_nbdb", POD, "mg"),
        (f"store/ovnk_database_store/{POD}_nbdb", POD, "store"),
        ("sos/var/lib/ovn-ic/etc/ovnnb_db.db", None, "sos"),
        ("saved/by hand.txt", None, "saved"),
    ],
)
def test_places_of_a_northbound_database(tmp_path, member, pod, image_dir):
    data = gzip.compress(NORTHBOUND) if member.endswith(".gz") else NORTHBOUND
    found = collected(tmp_path, {member: data})
    (one,) = found[NorthboundDatabase]
    assert (one.origin.pod, one.origin.image_dir) == (pod, image_dir)
    assert one.origin.namespace == (
        "openshift-ovn-kubernetes" if "saved" not in member and "sos" not in member else None
    )
    assert found[SouthboundDatabase] is None


@pytest.mark.parametrize("member", [f"mg/network_logs/{POD}_conf.db", "sos/etc/openvswitch/conf.db", "conf.db.txt"])
def test_places_of_a_switch_database(tmp_path, member):
    found = collected(tmp_path, {member: SWITCH, "other/network_logs/leader_sbdb": SOUTHBOUND})
    (one,) = found[SwitchDatabase]
    assert (one.name, one.host) == ("Open_vSwitch", "worker-0")
    (interface,) = one.rows(Interface)
    assert interface.options == {"key": "flow", "remote_ip": "192.0.2.11", "psk": "<masked>"}
    assert "swordfish" not in repr(interface.where("options"))
    assert len(found[SouthboundDatabase]) == 1


def test_real_rows():
    (north,) = facts("OVN_Northbound", NORTHBOUND)
    ports = {one.name: one for one in north.rows(LogicalSwitchPort)}
    pod = ports["demo_web-6b7f9d4c8d-n7c5v"]
    assert pod.addresses == ("0a:58:0a:80:00:07 10.128.0.7",)
    assert (pod.external_ids["namespace"], pod.external_ids["pod"]) == ("demo", "true")
    assert pod.name in pod.evidence.excerpt[0]
    (switch,) = [one for one in north.rows(LogicalSwitch) if one.name == "worker-0"]
    assert pod.uuid in switch.ports
    assert north.row(LogicalSwitchPort, pod.uuid) is pod
    assert len(north.rows(Acl)) == north.counts["ACL"] == 3
    (south,) = facts("OVN_Southbound", SOUTHBOUND)
    bound = {one.logical_port: one for one in south.rows(PortBinding)}
    chassis = south.row(Chassis, bound["rtoj-GR_worker-1"].chassis)
    assert (chassis.hostname, chassis.other_config["is-remote"]) == ("worker-1", "false")
    assert south.counts["Logical_Flow"] == 373


@pytest.mark.parametrize("name", ["interconnect-23-03", "interconnect-25-03", "raft-leader"])
def test_every_row_quotes_its_uuid(name):
    data = (PAIRS / "ovn_northbound" / f"{name}.raw").read_bytes()
    (one,) = facts("OVN_Northbound", data)
    lines = data.decode().split("\n")
    for kind in ovn_northbound_rows.ROWS:
        for row in one.rows(kind):
            for evidence in (row.evidence, *row.where(*columns_of(kind))):
                assert row.uuid in lines[evidence.first_line - 1]
                assert row.uuid in evidence.excerpt[0]


def test_a_value_is_quoted_where_it_was_written_last():
    one = database(
        "OVN_Northbound",
        {"Logical_Switch_Port": {uuid(1): {"name": "shop_web", "up": True}}},
        {"Logical_Switch_Port": {uuid(1): {"up": False}}},
    )
    (port,) = one.rows(LogicalSwitchPort)
    assert (port.up, port.uuid, port.peer) == (False, Uuid(uuid(1)), None)
    assert [place.first_line for place in port.where("up")] == [6]
    assert [place.first_line for place in port.where("name", "up")] == [4, 6]
    assert port.evidence.first_line == 4
    assert one.rows(LogicalSwitchPort)[0] is port


def test_references():
    one = database("OVN_Northbound", {"Logical_Switch": {uuid(1): {"name": "a", "ports": [uuid(2), uuid(3)]}}})
    (switch,) = one.rows(LogicalSwitch)
    assert all(isinstance(port, Uuid) for port in switch.ports)
    assert one.row(LogicalSwitchPort, switch.ports[0]) is None
    assert one.row(LogicalSwitch, None) is None
    assert one.row(LogicalSwitch, uuid(1)) is switch


def test_columns_that_a_release_does_not_have():
    old = schema("OVN_Northbound", "5.31.1")
    del old["tables"]["ACL"]["columns"]["tier"]
    del old["tables"]["Load_Balancer_Group"]
    (one,) = facts("OVN_Northbound", log(old, transaction({"ACL": {uuid(1): {"priority": 1001}}})))
    assert not one.has(Acl, "tier")
    assert one.has(Acl, "priority")
    assert one.has(Acl)
    assert not one.has(ovn_northbound_rows.LoadBalancerGroup)
    assert not one.has(ovn_northbound_rows.LoadBalancerGroup, "name")
    assert (one.rows(Acl)[0].tier, one.rows(ovn_northbound_rows.LoadBalancerGroup)) == (0, ())


def test_columns_that_another_release_sizes_otherwise():
    """One value, at most one and several are read as what the rules want; other types are not."""
    odd = schema("OVN_Northbound")
    many = {"key": "string", "min": 0, "max": "unlimited"}
    columns = odd["tables"]["Logical_Switch_Port"]["columns"]
    columns["peer"]["type"], columns["name"]["type"], columns["type"]["type"] = many, many, many
    columns["addresses"]["type"] = "string"
    columns["port_security"]["type"] = {"key": "string", "min": 0, "max": 1}
    columns["options"]["type"] = "string"
    row = {"peer": ["a"], "name": ["b"], "type": [], "addresses": "c", "port_security": [], "options": "d"}
    failed, one = facts("OVN_Northbound", log(odd, transaction({"Logical_Switch_Port": {uuid(1): row}})))
    assert failed.reason == "values of another type than expected: Logical_Switch_Port.options"
    assert '"options":' in failed.evidence.excerpt[0]
    (port,) = one.rows(LogicalSwitchPort)
    assert (port.peer, port.name, port.type, port.addresses, port.port_security) == ("a", "b", "", ("c",), ())
    assert port.options == {}
    assert not one.has(LogicalSwitchPort, "options")


def test_what_open_vswitch_never_writes():
    odd = schema("Open_vSwitch")
    odd["tables"]["Interface"]["columns"]["mtu"] = {"type": "integer", "ephemeral": True}
    (one,) = facts("Open_vSwitch", log(odd))
    assert not one.has(Interface, "mtu")
    assert one.has(Interface, "mtu_request")


@pytest.mark.parametrize(
    ("raw", "kinds", "later"),
    [
        ("ovn_northbound/interconnect-25-03", ovn_northbound_rows.ROWS, set()),
        ("ovn_northbound/interconnect-23-03", ovn_northbound_rows.ROWS, {"Logical_Switch_Port.peer", "ACL.tier"}),
        (
            "ovn_southbound/interconnect-23-03",
            ovn_southbound_rows.ROWS,
            {"SB_Global.nb_cfg_timestamp", "Datapath_Binding.type", "Datapath_Binding.nb_uuid", "BFD.chassis_name"},
        ),
    ],
)
def test_columns_are_those_of_real_schemas(raw, kinds, later):
    tree = json.loads((PAIRS / f"{raw}.raw").read_text(encoding="utf-8").split("\n")[1])
    real = read_schema(tree).tables
    assert misfits(kinds, real) == []
    assert {f"{kind.TABLE}.{at}" for kind in kinds for at in columns_of(kind) if at not in real[kind.TABLE]} == later


def test_every_kind_of_row_is_listed():
    for module in (ovn_northbound_rows, ovn_southbound_rows, ovsdb_switch_rows):
        kinds = {one for one in vars(module).values() if getattr(one, "TABLE", "")}
        assert kinds == set(module.ROWS)


@pytest.mark.parametrize(
    ("name", "row", "host"),
    [
        ("OVN_Northbound", {"NB_Global": {uuid(1): {"name": "worker-0"}}}, "worker-0"),
        ("OVN_Northbound", {"NB_Global": {uuid(1): {"options": {"name": "worker-1"}}}}, "worker-1"),
        ("OVN_Northbound", {"NB_Global": {uuid(1): {"name": "global"}}}, None),
        ("OVN_Northbound", {"NB_Global": {uuid(1): {}}}, None),
        ("OVN_Northbound", {}, None),
        ("OVN_Southbound", {"SB_Global": {uuid(1): {"options": {"name": "worker-2"}}}}, "worker-2"),
        ("Open_vSwitch", {"Open_vSwitch": {uuid(1): {"external_ids": {"hostname": "worker-3"}}}}, "worker-3"),
        ("Open_vSwitch", {}, None),
    ],
)
def test_the_node_as_the_database_names_it(name, row, host):
    assert database(name, row).host == host


def test_a_file_cut_before_its_first_transaction_says_nothing_of_rows():
    data = log(schema("OVN_Northbound"))
    whole = record(transaction({"NB_Global": {uuid(1): {"name": "a"}}}))
    (empty,) = facts("OVN_Northbound", data)
    (cut,) = facts("OVN_Northbound", data + whole[:-3])
    (later,) = facts("OVN_Northbound", data + whole + whole[:-3])
    assert (empty.cut, empty.complete) == (False, True)
    assert (cut.cut, cut.complete) == (True, False)
    assert (later.cut, later.complete) == (True, True)
    assert later.where("cut")[0].first_line == 5


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (log(schema("OVN_Northbound"))[:-9], "the file ends before its schema"),
        (
            log(
                {"server_id": uuid(1), "name": "OVN_Northbound", "local_address": "x", "remote_addresses": ["y"]},
                magic="CLUSTER",
            ),
            "the server has not joined its cluster yet: its file holds no data",
        ),
    ],
)
def test_files_without_a_schema(data, reason):
    (failed,) = facts("OVN_Northbound", data)
    assert isinstance(failed, ParseFailure)
    assert failed.reason == reason


def test_the_state_of_a_cluster():
    (one,) = facts("OVN_Northbound", (PAIRS / "ovn_northbound" / "raft-leader.raw").read_bytes())
    raft = one.raft
    assert (raft.term, raft.index, raft.commit_index, raft.uncommitted) == (1, 13, 13, 0)
    assert sorted(raft.servers.values()) == [f"tcp:10.94.0.{last}:6643" for last in (10, 11, 12)]
    assert raft.servers[raft.server_id] == raft.local_address == "tcp:10.94.0.10:6643"
    assert "servers" in raft.evidence.excerpt[0]
    assert one.newest.year == 2026


def test_kinds_are_apart():
    """A collected conf.db does not make the absent northbound database an empty one."""
    for kind in KINDS:
        assert [one.name for one in Parser.registry.values() if kind in one.kinds] == [
            {"Northbound": "ovn_northbound", "Southbound": "ovn_southbound", "Switch": "ovs_database"}[
                kind.__name__.removesuffix("Database")
            ]
        ]


def test_rows_of_other_kinds_are_absent():
    one = database("OVN_Northbound", {"NB_Global": {uuid(1): {"name": "a"}}})
    assert one.rows(PortBinding) == ()
    assert not one.has(PortBinding)
    assert one.rows(LogicalRouterPort) == ()
    assert one.rows(NbGlobal)[0].name == "a"
