"""Texts of bfdd for the BFD rules. Wordings are those of FRR 8.4 unless a test says otherwise."""

from types import SimpleNamespace

from bgp_kit import PEER, config, dump, neighbor, pod, statements

FAST = ("bfd", " profile fast", "  receive-interval 50", " exit", " !", "exit", "!")
EMPTY = ("bfd", " profile fast", " exit", " !", "exit", "!")
ASKING = ("bfd", "bfd profile fast")
NEVER = {
    "status": "down",
    "remote_id": 0,
    "time": "Downtime: 11 second(s)",
    "theirs": (3, 1000, 1000),
    "echo": "disabled",
}
EXPIRED = {"status": "down", "time": "Downtime: 5 second(s)", "diagnostics": "control detection time expired"}
BGP_TELLS = (
    "  BFD: Type: single hop",
    "  Detect Multiplier: 3, Min Rx interval: 300, Min Tx interval: 300",
    "  Status: {}, Last update: 0:00:00:15",
)


SESSION = {
    "status": "up",
    "multihop": False,
    "local": "192.0.2.20",
    "vrf": "default",
    "remote_id": 42,
    "mode": "Active",
    "time": "Uptime: 2 hour(s)",
    "diagnostics": "ok",
    "remote_diagnostics": "ok",
    "ours": (3, 300, 300),
    "theirs": (3, 300, 300),
    "echo": "50ms",
    "release": "8.4",
}


def bfd(peer=PEER, **more):
    """One session of `show bfd peers`; release 7.5 prints no mode and one echo interval for each side."""
    one = SimpleNamespace(**SESSION | more)
    assert set(more) <= set(SESSION)
    where = f"local-address {one.local} " if one.local else ""
    head = f"peer {peer} {'multihop ' if one.multihop else ''}{where}vrf {one.vrf}"
    lines = [f"\t{head}{'' if one.multihop else ' interface br-ex'}", "\t\tID: 7", f"\t\tRemote ID: {one.remote_id}"]
    lines += [] if one.release == "7.5" else [f"\t\t{one.mode} mode"]
    lines += ["\t\tMinimum TTL: 1"] if one.multihop else []
    lines += [f"\t\tStatus: {one.status}", *([f"\t\t{one.time}"] if one.time else [])]
    lines += [f"\t\tDiagnostics: {one.diagnostics}", f"\t\tRemote diagnostics: {one.remote_diagnostics}"]
    lines += ["\t\tPeer Type: dynamic", *_timers("Local", one.ours, "50ms", one.release)]
    return "\n".join([*lines, *_timers("Remote", one.theirs, one.echo, one.release)])


def _timers(side, timers, echo, release):
    lines = [f"\t\t{side} timers:", f"\t\t\tDetect-multiplier: {timers[0]}"]
    lines += [f"\t\t\tReceive interval: {timers[1]}ms", f"\t\t\tTransmission interval: {timers[2]}ms"]
    if release == "7.5":
        return [*lines, f"\t\t\tEcho transmission interval: {'0ms' if echo == 'disabled' else echo}"]
    return [*lines, f"\t\t\tEcho receive interval: {echo}"]


def peers(*sessions):
    return "\n".join(["BFD Peers:", *sessions])


def running(*attributes, tail=EMPTY, peer=PEER, **more):
    """A running configuration with one neighbor; without words it asks for BFD with the profile `fast`."""
    return config(statements(peer, "64512", *(attributes or ASKING)), tail=tail, activate=(peer,), **more)


def asking(session, block=None, configured=None, **which):
    """A pod on worker-0 whose neighbor asks for BFD. `session`: its BFD session, or what stands in its place."""
    answer = session if session is None or session.startswith("BFD Peers:") else peers(session)
    return dump(block or neighbor(), configured or running(), answer, **which) | pod()


def counters(down=0, up=1, heard=40, folder="saved/worker-0"):
    """A saved `show bfd peers counters` of one peer."""
    text = f"""\
BFD Peers:
	peer {PEER} local-address 192.0.2.20 vrf default interface br-ex
		Control packet input: {heard} packets
		Control packet output: 44 packets
		Echo packet input: 0 packets
		Echo packet output: 0 packets
		Session up events: {up}
		Session down events: {down}
		Zebra notifications: 2
"""
    return {f"{folder}/counters.txt": text}


def brief(*rows, folder="saved/worker-0"):
    """A saved `show bfd peers brief`; a row is a peer and its status."""
    lines = [f"Session count: {len(rows)}", "SessionId  LocalAddress  PeerAddress  Status"]
    lines += ["=========  ============  ===========  ======"]
    lines += [f"{at:<10} 192.0.2.20    {peer}    {status}" for at, (peer, status) in enumerate(rows, 7)]
    return {f"{folder}/brief.txt": "\n".join([*lines, ""])}


def saved(folder="saved/worker-0", **files):
    """Outputs saved by hand, by name: `config=...`, `neighbors=...`, `bfd=...`."""
    return {f"{folder}/{name}.txt": content + "\n" for name, content in files.items()}
