"""What stands between the outputs of a saved terminal session: prompts, headings, answers without a neighbor.

Read by the parsers of `show bgp neighbors` for its text and for its JSON; a prompt ends other outputs too.
"""

import re

_VRF = re.compile(r"(?:Instance|VRF|BGP instance: vrf) (\S+?):?")
# `node# show …`, `[root@node ~]$ oc …`, `/ # vtysh`, `###### show …`, and commands without a prompt before them.
_COMMAND = (
    r"(?:sudo|do|sh\w*|vtysh|oc|kubectl|docker|podman|crictl|exit|quit|end|conf\w*|clear|ip|ss|cat|grep|tail|ping)\b.*"
)
_PROMPT = re.compile(
    r"(?:[\w.@:~()/-]{0,80}|\[[^\]]{0,120}\]|/ )[#$>]{1,6} ?(?P<command>" + _COMMAND + r")?"
    r"|(?P<bare>(?:\+ |Command: )?(?:sudo|oc|kubectl|vtysh|show) .*)"
    r"|[\w.:-]{1,64}\(config[\w-]{0,40}\)# .*"
)
_ASKS_NEIGHBORS = re.compile(r"\bsh\w* (?:ip )?bgp (?:.{0,80} )?nei")
_ASKS_JSON = re.compile(r"\bjson\b")
_ASKS_VRF = re.compile(r"\bvrf (?!all\b)([^\s'\"]+)")
# bgpd's answers instead of a neighbor, vtysh's greeting, and what clients of Kubernetes say before an output.
_KNOWN = re.compile(
    r"(?:% ?)?(?:No such neighbor.*|No BGP neighbors found|Neighbor is not in the requested state|No such peer-group"
    r"|(?:Default )?BGP instance not found|No such BGP instance exists?|No BGP process is configured"
    r"|View/Vrf .* is unknown|BGP neighbor .* not found|bgpd is not running)"
    r"|Hello, this is (?:FRRouting|Quagga) .*|Copyright .*Kunihiro Ishiguro.*"
    r"|% Can't open configuration file .*|Configuration file\[.*\] processing failure: .*"
    r"|Default(?:ed|ing) container .*|Use 'kubectl describe .*|Unable to use a TTY.*|```\w*|([-=*#.])\1{2,}|exit"
    r"|Codes: GR - Graceful Restart, .*|(?:Restart|Disable) - GR Mode.*"
)


def is_prompt(line: str) -> bool:
    """Whether a line of a terminal session is a prompt or a command, so that what was before it has ended."""
    return bool(_PROMPT.fullmatch(line.strip()))


class Shell:
    """The VRF that the next neighbors belong to, and whether the lines are the output of another command."""

    def __init__(self, *, json: bool = False) -> None:
        self.json = json
        self.vrf = "default"
        self.elsewhere = False

    def moves(self, line: str) -> bool:
        """Whether the line is a heading or a prompt: what was before it has ended."""
        if found := _VRF.fullmatch(line):
            self.vrf = "default" if found[1] == "Default" else found[1]
        elif found := _PROMPT.fullmatch(line):
            self._command(found["command"] or found["bare"] or "")
        else:
            return False
        return True

    def _command(self, command: str) -> None:
        asks = bool(_ASKS_NEIGHBORS.search(command)) and bool(_ASKS_JSON.search(command)) == self.json
        self.elsewhere = bool(command.strip()) and not asks
        vrf = _ASKS_VRF.search(command)
        self.vrf = vrf[1] if vrf else "default"

    def ignores(self, line: str) -> bool:
        """Whether the line is no business of the neighbors."""
        return self.elsewhere or bool(_KNOWN.fullmatch(line))
