"""`gatherscope show config-drift`: per node, peer and attribute what the resources ask for and what really runs."""

from collections.abc import Iterator
from typing import Any

from analyzer.metallb.drift import AttributeDrift, Drift, PeerDrift, Presence, Source, Value
from analyzer.show import Table, place, register, text
from analyzer.store import Store

COLUMNS = ("NODE", "PEER", "WHAT", "ASKED", "FRR.CONF", "RUNS", "STATE", "SESSION", "VERDICT")
_ASKED = (Source.BGP_PEER, Source.FRR_CONFIGURATION)


def _data(store: Store) -> list[dict[str, Any]]:
    return [
        {
            "node": one.run.label,
            "peer": one.peer,
            "vrf": one.vrf,
            "presence": one.presence,
            "reason": one.reason,
            "asked_by": list(dict.fromkeys(each.resource for each in one.intents)),
            "attributes": [
                {"name": each.attribute.name, "agrees": each.agrees, "values": [_value(value) for value in each.values]}
                for each in one.attributes
                if _told(each)
            ],
        }
        for one in store.joined(Drift)
    ]


def _value(one: Value) -> dict[str, Any]:
    lines = [place(each) for each in one.evidence]
    return {"source": one.source, "owner": one.owner, "value": one.text, "evidence": lines}


def _told(one: AttributeDrift) -> bool:
    """Whether a resource asks for the attribute, or frr.conf and what runs differ in it."""
    startup, running = ([value.text for value in one.of(each)] for each in (Source.STARTUP, Source.RUNNING))
    return (
        one.agrees is not None
        or bool(one.of(Source.BGP_PEER) or one.of(Source.FRR_CONFIGURATION))
        or (bool(startup and running) and startup != running)
    )


def _table(store: Store) -> Table:
    found: Drift = store.joined(Drift)
    # What differs is what one looks for: it stands first, the rest in the order of nodes and peers.
    rows = tuple(sorted((row for one in found for row in _rows(one)), key=lambda row: row[-1] in _FINE))
    note = None if found.asked else "neither BGPPeer nor FRRConfiguration resources were collected"
    return Table(COLUMNS, rows, note)


def _rows(one: PeerDrift) -> Iterator[tuple[str, ...]]:
    peer = one.peer if one.vrf == "default" else f"{one.peer} ({one.vrf})"
    runs = {Presence.MISSING: "no", Presence.UNKNOWN: "?"}.get(one.presence, "yes")
    asked = ", ".join(dict.fromkeys(each.owner.name for each in one.intents))
    has = ("yes" if found else "-" for found in (one.startup, one.state, one.session))
    startup, state, session = has
    verdict = one.reason or one.presence
    yield (one.run.label, peer, "neighbor", text(asked), startup, runs, state, session, verdict)
    for each in one.attributes:
        if _told(each):
            yield (
                one.run.label,
                peer,
                each.attribute.name,
                *(_cell(each, sources) for sources in _CELLS),
                _verdict(each),
            )


_FINE = frozenset({Presence.RUNS, "agrees", "-"})
_CELLS = (_ASKED, (Source.STARTUP,), (Source.RUNNING,), (Source.NODE_STATE,), (Source.SESSION,))


def _cell(one: AttributeDrift, sources: tuple[Source, ...]) -> str:
    values = dict.fromkeys(value.text for source in sources for value in one.of(source) if value.text is not None)
    return text("/".join(values))


def _verdict(one: AttributeDrift) -> str:
    return "-" if one.agrees is None else "agrees" if one.agrees else "differs"


register(
    "config-drift", "what the resources ask for and what each node's FRR runs", (Drift,), _table, _data, in_report=True
)
