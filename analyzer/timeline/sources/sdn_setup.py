"""The setups of nodes of OpenShift 3 by the script openshift-sdn-ovs, and the flows that could not be added."""

from collections.abc import Iterator
from datetime import datetime

from analyzer.hosts import HostNames
from analyzer.instances import Ages
from analyzer.timeline.entry import Entry, Lane, dated, source
from parsers.base import Evidence
from parsers.host_facts import HostFact
from parsers.sdn_setup import SdnFlowError, SdnSetup, SdnSetupError, SetupOutcome


@source
def sdn_setup(
    setups: tuple[SdnSetup, ...],
    errors: tuple[SdnSetupError, ...] | None,
    flows: tuple[SdnFlowError, ...] | None,
    names: HostNames,
    ages: Ages,
) -> Iterator[Entry]:
    """Setups of nodes, their errors and flows that were refused; a journal names no year."""
    found: list[tuple[HostFact, str | None, datetime | None, str, bool]] = [
        (one, one.moment, one.time, f"setup of the node's network: {one.outcome}", one.outcome is SetupOutcome.FAILED)
        for one in setups
    ]
    found += [(one, one.moment, one.time, f"setup of the node's network: {one.text}", True) for one in errors or ()]
    found += [(one, one.moment, one.time, f"flow not added: {one.output}", True) for one in flows or ()]
    for fact, moment, time, text, bad in found:
        at = time or dated(moment, ages.of(fact.origin.image_dir))
        if at is not None:
            line: Evidence = fact.evidence
            yield Entry(at, names.node(fact), Lane.NETWORK, "setup", text, line, bad=bad, guessed=time is None)
