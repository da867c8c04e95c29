"""A BGPPeer contradicts itself or another one."""

from collections.abc import Iterable, Iterator

from analyzer.frr import Sessions
from analyzer.instances import NodesByName, PodsByName
from analyzer.metallb.conflicts import Clash, clashes, faults, label, whole_cluster
from analyzer.metallb.installation import Installation, every_node
from analyzer.metallb.outcomes import Refusals, texts
from analyzer.metallb.selectors import names
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.kubernetes import unique
from parsers.metallb_log import MetallbLogEvent
from parsers.metallb_log_kinds import MetallbLogKind
from parsers.metallb_peers import BgpPeer

CROWD = 20  # contradictions of one kind that are told one by one
SAID = (
    "in FRR mode",
    "FRR mode doesn't support duplicate BGPPeers",
    "invalid ebgp-multihop parameter",
    "both peer ASN and dynamicASN specified",
    "missing peer ASN and dynamicASN",
    "missing local ASN",
    "invalid hold time",
    "invalid keepaliveTime",
    "invalid BGPPeer address",
    "invalid source IP",
    "invalid router ID",
    "Address or Interface specified",
    "Address and Interface specified",
)


@rule(Severity.ERROR, area="metallb")
def bgppeer_config_conflict(  # noqa: PLR0913, PLR0917 - who speaks BGP, and which release, stands in many places
    peers: tuple[BgpPeer, ...],
    nodes: NodesByName,
    pods: PodsByName,
    installation: Installation | None,
    sessions: Sessions | None,
    refusals: Refusals,
    logs: tuple[MetallbLogEvent, ...] | None,
) -> Iterator[Finding | Gap]:
    """A BGPPeer contradicts itself or another one.

    ## Why it matters
    MetalLB takes the resources as a whole: one peer that it cannot take, and every later change of pools, peers and
    advertisements has no effect. One FRR has one AS in a VRF, one router ID and each neighbor once.

    ## What to do
    Align the peers. Where nodes need different ones, set `nodeSelectors`; up to MetalLB 0.15 peers of different nodes
    must agree too.
    """
    known = sorted(unique(peers), key=lambda one: (one.namespace or "", one.name))
    found = []
    for peer in known:
        for fault in faults(peer):
            text = f"{label(peer)} {fault.text}"
            lines = tuple(dict.fromkeys((*fault.evidence, *peer.where("address", "interface"))))
            found.append(Finding(f"BGPPeer {peer.name}", text, lines, key=fault.key))
    whole = _whole(installation, logs or ())
    frr = installation.frr if installation else None
    running = {one.peer for one in sessions or () if one.config}
    said = refusals.saying(*SAID)
    complete = every_node(nodes, pods) is not None
    clashing: dict[str, list[Finding]] = {}
    for clash in clashes(known, nodes) if frr is not False else ():
        subject, apart = f"BGPPeer {clash.peer.name}", clash.node is None
        if apart and (_both_run(clash, running) or (whole is False and complete)):
            continue
        if frr is None and not said:
            yield Gap(subject, "whether FRR or MetalLB itself speaks BGP is not known")
        elif apart and not whole and not said and not complete:
            yield Gap(subject, f"not every node was collected: it may share one with {label(clash.other)}")
        elif apart and not whole and not said:
            yield Gap(subject, f"whether this release compares it with {label(clash.other)} is not known")
        else:
            clashing.setdefault(clash.key, []).append(_clash(clash))
    for key, same in clashing.items():
        found += same if len(same) <= CROWD else [_together(key, same)]
    yield from found
    if not found:
        yield from _logged(refusals)


def _whole(installation: Installation | None, logs: Iterable[MetallbLogEvent]) -> bool | None:
    """Whether the release compares the peers of different nodes."""
    started = [one for one in logs if one.kind is MetallbLogKind.STARTING and "MetalLB" in one.text]
    versions = [str(one.details["version"]) for one in started if "version" in one.details]
    csvs = [one.version for one in installation.versions if one.version] if installation else []
    installed = [one.version for one in installation.subscriptions if one.version] if installation else []
    return whole_cluster([*csvs, *installed, *versions], [*csvs, *installed])


def _both_run(clash: Clash, running: set[str]) -> bool:
    """Whether FRR runs both peers: this release took them."""
    if clash.key == "same-peer":
        return False
    return all((one.address or one.interface) in running for one in (clash.peer, clash.other))


def _clash(clash: Clash) -> Finding:
    if clash.node is None:
        where = "they are for different nodes, but this release of MetalLB compares all peers of the cluster"
    else:
        where = "both are for every node" if clash.node == "every node" else f"both are for {clash.node}"
    text = f"{label(clash.peer)} {clash.text}: {where}"
    lines = (*clash.peer.where(*clash.fields), *clash.other.where(*clash.fields))
    selectors = [mark for one in (clash.peer, clash.other) if (mark := one.marks.get("node_selectors")) is not None]
    lines += (*selectors, *(line for one in (clash.peer, clash.other) for line in one.where("address", "interface")))
    return Finding(
        f"BGPPeer {clash.peer.name}", text, tuple(dict.fromkeys(lines)), key=f"{clash.key} {clash.other.name}"
    )


def _together(key: str, same: list[Finding]) -> Finding:
    text = f"{len(same)} BGPPeers contradict others, among them {names(one.subject for one in same)}: {same[0].message}"
    return Finding("BGPPeer resources", text, tuple(line for one in same[:3] for line in one.evidence)[:8], key=key)


def _logged(refusals: Refusals) -> Iterator[Finding]:
    for text, same in texts(refusals.saying(*SAID)).items():
        said = f"MetalLB does not take the peers: {text} (said by {names(one.whose for one in same)})"
        yield Finding("BGPPeer resources", said, tuple(one.evidence for one in same[:4]), key=f"said {text[:200]}")
