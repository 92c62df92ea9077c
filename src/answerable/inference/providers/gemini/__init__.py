"""The Gemini protocol: `models/…:generateContent`."""
