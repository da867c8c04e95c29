"""Bounds of the parsers of kernel messages and of TLS timeouts: hostile logs name ever new subjects."""

from pairs import read

from parsers.kernel_drops import SUBJECTS
from parsers.tls_timeouts import SERVERS


def test_drops_of_too_many_interfaces_are_counted_together():
    line = "[  100.000000] openvswitch: eth{}: dropped over-mtu packet: 1558 > 1500\n"
    data = "".join(line.format(at) for at in range(SUBJECTS + 5)).encode()
    _, *drops = read("kernel_drops", data, path="nodes/worker-0/dmesg")
    assert len(drops) == SUBJECTS + 1
    assert (drops[-1].interface, drops[-1].count, drops[-1].size) == (None, 5, 1558)


def test_timeouts_of_too_many_servers_are_counted_together():
    line = 'E Get "https://host-{}/x": net/http: TLS handshake timeout\n'
    data = "".join(line.format(at) for at in range(SERVERS + 5)).encode()
    path = "namespaces/a-operator/pods/p/c/c/logs/current.log"
    found = read("tls_timeouts", data, path=path)
    assert len(found) == SERVERS + 1
    assert (found[-1].server, found[-1].count) == (None, 5)
