"""Secrets: of what type they are and which keys they have. Their values are never read.

Sources: kubernetes/api core/v1 Secret, SecretType. `oc adm inspect` writes a list per namespace, in which each value is
replaced by its length (openshift/oc pkg/cli/admin/inspect); `oc get secrets -o yaml` writes the values themselves, so
both are taken through `parsers.secret_lines` before anything else looks at them.
"""

import re
from collections.abc import Iterator

from parsers.base import Fact, ParseFailure, SourceFile, Text, failure, parser
from parsers.kubernetes import KubernetesFact, kind_words, loose, metadata, read_objects
from parsers.secret_lines import YamlFilter, json_lines
from parsers.spans import MalformedError
from parsers.tree import Tree, parse_json
from parsers.values import marks, text

_MEMBER = "namespaces/{namespace}/core/secrets.yaml"
_NAME = "secret_types"
# Of a cluster's hundred lists of Secrets a peer's password can stand in one of the few others.
_OTHER_PRODUCT = re.compile(r"(?:openshift|kube)-(?!.*(?:metallb|frr))")


class SecretType(KubernetesFact):
    """A Secret, without what is secret of it. MetalLB wants `kubernetes.io/basic-auth` with a key `password`."""

    type: str = "Opaque"
    keys: tuple[str, ...] = ()


class SecretsListed(Fact):
    """All Secrets of these namespaces were listed: one that is missing does not exist.

    `everywhere` when the list went over namespaces: then it holds for every namespace.
    """

    namespaces: tuple[str, ...]
    everywhere: bool
    image_dir: str = ""


@parser(
    _MEMBER,
    "namespaces/{namespace}/core/secrets/{name}.yaml",
    title="types of Secrets",
    collect="oc adm must-gather, or oc adm inspect ns/metallb-system, which writes no values; by hand: "
    "oc get secrets -n metallb-system -o yaml > secrets.yaml (its values are masked, never shown)",
    content=loose("Secret"),
    words=kind_words("Secret"),
)
def secret_types(source: SourceFile) -> Iterator[SecretType | SecretsListed | ParseFailure]:
    """Those of namespaces in which MetalLB may run; the Secrets of other namespaces are deliberately ignored."""
    if _OTHER_PRODUCT.match(source.params.get("namespace", "")):
        return
    written = source.text()
    first = next((line.lstrip() for line in written.lines if line.strip()), "")
    whole = True
    namespaces: set[str] = set()
    for fact in _json(written, source) if first.startswith("{") else _yaml(written, source):
        if isinstance(fact, SecretsListed):
            yield from _listed(fact, source, namespaces if whole else None)
            continue
        if isinstance(fact, ParseFailure):
            whole = False
        elif fact.namespace:
            namespaces.add(fact.namespace)
        yield fact


def _listed(found: SecretsListed, source: SourceFile, seen: set[str] | None) -> Iterator[SecretsListed]:
    """What a list says in the end. None is seen of a list with a torn item."""
    if seen is None:
        return
    member = source.params.get("namespace")
    namespaces = {member} if member else seen
    if namespaces:
        several = len(namespaces) > 1
        yield found.model_copy(update={"namespaces": tuple(sorted(namespaces)), "everywhere": several})


def _list_at(safe: Text, line: int, source: SourceFile) -> SecretsListed:
    return SecretsListed(evidence=safe.quote(line), namespaces=(), everywhere=False, image_dir=source.image_dir)


def _yaml(written: Text, source: SourceFile) -> Iterator[SecretType | SecretsListed | ParseFailure]:
    harmless = YamlFilter()
    safe = Text(written.path, tuple(harmless.lines(written)), written.first_line)
    source.cursor = safe.whole()
    content = "\n".join(safe.lines).encode()
    yield from read_objects(
        SourceFile(source.path, [content], source.params, source.image_dir), _NAME, {"Secret": _secret}
    )
    for number in harmless.torn:
        yield failure(safe.quote(number), _NAME, "no part of a Secret: torn, what follows in this object is lost")
    start = next((number for number, line in safe.numbered() if line.startswith("items:")), None)
    if start:
        yield _list_at(safe, start, source)


def _json(written: Text, source: SourceFile) -> Iterator[SecretType | SecretsListed | ParseFailure]:
    hidden = Text(written.path, json_lines(written, ()), written.first_line)
    source.cursor = hidden.whole()
    try:
        whole = parse_json(written)
    except MalformedError as error:
        yield failure(hidden.quote(error.line), _NAME, error.reason)
        return
    is_list = isinstance(whole.get("items"), list)
    found = [one for one in (whole.items("items") if is_list else [whole]) if one.get("kind") == "Secret"]
    lines = {line for one in found for line in _harmless_lines(one)} | {whole.sub("items").span[0]}
    safe = Text(written.path, json_lines(written, lines), written.first_line)
    for one in found:
        try:
            yield from _secret(Tree(one.value, safe, one.spans, one.span), source)
        except MalformedError as error:
            yield failure(safe.quote(error.line), _NAME, error.reason)
    if is_list:
        yield _list_at(safe, whole.sub("items").span[0], source)


def _harmless_lines(tree: Tree) -> Iterator[int]:
    for path in (("metadata", "name"), ("metadata", "namespace"), ("type",)):
        first, last = tree.sub(*path).span
        if tree.has(*path) and first == last:
            yield first


def _secret(tree: Tree, source: SourceFile) -> Iterator[SecretType]:
    held = [key for key in ("data", "stringData") if isinstance(tree.get(key), dict)]
    yield SecretType(
        **metadata(tree, source),
        marks=marks(tree, type=("type",), **({"keys": (held[0],)} if held else {})),
        type=text(tree, "type") or "Opaque",
        keys=tuple(dict.fromkeys(key for part in held for key in tree.get(part))),
    )
