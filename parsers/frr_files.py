"""Whether the small files of an FRR container were collected at all, and whether they hold anything.

The must-gather scripts redirect `oc exec … cat` into files: a failed command leaves a file of 0 bytes, so existence
proves nothing and size does (openshift/must-gather collection-scripts/gather_metallb and gather_frrk8s).
"""

from collections.abc import Iterator

from parsers.base import Evidence, OriginFact, SourceFile, parser


class FrrFile(OriginFact):
    """One collected file; `lines` is 0 for an empty one. The evidence is its first line that is not blank."""

    name: str
    lines: int


@parser(
    "namespaces/{namespace}/pods/{pod}/frr/frr/logs/dump_frr",
    "namespaces/{namespace}/pods/{pod}/frr/frr/logs/frr.conf",
    "namespaces/{namespace}/pods/{pod}/frr/frr/logs/daemons",
    "namespaces/{namespace}/pods/{pod}/frr/frr/logs/vtysh.conf",
    "report/pods/{pod}/frr/logs/dump_frr",
    "report/pods/{pod}/frr/logs/frr.conf",
    "report/pods/{pod}/frr/logs/daemons",
    "report/pods/{pod}/frr/logs/vtysh.conf",
    title="files of the FRR containers (frr.conf, daemons, vtysh.conf)",
    collect="oc adm must-gather with MetalLB or frr-k8s installed; by hand: oc exec -n <namespace> <pod> -c frr -- "
    "cat /etc/frr/frr.conf",
)
def frr_files(source: SourceFile) -> Iterator[FrrFile]:
    first, count = Evidence(source.path, 1, 1, ("",)), 0
    for count, line in source.lines():
        if line.strip() and not first.excerpt[0]:
            first = source.quote(count, line)
    yield FrrFile(evidence=first, origin=source.origin, name=source.path.rpartition("/")[2], lines=count)
