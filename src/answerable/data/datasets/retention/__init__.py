"""Retention: how long a workspace keeps old versions of its data."""
