"""TCP MD5 authentication of a BGP session fails."""

from collections.abc import Iterator

from analyzer.bgp import events, messages, name, never_up, of_peer, password, unanswered
from analyzer.frr import Session, Sessions
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.frr_log import FrrLogKind
from parsers.kernel_log import Md5Failure
from parsers.tcp_md5_counters import TcpMd5Counters


@rule(Severity.ERROR, area="bgp")
def bgp_md5_mismatch(
    sessions: Sessions, kernel: tuple[Md5Failure, ...] | None, counters: tuple[TcpMd5Counters, ...] | None
) -> Iterator[Finding | Gap]:
    """TCP MD5 authentication of a BGP session fails.

    ## Why it matters
    Segments with a wrong or missing signature are dropped by the kernel without an answer: the session looks as if
    the peer were unreachable. FRR itself says nothing; the proof is a line of the kernel log.

    ## What to do
    Align the passwords of both ends. The Secret must be of type `kubernetes.io/basic-auth` with the key `password`.
    """
    for session in sessions:
        lines = [one for one in kernel or () if session.peer in {one.source, one.destination} and _here(one, session)]
        install = of_peer(events(session.instance, FrrLogKind.MD5_NOT_SET), session)
        if session.established or session.unwanted:
            continue
        if lines:
            text = f"the kernel drops segments of {name(session)}: {lines[-1].text}"
            evidence = (lines[-1].evidence, *session.where("state"), *session.configured("password"))
            yield Finding(session.peer, text, evidence, session.node, key=session.vrf)
        elif install:
            text = f"the password for {name(session)} could not be installed on the socket"
            evidence = (install[-1].evidence, *session.configured("password"))
            yield Finding(session.peer, text, evidence, session.node, key=session.vrf)
        elif session.state is None:
            yield Gap(session.peer, "neither show bgp neighbor nor a summary was collected", session.node)
        elif password(session) and never_up(session) and messages(session, "total") == (0, 0) and kernel is None:
            yield Gap(
                session.peer, "a password is set and TCP never came up: only the kernel log can tell", session.node
            )
    # Old mismatches and port scans count too: the counters mean something only while a session is down.
    if any(one.state is not None and not one.established and not one.unwanted for one in sessions):
        yield from (_counted(one) for one in counters or () if one.dropped)
    yield from unanswered(sessions)


def _counted(one: TcpMd5Counters) -> Finding:
    """The kernel's counters name no peer, and so does the finding."""
    text = f"{one.dropped} TCP segments were dropped for their MD5 signature; the counters do not say of which peer"
    evidence = one.where(*(name for name in ("not_found", "unexpected", "failed") if getattr(one, name)))
    return Finding(one.origin.folder or "nstat", text, evidence, key="counters")


def _here(one: Md5Failure, session: Session) -> bool:
    return one.node is None or session.node is None or one.node == session.node
