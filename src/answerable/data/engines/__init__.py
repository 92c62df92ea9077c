"""Semantic queries become statements, statements become rows, rows become charts."""
