"""The grammar of the statements that are read field by field: neighbors, address families, BFD profiles.

One table per place; a rule is the words, and what they set besides their named parts. A statement whose first word a
table knows and whose words no rule matches is broken; one that no table knows is kept as it is written
(FRRouting bgpd/bgp_vty.c, bfdd/bfdd_cli.c; releases 7.5 to 10.7).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from parsers.base import Evidence
from parsers.frr_config_facts import RemoteAs, Statement
from parsers.vocabulary import address, autonomous_system


def _remote_as(text: str) -> int | RemoteAs:
    if text in list(RemoteAs):
        return RemoteAs(text)
    if not text[:1].isdigit():
        raise ValueError(f"neither an AS number nor internal, external or auto: {text[:40]!r}")
    return autonomous_system(text)


CONVERTERS: Mapping[str, Callable[[str], Any]] = {
    "remote_as": _remote_as,
    "local_as": autonomous_system,
    "update_source": address,
    "bfd_timers": lambda text: tuple(map(int, text.split())),
    **dict.fromkeys(
        (
            *("ebgp_multihop", "ttl_security", "port", "keepalive", "hold_time", "connect_time", "maximum_prefix"),
            *("maximum_prefix_out", "detect_multiplier", "receive_interval", "transmit_interval", "echo_interval"),
            *("echo_receive_interval", "minimum_ttl"),
        ),
        int,
    ),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One form of a statement: the name of its mark, its words, what it sets besides their named parts."""

    mark: str
    words: re.Pattern[str]
    sets: Mapping[str, Any] = field(default_factory=dict)


def _rule(mark: str, words: str, **sets: Any) -> Rule:
    return Rule(mark, re.compile(words), sets)


NEIGHBOR = (
    _rule("remote_as", r"remote-as (?P<remote_as>\S+)"),
    _rule("interface", r"interface(?: v6only)?(?: remote-as (?P<remote_as>\S+))?", interface=True),
    _rule("interface", r"interface(?: v6only)? peer-group (?P<peer_group>\S+)", interface=True),
    _rule("peer_group", r"peer-group (?P<peer_group>\S+)"),
    _rule("group", r"peer-group", group=True),
    _rule("local_as", r"local-as (?P<local_as>\S+)(?: no-prepend)?(?: replace-as)?(?: dual-as)?"),
    _rule("description", r"description (?P<description>.+)"),
    _rule("shutdown_rtt", r"shutdown rtt \d+(?: count \d+)?"),
    _rule("shutdown", r"shutdown(?: message (?P<shutdown_message>.+))?", shutdown=True),
    _rule("ebgp_multihop", r"ebgp-multihop(?: (?P<ebgp_multihop>\d{1,3}))?", ebgp_multihop=255),
    _rule("ttl_security", r"ttl-security hops (?P<ttl_security>\d{1,3})"),
    _rule("disable_connected_check", r"(?:disable-connected-check|enforce-multihop)", disable_connected_check=True),
    _rule("bfd_control_plane", r"bfd(?: profile \S+)? check-control-plane-failure", bfd=True),
    _rule("bfd_strict", r"bfd strict(?: hold-time \d+)?", bfd=True, bfd_strict=True),
    _rule("bfd_profile", r"bfd profile (?P<bfd_profile>\S+)", bfd=True),
    _rule("bfd_timers", r"bfd (?P<bfd_timers>\d{1,3} \d{1,5} \d{1,5})", bfd=True),
    _rule("bfd", r"bfd", bfd=True),
    _rule("password", r"password .+", password=True),
    _rule("update_source", r"update-source (?P<update_source>\S+)"),
    _rule("port", r"port (?P<port>\d{1,5})"),
    _rule("connect_time", r"timers connect (?P<connect_time>\d{1,5})"),
    _rule("delayopen", r"timers delayopen \d{1,5}"),
    _rule("timers", r"timers (?P<keepalive>\d{1,5}) (?P<hold_time>\d{1,5})"),
    _rule("passive", r"passive", passive=True),
)
NEIGHBOR_WORDS = frozenset(
    {"remote-as", "interface", "peer-group", "local-as", "description", "shutdown", "ebgp-multihop", "ttl-security"}
    | {"disable-connected-check", "enforce-multihop", "bfd", "password", "update-source", "port", "timers", "passive"}
)
FAMILY = (
    _rule("activate", r"activate", activate=True),
    _rule("route_map_in", r"route-map (?P<route_map_in>\S+) in"),
    _rule("route_map_out", r"route-map (?P<route_map_out>\S+) out"),
    _rule("prefix_list_in", r"prefix-list (?P<prefix_list_in>\S+) in"),
    _rule("prefix_list_out", r"prefix-list (?P<prefix_list_out>\S+) out"),
    _rule("distribute_list_in", r"distribute-list (?P<distribute_list_in>\S+) in"),
    _rule("distribute_list_out", r"distribute-list (?P<distribute_list_out>\S+) out"),
    _rule("filter_list_in", r"filter-list (?P<filter_list_in>\S+) in"),
    _rule("filter_list_out", r"filter-list (?P<filter_list_out>\S+) out"),
    _rule("unsuppress_map", r"unsuppress-map (?P<unsuppress_map>\S+)"),
    _rule("advertise_map", r"advertise-map (?P<advertise_map>\S+) (?:exist|non-exist)-map \S+"),
    _rule(
        "default_originate",
        r"default-originate(?: route-map (?P<default_originate_map>\S+))?",
        default_originate=True,
    ),
    _rule("next_hop_self", r"next-hop-self(?: force| all)?", next_hop_self=True),
    _rule("maximum_prefix_out", r"maximum-prefix-out (?P<maximum_prefix_out>\d{1,10})"),
    _rule(
        "maximum_prefix",
        r"maximum-prefix (?P<maximum_prefix>\d{1,10})(?: \d{1,3})?(?: (?:force|warning-only|restart \d{1,5}))*",
    ),
)
FAMILY_WORDS = frozenset(
    {"activate", "route-map", "prefix-list", "distribute-list", "filter-list", "unsuppress-map", "advertise-map"}
    | {"default-originate", "next-hop-self", "maximum-prefix", "maximum-prefix-out"}
)
PROFILE = (
    _rule("detect_multiplier", r"detect-multiplier (?P<detect_multiplier>\d{1,3})"),
    _rule("receive_interval", r"receive-interval (?P<receive_interval>\d{1,6})"),
    _rule("transmit_interval", r"transmit-interval (?P<transmit_interval>\d{1,6})"),
    _rule("echo_mode", r"echo-mode", echo_mode=True),
    _rule("echo_interval", r"(?:echo-interval|echo transmit-interval) (?P<echo_interval>\d{1,6})"),
    _rule("echo_receive_interval", r"echo receive-interval disabled", echo_receive_interval=0),
    _rule("echo_receive_interval", r"echo receive-interval (?P<echo_receive_interval>\d{1,6})"),
    _rule("passive_mode", r"passive-mode", passive_mode=True),
    _rule("minimum_ttl", r"minimum-ttl (?P<minimum_ttl>\d{1,3})"),
    _rule("shutdown", r"shutdown", shutdown=True),
)
PROFILE_WORDS = frozenset(
    {"detect-multiplier", "receive-interval", "transmit-interval", "echo-mode", "echo-interval", "echo"}
    | {"passive-mode", "minimum-ttl", "shutdown"}
)


@dataclass(slots=True)
class Values:
    """What statements set so far, with the line of each."""

    found: dict[str, Any] = field(default_factory=dict)
    marks: dict[str, Evidence] = field(default_factory=dict)
    statements: list[Statement] = field(default_factory=list)

    def apply(self, rules: tuple[Rule, ...], words: str, evidence: Evidence, *, negated: bool) -> bool:
        """Take over what the first fitting rule sets; `no` takes it back. Raises ValueError for a wrong value."""
        for rule in rules:
            if match := rule.words.fullmatch(words):
                named = {key: _value(key, text) for key, text in match.groupdict().items() if text is not None}
                values = {**rule.sets, **named}
                if negated:
                    values = {key: False if isinstance(value, bool) else None for key, value in values.items()}
                self.found.update(values)
                self.marks.update(dict.fromkeys((rule.mark, *named), evidence))
                for key in rule.sets:  # `bfd profile P` implies `bfd`, whose own line stays its mark
                    self.marks.setdefault(key, evidence)
                return True
        return False

    def over(self, group: "Values | None") -> "Values":
        """These values where there are any, those of the peer group elsewhere."""
        if group is None:
            return self
        return Values(
            {**group.found, **self.found}, {**group.marks, **self.marks}, [*group.statements, *self.statements]
        )

    def arguments(self) -> dict[str, Any]:
        """The values that are set: what was taken back is as good as never written."""
        return {key: value for key, value in self.found.items() if value is not None}


def _value(key: str, text: str) -> Any:
    return CONVERTERS[key](text) if key in CONVERTERS else text
