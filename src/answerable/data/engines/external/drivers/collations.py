"""By which collations PostgreSQL compares text as all other databases do here."""

from __future__ import annotations

from collections.abc import Collection

KNOWN = (
    "SELECT collname, pg_catalog.current_setting('server_encoding') FROM pg_catalog.pg_collation "
    "WHERE collname IN ('pg_c_utf8', 'C', 'und-x-icu')"
)


def of_postgresql(rows: Collection[tuple[object, ...]]) -> tuple[str, str] | None:
    """The collation that text is compared by and the one that folds it to lower case, of the rows of KNOWN;
    None where it has none that goes by code points.

    "C" folds ASCII alone, so that 'Ü' would differ from 'ü'.
    """
    names = {str(row[0]) for row in rows}
    if "pg_c_utf8" in names and all(row[1] == "UTF8" for row in rows):
        return "pg_c_utf8", "pg_c_utf8"
    if "C" not in names:
        return None
    return "C", "und-x-icu" if "und-x-icu" in names else "default"
