"""What the diagnoses of sessions share: the cause of a group of losses, and the commands that go with it."""

from collections.abc import Iterable
from dataclasses import replace

from analyzer.diagnosis import Cause, Confidence
from analyzer.frr import Session
from analyzer.losses import Losses, LossGroup, symmetry
from analyzer.model import RankedFinding
from analyzer.stated import whole

SAID = 2  # findings whose message an explanation quotes


def cause_of(losses: Losses, group: LossGroup, title: str, confidence: Confidence) -> Cause:
    """A cause over the findings of a group; what it is sure of and what to do is added with `with_words`."""
    return Cause(
        title=title,
        confidence=confidence,
        because=(),
        subject=group.subject,
        nodes=group.nodes,
        roots=group.roots,
        symptoms=losses.symptoms(group),
        key=f"{group.kind} {' '.join(group.peers)}",
    )


def with_words(
    cause: Cause,
    group: LossGroup,
    because: Iterable[str],
    next_steps: Iterable[str],
    settles: Iterable[str] = (),
) -> Cause:
    """The cause with its reasons, the symmetry of the losses as the last of them."""
    reasons = tuple(one for one in (*because, symmetry(group)) if one)
    return replace(cause, because=reasons, next_steps=tuple(next_steps), settles=tuple(settles), compared=True)


def said(found: Iterable[RankedFinding]) -> tuple[str, ...]:
    """The first messages as sentences; equal ones of several nodes once."""
    return tuple(dict.fromkeys(whole(one.message) for one in found))[:SAID]


def of_rules(group: LossGroup, *rules: str) -> tuple[RankedFinding, ...]:
    """The findings of these rules about the sessions of a group."""
    return tuple(one for loss in group.losses for rule in rules for one in loss.found.get(rule, ()))


def layer_2(group: LossGroup) -> tuple[str, ...]:
    """What the neighbor table rules out."""
    if not group.reachable:
        return ()
    return ("The next hop is REACHABLE in the node's neighbor table: link and VLAN are not what is wrong.",)


def vtysh(group: LossGroup, command: str) -> str:
    """How to ask FRR of the first node: in its pod where that is known."""
    pod = next((one.instance.pod for one in group.sessions if one.instance.pod), None)
    if pod is None:
        return f"`vtysh -c '{command}'` in the frr container of {group.nodes[0] if group.nodes else 'the node'}"
    return f"`oc -n {pod.namespace} exec {pod.name} -c frr -- vtysh -c '{command}'`"


def on_node(group: LossGroup, command: str) -> str:
    """A command on the first node itself."""
    return f"`oc debug node/{group.nodes[0]} -- chroot /host {command}`" if group.nodes else f"`{command}` on the node"


def resources(group: LossGroup) -> tuple[str, ...]:
    """The BGPPeers that ask for the sessions, as `namespace/name`."""
    found = [one for session in group.sessions for one in session.resources]
    return tuple(dict.fromkeys(f"{one.namespace or 'metallb-system'}/{one.name}" for one in found))


def show_resource(group: LossGroup) -> tuple[str, ...]:
    """How to read the first BGPPeer that asks for the sessions; nothing where none was collected."""
    names = (one.partition("/") for one in resources(group)[:1])
    return tuple(f"`oc -n {namespace} get bgppeer {name} -o yaml`" for namespace, _, name in names)


def port(session: Session | None) -> int:
    """The TCP port of the session."""
    return (session.config.port if session and session.config else None) or 179


def probe(group: LossGroup) -> str:
    """How to try the TCP connection from the first node with what every host has.

    The shell says refused or no route, or `timeout` ends it after 5 s without a word.
    """
    target = f"{group.peers[0]}/{port(next(iter(group.sessions), None))}"
    return on_node(group, f"timeout 5 bash -c '</dev/tcp/{target} && echo connected'")


def capture(group: LossGroup, what: str) -> str:
    """How to see packets on the first node for half a minute: the debug pod has tcpdump, the host does not."""
    command = f"timeout 30 tcpdump -nni any {what}"
    return f"`oc debug node/{group.nodes[0]} -- {command}`" if group.nodes else f"`{command}` on the node"
