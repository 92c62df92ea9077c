"""Names and values that were written to break out: of tables and columns as databases really have them, and
of the members, aliases and values that a query names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import ValidationError
from sqlglot import exp
from tests.data.engines.dialects.servers import Database, compiled
from tests.data.engines.dialects.test_same_rows import ROWS, SHOPS, same
from tests.data.engines.external.evil import EVERYWHERE, NAMES
from tests.data.engines.sales import COUNT, where

from answerable.data.engines.dialects.check import check_translated
from answerable.data.engines.dialects.tables import DialectName, PhysicalColumn, PhysicalTable
from answerable.data.engines.dialects.translate import translate
from answerable.data.engines.duckdb.check import checked_tree
from answerable.data.engines.errors import InvalidQuery
from answerable.data.semantics.model import Aggregation, FieldType
from answerable.data.semantics.query import (
    GroupBy,
    Measure,
    Order,
    SemanticQuery,
)


@pytest.fixture
def loaded(four: list[Database]) -> Iterator[list[Database]]:
    """All four with the same rows, which are there afterwards too."""
    for database in four:
        database.store(ROWS, SHOPS)
    yield four
    same(four, SemanticQuery(dataset="sales", measures=(COUNT,)))
    assert four[0].run(compiled(SemanticQuery(dataset="sales", measures=(COUNT,)))) == [[len(ROWS)]]


def _quoted(dialect: DialectName, name: str) -> str:
    mark = "`" if dialect is DialectName.MYSQL else '"'
    return mark + name.replace(mark, mark * 2) + mark


def _run(database: Database, statement: str) -> None:
    run = database.writer if hasattr(database.writer, "executemany") else database.writer.cursor()
    run.execute(statement)
    if database.dialect is not DialectName.DUCKDB:
        database.writer.commit()


@pytest.mark.parametrize("name", NAMES)
def test_tables_and_columns_of_any_name_are_read(loaded: list[Database], name: str) -> None:
    field = PhysicalColumn(field="x", column=name, type=FieldType.STRING)
    tree = exp.Select().select(exp.column("x", table="t", quoted=True)).from_(exp.table_("t", quoted=True))
    for database in loaded:
        if database.dialect is DialectName.MYSQL and name != name.strip():
            continue  # MySQL has no names that end in a space
        place = _quoted(database.dialect, name)
        whole = f"{_quoted(database.dialect, database.schema)}.{place}" if database.schema else place
        _run(database, f"CREATE TABLE {whole} ({place} VARCHAR(40))")
        _run(database, f"INSERT INTO {whole} VALUES ('found')")
        tables = {"t": PhysicalTable(schema_name=database.schema, table=name, columns=(field,))}
        sql = translate(checked_tree(tree, ["t"]), tables, database.traits, time_zone="UTC")
        check_translated(sql, database.dialect, tables)
        with database.session.transaction(5):
            database.session.estimate(sql)
            rows = [tuple(row) for batch in database.session.select(sql) for row in batch]
        _run(database, f"DROP TABLE {whole}")
        assert rows == [("found",)], database.dialect


@pytest.mark.parametrize("name", [*NAMES, *EVERYWHERE])
def test_a_member_of_any_name_is_unknown_and_an_alias_is_a_name(loaded: list[Database], name: str) -> None:
    for query in (
        {"dataset": name, "measures": [{"aggregation": "count"}]},
        {"dataset": "sales", "measures": [{"aggregation": "sum", "field": name}]},
        {"dataset": "sales", "measures": [{"metric": name}]},
        {"dataset": "sales", "measures": [{"aggregation": "count"}], "group_by": [{"field": name}]},
        {"dataset": "sales", "measures": [{"aggregation": "count"}], "order": [{"by": name}]},
        {"dataset": "sales", "columns": [name]},
    ):
        with pytest.raises((InvalidQuery, ValidationError)):
            compiled(SemanticQuery.model_validate(query))
    try:
        measure = Measure(aggregation=Aggregation.COUNT, alias=name)
        query = SemanticQuery(
            dataset="sales", measures=(measure,), group_by=(GroupBy(field="stock"),), order=(Order(by=name),)
        )
        compiled(query)
    except (InvalidQuery, ValidationError):
        return
    same(loaded, query)


@pytest.mark.parametrize("value", [*NAMES, *EVERYWHERE, "%" * 200, "_%\\%_" * 40])
def test_a_value_is_a_value(loaded: list[Database], value: str) -> None:
    for operator in ("eq", "contains", "starts_with"):
        try:
            query = SemanticQuery(dataset="sales", measures=(COUNT,), where=where("shop", operator, value))
            statement = compiled(query)
        except (InvalidQuery, ValidationError):
            continue
        if "\x00" not in value:  # PostgreSQL has no such text: the API refuses it before
            assert [database.run(statement) for database in loaded] == [loaded[0].run(statement)] * len(
                loaded
            )
