"""Answerable: a self-hosted AI backend whose every answer carries its evidence."""

__version__ = "0.1.0"
