"""Where an archive is cut, masked or odd, a chain says what is not known, and no rule makes a fault of it."""

import pytest
from bgp_kit import BOTH, config, dump, neighbor, statements, unjudged
from kit import found, store_of
from layer2_kit import announced, start
from metallb_kit import (
    UNREADY,
    cluster,
    container_log,
    endpoints,
    frr,
    l2_advertisement,
    node_selector,
    peer,
    pool,
    service,
    workers,
)

from analyzer.metallb.summary import ServiceVerdicts
from analyzer.model import Severity
from analyzer.rule import Rule
from analyzer.run import judge

OUTSIDE = "203.0.113.5"
GIVEN = {"annotations": {"metallb.universe.tf/ip-allocated-from-pool": "pool"}}
SAME = "xxx.xxx.xxx.xxx"


def verdict_of(members):
    return next(one for one in store_of(members).joined(ServiceVerdicts) if one.service)


def faults(members):
    store = store_of(members)
    outcomes = [judge(one, store) for one in Rule.registry.values() if one.area != "gather"]
    return {
        (outcome.rule, finding.subject)
        for outcome in outcomes
        for finding in outcome.findings
        if finding.severity.at_least(Severity.WARNING)
    }


def without(members, *parts):
    return {path: content for path, content in members.items() if not any(part in path for part in parts)}


def shrunk(**more):
    """The address was given from the pool, whose ranges do not hold it any more."""
    return cluster(networks=(), **more) | service(ip=OUTSIDE, metadata=GIVEN)


def test_speakers_that_keep_silent_prove_that_the_pool_lost_the_address():
    assert faults(shrunk()) == {("lb-service-without-ip", "shop/web")}
    assert verdict_of(shrunk()).step == "pool"


@pytest.mark.parametrize(
    ("change", "step"),
    [
        (endpoints(("worker-0", UNREADY)), "endpoints"),
        (workers(networks=(), peers=("192.0.2.9",)), "configuration"),
        (peer(nodeSelectors=node_selector("worker-9")), "peer"),
    ],
)
def test_an_address_that_nothing_could_announce_says_nothing_of_its_pool(change, step):
    members = shrunk() | change
    assert verdict_of(members).step == step
    assert "lb-service-without-ip" not in {rule for rule, _ in faults(members)}


def test_without_an_output_of_frr_nobody_knows_whether_the_address_is_announced():
    members = without(shrunk(), "dump_frr")
    assert faults(members) == set()
    assert verdict_of(members).verdict.startswith("not known whether it is announced")


def test_a_peer_over_a_link_stands_for_the_one_that_a_resource_names_by_its_address():
    block = neighbor(header="BGP neighbor on br-ex: fe80::1, remote AS 64512, local AS 64500, external link")
    text = config(statements(lead=" neighbor br-ex interface remote-as external"), activate=("br-ex",))
    running = dump([block], text)
    members = cluster() | workers(("worker-0",)) | running
    members = without(members, "worker-1", "worker-2", "speaker-b", "speaker-c")
    assert verdict_of(members).verdict == "announced by 1 of 1 node"
    other = members | peer(peerASN=64999)
    assert verdict_of(other).step == "configuration"


def test_a_policy_in_a_configuration_that_is_cut_is_not_known():
    text = config(statements(), permitted=(), hostname="worker-1").removesuffix("end")
    one = next(each for each in verdict_of(cluster() | frr("worker-1", "speaker-b", running=text)).nodes[1:])
    assert (one.reach, one.reason) == ("unknown", "its running configuration is cut")


def test_a_session_that_an_output_does_not_show_is_configured_all_the_same():
    two = (statements(), statements("192.0.2.2"))
    text = config(*two, activate=("192.0.2.1", "192.0.2.2"), hostname="worker-1")
    ids = ("192.0.2.1", "192.0.2.21")
    shown = dump([neighbor(capabilities=BOTH, ids=ids)], text, pod="speaker-b")
    members = cluster() | peer("tor2", "192.0.2.2") | shown
    one = next(each for each in verdict_of(members).nodes if each.node == "worker-1")
    assert one.reach == "announced"
    assert one.reason == "the state of its session with 192.0.2.2 (tor2) was not collected"


def test_a_table_of_which_lines_could_not_be_read_proves_nothing():
    table = (
        "BGP table version is 1, local router ID is 192.0.2.20, vrf id 0\nDefault local pref 100, local AS 64500\n"
        "   Network          Next Hop            Metric LocPrf Weight Path\n{rows}\n"
        "Displayed  {count} routes and 1 total paths"
    )
    row = "*> 198.51.100.99/32 0.0.0.0                  0         32768 i"
    members = without(cluster(), "worker-1", "worker-2", "speaker-b", "speaker-c")
    (path,) = (one for one in members if "dump_frr" in one)
    for count, reach in (("1", "not announced"), ("2", "announced")):
        more = f"###### show bgp ipv4\n{table.format(rows=row, count=count)}\n"
        store = store_of_any(members | {path: members[path] + more})
        (one,) = (each for each in store.joined(ServiceVerdicts) if each.service)
        assert one.reach == reach, one.verdict


def store_of_any(members):
    """A store over members of which a part cannot be read."""
    from analyzer.plan import Plan  # noqa: PLC0415
    from analyzer.store import Store  # noqa: PLC0415
    from parsers.base import Parser, SourceFile, run  # noqa: PLC0415

    plan, store = Plan(Parser.registry.values()), Store()
    for path, content in members.items():
        for match in plan.matches(path):
            store.read(match.parser, path)
            for fact in run(match.parser, SourceFile(path, [content.encode()], match.params, match.image_dir)):
                store.add(fact)
    return store


def test_a_mask_that_stands_for_every_address_tells_nothing_apart():
    text = config(statements(SAME), networks=(), activate=(SAME,), hostname="worker-0")
    masked = (
        peer("tor1", SAME)
        | peer("tor2", SAME)
        | pool("pool", f"{SAME}-{SAME}")
        | service(ip=SAME, metadata=GIVEN)
        | service("api", "demo", ip=SAME, metadata=GIVEN)
        | dump([neighbor(SAME, hostname="tor1")], text)
    )
    members = without(cluster(), "worker-1", "worker-2", "speaker-b", "speaker-c") | masked
    assert faults(members) == set()
    assert verdict_of(members).verdict.endswith("every address is masked alike")
    unjudged("lb-ip-owned-elsewhere-or-off-link", members, "masked like every other one")


def test_bfd_of_a_mask_that_stands_for_every_address():
    text = config(statements(SAME, "64512", "bfd"), activate=(SAME,))
    members = dump([neighbor(SAME)], text)
    assert not found("bfd-peer-missing", members)
    unjudged("bfd-peer-missing", members, "masked like every other one")
    named = dump([neighbor()], config(statements("192.0.2.1", "64512", "bfd")))
    assert found("bfd-peer-missing", named)


def test_what_bgp_announces_need_not_be_on_a_link():
    both = cluster() | l2_advertisement()
    assert ("lb-ip-owned-elsewhere-or-off-link", "shop/web") not in faults(both)
    alone = without(both, "bgpadvertisements")
    assert ("lb-ip-owned-elsewhere-or-off-link", "shop/web") in faults(alone)


def test_the_networks_of_a_family_of_which_a_node_has_another_address_are_not_known():
    members = without(cluster(), "bgpadvertisements") | l2_advertisement()
    (path,) = (one for one in members if one.endswith("nodes/worker-0.yaml"))
    more = "status:\n  addresses:\n  - address: 198.51.100.77\n    type: InternalIP\n"
    odd = members | {path: members[path] + more}
    assert ("lb-ip-owned-elsewhere-or-off-link", "shop/web") not in faults(odd)


def test_without_an_advertisement_an_address_that_nobody_announces_may_be_of_layer_2():
    members = without(cluster(networks=()), "metallb.io/")
    assert faults(members) == set()
    assert verdict_of(members).verdict == "not known whether it is announced: no advertisement of it was collected"
    empty = members | endpoints()
    assert verdict_of(empty).step == "endpoints"


def test_without_an_advertisement_the_speakers_say_who_answers_by_layer_2():
    said = container_log(start(), announced(ips=("198.51.100.10",)), pod="speaker-b")
    members = without(cluster(networks=()), "metallb.io/") | said
    assert "announced-prefix-missing" not in {rule for rule, _ in faults(members)}
    assert verdict_of(members).verdict == "answered for by worker-1 (layer 2)"
