"""A number of a query that no longer fits its type: told alike, whichever engine says so."""

from __future__ import annotations

import re

REMEDY = (
    "A number of the query grows too large for the type that it is computed in. Ask for fewer rows or an "
    "average, or give its column a wider type where the data lies."
)
_SAID = re.compile(
    r"overflow|\b(?:integer|int|numeric|double|real|value)\b.{0,300}\bout of range", re.I | re.S
)


def is_overflow(words: str) -> bool:
    """Whether an engine's words say that."""
    return _SAID.search(words) is not None
