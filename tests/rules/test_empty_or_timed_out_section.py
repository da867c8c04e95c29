import pytest
from bgp_kit import config
from gather_kit import a_pod, collected, member, sections
from kit import outcome_of

from analyzer.model import Status

RULE = "empty-or-timed-out-section"
SILENT = "did not answer at all (not running, or hanging)"
CUT = config().removesuffix("end")


def dumped(**changed):
    return collected(dump_frr=sections(**changed)) | a_pod()


def only(members):
    (finding,) = outcome_of(RULE, members).findings
    return finding


@pytest.mark.parametrize(
    ("changed", "said", "first"),
    [
        (
            {"bfd_peer": ""},
            "show bfd peer: bfdd did not answer at all (not running, or hanging)",
            "###### show bfd peer",
        ),
        (
            {"bgp_ipv4": "", "bgp_ipv6": "", "bgp_neighbor": ""},
            "show bgp ipv4, show bgp ipv6, show bgp neighbor: bgpd did not answer at all (not running, or hanging)",
            "###### show bgp ipv4",
        ),
        ({"bgp_neighbor": ""}, "show bgp neighbor", "###### show bgp neighbor"),
        (
            {"bgp_ipv4": "", "bgp_ipv6": "", "bgp_neighbor": "", "bfd_peer": ""},
            f"show bgp ipv4, show bgp ipv6, show bgp neighbor, show bfd peer: bfdd and bgpd {SILENT}",
            "###### show bgp ipv4",
        ),
        ({"config": "", "bfd_peer": ""}, "show running-config, show bfd peer", "###### show running-config"),
    ],
)
def test_sections_without_an_answer(changed, said, first):
    finding = only(dumped(**changed))
    assert (finding.node, finding.subject, finding.severity) == ("worker-0", "worker-0", "warning")
    assert finding.message == f"no answer to {said}"
    assert finding.evidence[0].excerpt == (first,)
    assert len(finding.evidence) == len(changed)


def test_the_running_configuration_is_cut():
    finding = only(dumped(config=CUT))
    assert (finding.node, finding.message) == ("worker-0", "the running configuration is cut: its `end` is missing")
    assert finding.evidence[0].excerpt == ("###### show running-config",)
    assert finding.evidence[0].note == "no `end` follows before the next section"


@pytest.mark.parametrize("name", ["frr.conf", "daemons", "vtysh.conf", "dump_frr"])
def test_a_file_of_no_bytes(name):
    members = collected() | a_pod() | {member(name): ""}
    finding = only(members)
    assert (finding.node, finding.subject) == ("worker-0", "speaker-a")
    assert finding.message == f"{name} of pod speaker-a is empty: the command that writes it failed"
    assert finding.evidence[0].path.endswith(f"speaker-a/frr/frr/logs/{name}")


def test_every_file_of_no_bytes():
    """The whole exec failed: there is no FRR output at all, and the rule still says so."""
    members = dict.fromkeys(collected("speaker-a", "log"), "") | a_pod()
    outcome = outcome_of(RULE, members)
    assert [(one.node, one.subject) for one in outcome.findings] == [("worker-0", "speaker-a")] * 4
    assert len({one.id for one in outcome.findings}) == 4
    without_pods = {path: text for path, text in members.items() if not path.endswith(".yaml")}
    assert {one.node for one in outcome_of(RULE, without_pods).findings} == {None}


@pytest.mark.parametrize(
    "members",
    [
        dumped(),
        dumped(bfd_peer="BFD Peers:"),
        dumped(bgp_ipv4="No BGP prefixes displayed, 0 exist"),
        dumped(bgp_neighbor="% No BGP neighbors found in VRF default"),  # command-returned-error-text
        dumped(bfd_peer=None),  # expected-collection-missing
        {"saved/worker-0/config.txt": CUT},  # a piece that an engineer saved
    ],
    ids=["answered", "no BFD peers", "no prefixes", "an error text", "no section", "saved by hand"],
)
def test_stays_quiet(members):
    outcome = outcome_of(RULE, members)
    assert (outcome.status, outcome.findings, outcome.examined) == (Status.CLEAR, (), 1)


def test_not_checked_without_outputs():
    outcome = outcome_of(RULE, a_pod())
    assert outcome.status is Status.NOT_CHECKED
    assert outcome.reason == "no output and no file of an FRR container in this archive"


LINE = "2026/11/20 10:00:00.000 ZEBRA: [VTVCM-Y2NW3] Configuration Read in Took: 00:00:00\n"


def test_a_large_log_that_ends_within_a_line_was_cut():
    members = dumped() | {member("frr.log"): LINE * 1001 + "2026/11/20 10:00:01.000 BGP: half a"}
    found = only(members)
    assert "the FRR log of" in found.message
    assert found.evidence[0].first_line == 1002
    assert "half a" in found.evidence[0].excerpt[0]
    for whole in (LINE * 1001, LINE * 3 + "2026/11/20 10:00:01.000 BGP: being written"):
        assert not outcome_of(RULE, dumped() | {member("frr.log"): whole}).findings
