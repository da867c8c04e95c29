"""Addresses that somebody hid before the archive was handed out.

openshift/must-gather-clean pkg/obfuscator/ip.go writes `x-ipv4-0000000001-x` for the same address everywhere, or, when
asked for it, `xxx.xxx.xxx.xxx` for all of them: such a text tells nothing apart.
"""

import re

from parsers.cluster_services import ClusterService

_MASK = re.compile(r"x-ipv[46]-\d{10}-x|xxx\.xxx\.xxx\.xxx|xxxx(?::xxxx){7}")
_SAME = re.compile(r"xxx\.xxx\.xxx\.xxx|xxxx(?::xxxx){7}")


def masked(text: str) -> bool:
    """Whether an address in the text was hidden."""
    return _MASK.search(text) is not None


def nameless(text: str) -> bool:
    """Whether the text holds a mask that stands for every address."""
    return _SAME.search(text) is not None


def hidden(service: ClusterService) -> bool:
    """Whether addresses of a service were hidden.

    The databases of OVN in an archive's packed members mostly were not: what they hold cannot be compared then.
    """
    return any(masked(one) for one in (*service.cluster_ips, *service.external_ips, *service.ingress_ips))
