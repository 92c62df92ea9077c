"""Retention: how long a workspace keeps conversations and answers."""
