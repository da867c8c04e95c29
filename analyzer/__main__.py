"""`python -m analyzer` is `gatherscope`."""

from analyzer.cli import main

main()
