"""The areas of the comparison in the order in which they are told, one module each."""

from analyzer.diff.area import Area
from analyzer.diff.areas.configuration import CONFIGURATION
from analyzer.diff.areas.mtu import MTU
from analyzer.diff.areas.nodes import NODES
from analyzer.diff.areas.operators import OPERATORS
from analyzer.diff.areas.ovn import OVN
from analyzer.diff.areas.ovn_counts import OVN_COUNTS
from analyzer.diff.areas.ovs import OVS
from analyzer.diff.areas.pods import PODS
from analyzer.diff.areas.policies import POLICIES
from analyzer.diff.areas.routes import ROUTES
from analyzer.diff.areas.services import SERVICES
from analyzer.diff.areas.sessions import SESSIONS
from analyzer.diff.areas.versions import VERSIONS

AREAS: tuple[Area, ...] = (
    *(SESSIONS, SERVICES, CONFIGURATION, POLICIES, NODES, PODS, OPERATORS, VERSIONS, MTU, ROUTES, OVS, OVN, OVN_COUNTS),
)
