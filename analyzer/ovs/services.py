"""The services of Open vSwitch on each host: their starts, and which of them the boots of the host explain.

At a boot systemd starts ovsdb-server, ovs-vswitchd and then ovs-configuration, which runs at no other time; the very
first boot of a node, which installs its release and boots again, runs without ovs-configuration
(openshift/machine-config-operator templates/common/_base/units/ovs-configuration.service.yaml). A daemon that is
started alone was restarted.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from analyzer.instances import Group
from analyzer.ovs.logs import Event, OvsDaemons, Signs
from analyzer.rule import NotCollectedError, join
from parsers.ovs_log_kinds import OvsLogKind

VSWITCHD, SERVER, CONFIGURATION = "ovs-vswitchd", "ovsdb-server", "ovs-configuration"
TOGETHER = timedelta(minutes=2)  # in which both daemons start (J)
BOOT = timedelta(
    minutes=15
)  # from the start of the daemons to the end of ovs-configuration, which waits for addresses (J)
SAME = timedelta(seconds=30)  # in which systemd and the daemon itself tell of one start (J)
_DAEMONS = (VSWITCHD, SERVER)


@dataclass(frozen=True, slots=True)
class Service:
    """Open vSwitch of one host. restarts: starts of a daemon that no boot explains; crashes and failures by unit."""

    label: str
    node: str | None
    restarts: Mapping[str, list[Event]]
    crashes: Mapping[str, list[Event]]
    failures: Mapping[str, list[Event]]
    starts: Mapping[str, list[Event]] = field(default_factory=dict, repr=False)
    _logs: tuple[Signs, ...] = ()

    def fresh(self, at: datetime) -> bool:
        """Whether this is not long before the end of the logs."""
        return all(one.fresh(at) for one in self._logs)

    def started_after(self, unit: str, at: datetime) -> Event | None:
        """The last start of a unit after this time."""
        return next((one for one in reversed(self.starts.get(unit, ())) if one.at > at), None)


class Services(Group):
    """The hosts of which a log of Open vSwitch was collected."""

    items: tuple[Service, ...]

    def __iter__(self) -> Iterator[Service]:
        return iter(self.items)


@join
def services(daemons: OvsDaemons) -> Services:
    by_host: dict[tuple[str, str | None], list[Signs]] = {}
    boots_known = any(one.name == CONFIGURATION for one in daemons)
    for one in daemons:
        # Before its name is known every host calls itself so, all of them in one journal.
        if one.name in {*_DAEMONS, CONFIGURATION, "openvswitch"} and one.label.partition(".")[0] != "localhost":
            by_host.setdefault((one.label, one.node), []).append(one)
    if not by_host:
        raise NotCollectedError("not collected: logs or journals of ovs-vswitchd, ovsdb-server and ovs-configuration")
    return Services(
        tuple(_service(label, node, found, boots_known=boots_known) for (label, node), found in by_host.items())
    )


def _service(label: str, node: str | None, logs: list[Signs], *, boots_known: bool) -> Service:
    starts: dict[str, list[Event]] = {}
    for event in _of(logs, OvsLogKind.STARTED):
        if (unit := _unit(event)) and not (starts.get(unit) and event.at - starts[unit][-1].at <= SAME):
            starts.setdefault(unit, []).append(event)
    failures: dict[str, list[Event]] = {}
    for event in _of(logs, OvsLogKind.FAILED):
        failures.setdefault(event.fact.subject or "", []).append(event)
    crashes: dict[str, list[Event]] = {}
    for event in _of(logs, OvsLogKind.CRASHED):
        if "status=15/TERM" in event.fact.text:
            continue  # systemd stopped it
        crashes.setdefault(event.fact.subject or event.fact.daemon, []).append(event)
    return Service(label, node, _restarts(starts, boots_known=boots_known), crashes, failures, starts, tuple(logs))


def _of(logs: Iterable[Signs], kind: OvsLogKind) -> list[Event]:
    return sorted((event for one in logs for event in one.happened(kind)), key=lambda event: event.at)


def _unit(event: Event) -> str | None:
    """The unit behind the words of systemd, or the daemon itself."""
    subject = event.fact.subject or ""
    words = {VSWITCHD: "Forwarding Unit", SERVER: "Database Unit", CONFIGURATION: "Configures OVS"}
    return next((unit for unit, word in words.items() if word in subject or subject.startswith(unit)), None)


def _restarts(starts: Mapping[str, list[Event]], *, boots_known: bool) -> dict[str, list[Event]]:
    """The starts that are no part of a boot.

    Where no log of ovs-configuration was collected, a start of both daemons together may always be a boot. Where it
    was, the first such start in the logs may be the first boot of all.
    """
    boots = [event.at for event in starts.get(CONFIGURATION, ())]
    found = {}
    for daemon in _DAEMONS:
        own = starts.get(daemon, [])
        other = [event.at for event in starts.get(SERVER if daemon == VSWITCHD else VSWITCHD, ())]
        booted = {max((event.at for event in own if at - BOOT <= event.at <= at), default=at) for at in boots}
        alone = [event for event in own if not any(abs(event.at - at) <= TOGETHER for at in other)]
        both = [event for event in own if event not in alone and event.at not in booted] if boots_known else []
        both = both[1:] if both and both[0] is own[0] else both
        # Nothing can be said of a daemon alone when the log of the other one was not collected.
        single = [event for event in alone if event.at not in booted] if other else []
        found[daemon] = sorted([*single, *both], key=lambda event: event.at)
    return found
