"""Saved traces: the runs of ovnkube-trace with what its tools printed, and single runs of ovn-trace.

A run prints a leg for each tool and direction and ends at the first that fails (ovn-org/ovn-kubernetes
go-controller/cmd/ovnkube-trace/ovnkube-trace.go): with `-loglevel 2` what the tool itself said stands above it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from analyzer.instances import PodsByName
from analyzer.rule import NotCollectedError, join
from parsers.ofproto_trace import OfprotoTrace
from parsers.ovn_trace import OvnTrace, TraceVerdict
from parsers.ovnkube_trace import TraceError, TraceLeg, TraceTool
from parsers.pods import Pod, PodPhase

_Piece = TraceLeg | TraceError | OvnTrace | OfprotoTrace
_ARRIVED = frozenset({TraceVerdict.REACHED, TraceVerdict.LEFT})


@dataclass(slots=True)
class Run:
    """One run of ovnkube-trace. src and dst are the names in its first leg, with namespaces where they are known."""

    legs: list[TraceLeg] = field(default_factory=list)
    errors: list[TraceError] = field(default_factory=list)
    outputs: list[OvnTrace | OfprotoTrace] = field(default_factory=list)  # of all runs of its file

    @property
    def src(self) -> str:
        """The pod that asks."""
        return self.full(self._forward.source)

    @property
    def dst(self) -> str:
        """The pod, service or address that is asked."""
        return self.full(self._forward.destination)

    @property
    def _forward(self) -> TraceLeg:
        return next((one for one in self.legs if not (one.direction or "").startswith("destination")), self.legs[0])

    def full(self, name: str) -> str:
        """A name of a leg with its namespace, as the command tells it."""
        first = self._forward
        namespace = first.source_namespace if name == first.source else first.destination_namespace
        return f"{namespace}/{name}" if namespace else name

    @property
    def failed(self) -> list[TraceLeg]:
        """The legs that failed."""
        return [one for one in self.legs if not one.success]

    @property
    def missing(self) -> list[str]:
        """The legs between two pods that a whole run has: the same for the tools, there and back."""
        pods = [one for one in self.legs if one.direction in {None, *_WAYS} and not one.remote]
        if not any(one.tool is TraceTool.OVN_TRACE for one in pods):
            return []
        first = pods[0]
        ends = ((first.source, first.destination), (first.destination, first.source))
        seen = {(one.tool, one.source, one.destination) for one in pods}
        return [
            f"{tool} from {source} to {destination}"
            for tool in (TraceTool.OVN_TRACE, TraceTool.OFPROTO_TRACE)
            for source, destination in ends
            if (tool, source, destination) not in seen
        ]

    def output(self, leg: TraceLeg) -> OvnTrace | OfprotoTrace | None:
        """What the tool of a leg printed last before it, if the packet did not arrive there."""
        kind = OfprotoTrace if leg.tool is TraceTool.OFPROTO_TRACE else OvnTrace
        line = leg.evidence.first_line
        above = max((one.evidence.first_line for one in self.legs if one.evidence.first_line < line), default=0)
        before = [one for one in self.outputs if isinstance(one, kind) and above < one.evidence.first_line < line]
        last = max(before, key=lambda one: one.evidence.first_line, default=None)
        return last if last is not None and last.verdict not in _ARRIVED else None


_WAYS = ("source pod to destination pod", "destination pod to source pod")


@dataclass(frozen=True, slots=True)
class SavedTraces:
    """The runs of ovnkube-trace, errors of the tool without any leg, and every trace of ovn-trace."""

    runs: tuple[Run, ...]
    errors: tuple[TraceError, ...]
    traces: tuple[OvnTrace, ...]

    def __len__(self) -> int:
        return len(self.runs) + len(self.errors) + len(self.traces)


@join
def saved_traces(
    legs: tuple[TraceLeg, ...] | None,
    errors: tuple[TraceError, ...] | None,
    ovn: tuple[OvnTrace, ...] | None,
    switches: tuple[OfprotoTrace, ...] | None,
) -> SavedTraces:
    if not (legs or errors or ovn):
        raise NotCollectedError("not collected: saved output of ovnkube-trace or of ovn-trace")
    facts: tuple[_Piece, ...] = (*(legs or ()), *(errors or ()), *(ovn or ()), *(switches or ()))
    files: dict[str, list[_Piece]] = {}
    for one in facts:
        files.setdefault(one.evidence.path, []).append(one)
    runs = [run for _, facts in sorted(files.items()) for run in _runs(facts)]
    whole = tuple(run for run in runs if run.legs)
    return SavedTraces(whole, tuple(each for run in runs if not run.legs for each in run.errors), ovn or ())


def _runs(facts: list[_Piece]) -> Iterator[Run]:
    """The runs of one file: the next begins where a leg comes again, or behind an error."""
    outputs = [one for one in facts if isinstance(one, (OvnTrace, OfprotoTrace))]
    run = Run(outputs=outputs)
    seen: set[tuple[object, ...]] = set()
    for one in sorted(facts, key=lambda each: each.evidence.first_line):
        if isinstance(one, TraceLeg):
            # Releases that tell no direction tell it by the names alone.
            key = (one.tool, one.remote, one.direction or (one.source, one.destination))
            if key in seen or run.errors:
                yield run
                run, seen = Run(outputs=outputs), set()
            seen.add(key)
            run.legs.append(one)
        elif isinstance(one, TraceError):
            run.errors.append(one)
    yield run


def pod_named(name: str, pods: PodsByName) -> Pod | None:
    """The pod of `namespace/name`, or the only one of a bare name."""
    namespace, slash, rest = name.partition("/")
    if slash:
        return pods.get((namespace, rest))
    found = [pod for (_, each), pod in pods.items() if each == name]
    return found[0] if len(found) == 1 else None


def pods_by_address(pods: PodsByName) -> dict[str, Pod]:
    """The running pods with addresses of their own."""
    return {
        ip: pod for pod in pods.values() if pod.phase is PodPhase.RUNNING and not pod.host_network for ip in pod.pod_ips
    }
