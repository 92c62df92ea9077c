"""What a sample of a connected table says, and what of the table cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from answerable.data.connections.live import LiveConnection
from answerable.data.engines.dialects.scans import without_a_day
from answerable.data.engines.dialects.tables import DialectName, PhysicalColumn, PhysicalTable
from answerable.data.engines.dialects.translate import sqlglot_name, translate
from answerable.data.engines.external.catalogue import CatalogueTable
from answerable.data.engines.external.engine import ExternalEngine, Reader
from answerable.data.ingestion.outcome import TableProfile
from answerable.data.semantics.model import TEMPORAL_TYPES, Calendar, FieldType
from answerable.data.semantics.result import Column
from answerable.kit.errors import AnswerableError

# What fails for one table alone; all else is of the connection, and ends the import.
_OF_A_TABLE = frozenset(
    {
        "connection_failed", "connection_forbidden", "connection_gone", "connection_lock_wait",
        "connection_memory", "query_failed", "query_overflow", "query_timeout", "query_too_large",
        "query_out_of_memory",
    }
)  # fmt: skip
_OF_A_VALUE = frozenset({"connection_failed", "query_overflow"})
"""What may be of some columns alone."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """A table with the columns that can be read, and what a sample of its rows looks like."""

    table: CatalogueTable
    physical: PhysicalTable
    profile: TableProfile


@dataclass(frozen=True, slots=True)
class Sampler:
    """Takes samples of the tables of one connection."""

    engine: ExternalEngine
    reader: Reader
    connection: LiveConnection
    calendar: Calendar

    async def sample(
        self, table: CatalogueTable, physical: PhysicalTable
    ) -> tuple[Sampled | None, tuple[str, ...]]:
        """The table by those of its columns that can be read, None where none can; and a sentence for what
        cannot. Raises ConnectionFailed for what is not of this table alone."""
        try:
            return await self._sampled(table, physical), ()
        except AnswerableError as error:
            if not self._is_of_a_table(error):
                raise
            failure = error
        if failure.code not in _OF_A_VALUE:
            return None, (f"{table.full_name} cannot be read: {failure.detail}",)
        bad = await self._unreadable(table, physical)
        good = tuple(column for column in physical.columns if column.column not in bad)
        reasons = tuple(f"{table.full_name}.{name} cannot be read: {why}" for name, why in bad.items())
        if not good or not bad:
            return None, reasons or (f"{table.full_name} cannot be read: {failure.detail}",)
        return await self._sampled(table, physical.model_copy(update={"columns": good})), reasons

    def _is_of_a_table(self, error: AnswerableError) -> bool:
        # Of a server those words are about what lies in the table.
        damaged = error.code == "connection_not_a_database" and not self.reader.place.is_file
        return damaged or error.code in _OF_A_TABLE

    async def _unreadable(self, table: CatalogueTable, physical: PhysicalTable) -> dict[str, str]:
        """The columns that fail by themselves, with the reason."""
        bad: dict[str, str] = {}
        waiting: list[Sequence[PhysicalColumn]] = [physical.columns]
        while waiting:
            part = waiting.pop()
            why = await self._failure(table, physical.model_copy(update={"columns": tuple(part)}))
            if why is not None and len(part) > 1:
                half = len(part) // 2
                waiting += [part[half:], part[:half]]
            elif why is not None:
                bad[part[0].column] = why
        return bad

    async def _failure(self, table: CatalogueTable, physical: PhysicalTable) -> str | None:
        try:
            await self._profile(table, physical)
        except AnswerableError as error:
            if not self._is_of_a_table(error):
                raise
            return error.detail
        return None

    async def _sampled(self, table: CatalogueTable, physical: PhysicalTable) -> Sampled:
        profile = await self._profile(table, physical)
        return Sampled(table, await self._with_zero_dates(physical), profile)

    async def _profile(self, table: CatalogueTable, physical: PhysicalTable) -> TableProfile:
        statement = exp.Select().from_(exp.table_("sample", quoted=True))
        for column in physical.columns:
            statement = statement.select(exp.column(column.field, table="sample", quoted=True))
        sql = translate(
            statement.limit(self.engine.sample_rows),
            {"sample": physical},
            self.connection.facts.traits,
            time_zone=self.calendar.time_zone,
        )
        labels = {c.name: c.name.replace("_", " ").strip() or c.name for c in table.columns}
        columns = [
            {"name": column.field, "label": labels[column.column], "type": column.type.value}
            for column in physical.columns
        ]
        return await self.engine.profile(self.reader, sql, columns)

    async def _with_zero_dates(self, physical: PhysicalTable) -> PhysicalTable:
        """With a mark on those columns of MySQL that hold dates of no calendar, as far as a sample tells."""
        dated = [column for column in physical.columns if column.type in TEMPORAL_TYPES]
        if self.connection.facts.traits.dialect is not DialectName.MYSQL or not dated:
            return physical
        place = exp.table_(physical.table, db=physical.schema_name, quoted=True)
        names = [exp.column(column.column, quoted=True) for column in dated]
        sample = exp.Select().select(*names).from_(place).limit(self.engine.sample_rows)
        found = exp.Select().from_(sample.subquery("sampled"))
        for column in dated:
            marked = exp.Max(this=exp.Case().when(without_a_day(column), exp.Literal.number(1)))
            found = found.select(exp.Alias(this=marked, alias=exp.to_identifier(column.field, quoted=True)))
        columns = [
            Column(name=column.field, label=column.field, type=FieldType.INTEGER, kind="value")
            for column in dated
        ]
        sql = found.sql(dialect=sqlglot_name(DialectName.MYSQL))
        ((*marks,),) = (await self.engine.run(self.reader, sql, columns)).rows
        marked_fields = {column.field for column, mark in zip(dated, marks, strict=True) if mark}
        return physical.model_copy(
            update={
                "columns": tuple(
                    column.model_copy(update={"zero_dates": column.field in marked_fields})
                    for column in physical.columns
                )
            }
        )
