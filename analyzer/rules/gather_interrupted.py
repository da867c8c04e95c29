"""The collection was interrupted or failed."""

import re
from collections.abc import Iterator

from analyzer.gather import troubles
from analyzer.instances import FrrInstances
from analyzer.model import Finding, Gap, Severity
from analyzer.operators import NAMESPACES
from analyzer.rule import NotCollectedError, rule
from parsers.cluster_version import ClusterVersion
from parsers.gather_log import GatherMessage, GatherTrouble
from parsers.gather_timestamp import GatherTimestamp
from parsers.nodes import Node
from parsers.pods import Pod

TROUBLES = {
    GatherTrouble.NEVER_FINISHED: "the gather never finished: nothing it collected was downloaded",
    GatherTrouble.DID_NOT_START: "the gather pod did not start",
    GatherTrouble.NOT_DOWNLOADED: "the output was not downloaded",
    GatherTrouble.VOLUME_LIMIT: "the volume limit ended the gather early: files may be missing or cut",
    GatherTrouble.INSPECT_ERRORS: "errors occurred while gathering",
}
_NAMESPACE = re.compile(r"data for namespace: (?P<name>[a-z0-9-]{1,63})")


@rule(Severity.WARNING, area="gather")
def gather_interrupted(  # noqa: PLR0913, PLR0917 - that nothing else was collected is seen from every kind of fact
    timestamps: tuple[GatherTimestamp, ...] | None,
    messages: tuple[GatherMessage, ...] | None,
    versions: tuple[ClusterVersion, ...] | None,
    nodes: tuple[Node, ...] | None,
    pods: tuple[Pod, ...] | None,
    instances: FrrInstances | None,
) -> Iterator[Finding | Gap]:
    """The collection was interrupted or failed.

    ## Why it matters
    What is missing was not judged. A gather that runs into its timeout (10 minutes unless told otherwise) leaves
    nothing but `timestamp`; one that is interrupted leaves part of the files, the last ones cut.

    ## What to do
    Run it again with `--timeout=30m` and, if the volume limit was hit, `--volume-percentage`. Errors while gathering
    single pods (one that was just starting, or went away) are usual; those of the network's namespaces are a warning.
    """
    if timestamps is None and messages is None:
        raise NotCollectedError("neither timestamp nor gather.logs nor must-gather.logs in this archive")
    for one in timestamps or ():
        # Several runs share the file of an image directory and may mix or cut their lines; one line is one run.
        if one.end is None and one.runs == 1:
            text = "the collection began and never ended: its end is missing in timestamp"
            yield Finding(one.image_dir or "must-gather", text, one.where("start"), key="end")
    yield from troubles(messages or (), TROUBLES, _severity)
    own = (*(timestamps or ()), *(messages or ()))
    if own and not any(kind for kind in (versions, nodes, pods, instances)):
        text = "the archive holds nothing of the cluster: the gather failed, only its own files are here"
        yield Finding("must-gather", text, (own[0].evidence,), key="nothing")


def _severity(one: GatherMessage) -> Severity | None:
    """Pods come and go while they are collected: what that leaves out elsewhere is of no use here."""
    named = _NAMESPACE.search(one.text)
    usual = one.kind is GatherTrouble.INSPECT_ERRORS and not (named and named["name"] in NAMESPACES)
    return Severity.INFO if usual else None
