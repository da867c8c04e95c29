"""Outputs of host commands, cut into blocks: a file of its own, or a terminal session that somebody saved.

A session holds prompts, headings, prose and the outputs of other commands. Documents on the web put a whole output,
and sometimes its prompt, onto one line: a reader names how its lines begin, and such a line is cut before each.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from parsers.base import Evidence, ParseFailure, SourceFile, Text, failure
from parsers.host_facts import Asked, node_hint
from parsers.pasted import plain

_TOOL = (
    r"(?:sudo |chroot /host |toolbox )?(?:(?:/usr)?/s?bin/)?"
    r"(?:ip(?: -[\w]{1,8})* (?:a|ad+r\w*|l|li\w*|r|ro\w*|ru\w*|n|ne\w*)|ip6?tables(?:-nft|-legacy)?(?:-save)?|ifconfig"
    r"|netstat|route|arp|ss|sysctl|ethtool|nft|cat|hostname|hostnamectl|ovs-[a-z]+|ovn-[a-z]+|oc|kubectl|dig|nslookup"
    r"|ping|curl|nmcli|nmstatectl|tcpdump|conntrack|uptime|date|dmesg|journalctl|echo|exit|resolvectl)(?![\w.-])"
)
_PROMPT = re.compile(
    r"(?:\[[^\]\s]{1,80}@(?P<host>[\w.-]{1,120})[^\]]{0,120}\]"
    r"|[\w.-]{1,64}@(?P<other>[\w.-]{1,64})(?:[: ]\S{0,80}?)?|(?:sh|bash)-[\d.]{1,8}|/) ?[#$]"
    r"(?: (?P<after>.*)|$)"
    r"|(?:\$|\+{1,3}) (?P<dollar>.*)"
    rf"|(?:[\w.-]{{1,64}}[#$>]|[#=*>-]{{1,12}}) ?(?:\(?\d{{1,3}}[.)] ?)?(?P<marked>{_TOOL}.*)"
    rf"|(?P<bare>{_TOOL}(?: [\w./:=,-]{{1,64}}){{0,9}})"
)
_TYPED = ("after", "dollar", "marked", "bare")
_PROMPT_LIMIT = 500  # characters of a line that may be a prompt with its command
_REFUSED = re.compile(
    r".*(?:command not found|[Pp]ermission denied|Operation not permitted|Cannot open network namespace|No such device"
    r"|Device \"[^\"]*\" does not exist|Device not found|No such file or directory|RTNETLINK answers: "
    r"|No data available"
    r"|Error fetching interface information|executable file not found|Cannot get device|Error from server|not supported"
    r"|unable to upgrade connection|[Ee]rror: |cannot stat /proc|[Dd]ump (?:was )?(?:interrupted|terminated)).*"
)
_ELSEWHERE = re.compile(r"\bnetns exec\b")  # what a namespace holds is none of the host's
_MARGIN = re.compile(r"-{3,}|={3,}|\(?\.{3}\)?|[#*]{3,}")  # lines that only separate


@dataclass(frozen=True, slots=True)
class Block:
    """Lines without an empty line between them. `command` is what was typed before, None where nobody wrote it.

    node: whose output it is, as the prompt, the command or else the path says.
    """

    text: Text
    command: str | None
    lines: tuple[tuple[int, str], ...]
    loose: bool
    node: str | None = None

    def quote(self, number: int, line: str) -> Evidence:
        """Evidence for one line; of a very long one the part with `line` stays visible."""
        return self.text.quote(number, focus=line)

    def unread(self, number: int, line: str, parser_name: str) -> Iterator[ParseFailure]:
        """The failure for a line that the parser does not know; prose of a saved session is none."""
        if not self.loose or not is_prose(line):
            yield failure(self.quote(number, line), parser_name, reason_for(line))


def is_prose(line: str) -> bool:
    """Whether a line is a remark between outputs: a comment, a separator, or a language that no command prints."""
    return line.startswith("#") or not line.isascii() or bool(_MARGIN.fullmatch(line))


def reason_for(line: str) -> str:
    """Why a line could not be read."""
    return "an error text instead of the output" if _REFUSED.fullmatch(line) else "line not recognised"


def is_loose(source: SourceFile) -> bool:
    """Whether the file was recognised by its content alone, so that it may hold anything beside the output."""
    return not source.params and source.image_dir == source.origin.folder


def blocks(
    source: SourceFile,
    parser_name: str,
    own: re.Pattern[str],
    command: re.Pattern[str],
    starts: re.Pattern[str] | None = None,
) -> Iterator[Block | ParseFailure]:
    """The blocks in which a line matches `own`, without the outputs of commands that `command` does not match.

    Lines are trimmed and, before each match of `starts`, cut. A file of the collectors holds this output and nothing
    else: a block without a line of it is a failure there, and so is an error text after the command in a session. The
    member in which an archive ends has no blocks.
    """
    text, loose, hint = source.text(), is_loose(source), node_hint(source)
    if text.torn:  # half a table of routes would tell of routes that are missing
        yield failure(text.whole(), parser_name, "the archive ends in this output: nothing of it is used")
        return
    text = plain(text) if loose else text
    for asked, host, lines in _between_prompts(text, starts, loose=loose):
        if asked is not None and (not command.search(asked) or _ELSEWHERE.search(asked)):
            continue
        first = next((at for at, (_, line) in enumerate(lines) if own.match(line)), None)
        if first is not None:
            kept = lines[first:] if loose else lines
            yield Block(text, asked, tuple(kept), loose, host or hint)
        elif not loose or (asked is not None and _REFUSED.fullmatch(lines[0][1])):
            number, line = lines[0]
            yield failure(text.quote(number, focus=line), parser_name, reason_for(line))


def _between_prompts(
    text: Text, starts: re.Pattern[str] | None, *, loose: bool
) -> Iterator[tuple[str | None, str | None, list[tuple[int, str]]]]:
    """The command, the host and the lines of each block."""
    asked = Asked()
    command: str | None = None
    host: str | None = None
    lines: list[tuple[int, str]] = []
    for number, piece in _cut(text, starts):
        line = "" if loose and not piece.isascii() else piece  # prose in a language that no command prints
        prompt = _PROMPT.fullmatch(line) if 0 < len(line) < _PROMPT_LIMIT else None
        if line and not prompt:
            lines.append((number, line))
            continue
        if lines:
            yield command, host, lines
            lines = []
        if prompt:
            command = next((part for name in _TYPED if (part := prompt[name]) is not None), "")
            host = asked.host(command, prompt["host"] or prompt["other"])
    if lines:
        yield command, host, lines


def _cut(text: Text, starts: re.Pattern[str] | None) -> Iterator[tuple[int, str]]:
    for number, written in text.numbered():
        line = written.strip()
        cuts = [0, *(found.start() for found in starts.finditer(line, 1))] if starts and line else [0]
        pieces = [line[start:end].lstrip("\\").strip() for start, end in zip(cuts, [*cuts[1:], None], strict=True)]
        for piece in filter(None, pieces) if line else ("",):
            yield number, piece
