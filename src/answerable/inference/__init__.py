"""The model gateway: one way to every language, embedding and speech model."""
