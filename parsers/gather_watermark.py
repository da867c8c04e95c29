"""`watermark.txt`: the archive went through must-gather-clean, so that addresses and names may be replaced.

Line 1 is the time in UTC, line 2 the version of the tool (openshift/must-gather-clean pkg/watermarker).
"""

from collections.abc import Iterator
from datetime import datetime

from parsers.base import Fact, ParseFailure, SourceFile, failure, parser
from parsers.gather_timestamp import go_time


class Obfuscated(Fact):
    """The archive was cleaned. A version is missing in builds of the tool that have none."""

    time: datetime
    tool_version: str | None = None
    image_dir: str = ""


@parser(
    "watermark.txt",
    title="mark of must-gather-clean",
    collect="only archives that must-gather-clean has masked have it: nothing is missing without",
    required_content=rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d",
)
def gather_watermark(source: SourceFile) -> Iterator[Obfuscated | ParseFailure]:
    text = source.text()
    written = [(number, line.strip()) for number, line in text.numbered() if line.strip()]
    if not written or (time := go_time(written[0][1])) is None or len(written) > 2:
        yield failure(text.whole(), "gather_watermark", "not a time and a version")
        return
    yield Obfuscated(
        evidence=text.quote(written[0][0], written[-1][0]),
        time=time,
        tool_version=written[1][1] if len(written) == 2 else None,
        image_dir=source.image_dir,
    )
