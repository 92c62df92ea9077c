"""Shares: read-only links to a conversation as it was, for whoever has the link, until they expire."""
