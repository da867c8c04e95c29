"""Saved tables of `oc get services` and `oc get endpoints`.

Services (kubernetes/kubernetes pkg/printers/internalversion/printers.go, at first pkg/kubectl/resource_printer.go)::

    NAME LABELS SELECTOR IP(S) PORT(S)                    OpenShift 3.0; further ports stand on lines of their own
    NAME CLUSTER_IP EXTERNAL_IP PORT(S) SELECTOR AGE      3.1; CLUSTER-IP EXTERNAL-IP later, SELECTOR with -o wide alone
    NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE          from 3.9

Endpoints: NAME ENDPOINTS, later with AGE; three are printed, of more ` + 2 more...`; those that are not ready are not.
"""

import re
from collections.abc import Iterator

from parsers.base import ParseFailure, SourceFile, parser
from parsers.cluster_services import ServiceType
from parsers.endpoint_facts import Protocol
from parsers.oc_facts import ListedEndpoint, ListedEndpoints, ListedPort, ListedService
from parsers.oc_table import COMMON, LABELS, Column, Layout, OcRow, each
from parsers.vocabulary import address, is_address

PORTS = 65_535
_ADDRESS = r"[0-9A-Fa-f:.]{2,45}|x-ip[\w-]{1,40}"
_PORT = r"\d{1,5}(?::\d{1,5})?/(?:TCP|UDP|SCTP)"
_CLUSTER_IP = Column("cluster_ips", rf"(?:{_ADDRESS})(?:,(?:{_ADDRESS})){{0,3}}|None|<none>|<unset>", blank=True)
_EXTERNAL = Column("external", r"[^\s/]{1,400}", blank=True)
_SERVICES = Layout(
    {
        **COMMON,
        "TYPE": Column("type", r"[A-Z][A-Za-z]{2,30}"),
        **dict.fromkeys(("CLUSTER-IP", "CLUSTER_IP", "IP(S)"), _CLUSTER_IP),
        **dict.fromkeys(("EXTERNAL-IP", "EXTERNAL_IP"), _EXTERNAL),
        "PORT(S)": Column("ports", rf"<none>|{_PORT}(?:,{_PORT}){{0,200}}", blank=True),
        "SELECTOR": Column("selector", LABELS, blank=True),
        "LABELS": Column("labels", LABELS, blank=True),
    },
    tuple(frozenset({name, "PORT(S)"}) for name in ("CLUSTER-IP", "CLUSTER_IP", "IP(S)")),
    more=re.compile(rf"\s+(?P<more>(?:(?:{_ADDRESS})\s+)?{_PORT}|(?:{_ADDRESS}))\s*"),
)
_ENDPOINT = r"(?:\[[0-9A-Fa-f:.]{2,45}\]|x-ip[\w-]{1,40}|[0-9A-Fa-f:.]{2,45})(?::\d{1,5})?"
_ENDPOINTS = Layout(
    {
        **COMMON,
        "ENDPOINTS": Column(
            "endpoints", rf"<none>|<unset>|{_ENDPOINT}(?:,{_ENDPOINT}){{0,200}}(?: \+ \d{{1,9}} more\.\.\.)?"
        ),
        "LABELS": Column("labels", LABELS),
    },
    (frozenset({"ENDPOINTS"}),),
    never=frozenset({"ADDRESSTYPE"}),  # EndpointSlices, which do not bear the names of their services
)
_ONE = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]{2,45})\]|(?P<plain>[^\s\[\],]+?))(?::(?P<port>\d{1,5}))?")
_MORE = re.compile(r" \+ (\d+) more\.\.\.$")
_HEADLESS = "None"
_NO_ADDRESS = frozenset({"<pending>", "<nodes>", "<none>", "<unknown>", ""})


@parser(
    title="saved `oc get services`",
    collect="oc get services -A -o wide > services.txt",
    content=rb"\bNAME\s[^\n]{0,200}?\b(?:CLUSTER[-_]IP|IP\(S\))\s[^\n]{0,80}?\bPORT\(S\)",
    words=(b"PORT(S)",),
)
def oc_services(source: SourceFile) -> Iterator[ListedService | ParseFailure]:
    return each(source, "oc_services", _SERVICES, _listed)


@parser(
    title="saved `oc get endpoints`",
    collect="oc get endpoints -A > endpoints.txt",
    content=rb"\bNAME\s{1,80}ENDPOINTS\b",
    words=(b"ENDPOINTS",),
)
def oc_endpoints(source: SourceFile) -> Iterator[ListedEndpoints | ParseFailure]:
    return each(source, "oc_endpoints", _ENDPOINTS, _listed_endpoints)


def _listed(row: OcRow, source: SourceFile) -> ListedService:
    kind, external = row.get("type"), row.cells.get("external", "")
    return ListedService(
        **row.identity(source),
        marks=row.marks("type", "cluster_ips", "external", "ports", "selector"),
        type=ServiceType(kind) if kind else None,
        cluster_ips=_addresses(row),
        headless=row.get("cluster_ips") == _HEADLESS,
        external=() if external in _NO_ADDRESS else tuple(map(address, external.split(","))),
        pending=external == "<pending>",
        ports=tuple(_ports(row)),
        selector=row.get("selector"),
    )


def _addresses(row: OcRow) -> tuple[str, ...]:
    """The addresses in the cluster. Those of a load balancer, which 3.0 writes on further lines, are left out."""
    own = row.get("cluster_ips")
    if own in {None, _HEADLESS, "<unset>"}:
        return ()
    found = tuple(map(address, own.split(",")))
    wrong = next((one for one in found if not is_address(one) and not one.startswith("x-ip")), None)
    if wrong is not None:
        raise ValueError(f"not an address: {wrong[:60]!r}")
    return found


def _ports(row: OcRow) -> Iterator[ListedPort]:
    written = [*(row.get("ports") or "").split(","), *(one.split()[-1] for one in row.more)]
    for one in written:
        number, slash, protocol = one.partition("/")
        if slash:
            port, colon, on_node = number.partition(":")
            yield ListedPort(
                evidence=row.evidence,
                port=_number(port),
                protocol=Protocol(protocol),
                node_port=_number(on_node) if colon else None,
            )


def _number(port: str) -> int:
    if int(port) > PORTS:
        raise ValueError(f"not a port: {port}")
    return int(port)


def _pairs(row: OcRow) -> tuple[list[tuple[str, int | None]], int]:
    """The addresses with their ports, and how many more there are."""
    written = row.cells["endpoints"]
    more = _MORE.search(written)
    if written.startswith("<"):
        return [], 0
    found: list[tuple[str, int | None]] = []
    for one in written[: more.start() if more else None].split(","):
        match = _ONE.fullmatch(one)
        ip = (match["v6"] or match["plain"]) if match else one
        if match is None or not (is_address(ip) or ip.startswith("x-ip")):
            raise ValueError(f"not an address and a port: {one[:60]!r}")
        found.append((address(ip), _number(match["port"]) if match["port"] else None))
    return list(dict.fromkeys(found)), int(more[1]) if more else 0


def _listed_endpoints(row: OcRow, source: SourceFile) -> ListedEndpoints:
    pairs, more = _pairs(row)
    return ListedEndpoints(
        **row.identity(source),
        marks=row.marks("endpoints"),
        endpoints=tuple(ListedEndpoint(evidence=row.evidence, address=ip, port=port) for ip, port in pairs),
        more=more,
    )
