"""The diagnostic steps of the documents that the product was asked for with, and what takes each of them over.

`steps()` is the table; docs/diagnostic-steps.md is written from it by `python -m analyzer.reference`.
"""

from analyzer.steps import metallb, metallb_archive, metallb_frr, ovnkube_trace, sdn, sdn_node, worker
from analyzer.steps.model import DOCUMENTS, Document, Found, Place, Step

__all__ = ["DOCUMENTS", "Document", "Found", "Place", "Step", "steps"]


def steps() -> tuple[Step, ...]:
    """Every step, in the order of the documents."""
    modules = (metallb, metallb_frr, metallb_archive, ovnkube_trace, sdn, sdn_node, worker)
    return tuple(step for module in modules for step in module.STEPS)
