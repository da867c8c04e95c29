"""`show bgp neighbors json`: an object with one key for each neighbor, or with one for each VRF and these below it.

The keys are listed in bgp_neighbor_json_keys. FRR counts some times modulo a day here (FRRouting bgpd/bgp_vty.c):
`last_read` and `last_write` always, the age of the last reset up to 10.5; where a session is up, its reset is made to
precede it. `received_open` is not in the JSON.
"""

import re
from collections.abc import Iterator
from typing import Any

from parsers.base import Evidence, Origin, ParseFailure, SourceFile, Text, failure, parser
from parsers.bgp_neighbor_facts import (
    BARE_NOTIFICATION,
    BgpNeighbor,
    Capability,
    MessageCount,
    NeighborBfd,
    NeighborFamily,
    Reset,
    notification,
    reset,
)
from parsers.bgp_neighbor_json_keys import (
    BFD,
    CAPABILITIES,
    FAMILY,
    FIELDS,
    MESSAGES,
    QUEUES,
    SIDES,
    Fields,
    family_name,
    spaced,
)
from parsers.bgp_neighbor_shell import Shell
from parsers.pasted import plain
from parsers.spans import MalformedError
from parsers.tree import Tree, parse_json
from parsers.vocabulary import BgpState, address, is_address

NAME = "bgp_neighbor_json"
DAY = 86_400
_STRING = re.compile(r'"(?:[^"\\]|\\.)*(?:"|$)')


@parser(
    title="BGP neighbors (saved JSON)",
    collect="oc exec -n NAMESPACE POD -c frr -- vtysh -c 'show bgp vrf all neighbors json' > bgp-neighbors.json",
    words=(b'"bgpState"',),
    content=rb'"bgpState" ?: ?"[A-Z]',
)
def bgp_neighbor_json(source: SourceFile) -> Iterator[BgpNeighbor | ParseFailure]:
    """The neighbors of a loose `show bgp neighbors json`."""
    return read(plain(source.text()), source.origin)


def read(text: Text, origin: Origin) -> Iterator[BgpNeighbor | ParseFailure]:
    """The neighbors of every JSON document in a text; between them only prompts and known answers may stand."""
    shell = Shell(json=True)
    for part in _documents(text, shell):
        if isinstance(part, ParseFailure):
            yield part
            continue
        try:
            yield from _neighbors(parse_json(part), shell.vrf, origin)
        except MalformedError as error:
            yield failure(text.quote(error.line), NAME, error.reason)


def _documents(text: Text, shell: Shell) -> Iterator[Text | ParseFailure]:
    """The documents, by counting braces outside of strings; a document without an end is handed out as it is."""
    first, depth = 0, 0
    for number, line in text.numbered():
        if not first and not line.lstrip().startswith("{"):
            plain = line.strip()
            if plain and not shell.moves(plain) and not shell.ignores(plain):
                yield failure(text.quote(number), NAME, "text outside of the JSON")
            continue
        first = first or number
        bare = _STRING.sub("", line)
        depth += bare.count("{") - bare.count("}")
        if depth <= 0:
            if not shell.elsewhere:
                yield text.part(first, number)
            first, depth = 0, 0
    if first and not shell.elsewhere:
        yield text.part(first, text.last_line)


def _neighbors(tree: Tree, vrf: str, origin: Origin) -> Iterator[BgpNeighbor | ParseFailure]:
    """The neighbors of an object, which may hold VRFs that hold neighbors."""
    for key, value in tree.value.items():
        if not isinstance(value, dict):  # vrfId, vrfName, bgpNoSuchNeighbor
            continue
        below = tree.sub(key)
        if "bgpState" in value:
            yield from _Neighbor(below, key, vrf, origin).facts()
        elif "vrfName" in value or "vrfId" in value:
            name = str(value.get("vrfName", key))
            yield from _neighbors(below, "default" if name == "Default" else name, origin)
        else:
            yield failure(_line(below), NAME, f"neither a neighbor with a state nor a VRF: {key[:80]}")


def _line(tree: Tree) -> Evidence:
    return tree.text.quote(tree.span[0])


class _Neighbor:
    """One neighbor while its object is being read; keys with unreadable values become failures."""

    def __init__(self, tree: Tree, key: str, vrf: str, origin: Origin) -> None:
        self.tree, self.key, self.vrf, self.origin = tree, key, vrf, origin
        self.marks: dict[str, Evidence] = {"peer": _line(tree)}
        self.failures: list[ParseFailure] = []

    def facts(self) -> Iterator[BgpNeighbor | ParseFailure]:
        """The neighbor, then what of it could not be read."""
        values = self._identity() | self._read(FIELDS) | self._read(QUEUES, "messageStats")
        if values.get("state") is not BgpState.ESTABLISHED:
            # What never happened is printed as the time since the machine was started.
            self._forget(values, "last_read", "last_write")
        if not values.get("local_host"):
            self._forget(values, "shared_network")
        if values.get("hostname") and isinstance(domain := self.tree.get("domainname"), str) and domain:
            values["hostname"] += f".{domain}"
        values |= {"last_reset": self._reset(values.get("uptime")), "bfd": self._bfd(), "messages": self._messages()}
        values |= {"capabilities": self._capabilities(), "family_capabilities": self._family_capabilities()}
        families = tuple(self._families())
        if "state" in values:
            yield BgpNeighbor(
                evidence=_line(self.tree), marks=self.marks, origin=self.origin, families=families, **values
            )
        yield from self.failures

    def _forget(self, values: dict[str, Any], *names: str) -> None:
        for name in names:
            values.pop(name, None)
            self.marks.pop(name, None)

    def _object(self, *path: str) -> dict[str, Any]:
        value = self.tree.get(*path)
        return value if isinstance(value, dict) else {}

    def _read(self, fields: Fields, *path: str, prefix: str = "") -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key, name, convert in fields:
            value = self.tree.get(*path, key)
            if value is None:
                continue
            mark = self.tree.evidence(*path, key)
            try:
                values[name] = convert(value)
            except ValueError as error:
                self.failures.append(failure(mark, NAME, f"{key}: {error}"))
            else:
                self.marks[prefix + name] = mark
        return values

    def _identity(self) -> dict[str, Any]:
        """FRR before 10.5 marks a dynamic neighbor only by the range that it belongs to."""
        told = str(self.tree.get("neighborAddr") or self.tree.get("bgpNeighborAddr") or "")
        peer = address(self.key)
        unnumbered = not (is_address(peer) or peer.startswith("x-ip"))  # must-gather masks addresses
        where = address(told) if unnumbered else peer
        return {
            "peer": peer,
            "interface": self.key if unnumbered else None,
            "address": where if where and where.lower() not in {"none", "(unspec)"} else None,
            "vrf": self.vrf,
            "dynamic": told.startswith("*") or "peerSubnetRangeGroup" in self.tree.value,
        }

    def _reset(self, uptime: int | None) -> Reset | None:
        age, reason = self.tree.get("lastResetTimerMsecs"), self.tree.get("lastResetDueTo")
        if not isinstance(age, int) or not isinstance(reason, str):
            return None
        age //= 1000
        if uptime is not None and age < uptime:
            age += -(-(uptime - age) // DAY) * DAY  # counted modulo a day, but it was before the session came up
        direction, codes = BARE_NOTIFICATION.get(reason), self.tree.get("lastNotificationReason")
        if not direction or not isinstance(codes, str):
            self.marks["last_reset"] = self.tree.evidence("lastResetDueTo")
            return reset(age, reason)
        self.marks["last_reset"] = self.tree.evidence("lastNotificationReason")
        hard = self.tree.get("lastNotificationHardReset") is True
        codes += "/Hard Reset" if hard else ""
        return notification(age, direction, codes, f"Notification {direction} ({codes})")

    def _bfd(self) -> NeighborBfd | None:
        keys = self._object("peerBfdInfo")
        if not keys:
            return None
        self.marks["bfd"] = self.tree.evidence("peerBfdInfo", next(iter(keys)))
        return NeighborBfd(**self._read(BFD, "peerBfdInfo", prefix="bfd."))

    def _messages(self) -> dict[str, MessageCount]:
        counts: dict[str, MessageCount] = {}
        for kind in MESSAGES:
            sent, received = (self.tree.get("messageStats", kind + side) for side in ("Sent", "Recv"))
            if isinstance(sent, int) and isinstance(received, int):
                first, last = (self.tree.evidence("messageStats", kind + side) for side in ("Sent", "Recv"))
                name = spaced(kind)
                counts[name] = MessageCount(sent=sent, received=received)
                self.marks[f"messages.{name}"] = self.tree.text.quote(first.first_line, last.last_line)
        return counts

    def _capabilities(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for key, value in self._object("neighborCapabilities").items():
            if key in CAPABILITIES and isinstance(value, str):
                found[CAPABILITIES[key]] = SIDES.get(value, value)
                self.marks[f"capabilities.{CAPABILITIES[key]}"] = self.tree.evidence("neighborCapabilities", key)
        return found

    def _family_capabilities(self) -> dict[str, Capability]:
        path = ("neighborCapabilities", "multiprotocolExtensions")
        found: dict[str, Capability] = {}
        for key, value in self._object(*path).items():
            sides = value if isinstance(value, dict) else {}
            both = "advertisedAndReceived" in sides
            name = family_name(key)
            found[name] = Capability(advertised=both or "advertised" in sides, received=both or "received" in sides)
            self.marks[f"family_capabilities.{name}"] = self.tree.evidence(*path, key)
        return found

    def _families(self) -> Iterator[NeighborFamily]:
        for key in self._object("addressFamilyInfo"):
            name, path = family_name(key), ("addressFamilyInfo", key)
            prefix = f"families.{name}."
            values = self._read(FAMILY, *path, prefix=prefix)
            evidence = _line(self.tree.sub(*path))
            marks = {field: self.marks[prefix + field] for field in values}
            self.marks[prefix[:-1]] = evidence
            yield NeighborFamily(name=name, evidence=evidence, marks=marks, **values)
