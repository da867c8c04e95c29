"""What a diagnostic step is: where a document tells it, what it reads, and what of the product takes it over."""

from dataclasses import dataclass

from analyzer.model import Severity


@dataclass(frozen=True, slots=True)
class Document:
    """A document that tells people how to find a fault. anchor: its short name; language: that of its text."""

    anchor: str
    title: str
    language: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a step stands; section: its number, or a short English heading where the document has none."""

    document: Document
    section: str


@dataclass(frozen=True, slots=True)
class Found:
    """A finding that the firing fixture of a step gives."""

    rule: str
    severity: Severity
    subject: str
    node: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step. Its fixtures are `fixtures/steps/<id>/fires` and `/quiet`, each read as an archive.

    reads: commands and files, as an engineer knows them. parsers and rules: by their registered names. fires: every
    finding of the firing fixture. A step without rules is only looked at, or out of scope; `reason` tells why. shown:
    the table of `gatherscope show` that holds what it looks at. beside: what a quiet fixture may say besides, of other
    rules. incomplete: why the fixtures have lines that no parser can read, where the document itself left lines out.
    """

    id: str
    places: tuple[Place, ...]
    text: str
    reads: tuple[str, ...] = ()
    parsers: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    fires: tuple[Found, ...] = ()
    shown: str | None = None
    reason: str | None = None
    beside: tuple[Found, ...] = ()
    incomplete: str | None = None

    @property
    def judged(self) -> bool:
        """Whether a rule says something about it."""
        return bool(self.rules)

    @property
    def looked_at(self) -> bool:
        """Whether facts are read for it, which no rule judges."""
        return not self.rules and bool(self.parsers)

    @property
    def out_of_scope(self) -> bool:
        """Whether nothing is read for it."""
        return not self.rules and not self.parsers

    @property
    def folders(self) -> tuple[str, ...]:
        """Its fixtures below fixtures/steps."""
        kinds = ("fires", "quiet") if self.judged else ("quiet",) if self.looked_at else ()
        return tuple(f"{self.id}/{kind}" for kind in kinds)


KO = Document(
    "metallb-korean", "OpenShift Container Platform 4, MetalLB logging, troubleshooting and support", "Korean"
)
ZH = Document("metallb-chinese", "OKD 4, MetalLB logging, troubleshooting and support", "Chinese")
TRACE = Document("ovnkube-trace", "OpenShift Container Platform 4, Tracing Openflow with ovnkube-trace", "Korean")
SDN = Document("openshift-sdn", "OpenShift Container Platform 3, Troubleshooting OpenShift SDN", "Japanese")
BLOG = Document("worker-networking", "Blog notes on the network of a worker node", "Korean")
DOCUMENTS = (KO, ZH, TRACE, SDN, BLOG)

CRITICAL, ERROR, WARNING, INFO = Severity


def at(document: Document, *sections: str) -> tuple[Place, ...]:
    """The sections of one document."""
    return tuple(Place(document, section) for section in sections)
