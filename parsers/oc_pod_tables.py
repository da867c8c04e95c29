"""Saved outputs of `oc get pods`: the table, and the addresses that the troubleshooting guide asks for by a template.

Columns: NAME READY STATUS RESTARTS AGE, with `-o wide` IP NODE NOMINATED NODE READINESS GATES (kubernetes/kubernetes
pkg/printers/internalversion/printers.go; before 1.3 NODE alone). The template of the guide writes no line end between
two pods: `HostIP: 192.0.2.10 PodIP: 10.128.0.4HostIP: 192.0.2.11 PodIP: 10.128.2.7`.
"""

import re
from collections.abc import Iterator
from typing import Any

from parsers.base import Evidence, ParseFailure, SourceFile, failure, parser
from parsers.oc_facts import ListedPod, PodAddress
from parsers.oc_table import COMMON, LABELS, WORD, Column, Layout, OcRow, asked_namespace, each
from parsers.pasted import plain
from parsers.vocabulary import address, is_address, seconds

_IP = r"<none>|(?=[0-9a-fx])[0-9A-Fa-f:.]{2,45}|x-ip[\w-]{1,40}"
_PODS = Layout(
    {
        **COMMON,
        "READY": Column("ready", r"\d{1,4}/\d{1,4}"),
        "STATUS": Column("status", r"[A-Za-z][\w:./-]{0,80}"),
        "RESTARTS": Column("restarts", r"\d{1,9}(?: \(\S{1,20} ago\))?"),
        "IP": Column("ip", _IP),
        "NODE": Column("node", r"<none>|[A-Za-z0-9][A-Za-z0-9.-]{0,252}"),
        "NOMINATED NODE": Column("nominated", WORD),
        "READINESS GATES": Column("gates", WORD),
        "LABELS": Column("labels", LABELS),
    },
    (frozenset({"READY", "STATUS", "RESTARTS"}),),
)
_VALUE = r"[0-9A-Fa-f:.]{2,45}|x-ip(?:v[46])?-\d{1,12}-x|<no value>|<nil>"
_ADDRESSES = re.compile(rf"HostIP:[ \t]*(?P<host>{_VALUE})?[ \t]*PodIP:[ \t]*(?P<pod>{_VALUE})?")
_SELECTOR = re.compile(r"(?:\s-l[ =]?|--selector[ =])['\"]?(?P<selector>[^\s'\"]{1,250})")
_HEAD = re.compile(r"HostIP:")


@parser(
    title="saved `oc get pods`",
    collect="oc get pods -A -o wide > pods.txt",
    content=rb"\bNAME\s{1,80}READY\s{1,80}STATUS\s{1,80}RESTARTS\b",
    words=(b"RESTARTS",),
)
def oc_pods(source: SourceFile) -> Iterator[ListedPod | ParseFailure]:
    return each(source, "oc_pods", _PODS, _pod)


def _pod(row: OcRow, source: SourceFile) -> ListedPod:
    ready, _, containers = row.cells["ready"].partition("/")
    restarts = row.get("restarts")
    ip = row.get("ip")
    return ListedPod(
        **row.identity(source),
        marks=row.marks("ready", "status", "restarts", "age", "ip", "node"),
        ready=int(ready),
        containers=int(containers),
        status=row.cells["status"],
        restarts=int(restarts.partition(" ")[0]) if restarts else None,
        age=_seconds(row.get("age")),
        ip=address(ip) if ip else None,
        node=row.get("node"),
    )


def _seconds(age: str | None) -> int | None:
    """An age of a table; None for `<unknown>` and `<invalid>`."""
    return seconds(age) if age and age[0].isdigit() else None


@parser(
    title="saved addresses of pods and their hosts (oc get pods --template)",
    collect="oc get pods -A --selector=<selector> --template='{{range .items}}HostIP: {{.status.hostIP}} "
    'PodIP: {{.status.podIP}}{{"\\n"}}{{end}}\' > pod-addresses.txt',
    content=rb"\bHostIP:[ \t]*[0-9a-fx<]",
    words=(b"HostIP:",),
)
def oc_pod_addresses(source: SourceFile) -> Iterator[PodAddress | ParseFailure]:
    """The pairs of addresses. A pod that is not scheduled yet has none, and gives no fact."""
    text = plain(source.text())
    command = ""
    for number, line in text.numbered():
        if re.search(r"\bget\s", line):
            command = line
        for start in (found.start() for found in _HEAD.finditer(line)):
            pair = _ADDRESSES.match(line, start)
            place = text.quote(number, focus=pair[0] if pair else line[start : start + 60])
            if pair is None:
                if "{{" not in line[start : start + 60]:
                    yield failure(place, "oc_pod_addresses", "not an address of a host and one of a pod")
            elif pair["host"] and pair["pod"] and "<" not in pair["host"] + pair["pod"]:
                yield from _pair(source, pair["host"], pair["pod"], place, command)


def _pair(source: SourceFile, host: str, pod: str, place: Evidence, command: str) -> Iterator[Any]:
    wrong = next((one for one in (host, pod) if not is_address(one) and not one.startswith("x-ip")), None)
    if wrong is not None:
        yield failure(place, "oc_pod_addresses", f"not an address: {wrong!r}")
        return
    selector = _SELECTOR.search(command)
    yield PodAddress(
        evidence=place,
        marks={"host_ip": place, "pod_ip": place},
        name=address(pod),
        namespace=asked_namespace(command),
        image_dir=source.image_dir,
        host_ip=address(host),
        pod_ip=address(pod),
        selector=selector["selector"] if selector else None,
    )
