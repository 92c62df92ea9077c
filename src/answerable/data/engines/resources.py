"""The long-lived objects of the engines, as the runtime makes them."""

from __future__ import annotations

from answerable.data.datasets.storage import tables_root
from answerable.data.engines.cache import QueriesInFlight, ResultCache
from answerable.data.engines.duckdb.engine import DuckDBEngine
from answerable.data.engines.external.engine import ExternalEngine
from answerable.data.warehouse.service import Warehouse
from answerable.kit.runtime import Runtime


def provide_engines(runtime: Runtime) -> None:
    """Register how the engines' objects are made."""
    runtime.provide(DuckDBEngine, _engine)
    runtime.provide(
        ExternalEngine, lambda made: ExternalEngine(made.settings.connections, made.settings.query)
    )
    runtime.provide(Warehouse, lambda made: Warehouse(made.settings.warehouse, made.get(ExternalEngine)))
    runtime.provide(ResultCache, lambda _: ResultCache())
    runtime.provide(QueriesInFlight, lambda _: QueriesInFlight())


def _engine(runtime: Runtime) -> DuckDBEngine:
    root = tables_root(runtime.settings)
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    return DuckDBEngine(runtime.settings.query, root)
