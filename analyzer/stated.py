"""Findings that are a cause by themselves: what makes a diagnosis of one, and which other findings follow from it."""

import re
from collections.abc import Callable, Iterable, Iterator

from analyzer.diagnosis import Cause, Confidence
from analyzer.findings import Findings
from analyzer.model import RankedFinding, Severity

TITLE = 160  # characters of a title; a longer message is cut where a clause ends
MEANT = 40  # characters that a clause has at least, to say something by itself
SHORTEST = 4  # characters of a name that is looked for inside of words
SAID = 3  # findings of a cause whose messages are quoted as its reason
_CLAUSE = re.compile(r" \(|\. |: |, (?=which|where|although|but|though)")
_NAME = r"[\w/-]{0,80}[\d.-][\w./-]{0,80}"  # of a host, a pod or a device: a word with a digit, a dot or a dash
_LIST = re.compile(rf"(?<![\w./-])({_NAME})((?:, {_NAME})+)(?: and (\d+) more)?(?![\w./-]| on )")
_PLAIN = frozenset({"The", "It", "No", "All", "Its", "Port", "None"})  # words that are no names
_DAEMONS = frozenset({"bgpd", "bfdd", "zebra", "staticd", "ovnkube", "nat", "filter"})
_VALUE = re.compile(r"(?i)[0-9a-f]*:[0-9a-f:]*:[0-9a-f:./]*|\d[\d.:/]*")

_RESOURCE = re.compile(r"[a-z0-9-]+/[a-z0-9.-]+|(?:cluster operator|ingress controller) [a-z0-9-]+")

# For customers, where the message of a rule is for engineers; true of every finding of the rule whose subject is not
# the node itself.
TITLES = {
    "load-balancer-backend-mismatch": "OVN's load balancer of service {subject} does not match the service's endpoints",
    "logical-port-not-bound": "Pod {subject} on {node} is not connected to the network: its port does not work",
    "pod-without-logical-port": "Pod {subject} on {node} is not connected to the network: OVN has no port for it",
    "lb-service-no-serving-endpoint": "Service {subject} has an address, but no pod that takes its traffic",
    "outbound-filter-denies-prefix": "An outbound filter keeps addresses of services back from BGP peer {subject}"
    " on {node}",
    "announced-prefix-missing": "{node} does not announce the address of {subject}, although it is to",
    "sdn-remote-node-flows-missing": "The switch of {node} lacks flows for other nodes ({subject}): their pods cannot"
    " talk",
    "logical-port-without-pod": "OVN keeps ports of pods that do not exist ({subject} on {node})",
}

Follows = Callable[[RankedFinding, RankedFinding], bool]


def same_node(root: RankedFinding, other: RankedFinding) -> bool:
    """Whether both are of one node; a root of no certain node is of all."""
    return other.node is not None and root.node in {None, other.node}


def same_session(root: RankedFinding, other: RankedFinding) -> bool:
    """Whether the other is about this peer of this node, or names both."""
    named = {other.node, other.subject, *other.about}
    return root.node in named and root.subject in named


def names_it(root: RankedFinding, other: RankedFinding) -> bool:
    """Whether the other is about the root's subject or names it: `BGPPeer tor1`, `pool gold`, `shop/web`."""
    return root.subject == other.subject or mentions(other, root.subject)


def mentions(finding: RankedFinding, name: str) -> bool:
    """Whether the message holds the name as a whole word."""
    if name in finding.about:
        return True
    return _is_word(name, finding.message)


def _is_word(name: str, text: str) -> bool:
    if name not in text:  # thousands of findings are asked for thousands of names: nearly always this is the answer
        return False
    return re.search(rf"(?<![\w./:-]){re.escape(name)}(?![\w/-]|[.:]\w)", text) is not None


def always(root: RankedFinding, other: RankedFinding) -> bool:  # noqa: ARG001 - one shape for all
    """Follows wherever it is found."""
    return True


def following(
    findings: Findings, roots: Iterable[RankedFinding], rules: Iterable[str], follows: Follows
) -> tuple[RankedFinding, ...]:
    """The findings of these rules that follow from one of the roots."""
    whole = tuple(roots)
    return tuple(one for one in findings.of(*rules) if any(one is not root and follows(root, one) for root in whole))


def serious(found: Iterable[RankedFinding], least: Severity = Severity.WARNING) -> Iterator[RankedFinding]:
    """Those that are no mere remarks."""
    return (one for one in found if one.severity.at_least(least))


def alike(found: Iterable[RankedFinding]) -> list[tuple[RankedFinding, ...]]:
    """Findings of a rule together that are about one thing of a node, or say the same of several nodes and things."""
    return _grouped(found, lambda one: (_plain(one), f"{one.node}\0{one.subject}"))


def of_node(found: Iterable[RankedFinding]) -> list[tuple[RankedFinding, ...]]:
    """Findings of a rule together that are about things of one node; without a node those that say the same."""
    return _grouped(found, lambda one: (f"\0{one.node}",) if one.node else (_plain(one),))


def _grouped(
    found: Iterable[RankedFinding], keys: Callable[[RankedFinding], tuple[str, ...]]
) -> list[tuple[RankedFinding, ...]]:
    groups: list[list[RankedFinding]] = []
    by_key: dict[str, list[RankedFinding]] = {}
    for one in found:
        mine = [f"{one.id.rpartition('-')[0]} {key}" for key in keys(one)]
        group = next((by_key[key] for key in mine if key in by_key), None)
        if group is None:
            groups.append(group := [])
        group.append(one)
        by_key.update(dict.fromkeys(mine, group))
    return [tuple(group) for group in groups]


def _plain(one: RankedFinding) -> str:
    """The first clause of a message without the names, addresses and numbers that differ from place to place."""
    text = one.message.partition("; ")[0]
    # A name of a few characters stands in other words too.
    for name in (one.node or "", one.subject, one.subject.replace("/", "_"), one.subject.rpartition("/")[2]):
        text = text.replace(name, "*") if len(name) >= SHORTEST else text
    return _VALUE.sub("#", text)


def capital(text: str) -> str:
    """With a capital, but names of hosts and resources keep their first letter."""
    first = text.split(" ", 1)[0].rstrip(".:,;")
    named = first in _DAEMONS or any(char in first for char in "./:-_0123456789")
    return text if named else text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """The first clauses of a message as a title: with a capital, without the details behind."""
    text = text.strip().rstrip(".").partition("; ")[0]
    if len(text) > TITLE:
        text = _LIST.sub(lambda found: f"{found[1]} and {found[2].count(',') + int(found[3] or 0)} more", text)
    if len(text) > TITLE:
        ends = [one.start() for one in _CLAUSE.finditer(text) if MEANT < one.start() <= TITLE]
        text = text[: ends[-1]] if ends else f"{text[:TITLE].rpartition(' ')[0] or text[:TITLE]}…"
    return capital(text)


def whole(text: str) -> str:
    """A message as a sentence."""
    return f"{capital(text.strip().rstrip('.'))}."


def nodes_of(found: Iterable[RankedFinding]) -> tuple[str, ...]:
    """The nodes, in order, each once."""
    return tuple(dict.fromkeys(one.node for one in found if one.node))


def stated(  # noqa: PLR0913 - the parts of a cause
    group: tuple[RankedFinding, ...],
    confidence: Confidence,
    next_steps: Iterable[str],
    *,
    because: Iterable[str],
    symptoms: Iterable[RankedFinding] = (),
    settles: Iterable[str] = (),
    title: str | None = None,
    nodes: tuple[str, ...] = (),
) -> Cause:
    """The cause that the first of these findings states. Without words of its own its message is the title.

    because: why it is this sure, behind what the findings themselves say. nodes: where the findings have none.
    """
    first = group[0]
    head = title or title_of(first)
    nodes = nodes_of(group) or nodes
    told = dict.fromkeys(whole(one.message) for one in group)
    details = [text for text in list(told)[:SAID] if text.rstrip(".").casefold() != head.casefold()]
    return Cause(
        title=head if title else f"{head}{_more(group)}",
        confidence=confidence,
        because=(*details, *because),
        subject=first.subject,
        nodes=nodes,
        roots=group,
        symptoms=tuple(symptoms),
        next_steps=tuple(next_steps),
        settles=tuple(settles),
        key=first.id,
    )


def title_of(one: RankedFinding) -> str:
    """The words for a rule whose messages are an engineer's; else the message itself, with what it is about."""
    words = TITLES.get(one.id.rpartition("-")[0])
    if words and one.subject != one.node:
        return words.format(subject=one.subject, node=one.node or "a node").removesuffix(" on a node")
    text = sentence(one.message)
    bridge = one.subject.partition("/")[0] in {"br-int", "br-ex", "br0"}
    told = one.subject in text or _is_word(re.split("[ /]", one.subject)[-1], text)
    known = not bridge and not told and _RESOURCE.fullmatch(one.subject) is not None
    if not known:
        return text
    return (
        f"{one.subject}: {text[:1].lower()}{text[1:]}" if text.split(" ", 1)[0] in _PLAIN else f"{one.subject}: {text}"
    )


def _more(group: tuple[RankedFinding, ...]) -> str:
    """What else the cause is about, behind the title of its first finding."""
    others = [one for one in nodes_of(group) if one != group[0].node]
    if others:
        return f" (and the same on {others[0] if len(others) == 1 else f'{len(others)} more nodes'})"
    subjects = dict.fromkeys(one.subject for one in group)
    return f" (and the same of {len(subjects) - 1} more)" if len(subjects) > 1 else ""
