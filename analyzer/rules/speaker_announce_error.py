"""A speaker could not announce a service, or make a session for it."""

from collections.abc import Iterable, Iterator

from analyzer.metallb.announce_errors import AnnounceError, AnnounceErrors
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.base import Evidence

NAMED = 4  # services or nodes that a message names
MANY = 20  # subjects with the same error from which on one finding tells of all of them
PIECES = 8  # of evidence


@rule(Severity.ERROR, area="speaker")
def speaker_announce_error(errors: AnnounceErrors) -> Iterator[Finding | Gap]:
    """A speaker could not announce a service, or make a session for it.

    ## Why it matters
    The service has its address, but this node does not announce it: with every node in error nobody reaches it.

    ## What to do
    The error in the speaker's log is specific: an address that no pool holds any more must be given anew,
    advertisements that conflict must be told apart, a session that cannot be made names its reason. Withdrawals for
    `noEndpoints`, `noLocalEndpoints`, `notOwner` or `serviceDeleted` are as they should be and are not reported. A
    configuration that a protocol handler did not take is information here, the rule metallb-config-stale tells of it.
    """
    for pod in errors.waiting:
        yield Gap(pod.name, "its log has errors, but it started only just before the collection", pod.node)
    same: dict[str, dict[str, list[AnnounceError]]] = {}
    for one in errors:
        same.setdefault(_told(one), {}).setdefault(one.subject, []).append(one)
    for why, subjects in same.items():
        if len(subjects) > MANY:
            found = [each for one in subjects.values() for each in one]
            text = f"{_nodes(found)}: {why}, for {_list(list(subjects))}, {len(subjects)} in all"
            yield Finding("speaker", text, _lines(found), _node(found), key=why)
        else:
            for subject, found in subjects.items():
                told = found[0].told_elsewhere
                text = f"{_nodes(found)}: {why}{' (see metallb-config-stale)' if told else ''}"
                severity = Severity.INFO if told else None
                yield Finding(subject, text, _lines(found), _node(found), severity, key=found[0].event.kind)


def _told(one: AnnounceError) -> str:
    """The error without the subject's own name, so that the same error of many is told once."""
    return one.why.replace(one.subject, "it") if one.event.service else one.why


def _nodes(found: list[AnnounceError]) -> str:
    names = list(dict.fromkeys(one.node or one.event.origin.pod or "a saved log" for one in found))
    return f"the speaker on {names[0]}" if len(names) == 1 else f"the speakers on {_list(names)}"


def _node(found: Iterable[AnnounceError]) -> str | None:
    names = {one.node for one in found}
    return names.pop() if len(names) == 1 else None


def _lines(found: list[AnnounceError]) -> tuple[Evidence, ...]:
    first, *others = found
    return (*first.evidence, *(one.evidence[0] for one in others))[:PIECES]


def _list(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
