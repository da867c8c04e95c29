"""RC: nothing that was collected shows a fault."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.frr import Sessions
from analyzer.model import Outcome, RankedFinding, Severity, Status
from parsers.frr_log import FrrLogWindow
from parsers.gather_timestamp import GatherTimestamp
from parsers.metallb_log import MetallbLogWindow

ENOUGH = 0.8  # of the rules, above which silence is a good sign and not only a lack of facts (judgement)
COLLECTION = "gather"  # the area whose warnings speak of the archive and not of the cluster
ROLLOUTS = frozenset({"network-operator-unhealthy", "restarts-and-oom"})  # whose warnings are remarks
REASONS = 4  # why rules were not checked, of which so many are named
# How reasons begin that make a rule say nothing about this cluster, and those for tests that people made or did not.
NOT_APPLICABLE = (
    *("the network of the cluster is", "no collected service is announced by layer 2", "a single node"),
    *("the databases of each node are standalone", "no two nodes", "the nodes whose interfaces were collected have"),
    *("not collected: saved output", "not collected: a saved output", "the saved diagnostics are none"),
)
COLLECT = {
    ("FRR", "BFD", "BGP", "speaker", "MetalLB", "reload", "IPAddressPool"): (
        "Where MetalLB or frr-k8s is used, `oc adm must-gather` with these installed, and `oc adm inspect"
        " ns/metallb-system ns/openshift-frr-k8s`"
    ),
    ("OVN", "ovnkube", "vswitchd"): "`oc adm must-gather -- gather_network_logs`",
    ("of a node", "a node's", "kernel", "Open vSwitch"): "A sosreport of the nodes that are concerned",
    ("services", "endpoint", "routes", "policies", "pods"): "`oc adm inspect ns/NAMESPACE` of the applications",
    ("operator", "events", "nodes", "logs"): "`oc adm must-gather`",
}
SOURCES = 4  # inputs of one reason that are named


@diagnosis
def no_fault_visible(
    findings: Findings,
    timestamps: tuple[GatherTimestamp, ...] | None,
    frr_logs: tuple[FrrLogWindow, ...] | None,
    metallb_logs: tuple[MetallbLogWindow, ...] | None,
    sessions: Sessions | None,
) -> Iterator[Cause]:
    """No fault is visible in this archive in the time that it covers.

    Told where nothing above a remark about the collection or a rollout was found. Likely where most rules had facts to
    judge, else only possible: what was not collected is not healthy.
    """
    serious = findings.worse(Severity.WARNING)
    if any(not is_remark(findings.outcomes[rule], one.severity) for rule, one in serious):
        return
    checked = [one for one in findings.outcomes.values() if one.status in {Status.CLEAR, Status.FOUND}]
    if all(one.area == "gather" or not one.examined for one in checked):  # what was collected is of no use
        return
    missing = [
        one
        for one in findings.outcomes.values()
        if one.status is Status.NOT_CHECKED and not (one.reason or "").startswith(NOT_APPLICABLE)
    ]
    logs: tuple[FrrLogWindow | MetallbLogWindow, ...] = (*(frr_logs or ()), *(metallb_logs or ()))
    share = len(checked) / (len(checked) + len(missing))
    yield Cause(
        title=f"No fault is visible in this archive{_window(timestamps or (), logs)}",
        confidence=Confidence.LIKELY if share > ENOUGH else Confidence.POSSIBLE,
        because=tuple(_because(findings, checked, missing, len(serious))),
        symptoms=tuple(one for _, one in serious),
        next_steps=tuple(_next(missing, sessions)),
        settles=tuple(_unchecked(missing)),
        standing=True,
    )


def is_remark(outcome: Outcome, severity: Severity) -> bool:
    """Whether a finding speaks of the collection, or of pods that come and go, and of no fault."""
    return severity is Severity.WARNING and (outcome.area == COLLECTION or outcome.rule in ROLLOUTS)


def _window(timestamps: tuple[GatherTimestamp, ...], logs: tuple[FrrLogWindow | MetallbLogWindow, ...]) -> str:
    """` from A to B`: from the first line of a log to the end of the collection."""
    ends = [one.end or one.start for one in timestamps if one.start]
    if not ends:
        return ""
    begins = [one.first_time for one in logs if one.first_time] + [one.start for one in timestamps if one.start]
    begin, end = min(begins), max(ends)
    return f" from {_text(begin)} to {_text(end)} UTC" if _text(begin) < _text(end) else f" of {_text(end)} UTC"


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def _because(findings: Findings, checked: list[Outcome], missing: list[Outcome], remarks: int) -> Iterator[str]:
    verb = "was" if len(checked) == 1 else "were"
    yield f"{_rules(len(checked))} {verb} checked and found nothing that is broken."
    if remarks:
        yield f"{remarks} remark{'s' if remarks > 1 else ''} about the collection or a rollout stand below."
    if missing:
        yield f"{_rules(len(missing))} that may apply here could not be checked, which is not the same as healthy."
    settings = sum(one.severity is Severity.INFO for one in _told(findings))
    if settings:
        told = "remark below tells" if settings == 1 else "remarks below tell"
        yield f"{settings} {told} how something is set, which may matter all the same."


def _told(findings: Findings) -> Iterator[RankedFinding]:
    """What is told of the cluster itself, and not of its collection."""
    return (one for rule, one in findings if findings.outcomes[rule].area != COLLECTION)


def _unchecked(missing: list[Outcome]) -> Iterator[str]:
    counted = Counter(one.reason or "nothing to judge" for one in missing)
    for reason, count in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:REASONS]:
        sources = reason.split(" or ")
        more = f" or {len(sources) - SOURCES} other inputs" if len(sources) > SOURCES else ""
        yield f"{_rules(count)} not checked: {' or '.join(sources[:SOURCES])}{more}."


def _rules(count: int) -> str:
    return f"{count} rule{'s' if count > 1 else ''}"


def _next(missing: list[Outcome], sessions: Sessions | None) -> Iterator[str]:
    yield "Ask when the fault was seen and between which addresses: what is over may have left no trace here."
    counted = Counter(how for one in missing if (how := _how(one.reason or "")))
    for how, count in sorted(counted.items(), key=lambda pair: -pair[1]):
        yield f"{how}: {_rules(count)} more could be checked."
    if sessions is not None:
        yield "Set `logLevel: debug` in the MetalLB resource and collect again while the fault is there."
        yield "Ask for the routers' own view: their BGP summary, their routes to the service addresses, their logs."


def _how(reason: str) -> str | None:
    """How to collect what the first of these words speaks of."""
    return next((how for words, how in COLLECT.items() if any(word in reason for word in words)), None)
