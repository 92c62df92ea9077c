"""Verified questions: what a question means is decided once, by a person, and holds from then on."""
