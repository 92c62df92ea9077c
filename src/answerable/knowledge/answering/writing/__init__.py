"""Answers that a model writes out of passages: every sentence is checked against what it cites."""
