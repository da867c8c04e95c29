"""One view of Open vSwitch per node, from whichever output was collected, and `gatherscope show ovs`."""

import pytest
from kit import store_of
from ovs_kit import IMAGE, br_ex, br_int, bridge, cluster, interface, interfaces, nodes, port, show, switch
from ovsdb_sample import log, schema, transaction, uuid

from analyzer.ovs.switches import Switches
from analyzer.rule import NotCollectedError
from analyzer.show import shows

DPIF = """\
system@ovs-system: hit:900 missed:10
  br-int:
    br-int 65534/1: (internal)
    ovn-bbbbbb-0 4/2: (geneve: csum=true, key=flow, remote_ip=192.0.2.21)
"""
SOS = "sosreport-worker-0-2026-11-21-abcdefg/sos_commands/openvswitch"
IDS = [f"0000000{at}-3ffe-4f7b-80db-6f806e2c9d73" for at in range(9)]


def only(members):
    (found,) = store_of(members).joined(Switches)
    return found


def conf_db():
    rows = {
        "Open_vSwitch": {uuid(1): {"external_ids": {"hostname": "worker-0"}}},
        "Bridge": {uuid(2): {"name": "br-int", "fail_mode": "secure", "ports": [uuid(3), uuid(9)]}},
        "Port": {uuid(3): {"name": "good", "tag": 7, "interfaces": [uuid(4), uuid(8)]}},
        "Interface": {uuid(4): {"name": "good", "type": "internal", "external_ids": {"iface-id": "shop_web-1"}}},
    }
    return log(schema("Open_vSwitch"), transaction(rows))


def tables():
    """The three tables of `ovs-vsctl list`."""
    rows = [interface("good", "shop_web-1", _uuid=IDS[1]), interface("lonely", _uuid=IDS[2], type="internal")]
    ports = [{"_uuid": IDS[3], "bond_mode": "[]", "interfaces": IDS[1], "name": "good", "tag": "7"}]
    bridges = [{"_uuid": IDS[4], "datapath_id": '"1"', "fail_mode": "odd", "name": "br-int", "ports": f"[{IDS[3]}]"}]
    return interfaces(*rows) | interfaces(*ports, table="port") | interfaces(*bridges, table="bridge")


def test_the_best_source_counts_and_others_tell_more():
    members = cluster() | switch() | show(br_ex(), br_int(port("good", tag=3))) | tables()
    found = only(members)
    assert [one.source for one in (found.configuration, *found.others)] == ["ovs-vsctl show", "ovs-vsctl list"]
    good = next(one for one in found.on("br-int") if one.name == "good")
    assert (good.tag, good.ids) == (3, {"iface-id": "shop_web-1"})
    assert "iface-id=shop_web-1" in good.where("external_ids")[1].excerpt[0]


def test_the_tables_alone():
    found = only(tables())
    assert (found.whole, found.label) == (True, "worker-0")
    assert [(one.bridge, one.port, one.name, one.type, one.tag) for one in found.ports] == [
        ("br-int", "good", "good", "system", 7),
        ("", "lonely", "lonely", "internal", None),
    ]
    assert found.bridge("br-int").fail_mode is None
    some = only(interfaces({"_uuid": IDS[4], "datapath_id": '"1"', "name": "br-int"}, table="bridge"))
    assert (some.whole, some.limits) == (False, "not all of its tables bridge, port and interface were collected")


@pytest.mark.parametrize("tag", ["[]", "²", "9" * 5000])
def test_a_tag_that_is_no_number(tag):
    members = tables()
    path = next(path for path in members if path.endswith("list_port"))
    found = only({**members, path: members[path].replace(": 7", f": {tag}")})
    assert found.ports[0].tag is None


def test_a_table_that_is_not_asked_for_is_no_switch():
    with pytest.raises(NotCollectedError):
        store_of(interfaces({"ovs_version": '"2.17"'}, table="Open_vSwitch")).joined(Switches)


@pytest.mark.parametrize(
    "path",
    [
        f"{IMAGE}/network_logs/ovnkube-node-x_conf.db",
        "sosreport-worker-0-2026-11-21-abcdefg/etc/openvswitch/conf.db",
    ],
)
def test_the_database(path):
    found = only({path: conf_db()})
    assert (found.label, found.whole, found.configuration.source) == ("worker-0", True, "conf.db")
    assert [(one.bridge, one.name, one.type, one.tag) for one in found.ports] == [("br-int", "good", "internal", 7)]
    assert only(nodes() | {path: conf_db()}).node == "worker-0"


def test_a_database_that_is_cut():
    data = conf_db() + log(transaction({"Bridge": {uuid(2): {"name": "x" * 300}}}))[:-100]
    store = store_of_any({f"{IMAGE}/network_logs/ovnkube-node-x_conf.db": data.replace(b"good", b"gone")})
    (found,) = store.joined(Switches)
    assert not found.whole
    assert "conf.db" in found.limits


def store_of_any(members):
    """A store in which parsers may have complained."""
    from analyzer.plan import Plan  # noqa: PLC0415
    from analyzer.store import Store  # noqa: PLC0415
    from parsers.base import Parser, SourceFile, run  # noqa: PLC0415

    plan, store = Plan(Parser.registry.values()), Store()
    for path, data in members.items():
        for match in plan.matches(path):
            store.read(match.parser, path)
            for fact in run(match.parser, SourceFile(path, [data], match.params, match.image_dir)):
                store.add(fact)
    return store


def test_the_datapath_alone():
    found = only({f"{SOS}/ovs-appctl_dpif.show": DPIF})
    assert (found.whole, found.configuration.source) == (False, "dpif/show")
    assert [(one.name, one.options.get("remote_ip")) for one in found.on("br-int")][1] == ("ovn-bbbbbb-0", "192.0.2.21")


def test_the_last_of_two_outputs():
    before, after = show(br_ex(), br_int()), show(br_ex(), br_int(port("new")))
    ((path, first),), ((_, last),) = before.items(), after.items()
    found = only({path: first.removesuffix("\n") + "\n" + last})
    assert "new" in {one.name for one in found.ports}


def shown(members):
    table = shows()["ovs"]
    store = store_of(members)
    return table.rows(store), table.data(store)


def test_show():
    members = cluster() | show(br_ex(), br_int(port("good", tag=3, error="some text")))
    table, data = shown(members)
    assert table.columns == ("NODE", "BRIDGE", "PORT", "TYPE", "TO", "TAG", "ERROR")
    assert ("worker-0", "br-int", "good", "system", "-", "3", "some text") in table.rows
    assert ("worker-0", "br-int", "ovn-bbbbbb-0", "geneve", "192.0.2.21", "-", "-") in table.rows
    assert table.note is None
    assert [one["bridge"] for one in data[0]["bridges"]] == ["br-ex", "br-int"]
    good = next(one for one in data[0]["bridges"][1]["ports"] if one["interface"] == "good")
    assert (good["tag"], good["error"], good["remote_ip"]) == (3, "some text", None)
    assert (data[0]["network_type"], data[0]["complete"]) == ("OVNKubernetes", True)


def test_show_what_is_not_whole():
    table, _ = shown(show(br_ex(), "    Bridge br-empty"))
    assert ("worker-0", "br-empty", "-", "-", "-", "-", "-") in table.rows
    assert table.note == "worker-0: its output of ovs-vsctl show may be cut: a bridge lacks its own port"
    table, data = shown(interfaces(interface("good", "shop_web-1")))
    assert table.rows == (("worker-0", "-", "good", "system", "shop_web-1", "-", "-"),)
    assert "not all of its tables" in table.note
    assert data[0]["ports_of_no_known_bridge"][0]["owner"] == "shop_web-1"


def test_a_bridge_of_a_bastion():
    assert not only(nodes() | show(bridge("virbr0"), node="bastion")).of_cluster
