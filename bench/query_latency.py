"""Latency of semantic queries over a million rows: compile, first run, warm runs. Prints JSON.

    python bench/query_latency.py [--rows 1000000] [--runs 30]

`bare` is the same statement in an in-process DuckDB with as many threads, over the same file: the
ratio says what the sandbox, the check, the estimate and the transport add.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import psutil

from answerable.data.engines.compiler import compile_query
from answerable.data.engines.duckdb.check import check_expression
from answerable.data.engines.duckdb.engine import DuckDBEngine
from answerable.data.semantics.filters import Condition, Operator
from answerable.data.semantics.model import (
    Aggregation,
    Dataset,
    FieldRole,
    FieldType,
    Metric,
    ModelField,
    SemanticModel,
    Unit,
)
from answerable.data.semantics.query import (
    Comparison,
    Grain,
    GroupBy,
    Measure,
    Period,
    SemanticQuery,
    TimeSlice,
    TopN,
)
from answerable.kit.settings import QuerySettings

_TABLE = """
COPY (
    SELECT i AS order_id, DATE '2023-11-21' + CAST(hash(i) % 1095 AS INTEGER) AS order_date,
        (['Germany', 'France', 'Spain', 'Italy', 'Poland'])[CAST(1 + hash(i, 1) % 5 AS INTEGER)] AS country,
        'customer ' || hash(i, 2) % 20000 AS customer,
        CAST(hash(i, 3) % 50000 / 100 AS DECIMAL(12, 2)) AS amount
    FROM range({rows}) t(i)
) TO '{path}' (FORMAT parquet)
"""


def model() -> SemanticModel:
    """Orders with a date, two dimensions and an amount."""
    eur = Unit(kind="currency", symbol="EUR")
    shapes = (
        ("order_id", FieldType.INTEGER, FieldRole.KEY, None),
        ("order_date", FieldType.DATE, FieldRole.TIME, None),
        ("country", FieldType.STRING, FieldRole.DIMENSION, None),
        ("customer", FieldType.STRING, FieldRole.DIMENSION, None),
        ("amount", FieldType.DECIMAL, FieldRole.MEASURE, eur),
    )
    fields = tuple(ModelField(name=n, label=n, type=t, role=r, unit=u) for n, t, r, u in shapes)
    orders = Dataset(name="orders", id="ds_bench", label="Orders", fields=fields, default_time="order_date")
    revenue = Metric(
        name="revenue",
        label="Revenue",
        dataset="orders",
        aggregation=Aggregation.SUM,
        field="amount",
        unit=eur,
    )
    return SemanticModel(datasets=(orders,), metrics=(revenue,))


def queries() -> dict[str, SemanticQuery]:
    """One query of each usual shape."""
    revenue = (Measure(metric="revenue"),)
    quarter = Period(start=date(2025, 7, 1), end=date(2025, 10, 1))
    before = Comparison(kind="previous_year", period=Period(start=date(2024, 7, 1), end=date(2024, 10, 1)))
    german = Condition(field="country", operator=Operator.EQ, values=("germany",))

    def over(grain: Grain | None, period: Period | None, comparison: Comparison | None = None) -> TimeSlice:
        return TimeSlice(field="order_date", period=period, grain=grain, comparison=comparison)

    by_country = (GroupBy(field="country"),)
    top = (GroupBy(field="customer", top=TopN(n=10, by="revenue", others=True)),)
    shapes = {
        "total": {"measures": revenue},
        "filtered_total": {"measures": revenue, "where": german, "time": over(None, quarter)},
        "by_country": {"measures": revenue, "group_by": by_country},
        "by_month": {"measures": revenue, "time": over(Grain.MONTH, None)},
        "top_customers_and_rest": {"measures": revenue, "group_by": top},
        "compared_by_country": {
            "measures": revenue,
            "group_by": by_country,
            "time": over(None, quarter, before),
        },
        "compared_by_month": {"measures": revenue, "time": over(Grain.MONTH, quarter, before)},
        "distinct_customers": {
            "measures": (Measure(aggregation=Aggregation.COUNT_DISTINCT, field="customer"),)
        },
        "list_rows": {"where": german, "limit": 100},
    }
    return {
        name: SemanticQuery.model_validate({"dataset": "orders", **parts}) for name, parts in shapes.items()
    }


def milliseconds(samples: list[float]) -> dict[str, float]:
    """Median and 99th percentile, in milliseconds."""
    ordered = sorted(samples)
    at = min(len(ordered) - 1, round(0.99 * (len(ordered) - 1)))
    return {"p50": round(statistics.median(ordered) * 1e3, 2), "p99": round(ordered[at] * 1e3, 2)}


def timed(action: Callable[[], object], runs: int) -> list[float]:
    """Seconds of each run."""
    samples = []
    for _ in range(runs):
        started = time.perf_counter()
        action()
        samples.append(time.perf_counter() - started)
    return samples


async def measure(rows: int, runs: int, folder: Path) -> dict[str, object]:
    """All figures."""
    path = folder / "orders.parquet"
    duckdb.sql(_TABLE.format(rows=rows, path=path))
    meaning, tables = model(), {"orders": path}
    engine = DuckDBEngine(QuerySettings(), folder)
    bare = duckdb.connect(config={"threads": min(4, os.cpu_count() or 1)})
    bare.read_parquet(str(path)).create_view("orders")
    shapes: dict[str, object] = {}
    start = None
    for name, query in queries().items():

        def prepare(query: SemanticQuery = query) -> str:
            return check_expression(compile_query(query, meaning).expression, ["orders"], max_rows=10_000)

        statement = prepare()
        if start is None:
            began = time.perf_counter()
            await engine.run(statement, tables)
            start = round((time.perf_counter() - began) * 1e3, 1)
        await engine.run(statement, tables)
        samples = []
        for _ in range(runs):
            began = time.perf_counter()
            await engine.run(statement, tables)
            samples.append(time.perf_counter() - began)
        alone = timed(lambda sql=statement: bare.execute(sql).fetchall(), runs)
        shapes[name] = {
            "compile_and_check": milliseconds(timed(prepare, runs)),
            "run_warm": milliseconds(samples),
            "bare": milliseconds(alone),
            "ratio_p50": round(statistics.median(samples) / statistics.median(alone), 2),
        }
    children = psutil.Process().children(recursive=True)
    resident = sum(child.memory_info().rss for child in children)
    await engine.close()
    bare.close()
    return {
        "rows": rows,
        "runs": runs,
        "first_run_ms": start,
        "engine_resident_mb": round(resident / 1e6, 1),
        "queries": shapes,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=30)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(asyncio.run(measure(arguments.rows, arguments.runs, Path(folder))), indent=2))


if __name__ == "__main__":
    main()
