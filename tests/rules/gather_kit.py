"""What a must-gather holds of FRR's pods and of itself, for the rules on the collection's quality."""

from bgp_kit import IMAGE, NAMESPACE, config, log, neighbor

SECTIONS = {
    "show running-config": config(),
    "show bgp ipv4": "No BGP prefixes displayed, 0 exist",
    "show bgp ipv6": "No BGP prefixes displayed, 0 exist",
    "show bgp neighbor": neighbor(),
    "show bfd peer": "BFD Peers:",
}
FILES = {"frr.conf": config(), "daemons": "bgpd=yes\nbfdd=yes\n", "vtysh.conf": "service integrated-vtysh-config\n"}


def sections(**changed):
    """A dump_frr of five sections; `bgp_ipv4=None` leaves that one out, an empty text leaves it without an answer."""
    texts = SECTIONS | {f"show {name.replace('_', ' ')}": text for name, text in changed.items()}
    texts["show running-config"] = texts.pop("show config", texts["show running-config"])
    return "".join(f"###### {name}\n{text}\n" for name, text in texts.items() if text is not None)


def member(name, pod="speaker-a", namespace=NAMESPACE, image=IMAGE):
    return f"{image}/namespaces/{namespace}/pods/{pod}/frr/frr/logs/{name}"


def collected(pod="speaker-a", *missing, namespace=NAMESPACE, **files):
    """Everything that is taken of one pod, but for what is missing."""
    names = {"dump_frr": sections(), **FILES, **files}
    found = {member(name, pod, namespace): text for name, text in names.items() if name not in missing}
    return found if "log" in missing else found | log("10:00:00 Terminating on signal", pod=pod)


def a_pod(name="speaker-a", node="worker-0", containers=("speaker", "frr"), phase="Running", namespace=NAMESPACE):
    written = "".join(f"  - name: {one}\n" for one in containers)
    statuses = "".join(
        f"  - name: {one}\n    ready: true\n    restartCount: 0\n    state:\n      running:\n"
        "        startedAt: '2026-11-20T00:00:00Z'\n"
        for one in containers
    )
    content = f"""\
apiVersion: v1
kind: Pod
metadata:
  name: {name}
  namespace: {namespace}
  resourceVersion: '1'
spec:
  containers:
{written}  nodeName: {node}
status:
  containerStatuses:
{statuses}  phase: {phase}
"""
    return {f"{IMAGE}/namespaces/{namespace}/pods/{name}/{name}.yaml": content}


def gather_logs(*lines, image=IMAGE, name="gather.logs"):
    return {f"{image}/{name}": "".join(f"2026-11-21T05:52:35.817695908Z {line}\n" for line in lines)}
