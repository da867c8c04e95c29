"""route-missing-or-not-admitted: what the routers say of routes."""

from bgp_kit import expect, quiet, unjudged
from kit import outcome_of
from service_kit import JUST_NOW, admission, cluster, controller, route, routes

RULE = "route-missing-or-not-admitted"
CLAIMED = admission("False", "HostAlreadyClaimed", "route web already exposes web.apps.example.com and is older")


def wrong(members, *words, subject="shop/late", **more):
    return expect(RULE, members, "error", *words, subject=subject, whose=None, **more)


def test_a_healthy_cluster():
    quiet(RULE, cluster())


def test_a_host_that_another_route_has():
    members = cluster() | routes(route(), route("path", path="/x"), route("late", ingresses=[CLAIMED]))
    words = (
        "router default does not admit the route for web.apps.example.com",
        "HostAlreadyClaimed",
        "shop/web has this",
    )
    wrong(members, *words, shown=("HostAlreadyClaimed", "host: web.apps.example.com"))


def test_a_rejected_route_without_a_rival():
    refused = admission("False", None, None, router=None)
    members = cluster() | routes(route("late", ingresses=[refused], host="x.example.com", path="/a"))
    finding = wrong(members, "the router of no name", "for x.example.com/a (no reason given)")
    assert "has this host" not in finding.message


def test_one_router_rejects_and_another_admits():
    quiet(RULE, cluster() | routes(route(ingresses=[CLAIMED, admission(router="shard")])))


def test_no_router_took_it_up():
    members = cluster() | routes(route("late", ingresses=[], host=None))
    wrong(members, "no router has taken up the route for no host", shown=("name: late",))
    pending = [{"routerName": "default", "conditions": []}]
    wrong(cluster() | routes(route("late", ingresses=pending)), "no router has taken up")


def test_a_route_that_has_just_been_created():
    unjudged(RULE, cluster() | routes(route(ingresses=[], created=JUST_NOW)), "only just been created")


def test_no_controller_that_could_admit_it():
    unjudged(RULE, cluster() | controller(replicas=0) | routes(route(ingresses=[])), "no ingress controller is to run")


def test_nothing_was_collected():
    members = {path: text for path, text in cluster().items() if "routes" not in path}
    assert "not collected: routes" in (outcome_of(RULE, members).reason or "")
