"""Logs and states for the rules about configurations that do not load and daemons that do not run.

Times are `hh:mm:ss` of the day of the collection, which begins at 10:00:00 unless a test says otherwise.
"""

import json

from bgp_kit import IMAGE, NAMESPACE
from metallb_kit import written

DAY = "2026-11-21"
RELOADING = "Caught SIGHUP and acquired lock! Reloading FRR.."
RELOADED = "FRR reloaded successfully! 1 seconds"
SYNTAX = (
    "2026-11-21 09:00:00,987   ERROR: vtysh failed to process new configuration: vtysh exited with status 4:",
    "b'line 79: % Command incomplete: neighbor tor1 remote-as\\n\\n'",
    "Syntax error spotted: aborting.. 1 seconds",
)
UNKNOWN_PROFILE = "peer tor1 referencing non existing bfd profile fast"
LOADED = {"controller": "ConfigReconciler", "event": "config reloaded", "level": "info"}


def line(at, **fields):
    """A line of MetalLB's log as go-kit writes it; underscores in the names of the fields stand for blanks."""
    body = {"caller": "x.go:1", **{key.replace("_", " "): value for key, value in fields.items()}, "ts": f"{DAY}T{at}Z"}
    return f"{DAY}T{at}.000000000Z {json.dumps(body, sort_keys=True, separators=(',', ':'))}\n"


def rejected(at, error=UNKNOWN_PROFILE, controller="ConfigReconciler", **more):
    return line(at, controller=controller, error=error, level="error", **more)


def loaded(at, controller="ConfigReconciler"):
    return line(at, **{**LOADED, "controller": controller})


def starting(at, who="speaker"):
    return line(at, level="info", msg=f"MetalLB {who} starting (commit abc, branch dev)", version="v0.13")


def log_of(*lines, pod="speaker-a", container="speaker", name="current.log", namespace=NAMESPACE):
    """The log of a container, of whole lines."""
    return {f"{IMAGE}/namespaces/{namespace}/pods/{pod}/{container}/{container}/logs/{name}": "".join(lines)}


def reloader(*texts, pod="speaker-a", name="current.log", timed=True, namespace=NAMESPACE):
    """The reloader's log; each text is `09:00:00 text`."""
    pairs = (one.split(" ", 1) for one in texts)
    lines = (f"{DAY}T{at}.000000000Z {text}\n" if timed else f"{text}\n" for at, text in pairs)
    return log_of(*lines, pod=pod, container="reloader", name=name, namespace=namespace)


def reload_at(at, *texts):
    return [f"{at} {one}" for one in (RELOADING, *texts)]


def node_state(node="worker-0", conversion="success", reload="success"):
    """The FRRNodeState of a node; a result None is not written."""
    status = {"lastConversionResult": conversion, "lastReloadResult": reload}
    made = {
        "apiVersion": "frrk8s.metallb.io/v1beta1",
        "kind": "FRRNodeState",
        "metadata": {"name": node},
        "status": {key: value for key, value in status.items() if value is not None},
    }
    path = f"{IMAGE}/cluster-scoped-resources/frrk8s.metallb.io/frrnodestates/{node}.yaml"
    return {path: json.dumps(made, indent=2)}


def configuration_state(node=None, result="Invalid", error=UNKNOWN_PROFILE, conditions=()):
    """The ConfigurationState of the speaker of a node, or of the controller."""
    labels = {"metallb.io/component-type": "speaker" if node else "controller"}
    status = {"result": result, "errorSummary": error, "conditions": list(conditions)}
    made = {
        "apiVersion": "metallb.io/v1beta1",
        "kind": "ConfigurationState",
        "metadata": {
            "name": f"speaker-{node}" if node else "controller",
            "namespace": NAMESPACE,
            "labels": labels | ({"metallb.io/node-name": node} if node else {}),
        },
        "status": {key: value for key, value in status.items() if value},
    }
    path = f"namespaces/{NAMESPACE}/metallb.io/configurationstates.yaml"
    return written(path, "ConfigurationState", made, version="metallb.io/v1beta1")


def a_pod(  # noqa: PLR0913 - what of a pod a test changes
    name,
    where="worker-0",
    containers=("controller", "frr", "reloader"),
    *,
    namespace="openshift-frr-k8s",
    started="2026-11-20T00:00:00Z",
    host_network=True,
    phase="Running",
    deleting=False,
    frr=None,
):
    """A pod with these containers; `frr` changes the status of that container."""
    state = {"ready": True, "restartCount": 0, "state": {"running": {"startedAt": started}}}
    states = [{"name": one, **state, **((frr or {}) if one == "frr" else {})} for one in containers]
    metadata = {"name": name, "namespace": namespace}
    made = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata | ({"deletionTimestamp": "2026-11-21T09:59:00Z"} if deleting else {}),
        "spec": {"containers": [{"name": one} for one in containers], "hostNetwork": host_network, "nodeName": where},
        "status": {"containerStatuses": states, "phase": phase, "startTime": started},
    }
    return {f"{IMAGE}/namespaces/{namespace}/pods/{name}/{name}.yaml": json.dumps(made, indent=2)}


def daemon_log(*lines, pod="speaker-a", name="frr.log", namespace=NAMESPACE):
    """A log of FRR with lines of several daemons; each is `09:00:00 BGP text`."""
    parts = (one.split(" ", 2) for one in lines)
    text = "".join(f"2026/11/21 {at}.000 {daemon}: [ABCDE-12345] {said}\n" for at, daemon, said in parts)
    return {f"{IMAGE}/namespaces/{namespace}/pods/{pod}/frr/frr/logs/{name}": text}


def older(lines, day="2026/11/18"):
    """The same log of another day."""
    return {path: content.replace("2026/11/21", day) for path, content in lines.items()}


def daemons_file(pod="speaker-a", **enabled):
    text = "".join(f"{name}={value}\n" for name, value in {"bgpd": "yes", "bfdd": "yes", **enabled}.items())
    return {f"{IMAGE}/namespaces/{NAMESPACE}/pods/{pod}/frr/frr/logs/daemons": text}


def gathered(*lines):
    """The log of the collection itself."""
    return {f"{IMAGE}/gather.logs": "".join(f"{DAY}T09:59:00.000000000Z {one}\n" for one in lines)}
