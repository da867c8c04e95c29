"""Where the parts of a YAML or JSON value stand: what its two readers share."""

DEPTH_LIMIT = 100  # nested collections; Kubernetes objects and FRR's JSON stay far below

Span = tuple[int, int]  # first and last line, numbers in the member
# By id of a dict or list: the lines of its keys or items. Ids are unique while the value that they lie in lives.
Spans = dict[int, dict[str | int, Span]]


class MalformedError(ValueError):
    """Text that is no YAML or JSON; `line` is the number of the line in the member."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason
