import pytest
from bgp_kit import IMAGE, advertisement, bgp_peer, log, resource
from gather_kit import a_pod, collected, sections
from kit import found, outcome_of

from analyzer.model import Status

RULE = "expected-collection-missing"
WHOLE = collected() | a_pod() | bgp_peer()


def messages(members):
    return [(one.node, one.subject, one.message) for one in outcome_of(RULE, members).findings]


@pytest.mark.parametrize("name", ["dump_frr", "frr.conf", "daemons", "vtysh.conf"])
def test_one_file_is_missing(name):
    members = collected("speaker-a", name) | a_pod() | bgp_peer()
    assert messages(members) == [("worker-0", "speaker-a", f"not collected from pod speaker-a: {name}")]
    (finding,) = outcome_of(RULE, members).findings
    assert finding.severity == "warning"
    assert any("name: speaker-a" in line for one in finding.evidence for line in one.excerpt)


def test_the_log_is_missing():
    members = collected("speaker-a", "log") | a_pod() | bgp_peer()
    said = "not collected from pod speaker-a: the FRR log (frr.log or the container's current.log)"
    assert messages(members) == [("worker-0", "speaker-a", said)]


@pytest.mark.parametrize("command", ["show bgp ipv4", "show bfd peer", "show running-config"])
def test_a_section_is_missing(command):
    name = "config" if command == "show running-config" else command.removeprefix("show ").replace(" ", "_")
    members = collected(dump_frr=sections(**{name: None})) | a_pod() | bgp_peer()
    assert messages(members) == [
        ("worker-0", "speaker-a", f"not collected from pod speaker-a: dump_frr section '{command}'")
    ]


def test_a_list_of_pods_that_a_person_saved():
    saved = {f"case/{number}.yaml": text for number, text in enumerate(a_pod().values())}
    assert messages(saved) == []


def test_one_pod_of_two():
    members = WHOLE | a_pod("speaker-b", "worker-1")
    said = "not collected from pod speaker-b: dump_frr, frr.conf, daemons, vtysh.conf, the FRR log"
    assert messages(members) == [("worker-1", "speaker-b", f"{said} (frr.log or the container's current.log)")]
    assert outcome_of(RULE, members).examined == 2


def test_frr_k8s_pods_that_the_scripts_of_4_17_do_not_ask():
    containers = ("controller", "frr", "reloader")
    speaker = a_pod("speaker-a", containers=("speaker", "kube-rbac-proxy"))
    members = (
        a_pod("frr-k8s-x", containers=containers) | speaker | log(pod="frr-k8s-x", name="current.log") | bgp_peer()
    )
    assert messages(members) == [
        ("worker-0", "frr-k8s-x", "not collected from pod frr-k8s-x: dump_frr, frr.conf, daemons, vtysh.conf")
    ]


@pytest.mark.parametrize("containers", [("speaker", "frr"), ("speaker", "kube-rbac-proxy")], ids=["frr", "frr-k8s"])
def test_no_resource_of_metallb(containers):
    frr = a_pod("frr-k8s-x", containers=("frr",)) | collected("frr-k8s-x")
    members = collected() | a_pod(containers=containers) | frr
    (only,) = (one for one in messages(members) if one[1] != "speaker-a")
    assert only == (
        None,
        "metallb-system",
        "MetalLB runs in metallb-system, but none of its resources (BGPPeer, IPAddressPool, …) was collected",
    )


@pytest.mark.parametrize(
    "members",
    [
        WHOLE,
        collected() | a_pod() | advertisement(),
        collected() | a_pod() | resource("IPAddressPool", "pool", ("addresses:", "- 198.51.100.0/24")),
        collected() | a_pod() | resource("L2Advertisement", "l2", ("ipAddressPools:", "- pool")),
        collected("speaker-a", "log") | log(name="current.log") | a_pod() | bgp_peer(),
        collected("frr-k8s-x", namespace="openshift-frr-k8s")
        | {f"{IMAGE}/namespaces/openshift-frr-k8s/pods/frr-k8s-x/frr/frr/logs/current.log": ""}
        | a_pod("frr-k8s-x", containers=("frr",), namespace="openshift-frr-k8s"),
        WHOLE | a_pod("speaker-b", "worker-1", phase="Pending"),
        WHOLE | a_pod("controller-1", "worker-1", containers=("controller",)),
    ],
    ids=[
        "all",
        "an advertisement",
        "a pool",
        "layer 2",
        "4.19: no frr.log",
        "openshift-frr-k8s",
        "not running",
        "no FRR",
    ],
)
def test_stays_quiet(members):
    outcome = outcome_of(RULE, members)
    assert (outcome.status, outcome.findings, outcome.examined) == (Status.CLEAR, (), 1)


def test_a_report_of_metallb_itself():
    """Its folders do not tell the namespace."""
    files = {f"report/pods/speaker-a/frr/logs/{path.rsplit('/', 1)[1]}": text for path, text in collected().items()}
    missing = {path: text for path, text in files.items() if not path.endswith("daemons")}
    without_section = missing | {"report/pods/speaker-a/frr/logs/dump_frr": sections(bfd_peer=None)}
    assert messages(files | a_pod() | bgp_peer()) == []
    said = "not collected from pod speaker-a: daemons, dump_frr section 'show bfd peer'"
    assert messages(without_section | a_pod() | bgp_peer()) == [("worker-0", "speaker-a", said)]


def test_not_checked_without_pods():
    outcome = outcome_of(RULE, collected())
    assert (outcome.status, outcome.reason) == (
        Status.NOT_CHECKED,
        "no running pod with an frr container in this archive",
    )
    assert found(RULE, collected()) == []


def version(number):
    path = f"{IMAGE}/cluster-scoped-resources/config.openshift.io/clusterversions/version.yaml"
    head = "apiVersion: config.openshift.io/v1\nkind: ClusterVersion\nmetadata:\n  name: version\n"
    return {path: f"{head}status:\n  desired:\n    version: {number}\n"}


FRRK8S = {"containers": ("controller", "frr", "reloader")}
OWN = a_pod("frr-k8s-x", **FRRK8S) | a_pod("frr-k8s-y", "worker-1", **FRRK8S) | bgp_peer()
CLUSTERS = a_pod("frr-k8s-x", namespace="openshift-frr-k8s", **FRRK8S) | bgp_peer()


@pytest.mark.parametrize(
    ("members", "release", "words"),
    [
        (
            OWN,
            "4.17.3",
            "takes no outputs of FRR from frr-k8s pods in metallb-system: the rules that need them did not",
        ),
        (OWN, "4.18.0-rc.3", "did not judge 2 nodes"),
        (OWN | log("10:00:00 started", pod="frr-k8s-x", name="current.log"), "4.18.0", "did not judge 2 nodes"),
        (OWN, "4.20.1", "did not judge 2 nodes"),
        (CLUSTERS, "4.18.5", "from frr-k8s pods in openshift-frr-k8s: the rules that need them did not judge 1 node"),
        (
            a_pod() | bgp_peer(),
            "4.19.0",
            "from speaker pods in metallb-system: the rules that need them did not judge 1",
        ),
    ],
)
def test_pods_that_the_release_does_not_ask(members, release, words):
    (finding,) = outcome_of(RULE, members | version(release)).findings
    assert (finding.severity, finding.node) == ("info", None)
    assert words in finding.message
    assert "name: frr-k8s-x" in str(finding.evidence) or "name: speaker-a" in str(finding.evidence)


@pytest.mark.parametrize(
    ("members", "release"),
    [
        (OWN, "4.16.1"),
        (OWN | collected("frr-k8s-y"), "4.18.5"),
        (CLUSTERS, "4.19.0"),
        (a_pod() | bgp_peer(), "4.18.5"),
        (OWN, "unknown"),
    ],
    ids=["the default was another", "the resource says so", "of the cluster", "speaker", "no number"],
)
def test_pods_that_the_release_asks(members, release):
    found = outcome_of(RULE, members | version(release)).findings
    assert {str(one.severity) for one in found} == {"warning"}
