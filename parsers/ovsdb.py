"""An OVSDB file as a whole: standalone or clustered, sound, cut, edited or damaged.

`read` never raises for what the file holds: it returns what can be trusted, and what is wrong with the rest. Damage
ends the reading, as in ovsdb-server: transactions behind a lost one would be applied to the wrong rows. In a file
whose texts somebody replaced (must-gather-clean) no checksum is right, and reading goes on by lines.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from parsers.ovsdb_json import content_of, shown
from parsers.ovsdb_log import Log, Record, Soundness
from parsers.ovsdb_raft import RaftLog, RaftReplay
from parsers.ovsdb_replay import FAULTS, Replay, Wanted
from parsers.text import EXCERPT_CHARACTERS, shorten

__all__ = ["Fault", "OvsdbFile", "Wanted", "read"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at a line, and the line, masked and shortened where it is known."""

    line: int
    text: str
    reason: str


@dataclass(slots=True)
class OvsdbFile:
    """What was read.

    complete: nothing of the file was lost but its end: `cut_line`, None for a whole file, is that of a last record
    which the file's end cuts off. records: how many were read. replaced: how many of them hold replaced text.
    last_line: the JSON line of the last record. raft: of a clustered file.
    """

    header: str
    replay: Replay
    raft: RaftLog | None = None
    records: int = 0
    replaced: int = 0
    last_line: int = 1
    cut_line: int | None = None
    cut_text: str = ""
    complete: bool = True
    faults: list[Fault] = field(default_factory=list)

    def fault(self, line: int, text: str, reason: str) -> None:
        """Note a fault; of very many only that they are."""
        if len(self.faults) < FAULTS:
            self.faults.append(Fault(line, text, reason))
        elif len(self.faults) == FAULTS:
            self.faults.append(Fault(line, text, "more faults like those above: they are not told one by one"))


def read(chunks: Iterable[bytes], wanted: Wanted | None = None) -> OvsdbFile:
    """Read a file. wanted: by table the columns to keep, of other tables rows are only counted; None keeps all."""
    log = Log(chunks)
    result: OvsdbFile
    replay = Replay(wanted, lambda content, reason: result.fault(content.line, _head(content.text), reason))
    result = OvsdbFile(shown(log.header.decode("utf-8", "replace").rstrip("\r\n")), replay)
    reader = _Reader(result)
    for record in log:
        if not reader.take(record):
            break
    reader.finish()
    return result


class _Reader:
    """Hands the records of a file to the replay that their magic asks for."""

    def __init__(self, result: OvsdbFile) -> None:
        self._result = result
        self._replay = result.replay
        self._raft: RaftReplay | None = None

    def take(self, record: Record) -> bool:
        """Read one record; False where the reading ends."""
        result = self._result
        if record.soundness is Soundness.CUT:
            result.cut_line, result.cut_text = record.line, _start(record)
            return False
        try:
            self._content(record)
        except ValueError as error:
            edited = result.replaced > 0
            more = "" if edited else ": this record and what follows it are not read"
            result.fault(record.line, _start(record), f"{str(error)[:200]}{more}")
            result.complete = False
            return edited and result.replay.schema is not None
        result.records += 1
        result.last_line = record.line
        return True

    def _content(self, record: Record) -> None:
        result = self._result
        if record.soundness is Soundness.DAMAGED:
            raise ValueError(record.reason)
        if record.soundness is Soundness.REPLACED:
            if not result.replaced:
                reason = (
                    "length and checksum are wrong: text in this file was replaced (must-gather-clean does so); its "
                    "records are read by their lines, as they stand"
                )
                result.fault(record.line, _start(record), reason)
            result.replaced += 1
        content = content_of(record, self._replay.unwanted)
        if self._raft:
            self._raft.record(content)
        elif self._replay.schema is not None:
            self._replay.apply(content.tree, content)
        elif record.magic == "CLUSTER":
            self._raft = RaftReplay(content, self._replay, self._replay.tell)
            result.raft = self._raft.log
        else:
            self._replay.begin(content.tree, content)

    def finish(self) -> None:
        if self._raft:
            self._raft.finish()
        self._replay.settle()


def _start(record: Record) -> str:
    return _head(record.data[: 2 * EXCERPT_CHARACTERS].decode("utf-8", "replace"))


def _head(text: str) -> str:
    """The beginning of a record."""
    return shorten(shown(text[: 2 * EXCERPT_CHARACTERS].rstrip("\r\n")))
