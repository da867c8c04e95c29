"""What every BGP rule declares; the tests of the single rules stand beside this one."""

from pathlib import Path

import pytest
from kit import load_rules

from analyzer.model import Severity
from analyzer.rule import Rule

load_rules()
WARNINGS = {
    "bgp-afi-not-negotiated",
    "bgp-ceased-by-administrator",
    "bgp-flapping",
    "bgp-hold-timer-expired",
    "bgp-other-notification",
}
BGP = sorted(name for name, one in Rule.registry.items() if one.area == "bgp")


def test_all_rules_of_the_area_are_named_for_it():
    assert len(BGP) == 16
    assert all(name.startswith("bgp-") for name in BGP)


@pytest.mark.parametrize("name", BGP)
def test_declared_severity(name):
    assert Rule.registry[name].severity is (Severity.WARNING if name in WARNINGS else Severity.ERROR)


@pytest.mark.parametrize("name", BGP)
def test_every_rule_has_tests_of_its_own(name):
    assert (Path(__file__).parent / f"test_{name.replace('-', '_')}.py").is_file()
