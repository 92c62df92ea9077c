"""Phrases of time: how they are said, and which days they mean."""
