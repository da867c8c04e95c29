"""Logs of CoreDNS: no more resolvers are counted than a hostile log may fill memory with."""

from pairs import read

from parsers.coredns_log import RESOLVERS, DnsForwardError


def line(at):
    where = f"192.0.{at // 256}.{at % 256}:53"
    return f"[ERROR] plugin/errors: 2 a.example.com. A: read udp 10.128.0.3:40000->{where}: i/o timeout\n".encode()


def test_resolvers_that_are_counted_apart():
    data = b"".join(map(line, range(RESOLVERS + 5))) + line(0)
    found = [one for one in read("coredns_log", data) if isinstance(one, DnsForwardError)]
    assert len(found) == RESOLVERS
    assert {one.upstream: one.count for one in found}["192.0.0.0"] == 2
