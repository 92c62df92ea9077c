"""The words and signs that mean yes and no."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlglot import exp

from answerable.data.ingestion import sql

_PAIRS = (
    ("true", "false"),
    ("yes", "no"),
    ("ja", "nein"),
    ("wahr", "falsch"),
    ("oui", "non"),
    ("vrai", "faux"),
    ("si", "no"),
    ("sí", "no"),
    ("sì", "no"),
    ("sim", "não"),
    ("ja", "nee"),
    ("on", "off"),
    ("✓", "✗"),
    ("✓", "✘"),
    ("✔", "✗"),
    ("✔", "✘"),
    ("☑", "☐"),
    ("✅", "❌"),
)
_LETTERS = (("y", "n"), ("j", "n"), ("t", "f"), ("o", "n"))
_DIGITS = (("1", "0"),)
_FLAG_HEADER = re.compile(
    r"^(is|has|was|can|ist|hat)[\s_]|\b(flag|active|aktiv|paid|bezahlt|enabled|deleted|returned|valid|bool|"
    r"visible|subscribed|verified|storniert|erledigt|ja/nein|yes/no|y/n|opt.?in)\b",
    re.IGNORECASE,
)


def read(values: Sequence[tuple[str, int]], header: str) -> tuple[str, str] | None:
    """The (true, false) words when every text is one of them; 1 and 0 only where the header
    suggests a yes or no, single letters only where both occur."""
    seen = set[str]()
    for text, _ in values:
        seen.add(text.strip().lower())
        if len(seen) > 2:
            return None
    if not seen:
        return None
    for pair in _PAIRS:
        if seen <= set(pair) and seen != {"no"}:
            return pair
    for pair in _LETTERS:
        if seen == set(pair):
            return pair
    if _FLAG_HEADER.search(header.replace("_", " ")) or _FLAG_HEADER.search(header):
        for pair in (("yes", "no"), *_LETTERS, *_DIGITS):
            if seen <= set(pair):
                return pair
    return None


def boolean_sql(cell: exp.Expression, pair: tuple[str, str]) -> exp.Expression:
    """The value as an expression over a VARCHAR; null for any other word."""
    word = sql.call("lower", sql.call("trim", cell))
    return sql.when(
        [
            (exp.EQ(this=word, expression=sql.text(pair[0])), exp.true()),
            (exp.EQ(this=word, expression=sql.text(pair[1])), exp.false()),
        ],
        sql.null(),
    )
