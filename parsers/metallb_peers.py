"""BGPPeer: with whom MetalLB's speakers are to speak BGP.

Sources: metallb/metallb api/v1beta1/bgppeer_types.go (releases up to 0.12) and api/v1beta2/bgppeer_types.go; the two
differ in what may be left out, not in the names of the fields.
"""

from collections.abc import Iterator

from parsers.base import ParseFailure, SourceFile, parser
from parsers.kubernetes import KubernetesFact, LabelSelector, kind_words, loose, metadata, read_objects, selectors
from parsers.metallb_resources import DynamicAsn, how, places
from parsers.tree import Tree
from parsers.values import duration, flag, marks, number, text, word
from parsers.vocabulary import address

_FIELDS = {
    "address": "peerAddress",
    "interface": "interface",
    "peer_asn": "peerASN",
    "dynamic_asn": "dynamicASN",
    "my_asn": "myASN",
    "local_asn": "localASN",
    "port": "peerPort",
    "hold_time": "holdTime",
    "keepalive": "keepaliveTime",
    "connect_time": "connectTime",
    "ebgp_multihop": "ebgpMultiHop",
    "password": "password",
    "password_secret": "passwordSecret",
    "bfd_profile": "bfdProfile",
    "node_selectors": "nodeSelectors",
    "source_address": "sourceAddress",
    "router_id": "routerID",
    "vrf": "vrf",
    "disable_mp": "disableMP",
    "dual_stack_address_family": "dualStackAddressFamily",
    "enable_graceful_restart": "enableGracefulRestart",
}


class BgpPeer(KubernetesFact):
    """A peer as asked for. Times are seconds, None where nothing is set. No node selectors select every node."""

    address: str | None = None
    interface: str | None = None
    peer_asn: int | None = None
    dynamic_asn: DynamicAsn | None = None
    my_asn: int | None = None
    local_asn: int | None = None
    port: int | None = None
    hold_time: int | None = None
    keepalive: int | None = None
    connect_time: int | None = None
    ebgp_multihop: bool = False
    password: bool = False
    password_secret: str | None = None
    bfd_profile: str | None = None
    node_selectors: tuple[LabelSelector, ...] = ()
    source_address: str | None = None
    router_id: str | None = None
    vrf: str | None = None
    disable_mp: bool = False
    dual_stack_address_family: bool = False
    enable_graceful_restart: bool = False


@parser(
    *places("bgppeers"),
    title="BGPPeer resources",
    collect=how("bgppeers"),
    content=loose("BGPPeer"),
    words=kind_words("BGPPeer"),
)
def metallb_peers(source: SourceFile) -> Iterator[BgpPeer | ParseFailure]:
    return read_objects(source, "metallb_peers", {"BGPPeer": _peer})


def _peer(tree: Tree, source: SourceFile) -> Iterator[BgpPeer]:
    spec = tree.sub("spec")
    written = text(spec, "peerAddress") or None
    yield BgpPeer(
        **metadata(tree, source),
        marks=marks(spec, **{name: (field,) for name, field in _FIELDS.items()}),
        address=address(written) if written else None,
        interface=text(spec, "interface") or None,
        # 0 is what a peer with dynamicASN has here.
        peer_asn=number(spec, "peerASN") or None,
        dynamic_asn=word(spec, DynamicAsn, "dynamicASN"),
        my_asn=number(spec, "myASN"),
        local_asn=number(spec, "localASN") or None,
        port=number(spec, "peerPort"),
        hold_time=duration(spec, "holdTime"),
        keepalive=duration(spec, "keepaliveTime"),
        connect_time=duration(spec, "connectTime"),
        ebgp_multihop=flag(spec, "ebgpMultiHop") or False,
        password=bool(spec.get("password")),
        password_secret=text(spec, "passwordSecret", "name") or None,
        bfd_profile=text(spec, "bfdProfile") or None,
        node_selectors=selectors(spec, "nodeSelectors"),
        source_address=text(spec, "sourceAddress") or None,
        router_id=text(spec, "routerID") or None,
        vrf=text(spec, "vrf") or None,
        disable_mp=flag(spec, "disableMP") or False,
        dual_stack_address_family=flag(spec, "dualStackAddressFamily") or False,
        enable_graceful_restart=flag(spec, "enableGracefulRestart") or False,
    )
