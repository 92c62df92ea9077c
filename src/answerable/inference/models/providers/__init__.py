"""Providers that a workspace configures."""
