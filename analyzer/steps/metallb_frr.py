"""Steps of the MetalLB documents that ask FRR by vtysh: configuration, BGP and BFD sessions, prefixes."""

from analyzer.steps.metallb import BFD, BGP
from analyzer.steps.model import ERROR, WARNING, Found, Step

VTYSH = "oc exec -n metallb-system speaker-66bth -c frr -- vtysh -c"
NODE = "some-hostname"
RUNNING, SUMMARY = f"{VTYSH} 'show running-config'", f"{VTYSH} 'show bgp summary'"
NEVER_HEARD = (
    Found("bgp-session-down", ERROR, "10.0.2.4", NODE),
    Found("bgp-no-message-ever", ERROR, "10.0.2.4", NODE),
)
ONE_ROW = "the document counts two BFD sessions and shows one"

STEPS = (
    Step(
        "frr-running-asn",
        BGP,
        "In the running configuration `router bgp` names the AS of MetalLB.",
        reads=(RUNNING, "BGPPeer resources"),
        parsers=("running_config", "metallb_peers"),
        rules=("neighbor-attribute-drift",),
        fires=(
            Found("neighbor-attribute-drift", ERROR, "10.0.2.3", NODE),
            Found("neighbor-attribute-drift", ERROR, "10.0.2.4", NODE),
        ),
    ),
    Step(
        "frr-running-neighbors",
        BGP,
        "It holds `neighbor <address> remote-as <AS>` for each BGPPeer resource.",
        reads=(RUNNING, "BGPPeer resources"),
        parsers=("running_config", "metallb_peers"),
        rules=("bgppeer-not-in-running-config",),
        fires=(Found("bgppeer-not-in-running-config", ERROR, "10.0.2.5", NODE),),
    ),
    Step(
        "frr-running-bfd-profile",
        BGP,
        "The BFD profile stands with the right peer, and is defined.",
        reads=(RUNNING, "BGPPeer and BFDProfile resources"),
        parsers=("running_config", "metallb_peers", "metallb_bfd_profiles"),
        rules=("bfd-profile-not-applied",),
        fires=(
            Found("bfd-profile-not-applied", ERROR, "10.0.2.4", NODE),
            Found("neighbor-attribute-drift", ERROR, "10.0.2.4", NODE),
        ),
    ),
    Step(
        "frr-running-networks",
        BGP,
        "`network <range>` is the range of the address pool.",
        reads=(RUNNING, "IPAddressPool and BGPAdvertisement resources", "services"),
        parsers=("running_config", "metallb_pools", "metallb_bgp_advertisements", "services"),
        rules=("announced-prefix-missing",),
        fires=(Found("announced-prefix-missing", ERROR, "shop/web", NODE),),
    ),
    Step(
        "frr-router-id",
        BGP,
        "`bgp router-id`: each node has its own.",
        reads=(RUNNING, "FRR's log: RID change"),
        parsers=("running_config",),
        rules=("duplicate-router-id",),
        fires=(Found("duplicate-router-id", WARNING, "10.0.1.2"),),
    ),
    Step(
        "bgp-summary-rows",
        BGP,
        "The summary has a row for each BGPPeer resource.",
        reads=(SUMMARY, "BGPPeer resources"),
        parsers=("bgp_summary", "metallb_peers"),
        rules=("bgppeer-not-in-running-config",),
        fires=(Found("bgppeer-not-in-running-config", ERROR, "10.0.2.5"),),
    ),
    Step(
        "bgp-summary-messages",
        BGP,
        "0 messages received and sent is a peer without a session: look at the connection and at the peer.",
        reads=(SUMMARY,),
        parsers=("bgp_summary",),
        rules=("bgp-no-message-ever", "bgp-session-down"),
        fires=(
            Found("bgp-no-message-ever", ERROR, "10.0.2.4"),
            Found("bgp-session-down", ERROR, "10.0.2.4"),
        ),
    ),
    Step(
        "bgp-summary-noneg",
        BGP,
        "`NoNeg` is a session that carries no prefixes of that address family.",
        reads=(SUMMARY, RUNNING),
        parsers=("bgp_summary", "running_config"),
        rules=("bgp-afi-not-negotiated",),
        fires=(Found("bgp-afi-not-negotiated", WARNING, "10.0.2.3", NODE), *NEVER_HEARD),
    ),
    Step(
        "bgp-prefix-advertised",
        BGP,
        "Ask for the prefix of a pool: the peers that it was advertised to are named.",
        reads=(f"{VTYSH} 'show bgp ipv4 unicast 203.0.113.200/30'", RUNNING, SUMMARY),
        parsers=("bgp_prefix", "running_config", "bgp_summary"),
        rules=("bgp-nothing-announced",),
        fires=(Found("bgp-nothing-announced", ERROR, "10.0.2.4", NODE),),
    ),
    Step(
        "bgp-prefix-advertised-ipv6",
        BGP,
        "The same with ipv6 in place of ipv4.",
        reads=(f"{VTYSH} 'show bgp ipv6 unicast fc00:f853:ccd:e799::/124'", RUNNING, SUMMARY),
        parsers=("bgp_prefix", "running_config", "bgp_summary"),
        rules=("bgp-nothing-announced",),
        fires=(Found("bgp-nothing-announced", ERROR, "2001:db8::4", NODE),),
    ),
    Step(
        "bfd-peers-listed",
        BFD,
        "PeerAddress lists each BFD peer; for one that is missing look at its BGP session.",
        reads=(f"{VTYSH} 'show bfd peers brief'", RUNNING, SUMMARY),
        parsers=("bfd_brief", "running_config", "bgp_summary"),
        rules=("bfd-peer-missing",),
        fires=(Found("bfd-peer-missing", ERROR, "10.0.2.4", NODE),),
        incomplete=ONE_ROW,
    ),
    Step(
        "bfd-peers-status",
        BFD,
        "For a status of `down` check the links and devices between the node and the peer.",
        reads=(f"{VTYSH} 'show bfd peers brief'", RUNNING, SUMMARY),
        parsers=("bfd_brief", "running_config", "bgp_summary"),
        rules=("bfd-session-down",),
        fires=(
            Found("bfd-session-down", ERROR, "10.0.2.4", NODE),
            Found("bgp-afi-not-negotiated", WARNING, "10.0.2.3", NODE),
            *NEVER_HEARD,
        ),
    ),
    Step(
        "speaker-pod-node",
        BFD,
        "Find the node of a speaker pod, to check the link between that node and the peer.",
        reads=("oc get pods -n metallb-system speaker-66bth -o jsonpath='{.spec.nodeName}'", "pods as YAML"),
        parsers=("pods",),
        shown="pods",
        reason="it is a look-up: each finding about a session names the node by itself",
    ),
)
