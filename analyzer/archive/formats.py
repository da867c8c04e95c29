"""What a stream holds, told by its first bytes, and where those do not suffice by its name."""

import re

from isal.isal_zlib import adler32

HEAD = 512  # bytes that tell what a stream holds

_ASCII = bytes(range(128))
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\b\x1b"))
_MAGIC = re.compile(
    rb"(?P<gzip>\x1f\x8b\x08)"
    rb"|(?P<xz>\xfd7zXZ\x00)"
    rb"|(?P<bzip2>BZh[1-9](?:1AY&SY|\x17rE8P\x90))"  # the second is an empty file
    rb"|(?P<zstd>\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18)"  # the second is a skippable frame, as pzstd begins
    rb"|(?P<zip>PK(?:\x03\x04|\x05\x06))"
)
_OTHERS = {
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!\x1a\x07": "a RAR archive",
    b"\x04\x22\x4d\x18": "an lz4 file",
    b"\x1f\x9d": "a compress (.Z) file",
    b"%PDF-": "a PDF document",
}


def is_tar_header(block: bytes) -> bool:
    """Whether the sum over a tar header, its own field counted as spaces, is the one written in it."""
    if len(block) < HEAD:
        return False
    try:
        stored = int(block[148:156].strip(b" \0"), 8)
    except ValueError:
        return False
    bare = block[:148] + b" " * 8 + block[156:]
    found = adler32(bare) & 0xFFFF  # one more than the sum, modulo a prime, and thirty times faster
    signed = stored + 256 * len(bare.translate(None, _ASCII))  # some old tars added signed bytes
    return found in {(stored + 1) % 65521, (signed + 1) % 65521}


def sniff(head: bytes, path: str = "") -> str:
    """`gzip`, `xz`, `bzip2`, `zstd`, `zip`, `tar` or `plain`, from the first HEAD bytes.

    A name counts only for a tar that cannot be recognised: an empty one is all zeros, a damaged one anything.
    """
    if found := _MAGIC.match(head):
        return str(found.lastgroup)
    if head[257:262] == b"ustar" or (head[154:156] == b"\0 " and is_tar_header(head)):
        return "tar"
    if named_tar(path) and not is_text(head):
        return "tar"
    return "plain"


def named_tar(path: str) -> bool:
    return path.lower().endswith(
        (".tar", ".tgz", ".txz", ".tbz2", ".tzst", ".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst")
    )


def named_packed(path: str) -> bool:
    """Whether the name says that a look at the content is worth its time."""
    return path.lower().endswith((".zip", ".gz", ".xz", ".bz2", ".zst")) or named_tar(path)


def is_text(head: bytes) -> bool:
    """Whether a file that stands alone may be an output that somebody saved.

    A log that was cut by its rotation begins with zeros; a few control characters occur, though not at the beginning.
    """
    if not head or head[:2] in (b"\xff\xfe", b"\xfe\xff"):  # the latter is UTF-16, as Windows terminals save it
        return True
    text = head.lstrip(b"\0")
    odd = len(text) - len(text.translate(None, _CONTROLS))
    return bool(text) and odd * 50 <= len(text) and text[:64] == text[:64].translate(None, _CONTROLS)


def foreign(head: bytes) -> str | None:
    """What a file is that is known and not supported."""
    return next((name for magic, name in _OTHERS.items() if head.startswith(magic)), None)
