"""Findings and root causes of two archives. Gone because mended is one thing, gone because not checked another."""

import re
from collections.abc import Iterable, Iterator

from analyzer.diff.compare import MASKED, NAMES, NEW, OLD, ordered
from analyzer.diff.masks import addressed, bare, masked
from analyzer.diff.match import match
from analyzer.diff.model import WEAK, Change, Direction, Entry, Facet, Item, RuleState, Section, Side, Skipped, Value
from analyzer.diff.names import member, settled
from analyzer.model import Diagnosis, Outcome, RankedFinding, Report, Severity, Status

TITLE, CAUSES = "findings", "root causes"
_COLLECTION = "gather"  # the area of the rules that judge the collection
_NO_CAUSE = "no-fault-visible"
EVIDENCE = 4  # places of a finding that are told
_VOLATILE = re.compile(r"\d+(?:[.,:]\d+)*|\b[0-9a-f]{8,}\b")


def facet_of_findings(report: Report, pods: dict[str, str]) -> Facet:
    """The findings as items. Their ids hold the names of pods, which a rollout changes."""
    items = tuple(_item(outcome, finding, pods) for outcome, finding in report.findings())
    return Facet("findings", TITLE, items)


def _item(outcome: Outcome, one: RankedFinding, pods: dict[str, str]) -> Item:
    rule = outcome.rule
    node, subject = one.node or "", settled(one.subject, pods)
    inputs = dict.fromkeys(each.path for each in one.evidence)
    return Item(
        key=one.id,
        values={
            "severity": one.severity.value,
            "message": one.message,
            "rule": rule,
            "area": outcome.area,
            "node": one.node,
            "subject": one.subject,
            "settled": settled(one.message, pods),
            "inputs": tuple(dict.fromkeys(member(path, pods) for path in inputs)),
            "evidence": tuple(f"{each.path}:{each.first_line}" for each in one.evidence[:EVIDENCE]),
        },
        label=f"{rule} {where(one.node, one.subject)}",
        text=one.message,
        health=len(Severity) - one.severity.rank,
        aliases=(f"{rule} {node} {subject}",),
        hints=(bare(f"{rule} {node} {subject}"),),
        kin=(f"{rule} {node} {subject}",),
    )


def where(node: str | None, subject: str) -> str:
    """`worker-0 / 192.0.2.1`."""
    return f"{node} / {subject}" if node and node != subject else subject


def states(report: Report, pods: dict[str, str]) -> dict[str, RuleState]:
    """What became of every rule."""
    return {
        one.rule: RuleState(
            one.status.value, one.reason, tuple((gap.node, settled(gap.subject, pods), gap.reason) for gap in one.gaps)
        )
        for one in report.outcomes
    }


def compare_findings(old: Side, new: Side) -> Section:
    """What appeared, is gone or changed; what only one archive could judge is not comparable, with the rule."""
    found = match(old.findings.items, new.findings.items)
    skipped: list[Skipped] = []
    entries: dict[str, list[Entry]] = {OLD: [], NEW: []}
    veiled = {OLD: _veiled(found.new), NEW: _veiled(found.old)}
    for name, items, own, other in ((OLD, found.old, old, new), (NEW, found.new, new, old)):
        there = NAMES[NEW if name == OLD else OLD]
        for one in items:
            reason = _masked(one, NAMES[name], there, veiled[name]) or why_not(one, own, other, there)
            if reason is not None:
                skipped.append(
                    Skipped(reason, one.label, side=name, severity=severity(one), evidence=_texts(one, "evidence"))
                )
            else:
                entries[name].append(_entry(one, name, other))
    return Section(
        "findings",
        TITLE,
        len(old.findings.items),
        len(new.findings.items),
        appeared=_worst_first(entries[NEW]),
        gone=_worst_first(entries[OLD]),
        changed=ordered(change for pair in found.pairs for change in _changes(*pair)),
        skipped=tuple(sorted(skipped, key=lambda one: (one.severity.rank if one.severity else 0, one.key or ""))),
    )


def _worst_first(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda one: (-one.health, one.key, one.text)))


def severity(one: Item) -> Severity:
    """The severity of a finding."""
    return Severity(str(one.values["severity"]))


def _texts(one: Item, name: str) -> tuple[str, ...]:
    found = one.values[name]
    assert isinstance(found, tuple)
    return found


def _entry(one: Item, name: str, other: Side) -> Entry:
    node = one.values["node"]
    why = None
    if isinstance(node, str) and other.lacks_node(node):
        why = "its node is gone" if name == OLD else "its node is new"
    elif name == OLD:
        why = "checked in NEW and not found"
    about = one.values["area"] == _COLLECTION
    return Entry(one.label, one.text, one.health, severity(one), why, _texts(one, "evidence"), about)


def why_not(one: Item, own: Side, other: Side, name: str) -> str | None:
    """Why the other archive could not have had this finding; None where it could."""
    rule, node = str(one.values["rule"]), one.values["node"]
    state = other.rules.get(rule)
    if state is None or state.status in {Status.NOT_CHECKED, Status.CRASHED}:
        return f"{rule} was not checked in {name}: {state.reason if state else 'there is no such rule'}"
    if isinstance(node, str) and other.lacks_node(node):
        return None
    subject = settled(str(one.values["subject"]), own.pods)
    for gap_node, gap_subject, reason in state.gaps:
        if _covers(gap_node, gap_subject, node, subject):
            return f"{rule} could not judge it in {name}: {reason}"
    if unread := next((path for path in _texts(one, "inputs") if path in other.unread), None):
        return f"{rule} had no input for it in {name}: {unread} could not be read wholly"
    lost = next((path for path in _texts(one, "inputs") if _not_collected(path, other)), None)
    return f"{rule} had no input for it in {name}: {lost} was not collected" if lost else None


def _veiled(items: Iterable[Item]) -> set[Value]:
    """The rules with findings that are left over because an address in them is masked."""
    return {one.values["rule"] for one in items if masked(one.label)}


def _masked(one: Item, here: str, there: str, veiled: set[Value]) -> str | None:
    if masked(one.label):
        return MASKED.format(here)
    return MASKED.format(there) if one.values["rule"] in veiled and addressed(one.label) else None


def _covers(gap_node: str | None, gap_subject: str, node: Value, subject: str) -> bool:
    """Whether what a rule could not judge includes this: the thing itself, or the node or pod that tells of it."""
    if gap_node is not None and node is not None and gap_node != node:
        return False
    if gap_subject == subject:
        return True
    return gap_node is not None and gap_node == node and _form(gap_subject) != _form(subject)


def _form(subject: str) -> str:
    return "address" if bare(subject).startswith("<") else "object" if "/" in subject else "name"


def _not_collected(path: str, other: Side) -> bool:
    """Whether an input that the finding quotes is missing, and not merely an object that was deleted."""
    if path in other.members:
        return False
    if not other.archive.complete:
        return True
    parts = path.split("/")
    if path.endswith(".yaml"):
        # One file for each object: what is deleted has none. A list stands for its namespace.
        group = "/".join(parts[:2] if parts[0] == "namespaces" else parts[:1]) + "/"
        return not any(one.startswith(group) for one in other.members)
    if parts[0] == "namespaces" and len(parts) > 3 and parts[2] == "pods":
        return _pod_is_there(parts[1], parts[3], other)
    return True


def _pod_is_there(namespace: str, pod: str, other: Side) -> bool:
    """Whether a pod whose files are missing is there, or may be: a pod that is gone has no files."""
    return f"{namespace}/{pod}" in other.present or f"namespaces/{namespace}/core/pods.yaml" not in other.members


def _changes(old: Item, new: Item) -> Iterator[Change]:
    before, after = severity(old), severity(new)
    places = _texts(old, "evidence"), _texts(new, "evidence")
    if before is not after:
        way = Direction.WORSE if after.rank < before.rank else Direction.BETTER
        yield Change(new.label, "severity", before.value, after.value, way, *places)
    texts = [_VOLATILE.sub("#", bare(str(one.values["settled"]))) for one in (old, new)]
    if texts[0] != texts[1]:
        yield Change(new.label, "message", old.text, new.text, Direction.NEITHER, *places)


def facet_of_diagnoses(found: Iterable[Diagnosis]) -> Facet:
    """The root causes as items. That no fault is visible is a diagnosis too, but no cause of anything."""
    return Facet("diagnoses", CAUSES, tuple(_cause(one) for one in found if not one.id.startswith(_NO_CAUSE)))


def _cause(one: Diagnosis) -> Item:
    rule = one.id.rpartition("-")[0]
    return Item(
        key=one.id,
        values={"confidence": one.confidence, "nodes": one.nodes, "title": one.title, "findings": one.findings},
        label=one.title,
        text=one.confidence,
        health=WEAK,
        aliases=(f"{rule} {one.subject or ''}",),
        kin=(rule,),
    )


def compare_diagnoses(old: Side, new: Side, findings: Section) -> Section:
    """The root causes that are new, gone, or told otherwise. One is gone only if its findings are known to be."""
    found = match(old.diagnoses.items, new.diagnoses.items)
    unknown = {one.key for one in findings.skipped}
    skipped: list[Skipped] = []
    entries: dict[str, list[Entry]] = {OLD: [], NEW: []}
    for name, items, side in ((OLD, found.old, old), (NEW, found.new, new)):
        labels = {one.key: one.label for one in side.findings.items}
        for one in items:
            lost = [labels.get(each) for each in _texts(one, "findings")]
            if any(each in unknown for each in lost):
                other = NAMES[NEW if name == OLD else OLD]
                skipped.append(Skipped(f"findings of it could not be checked in {other}", one.label, side=name))
            else:
                entries[name].append(Entry(one.label, one.text, one.health))
    return Section(
        "diagnoses",
        CAUSES,
        len(old.diagnoses.items),
        len(new.diagnoses.items),
        appeared=tuple(entries[NEW]),
        gone=tuple(entries[OLD]),
        changed=ordered(change for pair in found.pairs for change in _told_otherwise(*pair)),
        skipped=tuple(skipped),
    )


def _told_otherwise(old: Item, new: Item) -> Iterator[Change]:
    for name in ("confidence", "nodes"):
        before, after = old.values[name], new.values[name]
        if before != after:
            yield Change(new.label, name, before, after)
