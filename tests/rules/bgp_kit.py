"""Texts for the BGP rules, short enough to read in a test: outputs of FRR, Kubernetes objects, logs.

Each builder returns members (path and content); `|` puts them together. Addresses and wordings are those of FRR 8.4
unless a test says otherwise.
"""

from kit import outcome_of

from analyzer.model import Status

IMAGE = "must-gather.local.1/image"
NAMESPACE = "metallb-system"
PEER, OTHER, PEER6 = "192.0.2.1", "192.0.2.2", "2001:db8::1"
PREFIX, PREFIX6 = "198.51.100.10/32", "2001:db8:5::10/128"
SUMMARY = "Neighbor        V         AS   MsgRcvd   MsgSent   TblVer  InQ OutQ  Up/Down State/PfxRcd   PfxSnt Desc"
NEVER = "Last reset never"
WAITING = "Last reset 00:00:40,  Waiting for peer OPEN"
OPEN_OF_65042 = (
    "  Message received that caused BGP to send a NOTIFICATION:",
    "    FFFFFFFF FFFFFFFF FFFFFFFF FFFFFFFF",
    "    00730104 FE12005A 0A062001 56020601",
    "    04000100 01020601 04000200 01020280",
    "    00020202 00020246 00020641 040000FE",
    "    12020206 00020A45 08000101 01000201",
    "    01020849 0604746F 72310002 044002C0",
    "    78021047 0E000101 80000000 00020180",
    "    000000",
)
BFD_DOWN = """\
BFD Peers:
	peer 192.0.2.1 local-address 192.0.2.20 vrf default interface br-ex
		ID: 1
		Remote ID: 0
		Active mode
		Status: down
		Downtime: 40 second(s)
		Diagnostics: ok
		Remote diagnostics: ok
		Peer Type: dynamic
"""
IDLE = "frr version 8.4.4\nhostname worker-0\nend"  # a running configuration without BGP
BOTH = ("    Address Family IPv4 Unicast: advertised and received",)


def neighbor(  # noqa: PLR0913 - a block has many lines, a test changes one or two of them
    peer=PEER,
    state="Established, up for 1d02h03m",
    reset=NEVER,
    *,
    remote_as=64512,
    local_as=64500,
    link="external",
    header=None,
    hostname="tor1",
    ids=("192.0.2.1", "192.0.2.20"),
    hold=90,
    capabilities=BOTH,
    opens=(1, 1),
    total=(10, 11),
    families=(" For address family: IPv4 Unicast", "  0 accepted prefixes"),
    counts=(1, 0),
    extra=(),
    hops=1,
    after=(),
):
    """One block of `show bgp neighbor`; `extra` stands before the state, `after` behind the reset."""
    first = header or f"BGP neighbor is {peer}, remote AS {remote_as}, local AS {local_as}, {link} link"
    lines = [first, "  Local Role: undefined", *([f"Hostname: {hostname}"] if hostname else [])]
    lines += [f"  BGP version 4, remote router ID {ids[0]}, local router ID {ids[1]}", *extra, f"  BGP state = {state}"]
    lines += ["  Last read 00:00:05, Last write 00:00:05"]
    lines += [f"  Hold time is {hold} seconds, keepalive interval is 30 seconds", "  Neighbor capabilities:"]
    lines += [*capabilities, "  Message statistics:", "                         Sent       Rcvd"]
    lines += [
        f"    Opens:              {opens[0]:10} {opens[1]:10}",
        f"    Total:              {total[0]:10} {total[1]:10}",
    ]
    lines += ["", *families, "", f"  Connections established {counts[0]}; dropped {counts[1]}", f"  {reset}"]
    lines += [*after, *([f"  External BGP neighbor may be up to {hops} hops away."] if hops else [])]
    return "\n".join(lines)


def down(peer=PEER, state="Active", reset=WAITING, **more):
    """A neighbor that never came up and exchanged no message."""
    more = {
        "opens": (0, 0),
        "total": (0, 0),
        "counts": (0, 0),
        "capabilities": (),
        "ids": ("0.0.0.0", "192.0.2.20"),
    } | more
    return neighbor(peer, state, reset, **more)


def lost(state="Connect", reset="", **more):
    """A neighbor that was up once and is down since."""
    return neighbor(state=state, reset=reset, **({"counts": (1, 1), "capabilities": ()} | more))


def statements(peer=PEER, remote_as="64512", *more, lead=None):
    """The statements of one neighbor at the top of `router bgp`."""
    return (lead or f" neighbor {peer} remote-as {remote_as}", *(f" neighbor {peer} {one}" for one in more))


def config(  # noqa: PLR0913 - the same of a configuration
    *neighbors,
    networks=(PREFIX,),
    permitted=None,
    version="8.4.4",
    router="router bgp 64500",
    policy=" no bgp ebgp-requires-policy",
    activate=(PEER,),
    lists=None,
    hostname="worker-0",
    tail=(),
):
    """A running configuration as MetalLB renders it: one prefix-list and route-map for the peers of `activate`."""
    neighbors = neighbors or (statements(),)
    permitted = networks if permitted is None else permitted
    lines = ["Building configuration...", "", "Current configuration:", "!", f"frr version {version}"]
    lines += ["frr defaults traditional", f"hostname {hostname}", "!", router, *([policy] if policy else [])]
    lines += [
        " no bgp default ipv4-unicast",
        " no bgp network import-check",
        *(line for one in neighbors for line in one),
    ]
    for family in ("ipv4", "ipv6"):
        lines += [" !", f" address-family {family} unicast"]
        lines += [f"  network {one}" for one in networks if (":" in one) == (family == "ipv6")]
        for peer in activate:
            lines += [
                f"  neighbor {peer} activate",
                *([f"  neighbor {peer} route-map out-{peer} out"] if policy else []),
            ]
        lines += [" exit-address-family"]
    lines += ["exit", "!"]
    for peer in activate:
        for word, colon in (("ip", False), ("ipv6", True)):
            found = [one for one in permitted if (":" in one) == colon]
            lines += [f"{word} prefix-list pl-{peer} seq {5 * at} permit {one}" for at, one in enumerate(found, 1)]
            lines += [] if found else [f"{word} prefix-list pl-{peer} seq 5 deny any"]
    for peer in activate if lists is None else ():
        lines += [f"route-map out-{peer} permit 1", f" match ip address prefix-list pl-{peer}", "exit"]
        lines += [f"route-map out-{peer} permit 2", f" match ipv6 address prefix-list pl-{peer}", "exit"]
    return "\n".join([*lines, *(lists or ()), *tail, "end"])


def dump(neighbors=None, running=None, bfd="BFD Peers:", *, pod="speaker-a", image=IMAGE):
    """A `dump_frr`; neighbors is a block, several, or the text that FRR gave instead. None leaves a section empty."""
    text = "\n".join(neighbors) if isinstance(neighbors, (tuple, list)) else neighbors
    sections = {"show running-config": running, "show bgp neighbor": text, "show bfd peer": bfd}
    content = "".join(f"###### {command}\n{body + chr(10) if body else ''}" for command, body in sections.items())
    return {f"{image}/namespaces/{NAMESPACE}/pods/{pod}/frr/frr/logs/dump_frr": content}


def frr_conf(text, pod="speaker-a", image=IMAGE):
    return {f"{image}/namespaces/{NAMESPACE}/pods/{pod}/frr/frr/logs/frr.conf": text}


def log(*lines, pod="speaker-a", name="frr.log", daemon="BGP"):
    """frr.log; each line is `10:00:00 text`."""
    records = (line.split(" ", 1) for line in lines)
    content = "".join(f"2026/11/21 {time}.000 {daemon}: [ABCDE-12345] {text}\n" for time, text in records)
    return {f"{IMAGE}/namespaces/{NAMESPACE}/pods/{pod}/frr/frr/logs/{name}": content}


def pod(name="speaker-a", node="worker-0", started="2026-11-20T00:00:00Z", restarts=0, image=IMAGE):
    content = f"""\
apiVersion: v1
kind: Pod
metadata:
  name: {name}
  namespace: {NAMESPACE}
  resourceVersion: '1'
spec:
  containers:
  - name: frr
  nodeName: {node}
status:
  containerStatuses:
  - name: frr
    ready: true
    restartCount: {restarts}
    state:
      running:
        startedAt: '{started}'
  phase: Running
  startTime: '{started}'
"""
    return {f"{image}/namespaces/{NAMESPACE}/pods/{name}/{name}.yaml": content}


def node(name="worker-0", networks=None, labels=None, primary=None):
    notes = {"host-cidrs": networks, "node-primary-ifaddr": primary}
    annotations = "".join(f"    k8s.ovn.org/{key}: '{value}'\n" for key, value in notes.items() if value)
    written = "".join(
        f"    {key}: '{value}'\n" for key, value in {"kubernetes.io/hostname": name, **(labels or {})}.items()
    )
    content = f"""\
apiVersion: v1
kind: Node
metadata:
{"  annotations:" + chr(10) + annotations if annotations else ""}  labels:
{written}  name: {name}
"""
    return {f"{IMAGE}/cluster-scoped-resources/core/nodes/{name}.yaml": content}


def resource(kind, name, spec, created="2026-11-01T00:00:00Z", group="metallb.io"):
    """A custom resource with the lines of its spec."""
    content = f"""\
apiVersion: {group}/v1beta1
kind: {kind}
metadata:
  creationTimestamp: '{created}'
  name: {name}
  namespace: {NAMESPACE}
  resourceVersion: '1'
spec:
""" + "".join(f"  {line}\n" for line in spec)
    return {f"{IMAGE}/namespaces/{NAMESPACE}/{group}/{kind.lower()}s/{name}.yaml": content}


def bgp_peer(name="tor1", address=PEER, asn=64512, *more, **metadata):
    spec = ("myASN: 64500", f"peerASN: {asn}", f"peerAddress: {address}", *more)
    return resource("BGPPeer", name, spec, **metadata)


def advertisement(*spec, name="adv"):
    return resource("BGPAdvertisement", name, ("ipAddressPools:", "- pool", *spec))


FOR_OTHER_NODES = ("nodeSelectors:", "- matchLabels:", "    kubernetes.io/hostname: worker-9")


def timestamp(time="2026-11-21 10:00:00", image=IMAGE):
    return {f"{image}/timestamp": f"{time}.000000219 +0000 UTC m=+0.085341274\n" * 2}


def summary(*rows, family="IPv4 Unicast", folder="saved/worker-0"):
    """A saved `show bgp summary` with these rows."""
    head = f"{family} Summary (VRF default):\nBGP router identifier 192.0.2.20, local AS number 64500 vrf-id 0\n"
    end = f"\nTotal number of neighbors {len(rows)}\n"
    return {f"{folder}/summary-{family[:4].lower()}.txt": "\n".join([head, SUMMARY, *rows, end])}


def row(peer=PEER, up="never", cell="Active", sent="0", messages=(0, 0)):
    counts = f"{messages[0]:7}   {messages[1]:7}        0    0    0"
    return f"{peer:<15} 4      64512   {counts} {up:>8} {cell:>12} {sent:>8} N/A"


def one_of(rule, members):
    """The only finding."""
    (finding,) = outcome_of(rule, members).findings
    return finding


def expect(  # noqa: PLR0913 - what a finding is told by
    rule, members, severity, *words, subject=PEER, whose="worker-0", shown=()
):
    """One finding, on this node and subject: its message has the words, its evidence shows the values `shown`."""
    finding = one_of(rule, members)
    assert (finding.node, finding.subject, str(finding.severity)) == (whose, subject, severity), finding
    for word in words:
        assert word in finding.message, finding.message
    quoted = "\n".join(line for one in finding.evidence for line in one.excerpt)
    for value in shown:
        assert value in quoted, quoted
    return finding


def quiet(rule, members, examined=1):
    """Clear, everything was judged."""
    outcome = outcome_of(rule, members)
    assert (outcome.status, outcome.findings, outcome.gaps) == (Status.CLEAR, (), ()), outcome
    assert outcome.examined == examined


def unjudged(rule, members, *reason, examined=0):
    """No finding and a gap that says why; not checked when nothing at all could be judged."""
    outcome = outcome_of(rule, members)
    assert not outcome.findings, outcome.findings
    assert outcome.gaps
    for word in reason:
        assert any(word in gap.reason for gap in outcome.gaps), outcome.gaps
    assert outcome.status is (Status.CLEAR if examined else Status.NOT_CHECKED), outcome
    assert outcome.examined == examined
