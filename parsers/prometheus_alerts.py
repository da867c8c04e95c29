"""Alerts of the network that are firing or pending, from the rules that Prometheus holds.

The file is the answer of Prometheus to /api/v1/rules, one line of some megabytes (prometheus/prometheus
web/api/v1/api.go `AlertingRule`, `Alert`). openshift/must-gather collection-scripts/gather_monitoring writes it to
monitoring/prometheus/rules.json from 4.9 on, in 4.8 to monitoring/alerts.json. /api/v1/alerts has the same alerts.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum

from parsers.base import EXCERPT_CHARACTERS, Evidence, Fact, ParseFailure, SourceFile, Text, failure, parser
from parsers.secrets import mask_lines
from parsers.spans import MalformedError
from parsers.text import bounded, decode
from parsers.tree import Tree, parse_json
from parsers.values import labels, moment, required_text, required_word

# By their beginnings: MetalLB (metallb/metallb charts/metallb/templates/prometheusrules.yaml), the network
# plugins (openshift/cluster-network-operator bindata/network/*/alert-rules*.yaml, 4.8 to 4.20), DNS and routers
# (openshift/cluster-dns-operator and cluster-ingress-operator manifests), nodes and cluster operators
# (openshift/cluster-monitoring-operator assets, openshift/cluster-version-operator install).
NETWORK_ALERTS = (
    "MetalLB",
    *("OVNKubernetes", "NoOvn", "NoRunningOvn", "NodeWithoutOVN", "NorthboundStale", "SouthboundStale"),
    *("V4SubnetAllocation", "V6SubnetAllocation", "NetworkPods", "PodCreationSlow"),
    *("SDNPod", "NodeWithoutSDN", "NodeProxyApply", "ClusterProxyApply"),
    *("CoreDNS", "HAProxy", "IngressController"),
    *("NodeNetwork", "NodeBonding", "NodeHighNumberConntrack", "KubeNodeNotReady", "KubeNodeUnreachable"),
    *("ClusterOperatorDown", "ClusterOperatorDegraded"),
)


class AlertState(StrEnum):
    """States of an alert (prometheus/prometheus rules/alerting.go AlertState); an inactive one is not listed."""

    PENDING = "pending"
    FIRING = "firing"


class FiringAlert(Fact):
    """An alert of the network that fires, or will once its condition has held for long enough (pending).

    `active_at` is when the condition became true. The names that are kept begin with one of NETWORK_ALERTS.
    """

    name: str
    state: AlertState
    labels: Mapping[str, str] = {}
    active_at: datetime | None = None
    image_dir: str = ""


_ALERTS = re.compile(r'"alerts"\s{0,20}:\s{0,20}\[')
_BETWEEN = re.compile(r"[\s,]*+")
_ANSWER = re.compile(r'\s*+\{\s*+"status"\s*+:\s*+"success"')
_DECODER = json.JSONDecoder()


@parser(
    "monitoring/prometheus/rules.json",
    "monitoring/alerts.json",
    title="alerts of Prometheus",
    collect="oc adm must-gather; by hand: oc exec -n openshift-monitoring -c prometheus prometheus-k8s-0 -- "
    "curl -s http://localhost:9090/api/v1/rules > rules.json",
    content=rb'\A\s*\{\s*"status":\s*"success",\s*"data":\s*\{\s*"(?:groups|alerts)":',
    words=(b'"groups"', b'"alerts"'),
)
def prometheus_alerts(source: SourceFile) -> Iterator[FiringAlert | ParseFailure]:
    # The one line of this file is far longer than the lines that `text` and `lines` let through.
    content = decode(source._whole())  # noqa: SLF001
    answer = _Answer(source.path, content)
    if not _ANSWER.match(content):
        yield answer.failure(0, "no answer with rules: Prometheus was not reached, or refused")
    for found in _ALERTS.finditer(content):
        if found.start() >= answer.done:
            yield from answer.alerts(found.end(), source)
    if content.strip() and not content.rstrip().endswith("}"):
        yield answer.failure(content.rfind("{"), "cut off: alerts may be missing")


class _Answer:
    """The text of an answer, read from its beginning to its end; only what stands around an alert is kept of it."""

    def __init__(self, path: str, content: str) -> None:
        self.path, self.content = path, content
        self.done = 0  # where the last list ended
        self._at = self._line_start = 0
        self._line = 1

    def alerts(self, at: int, source: SourceFile) -> Iterator[FiringAlert | ParseFailure]:
        """The alerts of the network in the list whose items begin here."""
        while True:
            match = _BETWEEN.match(self.content, at)
            self.done = at = match.end() if match else at
            if self.content[at : at + 1] == "]":
                return
            try:
                value, end = _DECODER.raw_decode(self.content, at)
            except (ValueError, RecursionError):
                yield self.failure(at, "not JSON: the other alerts of this list are lost")
                return
            if not isinstance(value, dict) or not isinstance(value.get("labels"), dict):
                yield self.failure(at, "not an alert")
            elif str(value["labels"].get("alertname")).startswith(NETWORK_ALERTS):
                try:
                    yield self._alert(at, end, source)
                except MalformedError as error:
                    yield self.failure(at, error.reason)
            self.done = at = end

    def _alert(self, start: int, end: int, source: SourceFile) -> FiringAlert:
        quoted = self._quoted(start, end)
        written = self.content[start:end]
        tree = parse_json(Text(self.path, tuple(mask_lines(written, written.split("\n"))), quoted.first_line))
        paths = {
            "name": ("labels", "alertname"),
            "labels": ("labels",),
            "state": ("state",),
            "active_at": ("activeAt",),
        }
        return FiringAlert(
            evidence=_lines(quoted, tree),
            marks={field: _lines(quoted, tree, *path) for field, path in paths.items() if tree.has(*path)},
            name=required_text(tree, "labels", "alertname"),
            state=required_word(tree, AlertState, "state"),
            labels={key: value for key, value in labels(tree, "labels").items() if key != "alertname"},
            active_at=moment(tree, "activeAt"),
            image_dir=source.image_dir,
        )

    def failure(self, at: int, reason: str) -> ParseFailure:
        """A failure at this place."""
        at = max(at, self._at)
        quoted = self._quoted(at, min(at + EXCERPT_CHARACTERS, len(self.content)))
        return failure(quoted.quote(quoted.first_line), "prometheus_alerts", reason)

    def _quoted(self, start: int, end: int) -> Text:
        """The lines from `start` to `end`; of a line that is too long to be quoted only what stands between them."""
        self._line += self.content.count("\n", self._at, start)
        self._line_start = max(self._line_start, self.content.rfind("\n", self._at, start) + 1)
        self._at = start
        close = self.content.find("\n", end, end + EXCERPT_CHARACTERS)
        close = close if close >= 0 else min(end + EXCERPT_CHARACTERS, len(self.content))
        piece = self.content[start:end]
        if "\n" not in piece and close - self._line_start > EXCERPT_CHARACTERS:
            masked = mask_lines(piece, [piece])[0]
            return Text(self.path, (f"…{masked}" if start > self._line_start else masked,), self._line)
        whole = self.content[self._line_start : close]
        return Text(self.path, tuple(mask_lines(whole, [bounded(line) for line in whole.split("\n")])), self._line)


def _lines(quoted: Text, tree: Tree, *path: str) -> Evidence:
    """The lines of a value of the alert, of a long line the part with the value's key."""
    place = tree.evidence(*path)
    return quoted.quote(place.first_line, place.last_line, focus=f'"{path[-1]}"' if path else None)
