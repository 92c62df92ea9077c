"""The words and signs that mean yes and no."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlglot import exp

from answerable.data.ingestion import sql
from answerable.data.ingestion.arguments import BooleansSaid
from answerable.data.ingestion.quality import Code, Example, Finding, Severity, noted

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

# NO and SI below such a header are Norway and Slovenia.
_CODE_HEADER = re.compile(
    r"\b(country|countries|land|länder|laender|nation\w*|pays|país|pais|paese|state|iso\d?|lang\w*|sprache|langue|"
    r"idioma|lingua|locale|ccy|currency|chemical|element|symbol)\b",
    re.IGNORECASE,
)
_READ = ("true", "false")
_OF_PROGRAMS = set(_READ)


def read(values: Sequence[tuple[str, int]], header: str) -> tuple[str, str] | None:
    """The (true, false) words when every text is one of them; 1 and 0 only where the header
    suggests a yes or no, single letters only where both occur."""
    seen = set[str]()
    for text, _ in values:
        seen.add(text.strip().lower())
        if len(seen) > 2:
            return None
    if not seen or _is_code(seen, header):
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


def _is_code(seen: set[str], header: str) -> bool:
    named = _CODE_HEADER.search(header.replace("_", " ")) is not None
    return named and all(len(text) <= 2 and text.isalpha() for text in seen)


def finding(filled: Sequence[tuple[str, int]], pair: tuple[str, str], label: str) -> Finding | None:
    """What to say of words that become yes and no; None of true and false themselves."""
    spelt = {text.strip().lower(): text.strip() for text, _ in reversed(filled)}  # as most cells spell it
    if spelt.keys() <= _OF_PROGRAMS:
        return None
    read = [
        Example(before=spelt[word], after=after)
        for word, after in zip(pair, _READ, strict=True)
        if word in spelt
    ]
    count, texts = sum(count for _, count in filled), tuple(each.before for each in read)
    return noted(
        Code.BOOLEANS,
        Severity.CHANGED,
        BooleansSaid(code="booleans", column=label, count=count, texts=texts),
        column=label,
        count=count,
        example=texts[0],
        examples=tuple(read),
    )


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
