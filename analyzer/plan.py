"""Which members are read, and by which parser: decided from paths alone, or from the head of a loose file."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from parsers.base import Parser

HEAD = 64 * 1024  # bytes of a loose file that are looked at to recognise it

# Below these folders the collectors' own names are complete: what no pattern wants there is not looked into.
_STRUCTURED = re.compile(
    r"(?:^|/)(?:namespaces|cluster-scoped-resources|host_service_logs|audit_logs|static-pods|etcd_info|monitoring"
    r"|insights-data|ingress_controllers|machine_config_ondisk|node_core_dumps|pod_network_connectivity_check|nodes"
    r"|sos_commands|proc|sys|etc|var|usr|lib|boot|run|dev)/"
)
_COMPRESSED = re.compile(r"\.(?:gz|xz|bz2|zst)$")
_CONTAINER = re.compile(r"\.(?:tar|tgz|tbz2?|txz|tzst|zip|tar\.(?:gz|xz|bz2|zst))$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Match:
    """A parser for a member, the named parts of its path and the image directory that it lies in."""

    parser: Parser
    params: dict[str, str]
    image_dir: str


def expression(pattern: str) -> re.Pattern[str]:
    """The pattern as an expression on the end of a path: `{name}` one part, `*` any run within a part."""
    body = re.escape(pattern).replace(r"\*", "[^/]*")
    body = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", body)
    return re.compile(rf"(?:^|/){body}$")


class Plan:
    """Answers for a path which of the chosen parsers read it. It is the selector of the archive pass."""

    def __init__(self, parsers: Iterable[Parser]) -> None:
        self.parsers = tuple(parsers)
        self._named: dict[str, list[tuple[Parser, re.Pattern[str]]]] = {}
        self._other: list[tuple[Parser, re.Pattern[str]]] = []
        for one in self.parsers:
            for pattern in one.patterns:
                last = pattern.rpartition("/")[2]
                entry = (one, expression(pattern))
                if "{" in last or "*" in last:
                    self._other.append(entry)
                else:
                    self._named.setdefault(last, []).append(entry)
        bodies = "|".join(re.sub(r"\?P<\w+>", "?:", wanted.pattern) for _, wanted in self._other)
        self._any_other = re.compile(bodies or r"(?!)")
        self._contents = [one for one in self.parsers if one.content]

    def wants(self, path: str) -> bool:
        """Whether the member must be opened: a parser reads it, or it is a loose file that its content may explain."""
        return bool(self.matches(path)) or self.loose(path)

    def enters(self, path: str) -> bool:
        """Whether a nested container is opened: not those in which the collectors keep other products' data."""
        return not _STRUCTURED.search(path) and bool(_CONTAINER.search(path) or self.loose(path))

    def loose(self, path: str) -> bool:
        """Whether the path is none of the collectors' own, so that only its content can say what it is."""
        return bool(self._contents) and not _STRUCTURED.search(path)

    def matches(self, path: str) -> list[Match]:
        """The parsers whose pattern the path ends with; a compressed member counts by its name without the suffix."""
        found = self._matches(path)
        plain = _COMPRESSED.sub("", path)
        return found if found or plain == path else self._matches(plain)

    def _matches(self, path: str) -> list[Match]:
        candidates = self._named.get(path.rpartition("/")[2], [])
        if self._any_other.search(path):
            candidates = candidates + self._other
        result: dict[str, Match] = {}
        for one, wanted in candidates:
            if one.name not in result and (match := wanted.search(path)):
                result[one.name] = Match(one, match.groupdict(), path[: match.start()])
        return list(result.values())

    def recognise(self, path: str, head: bytes) -> list[Match]:
        """The parsers whose content expression is found in the head of a loose file."""
        head = head[:HEAD]
        if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
            head = head.decode("utf-16", "ignore").encode()
        elif b"\0" in head[:1024]:
            return []
        folder = path.rpartition("/")[0]
        return [Match(one, {}, folder) for one in self._contents if one.content and one.content.search(head)]
