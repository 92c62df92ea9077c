"""Insights: pinned questions and their results."""
