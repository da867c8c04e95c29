"""Findings that are a cause by themselves: what makes a diagnosis of one, and which other findings follow from it."""

import re
from collections.abc import Callable, Iterable, Iterator

from analyzer.diagnosis import Cause, Confidence
from analyzer.findings import Findings
from analyzer.model import RankedFinding, Severity

TITLE = 180  # characters of a title; a longer message is cut where a clause ends
NODES = 3  # nodes that a title names before it counts the rest
MEANT = 20  # characters that a clause has at least, to say something by itself
_CLAUSE = re.compile(r" \(|\. |: |, (?=which|where|although|but)")

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
    return re.search(rf"(?<![\w./:-]){re.escape(name)}(?![\w/-]|[.:]\w)", finding.message) is not None


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
    """Findings of a rule together that are about one thing, or say the same of several nodes and things."""
    groups: list[list[RankedFinding]] = []
    by_key: dict[str, list[RankedFinding]] = {}
    for one in found:
        rule = one.id.rpartition("-")[0]
        text = one.message.replace(one.subject, "*").replace(one.node or one.subject, "*")
        keys = (f"{rule} {text}", f"{rule}\0{one.subject}") if one.subject != one.node else (f"{rule} {text}",)
        group = next((by_key[key] for key in keys if key in by_key), None)
        if group is None:
            groups.append(group := [])
        group.append(one)
        by_key.update(dict.fromkeys(keys, group))
    return [tuple(group) for group in groups]


def sentence(text: str) -> str:
    """The first clauses of a message as a title: with a capital, without the details behind."""
    text = text.strip().rstrip(".").partition("; ")[0]
    if len(text) > TITLE:
        ends = [one.start() for one in _CLAUSE.finditer(text) if MEANT < one.start() <= TITLE]
        text = text[: ends[-1]] if ends else f"{text[:TITLE]}…"
    # Names of hosts and resources keep their first letter.
    first = text.split(" ", 1)[0]
    return text if any(char in first for char in "./:-0123456789") else text[:1].upper() + text[1:]


def nodes_of(found: Iterable[RankedFinding]) -> tuple[str, ...]:
    """The nodes, in order, each once."""
    return tuple(dict.fromkeys(one.node for one in found if one.node))


def stated(  # noqa: PLR0913 - the parts of a cause
    group: tuple[RankedFinding, ...],
    confidence: Confidence,
    next_steps: Iterable[str],
    *,
    symptoms: Iterable[RankedFinding] = (),
    because: Iterable[str] = (),
    settles: Iterable[str] = (),
) -> Cause:
    """The cause that the first of these findings states; the message itself is the title, its details the reason."""
    first = group[0]
    title = sentence(first.message)
    nodes = nodes_of(group)
    whole = first.message.strip().rstrip(".")
    details = () if title.casefold() == whole.casefold() else (f"{whole[:1].upper()}{whole[1:]}.",)
    if len(nodes) > 1:
        title = f"{title} (and the same on {len(nodes) - 1} more)"
    return Cause(
        title=title,
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
