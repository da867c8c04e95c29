"""`gatherscope show services`: how far every LoadBalancer address gets, with the first broken link in words."""

from dataclasses import asdict
from typing import Any

from analyzer.metallb.summary import ServiceVerdicts
from analyzer.model import ServiceVerdict
from analyzer.show import Table, place, register, text
from analyzer.store import Store

COLUMNS = ("SERVICE", "ADDRESS", "POLICY", "POOL", "BY", "VERDICT")


def _data(store: Store) -> list[dict[str, Any]]:
    return [
        {
            **asdict(one),
            "nodes": [asdict(each) for each in one.nodes],
            "evidence": [place(each) for each in one.evidence],
        }
        for one in store.joined(ServiceVerdicts)
    ]


def _table(store: Store) -> Table:
    return Table(COLUMNS, tuple(_row(one) for one in store.joined(ServiceVerdicts)))


def _row(one: ServiceVerdict) -> tuple[str, ...]:
    service = one.service or "(not collected)"
    return (service, text(one.address), text(one.traffic_policy), text(one.pool), text(one.protocol), one.verdict)


register("services", "LoadBalancer addresses and who announces them", (ServiceVerdicts,), _table, _data)
