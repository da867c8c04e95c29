"""FRRConfiguration: what frr-k8s is to configure on the nodes that it selects.

Source: metallb/frr-k8s api/v1beta1/frrconfiguration_types.go (OpenShift 4.16 and later). With frr-k8s as its backend
MetalLB writes one per node; administrators and OVN-Kubernetes add their own.
"""

from collections.abc import Iterator
from enum import StrEnum

from parsers.base import ParseFailure, SourceFile, parser
from parsers.kubernetes import KubernetesFact, LabelSelector, kind_words, loose, metadata, read_objects, selector
from parsers.metallb_resources import DynamicAsn
from parsers.part import Part
from parsers.tree import Tree
from parsers.values import duration, flag, marks, number, required_number, required_text, text, texts, word
from parsers.vocabulary import address


class AllowMode(StrEnum):
    """Whether all prefixes pass or only the listed ones; `filtered` without any lets nothing pass."""

    ALL = "all"
    FILTERED = "filtered"


class IncomingPrefix(Part):
    """A prefix that may be received; `ge` and `le` bound the lengths of what lies within."""

    prefix: str
    ge: int | None = None
    le: int | None = None


class FrrNeighbor(Part):
    """A neighbor as asked for. Times are seconds, None where nothing is set."""

    address: str | None = None
    interface: str | None = None
    asn: int | None = None
    dynamic_asn: DynamicAsn | None = None
    local_asn: int | None = None
    port: int | None = None
    hold_time: int | None = None
    keepalive: int | None = None
    connect_time: int | None = None
    ebgp_multihop: bool = False
    password: bool = False
    password_secret: str | None = None
    bfd_profile: str | None = None
    source_address: str | None = None
    disable_mp: bool = False
    dual_stack_address_family: bool = False
    enable_graceful_restart: bool = False
    advertise_mode: AllowMode = AllowMode.FILTERED
    advertise: tuple[str, ...] = ()
    receive_mode: AllowMode = AllowMode.FILTERED
    receive: tuple[IncomingPrefix, ...] = ()


class FrrRouter(Part):
    """A `router bgp` block as asked for; `prefixes` are what the node itself may announce."""

    asn: int
    vrf: str | None = None
    router_id: str | None = None
    neighbors: tuple[FrrNeighbor, ...] = ()
    prefixes: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()


class FrrBfdProfile(Part):
    """A BFD profile as asked for; intervals are milliseconds."""

    name: str
    receive_interval: int | None = None
    transmit_interval: int | None = None
    detect_multiplier: int | None = None
    echo_interval: int | None = None
    echo_mode: bool | None = None
    passive_mode: bool | None = None
    minimum_ttl: int | None = None


class FrrConfiguration(KubernetesFact):
    """A configuration; an empty selector means every node. `raw` tells that FRR statements are passed through."""

    node_selector: LabelSelector = LabelSelector()
    routers: tuple[FrrRouter, ...] = ()
    bfd_profiles: tuple[FrrBfdProfile, ...] = ()
    raw: bool = False
    raw_priority: int | None = None


@parser(
    "namespaces/{namespace}/frrk8s.metallb.io/frrconfigurations/{name}.yaml",
    "namespaces/{namespace}/frrk8s.metallb.io/frrconfigurations.yaml",
    "report/crds/frrconfigurations.yaml",
    title="FRRConfiguration resources",
    collect="oc adm must-gather (4.16 or later); by hand: oc get frrconfigurations -A -o yaml > frrconfigurations.yaml",
    content=loose("FRRConfiguration"),
    words=kind_words("FRRConfiguration"),
)
def frrk8s_configurations(source: SourceFile) -> Iterator[FrrConfiguration | ParseFailure]:
    return read_objects(source, "frrk8s_configurations", {"FRRConfiguration": _configuration})


def _configuration(tree: Tree, source: SourceFile) -> Iterator[FrrConfiguration]:
    spec = tree.sub("spec")
    yield FrrConfiguration(
        **metadata(tree, source),
        marks=marks(spec, node_selector=("nodeSelector",), raw=("raw",)),
        node_selector=selector(spec, "nodeSelector"),
        routers=tuple(_router(one) for one in spec.items("bgp", "routers")),
        bfd_profiles=tuple(_profile(one) for one in spec.items("bgp", "bfdProfiles")),
        raw=bool(spec.get("raw", "rawConfig")),
        raw_priority=number(spec, "raw", "priority"),
    )


def _router(tree: Tree) -> FrrRouter:
    return FrrRouter(
        evidence=tree.evidence("asn"),
        marks=marks(tree, asn=("asn",), vrf=("vrf",), router_id=("id",), prefixes=("prefixes",), imports=("imports",)),
        asn=required_number(tree, "asn"),
        vrf=text(tree, "vrf") or None,
        router_id=text(tree, "id") or None,
        neighbors=tuple(_neighbor(one) for one in tree.items("neighbors")),
        prefixes=texts(tree, "prefixes"),
        imports=tuple(required_text(one, "vrf") for one in tree.items("imports")),
    )


_FIELDS = {
    "address": "address",
    "interface": "interface",
    "asn": "asn",
    "dynamic_asn": "dynamicASN",
    "local_asn": "localASN",
    "port": "port",
    "hold_time": "holdTime",
    "keepalive": "keepaliveTime",
    "connect_time": "connectTime",
    "ebgp_multihop": "ebgpMultiHop",
    "password": "password",
    "password_secret": "passwordSecret",
    "bfd_profile": "bfdProfile",
    "source_address": "sourceaddress",
    "disable_mp": "disableMP",
    "dual_stack_address_family": "dualStackAddressFamily",
    "enable_graceful_restart": "enableGracefulRestart",
    "advertise": "toAdvertise",
    "receive": "toReceive",
}


def _neighbor(tree: Tree) -> FrrNeighbor:
    written = text(tree, "address") or None
    return FrrNeighbor(
        evidence=tree.evidence("address" if written else "interface"),
        marks=marks(tree, **{name: (field,) for name, field in _FIELDS.items()}),
        address=address(written) if written else None,
        interface=text(tree, "interface") or None,
        asn=number(tree, "asn") or None,
        dynamic_asn=word(tree, DynamicAsn, "dynamicASN"),
        local_asn=number(tree, "localASN") or None,
        port=number(tree, "port"),
        hold_time=duration(tree, "holdTime"),
        keepalive=duration(tree, "keepaliveTime"),
        connect_time=duration(tree, "connectTime"),
        ebgp_multihop=flag(tree, "ebgpMultiHop") or False,
        password=bool(tree.get("password")),
        password_secret=text(tree, "passwordSecret", "name") or None,
        bfd_profile=text(tree, "bfdProfile") or None,
        source_address=text(tree, "sourceaddress") or None,
        disable_mp=flag(tree, "disableMP") or False,
        dual_stack_address_family=flag(tree, "dualStackAddressFamily") or False,
        enable_graceful_restart=flag(tree, "enableGracefulRestart") or False,
        advertise_mode=word(tree, AllowMode, "toAdvertise", "allowed", "mode") or AllowMode.FILTERED,
        advertise=texts(tree, "toAdvertise", "allowed", "prefixes"),
        receive_mode=word(tree, AllowMode, "toReceive", "allowed", "mode") or AllowMode.FILTERED,
        receive=tuple(_incoming(one) for one in tree.items("toReceive", "allowed", "prefixes")),
    )


def _incoming(tree: Tree) -> IncomingPrefix:
    return IncomingPrefix(
        evidence=tree.evidence("prefix"),
        prefix=required_text(tree, "prefix"),
        ge=number(tree, "ge"),
        le=number(tree, "le"),
    )


def _profile(tree: Tree) -> FrrBfdProfile:
    return FrrBfdProfile(
        evidence=tree.evidence(),
        name=required_text(tree, "name"),
        receive_interval=number(tree, "receiveInterval"),
        transmit_interval=number(tree, "transmitInterval"),
        detect_multiplier=number(tree, "detectMultiplier"),
        echo_interval=number(tree, "echoInterval"),
        echo_mode=flag(tree, "echoMode"),
        passive_mode=flag(tree, "passiveMode"),
        minimum_ttl=number(tree, "minimumTtl"),
    )
