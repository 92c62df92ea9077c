"""Tables of other databases as queries read them: which columns, how each is stored, by which dialect."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from answerable.data.semantics.model import FieldType

BAD_VALUE = "bad_value"
"""A function of our own in SQLite's process: it fails with the name of the column."""
LOWERED = "in_lower_case"
"""Another one: text in lower case beyond ASCII."""

SIMPLY_LOWERED = ("İΣ", "iσ")
"""Capitals, and the one letter that DuckDB makes of each; others make two, or look at what is beside it."""


class DialectName(StrEnum):
    """A language that statements are written in; MariaDB speaks MySQL's."""

    DUCKDB = "duckdb"
    POSTGRESQL = "postgresql"
    MYSQL = "mysql"
    SQLITE = "sqlite"


class Storage(StrEnum):
    """How a column keeps its values, where that is not the plain type of its field.

    `converted`: of a type of the database's own, which is cast. `zoned`: a moment with a zone, shown in
    the calendar's. `instant`: a moment in UTC, without saying so, shown in the calendar's. `flag`: a number
    that is 0 for false. The others are SQLite's dates and moments.
    """

    PLAIN = "plain"
    CONVERTED = "converted"
    ZONED = "zoned"
    INSTANT = "instant"
    FLAG = "flag"
    ISO_TEXT = "iso_text"
    UNIX_SECONDS = "unix_seconds"
    UNIX_MILLISECONDS = "unix_milliseconds"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PhysicalColumn(_Part):
    """A column and the field that it becomes. `scale` counts the decimals of an exact number; `zero_dates`:
    dates such as `0000-00-00` were found in it, which are read as unknown."""

    field: str
    column: str
    type: FieldType
    storage: Storage = Storage.PLAIN
    scale: int | None = None
    zero_dates: bool = False


class PhysicalTable(_Part):
    """A table or view. `schema_name` is unset where the database has none."""

    schema_name: str | None = None
    table: str
    columns: tuple[PhysicalColumn, ...]

    def column(self, field: str) -> PhysicalColumn | None:
        """The column that became the field, or None."""
        return next((column for column in self.columns if column.field == field), None)


class Traits(_Part):
    """What was found out about a server. Text is compared and ordered by the code points of
    `text_collation` and folded to lower case by `lower_collation`; unset: by its default.
    `unicode` says that every letter can be written in its encoding."""

    dialect: DialectName
    version: str = ""
    text_collation: str | None = None
    lower_collation: str | None = None
    named_zones: bool = True
    unicode: bool = True


def decimals_of(tables: Collection[PhysicalTable]) -> int | None:
    """The most decimals that an exact number of these tables has; None when it is not known of all."""
    scales = [c.scale for table in tables for c in table.columns if c.type is FieldType.DECIMAL]
    known = [scale for scale in scales if scale is not None]
    return max(known, default=None) if len(known) == len(scales) else None
