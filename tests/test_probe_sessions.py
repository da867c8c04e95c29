"""Saved tests of connections: commands in their sessions, every text of an answer, files that are left alone."""

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from pairs import read

from analyzer.plan import Plan
from analyzer.registry import load_parsers
from parsers.base import ParseFailure, Parser, SourceFile, text_of
from parsers.name_lookup import LookupResult, NameLookup
from parsers.path_probe import PathProbe, PingProbe
from parsers.probe_answers import Answer, answer_of
from parsers.probe_lines import pieces
from parsers.sdn_setup import SdnFlowError, SdnFlowsAdded, SdnSetup, SdnSetupError
from parsers.tcp_probe import TcpProbe

load_parsers()
NAMES = ("tcp_probe", "path_probe", "name_lookup", "net_diagnostics", "sdn_setup")
TIMED_OUT = "curl: (28) Operation timed out after 5000 milliseconds with 0 bytes received"
LOST = "2 packets transmitted, 0 received, +2 errors, 100% packet loss, time 1001ms"
REDIRECT = "From 192.0.2.9 icmp_seq=1 Redirect Host(New nexthop: 192.0.2.8)"


def facts(name, *lines, path=None):
    return read(name, "\n".join((*lines, "")).encode(), path=path)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Connection refused", Answer.REFUSED),
        ("Destination Port Unreachable", Answer.REFUSED),
        ("connect: connection timed out", Answer.TIMED_OUT),
        ("i/o timeout", Answer.TIMED_OUT),
        ("No route to host", Answer.NO_ROUTE),
        ("Destination Host Unreachable", Answer.NO_ROUTE),
        ("Network is unreachable", Answer.UNREACHABLE),
        ("Destination Net Unreachable", Answer.UNREACHABLE),
        ("Destination Host Prohibited", Answer.PROHIBITED),
        ("Packet filtered", Answer.PROHIBITED),
        ("sendmsg: Operation not permitted", Answer.PROHIBITED),
        ("Frag needed and DF set (mtu = 1450)", Answer.TOO_BIG),
        ("local error: message too long, mtu=1450", Answer.TOO_BIG),
        ("Time to live exceeded", Answer.LOOP),
        ("net/http: TLS handshake timeout", Answer.TLS_TIMED_OUT),
        ("SSL certificate problem: self signed certificate", Answer.TLS_FAILED),
        ("Recv failure: Connection reset by peer", Answer.RESET),
        ("Empty reply from server", Answer.EMPTY),
        ("Could not resolve host: example.com", Answer.NOT_RESOLVED),
        ("unknown host example.com", Answer.NOT_RESOLVED),
        ("接続を拒否されました", Answer.REFUSED),
        ("Verbindungsaufbau abgelehnt", Answer.REFUSED),
        ("没有到主机的路由", Answer.NO_ROUTE),
        ("Le réseau n'est pas accessible", Answer.UNREACHABLE),
        ("接続がタイムアウトしました", Answer.TIMED_OUT),
        ("Illegal instruction", Answer.OTHER),
    ],
)
def test_texts_of_answers(text, answer):
    assert answer_of(text) is answer


@pytest.mark.parametrize(
    ("command", "tool", "host", "port", "node", "pod"),
    [
        ("[root@node1 ~]# telnet 192.0.2.1 179", "telnet", "192.0.2.1", 179, "node1", None),
        ("root@node1:~# nc -w 5 -zv web.example.com 8080", "nc", "web.example.com", 8080, "node1", None),
        ("core@worker-0 ~ $ curl -s https://example.com/x?y#z", "curl", "example.com", 443, "worker-0", None),
        ("sh-4.4# curl -m 5 -H 'Host: a' 192.0.2.1:8080/x", "curl", "192.0.2.1", 8080, None, None),
        ("$ curl -v 'http://[2001:db8::1]:80/'", "curl", "2001:db8::1", 80, None, None),
        ("$ oc exec web-1 -n shop -c app -- ping -c 3 10.1.2.3", "ping", "10.1.2.3", None, None, "web-1"),
        ("$ oc rsh -n shop web-1 dig +short example.com", "dig", "example.com", None, None, "web-1"),
        ("$ oc debug node/worker-1 -- chroot /host ping 10.1.2.3 -c 3", "ping", "10.1.2.3", None, "worker-1", None),
        ("$ ssh core@worker-2 'tracepath -n 192.0.2.9'", "tracepath", "192.0.2.9", None, "worker-2", None),
        ("ping -c 3 192.0.2.1 # the other node", "ping", "192.0.2.1", None, None, None),
        ("[root@localhost ~]# nc -zv 192.0.2.1 80 2>&1 | tee out.txt", "nc", "192.0.2.1", 80, None, None),
        ("~ # ping 192.0.2.1", "ping", "192.0.2.1", None, None, None),
        ("/ $ nslookup example.com", "nslookup", "example.com", None, None, None),
        ("$ curl -H 'X-Auth-Token: s3cr3t9' 192.0.2.1:8080", "curl", "192.0.2.1", 8080, None, None),
        ("$ curl -u admin:s3cr3t9 192.0.2.1:8080", "curl", "192.0.2.1", 8080, None, None),
        ("$ curl", "curl", None, None, None, None),
        ("$ telnet", "telnet", None, None, None, None),
    ],
)
def test_commands(command, tool, host, port, node, pod):  # noqa: PLR0913, PLR0917 - what a command says
    source = SourceFile("saved/test.txt", [command.encode()])
    (piece,) = pieces(source)
    call = piece.call
    assert (call.tool, call.host, call.port, call.node, call.pod) == (tool, host, port, node, pod)
    assert "s3cr3t9" not in f"{piece} {call.words}"


@pytest.mark.parametrize(
    "line",
    [
        "> GET / HTTP/1.1",
        "# a remark",
        "% Total % Received",
        "the host is down",
        "telnet: connect to address",
        "curl and nc",
    ],
)
def test_lines_that_are_no_commands(line):
    assert [piece.call for piece in pieces(SourceFile("x.txt", [b""]), text_of("x.txt", line))] in ([None], [])


def test_another_command_ends_a_test():
    lines = ("[root@node1 ~]# telnet 192.0.2.1 80", "[root@node1 ~]# uptime", "Ncat: Connection refused.")
    (unread,) = facts("tcp_probe", *lines)
    assert isinstance(unread, ParseFailure)


@pytest.mark.parametrize(
    ("lines", "answer", "target", "port"),
    [
        (
            ("$ curl -v telnet://192.0.2.1:179", "* Connected to 192.0.2.1 (192.0.2.1) port 179 (#0)"),
            "connected",
            0,
            179,
        ),
        (("* Rebuilt URL to: http://192.0.2.1/", "*   Trying 192.0.2.1...", "< HTTP/1.1 200 OK"), "http", 0, None),
        (("$ curl -v http://192.0.2.1/", "< HTTP/1.1 100 Continue", "< HTTP/1.1 404 Not Found"), "http", 0, 80),
        (
            ("$ curl https://192.0.2.1/", "curl: (60) Peer's Certificate issuer is not recognized."),
            "tls-failed",
            0,
            443,
        ),
        (("$ curl https://192.0.2.1/", "curl: (35) Encountered end of file"), "tls-failed", 0, 443),
        (("$ curl https://192.0.2.1/", "curl: (3) URL using bad/illegal format"), "other", 0, 443),
        (
            (
                "$ curl https://192.0.2.1/",
                "* Connected to 192.0.2.1 (192.0.2.1) port 443",
                "* Server certificate:",
                "curl: (28) Operation timed out after 5000 milliseconds with 0 bytes received",
            ),
            "empty",
            0,
            443,
        ),
        (
            (
                "$ curl -v telnet://192.0.2.1:179",
                "* Connected to 192.0.2.1 (192.0.2.1) port 179 (#0)",
                "curl: (28) Operation timed out after 5000 milliseconds with 0 bytes received",
            ),
            "connected",
            0,
            179,
        ),
        (("telnet: could not resolve web.example.com/80: Name or service not known",), "not-resolved", 1, 80),
        (("nc: connect to x-ipv4-0000000001-x port 80 (tcp) failed: Connection refused",), "refused", 2, 80),
    ],
)
def test_ends_of_tests(lines, answer, target, port):
    (probe,) = facts("tcp_probe", *lines)
    assert isinstance(probe, TcpProbe)
    assert (probe.answer, probe.target, probe.port) == (
        answer,
        ("192.0.2.1", "web.example.com", "x-ipv4-0000000001-x")[target],
        port,
    )
    assert probe.good is (answer in {"connected", "http"})


@pytest.mark.parametrize(
    "lines",
    [
        ("$ telnet 192.0.2.1 80", "Trying 192.0.2.1..."),
        ("$ nc -zv 192.0.2.1 80", "Ncat: Version 7.92 ( https://nmap.org/ncat )"),
        ("Application is not available",),
    ],
)
def test_tests_without_an_end(lines):
    assert facts("tcp_probe", *lines) == []


@pytest.mark.parametrize(
    ("lines", "answer", "received", "mtu"),
    [
        (
            ("PING6(56=40+8+8 bytes) x", "$ ping 192.0.2.1", "ping: sendto: Network is unreachable"),
            "unreachable",
            None,
            None,
        ),
        (("$ ping 192.0.2.1", "64 bytes from 192.0.2.1: icmp_seq=1 ttl=64 time=0.3 ms"), "connected", None, None),
        (
            (
                "$ ping -c 3 192.0.2.1",
                "PING 192.0.2.1 (192.0.2.1) 56(84) Bytes an Daten.",
                "--- 192.0.2.1 Ping-Statistiken ---",
                "3 Pakete übertragen, 0 empfangen, 100% Paketverlust, Zeit 2041ms",
            ),
            "timed-out",
            0,
            None,
        ),
        (
            ("--- 192.0.2.1 ping statistics ---", "1 packets transmitted, 0 received, 100% packet loss, time 0ms"),
            "timed-out",
            0,
            None,
        ),
        (
            (
                "$ ping -M do -s 1472 192.0.2.1",
                "ping: local error: message too long, mtu=1450",
                "From 192.0.2.9 icmp_seq=1 Redirect Host(New nexthop: 192.0.2.8)",
                "2 packets transmitted, 0 received, +2 errors, 100% packet loss, time 1001ms",
            ),
            "too-big",
            0,
            1450,
        ),
    ],
)
def test_pings(lines, answer, received, mtu):
    probe = next(fact for fact in facts("path_probe", *lines) if isinstance(fact, PingProbe))
    assert (probe.answer, probe.received, probe.mtu, probe.target) == (answer, received, mtu, "192.0.2.1")
    assert not probe.good or probe.received == probe.sent


def test_ping_of_ipv6():
    lines = (
        "PING 2001:db8::1(2001:db8::1) 56 data bytes",
        "3 packets transmitted, 3 received, 0% packet loss, time 2ms",
    )
    (probe,) = facts("path_probe", *lines)
    assert (probe.target, probe.good) == ("2001:db8::1", True)


@pytest.mark.parametrize(
    ("lines", "answer", "reached"),
    [
        (("traceroute to 192.0.2.1 (192.0.2.1), 30 hops max, 60 byte packets", " 1  * * *"), "timed-out", False),
        (("$ traceroute 192.0.2.1", "connect: Network is unreachable"), "unreachable", False),
        (("$ tracepath 192.0.2.1", " 1?: [LOCALHOST]  pmtu 1500", " 1:  send failed"), "timed-out", False),
        (("$ tracepath 192.0.2.1", " 1?: [LOCALHOST]  pmtu 1500", "a remark"), "timed-out", False),
    ],
)
def test_paths(lines, answer, reached):
    (probe,) = facts("path_probe", *lines)
    assert isinstance(probe, PathProbe)
    assert (probe.answer, probe.reached) == (answer, reached)


def test_commands_without_answers():
    assert facts("path_probe", "$ ping 192.0.2.1", "$ traceroute 192.0.2.1", "$ curl http://192.0.2.1/") == []
    assert facts("name_lookup", "[root@node1 ~]# dig +short example.com", "prose", "$ nslookup example.com") == []


@pytest.mark.parametrize(
    ("lines", "asked", "result"),
    [
        (
            (
                "; <<>> DiG 9.11.4 <<>> example.com",
                ";example.com.\t\tIN\tA",
                ";; connection timed out; no servers could be reached",
            ),
            "example.com",
            "timed-out",
        ),
        (
            ("$ dig example.com", ";; communications error to 192.0.2.53#53: connection refused"),
            "example.com",
            "refused",
        ),
        (("$ dig example.com", ";; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1"), "example.com", "no-answer"),
        (("$ dig example.com", ";; ->>HEADER<<- opcode: QUERY, status: FORMERR, id: 1"), "example.com", "other"),
        (("Server:\t192.0.2.53", "Name:\tweb.example.com", "Address: 192.0.2.1"), "web.example.com", "resolved"),
        (("web.example.com has address 192.0.2.1",), "web.example.com", "resolved"),
        (("Host web.example.com not found: 2(SERVFAIL)",), "web.example.com", "servfail"),
        (
            ("$ nslookup web.example.com", ";; connection timed out; no servers could be reached"),
            "web.example.com",
            "timed-out",
        ),
        (("$ nslookup web.example.com", "*** Can't find web.example.com: No answer"), "web.example.com", "no-answer"),
        (
            ("$ nslookup web.example.com", "Server: 192.0.2.53 Name: web.example.com Address: 192.0.2.1"),
            "web.example.com",
            "resolved",
        ),
    ],
)
def test_questions(lines, asked, result):
    first = facts("name_lookup", *lines)[0]
    assert isinstance(first, NameLookup)
    assert (first.asked, first.result) == (asked, LookupResult(result))


def test_records_of_other_sections_are_no_answers():
    lines = ("$ dig example.com", ";; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1", ";; ANSWER SECTION:")
    lines += ("example.com.\t60\tIN\tA\t192.0.2.1", ";; ADDITIONAL SECTION:", "ns.example.com.\t60\tIN\tA\t192.0.2.53")
    (lookup,) = facts("name_lookup", *lines)
    assert lookup.addresses == ("192.0.2.1",)


def test_what_is_no_address_is_none():
    assert facts("name_lookup", "$ host web.example.com", "web.example.com has address 1.2.3.4.5") == []


def test_the_page_of_the_router_and_its_status():
    lines = (
        "$ curl -v http://web.example.com/",
        "< HTTP/1.0 503 Service Unavailable",
        "<h1>Application is not available</h1>",
    )
    (probe,) = facts("tcp_probe", *lines)
    assert (probe.answer, probe.status, probe.router_page) == ("http", 503, True)


def test_a_script_in_a_log_of_all_services():
    own, other = (
        "Oct 22 12:19:11 node-8 origin-node: ",
        "Oct 22 12:19:11 node-8 origin-master[3]: I1022 12:19:11.1 3 x.go:1] x",
    )
    lines = (f"{own}I1022 12:19:11.0 2 kube.go:43] Output of setup script:", f"{own}+ ovs-vsctl del-br br0", other)
    lines += (f"{own}+ ip addr add x dev tun0", "Oct 22 12:19:11 node-8 kernel: device br0 left promiscuous mode")
    lines += (
        f"{own}RTNETLINK answers: File exists",
        f"{own}I1022 12:19:12.0 2 x.go:1] done",
        f"{own}Error: of something else",
    )
    setup, error = facts("sdn_setup", *lines)
    assert (setup.commands, setup.errors, error.command) == (2, 1, "ip addr add x dev tun0")
    assert (setup.node, setup.moment) == ("node-8", "10-22 12:19:11")


@pytest.mark.parametrize("name", [*NAMES, "sdn_log", "sdn_journal", "tls_timeouts"])
def test_files_that_people_saved_are_recognised(name):
    plan = Plan(Parser.registry.values())
    for raw in (ROOT / "fixtures/parsers" / name).glob("*.raw"):
        if not raw.stem.startswith(("bad-", "servers-")):
            assert name in {match.parser.name for match in plan.recognise("saved/x.txt", raw.read_bytes())}, raw.name


def test_a_script_that_could_not_be_run():
    lines = ("I0309 10:00:03.0 1 x.go:1] Output of setup script:", "+ true")
    lines += ("E0309 10:00:03.9 1 x.go:1] Error executing setup script: fork/exec x: permission denied",)
    (setup,) = facts("sdn_setup", *lines)
    assert (setup.outcome, setup.status) == ("failed", None)


def test_a_message_on_the_line_of_its_code():
    lines = (
        "[Note] Running diagnostic: NetworkCheck",
        "ERROR: [DNet2003 from diagnostic NetworkCheck@x.go:1] Fetching failed",
    )
    message, run_ = facts("net_diagnostics", *lines)
    assert (message.text, run_.errors) == ("Fetching failed", 1)


def test_very_many_servers_of_tls_timeouts():
    lines = (f'Get "https://192.0.2.1{at}/": net/http: TLS handshake timeout' for at in range(150))
    found = facts("tls_timeouts", *lines)
    assert (len(found), sum(fact.count for fact in found)) == (101, 150)


def test_a_heading_in_a_document_is_no_setup():
    assert facts("sdn_setup", "Output of setup script:", "行を検索します。") == []


def test_flows_whose_output_has_no_end():
    head = "I0309 10:20:05.300000    2740 kube.go:87] Output of adding table=0,ip: "
    lines = (f"{head}ovs-ofctl: br0", *(["more"] * 30), f"{head}", f"{head} (<nil>)", "+ prose")
    found = facts("sdn_setup", *lines)
    assert [type(fact) for fact in found] == [SdnFlowError, SdnFlowsAdded]
    assert (found[-1].count, found[-1].failed) == (3, 1)


def test_a_failed_script_without_the_first_telling():
    lines = (
        "E0309 10:00:04.940693    2540 kube.go:39] Error executing setup script. ",
        "\tOutput: + ip addr add x dev lbr0",
    )
    lines += (
        "RTNETLINK answers: File exists",
        "I0309 10:00:05.0    2540 x.go:1] other",
        "prose",
        "\tError: exit status 2",
    )
    setup, error = facts("sdn_setup", *lines)
    assert (type(setup), setup.outcome, setup.status, setup.errors) == (SdnSetup, "failed", 2, 1)
    assert (type(error), error.command) == (SdnSetupError, "ip addr add x dev lbr0")


def test_a_service_that_tells_of_a_script_that_is_not_there():
    assert facts("sdn_setup", "E0309 10:00:04.9    2540 kube.go:39] Error executing setup script: exit status 1") == []


def test_an_error_before_any_command_and_very_many():
    lines = (
        "I0309 10:00:03.0 1 x.go:1] Output of setup script:",
        *(["Cannot open lock"] * 300),
        *(["+ true x"] * 3000),
    )
    setup, *errors = facts("sdn_setup", *lines)
    assert (setup.commands, setup.errors, len(errors)) == (3000, 200, 200)
    assert errors[0].command is None


def test_the_network_of_test_pods_is_not_the_nodes():
    plan = Plan(Parser.registry.values())
    assert not plan.loose("openshift/nodes/node1.example.com/pods/network-diag-test-pod-a/routes")
    assert plan.loose("openshift/nodes/node1.example.com/routes")


@given(
    st.lists(
        st.sampled_from(
            [
                "$ curl -kv https://192.0.2.1/",
                "* Connected to x (192.0.2.1) port 1",
                "curl: (7) x",
                "PING x (192.0.2.1) 5 bytes",
                "From x icmp_seq=1 Frag needed and DF set (mtu = 1)",
                " 1?: [LOCALHOST] pmtu 1",
                "$ dig x.y",
                "Name: a",
                "Address: ::1",
                "Output of setup script:",
                "+ true",
                "+ return 1",
                "Error: x",
                "Output of adding table=0: x",
                "[Note] Errors seen: 1",
                "ERROR: [D1 from diagnostic X@y]",
                "[Note] Running diagnostic: X",
                "Trying 192.0.2.1...",
                "telnet: refused",
                "text",
            ]
        ),
        max_size=30,
    )
)
def test_no_order_of_lines_raises(lines):
    for name in NAMES:
        for fact in facts(name, *lines):
            assert not isinstance(fact, ParseFailure) or fact.reason.startswith("nothing says")


@given(st.text(max_size=400))
def test_no_text_raises(text):
    for name in NAMES:
        for fact in read(name, text.encode()):
            assert not isinstance(fact, ParseFailure) or fact.reason.startswith("nothing says")
