"""Time zones as people write them behind a time: UTC offsets, and abbreviations that mean one offset.

Those of North America are as RFC 5322, section 4.3, has them. CST, IST, BST and AST are those of several
countries, hours apart: a column that has them is not read.
"""

from __future__ import annotations

import re

from sqlglot import exp

from answerable.data.ingestion import sql

_HOURS = {
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "WESZ": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2,
    "EET": 2, "OEZ": 2, "EEST": 3, "OESZ": 3, "MSK": 3, "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6,
    "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10, "SGT": 8, "HKT": 8, "AWST": 8, "JST": 9,
    "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip
_OFFSET = r"(?:UTC|GMT)?([+\-])(2[0-3]|1\d|0?\d):?([0-5]\d)?"
_NAMES = "|".join(sorted(_HOURS, key=len, reverse=True))

PATTERN = rf"(?:UTC|GMT)?[+\-](?:2[0-3]|1\d|0?\d)(?::?[0-5]\d)?|{_NAMES}"  # without groups, for `re` and RE2
_BEHIND = re.compile(r"\s*\(?([A-Za-z]{1,5})\)?\s*$")


def minutes(zone: str) -> int:
    """What a zone that `PATTERN` fits is ahead of UTC."""
    offset = re.fullmatch(_OFFSET, zone, re.IGNORECASE)
    if offset is None:
        return 60 * _HOURS[zone.upper()]
    size = 60 * int(offset[2]) + int(offset[3] or 0)
    return -size if offset[1] == "-" else size


def minutes_sql(zone: exp.Expression) -> exp.Expression:
    """`minutes` as an expression over a VARCHAR."""

    def part(group: int) -> exp.Expression:
        return sql.call("regexp_extract", zone.copy(), f"(?i)^{_OFFSET}$", group)

    def number(group: int) -> exp.Expression:
        written = exp.Coalesce(this=sql.call("nullif", part(group), ""), expressions=[sql.text("0")])
        return sql.cast(written, "BIGINT")

    hours = exp.Mul(this=number(2), expression=exp.Literal.number(60))
    size = exp.Paren(this=exp.Add(this=hours, expression=number(3)))
    upper = sql.call("upper", zone.copy())
    by_hours: dict[int, list[str]] = {}
    for name, ahead in _HOURS.items():
        by_hours.setdefault(ahead, []).append(name)
    named = [
        (
            sql.among(upper.copy(), names),
            exp.Literal.number(60 * ahead) if ahead >= 0 else _negative(60 * -ahead),
        )
        for ahead, names in by_hours.items()
    ]
    negative = exp.EQ(this=part(1), expression=sql.text("-"))
    return sql.when([*named, (negative, exp.Neg(this=size.copy()))], size)


def _negative(size: int) -> exp.Expression:
    return exp.Neg(this=exp.Literal.number(size))


def without(text: str) -> tuple[str, str] | None:
    """(a text without the word at its end, the word) where that is no zone that is known; else None."""
    match = _BEHIND.search(text)
    if match is None or match[1].upper() in _HOURS or match[1].upper() in ("AM", "PM"):
        return None
    return text[: match.start()], match[1]
