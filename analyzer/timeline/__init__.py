"""What happened when, of all sources on one axis."""
