"""Small must-gathers for the tests of the command line: one speaker pod whose session is down, up, or not collected."""

import io
import tarfile

IMAGE = "quay-io-openshift-release-dev-ocp-v4-0-art-dev-sha256-0d1c"
DUMP = f"must-gather.local.1/{IMAGE}/namespaces/metallb-system/pods/speaker-a/frr/frr/logs/dump_frr"
PASSWORD = "s3cret-of-the-peer"

_DUMP = """\
###### show running-config
Building configuration...

Current configuration:
!
frr version 8.4.4
frr defaults traditional
hostname worker-0
!
router bgp 64504
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 neighbor 192.0.2.1 remote-as 64505
 neighbor 192.0.2.1 password {password}
 !
 address-family ipv4 unicast
  network 198.51.100.10/32
  neighbor 192.0.2.1 activate
 exit-address-family
exit
!
end
###### show bgp ipv4
BGP table version is 1, local router ID is 192.0.2.20, vrf id 0
Default local pref 100, local AS 64504
Status codes:  s suppressed, d damped, h history, * valid, > best, = multipath,
               i internal, r RIB-failure, S Stale, R Removed
Nexthop codes: @NNN nexthop's vrf id, < announce-nh-self
Origin codes:  i - IGP, e - EGP, ? - incomplete
RPKI validation codes: V valid, I invalid, N Not found

   Network          Next Hop            Metric LocPrf Weight Path
*> 198.51.100.10/32 0.0.0.0                  0         32768 i

Displayed  1 routes and 1 total paths
###### show bgp ipv6
No BGP prefixes displayed, 0 exist
###### show bgp neighbor
BGP neighbor is 192.0.2.1, remote AS 64505, local AS 64504, external link
  BGP version 4, remote router ID {remote_id}, local router ID 192.0.2.20
  BGP state = {state}
  Last read 1d00h10m, Last write 1d00h10m
  Hold time is 90 seconds, keepalive interval is 30 seconds
  Message statistics:
    Inq depth is 0
    Outq depth is 0
                         Sent       Rcvd
    Opens:                  {count}          {count}
    Notifications:          0          0
    Updates:                {count}          {count}
    Keepalives:             {count}          {count}
    Route Refresh:          0          0
    Capability:             0          0
    Total:                  {count}          {count}
  Minimum time between advertisement runs is 0 seconds

 For address family: IPv4 Unicast
  Update group 1, subgroup 1
  Packet Queue length 0
  Community attribute sent to this neighbor(all)
  0 accepted prefixes

  Connections established {count}; dropped 0
  Last reset 1d00h10m,  {reset}
###### show bfd peer
BFD Peers:
"""
_STATES = {
    "down": {"state": "Active", "count": 0, "remote_id": "0.0.0.0", "reset": "No AFI/SAFI activated for peer"},
    "up": {"state": "Established, up for 1d00h05m", "count": 1, "remote_id": "192.0.2.1", "reset": "Waiting for NHT"},
}


def files(state):
    """The files of a must-gather: `down`, `up`, or `failed` for a gather that collected nothing."""
    top = {
        "must-gather.local.1/timestamp": "2026-11-20 10:00:00.000000000 +0000 UTC m=+0.1\n",
        "must-gather.local.1/event-filter.html": "<html></html>\n",
    }
    if state == "failed":
        return top
    return top | {DUMP: _DUMP.format(password=PASSWORD, **_STATES[state])}


def folder(place, state):
    """The must-gather as a folder."""
    for name, text in files(state).items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return place / "must-gather.local.1"


def packed(place, state, rename=lambda name: name):
    """The must-gather as a tar.gz."""
    with tarfile.open(place, "w:gz") as archive:
        for name, text in files(state).items():
            info = tarfile.TarInfo(rename(name))
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    return place
