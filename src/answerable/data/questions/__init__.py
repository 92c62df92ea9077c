"""Questions in plain words, read into semantic queries without a language model."""
