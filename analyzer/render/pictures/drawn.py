"""All pictures of a report by their names; those of which it holds no facts are missing."""

from collections.abc import Callable

from analyzer.model import Report
from analyzer.render.pictures.mtu import mtu
from analyzer.render.pictures.paths import paths
from analyzer.render.pictures.shapes import Picture
from analyzer.render.pictures.timeline import timeline
from analyzer.render.pictures.topology import topology
from analyzer.render.pictures.tunnels import tunnels

_DRAWN: dict[str, Callable[[Report], Picture | None]] = {
    "topology": lambda report: topology(report.peers or ()),
    "paths": lambda report: paths(report.services or ()),
    "mtu": lambda report: mtu(report.mtu or ()),
    "tunnels": lambda report: tunnels(report.tunnels or (), report.cluster.nodes),
    "timeline": lambda report: timeline(report.timeline),
}


def pictures(report: Report) -> dict[str, Picture]:
    """The pictures that the report has facts for."""
    found = {name: draw(report) for name, draw in _DRAWN.items()}
    return {name: picture for name, picture in found.items() if picture is not None}
