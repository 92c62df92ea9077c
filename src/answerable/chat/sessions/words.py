"""Words that are looked for in conversations."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W_]+")


def words_query(text: str) -> str | None:
    """The text as a query of PostgreSQL's text search: every word of it, or a word that begins so. None
    without any word."""
    words = _WORD.findall(text)
    return " & ".join(f"{word}:*" for word in words) if words else None
