"""A daemon of FRR that MetalLB needs is switched off."""

import re
from collections.abc import Iterable, Iterator

from analyzer.instances import FrrInstances, Instance, PodsByName
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import NotCollectedError, rule
from parsers.base import Evidence, Origin, OriginFact
from parsers.dump_frr import FrrSection
from parsers.frr_daemons import FrrDaemons
from parsers.metallb_bfd_profiles import BfdProfile

Need = tuple[str, tuple[Evidence, ...]]
_DEAD = re.compile(r"\b(bgpd|bfdd)(?: daemon)? is not running")


@rule(Severity.ERROR, area="config")
def frr_daemon_disabled(
    daemons: tuple[FrrDaemons, ...] | None,
    sections: tuple[FrrSection, ...] | None,
    instances: FrrInstances | None,
    pods: PodsByName,
    profiles: tuple[BfdProfile, ...] | None,
) -> Iterator[Finding | Gap]:
    """A daemon of FRR that MetalLB needs is switched off.

    ## Why it matters
    Without `bgpd=yes` in `/etc/frr/daemons` the node has no BGP at all; without `bfdd=yes` no BFD session comes up,
    and BGP sessions that wait for BFD stay down with it.

    ## What to do
    MetalLB and frr-k8s bring the file with them: find who edited its ConfigMap (`frr-startup`) or the file in the
    pod, then deploy the pod again. Where the file is right and vtysh says that the daemon is not running, look for its
    crash in the log of the `frr` container.
    """
    if daemons is None and sections is None:
        raise NotCollectedError("not collected: the daemons file of FRR, dump_frr")
    homes = {_home(one.origin): one for one in instances or ()}
    for home, fact in {_home(one.origin): one for one in daemons or ()}.items():
        node = _node(fact, homes.get(home), pods)
        if not fact.enabled:
            yield Gap(fact.origin.pod or fact.evidence.path, "its daemons file names no daemon", node)
            continue
        yield from _disabled(fact, node, _needs_bfd(homes.get(home), profiles or ()))
    yield from _dead(sections or (), homes, pods, profiles or ())


def _home(origin: Origin) -> tuple[str | None, str | None]:
    """Whose facts belong together: a pod's, or those of a folder."""
    return (origin.namespace, origin.pod) if origin.pod else (None, origin.folder)


def _node(fact: OriginFact, one: Instance | None, pods: PodsByName) -> str | None:
    if one is not None:
        return one.node
    pod = pods.get((fact.origin.namespace or "", fact.origin.pod or ""))
    return pod.node if pod else None


def _needs_bfd(one: Instance | None, profiles: Iterable[BfdProfile]) -> Need | None:
    """What asks for BFD on the node: its configuration, or a BFDProfile, which MetalLB renders on every node."""
    for config in (one.startup, one.config) if one else ():
        found = [each.evidence for each in config.bfd_profiles] if config else []
        for router in config.routers if config else ():
            found += [line for each in router.neighbors if each.bfd for line in each.where("bfd")]
        if found:
            return "its configuration asks for BFD", tuple(found[:2])
    first = next(iter(profiles), None)
    return (f"BFDProfile {first.name} exists", (first.evidence,)) if first else None


def _disabled(fact: FrrDaemons, node: str | None, need: Need | None) -> Iterator[Finding]:
    who = node or fact.origin.pod or fact.evidence.path
    for name, why in (("bgpd", ("", ())), ("bfdd", need)):
        if why is None or fact.enabled.get(name):
            continue
        says = f"says {name}=no" if name in fact.enabled else f"does not say {name}=yes"
        use = f", although {why[0]}" if why[0] else ""
        yield Finding(name, f"the daemons file on {who} {says}{use}", (*fact.where(name), *why[1]), node, key=who)


def _dead(
    sections: Iterable[FrrSection],
    homes: dict[tuple[str | None, str | None], Instance],
    pods: PodsByName,
    profiles: tuple[BfdProfile, ...],
) -> Iterator[Finding]:
    """What vtysh says of daemons that do not run, once for each of a pod."""
    seen = set()
    for section in sections:
        found = _DEAD.search(section.message or "")
        home = _home(section.origin)
        if found is None or (home, found[1]) in seen:
            continue
        one = homes.get(home)
        if found[1] == "bfdd" and not _needs_bfd(one, profiles):
            continue
        seen.add((home, found[1]))
        node = _node(section, one, pods)
        who = node or section.origin.pod or section.evidence.path
        text = f"{found[1]} does not run on {who}: `{section.command}` answered {section.message}"
        yield Finding(found[1], text, section.where("message"), node, key=f"{who} dead")
