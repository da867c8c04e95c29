"""The one-pass reader on cut and altered input: all that can be read is delivered, and the loss is told."""

import bz2
import gzip
import io
import lzma
import random
import tarfile
import zipfile
import zlib

import pytest
from backports import zstd
from packing import FILES, Chooser, kinds, read, saved, special, streamed_zip, tar, zipped

from analyzer.archive import ArchiveError

CHECKED = {zstd.CompressionParameter.checksum_flag: 1}  # as the zstd command does
DIGITS = random.Random(7)
SMALL = {f"image/member-{number:02}": DIGITS.randbytes(number * 500).hex().encode() for number in range(20)}
PACKED = {
    "tar": tar(SMALL),
    "tar.gz": gzip.compress(tar(SMALL)),
    "tar.xz": lzma.compress(tar(SMALL)),
    "tar.bz2": bz2.compress(tar(SMALL), 1),
    "tar.zst": zstd.compress(tar(SMALL), options=CHECKED),
    "zip": zipped(SMALL),
    "zip, stored": zipped(SMALL, zipfile.ZIP_STORED),
    "zip from a pipe": streamed_zip(SMALL),
    "zip from a pipe, stored": streamed_zip(SMALL, zipfile.ZIP_STORED),
}


def flipped(content, at, bit=0x10):
    altered = bytearray(content)
    altered[at] ^= bit
    return bytes(altered)


def told(archive):
    return [(problem.path, problem.kind) for problem in archive.problems]


def attempt(place):
    """The archive and what it delivered; None where nothing at all could be read."""
    try:
        return read(place)
    except ArchiveError:
        return None, []


@pytest.mark.parametrize("content", PACKED.values(), ids=PACKED)
def test_cut_anywhere(tmp_path, content):
    """Members before the cut are identical, the last one is a beginning, and the loss is told."""
    whole = list(SMALL.items())
    most, end = 0, len(content.rstrip(b"\0"))  # zeros behind the end mark of a tar may be missing
    for cut in [*range(30, end, end // 60), end - 1]:
        archive, found = attempt(saved(tmp_path, content[:cut]))
        most = max(most, len(found))
        if found:
            assert found[:-1] == whole[: len(found) - 1]
            assert found[-1][0] == whole[len(found) - 1][0]
            assert whole[len(found) - 1][1].startswith(found[-1][1])
            assert not archive.complete
            assert set(kinds(archive)) <= {"truncated"}
            assert archive.problems
        else:
            assert archive is None
    assert most == len(SMALL)


@pytest.mark.parametrize("content", PACKED.values(), ids=PACKED)
def test_cut_is_told_even_when_nothing_is_wanted(tmp_path, content):
    with_all = read(saved(tmp_path, content[: len(content) * 3 // 4]), Chooser(lambda _: False))[0]
    assert "truncated" in kinds(with_all)
    assert not with_all.complete


@pytest.mark.parametrize("content", PACKED.values(), ids=PACKED)
def test_altered_anywhere(tmp_path, content):
    """No flip of a bit is an exception, and where content is altered a problem says so."""
    for at in range(0, len(content), max(1, len(content) // 80)):
        archive, found = attempt(saved(tmp_path, flipped(content, at)))
        if archive is not None and content is not PACKED["tar"] and found != list(SMALL.items()):
            assert archive.problems, at


def test_cut_member_is_named_with_what_is_there(tmp_path):
    content = tar({"a": b"1" * 600, "b": b"2" * 600})
    archive, found = read(saved(tmp_path, content[: 512 + 1024 + 512 + 100]))
    assert found == [("a", b"1" * 600), ("b", b"2" * 100)]
    assert told(archive) == [("b", "truncated"), (None, "truncated")]
    assert "Only 100 of 600 bytes" in archive.problems[0].message


def test_tar_cut_between_members_has_no_end_mark(tmp_path):
    content = tar({"a": b"1" * 600, "b": b"2" * 600})
    archive, found = read(saved(tmp_path, content[: 512 + 1024]))
    assert (len(found), told(archive)) == (1, [(None, "truncated")])
    assert "no end mark" in archive.problems[0].message
    assert "middle of a header" in read(saved(tmp_path, content[: 512 + 1024 + 99]))[0].problems[0].message


def test_tar_with_one_zero_block_is_whole(tmp_path):
    assert read(saved(tmp_path, tar({"a": b"1"})[:1536]))[0].complete


def test_damaged_tar_header(tmp_path):
    """The library stops here without an error; the member is lost, those behind it are not."""
    content = tar({"a": b"1" * 600, "b": b"2" * 600, "c": b"3"})
    archive, found = read(saved(tmp_path, flipped(content, 1536 + 3)))
    assert (found, told(archive)) == ([("a", b"1" * 600), ("c", b"3")], [(None, "damaged")])
    assert ("At byte 1536" in archive.problems[0].message, archive.complete) == (True, False)
    packed = flipped(content, 1536 + 130)
    assert [path for path, _ in read(saved(tmp_path, gzip.compress(packed)))[1]] == ["a", "c"]


def test_first_and_last_tar_header_damaged(tmp_path):
    content = tar({"a": b"1", "b": b"2", "c": b"3"})
    archive, found = read(saved(tmp_path, flipped(flipped(content, 3), 2048)))
    assert ([path for path, _ in found], kinds(archive)) == (["b"], ["damaged", "damaged"])


def test_tar_that_lost_bytes_goes_on_behind_them(tmp_path):
    content = tar({"a": b"1" * 600, "b": b"2" * 600, "c": b"3", "d": b"4"})
    archive, found = read(saved(tmp_path, content[:700] + content[1000:]))
    assert [path for path, _ in found] == ["a", "c", "d"]
    assert "damaged" in kinds(archive)


def test_invalid_size_under_a_right_checksum(tmp_path):
    info = tarfile.TarInfo("b")
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    for field in (b"99999999999\0", b"-0000000001\0", b"\xff" * 12):
        header[124:136], header[148:156] = field, b" " * 8
        header[148:156] = b"%06o\0 " % sum(header)
        content = tar({"a": b"1"})[:1024] + bytes(header) + tar({"c": b"3"})
        archive, found = read(saved(tmp_path, content))
        assert ([path for path, _ in found], kinds(archive)) == (["a", "c"], ["damaged"])


def test_garbage_behind_the_end_mark(tmp_path):
    archive, found = read(saved(tmp_path, tar({"a": b"1"}) + b"garbage" * 200))
    assert (len(found), kinds(archive), archive.complete) == (1, ["damaged"], False)
    assert "behind the end mark" in archive.problems[0].message


def test_signed_checksum_of_an_old_tar(tmp_path):
    info = tarfile.TarInfo("gr\udcfcn")
    header = bytearray(info.tobuf(tarfile.USTAR_FORMAT))
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % (sum(header) - 256)
    assert read(saved(tmp_path, bytes(header) + bytes(1024)))[0].complete


def test_damaged_pax_records(tmp_path):
    info = special("x", b"x")
    for records in (b"99 path=a\n", b"x path=a\n", b"9 pathxa\n"):
        info.size = len(records)
        content = info.tobuf(tarfile.GNU_FORMAT) + records.ljust(512, b"\0") + tar({"a": b"1"})
        archive, found = read(saved(tmp_path, content))
        assert (found, kinds(archive)) == ([("a", b"1")], ["damaged"])


def test_part_of_another_volume(tmp_path):
    rest = special("rest", b"M")
    archive, _ = read(saved(tmp_path, tar({"a": b"1"}, extra=[rest, special("label", b"V")])))
    assert told(archive) == [("rest", "unsupported")]


def test_sparse_map_of_several_blocks(tmp_path):
    info = special("hole", tarfile.GNUTYPE_SPARSE)
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    header[482], header[148:156] = 1, b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    first = bytearray(512)
    first[504] = 1
    archive, found = read(saved(tmp_path, bytes(header) + bytes(first) + bytes(512) + tar({"a": b"1"})))
    assert (found, kinds(archive)) == ([("a", b"1")], ["sparse"])


# compressed data


def test_wrong_gzip_checksum_loses_nothing(tmp_path):
    content = PACKED["tar.gz"]
    for at in (-1, -8):
        archive, found = read(saved(tmp_path, flipped(content, at)))
        assert (found, told(archive), archive.complete) == (list(SMALL.items()), [(None, "checksum")], False)


def test_damage_in_one_part_of_several(tmp_path):
    whole = tar(SMALL)
    first = flipped(gzip.compress(whole[:5120]), -5)
    archive, found = read(saved(tmp_path, first + gzip.compress(whole[5120:])))
    assert (found, kinds(archive)) == (list(SMALL.items()), ["checksum"])


def test_little_is_lost_before_damage_in_deflate(tmp_path):
    """A broken block: what was packed before it is all there, also in a small file."""
    part = zlib.compressobj(6, zlib.DEFLATED, 31)
    sound = b"".join(b"%d sound\n" % number for number in range(5000))
    content = part.compress(sound) + part.flush(zlib.Z_FULL_FLUSH) + b"\x07" * 50
    archive, found = read(saved(tmp_path, tar({"frr.log.gz": content, "z": b"1"})))
    assert (found, told(archive)) == ([("frr.log.gz", sound), ("z", b"1")], [("frr.log.gz", "damaged")])
    assert archive.complete  # the archive itself is whole
    large = b"".join(b"%x\n" % (number * 7919) for number in range(400_000))
    packed = bytearray(gzip.compress(large, 1))
    packed[len(packed) // 2 : len(packed) // 2 + 300] = b"\xff" * 300
    archive, found = read(saved(tmp_path, bytes(packed)))
    assert len(large) * 0.45 < len(found[0][1]) < len(large) * 0.56
    assert (kinds(archive), archive.complete) == (["damaged"], False)


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress, zstd.compress])
def test_behind_the_compressed_data(tmp_path, pack):
    content = pack(tar(SMALL))
    archive, found = read(saved(tmp_path, content + bytes(700)))
    assert (len(found), archive.problems, archive.complete) == (len(SMALL), [], True)
    archive, found = read(saved(tmp_path, content + bytes(40) + b"\r\n--boundary--\r\n"))
    assert (len(found), told(archive), archive.complete) == (len(SMALL), [(None, "trailing")], True)


def test_gzip_header_with_everything(tmp_path):
    body = gzip.compress(b"hello\n")
    head = b"\x1f\x8b\x08\x1e" + bytes(6) + b"\3\0abc" + b"name\0" + b"comment\0" + b"hc"
    assert read(saved(tmp_path, head + body[10:]))[1] == [("upload.bin", b"hello\n")]
    for cut in range(3, len(head)):
        with pytest.raises(ArchiveError):
            read(saved(tmp_path, (head + body[10:])[:cut]))


def test_xz_that_asks_for_too_much_memory(tmp_path):
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 20, "preset": 0}]
    content = bytearray(lzma.compress(b"hello\n", filters=filters))
    block = content[12 : 12 + (content[12] + 1) * 4]
    block[4] = 39  # a dictionary of 3 GiB
    block[-4:] = zlib.crc32(block[:-4]).to_bytes(4, "little")
    content[12 : 12 + len(block)] = block
    with pytest.raises(ArchiveError, match="Memory usage limit"):
        read(saved(tmp_path, bytes(content)))


def test_cut_nested_archive(tmp_path):
    inner = gzip.compress(tar(SMALL))
    archive, found = read(saved(tmp_path, zipped({"mg.tar.gz": inner[: len(inner) // 2], "z": b"1"})))
    assert found[0] == ("mg.tar.gz!/image/member-00", b"")
    assert found[-1] == ("z", b"1")
    assert ("mg.tar.gz", "truncated") in told(archive)
    assert not archive.complete


def test_cut_nested_single_file(tmp_path):
    content = gzip.compress(FILES["must-gather.local.1/image/frr/frr.log"])
    archive, found = read(saved(tmp_path, tar({"frr.log.gz": content[:-20], "z": b"1"})))
    assert FILES["must-gather.local.1/image/frr/frr.log"].startswith(found[0][1])
    assert (told(archive), archive.complete) == ([("frr.log.gz", "truncated")], True)
    archive, _ = read(saved(tmp_path, tar({"store.tar.gz": content[:9], "z": b"1"})), Chooser(lambda _: False))
    assert (told(archive), archive.complete) == ([("store.tar.gz", "truncated")], False)


# zip


def test_wrong_zip_checksum(tmp_path):
    content = zipped({"a": b"1" * 50, "b": b"2"}, zipfile.ZIP_STORED)
    archive, found = read(saved(tmp_path, flipped(content, 35)))
    assert (len(found[0][1]), told(archive), archive.complete) == (50, [("a", "checksum")], False)
    streamed = streamed_zip({"a": b"1" * 50, "b": b"2"})
    at = streamed.index(b"PK\x07\x08") + 5
    archive, found = read(saved(tmp_path, flipped(streamed, at)))
    assert (found, told(archive)) == ([("a", b"1" * 50), ("b", b"2")], [("a", "checksum")])


def test_damaged_zip_member_header(tmp_path):
    content = zipped({"a": b"1" * 50, "b": b"2", "c": b"3"}, zipfile.ZIP_STORED)
    archive, found = read(saved(tmp_path, flipped(content, content.index(b"PK\x03\x04", 9) + 1)))
    assert ([path for path, _ in found], kinds(archive)) == (["a", "c"], ["damaged", "damaged"])
    assert "lists 3 of 3 members, 2 were found" in archive.problems[1].message


def test_rest_of_a_zip(tmp_path):
    content = zipped({"a": b"1"})
    for end in (-1, content.index(b"PK\x01\x02") + 20):
        assert kinds(read(saved(tmp_path, content[:end]))[0]) == ["truncated"]
    archive, _ = read(saved(tmp_path, content + b"more"))
    assert (kinds(archive), archive.complete) == (["trailing"], True)
    archive, _ = read(saved(tmp_path, content[: content.index(b"PK\x01\x02")] + b"no directory"))
    assert kinds(archive) == ["damaged", "truncated"]


def test_cut_behind_a_streamed_member(tmp_path):
    """The content is there, its checksum is not."""
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        content = streamed_zip({"a": b"1" * 50}, method)
        end = content.index(b"PK\x07\x08")
        for cut in (end, end + 3, end + 10, end + 15):
            archive, found = read(saved(tmp_path, content[:cut]))
            assert found[0][1].startswith(b"1" * 50)
            assert kinds(archive) == ["truncated", "truncated"]


def test_altered_name_in_a_zip(tmp_path):
    content = zipped({"frr.log": b"1"})
    archive, _ = read(saved(tmp_path, flipped(content, content.index(b"frr.log"))))
    assert kinds(archive) == ["damaged"]
    assert "a name was altered" in archive.problems[0].message


def test_zip64_records(tmp_path):
    """Written by tools that always write them, whatever the size."""
    content = zipped({"a": b"1"})
    at = content.index(b"PK\x05\x06")
    record = b"PK\x06\x06" + (44).to_bytes(8, "little") + bytes(44) + b"PK\x06\x07" + bytes(16)
    archive, found = read(saved(tmp_path, content[:at] + record + content[at:]))
    assert (found, archive.problems) == ([("a", b"1")], [])


def test_reading_that_fails(tmp_path, monkeypatch):
    place = saved(tmp_path, tar({"a": bytes(900_000)}))

    class Bad(io.FileIO):
        def read(self, size=-1):
            if self.tell() > 500_000:
                raise OSError(5, "Input/output error")
            return super().read(size)

    folder = tmp_path / "folder"
    folder.mkdir()
    saved(folder, bytes(900_000), "a")
    monkeypatch.setattr("pathlib.Path.open", lambda self, *args, **kwargs: Bad(self))
    archive, found = read(place)
    assert 500_000 < len(found[0][1]) < 900_000
    assert told(archive) == [("a", "truncated"), (None, "unreadable")]
    monkeypatch.setattr("os.fdopen", lambda number, *args, **kwargs: Bad(number))
    archive, _ = read(folder)
    assert (told(archive), archive.complete) == ([("a", "unreadable")], False)
