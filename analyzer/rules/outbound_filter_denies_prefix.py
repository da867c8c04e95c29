"""A node originates a prefix, and its outbound filter keeps it from the peer that is to get it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from analyzer.announce import excluded_by_configuration
from analyzer.bgp import NAMED, announcements, name
from analyzer.frr import Session, Sessions
from analyzer.metallb.chain import Chain
from analyzer.metallb.chains import Chains
from analyzer.metallb.path import State, Step
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.frrk8s_configurations import FrrConfiguration
from parsers.kubernetes import unique
from parsers.metallb_advertisements import BgpAdvertisement
from parsers.vocabulary import address, family_of

OF_METALLB = "metallb-"  # MetalLB's FRRConfiguration of a node: what it leaves out its advertisements leave out


@dataclass
class _Held:
    """What one peer does not get: the prefixes with the services that have an address in them."""

    session: Session
    prefixes: dict[str, set[str]] = field(default_factory=dict)
    evidence: list[Evidence] = field(default_factory=list)


@rule(Severity.ERROR, area="config")
def outbound_filter_denies_prefix(
    chains: Chains,
    sessions: Sessions | None,
    advertisements: tuple[BgpAdvertisement, ...] | None,
    configurations: tuple[FrrConfiguration, ...] | None,
) -> Iterator[Finding | Gap]:
    """A node originates a prefix, and its outbound filter keeps it from the peer that is to get it.

    ## Why it matters
    The `network` statement is there and looks right, but the peer's prefix-list or route-map does not permit the
    prefix: this router never learns the way to the service, while others may.

    ## What to do
    Compare the prefix-list in the evidence with the advertisement: add the peer to `peers` of the BGPAdvertisement, or
    the prefix to `toAdvertise` of the FRRConfiguration. A peer that an advertisement leaves out on purpose is no fault.
    """
    known = advertisements is not None or configurations is not None
    found, gaps = _held(chains, known=known)
    yield from gaps
    for held in found.values():
        omitted = excluded_by_configuration(held.session, configurations)
        severity = Severity.INFO if omitted else None if known else Severity.WARNING
        yield _finding(held, severity, _omission(held.session, configurations) if omitted else ())
    for session in sessions or ():
        if id(session) not in found:
            yield from _omitted(session, configurations)


def _meant(chain: Chain, *, known: bool) -> bool:
    """Whether the peers of the chain are to get its prefix.

    What no collected service has may be meant for other peers: an administrator's own prefix, or one of an
    advertisement for some services. Without any resource the configuration alone tells.
    """
    if chain.service is not None or not known:
        return True
    return bool(chain.advertisements) and all(one.selects_service(None) for one in chain.advertisements)


def _held(chains: Chains, *, known: bool) -> tuple[dict[int, _Held], list[Gap]]:
    """By session what its policy holds back, and the gaps where that cannot be judged."""
    found: dict[int, _Held] = {}
    gaps: dict[tuple[str, str], Gap] = {}
    for chain in chains:
        for node in chain.nodes if chain.link is None and _meant(chain, known=known) else ():
            for path in node.peers if node.link is None else ():
                link, session = path.link, path.session
                if link is None or session is None or link.step is not Step.POLICY:
                    continue
                if _foreign(session, path.prefix) or not _filtered(session, path.prefix):
                    continue
                if link.state is not State.BROKEN:
                    gaps.setdefault((node.node, session.peer), Gap(session.peer, link.text, node.node))
                    continue
                held = found.setdefault(id(session), _Held(session))
                held.prefixes.setdefault(path.prefix, set()).update([chain.subject] if chain.service else ())
                if len(held.prefixes) <= NAMED:
                    held.evidence.extend(link.evidence)
    return found, list(gaps.values())


def _filtered(session: Session, prefix: str) -> bool:
    """Whether the peer has an outbound filter: without one it is a matter of FRR's required policy."""
    own = family_of(prefix)
    settings = session.config.families.get(own) if session.config and own else None
    return settings is not None and any(
        (settings.route_map_out, settings.prefix_list_out, settings.distribute_list_out, settings.filter_list_out)
    )


def _foreign(session: Session, prefix: str) -> bool:
    """Whether the prefix is of another family than the peer: it gets them where dual stack is asked for alone."""
    own = family_of(session.peer)
    both = any(one.dual_stack_address_family for one in session.resources)
    return own is not None and not both and family_of(prefix) is not own


def _finding(held: _Held, severity: Severity | None, more: Iterable[Evidence]) -> Finding:
    session = held.session
    text = f"{_prefixes(held)} on {session.node or session.instance.label} does not pass {_filter(held)}"
    if severity is Severity.INFO:
        text += "; no FRRConfiguration asks to advertise it"
    evidence = (*dict.fromkeys(held.evidence), *more)
    return Finding(session.peer, text, evidence[:8], session.node, severity, session.vrf)


def _prefixes(held: _Held) -> str:
    listed = [f"{one} ({', '.join(sorted(names)[:2])})" if names else one for one, names in held.prefixes.items()]
    return ", ".join(listed[:NAMED]) + (f" and {len(listed) - NAMED} more" if len(listed) > NAMED else "")


def _filter(held: _Held) -> str:
    """The filters of the peer by name."""
    session = held.session
    families = session.config.families if session.config else {}
    names = []
    for family in dict.fromkeys(family_of(one) for one in held.prefixes):
        settings = families.get(family) if family else None
        if settings and settings.route_map_out:
            names.append(f"route-map {settings.route_map_out}")
        if settings and settings.prefix_list_out:
            names.append(f"prefix-list {settings.prefix_list_out}")
    return f"{' and '.join(dict.fromkeys(names)) or 'the outbound policy'} to {name(session)}"


def _omission(session: Session, configurations: Iterable[FrrConfiguration] | None) -> tuple[Evidence, ...]:
    labels = session.instance.host.labels if session.instance.host else None
    return tuple(
        line
        for one in unique(configurations or ())
        if labels is None or one.node_selector.matches(labels)
        for router in one.routers
        for neighbor in router.neighbors
        if address(neighbor.address or neighbor.interface or "") == session.peer
        for line in neighbor.where("advertise", "address", "interface")
    )[:2]


def _omitted(session: Session, configurations: tuple[FrrConfiguration, ...] | None) -> Iterator[Finding]:
    """What an administrator's FRRConfiguration does not ask to advertise although the node originates it."""
    own = family_of(session.peer)
    others = [one for one in configurations or () if not one.name.startswith(OF_METALLB)]
    asked = [excluded_by_configuration(session, each) for each in (others, configurations)]
    if session.config is None or not all(asked):
        return
    held = _Held(session)
    for statement, verdict in (announcements(session, own) or ()) if own else ():
        if verdict.denied and _filtered(session, statement.prefix):
            held.prefixes[statement.prefix] = set()
            held.evidence += [statement.evidence, *verdict.evidence] if len(held.prefixes) <= NAMED else []
    if held.prefixes:
        yield _finding(held, Severity.INFO, _omission(session, others))
