"""Signing in: access and refresh tokens."""
