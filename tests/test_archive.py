"""The one-pass reader on sound input: formats, nesting, folders, names, limits."""

import bz2
import gzip
import io
import lzma
import os
import socket
import sys
import tarfile
import threading
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from backports import zstd
from packing import FILES, MTIME, Chooser, Pipe, kinds, read, saved, special, streamed_zip, tar, zipped

from analyzer.archive import Archive, ArchiveError, Limits

FORMATS = {
    "tar": tar(FILES),
    "ustar": tar(FILES, form=tarfile.USTAR_FORMAT),
    "pax": tar(FILES, form=tarfile.PAX_FORMAT),
    "tar.gz": gzip.compress(tar(FILES)),
    "tar.gz in parts": gzip.compress(tar(FILES)[:5000]) + gzip.compress(tar(FILES)[5000:]),
    "tar.xz": lzma.compress(tar(FILES)),
    "tar.bz2": bz2.compress(tar(FILES)),
    "tar.zst": zstd.compress(tar(FILES)),
    "zip": zipped(FILES),
    "zip, stored": zipped(FILES, zipfile.ZIP_STORED),
    "zip, bzip2": zipped(FILES, zipfile.ZIP_BZIP2),
    "zip from a pipe": streamed_zip(FILES),
    "zip from a pipe, stored": streamed_zip(FILES, zipfile.ZIP_STORED),
    "tars put together": tar(dict(list(FILES.items())[:2])) + tar(dict(list(FILES.items())[2:])),
}


@pytest.mark.parametrize("content", FORMATS.values(), ids=FORMATS)
def test_formats_are_told_by_content(tmp_path, content):
    archive, found = read(saved(tmp_path, content, "misnamed.txt"))
    assert found == list(FILES.items())
    assert (archive.problems, archive.complete, archive.members) == ([], True, len(FILES))
    assert archive.bytes == sum(map(len, FILES.values()))


@pytest.mark.parametrize("content", FORMATS.values(), ids=FORMATS)
def test_standard_input(tmp_path, content, monkeypatch):
    reading, writing = os.pipe()
    writer = threading.Thread(target=lambda: Path(f"/dev/fd/{writing}").write_bytes(content) and os.close(writing))
    writer.start()  # a pipe holds 64 KiB only
    with os.fdopen(reading, "rb") as pipe:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(pipe))
        archive, found = read("-")
    writer.join()
    assert found == list(FILES.items())
    assert (archive.problems, archive.complete) == ([], True)


@pytest.mark.parametrize("content", FORMATS.values(), ids=FORMATS)
def test_members_may_be_read_in_part_or_not_at_all(tmp_path, content):
    seen = []
    with Archive([str(saved(tmp_path, content))], Chooser(lambda path: not path.endswith(".yaml"))) as archive:
        for member in archive:
            seen.append((member.path, member.head(6)))
            for chunk in member.chunks():
                assert chunk
                break
    assert seen == [(path, content[:6]) for path, content in FILES.items() if not path.endswith(".yaml")]
    assert archive.complete


def test_unwanted_archive_is_counted_and_proven(tmp_path):
    for content in FORMATS.values():
        archive, found = read(saved(tmp_path, content), Chooser(lambda _: False))
        assert (found, archive.members, archive.problems, archive.complete) == ([], len(FILES), [], True)


def test_member_tells_size_and_time_and_ends_with_its_turn(tmp_path):
    with Archive([str(saved(tmp_path, FORMATS["pax"]))], Chooser()) as archive:
        members = list(archive)
    assert [(member.size, member.mtime) for member in members] == [(len(one), MTIME) for one in FILES.values()]
    assert [(list(member.chunks()), member.head()) for member in members] == [([], b"")] * len(members)


def test_head_takes_nothing(tmp_path):
    with Archive([str(saved(tmp_path, FORMATS["tar.gz"]))], Chooser(lambda path: path.endswith("frr.log"))) as archive:
        for member in archive:
            assert member.head(200_000) == FILES[member.path][:200_000]
            assert b"".join(member.chunks()) == FILES[member.path]
            assert member.head() == b""


def test_complete_only_after_the_end(tmp_path):
    with Archive([str(saved(tmp_path, FORMATS["tar"]))], Chooser()) as archive:
        next(iter(archive))
        assert not archive.complete
    assert not archive.complete


def test_nested_archives(tmp_path):
    store = gzip.compress(tar({"ovnk_database_store/a_nbdb": b"OVSDB JSON 1\n"}))
    image = {"image/ovnk_database_store.tar.gz": store, "image/leader_nbdb.gz": gzip.compress(b"OVSDB CLUSTER 1\n")}
    outer = zipped({"must-gather.tar": tar(image), "deep/notes.txt": b"hello\n"})
    archive, found = read(saved(tmp_path, outer))
    assert found == [
        ("must-gather.tar!/image/ovnk_database_store.tar.gz!/ovnk_database_store/a_nbdb", b"OVSDB JSON 1\n"),
        ("must-gather.tar!/image/leader_nbdb.gz", b"OVSDB CLUSTER 1\n"),
        ("deep/notes.txt", b"hello\n"),
    ]
    assert (archive.complete, archive.problems, archive.members) == (True, [], 5)


def test_nested_archive_not_entered_stays_shut(tmp_path):
    place = saved(tmp_path, tar({"a.tar.gz": gzip.compress(tar({"x": b"1"})), "b.zip": zipped({"y": b"2"})}))
    archive, found = read(place, Chooser(lambda path: path.endswith(("x", "y")), lambda path: path == "b.zip"))
    assert found == [("b.zip!/y", b"2")]
    assert archive.members == 3


@pytest.mark.parametrize(("suffix", "pack"), [("gz", gzip.compress), ("xz", lzma.compress), ("bz2", bz2.compress)])
def test_single_compressed_file_is_asked_for_without_its_suffix(tmp_path, suffix, pack):
    place = saved(tmp_path, tar({f"logs/frr.log.{suffix}": pack(b"BGP\n"), f"logs/audit.log.{suffix}": pack(b"x")}))
    chooser = Chooser(lambda path: path == "logs/frr.log")
    assert read(place, chooser)[1] == [(f"logs/frr.log.{suffix}", b"BGP\n")]
    assert chooser.asked == [
        f"logs/frr.log.{suffix}", "logs/frr.log", f"logs/audit.log.{suffix}", "logs/audit.log"
    ]  # fmt: skip


def test_empty_nested_tar_is_no_problem(tmp_path):
    """A gather that has nothing to pack leaves a tar.gz of 45 bytes, which is all zeros inside."""
    archive, found = read(saved(tmp_path, tar({"store.tar.gz": gzip.compress(bytes(10240)), "a": b"1"})))
    assert (found, archive.problems, archive.complete) == ([("a", b"1")], [], True)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress])
def test_text_that_stands_alone(tmp_path, pack):
    place = saved(tmp_path, pack(b"BGP neighbor is 192.0.2.1\n"), "neighbors.gz")
    archive, found = read(place)
    assert found == [("neighbors.gz", b"BGP neighbor is 192.0.2.1\n")]
    assert (archive.members, archive.bytes, archive.complete) == (1, 26, True)


def test_unwanted_text_is_proven_as_well(tmp_path):
    place = saved(tmp_path, gzip.compress(b"text\n" * 9000))
    archive, found = read(place, Chooser(lambda _: False))
    assert (found, archive.members, archive.bytes, archive.complete) == ([], 1, 45_000, True)


def test_text_of_a_windows_terminal(tmp_path):
    assert read(saved(tmp_path, "BFD Peers:".encode("utf-16")))[1]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        pytest.param(gzip.compress(b""), "is empty", id="empty gzip"),
        pytest.param(bytes(range(256)) * 30, "is not an archive, folder or text", id="binary"),
        pytest.param(gzip.compress(os.urandom(9000)), "is not an archive, folder or text", id="random gzip"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(99), "is a 7z archive"),
        (tar({}), "is not an archive"),
        (zipped({}), "holds no file"),
        (tar({}, extra=[special("a/", tarfile.DIRTYPE)]), "holds no file"),
        (b"\x1f\x8b\x08\x00\x00", "Nothing can be read of .*header"),
    ],
)
def test_nothing_to_read(tmp_path, content, words):
    with pytest.raises(ArchiveError, match=words):
        read(saved(tmp_path, content))


def test_empty_tar_by_its_name(tmp_path):
    with pytest.raises(ArchiveError, match="holds no file"):
        read(saved(tmp_path, gzip.compress(tar({})), "must-gather.tar.gz"))


def test_missing_input(tmp_path):
    with pytest.raises(ArchiveError, match="no file or folder"):
        read(tmp_path / "nowhere.tar")
    with pytest.raises(ArchiveError, match="holds no file"):
        read(tmp_path)


def test_forbidden_input(tmp_path, monkeypatch):
    place = saved(tmp_path, b"text")

    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", refuse)
    with pytest.raises(ArchiveError, match="permission denied"):
        read(place)


def test_several_inputs_keep_their_names(tmp_path):
    for node in ("one", "two"):
        (tmp_path / node).mkdir()
        saved(tmp_path / node, f"{node}\n".encode(), "dump_frr")
    places = [
        saved(tmp_path, tar({"a": b"1"}), "first.tar"),
        tmp_path / "one" / "dump_frr",
        tmp_path / "two" / "dump_frr",
        tmp_path / "two",
    ]
    archive, found = read(places)
    assert found == [
        ("first.tar/a", b"1"), ("one/dump_frr", b"one\n"), ("two/dump_frr", b"two\n"), ("two/dump_frr", b"two\n")
    ]  # fmt: skip
    assert archive.inputs == [str(place) for place in places]


def test_the_same_input_twice(tmp_path):
    place = saved(tmp_path, tar({"a": b"1"}), "x.tar")
    labels = [path.rpartition("/")[0] for path, _ in read([place, place])[1]]
    assert len(set(labels)) == 2


def test_one_bad_input_of_several(tmp_path):
    archive, found = read([tmp_path / "gone", saved(tmp_path, tar({"a": b"1"}), "x.tar")])
    assert found == [("x.tar/a", b"1")]
    assert (kinds(archive), archive.problems[0].path, archive.complete) == (["not-an-archive"], "gone", False)
    with pytest.raises(ArchiveError, match=r"gone(.|\n)*empty"):
        read([tmp_path / "gone", saved(tmp_path, b"", "void")])


def test_folder(tmp_path):
    (tmp_path / "b" / "c").mkdir(parents=True)
    saved(tmp_path / "b" / "c", b"deep\n", "deep.log")
    saved(tmp_path / "b", gzip.compress(b"log\n"), "frr.log.gz")
    saved(tmp_path, gzip.compress(tar({"x": b"1"})), "a.tar.gz")
    saved(tmp_path, b"last", "z")
    (tmp_path / "b" / "loop").symlink_to(tmp_path)
    (tmp_path / "passwd").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "fifo")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        archive, found = read(tmp_path)
    assert found == [("a.tar.gz!/x", b"1"), ("b/c/deep.log", b"deep\n"), ("b/frr.log.gz", b"log\n"), ("z", b"last")]
    told = [(problem.path, problem.kind) for problem in archive.problems]
    assert told == [("b/loop", "link"), ("fifo", "device"), ("passwd", "link"), ("socket", "device")]
    assert (archive.complete, archive.members) == (True, 5)
    assert read(tmp_path, Chooser(lambda path: path == "z"))[0].problems == []


def test_folder_with_unreadable_parts(tmp_path, monkeypatch):
    (tmp_path / "shut").mkdir()
    saved(tmp_path, b"1", "a")
    saved(tmp_path, b"2", "b")
    scan, opener = os.scandir, os.open

    def refuse(real, names):
        def guarded(place, *args):
            if Path(place).name in names:
                raise PermissionError(13, "Permission denied")
            return real(place, *args)

        return guarded

    monkeypatch.setattr(os, "scandir", refuse(scan, {"shut"}))
    monkeypatch.setattr(os, "open", refuse(opener, {"a"}))
    archive, found = read(tmp_path)
    assert found == [("b", b"2")]
    assert [(problem.path, problem.kind) for problem in archive.problems] == [
        ("a", "unreadable"),
        ("shut/", "unreadable"),
    ]
    assert not archive.complete


def test_file_that_goes_away(tmp_path, monkeypatch):
    saved(tmp_path, b"1", "a")
    (tmp_path / "b").symlink_to("a")

    def gone(self):
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr("pathlib.Path.readlink", gone)
    archive, found = read(tmp_path)
    assert (found, [(problem.path, problem.kind) for problem in archive.problems]) == (
        [("a", b"1")],
        [("b", "unreadable")],
    )


def test_input_that_is_a_socket_or_forbidden_folder(tmp_path, monkeypatch):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        with pytest.raises(ArchiveError, match="cannot be read: No such device"):
            read(tmp_path / "socket")


def test_file_that_becomes_a_pipe_is_not_opened(tmp_path):
    saved(tmp_path, b"1", "a")
    chooser = Chooser()

    def swap(path):
        (tmp_path / "a").unlink()
        os.mkfifo(tmp_path / "a")
        return True

    chooser.want = swap
    archive, found = read(tmp_path, chooser)
    assert (found, kinds(archive)) == ([], ["unreadable"])


def test_progress(tmp_path):
    place = saved(tmp_path, FORMATS["tar"])
    calls = []
    read(place, Chooser(lambda _: False), progress=lambda done, total: calls.append((done, total)))
    assert calls[-1] == (place.stat().st_size, place.stat().st_size)
    calls.clear()
    read([place, tmp_path], progress=lambda done, total: calls.append((done, total)))
    assert calls[-1] == (2 * place.stat().st_size, None)


# names


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT, tarfile.USTAR_FORMAT])
@pytest.mark.parametrize("name", ["a/" * 60 + "file", "d" * 99 + "/" + "e" * 90])
def test_long_names(tmp_path, form, name):
    assert read(saved(tmp_path, tar({name: b"1", "b": b"2"}, form=form)))[1] == [(name, b"1"), ("b", b"2")]


@pytest.mark.parametrize("pack", [tar, zipped])
def test_hostile_names_are_only_names(tmp_path, pack):
    files = {
        "./a": b"1", "b//c/./d": b"2", "/etc/passwd": b"3", "../../etc/passwd": b"4", "e\x1b[31m\n": b"5", "f!/g": b"6"
    }  # fmt: skip
    inside = tmp_path / "inside"
    inside.mkdir()
    paths = [path for path, _ in read(saved(inside, pack(files)))[1]]
    assert paths == ["a", "b/c/d", "etc/passwd", "../../etc/passwd", "e\x1b[31m\n", "f!/g"]
    assert [place.name for place in tmp_path.rglob("*")] == ["inside", "upload.bin"]


def test_names_that_are_not_text(tmp_path):
    info = tarfile.TarInfo("gr\udcfcn")
    (path, _), = read(saved(tmp_path, tar({"x": b""}, extra=[info])))[1][1:]  # fmt: skip
    assert path == r"gr\xfcn"
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "gr\udcfcn").write_bytes(b"1")
    assert read(folder)[1] == [(r"gr\xfcn", b"1")]
    raw = zipped({"grXn": b"1"}).replace(b"grXn", b"gr\x81n")
    assert read(saved(tmp_path, raw))[1] == [("grün", b"1")]
    raw = zipped({"aXb": b"1"}).replace(b"aXb", b"a\\b")
    assert read(saved(tmp_path, raw))[1] == [("a/b", b"1")]


def test_directories_of_a_zip_are_no_members(tmp_path):
    archive, found = read(saved(tmp_path, zipped({"a/": b"", "a/b": b"1"})))
    assert (found, archive.members, archive.complete) == ([("a/b", b"1")], 1, True)


def test_nul_in_pax_path(tmp_path):
    info = tarfile.TarInfo("short")
    info.pax_headers = {"path": "a\0b"}
    assert read(saved(tmp_path, tar({}, form=tarfile.PAX_FORMAT, extra=[info])))[1] == [("a\0b", b"")]


def test_pax_values(tmp_path):
    info = tarfile.TarInfo("a")
    info.pax_headers = {"mtime": "1700000000.5", "comment": "x" * 3000}
    shared = io.BytesIO()
    with tarfile.open(fileobj=shared, mode="w", format=tarfile.PAX_FORMAT, pax_headers={"mtime": "5"}) as out:
        out.addfile(info)
        late = tarfile.TarInfo("b")
        late.mtime = 5
        out.addfile(late)
        odd = tarfile.TarInfo("c")
        odd.pax_headers = {"mtime": "nan"}
        out.addfile(odd)
    with Archive([str(saved(tmp_path, shared.getvalue()))], Chooser()) as archive:
        assert [member.mtime for member in archive] == [1700000000.5, 5.0, None]


def test_old_tar_without_magic(tmp_path):
    header = bytearray(512)
    header[0:1], header[124:135], header[148:156] = b"a", b"%011o" % 3, b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    place = saved(tmp_path, bytes(header) + b"abc".ljust(512, b"\0") + bytes(1024))
    assert read(place)[1] == [("a", b"abc")]
    header[136:140], header[148:156] = b"soon", b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    with Archive([str(saved(tmp_path, bytes(header) + bytes(2048)))], Chooser()) as archive:
        assert [(repr(member), member.mtime) for member in archive] == [("Member('a')", None)]


def test_numbers_beyond_octal(tmp_path):
    """GNU writes large sizes in base 256; the content is not there, and that is told."""
    info = tarfile.TarInfo("big")
    info.size = 9 << 30
    header = info.tobuf(tarfile.GNU_FORMAT)
    with Archive([str(saved(tmp_path, header + b"abc"))], Chooser()) as archive:
        assert [member.size for member in archive] == [9 << 30]
    assert "Only 3 of 9663676416 bytes" in archive.problems[0].message


# what is never followed


def test_links_and_devices_in_a_tar(tmp_path):
    extra = [
        special("soft", tarfile.SYMTYPE, "/etc/passwd"), special("hard", tarfile.LNKTYPE, "a"),
        special("disk", tarfile.BLKTYPE), special("tty", tarfile.CHRTYPE), special("fifo", tarfile.FIFOTYPE),
        special("folder", tarfile.DIRTYPE),
    ]  # fmt: skip
    place = saved(tmp_path, tar({"a": b"1"}, extra=extra))
    archive, found = read(place)
    assert (found, archive.members, archive.complete) == ([("a", b"1")], 1, True)
    told = [(problem.path, problem.kind) for problem in archive.problems]
    assert told == [("soft", "link"), ("hard", "link"), ("disk", "device"), ("tty", "device"), ("fifo", "device")]
    assert "/etc/passwd".strip("/") in archive.problems[0].message
    assert read(place, Chooser(lambda path: path == "a"))[0].problems == []


def test_link_in_a_zip(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("soft")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    archive, _ = read(saved(tmp_path, out.getvalue()))
    assert [(problem.path, problem.kind) for problem in archive.problems] == [("soft", "link")]


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_sparse_file_is_told(tmp_path, form):
    info = special("hole", tarfile.GNUTYPE_SPARSE if form == tarfile.GNU_FORMAT else tarfile.REGTYPE)
    if form == tarfile.PAX_FORMAT:
        info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.name": "hole"}
        info.name = "GNUSparseFile.0/hole"
    archive, found = read(saved(tmp_path, tar({"a": b"1"}, form=form, extra=[info, tarfile.TarInfo("z")])))
    assert found == [("a", b"1"), ("z", b"")]
    assert [(problem.path, problem.kind) for problem in archive.problems] == [("hole", "sparse")]


def test_encrypted_and_unknown_zip_members(tmp_path):
    content = bytearray(zipped({"secret": b"1" * 50, "odd": b"2" * 50, "plain": b"3"}))
    content[6] |= 1
    at = content.index(b"odd") - 30
    for method in (14, 9):
        content[at + 8] = method
        archive, found = read(saved(tmp_path, bytes(content)))
        assert found == [("plain", b"3")]
        assert archive.problems[1].message.startswith(("Packed with method 14", "Packed with Deflate64"))
    told = [(problem.path, problem.kind) for problem in archive.problems]
    assert told == [("secret", "encrypted"), ("odd", "unsupported")]


def test_times_in_a_zip(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("dos", (2025, 10, 9, 8, 53, 20)), b"1")
        unix = zipfile.ZipInfo("unix")
        unix.extra = b"UT\5\0\1" + MTIME.to_bytes(4, "little")
        archive.writestr(unix, b"1")
    content = out.getvalue()
    at = content.index(b"unix") - 30
    with Archive([str(saved(tmp_path, content))], Chooser()) as archive:
        assert [member.mtime for member in archive] == [MTIME, MTIME]
    content = content[:12] + bytes(2) + content[14:at]
    with Archive([str(saved(tmp_path, content))], Chooser()) as archive:
        assert [member.mtime for member in archive] == [None]


def test_encrypted_zip_member_of_unknown_size(tmp_path):
    content = bytearray(streamed_zip({"secret": b"1" * 50, "plain": b"3"}))
    content[6] |= 1
    archive, found = read(saved(tmp_path, bytes(content)))
    assert (found, kinds(archive)) == ([("plain", b"3")], ["encrypted"])


def test_zip64(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a", "w", force_zip64=True) as file:
        file.write(b"1" * 1000)
    assert read(saved(tmp_path, out.getvalue()))[1] == [("a", b"1" * 1000)]
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w") as archive:
        with archive.open("a", "w", force_zip64=True) as file:
            file.write(b"1" * 1000)
        archive.writestr("b", b"2")
    assert read(saved(tmp_path, b"".join(pipe.parts)))[1] == [("a", b"1" * 1000), ("b", b"2")]


def test_zip64_sizes_before_the_content(tmp_path):
    content = bytearray(zipped({"a": b"123"}, zipfile.ZIP_STORED))
    wide = b"\1\0\x10\0" + (3).to_bytes(8, "little") * 2
    content[18:26], content[28], content[31:31] = b"\xff" * 8, len(wide), wide
    archive, found = read(saved(tmp_path, bytes(content)))
    assert (found, archive.problems) == ([("a", b"123")], [])


def test_zip_with_sizes_before_and_checksum_behind(tmp_path):
    """As `zip -0 -` writes; and the same where nobody reads the member."""
    content = bytearray(zipped({"a": b"abc", "b": b"1"}, zipfile.ZIP_STORED))
    crc, at = bytes(content[14:18]), 30 + 1 + 3
    content[6] |= 8
    content[14:18] = bytes(4)
    content[at:at] = b"PK\x07\x08" + crc + b"\3\0\0\0" * 2
    place = saved(tmp_path, bytes(content))
    archive, found = read(place)
    assert (found, archive.problems, archive.complete) == ([("a", b"abc"), ("b", b"1")], [], True)
    archive, found = read(place, Chooser(lambda path: path == "b"))
    assert (found, archive.problems, archive.complete) == ([("b", b"1")], [], True)


def test_stored_member_full_of_false_ends(tmp_path):
    content = (b"PK\x07\x08" + bytes(9)) * 30_000
    place = saved(tmp_path, streamed_zip({"a": content, "b": b"1"}, zipfile.ZIP_STORED))
    assert read(place)[1] == [("a", content), ("b", b"1")]


# limits


def test_member_limit(tmp_path):
    place = saved(tmp_path, tar({"a": b"1" * 1000, "b": b"2" * 100}))
    archive, found = read(place, limits=Limits(member=100))
    assert found == [("a", b"1" * 100), ("b", b"2" * 100)]
    assert [(problem.path, problem.kind) for problem in archive.problems] == [("a", "too-large")]


def test_members_limit(tmp_path):
    archive, found = read(saved(tmp_path, tar({"a": b"1", "b": b"2", "c": b"3"})), limits=Limits(members=2))
    assert (len(found), kinds(archive), archive.complete, archive.members) == (2, ["too-many"], False, 2)


def test_headers_without_members(tmp_path):
    """Long names that no member follows, and lines of a zip's directory, cost time as well."""
    name = special("x", b"L").tobuf(tarfile.GNU_FORMAT)
    archive, found = read(saved(tmp_path, tar({"a": b"1"})[:1024] + name * 99), limits=Limits(members=5))
    assert (found, kinds(archive), archive.complete) == ([("a", b"1")], ["too-many"], False)
    content = zipped({"a": b"1"})
    line = content[content.index(b"PK\x01\x02") : content.index(b"PK\x05\x06")]
    archive, found = read(saved(tmp_path, content.replace(line, line * 99)), limits=Limits(members=5))
    assert (found, kinds(archive), archive.complete) == ([("a", b"1")], ["too-many"], False)


@pytest.mark.parametrize(("limit", "last"), [(100, "a"), (10_000, "z")])
def test_false_headers_everywhere(tmp_path, monkeypatch, limit, last):
    """Content behind damage that looks like a header at every byte is given up in time."""
    monkeypatch.setattr("analyzer.archive.model._SEARCHES_LIMIT", limit)
    content = tar({"a": b"1"})[:1024] + b"ustar" * 400 + tar({"z": b"2"})
    archive, found = read(saved(tmp_path, content))
    assert (found[-1][0], kinds(archive), archive.complete) == (last, ["damaged"], False)
    content = zipped({"a": b"1"}, zipfile.ZIP_STORED)[:32] + b"PK" * 400 + zipped({"z": b"2"})
    archive, found = read(saved(tmp_path, content))
    assert (found[-1][0], kinds(archive)[0], archive.complete) == (last, "damaged", False)


def test_bombs(tmp_path):
    bomb = gzip.compress(bytes(30_000_000))
    archive, found = read(saved(tmp_path, tar({"a.gz": bomb, "b": b"1"})), limits=Limits(nested=1_000_000))
    assert [(path, len(content) <= 1_000_000) for path, content in found] == [("a.gz", True), ("b", True)]
    assert [(problem.path, problem.kind) for problem in archive.problems] == [("a.gz", "too-large")]
    archive, found = read(saved(tmp_path, gzip.compress(tar({"a": bytes(9_000_000)}))), limits=Limits(total=1_000_000))
    assert (len(found[0][1]) <= 1_000_000, kinds(archive)) == (True, ["truncated", "too-large"])
    assert not archive.complete


def test_depth_limit(tmp_path):
    content = tar({"core": b"1"})
    for _ in range(4):
        content = gzip.compress(tar({"t.tar.gz": content}))
    assert read(saved(tmp_path, content))[1] == [("t.tar.gz!/" * 4 + "core", b"1")]
    archive, found = read(saved(tmp_path, tar({"t.tar.gz": content, "a": b"1"})))
    assert (found, kinds(archive), archive.complete) == ([("a", b"1")], ["nested-too-deep"], False)
    for _ in range(6):
        content = gzip.compress(content)
    with pytest.raises(ArchiveError, match="packed more than 4 times"):
        read(saved(tmp_path, content))
    assert kinds(read(saved(tmp_path, tar({"a.gz": content})))[0]) == ["nested-too-deep"]


def test_path_limit(tmp_path):
    archive, found = read(saved(tmp_path, tar({"x" * 5000: b"1", "a": b"2"})))
    assert (found, kinds(archive)) == ([("a", b"2")], ["path-too-long"])
    assert len(archive.problems[0].path) <= 4096
    name = special("b", b"L")
    name.size = 3 << 20
    content = name.tobuf(tarfile.GNU_FORMAT) + b"x" * name.size + tar({"a": b"2"})
    archive, found = read(saved(tmp_path, content))
    assert (found, kinds(archive)) == ([("a", b"2")], ["too-large"])


def test_problems_are_counted_beyond_a_limit(tmp_path):
    extra = [special(f"l{number}", tarfile.SYMTYPE, "a") for number in range(12)]
    archive, _ = read(saved(tmp_path, tar({"a": b"1"}, extra=extra)), limits=Limits(problems=5))
    assert kinds(archive) == ["link"] * 5 + ["more"]
    assert "7 further" in archive.problems[-1].message


def test_memory_stays_flat(tmp_path):
    """40 MB of one member, and of nothing but members, pass in the memory of some blocks."""
    large = gzip.compress(tar({"a": bytes(40_000_000)}), 1)
    many = gzip.compress(tar({f"f{number}": bytes(20_000) for number in range(2000)}), 1)
    for content in (large, many):
        place = saved(tmp_path, content)
        tracemalloc.start()
        try:
            with Archive([str(place)], Chooser(lambda path: path == "a")) as archive:
                size = sum(len(chunk) for member in archive for chunk in member.chunks())
            assert tracemalloc.get_traced_memory()[1] < 4_000_000
        finally:
            tracemalloc.stop()
        assert size == (40_000_000 if content is large else 0)
        assert archive.complete
