"""A BFD profile is missing or not in effect."""

from collections.abc import Iterator

from analyzer.bfd import BfdWishes, lines
from analyzer.bgp import name
from analyzer.frr import Session
from analyzer.metallb.installation import gathered
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.bfd_facts import BfdPeer
from parsers.frr_config_facts import BfdProfile
from parsers.kubernetes import unique
from parsers.metallb_bfd_profiles import BfdProfile as BfdProfileResource
from parsers.metallb_peers import BgpPeer

DEFAULTS = {"detect_multiplier": 3, "receive": 300, "transmit": 300}  # FRRouting bfdd/bfd.h
FIELDS = {
    "detect_multiplier": "detect_multiplier",
    "receive_interval": "receive",
    "transmit_interval": "transmit",
}  # what a profile calls the timers


@rule(Severity.ERROR, area="bfd")
def bfd_profile_not_applied(
    sessions: BfdWishes, peers: tuple[BgpPeer, ...] | None, resources: tuple[BfdProfileResource, ...] | None
) -> Iterator[Finding | Gap]:
    """A BFD profile is missing or not in effect.

    ## Why it matters
    The session runs with FRR's defaults (300 ms, multiplier 3) or with another profile than the one asked for. A
    BGPPeer that names a BFDProfile which does not exist also makes the whole configuration stale.

    ## What to do
    Create or rename the BFDProfile, then compare the running configuration again. For multihop sessions the minimum
    TTL comes from BGP and not from the profile.
    """
    known = None if resources is None else {one.name: one for one in unique(resources)}
    for peer in unique(peers or ()):
        if peer.bfd_profile and known is not None and peer.bfd_profile not in known:
            text = f"BGPPeer {peer.name} names the BFDProfile {peer.bfd_profile}, which does not exist"
            subject = peer.address or peer.interface or peer.name
            yield Finding(subject, text, peer.where("bfd_profile"), key=f"resource {peer.name}")
    for session in sessions:
        asking = [one for one in session.resources if one.bfd_profile]
        if asking and known is None:
            yield Gap(session.peer, "no BFDProfile resource was collected", session.node)
        if gap := _unknown(session):
            yield gap
            continue
        for one in asking:
            if known is None or one.bfd_profile in known:
                yield from _other(session, one, none_there=known is None and gathered(one))
        yield from _effect(session, known or {})


def _unknown(session: Session) -> Gap | None:
    one = session.instance
    if one.config is None or session.config is None:
        return Gap(session.peer, "the running configuration was not collected", session.node)
    if one.bgpd_dead:
        return Gap(session.peer, "bgpd does not run: nothing is in effect", session.node)
    if one.bfdd_silent or (one.bfd_peers is None and not one.config.bfd_profiles):
        return Gap(session.peer, "bfdd gave no answer: the running configuration lacks its profiles", session.node)
    return None


def _other(session: Session, resource: BgpPeer, *, none_there: bool) -> Iterator[Finding]:
    runs = session.config.bfd_profile if session.config else None
    if runs != resource.bfd_profile:
        has = f"runs BFD profile {runs}" if runs else "runs no BFD profile"
        text = f"{name(session)} {has}, BGPPeer {resource.name} asks for {resource.bfd_profile}"
        text += "; there is no BFDProfile at all" if none_there else ""
        running = session.configured("bfd_profile", "bfd") or session.configured("remote_as") or session.where("state")
        evidence = (*resource.where("bfd_profile"), *running)
        yield Finding(session.peer, text, evidence, session.node, key=f"{session.vrf} other {resource.name}")


def _effect(session: Session, resources: dict[str, BfdProfileResource]) -> Iterator[Finding | Gap]:
    config, wanted = session.instance.config, session.config.bfd_profile if session.config else None
    if config is None or wanted is None:
        return
    profile = next((one for one in config.bfd_profiles if one.name == wanted), None)
    if profile is None and not config.complete:
        yield Gap(session.peer, "the running configuration is cut: its profiles may be missing", session.node)
    elif profile is None:
        text = f"{name(session)} references the BFD profile {wanted}, which the running configuration does not define"
        evidence = session.configured("bfd_profile")
        yield Finding(session.peer, text, evidence, session.node, key=f"{session.vrf} undefined")
    elif session.bfd:
        # One finding is enough: the profile that runs, else the resource that it should have come from.
        sources = (profile, resources.get(wanted))
        found = (_ignored(session, session.bfd, one) for one in sources if one)
        yield from [one for one in found if one][:1]


def _ignored(session: Session, bfd: BfdPeer, profile: BfdProfile | BfdProfileResource) -> Finding | None:
    """The session runs with FRR's defaults throughout, although the profile sets others."""
    timers = bfd.local_timers
    asked = {field: getattr(profile, field) for field in FIELDS}
    different = {field: value for field, value in asked.items() if value not in {None, DEFAULTS[FIELDS[field]]}}
    if timers is None or not different or any(getattr(timers, timer) != DEFAULTS[timer] for timer in DEFAULTS):
        return None
    what = "BFDProfile" if isinstance(profile, BfdProfileResource) else "profile"
    sets = ", ".join(f"{field.replace('_', ' ')} {value}" for field, value in different.items())
    text = f"BFD to {name(session)} runs with the default timers, although {what} {profile.name} sets {sets}"
    marks: tuple[Evidence, ...] = (profile.evidence, *profile.where(*different))
    evidence = (*marks, *lines(session, *(f"local_timers.{timer}" for timer in DEFAULTS)))
    return Finding(session.peer, text, evidence, session.node, key=f"{session.vrf} timers")
