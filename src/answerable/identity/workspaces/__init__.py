"""Workspaces, the tenants."""
