import json

import pytest
from bgp_kit import IMAGE, expect, pod, quiet
from node_kit import absent, addresses, dmesg, links, network, node, operator, ovn_links

RULE = "tls-timeout-with-mtu-gap"
LINE = (
    '2026-11-21T10:00:01.0Z E1121 10:00:01.0 1 reflector.go:1] Get "https://172.30.0.1:443/api": '
    "net/http: TLS handshake timeout\n"
)
TOO_LARGE = {"uplink": 1500, "pods": 1500}


def logged(times, namespace="openshift-authentication-operator", name="operator-1"):
    return {f"{IMAGE}/namespaces/{namespace}/pods/{name}/op/op/logs/current.log": LINE * times}


def event(message, host="worker-0"):
    made = {
        "apiVersion": "v1",
        "count": 3,
        "involvedObject": {"kind": "Pod", "name": "web", "namespace": "shop"},
        "kind": "Event",
        "message": message,
        "metadata": {"name": "web.1", "namespace": "shop"},
        "reason": "Failed",
        "source": {"component": "kubelet", "host": host},
        "type": "Warning",
    }
    lines = "\n".join(f"  {key}: {json.dumps(value)}" for key, value in made.items())
    return {
        f"{IMAGE}/namespaces/shop/core/events.yaml": f"apiVersion: v1\nitems:\n- {lines.lstrip()}\nkind: EventList\n"
    }


def with_links(uplink=1500, pods=1400, management=None, **more):
    base = node("worker-0") | node("worker-1") | addresses() | network(pods, **more) | operator(pods)
    return base | links("worker-0", ovn_links(uplink, pods=pods, management=management))


def test_an_overlay_that_does_not_fit():
    members = with_links(**TOO_LARGE) | logged(1)
    words = ("1 TLS handshakes timed out (openshift-authentication-operator/operator-1)", "the pods' MTU is 1500")
    expect(
        RULE,
        members,
        "warning",
        *words,
        subject="TLS handshakes",
        whose=None,
        shown=("TLS handshake timeout", "mtu 1500"),
    )


def test_events_tell_too():
    message = 'Failed to pull image: Get "https://registry/v2/": net/http: TLS handshake timeout'
    members = with_links(**TOO_LARGE) | event(message)
    expect(RULE, members, "warning", "3 TLS handshakes timed out (shop/web)", subject="TLS handshakes")
    quiet(RULE, with_links(**TOO_LARGE) | event("Back-off pulling image"), examined=1)


@pytest.mark.parametrize(
    ("members", "words"),
    [
        (with_links(uplink=9000, pods=1500), "the pods' MTU is 1500, that of br-ex of worker-0 9000"),
        (with_links(uplink=1470), "the pods' MTU is 1400, that of br-ex of worker-0 1470"),
        (with_links(management=1450), "ovn-k8s-mp0 of worker-0 has MTU 1450, the cluster network 1400"),
    ],
)
def test_a_gap_alone_takes_many_timeouts(members, words):
    expect(RULE, members | logged(10), "warning", "10 TLS handshakes", words, subject="TLS handshakes", whose=None)
    quiet(RULE, members | logged(9), examined=1)


def test_the_kernel_dropped_large_packets():
    line = "[{:12.6f}] openvswitch: ens3: dropped over-mtu packet: 1558 > 1500"
    members = node("worker-0") | logged(1, name="speaker-a", namespace="metallb-system-operator")
    now = members | dmesg("worker-0", line.format(89000))
    expect(RULE, now, "warning", "packets of 1558 bytes where 1500 is the most", subject="TLS handshakes", whose=None)
    quiet(RULE, members | dmesg("worker-0", line.format(10)), examined=1)


def test_the_node_of_the_pod():
    members = with_links(**TOO_LARGE) | pod("speaker-a") | logged(2, "metallb-operator", "speaker-a")
    path, content = next(iter(pod("speaker-a").items()))
    moved = {path.replace("metallb-system", "metallb-operator"): content.replace("metallb-system", "metallb-operator")}
    expect(RULE, members | moved, "warning", "metallb-operator/speaker-a", subject="TLS handshakes")


def test_no_mtu_that_explains_it():
    """Many timeouts of one busy server are no matter of the MTU."""
    quiet(RULE, with_links() | logged(500), examined=1)
    quiet(RULE, with_links(**TOO_LARGE) | logged(0), examined=0)
    change = {"network": {"from": 1400, "to": 1500}}
    quiet(RULE, with_links(**TOO_LARGE, migration=change) | logged(500), examined=1)


def test_not_collected():
    absent(RULE, with_links(), "neither logs of operators nor events")
    absent(RULE, network() | logged(5), "no MTU of an interface and no kernel log")
