"""Aliases: names of a workspace's own that lead to models."""
