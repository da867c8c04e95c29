"""Outputs of OVS commands in files of the collectors and in pastes: what was asked, where, and what follows.

A saved session holds several commands at prompts (`[root@worker-0 ~]# ovs-vsctl show`, `sh-4.4# ovs-ofctl …`,
`# ovs-ofctl …` with the output behind it on the same line). Each prompt begins a section.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from parsers.base import SourceFile, Text
from parsers.host_facts import Asked, node_hint
from parsers.pasted import plain

_PROMPT = re.compile(
    r"\s*(?:\((?:[\w.-]{1,40})\)\s*)?"
    r"(?:\[\w[\w.-]{0,60}@(?P<host>[\w.-]{1,253})[^\]\n]{0,200}\]\s?[#$]"
    r"|\w[\w.-]{0,60}@(?P<other>[\w.-]{1,253}):[^#$\n]{0,200}[#$]"
    r"|(?:sh|bash)-[\d.]{1,8}[#$]"
    r"|[#$%](?=\s+\S))\s*(?P<command>.*)"
)
_SOS = "sos_commands/"
_NAMES = {"br_int": "br-int", "br_ex": "br-ex", "br_local": "br-local"}  # as gather_network_logs writes them


@dataclass(frozen=True, slots=True)
class Section:
    """A text and the command at the prompt above it, which is its first line; command is empty without a prompt.

    strict: a collector wrote the whole file, one output of one command. What is no output is a failure there, while
    elsewhere prose stands around outputs.
    """

    text: Text
    command: str = ""
    host: str | None = None
    strict: bool = False


def collected(source: SourceFile) -> bool:
    """Whether the path is one of a collector's own."""
    return bool(source.params) or _SOS in source.path


def prompt(line: str) -> tuple[str, str | None] | None:
    """The command behind a prompt and the host in it; None for a line without a prompt."""
    match = _PROMPT.match(line)
    return (match["command"], match["host"] or match["other"]) if match else None


def node_of(source: SourceFile, host: str | None) -> str | None:
    """The host in the prompt, else what the path hints at. A bastion's prompt is wrong: the join sees that."""
    return host or node_hint(source)


def sections(source: SourceFile) -> Iterator[Section]:
    """The sections of a file, free of the markup of pastes."""
    text = source.text()
    if collected(source) and not any(map(prompt, text)):
        yield Section(text, strict=True)
        return
    text = plain(text)
    asked = Asked()
    first, command, host = text.first_line, "", None
    for number, line in text.numbered():
        if (found := prompt(line)) is not None:
            if number > first:
                yield Section(text.part(first, number - 1), command, host)
            first, command, host = number, found[0], asked.host(*found)
    if len(text):
        yield Section(text.part(first, text.last_line), command, host)


def bridge_of(source: SourceFile, command: str, *subcommands: str) -> str | None:
    """The bridge that a command of ovs-ofctl asks for: behind the subcommand at the prompt, else in the file's name."""
    names = "|".join(subcommands)
    options = r"(?:\s+(?:-O\s+\S+|-{1,2}\S+)){0,8}"
    if found := re.search(rf"(?:{names})\b{options}\s+['\"]?([A-Za-z][\w.-]{{0,40}})", command):
        return found[1]
    given = source.params.get("bridge")
    if given is None:
        name = source.path.rpartition("/")[2]
        saved = re.search(rf"(?:{names.replace('-', '[-_]')})[-_ ](br[\w-]{{0,40}})(?:\.\w{{1,5}})?$", name)
        given = saved[1] if saved else None
    return _NAMES.get(given, given) if given else None
