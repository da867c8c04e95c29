"""A running FRR pod's outputs were not collected."""

from collections.abc import Iterator

from analyzer.gather import FrrPod, FrrPods
from analyzer.instances import PodsByName
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.dump_frr import EXPECTED
from parsers.metallb_advertisements import BgpAdvertisement, L2Advertisement
from parsers.metallb_peers import BgpPeer
from parsers.metallb_pools import AddressPool, IpAddressPool

FILES = ("dump_frr", "frr.conf", "daemons", "vtysh.conf")


@rule(Severity.WARNING, area="gather")
def expected_collection_missing(  # noqa: PLR0913, PLR0917 - any kind of resource shows that they were collected
    pods: FrrPods,
    every_pod: PodsByName,
    peers: tuple[BgpPeer, ...] | None,
    pools: tuple[IpAddressPool, ...] | None,
    old_pools: tuple[AddressPool, ...] | None,
    bgp: tuple[BgpAdvertisement, ...] | None,
    l2: tuple[L2Advertisement, ...] | None,
) -> Iterator[Finding | Gap]:
    """A running FRR pod's outputs were not collected.

    ## Why it matters
    Every rule that needs the missing output says "not checked" for this node: a fault there is not seen.

    ## What to do
    Collect exactly what the message names. Releases 4.17 and 4.18 take no vtysh outputs from frr-k8s pods unless the
    MetalLB resource sets `bgpBackend: frr-k8s`; from 4.19 on only the pods in openshift-frr-k8s are asked. By hand:
    `oc exec -n NAMESPACE POD -c frr -- vtysh -c 'show running-config' -c 'show bgp neighbor' -c 'show bfd peers'`.
    """
    for one in pods:
        if missing := _missing(one):
            text = f"not collected from pod {one.pod.name}: {', '.join(missing)}"
            yield Finding(one.pod.name, text, _evidence(one), one.pod.node)
    # In frr-k8s mode the speaker has no FRR of its own.
    speakers = [one for one in every_pod.values() if any(each.name == "speaker" for each in one.containers)]
    if speakers and not any(kind is not None for kind in (peers, pools, old_pools, bgp, l2)):
        namespace = speakers[0].namespace or "metallb-system"
        text = f"MetalLB runs in {namespace}, but none of its resources (BGPPeer, IPAddressPool, …) was collected"
        yield Finding(namespace, text, (speakers[0].evidence,), key="resources")


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
