"""The invented tables ingested, inferred and related as uploads are, over a database that holds them."""

from __future__ import annotations

import atexit
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from tests.data.questions.bank.invented import as_csv, tables

from answerable.data.engines.compiler import compile_query
from answerable.data.ingestion.ingest import read_tables
from answerable.data.ingestion.request import IngestionRequest
from answerable.data.questions.time.resolve import Now
from answerable.data.questions.whole_periods import days_asked_for, within_days
from answerable.data.semantics.containment import overlap
from answerable.data.semantics.inference import infer
from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.overlap import ColumnPair
from answerable.data.semantics.query import SemanticQuery
from answerable.data.semantics.relationships import candidates, decide

AS_OF = datetime(2026, 5, 18, 12, tzinfo=UTC)
Rows = list[tuple[object, ...]]


@dataclass(frozen=True)
class Warehouse:
    """A model as inferred, and its tables in a database of their own."""

    model: SemanticModel
    connection: duckdb.DuckDBPyConnection

    def run(self, query: SemanticQuery) -> tuple[list[str], Rows]:
        """The names of the result's columns and its rows."""
        asked = days_asked_for(query)
        if asked is not None:
            ((first, last),) = self.run(asked)[1]
            assert isinstance(first, date)
            assert isinstance(last, date)
            days = [one.date() if isinstance(one, datetime) else one for one in (first, last)]
            found = within_days(query, days[0], days[1], Now.at(AS_OF, self.model.calendar))
            query = found[0] if found is not None else query
        compiled = compile_query(query, self.model)
        return [c.name for c in compiled.columns], self.connection.execute(compiled.sql()).fetchall()


@cache
def warehouse(name: str) -> Warehouse:
    """The model of that name with its tables."""
    return stored({table: as_csv(records) for table, records in tables()[name].items()})


def stored(files: dict[str, bytes]) -> Warehouse:
    """The files by the names of their tables, ingested, inferred and related."""
    connection = duckdb.connect()
    atexit.register(connection.close)
    datasets, metrics, rows, paths = [], [], {}, {}
    with TemporaryDirectory() as folder:
        for table, content in files.items():
            source, target = Path(folder) / f"{table}.csv", Path(folder) / table
            source.write_bytes(content)
            target.mkdir()
            request = IngestionRequest(path=source, folder=target, name=table)
            (read,) = read_tables(request, lambda _progress: None).tables
            guess = infer(f"ds_{table}", table, read.label, read.profile)
            datasets.append(guess.dataset)
            metrics += guess.metrics
            rows[table], paths[table] = read.profile.rows, target / read.file
            connection.execute(f"CREATE TABLE {table} AS FROM read_parquet('{paths[table]}')")
        model = SemanticModel(datasets=tuple(datasets), metrics=tuple(metrics))
        measured = [
            (
                pair,
                overlap(
                    connection,
                    ColumnPair(
                        left_table=paths[pair.left],
                        left_column=pair.left_field,
                        right_table=paths[pair.right],
                        right_column=pair.right_field,
                    ),
                ),
            )
            for pair in candidates(model, rows)
        ]
    return Warehouse(model.model_copy(update={"relationships": decide(measured)}), connection)
