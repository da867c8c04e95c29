"""What the BGP rules share: resets, causes, prefixes on the link, announcements."""

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_address, ip_network

from analyzer.frr import Session, Sessions
from analyzer.instances import YOUNG, Instance
from analyzer.model import Gap, with_note
from analyzer.policy import Verdict, announces
from parsers.base import Evidence
from parsers.bgp_neighbor_facts import Reset
from parsers.bgp_open import OpenMessage, decode_open
from parsers.frr_config_facts import NetworkStatement, RemoteAs
from parsers.frr_log import NEWEST, FrrLogEvent, FrrLogKind
from parsers.vocabulary import BfdStatus, BgpState, Direction, Family, address, family_of, words

DAY = 86_400  # seconds; an older reset of a session that is up again is history, not a fault
NO_PATH = ("No path to specified Neighbor", "Waiting for NHT")  # FRR 8.5 and later; 7.5 to 8.4
ADMIN_RESETS = ("Administrative Shutdown", "Administratively Shutdown", "Administrative Reset")
ALL_NETWORKS = "k8s.ovn.org/host-cidrs"  # the annotation of a node that names the networks of all its interfaces
NAMED = 4  # prefixes that a message names and its evidence shows
REFUSALS = ("Peer De-configured", "Peer Unconfigured", "Connection Rejected")


def unanswered(sessions: Sessions) -> Iterator[Gap]:
    """A gap for every FRR of which no session is known, because nobody could list its neighbors."""
    for one in sessions.silent:
        yield Gap(one.label, "show bgp neighbor gave no answer", one.node)


def name(session: Session) -> str:
    """The peer as a person knows it: address, then the router's hostname or the resource's name."""
    known = (session.block.hostname if session.block else None) or next(
        (one.name for one in session.resources if one.name), None
    )
    return f"{session.peer} ({known})" if known and known != session.peer else session.peer


def reset(session: Session) -> Reset | None:
    """The last reset of the neighbor block."""
    return session.block.last_reset if session.block else None


def notification(session: Session, code: str, *subcodes: str) -> Direction | None:
    """The direction of the last reset if it is a NOTIFICATION of this code and one of these subcodes (or any)."""
    last = reset(session)
    if last is None or last.direction is None or (last.code or "").casefold() != code.casefold():
        return None
    if subcodes and (last.subcode or "").casefold() not in {sub.casefold() for sub in subcodes}:
        return None
    return last.direction


def settled(session: Session) -> bool:
    """Whether the session is up and its last reset is older than a day."""
    last = reset(session)
    return session.established and (last is None or last.age is None or last.age > DAY)


def ago(session: Session) -> str:
    """How long ago the last reset was."""
    last = reset(session)
    return f"{words(last.age)} ago" if last and last.age is not None else "at an unknown time"


def admin_down(session: Session) -> bool:
    """Whether the session is shut down on this node."""
    return bool(
        (session.block and session.block.admin_down)
        or (session.config and session.config.shutdown)
        or any(row.admin_down for row in session.rows)
    )


def young(session: Session) -> bool:
    """Whether the pod, or every BGPPeer that asks for the session, is too new for the session to be up for sure."""
    at = session.instance.collected
    asked = [one.created for one in session.resources]
    new = [at is not None and since is not None and (at - since).total_seconds() < YOUNG for since in asked]
    return session.instance.young or (bool(new) and all(new))


def no_path(session: Session) -> bool:
    """Whether FRR does not dial because the peer's address has no usable next hop."""
    last = reset(session)
    waits = session.state in {BgpState.IDLE, BgpState.ACTIVE}
    return waits and last is not None and last.reason.startswith(NO_PATH)


def passive(session: Session) -> bool:
    """Whether this node never dials and waits for the peer to connect."""
    return bool((session.block and session.block.passive) or (session.config and session.config.passive))


def never_up(session: Session) -> bool:
    """Whether FRR counts no establishment of the session."""
    if session.block and session.block.established is not None:
        return session.block.established == 0
    return bool(session.rows) and all(row.uptime is None for row in session.rows)


def messages(session: Session, word: str) -> tuple[int, int] | None:
    """Messages of a kind, sent and received; None when nothing counts them."""
    if session.block and word in session.block.messages:
        count = session.block.messages[word]
        return count.sent, count.received
    if word == "total" and session.rows:
        return max(row.msg_sent for row in session.rows), max(row.msg_received for row in session.rows)
    return None


def frr_major(one: Instance) -> int | None:
    """The major version of FRR from the running configuration."""
    version = one.config.version if one.config else None
    head = (version or "").split(".", 1)[0]
    return int(head) if head.isdecimal() else None


def waits_for_bfd(session: Session) -> bool:
    """Whether BGP is held back by BFD: from FRR 10 on a session with BFD stays Idle until BFD is up."""
    return (
        session.state is BgpState.IDLE
        and session.uses_bfd
        and session.bfd_status in {BfdStatus.DOWN, BfdStatus.INIT}
        and (frr_major(session.instance) or 0) >= 10
        and (last := reset(session)) is not None
        and last.direction is None
        and not admin_down(session)
    )


def cause(session: Session) -> str:  # noqa: PLR0911 - one question after the other, the first answer holds
    """Why a session is down, as far as its own lines say it; an empty text when they do not."""
    last = reset(session)
    if admin_down(session):
        return "it is shut down administratively on this node"
    if (session.block and session.block.prefix_limit_exceeded) or any(row.prefix_limit for row in session.rows):
        return "the number of received prefixes exceeded the configured maximum"
    if waits_for_bfd(session):
        silent = session.bfd is not None and not session.bfd.remote_id and session.bfd.diagnostics == "ok"
        never = "; nothing was ever heard from the peer, which runs no BFD or is not reached by it" if silent else ""
        return f"BGP waits for BFD, whose session is {session.bfd_status}{never}"
    if (opened := rejected_open(session)) is not None and not corrected(session, opened):
        wanted = expected_as(session)
        configured = f"AS {wanted}" if isinstance(wanted, int) else f"remote-as {wanted or 'another'}"
        return f"the peer is in AS {opened.my_as}, but {configured} is configured"
    if last and last.direction:
        who = "this node sent" if last.direction is Direction.SENT else "the peer sent"
        return f"{who} {notified(last)}"
    if last and last.reason.startswith("BFD down"):
        return "BFD took the session down"
    if no_path(session):
        return f"FRR does not dial: {last.reason if last else 'no path'}"
    return _silence(session) or _last_words(last)


def _silence(session: Session) -> str:
    """What the lack of messages says of a session that never was up; nothing of one that FRR does not dial."""
    if not never_up(session):
        return ""
    if messages(session, "total") == (0, 0) and session.state in {BgpState.CONNECT, BgpState.ACTIVE}:
        if passive(session):
            return "it is passive on this node, and the peer never connected"
        secret = " A password is set: a mismatch looks just like this." if password(session) else ""
        if session.state is BgpState.CONNECT:
            return f"the TCP connection is not answered (peer unreachable, or filtered on the way).{secret}"
        return f"the TCP connection never came up (refused, closed by the peer, or no path).{secret}"
    opens = messages(session, "opens")
    if opens and opens[0] and not opens[1]:
        return (
            "the peer closes the connection without an OPEN (no matching neighbor statement there, or an access list)"
        )
    return ""


def _last_words(last: Reset | None) -> str:
    if last and last.reason and not last.reason.startswith("Waiting for peer OPEN"):
        return f"last reset: {last.reason}"
    return ""


def notified(last: Reset) -> str:
    """The NOTIFICATION of a reset in words; Quagga and some JSON do not tell its codes."""
    codes = "/".join(part for part in (last.code, last.subcode) if part)
    return f"the NOTIFICATION {codes}" if codes else "a NOTIFICATION"


def expected_as(session: Session) -> int | RemoteAs | None:
    """What this node takes for the peer's AS: the configuration's word, else the number that FRR shows."""
    found = session.config.remote_as if session.config else None
    return found if found is not None or session.block is None else session.block.remote_as


def corrected(session: Session, opened: OpenMessage) -> bool:
    """Whether the AS of an OPEN that was rejected once fits what is configured now."""
    wanted = expected_as(session)
    own = session.block.local_as if session.block else None
    if wanted is RemoteAs.EXTERNAL:
        return own is not None and opened.my_as != own
    return opened.my_as == (own if wanted is RemoteAs.INTERNAL else wanted)


def rejected_open(session: Session) -> OpenMessage | None:
    """The peer's OPEN that this node rejected because of its AS number; None for any other last reset."""
    block = session.block
    if block is None or block.received_open is None:
        return None
    if notification(session, "OPEN Message Error", "Bad Peer AS") is not Direction.SENT:
        return None
    return decode_open(block.received_open)


def open_lines(session: Session) -> tuple[Evidence, ...]:
    """The lines of the OPEN that was rejected for its AS number, with what they decode to; none for another reset."""
    opened = rejected_open(session)
    if opened is None:
        return ()
    note = f"decodes to an OPEN of AS {opened.my_as}, router ID {opened.router_id}, hold time {opened.hold_time} s"
    return with_note(session.where("received_open"), note)


def password(session: Session) -> bool:
    """Whether TCP MD5 authentication is on for this peer."""
    return bool((session.config and session.config.password) or (session.block and session.block.authentication))


def on_link(session: Session) -> bool | None:
    """Whether the peer lies in a network of the node; None when the node's networks were not collected.

    Before OpenShift 4.14 only the network of the node's first interface is known: the peer may lie in another one.
    """
    host = session.instance.host
    target = session.block.address if session.block and session.block.address else session.peer
    if host is None or not host.host_networks or family_of(target) is None:
        return None
    wanted = ip_address(target)
    if wanted.is_link_local:
        return True
    networks = [ip_network(one, strict=False) for one in host.host_networks]
    same = [one for one in networks if one.version == wanted.version and one.prefixlen < one.max_prefixlen]
    if any(wanted in one for one in same):
        return True
    return False if same and ALL_NETWORKS in host.annotations else None


def refused(session: Session, family: Family) -> bool:
    """Whether the peer did not agree to an address family that this node offers."""
    unicast = f"{family} unicast"
    if any(row.family == unicast and row.negotiated is False for row in session.rows):
        return True
    found = session.block.family_capabilities.get(unicast) if session.block else None
    return found is not None and found.advertised and not found.received


Announcement = tuple[NetworkStatement, Verdict]


def announcements(session: Session, family: Family) -> list[Announcement] | None:
    """The `network` statements of a family with the verdict of this peer's outbound policy; None when unknown."""
    one = session.instance
    if one.config is None or session.router is None or session.config is None:
        return None
    if ("announcements", family) not in session.memo:
        found = announces(one.config, session.router, session.config, family)
        session.memo["announcements", family] = found
    known: list[Announcement] = session.memo["announcements", family]
    return known


def prefixes_of(found: Sequence[Announcement]) -> str:
    """The first prefixes of some announcements and how many more there are."""
    listed = ", ".join(statement.prefix for statement, _ in found[:NAMED])
    return listed + (f" and {len(found) - NAMED} more" if len(found) > NAMED else "")


def events(one: Instance, *kinds: FrrLogKind) -> list[FrrLogEvent]:
    """The FRR log's events of these kinds, each once although frr.log and current.log repeat each other."""
    seen: dict[tuple[object, ...], FrrLogEvent] = {}
    for event in one.events or ():
        if event.kind in kinds:
            seen.setdefault((event.time, event.text), event)
    return sorted(seen.values(), key=lambda event: (event.time is not None, event.time or 0, event.text))


def of_peer(found: Iterable[FrrLogEvent], session: Session) -> list[FrrLogEvent]:
    """The events that name this session's peer, and no other VRF than its own."""
    names = {session.peer, session.block.address if session.block else None}
    return [event for event in found if event.peer and address(event.peer) in names and _in_vrf(event, session)]


def _in_vrf(event: FrrLogEvent, session: Session) -> bool:
    written = str(event.details.get("vrf", session.vrf))  # `red`, in messages about next hops `red(5):`
    return written.partition("(")[0] == session.vrf


def times(found: Sequence[FrrLogEvent]) -> str:
    """How many events there are; of very many only the newest are kept."""
    return f"{len(found)} times{' or more' if len(found) >= NEWEST else ''}"


def same_moment(found: Iterable[FrrLogEvent]) -> list[FrrLogEvent]:
    """The newest of the events, as a list that is empty when there is none."""
    timed = [event for event in found if event.time]
    return [max(timed, key=lambda event: event.time)] if timed else list(found)[-1:]  # type: ignore[arg-type,return-value]
