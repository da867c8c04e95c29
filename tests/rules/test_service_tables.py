"""service-without-endpoints: saved tables of `oc get endpoints`."""

from bgp_kit import expect, quiet
from kit import found, outcome_of
from service_kit import cluster

from analyzer.model import Status

RULE = "service-without-endpoints"
HEAD = "NAME ENDPOINTS AGE"


def table(*rows, head=HEAD, command="$ oc get endpoints -n shop", path="saved/endpoints.txt"):
    return {path: "\n".join([command, head, *rows, ""])}


def test_a_service_that_was_asked_for():
    words = "a saved `oc get endpoints` shows no endpoint of the service"
    expect(RULE, table("web <none> 3d"), "warning", words, subject="shop/web", whose=None, shown=("<none>",))
    bare = table("router <none> 3d", command="")
    expect(RULE, bare, "warning", words, subject="router", whose=None)
    quiet(RULE, table("web 10.128.0.7:8080 3d"))


def test_one_of_a_list_of_all():
    rows = [f"web-{at} 10.128.0.{at}:8080 3d" for at in range(5)]
    words = "shows 1 of 6 services without endpoints: shop/idle"
    expect(RULE, table("idle <none> 3d", *rows), "info", words, subject="saved endpoints", whose=None)
    quiet(RULE, table(*rows), 5)


def test_the_objects_tell_more():
    assert found(RULE, cluster() | table("web <none> 3d")) == []
    assert found(RULE, cluster() | table("web <none> 3d", command="$ oc get endpoints")) == []


def test_nothing_collected():
    assert outcome_of(RULE, {}).status is Status.NOT_CHECKED
