"""BFDProfile: the BFD timers of peers (metallb/metallb api/v1beta1/bfdprofile_types.go)."""

from collections.abc import Iterator

from parsers.base import ParseFailure, SourceFile, parser
from parsers.kubernetes import KubernetesFact, kind_words, loose, metadata, read_objects
from parsers.metallb_resources import how, places
from parsers.tree import Tree
from parsers.values import flag, marks, number

_FIELDS = {
    "receive_interval": "receiveInterval",
    "transmit_interval": "transmitInterval",
    "detect_multiplier": "detectMultiplier",
    "echo_interval": "echoInterval",
    "echo_mode": "echoMode",
    "passive_mode": "passiveMode",
    "minimum_ttl": "minimumTtl",
}


class BfdProfile(KubernetesFact):
    """A profile as asked for. Intervals are milliseconds; None where nothing is set and FRR's default holds."""

    receive_interval: int | None = None
    transmit_interval: int | None = None
    detect_multiplier: int | None = None
    echo_interval: int | None = None
    echo_mode: bool | None = None
    passive_mode: bool | None = None
    minimum_ttl: int | None = None


@parser(
    *places("bfdprofiles"),
    title="BFDProfile resources",
    collect=how("bfdprofiles"),
    content=loose("BFDProfile"),
    words=kind_words("BFDProfile"),
)
def metallb_bfd_profiles(source: SourceFile) -> Iterator[BfdProfile | ParseFailure]:
    return read_objects(source, "metallb_bfd_profiles", {"BFDProfile": _profile})


def _profile(tree: Tree, source: SourceFile) -> Iterator[BfdProfile]:
    spec = tree.sub("spec")
    yield BfdProfile(
        **metadata(tree, source),
        marks=marks(spec, **{name: (field,) for name, field in _FIELDS.items()}),
        receive_interval=number(spec, "receiveInterval"),
        transmit_interval=number(spec, "transmitInterval"),
        detect_multiplier=number(spec, "detectMultiplier"),
        echo_interval=number(spec, "echoInterval"),
        echo_mode=flag(spec, "echoMode"),
        passive_mode=flag(spec, "passiveMode"),
        minimum_ttl=number(spec, "minimumTtl"),
    )
