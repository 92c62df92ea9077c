"""Signing in from a browser: the tokens in cookies that no script can read."""
