"""Which of our four languages a SQLAlchemy dialect understands."""

from __future__ import annotations

from answerable.data.engines.dialects.tables import DialectName
from answerable.kit.sandbox.limits import Refusal

_BY_NAME = {
    "postgresql": DialectName.POSTGRESQL,
    "mysql": DialectName.MYSQL,
    "mariadb": DialectName.MYSQL,
    "sqlite": DialectName.SQLITE,
    "duckdb": DialectName.DUCKDB,
}
_BY_CLASS = {
    "PGDialect": DialectName.POSTGRESQL,
    "MySQLDialect": DialectName.MYSQL,
    "SQLiteDialect": DialectName.SQLITE,
}


def language_of(dialect: type[object], name: str) -> DialectName:
    """The language of a dialect: by its name, else by the dialect of SQLAlchemy's own that it is made from.

    Raises Refusal for one that no statement can be written for.
    """
    if name in _BY_NAME:
        return _BY_NAME[name]
    made_from = {each.__name__ for each in dialect.__mro__}
    for ancestor, language in _BY_CLASS.items():
        if ancestor in made_from:
            return language
    raise Refusal(
        "no_compiler",
        f"No statement can be written for {name}: only what speaks as PostgreSQL, MySQL, SQLite or DuckDB "
        "do can be connected. Copy the tables into one of those, or upload them.",
    )
