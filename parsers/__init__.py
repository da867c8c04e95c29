"""Parsers: bytes and lines of a must-gather to facts. They know nothing of rules."""
