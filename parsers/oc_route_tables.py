"""Saved tables of `oc get routes`.

Columns (openshift/origin pkg/cmd/cli/describe/printer.go, openshift/openshift-apiserver pkg/route/printers)::

    NAME HOST/PORT PATH SERVICE LABELS TLS TERMINATION            3.0, with INSECURE POLICY in 3.1
    NAME HOST/PORT PATH SERVICE TERMINATION LABELS                3.2, the service as `name:port`
    NAME HOST/PORT PATH SERVICES PORT TERMINATION WILDCARD        from 3.3

In place of the host stands `Pending` where no router admitted a route, or the reason where all reject it; `host ... 1
rejected` where some do, `host ... 1 more` where several admitted it.
"""

import re
from collections.abc import Iterator

from parsers.base import ParseFailure, SourceFile, parser
from parsers.oc_facts import ListedRoute, RouteState
from parsers.oc_table import COMMON, LABELS, Column, Layout, OcRow, each
from parsers.routes import Termination

_TARGET = r"[a-z0-9][a-z0-9.-]{0,252}(?::[A-Za-z0-9-]{1,63})?(?:\(\d{1,3}%\))?"
_ENDS = r"(?:edge|passthrough|reencrypt|default)(?:/[A-Z][A-Za-z]{1,20})?"
_SERVICE = Column("services", rf"{_TARGET}(?:,{_TARGET}){{0,20}}")
_TERMINATION = Column("termination", _ENDS, blank=True)
_ROUTES = Layout(
    {
        **COMMON,
        "HOST/PORT": Column("host", r"[A-Za-z0-9*<][\w.*:>-]{0,252}(?: \.\.\. \d{1,6} (?:more|rejected))?"),
        "PATH": Column("path", r"/\S{0,500}", blank=True),
        "SERVICE": _SERVICE,
        "SERVICES": _SERVICE,
        "PORT": Column("port", r"<all>|[A-Za-z0-9-]{1,63}", blank=True),
        "TERMINATION": _TERMINATION,
        "TLS TERMINATION": _TERMINATION,
        "INSECURE POLICY": Column("policy", r"Allow|Redirect|None|Disable", blank=True),
        "WILDCARD": Column("wildcard", r"None|Subdomain", blank=True),
        "LABELS": Column("labels", LABELS, blank=True),
    },
    (frozenset({"HOST/PORT", "SERVICE"}), frozenset({"HOST/PORT", "SERVICES"})),
)
_REASON = re.compile(r"[A-Z][A-Za-z]{2,60}")  # host names are lower case


@parser(
    title="saved `oc get routes`",
    collect="oc get routes -A > routes.txt",
    content=rb"\bNAME\s{1,80}HOST/PORT\s{1,200}PATH\b",
    words=(b"HOST/PORT",),
)
def oc_routes(source: SourceFile) -> Iterator[ListedRoute | ParseFailure]:
    return each(source, "oc_routes", _ROUTES, _route)


def _route(row: OcRow, source: SourceFile) -> ListedRoute:
    shown, _, note = row.cells["host"].partition(" ... ")
    state, reason = RouteState.SHOWN, None
    if shown == RouteState.PENDING:
        state = RouteState.PENDING
    elif _REASON.fullmatch(shown):
        state, reason = RouteState.REJECTED, shown
    elif note.endswith("rejected"):
        state = RouteState.REJECTED_BY_SOME
    told = state in {RouteState.SHOWN, RouteState.REJECTED_BY_SOME} and not shown.startswith("<")
    names = [one.partition("(")[0].partition(":") for one in row.cells["services"].split(",")]
    port = row.get("port") or next((port for _, _, port in names if port), None)
    kind = (row.get("termination") or "").partition("/")[0]
    return ListedRoute(
        **row.identity(source),
        marks=row.marks("host", "path", "services", "port", "termination"),
        host=shown if told else None,
        state=state,
        reason=reason,
        path=row.get("path"),
        services=tuple(name for name, _, _ in names),
        port=None if port == "<all>" else port,
        termination=None if kind in {"", "default"} else Termination(kind),
    )
