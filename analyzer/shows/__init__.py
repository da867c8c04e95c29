"""The tables of `gatherscope show`, one module each."""
