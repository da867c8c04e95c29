import pytest
from bgp_kit import IDLE, PEER, config, dump, expect, frr_conf, neighbor, pod, quiet, statements, timestamp, unjudged
from frr_kit import daemon_log, daemons_file, gathered, line, log_of
from kit import found, outcome_of
from metallb_kit import cluster, speaker_pod

from analyzer.model import Status

RULE = "frr-daemon-never-registered"
BFD = ("bfd", " profile fast", " exit", "exit", "!")
WITH_BFD = config(statements(PEER, "64512", "bfd", "bfd profile fast"), tail=BFD)
WITHOUT_BFD = config(statements(PEER, "64512", "bfd", "bfd profile fast"))
NO_BGP = IDLE.replace("hostname", "log stdout\nhostname")
START = "09:00:00 WATCHFRR watchfrr 8.4.4 starting: vty@0"
ZEBRA = "09:00:00 ZEBRA client 10 says hello and bids fair to announce only {} routes vrf=0"


def hello(name, at="09:00:01"):
    return ZEBRA.replace("09:00:00", at).format(name)


def bgpd_dead(**more):
    return dump(None, NO_BGP, "BFD Peers:", **more) | pod() | frr_conf(config()) | timestamp()


def bfdd_dead(**more):
    return dump(neighbor(), WITHOUT_BFD, None, **more) | pod() | frr_conf(WITH_BFD) | timestamp()


def test_bgpd():
    expect(
        RULE,
        bgpd_dead(),
        "error",
        "the routing daemon bgpd does not run on worker-0: show bgp neighbor gave no answer, "
        "and the running configuration lacks the router bgp of frr.conf",
        subject="bgpd",
        shown=("###### show bgp neighbor", "router bgp 64500"),
    )


def test_bfdd():
    expect(
        RULE,
        bfdd_dead(),
        "error",
        "the routing daemon bfdd does not run on worker-0: show bfd peer gave no answer, "
        "and the running configuration lacks the BFD profiles of frr.conf",
        subject="bfdd",
        shown=("###### show bfd peer", "profile fast"),
    )


def test_vtysh_says_so():
    members = dump("bgpd is not running", NO_BGP) | pod() | frr_conf(config())
    expect(
        RULE, members, "error", "vtysh says that bgpd is not running", subject="bgpd", shown=("bgpd is not running",)
    )
    nothing = dump("Exiting: failed to connect to any daemons.", NO_BGP) | pod() | frr_conf(config())
    expect(RULE, nothing, "error", "vtysh could not connect to any daemon", subject="bgpd")
    bfd = dump(neighbor(), WITHOUT_BFD, "bfdd is not running") | pod()
    expect(RULE, bfd, "error", "vtysh says that bfdd is not running", subject="bfdd")


@pytest.mark.parametrize("daemon", ["bgpd", "bfdd"])
def test_the_collection_says_so(daemon):
    """Its log does not tell of which pod: one FRR alone gave no answer."""
    said = gathered(f"{daemon} is not running")
    silent = dump(neighbor(), WITHOUT_BFD, None) if daemon == "bfdd" else dump(None, NO_BGP)
    other = dump(neighbor(), WITH_BFD, "BFD Peers:\n", pod="speaker-b") | pod("speaker-b", "worker-1")
    members = silent | pod() | other | said
    words = f"vtysh said while collecting that {daemon} is not running"
    expect(RULE, members, "error", words, subject=daemon, shown=(f"{daemon} is not running",))
    both = members | {
        path.replace("speaker-a", "speaker-c"): text.replace("speaker-a", "speaker-c")
        for path, text in (silent | pod(node="worker-2")).items()
    }
    assert found(RULE, both) == []
    assert outcome_of(RULE, members | gathered("zebra is not running")).findings == ()


def checked(running, at="09:59:50"):
    complaint = {"daemons not running. got: ": running}
    return log_of(line(at, caller="liveness.go:40", level="error", **complaint), container="frr-metrics")


def test_the_health_check_says_so():
    answered = dump(None, None, None) | pod() | timestamp()
    found_ = expect(
        RULE,
        answered | checked("zebra staticd bfdd watchfrr"),
        "error",
        "frr-metrics finds only zebra, staticd, bfdd, watchfrr running",
        subject="bgpd",
        shown=("daemons not running",),
    )
    assert "bgpd does not run" in found_.message
    others = dump(neighbor(), config()) | pod() | timestamp() | checked("bgpd bfdd staticd watchfrr")
    expect(RULE, others, "error", "the routing daemon zebra does not run", subject="zebra")
    quiet(RULE, dump(neighbor(), config()) | pod() | timestamp() | checked("zebra staticd watchfrr bgpd"))  # no BFD
    quiet(RULE, dump(neighbor(), config()) | pod() | timestamp() | checked("bgpd", at="09:50:00"))  # recovered


def test_no_hello_where_others_said_it():
    log = daemon_log(START, hello("static"), hello("bfd"))
    members = dump(None, None, None) | pod() | log
    said = "it never said hello to zebra since the start of FRR, bfd, static did"
    expect(RULE, members, "error", said, subject="bgpd", shown=("starting: vty@0", "only static routes"))
    expect(RULE, pod() | log, "error", said, subject="bgpd")  # the log alone
    bfd = dump(neighbor(), WITHOUT_BFD, None) | pod() | daemon_log(START, hello("static"), hello("bgp"))
    expect(RULE, bfd, "error", "bgp, static did", subject="bfdd")


@pytest.mark.parametrize(
    "lines",
    [
        (START, hello("static"), hello("bgp")),
        (START, hello("static"), "09:00:02 BGP Configuration Read in Took: 00:00:00"),
        (START, hello("static"), "09:00:02 WATCHFRR bgpd state -> up : connect succeeded"),
    ],
    ids=["hello", "another sign of life", "watchfrr"],
)
def test_a_sign_of_life(lines):
    quiet(RULE, pod() | daemon_log(*lines))


@pytest.mark.parametrize(
    "lines",
    [(hello("static"),), (START,), ("08:59:59 ZEBRA x", hello("static", "08:59:59"), START)],
    ids=["the log begins later", "no hello at all", "hello before the start"],
)
def test_a_log_that_proves_nothing(lines):
    unjudged(RULE, pod() | daemon_log(*lines), "neither an answer nor the log tells whether it runs")


def test_an_answer_is_more_than_a_missing_hello():
    quiet(RULE, dump(neighbor(), config()) | pod() | daemon_log(START, hello("static")))


GONE = "09:30:00 ZEBRA client 10 disconnected 0 bgp routes removed from the rib"


def test_its_end_and_no_new_start():
    members = dump(None, None, None) | pod() | daemon_log("09:00:02 BGP Configuration Read in Took: 00:00:00", GONE)
    said = "the log tells of its end and of no new start"
    expect(RULE, members, "error", said, subject="bgpd", shown=("disconnected 0 bgp routes",))
    for end in ("BGP Terminating on signal", "WATCHFRR bgpd state -> down : read returned EOF"):
        expect(RULE, pod() | daemon_log(f"09:30:00 {end}"), "error", said, subject="bgpd")


@pytest.mark.parametrize(
    "members",
    [
        pod() | daemon_log(GONE, hello("bgp", "09:31:00")),
        pod() | daemon_log("09:30:00 BGP Terminating on signal", "09:30:01 ZEBRA Terminating on signal"),
        pod(started="2026-11-21T09:40:00Z") | daemon_log(GONE),
        pod() | daemon_log(GONE, name="previous.log"),
    ],
    ids=["back", "the container was stopped", "the container started anew", "the run before"],
)
def test_an_end_that_is_none(members):
    assert outcome_of(RULE, members).findings == ()


@pytest.mark.parametrize(
    "members",
    [
        cluster(),
        dump("% BGP instance not found", NO_BGP) | pod() | frr_conf(config()),
        dump("% No BGP neighbors found in VRF default", NO_BGP) | pod(),
        dump(neighbor(), config(), None) | pod(),  # no BFD is configured
        dump(None, NO_BGP) | pod() | frr_conf(NO_BGP),  # neither is BGP
        bgpd_dead() | daemons_file(bgpd="no"),  # another fault
    ],
    ids=["healthy", "no such instance", "no neighbors", "no BFD wanted", "idle", "not to be started"],
)
def test_stays_quiet(members):
    outcome = outcome_of(RULE, members)
    assert (outcome.findings, outcome.gaps) == ((), ())


def test_a_young_pod_is_not_judged():
    members = bgpd_dead() | pod(started="2026-11-21T09:59:00Z")
    unjudged(RULE, members, "may still be starting")


def test_no_answer_alone_proves_nothing():
    unjudged(RULE, dump(None, WITHOUT_BFD, None) | pod(), "neither an answer nor the log", examined=0)


def test_frr_conf_that_has_no_profile_either_proves_nothing():
    members = dump(neighbor(), WITHOUT_BFD, None) | pod() | frr_conf(WITHOUT_BFD)
    unjudged(RULE, members, "neither an answer nor the log")


def test_not_checked_without_frr():
    outcome = outcome_of(RULE, speaker_pod())
    assert outcome.status is Status.NOT_CHECKED
    assert outcome.reason == "neither an output nor a log of FRR in this archive"


def test_a_log_saved_by_hand():
    text = "".join(daemon_log("09:30:00 BGP Terminating on signal").values())
    expect(RULE, {"worker-7/frr.log": text}, "error", "on worker-7", subject="bgpd", whose=None)


def test_logs_of_several_nodes_in_one_folder():
    ended = "".join(daemon_log("09:30:00 BGP Terminating on signal").values())
    lives = "".join(daemon_log("09:31:00 BGP Configuration Read in Took: 00:00:00").values())
    members = {"logs/worker-0.log": ended, "logs/worker-1.log": lives}
    expect(RULE, members, "error", "on worker-0", subject="bgpd", whose=None)
    one_node = dump(None, NO_BGP) | pod()  # what is saved beside its outputs is one node's
    saved = {f"worker-0/{path.rpartition('/')[2]}.txt": text for path, text in one_node.items() if "dump" in path}
    both = saved | {"worker-0/a.log": ended, "worker-0/b.log": lives}
    assert found(RULE, both) == []
