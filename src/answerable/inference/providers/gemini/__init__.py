"""The Gemini protocol: `models/…:generateContent`."""

from answerable.inference.providers.gemini.adapter import GeminiAdapter

__all__ = ["GeminiAdapter"]
