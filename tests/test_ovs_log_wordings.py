"""Wordings of messages in logs of Open vSwitch that differ between releases."""

import pytest

from parsers.ovs_log_kinds import OvsLogKind, understand


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Started Open vSwitch Forwarding Unit.", "Open vSwitch Forwarding Unit"),
        ("Started ovs-vswitchd.service - Open vSwitch Forwarding Unit.", "Open vSwitch Forwarding Unit"),
        (
            "Started Configures OVS with proper host networking configuration.",
            "Configures OVS with proper host networking configuration",
        ),
        (
            "Finished Configures OVS with proper host networking configuration.",
            "Configures OVS with proper host networking configuration",
        ),
    ],
)
def test_starts_that_systemd_tells(text, subject):
    found = understand(text, systemd=True)
    assert found
    assert (found.kind, found.subject) == (OvsLogKind.STARTED, subject)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("upcall: datapath reached the dynamic limit of 200000 flows.", 200_000),
        ("upcall: datapath flow limit reached", None),
        ("Number of datapath flows (400001) twice as high as current dynamic flow limit (200000).", 400_001),
    ],
)
def test_limits_of_flows(text, value):
    found = understand(text, systemd=False)
    assert found
    assert (found.kind, found.value) == (OvsLogKind.FLOW_LIMIT, value)
