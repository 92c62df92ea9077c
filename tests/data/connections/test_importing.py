"""What an import makes of dates that are none, of what cannot be read, and of keys to tables of before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pymysql
import pytest

from tests.data.connections.shop import PASSWORD, ROLE, connected, imported
from tests.data.datasets.uploads import finished
from tests.factories.callers import Caller

pytestmark = pytest.mark.usefixtures("worker")

VISITS = """
CREATE TABLE visits (visit integer PRIMARY KEY, day date NOT NULL, seen datetime NOT NULL, at timestamp NULL)
INSERT INTO visits VALUES (1, '2024-03-31', '2024-03-31 10:00:00', '2024-03-31 10:00:00')
INSERT INTO visits VALUES (2, '0000-00-00', '0000-00-00 00:00:00', '0000-00-00 00:00:00')
INSERT INTO visits VALUES (3, '2024-00-15', '2024-00-15 00:00:00', NULL)
INSERT INTO visits VALUES (4, '2024-02-00', '2024-02-00 00:00:00', NULL)
"""
ODD = """
CREATE TABLE {s}.bookings (booking integer PRIMARY KEY, starts timestamp, ends timestamp, fee decimal(8,2));
INSERT INTO {s}.bookings VALUES (1, '2024-01-05', '2024-01-07', 10), (2, '2024-02-01', 'infinity', 20);
CREATE TABLE {s}.shifts (shift integer PRIMARY KEY, closes time);
INSERT INTO {s}.shifts VALUES (1, '18:00'), (2, '24:00');
CREATE VIEW {s}.broken AS SELECT 1 / (order_id - order_id) AS share FROM {s}.orders;
GRANT SELECT ON ALL TABLES IN SCHEMA {s} TO {role};
"""
ROWS = [{"aggregation": "count", "alias": "n"}]


@contextmanager
def visits(config: dict[str, Any]) -> Iterator[None]:
    """A table of MySQL with dates that are none, which only a lax session writes."""
    writer = pymysql.connect(
        host=config["host"], port=config["port"], user="writer", password=PASSWORD, database="shop"
    )
    with writer, writer.cursor() as cursor:
        cursor.execute("SET SESSION sql_mode = ''")
        for statement in VISITS.strip().splitlines():
            cursor.execute(statement)
        writer.commit()
        try:
            yield
        finally:
            cursor.execute("DROP TABLE visits")


async def rows(owner: Caller, **query: Any) -> list[list[Any]]:
    answer = await owner.post("/api/v1/query", json={"dataset": "visits", "measures": ROWS, **query})
    assert answer.status_code == 200, answer.text
    return sorted(answer.json()["rows"], key=str)


@pytest.mark.parametrize("field", ["day", "seen"])
async def test_zero_dates_of_mysql_are_unknown_at_every_grain(
    owner: Caller, mariadb: dict[str, Any] | None, field: str
) -> None:
    if mariadb is None:
        pytest.skip("MariaDB is not installed")
    with visits(mariadb):
        await imported(owner, await connected(owner, mariadb), "visits")
        first = {"day": "2024-03-31", "month": "2024-03-01", "year": "2024-01-01"}
        for grain, start in first.items():
            found = await rows(owner, time={"field": field, "grain": grain})
            assert [(row[0][:10], row[1]) for row in found] == [(start, 1)], grain
        listed = await owner.post("/api/v1/query", json={"dataset": "visits", "columns": ["visit", field]})
        known = {row[0]: row[1] for row in listed.json()["rows"]}
        assert [known[visit] for visit in (2, 3, 4)] == [None, None, None]
        assert await rows(owner, where={"field": field, "operator": "is_null"}) == [[3]]
        ends = [{"aggregation": kind, "field": field, "alias": kind} for kind in ("min", "max")]
        ((low, high),) = await rows(owner, measures=ends)
        assert low == high
        assert low.startswith("2024-03-31")
        noted = listed.json()["warnings"]
        assert f"Dates of visits such as 0000-00-00 count as unknown {field}." in noted
        alone = await owner.post("/api/v1/query", json={"dataset": "visits", "measures": ROWS})
        assert not any("0000-00-00" in warning for warning in alone.json()["warnings"])


async def test_what_cannot_be_read_is_named_and_all_else_imported(
    owner: Caller, postgresql: dict[str, Any], admin_url: str
) -> None:
    schema = postgresql["name"].removeprefix("Shop ")
    with psycopg.connect(admin_url, autocommit=True) as database:
        for statement in ODD.format(s=f'"{schema}"', role=ROLE).strip().splitlines():
            database.execute(statement.encode())
    connection = await connected(owner, postgresql)
    path = f"/api/v1/connections/{connection['id']}/tables"
    names = [f"{schema}.{name}" for name in ("bookings", "broken", "customers", "orders", "shifts")]
    answer = await owner.post(path, json={"tables": names})
    assert answer.status_code == 202, answer.text
    job = await finished(owner, answer.json()["job"]["id"])
    assert (job["status"], job["error"]["code"]) == ("failed", "connection_import_incomplete"), job
    assert job["attempt"] == 1, "trying again would not help"
    told = job["error"]["detail"]
    assert told.startswith("Of 5 tables 4 were imported.")
    for name in ("bookings.ends", "shifts.closes", "broken.share"):
        assert f"{schema}.{name} cannot be read: " in told, told
    items = (await owner.get(path)).json()["items"]
    made = {
        each["name"].rpartition(".")[2]: each["dataset_id"]
        for each in items
        if each["name"].startswith(f"{schema}.")
    }
    assert {name for name, dataset in made.items() if dataset is not None} == {
        "bookings", "customers", "orders", "shifts",
    }  # fmt: skip
    bookings = (await owner.get(f"/api/v1/datasets/{made['bookings']}")).json()
    assert [field["name"] for field in bookings["fields"]] == ["booking", "starts", "fee"]
    total = {"dataset": "bookings", "measures": [{"aggregation": "sum", "field": "fee", "alias": "a"}]}
    assert (await owner.post("/api/v1/query", json=total)).json()["rows"] == [[30.0]]


LATER = """
CREATE TABLE {s}.readings (reading integer PRIMARY KEY, at timestamp, until date, heat double precision,
                           cost numeric(10, 2));
INSERT INTO {s}.readings VALUES (1, '2024-01-05', '2024-01-07', 10, 1), (2, '2024-02-01', '2024-02-03', 2, 2);
GRANT SELECT ON ALL TABLES IN SCHEMA {s} TO {role};
"""
UNKNOWN = {"at": "'infinity'", "until": "'-infinity'", "heat": "'NaN'", "cost": "'NaN'"}


async def test_a_value_that_is_none_and_came_after_the_import_is_an_error_that_names_its_column(
    owner: Caller, postgresql: dict[str, Any], admin_url: str
) -> None:
    schema = postgresql["name"].removeprefix("Shop ")
    connection = await connected(owner, postgresql)
    with psycopg.connect(admin_url, autocommit=True) as database:
        for statement in LATER.format(s=f'"{schema}"', role=ROLE).strip().split(";\n"):
            database.execute(statement.encode())
        await imported(owner, connection, "readings")
        ask = {"dataset": "readings", "columns": ["reading", "at", "until", "heat", "cost"]}
        whole = await owner.post("/api/v1/query", json=ask)
        assert whole.json()["row_count"] == 2, whole.text
        for at, (column, value) in enumerate(UNKNOWN.items(), start=3):
            insert = f'INSERT INTO "{schema}".readings (reading, {column}) VALUES ({at}, {value})'
            database.execute(insert.encode())
    for column, value in UNKNOWN.items():
        answer = await owner.post("/api/v1/query", json={**ask, "columns": ["reading", column]})
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (409, "connection_value"), problem
        assert column in problem["detail"].lower()
        assert value.strip("'") in problem["detail"]
        assert "NULL" in problem["detail"]
    highest = {"aggregation": "max", "field": "at", "alias": "a"}
    heat = {"aggregation": "sum", "field": "heat", "alias": "a"}
    for measure in (highest, heat):
        answer = await owner.post("/api/v1/query", json={"dataset": "readings", "measures": [measure]})
        assert answer.json()["code"] == "connection_value", answer.text
    known = {"field": "at", "operator": "between", "values": ["2024-01-01", "2024-12-31"]}
    answer = await owner.post("/api/v1/query", json={**ask, "where": known})
    assert answer.status_code == 200, answer.text
    assert answer.json()["row_count"] == 2


@pytest.mark.parametrize("first", ["customers", "orders"])
async def test_a_foreign_key_leads_to_a_table_of_another_import(
    owner: Caller, postgresql: dict[str, Any], first: str
) -> None:
    connection = await connected(owner, postgresql)
    await imported(owner, connection, first)
    made = await imported(owner, connection, *({"customers", "orders"} - {first}))
    model = (await owner.get(f"/api/v1/semantic-models/{made['orders']}")).json()
    (link,) = model["relationships"]
    assert (link["left"], link["left_field"], link["right"], link["right_field"]) == (
        "orders", "customer", "customers", "customer_id",
    )  # fmt: skip
    again = await imported(owner, connection, first)
    model = (await owner.get(f"/api/v1/semantic-models/{again['orders']}")).json()
    assert model["relationships"] == [link]


async def test_a_relationship_to_a_column_that_a_sample_disproves_is_refused(
    owner: Caller, postgresql: dict[str, Any]
) -> None:
    made = await imported(owner, await connected(owner, postgresql), "customers", "orders")
    path = f"/api/v1/semantic-models/{made['orders']}"
    model = (await owner.get(path)).json()
    fields = {f["name"]: f["unique"] for d in model["datasets"] for f in d["fields"]}
    assert (fields["customer_id"], fields["country"], fields["full_name"]) == (True, False, None)
    link = {**model["relationships"][0], "left_field": "notes", "right_field": "country"}
    refused = await owner.put(path, json={**model, "relationships": [link]})
    assert refused.status_code == 422
    assert "customers.country has values that are in more than one row" in refused.text
