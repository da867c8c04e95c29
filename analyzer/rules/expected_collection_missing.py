"""A running FRR pod's outputs were not collected."""

import re
from collections.abc import Iterable, Iterator

from analyzer.gather import FrrPod, FrrPods
from analyzer.instances import PodsByName
from analyzer.metallb.health import is_frrk8s
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.cluster_version import ClusterVersion
from parsers.dump_frr import EXPECTED
from parsers.kubernetes import unique
from parsers.metallb_advertisements import BgpAdvertisement, L2Advertisement
from parsers.metallb_peers import BgpPeer
from parsers.metallb_pools import AddressPool, IpAddressPool
from parsers.pods import Pod

FILES = ("dump_frr", "frr.conf", "daemons", "vtysh.conf")
OF_CLUSTER = "openshift-frr-k8s"  # where the cluster network operator runs frr-k8s
BY_CLUSTER = (4, 19)  # the release from which on must-gather asks the pods there, and no others any more
BY_MODE = (4, 17)  # from which on frr-k8s is the default, and is asked only where the MetalLB resource says so
SHOWN = 4  # pods as evidence
_RELEASE = re.compile(r"(\d{1,3})\.(\d{1,3})(?:\.|$)")


@rule(Severity.WARNING, area="gather")
def expected_collection_missing(  # noqa: PLR0913, PLR0917 - any kind of resource shows that they were collected
    pods: FrrPods,
    every_pod: PodsByName,
    peers: tuple[BgpPeer, ...] | None,
    pools: tuple[IpAddressPool, ...] | None,
    old_pools: tuple[AddressPool, ...] | None,
    bgp: tuple[BgpAdvertisement, ...] | None,
    l2: tuple[L2Advertisement, ...] | None,
    versions: tuple[ClusterVersion, ...] | None,
) -> Iterator[Finding | Gap]:
    """A running FRR pod's outputs were not collected.

    ## Why it matters
    Every rule that needs the missing output says "not checked" for this node: a fault there is not seen.

    ## What to do
    Collect exactly what the message names. Releases 4.17 and 4.18 take no vtysh outputs from frr-k8s pods unless the
    MetalLB resource sets `bgpBackend: frr-k8s`; from 4.19 on only the pods in openshift-frr-k8s are asked. Where the
    release takes none this is only told of. By hand:
    `oc exec -n NAMESPACE POD -c frr -- vtysh -c 'show running-config' -c 'show bgp neighbor' -c 'show bfd peers'`.
    """
    release = _release(versions or ())
    skipped: dict[tuple[str, str], list[FrrPod]] = {}
    asked = {_fleet(one) for one in pods if one.files or (one.instance and one.instance.sections)}
    for one in pods:
        if release and _gathered(one.pod) and _fleet(one) not in asked and not _asks(one, release):
            skipped.setdefault(_fleet(one), []).append(one)
        elif _gathered(one.pod) and (missing := _missing(one)):
            text = f"not collected from pod {one.pod.name}: {', '.join(missing)}"
            yield Finding(one.pod.name, text, _evidence(one), one.pod.node)
    for (namespace, kind), each in skipped.items():
        text = f"must-gather of this release takes no outputs of FRR from {kind} pods in {namespace}: the rules that "
        text += f"need them did not judge {len(each)} node{'s' * (len(each) > 1)}"
        lines = tuple(one.pod.evidence for one in each[:SHOWN])
        yield Finding(namespace, text, lines, severity=Severity.INFO, key=f"release {kind}")
    # In frr-k8s mode the speaker has no FRR of its own.
    speakers = [one for one in every_pod.values() if any(each.name == "speaker" for each in one.containers)]
    speakers = [one for one in speakers if _gathered(one)]
    if speakers and not any(kind is not None for kind in (peers, pools, old_pools, bgp, l2)):
        namespace = speakers[0].namespace or "metallb-system"
        text = f"MetalLB runs in {namespace}, but none of its resources (BGPPeer, IPAddressPool, …) was collected"
        yield Finding(namespace, text, (speakers[0].evidence,), key="resources")


def _release(versions: Iterable[ClusterVersion]) -> tuple[int, int] | None:
    """The first two numbers of the cluster's version, as far as known."""
    found = (_RELEASE.match(one.version or "") for one in unique(versions))
    return next(((int(one[1]), int(one[2])) for one in found if one), None)


def _fleet(one: FrrPod) -> tuple[str, str]:
    return (one.pod.namespace or "", "frr-k8s" if is_frrk8s(one.pod) else "speaker")


def _asks(one: FrrPod, release: tuple[int, int]) -> bool:
    """Whether must-gather of this release surely asks such a pod (its scripts gather_metallb and gather_frrk8s)."""
    namespace, kind = _fleet(one)
    if namespace == OF_CLUSTER:
        return release >= BY_CLUSTER
    return release < (BY_MODE if kind == "frr-k8s" else BY_CLUSTER)


def _gathered(pod: Pod) -> bool:
    """Whether a collector wrote it: of a list of pods that a person saved nothing else is expected."""
    return "namespaces" in pod.evidence.path.split("/")


def _missing(one: FrrPod) -> list[str]:
    missing = [name for name in FILES if one.file(name) is None]
    if not one.logs:
        missing.append("the FRR log (frr.log or the container's current.log)")
    if one.file("dump_frr") and one.instance and one.instance.sections:
        missing += [f"dump_frr section {command!r}" for command in EXPECTED if command not in one.instance.sections]
    return missing


def _evidence(one: FrrPod) -> tuple[Evidence, ...]:
    container = next(each for each in one.pod.containers if each.name == "frr")
    return (one.pod.evidence, container.evidence, *(each.evidence for each in one.files[:2]))
