"""The little markdown of rule documentation as HTML: paragraphs, lists, code blocks, `code`, **bold**; all escaped."""

import re
from collections.abc import Iterator
from itertools import groupby

from markupsafe import Markup

from analyzer.render.visible import TEXT_LIMIT, bounded, marked

_INLINE = re.compile(r"(`+)(?P<code>.+?)\1|\*\*(?P<bold>[^*]+)\*\*")
_SPAN = re.compile(r"`([^`\n]+)`")
_ITEM = re.compile(r"(?:(?P<bullet>[-*])|\d{1,3}[.)])\s+(?P<text>.*)")
_HEADING = re.compile(r"#{2,4}\s+(?P<text>.*)")


def sections(doc: str) -> list[tuple[str, Markup]]:
    """The documentation without its title line, as pairs of heading and HTML; the part before a heading has none."""
    result: list[tuple[str, Markup]] = []
    heading, body = "", list[str]()
    for line in [*doc.split("\n")[1:], "## "]:
        found = _HEADING.fullmatch(line)
        if not found and line != "## ":
            body.append(line)
            continue
        if html := markdown("\n".join(body)):
            result.append((heading, html))
        heading, body = found["text"] if found else "", []
    return result


def markdown(text: str) -> Markup:
    """The blocks of a text as HTML."""
    return Markup("\n").join(_html(block) for block in _blocks(text))


def prose(text: str, limit: int = TEXT_LIMIT) -> Markup:
    """One sentence that may quote archive text: `code` becomes code, all else stays as it is."""
    parts = _SPAN.split(bounded(text, limit))
    said = (Markup("<code>%s</code>") % marked(part) if at % 2 else marked(part) for at, part in enumerate(parts))
    return Markup("").join(said)


def _blocks(text: str) -> Iterator[list[str]]:
    fenced: list[str] | None = None
    block: list[str] = []
    for line in [*text.split("\n"), ""]:
        if line.lstrip().startswith("```"):
            yield from [fenced] if fenced else [block] if block else []
            fenced, block = ([line] if fenced is None else None), []
        elif fenced is not None:
            fenced.append(line)
        elif line.strip():
            block.append(line)
        elif block:
            yield block
            block = []
    if fenced:
        yield fenced[:-1]


def _html(block: list[str]) -> Markup:
    if block[0].lstrip().startswith("```"):
        return _code(block[1:])
    if all(line.startswith("    ") for line in block):
        return _code([line[4:] for line in block])
    parts = []
    for is_list, run in groupby(_joined(block), lambda line: bool(_ITEM.match(line))):
        lines = list(run)
        parts.append(_list(lines) if is_list else Markup("<p>%s</p>") % _inline(" ".join(lines)))
    return Markup("\n").join(parts)


def _joined(block: list[str]) -> Iterator[str]:
    """The lines of a block; those that go on with an item are joined to it."""
    item = ""
    for line in block:
        if _ITEM.match(line.strip()):
            yield from [item] if item else []
            item = line.strip()
        elif item:
            item = f"{item} {line.strip()}"
        else:
            yield line.strip()
    yield from [item] if item else []


def _list(lines: list[str]) -> Markup:
    found = [match for line in lines if (match := _ITEM.match(line))]
    frame = Markup("<ul>%s</ul>") if found[0]["bullet"] else Markup("<ol>%s</ol>")
    items = Markup("").join(Markup("<li>%s</li>") % _inline(one["text"]) for one in found)
    return frame % items


def _code(lines: list[str]) -> Markup:
    return Markup("<pre><code>%s</code></pre>") % Markup("\n").join(marked(line) for line in lines)


def _inline(text: str) -> Markup:
    parts, at = [], 0
    for found in _INLINE.finditer(text):
        parts.append(marked(text[at : found.start()]))
        code, bold = found["code"], found["bold"]
        parts.append(Markup("<code>%s</code>") % marked(code) if code else Markup("<strong>%s</strong>") % marked(bold))
        at = found.end()
    parts.append(marked(text[at:]))
    return Markup("").join(parts)
