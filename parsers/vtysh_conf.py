"""/etc/frr/vtysh.conf: whether vtysh keeps one integrated frr.conf.

Normally the single line `service integrated-vtysh-config` (FRRouting vtysh/vtysh_config.c, vtysh/vtysh_user.c;
releases 7.5 to 10.7). Without it the daemons read files of their own and frr.conf says nothing.
"""

from collections.abc import Iterator

from parsers.base import Evidence, OriginFact, ParseFailure, SourceFile, failure, parser

_INTEGRATED = "service integrated-vtysh-config"
_KNOWN = ("hostname ", "username ", "banner ", "no banner ")


class VtyshConf(OriginFact):
    """`integrated` is None where the file does not say: vtysh then keeps one file if frr.conf exists."""

    integrated: bool | None = None
    statements: tuple[str, ...] = ()


@parser(
    "namespaces/{namespace}/pods/{pod}/frr/frr/logs/vtysh.conf",
    "report/pods/{pod}/frr/logs/vtysh.conf",
    title="vtysh.conf of the FRR containers",
    collect="oc adm must-gather with MetalLB or frr-k8s installed; by hand: oc exec -n <namespace> <pod> -c frr -- "
    "cat /etc/frr/vtysh.conf > vtysh.conf",
)
def vtysh_conf(source: SourceFile) -> Iterator[VtyshConf | ParseFailure]:
    text = source.text()
    integrated: bool | None = None
    statements: list[str] = []
    marks: dict[str, Evidence] = {}
    for number, line in text.numbered():
        words = " ".join(line.split())
        if not words or words[0] in "!#":
            continue
        if words in {_INTEGRATED, f"no {_INTEGRATED}"}:
            integrated = words == _INTEGRATED
            marks["integrated"] = text.quote(number)
        elif words.startswith(_KNOWN):
            statements.append(words)
        else:
            yield failure(text.quote(number), "vtysh_conf", "not a statement of vtysh.conf")
    if any(line.strip() for line in text):
        yield VtyshConf(
            evidence=marks.get("integrated", text.quote(text.first_line)),
            marks=marks,
            origin=source.origin,
            integrated=integrated,
            statements=tuple(statements),
        )
