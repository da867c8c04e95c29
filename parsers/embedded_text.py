"""A text inside of a YAML or JSON value, read as if it were a file, quoted from where it really stands."""

from dataclasses import dataclass

from parsers.base import Evidence, Text, clean
from parsers.spans import Span
from parsers.tree import Tree

_NOTHING = Text("", ())


@dataclass(frozen=True, slots=True)
class EmbeddedText(Text):
    r"""Lines without the indentation of the document around them.

    `place` holds the document's lines where the lines of the text have no lines of their own: JSON and quoted YAML
    write line ends as `\n`. Then numbers are relative and evidence names the whole value.
    """

    outer: Text = _NOTHING
    place: Span | None = None

    def part(self, first: int, last: int) -> "EmbeddedText":
        """Lines `first` to `last` as an embedded text of their own."""
        # Not super(): it does not work in a class with slots, which dataclass builds anew.
        inner = Text.part(self, first, last)
        return EmbeddedText(self.path, inner.lines, inner.first_line, self.outer, self.place)

    def quote(self, first: int, last: int | None = None, note: str | None = None, focus: str | None = None) -> Evidence:
        """Evidence in the document around."""
        if self.place is None:
            return self.outer.quote(first, last, note, focus)
        wanted = self.lines[first - self.first_line].strip() if first <= self.last_line else ""
        return self.outer.quote(*self.place, note, focus or wanted or None)


def embedded(tree: Tree, *path: str | int) -> EmbeddedText:
    """The text at the path. The caller has made sure that there is one."""
    value = str(tree.get(*path))
    below = tree.sub(*path)
    first, last = below.span
    lines = tuple(clean(line) for line in value.rstrip("\n").split("\n"))
    written = [below.text[number - below.text.first_line] for number in range(first + 1, last + 1)]
    # A literal block follows its key, each line behind the same indentation.
    indent = next((len(line) - len(line.lstrip(" ")) for line in written if line.strip()), 0)
    if len(written) >= len(lines) and all(
        line[indent:].rstrip() == wanted.rstrip() for line, wanted in zip(written, lines, strict=False)
    ):
        return EmbeddedText(below.text.path, lines, first + 1, below.text, None)
    return EmbeddedText(below.text.path, lines, first, below.text, (first, last))
