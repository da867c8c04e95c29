"""resolver-wildcard-or-search-problem: resolv.conf of nodes and saved answers of dig."""

import yaml
from bgp_kit import IMAGE, expect, quiet
from kit import outcome_of
from service_kit import controller, node

RULE = "resolver-wildcard-or-search-problem"
ASKED = "$ dig +search +noall +answer github.com\n"


def conf(*lines, where="worker-0"):
    return {f"sosreport-{where}-2026-11-21-abcdefg/etc/resolv.conf": "".join(f"{one}\n" for one in lines)}


def dig(text, where="worker-0"):
    return {f"nodes/{where}/dig.txt": text}


def domain(name="ocp.example.com"):
    made = {
        "apiVersion": "config.openshift.io/v1",
        "kind": "DNS",
        "metadata": {"name": "cluster"},
        "spec": {"baseDomain": name},
    }
    return {f"{IMAGE}/cluster-scoped-resources/config.openshift.io/dnses.yaml": yaml.safe_dump(made)}


NODE = node("worker-0")
FINE = conf("search example.com", "nameserver 192.0.2.53", "nameserver 192.0.2.54")


def wrong(members, *words, severity="warning", **more):
    return expect(RULE, members, severity, *words, **{"subject": "worker-0", "whose": "worker-0", **more})


def test_a_healthy_node():
    quiet(RULE, NODE | FINE | domain() | controller())


def test_too_many_servers():
    lines = [f"nameserver 192.0.2.{at}" for at in (53, 54, 55, 56)]
    wrong(NODE | conf(*lines), "names 4 servers", "192.0.2.56 is never asked", shown=("nameserver 192.0.2.56",))
    wrong(NODE | conf(*lines, "nameserver 192.0.2.57"), "192.0.2.56, 192.0.2.57 are never asked")


def test_the_host_itself():
    wrong(NODE | conf("nameserver 127.0.0.53"), "names 127.0.0.53, the host itself", shown=("nameserver 127.0.0.53",))
    wrong(NODE | conf("nameserver ::1"), "names ::1")


def test_another_machine_may_do_so():
    quiet(RULE, NODE | conf("nameserver 127.0.0.53", where="bastion"))
    wrong(conf("nameserver 127.0.0.53", where="bastion"), "127.0.0.53", subject="bastion", whose="bastion")


def test_the_domain_of_the_routes_is_searched():
    members = NODE | conf("search apps.example.com.", "nameserver 192.0.2.53") | controller()
    wrong(
        members,
        "searches apps.example.com, the domain of the routes",
        shown=("search apps", "domain: apps.example.com"),
    )
    members = NODE | conf("search apps.ocp.example.com", "nameserver 192.0.2.53") | domain()
    wrong(members, "searches apps.ocp.example.com")


def test_a_wildcard_in_a_search_domain():
    members = NODE | FINE | dig(f"{ASKED}github.com.example.com. 300 IN A 192.0.2.10\n")
    words = ("github.com was answered as github.com.example.com with 192.0.2.10", "example.com has a wildcard")
    wrong(members, *words, shown=("github.com.example.com.", "dig +search", "search example.com"))


def test_names_of_the_cluster_and_right_answers():
    quiet(RULE, NODE | dig(f"{ASKED}github.com. 60 IN A 203.0.113.4\n"))
    inside = "$ dig api.ocp.example.com\napi.ocp.example.com. 60 IN A 192.0.2.20\n"
    quiet(RULE, NODE | domain() | dig(inside))
    short = "$ dig +search web\nweb.example.com. 60 IN A 192.0.2.20\n"
    quiet(RULE, NODE | dig(short))


def test_the_address_of_a_node():
    members = NODE | dig(f"{ASKED}github.com. 60 IN A 192.0.2.20\n")
    wrong(members, "github.com was answered with 192.0.2.20, a node of the cluster", severity="info")


def test_nothing_was_collected():
    assert "not collected" in (outcome_of(RULE, NODE).reason or "")
