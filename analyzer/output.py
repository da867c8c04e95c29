"""Where results go: files that appear whole or not at all, and never over an input."""

import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

STANDARD_OUTPUT = "-"


class OutputError(Exception):
    """A result that cannot or must not be written there; the text says why."""


def check_target(target: Path, inputs: Iterable[str]) -> None:
    """Refuse, before any work is done, a file that could not be written or that belongs to an input."""
    real = target.resolve()
    if str(target) == STANDARD_OUTPUT:
        raise OutputError("the HTML report does not go to standard output: name a file")
    if target.is_dir():
        raise OutputError(f"{target} is a folder: name a file in it")
    if not real.parent.is_dir():
        raise OutputError(f"{target} cannot be written: there is no folder {real.parent}")
    if not os.access(real if real.exists() and not real.is_file() else real.parent, os.W_OK):
        raise OutputError(f"{target} cannot be written: permission denied")
    check_outside(real, inputs)


def check_outside(target: Path, inputs: Iterable[str]) -> None:
    """Refuse a place that is an input or lies in one: it would be overwritten, or read by the next analysis."""
    real = target.resolve()
    for name in inputs:
        given = Path(name)
        if name == STANDARD_OUTPUT or not given.exists():
            continue
        if real.exists() and real.samefile(given):
            raise OutputError(f"{target} is an input and is never written over: name another place")
        if given.is_dir() and real.is_relative_to(given.resolve()):
            raise OutputError(f"{target} lies in the input {name} and would be read with it: name a place outside")


def write(target: Path, text: str) -> None:
    """Write the file under another name and rename it, so that nobody ever sees half of it."""
    data = text.encode("utf-8", "backslashreplace")
    real = target.resolve()
    try:
        if real.exists() and not real.is_file():  # a pipe or a device is written to, not replaced
            real.write_bytes(data)
        else:
            _replace(real, data)
    except OSError as error:
        raise OutputError(f"{target} cannot be written: {error.strerror or error}") from error


def _replace(real: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{real.name[:60]}.", dir=real.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        temporary.chmod(real.stat().st_mode & 0o7777 if real.exists() else 0o666 & ~_umask())
        temporary.replace(real)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0o077)  # it can only be read by setting it
    os.umask(mask)
    return mask


def to_standard_output(text: str) -> None:
    """The bytes of the text, whatever the terminal's own encoding is."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()
