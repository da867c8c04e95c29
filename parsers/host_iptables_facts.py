"""Chains and rules of netfilter, as `iptables-save` and `iptables -L` show them.

Files of 100,000 rules are normal with kube-proxy. Every rule is counted in its chain; as facts are kept
- of the table `filter` all: what an ACCEPT lets through before a DROP, only the order tells;
- of `nat` the rules of the built-in chains and those of OpenShift and OVN-Kubernetes, every translation (DNAT, SNAT,
  REDIRECT, MASQUERADE), REJECT and DROP, and the jumps from KUBE- chains to the chains of services and endpoints;
- of the other tables DROP and REJECT, and the rules of OVN-Kubernetes' chains.
Not kept are marks for masquerading and RETURN, LOG and the like outside of those chains.
"""

import re

from parsers.host_facts import HostFact
from parsers.vocabulary import Family

BUILT_IN = frozenset(["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"])
TRANSLATIONS = frozenset(["DNAT", "SNAT", "REDIRECT", "MASQUERADE", "NETMAP"])
DENIALS = frozenset(["DROP", "REJECT"])
_OWNED = re.compile(r"(?:OVN-KUBE-|OPENSHIFT-)")
_SERVICES = re.compile(r"KUBE-(?:SERVICES|NODEPORTS|SVC-|SVL-|FW-|XLB-|EXT-|EXTERNAL-SERVICES)")


def kept(table: str | None, chain: str, target: str | None) -> bool:
    """Whether a rule becomes a fact (see the head of the module)."""
    if table in {None, "filter"} or target in DENIALS or _OWNED.match(chain):
        return True
    if table != "nat":
        return False
    return chain in BUILT_IN or target in TRANSLATIONS or bool(_SERVICES.match(chain) and target != "KUBE-MARK-MASQ")


class IptablesChain(HostFact):
    """One chain: its policy (None for a chain that somebody added), the packets that met it, the number of its rules.

    table: None where neither the command nor the file's name tells it. complete: whether its end was read.
    """

    family: Family
    table: str | None
    chain: str
    policy: str | None = None
    packets: int | None = None
    bytes: int | None = None
    rules: int = 0
    complete: bool = True


class IptablesRule(HostFact):
    """One rule. The evidence is its only line.

    number: its place in the chain, from 1. target: None for a rule that only counts. packets, bytes: None where not
    printed; of `12M` about so many. destination_ports: single ones and ranges `30000:32767`. to: where DNAT, SNAT or
    REDIRECT lead. states: of connection tracking. local: only to addresses of the host itself (ADDRTYPE LOCAL).
    inverted: the fields before which a `!` stands. more: whether it has further conditions that no field names.
    """

    family: Family
    table: str | None
    chain: str
    number: int
    text: str
    target: str | None = None
    packets: int | None = None
    bytes: int | None = None
    protocol: str | None = None
    source: str | None = None
    destination: str | None = None
    in_interface: str | None = None
    out_interface: str | None = None
    source_ports: tuple[str, ...] = ()
    destination_ports: tuple[str, ...] = ()
    to: str | None = None
    comment: str | None = None
    states: tuple[str, ...] = ()
    local: bool = False
    inverted: tuple[str, ...] = ()
    more: bool = False


class IptablesElsewhere(HostFact):
    """A remark that the rules of this output need not be all: the other backend may hold some.

    backend: the other one, `nf_tables` where the output is of `legacy`, `legacy` where iptables itself warns of it
    (iptables iptables/nft-shared.c, nft_check_xt_legacy).
    """

    backend: str
