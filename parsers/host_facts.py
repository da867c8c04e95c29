"""What every fact about a host has in common: whose output it is and which node the path hints at.

A hint is not a proof: a sosreport is named for the short host name, a folder may be named for anything. A join compares
it with the names of the nodes, whole or up to the first dot.
"""

import re
from itertools import pairwise

from parsers.base import Fact, Origin, SourceFile

# openshift/must-gather 4.8 and 4.9, collection-scripts/gather_network_logs: `<node>_ovs_dump`,
# `<node>_ovs_ofctl_dump_flows_br_int`, `<node>_<ovnkube-node-pod>_ip_addr`. Neither name holds an underscore.
_NAMED = re.compile(
    r"(?P<node>[A-Za-z0-9][A-Za-z0-9.-]*?)(?:_ovnkube-node-[A-Za-z0-9-]+)?"
    r"_(?:ovs_|ovs-|ip_|ip-|ip6?tables|nft|ethtool|ss_|ss-|sysctl|nstat|netstat|ifconfig|dmesg|journal|conntrack|hostname)"
    r"[^/]*"
)
# sosreport/sos: `sosreport-<host>[-<label>][-<case>]-<date>-<random>`, up to 3.5 `sosreport-<host>[.<case>]-<stamp>`.
_SOS = re.compile(
    r"sosreport-(?P<node>.+?)(?:[-.]0?\d{7,8})?(?:-\d{4}-\d\d-\d\d-[a-z]{5,8}|-\d{14})?(?:\.tar(?:\.\w+)?)?"
)
_INSIDE = ("sos_commands", "proc", "sys", "etc", "var")  # folders at the root of a sosreport
_PARENTS = frozenset({"nodes", "host_service_logs"})  # their folders are named for nodes
_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")
_COMMON = re.compile(
    r"(?:.*[-_.])?(?:logs?|masters|workers|files?|outputs?|data|diag|debug|tmp|home|root|upload(?:ed|s)?|attachments?|case"
    r"|saved|collected|captures?|commands?|network|networks|node|nodes|host|hosts|ovs|ovn|sdn|openvswitch|networking|info"
    r"|meta|cluster|must-gather|tools|before|after|old|new|good|bad|extracted|txt|frr)|\d+|must-gather.*|inspect\..*|quay-.*"
    r"|.*-sha256-[0-9a-f]+"
)
# `oc debug node/worker-0 -- …`, `oc adm node-logs worker-0 …`, `ssh core@worker-0 …`, `oc exec -c x ovnkube-node-abcde
# -- …`: whoever asks, it is of that host or pod.
_ASKED = re.compile(
    r"\bdebug\s+(?:-\S+\s+){0,6}nodes?/(?P<debugged>[\w.-]{1,253})|\bnode-logs\s+(?P<logs>[a-z0-9][\w.-]{0,252})"
    r"|\bssh\s+(?:(?:-[ilopFJ]\s+\S{1,200}|-\S{1,200})\s+){0,6}(?:[\w.-]{1,64}@)?(?P<remote>[A-Za-z0-9][\w.-]{0,252})(?=\s|$)"
    r"|\b(?:exec|rsh)\s+(?:(?:-[nc]|--namespace|--container)[ =]\S{1,200}\s+|-\S{1,200}\s+){0,6}(?:pods?/)?"
    r"(?P<pod>[a-z0-9][\w.-]{0,252})(?=\s|$)"
)
_SHELLS = frozenset({"sh", "bash", "/bin/sh", "/bin/bash"})


class HostFact(Fact):
    """A fact of one host. `node` is what its path hints at (see `node_hint`), None where nothing does."""

    origin: Origin
    node: str | None = None


class Asked:
    """Whose output follows each prompt of a session, one prompt after the other."""

    def __init__(self) -> None:
        self._inside: str | None = None

    def host(self, command: str, prompted: str | None) -> str | None:
        """The host that the command names, else the one in the prompt, else the one that was logged into before."""
        found = _ASKED.search(command)
        named = next((part for part in found.groups() if part), None) if found else None
        if found and _enters(found, command[found.end() :].split()):
            self._inside = named  # `sh-5.1#` follows, which names nobody
            return None
        if prompted and prompted.partition(".")[0] != "localhost":
            self._inside = None
            return named or prompted
        return named or self._inside


def _enters(found: re.Match[str], rest: list[str]) -> bool:
    """Whether a command opens a shell and runs nothing itself."""
    if found["pod"]:
        return not rest or rest[-1] in _SHELLS
    return bool((found["debugged"] and "--" not in rest) or (found["remote"] and not rest))


def node_hint(source: SourceFile) -> str | None:
    """The name that the path gives to the host that the output is from; None where it gives none.

    In this order: the part `{node}` of the pattern, a folder below `nodes/` or `host_service_logs/`, the collectors'
    file names, the root of a sosreport, the folder that the file lies in, if its name may be a node's.
    """
    folders, _, name = source.path.rpartition("/")
    parts = folders.split("/") if folders else []
    if given := source.params.get("node"):
        return given.partition("_ovnkube-node-")[0]
    for parent, folder in pairwise(parts):
        if parent in _PARENTS and _plausible(folder):
            return folder
    if (named := _NAMED.fullmatch(name)) and not named["node"].startswith("ovnkube-"):
        return named["node"]
    for part in reversed(parts):
        if sos := _SOS.fullmatch(part):
            return sos["node"]
    return _folder(parts)


def _folder(parts: list[str]) -> str | None:
    root = next((at for at, part in enumerate(parts) if part in _INSIDE), len(parts))
    return parts[root - 1] if root and _plausible(parts[root - 1]) else None


def _plausible(folder: str) -> bool:
    return bool(_NAME.fullmatch(folder)) and not _COMMON.fullmatch(folder)
