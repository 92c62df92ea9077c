"""Conversations and the one way to ask: the orchestrator over documents and data."""
