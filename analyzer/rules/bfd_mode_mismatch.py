"""The two ends of a BFD session use different modes."""

from collections.abc import Iterator

from analyzer.bfd import BfdSessions, down, lines, never_heard, shut_here, unknown
from analyzer.bgp import events, name, of_peer, on_link
from analyzer.frr import Session
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.frr_log import FrrLogKind
from parsers.vocabulary import Family, family_of


@rule(Severity.WARNING, area="bfd")
def bfd_mode_mismatch(sessions: BfdSessions) -> Iterator[Finding | Gap]:
    """The two ends of a BFD session use different modes.

    ## Why it matters
    Multihop BFD uses UDP 4784 and single hop 3784 with a TTL of 255: an end that uses the other mode never answers.
    Echo mode works single hop over IPv4 only, and only if the far end takes part.

    ## What to do
    Make both ends agree: iBGP off a shared network and eBGP multihop are multihop in FRR.
    """
    for session in sessions:
        if gap := unknown(session):
            yield gap
        if session.bfd is None or not down(session) or shut_here(session):
            continue
        near = on_link(session)
        if near is None:
            yield Gap(session.peer, "the node's own networks are not known", session.node)
        for text, evidence, key in (*_distance(session, near), *_log(session), *_echo(session)):
            yield Finding(session.peer, text, evidence, session.node, key=f"{session.vrf} {key}")


Reason = tuple[str, tuple[Evidence, ...], str]


def _distance(session: Session, near: bool | None) -> Iterator[Reason]:
    bfd, host = session.bfd, session.instance.host
    networks = host.where("host_networks") if host else ()
    # An iBGP session is multihop in FRR until BGP is up and finds the peer on a shared network.
    if bfd and bfd.multihop and near and (session.established or not _internal(session)):
        text = f"BFD to {name(session)} is multihop although the peer is on this node's network"
        yield text, (*lines(session, "status"), *networks), "multihop"
    # Before BGP is up FRR does not know the local address and has not chosen the mode for good.
    elif bfd and not bfd.multihop and near is False and bfd.local_address:
        text = f"BFD to {name(session)} is single hop although the peer is not on this node's networks"
        yield text, (*lines(session, "status"), *networks), "single hop"


def _internal(session: Session) -> bool:
    return bool(session.block and session.block.remote_as == session.block.local_as)


def _log(session: Session) -> Iterator[Reason]:
    found = of_peer(events(session.instance, FrrLogKind.BFD_REJECTED), session)
    if found:
        yield f"bfdd rejects packets of {name(session)}: {found[-1].text}", (found[-1].evidence,), "rejected"


def _echo(session: Session) -> Iterator[Reason]:
    config, wanted = session.instance.config, session.config.bfd_profile if session.config else None
    profile = next((one for one in config.bfd_profiles if one.name == wanted), None) if config and wanted else None
    if profile is None or not profile.echo_mode or session.bfd is None:
        return
    remote = session.bfd.remote_timers
    why = (
        "on a multihop session"
        if session.bfd.multihop
        else "over IPv6"
        if family_of(session.peer) is Family.IPV6
        else "although the peer does not receive echo packets"
        # Before its first packet a far end counts as one without echo. Release 7.5 prints its interval as transmission.
        if remote and remote.echo_receive is None and remote.echo_transmit is None and not never_heard(session)
        else ""
    )
    if why:
        text = f"profile {wanted} asks for echo mode towards {name(session)} {why}"
        marks = ("remote_timers.echo_receive", "remote_timers.echo_transmit")
        yield text, (profile.evidence, *profile.where("echo_mode"), *lines(session, *marks)), "echo"
