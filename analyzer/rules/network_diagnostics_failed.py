"""The network diagnostics of OpenShift 3 found connections that fail, or could not run."""

from collections.abc import Iterator

from analyzer.hosts import HostNames
from analyzer.model import Finding, Gap, Severity
from analyzer.ovn.databases import pieces
from analyzer.rule import NotCollectedError, rule
from analyzer.saved_tests import MEANS
from parsers.net_diagnostics import DiagnosticLevel, DiagnosticMessage, DiagnosticRun

WRAPPERS = frozenset({"DNet2008", "DNet4002"})  # they only hold what the test pod of a node wrote
OUTSIDE = "DExtNet1001"  # the diagnostics themselves say that this may be meant
NETWORK = ("DNet", "DPodNet", "DNodeNet", "DSvcNet", "DExtNet", "DColNet", "DLogNet")
CHECKS = ("NetworkCheck", "CheckNodeNetwork", "CheckPodNetwork", "CheckServiceNetwork", "CheckExternalNetwork")
_LONG = 300  # characters of a message that a sentence holds


@rule(Severity.ERROR, area="sdn")
def network_diagnostics_failed(
    runs: tuple[DiagnosticRun, ...], messages: tuple[DiagnosticMessage, ...] | None, names: HostNames
) -> Iterator[Finding | Gap]:
    """The network diagnostics of OpenShift 3 found connections that fail, or could not run.

    ## Why it matters
    `oc adm diagnostics NetworkCheck` starts pods on every node and tries each way: to its own node, to pods of the same
    and of other nodes, to services, to the outside. What these pods could not reach no pod of that node can.

    ## What to do
    Look at the pair: pods of the same node point to the node's own bridge, pods of two nodes to VXLAN between these or
    to a missing flow, services to the service proxy. Refused means that the way is good and nothing listens; without an
    answer the way is broken. The folder of `--network-logdir` holds the outputs of each node: read it with this tool.
    """
    told = [one for one in messages or () if one.code.startswith(NETWORK)]
    if not told and not any(run.name.startswith(CHECKS) for run in runs):
        raise NotCollectedError("the saved diagnostics are none of the network")
    for one in told:
        if one.code in WRAPPERS:
            continue
        node, label = names.node(one), names.label(one) if one.node else one.diagnostic
        if one.level is DiagnosticLevel.WARN and one.code != OUTSIDE:
            yield Gap(label, f"{one.diagnostic}: {one.text[:_LONG]}", node)
            continue
        lines = pieces(one.where("code", "text", "source", "target", "answer"))
        severity = Severity.INFO if one.code == OUTSIDE else None
        key = f"{one.code} {one.source} {one.target}"
        yield Finding(label, f"{one.diagnostic} ({one.code}): {_text(one)}", lines, node, severity, key)


def _text(one: DiagnosticMessage) -> str:
    if one.source is None or one.target is None:
        return one.text[:_LONG]
    if one.unexpected:
        return f"pod {one.source} reaches {one.target}, from which the isolation of projects should keep it"
    return f"pod {one.source} does not reach {one.target}, {MEANS[one.answer] if one.answer else 'failed'}"
