"""Why a pod got no network, from the error text that plugins hand on to each other, to the kubelet and its events.

Sources: ovn-org/ovn-kubernetes go-controller/pkg/cni (ovs.go, utils.go, cnishim.go), k8snetworkplumbingwg/multus-cni
pkg/multus and pkg/k8sclient, k8snetworkplumbingwg/whereabouts pkg/allocate, cri-o's text for a missing configuration.
"""

import re
from enum import StrEnum


class CniFailure(StrEnum):
    """What kept a pod from its network."""

    SUPERSEDED = "superseded"  # the pod was deleted or added again meanwhile: harmless
    PORT_BINDING = "port-binding"  # ovn-controller did not bind the port in time
    ANNOTATIONS = "annotations"  # the control plane gave the pod no address in time
    DEFAULT_NETWORK_NOT_READY = "default-network-not-ready"
    DAEMON_DOWN = "daemon-down"  # nothing listens on the socket of ovnkube or multus
    NO_DEFINITION = "no-definition"  # a NetworkAttachmentDefinition does not exist
    NO_ADDRESS = "no-address"  # the range of addresses is full
    NO_CONFIG = "no-config"  # no network plugin has written its configuration on the node
    OTHER = "other"


_CAUSES = tuple(
    (cause, re.compile(expression))
    for cause, expression in (
        (CniFailure.SUPERSEDED, r"canceled (?:old pod sandbox |while )?waiting for|pod deleted before sandbox"),
        (CniFailure.SUPERSEDED, r"is no longer active \(probably due to a subsequent CNI ADD"),
        (CniFailure.SUPERSEDED, r"pod (?:deleted|OVN annotations (?:changed|deleted or invalid)) waiting for"),
        (
            CniFailure.SUPERSEDED,
            r"\bpods \\{0,3}\"[a-z0-9.-]{1,253}\\{0,3}\" not found|expected pod (?:\S{1,300} )?UID ",
        ),
        (CniFailure.PORT_BINDING, r"timed out (?:while )?waiting for OVS port binding|timed out dumping br-int flow"),
        (CniFailure.ANNOTATIONS, r"timed out waiting for (?:pod )?annotations?"),
        (CniFailure.DEFAULT_NETWORK_NOT_READY, r"still waiting for readinessindicatorfile"),
        (CniFailure.DAEMON_DOWN, r"failed to send CNI request"),
        (CniFailure.NO_DEFINITION, r"cannot find (?:get )?a network-attachment-definition"),
        (
            CniFailure.NO_ADDRESS,
            r"Could not allocate IP in range|range is full|no IP addresses available in range set",
        ),
        (CniFailure.NO_CONFIG, r"No CNI configuration file"),
    )
)


def cni_failure(text: str) -> CniFailure:
    """The cause that the text names."""
    return next((cause for cause, expression in _CAUSES if expression.search(text)), CniFailure.OTHER)
