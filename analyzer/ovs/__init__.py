"""Joins over Open vSwitch: one view of the switch of each node, its tunnels, and what its daemons log."""
