"""Confidence: how sure answers are, measured against what became of them."""
