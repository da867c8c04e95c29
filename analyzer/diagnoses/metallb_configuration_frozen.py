"""RC: a change that MetalLB or FRR does not take froze the configuration."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.model import RankedFinding, Severity
from analyzer.stated import following, mentions, nodes_of, same_node, serious, stated

FROZEN = ("metallb-config-stale", "frr-reload-failed", "frrk8s-conversion-failed")
BEHIND = (
    *("bgppeer-dangling-reference", "bgppeer-config-conflict", "pool-invalid-or-overlapping"),
    *("metallb-cr-problem", "advertisement-selects-nothing"),
)
LATE = (
    *("neighbor-attribute-drift", "bgppeer-not-in-running-config", "announced-prefix-missing", "neighbor-without-cr"),
    *("frr-conf-vs-running-drift", "bfd-profile-not-applied", "speaker-announce-error", "announcement-asymmetry"),
    *("lb-service-without-ip", "outbound-filter-denies-prefix", "bgp-nothing-announced", "bfd-peer-missing"),
)


@diagnosis
def metallb_configuration_frozen(findings: Findings) -> Iterator[Cause]:
    """MetalLB rejects the resources, or FRR the configuration made of them: every later change is without effect.

    Certain: the log or the status says so. What runs then is the last configuration that was taken.
    """
    frozen = tuple(serious(findings.of(*FROZEN), Severity.ERROR))
    for rule in FROZEN:
        same = tuple(one for one in frozen if one.id.startswith(rule))
        if not same:
            continue
        behind = tuple(one for one in findings.of(*BEHIND) if any(_is_behind(one, each) for each in same))
        late = following(findings, same, LATE, same_node)
        others = tuple(one for one in frozen if one not in same and mentions_any(one, behind))
        yield stated(
            *((*behind, *same), Confidence.CERTAIN, _steps(rule)),
            symptoms=(*others, *late),
            because=(
                "The log or the status says so. What was changed since then is not in effect there, or only in part.",
            ),
            title=None if behind else _title(rule, same),
            nodes=same[0].about,
        )


def mentions_any(one: RankedFinding, behind: tuple[RankedFinding, ...]) -> bool:
    """Whether a message names one of these resources."""
    return any(mentions(one, each.subject) for each in behind)


def _is_behind(one: RankedFinding, frozen: RankedFinding) -> bool:
    """Whether what froze the configuration names this resource, which is wrong by itself."""
    name = one.subject.rpartition(" ")[2]
    return one.subject == frozen.subject or mentions(frozen, one.subject) or mentions(frozen, name)


def _title(rule: str, same: tuple[RankedFinding, ...]) -> str | None:
    """Words for what froze; the error itself is the reason."""
    where = " and ".join(nodes_of(same)[:2]) or "the nodes"
    if rule == "frr-reload-failed":
        return f"FRR on {where} did not take its new configuration over"
    if rule == "metallb-config-stale":
        what = same[0].subject if " " in same[0].subject else "its resources"
        return f"MetalLB rejects {what} on {where} and goes on with the last good configuration"
    return None


def _steps(rule: str) -> tuple[str, ...]:
    where = {
        "metallb-config-stale": "`oc -n metallb-system logs deploy/controller` and the speakers' logs end the message",
        "frr-reload-failed": "The log of the reloader container names the line that FRR does not take",
        "frrk8s-conversion-failed": "`oc get frrnodestates -o yaml` shows the result of the conversion on each node",
    }
    return (
        "Correct or remove the resource that is named, the newest change first; all others take effect with it.",
        f"{where[rule]}; it must be gone afterwards.",
        "`oc get bgppeers,ipaddresspools,bgpadvertisements,l2advertisements,bfdprofiles -A -o yaml` shows all of them.",
    )
