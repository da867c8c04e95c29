"""One forward pass over archives, folders and single files; nothing is written to disk.

Formats are told by their content: folder, tar, zip (PKWARE APPNOTE 6.3.10), gzip (RFC 1952), xz, bzip2, zstd
(RFC 8878), plain text, and each of them inside another. `-` is standard input. The members of a nested archive are
named `outer.tar.gz!/inner/path`; a nested single compressed file keeps its own path.
"""

from analyzer.archive.member import Member
from analyzer.archive.model import ArchiveError, Limits, Problem, Selector
from analyzer.archive.reader import Archive

__all__ = ["Archive", "ArchiveError", "Limits", "Member", "Problem", "Selector"]
