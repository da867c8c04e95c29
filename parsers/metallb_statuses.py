"""What MetalLB and frr-k8s say in status resources: who announces a service, to whom, and how a session is.

Sources: metallb/metallb api/v1beta1/servicel2status_types.go (0.14.3 and later; which service is told by labels alone
before 0.14.5, internal/k8s/controllers/values.go), servicebgpstatus_types.go (0.15 and later),
configurationstate_types.go (0.15.3 and later); metallb/frr-k8s api/v1beta1/bgp_session_state_types.go and
cmd/status/controller (0.0.18 and later). No must-gather collects them.
"""

from collections.abc import Iterator
from enum import StrEnum

from parsers.base import Evidence, ParseFailure, SourceFile, parser
from parsers.conditions import Condition, conditions
from parsers.kubernetes import KubernetesFact, kind_words, loose, metadata, read_objects
from parsers.metallb_resources import places
from parsers.spans import MalformedError
from parsers.tree import Tree
from parsers.values import Path, marks, required_text, text, texts, word
from parsers.vocabulary import BfdStatus, BgpState, address, bfd_status, is_address


class ServiceL2Status(KubernetesFact):
    """A node answers for a service, `namespace/name`, on its own network; `interfaces` limits on which of its own."""

    node: str | None = None
    service: str | None = None
    interfaces: tuple[str, ...] = ()


class ServiceBgpStatus(KubernetesFact):
    """The names of the peers to which a node is to announce a service; whether a session is up is not said."""

    node: str | None = None
    service: str | None = None
    peers: tuple[str, ...] = ()


class ConfigurationResult(StrEnum):
    """Whether a component of MetalLB could use the resources."""

    VALID = "Valid"
    INVALID = "Invalid"
    UNKNOWN = "Unknown"


class ConfigurationState(KubernetesFact):
    """What a component, `controller` or the `speaker` of a node, thinks of the resources."""

    result: ConfigurationResult | None = None
    error_summary: str | None = None
    conditions: tuple[Condition, ...] = ()
    component: str | None = None
    node: str | None = None


class BgpSessionState(KubernetesFact):
    """A session as the node's FRR sees it. `vrf` is empty for the default one.

    `bfd_status` is None without BFD, which is written as `N/A`, and where bgpd says `Unknown`.
    """

    node: str | None = None
    peer: str | None = None
    vrf: str = ""
    bgp_status: BgpState | None = None
    bfd_status: BfdStatus | None = None


def _collect(plural: str) -> str:
    return f"not in a must-gather; by hand: oc get {plural} -A -o yaml > {plural.partition('.')[0]}.yaml"


def _either(tree: Tree, *paths: Path) -> Path:
    """The first of the paths that is written, else the first."""
    return next((path for path in paths if tree.has(*path)), paths[0])


def _service_marks(tree: Tree) -> dict[str, Evidence]:
    return marks(
        tree,
        node=_either(tree, *_NODE),
        service=_either(tree, *_SERVICE),
        service_namespace=_either(tree, *_NAMESPACE),
    )


_NODE = (("status", "node"), ("metadata", "labels", "metallb.io/node"))
_SERVICE = (("status", "serviceName"), ("metadata", "labels", "metallb.io/service-name"))
_NAMESPACE = (("status", "serviceNamespace"), ("metadata", "labels", "metallb.io/service-namespace"))


def _service(tree: Tree) -> str | None:
    name, namespace = text(tree, *_either(tree, *_SERVICE)), text(tree, *_either(tree, *_NAMESPACE))
    return f"{namespace}/{name}" if name and namespace else None


@parser(
    *places("servicel2statuses"),
    title="ServiceL2Status resources",
    collect=_collect("servicel2statuses.metallb.io"),
    content=loose("ServiceL2Status"),
    words=kind_words("ServiceL2Status"),
)
def metallb_l2_statuses(source: SourceFile) -> Iterator[ServiceL2Status | ParseFailure]:
    return read_objects(source, "metallb_l2_statuses", {"ServiceL2Status": _l2_status})


def _l2_status(tree: Tree, source: SourceFile) -> Iterator[ServiceL2Status]:
    yield ServiceL2Status(
        **metadata(tree, source),
        marks=_service_marks(tree) | marks(tree, interfaces=("status", "interfaces")),
        node=text(tree, *_either(tree, *_NODE)),
        service=_service(tree),
        interfaces=tuple(required_text(one, "name") for one in tree.items("status", "interfaces")),
    )


@parser(
    *places("servicebgpstatuses"),
    title="ServiceBGPStatus resources",
    collect=_collect("servicebgpstatuses.metallb.io"),
    content=loose("ServiceBGPStatus"),
    words=kind_words("ServiceBGPStatus"),
)
def metallb_bgp_statuses(source: SourceFile) -> Iterator[ServiceBgpStatus | ParseFailure]:
    return read_objects(source, "metallb_bgp_statuses", {"ServiceBGPStatus": _bgp_status})


def _bgp_status(tree: Tree, source: SourceFile) -> Iterator[ServiceBgpStatus]:
    yield ServiceBgpStatus(
        **metadata(tree, source),
        marks=_service_marks(tree) | marks(tree, peers=("status", "peers")),
        node=text(tree, *_either(tree, *_NODE)),
        service=_service(tree),
        peers=texts(tree, "status", "peers"),
    )


@parser(
    *places("configurationstates"),
    title="ConfigurationState resources",
    collect=_collect("configurationstates.metallb.io"),
    content=loose("ConfigurationState"),
    words=kind_words("ConfigurationState"),
)
def metallb_configuration_states(source: SourceFile) -> Iterator[ConfigurationState | ParseFailure]:
    return read_objects(source, "metallb_configuration_states", {"ConfigurationState": _configuration})


def _configuration(tree: Tree, source: SourceFile) -> Iterator[ConfigurationState]:
    component = ("metadata", "labels", "metallb.io/component-type")
    node = ("metadata", "labels", "metallb.io/node-name")
    yield ConfigurationState(
        **metadata(tree, source),
        marks=marks(
            tree, result=("status", "result"), error_summary=("status", "errorSummary"), component=component, node=node
        ),
        result=word(tree, ConfigurationResult, "status", "result"),
        error_summary=text(tree, "status", "errorSummary") or None,
        conditions=conditions(tree, "status", "conditions"),
        component=text(tree, *component),
        node=text(tree, *node),
    )


@parser(
    "namespaces/{namespace}/frrk8s.metallb.io/bgpsessionstates/{name}.yaml",
    "namespaces/{namespace}/frrk8s.metallb.io/bgpsessionstates.yaml",
    "report/crds/bgpsessionstates.yaml",
    title="BGPSessionState resources",
    collect=_collect("bgpsessionstates.frrk8s.metallb.io"),
    content=loose("BGPSessionState"),
    words=kind_words("BGPSessionState"),
)
def frrk8s_session_states(source: SourceFile) -> Iterator[BgpSessionState | ParseFailure]:
    return read_objects(source, "frrk8s_session_states", {"BGPSessionState": _session})


def _session(tree: Tree, source: SourceFile) -> Iterator[BgpSessionState]:
    yield BgpSessionState(
        **metadata(tree, source),
        marks=marks(
            tree,
            node=("status", "node"),
            peer=("status", "peer"),
            vrf=("status", "vrf"),
            bgp_status=("status", "bgpStatus"),
            bfd_status=("status", "bfdStatus"),
        ),
        node=text(tree, "status", "node"),
        peer=_peer(text(tree, "status", "peer")),
        vrf=text(tree, "status", "vrf") or "",
        bgp_status=word(tree, BgpState, "status", "bgpStatus"),
        bfd_status=_bfd(tree),
    )


def _peer(written: str | None) -> str | None:
    """The peer in canonical spelling: a label holds no colon, so that an IPv6 address is written with dashes."""
    if written is None:
        return None
    colons = written.replace("-", ":")
    return address(colons) if is_address(colons) else written


def _bfd(tree: Tree) -> BfdStatus | None:
    written = text(tree, "status", "bfdStatus")
    if not written or written in {"N/A", "Unknown"}:
        return None
    try:
        return bfd_status(written)
    except ValueError:
        raise MalformedError(
            tree.sub("status", "bfdStatus").span[0], f"status.bfdStatus is not a known word: {written[:60]!r}"
        ) from None
