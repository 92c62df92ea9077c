"""Asking: one question in, one answer with its evidence out."""
