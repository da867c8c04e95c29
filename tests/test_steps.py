"""The table of diagnostic steps: all that it names exists, and its fixtures say what it says."""

import re
from collections import Counter

import pytest
from conftest import ROOT
from test_archives import wrong_quotes

from analyzer.model import Severity, Status
from analyzer.registry import load_parsers, load_rules
from analyzer.rule import Rule
from analyzer.run import analyze, read
from analyzer.show import shows
from analyzer.steps import DOCUMENTS, steps
from analyzer.steps.markdown import diagnostic_steps_markdown
from parsers.base import Parser

FIXTURES = ROOT / "fixtures" / "steps"
load_parsers()
load_rules()
STEPS = steps()
JUDGED = [one for one in STEPS if one.judged]
LOOKED_AT = [one for one in STEPS if one.looked_at]


def named(step):
    return step.id


def report(folder):
    return analyze([str(FIXTURES / folder)])


def said(found):
    """The findings of a report, each as the table writes it, and how often."""
    return Counter((outcome.rule, one.severity, one.subject, one.node) for outcome, one in found.findings())


def of_table(found):
    return Counter((one.rule, one.severity, one.subject, one.node) for one in found)


def parsed(folder):
    """The parsers that read a member of the folder, and what they could not read."""
    store, _ = read([str(FIXTURES / folder)], {kind for one in Parser.registry.values() for kind in one.kinds})
    return set(store.members), store.failures


def test_no_step_stands_twice():
    assert [name for name, count in Counter(map(named, STEPS)).items() if count > 1] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: one.anchor)
def test_every_document_has_steps(document):
    mine = [one for one in STEPS if any(place.document is document for place in one.places)]
    assert any(one.judged for one in mine)
    assert any(one.out_of_scope for one in mine)


@pytest.mark.parametrize("step", STEPS, ids=named)
def test_what_it_names_exists(step):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", step.id)
    assert step.places
    assert re.fullmatch(r".{10,160}\.", step.text)
    assert set(step.parsers) <= set(Parser.registry)
    assert set(step.rules) <= set(Rule.registry)
    assert step.shown is None or step.shown in shows()
    assert [folder for folder in step.folders if not (FIXTURES / folder).is_dir()] == []
    # A step is judged, or it is said why not.
    assert bool(step.reason) != step.judged
    assert bool(step.reads) == bool(step.parsers)
    assert step.judged == bool(step.fires)


def test_every_folder_belongs_to_a_step():
    there = {f"{kind.parent.name}/{kind.name}" for kind in FIXTURES.glob("*/*")}
    assert there == {folder for step in STEPS for folder in step.folders}


@pytest.mark.parametrize("step", JUDGED, ids=named)
def test_it_fires(step):
    found = report(f"{step.id}/fires")
    assert said(found) == of_table(step.fires)
    assert {one.rule for one in step.fires} >= set(step.rules)
    assert not found.of_status(Status.CRASHED)
    assert list(wrong_quotes(FIXTURES / step.id / "fires", found)) == []


@pytest.mark.parametrize("step", JUDGED, ids=named)
def test_it_stays_quiet(step):
    found = report(f"{step.id}/quiet")
    ended = {one.rule: one for one in found.outcomes}
    assert {name: ended[name].status for name in step.rules} == dict.fromkeys(step.rules, Status.CLEAR), [
        ended[name].reason for name in step.rules
    ]
    loud = {key: count for key, count in said(found).items() if key[1].at_least(Severity.WARNING)}
    assert loud == of_table(step.beside)
    assert not found.of_status(Status.CRASHED)


@pytest.mark.parametrize("step", LOOKED_AT, ids=named)
def test_what_is_looked_at_says_nothing(step):
    found = report(f"{step.id}/quiet")
    assert [key for key in said(found) if key[1].at_least(Severity.WARNING)] == []


@pytest.mark.parametrize("step", [*JUDGED, *LOOKED_AT], ids=named)
def test_its_parsers_read_its_fixtures(step):
    members, failures = set(), []
    for folder in step.folders:
        more, wrong = parsed(folder)
        members |= more
        failures += wrong
    assert set(step.parsers) <= members
    assert bool(failures) == bool(step.incomplete), failures


COMMANDS = {
    "metallb-korean": (
        *("setdebugloglevel.yaml", "oc replace", "oc get -n metallb-system pods -l component=speaker", "-c speaker"),
        *("-c frr", "show running-config", "show bgp summary", "show bgp ipv4 unicast", "show bgp ipv6 unicast"),
        *("show bfd peers brief", "jsonpath='{.spec.nodeName}'", "metallb_bfd_session_up", "_up_events", "must-gather"),
        *("metallb_bgp_session_up", "metallb_bgp_announced_prefixes_total", "metallb_bfd_session_down_events"),
        *("packets of BFD", "frr.conf", "frr.log", "daemons", "vtysh.conf"),
    ),
    "metallb-chinese": ("opens, updates, keepalives, notifications, route refreshes", "vtysh.conf", "bfd peer"),
    "ovnkube-trace": (
        *("ovnkube-master", "oc cp", "-help", "oc run", "oc get pods -n openshift-dns", "-udp -dst-port 53"),
        *("-loglevel 0", "-loglevel 2", "deny-by-default.yaml", "oc apply", "oc create", "oc label", "ls_out_acl"),
        *("-tcp -dst-port 80", "web-allow-prod.yaml", "wget", "ofproto/trace", "ovn-detrace"),
    ),
    "openshift-sdn": (
        *("curl -kv http://foo.example.com:8000/bar", "dig +short", "ping -c", "tracepath", "telnet", "oc login"),
        *("oc get endpoints --namespace=default --selector=router", "HostIP: {{.status.hostIP}}", "oc get route "),
        *("oc get services", "curl -kv http://172.30.243.225:5000/bar", "oc get endpoints --selector=docker-registry"),
        *(
            "curl -kv http://10.128.2.2:5000/bar",
            "oc get hostsubnet",
            "oc edit hostsubnet",
            "ip route get",
            "ip a show",
        ),
        *("Link detected: yes", "Duplex", "Cables", "switch", "br0", "tun0", "vxlan_sys_4789", "veth", "ip route"),
        *("net.ipv4.ip_forward", "ovs-vsctl list-br", "dump-ports-desc br0", "dump-flows br0", "tun_src", "tun_dst"),
        *(
            "arp_spa",
            "arp_tpa",
            "nw_src",
            "nw_dst",
            "iptables-save",
            "external firewall",
            "ip addr",
            "node-config.yaml",
        ),
        *("curl -kv github.com", "dig +search +noall +answer github.com", "/etc/resolv.conf", "adding table=0"),
        *("journalctl -u atomic-openshift-node.service --boot", "Output of setup script:", "iptables -t nat -L"),
        *("oc adm diagnostics NetworkCheck", "--network-logdir", "ipf-debug.sh", "NodePort", "LoadBalancer"),
        *("docker log", "TLS handshake timeout", "ethtool -S", "ethtool -i"),
    ),
    "worker-networking": (
        *("kubectl logs -f --tail=3", "ovs-vsctl show", "remote_ip", "ifconfig ovn-k8s-mp0", "MTU 1400", "netstat -nr"),
        *("iptables -L -t nat", "OVN-KUBE-NODEPORT", "SMTAlignmentError", "network.config/cluster", "Reboot"),
        *("KUBE-SERVICES", "KUBE-FW", "KUBE-SEP", "OPENSHIFT-MASQUERADE", "KUBE-POSTROUTING", "ARP", "MTU 1450"),
    ),
}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: one.anchor)
def test_no_command_of_a_document_is_left_out(document):
    mine = [one for one in STEPS if any(place.document is document for place in one.places)]
    text = "\n".join(line for one in mine for line in (one.text, *one.reads, one.reason or ""))
    assert [command for command in COMMANDS[document.anchor] if command not in text] == []


def test_the_document_has_every_step():
    text = diagnostic_steps_markdown()
    for step in STEPS:
        assert all(f"[{folder}](../fixtures/steps/{folder})" in text for folder in step.folders)
        assert text.count(f"| {step.text.split('`', 1)[0][:20]}".replace("<", "\\<")) >= 1
    for document in DOCUMENTS:
        assert f"## {document.title} ({document.language})" in text
    assert not re.search(r"[ \t]$", text, re.MULTILINE)
