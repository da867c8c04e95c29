"""What nodes write with their own clock: leases, heartbeats, and what chrony says of its offset.

Sources: kubernetes/api coordination/v1 LeaseSpec and kubernetes/kubernetes pkg/kubelet (the kubelet renews its lease in
kube-node-lease every 10 s; openshift/must-gather collects leases from release 4.16 on); core/v1 NodeCondition;
chrony client.c (process_cmd_tracking); sosreport/sos sos/report/plugins/chrony.py.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from parsers.base import Fact, ParseFailure, SourceFile, failure, parser
from parsers.host_facts import HostFact, node_hint
from parsers.kubernetes import KubernetesFact, kind_words, loose, metadata, read_objects
from parsers.tree import Tree
from parsers.values import marks, moment, number
from parsers.vocabulary import timestamp

NODE_LEASES = "kube-node-lease"


class NodeLease(KubernetesFact):
    """The lease of a node, by its name. `renewed` is of the node's clock; `seconds` is how long it lasts."""

    renewed: datetime
    seconds: int | None = None


@parser(
    f"namespaces/{NODE_LEASES}/coordination.k8s.io/leases/{{name}}.yaml",
    f"namespaces/{NODE_LEASES}/coordination.k8s.io/leases.yaml",
    title="leases of the nodes",
    collect="oc adm must-gather (4.16 and later); by hand: oc get leases -n kube-node-lease -o yaml > leases.yaml",
    content=loose("Lease"),
    words=kind_words("Lease"),
)
def node_leases(source: SourceFile) -> Iterator[NodeLease | ParseFailure]:
    """Leases of other namespaces are deliberately ignored: they are of programs that move between nodes."""
    return read_objects(source, "node_leases", {"Lease": _lease})


def _lease(tree: Tree, source: SourceFile) -> Iterator[NodeLease]:
    renewed = moment(tree, "spec", "renewTime")
    if tree.get("metadata", "namespace") == NODE_LEASES and renewed is not None:
        yield NodeLease(
            **metadata(tree, source),
            marks=marks(tree, renewed=("spec", "renewTime"), seconds=("spec", "leaseDurationSeconds")),
            renewed=renewed,
            seconds=number(tree, "spec", "leaseDurationSeconds"),
        )


class NodeHeartbeat(Fact):
    """The newest time at which the kubelet wrote a condition of its node, every 5 minutes at least."""

    node: str
    at: datetime
    image_dir: str = ""


_BEAT = re.compile(rb"(?<!f:)lastHeartbeatTime:|^    type: ", re.MULTILINE)
_TIME = re.compile(r"\s*(?:- )?lastHeartbeatTime: [\"']?(?P<time>[^\"'\s]{1,40})[\"']?\s*")
# The conditions of the kubelet; others come from the network plugin or from node-problem-detector.
_KUBELET = frozenset({"Ready", "MemoryPressure", "DiskPressure", "PIDPressure"})


@parser(
    "cluster-scoped-resources/core/nodes/{node}.yaml",
    title="heartbeats of the nodes",
    collect="oc adm must-gather, or oc adm inspect nodes",
    required_content=rb"lastHeartbeatTime",
)
def node_heartbeats(source: SourceFile) -> Iterator[NodeHeartbeat | ParseFailure]:
    """One fact for a node. All other lines of the object are deliberately ignored: the parser of nodes reads them."""
    newest: NodeHeartbeat | None = None
    pending: NodeHeartbeat | None = None
    for at, line in source.search(_BEAT):
        if "lastHeartbeatTime:" in line:
            pending = None
            written = _TIME.fullmatch(line)
            if written and written["time"] == "null":
                continue
            time = timestamp(written["time"]) if written else None
            if time is None:
                yield failure(source.quote(at, line), "node_heartbeats", "not a time")
                continue
            quoted = source.quote(at, line)
            pending = NodeHeartbeat(
                evidence=quoted, marks={"at": quoted}, node=source.params["node"], at=time, image_dir=source.image_dir
            )
        elif pending and line.partition("type:")[2].strip(" \"'") in _KUBELET:
            newest = pending if newest is None or pending.at > newest.at else newest
            pending = None
    if newest:
        yield newest


class ChronyTracking(HostFact):
    """What `chronyc tracking` says. offset: seconds that the clock is ahead of NTP, negative behind.

    synchronised: False where chrony follows no source; the offset tells nothing then.
    """

    offset: float | None = None
    synchronised: bool | None = None


_OFFSET = re.compile(
    r"\s*System time\s*: (?P<seconds>\d{1,12}(?:\.\d{1,12})?) seconds (?P<way>slow|fast) of NTP time\s*"
)
_LEAP = re.compile(r"\s*Leap status\s*: (?P<status>\S.{0,30}?)\s*")
_LEAPS = {"Normal": True, "Insert second": True, "Delete second": True, "Not synchronised": False}
_TRACKING = re.compile(rb"System time *: |Leap status *: |506 Cannot talk to daemon")


@parser(
    "sos_commands/chrony/chronyc_tracking",
    title="offset of the clock (chronyc tracking)",
    collect="a sosreport of the node, or: oc debug node/<node> -- chroot /host chronyc tracking > <node>/chrony.txt",
    content=rb"^[ \t>]{0,20}System time *: \d{1,12}(?:\.\d{1,12})? seconds (?:slow|fast) of NTP time",
    words=(b"of NTP time",),
)
def chrony_tracking(source: SourceFile) -> Iterator[ChronyTracking | ParseFailure]:
    """The lines of sources, delays and frequencies are deliberately ignored."""
    offset: tuple[float, int, str] | None = None
    for at, line in source.search(_TRACKING):
        if found := _OFFSET.fullmatch(line):
            if offset:
                yield _tracking(source, offset, None)
            sign = 1 if found["way"] == "fast" else -1
            offset = (sign * float(found["seconds"]), at, line)
        elif (leap := _LEAP.fullmatch(line)) and leap["status"] in _LEAPS:
            yield _tracking(source, offset, (_LEAPS[leap["status"]], at, line))
            offset = None
        else:
            yield failure(source.quote(at, line), "chrony_tracking", "line not recognised")
    if offset:
        yield _tracking(source, offset, None)


def _tracking(
    source: SourceFile, offset: tuple[float, int, str] | None, leap: tuple[bool, int, str] | None
) -> ChronyTracking:
    found = {}
    if offset:
        found["offset"] = source.quote(offset[1], offset[2])
    if leap:
        found["synchronised"] = source.quote(leap[1], leap[2])
    return ChronyTracking(
        evidence=next(iter(found.values())),
        marks=found,
        origin=source.origin,
        node=node_hint(source),
        offset=offset[0] if offset else None,
        synchronised=leap[0] if leap else None,
    )
