"""Throttled sign-in, counted in PostgreSQL so that all replicas count together."""
