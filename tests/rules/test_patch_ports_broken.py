from ovs_kit import (
    CUT,
    br_ex,
    br_int,
    cluster,
    expect,
    node,
    not_checked,
    outcome_of,
    outer,
    port,
    quiet,
    sdn,
    show,
    switch,
    unjudged,
)

RULE = "patch-ports-broken"
CARD = port("ens3", "system")


def test_no_patch_ports_at_all():
    members = cluster() | switch(ex=br_ex(CARD), patch="")
    expect(
        RULE,
        members,
        "critical",
        "no patch ports between br-ex and br-int",
        subject="br-ex/br-int",
        shown=["br-ex", "br-int"],
    )


def test_one_end_is_missing():
    members = cluster() | switch(patch="")
    words = "there is no port patch-br-int-to-br-ex_worker-0 on br-int"
    expect(
        RULE,
        members,
        "critical",
        words,
        subject="br-ex/patch-br-ex_worker-0-to-br-int",
        shown=["patch-br-int-to-br-ex_worker-0"],
    )
    members = cluster() | switch(ex=br_ex(CARD))
    words = "there is no port patch-br-ex_worker-0-to-br-int on br-ex"
    expect(RULE, members, "critical", words, subject="br-int/patch-br-int-to-br-ex_worker-0")


def test_the_peers_do_not_fit():
    members = cluster() | switch(ex=br_ex(CARD, outer(peer="other")))
    expect(
        RULE,
        members,
        "critical",
        "has the peer other",
        subject="br-ex/patch-br-ex_worker-0-to-br-int",
        shown=["peer=other"],
    )
    members = cluster() | switch(patch=port("patch-br-int-to-br-ex_worker-0", "patch"))
    expect(RULE, members, "critical", "the peer none", subject="br-ex/patch-br-ex_worker-0-to-br-int")


def test_networks_of_their_own_on_the_same_bridge():
    further = port("patch-br-ex_blue_worker-0-to-br-int", "patch", peer="patch-br-int-to-br-ex_blue_worker-0")
    local = port("patch-physnet_ovn_localnet_port-to-br-int", "patch", peer="patch-br-int-to-physnet_ovn_localnet_port")
    quiet(RULE, cluster() | switch(ex=br_ex(CARD, outer(), further, local)))
    members = cluster() | switch(ex=br_ex(CARD, further), patch="")
    expect(RULE, members, "critical", "no patch ports", subject="br-ex/br-int")


def test_a_host_without_its_node():
    quiet(RULE, show(br_ex(), br_int()))
    members = show(br_ex(CARD, outer(peer="other")), br_int())
    expect(RULE, members, "critical", "not each other's peers", subject="br-ex/patch-br-ex_worker-0-to-br-int")


def test_quiet():
    quiet(RULE, cluster())
    quiet(
        RULE, cluster() | node(l3_gateway_config='{"default":{"mode":"disabled"}}') | switch(ex=br_ex(CARD), patch="")
    )
    quiet(RULE, cluster() | show(br_int(patch="")))  # bridge-missing-or-fail-open tells that


def test_not_judged():
    not_checked(RULE, sdn(), "OVN-Kubernetes")
    saved = show(br_ex(CARD), br_int(patch=""), path="saved/worker-0/ovs.txt", **CUT)
    unjudged(RULE, saved, "may be cut")
    assert outcome_of(RULE, cluster() | node(labels={"network.operator.openshift.io/dpu": ""})).status == "not_checked"
