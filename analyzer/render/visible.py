r"""Archive text made safe to look at: the invisible becomes a visible escape, long text is cut.

Everything that came out of an archive passes here on its way into a page or a terminal. Control characters, marks that
change the direction of writing, zero-width characters and lone surrogates are printed as Python would write them
(`\x1b`, `\u202e`); a tab stays a tab.
"""

from functools import lru_cache
from itertools import groupby
from unicodedata import category

from markupsafe import Markup, escape

TEXT_LIMIT = 2000  # characters of one text on a page; quoted lines are shorter already
_SHORT = {"\n": "\\n", "\r": "\\r"}


def bounded(text: str, limit: int = TEXT_LIMIT) -> str:
    """The text cut to `limit` characters, saying how many are missing."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({len(text) - limit:,} more characters)"


def visible(text: str, limit: int = TEXT_LIMIT) -> str:
    """The text for a terminal or an attribute: bounded, with an escape in place of each hidden character."""
    text = bounded(text, limit)
    return text if text.isprintable() else "".join(map(_written, text))


def marked(text: str, limit: int = TEXT_LIMIT) -> Markup:
    """The text for an HTML page: as `visible`, with the escapes set apart from text that only looks like one."""
    text = bounded(text, limit)
    if text.isprintable():
        return escape(text)
    parts = []
    for shown, run in groupby(text, _shown):
        part = escape("".join(map(_written, run)))
        parts.append(part if shown else Markup('<span class="hidden">%s</span>') % part)
    return Markup("").join(parts)


@lru_cache(maxsize=4096)
def _shown(char: str) -> bool:
    return char.isprintable() or char == "\t" or category(char) == "Zs"


@lru_cache(maxsize=4096)
def _written(char: str) -> str:
    if _shown(char):
        return char
    number = ord(char)
    if number <= 0xFF:
        return _SHORT.get(char, f"\\x{number:02x}")
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"
