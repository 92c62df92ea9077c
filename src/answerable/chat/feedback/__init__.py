"""Feedback: what people say of answers."""
