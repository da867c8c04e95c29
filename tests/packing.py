"""Builds archives for the tests of the pass, and reads them with it."""

import io
import tarfile
import zipfile
from dataclasses import dataclass, field

from analyzer.archive import Archive

MTIME = 1_760_000_000
FILES = {
    "must-gather.local.1/image/namespaces/metallb-system/pods/a.yaml": b"kind: Pod\n" * 40,
    "must-gather.local.1/image/frr/dump_frr": b"###### show bgp neighbor\nBGP neighbor is 192.0.2.1\n" * 300,
    "must-gather.local.1/image/empty": b"",
    "must-gather.local.1/image/frr/frr.log": b"".join(
        b"2026/01/01 00:00:%02d BGP: %d\n" % (n % 60, n) for n in range(9000)
    ),
}


@dataclass
class Chooser:
    """Wants and enters by a function of the path; remembers what it was asked."""

    want: object = lambda path: True
    enter: object = lambda path: True
    asked: list = field(default_factory=list)

    def wants(self, path):
        self.asked.append(path)
        return self.want(path)

    def enters(self, path):
        return self.enter(path)


def tar(files, mode="w", form=tarfile.GNU_FORMAT, extra=()):
    """A tar of names and contents, then of TarInfo objects."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=form) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(content), MTIME
            archive.addfile(info, io.BytesIO(content))
        for info in extra:
            archive.addfile(info)
    return out.getvalue()


def special(name, kind, target=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def zipped(files, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


class Pipe(io.RawIOBase):
    """Accepts bytes and cannot seek, so that zipfile writes sizes behind the contents."""

    def __init__(self):
        self.parts = []

    def writable(self):
        return True

    def write(self, data):
        self.parts.append(bytes(data))
        return len(data)


def streamed_zip(files, method=zipfile.ZIP_DEFLATED):
    out = Pipe()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return b"".join(out.parts)


def read(places, chooser=None, **options):
    """The archive after its pass, and what it delivered as a list of path and content."""
    places = places if isinstance(places, list) else [places]
    with Archive([str(place) for place in places], chooser or Chooser(), **options) as archive:
        found = [(member.path, b"".join(member.chunks())) for member in archive]
    return archive, found


def saved(folder, content, name="upload.bin"):
    place = folder / name
    place.write_bytes(content)
    return place


def kinds(archive):
    return [problem.kind for problem in archive.problems]
