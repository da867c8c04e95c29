"""Kernel settings of the network, from `sysctl -a` and from the files of /proc/sys in a sosreport.

Source: Linux Documentation/networking/ip-sysctl.rst, nf_conntrack-sysctl.rst. Only the keys below are read, a few of
the thousand that a node has: forwarding, reverse path filter, ARP, router advertisements, conntrack, neighbor table.
"""

import re
from collections.abc import Iterator

from parsers.base import Evidence, ParseFailure, SourceFile, failure, parser
from parsers.host_facts import HostFact, node_hint
from parsers.host_shell import is_loose

_INTERFACE4 = (
    "forwarding|rp_filter|arp_ignore|arp_announce|arp_filter|arp_notify|accept_local|route_localnet|src_valid_mark"
)
_INTERFACE6 = "forwarding|accept_ra|disable_ipv6|proxy_ndp|accept_dad|autoconf"
_NEIGHBOR = "gc_thresh1|gc_thresh2|gc_thresh3"
_PLAIN = (
    "ipv4.ip_forward",
    "ipv4.ip_local_port_range",
    "ipv4.tcp_mtu_probing",
    "ipv4.ip_no_pmtu_disc",
    "ipv4.fib_multipath_hash_policy",
    "ipv4.tcp_l3mdev_accept",
    "ipv4.udp_l3mdev_accept",
    "netfilter.nf_conntrack_max",
    "netfilter.nf_conntrack_count",
    "netfilter.nf_conntrack_buckets",
    "netfilter.nf_conntrack_tcp_be_liberal",
    "nf_conntrack_max",
    "ipv6.bindv6only",
    "bridge.bridge-nf-call-iptables",
    "core.netdev_max_backlog",
    "core.somaxconn",
)
_KEY = re.compile(
    rf"net\.(?:ipv4\.conf\.(?P<four>[^\s=]{{1,64}})\.(?:{_INTERFACE4})"
    rf"|ipv6\.conf\.(?P<six>[^\s=]{{1,64}})\.(?:{_INTERFACE6})"
    rf"|ipv[46]\.neigh\.(?:default\.)(?:{_NEIGHBOR})|{'|'.join(map(re.escape, _PLAIN))})"
)
_LINE = re.compile(rf"(?P<key>{_KEY.pattern})\s*[=:]\s*(?P<value>\S.{{0,200}}?)\s*")
# One of the last parts of a wanted key, so that the other lines cost no decoding.
_WANTED = re.compile(
    rb"net\.[^\s=]{0,100}(?:"
    + "|".join([_INTERFACE4, _INTERFACE6, _NEIGHBOR, *(re.escape(key.rpartition(".")[2]) for key in _PLAIN)]).encode()
    + rb")\s*[=:]|[Pp]ermission denied|command not found|cannot stat"
)
_PATHS = (
    *(f"proc/sys/net/{key.replace('.', '/')}" for key in _PLAIN),
    *(f"proc/sys/net/ipv4/conf/{{interface}}/{key}" for key in _INTERFACE4.split("|")),
    *(f"proc/sys/net/ipv6/conf/{{interface}}/{key}" for key in _INTERFACE6.split("|")),
    *(f"proc/sys/net/{family}/neigh/default/{key}" for family in ("ipv4", "ipv6") for key in _NEIGHBOR.split("|")),
)


class Sysctl(HostFact):
    """One setting. interface: of a setting per interface, `all` and `default` are such; a dot in its name is a dot."""

    key: str
    value: str
    interface: str | None = None

    @property
    def number(self) -> int | None:
        """The value as a number; None for a range or a word."""
        return int(self.value) if re.fullmatch(r"-?\d{1,18}", self.value) else None


@parser(
    "sos_commands/kernel/sysctl_-a",
    "openshift-sdn-cluster-and-node-info/nodes/{node}/sysctl",
    title="kernel settings (sysctl)",
    collect="a sosreport of the node, or: oc debug node/<node> -- chroot /host sysctl -a > sysctl.txt",
    content=rb"^net\.(?:ipv[46]|netfilter|core|bridge)\.[^\s=]{1,100} ?= ?\S",
    words=(b"net.",),
)
def host_sysctl(source: SourceFile) -> Iterator[Sysctl | ParseFailure]:
    """All other settings are deliberately ignored."""
    loose = is_loose(source)
    for number, line in source.search(_WANTED):
        mark = source.quote(number, line)
        if found := _LINE.fullmatch(line.strip()):
            interface = found["four"] or found["six"]
            key = found["key"]
            if interface:
                # sysctl(8) writes the dot of a VLAN's name as a slash.
                key = key.replace(interface, interface.replace("/", "."))
                interface = interface.replace("/", ".")
            yield _fact(source, mark, key, found["value"], interface)
        elif not loose and not line.lstrip().startswith(("net.", "#")):
            yield failure(mark, "host_sysctl", "an error text instead of a setting")


@parser(
    *_PATHS,
    title="kernel settings (files of /proc/sys)",
    collect="a sosreport of the node",
)
def host_proc_sys(source: SourceFile) -> Iterator[Sysctl | ParseFailure]:
    """The only line of a file; the key is its path."""
    text = source.text()
    value = text[0].strip() if len(text) == 1 else ""
    mark = text.whole()
    key = source.path.rpartition("proc/sys/")[2].replace("/", ".")
    if value and len(value) <= 200:
        yield _fact(source, mark, key, value, source.params.get("interface"))
    else:
        yield failure(mark, "host_proc_sys", "not one value")


def _fact(source: SourceFile, mark: Evidence, key: str, value: str, interface: str | None) -> Sysctl:
    value = " ".join(value.split())
    return Sysctl(
        evidence=mark,
        marks={"value": mark},
        origin=source.origin,
        node=node_hint(source),
        key=key,
        value=value,
        interface=interface,
    )
