"""The command line of `gatherscope timeline`."""

from datetime import timedelta

import click


@click.command()
@click.argument("archives", nargs=-1, required=True, metavar="ARCHIVE...")
@click.option("--node", metavar="NODE", help="Only this node, and what is of no certain node.")
@click.option("--around", metavar="FINDING", help="Only the time around a finding: its id, or the name of its rule.")
@click.option(
    "--window",
    type=click.IntRange(min=1),
    default=300,
    show_default=True,
    metavar="S",
    help="Seconds around it, each way.",
)
@click.option("--bad", is_flag=True, help="Only faults and losses.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with the quoted lines.")
def timeline(  # noqa: PLR0913 - one parameter an option
    *, archives: tuple[str, ...], node: str | None, around: str | None, window: int, bad: bool, as_json: bool
) -> int:
    """Print what happened when, of all sources on one axis in UTC.

    Sessions, FRR, MetalLB, Open vSwitch, OVN, pods, events, operators. Bursts are told as one entry with their number,
    faults are marked with an exclamation mark. A time that is derived from an age is marked ~, one whose year is
    inferred ?. Clocks that are known to be wrong are named below the table.
    """
    from analyzer.timeline.command import Choice, run  # noqa: PLC0415 - --help answers without the engine

    return run(archives, Choice(node, around, timedelta(seconds=window), bad), as_json=as_json)
