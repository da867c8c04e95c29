"""Text as people paste it into tickets, issues and mails, freed of what the way there added.

Taken away are colours, entities of HTML, `> ` of quotes, the indentation of code blocks and the lines that mark them:
fences of Markdown (CommonMark 0.31, sections 4.4, 4.5, 5.1), `{noformat}` and `{code}` of Jira, `----` of AsciiDoc,
tags of HTML. Every line keeps its number, and evidence quotes it as it was pasted.
"""

import html
import re
from collections.abc import Iterator

from parsers.base import Text
from parsers.embedded_text import EmbeddedText
from parsers.flat_text import in_dump
from parsers.secrets import mask

# The beginning of a line for `content=` expressions: what may stand before its first word in a paste.
MARGIN = rb"^(?:[ \t>]|\xc2\xa0|`{3}|<pre>|<code>|\{(?:noformat|code)\}){0,40}"
_COLOUR = re.compile(r"\x1b\[[0-9;?]{0,12}[A-Za-z]")
_ENTITY = re.compile(r"&(?:gt|lt|amp|quot|nbsp|#39|#34);")
_BARE = (
    (re.compile(_COLOUR.pattern.encode()), b""),
    (re.compile(rb"&gt;"), b">"),
    (re.compile(rb"&(?:quot|#34);"), b'"'),
    (re.compile(rb"&nbsp;"), b" "),
)
_QUOTE = re.compile(r"(?: {0,3}>)+ ?")
_MARKUP = re.compile(
    r"[ \t]*(?:(?:`{3,}|~{3,})[ \t]*[\w+.-]*|`|\{(?:noformat|code)(?::[^{}]{0,60})?\}|-{4}"
    r"|(?:</?(?:pre|code|details|p|div|br)\b[^<>]{0,80}>\s*){1,6}(?:<summary>.{0,300})?)[ \t]*"
)
_OPENS = re.compile(r"([ \t]*)(?:`{3,}|\{(?:noformat|code)\}|<pre>(?:<code>)?)[ \t]*(?=[^`\s])")
_CLOSES = re.compile(r"(?:`{3,}|\{(?:noformat|code)\}|(?:</code>)?</pre>)[ \t]*$")
_CENTRED = re.compile(r"\s+(?:Network\s+Next Hop|Sent\s+Rcvd)\b")  # headings of FRR's own tables
_CODE = 4  # columns of indentation that make a code block after an empty line
_JSON = re.compile(r"\s*(?:\{|\[\s*(?:[{\]]|$))")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*(?:"|$)')


def bare(head: bytes) -> bytes:
    """The beginning of a file without colours, entities and byte order mark, for `content=` expressions."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = head.decode("utf-16", "ignore").encode()
    head = head.removeprefix(b"\xef\xbb\xbf")
    for expression, replacement in _BARE:
        head = expression.sub(replacement, head)
    return head


def uncoloured(line: str) -> str:
    """The line without the sequences that colour it on a terminal."""
    return _COLOUR.sub("", line) if "\x1b" in line else line


def plain(text: Text) -> EmbeddedText:
    """The text as it was copied from the terminal; lines of markup are empty."""
    return _pasted(text, [line for piece in _pieces(text) for line in piece])


def outputs(text: Text) -> Iterator[EmbeddedText]:
    """The plain text in pieces: each code block and each quote, and what stands between two."""
    first = text.first_line
    for piece in _pieces(text):
        yield _pasted(text.part(first, first + len(piece) - 1), piece)
        first += len(piece)


def outside_dump(text: Text) -> Iterator[EmbeddedText]:
    """The pieces of a saved text, none of a `dump_frr`: its own parser reads all its sections."""
    if not in_dump(plain(text)):
        yield from outputs(text)


def documents(text: Text, wanted: re.Pattern[str]) -> Iterator[Text]:
    """The JSON documents in which `wanted` is found, between prompts and prose; one that is cut off as it is.

    Where none begins on a line of its own, the whole text, for its reader to tell what is wrong with it.
    """
    text = plain(text)
    first, depth, found = 0, 0, False
    for number, line in text.numbered():
        if not first and not _JSON.match(line):
            continue
        first = first or number
        bare = _STRING.sub("", line)
        depth += sum(map(bare.count, "{[")) - sum(map(bare.count, "}]"))
        if depth <= 0 or number == text.last_line:
            part, first, depth = text.part(first, number), 0, 0
            if wanted.search("\n".join(part)):
                found = True
                yield part
    if not found:
        yield text


def _pasted(text: Text, lines: list[str]) -> EmbeddedText:
    """The lines, quoted from the text; a secret that only shows without the markup stays masked in both."""
    masked = [line if line == written else mask(line) for line, written in zip(lines, text, strict=True)]
    quoted = [written if line == safe else safe for line, safe, written in zip(lines, masked, text, strict=True)]
    return EmbeddedText(text.path, tuple(masked), text.first_line, Text(text.path, tuple(quoted), text.first_line))


def _pieces(text: Text) -> Iterator[list[str]]:
    piece: list[str] = []
    indent = 0
    quoted = False
    for written in text:
        line, quote = _unquoted(written)
        if line and quote != quoted:
            yield _dedented(piece, indent)
            piece, indent, quoted = [], 0, quote
        if _MARKUP.fullmatch(line):
            yield _dedented(piece, indent)
            piece, indent = [""], _columns(line)
            continue
        if opening := _OPENS.match(line):
            yield _dedented(piece, indent)
            piece, indent, line = [], _columns(line), opening[1] + line[opening.end() :]
        closing = _CLOSES.search(line)
        piece.append(line[: closing.start()] if closing else line)
        if closing:
            yield _dedented(piece, indent)
            piece, indent = [], 0
    yield _dedented(piece, indent)


def _unquoted(line: str) -> tuple[str, bool]:
    """The line itself, and whether it stood in a quote."""
    line = uncoloured(line)
    if "&" in line:
        line = _ENTITY.sub(lambda entity: html.unescape(entity[0]), line)
    line = line.replace("\xa0", " ")
    quote = _QUOTE.match(line)
    line = line[quote.end() :] if quote else line
    return line if line.strip() else "", bool(quote)


def _columns(line: str) -> int:
    expanded = line.expandtabs()
    return len(expanded) - len(expanded.lstrip(" "))


def _dedented(piece: list[str], indent: int) -> list[str]:
    """A piece without the indentation of its fence, of all its lines, and of code blocks that only that marks."""
    piece = _moved(piece, indent)
    piece = _moved(piece, min((_columns(line) for line in piece if line.strip()), default=0))
    result: list[str] = []
    run: list[str] = []
    for line in piece:
        blank = not line.strip()
        if (run or not result or not result[-1].strip()) and (blank or _columns(line) >= _CODE):
            run.append(line)
        else:
            result += _code(run)
            run = []
            result.append(line)
    return result + _code(run)


def _code(run: list[str]) -> list[str]:
    columns = [_columns(line) for line in run if line.strip()]
    return run if not columns or (len(columns) == 1 and _CENTRED.match(run[-1])) else _moved(run, min(columns))


def _moved(lines: list[str], columns: int) -> list[str]:
    """The lines further left by so many columns, at most by what each is indented."""
    if not columns:
        return lines
    return [line.expandtabs()[min(columns, _columns(line)) :] if line.strip() else line for line in lines]
