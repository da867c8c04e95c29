"""What facts about links and settings tell beyond their fields, and members that the parsers pass over."""

import pytest
from pairs import read

from parsers.base import Origin, ParseFailure, Parser, SourceFile, run
from parsers.host_ethtool import EthtoolDriver
from parsers.host_link_facts import HostLink, LinkState
from parsers.host_sysctl import Sysctl
from parsers.text import Evidence

EVIDENCE = Evidence("network_logs/worker-0_ip_addr", 1, 1, ("",))


def link(**values):
    return HostLink(evidence=EVIDENCE, origin=Origin(), name="eth0", **values)


@pytest.mark.parametrize(
    ("values", "administratively_up", "carrier"),
    [
        ({"flags": ("BROADCAST", "UP", "LOWER_UP"), "state": LinkState.UP}, True, True),
        ({"flags": ("NO-CARRIER", "BROADCAST", "UP"), "state": LinkState.DOWN}, True, False),
        ({"flags": ("BROADCAST", "MULTICAST"), "state": LinkState.DOWN}, False, None),
        ({"flags": ("UP", "RUNNING")}, True, True),  # ifconfig
        ({"flags": ("UP", "BROADCAST")}, True, False),  # ifconfig of an interface without a cable
        ({"flags": ("BROADCAST",)}, False, None),
        ({"flags": ("UP",), "state": LinkState.LOWER_LAYER_DOWN}, True, False),
        ({"state": LinkState.UP}, True, True),  # NMState, ip -br
        ({"state": LinkState.DOWN}, False, None),
        ({"state": LinkState.UNKNOWN}, None, None),
        ({}, None, None),
    ],
)
def test_link_states(values, administratively_up, carrier):
    one = link(**values)
    assert (one.administratively_up, one.carrier) == (administratively_up, carrier)


@pytest.mark.parametrize(("value", "number"), [("1", 1), ("-1", -1), ("32768 60999", None), ("cubic", None)])
def test_settings_as_numbers(value, number):
    assert Sysctl(evidence=EVIDENCE, origin=Origin(), key="net.x", value=value).number == number


def test_a_setting_of_proc_sys_belongs_to_the_interface_of_its_path():
    path = "sosreport-worker-0-2024-05-02-abcdefg/proc/sys/net/ipv4/conf/bond0.100/rp_filter"
    source = SourceFile(path, [b"2\n"], {"interface": "bond0.100"}, "sosreport-worker-0-2024-05-02-abcdefg")
    (fact,) = run(Parser.registry["host_proc_sys"], source)
    assert (fact.node, fact.key, fact.interface, fact.number) == (
        "worker-0", "net.ipv4.conf.bond0.100.rp_filter", "bond0.100", 2,
    )  # fmt: skip


def test_other_outputs_of_ethtool_are_passed_over():
    path = "sos_commands/networking/ethtool_-g_ens5"
    source = SourceFile(path, [b"Ring parameters for ens5:\n"], {"interface": "-g_ens5"}, "")
    assert not list(run(Parser.registry["host_ethtool"], source))


def test_the_interface_of_a_driver_is_in_the_name_of_the_file():
    path = "sos_commands/networking/ethtool_-i_ens5"
    source = SourceFile(path, [b"driver: virtio_net\nversion: 1.0.0\n"], {"interface": "ens5"}, "")
    (fact,) = run(Parser.registry["host_ethtool"], source)
    assert isinstance(fact, EthtoolDriver)
    assert (fact.interface, fact.driver) == ("ens5", "virtio_net")


def test_the_sections_of_sriov_pods_name_their_interface():
    refused = b"> ethtool -i ens1f1\nCannot get driver information: No such device\n"
    content = b"> ethtool -i ens1f0\ndriver: mlx5_core\nversion: 5.0\n" + refused
    facts = read("host_ethtool", content, path="namespaces/openshift-sriov-network-operator/pods/x/ethtool")
    assert [one.interface for one in facts if isinstance(one, EthtoolDriver)] == ["ens1f0"]
    assert [one.evidence.first_line for one in facts if isinstance(one, ParseFailure)] == [5]


def test_routes_of_version_6_are_known_by_the_name_of_the_file():
    for path, family in (("network_logs/worker-0_ip_6_route", "ipv6"), ("network_logs/worker-0_ip_route", "ipv4")):
        (fact,) = read("host_ip_route", b"default dev ovn-k8s-mp0 metric 1024\n", path=path)
        assert fact.family == family
        assert fact.default


@pytest.mark.parametrize(
    "name", sorted(name for name in Parser.registry if name.startswith("host_") or name == "nmstate")
)
def test_an_empty_member_holds_nothing(name):
    facts = read(name, b"")
    assert not [one for one in facts if not isinstance(one, ParseFailure)]
