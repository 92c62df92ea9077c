"""Characters that stand in files and cannot be kept."""

from __future__ import annotations


def storable(text: str) -> str:
    """The text without NUL characters, which PostgreSQL refuses, and with a replacement character for
    each half of a pair (a lone surrogate, which JSON can write), which no encoding has."""
    text = text.replace("\x00", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
