"""CSV files that are ingested, inferred and related as uploads would be."""

from __future__ import annotations

import atexit
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from answerable.data.ingestion.ingest import read_tables
from answerable.data.ingestion.request import IngestionRequest
from answerable.data.semantics.containment import overlap
from answerable.data.semantics.inference import infer
from answerable.data.semantics.model import Dataset, Metric, SemanticModel
from answerable.data.semantics.overlap import ColumnPair
from answerable.data.semantics.relationships import Candidate, candidates, decide


def related(files: Mapping[str, bytes]) -> tuple[SemanticModel, duckdb.DuckDBPyConnection]:
    """The model of the files, by the names of their tables, and a database that holds these until the process
    ends."""
    connection = duckdb.connect()
    atexit.register(connection.close)
    datasets: list[Dataset] = []
    metrics: list[Metric] = []
    rows: dict[str, int] = {}
    paths: dict[str, Path] = {}
    with TemporaryDirectory() as folder:
        for name, content in files.items():
            source, target = Path(folder) / f"{name}.csv", Path(folder) / name
            source.write_bytes(content)
            target.mkdir()
            request = IngestionRequest(path=source, folder=target, name=name)
            (table,) = read_tables(request, lambda _progress: None).tables
            guess = infer(f"ds_{name}", name, table.label, table.profile)
            datasets.append(guess.dataset)
            metrics += guess.metrics
            rows[name], paths[name] = table.profile.rows, target / table.file
            connection.execute(f"CREATE TABLE {name} AS FROM read_parquet('{paths[name]}')")
        model = SemanticModel(datasets=tuple(datasets), metrics=tuple(metrics))
        measured = [(pair, overlap(connection, _columns(pair, paths))) for pair in candidates(model, rows)]
    return model.model_copy(update={"relationships": decide(measured)}), connection


def _columns(pair: Candidate, paths: Mapping[str, Path]) -> ColumnPair:
    return ColumnPair(
        left_table=paths[pair.left],
        left_column=pair.left_field,
        right_table=paths[pair.right],
        right_column=pair.right_field,
    )
