"""Reports with facts for every picture: small and healthy, broken, large, and hostile."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from render_samples import HOSTILE, evidence, quiet

from analyzer.metallb.path import Step
from analyzer.model import (
    ClusterSummary,
    Lane,
    NodeVerdict,
    PeerState,
    ServiceVerdict,
    TimelineEntry,
)
from analyzer.states import MtuStep, NodeMtu, TunnelState

START = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
LINES = (evidence("dump_frr", 412, "  BGP state = Established, up for 1d02h03m"),)


def peer(node="worker-0", address="192.0.2.1", state="Established", bfd="up", **changed):
    values = {
        "vrf": "default",
        "name": "tor1",
        "remote_as": 64512,
        "uptime": 93_780,
        "last_reset": None,
        "last_reset_age": None,
        "prefixes_received": 0,
        "prefixes_announced": 3,
        "asked_by": ("BGPPeer tor1",),
        "evidence": LINES,
    }
    return PeerState(node, address, state=state, bfd=bfd, **{**values, **changed})


def service(name="shop/web", reach="announced", nodes=(("worker-0", "announced", None, None),), **changed):
    values = {
        "address": "198.51.100.10",
        "protocol": "bgp",
        "pool": "gold",
        "traffic_policy": "Cluster",
        "step": next((step for _, _, _, step in nodes if step), None),
        "verdict": "announced by 1 of 1 node",
        "evidence": LINES,
        "advertisements": ("gold-adv",),
    }
    held = tuple(NodeVerdict(*one) for one in nodes)
    return ServiceVerdict(service=name, reach=reach, nodes=held, **{**values, **changed})


def entry(seconds=0, node="worker-0", lane=Lane.SESSIONS, text="it is lost", **more):
    if "lasts" in more:
        more["until"] = START + timedelta(seconds=seconds + more.pop("lasts"))
    return TimelineEntry(START + timedelta(seconds=seconds), node, lane, "192.0.2.1", text, LINES[0], **more)


def collected(begin, end):
    return (
        entry(begin, None, Lane.COLLECTION, "the collection begins"),
        entry(end, None, Lane.COLLECTION, "the collection ends"),
    )


def chain(node="worker-0", uplink=1500, pods=1400, *more, fault=None, loses=False):
    steps = (
        MtuStep("uplink", "ens3", (uplink,)),
        MtuStep("bridge", "br-ex", (uplink,)),
        MtuStep("tunnel", "58 bytes less", (uplink - 58,)),
        MtuStep("cluster", None, (pods,), fault, loses),
        MtuStep("management", "ovn-k8s-mp0", (pods,)),
    )
    return NodeMtu(node, "OVNKubernetes", 58, (*steps, *more), LINES)


def full(**facts):
    """A quiet report with these facts."""
    return replace(quiet(), cluster=ClusterSummary(), **facts)


def healthy():
    nodes = ("worker-0", "worker-1", "worker-2")
    return full(
        peers=tuple(peer(node, address) for node in nodes for address in ("192.0.2.1", "192.0.2.2")),
        services=(service(),),
        mtu=tuple(map(chain, nodes)),
        tunnels=tuple(TunnelState(node, 2) for node in nodes),
        timeline=(entry(0, None, Lane.OPERATORS, "available"), *collected(600, 900)),
    )


def broken():
    many = tuple(entry(at * 40, f"worker-{at % 3}", list(Lane)[1 + at % 10], bad=at % 4 == 0) for at in range(60))
    return full(
        peers=(
            peer(),
            peer("worker-0", "192.0.2.2", "Active", None),
            peer("worker-1", bfd="down"),
            peer("worker-1", "192.0.2.2", None, None, asked_by=()),
            peer("worker-2", "192.0.2.2", None, None),
            peer("worker-2", "192.0.2.3", name=None, remote_as=None),
        ),
        services=(
            service("shop/a", "not announced", (), step=Step.POOL, pool=None, verdict="not announced: no pool has it"),
            service("shop/a6", "not announced", (), step=Step.POOL, pool=None, verdict="not announced: no pool has it"),
            service(
                "shop/b",
                "partly announced",
                (
                    ("worker-0", "announced", None, None),
                    ("worker-1", "not announced", "the session with 192.0.2.2 is down", Step.SESSION),
                    ("worker-2", "partly announced", "its outbound policy holds it back", Step.POLICY),
                    ("worker-3", "unknown", "its running configuration was not collected", Step.CONFIGURATION),
                    ("worker-4", "left out", "no ready local endpoint", Step.ENDPOINTS),
                    ("worker-5", "left out", "not selected", Step.NODE),
                ),
            ),
            service("shop/c", "not announced", (("worker-0", "left out", "x", "node"),), protocol="layer2", step=None),
            service(None, "not announced", (("worker-0", "not announced", "y", "network"),), pool=None, protocol=None),
            *(service(f"shop/d{at}", "not announced", (), step="address", verdict=f"{at}") for at in range(4)),
            service("shop/fine"),
        ),
        mtu=(
            chain(),
            chain("worker-1", 1400, fault="1400 and 58 bytes of header are 1458: more than 1400 of ens3", loses=True),
            chain("worker-2", 1500, 1400, MtuStep("pods", None, (1400, 8900), "2 of 3 differ")),
            replace(chain("worker-3"), steps=(MtuStep("uplink", None, ()), MtuStep("cluster", None, (1400,)))),
            replace(chain("worker-4"), changing=True),
        ),
        tunnels=(
            TunnelState("worker-0", 3),
            TunnelState("worker-1", 3, ("worker-2", "worker-3"), 2),
            TunnelState("worker-2", 3, moved=("worker-0",), stale=("ovn-5e8778-0 to 192.0.2.99",)),
            TunnelState("worker-3", 3, reason="there is no bridge br-int"),
        ),
        timeline=(
            entry(-90_000, "worker-0", Lane.PODS, "it starts"),
            *many,
            entry(2500, "worker-1", Lane.FRR, "a reload", bad=True, about=True, lasts=600, count=12),
            entry(2600, "worker-1", Lane.KUBELET, "a stall", guessed=True),
            *collected(3000, 3600),
        ),
    )


def large():
    """500 nodes with 4 peers each, two of them of their own rack, and no two nodes alike in what is wrong."""
    names = [f"worker-{at}.ocp.example.com" for at in range(500)]
    states = ("Active", "Idle", "Connect", None)
    return full(
        peers=tuple(
            peer(
                node,
                f"192.0.2.{at % 50 * 4 + port}",
                states[at % 4] if (at + port) % 7 == 0 else "Established",
                ("up", "down", None)[(at * port) % 11 % 3],
            )
            for at, node in enumerate(names)
            for port in range(4)
        ),
        services=tuple(
            service(
                f"shop/web-{at}",
                "not announced",
                tuple(
                    (node, "not announced", f"reason {at % 20} {place % 9}", "session")
                    for place, node in enumerate(names[:200])
                ),
                verdict=f"announced by none: {at % 20}",
                pool=f"pool-{at % 20}",
            )
            for at in range(400)
        ),
        mtu=tuple(
            chain(node, 1500 + at % 40, 1400, fault="too small", loses=at % 2 == 0) for at, node in enumerate(names)
        ),
        tunnels=tuple(
            TunnelState(node, 499, tuple(names[at % 7 : at % 7 + 30]), 499 - at, stale=("ovn-1 to 192.0.2.9",) * 30)
            for at, node in enumerate(names)
        ),
        timeline=tuple(
            entry(at * 97 % 50_000, names[at * 7 % 500], list(Lane)[1 + at % 10], "x" * 900, bad=at % 3 == 0, lasts=at)
            for at in range(1000)
        ),
    )


def racks():
    """500 nodes in 50 racks with two routers each and two that all share; one node has lost a session and a tunnel."""
    names = [f"worker-{at:03}.ocp.example.com" for at in range(500)]
    return full(
        peers=tuple(
            peer(node, address, "Active" if (at, port) == (17, 0) else "Established", name=f"router-{address}")
            for at, node in enumerate(names)
            for port, address in enumerate(
                ("192.0.2.1", "192.0.2.2", f"198.51.100.{at // 10}", f"203.0.113.{at // 10}")
            )
        ),
        mtu=tuple(chain(node) for node in names),
        tunnels=tuple(
            TunnelState(node, 499, names[3:4] if at == 17 else (), int(at == 17)) for at, node in enumerate(names)
        ),
        timeline=tuple(entry(at * 60, node, text="it is up", about=True) for at, node in enumerate(names)),
    )


def hostile():
    """Every text that an archive can choose is hostile, and some are huge."""
    odd = (HOSTILE, "w" * 100_000, "\u0627\ufdfd" * 400, "\u6f22" * 90, "</svg><script>", "")
    return full(
        peers=tuple(
            peer(node, each, name=each, state=None, asked_by=()) for node in odd for each in (*odd, "192.0.2.1")
        ),
        services=(
            *(
                service(one, "not announced", ((one, "not announced", one, "session"),), address=one, pool=one)
                for one in odd
            ),
            service(HOSTILE, "partly announced", advertisements=odd, verdict=HOSTILE),
        ),
        mtu=tuple(
            replace(
                chain(one, 2**70, 2**70, MtuStep("pods", one, tuple(range(10**9, 10**9 + 9)), one, True), fault=one),
                network_type=one,
            )
            for one in odd
        ),
        tunnels=tuple(TunnelState(one, 5, odd, 6, odd, odd, one if one == HOSTILE else None) for one in odd),
        timeline=tuple(
            entry(at, one, lane, one, bad=True, count=10**9, lasts=at)
            for at, (one, lane) in enumerate(zip(odd, Lane, strict=False))
        ),
    )


SAMPLES = {"healthy": healthy, "broken": broken, "large": large, "racks": racks, "hostile": hostile}
