"""Which node answers for an address in layer 2 mode: every speaker computes it by itself, so it can be computed here.

Source: metallb/metallb speaker/layer2_controller.go (ShouldAnnounce), 0.11 to 0.16: of the nodes that may answer the
one with the lowest SHA-256 of `<node>#<first address of the service>`. There is no vote and no lease.
"""

from collections.abc import Iterable
from hashlib import sha256


def elected(nodes: Iterable[str], address: str) -> str | None:
    """The node that every speaker takes for the owner; None without a node. A service's first address counts."""
    return min(
        nodes, key=lambda node: sha256(f"{node}#{address}".encode(errors="backslashreplace")).digest(), default=None
    )
