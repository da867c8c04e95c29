"""The rules: one file each, named for the problem it finds."""
