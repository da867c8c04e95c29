"""From findings to root causes: asks every diagnosis, settles which cause explains which, and orders the answers."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import sha256

from analyzer.diagnosis import Cause, Confidence, DiagnosisRule
from analyzer.findings import Findings
from analyzer.model import Diagnosis, Outcome, Severity
from analyzer.reach import consequences
from analyzer.rule import NotCollectedError
from analyzer.store import Store
from parsers.base import first_line

# What a loss is counted by, the worst first: no number of lesser ones outweighs it.
WORST = (Severity.CRITICAL, Severity.ERROR, Severity.WARNING)
RIVALS = 3  # other causes that fit as well, of which a diagnosis names so many


class _Named:
    """A cause with the diagnosis that it is of, and what was found to be its consequence or its rival.

    ids, roots and symptoms: of its findings. They are compared with those of every other cause, so they are made once.
    """

    def __init__(self, rule: str, cause: Cause) -> None:
        self.rule = rule
        self.rivals: list[_Named] = []
        self._take(cause)

    def _take(self, cause: Cause) -> None:
        self.cause = cause
        self.roots = frozenset(one.id for one in cause.roots)
        self.symptoms = frozenset(one.id for one in cause.symptoms) - self.roots
        self.ids = self.roots | self.symptoms

    def widen(self, other: Cause) -> None:
        """Take in the findings of a cause that this one explains."""
        more = tuple(one for one in other.findings if one.id not in self.ids)
        self._take(replace(self.cause, symptoms=(*self.cause.symptoms, *more)))

    @property
    def loss(self) -> tuple[int, ...]:
        """How many things are lost, by severity: several findings about one thing of one node are one loss."""
        places: dict[tuple[str | None, str], Severity] = {}
        for one in self.cause.findings:
            place = (one.node, one.subject)
            places[place] = min(places.get(place, one.severity), one.severity, key=lambda each: each.rank)
        return tuple(sum(worst is each for each in places.values()) for worst in WORST)

    @property
    def order(self) -> tuple[object, ...]:
        cause = self.cause
        # Of two that lose the same, a whole node comes before one thing on it.
        narrow = bool(cause.nodes) and cause.subject not in cause.nodes
        loss = tuple(-count for count in self.loss)
        return (loss, cause.confidence.rank, narrow, self.rule, cause.subject or "", cause.nodes, cause.key)


def diagnose(store: Store, outcomes: Sequence[Outcome], notes: list[str]) -> tuple[Diagnosis, ...]:
    """The root causes, the one that explains most of the loss first; a mistake in one of them is a note."""
    store.supply(Findings({one.rule: one for one in outcomes}))
    named: list[_Named] = []
    for one in sorted(DiagnosisRule.registry.values(), key=lambda rule: rule.id):
        named += [_Named(one.id, cause) for cause in _asked(one, store, notes)]
    return tuple(_diagnosis(one, store) for one in ordered(settled(named)))


def _asked(one: DiagnosisRule, store: Store, notes: list[str]) -> list[Cause]:
    try:
        return [cause for cause in one.function(**store.arguments(one.needs)) if cause.findings or cause.standing]
    except NotCollectedError:
        return []
    except Exception as error:  # noqa: BLE001 - one diagnosis' mistake must not cost the others, nor the findings
        notes.append(f"the diagnosis {one.id} could not be made: {type(error).__name__}: {first_line(error)}")
        return []


def settled(causes: Iterable[_Named]) -> list[_Named]:
    """The causes that stand: without those that a surer one explains wholly. Equals over one finding are rivals."""
    standing: list[_Named] = []
    for one in sorted(
        causes,
        key=lambda each: (
            *(each.cause.fallback, each.cause.confidence.rank),
            *(-len(each.ids), -len(each.roots), each.order),
        ),
    ):
        wider = next((each for each in standing if _explains(each, one)), None)
        if wider is not None:
            wider.widen(one.cause)
        else:
            standing.append(one)
    told = {found for one in standing if not one.cause.fallback for found in one.ids}
    standing = [one for one in standing if not (one.cause.fallback and one.ids <= told)]
    for one in standing:
        one.rivals = [each for each in standing if each is not one and _same_root(one, each)]
    return standing


def _explains(wider: _Named, one: _Named) -> bool:
    """Whether a cause that is at least as sure takes another one in: as its consequence, or as its paler double."""
    if not one.ids:
        return False
    surer = wider.cause.confidence.rank < one.cause.confidence.rank
    same = (one.ids, one.roots) == (wider.ids, wider.roots)
    if one.ids <= wider.ids and (surer or (one.roots <= wider.roots and not same)):
        return True
    return bool(one.roots) and one.roots <= wider.symptoms and wider.cause.confidence is not Confidence.POSSIBLE


def _same_root(one: _Named, other: _Named) -> bool:
    """Whether two causes that are not certain are made of the same findings: one of them is true, not both."""
    certain = Confidence.CERTAIN in {one.cause.confidence, other.cause.confidence}
    return not certain and bool(one.roots & other.roots)


def ordered(causes: Iterable[_Named]) -> list[_Named]:
    """By the loss that they explain, but never a consequence above its cause."""
    waiting = sorted(causes, key=lambda each: each.order)
    result: list[_Named] = []
    while waiting:
        first = next((one for one in waiting if not _has_cause(one, waiting)), waiting[0])
        waiting.remove(first)
        result.append(first)
    return result


def _has_cause(one: _Named, others: Iterable[_Named]) -> bool:
    return any(one is not other and one.roots & other.symptoms and not other.roots & one.symptoms for other in others)


def _diagnosis(one: _Named, store: Store) -> Diagnosis:
    cause = one.cause
    return Diagnosis(
        id=_id(one),
        title=cause.title,
        confidence=cause.confidence.value,
        subject=cause.subject,
        nodes=cause.nodes,
        findings=tuple(each.id for each in cause.findings),
        explanation=" ".join((*cause.because, *consequences(cause, store), *_rivalry(one))),
        next_steps=cause.next_steps,
        settles=cause.settles,
    )


def _rivalry(one: _Named) -> list[str]:
    titles = [f"“{each.cause.title}”" for each in one.rivals[:RIVALS]]
    return [f"The same findings fit another cause as well: {'; '.join(titles)}."] if titles else []


def _id(one: _Named) -> str:
    """Stable for the same archive: the diagnosis, and a digest of what it is about."""
    cause = one.cause
    whose = "\0".join((cause.subject or "", *cause.nodes, "", cause.key))
    return f"{one.rule}-{sha256(whose.encode(errors='backslashreplace')).hexdigest()[:10]}"
