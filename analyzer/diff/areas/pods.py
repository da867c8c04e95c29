"""Pods: those that came and went, and what became of the others. A pod that a rollout made again is replaced."""

from analyzer.diff.area import Area, spot
from analyzer.diff.model import BAD, EVERYTHING, WELL, Facet, Item, Value
from analyzer.diff.names import Owner, owner_of
from analyzer.instances import PodsByName
from analyzer.rule import NotCollectedError
from analyzer.store import Store
from parsers.pods import Pod, PodPhase
from parsers.pods_listed import PodsListed

_JUDGED = frozenset({"status", "ready"})


def _read(store: Store) -> Facet:
    if store.facts(Pod) is None:
        raise NotCollectedError("not collected: pods")
    pods: PodsByName = store.joined(PodsByName)
    scopes: dict[str, str | None] = {}
    for listed in store.facts(PodsListed) or ():
        scopes |= dict.fromkeys((*listed.namespaces, *([EVERYTHING] if listed.everywhere else [])))
    # Jobs and installers end and are cleaned away; that they are no longer there is no news.
    items = tuple(_item(pod) for _, pod in sorted(pods.items()) if pod.phase is not PodPhase.SUCCEEDED)
    return Facet("pods", PODS.title, items, scopes=scopes, unit="not all pods of {} were collected", judged=_JUDGED)


def _item(pod: Pod) -> Item:
    owner = owner_of(pod)
    status = status_of(pod)
    ready = f"{sum(one.ready for one in pod.containers)}/{len(pod.containers)}"
    values: dict[str, Value] = {"status": status, "ready": ready}
    told = owner.each_node or pod.name.endswith(f"-{pod.node}")  # a static pod is named for its node
    if not owner.made_up:
        values["node"] = pod.node
    containers = (*pod.containers, *pod.init_containers)
    return Item(
        key=f"{pod.namespace or ''}/{pod.name}",
        values=values,
        scopes=(pod.namespace or "",),
        place=spot(pod.evidence),
        marks={"status": spot(pod.where("phase")), "ready": spot(pod.where("ready"))},
        label=_label(pod, owner),
        text=f"{status}, {ready} ready" + (f" on {pod.node}" if pod.node and not told else ""),
        health=WELL if pod.ready else BAD,
        counters={"restarts": sum(one.restarts for one in containers)},
        kin=_kin(pod, owner),
        incarnation=(pod.name if owner.each_node or not pod.node else f"{pod.name} on {pod.node}", pod.uid or ""),
    )


def status_of(pod: Pod) -> str:
    """The status as `oc get pods` shows it: what a container waits for, else the phase."""
    if pod.deleting:
        return "Terminating"
    waiting = next((one.waiting_reason for one in pod.containers if one.waiting_reason), None)
    return waiting or pod.reason or str(pod.phase)


def _label(pod: Pod, owner: Owner) -> str:
    name = f"{pod.namespace or ''}/{owner.name}"
    return f"{name} on {pod.node or 'no node'}" if owner.each_node else f"{pod.namespace or ''}/{pod.name}"


def _kin(pod: Pod, owner: Owner) -> tuple[str, ...]:
    """Whose place another pod may have taken: of its owner on its node, of its owner anywhere."""
    if not owner.made_up:
        return ()
    name = f"{pod.namespace or ''}/{owner.name}"
    here = f"{name} on {pod.node}"
    return (here,) if owner.each_node else (here, name)


PODS = Area("pods", "pods", (PodsByName, Pod, PodsListed), _read)
