"""`show bfd peers json`, `show bfd peers brief json`, `show bfd peers counters json`: the facts of the text forms.

An array of objects, told apart by their keys (FRRouting bfdd/bfdd_vty.c). Release 7.5 prints it on one line and knows
one `echo-interval`; up to 10.4 `brief json` is the same as `json`. Keys that newer releases add are left alone.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from parsers.base import Evidence, Origin, ParseFailure, SourceFile, Text, failure, parser
from parsers.bfd_facts import DIAGNOSTICS, BfdAnswer, BfdBriefPeer, BfdCounters, BfdPeer, Timers
from parsers.pasted import documents
from parsers.spans import MalformedError
from parsers.tree import Tree, parse_json
from parsers.vocabulary import address, bfd_status

_PEER = {
    "id": "session_id",
    "remote-id": "remote_id",
    "passive-mode": "passive",
    "minimum-ttl": "minimum_ttl",
    "uptime": "uptime",
    "downtime": "downtime",
    "diagnostic": "diagnostics",
    "remote-diagnostic": "remote_diagnostics",
    "type": "peer_type",
    "profile": "profile",
    "label": "label",
}
_TIMERS = {
    "detect-multiplier": "detect_multiplier",
    "receive-interval": "receive",
    "transmit-interval": "transmit",
    "echo-receive-interval": "echo_receive",
    "echo-transmit-interval": "echo_transmit",
    "echo-interval": "echo_transmit",
}
_COUNTERS = {
    "control-packet-input": "control_in",
    "control-packet-output": "control_out",
    "echo-packet-input": "echo_in",
    "echo-packet-output": "echo_out",
    "session-up": "up_events",
    "session-down": "down_events",
    "zebra-notifications": "zebra_notifications",
}
# By the names that the text form prints.
_EXTRA = {"tx-fail-packet": "Tx fail packet", "controlPacketBadInput": "RX fail packet"}
_NO_ADDRESS = frozenset({"unknown", "0.0.0.0", "::"})  # noqa: S104 - what a session without a local address prints


class _Item:
    """One object of the array: its values by our names and the lines that hold them."""

    def __init__(self, tree: Tree, origin: Origin) -> None:
        self.tree = tree
        self.values: dict[str, Any] = {
            "origin": origin,
            "evidence": self._where(),
            "peer": address(str(tree.get("peer"))),
        }
        self.marks: dict[str, Evidence] = {}
        local = tree.get("local")
        self.values["local_address"] = None if local is None or local in _NO_ADDRESS else address(str(local))

    def _where(self, *path: str) -> Evidence:
        found = self.tree.evidence(*path)
        # The whole output may be one long line: then the place is where the peer's name stands.
        focus = f'"{self.tree.get("peer")}"'
        return self.tree.text.quote(found.first_line, found.last_line, focus=focus)

    def take(self, keys: Mapping[str, str], prefix: str = "") -> dict[str, Any]:
        """The values of those keys that are there, by our names."""
        found: dict[str, Any] = {}
        for key, name in keys.items():
            if self.tree.get(prefix + key) is not None:
                found[name] = self.tree.get(prefix + key)
        return found

    def mark(self, keys: Mapping[str, str], prefix: str = "", side: str = "") -> None:
        """Note where the values of those keys stand, `side` before our names."""
        for key, name in keys.items():
            if self.tree.has(prefix + key):
                self.marks[side + name] = self._where(prefix + key)

    def header(self) -> dict[str, Any]:
        """What the header line says in the text form."""
        get = self.tree.get
        return {
            "multihop": get("multihop", default=False),
            "vrf": get("vrf", default="default"),
            "interface": get("interface"),
        }

    def timers(self, side: str, prefix: str) -> Timers | None:
        """One side's timers; None where the object has none (seamless BFD)."""
        found = self.take(_TIMERS, prefix)
        for echo in ("echo_receive", "echo_transmit"):
            found[echo] = found.get(echo) or None  # 0 is disabled
        self.mark(_TIMERS, prefix, f"{side}.")
        complete = {"detect_multiplier", "receive", "transmit"} <= found.keys()
        return Timers.model_validate(found) if complete else None

    def peer(self) -> BfdPeer:
        """An object of `show bfd peers json`."""
        self.mark({**_PEER, "status": "status"})
        get = self.tree.get
        rtt = [get(f"rtt-{name}") for name in ("min", "avg", "max")]
        return BfdPeer(
            **self.values,
            **self.header(),
            **self.take(_PEER),
            status=bfd_status(str(get("status"))),
            rtt="{}/{}/{} usec".format(*rtt) if None not in rtt else None,
            local_timers=self.timers("local_timers", ""),
            remote_timers=self.timers("remote_timers", "remote-"),
            marks=self.marks,
        )

    def brief(self) -> BfdBriefPeer:
        """An object of `show bfd peers brief json`, releases from 10.5 on."""
        self.mark({"id": "session_id", "status": "status", "profile": "profile"})
        return BfdBriefPeer(
            **self.values,
            session_id=self.tree.get("id"),
            status=bfd_status(str(self.tree.get("status"))),
            profile=self.tree.get("profile"),
            marks=self.marks,
        )

    def counters(self) -> BfdCounters:
        """An object of `show bfd peers counters json`."""
        self.mark(_COUNTERS)
        self.mark(_EXTRA, side="extra.")
        return BfdCounters(
            **self.values, **self.header(), **self.take(_COUNTERS), extra=self.take(_EXTRA), marks=self.marks
        )


def _facts(tree: Tree, origin: Origin) -> Iterator[BfdPeer | BfdBriefPeer | BfdCounters | ParseFailure]:
    if not isinstance(tree.value, dict) or not tree.has("peer"):
        yield failure(tree.evidence(), "bfd_json", "not a BFD session")
        return
    item = _Item(tree, origin)
    try:
        if tree.has("control-packet-input"):
            yield item.counters()
            return
        yield item.peer() if tree.has("remote-diagnostic") else item.brief()
    except ValidationError as error:
        names = ", ".join(str(problem["loc"][0]) for problem in error.errors())
        yield failure(item.values["evidence"], "bfd_json", f"missing or not understood: {names}")
    except ValueError as error:
        yield failure(item.values["evidence"], "bfd_json", str(error)[:120])
    for key in ("diagnostic", "remote-diagnostic"):
        if tree.get(key, default="ok") not in DIAGNOSTICS:
            yield failure(tree.evidence(key), "bfd_json", f"unknown diagnostic {str(tree.get(key))[:60]!r}")


def read(text: Text, origin: Origin) -> Iterator[BfdPeer | BfdAnswer | BfdBriefPeer | BfdCounters | ParseFailure]:
    """The sessions of one document and, except for counters, how many there are."""
    try:
        tree = parse_json(text)
    except MalformedError as error:
        yield failure(text.quote(error.line), "bfd_json", error.reason)
        return
    if not isinstance(tree.value, list):
        yield from _facts(tree, origin)  # show bfd peer <address> json prints the object alone
        return
    items = list(tree.items())
    for item in items:
        yield from _facts(item, origin)
    if not any(item.has("control-packet-input") for item in items):
        heading = text.quote(tree.evidence().first_line)
        yield BfdAnswer(evidence=heading, origin=origin, sessions=len(items))


_OURS = re.compile(
    r'"remote-diagnostic"\s*:|"control-packet-input"\s*:'
    r'|"peer"\s*:\s*"[^"\n]*",[\s>]*"status"\s*:\s*"(?:up|down|init|shutdown)"'
)


@parser(
    title="BFD sessions as JSON (show bfd peers json)",
    collect="oc exec -n <namespace> <pod> -c frr -- vtysh -c 'show bfd peers json' > bfd-peers.json",
    words=(b'"remote-diagnostic"', b'"control-packet-input"', b'"peer"'),
    content=_OURS.pattern.encode(),
)
def bfd_json(
    source: SourceFile,
) -> Iterator[BfdPeer | BfdAnswer | BfdBriefPeer | BfdCounters | ParseFailure]:
    """`show bfd peers [brief|counters] json` saved to a file of any name."""
    for text in documents(source.text(), _OURS):
        yield from read(text, source.origin)
