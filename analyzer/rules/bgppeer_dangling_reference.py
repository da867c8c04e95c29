"""A BGPPeer or BGPAdvertisement names a Secret, profile or community that is not there or cannot be used."""

import re
from collections.abc import Iterable, Iterator

from analyzer.bfd import BfdWishes
from analyzer.metallb.installation import gathered
from analyzer.metallb.outcomes import Refusals, texts
from analyzer.metallb.selectors import names
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import NotCollectedError, rule
from parsers.kubernetes import unique
from parsers.metallb_advertisements import BgpAdvertisement
from parsers.metallb_bfd_profiles import BfdProfile
from parsers.metallb_peers import BgpPeer
from parsers.metallb_pools import Community
from parsers.secret_types import SecretsListed, SecretType

WANTED = "kubernetes.io/basic-auth"
KEY = "password"
_STANDARD = re.compile(r"(\d{1,5}):(\d{1,5})")
_LARGE = re.compile(r"large:(\d{1,10}):(\d{1,10}):(\d{1,10})")
SECRETS_SAID = (
    "password secret",
    "secret ref not found",
    "secret type mismatch",
    "not specified in the secret",
    "not found for neighbor",
    "both password and secret ref",
    "both cleartext password and secret ref",
)
COMMUNITIES_SAID = ("invalid community",)
PROFILES_SAID = ("referencing non existing bfd profile",)


@rule(Severity.ERROR, area="metallb")
def bgppeer_dangling_reference(  # noqa: PLR0913, PLR0917 - each reference leads to another kind of resource
    peers: tuple[BgpPeer, ...] | None,
    advertisements: tuple[BgpAdvertisement, ...] | None,
    secrets: tuple[SecretType, ...] | None,
    lists: tuple[SecretsListed, ...] | None,
    communities: tuple[Community, ...] | None,
    profiles: tuple[BfdProfile, ...] | None,
    wishes: BfdWishes | None,
    refusals: Refusals,
) -> Iterator[Finding | Gap]:
    """A BGPPeer or BGPAdvertisement names a Secret, profile or community that is not there or cannot be used.

    ## Why it matters
    MetalLB cannot take the configuration and keeps the old one: later changes of pools, peers and advertisements have
    no effect. A BFDProfile that does not exist is told by bfd-profile-not-applied where outputs of FRR were collected,
    and here where they were not.

    ## What to do
    Create the Secret in the BGPPeer's namespace with the type `kubernetes.io/basic-auth` and the key `password`, the
    BFDProfile, or the alias in a Community; or correct the name. Set either `password` or `passwordSecret`.
    """
    if peers is None and advertisements is None:
        raise NotCollectedError("not collected: BGPPeer or BGPAdvertisement resources")
    known = unique(peers or ())
    found = [one for peer in known for one in _secret(peer, secrets, lists, refusals)]
    yield from found
    if not any(isinstance(one, Finding) for one in found):
        yield from _logged(refusals, SECRETS_SAID, "BGPPeer resources", "the password of a peer")
    aliases = list(_communities(unique(advertisements or ()), communities))
    yield from aliases
    if not any(isinstance(one, Finding) for one in aliases):
        yield from _logged(refusals, COMMUNITIES_SAID, "BGPAdvertisement resources", "a community")
    if wishes is None:
        missing = list(_profiles(known, profiles))
        yield from missing
        if not missing:
            yield from _logged(refusals, PROFILES_SAID, "BGPPeer resources", "a BFDProfile")


def _secret(
    peer: BgpPeer,
    secrets: tuple[SecretType, ...] | None,
    lists: tuple[SecretsListed, ...] | None,
    refusals: Refusals,
) -> Iterator[Finding | Gap]:
    subject, name = f"BGPPeer {peer.name}", peer.password_secret
    if name is None:
        return
    if peer.password:
        text = f"{subject} sets both a password and the passwordSecret {name}"
        yield Finding(subject, text, peer.where("password", "password_secret"), key="both")
    where = peer.where("password_secret")
    whose = peer.namespace or "-"
    held = next((one for one in unique(secrets or ()) if one.name == name and one.namespace == peer.namespace), None)
    if held is not None:
        if held.type != WANTED:
            text = f"{subject} takes its password from Secret {whose}/{name} of type {held.type}, not {WANTED}"
            yield Finding(subject, text, (*where, *held.where("type")), key="type")
        elif KEY not in held.keys:
            has = f"its keys are {names(held.keys)}" if held.keys else "it is empty"
            text = f"{subject} takes its password from Secret {whose}/{name}, which has no key {KEY}: {has}"
            yield Finding(subject, text, (*where, *held.where("keys")), key="key")
        return
    listed = next((one for one in lists or () if one.everywhere or peer.namespace in one.namespaces), None)
    if listed is not None:
        text = f"{subject} takes its password from Secret {whose}/{name}, which does not exist"
        yield Finding(subject, text, (*where, listed.evidence), key="missing")
    elif not refusals.saying(*SECRETS_SAID):
        yield Gap(subject, f"the Secrets of namespace {whose} were not collected")


def _communities(
    advertisements: Iterable[BgpAdvertisement], communities: tuple[Community, ...] | None
) -> Iterator[Finding | Gap]:
    aliases = {alias: one for one in unique(communities or ()) for alias in one.communities}
    for one in advertisements:
        subject = f"BGPAdvertisement {one.name}"
        unknown = [text for text in one.communities if text not in aliases and not _literal(text)]
        wrong = [text for text in unknown if text.count(":") in {1, 3}]
        missing = [text for text in unknown if text not in wrong]
        if wrong:
            text = f"{subject} sets the community {names(wrong)}, which is no value of a community"
            yield Finding(subject, text, one.where("communities"), key="value")
        if missing and communities is None and not gathered(one):
            yield Gap(subject, f"no Community resource was collected: {names(missing)} may be an alias")
        elif missing:
            there = f"the aliases are {names(aliases)}" if aliases else "there is no Community resource"
            text = f"{subject} sets the community {names(missing)}, which no Community resource defines; {there}"
            lines = tuple(line for each in unique(communities or ())[:4] for line in each.where("communities"))
            yield Finding(subject, text, (*one.where("communities"), *lines), key="alias")


def _literal(text: str) -> bool:
    """Whether it is a community as MetalLB reads it: two numbers of 16 bits, or `large:` and three of 32 bits."""
    if match := _STANDARD.fullmatch(text):
        return all(int(part) < 1 << 16 for part in match.groups())
    match = _LARGE.fullmatch(text)
    return match is not None and all(int(part) < 1 << 32 for part in match.groups())


def _profiles(peers: Iterable[BgpPeer], profiles: tuple[BfdProfile, ...] | None) -> Iterator[Finding | Gap]:
    """Only where bfd-profile-not-applied cannot look, because nothing of FRR was collected."""
    known = {one.name for one in unique(profiles or ())}
    for peer in peers:
        subject = f"BGPPeer {peer.name}"
        if peer.bfd_profile is None or peer.bfd_profile in known:
            continue
        if profiles is None and not gathered(peer):
            yield Gap(subject, "no BFDProfile resource was collected")
        else:
            there = f"the profiles are {names(known)}" if known else "there is no BFDProfile"
            text = f"{subject} names the BFDProfile {peer.bfd_profile}, which does not exist; {there}"
            lines = tuple(one.evidence for one in unique(profiles or ())[:4])
            yield Finding(subject, text, (*peer.where("bfd_profile"), *lines), key="profile")


def _logged(refusals: Refusals, said: tuple[str, ...], subject: str, what: str) -> Iterator[Finding]:
    """The log alone tells it: the resource was corrected without success, or it was not collected."""
    for text, same in texts(refusals.saying(*said)).items():
        message = f"MetalLB cannot use {what}: {text} (said by {names(one.whose for one in same)})"
        yield Finding(subject, message, tuple(one.evidence for one in same[:4]), key=f"said {text[:200]}")
