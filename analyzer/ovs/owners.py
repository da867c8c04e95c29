"""Whose a port of a pod is: the pod that its external ids name, and whether it still runs there.

OVN-Kubernetes writes `iface-id=<namespace>_<pod>`, `sandbox` and, from 4.10 on, `iface-id-ver=<uid of the pod>`
(ovn-org/ovn-kubernetes go-controller/pkg/cni/ovs.go); OpenShift SDN `sandbox` and `ip` (openshift/sdn
pkg/network/node/ovscontroller.go). `ovs-vsctl show` prints none of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from analyzer.instances import PodsByName
from analyzer.ovs.sources import SwitchPort
from analyzer.ovs.switches import Switch
from analyzer.rule import join
from parsers.base import Evidence
from parsers.pods import Pod, PodPhase
from parsers.pods_listed import PodsListed

_OVER = frozenset({PodPhase.SUCCEEDED, PodPhase.FAILED})


class Ownership(Enum):
    """What is known of the owner of a port."""

    RUNS = auto()
    ENDS = auto()  # the pod is being deleted: its port goes with it
    GONE = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Owner:
    """The owner of a port; `name` is `namespace/pod`, `text` says what is known, for the end of a sentence."""

    ownership: Ownership
    text: str
    name: str | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Owners:
    """The pods by name and by address, and the namespaces of which all were collected."""

    _pods: PodsByName
    _by_ip: Mapping[str, Pod] = field(default_factory=dict, repr=False)
    _listed: Mapping[str, Evidence] = field(default_factory=dict, repr=False)

    def of(self, switch: Switch, port: SwitchPort) -> Owner:
        """The owner of a port of this switch."""
        namespace, _, name = port.ids.get("iface-id", "").partition("_")
        if namespace and name:
            return self._named(switch, port, namespace, name)
        if ip := port.ids.get("ip"):
            return self._at(switch, ip)
        return Owner(Ownership.UNKNOWN, "which pod it belongs to was not collected (ovs-vsctl list interface)")

    def _named(self, switch: Switch, port: SwitchPort, namespace: str, name: str) -> Owner:
        label = f"{namespace}/{name}"
        same = [one for one in switch.ports if one.ids.get("iface-id") == port.ids["iface-id"] and not one.error]
        if same:
            text = f"{label} has a newer port that works, {same[0].name}: this one is a leftover"
            return Owner(Ownership.GONE, text, label, same[0].where("external_ids"))
        pod = self._pods.get((namespace, name))
        if pod is None:
            if namespace in self._listed:
                return Owner(Ownership.GONE, f"its pod {label} is gone: a leftover", label, (self._listed[namespace],))
            return Owner(Ownership.UNKNOWN, f"whether its pod {label} still runs was not collected", label)
        version = port.ids.get("iface-id-ver")
        if version and pod.uid and version != pod.uid:
            return Owner(Ownership.GONE, f"it belonged to an earlier pod {label}: a leftover", label, pod.where("uid"))
        return _running(switch, pod, label)

    def _at(self, switch: Switch, ip: str) -> Owner:
        """SDN: the pod by its address, on this node."""
        pod = self._by_ip.get(ip)
        if pod is None:  # a must-gather does not hold the pods of every namespace
            return Owner(Ownership.UNKNOWN, f"no pod that was collected has its address {ip}")
        return _running(switch, pod, f"{pod.namespace}/{pod.name}")


def _running(switch: Switch, pod: Pod, label: str) -> Owner:
    if pod.deleting:
        return Owner(Ownership.ENDS, f"its pod {label} is being deleted", label, pod.where("deleting"))
    if pod.phase in _OVER or (switch.node and pod.node and pod.node != switch.node):
        where = f"is {pod.phase}" if pod.phase in _OVER else f"runs on {pod.node} now"
        return Owner(Ownership.GONE, f"its pod {label} {where}: a leftover", label, pod.where("phase", "node"))
    if switch.taken and pod.created and pod.created > switch.taken:
        return Owner(Ownership.UNKNOWN, f"a pod {label} exists, but was made later", label, pod.where("node"))
    return Owner(Ownership.RUNS, f"its pod {label} runs without a network", label, pod.where("node", "phase"))


@join
def owners(pods: PodsByName, lists: tuple[PodsListed, ...] | None) -> Owners:
    by_ip = {ip: pod for pod in pods.values() if pod.phase not in _OVER and not pod.host_network for ip in pod.pod_ips}
    return Owners(pods, by_ip, {name: one.evidence for one in lists or () for name in one.namespaces})
