"""What a database holds, as its own catalogue says."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from answerable.data.engines.dialects.tables import Storage, Traits
from answerable.data.semantics.model import FieldType

MOST_TABLES = 2_000
MOST_COLUMNS = 40_000


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CatalogueColumn(_Part):
    """A column. `type` is None for what no question can be asked of: arrays, documents, bytes."""

    name: str
    native_type: str
    type: FieldType | None
    storage: Storage = Storage.PLAIN
    scale: int | None = None
    nullable: bool = True
    comment: str = ""


class ForeignKey(_Part):
    """Columns that point at those of another table, in their order."""

    columns: tuple[str, ...]
    schema_name: str | None
    table: str
    referenced: tuple[str, ...]


class CatalogueTable(_Part):
    """A table or view. `rows` is the database's own estimate; `unique` lists what tells rows apart, the
    primary key first."""

    schema_name: str | None
    name: str
    view: bool = False
    rows: int | None = None
    comment: str = ""
    columns: tuple[CatalogueColumn, ...] = ()
    primary_key: tuple[str, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()

    @property
    def full_name(self) -> str:
        """`schema.table`, or the table alone."""
        return self.name if self.schema_name is None else f"{self.schema_name}.{self.name}"


class Catalogue(_Part):
    """The tables that the role may read. `cut`: there are more than are listed."""

    tables: tuple[CatalogueTable, ...]
    cut: bool = False


class DatabaseRole(_Part):
    """Who reads, and what that role could do besides reading: nothing, if it was made well."""

    name: str
    superuser: bool = False
    can_write: tuple[str, ...] = ()


class ServerFacts(_Part):
    """What a successful test of a connection found."""

    product: str
    traits: Traits
    role: DatabaseRole


class Assembler:
    """Gathers a catalogue from rows of columns and keys, in any order."""

    def __init__(self) -> None:
        self._tables: dict[tuple[str | None, str], CatalogueTable] = {}
        self._columns: dict[tuple[str | None, str], list[CatalogueColumn]] = {}
        self._keys: dict[tuple[str | None, str], list[tuple[bool, tuple[str, ...]]]] = {}
        self._links: dict[tuple[str | None, str], list[ForeignKey]] = {}

    def table(
        self,
        schema: str | None,
        name: str,
        *,
        view: bool,
        rows: int | None = None,
        comment: str | None = None,
    ) -> None:
        """A table, before its columns."""
        self._tables[(schema, name)] = CatalogueTable(
            schema_name=schema, name=name, view=view, rows=rows, comment=comment or ""
        )

    def column(self, schema: str | None, table: str, column: CatalogueColumn) -> None:
        """The next column of a table; of a table that is not there, nothing."""
        if (schema, table) in self._tables:
            self._columns.setdefault((schema, table), []).append(column)

    def key(self, schema: str | None, table: str, columns: tuple[str, ...], *, primary: bool) -> None:
        """Columns that tell rows apart."""
        self._keys.setdefault((schema, table), []).append((primary, columns))

    def link(self, schema: str | None, table: str, key: ForeignKey) -> None:
        """A foreign key of a table."""
        self._links.setdefault((schema, table), []).append(key)

    def catalogue(self) -> Catalogue:
        """All of it, by name; cut after so many tables and columns."""
        tables: list[CatalogueTable] = []
        columns = 0
        for place in sorted(self._tables, key=lambda found: (found[0] or "", found[1])):
            own = tuple(self._columns.get(place, ()))
            columns += len(own)
            if len(tables) == MOST_TABLES or columns > MOST_COLUMNS:
                return Catalogue(tables=tuple(tables), cut=True)
            keys = sorted(self._keys.get(place, ()), key=lambda found: not found[0])
            facts = {
                "columns": own,
                "primary_key": next((names for primary, names in keys if primary), ()),
                "unique": tuple(names for _, names in keys),
                "foreign_keys": tuple(self._links.get(place, ())),
            }
            tables.append(self._tables[place].model_copy(update=facts))
        return Catalogue(tables=tuple(tables))
