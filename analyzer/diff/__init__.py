"""What changed between two archives of one cluster: read each on its own, match by stable names, compare."""
