"""Recaps: a conversation in short, by rules or by a model."""
