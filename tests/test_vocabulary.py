"""The words and units of FRR, in every spelling that releases print."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.vocabulary import (
    BfdStatus,
    Family,
    address,
    autonomous_system,
    bfd_status,
    family_of,
    is_address,
    network,
    seconds,
    timestamp,
    words,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("00:01:44", 104),
        ("00:01:44.123", 104),
        ("125:00:00", 450_000),
        ("1d02h03m", 93_780),
        ("01w2d03h", 788_400),
        ("02y05w3d", 66_355_200),
        ("0:00:02:24", 144),
        ("2:03:04:05", 183_845),
        ("1m30s", 90),
        ("90s", 90),
        ("3m0s", 180),
        ("1 minute(s), 43 second(s)", 103),
        ("1 year(s), 2 month(s), 3 day(s), 4 hour(s), 5 minute(s), 6 second(s)", 36_561_906),
        ("1 week, 1 day", 691_200),
        ("0 second(s)", 0),
        (" 00:00:01 ", 1),
        ("never", None),
        ("Never", None),
        ("n/a", None),
        ("-", None),
    ],
)
def test_durations(text, value):
    assert seconds(text) == value


@pytest.mark.parametrize("text", ["", "  ", "soon", "12", "00:00", "1x", "5m3x", "1.5s"])
def test_no_durations(text):
    with pytest.raises(ValueError, match="not a duration"):
        seconds(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "never"),
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3661, "1 h 1 min"),
        (3601, "1 h 1 s"),
        (90_000, "1 d 1 h"),
        (31_536_000, "365 d"),
    ],
)
def test_durations_as_a_person_says_them(value, text):
    assert words(value) == text


@given(days=st.integers(0, 900), rest=st.integers(0, 86_399))
def test_the_durations_of_bfd_are_counted_back(days, rest):
    text = f"{days}:{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    assert seconds(text) == days * 86_400 + rest


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("fe80::1%br-ex", "fe80::1%br-ex"),
        ("br-ex", "br-ex"),
        ("x-ipv4-0000000001-x", "x-ipv4-0000000001-x"),
        ("", ""),
    ],
)
def test_addresses(text, canonical):
    assert address(text) == canonical
    assert address(canonical) == canonical
    assert is_address(text) == any(mark in text for mark in ".:")


@pytest.mark.parametrize(
    ("text", "found", "family"),
    [
        ("192.0.2.1", "192.0.2.1/32", Family.IPV4),
        ("192.0.2.7/24", "192.0.2.0/24", Family.IPV4),
        ("2001:db8::/64", "2001:db8::/64", Family.IPV6),
        ("br-ex", None, None),
        ("192.0.2.0/33", None, None),
        ("x-ipv4-0000000001-x/24", None, None),
    ],
)
def test_networks(text, found, family):
    assert (str(network(text)) if network(text) else None) == found
    assert family_of(text) == family


@pytest.mark.parametrize(
    ("text", "number"),
    [("64512", 64512), ("0", 0), ("4294967295", 4_294_967_295), ("1.10", 65_546), ("65535.65535", 4_294_967_295)],
)
def test_autonomous_systems(text, number):
    assert autonomous_system(text) == number


@pytest.mark.parametrize("text", ["", "x", "-1", "4294967296", "65536.0", "0.65536", "1.-1", "1.", "1.2.3", "internal"])
def test_no_autonomous_systems(text):
    with pytest.raises(ValueError, match=r"autonomous system|invalid literal"):
        autonomous_system(text)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("up", BfdStatus.UP),
        ("Down", BfdStatus.DOWN),
        ("INIT", BfdStatus.INIT),
        ("shutdown", BfdStatus.ADMIN_DOWN),
        ("admin-down", BfdStatus.ADMIN_DOWN),
        ("adminDown", BfdStatus.ADMIN_DOWN),
        ("admin_down", BfdStatus.ADMIN_DOWN),
        ("Administratively Down", BfdStatus.ADMIN_DOWN),
    ],
)
def test_states_of_bfd(text, status):
    assert bfd_status(text) is status


def test_an_unknown_state_of_bfd_is_an_error():
    with pytest.raises(ValueError, match="asleep"):
        bfd_status("asleep")


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-11-21T05:43:00Z", datetime(2026, 11, 21, 5, 43, tzinfo=UTC)),
        ("2026-11-21T05:43:00.123456789Z", datetime(2026, 11, 21, 5, 43, 0, 123_456, UTC)),
        ("2026-11-21T07:43:00+02:00", datetime(2026, 11, 21, 5, 43, tzinfo=UTC)),
        (" 2026-11-21T05:43:00 ", datetime(2026, 11, 21, 5, 43, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
        ("0001-01-01T00:00:00+05:00", None),
        ("9999-12-31T23:59:59-05:00", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_times(text, time):
    assert timestamp(text) == time
