"""What counts as a difference between frr.conf and what runs, and what is only another spelling."""

import pytest
from bgp_kit import IDLE, IMAGE, NAMESPACE, dump, expect, frr_conf, neighbor, pod, quiet, timestamp, unjudged
from config_kit import rendered, running
from kit import outcome_of
from metallb_kit import speaker_pod

from analyzer.model import Status

RULE = "frr-conf-vs-running-drift"
HERE, THERE = "only frr.conf has", "only the running configuration has"
BFD_SILENT = "vtysh: error reading from bfdd: Connection reset by peer"
STAMP = timestamp()
PLAIN = running("timers 30 90", "password secret", "bfd", "bfd profile fast", "port 1179")
PROFILE = "bfd\n profile fast\n  receive-interval 400\n exit\n exit\nexit\n!\nend"


def node(text=PLAIN, **more):
    """What worker-0 runs."""
    return pod() | dump(neighbor(), text, **more)


def drifted(written, *words, text=PLAIN, **more):
    return expect(RULE, node(text) | frr_conf(written), "warning", *words, subject="worker-0", **more)


ADDED = {
    "network 198.51.100.11/32": "  network 198.51.100.10/32",
    "neighbor 192.0.2.1 ebgp-multihop 255": " neighbor 192.0.2.1 ebgp-multihop",
    "neighbor 192.0.2.1 update-source 192.0.2.20": " neighbor 192.0.2.1 update-source 192.0.2.20",
    "neighbor 192.0.2.1 timers connect 10": " neighbor 192.0.2.1 timers connect 10",
    "neighbor 192.0.2.1 shutdown": " neighbor 192.0.2.1 shutdown",
    "neighbor 192.0.2.7 remote-as 64512": " neighbor 192.0.2.7 remote-as 64512",
    "router bgp 64500: bgp router-id 192.0.2.20": " bgp router-id 192.0.2.20",
}


@pytest.mark.parametrize("name", ADDED)
def test_one_statement_too_many_on_either_side(name):
    line = ADDED[name].replace("10/32", "11/32")
    inside = line.startswith("  network")
    after = "  network 198.51.100.10/32" if inside else " neighbor 192.0.2.1 remote-as 64512"
    more = PLAIN.replace(after, f"{after}\n{line}", 1)
    drifted(more, HERE, f"`{name}`", shown=(line.strip(),))
    drifted(PLAIN, THERE, f"`{name}`", text=more, shown=(line.strip(),))


def test_a_whole_neighbor_too_many_is_told_by_what_is_written():
    """Its timers are FRR's defaults, which stand nowhere."""
    more = PLAIN.replace(
        " neighbor 192.0.2.1 remote-as", " neighbor 192.0.2.7 remote-as 64512\n neighbor 192.0.2.1 remote-as"
    )
    finding = drifted(PLAIN, THERE, "`neighbor 192.0.2.7 remote-as 64512`", text=more)
    assert "192.0.2.7 timers" not in finding.message


CHANGED = {
    "router bgp 64501": ("router bgp 64500", "router bgp 64501"),
    "neighbor 192.0.2.1 timers 10 30": ("timers 30 90", "timers 10 30"),
    "neighbor 192.0.2.1 timers 60 180": (" neighbor 192.0.2.1 timers 30 90\n", ""),
    "neighbor 192.0.2.1 bfd profile slow": ("profile fast", "profile slow"),
    "ip prefix-list 192.0.2.1-pl-ipv4 deny any": ("seq 5 permit 198.51.100.10/32", "seq 5 deny any"),
    "ip prefix-list 192.0.2.1-pl-ipv4 permit 198.51.100.10/32 le 32": ("10/32\nroute", "10/32 le 32\nroute"),
    "route-map 192.0.2.1-out deny 1": ("out permit 1", "out deny 1"),
    "route-map 192.0.2.1-out permit 1: match ip address prefix-list other": (
        "prefix-list 192.0.2.1-pl-ipv4\nexit",
        "prefix-list other\nexit",
    ),
    "route-map 192.0.2.1-out permit 1: set local-preference 300": (
        "192.0.2.1-pl-ipv4\nexit",
        "192.0.2.1-pl-ipv4\n set local-preference 300\nexit",
    ),
    "route-map 192.0.2.1-out permit 1: on-match next": (
        "192.0.2.1-pl-ipv4\nexit",
        "192.0.2.1-pl-ipv4\n on-match next\nexit",
    ),
    "route-map 192.0.2.1-out permit 1: call more": ("192.0.2.1-pl-ipv4\nexit", "192.0.2.1-pl-ipv4\n call more\nexit"),
    "neighbor 192.0.2.1 route-map other out (ipv4)": ("route-map 192.0.2.1-out out", "route-map other out"),
    "neighbor 192.0.2.1 next-hop-self (ipv4)": (
        "  neighbor 192.0.2.1 activate",
        "  neighbor 192.0.2.1 activate\n  neighbor 192.0.2.1 next-hop-self",
    ),
}


@pytest.mark.parametrize("name", CHANGED)
def test_a_statement_that_reads_otherwise(name):
    before, after = CHANGED[name]
    assert before in PLAIN
    found = drifted(PLAIN.replace(before, after, 1), HERE, f"`{name}`")
    assert len(found.evidence) >= 2
    assert {one.note for one in found.evidence} <= {
        f"only in {side}" for side in ("frr.conf", "the running configuration")
    } | {None}


def test_profiles_of_bfd():
    text = PLAIN.replace("end", PROFILE)
    quiet(RULE, node(text) | frr_conf(text))
    drifted(text, HERE, "`bfd profile fast`", "`bfd profile fast: receive-interval 400`")
    other = text.replace("receive-interval 400", "receive-interval 300")
    drifted(text, HERE, "receive-interval 400", text=other)
    # A bfdd that does not answer takes its profiles out of what vtysh shows.
    quiet(RULE, node(PLAIN, bfd=BFD_SILENT) | frr_conf(text))


def test_a_vrf_of_its_own():
    red = "router bgp 64500 vrf red\n neighbor 192.0.2.9 remote-as 64512\n address-family ipv4 unicast\n"
    red += "  network 198.51.100.9/32\n"
    text = PLAIN.replace("ip prefix-list", f"{red} exit-address-family\nexit\nip prefix-list", 1)
    drifted(text, "`router bgp 64500 vrf red`", "`neighbor 192.0.2.9 remote-as 64512 (vrf red)`", "and 1 more")


def test_a_route_map_of_a_network_and_a_peer_group():
    text = PLAIN.replace("network 198.51.100.10/32", "network 198.51.100.10/32 route-map set")
    drifted(text, "`network 198.51.100.10/32 route-map set`")


def test_what_metallb_renders_means_the_same():
    quiet(RULE, node() | rendered(PLAIN))


def test_both_written_by_frr():
    quiet(RULE, node() | frr_conf(PLAIN))


SPELLINGS = {
    "order": lambda text: "\n".join(sorted(text.split("\n"), key=lambda line: not line.startswith("ip prefix-list"))),
    "exit": lambda text: text.replace("\nexit\n", "\n"),
    "version": lambda text: text.replace("frr version 8.4.4", "frr version 7.5.1"),
    "hostname": lambda text: text.replace("hostname worker-0", "hostname localhost\nno ipv6 forwarding\nlog stdout"),
    "password": lambda text: text.replace("password secret", "password <retracted>"),
    "implied bfd": lambda text: text.replace(" neighbor 192.0.2.1 bfd\n", ""),
    "sequence": lambda text: text.replace("seq 5 permit", "seq 1 permit"),
    "default port": lambda text: text.replace("port 1179", "port 1179\n neighbor 192.0.2.1 timers connect 120"),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_another_spelling(name):
    other = SPELLINGS[name](PLAIN)
    assert other != PLAIN
    quiet(RULE, node() | frr_conf(other))


def test_defaults_that_one_side_writes():
    text = running()
    written = running("timers 60 180", "port 179")
    quiet(RULE, node(text) | frr_conf(written))
    rendered_one = rendered(running("timers 3 9"))
    quiet(RULE, node(running(profile="datacenter")) | rendered_one)
    internal = running("ebgp-multihop", remote_as="64500")
    quiet(RULE, node(running(remote_as="64500")) | frr_conf(internal))


def test_communities_by_name():
    def text(words):
        return PLAIN.replace("pl-ipv4\nexit", f"pl-ipv4\n set {words} additive\nexit")

    quiet(RULE, node(text("community no-export 65000:1")) | frr_conf(text("community 65000:1 65535:65281")))
    drifted(text("community 65000:2"), "set community 65000:2 additive", text=text("community 65000:1"))
    quiet(RULE, node(text("large-community 1:2:3 1:2:4")) | frr_conf(text("large-community 1:2:4 1:2:3")))


def test_a_neighbor_that_is_not_activated_has_no_policies():
    off = PLAIN.replace("  neighbor 192.0.2.1 activate\n", "")
    drifted(
        off, THERE, "`neighbor 192.0.2.1 activate (ipv4)`", "`neighbor 192.0.2.1 route-map 192.0.2.1-out out (ipv4)`"
    )


def test_what_cannot_be_told():
    unjudged(RULE, node(), "frr.conf was not collected")
    unjudged(RULE, pod() | dump(neighbor(), None) | frr_conf(PLAIN), "not collected")
    unjudged(RULE, node(PLAIN.replace("\nend", "")) | frr_conf(PLAIN), "cut")
    unjudged(RULE, pod() | dump(None, IDLE) | frr_conf(PLAIN), "bgpd gave no answer")
    unjudged(
        RULE, node() | frr_conf("! This file gets overriden the first time\nhostname x\n"), "before the first reload"
    )
    unjudged(RULE, node() | frr_conf(PLAIN) | speaker_pod(started="2026-11-21T09:59:30Z") | STAMP, "less than a minute")
    split = {
        f"{IMAGE}/namespaces/{NAMESPACE}/pods/speaker-a/frr/frr/logs/vtysh.conf": "no service integrated-vtysh-config\n"
    }
    unjudged(RULE, node() | frr_conf("hostname x\nend") | split, "no integrated frr.conf")
    assert outcome_of(RULE, pod()).status is Status.NOT_CHECKED
    quiet(RULE, pod() | dump("% No BGP neighbors found", IDLE) | frr_conf("hostname worker-0\n"))
