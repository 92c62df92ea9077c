"""Connections to other people's databases."""
