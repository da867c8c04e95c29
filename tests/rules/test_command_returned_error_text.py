import pytest
from bgp_kit import FOR_OTHER_NODES, bgp_peer, node
from gather_kit import a_pod, collected, gather_logs, sections
from kit import outcome_of

from analyzer.model import Status

RULE = "command-returned-error-text"
NO_ROUTER = "Building configuration...\n\nCurrent configuration:\n!\nfrr version 8.4.4\nhostname worker-0\n!\nend"
IDLE = {
    "config": NO_ROUTER,
    "bgp_ipv4": "Default BGP instance not found",
    "bgp_ipv6": "Default BGP instance not found",
    "bgp_neighbor": "% BGP instance not found",
}
FRR_K8S = {"containers": ("controller", "frr")}


def dumped(containers=("speaker", "frr"), **changed):
    return collected(dump_frr=sections(**changed)) | a_pod(containers=containers)


def messages(members):
    return [(one.node, one.subject, one.message) for one in outcome_of(RULE, members).findings]


@pytest.mark.parametrize(
    ("name", "command", "answer"),
    [
        ("bfd_peer", "show bfd peer", "% Unknown command: show bfd peer"),
        ("bgp_ipv4", "show bgp ipv4", "Exiting: failed to connect to any daemons."),
        ("bgp_neighbor", "show bgp neighbor", "% BGP instance not found"),
        ("bgp_neighbor", "show bgp neighbor", "% No BGP neighbors found in VRF default"),
        ("bgp_neighbor", "show bgp neighbor", "No BGP process is configured"),
        ("bfd_peer", "show bfd peer", "bfdd is not running"),
        ("bfd_peer", "show bfd peer", 'error: unable to upgrade connection: container not found ("frr")'),
        ("bfd_peer", "show bfd peer", "command terminated with exit code 1"),
    ],
)
def test_an_error_stands_in_a_section(name, command, answer):
    """The node has BGP configured: an answer that says otherwise is none."""
    members = dumped(**{name: answer})
    assert messages(members) == [("worker-0", "worker-0", f"{command} answered: {answer}")]
    (finding,) = outcome_of(RULE, members).findings
    assert finding.severity == "warning"
    assert finding.evidence[0].excerpt == (answer,)


def test_a_daemon_that_dies_while_it_answers():
    died = (
        "vtysh: error reading from bgpd: Connection reset by peer (104)Warning: closing connection to bgpd because of"
    )
    members = dumped(bgp_ipv4=f"{died} an I/O error!")
    assert messages(members)[0][2].startswith("show bgp ipv4 answered: vtysh: error reading from bgpd")


@pytest.mark.parametrize(
    "members",
    [
        dumped(**IDLE),
        dumped(**IDLE | {"bgp_neighbor": "% No BGP neighbors found in VRF default"}),
        dumped(**IDLE | {"bgp_neighbor": "No BGP process is configured"}),
        dumped(**IDLE) | bgp_peer("tor1", "192.0.2.1", 64512, *FOR_OTHER_NODES) | node(),
        dumped(**IDLE) | bgp_peer("tor1", "192.0.2.1", 64512, *FOR_OTHER_NODES),
        dumped(**IDLE, **FRR_K8S) | bgp_peer() | node(),
        dumped(),
    ],
    ids=["idle", "no neighbors", "no process", "peer of others", "labels unknown", "no speaker here", "answered"],
)
def test_an_idle_node_is_healthy(members):
    outcome = outcome_of(RULE, members)
    assert (outcome.status, outcome.findings, outcome.examined) == (Status.CLEAR, (), 1)


def test_an_idle_node_that_a_peer_selects_is_not():
    """The configuration was never applied there."""
    answers = {text for _, _, text in messages(dumped(**IDLE) | bgp_peer() | node())}
    assert answers == {
        "show bgp ipv4 answered: Default BGP instance not found",
        "show bgp ipv6 answered: Default BGP instance not found",
        "show bgp neighbor answered: % BGP instance not found",
    }


def test_other_errors_of_an_idle_node_are_errors():
    members = dumped(**IDLE | {"bfd_peer": "bfdd is not running"})
    assert messages(members) == [("worker-0", "worker-0", "show bfd peer answered: bfdd is not running")]


@pytest.mark.parametrize(
    ("line", "meaning"),
    [
        ("bgpd is not running", "an FRR daemon does not run"),
        ("Exiting: failed to connect to any daemons.", "an FRR daemon does not run"),
        ('error: unable to upgrade connection: container not found ("frr")', "a container was not there"),
        ("Error from server: error dialing backend: dial tcp", "a node's kubelet could not be reached"),
        ("timeout: sending signal TERM to command 'oc'", "a command timed out"),
        ("metallb not started", "there is no MetalLB resource named metallb"),
    ],
)
def test_an_error_in_the_log_of_the_collection(line, meaning):
    members = gather_logs("INFO: Gathering", line)
    (finding,) = outcome_of(RULE, members).findings
    assert (finding.node, finding.subject, finding.severity) == (None, "gather", "warning")
    assert finding.message == f"while collecting, {meaning}: {line}"
    assert line in finding.evidence[0].excerpt[0]


@pytest.mark.parametrize(
    ("line", "meaning"),
    [
        ("command terminated with exit code 1", "a command failed"),
        (
            "Error from server (BadRequest): container frr is not valid for pod speaker-x2x8q",
            "a pod was asked for a container that it does not have",
        ),
    ],
)
def test_what_the_collection_of_a_healthy_cluster_says(line, meaning):
    (finding,) = outcome_of(RULE, gather_logs("INFO: Gathering", line)).findings
    assert (finding.message, finding.severity) == (f"while collecting, {meaning}: {line}", "info")


def test_many_messages_of_one_kind_are_one_finding():
    lines = [f"error: timed out waiting for pod-{at}" for at in range(40)] + ["bgpd is not running"] * 3
    found = outcome_of(RULE, gather_logs(*lines)).findings
    assert [one.message for one in found if "timed out" in one.message] == [
        "while collecting, a command timed out: error: timed out waiting for pod-0 (40 times in 40 wordings)"
    ]
    assert [one.message for one in found if "bgpd" in one.message] == [
        "while collecting, an FRR daemon does not run: bgpd is not running (3 times)"
    ]
    assert {len(one.evidence) for one in found} == {1, 5}


def test_two_collections_are_two_findings():
    members = gather_logs("bgpd is not running") | gather_logs("bgpd is not running", image="must-gather.local.2/image")
    assert len({one.id for one in outcome_of(RULE, members).findings}) == 2


def test_troubles_of_the_gather_itself_belong_to_another_rule():
    outcome = outcome_of(
        RULE, gather_logs("Disk usage exceeds the volume percentage of 30", "sriov not detected. Skipping.")
    )
    assert (outcome.status, outcome.findings) == (Status.CLEAR, ())


def test_not_checked_without_either():
    outcome = outcome_of(RULE, a_pod())
    assert outcome.status is Status.NOT_CHECKED
    assert outcome.reason == "neither FRR outputs nor the collection's own log (gather.logs) in this archive"
