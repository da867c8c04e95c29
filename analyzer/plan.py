"""Which members are read, and by which parser: decided from paths alone, or from the head of a loose file."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from parsers.base import Parser
from parsers.pasted import bare

HEAD = 1024 * 1024  # bytes of a loose file that are looked at: a saved session holds many outputs

# Below these folders the collectors' own names are complete: what no pattern wants there is not looked into.
_STRUCTURED = frozenset(
    [
        "namespaces",
        "cluster-scoped-resources",
        "host_service_logs",
        "audit_logs",
        "static-pods",
        "etcd_info",
        "monitoring",
        "insights-data",
        "ingress_controllers",
        "machine_config_ondisk",
        "node_core_dumps",
        "pod_network_connectivity_check",
        "sos_commands",
        "proc",
        "sys",
        "etc",
        "var",
        "usr",
        "lib",
        "boot",
        "run",
        "dev",
    ]
)
# What `oc adm diagnostics NetworkCheck` of OpenShift 3 saves of its test pods' own network, below the folder of a node.
_OF_PODS = re.compile(r"(?:^|/)nodes/[^/]+/pods/[^/]+/(?:addresses|routes)$")
_COMPRESSED = (".gz", ".xz", ".bz2", ".zst")
_CONTAINER = re.compile(r"\.(?:tar|tgz|tbz2?|txz|tzst|zip|tar\.(?:gz|xz|bz2|zst))$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Match:
    """A parser for a member, the named parts of its path and the image directory that it lies in."""

    parser: Parser
    params: dict[str, str]
    image_dir: str


def expression(pattern: str) -> re.Pattern[str]:
    """The pattern as an expression on as many last parts of a path: `{name}` one part, `*` any run within a part."""
    body = re.escape(pattern).replace(r"\*", "[^/]*")
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", body))


class Plan:
    """Answers for a path which of the chosen parsers read it. It is the selector of the archive pass.

    A pattern is looked up by its number of parts and its first part, so that the tens of thousands of paths that
    nobody wants cost a few look-ups each.
    """

    def __init__(self, parsers: Iterable[Parser]) -> None:
        self.parsers = tuple(parsers)
        self._index: dict[int, dict[str, list[tuple[Parser, re.Pattern[str]]]]] = {}
        for one in self.parsers:
            for pattern in one.patterns:
                parts = pattern.split("/")
                first = self._index.setdefault(len(parts), {})
                first.setdefault(parts[0], []).append((one, expression(pattern)))
        self._longest = max(self._index, default=0)
        self._contents = [one for one in self.parsers if one.content]

    def wants(self, path: str) -> bool:
        """Whether the member must be opened: a parser reads it, or it is a loose file that its content may explain."""
        return bool(self.matches(path)) or self.loose(path)

    def enters(self, path: str) -> bool:
        """Whether a nested container is opened: not those in which the collectors keep other products' data."""
        return not _structured(path) and bool(_CONTAINER.search(path) or self.loose(path))

    def loose(self, path: str) -> bool:
        """Whether the path is none of the collectors' own, so that only its content can say what it is."""
        return bool(self._contents) and not _structured(path) and not _OF_PODS.search(path)

    def matches(self, path: str) -> list[Match]:
        """The parsers whose pattern the path ends with; a compressed member counts by its name without the suffix."""
        found = self._matches(path)
        return found if found or not path.endswith(_COMPRESSED) else self._matches(path.rpartition(".")[0])

    def _matches(self, path: str) -> list[Match]:
        parts = path.rsplit("/", self._longest)
        result: dict[str, Match] = {}
        for length, first in self._index.items():
            candidates = first.get(parts[-length]) if length <= len(parts) else None
            if not candidates:
                continue
            tail = "/".join(parts[-length:])
            for one, wanted in candidates:
                if one.name not in result and (match := wanted.fullmatch(tail)):
                    image_dir = path[: len(path) - len(tail)].removesuffix("/")
                    result[one.name] = Match(one, match.groupdict(), image_dir)
        return list(result.values())

    def recognise(self, path: str, head: bytes) -> list[Match]:
        """The parsers whose content expression is found in the head of a loose file."""
        head = bare(head[:HEAD])
        if b"\0" in head[:1024]:
            return []
        folder = path.rpartition("/")[0]
        likely = [one for one in self._contents if not one.words or any(word in head for word in one.words)]
        return [Match(one, {}, folder) for one in likely if one.content and one.content.search(head)]


def _structured(path: str) -> bool:
    return not _STRUCTURED.isdisjoint(path.split("/")[:-1])
