"""Semantic models of other tools: taken in, and given out."""
