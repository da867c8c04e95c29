"""Archives read in the plainest way, to check what the project's own reader and parsers say about them."""

import bz2
import io
import lzma
import re
import tarfile
import zipfile
import zlib

from backports import zstd

MASK = "<masked>"
_DECODERS = {
    b"\xfd7zXZ\0": lzma.LZMADecompressor,
    b"BZh": bz2.BZ2Decompressor,
    b"\x28\xb5\x2f\xfd": zstd.ZstdDecompressor,
}
_CUT = re.compile(r"… \(\d+ more characters\)$")


def plain(data):
    """The content without its compression, as far as it goes: a cut archive gives what is before the cut."""
    if data.startswith(b"\x1f\x8b"):
        return _gzip(data)
    for magic, decoder in _DECODERS.items():
        if data.startswith(magic):
            return _pieces(decoder(), data)
    return data


def _gzip(data):
    result = b""
    while data.startswith(b"\x1f\x8b"):
        one = zlib.decompressobj(31)
        result += _pieces(one, data)
        data = one.unused_data
    return result


def _pieces(decoder, data):
    result = b""
    for at in range(0, len(data), 4096):
        try:
            result += decoder.decompress(data[at : at + 4096])
        except (zlib.error, lzma.LZMAError, OSError, EOFError, zstd.ZstdError):
            break
        if decoder.eof:
            break
    return result


def files(place):
    """Pairs of name and content of every file in a folder or an archive; of a single file, its own."""
    if place.is_dir():
        for path in sorted(place.rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(place).as_posix(), path.read_bytes()
    else:
        yield from inside(place.read_bytes(), place.name)


def inside(data, name):
    """The files of an archive, or the one file that this is; damage ends the list."""
    data = plain(data)
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for one in archive.infolist():
                if not one.is_dir():
                    yield one.filename.removeprefix("./"), archive.read(one)
    elif data[257:262] == b"ustar":
        try:
            for one in tarfile.open(fileobj=io.BytesIO(data)):  # noqa: SIM115 - it is all in memory
                if one.isreg():
                    yield one.name.removeprefix("./"), data[one.offset_data : one.offset_data + one.size]
        except tarfile.ReadError:
            return
    else:
        yield name, data


def member(place, path):
    """The content of the member that an evidence names; `a.zip!/b` is b in the archive a. KeyError if there is none."""
    first, *nested = path.split("!/")
    data = dict(files(place))[first]
    for name in nested:
        data = dict(inside(data, name))[name]
    return plain(data)


def lines(data):
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16", "replace")
    else:
        text = data.decode("utf-8-sig", "replace")
    return [line.rstrip("\r") for line in text.split("\n")]


def quotes(quoted, line):
    """Whether the quoted line is this line, apart from what was masked and from the ends that were cut off."""
    body = _CUT.sub("…", quoted)
    start = ".*" if body.startswith("…") else ""
    end = ".*" if body.endswith("…") else ""
    body = body.removeprefix("…").removesuffix("…") if body != "…" else ""
    middle = ".*".join(re.escape(part) for part in body.split(MASK))
    return quoted == line or bool(re.fullmatch(start + middle + end, line, re.DOTALL))
