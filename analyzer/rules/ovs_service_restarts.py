"""Open vSwitch was started again and again, crashed, or could not be set up."""

from collections.abc import Iterator
from datetime import timedelta

from analyzer.model import Finding, Severity
from analyzer.ovn.databases import pieces
from analyzer.ovs.logs import Event
from analyzer.ovs.services import Service, Services
from analyzer.rule import rule

OFTEN = 2  # starts within a day that no boot of the host explains (J)
DAY = timedelta(hours=24)


@rule(Severity.WARNING, area="ovs")
def ovs_service_restarts(services: Services) -> Iterator[Finding]:
    """Open vSwitch was started again and again, crashed, or could not be set up.

    ## Why it matters
    A start of ovs-vswitchd empties the datapath: connections break until all flows are there again, and on OpenShift
    SDN the pod of the node restarts too. When ovs-configuration fails, the node has no `br-ex`.

    ## What to do
    Look at the journals of ovs-vswitchd, ovsdb-server and ovs-configuration around these times, and for the kernel's
    out-of-memory killer in the kernel log. A core file of ovs-vswitchd belongs into a support case.
    """
    for one in services:
        yield from _restarts(one)
        yield from _crashes(one)
        yield from _failures(one)


def _restarts(one: Service) -> Iterator[Finding]:
    for daemon, starts in sorted(one.restarts.items()):
        many = most_in_a_day(starts)
        if len(many) < OFTEN:
            continue
        severity = None if one.fresh(many[-1].at) else Severity.INFO
        first, last = many[0].fact.moment, many[-1].fact.moment
        text = (
            f"{daemon} of {one.label} was started {len(many)} times within a day without a boot of the host, "
            f"between {first} and {last}"
        )
        lines = pieces(event.fact.evidence for event in reversed(many))
        yield Finding(daemon, text, lines, one.node, severity, "restarts")


def most_in_a_day(starts: list[Event]) -> list[Event]:
    """The largest number of events within a day, the newest of several."""
    best: list[Event] = []
    first = 0
    for last, event in enumerate(starts):
        while event.at - starts[first].at > DAY:
            first += 1
        if last - first + 1 >= len(best):
            best = starts[first : last + 1]
    return best


def _crashes(one: Service) -> Iterator[Finding]:
    for daemon, crashes in sorted(one.crashes.items()):
        last = crashes[-1]
        times = f" {len(crashes)} times, last" if len(crashes) > 1 else ""
        text = f"{daemon} of {one.label} crashed{times} at {last.fact.moment}: {last.fact.text[:160]}"
        severity = None if one.fresh(last.at) else Severity.INFO
        yield Finding(
            daemon, text, pieces(event.fact.evidence for event in reversed(crashes)), one.node, severity, "crash"
        )


def _failures(one: Service) -> Iterator[Finding]:
    """A unit that failed and was not started since; one that was is told of as a remark."""
    for unit, failures in sorted(one.failures.items()):
        last = failures[-1]
        later = one.started_after(unit, last.at)
        told = f", and was started again at {later.fact.moment}" if later else ""
        times = f"{len(failures)} times, last at" if len(failures) > 1 else "at"
        text = f"{unit}.service of {one.label} failed {times} {last.fact.moment}{told}: {last.fact.text[:160]}"
        lines = pieces((last.fact.evidence,), (later.fact.evidence,) if later else ())
        yield Finding(unit, text, lines, one.node, Severity.INFO if later else None, "failed")
