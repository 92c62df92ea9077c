"""Answers for calls that came before, that are under way, or that mean the same."""
