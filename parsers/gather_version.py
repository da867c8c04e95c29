"""`version`: which image collected (openshift/must-gather collection-scripts/gather, version).

Line 1 names the image, line 2 its build; it is not the version of the cluster.
"""

from collections.abc import Iterator

from parsers.base import Fact, ParseFailure, SourceFile, failure, parser


class GatherVersion(Fact):
    """The image that collected; products have their own."""

    product: str
    version: str
    image_dir: str = ""


@parser(
    "version",
    title="version of the must-gather image",
    collect="oc adm must-gather writes it; keep the file when you pack the directory",
    required_content=rb"must-gather",
)
def gather_version(source: SourceFile) -> Iterator[GatherVersion | ParseFailure]:
    text = source.text()
    written = [(number, line.strip()) for number, line in text.numbered() if line.strip()]
    if len(written) < 2:
        yield failure(text.whole(), "gather_version", "not a name and a version")
        return
    (first, product), (second, version) = written[:2]
    for number, _ in written[2:]:
        yield failure(text.quote(number), "gather_version", "a line that is neither name nor version")
    yield GatherVersion(
        evidence=text.quote(first, second),
        marks={"product": text.quote(first), "version": text.quote(second)},
        product=product,
        version=version,
        image_dir=source.image_dir,
    )
