"""Which flows become facts. A dump holds ten thousands of flows and each fact costs 50 µs: filter before decoding.

To declare that a rule needs more flows, add an Interest. Sources of the shapes: openshift/sdn
pkg/network/node/ovscontroller.go (br0), ovn-org/ovn controller/physical.c (br-int), ovn-org/ovn-kubernetes
go-controller/pkg/node/bridgeconfig and gateway_shared_intf.go (br-ex).
"""

import re
from dataclasses import dataclass

MOST = 20_000  # flows of one dump that are decoded; FlowDump.left_out counts the rest
_HOST = r"(?:arp_[st]pa|nw_(?:src|dst))=(?:\d{1,3}(?:\.\d{1,3}){3}|x-ipv4-\d{10}-x)(?=[, ])"


@dataclass(frozen=True, slots=True)
class Interest:
    """Flows that rules ask for: on bridges with such a name, the lines in which `lines` is found.

    `elsewhere` is looked for in the other tables than `policies`, which hold too many.
    """

    bridges: re.Pattern[str]
    lines: re.Pattern[str]
    elsewhere: re.Pattern[str] | None = None
    policies: frozenset[int] = frozenset()

    def wants(self, table: int, line: str) -> bool:
        """Whether the flow becomes a fact."""
        if self.lines.search(line):
            return True
        return bool(self.elsewhere and table not in self.policies and self.elsewhere.search(line))


# One flow for each remote node: tables 10, 50, 90, 101, 111, with other numbers in 3.x. In table 253 lies the note that
# says that br0 is set up. Addresses without a prefix are those of local pods, but not where policies (27, 80),
# services (60) and egress (100, 101) name those of others; table 25 repeats what table 20 says.
_SDN = r"tun_src=|->tun_dst|NXM_NX_TUN_IPV4_DST|\btable=253\b"
_OVN = r"\btable=0,.*(?:NXM_NX_TUN_ID|\btun_id\b)"  # tunnels in: one flow for each tunnel port
_GATEWAY = r"^(?!.*\btp_(?:src|dst)=(?!6081\b|4789\b))"  # all but those of single node ports
_POLICIES = frozenset({25, 27, 60, 80, 100, 101})

INTERESTS = (
    Interest(re.compile(r"br0"), re.compile(_SDN), re.compile(_HOST), _POLICIES),
    Interest(re.compile(r"br-int"), re.compile(_OVN)),
    Interest(re.compile(r"(?!br0$|br-int$).+"), re.compile(_GATEWAY)),
)
_UNNAMED = Interest(re.compile(""), re.compile(f"{_SDN}|{_OVN}"))


def interest(bridge: str | None) -> Interest:
    """What is asked for of a bridge; where nothing names the bridge, what tells it by itself."""
    return next((one for one in INTERESTS if bridge and one.bridges.fullmatch(bridge)), _UNNAMED)
