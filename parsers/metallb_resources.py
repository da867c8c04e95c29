"""Where the resources of MetalLB lie: in must-gathers of each release and in MetalLB's own report.

Sources: openshift/must-gather collection-scripts/gather_metallb_logs (4.10) and gather_metallb (from 4.11);
metallb/metallb troubleshooting/collect.sh. The MetalLB resource itself is collected by none of them.
"""

from enum import StrEnum


class DynamicAsn(StrEnum):
    """Whether a peer whose number is not given must be of the own autonomous system or of another one."""

    INTERNAL = "internal"
    EXTERNAL = "external"


def places(plural: str) -> tuple[str, ...]:
    """The path patterns of one kind of resource."""
    return (
        f"namespaces/{{namespace}}/metallb.io/{plural}/{{name}}.yaml",
        f"namespaces/{{namespace}}/metallb.io/{plural}.yaml",
        f"namespaces/{{namespace}}/cr/{plural}.yaml",
        f"report/crds/{plural}.yaml",
    )


def how(plural: str) -> str:
    """How resources of this kind are collected."""
    return (
        f"oc adm must-gather (4.10 or later, with MetalLB installed by OLM); "
        f"by hand: oc get {plural}.metallb.io -A -o yaml > {plural}.yaml"
    )
