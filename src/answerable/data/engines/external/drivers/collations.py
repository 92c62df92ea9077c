"""By which collations PostgreSQL compares text as all other databases do here."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypedDict

KNOWN = (
    "SELECT collname, pg_catalog.current_setting('server_encoding') FROM pg_catalog.pg_collation "
    "WHERE collname IN ('pg_c_utf8', 'C', 'und-x-icu')"
)


class Collations(TypedDict):
    """What `Traits` says of text."""

    text_collation: str | None
    lower_collation: str | None
    unicode: bool


def of_postgresql(rows: Collection[tuple[object, ...]]) -> Collations:
    """The collation that text is compared by and the one that folds it to lower case, of the rows of KNOWN;
    neither where it has none that goes by code points.

    "C" folds ASCII alone, so that 'Ü' would differ from 'ü'.
    """
    names = {str(row[0]) for row in rows}
    unicode = all(row[1] == "UTF8" for row in rows)
    if "pg_c_utf8" in names and unicode:
        return Collations(text_collation="pg_c_utf8", lower_collation="pg_c_utf8", unicode=True)
    if "C" not in names:
        return Collations(text_collation=None, lower_collation=None, unicode=unicode)
    lower = "und-x-icu" if "und-x-icu" in names else "default"
    return Collations(text_collation="C", lower_collation=lower, unicode=unicode)
