"""A network card counts errors or drops in more than one of ten thousand packets."""

from collections.abc import Iterator, Mapping

from analyzer.model import Finding, Gap, Severity
from analyzer.node.cards import is_card
from analyzer.node.network import MASTERS
from analyzer.node.roles import NodeRoles, Roles, lines
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.host_link_facts import HostLink

SHARE = 0.0001  # of the packets (J)
LEAST = 1000  # errors and drops below which a share says nothing (J)
GROWN = 10  # more errors within two outputs from which they rise (J)
DROPPED = 0.01  # of the packets received while two outputs were taken, dropped because the host did not take them (J)
_SHOWN = ("rx_errors", "rx_missed", "rx_overruns", "rx_crc", "rx_frame", "rx_fifo", "rx_dropped")
_SENT = ("tx_errors", "tx_dropped", "tx_carrier")
_MEANING = {
    "rx_crc": "cable, transceiver or card",
    "rx_frame": "cable, transceiver or card",
    "rx_length": "frames larger than the MTU",
    "rx_missed": "the card's ring or the CPU is too slow",
    "rx_overruns": "the card's ring or the CPU is too slow",
    "rx_fifo": "the card's ring or the CPU is too slow",
    "tx_carrier": "the link comes and goes",
    "tx_dropped": "the queue of the card is full",
}


@rule(Severity.WARNING, area="node")
def interface_errors_or_drops(roles: Roles) -> Iterator[Finding | Gap]:
    """A network card counts errors or drops in more than one of ten thousand packets.

    ## Why it matters
    Lost frames make TCP slow long before anything fails, and short BFD timers fail first. Checksum and frame errors are
    physical; missed ones and overruns mean that the host was too slow; carrier errors mean that the link was lost.

    ## What to do
    `ethtool -S <interface>` tells the counters of the driver. Take them twice, a minute apart: counters since boot say
    nothing of today. Packets that the kernel dropped on receipt are mostly of protocols or VLANs that nobody listens
    to, which is normal: they are information here unless they rise fast.
    """
    for role in roles:
        every = [one for one in role.host.every_link if one.counters and is_card(role, one.name)]
        if not every:
            yield Gap(role.host.label, "no counters of its network cards were collected", role.node)
            continue
        by_name: dict[str, list[HostLink]] = {}
        for one in every:
            by_name.setdefault(one.name, []).append(one)
        for name, each in by_name.items():
            yield from _of_card(role, name, _distinct(each))


def _distinct(links: list[HostLink]) -> list[HostLink]:
    """Outputs of different moments, the earlier first; only of one command, for others count other things."""
    alike: dict[frozenset[str], dict[int, HostLink]] = {}
    for one in links:
        alike.setdefault(frozenset(one.counters), {}).setdefault(_packets(one.counters), one)
    found = max(alike.values(), key=len)
    return [found[count] for count in sorted(found)]


def _packets(counters: Mapping[str, int]) -> int:
    return counters.get("rx_packets", 0) + counters.get("tx_packets", 0)


def _bad(counters: Mapping[str, int]) -> int:
    """Errors and losses; kernels count some kinds twice, as themselves and among the errors."""

    def of(*names: str) -> int:
        return sum(counters.get(name, 0) for name in names)

    received = max(of("rx_errors"), of("rx_crc", "rx_frame", "rx_length"))
    slow = max(of("rx_missed"), of("rx_overruns"), of("rx_fifo"))
    return received + slow + max(of("tx_errors"), of("tx_carrier")) + of("tx_dropped")


def _of_card(role: NodeRoles, name: str, moments: list[HostLink]) -> Iterator[Finding]:
    last = moments[-1]
    bad, packets = _bad(last.counters), _packets(last.counters)
    if len(moments) > 1 and _packets(moments[0].counters):
        yield from _grown(role, name, moments[0], last)
    elif bad > LEAST and packets and bad > SHARE * packets:
        text = (
            f"{name} of {role.host.label} counts {bad} errors and drops in {packets} packets ({_told(last.counters)})"
            f"{_means(last.counters)}"
        )
        yield Finding(name, text, lines(_where(last)), role.node, key="since boot")
    dropped = last.counters.get("rx_dropped", 0)
    if len(moments) == 1 and dropped > LEAST and packets and dropped > SHARE * packets and not _waits(last):
        text = f"{name} of {role.host.label} dropped {dropped} packets on receipt since it started, of {packets}"
        yield Finding(name, text, lines(last.where("rx_dropped")), role.node, Severity.INFO, "dropped")


def _grown(role: NodeRoles, name: str, first: HostLink, last: HostLink) -> Iterator[Finding]:
    grown, packets = _bad(last.counters) - _bad(first.counters), _packets(last.counters) - _packets(first.counters)
    more = last.counters.get("rx_dropped", 0) - first.counters.get("rx_dropped", 0)
    if grown >= GROWN and grown > SHARE * packets:
        text = f"{name} of {role.host.label} counted {grown} more errors and drops while {packets} packets passed"
        evidence = lines(_where(last), _where(first))
        yield Finding(name, text + _means(last.counters), evidence, role.node, key="rising")
    if more >= GROWN and more > DROPPED * packets and not _waits(last):
        text = f"{name} of {role.host.label} dropped {more} packets on receipt while {packets} passed"
        evidence = lines(last.where("rx_dropped"), first.where("rx_dropped"))
        yield Finding(name, text, evidence, role.node, key="rising drops")


def _waits(link: HostLink) -> bool:
    """Whether it is a member of a bond: one that waits for its turn drops everything that it hears."""
    return link.master is not None and link.master not in MASTERS


def _told(counters: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {counters[name]}" for name in (*_SHOWN, *_SENT) if counters.get(name))


def _means(counters: Mapping[str, int]) -> str:
    worst = max(_MEANING, key=lambda name: counters.get(name, 0))
    return f": {_MEANING[worst]}" if counters.get(worst) else ""


def _where(link: HostLink) -> tuple[Evidence, ...]:
    return link.where(*(name for name in (*_SHOWN, *_SENT) if link.counters.get(name)))
