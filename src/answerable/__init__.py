"""Answerable: a self-hosted AI backend whose every answer carries its evidence."""
