"""raft-unhealthy: status texts, database files and logs of clustered OVN databases."""

import json

import pytest
from bgp_kit import IMAGE, expect, quiet, unjudged
from kit import outcome_of
from ovn_kit import OVN, cluster, judged, pod, pods, without
from ovsdb_sample import log, uuid

RULE = "raft-unhealthy"
MASTERS = ("master-0", "master-1", "master-2")
ADDRESS = {name: f"192.0.2.{11 + at}" for at, name in enumerate(MASTERS)}
ME, SECOND, THIRD = "e01f", "0b8d", "65e9"
IDS = dict(zip(MASTERS, (ME, SECOND, THIRD), strict=True))


def masters(*names, role="master"):
    members = {}
    for name in names or MASTERS:
        made = {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": name, "labels": {f"node-role.kubernetes.io/{role}": ""}},
            "status": {"addresses": [{"type": "InternalIP", "address": ADDRESS.get(name, "192.0.2.99")}]},
        }
        members[f"{IMAGE}/cluster-scoped-resources/core/nodes/{name}.yaml"] = json.dumps(made, indent=1)
    return members


def server(name, last=7, *, me=False):
    tail = "(self) next_index=2 match_index=13" if me else f"next_index=14 match_index=13 last msg {last} ms ago"
    return f"    {IDS[name]} ({IDS[name]} at ssl:{ADDRESS[name]}:9643) {tail}"


def status(where="master-0", name="OVN_Northbound", file="leader_ovnnb_status", **lines):
    """The status of one server; lines by their first word, None leaves a line out."""
    others = [one for one in MASTERS if one != where]
    words = [f"{arrow}{IDS[one]}" for one in others for arrow in ("<-", "->")]
    text = {
        "Name": name,
        "Cluster_ID": "5ad1 (5ad1ad29-d9a6-40a2-a09a-913ff1e4b26a)",
        "Server_ID": f"{IDS[where]} ({IDS[where]}6c3e-4507-46b8-8c79-3a9db3e3a54c)",
        "Address": f"ssl:{ADDRESS[where]}:9643",
        "Status": "cluster member",
        "Role": "leader",
        "Term": "1",
        "Leader": "self",
        "Vote": "self",
        "Election_timer": "1000",
        "Log": "[2, 14]",
        "Entries_not_yet_committed": "0",
        "Entries_not_yet_applied": "0",
        "Connections": " ".join(words),
        "Disconnections": "0",
        "Servers": "\n" + "\n".join(server(one, me=one == where) for one in MASTERS),
        **lines,
    }
    body = "\n".join(f"{key.replace('_', ' ')}: {value}" for key, value in text.items() if value is not None)
    return {f"{IMAGE}/network_logs/{file}": body.replace(": \n", ":\n") + "\n"}


def bad(members, severity, *words, node="master-0", subject="OVN_Northbound", **more):
    return expect(RULE, members, severity, *words, subject=subject, whose=node, **more)


def test_a_healthy_leader():
    quiet(RULE, masters() | status(), examined=1)
    both = status() | status(name="OVN_Southbound", file="leader_ovnsb_status")
    quiet(RULE, masters() | both, examined=2)


@pytest.mark.parametrize(
    "words", ["joining cluster", "left cluster", "failed", "disconnected from the cluster (election timeout)"]
)
def test_a_server_that_is_no_member(words):
    members = masters() | status(Status=words, Leader="unknown", Role="candidate")
    bad(members, "critical", "is not a member of its cluster", words, shown=(words,))


def test_a_server_that_lost_a_cluster_which_goes_on():
    lost = {"Status": "disconnected from the cluster (election timeout)", "Leader": "unknown", "Role": "candidate"}
    members = masters() | status() | status("master-1", file="ovnkube-master-b_ovnnb_status_log", **lost)
    bad(members, "error", "OVN_Northbound on master-1 is not a member", node="master-1")


def test_nobody_knows_a_leader():
    members = masters() | status(Leader="unknown", Role="candidate")
    bad(members, "critical", "knows no leader (it is candidate)", shown=("Leader: unknown", "Role: candidate"))


def test_one_server_knows_no_leader():
    members = (
        masters() | status() | status("master-1", file="ovnkube-master-b_ovnnb_status_log", Leader="unknown", Role=None)
    )
    bad(members, "error", "OVN_Northbound on master-1 knows no leader", node="master-1")


def test_a_leader_of_the_other_database_is_none():
    other = status(name="OVN_Southbound", file="leader_ovnsb_status")
    bad(masters() | status(Leader="unknown") | other, "critical", "knows no leader")


@pytest.mark.parametrize("role", ["master", "control-plane"])
def test_fewer_servers_than_masters(role):
    two = "\n" + server("master-0", me=True) + "\n" + server("master-1")
    words = ("has 2 servers in its cluster, though there are 3 masters", "ssl:192.0.2.12:9643")
    bad(masters(role=role) | status(Servers=two), "error", *words, shown=("192.0.2.12",))


def test_one_server_is_right_without_three_masters():
    one = "\n" + server("master-0", me=True)
    quiet(RULE, masters("master-0") | status(Servers=one, Connections=""), examined=1)
    quiet(RULE, status(Servers=one, Connections=""), examined=1)


def test_a_lost_connection():
    members = masters() | status(Connections=f"<-{SECOND} ->{SECOND} <-{THIRD} (->{THIRD})")
    bad(members, "error", f"has lost the connection to server {THIRD} (master-2)", shown=(f"(->{THIRD})",))
    bad(without(members, "/nodes/"), "error", f"server {THIRD} (ssl:192.0.2.13:9643)", node=None)
    unnamed = status(Connections="(->ffff)")
    bad(masters() | unnamed, "error", "has lost the connection to server ffff")


def test_entries_that_wait_for_a_silent_server():
    servers = "\n" + "\n".join([server("master-0", me=True), server("master-1"), server("master-2", 65000)])
    members = masters() | status(Servers=servers, Entries_not_yet_committed="4")
    words = ("has 4 entries not committed and 0 not applied", f"has not heard of {THIRD} (65 s)")
    bad(members, "error", *words, shown=("Entries not yet committed: 4", "65000 ms"))


def test_entries_on_their_way_are_normal():
    quiet(RULE, masters() | status(Entries_not_yet_committed="4"), examined=1)
    servers = "\n" + "\n".join([server("master-0", me=True), server("master-1"), server("master-2", 65000)])
    quiet(RULE, masters() | status(Servers=servers), examined=1)


def test_a_status_that_is_cut():
    unjudged(RULE, masters() | status(Servers=None), "its status text is cut")


def test_the_node_is_that_of_the_pod():
    named = pods(pod("ovnkube-master-b", OVN, "master-1", "192.0.2.12", hostNetwork=True), namespace=OVN)
    members = named | status("master-1", file="ovnkube-master-b_ovnnb_status_log", Leader="unknown")
    bad(members, "critical", "OVN_Northbound on master-1", node="master-1")


def test_without_node_and_address_the_text_names_the_database():
    bad(status(Leader="unknown", Address=None), "critical", "OVN_Northbound knows no leader", node=None)


def test_of_one_server_the_last_status_counts():
    older = {path.replace(IMAGE, "must-gather.local.0/image"): text for path, text in status(Leader="unknown").items()}
    quiet(RULE, masters() | older | status(), examined=1)


def header(*records, servers=MASTERS, **more):
    tree = {
        "server_id": uuid(900),
        "cluster_id": uuid(901),
        "name": "OVN_Northbound",
        "local_address": "ssl:192.0.2.11:9643",
        "prev_servers": {uuid(900 + at): f"ssl:{ADDRESS[name]}:9643" for at, name in enumerate(servers)},
        "prev_term": 3,
        "prev_index": 70,
        "prev_data": [{"name": "OVN_Northbound", "version": "7.0.0", "tables": {}}, {}],
        **more,
    }
    return {f"{IMAGE}/network_logs/leader_nbdb": log(tree, *records, magic="CLUSTER")}


def test_a_database_file_of_a_whole_cluster():
    quiet(RULE, masters() | header(), examined=1)


def test_a_database_file_tells_too():
    bad(masters() | header({"note": "left"}), "error", "at master-0 has left its cluster")
    words = ("knows 2 servers, though there are 3 masters", "ssl:192.0.2.11:9643, ssl:192.0.2.12:9643")
    bad(masters() | header(servers=MASTERS[:2]), "error", *words)
    bad(header({"note": "left"}), "error", "the server of OVN_Northbound at ssl:192.0.2.11:9643", node=None)


def test_an_edited_database_file_tells_nothing():
    data = header({"note": "left"})
    path = next(iter(data))
    edited = {path: data[path].replace(b"192.0.2.11", b"x-ipv4-0000000001-x")}
    outcome = judged(RULE, masters() | edited)
    assert (str(outcome.status), outcome.findings) == ("clear", ())


def test_a_clustered_database_of_one_node_is_no_cluster():
    data = next(iter(header(servers=MASTERS[:1]).values()))
    members = masters() | {f"{IMAGE}/network_logs/ovnk_database_store/ovnkube-node-a_nbdb": data}
    assert outcome_of(RULE, members).reason == "the databases of each node are standalone: there is no Raft cluster"


def test_a_status_speaks_for_its_server():
    """The file was copied at the same time: it says nothing more."""
    members = masters() | status(Server_ID=f"{ME} ({uuid(900)})") | header({"note": "left"})
    quiet(RULE, members, examined=2)


def messages(*lines, container="nbdb", who="ovnkube-master-b"):
    text = "".join(
        f"2026-11-21T{at}.000000000Z 2026-11-21T{at}.000Z|{number}|{line}\n" for number, (at, line) in enumerate(lines)
    )
    path = f"{IMAGE}/namespaces/{OVN}/pods/{who}/{container}/{container}/logs/current.log"
    return pods(pod(who, OVN, "master-1", "192.0.2.12", hostNetwork=True), namespace=OVN) | {path: text}


def elections(count, step=5):
    line = "raft|INFO|term {}: 1500 ms timeout expired, starting election"
    return [(f"{8 + at * step // 60:02}:{at * step % 60:02}:00", line.format(at + 2)) for at in range(count)]


def test_many_elections():
    words = ("nbdb on master-1 started 5 elections within an hour", "5 from 11-21 08:00:00 to 11-21 08:20:00")
    bad(messages(*elections(5)), "error", *words, node="master-1", subject="nbdb", shown=("starting election",))


def test_a_few_elections_are_normal():
    quiet(RULE, messages(*elections(4)), examined=1)
    quiet(RULE, messages(*elections(8, step=30)), examined=1)


def stale(count, step):
    line = "ovsdb_cs|WARN|ssl:192.0.2.11:9642: clustered database server has stale data; trying another server"
    return [(f"{at * step // 60:02}:{at * step % 60:02}:00", line) for at in range(count)]


@pytest.mark.parametrize("step", [1, 30], ids=["within an hour", "within six hours"])
def test_stale_data(step):
    words = ("ovn-controller on master-1 said 10 times that ssl:192.0.2.11:9642 has stale data",)
    members = messages(*stale(10, step), container="ovn-controller")
    bad(members, "error", *words, node="master-1", subject="ovn-controller", shown=("stale data",))


def test_stale_data_now_and_then():
    quiet(RULE, messages(*stale(9, 1), container="ovn-controller"), examined=1)
    quiet(RULE, messages(*stale(11, 60), container="ovn-controller"), examined=1)


def test_a_log_of_an_unknown_pod():
    members = messages(*elections(5))
    bad(without(members, "pods.yaml"), "error", "nbdb on ovnkube-master-b started", node=None, subject="nbdb")


def test_interconnect_has_no_raft():
    outcome = outcome_of(RULE, cluster())
    assert (str(outcome.status), outcome.reason) == (
        "not_checked",
        "the databases of each node are standalone: there is no Raft cluster",
    )


def test_not_collected():
    outcome = outcome_of(RULE, masters())
    assert (str(outcome.status), outcome.reason) == ("not_checked", "not collected: Raft status of the OVN databases")
