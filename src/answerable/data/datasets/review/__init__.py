"""Reviewing how a table was read."""
