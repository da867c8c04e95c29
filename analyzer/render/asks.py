"""What to ask the customer for, as ready text: what settles the causes, then the fewest collections for the rest."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from analyzer.model import Coverage, Report, Severity, Status
from analyzer.render.visible import bounded
from analyzer.render.words import listed, plural

CAUSES, SETTLES, NAMES, INPUTS, TEXT = 3, 5, 3, 4, 400
COLLECTED = frozenset({"cluster operators", "events", "nodes"})  # a whole must-gather of any release holds them
# Inputs of one kind of network only; the archive of the other kind cannot have them.
_SDN = re.compile(r"OpenShift SDN|OpenShift 3|openshift-sdn")
_OVN = re.compile(r"\bOVN\b|ovn-?kube", re.IGNORECASE)
_LEFT_OUT = ("no must-gather holds it",)  # tests that people make by hand, or did not


@dataclass(frozen=True, slots=True)
class Way:
    """One collection: how `Coverage.how_to_collect` begins where this brings it, what to ask, the commands."""

    begins: str
    asked: str
    commands: tuple[str, ...]


NETWORK_LOGS = Way(
    "oc adm must-gather -- gather_network_logs",
    "The databases of OVN-Kubernetes, with the network's own gather script:",
    ("oc adm must-gather -- gather_network_logs",),
)
SOSREPORT = Way(
    "a sosreport",
    "A sosreport of {nodes}:",
    (
        "oc debug node/{node}",
        "chroot /host",
        "toolbox",
        "sos report -k crio.all=on -k crio.logs=on -k podman.all=on -k podman.logs=on",
    ),
)
INSPECT = Way("oc adm inspect", "The namespaces of the applications:", ("oc adm inspect {namespaces}",))
MUST_GATHER = Way(
    "oc adm must-gather", "A whole must-gather; this archive holds a part of one:", ("oc adm must-gather",)
)
WAYS = (NETWORK_LOGS, INSPECT, SOSREPORT, MUST_GATHER)  # the first whose words begin the text counts
ORDER = (MUST_GATHER, NETWORK_LOGS, SOSREPORT, INSPECT)


def what_to_ask(report: Report) -> list[str]:
    """The lines of the text; none where nothing is missing. Values come from the archive and are not yet escaped."""
    parts = list(_settled(report))
    if not any(one.severity.at_least(Severity.ERROR) for _, one in report.findings()):
        parts.insert(0, ["When was the fault seen (with the time zone), from which address to which, and how often?"])
    if not report.archive.complete:
        parts.insert(0, ["The archive once more: what arrived is cut or damaged. Please add its checksum (sha256sum)."])
    more = list(_collections(report))
    if not parts and not more:
        return []
    found = any(one.findings for one in report.diagnoses)
    text = list(_opening(report, enough=found and not parts))
    text += _numbered(parts, 1)
    if parts and more and found:
        text += ["", "If that does not explain the fault, also:"]
    return [*text, *_numbered(more, len(parts) + 1)]


def _opening(report: Report, enough: bool) -> Iterator[str]:
    cluster = f"cluster {report.cluster.id}" if report.cluster.id else "the cluster"
    of = f" of {report.cluster.collected_at}" if report.cluster.collected_at else ""
    yield f"This is about {cluster} and its archive{of}."
    yield "If what was found in it does not explain the fault, we need:" if enough else "To go on we need:"


def _numbered(parts: list[list[str]], first: int) -> Iterator[str]:
    for number, (head, *rest) in enumerate(parts, first):
        yield from ("", f"{number}. {head}", *(f"   {line}" for line in rest))


def _settled(report: Report) -> Iterator[list[str]]:
    told = set[str]()
    for cause in [one for one in report.diagnoses if one.settles and one.findings][:CAUSES]:
        new = [one for one in cause.settles[:SETTLES] if one not in told]
        told.update(new)
        if new:
            yield [f'To settle "{bounded(cause.title, TEXT)}":', *(f"- {bounded(one, TEXT)}" for one in new)]


def _collections(report: Report) -> Iterator[list[str]]:
    reasons = "\n".join(one.reason or "" for one in report.of_status(Status.NOT_CHECKED))
    missing = [one for one in report.coverage if _wanted(one, report.cluster.network_type)]
    missing.sort(key=lambda one: one.input not in reasons)  # what a rule asked for comes first
    found: dict[Way, list[str]] = {}
    for one in missing:
        if way := way_of(one.how_to_collect or ""):
            found.setdefault(way, []).append(one.input)
    if not COLLECTED.intersection(one.input for one in missing):
        found.pop(MUST_GATHER, None)  # a must-gather was taken: what it lacks, the next one lacks too
    known = _known(report)
    for way in ORDER:
        if way in found:
            yield [
                _filled(way.asked, known),
                *(f"  {_filled(one, known)}" for one in way.commands),
                _brings(found[way]),
            ]


def _wanted(row: Coverage, network: str | None) -> bool:
    other = _SDN if network != "OpenShiftSDN" else _OVN
    left_out = (row.missing_reason or "").startswith(_LEFT_OUT) or other.search(row.input)
    return bool(not row.present and row.how_to_collect and not left_out)


def way_of(how: str) -> Way | None:
    """The collection that brings an input; None for what only a command by hand does."""
    return next((way for way in WAYS if how.startswith(way.begins)), None)


def _brings(inputs: list[str]) -> str:
    more = f" and {plural(len(inputs) - INPUTS, 'more input')}" if len(inputs) > INPUTS else ""
    return f"It brings: {', '.join(bounded(one, TEXT) for one in inputs[:INPUTS])}{more}."


def _known(report: Report) -> Mapping[str, str]:
    """The nodes and namespaces that are concerned, for the commands."""
    nodes = _few(node for one in report.diagnoses if one.findings for node in one.nodes) or _few(
        one.node for _, one in report.findings() if one.node and one.severity is not Severity.INFO
    )
    spaces = _few(one.service.partition("/")[0] for one in report.services or () if one.service)
    return {
        "nodes": listed(nodes) if nodes else "a node that is concerned",
        "node": nodes[0] if nodes else "NODE",
        "namespaces": " ".join(f"ns/{one}" for one in spaces) if spaces else "ns/NAMESPACE",
    }


def _few(names: Iterable[str]) -> list[str]:
    return [bounded(one, TEXT) for one in dict.fromkeys(names)][:NAMES]


def _filled(text: str, known: Mapping[str, str]) -> str:
    """Not by str.format: a name from the archive may hold braces."""
    return re.sub(r"\{(\w+)\}", lambda found: known[found[1]], text)
