"""Of which namespaces all pods were collected, so that a pod that is not there is known not to have been there.

`oc adm inspect` writes the pods of a namespace as one list, an empty one too (openshift/oc pkg/cli/admin/inspect); its
keys stand in alphabetical order, so `kind: PodList` behind `items` says that no item is missing. All other lines are
deliberately ignored: `pods` reads them, and reports a list that is cut.
"""

import re
from collections.abc import Iterator

from parsers.base import SourceFile, parser
from parsers.listed import Listed

_MARKS = re.compile(rb"^(?:items:|kind: (?:Pod)?List)", re.MULTILINE)


class PodsListed(Listed):
    """The namespace of which the pods were collected. The evidence is the line of `items`."""


@parser(
    "namespaces/{namespace}/core/pods.yaml",
    title="lists of pods",
    collect="oc adm must-gather, or oc adm inspect ns/<namespace> for every namespace",
)
def pods_listed(source: SourceFile) -> Iterator[PodsListed]:
    begin = None
    for number, line in source.search(_MARKS):
        if line.startswith("items:"):
            begin = source.quote(number, line)
        elif begin is not None:
            yield PodsListed(
                evidence=begin,
                marks={"namespaces": begin},
                kind="Pod",
                namespaces=(source.params["namespace"],),
                image_dir=source.image_dir,
            )
            return
