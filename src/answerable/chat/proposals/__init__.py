"""Proposals: what people want changed, in one list for those who decide."""
