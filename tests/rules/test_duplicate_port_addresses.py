"""duplicate-addresses: logical ports of pods in one northbound database."""

from bgp_kit import expect
from kit import outcome_of
from ovn_kit import CLIENT, FAR, HOMES, WEB, cluster, lsp, mac, north, ovnkube, pod, pods, stores

RULE = "duplicate-addresses"
OTHER = "db-6b7f9d4c8d-zzzzz"


def ports(*more, where="worker-0"):
    return cluster() | north(where, ports=[lsp(CLIENT), lsp(WEB), *more])


def test_every_port_has_its_own_addresses():
    outcome = outcome_of(RULE, cluster())
    assert (str(outcome.status), outcome.gaps) == ("clear", ())
    # Two nodes, the addresses of three pods, and of their ports the same and the MAC addresses.
    assert outcome.examined == 2 + 3 + 6


def test_two_ports_with_one_address():
    """The MAC address follows from the IP address: it is told once."""
    words = ("2 logical ports have the address 10.128.0.7", f"shop/{OTHER} on worker-0", f"shop/{WEB} on worker-0")
    members = ports(lsp(OTHER, ip="10.128.0.7"))
    expect(RULE, members, "error", *words, subject="10.128.0.7", shown=("10.128.0.7", f"shop_{OTHER}"))


def test_a_stale_port_is_named():
    members = ports(lsp(OTHER, ip="10.128.0.7", up=False))
    expect(RULE, members, "error", f"shop/{OTHER} on worker-0 (no node has bound it)", subject="10.128.0.7")


def test_two_ports_with_one_mac_address():
    members = ports(lsp(OTHER, ip="10.128.0.9", addresses=[f"{mac('10.128.0.7')} 10.128.0.9"]))
    expect(RULE, members, "error", "2 logical ports have the address 0a:58:0a:80:00:07", subject="0a:58:0a:80:00:07")


def test_two_pods_with_one_address_are_told_as_pods():
    members = ports(lsp(OTHER, ip="10.128.0.7")) | pods(*(pod(name) for name in HOMES), pod(OTHER, ip="10.128.0.7"))
    expect(RULE, members, "error", "2 pods have the address 10.128.0.7", subject="10.128.0.7")


def test_other_networks_and_zones_may_have_the_same():
    nad = {"namespace": "shop", "pod": "true", "k8s.ovn.org/nad": "shop/blue"}
    members = ports(lsp(OTHER, ip="10.128.0.7", external_ids=nad))
    assert not outcome_of(RULE, members).findings
    members = cluster() | north("worker-1", ports=[lsp(FAR), lsp(OTHER, ip="10.128.0.7")])
    assert not outcome_of(RULE, members).findings


def test_masked_and_dynamic_addresses():
    masked = [lsp(f"a-{at}", ip="10.128.0.9", addresses=["x-mac-0000000001-x 10.128.0.9"]) for at in range(2)]
    assert not outcome_of(RULE, ports(*masked)).findings
    dynamic = {"addresses": ["dynamic"], "dynamic_addresses": "0a:58:0a:80:00:07 10.128.0.7"}
    expect(RULE, ports(lsp(OTHER, ip="10.128.0.7", **dynamic)), "error", subject="10.128.0.7")


def test_a_virtual_machine_that_moves_has_two_pods():
    members = ports(lsp("virt-launcher-a-1", ip="10.128.0.9"), lsp("virt-launcher-a-2", ip="10.128.0.9"))
    assert not outcome_of(RULE, members).findings


def test_the_databases_alone_are_enough():
    members = stores() | ovnkube("worker-0") | north("worker-0", ports=[lsp(WEB), lsp(OTHER, ip="10.128.0.7")])
    expect(RULE, members, "error", "2 logical ports", subject="10.128.0.7")
