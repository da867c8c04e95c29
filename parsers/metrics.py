"""Saved metrics of MetalLB and frr-k8s: a scrape in the text format of Prometheus or OpenMetrics, or an API's answer.

Names: `metallb_` and `frrk8s_` with `bgp_…`, `bfd_…`, `k8s_client_…`; `metallb_allocator_…`, `metallb_layer2_…`,
`metallb_speaker_announced` (metallb/metallb internal/bgp/native/stats.go, internal/allocator/stats.go,
internal/layer2/stats.go, internal/k8s/stats.go until 0.12, speaker/main.go, frr-metrics/collector in 0.12 and
frr-tools/metrics/collector after it; metallb/frr-k8s cmd/metrics/collector, internal/controller/stats.go). Other
families, comments and whatever stands around a scrape (prompts, headers of curl) are deliberately ignored.
"""

import json
import math
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from prometheus_client.parser import text_string_to_metric_families
from pydantic import field_serializer

from parsers.base import Evidence, OriginFact, ParseFailure, SourceFile, Text, failure, parser
from parsers.pasted import MARGIN, plain
from parsers.vocabulary import is_address

_SAMPLE = re.compile(r"\s*(?:\{\s*\")?(?:metallb|frrk8s)_")
_NAME = re.compile(r"(?P<prefix>metallb|frrk8s)_(?P<name>[A-Za-z0-9_:]+)")
_IN_JSON = re.compile(r'\{\s*"metric"\s*:')
_WRONG = 'not a sample: name{label="value"} number'
_LONGEST = 16_384  # characters of a sample: a name, a handful of labels and a number
_DECODER = json.JSONDecoder()


class MetricSample(OriginFact):
    """One number. `name` is without its prefix: `bgp_session_up`, `bfd_session_down_events`.

    `node` and `pod` are what the labels say: a scrape by Prometheus has them, one by hand only tells by the file that
    it was saved in, `folder` and `stem`, whose it is.
    """

    name: str
    prefix: str
    labels: Mapping[str, str] = {}
    value: float
    node: str | None = None
    pod: str | None = None
    folder: str = ""
    stem: str = ""

    @field_serializer("value")
    def _written(self, value: float) -> float | str:
        if math.isnan(value):
            return "NaN"
        return value if math.isfinite(value) else f"{'+' if value > 0 else '-'}Inf"


@parser(
    title="saved metrics of MetalLB and frr-k8s",
    collect="not in a must-gather; by hand: oc exec -n openshift-monitoring prometheus-k8s-0 -c prometheus -- curl -sG "
    "http://localhost:9090/api/v1/query --data-urlencode 'query={__name__=~\"(metallb|frrk8s)_.*\"}' > metrics.json",
    content=MARGIN
    + rb"(?:# (?:HELP|TYPE) (?:metallb|frrk8s)_"
    + rb"|(?:metallb|frrk8s)_[a-zA-Z0-9_:]{1,200}(?:\{[^\n]{0,4000}\})?[ \t]+[-+]?(?:[0-9.]|NaN|Inf)"
    + rb"|\{\"(?:metallb|frrk8s)_[^\n]{1,4000}\}[ \t]+[-+]?(?:[0-9.]|NaN|Inf))"
    + rb'|"__name__"\s*:\s*"(?:metallb|frrk8s)_',
    words=(b"metallb_", b"frrk8s_"),
)
def metrics(source: SourceFile) -> Iterator[MetricSample | ParseFailure]:
    """Of a range of values that the API answers with (`query_range`) the last one counts."""
    text = plain(source.text())
    for number, line in text.numbered():
        if _SAMPLE.match(line):
            yield _sample(line, text.quote(number), source)
    if any('"__name__"' in line for line in text):
        yield from _answer(text, source)


def _sample(line: str, evidence: Evidence, source: SourceFile) -> MetricSample | ParseFailure:
    if len(line) > _LONGEST:
        return failure(evidence, "metrics", "too long for a sample")
    # A library that takes a tenth of the start-up of every run, for files that few archives hold.

    try:
        # One line at a time: without its family's TYPE the library leaves the name as it is written.
        (family,) = text_string_to_metric_families(line.strip())
        (sample,) = family.samples
        return _fact(sample.name, sample.labels, float(sample.value), evidence, source)
    except (ValueError, IndexError, OverflowError):
        return failure(evidence, "metrics", _WRONG)


def _fact(name: str, labels: Mapping[str, str], value: float, evidence: Evidence, source: SourceFile) -> MetricSample:
    known = _NAME.fullmatch(name)
    if known is None:
        raise ValueError("not a name of a metric")
    path = PurePosixPath(source.path)
    return MetricSample(
        evidence=evidence,
        origin=source.origin,
        name=known["name"],
        prefix=known["prefix"],
        labels=dict(labels),
        value=value,
        node=_node(labels),
        pod=labels.get("pod") or None,
        folder=source.origin.folder,
        stem=path.stem,
    )


def _node(labels: Mapping[str, str]) -> str | None:
    """The label `node`, or the host of the label `instance` where that is a name."""
    if labels.get("node"):
        return labels["node"]
    host = re.sub(r":\d{1,5}$", "", labels.get("instance", "")).strip("[]")
    unclear = is_address(host) or host.startswith("x-ip") or host == "localhost"
    return None if unclear else host or None


def _answer(text: Text, source: SourceFile) -> Iterator[MetricSample | ParseFailure]:
    """The samples of an API's answer, one by one: what is cut off or torn costs one of them."""
    content = "\n".join(text)
    starts = [0]
    for line in text:
        starts.append(starts[-1] + len(line) + 1)
    at = 0
    while match := _IN_JSON.search(content, at):
        first = bisect_right(starts, match.start()) - 1
        try:
            value, at = _DECODER.raw_decode(content, match.start())
        except (ValueError, RecursionError) as error:
            # What stands before the place of the error is read: the search goes on behind it.
            at = max(getattr(error, "pos", 0), match.end()) if isinstance(error, ValueError) else len(content)
            yield failure(text.quote(text.first_line + first), "metrics", "not JSON: a sample that is cut off or torn")
            continue
        name = value["metric"].get("__name__") if isinstance(value["metric"], dict) else None
        if isinstance(name, str) and _SAMPLE.match(name):
            last = bisect_right(starts, at - 1) - 1
            shown = content[max(match.start(), at - 350) : at]  # the end, where the number is, of a long sample
            evidence = text.quote(text.first_line + first, text.first_line + last, focus=shown)
            yield _of_answer(value, name, evidence, source)


def _of_answer(
    answer: dict[str, Any], name: str, evidence: Evidence, source: SourceFile
) -> MetricSample | ParseFailure:
    labels = {key: value for key, value in answer["metric"].items() if key != "__name__"}
    match answer:
        case {"value": [_, str(written)]} | {"values": [*_, [_, str(written)]]} if _are_texts(labels):
            try:
                return _fact(name, labels, float(written), evidence, source)
            except ValueError:
                return failure(evidence, "metrics", _WRONG)
    return failure(evidence, "metrics", "a metric without its value")


def _are_texts(labels: Mapping[str, Any]) -> bool:
    return all(isinstance(value, str) for value in labels.values())
