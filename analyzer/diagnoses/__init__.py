"""One module for each root cause."""
