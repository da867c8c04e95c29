"""A BFD profile is missing or not in effect."""

from collections.abc import Iterator

from analyzer.bfd import BfdSessions, lines
from analyzer.bgp import name
from analyzer.frr import Session
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.bfd_facts import BfdPeer
from parsers.frr_config_facts import BfdProfile
from parsers.kubernetes import unique
from parsers.metallb_bfd_profiles import BfdProfile as BfdProfileResource

DEFAULTS = {"detect_multiplier": 3, "receive": 300, "transmit": 300}  # FRRouting bfdd/bfd.h


@rule(Severity.ERROR, area="bfd")
def bfd_profile_not_applied(
    sessions: BfdSessions, resources: tuple[BfdProfileResource, ...] | None
) -> Iterator[Finding | Gap]:
    """A BFD profile is missing or not in effect.

    ## Why it matters
    The session runs with FRR's defaults (300 ms, multiplier 3) or with another profile than the one asked for. A
    BGPPeer that names a BFDProfile which does not exist also makes the whole configuration stale.

    ## What to do
    Create or rename the BFDProfile, then compare the running configuration again. For multihop sessions the minimum
    TTL comes from BGP and not from the profile.
    """
    known = None if resources is None else {one.name for one in unique(resources)}
    for session in sessions:
        if session.config is None:
            yield Gap(session.peer, "the running configuration was not collected", session.node)
            continue
        if session.instance.bfdd_silent:
            yield Gap(session.peer, "bfdd gave no answer: the running configuration lacks its profiles", session.node)
            continue
        wanted = session.config.bfd_profile
        for one in session.resources:
            if one.bfd_profile and known is not None and one.bfd_profile not in known:
                text = f"BGPPeer {one.name} names the BFDProfile {one.bfd_profile}, which does not exist"
                yield Finding(session.peer, text, one.where("bfd_profile"), session.node, key=f"{session.vrf} resource")
            elif one.bfd_profile and wanted != one.bfd_profile:
                has = f"runs profile {wanted}" if wanted else "runs no profile"
                text = f"{name(session)} {has}, BGPPeer {one.name} asks for {one.bfd_profile}"
                evidence = (*one.where("bfd_profile"), *_running(session))
                yield Finding(session.peer, text, evidence, session.node, key=f"{session.vrf} other")
        if wanted:
            yield from _effect(session, wanted)


def _running(session: Session) -> tuple:  # type: ignore[type-arg]
    return session.configured("bfd_profile", "bfd") or session.configured("remote_as")


def _effect(session: Session, wanted: str) -> Iterator[Finding]:
    config = session.instance.config
    profile = next((one for one in config.bfd_profiles if one.name == wanted), None) if config else None
    if profile is None:
        text = f"{name(session)} references the BFD profile {wanted}, which the running configuration does not define"
        yield Finding(
            session.peer, text, session.configured("bfd_profile"), session.node, key=f"{session.vrf} undefined"
        )
    elif session.bfd and (wrong := _ignored(profile, session.bfd)):
        text = f"BFD to {name(session)} runs with the default timers, although profile {wanted} sets {wrong}"
        marks = [f"local_timers.{one}" for one in DEFAULTS]
        evidence = (profile.evidence, *lines(session, *marks))
        yield Finding(session.peer, text, evidence, session.node, key=f"{session.vrf} timers")


def _ignored(profile: BfdProfile, bfd: BfdPeer) -> str:
    """What the profile sets while the session runs with FRR's defaults throughout; empty when it is in effect."""
    timers = bfd.local_timers
    if timers is None:
        return ""
    effective = {name: getattr(timers, name) for name in DEFAULTS}
    asked = {
        "detect_multiplier": profile.detect_multiplier,
        "receive": profile.receive_interval,
        "transmit": profile.transmit_interval,
    }
    different = {name: value for name, value in asked.items() if value is not None and value != DEFAULTS[name]}
    if not different or effective != DEFAULTS:
        return ""
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in different.items())
